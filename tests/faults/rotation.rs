//! One recording after the other: at a size, at a signal; stopped and started again.

use super::*;
use crate::common::worlds::assert_same_story;

/// Every file, each of which is a trace that was closed.
fn recordings(path: &Path) -> Vec<Vec<Event>> {
    files(path).iter().map(|file| checked(&read(file)).1).collect()
}

/// Where each begins after the one before, with no hole and nothing twice.
fn assert_runs_on(recordings: &[Vec<Event>]) {
    let mut last = 0;
    for events in recordings {
        if last > 0 {
            assert_eq!((events[0].kind(), events[0].seq), (Kind::Snapshot, last));
        }
        last = events.last().unwrap().seq;
    }
}

#[test]
fn a_recording_that_is_cut_at_a_size_is_a_whole_one_in_each_file() {
    const MAX: u64 = 64 * 1024;
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let server = Serve::recording(&path, &["--record-max-size", "64K", "--detail", "calls", "-t", "2"]);
    let busy = Busy::with(server.addr, 4);
    until("many files", || numbered(&path, 20).exists());
    server.terminated();
    busy.stop();
    for file in files(&path) {
        let size = fs::metadata(&file).unwrap().len();
        assert!(size <= MAX, "{}: {size}", file.display());
    }
    let recordings = recordings(&path);
    assert_runs_on(&recordings);
    let all: Vec<Event> = recordings.concat();
    for part in &recordings {
        assert_same_story(&all, part, 2);
    }
}

#[test]
fn large_events_too_stay_below_the_size() {
    const MAX: u64 = 100 * 1024;
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let server = Serve::recording(&path, &["--record-max-size", "100K", "--max-data", "8192"]);
    let mut client = server.connect();
    let value = "\u{1}".repeat(8000);
    for _ in 0..40 {
        ask(&mut client, format!("set a 0 0 8000\r\n{value}\r\n").as_bytes(), b"STORED\r\n");
        ask(&mut client, b"get a\r\n", format!("VALUE a 0 8000\r\n{value}\r\nEND\r\n").as_bytes());
    }
    server.terminated();
    let sizes: Vec<u64> = files(&path).iter().map(|file| fs::metadata(file).unwrap().len()).collect();
    assert!(sizes.len() > 20 && sizes.iter().all(|size| *size <= MAX), "{sizes:?}");
    assert_runs_on(&recordings(&path));
}

#[test]
fn so_many_files_are_kept_and_no_more() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let server = Serve::recording(&path, &["--record-max-size", "64K", "--record-keep", "3"]);
    let busy = Busy::with(server.addr, 3);
    // Each is there only until three more are: a slow look may miss any one of them.
    until("many files", || (9..10_000).any(|n| numbered(&path, n).exists()));
    server.terminated();
    busy.stop();
    let files = files(&path);
    assert_eq!(files.len(), 4, "{files:?}");
    assert_runs_on(&recordings(&path));
}

#[test]
fn a_signal_begins_the_next_file_and_loses_nothing_under_load() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let mut server = Serve::recording(&path, &["-t", "2"]);
    let busy = Busy::with(server.addr, 4);
    for _ in 0..6 {
        busy.go_on_for(30);
        server.signal(Signal::USR1);
        server.says("trace.jsonl: a new file was begun");
    }
    server.terminated();
    busy.stop();
    let recordings = recordings(&path);
    assert_eq!(recordings.len(), 7);
    assert_runs_on(&recordings);
    let all: Vec<Event> = recordings.concat();
    recordings.iter().for_each(|part| assert_same_story(&all, part, 2));
}

#[test]
fn stopped_and_started_again_by_signals_every_recording_is_whole() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let mut server = Serve::recording(&path, &["--record-paused"]);
    let busy = Busy::with(server.addr, 4);
    let mut client = server.connect();
    leave_a_trace(&mut client, "never");
    for round in 1..=4 {
        server.signal(Signal::USR1);
        server.says("trace.jsonl: recording\n");
        leave_a_trace(&mut client, &format!("in{round}"));
        server.stop_recording();
        leave_a_trace(&mut client, &format!("between{round}"));
    }
    server.terminated();
    busy.stop();
    let recordings = recordings(&path);
    assert_eq!(recordings.len(), 4);
    let mut last = 0;
    for (round, events) in (1..).zip(&recordings) {
        assert!(events[0].kind() == Kind::Snapshot && events[0].seq > last);
        last = events.last().unwrap().seq;
        assert!(asked(events, &format!("get in{round}")));
        let elsewhere = |e: &&Event| {
            let text = e.text().unwrap_or_default();
            text.contains("never") || text.contains("between")
        };
        assert!(!events.iter().any(|e| elsewhere(&e)));
    }
}

#[test]
fn to_stop_what_is_not_recorded_and_to_start_what_is_said_and_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let mut server = Serve::recording(&path, &[]);
    server.signal(Signal::USR2);
    server.says("what happens is not kept (--record-last)");
    server.stop_recording();
    let line = format!("kill -{} {}", nix::libc::SIGRTMIN(), server.child.id());
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
    server.says("nothing is being recorded");
    server.terminated();
    checked(&read(&path));
}
