//! Where the server listens, whom it turns away, and how it ends: the options of memcached that are about
//! its place in a system.
#![allow(clippy::unwrap_used)]

mod common;

use common::until;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::time::Duration;

struct Server(Child);

impl Server {
    fn start(args: &[&str]) -> Server {
        let mut command = common::program::memstep();
        Server(command.arg("serve").args(args).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Says something; one line of the answer.
fn ask(mut to: impl Read + Write, what: &str) -> String {
    to.write_all(what.as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(to).read_line(&mut line).unwrap();
    line
}

#[test]
fn a_unix_socket_has_the_rights_that_were_asked_for_and_replaces_an_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    for _ in 0..2 {
        let _server = Server::start(&["-s", path.to_str().unwrap(), "-a", "0750"]);
        until("it listens", || UnixStream::connect(&path).is_ok());
        let meta = fs::symlink_metadata(&path).unwrap();
        assert!(meta.file_type().is_socket());
        assert_eq!(meta.permissions().mode() & 0o777, 0o750);
        assert_eq!(ask(UnixStream::connect(&path).unwrap(), "version\r\n"), "VERSION 1.4.24\r\n");
    }
}

#[test]
fn maxconns_fast_turns_away_who_is_one_too_many_and_records_it_without_a_flaw() {
    let dir = tempfile::tempdir().unwrap();
    let trace = dir.path().join("t.jsonl");
    let (addr, trace_arg) = (common::ports::free_addr(), trace.to_str().unwrap());
    let port = addr.port().to_string();
    let args = ["-l", "127.0.0.1", "-p", &port, "-t", "2", "-c", "30", "-o", "maxconns_fast", "--record"];
    let mut server = Server::start(&[&args[..], &[trace_arg]].concat());
    until("it listens", || TcpStream::connect(addr).is_ok());
    let rejected = || {
        let client = TcpStream::connect(addr).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // A client that is let in gets an answer to this, one that is not gets one to nothing.
        (ask(client.try_clone().unwrap(), "version\r\n"), client)
    };
    let mut open = Vec::new();
    until("one is too many", || {
        let (answer, client) = rejected();
        open.push(client);
        assert!(open.len() < 30);
        answer == "ERROR Too many open connections\r\n"
    });
    open.clear();
    until("there is room again", || rejected().0 == "VERSION 1.4.24\r\n");
    let pid = rustix::process::Pid::from_child(&server.0);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    server.0.wait().unwrap();
    let check = common::program::memstep().args(["check", trace_arg]).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}

#[test]
fn shutdown_ends_the_server_only_where_it_is_allowed_to() {
    for (option, ends) in [(&["-A"][..], true), (&[], false)] {
        let addr = common::ports::free_addr();
        let port = addr.port().to_string();
        let mut server = Server::start(&[option, &["-l", "127.0.0.1", "-p", &port]].concat());
        until("it listens", || TcpStream::connect(addr).is_ok());
        let answer = ask(TcpStream::connect(addr).unwrap(), "shutdown\r\n");
        if ends {
            assert_eq!(answer, "", "it only closes");
            // As at Ctrl-C.
            assert_eq!(server.0.wait().unwrap().code(), Some(130));
        } else {
            assert_eq!(answer, "ERROR: shutdown not enabled\r\n");
            assert_eq!(ask(TcpStream::connect(addr).unwrap(), "version\r\n"), "VERSION 1.4.24\r\n");
        }
    }
}

#[test]
fn a_daemon_goes_to_the_background_and_says_who_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let pid_file = dir.path().join("pid");
    let addr = common::ports::free_addr();
    let args = ["-d", "-P", pid_file.to_str().unwrap(), "-l", "127.0.0.1", "-p", &addr.port().to_string()];
    let mut server = Server::start(&args);
    assert_eq!(server.0.wait().unwrap().code(), Some(0), "whoever started it goes on");
    until("the pid file is there", || fs::read_to_string(&pid_file).is_ok_and(|pid| pid.ends_with('\n')));
    let pid: i32 = fs::read_to_string(&pid_file).unwrap().trim().parse().unwrap();
    until("it listens", || TcpStream::connect(addr).is_ok());
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    // A terminal that goes is nothing to it.
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    assert_eq!(ask(TcpStream::connect(addr).unwrap(), "version\r\n"), "VERSION 1.4.24\r\n");
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    until("it is gone", || TcpStream::connect(addr).is_err());
}

#[test]
fn what_memcached_has_and_this_server_has_not_is_refused_by_name() {
    for (args, names) in [
        (&["-L"][..], "-L"),
        (&["-S"], "-S"),
        (&["-i"], "-i"),
        (&["-o", "lru_crawler"], "lru_crawler"),
        (&["-o", "maxconns_fast,slab_reassign"], "slab_reassign"),
        (&["-o", "nosuch=1"], "nosuch"),
        (&["-o", "hashpower=12"], "hashpower=12"),
    ] {
        let said = common::program::memstep().arg("serve").args(args).output().unwrap();
        let stderr = String::from_utf8_lossy(&said.stderr);
        assert_eq!(said.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains(names), "{args:?}: {stderr}");
    }
}
