//! The events port of the program itself: what it answers, what a viewer gets, and what it takes
//! from strangers.
#![allow(clippy::unwrap_used)]

mod common;

use common::until;
use memstep::event::{Event, Kind};
use memstep::trace::check::Checker;
use memstep::trace::format::End;
use memstep::trace::reader::TraceReader;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// Nothing takes that long; more is a hang.
const PATIENCE: Duration = Duration::from_secs(30);

fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// A server as a process, with an events port; killed when it is dropped.
struct Server {
    child: Child,
    addr: SocketAddr,
    events: SocketAddr,
}

impl Server {
    fn start(args: &[&str]) -> Server {
        Server::start_on("0", args)
    }

    fn start_on(events: &str, args: &[&str]) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_memstep"))
            .args(["serve", "-l", "127.0.0.1:0", "--events", events])
            .args(args)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("; Ctrl-C ends it\n") {
            assert!(stderr.read_line(&mut said).unwrap() > 0, "{said}");
        }
        // What it says later is not waited for by anybody, and must not keep it from going on.
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        let after = |words: &str| -> SocketAddr {
            let rest = said.split_once(words).unwrap_or_else(|| panic!("{said}")).1;
            rest.split([',', ';']).next().unwrap().parse().unwrap()
        };
        Server { addr: after("serving on "), events: after("events on "), child }
    }

    fn port(&self) -> Talk {
        Talk(BufReader::new(connect(self.events)))
    }

    fn status(&self) -> Value {
        serde_json::from_str(&self.port().ask("status")).unwrap()
    }

    /// The process's threads that belong to the events port.
    fn its_threads(&self) -> usize {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let names = tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("comm")).ok());
        names.filter(|name| name == "events\n").count()
    }

    /// Ends it in order; its exit code.
    fn end(mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection to the events port.
struct Talk(BufReader<TcpStream>);

impl Talk {
    fn say(&mut self, words: impl AsRef<[u8]>) {
        self.0.get_mut().write_all(words.as_ref()).unwrap();
    }

    /// The next line, without its end; empty where there is none any more.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end_matches('\n').to_owned()
    }

    fn ask(&mut self, command: &str) -> String {
        self.say(format!("{command}\n"));
        self.line()
    }

    /// Everything until the other side closes.
    fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // Somebody who is sent away while he still talks may see a reset after the last word.
        let _ = self.0.read_to_end(&mut rest);
        String::from_utf8(rest).unwrap()
    }

    /// Watches: the header and, where there is one, the snapshot have come.
    fn watch(mut self) -> Viewer {
        self.say("watch\n");
        let header = self.line();
        assert!(header.starts_with("{\"format\":\"memstep-trace\""), "{header}");
        let first = self.line();
        Viewer { talk: self, lines: format!("{header}\n{first}\n") }
    }
}

struct Viewer {
    talk: Talk,
    lines: String,
}

impl Viewer {
    /// Reads on up to a line with these words.
    fn read_to(&mut self, words: &str) {
        loop {
            let line = self.talk.line();
            assert!(!line.is_empty(), "it ended before {words}");
            self.lines += &line;
            self.lines.push('\n');
            if line.contains(words) {
                return;
            }
        }
    }

    /// Reads on to the end; everything.
    fn rest_of_it(mut self) -> String {
        self.lines += &self.talk.rest();
        self.lines
    }

    /// Says that it is enough; everything.
    fn leave(mut self) -> String {
        self.talk.say("quit\n");
        self.rest_of_it()
    }
}

/// The events of a trace, which `check` finds nothing wrong with, and its end.
fn checked(trace: &str) -> (Vec<Event>, Option<End>) {
    let mut reader = TraceReader::new(trace.as_bytes(), "trace").unwrap();
    let mut checker = Checker::new(reader.header());
    let mut events = Vec::new();
    while let Some(row) = reader.next_row().unwrap() {
        checker.event(row.line, &row.event);
        events.push(row.event.clone());
    }
    assert!(!reader.is_cut());
    let report = checker.finish(events.len() as u64 + 2, reader.end().as_ref());
    assert_eq!(report.count, 0, "{:#?}", report.problems);
    (events, reader.end())
}

