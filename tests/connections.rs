//! As many connections as a server is allowed: idle, then all of them active, recorded and not.
//!
//! `MEMSTEP_REAL_MEMCACHED=PATH cargo test --release --test connections -- --ignored --nocapture` prints what
//! one of them takes of memory, here and there.
#![allow(clippy::unwrap_used)]

mod common;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const WANTED: u64 = 10_000;
/// What the two processes need besides.
const BESIDES: u64 = 300;
const PATIENCE: Duration = Duration::from_secs(30);

/// How many there can be on this machine: 10,000, unless fewer descriptors are to be had.
fn how_many() -> u64 {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    let many = WANTED.min(hard.saturating_sub(BESIDES));
    setrlimit(Resource::RLIMIT_NOFILE, many + BESIDES, hard).unwrap();
    many
}

struct Server {
    child: Child,
    addr: SocketAddr,
}

impl Server {
    fn start(program: &str, args: &[&str], many: u64) -> Server {
        let addr = common::ports::free_addr();
        let (port, most) = (addr.port().to_string(), (many + 100).to_string());
        let mut command = Command::new(program);
        let user: &[&str] = if rustix::process::getuid().is_root() { &["-u", "root"] } else { &[] };
        let common = ["-l", "127.0.0.1", "-p", &port, "-U", "0", "-t", "4", "-b", "4096", "-c", &most];
        command.args(args).args(common).args(user).stdin(Stdio::null()).stderr(Stdio::null());
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        while TcpStream::connect(addr).is_err() {
            assert!(start.elapsed() < PATIENCE, "{program} does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        Server { child, addr }
    }

    /// What it has in memory, in bytes.
    fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    fn connect(&self, many: u64) -> Vec<BufReader<TcpStream>> {
        let open = |_| {
            let stream = TcpStream::connect(self.addr).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            BufReader::new(stream)
        };
        (0..many).map(open).collect()
    }

    fn end(mut self) {
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.child),
            rustix::process::Signal::TERM,
        )
        .unwrap();
        self.child.wait().unwrap();
    }
}

fn says(client: &mut BufReader<TcpStream>, request: &str, answer: &str) {
    client.get_mut().write_all(request.as_bytes()).unwrap();
    let mut got = vec![0; answer.len()];
    client.read_exact(&mut got).unwrap();
    assert_eq!(String::from_utf8_lossy(&got), answer);
}

/// Each of them sets something and gets it.
fn all_are_served(clients: &mut [BufReader<TcpStream>]) {
    for (n, client) in clients.iter_mut().enumerate() {
        says(client, &format!("set k{} 0 0 4\r\nabcd\r\n", n % 100), "STORED\r\n");
    }
    for (n, client) in clients.iter_mut().enumerate() {
        says(client, &format!("get k{}\r\n", n % 100), &format!("VALUE k{} 0 4\r\nabcd\r\nEND\r\n", n % 100));
    }
}

fn stat(client: &mut BufReader<TcpStream>, name: &str) -> Option<u64> {
    client.get_mut().write_all(b"stats\r\n").unwrap();
    let (mut found, mut line) = (None, String::new());
    loop {
        line.clear();
        client.read_line(&mut line).unwrap();
        if line == "END\r\n" {
            return found;
        }
        let mut words = line.split_whitespace().skip(1);
        if words.next() == Some(name) {
            found = words.next().and_then(|n| n.parse().ok());
        }
    }
}

/// The dispatcher has accepted them; it may be behind the clients.
fn all_are_there(client: &mut BufReader<TcpStream>, many: u64) {
    let start = Instant::now();
    while stat(client, "curr_connections").unwrap() < many {
        assert!(start.elapsed() < PATIENCE, "fewer than {many} were accepted");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn memstep(args: &[&str]) -> (Option<i32>, String) {
    let output = common::program::memstep().args(args).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn ten_thousand_connections_are_served_and_nothing_of_them_is_lost() {
    let many = how_many();
    let dir = TempDir::new().unwrap();
    let trace = dir.path().join("t.jsonl");
    let trace = trace.to_str().unwrap();
    for record in [&["serve"][..], &["serve", "--record", trace]] {
        let server = Server::start(env!("CARGO_BIN_EXE_memstep"), record, many);
        let mut clients = server.connect(many);
        // All are there, and none has said a word: then all do.
        all_are_there(&mut clients[0], many);
        all_are_served(&mut clients);
        assert_eq!(stat(&mut clients[0], "rejected_connections").unwrap_or(0), 0);
        drop(clients);
        server.end();
    }
    let (code, said) = memstep(&["check", trace]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("no problems"), "{said}");
    let last = fs::read_to_string(Path::new(trace)).unwrap().lines().last().unwrap().to_owned();
    assert!(last.contains("\"end\":true") && last.contains("\"dropped\":0"), "{last}");
}

#[test]
#[ignore = "a measurement: it prints, and judges nothing"]
fn what_a_connection_takes_of_memory() {
    let many = how_many();
    let dir = TempDir::new().unwrap();
    let trace = dir.path().join("t.jsonl");
    let own = env!("CARGO_BIN_EXE_memstep");
    let real = std::env::var("MEMSTEP_REAL_MEMCACHED").ok();
    let mut who: Vec<(&str, &str, Vec<&str>)> = vec![
        ("memstep", own, vec!["serve"]),
        ("memstep, recording", own, vec!["serve", "--record", trace.to_str().unwrap()]),
    ];
    if let Some(real) = &real {
        who.insert(0, ("memcached", real, vec![]));
    }
    println!("{many} connections, bytes each:       idle   after a set and a get");
    for (name, program, args) in who {
        let server = Server::start(program, &args, many);
        let mut first = server.connect(1);
        all_are_served(&mut first);
        std::thread::sleep(Duration::from_millis(300));
        let empty = server.resident();
        let mut clients = server.connect(many - 1);
        all_are_there(&mut first[0], many);
        std::thread::sleep(Duration::from_millis(300));
        let idle = (server.resident() - empty) / many;
        all_are_served(&mut clients);
        std::thread::sleep(Duration::from_millis(300));
        let active = (server.resident() - empty) / many;
        println!("{name:<32} {idle:>9}   {active:>9}");
        server.end();
    }
}
