//! `assoc.c`: the hash table, its growth, and the item locks that each guard a part of it
//! (`thread.c:108`).

use super::chunk::Chunk;
use super::hash::hash;
use crate::event::ItemOp;
use crate::memcached::settings::{HashFunc, Settings, say};
use crate::memcached::util::{Apart, lock, lock_in_line};
use crate::tracer::{self, ClassId, Known, Report};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};

/// The table has two to the power of this many buckets at first (`memcached.h:64`).
const HASHPOWER_DEFAULT: u32 = 16;

/// `primary_hashtable`, `old_hashtable` and `item_locks`.
///
/// DIFFERS: the C has one array of buckets, and beside it one of locks; a key's lock is named by the
/// lowest bits of its bucket. Here each lock has the buckets that it guards: bucket `b` is number
/// `b >> power` of lock `b & mask`. The same keys share a bucket, and the same buckets a lock.
#[derive(Debug)]
pub(super) struct Assoc {
    item_locks: Box<[Apart<Mutex<Table>>]>,
    algorithm: HashFunc,
    /// Two to the power of this many are the buckets.
    hashpower: AtomicU32,
    /// What the tables take, an old one counted as long as it is there.
    hash_bytes: AtomicU64,
    expanding: AtomicBool,
    hash_items: Apart<AtomicUsize>,
    maintenance: Maintenance,
}

/// How a worker tells the maintenance thread that the table is to grow.
#[derive(Debug, Default)]
struct Maintenance {
    /// `started_expanding`, read before the lock is taken.
    started: AtomicBool,
    asked: Mutex<MaintenanceRequest>,
    cond: Condvar,
}

#[derive(Debug, Default)]
struct MaintenanceRequest {
    to_expand: bool,
    to_stop: bool,
}

/// The buckets of one item lock. Two to the power of `power` are the locks (`item_lock_hashpower`).
#[derive(Debug)]
pub(super) struct Table {
    primary: Box<[Option<Chunk>]>,
    /// While the table grows, those that are not moved yet; empty otherwise.
    old: Box<[Option<Chunk>]>,
    /// How many of them are moved: what `expand_bucket` means here.
    moved: usize,
    power: u32,
}

impl Assoc {
    /// `assoc_init`, and the item locks: a wide table of them, the wider the more threads there are.
    pub fn new(settings: &Settings) -> Assoc {
        let power = Self::item_lock_power(settings.num_threads);
        // `Settings::check` has refused what has fewer buckets than locks.
        let hashpower = Self::hashpower_init(settings).max(power);
        let table = || Apart(Mutex::new(Table::new(1 << (hashpower - power), power)));
        Assoc {
            item_locks: (0..1 << power).map(|_| table()).collect(),
            algorithm: settings.hash_algorithm,
            hashpower: hashpower.into(),
            hash_bytes: Self::bytes(hashpower).into(),
            expanding: false.into(),
            hash_items: Apart(0.into()),
            maintenance: Maintenance::default(),
        }
    }

    /// How many buckets there are at first (`assoc.c:63`).
    pub fn hashpower_init(settings: &Settings) -> u32 {
        if settings.hashpower_init == 0 { HASHPOWER_DEFAULT } else { settings.hashpower_init }
    }

    /// How many item locks there are (`thread.c:736`).
    pub fn item_lock_power(nthreads: u16) -> u32 {
        match nthreads {
            0..3 => 10,
            3 => 11,
            4 => 12,
            _ => 13,
        }
    }

    fn bytes(hashpower: u32) -> u64 {
        (size_of::<Option<Chunk>>() as u64) << hashpower
    }

    /// `hash(key, nkey)`.
    #[inline]
    pub fn hash(&self, key: &[u8]) -> u32 {
        hash(self.algorithm, key)
    }

