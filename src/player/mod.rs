//! A cursor over the events of a recording, or of a live server's so far.
//!
//! Stepping back is seeking: the world at an event is folded from the last keyframe before it, so
//! it is the same whichever way one came. Keyframes are made as the fold first passes; when they
//! grow too many, every other one goes and they are made half as often. The player holds no clock:
//! how long an event lasts on the screen is arithmetic ([`pause_after`]) that others wait by.

mod pace;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod wanted;

pub use pace::{Pace, pause_after};
pub use wanted::Wanted;

use crate::event::Event;
use crate::filter::Filter;
use crate::model::World;
use std::ops::Range;
use std::sync::Arc;

/// Events between two keyframes, at first.
const FIRST_INTERVAL: usize = 256;
/// How many keyframes are kept.
const MAX_KEYFRAMES: usize = 512;

/// Which way one looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Towards what happened later.
    Forward,
    /// Towards what happened earlier.
    Back,
}

/// What came of looking for an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It stands at this index.
    At(usize),
    /// There is none in that direction.
    Nowhere,
    /// None in what was looked at; this index comes next.
    GoOn(usize),
}

/// A cursor over events, and the world at it.
#[derive(Debug)]
pub struct Player {
    events: Vec<Arc<Event>>,
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
        let events = events.into_iter().map(Arc::new).collect();
        let mut player =
            Player { events, origin, keyframes: Vec::new(), interval: FIRST_INTERVAL, done: 0, world };
        player.go(0);
        player
    }

    /// Adds an event at the end. The cursor stays, unless this is the first event.
    pub fn push(&mut self, event: Event) {
        self.events.push(Arc::new(event));
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

    /// The event of that index.
    pub fn event(&self, index: usize) -> Option<Arc<Event>> {
        self.events.get(index).cloned()
    }

    /// The events of these indices, as far as there are so many.
    pub fn slice(&self, range: Range<usize>) -> Vec<Arc<Event>> {
        range.map_while(|index| self.event(index)).collect()
    }

    /// The numbers of the first and the last event; `None` only while there is none.
    pub fn seqs(&self) -> Option<(u64, u64)> {
        Some((self.events.first()?.seq, self.events.last()?.seq))
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
        self.events.get(self.cursor()?).map(Arc::as_ref)
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

    /// Looks for an event that `wanted` means, from the index `from` on, `from` itself too, and at no more
    /// than `budget` events: what looks through millions must not keep a screen waiting.
    pub fn find(&self, wanted: &Filter, from: usize, way: Direction, budget: usize) -> Found {
        let is_wanted = |at: &usize| wanted.matches(&*self.events[*at]);
        match way {
            Direction::Forward => {
                let to = from.saturating_add(budget).min(self.len());
                match (from..to).find(is_wanted) {
                    Some(at) => Found::At(at),
                    None if to == self.len() => Found::Nowhere,
                    None => Found::GoOn(to),
                }
            }
            Direction::Back => {
                let end = from.saturating_add(1).min(self.len());
                let start = end.saturating_sub(budget);
                match (start..end).rfind(is_wanted) {
                    Some(at) => Found::At(at),
                    None => start.checked_sub(1).map_or(Found::Nowhere, Found::GoOn),
                }
            }
        }
    }

    /// Where the next event after the cursor stands that is wanted.
    pub fn find_next(&self, wanted: &Filter) -> Option<usize> {
        match self.find(wanted, self.done, Direction::Forward, usize::MAX) {
            Found::At(at) => Some(at),
            Found::Nowhere | Found::GoOn(_) => None,
        }
    }

    /// Where the last event before the cursor stands that is wanted.
    pub fn find_prev(&self, wanted: &Filter) -> Option<usize> {
        match self.find(wanted, self.cursor()?.checked_sub(1)?, Direction::Back, usize::MAX) {
            Found::At(at) => Some(at),
            Found::Nowhere | Found::GoOn(_) => None,
        }
    }

    /// Where the event stands that made the one at the cursor happen on another thread, or that it made
    /// happen.
    pub fn other_end(&self) -> Option<usize> {
        let here = self.current()?;
        match here.cause {
            Some(cause) => {
                let at = self.events.partition_point(|e| e.seq < cause);
                self.events.get(at).filter(|e| e.seq == cause).map(|_| at)
            }
            None => self.events[self.done..]
                .iter()
                .position(|e| e.cause == Some(here.seq))
                .map(|at| self.done + at),
        }
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
