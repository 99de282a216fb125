//! What commands do with items.

use super::item::{Item, ItemRef};
use super::lru::{Lru, Slot};
use crate::event::Fn;
use crate::memcached::conn_queue::ThreadStats;
use crate::memcached::settings::{Clock, ITEM_UPDATE_INTERVAL, Settings};
use crate::memcached::util::{Line, Shown, safe_strtoull};
use crate::tracer::{self, ItemOp, What};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    lru: Lru,
    /// Memory of all items, those not linked (yet, or any more) counted too.
    mem_used: u64,
    next_id: u64,
    cas_id: u64,
    stats: ItemStats,
}

impl Store {
    /// `assoc_init` and `slabs_init`: an empty store.
    pub fn new(settings: Arc<Settings>, clock: Arc<Clock>) -> Store {
        // Room for 2^16 buckets, as memcached's table has at first.
        let lru = Lru::with_capacity(56_000);
        let inner = Inner { lru, mem_used: 0, next_id: 1, cas_id: 0, stats: ItemStats::default() };
        Store { settings, clock, inner: Mutex::new(inner) }
    }

    /// Whether an item of that size can be stored at all: `item_size_ok` (`items.c:259`).
    pub fn item_size_ok(&self, nkey: usize, flags: u32, nbytes: u32) -> bool {
        Item::ntotal_of(nkey, flags, nbytes) <= u64::from(self.settings.item_size_max)
    }

    /// A new item that nobody else sees yet; `None` if it is too large or there is no memory
    /// (`thread.c:480`, `items.c:153`).
    pub fn item_alloc(&self, key: &[u8], flags: u32, exptime: u32, nbytes: u32) -> Option<ItemRef> {
        let _in = tracer::enter(Fn::ItemAlloc, tracer::current(), || None);
        self.lock().alloc(self, key, flags, exptime, nbytes, None)
    }

    /// Looks an item up and takes a reference (`thread.c:491`).
    pub fn item_get(&self, key: &[u8]) -> Option<ItemRef> {
        let _in = tracer::enter(Fn::ItemGet, tracer::current(), || None);
        let mut inner = self.lock();
        let slot = inner.get(self, key)?;
        inner.lru.get(slot).cloned()
    }

    /// Gives a reference back (`thread.c:529`).
    pub fn item_remove(&self, item: ItemRef) {
        let _in = tracer::enter(Fn::ItemRemove, tracer::current(), || None);
        self.lock().release(item);
    }

    /// Takes an item out of the table and the LRU (`thread.c:550`).
    pub fn item_unlink(&self, item: &ItemRef) {
        let mut inner = self.lock();
        if let Some(slot) = inner.slot_of(item) {
            inner.unlink(slot, ItemOp::Unlink);
        }
    }

    /// Moves an item to the front of the LRU, unless that was done a moment ago (`thread.c:561`).
    pub fn item_update(&self, item: &ItemRef) {
        // Without the lock first: nearly always there is nothing to do.
        if self.is_stale(item) {
            let mut inner = self.lock();
            if let Some(slot) = inner.slot_of(item) {
                inner.update(self, slot);
            }
        }
    }

    /// Gives an item a new expiry time; `None` if there is none (`thread.c:501`).
    pub fn item_touch(&self, key: &[u8], exptime: u32) -> Option<ItemRef> {
        let mut inner = self.lock();
        let slot = inner.get(self, key)?;
        let item = inner.lru.get(slot).cloned()?;
        item.set_exptime(exptime);
        Some(item)
    }

    /// Stores a filled item as the command asks (`thread.c:590`, `memcached.c:2303`).
    pub fn store_item(&self, item: &ItemRef, comm: Nread, stats: &ThreadStats) -> Stored {
        let _in = tracer::enter(Fn::StoreItem, tracer::current(), || None);
        let mut inner = self.lock();
        let old = inner.get(self, item.key()).and_then(|slot| Some((slot, inner.lru.get(slot)?.clone())));
        let stored = inner.store(self, item, old.as_ref(), comm, stats);
        if let Some((_, old)) = old {
            inner.release(old);
        }
        stored
    }

