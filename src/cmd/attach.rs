//! `memstep attach`: the terminal UI on a server elsewhere; with no terminal, what it does as text.
//!
//! Two connections to its events port: one watches, and brings the trace; one talks, and has the
//! leash in hand (`remote.rs`).

use super::desk::Desk;
use super::look::{has_terminal, options};
use super::remote::{Ended, Remote, Status};
use crate::cli::Look;
use crate::event::Event;
use crate::print::text::Text;
use crate::text::printable;
use crate::trace::format::Header;
use crate::trace::reader::{ReadError, TraceReader};
use crate::trace::stream::PROTOCOL;
use crate::ui;
use anyhow::{Context as _, bail, ensure};
use rustix::net::sockopt;
use std::io::{self, BufRead as _, BufReader, LineWriter, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::time::Duration;

/// How long a connection, and an answer, may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the first answer may take: nothing that listens there keeps one waiting longer, unless
/// it speaks another protocol.
const FIRST: Duration = Duration::from_secs(3);
/// How long the answer to a command is at most.
pub(super) const LONGEST: u64 = 1024 * 1024;
/// Events that wait for the screen at most; more wait in the network, and then the server counts
/// what was missed.
const WAITING: usize = 16 * 1024;

/// A connection to an events port.
pub(super) type Port = BufReader<TcpStream>;

/// Shows the server until the user quits.
pub(super) fn run(addr: &str, token: Option<&str>, look: Look) -> anyhow::Result<ExitCode> {
    let addr = match addr.parse::<u16>() {
        Ok(port) => format!("127.0.0.1:{port}"),
        Err(_) => addr.to_owned(),
    };
    let name = printable(&addr).into_owned();
    let (mut talking, status) = enter(&addr, &name, token)?;
    let mut watching = enter(&addr, &name, token)?.0;
    say(&mut watching, "watch").with_context(|| format!("{name}: the connection is lost"))?;
    let reader = TraceReader::new(watching, &name)?;
    if !has_terminal() {
        drop(talking);
        return print(reader);
    }
    // From here on an answer may take its time: nobody waits for it but the thread that asks.
    talking.get_mut().set_read_timeout(Some(PATIENCE))?;
    reader_socket(&reader)?;
    let header = Header { title: name.clone(), ..reader.header().clone() };
    let (say, news) = channel();
    let remote = Arc::new(Remote::start(name, talking, &status, say)?);
    let events = follow(reader, remote.clone())?;
    let options = ui::Options { desk: Some(Arc::new(Desk::new(&header))), ..options(look)? };
    let live = ui::Live { header, events, news, leash: remote.clone(), tape: remote, lesson: None };
    Ok(ExitCode::from(ui::live(live, options)?.code()))
}

/// What it does, as text, until it ends.
fn print(mut reader: TraceReader<Port>) -> anyhow::Result<ExitCode> {
    reader_socket(&reader)?;
    // Line by line: somebody may be reading as it happens.
    let mut out = LineWriter::new(super::stdout());
    super::print::print(&mut reader, &mut Text::default(), None, &mut out)?;
    for warning in reader.warnings() {
        super::say(&format!("{}: {warning}", reader.name()));
    }
    Ok(super::read_status(&reader))
}

/// A server that does nothing says nothing: only the network itself can be too silent.
fn reader_socket(reader: &TraceReader<Port>) -> io::Result<()> {
    reader.input().get_ref().set_read_timeout(None)
}

/// A connection on which commands are heard, and what the server says of itself.
fn enter(addr: &str, name: &str, token: Option<&str>) -> anyhow::Result<(Port, Status)> {
    let mut port = connect(addr, name)?;
    let lost = || format!("{name}: the connection is lost");
    if let Some(token) = token {
        say(&mut port, &format!("token {token}")).with_context(lost)?;
        let answer = first_answer(&mut port, name)?;
        ensure!(answer.starts_with("ok: "), "{name}: {}", complaint(&answer));
    }
    say(&mut port, "status").with_context(lost)?;
    let answer = first_answer(&mut port, name)?;
    let Ok(status) = serde_json::from_str::<Status>(&answer) else {
        bail!("{name}: {}", complaint(&answer));
    };
    ensure!(
        status.protocol == PROTOCOL,
        "{name}: {} speaks version {} of the events port's protocol, and this memstep version {PROTOCOL}: \
         use the memstep that the server is from",
        printable(&status.tool),
        status.protocol
    );
    Ok((port, status))
}

fn connect(addr: &str, name: &str) -> anyhow::Result<Port> {
    let hint = "expected HOST:PORT, where a server was started with `memstep serve --events PORT`";
    let addrs = addr.to_socket_addrs().with_context(|| format!("{name}: {hint}"))?;
    let mut failed = None;
    for addr in addrs {
        match TcpStream::connect_timeout(&addr, PATIENCE) {
            Ok(stream) => {
                stream.set_read_timeout(Some(FIRST))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                stream.set_nodelay(true)?;
                // A network that has gone silent is noticed, if later.
                let _ = sockopt::set_socket_keepalive(&stream, true)
                    .and_then(|()| sockopt::set_tcp_keepidle(&stream, PATIENCE))
                    .and_then(|()| sockopt::set_tcp_keepintvl(&stream, PATIENCE))
                    .and_then(|()| sockopt::set_tcp_keepcnt(&stream, 3));
                return Ok(BufReader::new(stream));
            }
            Err(error) => failed = Some(error),
        }
    }
    let Some(error) = failed else { bail!("{name}: {hint}") };
    let what_to_do = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            "nobody listens there; `memstep serve --events PORT` does, and says where"
        }
        io::ErrorKind::TimedOut => "nobody answers there; is it the right machine, and may one reach it?",
        _ => "cannot connect",
    };
    Err(anyhow::Error::new(error).context(format!("{name}: {what_to_do}")))
}

