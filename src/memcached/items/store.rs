//! What commands do with items.

use super::assoc::{Assoc, Table};
use super::item::{Item, ItemRef, suffix};
use super::lru::Lru;
use super::memory::Memory;
use crate::event::Fn;
use crate::memcached::conn_queue::ThreadStats;
use crate::memcached::settings::{Clock, ITEM_UPDATE_INTERVAL, Settings, say};
use crate::memcached::util::{Apart, Line, Shown, lock_in_line, safe_strtoull};
use crate::tracer::{self, ItemOp, What};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// How many items are looked at from the end of the LRU (`items.c:762`), and how often that is done
/// in vain before there is no memory (`items.c:176`).
const TRIES: usize = 5;

/// Which storage command is being carried out: `NREAD_*` (`memcached.h:203`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nread {
    /// `add`
    Add,
    /// `set`
    Set,
    /// `replace`
    Replace,
    /// `append`
    Append,
    /// `prepend`
    Prepend,
    /// `cas`
    Cas,
}

/// `enum store_item_type` (`memcached.h:210`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// The condition did not hold.
    NotStored,
    /// It is in.
    Stored,
    /// Somebody changed it meanwhile.
    Exists,
    /// There is none.
    NotFound,
}

/// `enum delta_result_type` (`memcached.h:214`).
#[derive(Debug)]
pub enum Delta {
    /// The new number, as text.
    Ok(Line<24>),
    /// The value is no number.
    NonNumeric,
    /// No memory for a longer number.
    Eom,
    /// There is none.
    NotFound,
}

/// What the store counts, for `stats`.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct ItemStats {
    pub curr_bytes: u64,
    pub curr_items: u64,
    pub total_items: u64,
    pub expired_unfetched: u64,
    pub evicted_unfetched: u64,
    pub evictions: u64,
    pub reclaimed: u64,
    pub lrutail_reflocked: u64,
    pub hash_buckets: usize,
    pub hash_bytes: usize,
}

/// Every item of one server.
#[derive(Debug)]
pub struct Store {
    settings: Arc<Settings>,
    clock: Arc<Clock>,
    assoc: Assoc,
    cache: Apart<Mutex<Cache>>,
    /// The highest CAS id given out (`items.c:93`).
    cas_id: Apart<AtomicU64>,
}

/// What all items share but for the hash table. memcached guards it with `lru_locks`, `slabs_lock`
/// and `STATS_LOCK`, here one lock does; it is taken where the C takes one of those.
#[derive(Debug)]
struct Cache {
    lru: Lru,
    memory: Memory,
    next_id: u64,
    stats: ItemStats,
}

impl Store {
    /// `assoc_init` and `slabs_init`: an empty store.
    pub fn new(settings: Arc<Settings>, clock: Arc<Clock>) -> Store {
        let memory = Memory::new(settings.maxbytes, settings.item_size_max as usize);
        let cache = Cache { lru: Lru::new(), memory, next_id: 1, stats: ItemStats::default() };
        let assoc = Assoc::new(settings.num_threads);
        Store { settings, clock, assoc, cache: Apart(Mutex::new(cache)), cas_id: Apart(AtomicU64::new(0)) }
    }

    /// Whether an item of that size can be stored at all: `item_size_ok` (`items.c:259`).
    pub fn item_size_ok(&self, nkey: usize, flags: u32, nbytes: u32) -> bool {
        Item::ntotal_of(nkey, &suffix(flags, nbytes), nbytes) <= u64::from(self.settings.item_size_max)
    }

    /// A new item that nobody else sees yet; `None` if it is too large or there is no memory
    /// (`thread.c:480`).
    pub fn item_alloc(&self, key: &[u8], flags: u32, exptime: u32, nbytes: u32) -> Option<ItemRef> {
        let _in = tracer::enter(Fn::ItemAlloc, tracer::current(), || None);
        self.do_item_alloc(key, self.assoc.hash(key), flags, exptime, nbytes)
    }

