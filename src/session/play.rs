//! Plays a script against a server.

use super::{Cause, ScriptAction, ScriptStep, SessionError};
use crate::text;
use crate::texts::Language;
use rustix::net::{AddressFamily, SocketAddrAny, SocketType, sockopt};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::Duration;

/// The pause after a step that the server must see: long enough for it to do its part and sleep
/// again, so that every recording of a story tells the same.
pub const SETTLE: Duration = Duration::from_millis(60);
/// How long one read, write or connect may take.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// Plays `steps` against the server at `addr`, calling `mark` where a chapter begins. Afterwards
/// every client is closed, and the server has had a pause to notice.
///
/// # Errors
///
/// The first step that could not be done as it says; `file` names the script in the message.
pub fn play(
    steps: &[ScriptStep],
    file: &str,
    addr: SocketAddr,
    mark: &mut dyn FnMut(&str),
) -> Result<(), SessionError> {
    let mut player = ScriptPlayer { addr, clients: BTreeMap::new(), rcvbuf: HashMap::new() };
    for step in steps {
        player.step(&step.action, mark).map_err(|cause| SessionError {
            file: file.to_owned(),
            line: step.line,
            text: step.text.clone(),
            cause,
        })?;
    }
    drop(player);
    sleep(SETTLE);
    Ok(())
}

struct ScriptPlayer {
    addr: SocketAddr,
    clients: BTreeMap<String, TcpStream>,
    rcvbuf: HashMap<String, usize>,
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        Cause::Io(error)
    }
}

impl ScriptPlayer {
    fn step(&mut self, action: &ScriptAction, mark: &mut dyn FnMut(&str)) -> Result<(), Cause> {
        let settles = matches!(
            action,
            ScriptAction::Open(_)
                | ScriptAction::Send(..)
                | ScriptAction::Shut(_)
                | ScriptAction::Close(_)
                | ScriptAction::Reset(_)
        );
        match action {
            ScriptAction::Mark(text) => mark(text),
            ScriptAction::Wait(pause) => sleep(*pause),
            ScriptAction::Rcvbuf(name, bytes) => {
                self.rcvbuf.insert(name.clone(), *bytes);
            }
            ScriptAction::Open(name) => {
                let stream = connect(self.addr, self.rcvbuf.get(name).copied())?;
                self.clients.insert(name.clone(), stream);
            }
            ScriptAction::Send(name, bytes) => match self.client(name)?.write_all(bytes) {
                Err(error) if is_timeout(&error) => return Err(Cause::Stuck),
                result => result?,
            },
            ScriptAction::Recv(name, wanted) => {
                receive(self.client(name)?, wanted.len(), Some(wanted))?;
            }
            ScriptAction::RecvLen(name, wanted) => {
                receive(self.client(name)?, *wanted, None)?;
            }
            ScriptAction::Shut(name) => self.client(name)?.shutdown(Shutdown::Write)?,
            ScriptAction::Close(name) => drop(self.take(name)?),
            ScriptAction::Reset(name) => {
                let stream = self.take(name)?;
                sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).map_err(io::Error::from)?;
            }
            ScriptAction::Eof(name) => {
                let stream = self.client(name)?;
                let mut buffer = [0; 65536];
                while read(stream, &mut buffer)? > 0 {}
            }
        }
        if settles {
            sleep(SETTLE);
        }
        Ok(())
    }

    fn client(&mut self, name: &str) -> Result<&mut TcpStream, Cause> {
        self.clients.get_mut(name).ok_or_else(|| not_open(name))
    }

    fn take(&mut self, name: &str) -> Result<TcpStream, Cause> {
        self.clients.remove(name).ok_or_else(|| not_open(name))
    }
}

fn not_open(name: &str) -> Cause {
    Cause::Syntax(Language::spoken().session_not_open_here(text::printable(name)))
}

/// A client's socket. The receive buffer must be set before the connection is made: the window
/// that the server sees is settled then.
fn connect(addr: SocketAddr, rcvbuf: Option<usize>) -> io::Result<TcpStream> {
    let family = if addr.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = rustix::net::socket(family, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    if let Some(bytes) = rcvbuf {
        sockopt::set_socket_recv_buffer_size(&socket, bytes)?;
    }
    // On Linux the time limit for sending holds for connecting too.
    sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, Some(TIMEOUT))?;
    sockopt::set_socket_timeout(&socket, sockopt::Timeout::Recv, Some(TIMEOUT))?;
    let stream = TcpStream::from(socket);
    stream.set_nodelay(true)?;
    rustix::net::connect(&stream, &SocketAddrAny::from(addr)).map_err(|error| match error {
        rustix::io::Errno::INPROGRESS => io::Error::from(ErrorKind::TimedOut),
        error => error.into(),
    })?;
    Ok(stream)
}

