//! What is taken from strangers, and what becomes of whoever leaves.

use super::*;
use std::net::{Shutdown, TcpListener};

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
        let mut command = crate::common::program::memstep();
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
        assert!(said.contains(everybody) && said.contains("MEMSTEP_EVENTS_TOKEN"), "{said}");
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
fn those_who_say_half_a_word_keep_nobody_out() {
    for token in [None, Some("open sesame".replace(' ', "-"))] {
        let args: Vec<&str> = token.iter().flat_map(|token| ["--events-token", token]).collect();
        let server = Server::start(&args);
        let mut strangers: Vec<_> = (0..200)
            .map(|n| {
                let mut port = server.port();
                port.say(if n % 2 == 0 { "tok" } else { "\nstat" });
                port
            })
            .collect();
        let mut polite = server.port();
        if let Some(token) = &token {
            assert_eq!(polite.ask(&format!("token {token}")), "ok: welcome");
        }
        assert!(polite.ask("status").starts_with('{'));
        // Whoever came first had to go first, and was told.
        assert_eq!(strangers.remove(0).rest(), "error: others wait, and nothing was said here\n");
        // The last ones may still speak.
        let mut last = strangers.pop().unwrap();
        last.say(if token.is_some() { "x\n" } else { "us\n" });
        let answer = last.line();
        assert!(answer.starts_with(if token.is_some() { "error: first say" } else { "{" }), "{answer}");
        assert!(polite.ask("status").starts_with('{'));
        requests(&mut connect(server.addr), 10);
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
    let mut reads = server.port().watch();
    let never_reads = server.port().watch();
    let mut client = connect(server.addr);
    requests(&mut client, 50_000);
    // One that reads is told how it ends once it has read what was there before: there is room for it.
    let (seen, has_seen) = std::sync::mpsc::channel();
    let reading = std::thread::spawn(move || {
        reads.read_to("\"text\":\"get here\"");
        seen.send(()).unwrap();
        reads.rest_of_it()
    });
    until("the one that reads has caught up", || {
        client.write_all(b"get here\r\n").unwrap();
        client.read_exact(&mut [0; 5]).unwrap();
        has_seen.try_recv().is_ok()
    });
    // Only now: who says nothing for long is sent away.
    let mut says_nothing = server.port();
    let mut asks = server.port();
    assert!(asks.ask("status").starts_with('{'));
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