/// Says a line.
pub(super) fn say(port: &mut Port, line: &str) -> io::Result<()> {
    port.get_mut().write_all(format!("{line}\n").as_bytes())
}

/// The next line, without its end.
pub(super) fn answer(port: &mut Port) -> io::Result<String> {
    let mut line = Vec::new();
    port.take(LONGEST).read_until(b'\n', &mut line)?;
    match line.pop() {
        Some(b'\n') => Ok(String::from_utf8_lossy(&line).into_owned()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// The first answer: whoever it is that listens there.
fn first_answer(port: &mut Port, name: &str) -> anyhow::Result<String> {
    match answer(port) {
        Ok(answer) => Ok(answer),
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
            bail!("{name}: {}", complaint(""))
        }
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => bail!("{name}: {}", complaint("")),
        Err(error) => Err(error).with_context(|| format!("{name}: the connection is lost")),
    }
}

/// What an answer means that is not the one that was expected, and what to do then.
fn complaint(answer: &str) -> String {
    let answer = answer.trim();
    if let Some(why) = answer.strip_prefix("error: ") {
        return match why {
            "first say: token TOKEN" => {
                "it wants a token: MEMSTEP_EVENTS_TOKEN=... in the environment, or --events-token TOKEN"
                    .to_owned()
            }
            "that is not the token" => {
                "it knows another token than this one (MEMSTEP_EVENTS_TOKEN, --events-token)".to_owned()
            }
            _ => printable(why).into_owned(),
        };
    }
    let not_it = "a memstep events port is what `--events` names, not where memcached's clients connect";
    let found = match answer {
        "" => "what listens there does not answer as memstep does".to_owned(),
        "ERROR" => "a memcached answers there, for its clients".to_owned(),
        _ if answer.starts_with("HTTP/") || answer.starts_with('<') => {
            "a web server answers there".to_owned()
        }
        _ => {
            let beginning: String = answer.chars().take(40).collect();
            format!("what listens there is no memstep: it said \"{}\"", printable(&beginning))
        }
    };
    format!("{found}; {not_it}")
}

/// The events as they come, read on a thread of their own.
fn follow(mut reader: TraceReader<Port>, remote: Arc<Remote>) -> anyhow::Result<Receiver<Event>> {
    let (events, to_show) = sync_channel(WAITING);
    let thread = std::thread::Builder::new().name("viewer".into());
    thread
        .spawn(move || {
            let lost = loop {
                match reader.next_row() {
                    Ok(Some(row)) => {
                        if events.send(row.event).is_err() {
                            return;
                        }
                    }
                    Ok(None) => break None,
                    // A later server may tell what this one has no words for.
                    Err(error) if error.is_skippable() => {}
                    Err(ReadError::Io { source, .. }) => break Some(source),
                    Err(error) => break Some(io::Error::other(error.to_string())),
                }
            };
            // Before there are no more events, so that the screen can say why.
            remote.end(&match lost {
                Some(why) => Ended::Lost(why),
                None if reader.end().is_some() => Ended::InOrder,
                None => Ended::Cut,
            });
        })
        .context("cannot start the viewer")?;
    Ok(to_show)
}

#[cfg(test)]
mod tests {
    use super::complaint;

    #[test]
    fn who_answers_is_told_by_what_he_says() {
        assert!(complaint("ERROR\r").starts_with("a memcached answers there"));
        assert!(complaint("HTTP/1.1 400 Bad Request\r").starts_with("a web server"));
        assert!(complaint("error: first say: token TOKEN").contains("MEMSTEP_EVENTS_TOKEN"));
        assert!(complaint("error: there are 64 connections already").starts_with("there are 64"));
        assert!(complaint("SSH-2.0-x\u{1b}[2J").contains("no memstep: it said \"SSH-2.0-x\\x1b[2J\""));
        assert!(complaint("").contains("does not answer"));
    }
}