/// `wanted` bytes, and if `exactly` is given, those. The first wrong byte ends it at once: nothing
/// that could still come would make it right.
fn receive(stream: &mut TcpStream, wanted: usize, exactly: Option<&[u8]>) -> Result<(), Cause> {
    let mut got = vec![0; wanted];
    let mut filled = 0;
    while filled < wanted {
        let result = read(stream, &mut got[filled..]);
        if let Ok(n @ 1..) = result {
            filled += n;
            match exactly {
                Some(exactly) if !exactly.starts_with(&got[..filled]) => {
                    got.truncate(filled);
                    return Err(Cause::Different { got, wanted: exactly.to_vec() });
                }
                _ => continue,
            }
        }
        got.truncate(filled);
        return Err(match result {
            Ok(_) => Cause::Closed { got, wanted },
            Err(error) if is_timeout(&error) => Cause::Silence { got, wanted },
            Err(error) => error.into(),
        });
    }
    Ok(())
}

fn read(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// A socket whose time limit has passed says that it would block.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Session;
    use super::*;
    use std::net::TcpListener;
    use std::sync::mpsc;

    /// How a connection of the echo server ended.
    #[derive(Debug, PartialEq)]
    enum Ending {
        Fin,
        Reset,
    }

    /// Echoes until the client has ended, then closes. `bye` makes it close at once.
    fn echo() -> (SocketAddr, mpsc::Receiver<Ending>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (tell, endings) = mpsc::channel();
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let tell = tell.clone();
                std::thread::spawn(move || {
                    let mut buffer = [0; 65536];
                    let ending = loop {
                        match stream.read(&mut buffer) {
                            Ok(0) => break Ending::Fin,
                            Ok(n) if buffer[..n].ends_with(b"bye") => break Ending::Fin,
                            Ok(n) => stream.write_all(&buffer[..n]).unwrap(),
                            Err(error) if error.kind() == ErrorKind::ConnectionReset => break Ending::Reset,
                            Err(error) => panic!("{error}"),
                        }
                    };
                    drop(stream);
                    tell.send(ending).unwrap();
                });
            }
        });
        (addr, endings)
    }

    fn play_source(source: &str, addr: SocketAddr) -> Result<Vec<String>, SessionError> {
        let session = Session::parse(source, "x.session")?;
        let mut marks = Vec::new();
        play(&session.steps, "x.session", addr, &mut |mark| marks.push(mark.to_owned()))?;
        Ok(marks)
    }

    #[test]
    fn a_story_is_played_as_written() {
        let (addr, endings) = echo();
        let source = "#mark: One\nrcvbuf a 4096\nopen a\nsend a \"ab\\r\\n\"\nrecv a \"ab\"\nrecv a 2\n\
                      #mark: Two\nopen b\nsend b \"x\"*1000\nrecv b 1000\nshut a\neof a\nwait 1\nclose b\n";
        assert_eq!(play_source(source, addr).unwrap(), ["One", "Two"]);
        assert_eq!([endings.recv().unwrap(), endings.recv().unwrap()], [Ending::Fin, Ending::Fin]);
    }

    #[test]
    fn a_reset_is_a_reset_and_who_is_left_over_is_closed() {
        let (addr, endings) = echo();
        play_source("open a\nreset a\n", addr).unwrap();
        assert_eq!(endings.recv().unwrap(), Ending::Reset);
        play_source("open a\n", addr).unwrap();
        assert_eq!(endings.recv_timeout(TIMEOUT).unwrap(), Ending::Fin);
    }

    #[test]
    fn what_came_instead_is_told() {
        let (addr, _endings) = echo();
        let error = play_source("open a\nsend a \"ERROR\\r\\n\"\nrecv a \"STORED\\r\"\n", addr).unwrap_err();
        assert_eq!(
            error.to_string(),
            "x.session:3: recv a \"STORED\\r\": wanted \"STORED\\r\", got \"ERROR\\r\\n\": byte 1 is the first to differ"
        );
        // Fewer bytes than wanted, but wrong ones: there is nothing to wait for.
        let error = play_source("open a\nsend a \"END\"\nrecv a \"STORED\"\n", addr).unwrap_err();
        assert!(error.to_string().ends_with("got \"END\": byte 1 is the first to differ"), "{error}");
        let error = play_source("open a\nsend a \"bye\"\nrecv a 5\n", addr).unwrap_err();
        assert_eq!(
            error.to_string(),
            "x.session:3: recv a 5: the server closed: wanted 5 bytes, got \"\" (0)"
        );
    }

    #[test]
    fn a_server_that_is_not_there_is_told() {
        let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = play_source("open a\n", addr).unwrap_err().to_string();
        assert!(error.starts_with("x.session:1: open a: Connection refused"), "{error}");
    }
}
