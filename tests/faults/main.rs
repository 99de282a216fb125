//! What goes wrong, tried on the program itself: it says so in one line, keeps what it can, and
//! its exit code tells.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod disk;
mod files;
mod last;
mod rotation;
mod server;
mod signals;
mod stream;

use common::busy::Busy;
use common::ports::free_addr;
use common::taped::checked;
use common::until;
use memstep::event::{Event, Kind};
use memstep::trace::reader::Recording;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;
use tempfile::TempDir;

/// Far more than anything here takes; it turns a hang into a failure.
const PATIENCE: Duration = Duration::from_secs(30);

fn memstep(args: &[&str]) -> Command {
    let mut command = common::program::memstep();
    command.args(args).stdin(Stdio::null());
    command
}

/// A server as a process, on a port that was free a moment ago; killed when it is dropped.
struct Serve {
    child: Child,
    addr: SocketAddr,
    /// What it says on stderr.
    stderr: Receiver<String>,
    /// What it has said so far, as far as somebody has waited for it.
    said: String,
}

impl Serve {
    fn start(args: &[&str]) -> Serve {
        Serve::start_to(args, Stdio::null())
    }

    fn start_to(args: &[&str], stdout: Stdio) -> Serve {
        let addr = free_addr();
        let port = addr.port().to_string();
        let mut command = memstep(&["serve", "-l", "127.0.0.1", "-p", &port]);
        Serve::ready(command.args(args).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap(), addr)
    }

    /// One that records to `path`.
    fn recording(path: &Path, args: &[&str]) -> Serve {
        Serve::start(&[&["--record", str(path)], args].concat())
    }

    /// One that is started by a line for the shell, in which `SERVE` stands for its beginning.
    fn by_shell(wrap: &[&str], line: &str) -> Serve {
        let addr = free_addr();
        let serve = format!("exec {} serve -l 127.0.0.1 -p {}", env!("CARGO_BIN_EXE_memstep"), addr.port());
        let mut argv = wrap.to_vec();
        argv.extend(["sh", "-c"]);
        let mut command = Command::new(argv[0]);
        command.args(&argv[1..]).arg(line.replace("SERVE", &serve));
        common::program::plain(&mut command);
        Serve::ready(command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap(), addr)
    }

    /// Waits until it serves.
    fn ready(mut child: Child, addr: SocketAddr) -> Serve {
        let (lines, stderr) = mpsc::channel();
        let mut out = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            let mut line = String::new();
            while out.read_line(&mut line).is_ok_and(|n| n > 0) && lines.send(line.clone()).is_ok() {
                line.clear();
            }
        });
        let mut serve = Serve { child, addr, stderr, said: String::new() };
        serve.says("serving on");
        serve
    }

    /// Waits until it says a line with this in it.
    fn says(&mut self, what: &str) -> String {
        loop {
            let line = self.stderr.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|e| panic!("{e}, waiting for {what:?} after:\n{}", self.said));
            self.said += &line;
            if line.contains(what) {
                return line;
            }
        }
    }

    /// From the next line on, nobody reads what it says.
    fn close_stderr(&mut self) {
        self.stderr = mpsc::channel().1;
    }

    fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(self.addr).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Sends the signal that stops recording, which has a number and no name, and waits for the answer.
    fn stop_recording(&mut self) {
        let line = format!("kill -{} {}", nix::libc::SIGRTMIN(), self.child.id());
        assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
        self.says(": recording has stopped\n");
    }

    /// How it ended, and what it said last.
    fn ended(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        let said: String = self.stderr.iter().collect();
        (status.code().or(status.signal().map(|signal| -signal)), said)
    }

    /// Ends it with SIGTERM; everything that it has said.
    fn terminated(self) -> String {
        self.signal(Signal::TERM);
        let before = self.said.clone();
        let (code, rest) = self.ended();
        assert_eq!(code, Some(143), "{before}{rest}");
        before + &rest
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask(client: &mut TcpStream, request: &[u8], reply: &[u8]) {
    client.write_all(request).unwrap();
    let mut got = vec![0; reply.len()];
    client.read_exact(&mut got).unwrap();
    assert_eq!(got, reply);
}

fn version(client: &mut TcpStream) {
    ask(client, b"version\r\n", b"VERSION 1.4.24\r\n");
}

/// Asks for a key that nobody has, to find it again in the recording.
fn leave_a_trace(client: &mut TcpStream, key: &str) {
    ask(client, format!("get {key}\r\n").as_bytes(), b"END\r\n");
}

/// The exit code and what was said on stderr, which was all.
fn refused(args: &[&str]) -> (Option<i32>, String) {
    let output = memstep(args).output().unwrap();
    assert!(output.stdout.is_empty());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn record_to(dir: &TempDir) -> PathBuf {
    dir.path().join("trace.jsonl")
}

/// The files of a recording, in the order of time.
fn files(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let mut files: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap().strip_prefix(name)?.to_owned();
            Some(name.strip_prefix('.').map_or(u64::MAX, |number| number.parse().unwrap()))
        })
        .collect();
    files.sort_unstable();
    let file = |n: u64| if n == u64::MAX { path.to_owned() } else { numbered(path, n) };
    files.into_iter().map(file).collect()
}

fn numbered(path: &Path, n: u64) -> PathBuf {
    PathBuf::from(format!("{}.{n}", str(path)))
}

fn str(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// `check` finds nothing, and says what it notes.
fn check(path: &Path) -> String {
    let output = memstep(&["check", str(path)]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.ends_with("no problems\n"), "{said}");
    said
}

/// Whether an answer is in a recording.
fn sent(events: &[Event], answer: &str) -> bool {
    let pieces = events.iter().filter(|e| e.kind() == Kind::Sendmsg).filter_map(|e| e.iov()).flatten();
    pieces.into_iter().any(|piece| piece.data.as_deref() == Some(answer))
}

/// Whether a command line is in a recording.
fn asked(events: &[Event], line: &str) -> bool {
    events.iter().any(|e| e.kind() == Kind::Command && e.text() == Some(line))
}
