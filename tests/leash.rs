//! A server that is held in the middle of the store, where a thread at the gate has a lock in hand.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Watched, settings, until};
use memstep::event::{Detail, Event, Kind, Thread};
use memstep::memcached::settings::Settings;
use memstep::tracer::LeashHolder;
use std::io::{Read as _, Write as _};

const W0: Thread = Thread::Worker(0);
const W1: Thread = Thread::Worker(1);

#[test]
fn a_thread_that_waits_for_the_lock_of_another_is_said_to_and_comes_once_that_one_has_gone_on() {
    let server = Watched::start(Settings { num_threads: 2, ..settings() }, Detail::Flow);
    let mut clients = [server.connect(), server.connect()];
    let set = b"set a 0 0 1\r\n1\r\n";
    let stored = |client: &mut std::net::TcpStream| {
        let mut answer = [0; 8];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"STORED\r\n");
    };
    for client in &mut clients {
        client.write_all(set).unwrap();
        stored(client);
    }
    let (hub, who) = (server.hub(), LeashHolder::own("the test"));
    hub.gate.hold(&who).unwrap();
    clients.iter_mut().for_each(|client| client.write_all(set).unwrap());
    let ops = |of: &str, th: Thread| {
        let is_it = |at: &memstep::event::AtGate| at.ev == Kind::Item && at.of.as_deref() == Some(of);
        hub.leash(&who).at_gate(th).is_some_and(is_it)
    };
    let step = |th: Thread| {
        if hub.leash(&who).at_gate(th).is_some() {
            hub.gate.step(&who, 1, Some(th)).unwrap();
        }
    };
    // The old item is found, with the lock of the key held.
    until("worker0 is in the store", || {
        let is_there = ops("hit", W0);
        if !is_there {
            step(W0);
        }
        is_there
    });
    until("worker1 stands in line", || {
        let line = hub.leash(&who).in_line;
        if line.is_empty() {
            step(W1);
        }
        line.iter().any(|it| (it.th, it.behind) == (W1, Some(W0)))
    });
    // Asked for, it does not come; and nobody looks as if he hung.
    hub.gate.step(&who, 1, Some(W1)).unwrap();
    let leash = hub.leash(&who);
    assert_eq!(leash.steps.map(|steps| (steps.left, steps.th)), Some((1, Some(W1))));
    assert!(leash.at_gate(W1).is_none() && leash.at_gate(W0).is_some());
    until("worker0 has let go of the lock", || {
        step(W0);
        hub.leash(&who).in_line.is_empty() && hub.leash(&who).at_gate(W1).is_some()
    });
    hub.gate.release(&who).unwrap();
    clients.iter_mut().for_each(stored);
    let events = server.stop();
    // The store's work was told in the order in which it was done.
    let of_key = |e: &&Event| matches!(e.op(), Some("hit" | "unlink" | "link"));
    let last: Vec<_> = events.iter().filter(of_key).rev().take(6).map(|e| e.th).collect();
    assert_eq!(last, [W1, W1, W1, W0, W0, W0], "hit, unlink, link of each in a row");
}
