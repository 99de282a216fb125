//! `memstep attach`: the screen on a server elsewhere.

use super::*;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Child as Process, Command, Stdio};

/// A server as a process, held before its first event or not; killed when it is dropped.
struct Server {
    process: Process,
    events: String,
    addr: String,
}

impl Server {
    fn start(args: &[&str]) -> Server {
        let mut process = Command::new(MEMSTEP)
            .args(["serve", "-l", "127.0.0.1:0", "--events", "0"])
            .args(args)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(process.stderr.take().unwrap());
        let mut said = String::new();
        stderr.read_line(&mut said).unwrap();
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        let after = |words: &str| {
            let rest = said.split_once(words).map(|(_, rest)| rest);
            rest.and_then(|rest| rest.split([',', ';']).next()).unwrap_or_default().to_owned()
        };
        Server { events: after("events on "), addr: after("serving on "), process }
    }

    fn attach(&self) -> Terminal {
        Terminal::start(&["attach", &self.events])
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.addr).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Others may be at work on the server: one is asked first.
fn hold(terminal: &mut Terminal) {
    terminal.press_for("p", "all its clients wait then");
    terminal.press_for("p", "SERVER HELD");
}

#[test]
fn a_server_elsewhere_is_stepped_from_its_first_event_on() {
    let server = Server::start(&["-t", "1", "--step"]);
    let mut terminal = server.attach();
    let screen = terminal.wait_for("▮ mark");
    assert!(screen.contents().contains("SERVER HELD") && screen.contents().contains("no events yet"));
    for n in 1..=3 {
        terminal.press_for(".", &format!("event {n} of {n} "));
    }
    // Looking back and coming again lets nothing through.
    terminal.press_for(",", "PAST (#2 of 3)");
    assert!(terminal.press_for(".", "event 3 of 3 ").contents().contains("SERVER HELD"));
    terminal.press_for("010.", "event 13 of 13 ");
    terminal.press_for("p", " LIVE ");
    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn two_wait_in_a_queue_while_the_worker_is_not_let_go_on() {
    let server = Server::start(&["-t", "1"]);
    let mut terminal = server.attach();
    terminal.wait_for(" LIVE ");
    hold(&mut terminal);
    terminal.press_for("t", "turn: main");
    let _clients = [server.connect(), server.connect()];
    // Main is stepped whenever it comes to the gate; the worker stays where it is.
    let start = Instant::now();
    loop {
        let seen = terminal.seen.0.lock().unwrap().parser.screen().contents();
        if seen.contains("c0 c1") {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "{seen}");
        terminal.press(".");
        std::thread::sleep(Duration::from_millis(20));
    }
    terminal.wait("the worker is at the gate", |screen| {
        screen.contents().lines().any(|line| line.contains("worker0") && line.contains("▮ wake"))
    });
    // Now it is the worker's turn.
    terminal.press_for("t", "turn: worker0");
    terminal.press_for(".", "▮ notified");
    terminal.press_for(".", "▮ cq_pop c0");
    assert!(terminal.press_for(".", "▮ event_add").contents().contains("c1"));
    // And then whoever has waited longest; a breakpoint is run to.
    terminal.press("t");
    terminal.wait("nobody's turn", |screen| !text(screen).lines().next().unwrap().contains("turn: "));
    terminal.press_for("b", "breakpoint on cq_pop");
    terminal.press("c");
    terminal.wait("held at the next pop", |screen| {
        let text = screen.contents();
        text.contains("stopped at event") && text.contains("SERVER HELD")
    });
    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn one_steps_and_another_only_looks() {
    let server = Server::start(&[]);
    let (mut one, mut other) = (server.attach(), server.attach());
    one.wait_for(" LIVE ");
    other.wait_for(" LIVE ");
    hold(&mut one);
    other.wait_for("SERVER HELD");
    other.press_for(".", "has the leash; it is free once");
    other.press_for("p", "has the leash");
    // The one who holds it goes away, without a word.
    one.press("q");
    one.end().assert_restored(0);
    other.wait_for(" LIVE ");
    hold(&mut other);
    other.press("q");
    other.end().assert_restored(0);
}

#[test]
fn when_the_server_goes_away_the_view_stays_and_says_so() {
    for (signal, said) in [(Signal::TERM, "has stopped"), (Signal::KILL, "has gone")] {
        let server = Server::start(&[]);
        let mut terminal = server.attach();
        terminal.wait_for(" LIVE ");
        let _client = server.connect();
        terminal.wait_for("accepted 1");
        hold(&mut terminal);
        let pid = Pid::from_child(&server.process);
        kill_process(pid, signal).unwrap();
        let screen = terminal.wait_for("SERVER GONE");
        assert!(footer(&screen).contains(said), "{}", footer(&screen));
        terminal.press_for(",", "PAST (#");
        terminal.press_for("G", "SERVER GONE");
        terminal.press_for("p", "nothing to hold");
        terminal.press("q");
        terminal.end().assert_restored(0);
    }
}

#[test]
fn recording_is_started_and_stopped_from_elsewhere() {
    let dir = tempfile::TempDir::new().unwrap();
    let trace = dir.path().join("t.jsonl");
    let server = Server::start(&["--record", trace.to_str().unwrap(), "--record-paused"]);
    let mut terminal = server.attach();
    terminal.wait_for(" LIVE ");
    terminal.press_for("r", "● REC");
    // What is not recorded is lost: one is asked first, and no other key says yes.
    for no in ["\x1b", ".", "q"] {
        terminal.press_for("r", "stop the recording of ");
        assert!(terminal.press_for(no, "the recording goes on").contents().contains("● REC"));
    }
    terminal.press_for("r", "stop the recording of ");
    terminal.press_for("r", "recording has stopped");
    terminal.wait("the sign is gone", |screen| !screen.contents().contains("● REC"));
    terminal.press("q");
    terminal.end().assert_restored(0);
    // Where no file was named there is none to write.
    let server = Server::start(&[]);
    let mut terminal = server.attach();
    terminal.wait_for(" LIVE ");
    terminal.press_for("r", "--record");
    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn one_is_asked_before_a_server_elsewhere_is_held_or_let_go() {
    let server = Server::start(&["-t", "1"]);
    let mut terminal = server.attach();
    terminal.wait_for(" LIVE ");
    terminal.press_for("p", "all its clients wait then");
    assert!(terminal.press_for("e", "the server is not held").contents().contains(" LIVE "));
    terminal.press_for("p", "all its clients wait then");
    terminal.press_for("y", "SERVER HELD");
    // Who has the leash in hand has said so once.
    terminal.press_for("p", " LIVE ");
    terminal.press("q");
    terminal.end().assert_restored(0);

    // It waits for the first to step it, and that is over once somebody lets it go.
    let server = Server::start(&["-t", "1", "--step"]);
    let mut terminal = server.attach();
    terminal.wait_for("▮ mark");
    terminal.press_for("p", "it runs from here on");
    assert!(terminal.press_for("\x1b", "the server is still held").contents().contains("no events yet"));
    terminal.press_for("p", "it runs from here on");
    // At the question one may leave all the same.
    terminal.press("\x03");
    terminal.end().assert_restored(130);
}