    /// `item_lock` (`thread.c:122`). With an item lock held the LRU's lock may be taken, never the
    /// other way round.
    #[inline]
    pub fn item_lock(&self, hv: u32) -> MutexGuard<'_, Table> {
        lock_in_line(self.of(hv))
    }

    /// `item_trylock` (`thread.c:126`): for who comes from the LRU. `None` where the lock is held,
    /// by this very thread too.
    pub fn item_trylock(&self, hv: u32) -> Option<MutexGuard<'_, Table>> {
        match self.of(hv).try_lock() {
            Ok(table) => Some(table),
            Err(TryLockError::Poisoned(e)) => Some(e.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    #[inline]
    pub(super) fn of(&self, hv: u32) -> &Mutex<Table> {
        &self.item_locks[hv as usize & (self.item_locks.len() - 1)].0
    }

    /// `assoc_insert` (`assoc.c:156`), into the part that the key's lock guards.
    pub fn insert(&self, table: &mut Table, it: Chunk, hv: u32) {
        let bucket = table.bucket_mut(hv);
        it.set_h_next(*bucket);
        *bucket = Some(it);
        let hash_items = self.hash_items.0.fetch_add(1, Relaxed) + 1;
        if hash_items > (3 << self.hashpower.load(Relaxed)) / 2 && !self.expanding.load(Relaxed) {
            self.assoc_start_expand();
        }
    }

    /// `assoc_delete` (`assoc.c:182`).
    pub fn delete(&self, table: &mut Table, it: Chunk, hv: u32) {
        let bucket = table.bucket_mut(hv);
        let after = it.h_next();
        it.set_h_next(None);
        match *bucket {
            Some(first) if first == it => *bucket = after,
            first => {
                let before = chain(first).find(|before| before.h_next() == Some(it));
                let Some(before) = before else { return debug_assert!(false, "it is not in its bucket") };
                before.set_h_next(after);
            }
        }
        self.hash_items.0.fetch_sub(1, Relaxed);
    }

    /// Wakes the maintenance thread (`assoc.c:147`).
    #[cold]
    fn assoc_start_expand(&self) {
        if !self.maintenance.started.swap(true, Relaxed) {
            lock(&self.maintenance.asked).to_expand = true;
            self.maintenance.cond.notify_one();
        }
    }

    /// Waits until the table is to grow; `false` once the server goes down.
    pub fn wait_to_expand(&self) -> bool {
        self.maintenance.started.store(false, Relaxed);
        let mut asked = lock(&self.maintenance.asked);
        while !asked.to_expand && !asked.to_stop {
            let wait = || self.maintenance.cond.wait(asked);
            asked = tracer::blocking(wait).unwrap_or_else(PoisonError::into_inner);
        }
        asked.to_expand = false;
        !asked.to_stop
    }

    /// `stop_assoc_maintenance_thread` (`assoc.c:297`).
    pub fn stop_maintenance(&self) {
        lock(&self.maintenance.asked).to_stop = true;
        self.maintenance.cond.notify_one();
    }

    fn is_stopped(&self) -> bool {
        lock(&self.maintenance.asked).to_stop
    }

    /// `assoc_expand` (`assoc.c:126`): a table twice as large, and the one that there is becomes the old
    /// one. Called by the maintenance thread alone, which pauses the workers as the C's does.
    pub fn assoc_expand(&self, settings: &Settings) {
        say!(settings, 1, "Hash table expansion starting");
        let hashpower = self.hashpower.load(Relaxed) + 1;
        self.expanding.store(true, Relaxed);
        self.hashpower.store(hashpower, Relaxed);
        self.hash_bytes.fetch_add(Self::bytes(hashpower), Relaxed);
        for table in &self.item_locks {
            let mut table = lock_in_line(&table.0);
            let twice = vec![None; table.primary.len() * 2].into_boxed_slice();
            table.old = std::mem::replace(&mut table.primary, twice);
            table.moved = 0;
        }
        report(ItemOp::Expand, hashpower);
    }

    /// Moves one bucket after the other into the new table (`assoc.c:217`), each under its own item lock;
    /// one whose lock is held is waited for, 10 ms at a time.
    pub fn move_buckets(&self, settings: &Settings) {
        if !self.expanding.load(Relaxed) {
            return;
        }
        let hashpower = self.hashpower.load(Relaxed);
        for expand_bucket in 0..1u32 << (hashpower - 1) {
            loop {
                if let Some(mut table) = self.item_trylock(expand_bucket) {
                    table.move_bucket(|key| self.hash(key));
                    break;
                }
                if self.is_stopped() {
                    return;
                }
                tracer::blocking(|| std::thread::sleep(std::time::Duration::from_millis(10)));
            }
        }
        self.hash_bytes.fetch_sub(Self::bytes(hashpower - 1), Relaxed);
        self.expanding.store(false, Relaxed);
        report(ItemOp::Expanded, hashpower);
        say!(settings, 1, "Hash table expansion done");
    }

    /// The bucket that a hash stands for (`hv & hashmask(hashpower)`, `assoc.c:88`), for the trace. While
    /// the table grows it is that of the new one, whether it is moved or not.
    #[inline]
    pub fn bucket(&self, hv: u32) -> u32 {
        hv & ((1 << self.hashpower.load(Relaxed)) - 1)
    }

    /// `hash_power_level`, `hash_bytes` and `hash_is_expanding`.
    pub fn stats(&self) -> (u32, u64, bool) {
        (self.hashpower.load(Relaxed), self.hash_bytes.load(Relaxed), self.expanding.load(Relaxed))
    }
}

/// Tells the trace that the table grows, or has grown, to this size.
fn report(op: ItemOp, hashpower: u32) {
    let what = Report::Item {
        op,
        id: 0,
        size: Known::to_be(1 << hashpower),
        class: ClassId(0),
        chunk: Known::NOT,
        bucket: Known::NOT,
    };
    tracer::emit(what, b"");
}

fn chain(first: Option<Chunk>) -> impl Iterator<Item = Chunk> {
    std::iter::successors(first, |it| it.h_next())
}

impl Table {
    fn new(buckets: usize, power: u32) -> Table {
        Table { primary: vec![None; buckets].into(), old: Box::default(), moved: 0, power }
    }

    /// Where a bucket stands: in the old table as long as it is not moved.
    #[inline]
    fn place(&self, hv: u32) -> (bool, usize) {
        let number = (hv >> self.power) as usize;
        if !self.old.is_empty() {
            let oldbucket = number & (self.old.len() - 1);
            if oldbucket >= self.moved {
                return (true, oldbucket);
            }
        }
        (false, number & (self.primary.len() - 1))
    }

    #[inline]
    fn bucket_mut(&mut self, hv: u32) -> &mut Option<Chunk> {
        match self.place(hv) {
            (false, number) => &mut self.primary[number],
            (true, number) => &mut self.old[number],
        }
    }

    /// The items of a bucket, the first of its chain first.
    #[cfg(test)]
    pub fn chain(&self, bucket: u32) -> impl Iterator<Item = Chunk> {
        let first = match self.place(bucket) {
            (false, number) => self.primary[number],
            (true, number) => self.old[number],
        };
        chain(first)
    }

    /// `assoc_find` (`assoc.c:78`).
    #[inline]
    pub fn find(&self, key: &[u8], hv: u32) -> Option<Chunk> {
        let first = match self.place(hv) {
            (false, number) => self.primary[number],
            (true, number) => self.old[number],
        };
        chain(first).find(|it| it.key() == key)
    }

    /// Moves the next bucket of the old table.
    fn move_bucket(&mut self, hash: impl Fn(&[u8]) -> u32) {
        let mut next = self.old[self.moved].take();
        self.moved += 1;
        while let Some(it) = next {
            next = it.h_next();
            let bucket = self.bucket_mut(hash(it.key()));
            it.set_h_next(*bucket);
            *bucket = Some(it);
        }
        if self.moved == self.old.len() {
            (self.old, self.moved) = (Box::default(), 0);
        }
    }
}
