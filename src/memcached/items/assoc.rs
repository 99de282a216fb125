//! The hash table, and the item locks that each guard a part of it (`assoc.c`, `thread.c:108`).

use super::item::{Item, ItemRef};
use crate::memcached::util::{Apart, lock_in_line};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

/// The table has two to the power of this many buckets at first (`assoc.c:36`).
const HASHPOWER_DEFAULT: u32 = 16;

/// `primary_hashtable` and `item_locks`: each lock with the part of the table that it guards, so
/// that two threads that work on different keys hardly ever wait for each other.
///
/// DIFFERS: the C has one array of buckets and beside it one of locks. Here each lock holds a table
/// of its own, which grows by itself when it is full.
#[derive(Debug)]
pub(super) struct Assoc {
    item_locks: Box<[Apart<Mutex<Table>>]>,
    /// The same keys are neighbours in every run, as in the C. It is only faster than jenkins.
    hasher: FixedState,
}

/// The items of one lock, by key.
#[derive(Debug)]
pub(super) struct Table(HashTable<ItemRef>);

impl Assoc {
    /// `assoc_init`, and the item locks: a wide table of them, the wider the more threads there are
    /// (`thread.c:736`).
    pub fn new(nthreads: u16) -> Assoc {
        let power = match nthreads {
            0..3 => 10,
            3 => 11,
            4 => 12,
            _ => 13,
        };
        let buckets = 1usize << (HASHPOWER_DEFAULT - power);
        // hashbrown fills seven buckets of eight before it grows.
        let table = || Apart(Mutex::new(Table(HashTable::with_capacity(buckets / 8 * 7))));
        Assoc { item_locks: (0..1 << power).map(|_| table()).collect(), hasher: FixedState::default() }
    }

    /// `hash(key, nkey)`.
    #[inline]
    pub fn hash(&self, key: &[u8]) -> u64 {
        // hashbrown looks at sixteen places at once, from the one that the lowest bits name. Where
        // all begin at a multiple of that, what a table holds lies together, and a lookup meets
        // fewer cold cache lines.
        self.hasher.hash_one(key) & !15
    }

    /// `item_lock` (`thread.c:122`). With an item lock held the LRU's lock may be taken, never the
    /// other way round.
    #[inline]
    pub fn item_lock(&self, hash: u64) -> MutexGuard<'_, Table> {
        lock_in_line(self.of(hash))
    }

    /// `item_trylock` (`thread.c:126`): for who comes from the LRU. `None` where the lock is held,
    /// by this very thread too.
    pub fn item_trylock(&self, hash: u64) -> Option<MutexGuard<'_, Table>> {
        match self.of(hash).try_lock() {
            Ok(table) => Some(table),
            Err(TryLockError::Poisoned(e)) => Some(e.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// How many buckets there are.
    pub fn buckets(&self) -> usize {
        self.item_locks.iter().map(|table| lock_in_line(&table.0).0.num_buckets()).sum()
    }

    #[inline]
    fn of(&self, hash: u64) -> &Mutex<Table> {
        // Neither the lowest bits nor the seven highest: those spread the keys inside a table.
        &self.item_locks[(hash >> 40) as usize & (self.item_locks.len() - 1)].0
    }
}

impl Table {
    /// `assoc_find` (`assoc.c:78`).
    #[inline]
    pub fn find(&self, hash: u64, key: &[u8]) -> Option<&ItemRef> {
        self.0.find(hash, |it| it.hash == hash && it.key() == key)
    }

    /// The item in a place of the LRU.
    pub fn find_slot(&self, hash: u64, slot: u32) -> Option<&ItemRef> {
        self.0.find(hash, |it| it.slot() == Some(slot))
    }

    /// A linked item, if nobody but the table knows it.
    pub fn find_unshared(&mut self, hash: u64, slot: u32) -> Option<&mut Item> {
        self.0.find_mut(hash, |it| it.slot() == Some(slot)).and_then(Arc::get_mut)
    }

    /// `assoc_insert` (`assoc.c:156`).
    pub fn insert(&mut self, item: ItemRef) {
        self.0.insert_unique(item.hash, item, |it| it.hash);
    }

    /// `assoc_delete` (`assoc.c:182`).
    pub fn delete(&mut self, item: &ItemRef) -> Option<ItemRef> {
        let entry = self.0.find_entry(item.hash, |it| Arc::ptr_eq(it, item)).ok()?;
        Some(entry.remove().0)
    }
}