    /// Adds to or subtracts from a number (`thread.c:573`, `memcached.c:3242`).
    pub fn add_delta(&self, key: &[u8], incr: bool, delta: u64, stats: &ThreadStats) -> Delta {
        let _in = tracer::enter(Fn::AddDelta, tracer::current(), || None);
        let mut inner = self.lock();
        let Some(slot) = inner.get(self, key) else { return Delta::NotFound };
        let Some(it) = inner.lru.get(slot) else { return Delta::NotFound };
        let (flags, exptime, nbytes) = (it.flags(), it.exptime(), it.nbytes());
        // A value without digits, or of only "\r\n", is no number.
        let Some(value) = Some(it.data()).filter(|d| d.len() > 2).and_then(safe_strtoull) else {
            return Delta::NonNumeric;
        };
        let value = match incr {
            true => value.wrapping_add(delta),
            false => value.saturating_sub(delta),
        };
        if incr { &stats.incr_hits } else { &stats.decr_hits }.add(1);
        let text = Line::<24>::new(format_args!("{value}"));
        let res = text.bytes().len();
        let cas = inner.cas_id + 1;
        // In place where it fits and nobody is sending the old value just now.
        if res + 2 <= nbytes as usize
            && let Some(it) = inner.lru.get_mut(slot).and_then(Arc::get_mut)
        {
            it.set_cas(cas);
            let data = it.data_mut();
            let end = data.len() - 2;
            data[..res].copy_from_slice(text.bytes());
            data[res..end].fill(b' ');
            inner.cas_id = cas;
            inner.update(self, slot);
            return Delta::Ok(text);
        }
        let Some(old) = inner.lru.get(slot).cloned() else { return Delta::NotFound };
        let Some(mut new) = inner.alloc(self, key, flags, exptime, res as u32 + 2, Some(key)) else {
            inner.release(old);
            return Delta::Eom;
        };
        if let Some(new) = Arc::get_mut(&mut new) {
            let data = new.data_mut();
            data[..res].copy_from_slice(text.bytes());
            data[res..].copy_from_slice(b"\r\n");
        }
        inner.unlink(slot, ItemOp::Unlink);
        inner.link(self, &new);
        inner.release(new);
        inner.release(old);
        Delta::Ok(text)
    }

    /// The highest CAS id given out (`get_cas_id`), raised by one: what `flush_all` compares with.
    pub fn next_cas_id(&self) -> u64 {
        let mut inner = self.lock();
        inner.cas_id += 1;
        inner.cas_id
    }

    /// What was counted.
    pub fn stats(&self) -> ItemStats {
        let inner = self.lock();
        let (hash_buckets, hash_bytes) = inner.lru.buckets();
        ItemStats { hash_buckets, hash_bytes, ..inner.stats }
    }

    /// `item_stats_reset` (`items.c:78`) and the item part of `stats_reset`.
    pub fn stats_reset(&self) {
        let mut inner = self.lock();
        let stats = &mut inner.stats;
        *stats =
            ItemStats { curr_bytes: stats.curr_bytes, curr_items: stats.curr_items, ..ItemStats::default() };
    }

    /// The memory of all items, those that are not linked counted too.
    #[cfg(test)]
    pub(super) fn mem_used(&self) -> u64 {
        self.lock().mem_used
    }

    fn is_stale(&self, item: &Item) -> bool {
        item.time() < self.clock.current_time().saturating_sub(ITEM_UPDATE_INTERVAL)
    }

    /// Whether a `flush_all` came after the item (`items.c:101`).
    fn is_flushed(&self, item: &Item) -> bool {
        let oldest_live = self.settings.oldest_live.load(Ordering::Relaxed);
        let oldest_cas = self.settings.oldest_cas.load(Ordering::Relaxed);
        if oldest_live == 0 || oldest_live > self.clock.current_time() {
            return false;
        }
        item.time() <= oldest_live || (oldest_cas != 0 && item.cas() != 0 && item.cas() < oldest_cas)
    }

    /// Whether nobody may be given the item any more (`items.c:722`).
    fn is_expired(&self, item: &Item) -> bool {
        item.exptime() != 0 && item.exptime() <= self.clock.current_time()
    }

