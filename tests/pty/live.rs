//! `memstep live`: a running server, held, recorded, and left.

use super::*;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use tempfile::TempDir;

/// `memstep live` on a free port, with a recording.
struct Live {
    terminal: Terminal,
    port: u16,
    trace: String,
    _dir: TempDir,
}

impl Live {
    /// Started, where the shell's line may have something before it and after it, in a folder of its
    /// own; FILE is the trace.
    fn run(before: &str, after: &str) -> Live {
        let dir = TempDir::new().unwrap();
        let trace = dir.path().join("live.jsonl").to_str().unwrap().to_owned();
        let port = crate::common::ports::free_addr().port();
        let line = format!(
            "cd '{}'; {before} exec '{MEMSTEP}' live -p {port} -l 127.0.0.1 -U 0 {}",
            dir.path().display(),
            after.replace("FILE", &format!("'{trace}'"))
        );
        let terminal = Terminal::run("sh", &["-c", &line], no_env);
        terminal.wait_for(" LIVE ");
        Live { terminal, port, trace, _dir: dir }
    }

    /// Started, and at rest: every thread waits for something to happen. `stderr` is a redirection.
    fn start(more: &str) -> Live {
        let live = Live::run("", &format!("--record FILE {more}"));
        until("all threads wait", || {
            ["main", "worker0", "worker1", "worker2", "worker3"].iter().all(|thread| {
                let own = format!("\"th\":\"{thread}\"");
                let text = live.recorded();
                text.lines().rfind(|line| line.contains(&own)).is_some_and(|l| l.contains("\"ev\":\"wait\""))
            })
        });
        live
    }

    fn recorded(&self) -> String {
        fs::read_to_string(&self.trace).unwrap()
    }

    /// How many events are in the file: it is written at once while the server is held.
    fn events(&self) -> usize {
        self.recorded().matches('\n').count() - 1
    }

    fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client
    }

    fn hold(&mut self) {
        self.terminal.press_for("p", "SERVER HELD");
    }

    /// Waits until somebody stands at the gate.
    fn wait_at_the_gate(&self) {
        self.terminal.wait("somebody at the gate", |screen| screen.contents().contains('▮'));
    }
}

fn assert_whole(trace: &str) {
    let check = Command::new(MEMSTEP).args(["check", trace]).output().unwrap();
    let said = String::from_utf8(check.stdout).unwrap();
    assert!(check.status.success() && said.ends_with("no problems\n"), "{said}");
    assert!(!said.contains("note:"), "{said}");
    let text = fs::read_to_string(trace).unwrap();
    assert!(text.lines().last().is_some_and(|line| line.contains("\"end\":true")));
}

fn version(client: &mut TcpStream) {
    client.write_all(b"version\r\n").unwrap();
    let mut answer = [0; 16];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"VERSION 1.4.24\r\n");
}

#[test]
fn a_held_server_goes_on_one_event_at_a_time() {
    let mut live = Live::start("");
    live.hold();
    let before = live.events();
    let mut client = live.connect();
    live.wait_at_the_gate();
    assert_eq!(live.events(), before, "held, nothing happens");
    for step in 1..=12 {
        live.terminal.press(".");
        let of = format!("event {0} of {0} ", before + step);
        live.terminal.wait_for(&of);
        until("the event is in the file", || live.events() >= before + step);
        // If more than one had come through, it would show here or at one of the next steps.
        assert_eq!(live.events(), before + step);
    }
    let last = before + 12;
    let past = format!("PAST (#{} of {last})", last - 1);
    let now = format!("event {last} of {last} ");
    for back in ["G", "."] {
        live.terminal.press_for(",", &past);
        assert!(live.terminal.press_for(back, &now).contents().contains("SERVER HELD"));
    }
    assert_eq!(live.events(), last, "looking at the past and coming back lets nothing through");

    live.terminal.press_for("p", " LIVE ");
    version(&mut client);

    live.hold();
    client.write_all(b"version\r\n").unwrap();
    live.wait_at_the_gate();
    let held = live.events();
    live.terminal.press("q");
    let start = Instant::now();
    let Live { terminal, trace, _dir, .. } = live;
    terminal.end().assert_restored(0);
    assert!(start.elapsed() < Duration::from_secs(5), "q does not wait for anybody");
    assert_whole(&trace);
    assert!(fs::read_to_string(&trace).unwrap().lines().count() >= held + 2);
}

