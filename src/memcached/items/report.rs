//! What the store has to say of itself: `get_stats` (`slabs.c:298`) and its kin.

use super::assoc::Assoc;
use super::lru::{ItemStats, Lru};
use super::slabs::POWER_SMALLEST;
use super::store::Store;
use crate::memcached::conn_queue::SlabStats;
use crate::memcached::settings::{MAX_NUMBER_OF_SLAB_CLASSES, Settings};
use crate::memcached::util::lock_in_line;
use std::collections::BTreeMap;
use std::fmt::Display;

/// How long the answer to `stats cachedump` may get (`items.c:431`).
const CACHEDUMP_MEMLIMIT: usize = 2 * 1024 * 1024;

/// What the store counts, for `stats`.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct StoreStats {
    pub curr_bytes: usize,
    pub curr_items: usize,
    pub total_items: u64,
    pub totals: ItemStats,
    pub hash_power_level: u32,
    pub hash_bytes: u64,
    pub hash_is_expanding: bool,
}

impl Store {
    /// What was counted, of all classes together (`items.c:495`).
    pub fn stats(&self) -> StoreStats {
        let (hash_power_level, hash_bytes, hash_is_expanding) = self.assoc.stats();
        let mut stats =
            StoreStats { hash_power_level, hash_bytes, hash_is_expanding, ..StoreStats::default() };
        for lru in &self.lrus {
            let lru = lock_in_line(&lru.0);
            stats.curr_bytes += lru.bytes;
            stats.curr_items += lru.size;
            stats.total_items += lru.total;
            stats.totals.add(&lru.stats);
        }
        stats
    }

    /// `item_stats_reset` (`items.c:78`) and the item part of `stats_reset`.
    pub fn stats_reset(&self) {
        for lru in &self.lrus {
            let mut lru = lock_in_line(&lru.0);
            (lru.total, lru.stats) = (0, ItemStats::default());
        }
    }

    /// `item_stats` (`items.c:545`): each class that has items.
    pub fn item_stats(&self, append_stat: &mut dyn FnMut(&str, &dyn Display)) {
        let now = self.clock.current_time();
        for n in 0..MAX_NUMBER_OF_SLAB_CLASSES {
            let (size, oldest, stats) = {
                let lru = lock_in_line(&self.lrus[n].0);
                (lru.size, lru.tail().map(|it| it.time()), lru.stats)
            };
            if size == 0 {
                continue;
            }
            let age = oldest.map_or(0, |time| now.wrapping_sub(time));
            for (name, value) in [
                ("number", size as u64),
                ("age", u64::from(age)),
                ("evicted", stats.evicted),
                ("evicted_nonzero", stats.evicted_nonzero),
                // The C adds up all but this one (`items.c:565`), so it is nought there too.
                ("evicted_time", 0),
                ("outofmemory", stats.outofmemory),
                ("tailrepairs", 0),
                ("reclaimed", stats.reclaimed),
                ("expired_unfetched", stats.expired_unfetched),
                ("evicted_unfetched", stats.evicted_unfetched),
                ("crawler_reclaimed", 0),
                ("crawler_items_checked", 0),
                ("lrutail_reflocked", stats.lrutail_reflocked),
            ] {
                append_stat(&format!("items:{n}:{name}"), &value);
            }
        }
    }

