//! A cursor over the events of a recording, or of a live server's so far.
//!
//! Stepping back is seeking: the world at an event is folded from the last keyframe before it, so
//! it is the same whichever way one came. Keyframes are made as the fold first passes; when they
//! grow too many, every other one goes and they are made half as often. The player holds no clock:
//! how long an event lasts on the screen is arithmetic ([`pause_after`]) that others wait by.

use crate::event::{ConnState, Event, Kind};
use crate::model::{Way, World};
use std::time::Duration;

/// Events between two keyframes, at first.
const FIRST_INTERVAL: usize = 256;
/// How many keyframes are kept.
const MAX_KEYFRAMES: usize = 512;

/// A cursor over events, and the world at it.
#[derive(Debug)]
pub struct Player {
    events: Vec<Event>,
    origin: World,
    /// The world after `(i + 1) * interval` events.
    keyframes: Vec<World>,
    interval: usize,
    /// How many events are folded into `world`.
    done: usize,
    world: World,
}

impl Player {
    /// A player of `events`, at the first one, of a server with so many workers.
    pub fn new(workers: u32, events: Vec<Event>) -> Player {
        let origin = World::new(workers);
        let world = origin.clone();
        let mut player =
            Player { events, origin, keyframes: Vec::new(), interval: FIRST_INTERVAL, done: 0, world };
        player.go(0);
        player
    }

    /// Adds an event at the end. The cursor stays, unless this is the first event.
    pub fn push(&mut self, event: Event) {
        self.events.push(event);
        if self.done == 0 {
            self.go(0);
        }
    }

    /// Lets the oldest events go where there are more than `keep`, some at a time; tells how many
    /// went. The world at those that stay is the same; a cursor on one that went is on the first.
    pub fn forget(&mut self, keep: usize) -> usize {
        let frames = self.events.len().saturating_sub(keep / 4 * 3) / self.interval;
        if self.events.len() <= keep || frames == 0 {
            return 0;
        }
        let gone = frames * self.interval;
        // Events that the cursor never passed have no keyframes yet.
        let nearest = self.nearest_keyframe(gone);
        let mut origin = self.keyframe(nearest).clone();
        self.events[nearest..gone].iter().for_each(|e| origin.apply(e));
        self.origin = origin;
        self.keyframes.drain(..frames.min(self.keyframes.len()));
        self.events.drain(..gone);
        match self.done.checked_sub(gone).filter(|&done| done > 0) {
            Some(done) => self.done = done,
            None => {
                self.done = 0;
                self.world = self.origin.clone();
                self.go(0);
            }
        }
        gone
    }

    /// Every event.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The index of the event at the cursor; `None` only while there is no event.
    pub fn cursor(&self) -> Option<usize> {
        self.done.checked_sub(1)
    }

    /// The event at the cursor.
    pub fn current(&self) -> Option<&Event> {
        self.events.get(self.cursor()?)
    }

    /// The world just after the event at the cursor.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Whether the cursor is at the last event.
    pub fn is_at_end(&self) -> bool {
        self.done == self.events.len()
    }

    /// Goes to the event of that index, or to the last one. Tells whether the cursor moved.
    pub fn go(&mut self, index: usize) -> bool {
        let target = index.saturating_add(1).min(self.events.len());
        if target == self.done {
            return false;
        }
        let nearest = self.nearest_keyframe(target);
        if target < self.done || nearest > self.done {
            self.world = self.keyframe(nearest).clone();
            self.done = nearest;
        }
        while self.done < target {
            self.world.apply(&self.events[self.done]);
            self.done += 1;
            self.keep_keyframe();
        }
        true
    }

    /// One event forward.
    pub fn step(&mut self) -> bool {
        self.go(self.done)
    }

    /// One event back.
    pub fn back(&mut self) -> bool {
        self.cursor().is_some_and(|at| at > 0 && self.go(at - 1))
    }

