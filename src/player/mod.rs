//! A cursor over the events of a recording, or of a live server's so far.
//!
//! Stepping back is seeking: the world at an event is folded from the last keyframe before it, so
//! it is the same whichever way one came. The events are in memory (`memory.rs`), or in a file whose
//! index is a [`Source`]. Then they may be so many that folding to where one wants to go takes longer
//! than a screen may wait: the cursor is **on its way** until [`Player::work`], called between two
//! frames, has brought it there. The player holds no clock: how long an event lasts on the screen is
//! arithmetic ([`pause_after`]) that others wait by.

mod memory;
mod pace;
mod source;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod wanted;

pub use pace::{Pace, pause_after};
pub use source::{PARSED, PASSED, Source, SourceProgress};
pub use wanted::Wanted;

use crate::event::Event;
use crate::filter::Filter;
use crate::model::World;
use memory::InMemory;
use std::ops::Range;
use std::sync::Arc;

/// How many events of a file are folded at once: a few milliseconds' worth.
const AT_ONCE: usize = 16 * 1024;

/// No keyframe is worth a look for so few events.
const NEAR: usize = 256;

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
    events: Events,
    /// How many events are folded into `world`.
    done: usize,
    world: World,
    /// The event at the cursor.
    here: Option<Arc<Event>>,
    /// Where it stands in the source, and the source's shifts when that was so.
    place: Option<u64>,
    shifts: u64,
    way: Option<LongSeek>,
}

#[derive(Debug)]
enum Events {
    Memory(Box<InMemory>),
    Source(Arc<dyn Source>),
}

/// A world on its way to an event that is far from all worlds that are known.
#[derive(Debug)]
struct LongSeek {
    target: usize,
    done: usize,
    world: World,
}

impl Player {
    /// A player of `events`, at the first one, of a server with so many workers.
    pub fn new(workers: u32, events: Vec<Event>) -> Player {
        Player::over(Events::Memory(Box::new(InMemory::new(workers, events))), World::new(workers))
    }

    /// A player of what `source` has, at its first event.
    pub fn of(source: Arc<dyn Source>) -> Player {
        let (_, world) = source.keyframe(0);
        Player::over(Events::Source(source), world)
    }

    fn over(events: Events, world: World) -> Player {
        let mut player = Player { events, done: 0, world, here: None, place: None, shifts: 0, way: None };
        player.go(0);
        player
    }

    /// Adds an event at the end. The cursor stays, unless this is the first event. What a file holds
    /// cannot be added to.
    pub fn push(&mut self, event: Event) {
        if let Events::Memory(memory) = &mut self.events {
            memory.push(event);
            if self.done == 0 {
                self.go(0);
            }
        }
    }

    /// Lets the oldest events go where there are more than `keep`, or where they and the worlds between
    /// them take more than `bytes`, some at a time; tells how many went. The world at those that stay is
    /// the same; a cursor on one that went is on the first.
    pub fn forget(&mut self, keep: usize, bytes: usize) -> usize {
        let Events::Memory(memory) = &mut self.events else { return 0 };
        let gone = memory.forget(keep, bytes);
        match self.done.checked_sub(gone).filter(|&done| done > 0) {
            _ if gone == 0 => {}
            Some(done) => self.done = done,
            None => {
                self.done = 0;
                self.world = memory.origin.clone();
                self.go(0);
            }
        }
        gone
    }

    /// About how many bytes the events and the worlds between them take in memory.
    #[cfg(test)]
    pub fn weight(&self) -> usize {
        match &self.events {
            Events::Memory(memory) => memory.weight(),
            Events::Source(_) => 0,
        }
    }

    /// The event of that index.
    pub fn event(&self, index: usize) -> Option<Arc<Event>> {
        match &self.events {
            Events::Memory(memory) => memory.events.get(index).cloned(),
            Events::Source(source) => source.event(index),
        }
    }

    /// The events of these indices, as far as there are so many.
    pub fn slice(&self, range: Range<usize>) -> Vec<Arc<Event>> {
        match &self.events {
            Events::Memory(_) => range.map_while(|index| self.event(index)).collect(),
            Events::Source(source) => source.slice(range),
        }
    }

