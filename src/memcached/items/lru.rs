//! The LRU of a slab class: `heads`, `tails`, `sizes` and `itemstats` (`items.c:59`).

use super::chunk::Chunk;

/// `itemstats_t` (`items.c:30`), as far as there is anything to count without a crawler.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ItemStats {
    pub evicted: u64,
    pub evicted_nonzero: u64,
    pub reclaimed: u64,
    pub outofmemory: u64,
    pub expired_unfetched: u64,
    pub evicted_unfetched: u64,
    pub lrutail_reflocked: u64,
}

impl ItemStats {
    /// Adds another class's.
    pub fn add(&mut self, other: &ItemStats) {
        self.evicted += other.evicted;
        self.evicted_nonzero += other.evicted_nonzero;
        self.reclaimed += other.reclaimed;
        self.outofmemory += other.outofmemory;
        self.expired_unfetched += other.expired_unfetched;
        self.evicted_unfetched += other.evicted_unfetched;
        self.lrutail_reflocked += other.lrutail_reflocked;
    }
}

/// A class's linked items, from the newest to the oldest. It lies under the class's `lru_locks`.
#[derive(Debug, Default)]
pub(super) struct Lru {
    head: Option<Chunk>,
    tail: Option<Chunk>,
    /// How many there are: `sizes`.
    pub size: usize,
    /// Their bytes, and how many were ever linked. In the C these are `stats.curr_bytes` and
    /// `stats.total_items`, under a lock of their own.
    pub bytes: usize,
    pub total: u64,
    pub stats: ItemStats,
}

impl Lru {
    /// `do_item_link_q` (`items.c:272`): an item comes to the front.
    pub fn link(&mut self, it: Chunk) {
        it.set_prev(None);
        it.set_next(self.head);
        match self.head {
            Some(head) => head.set_prev(Some(it)),
            None => self.tail = Some(it),
        }
        self.head = Some(it);
        self.size += 1;
    }

    /// `do_item_unlink_q` (`items.c:295`).
    pub fn unlink(&mut self, it: Chunk) {
        let (prev, next) = (it.prev(), it.next());
        match prev {
            Some(prev) => prev.set_next(next),
            None => self.head = next,
        }
        match next {
            Some(next) => next.set_prev(prev),
            None => self.tail = prev,
        }
        self.size -= 1;
    }

    /// The oldest item.
    pub fn tail(&self) -> Option<Chunk> {
        self.tail
    }

    /// All items, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = Chunk> {
        std::iter::successors(self.head, |it| it.next())
    }
}