/// The lines of a trace's own events, by number.
fn own_lines(trace: &str) -> Vec<&str> {
    let is_own = |line: &&str| line.starts_with("{\"seq\":") && !line.contains("\"ev\":\"snapshot\"");
    trace.lines().filter(is_own).collect()
}

/// Requests, many at a time, and their answers.
fn requests(client: &mut TcpStream, n: usize) {
    client.write_all("version\r\n".repeat(n).as_bytes()).unwrap();
    let mut answers = vec![0; "VERSION 1.4.24\r\n".len() * n];
    client.read_exact(&mut answers).unwrap();
    assert!(answers.ends_with(b"VERSION 1.4.24\r\n"));
}

fn path(dir: &TempDir, name: &str) -> PathBuf {
    dir.path().join(name)
}

fn str(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn each_command_is_answered_and_done() {
    let dir = TempDir::new().unwrap();
    let trace = path(&dir, "t.jsonl");
    let server = Server::start(&["--record", str(&trace), "--record-paused"]);
    let mut port = server.port();
    port.say("help\n");
    let mut help = String::new();
    while !help.contains("ok: memstep ") {
        help += &(port.line() + "\n");
    }
    for command in ["status", "record start", "record stop", "record next", "record last", "watch", "quit"] {
        assert!(help.lines().any(|line| line.starts_with(command)), "{command}: {help}");
    }
    let status: Value = serde_json::from_str(&port.ask("status")).unwrap();
    assert_eq!(status["recording"], Value::Null);
    assert_eq!((&status["threads"], &status["detail"]), (&4.into(), &"flow".into()));
    assert_eq!((&status["lost"], &status["viewers"], &status["held"]), (&0.into(), &0.into(), &false.into()));
    assert!(status["events"].as_u64() > Some(10) && status["uptime"].is_u64(), "{status}");
    assert_eq!(port.ask("record stop"), "error: nothing is being recorded");
    assert_eq!(port.ask("record start"), format!("ok: {}: recording", str(&trace)));
    assert!(port.ask("record start").starts_with("error: "));
    assert_eq!(server.status()["recording"], str(&trace));
    requests(&mut connect(server.addr), 3);
    // As a terminal sends it.
    assert!(port.ask("record next\r").starts_with("ok: "));
    assert!(path(&dir, "t.jsonl.1").exists());
    assert!(port.ask("record stop").starts_with("ok: "));
    assert!(port.ask("record last").contains("--record-last"));
    assert!(port.ask("record").starts_with("error: "));
    assert_eq!(
        port.ask("r\u{202e} \"x\""),
        "error: no such command: \"r\\xe2\\x80\\xae \\\"x\\\"\"; help tells which there are"
    );
    port.say("quit\n");
    assert_eq!(port.rest(), "");
    let (events, end) = checked(&fs::read_to_string(path(&dir, "t.jsonl.1")).unwrap());
    assert_eq!(events.iter().filter(|e| e.ev == Kind::Command).count(), 3);
    assert!(end.is_some());
}

#[test]
fn what_happened_last_is_written_when_asked_for() {
    let dir = TempDir::new().unwrap();
    let trace = path(&dir, "t.jsonl");
    let server = Server::start(&["--record", str(&trace), "--record-last", "1MB"]);
    requests(&mut connect(server.addr), 3);
    let answer = server.port().ask("record last");
    assert!(answer.starts_with(&format!("ok: {}: the last ", str(&trace))), "{answer}");
    assert_eq!(server.end(), Some(143));
    let (events, _) = checked(&fs::read_to_string(&trace).unwrap());
    assert!(events.iter().any(|e| e.ev == Kind::Command));
}

#[test]
fn every_viewer_gets_what_the_file_gets() {
    let dir = TempDir::new().unwrap();
    let trace = path(&dir, "t.jsonl");
    let server = Server::start(&["--record", str(&trace), "--detail", "calls"]);
    let mut client = connect(server.addr);
    let mut viewers = Vec::new();
    for _ in 0..3 {
        let viewer = server.port().watch();
        assert!(viewer.lines.contains("\"ev\":\"snapshot\""), "{}", viewer.lines);
        viewers.push(viewer);
        let mut got = [0; 27];
        client.write_all(b"set a 0 0 4\r\n1234\r\nget a\r\n").unwrap();
        client.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"STORED\r\nVALUE a 0 4\r\n1234\r\n");
        client.read_exact(&mut got[..5]).unwrap();
    }
    client.write_all(b"set last_of_all 0 0 1\r\n1\r\n").unwrap();
    for viewer in &mut viewers {
        viewer.read_to("last_of_all");
    }
    assert_eq!(server.status()["viewers"], 3);
    let streams: Vec<_> = viewers.into_iter().map(Viewer::leave).collect();
    assert_eq!(server.end(), Some(143));
    let file = fs::read_to_string(&trace).unwrap();
    let (_, end) = checked(&file);
    assert_eq!(end.unwrap().dropped, 0);
    let all = own_lines(&file);
    for stream in &streams {
        assert_eq!(stream.lines().next(), file.lines().next(), "the header");
        let (events, end) = checked(stream);
        assert!(end.is_some(), "a viewer that leaves has a whole trace");
        // The snapshot has the number of the event before it.
        let from = events[0].seq as usize;
        let lines = own_lines(stream);
        assert_eq!(lines, all[from..from + lines.len()]);
        let replies = events.iter().filter(|e| e.ev == Kind::Command);
        assert!(replies.count() >= 3);
    }
}

