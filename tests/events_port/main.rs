//! The events port of the program itself: what it answers, what a viewer gets, and what it takes
//! from strangers.
#![allow(clippy::unwrap_used)]

mod commands;
#[path = "../common/mod.rs"]
mod common;
mod leash;
mod strangers;

use common::until;
use memstep::event::{Event, Kind};
use memstep::trace::check::Checker;
use memstep::trace::format::End;
use memstep::trace::reader::TraceReader;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
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
        let mut child = common::program::memstep()
            .args(["serve", "-l", "127.0.0.1:0", "--events", events])
            .args(args)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        // Held before its first event, it does not serve yet.
        while !said.contains("; Ctrl-C ends it\n") && !said.contains("lets it go on\n") {
            assert!(stderr.read_line(&mut said).unwrap() > 0, "{said}");
        }
        // What it says later is not waited for by anybody, and must not keep it from going on.
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        let after = |words: &str| -> SocketAddr {
            let rest = said.split_once(words).unwrap_or_else(|| panic!("{said}")).1;
            rest.split([',', ';']).next().unwrap().parse().unwrap()
        };
        let events = after("events on ");
        let is_held = said.contains("lets it go on\n");
        Server { addr: if is_held { events } else { after("serving on ") }, events, child }
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
