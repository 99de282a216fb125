//! The store's memory for the oracle, in tests alone.
//!
//! The store tells of what it does with its locks held, and is looked at from there. So the locks are
//! passed by: while one thread looks, no other goes on ([`witness`](crate::tracer::witness)), and the
//! one that looks changes nothing.

use super::assoc::Table;
use super::chunk::Chunk;
use super::lru::Lru;
use super::slabs::{POWER_SMALLEST, Slabs};
use super::store::Store;
use crate::memcached::conn_queue::Threads;
use crate::memcached::settings::MAX_NUMBER_OF_SLAB_CLASSES;
use crate::tracer::What;
use crate::tracer::witness::{ClassMemory, StoreMemory};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

/// How many items are shown of each end of a list.
const SHOWN: usize = 70;

/// Where in a `Mutex<T>` its `T` lies.
struct Inside<T>(usize, PhantomData<T>);

impl<T> Inside<T> {
    fn of(mutex: &Mutex<T>) -> Inside<T> {
        let data = &raw const *super::super::util::lock(mutex);
        Inside(data as usize - std::ptr::from_ref(mutex) as usize, PhantomData)
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
    lru: Inside<Lru>,
    slabs: Inside<Slabs>,
    table: Inside<Table>,
    calls: u32,
    /// The bucket that was asked last.
    bucket: Option<u32>,
    last: Arc<StoreMemory>,
}

impl Peek {
    pub(in crate::memcached) fn new(store: &Store) -> Peek {
        Peek {
            lru: Inside::of(&store.lrus[0].0),
            slabs: Inside::of(&store.slabs.0),
            table: Inside::of(store.assoc.of(0)),
            calls: 0,
            bucket: None,
            last: Arc::default(),
        }
    }

    /// The store just after an event. Only those that may have to do with it are looked at each time, of
    /// all others one in eight.
    pub(in crate::memcached) fn look(
        &mut self,
        what: &What,
        store: &Store,
        threads: &Threads,
    ) -> Option<Arc<StoreMemory>> {
        self.calls += 1;
        match *what {
            What::Item { op, bucket, .. } if op.has_bucket() => self.bucket = Some(bucket),
            What::Item { op: crate::tracer::ItemOp::Expand, .. } => self.bucket = None,
            What::Item { .. } | What::Page { .. } | What::Reply { .. } => {}
            _ if !self.calls.is_multiple_of(8) => return None,
            _ => {}
        }
        let slabs = self.slabs.peek(&store.slabs.0);
        let (hashpower, _, growing) = store.assoc.stats();
        let chain = self.bucket.map(|bucket| {
            let table = self.table.peek(store.assoc.of(bucket));
            (bucket, table.chain(bucket).map(|it| it.key().to_vec()).collect())
        });
        let mut now = StoreMemory {
            buckets: 1 << hashpower,
            growing,
            chain,
            get_hits: threads.slab_stats(0..MAX_NUMBER_OF_SLAB_CLASSES).get_hits,
            get_misses: threads.counted().get_misses,
            ..StoreMemory::default()
        };
        for id in POWER_SMALLEST..=store.sizes.power_largest() {
            let figures = slabs.figures(id);
            if figures.slabs == 0 {
                continue;
            }
            let lru = self.lru.peek(&store.lrus[id].0);
            now.evictions += lru.stats.evicted;
            now.reclaimed += lru.stats.reclaimed;
            let chunks = figures.slabs * store.sizes.perslab(id);
            let key = |it: Chunk| it.key().to_vec();
            let from_tail = std::iter::successors(lru.tail(), |it| it.prev());
            let mut tail: Vec<_> = from_tail.take(SHOWN).map(key).collect();
            tail.reverse();
            now.classes.push(ClassMemory {
                id: id as u8,
                chunk: store.sizes.size(id) as u64,
                pages: figures.slabs as u64,
                chunks: chunks as u64,
                used: (chunks - figures.sl_curr) as u64,
                items: lru.size as u64,
                head: lru.iter().take(SHOWN).map(key).collect(),
                tail,
            });
        }
        if *self.last != now {
            self.last = Arc::new(now);
        }
        Some(self.last.clone())
    }
}
