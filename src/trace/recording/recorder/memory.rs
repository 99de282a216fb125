//! What the recorder remembers of the store: counts, for a recording that begins in the middle.

use crate::event::{ClassAt, Counted, ItemOp, MemoryAt, Stats};
use crate::tracer::{Class, Report};

/// The store's memory as the events so far left it.
#[derive(Debug)]
pub(super) struct Memory {
    now: MemoryAt,
    /// How much was counted in its statistics.
    told: i64,
}

impl Default for Memory {
    /// That of a server that starts.
    fn default() -> Memory {
        Memory { now: MemoryAt { stats: Some(Stats::default()), ..MemoryAt::default() }, told: 0 }
    }
}

impl Memory {
    /// Takes in what the store did.
    pub fn apply(&mut self, what: &Report) {
        let now = &mut self.now;
        if let Report::Item { op: ItemOp::Reclaim | ItemOp::Evict, .. } = what {
            self.told = self.told.wrapping_add(1);
        }
        match *what {
            Report::Item { op: ItemOp::Page, size, chunk, class: Class(clsid), .. } => {
                let (size, chunk) = (size.get().unwrap_or(0), chunk.get().unwrap_or(0));
                let class = self.class(clsid);
                class.chunk = chunk.into();
                class.pages += 1;
                class.chunks += u64::from(size.checked_div(chunk).unwrap_or(0));
            }
            Report::Item { op: op @ (ItemOp::Expand | ItemOp::Expanded), size, .. } => {
                (now.buckets, now.growing) = (size.get().map(u64::from), op == ItemOp::Expand);
            }
            Report::Item { op, class: Class(clsid), .. } => {
                match op {
                    ItemOp::Hit => return now.counts.hits += 1,
                    ItemOp::Miss => return now.counts.misses += 1,
                    ItemOp::Expire => now.counts.expired += 1,
                    ItemOp::Flush => now.counts.flushed += 1,
                    ItemOp::Reclaim => {
                        now.counts.reclaimed += 1;
                        now.stats.iter_mut().for_each(|stats| stats.reclaimed += 1);
                    }
                    ItemOp::Evict => {
                        now.counts.evicted += 1;
                        now.stats.iter_mut().for_each(|stats| stats.evictions += 1);
                    }
                    _ => {}
                }
                let class = self.class(clsid);
                match op {
                    ItemOp::Alloc => class.used += 1,
                    ItemOp::Free => class.used = class.used.saturating_sub(1),
                    ItemOp::Link => class.items += 1,
                    op if op.takes_out() => class.items = class.items.saturating_sub(1),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// How much was counted in the statistics.
    pub fn told(&self) -> i64 {
        self.told
    }

    /// Takes in what `stats` has counted of a get, or that it was set back.
    pub fn count(&mut self, counted: Counted, may_miss: impl FnOnce() -> bool) {
        counted.apply(&mut self.now.stats, &mut self.told, may_miss);
    }

    fn class(&mut self, class: u8) -> &mut ClassAt {
        let classes = &mut self.now.classes;
        let before = classes.len();
        // As many as there are classes at most; from then on this is an index and nothing else.
        (before..=class.into()).for_each(|class| {
            classes.push(ClassAt { class: class as u8, ..ClassAt::default() });
        });
        &mut classes[usize::from(class)]
    }

    /// What a recording that begins now has to know.
    pub fn snapshot(&self) -> MemoryAt {
        let mut at = self.now.clone();
        at.classes.retain(|class| class.pages > 0);
        at
    }
}
