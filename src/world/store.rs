//! The store: slab classes and the hash table in numbers, and what `stats` counts.

use crate::event::{ClassAt, Counts, ItemOp, MemoryAt, StatsValues, What};

/// A slab class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClassFacts {
    /// Its number.
    pub id: u8,
    /// The size of its chunks, where the trace says it.
    pub chunk: Option<u64>,
    /// How many pages it has.
    pub pages: u64,
    /// How many chunks they are cut into.
    pub chunks: u64,
    /// How many of those are taken.
    pub used: u64,
    /// How many items its LRU list has.
    pub items: u64,
}

/// The store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreFacts {
    /// Whether something before this is not told: then no count is right.
    pub has_gap: bool,
    /// How often it did what.
    pub counts: Counts,
    /// What `stats` answers, where that is known.
    pub stats: Option<StatsValues>,
    /// The buckets of the hash table, once it has grown.
    pub buckets: Option<u64>,
    /// Whether items are still being moved into it.
    pub growing: bool,
    /// How much was counted in the statistics, or would have been.
    pub(crate) told: i64,
    /// By number, from 0 on: an index, and nothing else.
    classes: Vec<Option<ClassFacts>>,
}

impl Default for StoreFacts {
    /// That of a server that starts.
    fn default() -> StoreFacts {
        StoreFacts {
            has_gap: false,
            counts: Counts::default(),
            stats: Some(StatsValues::default()),
            buckets: None,
            growing: false,
            told: 0,
            classes: Vec::new(),
        }
    }
}

impl StoreFacts {
    /// The classes that were ever used, by number.
    pub fn classes(&self) -> impl DoubleEndedIterator<Item = &ClassFacts> {
        self.classes.iter().flatten()
    }

    /// The class of that number.
    pub fn class(&self, id: u8) -> Option<&ClassFacts> {
        self.classes.get(usize::from(id))?.as_ref()
    }

    fn of(&mut self, id: u8) -> &mut ClassFacts {
        let at = usize::from(id);
        if self.classes.len() <= at {
            self.classes.resize(at + 1, None);
        }
        self.classes[at].get_or_insert(ClassFacts { id, ..ClassFacts::default() })
    }

    /// About how many bytes of memory it takes beside its own.
    pub(crate) fn weight(&self) -> usize {
        self.classes.len() * size_of::<Option<ClassFacts>>()
    }

    /// Events are missing: nothing that is counted is right any more.
    pub(super) fn lose(&mut self) {
        (self.has_gap, self.stats) = (true, None);
        self.told = self.told.wrapping_add(1);
    }

    /// What a recording found that begins in the middle; `None`: it does not know.
    pub(super) fn found(at: Option<&MemoryAt>) -> StoreFacts {
        let Some(at) = at else { return StoreFacts { has_gap: true, stats: None, ..StoreFacts::default() } };
        let mut store = StoreFacts {
            counts: at.counts,
            stats: at.stats,
            buckets: at.buckets,
            growing: at.growing,
            ..StoreFacts::default()
        };
        for ClassAt { class, chunk, pages, chunks, used, items } in &at.classes {
            *store.of(*class) = ClassFacts {
                id: *class,
                chunk: Some(*chunk),
                pages: *pages,
                chunks: *chunks,
                used: *used,
                items: *items,
            };
        }
        store
    }

    /// Folds what the store did.
    #[inline(always)]
    pub(super) fn apply(&mut self, what: &What) {
        let What::Item { op: Some(op), size, class, chunk, bucket: _ } = *what else { return };
        let counts = &mut self.counts;
        let counted = match op {
            ItemOp::Hit => Some(&mut counts.hits),
            ItemOp::Miss => Some(&mut counts.misses),
            ItemOp::Expire => Some(&mut counts.expired),
            ItemOp::Flush => Some(&mut counts.flushed),
            ItemOp::Reclaim => Some(&mut counts.reclaimed),
            ItemOp::Evict => Some(&mut counts.evicted),
            _ => None,
        };
        if let Some(n) = counted {
            *n = n.saturating_add(1);
        }
        if let ItemOp::Reclaim | ItemOp::Evict = op {
            self.told = self.told.wrapping_add(1);
            if let Some(stats) = &mut self.stats {
                let n = if op == ItemOp::Evict { &mut stats.evictions } else { &mut stats.reclaimed };
                *n = n.saturating_add(1);
            }
        }
        match op {
            ItemOp::Hit | ItemOp::Miss => return,
            ItemOp::Expand | ItemOp::Expanded => {
                self.buckets = size.or(self.buckets);
                self.growing = op == ItemOp::Expand;
                return;
            }
            _ => {}
        }
        let Some(id) = class.and_then(|class| u8::try_from(class).ok()) else { return };
        let class = self.of(id);
        let is_possible = match op {
            ItemOp::Page => {
                class.chunk = chunk.or(class.chunk);
                class.pages = class.pages.saturating_add(1);
                let chunks = size.zip(chunk).and_then(|(size, chunk)| size.checked_div(chunk));
                class.chunks = class.chunks.saturating_add(chunks.unwrap_or(0));
                true
            }
            ItemOp::Alloc => {
                class.used = class.used.saturating_add(1);
                true
            }
            ItemOp::Free => less(&mut class.used),
            ItemOp::Link => {
                class.items = class.items.saturating_add(1);
                true
            }
            ItemOp::Update => class.items > 0,
            op if op.takes_out() => less(&mut class.items),
            _ => true,
        };
        // What never was cannot end: something before it is not told.
        self.has_gap |= !is_possible;
    }
}

/// One less; whether there was one.
fn less(n: &mut u64) -> bool {
    let is_possible = *n > 0;
    *n = n.saturating_sub(1);
    is_possible
}

impl From<&StoreFacts> for MemoryAt {
    fn from(store: &StoreFacts) -> MemoryAt {
        let class = |class: &ClassFacts| {
            let ClassFacts { id, chunk, pages, chunks, used, items } = *class;
            ClassAt { class: id, chunk: chunk.unwrap_or(0), pages, chunks, used, items }
        };
        MemoryAt {
            counts: store.counts,
            stats: store.stats,
            buckets: store.buckets,
            growing: store.growing,
            classes: store.classes().filter(|class| class.pages > 0).map(class).collect(),
        }
    }
}