    /// `slabs_stats` (`slabs.c:327`): each class that has pages. `counted` is what the threads have
    /// counted of a class.
    pub fn slabs_stats(
        &self,
        counted: impl Fn(usize) -> SlabStats,
        append_stat: &mut dyn FnMut(&str, &dyn Display),
    ) {
        let (figures, mem_malloced) = {
            let slabs = lock_in_line(&self.slabs.0);
            let ids = POWER_SMALLEST..=self.sizes.power_largest();
            (ids.map(|id| (id, slabs.figures(id))).collect::<Vec<_>>(), slabs.mem_malloced())
        };
        let mut total = 0;
        for (id, p) in figures.into_iter().filter(|(_, p)| p.slabs != 0) {
            let (size, perslab) = (self.sizes.size(id), self.sizes.perslab(id));
            let counted = counted(id);
            for (name, value) in [
                ("chunk_size", size),
                ("chunks_per_page", perslab),
                ("total_pages", p.slabs),
                ("total_chunks", p.slabs * perslab),
                ("used_chunks", p.slabs * perslab - p.sl_curr),
                ("free_chunks", p.sl_curr),
                // Dead in the C, and still shown.
                ("free_chunks_end", 0),
                ("mem_requested", p.requested),
            ] {
                append_stat(&format!("{id}:{name}"), &value);
            }
            for (name, value) in [
                ("get_hits", counted.get_hits),
                ("cmd_set", counted.set_cmds),
                ("delete_hits", counted.delete_hits),
                ("incr_hits", counted.incr_hits),
                ("decr_hits", counted.decr_hits),
                ("cas_hits", counted.cas_hits),
                ("cas_badval", counted.cas_badval),
                ("touch_hits", counted.touch_hits),
            ] {
                append_stat(&format!("{id}:{name}"), &value);
            }
            total += 1;
        }
        append_stat("active_slabs", &total);
        append_stat("total_malloced", &mem_malloced);
    }

    /// `item_stats_sizes` (`items.c:637`): how many items there are of each size, 32 bytes at a time.
    pub fn item_stats_sizes(&self, append_stat: &mut dyn FnMut(&str, &dyn Display)) {
        /// Beyond so many the C does not count.
        const NUM_BUCKETS: usize = 32768;
        let mut histogram = BTreeMap::<usize, u32>::new();
        for lru in &self.lrus {
            for it in lock_in_line(&lru.0).iter() {
                *histogram.entry(it.ntotal().div_ceil(32)).or_default() += 1;
            }
        }
        for (bucket, count) in histogram.range(..NUM_BUCKETS) {
            append_stat(&(bucket * 32).to_string(), count);
        }
    }

    /// `item_cachedump` (`items.c:431`): the newest `limit` items of a class, or all, with `END`.
    pub fn item_cachedump(&self, id: usize, limit: usize) -> Vec<u8> {
        let mut buffer = Vec::new();
        let limit = if limit == 0 { usize::MAX } else { limit };
        let lru = self.lrus.get(id).map(|lru| lock_in_line(&lru.0));
        for it in lru.iter().flat_map(|lru: &std::sync::MutexGuard<'_, Lru>| lru.iter()).take(limit) {
            let at = i64::from(it.exptime()) + self.clock.process_started;
            let tail = format!(" [{} b; {at} s]\r\n", it.nbytes() - 2);
            if buffer.len() + 5 + it.nkey() + tail.len() + 6 > CACHEDUMP_MEMLIMIT {
                break;
            }
            buffer.extend_from_slice(b"ITEM ");
            // A key holds no NUL: that would have ended the command.
            buffer.extend_from_slice(it.key());
            buffer.extend_from_slice(tail.as_bytes());
        }
        buffer.extend_from_slice(b"END\r\n");
        buffer
    }

    /// The bytes that items asked for, those that are not linked counted too.
    #[cfg(test)]
    pub(super) fn requested(&self) -> usize {
        let slabs = lock_in_line(&self.slabs.0);
        (POWER_SMALLEST..=self.sizes.power_largest()).map(|id| slabs.figures(id).requested).sum()
    }

    /// Which bucket of 256 a prefix falls to: what `stats detail dump` is ordered by.
    pub fn hash(&self, bytes: &[u8]) -> u32 {
        self.assoc.hash(bytes)
    }
}

/// The hash table's buckets at first and the item locks, as powers of two: the server starts only
/// where there are more of the former (`thread.c:751`).
pub fn buckets_and_locks(settings: &Settings) -> (u32, u32) {
    (Assoc::hashpower_init(settings), Assoc::item_lock_power(settings.num_threads))
}
