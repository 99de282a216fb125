//! The price of a request in system calls is memcached's: one `epoll_wait`, one `read` and one
//! `sendmsg`; where several requests come in one segment, one `sendmsg` each. And none besides.
#![allow(clippy::unwrap_used)]

mod common;

use common::strace;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

const ONE_BY_ONE: usize = 200;
const BATCHES: usize = 20;
/// Fewer than a connection may have served in one event (`-R`).
const IN_A_BATCH: usize = 10;

/// A set, a get that finds it, one that finds nothing; and their answers.
const DIALOGUE: [(&str, &str); 3] = [
    ("set key 5 0 4\r\nabcd\r\n", "STORED\r\n"),
    ("get key\r\n", "VALUE key 5 4\r\nabcd\r\nEND\r\n"),
    ("get other\r\n", "END\r\n"),
];

#[test]
fn a_request_costs_one_wait_one_read_and_one_sendmsg() {
    if !strace::works() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let addr = common::ports::free_addr();
    let mut server = Command::new("strace")
        .args(["-ff", "-e", "signal=none", "-o"])
        .arg(dir.path().join("st"))
        .arg(env!("CARGO_BIN_EXE_memstep"))
        .args(["serve", "-l", "127.0.0.1", "-p", &addr.port().to_string(), "-t", "1"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    common::until("the server listens", || strace::listens(addr));
    let mut client = TcpStream::connect(addr).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client.set_nodelay(true).unwrap();
    let mut ask = |dialogue: &[(&str, &str)]| {
        let (requests, answers): (Vec<_>, Vec<_>) = dialogue.iter().copied().unzip();
        client.write_all(requests.concat().as_bytes()).unwrap();
        let mut answer = vec![0; answers.concat().len()];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(String::from_utf8(answer).unwrap(), answers.concat());
    };
    // The connection's first wake-up reads nothing, as memcached's does; what comes after counts.
    ask(&DIALOGUE[..1]);
    for n in 0..ONE_BY_ONE {
        ask(&DIALOGUE[n % 3..][..1]);
    }
    for _ in 0..BATCHES {
        let batch: Vec<_> = DIALOGUE.iter().copied().cycle().take(IN_A_BATCH).collect();
        ask(&batch);
    }
    strace::terminate_child(server.id());
    server.wait().unwrap();

    let mut expected = ["epoll_wait", "read", "sendmsg"].repeat(ONE_BY_ONE);
    for _ in 0..BATCHES {
        expected.extend(["epoll_wait", "read"]);
        expected.extend(["sendmsg"; IN_A_BATCH]);
    }
    let calls = calls_of_the_worker(dir.path());
    let first = calls.iter().position(|call| call == "sendmsg").unwrap();
    assert_eq!(calls[first + 1..][..expected.len()], expected);
    // Where the end has not come first.
    let next = calls.get(first + 1 + expected.len());
    assert!(next.is_none_or(|call| call == "epoll_wait"), "then it sleeps, and does not {next:?}");
}

/// The names of the system calls of the only thread that sends.
fn calls_of_the_worker(dir: &std::path::Path) -> Vec<String> {
    let threads = fs::read_dir(dir).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let mut senders = threads.filter(|text| text.contains("\nsendmsg("));
    let text = senders.next().expect("somebody sends");
    assert!(senders.next().is_none(), "there is one worker");
    text.lines().filter_map(|line| Some(line.split_once('(')?.0.to_owned())).collect()
}
