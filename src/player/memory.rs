//! Events in memory, and the worlds kept between them: a live server's, a lesson's.

use super::{Direction, Found};
use crate::event::{Carried, ConnSet, Event, FlatEvent, Iov, ReadyFd, What};
use crate::filter::Filter;
use crate::model::World;
use std::sync::Arc;

/// Events between two keyframes, at first.
pub(super) const FIRST_INTERVAL: usize = 256;
/// How many keyframes are kept.
pub(super) const MAX_KEYFRAMES: usize = 512;

#[derive(Debug)]
pub(super) struct InMemory {
    pub events: Vec<Arc<Event>>,
    pub origin: World,
    /// The world after `(i + 1) * interval` events.
    pub keyframes: Vec<World>,
    pub interval: usize,
    /// About how many bytes the events take, and the keyframes.
    of_events: usize,
    of_keyframes: usize,
}

impl InMemory {
    pub fn new(workers: u32, events: Vec<Event>) -> InMemory {
        let mut memory = InMemory {
            events: Vec::with_capacity(events.len()),
            origin: World::new(workers),
            keyframes: Vec::new(),
            interval: FIRST_INTERVAL,
            of_events: 0,
            of_keyframes: 0,
        };
        events.into_iter().for_each(|event| memory.push(event));
        memory
    }

    pub fn push(&mut self, event: Event) {
        self.of_events += weight(&event);
        self.events.push(Arc::new(event));
    }

    /// About how many bytes all of it takes.
    pub fn weight(&self) -> usize {
        self.of_events + self.of_keyframes
    }

    /// Lets the oldest events go where there are more than `keep`, or where they take more than `bytes`,
    /// some at a time; tells how many.
    pub fn forget(&mut self, keep: usize, bytes: usize) -> usize {
        let len = self.events.len();
        if len <= keep && self.weight() <= bytes {
            return 0;
        }
        let mut gone = if len > keep { len - keep / 4 * 3 } else { 0 };
        if self.weight() > bytes {
            // The keyframes go with their events.
            let frames = self.of_keyframes / len.max(1);
            let mut rest = self.weight();
            let too_many = self.events.iter().position(|event| {
                let enough = rest <= bytes / 4 * 3;
                rest = rest.saturating_sub(weight(event) + frames);
                enough
            });
            gone = gone.max(too_many.unwrap_or(len));
        }
        // Never all of them.
        let frames = gone.div_ceil(self.interval).min(len.saturating_sub(1) / self.interval);
        if frames == 0 {
            return 0;
        }
        let gone = frames * self.interval;
        self.of_events -= self.events[..gone].iter().map(|event| weight(event)).sum::<usize>();
        // Events that the cursor never passed have no keyframes yet.
        let nearest = self.nearest_keyframe(gone);
        let mut origin = self.keyframe(nearest).clone();
        self.events[nearest..gone].iter().for_each(|e| origin.apply(e));
        self.origin = origin;
        self.keyframes.drain(..frames.min(self.keyframes.len()));
        self.events.drain(..gone);
        self.weigh_keyframes();
        gone
    }

    /// Worlds share what is the same in them: each is weighed beside the one before.
    fn weigh_keyframes(&mut self) {
        let before = std::iter::once(&self.origin).chain(&self.keyframes);
        let weights = self.keyframes.iter().zip(before).map(|(world, before)| world.weight_beside(before));
        self.of_keyframes = weights.sum();
    }

    /// Folds from the world after `done` events to the one after `target`, by way of a keyframe where
    /// that is nearer.
    pub fn fold(&mut self, world: &mut World, done: usize, target: usize) {
        let nearest = self.nearest_keyframe(target);
        let mut at = done;
        if target < done || nearest > done {
            world.clone_from(self.keyframe(nearest));
            at = nearest;
        }
        while at < target {
            world.apply(&self.events[at]);
            at += 1;
            self.keep_keyframe(world, at);
        }
    }

    pub fn find(&self, wanted: &Filter, from: usize, way: Direction, budget: usize) -> Found {
        let is_wanted = |at: &usize| wanted.matches(&*self.events[*at]);
        let len = self.events.len();
        match way {
            Direction::Forward => {
                let to = from.saturating_add(budget).min(len);
                match (from..to).find(is_wanted) {
                    Some(at) => Found::At(at),
                    None if to == len => Found::Nowhere,
                    None => Found::GoOn(to),
                }
            }
            Direction::Back => {
                let end = from.saturating_add(1).min(len);
                let start = end.saturating_sub(budget);
                match (start..end).rfind(is_wanted) {
                    Some(at) => Found::At(at),
                    None => start.checked_sub(1).map_or(Found::Nowhere, Found::GoOn),
                }
            }
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

    fn keep_keyframe(&mut self, world: &World, done: usize) {
        if done != (self.keyframes.len() + 1) * self.interval {
            return;
        }
        self.of_keyframes += world.weight_beside(self.keyframes.last().unwrap_or(&self.origin));
        self.keyframes.push(world.clone());
        if self.keyframes.len() == MAX_KEYFRAMES {
            let mut odd = false;
            self.keyframes.retain(|_| {
                odd = !odd;
                !odd
            });
            self.interval *= 2;
            self.weigh_keyframes();
        }
    }
}

/// About how many bytes an event takes.
fn weight(event: &Event) -> usize {
    /// What an allocation costs beside its bytes, and an `Arc` its counts.
    const OVERHEAD: usize = 16;
    let text = |text: &Option<String>| text.as_ref().map_or(0, |text| text.capacity() + OVERHEAD);
    let texts = [event.peer(), event.addr(), event.value(), event.why()];
    let texts: usize = texts.iter().flatten().map(|text| text.len() + OVERHEAD).sum();
    let other = if let What::Other(_) = event.what { size_of::<FlatEvent>() + OVERHEAD } else { 0 };
    let payload = match &event.payload {
        Carried::Nothing => 0,
        Carried::Bytes { kept, .. } => kept.capacity() + OVERHEAD,
        Carried::Broken(b64) => b64.capacity() + OVERHEAD,
        Carried::Pieces(iov) => {
            let pieces = iov.iter().map(|piece| text(&piece.data) + text(&piece.b64));
            OVERHEAD + iov.capacity() * size_of::<Iov>() + pieces.sum::<usize>()
        }
        Carried::Ready(ready) => OVERHEAD + ready.capacity() * size_of::<ReadyFd>(),
        // A snapshot is as large as a line of it, or smaller; it comes once.
        Carried::World(world) => OVERHEAD + size_of_val(&**world),
    };
    let set = event.set.as_ref().map_or(0, |_| OVERHEAD + size_of::<ConnSet>());
    size_of::<Arc<Event>>() + size_of::<Event>() + 2 * OVERHEAD + texts + other + payload + set
}