    /// Whether its memory may be taken back: a second later (`items.c:805`).
    fn is_reclaimable(&self, item: &Item) -> bool {
        (item.exptime() != 0 && item.exptime() < self.clock.current_time()) || self.is_flushed(item)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// `do_item_alloc` (`items.c:153`). `own` is the key that the caller works on: its item is left
    /// alone, as the C leaves the one whose lock it holds.
    ///
    /// DIFFERS: the C tries five times, each of which gives back a chunk of the right size. Here
    /// sizes are what they are, and only those tries count that gave nothing back.
    fn alloc(
        &mut self,
        store: &Store,
        key: &[u8],
        flags: u32,
        exptime: u32,
        nbytes: u32,
        own: Option<&[u8]>,
    ) -> Option<ItemRef> {
        if !store.item_size_ok(key.len(), flags, nbytes) {
            return None;
        }
        let ntotal = Item::ntotal_of(key.len(), flags, nbytes);
        let mut in_vain = 0;
        loop {
            self.lru_pull_tail(store, false, own);
            if self.mem_used + ntotal <= store.settings.maxbytes {
                break;
            }
            let before = self.mem_used;
            self.lru_pull_tail(store, true, own);
            in_vain += usize::from(self.mem_used == before);
            if in_vain == TRIES {
                return None;
            }
        }
        let id = self.next_id;
        self.next_id += 1;
        let item = Arc::new(Item::new(id, key, flags, exptime, nbytes));
        self.mem_used += ntotal;
        tell(ItemOp::Alloc, &item);
        Some(item)
    }

    /// `lru_pull_tail` (`items.c:754`): from the oldest item on, drops those whose time is over; the
    /// first that is still good is evicted if `do_evict`, and ends it. An item that somebody is just
    /// sending is unlinked like any other, and keeps its memory until it is sent.
    fn lru_pull_tail(&mut self, store: &Store, do_evict: bool, own: Option<&[u8]>) {
        let mut search = self.lru.tail();
        for _ in 0..TRIES {
            let Some(slot) = search else { return };
            search = self.lru.newer(slot);
            let Some(item) = self.lru.get(slot) else { return };
            if own == Some(item.key()) {
                continue;
            }
            self.stats.lrutail_reflocked += u64::from(Arc::strong_count(item) > 1);
            let unfetched = u64::from(!item.fetched());
            if store.is_reclaimable(item) {
                self.stats.reclaimed += 1;
                self.stats.expired_unfetched += unfetched;
                self.unlink(slot, ItemOp::Reclaim);
                continue;
            }
            if do_evict {
                self.stats.evictions += 1;
                self.stats.evicted_unfetched += unfetched;
                self.unlink(slot, ItemOp::Evict);
            }
            return;
        }
    }

    /// `do_item_get` (`items.c:674`): looks up, and drops what is past its time.
    fn get(&mut self, store: &Store, key: &[u8]) -> Option<Slot> {
        let found = self.lru.find(key);
        let item = found.and_then(|slot| self.lru.get(slot));
        let nuked = match item {
            None => None,
            Some(item) if store.is_flushed(item) => Some((ItemOp::Flush, " -nuked by flush")),
            Some(item) if store.is_expired(item) => Some((ItemOp::Expire, " -nuked by expire")),
            Some(item) => {
                item.set_fetched();
                None
            }
        };
        let head = if item.is_some() { "> FOUND KEY " } else { "> NOT FOUND " };
        store.settings.say(2, format_args!("{head}{}{}", Shown(key), nuked.map_or("", |n| n.1)));
        match (found, nuked) {
            (Some(slot), Some((op, _))) => {
                self.unlink(slot, op);
                None
            }
            (Some(slot), None) => {
                if let Some(item) = self.lru.get(slot) {
                    tell(ItemOp::Hit, item);
                }
                Some(slot)
            }
            (None, _) => {
                let what = What::Item { op: ItemOp::Miss, id: 0, size: 0 };
                tracer::emit_conn(tracer::current(), what, None, key);
                None
            }
        }
    }

    /// `do_store_item` (`memcached.c:2303`).
    fn store(
        &mut self,
        store: &Store,
        item: &ItemRef,
        old: Option<&(Slot, ItemRef)>,
        comm: Nread,
        stats: &ThreadStats,
    ) -> Stored {
        match (comm, old) {
            (Nread::Add, Some((slot, _))) => {
                // add only adds, but the item that is there moves to the front.
                self.update(store, *slot);
                return Stored::NotStored;
            }
            (Nread::Replace | Nread::Append | Nread::Prepend, None) => return Stored::NotStored,
            (Nread::Cas, None) => {
                stats.cas_misses.add(1);
                return Stored::NotFound;
            }
            (Nread::Cas, Some((_, old))) if item.cas() != old.cas() => {
                stats.cas_badval.add(1);
                let (expected, got) = (old.cas(), item.cas());
                store.settings.say(1, format_args!("CAS:  failure: expected {expected}, got {got}"));
                return Stored::Exists;
            }
            (Nread::Cas, Some(_)) => stats.cas_hits.add(1),
            (Nread::Append | Nread::Prepend, Some((_, old))) => {
                return self.store_joined(store, item, old, comm);
            }
            (Nread::Add | Nread::Set | Nread::Replace, _) => {}
        }
        if let Some((slot, _)) = old {
            self.unlink(*slot, ItemOp::Unlink);
        }
        self.link(store, item);
        Stored::Stored
    }

    /// append, prepend: a new item of both values.
    fn store_joined(&mut self, store: &Store, item: &ItemRef, old: &ItemRef, comm: Nread) -> Stored {
        if item.cas() != 0 && item.cas() != old.cas() {
            return Stored::Exists;
        }
        let nbytes = item.nbytes() + old.nbytes() - 2;
        let key = item.key();
        let Some(mut new) = self.alloc(store, key, old.flags(), old.exptime(), nbytes, Some(key)) else {
            return Stored::NotStored;
        };
        let (first, second) = if comm == Nread::Append { (old, item) } else { (item, old) };
        if let Some(new) = Arc::get_mut(&mut new) {
            let cut = first.data().len() - 2;
            new.data_mut()[..cut].copy_from_slice(&first.data()[..cut]);
            new.data_mut()[cut..].copy_from_slice(second.data());
        }
        if let Some(slot) = self.slot_of(old) {
            self.unlink(slot, ItemOp::Unlink);
        }
        self.link(store, &new);
        self.release(new);
        Stored::Stored
    }

    /// `do_item_link` (`items.c:323`).
    fn link(&mut self, store: &Store, item: &ItemRef) {
        item.set_time(store.clock.current_time());
        self.stats.curr_bytes += item.ntotal();
        self.stats.curr_items += 1;
        self.stats.total_items += 1;
        self.cas_id += 1;
        item.set_cas(self.cas_id);
        self.lru.insert(item.clone());
        tell(ItemOp::Link, item);
    }

    /// `do_item_unlink` (`items.c:344`); `why` is what the trace says.
    fn unlink(&mut self, slot: Slot, why: ItemOp) {
        let Some(item) = self.lru.remove(slot) else { return };
        self.stats.curr_bytes -= item.ntotal();
        self.stats.curr_items -= 1;
        tell(why, &item);
        self.release(item);
    }

    /// `do_item_update` (`items.c:399`).
    fn update(&mut self, store: &Store, slot: Slot) {
        let Some(item) = self.lru.get(slot) else { return };
        if store.is_stale(item) {
            item.set_time(store.clock.current_time());
            tell(ItemOp::Update, item);
            self.lru.touch(slot);
        }
    }

    /// `do_item_remove` (`items.c:373`): the last reference frees the item.
    fn release(&mut self, item: ItemRef) {
        if let Some(item) = Arc::into_inner(item) {
            self.mem_used -= item.ntotal();
            tell(ItemOp::Free, &item);
        }
    }

    /// Where `item` is linked, if it is.
    fn slot_of(&self, item: &ItemRef) -> Option<Slot> {
        self.lru.find(item.key()).filter(|s| self.lru.get(*s).is_some_and(|i| Arc::ptr_eq(i, item)))
    }
}

/// Tells the trace what was done with an item.
#[inline]
fn tell(op: ItemOp, item: &Item) {
    // Ids are never 0; of the items of one time no two share the lower half.
    let what = What::Item { op, id: item.trace_id(), size: item.nbytes() };
    tracer::emit_conn(tracer::current(), what, None, item.key());
}