    /// To the first event.
    pub fn first(&mut self) -> bool {
        self.go(0)
    }

    /// To the last event.
    pub fn last(&mut self) -> bool {
        self.go(self.events.len().saturating_sub(1))
    }

    /// To the event numbered `seq`; where there is none (events were lost, or there never were so
    /// many), to the last one before it, else to the first.
    pub fn seek(&mut self, seq: u64) -> bool {
        let after = self.events.partition_point(|e| e.seq <= seq);
        self.go(after.saturating_sub(1))
    }

    /// To the last event that had happened at `t` nanoseconds, else to the first.
    pub fn seek_time(&mut self, t: u64) -> bool {
        let after = self.events.partition_point(|e| e.t <= t);
        self.go(after.saturating_sub(1))
    }

    /// Where the next event stands that `wanted` accepts.
    pub fn find_next(&self, wanted: impl Fn(&Event) -> bool) -> Option<usize> {
        let rest = self.events.get(self.done..)?;
        rest.iter().position(wanted).map(|at| self.done + at)
    }

    /// Where the last event before the cursor stands that `wanted` accepts.
    pub fn find_prev(&self, wanted: impl Fn(&Event) -> bool) -> Option<usize> {
        self.events[..self.cursor()?].iter().rposition(wanted)
    }

    fn nearest_keyframe(&self, target: usize) -> usize {
        (target / self.interval).min(self.keyframes.len()) * self.interval
    }

    /// The world after `done` events, a multiple of the interval.
    fn keyframe(&self, done: usize) -> &World {
        match (done / self.interval).checked_sub(1) {
            Some(i) => &self.keyframes[i],
            None => &self.origin,
        }
    }

    fn keep_keyframe(&mut self) {
        if self.done != (self.keyframes.len() + 1) * self.interval {
            return;
        }
        self.keyframes.push(self.world.clone());
        if self.keyframes.len() == MAX_KEYFRAMES {
            let mut odd = false;
            self.keyframes.retain(|_| {
                odd = !odd;
                !odd
            });
            self.interval *= 2;
        }
    }
}

/// Events that are alike, to go from one to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Like {
    /// Of this connection.
    Conn(u32),
    /// Of this kind.
    Kind(Kind),
    /// This state is entered.
    Entered(ConnState),
    /// This way is taken.
    Way(Way),
}

impl Like {
    /// A command line that was found: a request.
    pub const REQUEST: Like = Like::Kind(Kind::Command);

    /// What `event` is like: the state entered where it is a change of state, else its kind.
    pub fn same(event: &Event) -> Like {
        match (&event.ev, event.to) {
            (Kind::State, Some(to)) => Like::Entered(to),
            (kind, _) => Like::Kind(kind.clone()),
        }
    }

    /// What a breakpoint at `event` stops at: the way where it is a change of state, else its kind.
    pub fn breakpoint(event: &Event) -> Like {
        match (&event.ev, event.from, event.to) {
            (Kind::State, Some(from), Some(to)) => Like::Way(Way { from, to }),
            (kind, ..) => Like::Kind(kind.clone()),
        }
    }

    /// Whether `event` is one of them.
    pub fn matches(&self, event: &Event) -> bool {
        match self {
            Like::Conn(id) => event.conn == Some(*id),
            Like::Kind(kind) => event.ev == *kind,
            Like::Entered(to) => event.ev == Kind::State && event.to == Some(*to),
            Like::Way(way) => {
                event.ev == Kind::State && event.from == Some(way.from) && event.to == Some(way.to)
            }
        }
    }
}

impl std::fmt::Display for Like {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Like::Conn(id) => write!(f, "connection c{id}"),
            Like::Kind(kind) => f.write_str(kind.name()),
            Like::Entered(to) => write!(f, "{to}"),
            Like::Way(way) => write!(f, "{} → {}", way.from, way.to),
        }
    }
}

