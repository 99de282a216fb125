//! `items.c`: making room, linking and unlinking, looking up.

use super::assoc::{Assoc, Table};
use super::chunk::{Chunk, ItemRef};
use super::header::{New, Suffix, ntotal_of, suffix};
use super::lru::Lru;
use super::slabs::{FreeChunk, Sizes, Slabs};
use crate::event::{Function, ItemOp};
use crate::memcached::settings::{
    Clock, ITEM_UPDATE_INTERVAL, KEY_MAX_LENGTH, MAX_NUMBER_OF_SLAB_CLASSES, Settings, say,
};
use crate::memcached::util::{Apart, Shown, lock_in_line};
use crate::tracer::{self, ClassId, Known, Report};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// How many items are looked at from the end of the LRU (`items.c:762`), and how often memory is
/// asked for before there is none (`items.c:176`).
const TRIES: usize = 5;

/// Every item of one server. Its locks, in the order in which they may be taken: an item lock
/// (`assoc.rs`), the LRU's of a class, the slabs'.
#[derive(Debug)]
pub struct Store {
    pub(super) settings: Arc<Settings>,
    pub(super) clock: Arc<Clock>,
    pub(super) sizes: Sizes,
    pub(super) assoc: Assoc,
    /// `lru_locks`, each with what it guards, by class.
    pub(super) lrus: Box<[Apart<Mutex<Lru>>]>,
    pub(super) slabs: Apart<Mutex<Slabs>>,
    /// The highest CAS id given out (`items.c:93`).
    cas_id: Apart<AtomicU64>,
}

impl Store {
    /// `assoc_init` and `slabs_init`: an empty store.
    pub fn new(settings: Arc<Settings>, clock: Arc<Clock>) -> Store {
        let sizes = Sizes::new(&settings);
        let slabs = Apart(Mutex::new(Slabs::new(&settings)));
        let lrus = (0..MAX_NUMBER_OF_SLAB_CLASSES).map(|_| Apart(Mutex::default())).collect();
        let assoc = Assoc::new(&settings);
        Store { settings, clock, sizes, assoc, lrus, slabs, cas_id: Apart(AtomicU64::new(0)) }
    }

    /// Whether an item of that size can be stored at all: `item_size_ok` (`items.c:259`).
    pub fn item_size_ok(&self, nkey: usize, flags: u32, nbytes: u32) -> bool {
        self.sizes.clsid(ntotal_of(self.settings.use_cas, nkey, &suffix(flags, nbytes), nbytes)).is_some()
    }

    /// A new item that nobody else sees yet; `None` if it is too large or there is no memory
    /// (`thread.c:480`).
    pub fn item_alloc(&self, key: &[u8], flags: u32, exptime: u32, nbytes: u32) -> Option<ItemRef> {
        let _in = tracer::enter(Function::ItemAlloc, tracer::current());
        // No hash: of the caller's own items none is to be spared.
        self.do_item_alloc(key, None, flags, exptime, nbytes)
    }

    /// Looks an item up and takes a reference (`thread.c:491`).
    pub fn item_get(&self, key: &[u8]) -> Option<ItemRef> {
        let _in = tracer::enter(Function::ItemGet, tracer::current());
        let hv = self.assoc.hash(key);
        self.do_item_get(&mut self.assoc.item_lock(hv), key, hv)
    }

    /// Gives a reference back (`thread.c:529`). The C takes the item lock for it: its count may be read
    /// without one, and here it may not be relied upon without one.
    pub fn item_remove(&self, item: ItemRef) {
        let _in = tracer::enter(Function::ItemRemove, tracer::current());
        self.do_item_remove(item);
    }

    /// Takes an item out of the table and the LRU (`thread.c:550`).
    pub fn item_unlink(&self, item: &ItemRef) {
        let mut table = self.assoc.item_lock(item.hv());
        self.do_item_unlink(&mut table, item.chunk(), item.hv(), ItemOp::Unlink);
    }