    /// Looks an item up and takes a reference (`thread.c:491`).
    pub fn item_get(&self, key: &[u8]) -> Option<ItemRef> {
        let _in = tracer::enter(Fn::ItemGet, tracer::current(), || None);
        let hash = self.assoc.hash(key);
        self.do_item_get(&mut self.assoc.item_lock(hash), key, hash)
    }

    /// Gives a reference back (`thread.c:529`).
    pub fn item_remove(&self, item: ItemRef) {
        let _in = tracer::enter(Fn::ItemRemove, tracer::current(), || None);
        let _locked = self.assoc.item_lock(item.hash);
        if Arc::strong_count(&item) == 1 {
            lock_in_line(&self.cache.0).do_item_remove(item);
        }
    }

    /// Takes an item out of the table and the LRU (`thread.c:550`).
    pub fn item_unlink(&self, item: &ItemRef) {
        let mut table = self.assoc.item_lock(item.hash);
        lock_in_line(&self.cache.0).do_item_unlink(&mut table, item, ItemOp::Unlink);
    }

    /// Moves an item to the front of the LRU, unless that was done a moment ago (`thread.c:561`).
    #[inline]
    pub fn item_update(&self, item: &ItemRef) {
        // Without the lock first: nearly always there is nothing to do.
        if self.is_stale(item) {
            let _locked = self.assoc.item_lock(item.hash);
            self.do_item_update(item);
        }
    }

    /// Gives an item a new expiry time; `None` if there is none (`thread.c:501`).
    pub fn item_touch(&self, key: &[u8], exptime: u32) -> Option<ItemRef> {
        let hash = self.assoc.hash(key);
        let item = self.do_item_get(&mut self.assoc.item_lock(hash), key, hash)?;
        item.set_exptime(exptime);
        Some(item)
    }

    /// Stores a filled item as the command asks (`thread.c:590`).
    pub fn store_item(&self, item: &ItemRef, comm: Nread, stats: &ThreadStats) -> Stored {
        let _in = tracer::enter(Fn::StoreItem, tracer::current(), || None);
        let mut table = self.assoc.item_lock(item.hash);
        let old = self.do_item_get(&mut table, item.key(), item.hash);
        let stored = self.do_store_item(&mut table, item, old.as_ref(), comm, stats);
        if let Some(old) = old {
            self.do_item_remove(old);
        }
        stored
    }

    /// Adds to or subtracts from a number (`thread.c:573`, `memcached.c:3242`).
    pub fn add_delta(&self, key: &[u8], incr: bool, delta: u64, stats: &ThreadStats) -> Delta {
        let _in = tracer::enter(Fn::AddDelta, tracer::current(), || None);
        let hash = self.assoc.hash(key);
        let mut table = self.assoc.item_lock(hash);
        let Some(it) = self.do_item_get(&mut table, key, hash) else { return Delta::NotFound };
        // A value without digits, or of only "\r\n", is no number.
        let Some(value) = Some(it.data()).filter(|d| d.len() > 2).and_then(safe_strtoull) else {
            self.do_item_remove(it);
            return Delta::NonNumeric;
        };
        let value = match incr {
            true => value.wrapping_add(delta),
            false => value.saturating_sub(delta),
        };
        if incr { &stats.incr_hits } else { &stats.decr_hits }.add(1);
        let text = Line::<24>::joined([itoa::Buffer::new().format(value).as_bytes()]);
        let res = text.bytes().len();
        // In place where it fits and nobody is sending the old value just now: only the table and
        // we know the item.
        if res + 2 <= it.nbytes() as usize
            && Arc::strong_count(&it) == 2
            && let Some(slot) = it.slot()
        {
            drop(it);
            if let Some(it) = table.find_unshared(hash, slot) {
                it.set_cas(self.next_cas_id());
                let data = it.data_mut();
                let end = data.len() - 2;
                data[..res].copy_from_slice(text.bytes());
                data[res..end].fill(b' ');
                self.do_item_update(it);
            }
            return Delta::Ok(text);
        }
        let new = self.do_item_alloc(key, hash, it.flags(), it.exptime(), res as u32 + 2);
        let done = match new {
            Some(mut new) => {
                if let Some(new) = Arc::get_mut(&mut new) {
                    let data = new.data_mut();
                    data[..res].copy_from_slice(text.bytes());
                    data[res..].copy_from_slice(b"\r\n");
                }
                self.do_item_replace(&mut table, Some(&it), &new);
                self.do_item_remove(new);
                Delta::Ok(text)
            }
            None => Delta::Eom,
        };
        self.do_item_remove(it);
        done
    }

