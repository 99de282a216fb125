#![allow(clippy::unwrap_used)]

use super::*;

fn config() -> TracerConfig {
    TracerConfig { ring: MIN_RING, ..TracerConfig::default() }
}

/// What a lane has, as numbers and payloads.
fn taken(lane: &mut RingReader) -> Vec<(u64, Record, Vec<u8>)> {
    let mut payload = Vec::new();
    let mut all = Vec::new();
    while let Some(seq) = lane.head() {
        lane.take(seq, &mut payload, |taken| all.push((seq, *taken.record, taken.payload.to_vec())));
    }
    all
}

#[test]
fn what_is_told_comes_out_as_it_was_told_however_the_ring_wraps() {
    let hub = Hub::new(config());
    install(hub.handle(Thread::Main));
    let mut lane = hub.take_lanes().pop().unwrap();
    let image = ConnImage { rbytes: 13, item_id: 7, ..ConnImage::default() };
    let mut seq = 0;
    for round in 0..3000usize {
        let payload: Vec<u8> = (0..round % 300).map(|i| (i % 251) as u8).collect();
        let image = (round % 2 == 0).then_some(&image);
        emit_conn(Some(5), Report::Command, image, &payload);
        seq += 1;
        assert_eq!(lane.head(), Some(seq));
        let mut scratch = Vec::new();
        assert!(lane.take(seq + 1, &mut scratch, |_| ()).is_none());
        let taken =
            lane.take(seq, &mut scratch, |RingEvent { record, image: told, payload: got, .. }| {
                assert_eq!((record.seq, record.conn(), record.len as usize), (seq, Some(5), payload.len()));
                assert_eq!(got, &payload[..payload.len().min(256)]);
                assert_eq!(told, image);
            });
        assert!(taken.is_some());
    }
    assert_eq!(lane.head(), None);
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
