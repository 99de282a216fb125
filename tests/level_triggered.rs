//! libevent's events are level-triggered. Three things in memcached's flow hang on it, and none of
//! them works by luck on an edge-triggered poller.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Watched, until};
use memstep::event::{ConnState, Detail, Event, Interest, Kind, Thread};
use memstep::memcached::settings::Settings;
use memstep::tracer::LeashHolder;
use std::io::{Read, Write};

fn settings(num_threads: u16) -> Settings {
    Settings { num_threads, ..common::settings() }
}

/// The events of worker0, without functions.
fn of_worker0(events: &[Event]) -> Vec<&Event> {
    events.iter().filter(|e| e.th == Thread::Worker(0)).collect()
}

fn names(events: &[&Event]) -> Vec<String> {
    events.iter().map(|e| e.kind().to_string()).collect()
}

#[test]
fn the_first_wake_up_of_a_connection_reads_nothing_and_comes_again() {
    let server = Watched::start(settings(1), Detail::Flow);
    let mut client = server.connect();
    until("the worker has the connection", || {
        server.seen().iter().any(|e| e.kind() == Kind::ConnNew && e.conn == Some(0))
    });
    client.write_all(b"version\r\n").unwrap();
    let mut answer = [0; 16];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"VERSION 1.4.24\r\n");
    let events = server.stop();
    let worker = of_worker0(&events);
    let first = worker.iter().position(|e| e.kind() == Kind::ConnNew).unwrap();
    let after: Vec<&Event> = worker[first + 1..].to_vec();
    assert_eq!(
        names(&after[..8]),
        ["wait", "wake", "state", "state", "wait", "wake", "read", "state"],
        "woken, it only goes to conn_waiting and conn_read; woken again at once, it reads"
    );
    assert_eq!(after[3].to(), Some(ConnState::Read));
}

#[test]
fn with_the_experiment_it_does_not_come_again_before_something_changes() {
    let server = Watched::start(Settings { edge_triggered: true, ..settings(1) }, Detail::Flow);
    let mut client = server.connect();
    let seen = |kind| server.seen().iter().filter(|e| e.th == Thread::Worker(0) && e.kind() == kind).count();
    until("the worker has the connection", || seen(Kind::ConnNew) == 1);
    client.write_all(b"version\r\n").unwrap();
    // It has its connection, and sleeps; it is woken, walks to conn_read, and sleeps.
    until("it has walked and sleeps", || seen(Kind::State) == 2 && seen(Kind::Wait) == 3);
    client.write_all(b"version\r\n").unwrap();
    let mut answer = [0; 32];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"VERSION 1.4.24\r\nVERSION 1.4.24\r\n");
    let events = server.stop();
    let read = events.iter().find(|e| e.kind() == Kind::Read).unwrap();
    assert_eq!(read.ret(), Some(18), "the first command was not read before the second had come");
}

#[test]
fn a_worker_takes_one_byte_and_one_connection_a_wake_up_though_two_are_queued() {
    let server = Watched::start(settings(1), Detail::Flow);
    let teacher = LeashHolder::own("the test");
    server.hub().gate.hold(&teacher).unwrap();
    let _a = server.connect();
    let _b = server.connect();
    // The dispatcher alone goes on, until it has notified the worker twice.
    until("two bytes are in the pipe", || {
        server.hub().gate.step(&teacher, 1, Some(Thread::Main)).unwrap();
        server.seen().iter().filter(|e| e.kind() == Kind::Notify).count() == 2
    });
    let depths: Vec<_> =
        server.seen().iter().filter(|e| e.kind() == Kind::CqPush).map(|e| e.depth().unwrap()).collect();
    assert_eq!(depths, [1, 2]);
    server.hub().gate.release(&teacher).unwrap();
    until("both are taken up", || {
        server.seen().iter().filter(|e| e.kind() == Kind::ConnNew && e.conn.is_some()).count() == 2
    });
    let events = server.stop();
    let worker = of_worker0(&events);
    let first = worker.iter().position(|e| e.kind() == Kind::Notified).unwrap();
    let one = ["wake", "notified", "cq_pop", "event_add", "conn_new", "wait"];
    assert_eq!(names(&worker[first - 1..first + 5]), one);
    assert_eq!(
        names(&worker[first + 5..first + 11]),
        one,
        "the second byte is still there, so it wakes at once"
    );
}

#[test]
fn the_second_yield_in_a_row_is_still_woken() {
    let server = Watched::start(settings(1), Detail::Flow);
    let mut client = server.connect();
    client.write_all(&b"get nokey\r\n".repeat(65)).unwrap();
    let mut answer = vec![0; 65 * 5];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(answer, b"END\r\n".repeat(65));
    drop(client);
    until("it is closed", || server.seen().iter().any(|e| e.kind() == Kind::Close));
    let events = server.stop();
    let writes = |kind| {
        let of = |e: &&Event| e.kind() == kind && e.conn == Some(0) && e.interest() == Some("w");
        events.iter().filter(of).count()
    };
    assert_eq!(writes(Kind::EventAdd), 1, "update_event returns early when the flags have not changed");
    let woken = events
        .iter()
        .filter(|e| {
            e.kind() == Kind::Wake
                && e.ready().into_iter().flatten().any(|r| r.conn == Some(0) && r.what == Interest::Write)
        })
        .count();
    assert!(woken >= 3, "65 requests are three times twenty and five: woken for writing {woken} times");
}