/// How a recording is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// How many times faster than it happened.
    pub speed: f64,
    /// How long a pause may be, in nanoseconds, before it is cut; `None` plays it whole.
    pub idle_limit: Option<u64>,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { speed: 1.0, idle_limit: Some(DEFAULT_IDLE_LIMIT) }
    }
}

/// A second, in nanoseconds.
const DEFAULT_IDLE_LIMIT: u64 = 1_000_000_000;
/// What the eye needs for one event, in nanoseconds, at speed 1: a server does in one of them what
/// takes a reader a sentence.
const LEAST: u64 = 400_000_000;

impl Pace {
    /// The speeds that faster and slower step through.
    const STEPS: &[f64] = &[0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0, 256.0, 1024.0];

    /// The next higher speed.
    pub fn faster(self) -> Pace {
        let speed = Self::STEPS.iter().copied().find(|&s| s > self.speed).unwrap_or(self.speed);
        Pace { speed, ..self }
    }

    /// The next lower speed.
    pub fn slower(self) -> Pace {
        let speed = Self::STEPS.iter().rev().copied().find(|&s| s < self.speed).unwrap_or(self.speed);
        Pace { speed, ..self }
    }

    /// The same with idle time folded, or not.
    pub fn toggle_idle(self) -> Pace {
        let idle_limit = if self.idle_limit.is_some() { None } else { Some(DEFAULT_IDLE_LIMIT) };
        Pace { idle_limit, ..self }
    }
}

/// How long an event stays on the screen before the one that happened `gap` nanoseconds later.
pub fn pause_after(gap: u64, pace: Pace) -> Duration {
    let shown = pace.idle_limit.map_or(gap, |limit| gap.min(limit)).max(LEAST);
    let speed = if pace.speed.is_finite() && pace.speed > 0.0 { pace.speed } else { 1.0 };
    Duration::try_from_secs_f64(shown as f64 / 1e9 / speed).unwrap_or(Duration::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::model::sample;
    use proptest::prelude::*;

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

    #[test]
    fn requests_are_found_in_both_directions() {
        let mut player = Player::new(4, sample::set_get());
        let is_request = |e: &Event| Like::REQUEST.matches(e);
        let mut found = Vec::new();
        while let Some(at) = player.find_next(is_request) {
            player.go(at);
            found.push(player.current().unwrap().text.clone().unwrap());
        }
        assert_eq!(found, ["set a 0 0 4", "get a", "quit"]);
        player.go(player.find_prev(is_request).unwrap());
        assert_eq!(player.current().unwrap().text.as_deref(), Some("get a"));
    }

    #[test]
    fn a_change_of_state_is_like_those_that_enter_the_same_state() {
        let events = sample::set_get();
        let into_read = events.iter().find(|e| e.to == Some(ConnState::Read)).unwrap();
        assert_eq!(Like::same(into_read), Like::Entered(ConnState::Read));
        assert_eq!(Like::breakpoint(into_read).to_string(), "conn_waiting → conn_read");
    }

    #[test]
    fn keyframes_stay_bounded_however_long_the_recording_is() {
        let events = long(3000);
        let (len, mut player) = (events.len(), Player::new(4, events));
        player.last();
        assert!(player.keyframes.len() < MAX_KEYFRAMES);
        assert!(player.interval > FIRST_INTERVAL);
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
        let gone = player.forget(1000);
        assert!(gone > 0 && player.len() == len - gone && player.len() <= 1000);
        assert_eq!(*player.world(), world);
        player.first();
        assert_eq!(*player.world(), fold(&long(20)[..=gone]));
        assert_eq!(player.forget(1000), 0);

        let mut behind = Player::new(4, long(20));
        assert_eq!(behind.forget(1000), gone, "though the cursor never came there");
        assert_eq!(*behind.world(), fold(&long(20)[..=gone]));
        behind.last();
        assert_eq!(*behind.world(), world);
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
}
