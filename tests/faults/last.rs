//! The flight recorder: what happened last, in memory until somebody wants it.

use super::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// Waits for the file that has just been announced, which is written beside the server's work.
fn written(path: &Path) -> Vec<Event> {
    let is_closed = || fs::read_to_string(path).is_ok_and(|text| text.contains("{\"end\":true"));
    until("it is written", is_closed);
    checked(&read(path)).1
}

#[test]
fn under_load_a_signal_writes_the_last_of_what_happened_and_memory_is_bounded() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let mut server = Serve::recording(&path, &["--record-last", "1MB", "--detail", "calls", "-t", "2"]);
    assert!(!path.exists(), "nothing is written before somebody asks");
    let busy = Busy::with(server.addr, 4);
    let mut client = server.connect();
    busy.go_on_for(4000);
    let mut last = 0;
    for round in 1..=3 {
        let enough = AtomicBool::new(false);
        let said = std::thread::scope(|scope| {
            // Again and again: on a slow machine a megabyte may go by before the signal is obeyed.
            scope.spawn(|| {
                while !enough.load(Ordering::Relaxed) {
                    leave_a_trace(&mut client, &format!("just-now-{round}"));
                }
            });
            busy.go_on_for(100);
            server.signal(Signal::USR2);
            let said = server.says("trace.jsonl: the last ");
            enough.store(true, Ordering::Relaxed);
            said
        });
        let events = written(&path);
        assert!(said.ends_with(" events\n"), "{said}");
        assert!(asked(&events, &format!("get just-now-{round}")));
        assert_eq!(events[0].kind(), Kind::Snapshot, "the beginning is forgotten");
        assert!(events.last().unwrap().seq > last);
        last = events.last().unwrap().seq;
        let size = fs::metadata(&path).unwrap().len();
        assert!((700 * 1024..1100 * 1024).contains(&size), "{size}");
    }
    let status = fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 64 * 1024, "{peak} kB");
    server.terminated();
    busy.stop();
    assert_eq!(files(&path).len(), 3);
    files(&path).iter().for_each(|file| drop(checked(&read(file))));
}

#[test]
fn at_least_so_much_time_is_kept_and_what_is_older_is_forgotten() {
    const KEPT: u64 = 400_000_000;
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let mut server = Serve::recording(&path, &["--record-last", "400ms"]);
    let mut client = server.connect();
    leave_a_trace(&mut client, "long-ago");
    let start = std::time::Instant::now();
    while start.elapsed() < Duration::from_millis(1000) {
        version(&mut client);
        std::thread::sleep(Duration::from_millis(2));
    }
    leave_a_trace(&mut client, "just-now");
    server.signal(Signal::USR2);
    server.says("trace.jsonl: the last ");
    let events = written(&path);
    assert!(asked(&events, "get just-now") && !asked(&events, "get long-ago"));
    // The snapshot has the time of the event before it.
    let (first, last) = (events[0].t, events.last().unwrap().t);
    assert!(last - first >= KEPT, "{first} to {last}");
}

#[test]
fn the_trigger_writes_it_once_until_all_of_that_is_forgotten() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let trigger = "ev=command & text~\"get trouble\"";
    let mut server = Serve::recording(&path, &["--record-last", "1MB", "--record-trigger", trigger]);
    let mut client = server.connect();
    version(&mut client);
    leave_a_trace(&mut client, "trouble1");
    server.says("trace.jsonl: the last ");
    let events = written(&path);
    assert_eq!(events.last().unwrap().text(), Some("get trouble1"), "it is the last thing in it");
    assert_eq!(events[0].seq, 1, "and everything before is there");

    leave_a_trace(&mut client, "trouble2");
    leave_a_trace(&mut client, "trouble3");
    // As a signal is answered after all that, nothing else was written before.
    server.signal(Signal::USR2);
    server.says("trace.jsonl: the last ");
    assert_eq!(files(&path), [numbered(&path, 1), path.clone()]);
    let events = written(&path);
    assert!(asked(&events, "get trouble3"));

    let busy = Busy::with(server.addr, 4);
    let mut n = 3;
    until("it is written again once the old has been forgotten", || {
        n += 1;
        let mut client = server.connect();
        leave_a_trace(&mut client, &format!("trouble{n}"));
        numbered(&path, 2).exists()
    });
    busy.stop();
    server.says("trace.jsonl: the last ");
    let events = written(&path);
    assert_eq!(events[0].kind(), Kind::Snapshot);
    assert!(!asked(&events, "get trouble3"));
    assert!(events.last().unwrap().text().unwrap().starts_with("get trouble"));
}

#[test]
fn what_cannot_be_written_is_said_and_the_server_goes_on() {
    let dir = TempDir::new().unwrap();
    let folder = dir.path().join("recordings");
    fs::create_dir(&folder).unwrap();
    let path = folder.join("trace.jsonl");
    let mut server = Serve::recording(&path, &["--record-last", "1MB", "--record-trigger", "text=trouble"]);
    fs::remove_dir(&folder).unwrap();
    let mut client = server.connect();
    version(&mut client);
    server.signal(Signal::USR2);
    server.says("No such file or directory");
    ask(&mut client, b"trouble\r\n", b"ERROR\r\n");
    server.says("what happened last was not written: ");
    version(&mut client);
    fs::create_dir(&folder).unwrap();
    server.signal(Signal::USR2);
    server.says("trace.jsonl: the last ");
    assert!(asked(&written(&path), "trouble"));
}

#[test]
fn a_trigger_that_is_none_is_refused() {
    let args = ["serve", "--record", "x.jsonl", "--record-last", "1MB", "--record-trigger", "ev=stat"];
    let (code, said) = refused(&args);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("--record-trigger is not understood") && said.contains("did you mean state?"),
        "{said}"
    );
}
