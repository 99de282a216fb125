//! A trace on stdout: the reader may be slow, or go.

use super::*;
use crate::common::taped::accepted;
use std::process::ChildStdout;

/// A server that records to stdout, and the other end of that.
fn to_stdout(args: &[&str]) -> (Serve, ChildStdout) {
    let mut server = Serve::start_to(&[&["--record", "-"], args].concat(), Stdio::piped());
    let stdout = server.child.stdout.take().unwrap();
    (server, stdout)
}

#[test]
fn a_trace_on_stdout_has_it_to_itself() {
    let (server, mut stdout) = to_stdout(&["-vvv"]);
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

/// As with `memstep serve --record - | head -c 100000`.
#[test]
fn a_pipe_that_closes_ends_the_recording_and_not_the_server() {
    let (mut server, mut stdout) = to_stdout(&[]);
    let busy = Busy::with(server.addr, 3);
    let mut trace = vec![0; 100_000];
    stdout.read_exact(&mut trace).unwrap();
    drop(stdout);
    let said = server.says("recording has stopped");
    let wanted =
        "memstep: stdout: Broken pipe (os error 32): recording has stopped; the server goes on without\n";
    assert_eq!(said, wanted);
    busy.go_on_for(1000);
    let said = server.terminated();
    busy.stop();
    assert_eq!(said.matches("stdout").count(), 1, "{said}");
    let cut = accepted(&trace);
    assert!(cut.end.is_none() && cut.events.len() > 100);
}

#[test]
fn a_reader_that_is_slow_makes_the_server_wait_and_loses_nothing() {
    let (server, mut stdout) = to_stdout(&["--ring-size", "256K"]);
    let busy = Busy::with(server.addr, 4);
    let reader = std::thread::spawn(move || {
        let (mut trace, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
        loop {
            match stdout.read(&mut piece).unwrap() {
                0 => return trace,
                n => trace.extend_from_slice(&piece[..n]),
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let waited = || stat(&mut server.connect(), "trace_blocked_ns") > 0;
    until("somebody has waited", waited);
    assert_eq!(stat(&mut server.connect(), "trace_lost"), 0);
    server.terminated();
    busy.stop();
    let whole = accepted(&reader.join().unwrap());
    let end = whole.end.unwrap();
    assert!(end.blocked_ns > 0);
    assert_eq!((end.dropped, end.events), (0, whole.events.len() as u64));
}

/// A number out of `stats trace`.
fn stat(client: &mut TcpStream, name: &str) -> u64 {
    client.write_all(b"stats trace\r\n").unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(client);
    while !said.ends_with("END\r\n") {
        assert!(lines.read_line(&mut said).unwrap() > 0, "{said}");
    }
    let value = said.split_once(&format!("STAT {name} ")).unwrap_or_else(|| panic!("{said}")).1;
    value.lines().next().unwrap().parse().unwrap()
}
