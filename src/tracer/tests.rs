#![allow(clippy::unwrap_used)]

use super::*;
use crate::event::ConnImage;

fn config() -> TracerConfig {
    TracerConfig { ring: MIN_RING, ..TracerConfig::default() }
}

/// What a lane has, as numbers and payloads.
fn taken(lane: &mut RingReader) -> Vec<(u64, Record, Vec<u8>)> {
    let mut payload = Vec::new();
    let mut all = Vec::new();
    while let Some(seq) = lane.head() {
        lane.take(seq, &mut payload, |taken| {
            all.push((seq, *taken.record, taken.payload.to_vec()));
            None
        });
    }
    all
}

#[test]
fn what_is_told_comes_out_as_it_was_told_however_the_ring_wraps() {
    let hub = Hub::new(config());
    install(hub.handle(Thread::Main));
    let mut lane = hub.take_lanes().pop().unwrap();
    let told = ToldConn::default();
    let mut seq = 0;
    for round in 0..3000usize {
        let payload: Vec<u8> = (0..round % 300).map(|i| (i % 251) as u8).collect();
        // Nothing, one, two or three words have changed; the first time, all.
        let (rbytes, rcurr) = ((round / 2) as u32, (round / 4) as u32);
        let change = told.changed(ConnImage { rbytes, rcurr, item_id: rcurr, ..ConnImage::default() });
        emit_conn(Some(5), Report::Command, change.as_ref(), &payload);
        seq += 1;
        assert_eq!(lane.head(), Some(seq));
        let mut scratch = Vec::new();
        assert_eq!(lane.take(seq + 1, &mut scratch, |_| None), 0);
        let taken =
            lane.take(seq, &mut scratch, |RingEvent { record, change: got_change, payload: got, .. }| {
                assert_eq!((record.seq, record.conn(), record.len as usize), (seq, Some(5), payload.len()));
                assert_eq!(got, &payload[..payload.len().min(256)]);
                let words = |change: Option<ConnChange>| {
                    change.map(|change| (change.changed(), change.words().collect::<Vec<_>>()))
                };
                assert_eq!(words(got_change.copied()), words(change));
                None
            });
        assert_eq!(taken, 1);
    }
    assert_eq!(lane.head(), None);
    uninstall();
}

#[test]
fn what_is_in_a_row_is_taken_in_one_go_as_far_as_it_is_asked_for() {
    let hub = Hub::new(config());
    install(hub.handle(Thread::Main));
    let mut lane = hub.take_lanes().pop().unwrap();
    let mut scratch = Vec::new();
    let (mut told, mut next) = (0, 1);
    // Rows of other lengths each time, so that the ring begins anew in the middle of any of them.
    for row in 1..400usize {
        for i in 0..row % 37 {
            told += 1;
            emit(Report::Command, &vec![b'x'; 40 * i]);
        }
        let until = next + (row as u64) % 23;
        let taken = lane.take(next, &mut scratch, |RingEvent { record, payload, .. }| {
            assert_eq!((record.seq, payload.len()), (next, (record.len as usize).min(256)));
            assert!(payload.iter().all(|byte| *byte == b'x'));
            next += 1;
            (next < until).then_some(next)
        });
        assert!(taken <= row % 23 + 1);
        while let Some(seq) = lane.head().filter(|_| told - next > 60) {
            assert_eq!(seq, next);
            next += lane.take(next, &mut scratch, |_| None) as u64;
        }
    }
    while lane.head().is_some() {
        next += lane.take(next, &mut scratch, |_| None) as u64;
    }
    assert_eq!((next, lane.take(next, &mut scratch, |_| None)), (told + 1, 0));
    uninstall();
}

#[test]
fn where_it_may_events_are_dropped_whole_and_stated_once_there_is_room() {
    let hub = Hub::new(config());
    hub.set_may_drop(true);
    install(hub.handle(Thread::Worker(0)));
    let mut lane = hub.take_lanes().pop().unwrap();
    let before = epoch();
    for _ in 0..5000 {
        emit(Report::Mark, b"more than there is room for");
    }
    let lost = hub.tally().lost;
    assert!(lost > 1000 && epoch() == before, "{lost}");
    let told = taken(&mut lane);
    assert_eq!(told.len() as u64 + lost, 5000);
    assert!(
        told.iter().all(|(.., payload)| payload == b"more than there is room for"),
        "whole or not at all"
    );
    // The next one that finds room says first what is missing, and takes numbers for it.
    emit(Report::Mark, b"back");
    let told = taken(&mut lane);
    assert!(matches!(told[0].1.what, Report::Drop { n } if u64::from(n) == lost));
    assert_eq!(told[1].0, told[0].0 + lost);
    assert_eq!(hub.tally().events, 5001);
    assert_ne!(epoch(), before, "what was told of a connection before is to be told anew");
    uninstall();
}

#[test]
fn a_thread_that_waits_for_room_is_let_go_when_the_recording_ends() {
    let hub = Hub::new(config());
    let handle = hub.handle(Thread::Worker(0));
    let thread = std::thread::spawn(move || {
        install(handle);
        for _ in 0..5000 {
            emit(Report::Mark, b"");
        }
        uninstall();
    });
    let start = std::time::Instant::now();
    while hub.next_seq() < 1000 && start.elapsed().as_secs() < 20 {
        std::thread::yield_now();
    }
    hub.close();
    thread.join().unwrap();
    assert!(hub.tally().events < 5000);
    let mut lane = hub.take_lanes().pop().unwrap();
    assert_eq!(taken(&mut lane).len() as u64, hub.tally().events, "what was numbered was told");
}

#[test]
fn off_nothing_is_told() {
    assert!(!on() && !begin(Kind::Close, None).is_on() && tally().is_none());
    emit(Report::Mark, b"nobody hears it");
}
