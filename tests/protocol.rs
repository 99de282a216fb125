//! The protocol as a table of dialogues: what a client sends, and the answer to the byte.
//!
//! Every dialogue is held with a fresh server, with one worker and with four. Where
//! `MEMSTEP_REAL_MEMCACHED` names the program of a memcached 1.4.24, it is held with that too.
#![allow(clippy::unwrap_used)]

mod common;

use common::dialogues::{CLOSES, Dialogue, dialogues, lines};
use common::settings;
use common::stories::reference;
use common::taped::{Taped, checked};
use memstep::memcached::server::Server;
use memstep::memcached::settings::Settings;
use memstep::tracer::TracerConfig;
use std::borrow::Cow;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

fn connect(addr: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(addr).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client.set_nodelay(true).unwrap();
    client
}

/// Bytes as a failure shows them: whole where they are few.
fn shown(bytes: &[u8]) -> Cow<'_, str> {
    match bytes.len() {
        0..400 => String::from_utf8_lossy(bytes),
        n => format!("{} ... ({n} bytes)", String::from_utf8_lossy(&bytes[..400])).into(),
    }
}

/// Holds a dialogue; then ends, and wants no more than what was said.
fn hold(with: &str, addr: SocketAddr, dialogue: &Dialogue) {
    let mut client = connect(addr);
    for (send, reply) in &dialogue.turns {
        let at = || format!("{with}: {}: {:?}", dialogue.about, shown(send));
        let closes = reply == CLOSES.as_bytes();
        match client.write_all(send) {
            // It may have closed while we were still sending.
            Err(_) if closes => return,
            sent => sent.unwrap(),
        }
        if closes {
            let mut rest = Vec::new();
            let ended = client.read_to_end(&mut rest);
            assert!(rest.is_empty(), "{}: says {:?} before it closes", at(), shown(&rest));
            // Closed with unread bytes, it is a reset.
            let reset = |e: &std::io::Error| e.kind() == std::io::ErrorKind::ConnectionReset;
            assert!(ended.as_ref().err().is_none_or(reset), "{}: {ended:?}", at());
            return;
        }
        let mut got = vec![0; reply.len()];
        let mut filled = 0;
        while filled < got.len() {
            match client.read(&mut got[filled..]) {
                Ok(n @ 1..) => filled += n,
                other => panic!("{}: {other:?} after {:?}", at(), shown(&got[..filled])),
            }
            if !reply.starts_with(&got[..filled]) {
                break;
            }
        }
        got.truncate(filled);
        assert!(got == *reply, "{}:\n  want {:?}\n  got  {:?}", at(), shown(reply), shown(&got));
    }
    client.shutdown(Shutdown::Write).unwrap();
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty(), "{with}: {}: says more: {:?}", dialogue.about, shown(&rest));
}

fn ours(num_threads: u16) -> Server {
    Server::start(Settings { num_threads, ..common::settings() }, None).unwrap()
}

#[test]
fn every_dialogue_goes_as_written() {
    for threads in [1, 4] {
        for dialogue in dialogues() {
            let server = ours(threads);
            hold(&format!("-t {threads}"), server.addrs()[0], &dialogue);
            server.stop();
        }
    }
}

/// A dialogue with one client is not disturbed by others, whichever worker serves them.
#[test]
fn dialogues_may_be_held_at_once() {
    let server = ours(4);
    let addr = server.addrs()[0];
    std::thread::scope(|scope| {
        for _ in 0..8 {
            // Those that share no keys: what is said of lines.
            scope.spawn(move || lines().iter().take(4).for_each(|d| hold("at once", addr, d)));
        }
    });
    server.stop();
}

/// A real memcached; it goes when it is dropped.
struct Real(Child, SocketAddr);

