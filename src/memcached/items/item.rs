//! One item: key, suffix and value in one piece of memory, as memcached lays them out.

use crate::memcached::util::Line;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// `sizeof(item)` (`memcached.h:360`): what an item's header takes, counted against `-m`.
const HEADER: u64 = 48;

/// What [`Item::slot`] is while an item is not linked.
const NOT_LINKED: u32 = u32::MAX;

/// `item` (`memcached.h:360`). The memory holds the key, then the suffix (` flags length\r\n`),
/// then the value with its `\r\n`; it may be longer than they are, for it was another item's before
/// and will be again.
#[derive(Debug)]
pub struct Item {
    /// A number of its own for each allocation: what a trace names it by.
    pub id: u64,
    /// The key's hash. The C hashes the key again wherever it needs its lock.
    pub(super) hash: u64,
    /// Which size its memory has: `slabs_clsid`.
    pub(super) clsid: u8,
    nkey: u8,
    nsuffix: u8,
    nbytes: u32,
    memory: Box<[u8]>,
    slot: AtomicU32,
    exptime: AtomicU32,
    time: AtomicU32,
    cas: AtomicU64,
    fetched: AtomicBool,
}

/// A reference to an item, which counts: `refcount_incr` is a clone. As in the C, an item that
/// others may know is cloned and let go of only while its item lock is held (`items.c:373`), so
/// that whoever finds the count at one there has the last.
pub type ItemRef = Arc<Item>;

impl Item {
    /// Memory of `size` bytes for items to come.
    pub(super) fn with_memory(clsid: u8, size: usize) -> Item {
        Item {
            id: 0,
            hash: 0,
            clsid,
            nkey: 0,
            nsuffix: 0,
            nbytes: 0,
            memory: vec![0; size].into_boxed_slice(),
            slot: NOT_LINKED.into(),
            exptime: 0.into(),
            time: 0.into(),
            cas: 0.into(),
            fetched: false.into(),
        }
    }

    /// What a trace names it by, never 0: the lower half of its id, which the items of one time do
    /// not share.
    #[inline]
    pub fn trace_id(&self) -> u32 {
        (self.id as u32).max(1)
    }

    /// Makes it a new item with room for a value of `nbytes`, its `\r\n` counted (`items.c:239`).
    /// What the memory held before stays there until the value comes, as in the C: nobody is given
    /// the item before that.
    pub(super) fn make_header(
        &mut self,
        (id, hash): (u64, u64),
        key: &[u8],
        suffix: &Suffix,
        exptime: u32,
        nbytes: u32,
    ) {
        let suffix = suffix.bytes();
        (self.id, self.hash) = (id, hash);
        (self.nkey, self.nsuffix, self.nbytes) = (key.len() as u8, suffix.len() as u8, nbytes);
        self.memory[..key.len()].copy_from_slice(key);
        self.memory[key.len()..key.len() + suffix.len()].copy_from_slice(suffix);
        *self.slot.get_mut() = NOT_LINKED;
        *self.exptime.get_mut() = exptime;
        *self.time.get_mut() = 0;
        *self.cas.get_mut() = 0;
        *self.fetched.get_mut() = false;
    }

    /// `ITEM_ntotal` of such an item: what it takes of `-m`, in bytes.
    pub(super) fn ntotal_of(nkey: usize, suffix: &Suffix, nbytes: u32) -> u64 {
        HEADER + 8 + nkey as u64 + 1 + suffix.bytes().len() as u64 + u64::from(nbytes)
    }

    /// `ITEM_ntotal`.
    pub fn ntotal(&self) -> u64 {
        HEADER + 8 + u64::from(self.nkey) + 1 + u64::from(self.nsuffix) + u64::from(self.nbytes)
    }

    /// `ITEM_key`.
    #[inline]
    pub fn key(&self) -> &[u8] {
        &self.memory[..self.nkey()]
    }

