//! Signals, those that can be answered and the one that cannot.

use super::*;
use crate::common::taped::accepted;

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
        assert_eq!(server.ended(), (Some(code), String::new()));
        let (_, events) = checked(&read(&path));
        assert!(sent(&events, "VERSION 1.4.24\r\n"), "the last answer is in it");
        assert!(!check(&path).contains("note:"));
    }
}

#[test]
fn a_signal_under_load_closes_a_recording_that_is_whole() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let dir = TempDir::new().unwrap();
        let path = record_to(&dir);
        let server = Serve::recording(&path, &["--detail", "calls"]);
        let busy = Busy::with(server.addr, 4);
        busy.go_on_for(200);
        // The second finds the first at work, and changes nothing.
        server.signal(signal);
        server.signal(signal);
        assert_eq!(server.ended(), (Some(code), String::new()));
        busy.stop();
        let whole = accepted(&read(&path));
        assert!(whole.end.is_some_and(|end| end.dropped == 0) && whole.notes.is_empty());
    }
}

#[test]
fn killed_outright_the_file_keeps_what_was_flushed() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let server = Serve::start(&["--record", str(&path)]);
    let mut client = server.connect();
    ask(&mut client, b"set a 0 0 1\r\n1\r\n", b"STORED\r\n");
    // Without any further event it is there soon.
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
fn killed_at_any_moment_the_file_is_a_trace_up_to_there() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    // Each delay once, in no order: 0 to 39 ms and a fraction, since flushes are 50 ms apart.
    let delay = |i: u64| Duration::from_micros(i * 37 % 100 * 400);
    let mut with_events = 0;
    for i in 0..100 {
        let server = Serve::recording(&path, &["--detail", "calls", "-t", "2"]);
        let busy = Busy::with(server.addr, 3);
        std::thread::sleep(delay(i));
        server.signal(Signal::KILL);
        assert_eq!(server.ended().0, Some(-9));
        busy.stop();
        let trace = read(&path);
        if trace.is_empty() {
            // Not even the header was written.
            continue;
        }
        let killed = accepted(&trace);
        assert!(killed.end.is_none());
        with_events += u32::from(killed.events.len() > 100);
    }
    assert!(with_events > 10, "{with_events}: there was load");
}

/// What is told on stderr may have nobody to read it.
#[test]
fn a_server_that_nobody_listens_to_goes_on() {
    let dir = TempDir::new().unwrap();
    let path = record_to(&dir);
    let mut server = Serve::recording(&path, &[]);
    server.close_stderr();
    let mut client = server.connect();
    for n in 1..=2 {
        version(&mut client);
        server.signal(Signal::USR1);
        until("the next file", || numbered(&path, n).exists());
    }
    fs::remove_file(&path).unwrap();
    version(&mut client);
    until("a new file", || path.exists());
    version(&mut client);
    server.signal(Signal::TERM);
    assert_eq!(server.ended().0, Some(143));
    files(&path).iter().for_each(|file| drop(checked(&read(file))));
}

#[test]
fn without_a_recording_a_signal_says_what_is_missing() {
    let mut server = Serve::start(&[]);
    for signal in [Signal::USR1, Signal::USR2] {
        server.signal(signal);
        server.says("nothing is recorded; start the server with --record FILE");
    }
    version(&mut server.connect());
}
