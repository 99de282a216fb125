//! A recording that begins in the middle, held against everything from the start: where both know
//! something, they must know the same.

use memstep::event::{ConnState, Event, Kind};
use memstep::model::{Cell, ClassModel, ConnModel, StoreModel, ThreadFacts, World};

/// Folds `part`, which may begin with a snapshot, beside `all`, every event from the server's start;
/// compares the two just after each snapshot and at the end of `part`.
pub fn assert_same_story(all: &[Event], part: &[Event], workers: u32) {
    let (mut whole, mut found) = (World::new(workers), World::new(workers));
    let mut all = all.iter().filter(|e| e.kind() != Kind::Snapshot).peekable();
    for (i, event) in part.iter().enumerate() {
        found.apply(event);
        while let Some(of_all) = all.next_if(|of_all| of_all.seq <= event.seq) {
            if of_all.seq == event.seq && event.kind() != Kind::Snapshot {
                assert_eq!(of_all, event);
            }
            whole.apply(of_all);
        }
        assert_eq!(whole.seq, event.seq, "an event is missing or comes twice");
        if event.kind() == Kind::Snapshot || i + 1 == part.len() {
            assert_same_world(&whole, &found);
        }
    }
}

/// A snapshot leaves out what nobody can see any more: closed connections, how often a way was taken,
/// what was answered and sent, and the bytes of a value that came before it.
fn assert_same_world(whole: &World, found: &World) {
    let at = whole.seq;
    assert_eq!(whole.accepted, found.accepted, "at {at}");
    assert_eq!(whole.startup, found.startup, "at {at}");
    assert_eq!(whole.listeners, found.listeners, "at {at}");
    let lanes = |world: &World| world.threads.values().map(ThreadFacts::as_found).collect::<Vec<_>>();
    assert_eq!(lanes(whole), lanes(found), "at {at}");
    assert_same_memory(&whole.memory(), &found.memory(), at);
    let open =
        |world: &World| -> Vec<u32> { world.conns.iter().filter(|c| !c.is_closed()).map(|c| c.id).collect() };
    assert_eq!(open(whole), open(found), "at {at}");
    for id in open(whole) {
        let (Some(whole), Some(found)) = (whole.conn(id), found.conn(id)) else { continue };
        assert_same_conn(at, whole, found);
    }
}

/// A snapshot has every count, and no key: what a list holds is found out as its items are touched.
fn assert_same_memory(whole: &StoreModel<'_>, found: &StoreModel<'_>, at: u64) {
    assert!(!whole.has_gap && !found.has_gap, "at {at}");
    assert_eq!(whole.counts, found.counts, "at {at}");
    assert_eq!((whole.buckets, whole.growing), (found.buckets, found.growing), "at {at}");
    let counts = |m: &StoreModel<'_>| -> Vec<_> {
        let of = |c: ClassModel<'_>| (c.id, c.chunk, c.pages, c.chunks, c.used, c.lru.len());
        m.classes().map(of).collect()
    };
    assert_eq!(counts(whole), counts(found), "at {at}");
    for class in found.classes() {
        let known = whole.class(class.id).into_iter().flat_map(|c| c.lru.head());
        let head = class.lru.head().map(|item| &item.key);
        head.zip(known).for_each(|(found, whole)| assert_eq!(*found, whole.key, "at {at}"));
    }
}

fn assert_same_conn(at: u64, whole: &ConnModel, found: &ConnModel) {
    let id = whole.id;
    let of = |c: &ConnModel| (c.fd, c.peer.clone(), c.thread, c.place, c.state);
    assert_eq!(of(whole), of(found), "c{id} at {at}");
    assert_eq!(whole.fields, found.fields, "c{id} at {at}");
    let unparsed = whole.fields.rcurr as usize..(whole.fields.rcurr + whole.fields.rbytes) as usize;
    for cell in 0..whole.rbuf.len().max(found.rbuf.len()) {
        let (of_whole, of_found) = (whole.rbuf.get(cell), found.rbuf.get(cell));
        if let (Cell::Known(a), Cell::Known(b)) = (of_whole, of_found) {
            assert_eq!(a, b, "c{id} at {at}: byte {cell} of the read buffer");
        }
        // A line that is just being worked off changes, and a snapshot leaves it out. It ends where it
        // did: at the first newline.
        let is_at_rest = matches!(whole.state, Some(ConnState::Waiting | ConnState::Read));
        let newline = |at| matches!(whole.rbuf.get(at), Cell::Known(b'\n'));
        let must_be_known = is_at_rest || (unparsed.start..cell).any(newline);
        if must_be_known && unparsed.contains(&cell) && matches!(of_whole, Cell::Known(_)) {
            assert_eq!(of_whole, of_found, "c{id} at {at}: byte {cell} is not parsed yet");
        }
    }
}
