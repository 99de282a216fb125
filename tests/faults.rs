//! What goes wrong, tried on the program itself: it says so in one line, keeps what it can, and
//! its exit code tells.
#![allow(clippy::unwrap_used)]

mod common;

use common::taped::checked;
use common::until;
use memstep::event::{Event, Kind};
use memstep::trace::reader::Recording;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

fn memstep(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_memstep"));
    command.args(args).stdin(Stdio::null()).env_remove("RUST_BACKTRACE");
    command
}

/// A server as a process, on a port that was free a moment ago; killed when it is dropped.
struct Serve {
    child: Child,
    addr: SocketAddr,
    stderr: BufReader<ChildStderr>,
    /// What it said until it was ready.
    said: String,
}

impl Serve {
    fn start(args: &[&str]) -> Serve {
        Serve::start_to(args, Stdio::null())
    }

    fn start_to(args: &[&str], stdout: Stdio) -> Serve {
        let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let port = addr.port().to_string();
        let mut command = memstep(&["serve", "-l", "127.0.0.1", "-p", &port]);
        Serve::ready(command.args(args).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap(), addr)
    }

    /// Waits until it serves.
    fn ready(mut child: Child, addr: SocketAddr) -> Serve {
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut serve = Serve { child, addr, stderr, said: String::new() };
        while !serve.said.contains("serving on") {
            assert!(serve.stderr.read_line(&mut serve.said).unwrap() > 0, "{}", serve.said);
        }
        serve
    }

    fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(self.addr).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        client
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// How it ended, and what it said last.
    fn ended(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).unwrap();
        (status.code().or(status.signal().map(|signal| -signal)), said)
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

/// The exit code and what was said on stderr, which was all.
fn refused(args: &[&str]) -> (Option<i32>, String) {
    let output = memstep(args).output().unwrap();
    assert!(output.stdout.is_empty());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn record_to(dir: &TempDir) -> PathBuf {
    dir.path().join("trace.jsonl")
}

fn str(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// `check` finds nothing, and says what it notes.
fn check(path: &Path) -> String {
    let output = memstep(&["check", str(path)]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.ends_with("no problems\n"), "{said}");
    said
}

#[test]
fn a_port_in_use_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, said) = refused(&["serve", "-l", "127.0.0.1", "-p", &port]);
    assert_eq!(code, Some(2));
    assert!(said.starts_with(&format!("memstep: failed to listen on TCP 127.0.0.1:{port}: ")), "{said}");
    assert!(said.contains("in use") && said.contains("choose a port with -p"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn an_address_that_is_none_is_refused() {
    let (code, said) = refused(&["serve", "-l", "192.0.2.1", "-p", "11999"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("192.0.2.1:11999") && said.contains("-l must name an address"), "{said}");
    let (code, said) = refused(&["serve", "-l", "127.0.0.1:x"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("no such port"), "{said}");
}

#[test]
fn a_full_disk_ends_the_recording_and_not_the_server() {
    let server = Serve::start(&["--record", "/dev/full"]);
    let said = "memstep: /dev/full: No space left on device (os error 28): recording has stopped; \
                the server goes on without\n";
    assert!(server.said.contains(said), "{}", server.said);
    let mut client = server.connect();
    let mut late = server.connect();
    for _ in 0..100 {
        version(&mut client);
        version(&mut late);
    }
    server.signal(Signal::TERM);
    let (code, rest) = server.ended();
    assert_eq!(code, Some(143));
    assert!(!rest.contains("the server goes on without"), "said once: {rest}");
}

/// A disk that fills up while the server runs: here the file may have no more than some kilobytes.
#[test]
fn a_disk_that_fills_up_leaves_what_was_written() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Beyond the limit a write fails with EFBIG, once the signal that tells of it is ignored.
    let command = format!(
        "trap '' XFSZ; ulimit -f 16; exec {} serve -l 127.0.0.1 -p {} --record {}",
        env!("CARGO_BIN_EXE_memstep"),
        addr.port(),
        str(&path)
    );
    let child = Command::new("sh").args(["-c", &command]).stderr(Stdio::piped()).spawn().unwrap();
    let server = Serve::ready(child, addr);
    let mut client = server.connect();
    for _ in 0..200 {
        version(&mut client);
    }
    server.signal(Signal::TERM);
    let (code, said) = server.ended();
    assert_eq!(code, Some(143));
    assert_eq!(said.matches("recording has stopped; the server goes on without").count(), 1, "{said}");
    assert!(said.contains("File too large"), "{said}");
    let recording = Recording::load(&path, false).unwrap();
    assert!(recording.end.is_none() && recording.events.len() > 10);
    check(&path);
}

#[test]
fn a_recording_that_cannot_be_written_is_refused_before_anything_starts() {
    let dir = TempDir::new().unwrap();
    for path in ["no/such/dir/t.jsonl", str(dir.path())] {
        let (code, said) = refused(&["serve", "-l", "127.0.0.1", "-p", "11998", "--record", path]);
        assert_eq!(code, Some(2));
        assert!(said.starts_with(&format!("memstep: cannot write {path}: ")), "{said}");
    }
}

#[test]
fn a_signal_closes_the_recording_and_is_the_exit_code() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let dir = TempDir::new().unwrap();
        let path = record_to(&dir);
        let server = Serve::start(&["--record", str(&path)]);
        assert!(server.said.contains(str(&path)), "{}", server.said);
        let mut client = server.connect();
        ask(&mut client, b"set a 0 0 1\r\n1\r\n", b"STORED\r\n");
        version(&mut client);
        server.signal(signal);
        assert_eq!(server.ended().0, Some(code));
        let (_, events) = checked(&fs::read(&path).unwrap());
        assert!(sent(&events, "VERSION 1.4.24\r\n"), "the last answer is in it");
        assert!(!check(&path).contains("note:"));
    }
}

/// Whether an answer is in a recording.
fn sent(events: &[Event], answer: &str) -> bool {
    let pieces = events.iter().filter(|e| e.ev == Kind::Sendmsg).filter_map(|e| e.iov.as_ref()).flatten();
    pieces.into_iter().any(|piece| piece.data.as_deref() == Some(answer))
}

#[test]
fn killed_outright_the_file_keeps_what_was_flushed() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let server = Serve::start(&["--record", str(&path)]);
    let mut client = server.connect();
    ask(&mut client, b"set a 0 0 1\r\n1\r\n", b"STORED\r\n");
    until("it is in the file", || fs::read_to_string(&path).unwrap().contains("\"STORED\\r\\n\""));
    for _ in 0..1000 {
        version(&mut client);
    }
    server.signal(Signal::KILL);
    assert_eq!(server.ended().0, Some(-9));
    let recording = Recording::load(&path, false).unwrap();
    assert!(recording.end.is_none());
    assert!(sent(&recording.events, "STORED\r\n"));
    let not_closed =
        |warning: &memstep::trace::reader::Warning| warning.to_string().contains("recording not closed");
    assert!(recording.warnings.iter().any(not_closed), "{:?}", recording.warnings);
    assert!(check(&path).contains("recording not closed"));
}

#[test]
fn a_limit_that_leaves_no_room_for_clients_is_refused() {
    for low in ["1", "5", "10", "21", "22"] {
        let (code, said) = refused(&["serve", "-l", "127.0.0.1", "-p", "11997", "-t", "4", "-c", low]);
        assert_eq!(code, Some(2), "-c {low}: {said}");
        assert!(said.contains(&format!("-c {low} is too low")), "-c {low}: {said}");
        assert!(said.contains("use -c "), "-c {low}: {said}");
    }
    // Enough by memcached's reckoning, which leaves out the files that every process has open.
    let (code, said) = refused(&["serve", "-l", "127.0.0.1", "-p", "11997", "-t", "1", "-c", "8"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("-c 8 is too low"), "{said}");
}

#[test]
fn out_of_descriptors_it_pauses_and_takes_up_accepting_again() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let server = Serve::start(&["-t", "1", "-c", "20", "-v", "--record", str(&path)]);
    // All of them, before it accepts so many that it asks the kernel to take no more.
    server.signal(Signal::STOP);
    let crowd: Vec<_> = (0..30).map(|_| server.connect()).collect();
    server.signal(Signal::CONT);
    let paused = || fs::read_to_string(&path).unwrap().contains("\"EMFILE\"");
    until("it has run out of descriptors", paused);
    // Those that were accepted are served.
    let mut first = crowd[0].try_clone().unwrap();
    version(&mut first);
    let mut stats = first.try_clone().unwrap();
    stats.write_all(b"stats\r\n").unwrap();
    let mut said = String::new();
    for line in BufReader::new(stats).lines() {
        said += &line.unwrap();
        said += "\n";
        if said.ends_with("END\n") {
            break;
        }
    }
    let disabled = said.split_once("STAT listen_disabled_num ").unwrap().1.lines().next().unwrap();
    assert!(disabled.parse::<u32>().unwrap() >= 1, "{said}");
    // Everybody else gets a turn once they have gone.
    let mut waiting: Vec<_> = crowd.into_iter().rev().collect();
    while let Some(last) = waiting.pop() {
        let mut last = last;
        version(&mut last);
        drop(last);
    }
    version(&mut first);
    server.signal(Signal::TERM);
    let (code, rest) = server.ended();
    assert_eq!(code, Some(143));
    assert!(rest.contains("accept4(): Too many open files\n"), "{rest}");
    assert!(rest.contains("Too many open connections\n"), "{rest}");
    let (_, events) = checked(&fs::read(&path).unwrap());
    let full = events.iter().position(|e| e.errno.as_deref() == Some("EMFILE")).unwrap();
    assert_eq!(events[full].ev, Kind::Accept);
    let rest = || events[full..].iter();
    let listens: Vec<_> = rest().filter(|e| e.ev == Kind::Listen).map(|e| e.backlog.unwrap()).collect();
    assert_eq!(&listens[..2], [0, 1024], "it listens with no backlog, and later as before");
    let fd = events[full].listen_fd;
    let (del, add) = (
        rest().position(|e| e.ev == Kind::EventDel && e.fd == fd).unwrap(),
        rest().position(|e| e.ev == Kind::EventAdd && e.fd == fd).unwrap(),
    );
    assert!(del < add, "it hears nothing of the listening socket in between");
    let accepted = |e: &&Event| e.ev == Kind::Accept && e.conn.is_some();
    assert_eq!(events.iter().filter(accepted).count(), 30);
}

#[test]
fn as_root_it_may_be_somebody_else() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: not root");
        return;
    }
    let server = Serve::start(&["-u", "nobody"]);
    version(&mut server.connect());
    let status = fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let ids = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(ids("Uid:").iter().chain(&ids("Gid:")).all(|id| id != "0"), "{status}");
    assert!(!ids("Groups:").contains(&"0".to_owned()), "{status}");
    let (code, said) = refused(&["serve", "-l", "127.0.0.1", "-p", "11996", "-u", "no-such-user"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("can't find the user \"no-such-user\""), "{said}");
}

#[test]
fn a_script_that_expects_something_else_is_told_by_line_and_keeps_its_trace() {
    let dir = TempDir::new().unwrap();
    let script = dir.path().join("story.session");
    fs::write(&script, "open a\nsend a \"version\\r\\n\"\nrecv a \"VERSION 9\\r\\n\"\nclose a\n").unwrap();
    let path = record_to(&dir);
    let (code, said) = refused(&["record", str(&script), "-o", str(&path)]);
    assert_eq!(code, Some(2));
    let where_it_stands = format!("memstep: {}:3: recv a \"VERSION 9\\r\\n\": wanted ", str(&script));
    assert!(said.starts_with(&where_it_stands), "{said}");
    let (_, events) = checked(&fs::read(&path).unwrap());
    assert!(sent(&events, "VERSION 1.4.24\r\n"));
}

#[test]
fn a_trace_on_stdout_has_it_to_itself() {
    let mut server = Serve::start_to(&["-vvv", "--record", "-"], Stdio::piped());
    let mut stdout = server.child.stdout.take().unwrap();
    let trace = std::thread::spawn(move || {
        let mut trace = Vec::new();
        stdout.read_to_end(&mut trace).map(|_| trace)
    });
    let mut client = server.connect();
    version(&mut client);
    server.signal(Signal::INT);
    let (code, said) = server.ended();
    assert_eq!(code, Some(130));
    assert!(said.contains("going from conn_read to conn_parse_cmd\n"), "what it says goes to stderr: {said}");
    let (_, events) = checked(&trace.join().unwrap().unwrap());
    assert!(sent(&events, "VERSION 1.4.24\r\n"));
}
