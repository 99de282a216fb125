//! Whichever signal ends the program, the terminal is given back before that.

use super::*;
use std::process::Command;

/// Realtime signals have no names here.
fn send(terminal: &Terminal, signal: i32) {
    let pid = terminal.pid().as_raw_nonzero().to_string();
    assert!(Command::new("sh").args(["-c", &format!("kill -{signal} {pid}")]).status().unwrap().success());
}

fn replay() -> Terminal {
    let terminal = Terminal::start(&["replay", YIELD]);
    terminal.wait_for("event 1 of ");
    terminal
}

#[test]
fn a_signal_that_ends_it_gives_the_terminal_back() {
    use nix::libc::{
        SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGPWR, SIGQUIT, SIGRTMAX, SIGRTMIN, SIGSTKFLT, SIGTERM,
        SIGVTALRM, SIGXCPU,
    };
    let all = [
        SIGHUP,
        SIGINT,
        SIGQUIT,
        SIGALRM,
        SIGTERM,
        SIGVTALRM,
        SIGPROF,
        SIGIO,
        SIGXCPU,
        SIGPWR,
        SIGSTKFLT,
        SIGRTMIN() + 1,
        SIGRTMAX(),
    ];
    for signal in all {
        let terminal = replay();
        send(&terminal, signal);
        terminal.end().assert_restored(u32::try_from(128 + signal).unwrap());
    }
}

#[test]
fn where_something_is_broken_the_terminal_is_given_back_too() {
    use nix::libc::{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};
    for signal in [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGTRAP] {
        let mut terminal = replay();
        terminal.press("M");
        terminal.wait("the mouse", |screen| screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None);
        send(&terminal, signal);
        let left = terminal.end_by_signal();
        left.assert_restored(left.code);
    }
}

#[test]
fn a_signal_that_means_nothing_to_a_viewer_is_no_reason_to_end() {
    use nix::libc::{SIGPIPE, SIGRTMIN, SIGUSR1, SIGUSR2, SIGXFSZ};
    for args in [&["replay", YIELD][..], &[]] {
        let mut terminal = Terminal::start(args);
        terminal.wait_for("? help  q quit");
        for signal in [SIGUSR1, SIGUSR2, SIGXFSZ, SIGPIPE, SIGRTMIN()] {
            send(&terminal, signal);
            terminal.press_for("g", "event 1 of ");
            terminal.press_for(".", "event 2 of ");
        }
        terminal.press("q");
        terminal.end().assert_restored(0);
    }
}

#[test]
fn to_a_server_they_mean_what_they_did() {
    use nix::libc::{SIGQUIT, SIGRTMIN, SIGUSR1};
    let dir = tempfile::tempdir().unwrap();
    let trace = dir.path().join("t.jsonl");
    let path = trace.to_str().unwrap();
    let terminal =
        Terminal::start(&["live", "-l", "127.0.0.1:0", "-U", "0", "--record", path, "--record-paused"]);
    terminal.wait_for(" LIVE ");
    for _ in 0..2 {
        send(&terminal, SIGUSR1);
        terminal.wait_for("● REC");
        send(&terminal, SIGRTMIN());
        terminal.wait("the sign is gone", |screen| !screen.contents().contains("● REC"));
    }
    send(&terminal, SIGUSR1);
    terminal.wait_for("● REC");
    send(&terminal, SIGQUIT);
    let left = terminal.end();
    assert_eq!(left.code, 128 + u32::try_from(SIGQUIT).unwrap());
    assert_shell_s(&left.screen);
    assert!(left.is_as_before);
    // The recording was closed before that.
    assert!(fs::read_to_string(&trace).unwrap().lines().last().unwrap().contains("\"end\":true"));
}
