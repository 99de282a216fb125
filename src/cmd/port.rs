//! A connection to an events port: how one comes to it, says a line and hears the answer.

use crate::text::printable;
use crate::texts::Language;
use anyhow::{Context as _, bail};
use rustix::net::sockopt;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

/// How long a connection, and an answer, may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long the first answer may take: nothing that listens there keeps one waiting longer, unless
/// it speaks another protocol.
const FIRST: Duration = Duration::from_secs(3);
/// How long the answer to a command is at most.
const LONGEST: u64 = 1024 * 1024;

/// A connection to an events port.
pub(super) type PortStream = BufReader<TcpStream>;

/// Comes to where one listens; messages call it `name`.
pub(super) fn connect(addr: &str, name: &str) -> anyhow::Result<PortStream> {
    let lang = Language::spoken();
    let addrs = addr.to_socket_addrs().with_context(|| lang.commands_expected_port(name))?;
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
    let Some(error) = failed else { bail!(lang.commands_expected_port(name)) };
    let what_to_do = match error.kind() {
        io::ErrorKind::ConnectionRefused => lang.commands_nobody_listens(name),
        io::ErrorKind::TimedOut => lang.commands_nobody_answers(name),
        _ => lang.commands_cannot_connect(name),
    };
    Err(anyhow::Error::new(error).context(what_to_do))
}

/// Says a line.
pub(super) fn say(port: &mut PortStream, line: &str) -> io::Result<()> {
    port.get_mut().write_all(format!("{line}\n").as_bytes())
}

/// The next line, without its end.
pub(super) fn answer(port: &mut PortStream) -> io::Result<String> {
    let mut line = Vec::new();
    port.take(LONGEST).read_until(b'\n', &mut line)?;
    match line.pop() {
        Some(b'\n') => Ok(String::from_utf8_lossy(&line).into_owned()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// The first answer: whoever it is that listens there.
pub(super) fn first_answer(port: &mut PortStream, name: &str) -> anyhow::Result<String> {
    match answer(port) {
        Ok(answer) => Ok(answer),
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
            bail!("{name}: {}", complaint(""))
        }
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => bail!("{name}: {}", complaint("")),
        Err(error) => Err(error).with_context(|| Language::spoken().commands_lost(name)),
    }
}

/// What an answer means that is not the one that was expected, and what to do then.
pub(super) fn complaint(answer: &str) -> String {
    let lang = Language::spoken();
    let answer = answer.trim();
    if let Some(why) = answer.strip_prefix("error: ") {
        return match why {
            "first say: token TOKEN" => lang.commands_wants_token().to_owned(),
            "that is not the token" => lang.commands_other_token().to_owned(),
            _ => printable(why).into_owned(),
        };
    }
    let found = match answer {
        "" => lang.commands_found_nothing().to_owned(),
        "ERROR" => lang.commands_found_memcached().to_owned(),
        _ if answer.starts_with("HTTP/") || answer.starts_with('<') => lang.commands_found_web().to_owned(),
        _ => {
            let beginning: String = answer.chars().take(40).collect();
            lang.commands_found_other(printable(&beginning))
        }
    };
    lang.commands_not_it(found)
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
