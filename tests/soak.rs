//! Four workers, fifty connections, far more than `-m 64` holds: memory stays within what was allowed, nothing
//! leaks, and every value that is read is one that was written under its key.
//!
//! It takes two seconds; `MEMSTEP_SOAK_SECONDS` makes it longer.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

const LIMIT: u64 = 64;
/// What comes on top of `-m`, in MB: each class has its first page whatever the limit says, and values up to
/// 20,000 bytes have 25 classes; the hash table and the item locks, the connections' buffers, and the program
/// itself are the rest.
const OVERHEAD: u64 = 25 + 15;
const CONNECTIONS: u64 = 50;
const KEYS: u64 = 40_000;
/// So many requests each connection makes at least: together three times what there is room for.
const TURNS: u32 = 500;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The value that version of a key has: it tells of both, and is up to 20,000 bytes long.
fn value(key: u64, version: u64) -> String {
    let head = format!("{key}:{version}:");
    let len = (key.wrapping_mul(2_654_435_761) >> 7) % 20_000;
    format!("{head}{}", "x".repeat((len as usize).saturating_sub(head.len())))
}

/// One connection: sets and gets at random until the time is over; how many gets were hits.
fn client(addr: SocketAddr, seed: u64, until: Instant, versions: &AtomicU64) -> u64 {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut stream = BufReader::new(stream);
    let (mut random, mut hits, mut line, mut turn) = (seed * 2 + 1, 0, String::new(), 0);
    while turn < TURNS || Instant::now() < until {
        turn += 1;
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let key = (random >> 33) % KEYS;
        line.clear();
        if random >> 62 == 0 {
            stream.get_mut().write_all(format!("get key{key}\r\n").as_bytes()).unwrap();
            stream.read_line(&mut line).unwrap();
            if line == "END\r\n" {
                continue;
            }
            let len: usize = line.trim_end().rsplit(' ').next().unwrap().parse().unwrap();
            let mut rest = vec![0; len + 7];
            stream.read_exact(&mut rest).unwrap();
            let rest = String::from_utf8(rest).unwrap();
            let got = rest.strip_suffix("\r\nEND\r\n").unwrap();
            let version = got.split(':').nth(1).unwrap().parse().unwrap();
            assert!(version <= versions.load(Relaxed), "nobody has written {version} yet");
            assert_eq!(got, value(key, version));
            hits += 1;
        } else {
            let value = value(key, versions.fetch_add(1, Relaxed) + 1);
            let set = format!("set key{key} 0 0 {}\r\n{value}\r\n", value.len());
            stream.get_mut().write_all(set.as_bytes()).unwrap();
            stream.read_line(&mut line).unwrap();
            // All chunks of a class that are free may be on their way to clients just now.
            assert!(
                ["STORED\r\n", "SERVER_ERROR out of memory storing object\r\n"].contains(&&line[..]),
                "{line}"
            );
        }
    }
    hits
}

/// The most memory that a process has had, in MB.
fn peak(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.0.id())).unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[test]
fn memory_stays_within_its_limit_and_values_are_those_that_were_written() {
    let seconds = std::env::var("MEMSTEP_SOAK_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(2);
    let addr = common::ports::free_addr();
    let (port, limit) = (addr.port().to_string(), LIMIT.to_string());
    let args = ["serve", "-l", "127.0.0.1", "-p", &port, "-t", "4", "-m", &limit];
    let server = common::program::memstep().args(args).stderr(Stdio::null()).spawn();
    let server = Server(server.unwrap());
    common::until("the server listens", || TcpStream::connect(addr).is_ok());
    let (until, versions) = (Instant::now() + Duration::from_secs(seconds), AtomicU64::new(0));
    let hits: u64 = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|seed| {
                scope.spawn({
                    let versions = &versions;
                    move || client(addr, seed, until, versions)
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    assert!(hits > 0, "nothing was found");
    let mut control = BufReader::new(TcpStream::connect(addr).unwrap());
    let mut stats = |what: &str| -> Vec<(String, u64)> {
        control.get_mut().write_all(format!("stats {what}\r\n").as_bytes()).unwrap();
        let lines = control.by_ref().lines().map(Result::unwrap).take_while(|line| line != "END");
        let number = |line: String| {
            let (name, value) = line.strip_prefix("STAT ")?.split_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        lines.filter_map(number).collect()
    };
    let of = |stats: &[(String, u64)], name: &str| -> u64 {
        stats.iter().filter(|s| s.0 == name || s.0.ends_with(&format!(":{name}"))).map(|s| s.1).sum()
    };
    let (all, slabs) = (stats(""), stats("slabs"));
    assert!(of(&all, "evictions") > 0, "there was room for all");
    // All clients are gone: what is used is what is linked.
    assert_eq!(of(&slabs, "used_chunks"), of(&all, "curr_items"));
    assert_eq!(of(&slabs, "mem_requested"), of(&all, "bytes"));
    let peak = peak(&server);
    assert!(peak <= LIMIT + OVERHEAD, "{peak} MB");
}