    /// The numbers of the first and the last event, as far as they are known; `None` only while there
    /// is none.
    pub fn seqs(&self) -> Option<(u64, u64)> {
        Some((self.seq(0)?, self.seq(self.len().checked_sub(1)?)?))
    }

    /// When the last event happened that is known.
    pub fn last_time(&self) -> Option<u64> {
        self.time(self.len().checked_sub(1)?)
    }

    fn seq(&self, index: usize) -> Option<u64> {
        match &self.events {
            Events::Memory(memory) => memory.events.get(index).map(|e| e.seq),
            Events::Source(source) => source.seq(index),
        }
    }

    fn time(&self, index: usize) -> Option<u64> {
        match &self.events {
            Events::Memory(memory) => memory.events.get(index).map(|e| e.t),
            Events::Source(source) => source.time(index),
        }
    }

    /// How many events there are, as far as they are known.
    pub fn len(&self) -> usize {
        match &self.events {
            Events::Memory(memory) => memory.events.len(),
            Events::Source(source) => source.len(),
        }
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index of the event at the cursor; `None` only while there is no event.
    pub fn cursor(&self) -> Option<usize> {
        self.done.checked_sub(1)
    }

    /// The event at the cursor.
    pub fn current(&self) -> Option<&Event> {
        self.here.as_deref()
    }

    /// The world just after the event at the cursor.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Whether the cursor is at the last event.
    pub fn is_at_end(&self) -> bool {
        self.done == self.len()
    }

    /// Goes to the event of that index, or to the last one. Tells whether the cursor moved. In a file
    /// it may be on its way after that ([`on_way_to`](Player::on_way_to)); wherever it is then told
    /// to go, that way ends.
    pub fn go(&mut self, index: usize) -> bool {
        self.way = None;
        let target = index.saturating_add(1).min(self.len());
        if target == self.done {
            return false;
        }
        match &mut self.events {
            Events::Memory(memory) => {
                memory.fold(&mut self.world, self.done, target);
                self.here = target.checked_sub(1).and_then(|at| memory.events.get(at)).cloned();
                self.done = target;
                true
            }
            Events::Source(source) => {
                let is_near = (self.done..self.done + NEAR).contains(&target);
                let (mut done, mut world) = match is_near {
                    true => (self.done, std::mem::take(&mut self.world)),
                    false => source.keyframe(target),
                };
                if !is_near && (done..=target).contains(&self.done) {
                    (done, world) = (self.done, self.world.clone());
                }
                self.way = Some(LongSeek { target, done, world });
                self.go_on()
            }
        }
    }

    /// The index of the event that the cursor is on its way to.
    pub fn on_way_to(&self) -> Option<usize> {
        self.way.as_ref().map(|way| way.target.saturating_sub(1))
    }

    /// Goes on with what takes longer than a screen may wait: to be called between two frames while
    /// [`progress`](Player::progress) is not done or the cursor is on its way. Tells whether the
    /// cursor moved.
    pub fn work(&mut self) -> bool {
        self.follow_shifts();
        if self.here.is_none() && self.way.is_none() {
            return self.go(0);
        }
        self.go_on()
    }

    /// How far the source has come; what is in memory is done always.
    pub fn progress(&self) -> SourceProgress {
        match &self.events {
            Events::Memory(_) => SourceProgress::DONE,
            Events::Source(source) => source.progress(),
        }
    }

    /// The file's index, if the events are in one.
    pub fn source(&self) -> Option<&Arc<dyn Source>> {
        match &self.events {
            Events::Memory(_) => None,
            Events::Source(source) => Some(source),
        }
    }

    fn go_on(&mut self) -> bool {
        let (Some(way), Events::Source(source)) = (&mut self.way, &self.events) else { return false };
        let progress = source.progress();
        // Whoever folds in the background comes by sooner than this would.
        if !progress.is_folded && progress.folded.max(way.done).saturating_add(AT_ONCE) < way.target {
            return false;
        }
        if way.target - way.done > AT_ONCE {
            let (done, world) = source.keyframe(way.target);
            if done > way.done {
                (way.done, way.world) = (done, world);
            }
        }
        let to = way.target.min(way.done + AT_ONCE);
        source.fold(way.done..to, &mut way.world);
        way.done = to;
        if way.done < way.target {
            return false;
        }
        (self.done, self.shifts) = (way.done, progress.shifts);
        std::mem::swap(&mut self.world, &mut way.world);
        self.way = None;
        let index = self.done.saturating_sub(1);
        (self.here, self.place) = (source.event(index), source.place(index));
        true
    }

    /// A line before the cursor turned out to be no event.
    /// Goes on with another source, in which all events of the one before stand at the same places, and more
    /// after them. The cursor stays.
    pub fn exchange(&mut self, source: Arc<dyn Source>) {
        if let Events::Source(own) = &mut self.events {
            // What has shifted in the one before has shifted in this one.
            self.shifts = source.progress().shifts;
            *own = source;
        }
    }

    fn follow_shifts(&mut self) {
        let Events::Source(source) = &self.events else { return };
        let shifts = source.progress().shifts;
        let Some(place) = self.place.filter(|_| shifts != self.shifts) else { return };
        self.shifts = shifts;
        self.done = (source.index_of(place) + 1).min(source.len());
        if let Some(way) = self.way.take() {
            self.go(way.target.saturating_sub(1));
        } else if source.event(self.done.saturating_sub(1)) != self.here {
            // It was the line itself that the cursor stood on.
            let index = self.done.saturating_sub(1);
            self.done = 0;
            self.world = source.keyframe(0).1;
            self.go(index);
        }
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
        self.go(self.len().saturating_sub(1))
    }

    /// To the event numbered `seq`; where there is none (events were lost, or there never were so
    /// many), to the last one before it, else to the first.
    pub fn seek(&mut self, seq: u64) -> bool {
        let after = self.partition_point(|at| self.seq(at).is_none_or(|is| is <= seq));
        self.go(after.saturating_sub(1))
    }

    /// To the last event that had happened at `t` nanoseconds, else to the first.
    pub fn seek_time(&mut self, t: u64) -> bool {
        let after = self.partition_point(|at| self.time(at).is_none_or(|is| is <= t));
        self.go(after.saturating_sub(1))
    }

    /// How many indices come before those of which `is_before` is false.
    fn partition_point(&self, is_before: impl Fn(usize) -> bool) -> usize {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from + (to - from) / 2;
            match is_before(middle) {
                true => from = middle + 1,
                false => to = middle,
            }
        }
        from
    }