    /// The key's length.
    #[inline]
    pub fn nkey(&self) -> usize {
        usize::from(self.nkey)
    }

    /// `ITEM_suffix`, without the value: ` flags length\r\n`.
    pub fn suffix(&self) -> &[u8] {
        &self.memory[self.nkey()..self.data_at()]
    }

    /// The suffix's length.
    #[inline]
    pub fn nsuffix(&self) -> usize {
        usize::from(self.nsuffix)
    }

    /// Key, suffix and value, as they lie: what the `iovec`s of an answer point into.
    #[inline]
    pub fn memory(&self) -> &[u8] {
        &self.memory[..self.data_at() + self.nbytes as usize]
    }

    /// `ITEM_data`: the value with its `\r\n`.
    #[inline]
    pub fn data(&self) -> &[u8] {
        &self.memory()[self.data_at()..]
    }

    /// `ITEM_data`, to be filled.
    #[inline]
    pub fn data_mut(&mut self) -> &mut [u8] {
        let at = self.data_at();
        &mut self.memory[at..at + self.nbytes as usize]
    }

    fn data_at(&self) -> usize {
        self.nkey() + self.nsuffix()
    }

    /// The value's length, its `\r\n` counted.
    #[inline]
    pub fn nbytes(&self) -> u32 {
        self.nbytes
    }

    /// The client's flags, read back from the suffix as memcached does.
    pub fn flags(&self) -> u32 {
        crate::memcached::util::strtoul(self.suffix()) as u32
    }

    /// `ITEM_get_cas`.
    #[inline]
    pub fn cas(&self) -> u64 {
        self.cas.load(Ordering::Relaxed)
    }

    /// `ITEM_set_cas`.
    #[inline]
    pub fn set_cas(&self, cas: u64) {
        self.cas.store(cas, Ordering::Relaxed);
    }

    /// When it expires, on memcached's clock; 0 for never.
    #[inline]
    pub fn exptime(&self) -> u32 {
        self.exptime.load(Ordering::Relaxed)
    }

    pub(super) fn set_exptime(&self, exptime: u32) {
        self.exptime.store(exptime, Ordering::Relaxed);
    }

    /// When it was last moved to the front of the LRU.
    #[inline]
    pub fn time(&self) -> u32 {
        self.time.load(Ordering::Relaxed)
    }

    pub(super) fn set_time(&self, time: u32) {
        self.time.store(time, Ordering::Relaxed);
    }

    /// Its place in the LRU; `None` while it is not linked (`ITEM_LINKED`).
    #[inline]
    pub(super) fn slot(&self) -> Option<u32> {
        let slot = self.slot.load(Ordering::Relaxed);
        (slot != NOT_LINKED).then_some(slot)
    }

    /// Changed only by who holds the item lock and the LRU's.
    pub(super) fn set_slot(&self, slot: Option<u32>) {
        self.slot.store(slot.unwrap_or(NOT_LINKED), Ordering::Relaxed);
    }

    /// `ITEM_FETCHED`: somebody has asked for it.
    #[inline]
    pub fn fetched(&self) -> bool {
        self.fetched.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn set_fetched(&self) {
        if !self.fetched() {
            self.fetched.store(true, Ordering::Relaxed);
        }
    }
}

/// `item_make_header`'s suffix (`items.c:146`), of a value of `nbytes` with its `\r\n` counted: the
/// flags are printed as a signed number there.
pub(super) fn suffix(flags: u32, nbytes: u32) -> Suffix {
    let (mut number, mut length) = (itoa::Buffer::new(), itoa::Buffer::new());
    let (flags, length) = (number.format(flags as i32), length.format(nbytes.saturating_sub(2)));
    Line::joined([b" ", flags.as_bytes(), b" ", length.as_bytes(), b"\r\n"])
}

/// Spaces, a sign, line end and ten digits each: 25 at most.
pub(super) type Suffix = Line<25>;