impl Real {
    fn start(program: &str) -> Real {
        let addr = common::ports::free_addr();
        let port = addr.port().to_string();
        let args = ["-l", "127.0.0.1", "-U", "0", "-t", "4", "-u", "root", "-p", &port];
        let child = Command::new(program).args(args).stderr(Stdio::null()).spawn().unwrap();
        let real = Real(child, addr);
        common::until("memcached listens", || TcpStream::connect(addr).is_ok());
        real
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_real_memcached_says_the_same() {
    let Ok(program) = std::env::var("MEMSTEP_REAL_MEMCACHED") else {
        eprintln!("skipped: MEMSTEP_REAL_MEMCACHED does not name a memcached 1.4.24");
        return;
    };
    for dialogue in dialogues() {
        let real = Real::start(&program);
        hold("memcached", real.1, &dialogue);
    }
}

/// What the reference has under a command, without the `STAT `.
fn reference_stats(command: &str) -> Vec<(String, String)> {
    let replies = std::fs::read_to_string(reference("replies.txt")).unwrap();
    let (_, after) = replies.split_once(&format!("\n> {command}\n")).unwrap();
    pairs(after.split_once("END").unwrap().0)
}

fn pairs(reply: &str) -> Vec<(String, String)> {
    let stat = |line: &str| {
        let (name, value) = line.trim_end().strip_prefix("STAT ").unwrap().split_once(' ').unwrap();
        (name.to_owned(), value.to_owned())
    };
    reply.lines().filter(|line| !line.is_empty()).map(stat).collect()
}

fn ask(client: &mut TcpStream, command: &str) -> String {
    client.write_all(command.as_bytes()).unwrap();
    let mut reply = Vec::new();
    while !reply.ends_with(b"END\r\n") {
        let mut some = [0; 4096];
        let n = client.read(&mut some).unwrap();
        assert!(n > 0, "closed after {:?}", shown(&reply));
        reply.extend_from_slice(&some[..n]);
    }
    String::from_utf8(reply).unwrap()
}

/// The reference's story, told again: the same names in the same order, and the same numbers but
/// for those that hang on the machine, on the moment, or on what a hash table is made of.
#[test]
fn stats_counts_as_memcached_does() {
    let server = ours(4);
    let mut client = connect(server.addrs()[0]);
    let story = Dialogue {
        about: "the story of replies.txt",
        turns: [
            ("set a 0 0 4\r\nabcd\r\n".to_owned(), "STORED\r\n"),
            (format!("set b:1 7 0 300\r\n{}\r\n", "x".repeat(300)), "STORED\r\n"),
            (format!("set c 0 1000 5000\r\n{}\r\n", "x".repeat(5000)), "STORED\r\n"),
            ("incr nokey 1\r\n".to_owned(), "NOT_FOUND\r\n"),
            ("delete nokey\r\n".to_owned(), "NOT_FOUND\r\n"),
            ("cas a 0 0 1 1\r\n1\r\n".to_owned(), "STORED\r\n"),
            ("touch a 0\r\n".to_owned(), "TOUCHED\r\n"),
        ]
        .map(|(send, reply)| (send.into_bytes(), reply.as_bytes().to_vec()))
        .to_vec(),
    };
    for (send, reply) in &story.turns {
        client.write_all(send).unwrap();
        let mut got = vec![0; reply.len()];
        client.read_exact(&mut got).unwrap();
        assert_eq!(got, *reply);
    }
    ask(&mut client, "get a\r\n");
    ask(&mut client, "get a b:1 nokey\r\n");
    let reply = ask(&mut client, "stats\r\n");
    let seen = pairs(reply.strip_suffix("END\r\n").unwrap());
    let wanted = reference_stats("stats");
    let names = |stats: &[(String, String)]| stats.iter().map(|s| s.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&seen), names(&wanted));
    let free = [
        "pid",
        "uptime",
        "time",
        "libevent",
        "rusage_user",
        "rusage_system",
        "bytes_read",
        "bytes_written",
        "hash_bytes",
        "curr_connections",
        "connection_structures",
    ];
    for (seen, wanted) in seen.iter().zip(&wanted).filter(|(s, _)| !free.contains(&s.0.as_str())) {
        assert_eq!(seen, wanted);
    }
    server.stop();
}

/// What memcached answers with ERROR.
#[test]
fn stats_trace_tells_how_the_recording_goes() {
    let server = Server::start(settings(), None).unwrap();
    assert_eq!(ask(&mut connect(server.addrs()[0]), "stats trace\r\n"), "END\r\n");
    server.stop();
    let server = Taped::start(settings(), TracerConfig::default());
    let stats = pairs(ask(&mut connect(server.addr()), "stats trace\r\n").strip_suffix("END\r\n").unwrap());
    let names: Vec<_> = stats.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["trace_events", "trace_lost", "trace_blocked_ns"]);
    let told: usize = stats[0].1.parse().unwrap();
    let (_, events) = checked(&server.stop());
    assert!(told > 0 && told <= events.len() && stats[1].1 == "0");
}

#[test]
fn stats_settings_has_memcached_s_names_and_values_for_what_is_modelled() {
    let server = ours(4);
    let reply = ask(&mut connect(server.addrs()[0]), "stats settings\r\n");
    let wanted = reference_stats("stats settings");
    let mut after = wanted.iter();
    for (name, value) in pairs(reply.strip_suffix("END\r\n").unwrap()) {
        let found = after.find(|(wanted, _)| *wanted == name);
        let (_, wanted) = found.unwrap_or_else(|| panic!("{name} is not memcached's, or not in its place"));
        if !["tcpport", "verbosity"].contains(&name.as_str()) {
            assert_eq!(value, *wanted, "{name}");
        }
    }
    server.stop();
}
