//! A server under strace.

use std::fs;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

/// Whether there is a strace that may trace; says so where there is none.
pub fn works() -> bool {
    let tried = Command::new("strace").args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    let works = tried.is_ok_and(|s| s.success());
    if !works {
        eprintln!("skipped: there is no strace here, or it may not trace");
    }
    works
}

/// Whether somebody listens, seen without connecting: a connection would be in the trace.
pub fn listens(addr: SocketAddr) -> bool {
    let wanted = format!(":{:04X} 00000000:0000 0A", addr.port());
    fs::read_to_string("/proc/net/tcp").unwrap().contains(&wanted)
}

/// SIGTERM for strace's child: strace itself would pass none on.
pub fn terminate_child(strace: u32) {
    let children = fs::read_to_string(format!("/proc/{strace}/task/{strace}/children")).unwrap();
    let child = children.split_whitespace().next().unwrap();
    assert!(Command::new("kill").args(["-TERM", child]).status().unwrap().success());
}