#[test]
fn a_viewer_that_does_not_read_misses_events_and_is_told() {
    let server = Server::start(&["-t", "2"]);
    let mut viewer = server.port().watch();
    let mut client = connect(server.addr);
    // What lies in the kernel's buffers is not missed yet, however much that is.
    while server.status()["events"].as_u64() < Some(200_000) || server.status()["missed"] == 0 {
        requests(&mut client, 1000);
    }
    // Its snapshot after the one that it began with.
    viewer.read_to("\"ev\":\"snapshot\"");
    requests(&mut client, 1);
    viewer.read_to("\"ev\":\"command\"");
    let stream = viewer.leave();
    let (events, end) = checked(&stream);
    let resumed = events.iter().rposition(|e| e.ev == Kind::Snapshot).unwrap();
    let gap = &events[resumed - 1];
    assert_eq!(gap.ev, Kind::Drop);
    assert_eq!(gap.seq + gap.n.unwrap() - 1, events[resumed].seq);
    assert!(end.unwrap().dropped >= gap.n.unwrap());
}

#[test]
fn recordings_that_are_stopped_started_and_changed_under_load_lose_and_repeat_nothing() {
    let dir = TempDir::new().unwrap();
    let trace = path(&dir, "t.jsonl");
    // Small rings: what waits in them when a file is changed is in the test's way, not in its question.
    let server = Server::start(&["--record", str(&trace), "--ring-size", "256K"]);
    let enough = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..3)
        .map(|_| {
            let (mut client, enough) = (connect(server.addr), enough.clone());
            std::thread::spawn(move || {
                while !enough.load(Ordering::Relaxed) {
                    requests(&mut client, 20);
                }
            })
        })
        .collect();
    let mut port = server.port();
    let mut files = 1;
    for round in 0..30 {
        // Something comes into each.
        let events = server.status()["events"].as_u64();
        until("something happens", || server.status()["events"].as_u64() > events);
        if round % 3 == 2 {
            assert!(port.ask("record stop").starts_with("ok: "));
            assert!(port.ask("record start").starts_with("ok: "));
        } else {
            assert!(port.ask("record next").starts_with("ok: "));
        }
        files += 1;
    }
    enough.store(true, Ordering::Relaxed);
    for load in load {
        load.join().unwrap();
    }
    assert_eq!(server.end(), Some(143));
    let numbered = (1..files).map(|n| path(&dir, &format!("t.jsonl.{n}")));
    let mut last = 0;
    for (n, file) in numbered.chain([trace.clone()]).enumerate() {
        let (events, end) = checked(&fs::read_to_string(&file).unwrap());
        assert_eq!(end.unwrap().dropped, 0, "{}", file.display());
        let numbers: Vec<u64> = events.iter().map(|e| e.seq).collect();
        // The first file begins with event 1, any other with a snapshot after the last event before it.
        let first = if n == 0 { 1 } else { numbers[0] };
        assert_eq!(numbers, (first..first + events.len() as u64).collect::<Vec<_>>(), "{}", file.display());
        assert_eq!(n == 0, events[0].ev != Kind::Snapshot);
        let follows_at_once = n % 3 != 0;
        assert!(if follows_at_once { first == last } else { first >= last }, "{}", file.display());
        last = events.last().unwrap().seq;
    }
}

