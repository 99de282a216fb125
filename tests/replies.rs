//! Every `stats` and odd command, beside what memcached 1.4.24 was seen to answer after the same story: the
//! same names, in the same order, with the same values where they do not tell of the time, the process or
//! the machine.
#![allow(clippy::unwrap_used)]

mod common;

use memstep::memcached::server::Server;
use memstep::memcached::settings::Settings;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::AtomicU8;
use std::time::Duration;

/// Values that are another time's, process's or machine's. The reference was read after more bytes and over
/// another connection than ours.
const VARY: &[&str] = &[
    "pid",
    "uptime",
    "time",
    "libevent",
    "rusage_user",
    "rusage_system",
    "total_connections",
    "connection_structures",
    "bytes_read",
    "bytes_written",
    "tcpport",
    "age",
    "addr",
    "state",
    "secs_since_last_cmd",
];

/// A line as far as it must be the same.
fn comparable(line: &str) -> String {
    let Some((name, value)) = line.strip_prefix("STAT ").and_then(|l| l.split_once(' ')) else {
        // When an item expires is told in Unix time.
        return line.split("; ").next().unwrap().to_owned();
    };
    let last = name.rsplit(':').next().unwrap();
    match VARY.contains(&last) {
        // A connection's descriptor.
        true if ["addr", "state", "secs_since_last_cmd"].contains(&last) => format!("STAT fd:{last}"),
        true => format!("STAT {name}"),
        false => format!("STAT {name} {value}"),
    }
}

/// Sends a command; the answer, which ends as any of these does.
fn ask(client: &mut TcpStream, command: &str, end: &str) -> String {
    client.write_all(format!("{command}\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    while !answer.ends_with(&format!("{end}\r\n")) {
        let mut piece = [0; 4096];
        let n = client.read(&mut piece).unwrap_or_else(|e| panic!("{command}: {e} after {answer:?}"));
        assert!(n > 0, "{command}: closed after {answer:?}");
        answer += std::str::from_utf8(&piece[..n]).unwrap();
    }
    answer
}

#[test]
fn every_stats_has_the_names_order_and_meaning_that_memcached_has() {
    let text = include_str!("reference/replies.txt");
    let settings = Settings { verbose: AtomicU8::new(2), ..common::settings() };
    let server = Server::start(settings, None).unwrap();
    let mut client = TcpStream::connect(server.addrs()[0]).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    for (command, end) in [
        ("set a 0 0 1\r\n1", "STORED"),
        (&format!("set b:1 7 0 300\r\n{}", "x".repeat(300)), "STORED"),
        (&format!("set c 0 1000 5000\r\n{}", "x".repeat(5000)), "STORED"),
        ("get a", "END"),
        ("get a b:1 nokey", "END"),
        ("incr nokey 1", "NOT_FOUND"),
        ("delete nokey", "NOT_FOUND"),
        // The first item of all has the first CAS id.
        ("cas a 0 0 1 1\r\n1", "STORED"),
        ("touch a 0", "TOUCHED"),
    ] {
        ask(&mut client, command, end);
    }
    let mut compared = 0;
    for section in text.split("\n> ").skip(1) {
        let (command, reply) = section.split_once('\n').unwrap();
        let want: Vec<String> = reply.trim_end().lines().map(comparable).collect();
        // DIFFERS: there is no crawler to be enabled.
        if command == "lru_crawler enable" {
            continue;
        }
        let got = ask(&mut client, command, reply.trim_end().lines().last().unwrap());
        let got: Vec<String> = got.lines().map(comparable).collect();
        assert_eq!(got, want, "{command}");
        compared += 1;
    }
    assert_eq!(compared, 25);
    server.stop();
}
