//! What each command does, and what a viewer gets.

use super::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
    assert_eq!(events.iter().filter(|e| e.kind() == Kind::Command).count(), 3);
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
    assert!(events.iter().any(|e| e.kind() == Kind::Command));
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
        let replies = events.iter().filter(|e| e.kind() == Kind::Command);
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
    let resumed = events.iter().rposition(|e| e.kind() == Kind::Snapshot).unwrap();
    let gap = &events[resumed - 1];
    assert_eq!(gap.kind(), Kind::Drop);
    assert_eq!(gap.seq + gap.n().unwrap() - 1, events[resumed].seq);
    assert!(end.unwrap().dropped >= gap.n().unwrap());
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
        assert_eq!(n == 0, events[0].kind() != Kind::Snapshot);
        let follows_at_once = n % 3 != 0;
        assert!(if follows_at_once { first == last } else { first >= last }, "{}", file.display());
        last = events.last().unwrap().seq;
    }
}