#[test]
fn it_may_be_held_before_its_first_event() {
    let mut terminal =
        Terminal::start(&["live", "-l", "127.0.0.1:0", "-t", "1", "--detail", "flow", "--step"]);
    let screen = terminal.wait_for("▮ mark");
    assert!(screen.contents().contains("SERVER HELD") && screen.contents().contains("no events yet"));
    terminal.press_for(".", "event 1 of 1 ");
    terminal.press_for(".", "event 2 of 2 ");
    // Half started, it is left all the same.
    terminal.press("q");
    terminal.end().assert_restored(0);
    // What keeps it from starting is told as soon as it is known.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let mut terminal = Terminal::start(&["live", "-l", &addr, "--step"]);
    terminal.wait_for("▮ ");
    terminal.press_for("p", "failed to listen on TCP");
    terminal.press("q");
    let left = terminal.end();
    assert_eq!(left.code, 2);
    assert_shell_s(&left.screen);
    assert!(left.screen.contents().contains("failed to listen on TCP"), "{}", left.screen.contents());
}

#[test]
fn a_signal_ends_a_held_server_and_its_recording() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let mut live = Live::start("");
        live.hold();
        let _client = live.connect();
        live.wait_at_the_gate();
        live.terminal.kill(signal);
        let Live { terminal, trace, _dir, .. } = live;
        terminal.end().assert_restored(code);
        assert_whole(&trace);
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it_in_order() {
    let Live { terminal, trace, _dir, .. } = Live::start("2> /dev/null");
    // The reader lets go at the next thing it reads.
    terminal.seen.0.lock().unwrap().is_enough = true;
    terminal.resize((80, 24));
    let Terminal { mut child, master, keys, tty, reader, .. } = terminal;
    reader.join().unwrap();
    drop((keys, tty, master));
    // Whichever is noticed first: the signal, or that no key can be read any more.
    let status = ended(&mut *child, String::new);
    assert!(status.signal().is_none() && matches!(status.exit_code(), 129 | 2));
    assert_whole(&trace);
}

#[test]
fn recording_is_started_and_stopped_while_one_looks() {
    let mut live = Live::run("", "");
    let rec = "● REC";
    assert!(!live.terminal.press_for("p", "SERVER HELD").contents().contains(rec));
    live.terminal.press_for("p", " LIVE ");
    live.terminal.press_for("r", rec);
    live.terminal.wait_for(".jsonl: recording");
    let dir = live._dir.path().to_owned();
    let entries = || fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let [trace] = &entries()[..] else { panic!("{:?}", entries()) };
    let trace = trace.to_str().unwrap().to_owned();
    assert!(trace.rsplit('/').next().unwrap().starts_with("memstep-20"), "{trace}");
    version(&mut live.connect());
    live.terminal.press_for("r", "recording has stopped");
    live.terminal.wait("the sign is gone", |screen| !screen.contents().contains(rec));
    assert_whole(&trace);
    assert!(fs::read_to_string(&trace).unwrap().contains("VERSION 1.4.24"));
    // By signal, too.
    live.terminal.kill(Signal::USR1);
    live.terminal.wait_for(rec);
    live.terminal.press("q");
    let Live { terminal, _dir, .. } = live;
    let left = terminal.end();
    assert_eq!(left.code, 0);
    assert_shell_s(&left.screen);
    assert!(left.screen.contents().contains("recording has stopped"), "told again for who looks later");
    assert_eq!(entries().len(), 2);
    entries().iter().for_each(|trace| assert_whole(trace.to_str().unwrap()));
}

#[test]
fn a_disk_that_fills_up_is_told_on_the_screen_and_not_over_it() {
    let live = Live::run("trap '' XFSZ; ulimit -f 64;", "--record FILE");
    let mut client = live.connect();
    (0..500).for_each(|_| version(&mut client));
    let screen = live.terminal.wait_for("recording has stopped");
    assert!(footer(&screen).contains("File too large") && footer(&screen).ends_with("? help  q quit"));
    assert!(text(&screen).starts_with(" memstep"), "nothing was printed over the screen");
    version(&mut client);
    let Live { mut terminal, _dir, .. } = live;
    terminal.press("q");
    let left = terminal.end();
    assert_eq!(left.code, 0);
    assert_eq!(left.screen.contents().matches("File too large").count(), 1);
}

#[test]
fn live_lets_others_watch_what_the_screen_shows() {
    let events = crate::common::ports::free_addr();
    let mut live = Live::start(&format!("--events {events}"));
    let mut viewer = BufReader::new(TcpStream::connect(events).unwrap());
    viewer.get_mut().set_read_timeout(Some(PATIENCE)).unwrap();
    viewer.get_mut().write_all(b"watch\n").unwrap();
    let mut seen = String::new();
    viewer.read_line(&mut seen).unwrap();
    assert!(seen.contains("\"title\":\"memstep live\""), "{seen}");
    drop(live.connect());
    while !seen.contains("\"ev\":\"accept\"") {
        assert!(viewer.read_line(&mut seen).unwrap() > 0, "{seen}");
    }
    live.terminal.press("q");
    viewer.read_to_string(&mut seen).unwrap();
    assert!(seen.lines().last().unwrap().starts_with("{\"end\":true"), "{seen}");
}
