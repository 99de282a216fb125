//! `memstep attach`: the terminal UI on a server elsewhere; with no terminal, what it does as text.
//!
//! Two connections to its events port (`port.rs`): one watches, and brings the trace; one talks, and has
//! the leash in hand (`remote.rs`).

use super::desk::ViewerDesk;
use super::look::{has_terminal, options};
use super::port::{PATIENCE, PortStream, complaint, connect, first_answer, say};
use super::remote::{Ended, Remote, ServerStatus};
use crate::cli::LookArgs;
use crate::event::Event;
use crate::print::text::Text;
use crate::text::printable;
use crate::texts::Language;
use crate::trace::format::Header;
use crate::trace::reader::{ReadError, TraceReader};
use crate::trace::stream::PROTOCOL;
use crate::ui;
use anyhow::{Context as _, bail, ensure};
use std::io::{self, LineWriter};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel, sync_channel};

/// Events that wait for the screen at most; more wait in the network, and then the server counts
/// what was missed.
const WAITING: usize = 16 * 1024;

/// Shows the server until the user quits.
pub(super) fn run(addr: &str, token: Option<&str>, look: LookArgs) -> anyhow::Result<ExitCode> {
    let addr = match addr.parse::<u16>() {
        Ok(port) => format!("127.0.0.1:{port}"),
        Err(_) => addr.to_owned(),
    };
    let name = printable(&addr).into_owned();
    let (mut talking, status) = enter(&addr, &name, token)?;
    let mut watching = enter(&addr, &name, token)?.0;
    say(&mut watching, "watch").with_context(|| Language::spoken().commands_lost(&*name))?;
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
    let options = ui::Options { desk: Some(Arc::new(ViewerDesk::new(&header))), ..options(look)? };
    let live = ui::Live { header, events, news, leash: remote.clone(), tape: remote, lesson: None };
    Ok(ExitCode::from(ui::live(live, options)?.code()))
}

/// What it does, as text, until it ends.
fn print(mut reader: TraceReader<PortStream>) -> anyhow::Result<ExitCode> {
    reader_socket(&reader)?;
    // Line by line: somebody may be reading as it happens.
    let mut out = LineWriter::new(super::stdout());
    super::print::print(&mut reader, &mut Text::new(Language::spoken()), None, &mut out)?;
    for warning in reader.warnings() {
        super::say(&format!("{}: {warning}", reader.name()));
    }
    Ok(super::read_status(&reader))
}

/// A server that does nothing says nothing: only the network itself can be too silent.
fn reader_socket(reader: &TraceReader<PortStream>) -> io::Result<()> {
    reader.input().get_ref().set_read_timeout(None)
}

/// A connection on which commands are heard, and what the server says of itself.
fn enter(addr: &str, name: &str, token: Option<&str>) -> anyhow::Result<(PortStream, ServerStatus)> {
    let mut port = connect(addr, name)?;
    let lost = || Language::spoken().commands_lost(&*name);
    if let Some(token) = token {
        say(&mut port, &format!("token {token}")).with_context(lost)?;
        let answer = first_answer(&mut port, name)?;
        ensure!(answer.starts_with("ok: "), "{name}: {}", complaint(&answer));
    }
    say(&mut port, "status").with_context(lost)?;
    let answer = first_answer(&mut port, name)?;
    let Ok(status) = serde_json::from_str::<ServerStatus>(&answer) else {
        bail!("{name}: {}", complaint(&answer));
    };
    let lang = Language::spoken();
    ensure!(
        status.protocol == PROTOCOL,
        "{}",
        lang.commands_protocol(
            name,
            PROTOCOL.to_string(),
            printable(&status.tool),
            status.protocol.to_string()
        )
    );
    Ok((port, status))
}

/// The events as they come, read on a thread of their own.
fn follow(mut reader: TraceReader<PortStream>, remote: Arc<Remote>) -> anyhow::Result<Receiver<Event>> {
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
        .with_context(|| Language::spoken().commands_no_viewer())?;
    Ok(to_show)
}