    /// Looks for an event that `wanted` means, from the index `from` on, `from` itself too, and at no more
    /// than `budget` events: what looks through millions must not keep a screen waiting.
    ///
    /// The budget counts events as they are looked at in memory, some ten million a second. In a file
    /// one that must be parsed counts as [`PARSED`] of them, and [`PASSED`] that its index excludes as
    /// one. Where a file's end is not found yet there is more to look at, not nothing.
    pub fn find(&self, wanted: &Filter, from: usize, way: Direction, budget: usize) -> Found {
        match &self.events {
            Events::Memory(memory) => memory.find(wanted, from, way, budget),
            Events::Source(source) => source.find(wanted, from, way, budget),
        }
    }

    /// Where the event of that number stands, if it is there.
    pub fn at_seq(&self, seq: u64) -> Option<usize> {
        let at = self.partition_point(|at| self.seq(at).is_none_or(|is| is < seq));
        (self.seq(at)? == seq).then_some(at)
    }

    /// Where the event stands that made the one at the cursor happen on another thread, or that it made
    /// happen.
    pub fn other_end(&self) -> Option<usize> {
        let here = self.current()?;
        match here.cause {
            Some(cause) => self.at_seq(cause),
            None => match &self.events {
                Events::Memory(memory) => memory.events[self.done..]
                    .iter()
                    .position(|e| e.cause == Some(here.seq))
                    .map(|at| self.done + at),
                Events::Source(source) => source.effect(here.seq, self.done),
            },
        }
    }
}
