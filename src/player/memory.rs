//! Events in memory, and the worlds kept between them: a live server's, a lesson's.

use super::{Direction, Found};
use crate::event::Event;
use crate::filter::Filter;
use crate::model::World;
use std::sync::Arc;

/// Events between two keyframes, at first.
pub(super) const FIRST_INTERVAL: usize = 256;
/// How many keyframes are kept.
pub(super) const MAX_KEYFRAMES: usize = 512;

#[derive(Debug)]
pub(super) struct Memory {
    pub events: Vec<Arc<Event>>,
    pub origin: World,
    /// The world after `(i + 1) * interval` events.
    pub keyframes: Vec<World>,
    pub interval: usize,
}

impl Memory {
    pub fn new(workers: u32, events: Vec<Event>) -> Memory {
        let events = events.into_iter().map(Arc::new).collect();
        Memory { events, origin: World::new(workers), keyframes: Vec::new(), interval: FIRST_INTERVAL }
    }

    /// Lets the oldest events go where there are more than `keep`, some at a time; tells how many.
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
        gone
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
        self.keyframes.push(world.clone());
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
