//! Worlds that are kept, so that no event is far from one. How many is a matter of memory.

use crate::model::World;

/// Events between two of them, at first.
const FIRST_INTERVAL: usize = 512;
/// How many there are at most: more would save nobody any time.
const MOST: usize = 8192;
/// What all of them may take, whatever the recording, and for each event.
const MEMORY: usize = 32 * 1024 * 1024;
const MEMORY_PER_EVENT: usize = 8;

#[derive(Debug)]
pub(super) struct Keyframes {
    origin: World,
    /// The world after `(i + 1) * interval` events.
    kept: Vec<World>,
    interval: usize,
    memory: usize,
    most_memory: usize,
}

impl Keyframes {
    pub fn new(workers: u32) -> Keyframes {
        Keyframes {
            origin: World::new(workers),
            kept: Vec::new(),
            interval: FIRST_INTERVAL,
            memory: 0,
            most_memory: MEMORY,
        }
    }

    /// How many events there are decides on how much may be kept.
    pub fn expect(&mut self, events: usize) {
        self.most_memory = MEMORY + events * MEMORY_PER_EVENT;
    }

    /// After how many events the world is to be kept next.
    pub fn next(&self) -> usize {
        (self.kept.len() + 1) * self.interval
    }

    /// Keeps the world after [`next`](Keyframes::next) events; tells when the next one is wanted.
    pub fn keep(&mut self, world: &World) -> usize {
        self.memory += world.weight_beside(self.kept.last().unwrap_or(&self.origin));
        self.kept.push(world.clone());
        while (self.memory > self.most_memory || self.kept.len() > MOST) && self.kept.len() > 1 {
            self.thin();
        }
        self.next()
    }

    /// Lets every other one go.
    fn thin(&mut self) {
        let mut odd = false;
        self.kept.retain(|_| {
            odd = !odd;
            !odd
        });
        self.interval *= 2;
        let before = std::iter::once(&self.origin).chain(&self.kept);
        self.memory = self.kept.iter().zip(before).map(|(world, before)| world.weight_beside(before)).sum();
    }

    /// The last one after at most `done` events, and after how many it is.
    pub fn nearest(&self, done: usize) -> (usize, World) {
        let at = (done / self.interval).min(self.kept.len());
        let world = at.checked_sub(1).map_or(&self.origin, |i| &self.kept[i]);
        (at * self.interval, world.clone())
    }
}