#[test]
fn with_a_token_nobody_comes_in_without_it() {
    let server = Server::start_on("0.0.0.0:0", &["--events-token", "open-sesame"]);
    let addr = SocketAddr::from(([127, 0, 0, 1], server.events.port()));
    let port = || Talk(BufReader::new(connect(addr)));
    let mut right = port();
    assert_eq!(right.ask("token open-sesame"), "ok: welcome");
    assert!(right.ask("status").starts_with('{'));
    // Two mistakes are forgiven.
    let mut clumsy = port();
    assert_eq!(clumsy.ask("token open-sesam"), "error: that is not the token");
    assert_eq!(clumsy.ask("status"), "error: first say: token TOKEN");
    assert_eq!(clumsy.ask("token open-sesame"), "ok: welcome");
    assert!(clumsy.ask("status").starts_with('{'));
    // Three are not, and what comes after them is not listened to.
    let mut stranger = port();
    stranger.say("token a\nwatch\nquit\ntoken open-sesame\nrecord start\n");
    let said = stranger.rest();
    assert_eq!(
        said,
        "error: that is not the token\nerror: first say: token TOKEN\nerror: first say: token TOKEN\n"
    );
    // Where there is no token, saying one does no harm.
    let open = Server::start(&[]);
    assert_eq!(open.port().ask("token x"), "ok: welcome");
}

#[test]
fn what_cannot_be_listened_on_is_refused_before_anything_is_begun() {
    let dir = TempDir::new().unwrap();
    let trace = path(&dir, "t.jsonl");
    let refused = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_memstep"));
        let output =
            command.args(["serve", "-l", "127.0.0.1:0", "--record", str(&trace)]).args(args).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(!trace.exists());
        String::from_utf8(output.stderr).unwrap()
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _taken = TcpListener::bind(taken).unwrap();
    let said = refused(&["--events", &taken.to_string()]);
    assert!(said.starts_with(&format!("memstep: --events {taken}: ")), "{said}");
    assert!(said.contains("choose another port") && said.lines().count() == 1, "{said}");
    for everybody in ["0.0.0.0:0", "[::]:0", "[::ffff:0.0.0.0]:0"] {
        let said = refused(&["--events", everybody]);
        assert!(said.contains(everybody) && said.contains("--events-token"), "{said}");
    }
    assert!(refused(&["--events", "0", "--events-token", "two words"]).contains("one word"));
    assert!(refused(&["--events-token", "x"]).contains("--events"));
}

