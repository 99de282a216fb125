//! The player: the world is the fold whichever way one came.

use super::*;
use crate::event::ConnState;
use crate::event::FlatEvent;
use crate::model::sample;
use proptest::prelude::*;
use std::time::Duration;

/// The sample over and over, long enough for many keyframes.
fn long(times: u64) -> Vec<Event> {
    let once = sample::set_get();
    let len = once.len() as u64;
    let shifted = |n: u64| {
        once.clone().into_iter().map(move |mut e| {
            e.seq += n * len;
            e.t += n * 1_000_000_000;
            e.conn = e.conn.map(|c| c + n as u32);
            e
        })
    };
    (0..times).flat_map(shifted).collect()
}

fn fold(events: &[Event]) -> World {
    let mut world = World::new(4);
    events.iter().for_each(|e| world.apply(e));
    world
}

#[test]
fn an_empty_recording_has_no_cursor_and_moves_nowhere() {
    let mut player = Player::new(4, Vec::new());
    assert!(!player.step() && !player.back() && !player.seek(7) && !player.last());
    assert_eq!((player.cursor(), player.current()), (None, None));
    player.push(sample::set_get().swap_remove(0));
    assert_eq!(player.cursor(), Some(0));
}

#[test]
fn lost_numbers_are_skipped() {
    let mut events = sample::set_get();
    events.drain(10..20);
    let mut player = Player::new(4, events);
    player.seek(15);
    assert_eq!(player.current().unwrap().seq, 10);
    player.step();
    assert_eq!(player.current().unwrap().seq, 21);
    player.seek(u64::MAX);
    assert!(player.is_at_end());
}

fn found(player: &Player, wanted: &Filter, from: usize, way: Direction) -> Option<usize> {
    match player.find(wanted, from, way, usize::MAX) {
        Found::At(at) => Some(at),
        Found::Nowhere | Found::GoOn(_) => None,
    }
}

#[test]
fn requests_are_found_in_both_directions() {
    let mut player = Player::new(4, sample::set_get());
    let is_request = &Wanted::request().filter;
    let mut requests = Vec::new();
    while let Some(at) = found(&player, is_request, player.cursor().unwrap() + 1, Direction::Forward) {
        player.go(at);
        requests.push(player.current().unwrap().text().unwrap().to_owned());
    }
    assert_eq!(requests, ["set a 0 0 4", "get a", "quit"]);
    player.go(found(&player, is_request, player.cursor().unwrap() - 1, Direction::Back).unwrap());
    assert_eq!(player.current().unwrap().text(), Some("get a"));
}

#[test]
fn a_change_of_state_is_like_those_that_enter_the_same_state() {
    let events = sample::set_get();
    let into_read = events.iter().find(|e| e.to() == Some(ConnState::Read)).unwrap();
    assert_eq!(Wanted::same(into_read).filter.to_string(), "ev=state & to=conn_read");
    let breakpoint = Wanted::breakpoint(into_read);
    assert_eq!(breakpoint.to_string(), "conn_waiting → conn_read");
    assert_eq!(
        Wanted::parse("ev=state & from=conn_waiting & to=conn_read").unwrap().filter,
        breakpoint.filter
    );
}

#[test]
fn keyframes_stay_bounded_however_long_the_recording_is() {
    let events = long(3000);
    let (len, mut player) = (events.len(), Player::new(4, events));
    player.last();
    let Events::Memory(memory) = &player.events else { panic!("they are in memory") };
    assert!(memory.keyframes.len() < memory::MAX_KEYFRAMES);
    assert!(memory.interval > memory::FIRST_INTERVAL);
    player.go(len / 2);
    let half = player.world().clone();
    player.last();
    player.seek(half.seq);
    assert_eq!(*player.world(), half);
}

#[test]
fn the_oldest_events_of_an_endless_server_are_let_go() {
    let mut player = Player::new(4, long(20));
    player.last();
    let (world, len) = (player.world().clone(), player.len());
    let gone = player.forget(1000, usize::MAX);
    assert!(gone > 0 && player.len() == len - gone && player.len() <= 1000);
    assert_eq!(*player.world(), world);
    player.first();
    assert_eq!(*player.world(), fold(&long(20)[..=gone]));
    assert_eq!(player.forget(1000, usize::MAX), 0);

    let mut behind = Player::new(4, long(20));
    assert_eq!(behind.forget(1000, usize::MAX), gone, "though the cursor never came there");
    assert_eq!(*behind.world(), fold(&long(20)[..=gone]));
    behind.last();
    assert_eq!(*behind.world(), world);
}

#[test]
fn what_is_kept_has_a_bound_in_bytes() {
    let all = long(40);
    let mut player = Player::new(4, all.clone());
    player.last();
    let (weight, world, len) = (player.weight(), player.world().clone(), player.len());
    assert!(weight > len * size_of::<Event>(), "the events alone take that much");
    assert_eq!(player.forget(usize::MAX, weight), 0);
    let gone = player.forget(usize::MAX, weight / 2);
    assert!(gone > len / 4 && player.weight() <= weight / 2, "{} of {weight}", player.weight());
    assert_eq!(*player.world(), world);
    player.first();
    assert_eq!(*player.world(), fold(&all[..=gone]));
    // Whatever the bound is, what was counted is what is there.
    player.last();
    while player.forget(usize::MAX, 1) > 0 {}
    assert!(!player.is_empty() && player.len() <= len / 2);
    let kept: Vec<Event> = player.slice(0..usize::MAX).iter().map(|e| (**e).clone()).collect();
    assert!(player.weight() >= Player::new(4, kept).weight());

    let with_data = |n: usize| {
        let large = |seq: usize| {
            FlatEvent { seq: seq as u64, text: Some("x".repeat(n)), ..FlatEvent::default() }.event()
        };
        Player::new(4, (1..=1000).map(large).collect()).weight()
    };
    assert!(with_data(10_000) - with_data(0) >= 10_000_000, "their bytes count, not their number");
}

#[test]
fn a_pause_is_cut_at_the_idle_limit_and_never_shorter_than_the_eye_needs() {
    let pace = Pace::default();
    assert_eq!(pause_after(60_000_000_000, pace), Duration::from_secs(1));
    assert_eq!(pause_after(1000, pace), Duration::from_millis(400));
    assert_eq!(pause_after(1000, pace.faster()), Duration::from_millis(200));
    assert_eq!(pause_after(60_000_000_000, pace.toggle_idle()), Duration::from_secs(60));
    assert_eq!(pause_after(1000, Pace { speed: 0.0, ..pace }), Duration::from_millis(400));
    assert_eq!(pace.faster().slower(), pace);
}

proptest! {
    #[test]
    fn the_world_is_the_fold_whichever_way_one_came(moves in prop::collection::vec((0u8..5, 0usize..900), 1..40)) {
        let events = long(6);
        let mut player = Player::new(4, events.clone());
        for (kind, n) in moves {
            match kind {
                0 => { player.step(); }
                1 => { player.back(); }
                2 => { player.seek(n as u64); }
                3 => { player.seek_time(n as u64 * 10_000_000); }
                _ => { player.go(n); }
            }
            let done = player.cursor().unwrap() + 1;
            prop_assert_eq!(player.world(), &fold(&events[..done]));
        }
    }

    #[test]
    fn a_step_forward_and_one_back_change_nothing(at in 0usize..700) {
        let mut player = Player::new(4, long(6));
        player.go(at);
        let (cursor, world) = (player.cursor(), player.world().clone());
        if player.step() {
            player.back();
        }
        prop_assert_eq!(player.cursor(), cursor);
        prop_assert_eq!(player.world(), &world);
    }
}