    /// Moves an item to the front of the LRU, unless that was done a moment ago (`thread.c:561`).
    #[inline]
    pub fn item_update(&self, item: &ItemRef) {
        // Without the lock first: nearly always there is nothing to do.
        if self.is_stale(item.chunk()) {
            let _locked = self.assoc.item_lock(item.hv());
            self.do_item_update(item.chunk());
        }
    }

    /// Gives an item a new expiry time; `None` if there is none (`thread.c:501`).
    pub fn item_touch(&self, key: &[u8], exptime: u32) -> Option<ItemRef> {
        let hv = self.assoc.hash(key);
        let mut table = self.assoc.item_lock(hv);
        let item = self.do_item_get(&mut table, key, hv)?;
        item.chunk().set_exptime(exptime);
        Some(item)
    }

    /// The next CAS id (`get_cas_id`): given to what is stored, and what `flush_all` compares with.
    pub fn next_cas_id(&self) -> u64 {
        self.cas_id.0.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Waits until the hash table is to grow; `false` once the server goes down.
    pub fn wait_to_expand(&self) -> bool {
        self.assoc.wait_to_expand()
    }

    /// Begins to grow the hash table: the workers should be paused.
    pub fn assoc_expand(&self) {
        self.assoc.assoc_expand(&self.settings);
    }

    /// Moves all buckets into the larger table.
    pub fn move_buckets(&self) {
        self.assoc.move_buckets(&self.settings);
    }

    /// Ends the wait for growth.
    pub fn stop_maintenance(&self) {
        self.assoc.stop_maintenance();
    }

    #[inline]
    fn is_stale(&self, it: Chunk) -> bool {
        it.time() < self.clock.current_time().saturating_sub(ITEM_UPDATE_INTERVAL)
    }

    /// Whether a `flush_all` came after the item (`items.c:101`).
    #[inline]
    fn is_flushed(&self, it: Chunk) -> bool {
        let oldest_live = self.settings.oldest_live.load(Ordering::Relaxed);
        let oldest_cas = self.settings.oldest_cas.load(Ordering::Relaxed);
        if oldest_live == 0 || oldest_live > self.clock.current_time() {
            return false;
        }
        it.time() <= oldest_live || (oldest_cas != 0 && it.cas() != 0 && it.cas() < oldest_cas)
    }

    /// Whether nobody may be given the item any more (`items.c:722`).
    #[inline]
    fn is_expired(&self, it: Chunk) -> bool {
        it.exptime() != 0 && it.exptime() <= self.clock.current_time()
    }

    /// Whether its memory may be taken back: a second later (`items.c:805`).
    fn is_reclaimable(&self, it: Chunk) -> bool {
        (it.exptime() != 0 && it.exptime() < self.clock.current_time()) || self.is_flushed(it)
    }

    /// `do_item_alloc` (`items.c:153`). `cur_hv` is the hash of the key whose lock the caller holds.
    pub(super) fn do_item_alloc(
        &self,
        key: &[u8],
        cur_hv: Option<u32>,
        flags: u32,
        exptime: u32,
        nbytes: u32,
    ) -> Option<ItemRef> {
        let suffix: Suffix = suffix(flags, nbytes);
        let use_cas = self.settings.use_cas;
        let ntotal = ntotal_of(use_cas, key.len(), &suffix, nbytes);
        let id = self.sizes.clsid(ntotal)?;
        let mut found = None;
        for _ in 0..TRIES {
            self.lru_pull_tail(id, false, cur_hv);
            let mut slabs = lock_in_line(&self.slabs.0);
            found = slabs.alloc(&self.sizes, ntotal, id, |len| {
                // Told before another thread can take a chunk of it, and tell of that.
                let (size, chunk) = (len as u32, self.sizes.size(id) as u32);
                let what = Report::Item {
                    op: ItemOp::Page,
                    id: 0,
                    size: Known::to_be(size),
                    class: ClassId(id as u8),
                    chunk: Known::to_be(chunk),
                    bucket: Known::NOT,
                };
                tracer::emit_conn(tracer::current(), what, None, b"");
            });
            drop(slabs);
            if found.is_some() {
                break;
            }
            self.lru_pull_tail(id, true, cur_hv);
        }
        let Some(FreeChunk { chunk, id: trace_id }) = found else {
            lock_in_line(&self.lrus[id].0).stats.outofmemory += 1;
            return None;
        };
        chunk.make_header(&New {
            id: trace_id,
            clsid: id as u8,
            chunk_size: self.sizes.size(id),
            use_cas,
            key,
            suffix: &suffix,
            exptime,
            nbytes,
        });
        report(ItemOp::Alloc, chunk, 0);
        #[cfg_attr(not(test), allow(unused_mut))]
        let mut item = ItemRef::counted(chunk, cur_hv.unwrap_or_else(|| self.assoc.hash(key)));
        #[cfg(test)]
        item.data_mut().into_iter().for_each(|data| data.fill(crate::memcached::util::FRESH));
        Some(item)
    }

    /// `lru_pull_tail` (`items.c:754`) as it is without the maintainer thread: from the class's oldest
    /// item on, drops those whose time is over; the first that is still good is evicted if `do_evict`,
    /// and ends it. One whose lock is held is let be. One that somebody is just sending is unlinked like
    /// any other, and keeps its memory until it is sent.
    fn lru_pull_tail(&self, id: usize, do_evict: bool, cur_hv: Option<u32>) {
        let mut lru = lock_in_line(&self.lrus[id].0);
        let mut search = lru.tail();
        for _ in 0..TRIES {
            let Some(it) = search else { return };
            search = it.prev();
            let hv = self.assoc.hash(it.key());
            if Some(hv) == cur_hv {
                continue;
            }
            let Some(mut table) = self.assoc.item_trylock(hv) else { continue };
            let item = ItemRef::counted(it, hv);
            if it.refcount_incr() != 2 {
                lru.stats.lrutail_reflocked += 1;
            }
            let unfetched = u64::from(!it.is_fetched());
            let reclaim = self.is_reclaimable(it);
            if reclaim {
                lru.stats.reclaimed += 1;
                lru.stats.expired_unfetched += unfetched;
                self.do_item_unlink_nolock(&mut table, &mut lru, it, hv, ItemOp::Reclaim);
            } else if do_evict && self.settings.evict_to_free {
                lru.stats.evicted += 1;
                lru.stats.evicted_nonzero += u64::from(it.exptime() != 0);
                lru.stats.evicted_unfetched += unfetched;
                self.do_item_unlink_nolock(&mut table, &mut lru, it, hv, ItemOp::Evict);
            }
            self.do_item_remove(item);
            if !reclaim {
                return;
            }
        }
    }

    /// `do_item_get` (`items.c:674`): looks up, and drops what is past its time.
    pub(super) fn do_item_get(&self, table: &mut Table, key: &[u8], hv: u32) -> Option<ItemRef> {
        let Some(it) = table.find(key, hv) else {
            say!(self.settings, 2, "> NOT FOUND {}", Shown(key));
            let bucket = self.assoc.bucket(hv);
            let what = Report::Item {
                op: ItemOp::Miss,
                id: 0,
                size: Known::NOT,
                class: ClassId(0),
                chunk: Known::NOT,
                bucket: Known::to_be(bucket),
            };
            tracer::emit_conn(tracer::current(), what, None, key);
            return None;
        };
        let (op, nuked) = if self.is_flushed(it) {
            (ItemOp::Flush, " -nuked by flush")
        } else if self.is_expired(it) {
            (ItemOp::Expire, " -nuked by expire")
        } else {
            it.set_fetched();
            (ItemOp::Hit, "")
        };
        say!(self.settings, 2, "> FOUND KEY {}{nuked}", Shown(key));
        if op == ItemOp::Hit {
            it.refcount_incr();
            report(op, it, self.assoc.bucket(hv));
            return Some(ItemRef::counted(it, hv));
        }
        self.do_item_unlink(table, it, hv, op);
        None
    }

    /// `do_item_link` (`items.c:323`).
    pub(super) fn do_item_link(&self, table: &mut Table, item: &ItemRef) {
        let it = item.chunk();
        it.set_linked(true);
        it.set_time(self.clock.current_time());
        it.set_cas(if self.settings.use_cas { self.next_cas_id() } else { 0 });
        // The list's lock from here on, which the C takes after `assoc_insert`: whatever is told of the
        // class is told in the order of its list, whichever thread it is.
        let mut lru = lock_in_line(&self.lrus[it.clsid()].0);
        self.assoc.insert(table, it, item.hv());
        it.refcount_incr();
        lru.bytes += it.ntotal();
        lru.total += 1;
        lru.link(it);
        report(ItemOp::Link, it, self.assoc.bucket(item.hv()));
    }

    /// `do_item_unlink` (`items.c:344`); `why` is what the trace says.
    pub(super) fn do_item_unlink(&self, table: &mut Table, it: Chunk, hv: u32, why: ItemOp) {
        if it.is_linked() {
            let mut lru = lock_in_line(&self.lrus[it.clsid()].0);
            self.do_item_unlink_nolock(table, &mut lru, it, hv, why);
        }
    }

    /// `do_item_unlink_nolock` (`items.c:359`): for who has the LRU's lock.
    fn do_item_unlink_nolock(&self, table: &mut Table, lru: &mut Lru, it: Chunk, hv: u32, why: ItemOp) {
        if !it.is_linked() {
            return;
        }
        it.set_linked(false);
        lru.bytes -= it.ntotal();
        self.assoc.delete(table, it, hv);
        lru.unlink(it);
        report(why, it, self.assoc.bucket(hv));
        // The table's reference.
        self.do_item_remove(ItemRef::counted(it, hv));
    }

    /// `do_item_remove` (`items.c:373`), and `item_free` (`items.c:241`) by the last.
    pub(super) fn do_item_remove(&self, item: ItemRef) {
        let Some(it) = item.release() else { return };
        if tracer::on() {
            return self.tell_and_free(it);
        }
        lock_in_line(&self.slabs.0).free(it, it.ntotal(), it.clsid());
    }

    /// Gives a chunk back and tells of it: numbered before another thread can be given it, and told once
    /// it is free. Its key may be another one's by then.
    fn tell_and_free(&self, it: Chunk) {
        let mut key = [0; KEY_MAX_LENGTH];
        let nkey = it.nkey().min(KEY_MAX_LENGTH);
        key[..nkey].copy_from_slice(&it.key()[..nkey]);
        let (conn, what) = (tracer::current(), item_event(ItemOp::Free, it, 0));
        let begun = tracer::begin_of(&what, conn);
        lock_in_line(&self.slabs.0).free(it, it.ntotal(), it.clsid());
        tracer::finish(begun, conn, what, None, &key[..nkey]);
    }

    /// `do_item_update` (`items.c:399`).
    pub(super) fn do_item_update(&self, it: Chunk) {
        if self.is_stale(it) && it.is_linked() {
            it.set_time(self.clock.current_time());
            let mut lru = lock_in_line(&self.lrus[it.clsid()].0);
            lru.unlink(it);
            lru.link(it);
            report(ItemOp::Update, it, 0);
        }
    }
}

/// Tells the trace what was done with an item, and in which bucket.
#[inline]
fn report(op: ItemOp, it: Chunk, bucket: u32) {
    if tracer::on() {
        tracer::emit_conn(tracer::current(), item_event(op, it, bucket), None, it.key());
    }
}

fn item_event(op: ItemOp, it: Chunk, bucket: u32) -> Report {
    let bucket = if op.has_bucket() { Known::to_be(bucket) } else { Known::NOT };
    let (size, class) = (Known::to_be(it.nbytes()), ClassId(it.clsid() as u8));
    Report::Item { op, id: it.trace_id(), size, class, chunk: Known::NOT, bucket }
}
