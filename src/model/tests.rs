#![allow(clippy::unwrap_used)]
use super::sample::{self, Script, W0};
use super::*;
use crate::event::FlatEvent;
use crate::event::{ConnItem, ConnSet, Kind, Payload};
use proptest::prelude::*;

fn fold(events: &[Event]) -> World {
    let mut world = World::new(4);
    events.iter().for_each(|e| world.apply(e));
    world
}

/// The world just after the first event that `found` accepts.
fn after(found: impl Fn(&Event) -> bool) -> World {
    let events = sample::set_get();
    let at = events.iter().position(found).unwrap();
    fold(&events[..=at])
}

fn text(cells: Vec<Cell>) -> String {
    let char_of = |c: &Cell| match c {
        Cell::Never => '_',
        Cell::Lost => '?',
        Cell::Known(b) => char::from(*b),
    };
    cells.iter().map(char_of).collect()
}

#[test]
fn the_start_leaves_four_workers_asleep_and_a_socket_that_listens() {
    let world = after(|e| e.kind() == Kind::Wait && e.th == Thread::Main);
    assert_eq!(world.threads.len(), 5);
    assert!(world.threads.values().all(ThreadFacts::is_asleep));
    let w3 = &world.threads[&Thread::Worker(3)];
    assert_eq!((w3.epoll_fd, w3.notify_receive_fd, w3.notify_send_fd), (Some(17), Some(15), Some(16)));
    assert_eq!(
        world.listeners,
        [Listener {
            fd: 26,
            is_udp: false,
            options: 4,
            addr: Some("127.0.0.1:11211".into()),
            backlog: Some(1024),
            state: Some(ConnState::Listening),
            registered: true
        }]
    );
    let done = StartupProgress { bases: 5, pipes: 4, created: 4, started: 4, looping: true };
    assert_eq!(world.startup, done);
}

#[test]
fn the_byte_and_the_item_wait_for_the_worker_and_are_taken() {
    let sent = after(|e| e.kind() == Kind::Notify);
    let lane = &sent.threads[&W0];
    assert_eq!(
        (lane.pipe.len(), lane.queue.iter().map(|queued| queued.conn).collect::<Vec<_>>()),
        (1, vec![0])
    );
    assert_eq!(sent.changed.pipe, Some(W0));
    assert_eq!(sent.conn(0).unwrap().place, ConnStage::Queued);
    let taken = after(|e| e.kind() == Kind::CqPop);
    assert_eq!((taken.threads[&W0].pipe.len(), taken.threads[&W0].queue.len()), (0, 0));
    assert_eq!(taken.changed.queue, Some(W0));
}

#[test]
fn the_command_line_stands_in_the_read_buffer_and_is_cut_into_tokens_by_nuls() {
    let read = after(|e| e.kind() == Kind::Read);
    assert_eq!(text(read.conn(0).unwrap().rbuf.slice(0, 20)), "set a 0 0 4\r\n");
    assert_eq!(read.changed.rbuf, Some(0..13));
    // The line is ended before it is told of, and cut after that.
    let called = after(|e| e.function() == Some(crate::event::Function::ProcessCommand));
    assert_eq!(text(called.conn(0).unwrap().rbuf.slice(0, 20)), "set a 0 0 4\0\n");
    assert_eq!(called.changed.rbuf, Some(11..12));
    let parsed = after(|e| e.kind() == Kind::Command);
    assert_eq!(text(parsed.conn(0).unwrap().rbuf.slice(0, 20)), "set a 0 0 4\0\n");
    let cut = after(|e| e.seq == parsed.seq + 1);
    assert_eq!(text(cut.conn(0).unwrap().rbuf.slice(0, 20)), "set\0a\x000\x000\x004\0\n");
    assert_eq!(cut.changed.rbuf, Some(3..10));
}