#[test]
fn what_strangers_say_is_bounded_and_checked() {
    let server = Server::start(&[]);
    let said = |words: &[u8]| {
        let mut port = server.port();
        port.say(words);
        port.rest()
    };
    let long = [b"x".repeat(5000), b"\nstatus\n".to_vec()].concat();
    assert_eq!(said(&long), "error: a line has 4096 bytes at most\n");
    assert_eq!(said(&b"x".repeat(100_000)), "error: a line has 4096 bytes at most\n");
    let no_text = "error: a line is text, without control characters\n";
    assert_eq!(said(b"\x16\x03\x01\x02\n\xff\xfe\nrecord stop\n"), no_text);
    assert_eq!(said(b"\x1b[31mstatus\nrecord stop\n"), no_text);
    let web = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nrecord stop\n";
    assert_eq!(said(web.as_bytes()), "error: this is no web server\n");
    // Somebody who has said something valid may hit a wrong key.
    let typed = said(b"help\n\x1b[A\nquit\n");
    assert!(typed.ends_with(no_text) && typed.contains("ok: "), "{typed}");
    // Half a line, empty lines and silence: he is sent away, in time.
    let mut half = server.port();
    half.say("\n\nstat");
    let mut silent = server.port();
    // One who has said something may be silent as long as he likes; the server did not mind any of it.
    let mut polite = server.port();
    assert!(polite.ask("status").starts_with('{'));
    assert_eq!(half.rest(), "error: nothing to the point was said for too long\n");
    assert_eq!(silent.rest(), "error: nothing to the point was said for too long\n");
    assert!(polite.ask("status").starts_with('{'));
    requests(&mut connect(server.addr), 10);
}

#[test]
fn too_many_connections_are_refused_and_cost_clients_nothing() {
    // As few descriptors as the server can do with.
    let server = Server::start(&["-c", "24"]);
    let mut viewers: Vec<_> = (0..64).map(|_| server.port().watch()).collect();
    for _ in 0..40 {
        let refused = server.port().rest();
        assert!(refused.starts_with("error: there are 64 connections already"), "{refused}");
    }
    requests(&mut connect(server.addr), 10);
    viewers.pop();
    until("there is room again", || {
        let mut port = server.port();
        port.0.get_mut().write_all(b"status\n").is_ok() && port.line().starts_with('{')
    });
    for mut viewer in viewers {
        viewer.read_to("\"ev\":\"command\"");
    }
}

#[test]
fn a_viewer_that_closes_is_let_go_of() {
    let server = Server::start(&[]);
    until("its thread has its name", || server.its_threads() == 1);
    let closes = server.port().watch();
    let half_closes = server.port().watch();
    let never_reads = {
        let mut port = server.port();
        port.say("watch\n");
        port
    };
    until("all three are there", || server.its_threads() == 4);
    half_closes.talk.0.get_ref().shutdown(Shutdown::Write).unwrap();
    let (_, end) = checked(&half_closes.rest_of_it());
    assert!(end.is_some());
    drop((closes, never_reads));
    until("all are gone", || server.its_threads() == 1);
}

#[test]
fn a_signal_ends_the_server_whoever_watches() {
    let dir = TempDir::new().unwrap();
    let trace = path(&dir, "t.jsonl");
    let server = Server::start(&["--record", str(&trace)]);
    let reads = server.port().watch();
    let never_reads = server.port().watch();
    let mut says_nothing = server.port();
    let mut asks = server.port();
    assert!(asks.ask("status").starts_with('{'));
    requests(&mut connect(server.addr), 50_000);
    let reading = std::thread::spawn(move || reads.rest_of_it());
    assert_eq!(server.end(), Some(143));
    let stream = reading.join().unwrap();
    let (_, end) = checked(&stream);
    assert!(end.is_some(), "the stream ended in order");
    let file = fs::read_to_string(&trace).unwrap();
    let dropped = end.unwrap().dropped;
    if dropped == 0 {
        assert_eq!(own_lines(&stream).last(), own_lines(&file).last());
    }
    assert_eq!((asks.rest(), says_nothing.rest()), (String::new(), String::new()));
    drop(never_reads);
}