    /// The next CAS id (`get_cas_id`): given to what is stored, and what `flush_all` compares with.
    pub fn next_cas_id(&self) -> u64 {
        self.cas_id.0.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What was counted.
    pub fn stats(&self) -> ItemStats {
        let hash_buckets = self.assoc.buckets();
        let hash_bytes = hash_buckets * size_of::<ItemRef>();
        ItemStats { hash_buckets, hash_bytes, ..lock_in_line(&self.cache.0).stats }
    }

    /// `item_stats_reset` (`items.c:78`) and the item part of `stats_reset`.
    pub fn stats_reset(&self) {
        let stats = &mut lock_in_line(&self.cache.0).stats;
        *stats =
            ItemStats { curr_bytes: stats.curr_bytes, curr_items: stats.curr_items, ..ItemStats::default() };
    }

    /// The memory of all items, those that are not linked counted too.
    #[cfg(test)]
    pub(super) fn mem_used(&self) -> u64 {
        lock_in_line(&self.cache.0).memory.used
    }

    #[inline]
    fn is_stale(&self, item: &Item) -> bool {
        item.time() < self.clock.current_time().saturating_sub(ITEM_UPDATE_INTERVAL)
    }

    /// Whether a `flush_all` came after the item (`items.c:101`).
    #[inline]
    fn is_flushed(&self, item: &Item) -> bool {
        let oldest_live = self.settings.oldest_live.load(Ordering::Relaxed);
        let oldest_cas = self.settings.oldest_cas.load(Ordering::Relaxed);
        if oldest_live == 0 || oldest_live > self.clock.current_time() {
            return false;
        }
        item.time() <= oldest_live || (oldest_cas != 0 && item.cas() != 0 && item.cas() < oldest_cas)
    }

    /// Whether nobody may be given the item any more (`items.c:722`).
    #[inline]
    fn is_expired(&self, item: &Item) -> bool {
        item.exptime() != 0 && item.exptime() <= self.clock.current_time()
    }

    /// Whether its memory may be taken back: a second later (`items.c:805`).
    fn is_reclaimable(&self, item: &Item) -> bool {
        (item.exptime() != 0 && item.exptime() < self.clock.current_time()) || self.is_flushed(item)
    }

    /// `do_item_alloc` (`items.c:153`). The item locks that the caller holds keep its own items from
    /// being evicted.
    ///
    /// DIFFERS: the C tries five times, each of which gives back a chunk of the right size. Here
    /// sizes are what they are, and only those tries count that gave nothing back.
    fn do_item_alloc(&self, key: &[u8], hash: u64, flags: u32, exptime: u32, nbytes: u32) -> Option<ItemRef> {
        let suffix = suffix(flags, nbytes);
        let ntotal = Item::ntotal_of(key.len(), &suffix, nbytes);
        if ntotal > u64::from(self.settings.item_size_max) {
            return None;
        }
        let (mut item, id) = {
            let cache = &mut *lock_in_line(&self.cache.0);
            let mut in_vain = 0;
            loop {
                self.lru_pull_tail(cache, false);
                if cache.memory.has_room(ntotal) {
                    break;
                }
                let before = cache.memory.used;
                self.lru_pull_tail(cache, true);
                in_vain += usize::from(cache.memory.used == before);
                if in_vain == TRIES {
                    return None;
                }
            }
            cache.next_id += 1;
            (
                cache.memory.alloc(key.len() + suffix.bytes().len() + nbytes as usize, ntotal)?,
                cache.next_id - 1,
            )
        };
        // Nobody else has a reference to it: it was free.
        Arc::get_mut(&mut item)?.make_header((id, hash), key, &suffix, exptime, nbytes);
        tell(ItemOp::Alloc, &item);
        Some(item)
    }

    /// `lru_pull_tail` (`items.c:754`): from the oldest item on, drops those whose time is over; the
    /// first that is still good is evicted if `do_evict`, and ends it. One whose lock is held is let
    /// be. One that somebody is just sending is unlinked like any other, and keeps its memory until
    /// it is sent.
    fn lru_pull_tail(&self, cache: &mut Cache, do_evict: bool) {
        let mut search = cache.lru.tail();
        for _ in 0..TRIES {
            let Some((slot, (hash, newer))) = search.and_then(|slot| Some((slot, cache.lru.look(slot)?)))
            else {
                return;
            };
            search = newer;
            let Some(mut table) = self.assoc.item_trylock(hash) else { continue };
            let Some(item) = table.find_slot(hash, slot).cloned() else { return };
            cache.stats.lrutail_reflocked += u64::from(Arc::strong_count(&item) > 2);
            let unfetched = u64::from(!item.fetched());
            let reclaim = self.is_reclaimable(&item);
            if reclaim {
                cache.stats.reclaimed += 1;
                cache.stats.expired_unfetched += unfetched;
                cache.do_item_unlink(&mut table, &item, ItemOp::Reclaim);
            } else if do_evict {
                cache.stats.evictions += 1;
                cache.stats.evicted_unfetched += unfetched;
                cache.do_item_unlink(&mut table, &item, ItemOp::Evict);
            }
            cache.do_item_remove(item);
            if !reclaim {
                return;
            }
        }
    }

    /// `do_item_get` (`items.c:674`): looks up, and drops what is past its time.
    fn do_item_get(&self, table: &mut Table, key: &[u8], hash: u64) -> Option<ItemRef> {
        let Some(item) = table.find(hash, key) else {
            say!(self.settings, 2, "> NOT FOUND {}", Shown(key));
            let what = What::Item { op: ItemOp::Miss, id: 0, size: 0 };
            tracer::emit_conn(tracer::current(), what, None, key);
            return None;
        };
        let (op, nuked) = if self.is_flushed(item) {
            (ItemOp::Flush, " -nuked by flush")
        } else if self.is_expired(item) {
            (ItemOp::Expire, " -nuked by expire")
        } else {
            item.set_fetched();
            (ItemOp::Hit, "")
        };
        say!(self.settings, 2, "> FOUND KEY {}{nuked}", Shown(key));
        let item = item.clone();
        if op == ItemOp::Hit {
            tell(op, &item);
            return Some(item);
        }
        let mut cache = lock_in_line(&self.cache.0);
        cache.do_item_unlink(table, &item, op);
        cache.do_item_remove(item);
        None
    }

    /// `do_store_item` (`memcached.c:2303`).
    fn do_store_item(
        &self,
        table: &mut Table,
        item: &ItemRef,
        old: Option<&ItemRef>,
        comm: Nread,
        stats: &ThreadStats,
    ) -> Stored {
        match (comm, old) {
            (Nread::Add, Some(old)) => {
                // add only adds, but the item that is there moves to the front.
                self.do_item_update(old);
                return Stored::NotStored;
            }
            (Nread::Replace | Nread::Append | Nread::Prepend, None) => return Stored::NotStored,
            (Nread::Cas, None) => {
                stats.cas_misses.add(1);
                return Stored::NotFound;
            }
            (Nread::Cas, Some(old)) if item.cas() != old.cas() => {
                stats.cas_badval.add(1);
                let (expected, got) = (old.cas(), item.cas());
                say!(self.settings, 1, "CAS:  failure: expected {expected}, got {got}");
                return Stored::Exists;
            }
            (Nread::Cas, Some(_)) => stats.cas_hits.add(1),
            (Nread::Append | Nread::Prepend, Some(old)) => {
                return self.store_joined(table, item, old, comm);
            }
            (Nread::Add | Nread::Set | Nread::Replace, _) => {}
        }
        self.do_item_replace(table, old, item);
        Stored::Stored
    }

    /// append, prepend: a new item of both values.
    fn store_joined(&self, table: &mut Table, item: &ItemRef, old: &ItemRef, comm: Nread) -> Stored {
        if item.cas() != 0 && item.cas() != old.cas() {
            return Stored::Exists;
        }
        let nbytes = item.nbytes() + old.nbytes() - 2;
        let new = self.do_item_alloc(item.key(), item.hash, old.flags(), old.exptime(), nbytes);
        let Some(mut new) = new else { return Stored::NotStored };
        let (first, second) = if comm == Nread::Append { (old, item) } else { (item, old) };
        if let Some(new) = Arc::get_mut(&mut new) {
            let cut = first.data().len() - 2;
            new.data_mut()[..cut].copy_from_slice(&first.data()[..cut]);
            new.data_mut()[cut..].copy_from_slice(second.data());
        }
        self.do_item_replace(table, Some(old), &new);
        self.do_item_remove(new);
        Stored::Stored
    }

    /// `do_item_link` (`items.c:323`), and `do_item_unlink` of the item that was there
    /// (`items.c:415`).
    fn do_item_replace(&self, table: &mut Table, old: Option<&ItemRef>, new: &ItemRef) {
        let mut cache = lock_in_line(&self.cache.0);
        if let Some(old) = old {
            cache.do_item_unlink(table, old, ItemOp::Unlink);
        }
        new.set_time(self.clock.current_time());
        new.set_cas(self.next_cas_id());
        cache.do_item_link(table, new);
    }

    /// `do_item_update` (`items.c:399`).
    fn do_item_update(&self, item: &Item) {
        if self.is_stale(item)
            && let Some(slot) = item.slot()
        {
            item.set_time(self.clock.current_time());
            tell(ItemOp::Update, item);
            lock_in_line(&self.cache.0).lru.touch(slot);
        }
    }

    /// `do_item_remove` (`items.c:373`).
    fn do_item_remove(&self, item: ItemRef) {
        if Arc::strong_count(&item) == 1 {
            lock_in_line(&self.cache.0).do_item_remove(item);
        }
    }
}
impl Cache {
    /// `do_item_link` (`items.c:323`).
    fn do_item_link(&mut self, table: &mut Table, item: &ItemRef) {
        self.stats.curr_bytes += item.ntotal();
        self.stats.curr_items += 1;
        self.stats.total_items += 1;
        item.set_slot(Some(self.lru.link(item.hash)));
        table.insert(item.clone());
        tell(ItemOp::Link, item);
    }

    /// `do_item_unlink` (`items.c:344`); `why` is what the trace says.
    fn do_item_unlink(&mut self, table: &mut Table, item: &ItemRef, why: ItemOp) {
        let Some(slot) = item.slot() else { return };
        let linked = table.delete(item);
        self.lru.unlink(slot);
        item.set_slot(None);
        self.stats.curr_bytes -= item.ntotal();
        self.stats.curr_items -= 1;
        tell(why, item);
        if let Some(linked) = linked {
            self.do_item_remove(linked);
        }
    }

    /// `do_item_remove` (`items.c:373`): the last reference frees the item.
    fn do_item_remove(&mut self, item: ItemRef) {
        if Arc::strong_count(&item) == 1 {
            tell(ItemOp::Free, &item);
            self.memory.free(item);
        }
    }
}

/// Tells the trace what was done with an item.
#[inline]
fn tell(op: ItemOp, item: &Item) {
    // Ids are never 0; of the items of one time no two share the lower half.
    let what = What::Item { op, id: item.trace_id(), size: item.nbytes() };
    tracer::emit_conn(tracer::current(), what, None, item.key());
}