#[test]
fn the_value_goes_straight_into_the_item() {
    let waiting = after(|e| e.to() == Some(ConnState::Nread));
    let conn = waiting.conn(0).unwrap();
    assert_eq!((conn.fields.rlbytes, conn.value.len()), (6, 0));
    assert_eq!(waiting.changed.way, Some(Way { from: ConnState::ParseCmd, to: ConnState::Nread }));
    assert_eq!(waiting.changed.fields, ["rlbytes", "item"]);
    let whole = after(|e| e.into() == Some("item") && e.ret() == Some(6));
    assert_eq!(text(whole.conn(0).unwrap().value.slice(0, 9)), "abcd\r\n");
    assert_eq!(whole.changed.value, Some(0..6));
}

#[test]
fn the_next_read_overwrites_from_the_front_and_old_bytes_stay_behind() {
    let read = after(|e| e.kind() == Kind::Read && e.data() == Some("get a\r\n"));
    assert_eq!(text(read.conn(0).unwrap().rbuf.slice(0, 20)), "get a\r\n\x000\x004\0\n");
}

#[test]
fn a_closed_connection_keeps_its_story_and_gives_back_its_buffers() {
    let world = fold(&sample::set_get());
    let conn = world.conn(0).unwrap();
    assert!(conn.is_closed() && conn.rbuf.is_empty());
    assert_eq!((conn.state, conn.requests), (Some(ConnState::Closed), 3));
    assert_eq!(conn.ways.count(Way { from: ConnState::Waiting, to: ConnState::Read }), 3);
    assert_eq!(world.conns_of(W0).count(), 0);
}

#[test]
fn a_value_that_came_with_its_command_is_copied_out_of_the_read_buffer() {
    let mut s = Script::default();
    s.set(ConnSet { rcurr: Some(0), rbytes: Some(19), ..ConnSet::default() });
    s.read("rbuf", 2048, Ok("set a 0 0 4\r\nabcd\r\n"));
    s.set(ConnSet {
        rcurr: Some(13),
        rbytes: Some(6),
        rlbytes: Some(6),
        item: Some(Some(ConnItem { key: "a".into(), size: 6 })),
        ..ConnSet::default()
    });
    s.to(ConnState::Nread);
    s.set(ConnSet {
        rcurr: Some(19),
        rbytes: Some(0),
        ritem: Some(6),
        rlbytes: Some(0),
        ..ConnSet::default()
    });
    s.c0(Kind::Item, |_| {});
    let world = fold(&s.events);
    assert_eq!(text(world.conn(0).unwrap().value.slice(0, 9)), "abcd\r\n");
}

#[test]
fn what_is_left_unparsed_moves_to_the_front_before_the_next_read() {
    let mut s = Script::default();
    s.set(ConnSet { rcurr: Some(0), rbytes: Some(10), ..ConnSet::default() });
    s.read("rbuf", 2048, Ok("get a\r\nget"));
    s.set(ConnSet { rcurr: Some(7), rbytes: Some(3), ..ConnSet::default() });
    s.to(ConnState::Waiting);
    s.set(ConnSet { rcurr: Some(0), rbytes: Some(7), ..ConnSet::default() });
    s.read("rbuf", 2045, Ok(" b\r\n"));
    let world = fold(&s.events);
    assert_eq!(text(world.conn(0).unwrap().rbuf.slice(0, 7)), "get b\r\n");
    assert_eq!(world.changed.rbuf, Some(3..7));
}

#[test]
fn bytes_that_the_recording_cut_off_are_lost() {
    let mut s = Script::default();
    s.set(ConnSet { rcurr: Some(0), rbytes: Some(5), ..ConnSet::default() });
    s.on(W0, Kind::Read, |e| {
        (e.conn, e.into, e.ret) = (Some(0), Some("rbuf".into()), Some(5));
        (e.data, e.len) = (Some("ge".into()), Some(5));
        e.set = Some(Box::new(ConnSet { rbytes: Some(5), ..ConnSet::default() }));
    });
    assert!(s.events[0].bytes().as_ref().is_some_and(Payload::is_cut));
    assert_eq!(text(fold(&s.events).conn(0).unwrap().rbuf.slice(0, 9)), "ge???");
}

