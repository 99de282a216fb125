//! The store's memory for the oracle, in tests alone.
//!
//! The store tells of what it does with its locks held, and is looked at from there. So the locks are
//! passed by: while one thread looks, no other goes on ([`witness`](crate::tracer::witness)), and the
//! one that looks changes nothing.

use super::assoc::Table;
use super::chunk::Chunk;
use super::lru::{ItemStats, Lru};
use super::slabs::{POWER_SMALLEST, Slabs};
use super::store::Store;
use crate::event::{ItemOp, StatsValues};
use crate::memcached::conn_queue::Threads;
use crate::memcached::settings::MAX_NUMBER_OF_SLAB_CLASSES;
use crate::tracer::witness::{ClassMemory, StoreMemory};
use crate::tracer::{ClassId, Report};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

/// How many items are shown of each end of a list.
const SHOWN: usize = 70;

/// Where in a `Mutex<T>` its `T` lies.
struct MutexOffset<T>(usize, PhantomData<T>);

impl<T> MutexOffset<T> {
    fn of(mutex: &Mutex<T>) -> MutexOffset<T> {
        let data = &raw const *super::super::util::lock(mutex);
        MutexOffset(data as usize - std::ptr::from_ref(mutex) as usize, PhantomData)
    }

    fn peek<'a>(&self, mutex: &'a Mutex<T>) -> &'a T {
        let data = std::ptr::from_ref(mutex).wrapping_byte_add(self.0).cast::<T>();
        // SAFETY: the place was measured in another of its kind, and nobody writes there now (see above).
        // Whoever holds the lock may hold a `&mut` of it all the same: for tests that is good enough.
        unsafe { &*data }
    }
}

/// Looks at a store past its locks.
pub(in crate::memcached) struct Peek {
    lru: MutexOffset<Lru>,
    slabs: MutexOffset<Slabs>,
    table: MutexOffset<Table>,
    calls: u32,
    /// The bucket that was asked last.
    bucket: Option<u32>,
    classes: Vec<Arc<ClassMemory>>,
}

impl Peek {
    pub(in crate::memcached) fn new(store: &Store) -> Peek {
        Peek {
            lru: MutexOffset::of(&store.lrus[0].0),
            slabs: MutexOffset::of(&store.slabs.0),
            table: MutexOffset::of(store.assoc.of(0)),
            calls: 0,
            bucket: None,
            classes: Vec::new(),
        }
    }

    /// The store just after an event: what the event may have to do with, and now and then all of it.
    pub(in crate::memcached) fn look(
        &mut self,
        what: &Report,
        store: &Store,
        threads: &Threads,
    ) -> Option<Arc<StoreMemory>> {
        self.calls += 1;
        let looks_at_all = self.calls.is_multiple_of(16);
        let of = match *what {
            Report::Item { op, bucket, class: ClassId(clsid), .. } => {
                self.bucket = bucket.get().or(self.bucket);
                if op == ItemOp::Expand {
                    self.bucket = None;
                }
                clsid
            }
            Report::Reply { .. } => 0,
            _ if looks_at_all => 0,
            _ => return None,
        };
        let (hashpower, _, growing) = store.assoc.stats();
        let chain = self.bucket.map(|bucket| {
            let table = self.table.peek(store.assoc.of(bucket));
            (bucket, table.chain(bucket).map(|it| it.key().to_vec()).collect())
        });
        if looks_at_all {
            self.classes = (POWER_SMALLEST..=store.sizes.power_largest())
                .filter_map(|id| self.class(store, id))
                .collect();
        } else if let Some(now) = self.class(store, of.into()) {
            match self.classes.iter_mut().find(|class| class.id == of) {
                Some(class) => *class = now,
                None => self.classes.push(now),
            }
            self.classes.sort_unstable_by_key(|class| class.id);
        }
        let has_counted = looks_at_all || matches!(what, Report::Reply { .. });
        let stats = has_counted.then(|| {
            let totals = |id: usize| self.lru.peek(&store.lrus[id].0).stats;
            let sum = |of: &dyn Fn(ItemStats) -> u64| {
                self.classes.iter().map(|class| of(totals(class.id.into()))).sum()
            };
            StatsValues {
                get_hits: threads.slab_stats(0..MAX_NUMBER_OF_SLAB_CLASSES).get_hits,
                get_misses: threads.counted().get_misses,
                evictions: sum(&|stats| stats.evicted),
                reclaimed: sum(&|stats| stats.reclaimed),
            }
        });
        let (buckets, classes) = (1 << hashpower, self.classes.clone());
        Some(Arc::new(StoreMemory { classes, buckets, growing, stats, chain }))
    }

    /// A class, if it has pages; as it was shown before, where nothing of it has changed.
    fn class(&self, store: &Store, id: usize) -> Option<Arc<ClassMemory>> {
        let figures = self.slabs.peek(&store.slabs.0).figures(id);
        if id < POWER_SMALLEST || figures.slabs == 0 {
            return None;
        }
        let lru = self.lru.peek(&store.lrus[id].0);
        let chunks = figures.slabs * store.sizes.perslab(id);
        let key = |it: Chunk| it.key().to_vec();
        let from_tail = std::iter::successors(lru.tail(), |it| it.prev());
        let now = ClassMemory {
            id: id as u8,
            chunk: store.sizes.size(id) as u64,
            pages: figures.slabs as u64,
            chunks: chunks as u64,
            used: (chunks - figures.sl_curr) as u64,
            items: lru.size as u64,
            head: lru.iter().take(SHOWN).map(key).collect(),
            from_tail: from_tail.take(SHOWN).map(key).collect(),
        };
        let before = self.classes.iter().find(|class| usize::from(class.id) == id);
        Some(before.filter(|before| ***before == now).cloned().unwrap_or_else(|| Arc::new(now)))
    }
}