#[test]
fn only_the_last_closed_connections_are_remembered() {
    let mut s = Script::default();
    for id in 0..200 {
        s.on(W0, Kind::Accept, |e| e.conn = Some(id));
        s.on(W0, Kind::Close, |e| e.conn = Some(id));
    }
    let world = fold(&s.events);
    assert_eq!((world.conns.len(), world.accepted), (MAX_CLOSED, 200));
}

/// Any event at all: every kind with every field that the model reads, true or not.
#[test]
fn a_connection_that_was_closed_before_a_snapshot_does_not_come_back() {
    let line = r#"{"seq":9,"t":0,"th":"main","ev":"snapshot","world":{"accepted":1,"threads":[{"th":"main"}],"listeners":[],"conns":[]}}"#;
    let left = r#"{"seq":10,"t":0,"th":"main","ev":"return","fn":"dispatch_conn_new","conn":0}"#;
    let events = [line, left].map(|line| serde_json::from_str(line).unwrap());
    assert!(fold(&events).conns.len() == 0);
}

pub(crate) fn any_event() -> impl Strategy<Value = Event> {
    let thread = || {
        prop_oneof![
            Just(Thread::Main),
            (0u16..6).prop_map(Thread::Worker),
            Just(Thread::Worker(u16::MAX)),
            Just(Thread::Client)
        ]
    };
    let small = || prop_oneof![0u32..40, Just(u32::MAX), Just(65_530u32)];
    let set = (small(), small(), small(), any::<i32>(), prop::option::of(any::<bool>())).prop_map(
        |(rcurr, rbytes, ritem, rlbytes, item)| ConnSet {
            rcurr: (rcurr % 3 != 0).then_some(rcurr),
            rbytes: (rbytes % 3 != 0).then_some(rbytes),
            ritem: Some(ritem),
            rlbytes: (rlbytes % 3 != 0).then_some(if rlbytes % 2 == 0 { rlbytes % 50 } else { rlbytes }),
            item: item.map(|some| some.then(|| ConnItem { key: "k".into(), size: 9 })),
            ..ConnSet::default()
        },
    );
    let state = || prop::option::of(prop::sample::select(ConnState::ALL));
    (
        (prop::sample::select(Kind::ALL), thread(), prop::option::of(thread()), prop::option::of(0u32..4)),
        (state(), state(), prop::option::of(prop::sample::select(crate::event::Function::ALL))),
        (prop::option::of(any::<i64>()), prop::option::of("[a-z\r\n ]{0,30}"), prop::option::of(set)),
        prop::option::of(prop::sample::select(&["rbuf", "item", "swallow", "create"][..])),
        (any::<u64>(), any::<bool>()),
    )
        .prop_map(|((ev, th, worker, conn), (from, to, function), (ret, data, set), word, (n, far))| {
            FlatEvent {
                ev,
                th,
                worker,
                conn,
                from,
                to,
                function,
                state: to,
                ret: ret.map(|r| if far { r } else { r % 64 }),
                data,
                set: set.map(Box::new),
                into: word.map(Into::into),
                op: word.map(Into::into),
                fd: Some((n % 9) as i32),
                n: Some(n),
                iov: far.then(|| vec![crate::event::Iov::new(b"x", n), crate::event::Iov::new(b"", n)]),
                timeout: ret,
                t: n % 1_000_000_000,
                ..FlatEvent::default()
            }
            .event()
        })
}

proptest! {
    #[test]
    fn no_sequence_of_events_makes_it_panic(events in prop::collection::vec(any_event(), 0..200)) {
        let world = fold(&events);
        prop_assert!(world.threads.values().all(|lane| lane.stack.len() <= 256));
    }

    #[test]
    fn a_trace_may_begin_in_the_middle(from in 0usize..200) {
        let events = sample::set_get();
        fold(&events[from.min(events.len())..]);
    }
}
