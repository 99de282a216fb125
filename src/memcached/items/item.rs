//! One item: key, suffix and value in one piece of memory, as memcached lays them out.

use crate::memcached::util::Line;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// `sizeof(item)` (`memcached.h:360`): what an item's header takes, counted against `-m`.
const HEADER: u64 = 48;

/// `item` (`memcached.h:360`). The memory holds the key, then the suffix (` flags length\r\n`),
/// then the value with its `\r\n`.
#[derive(Debug)]
pub struct Item {
    /// A number of its own for each allocation: what a trace names it by.
    pub id: u64,
    nkey: u8,
    nsuffix: u8,
    nbytes: u32,
    memory: Box<[u8]>,
    exptime: AtomicU32,
    time: AtomicU32,
    cas: AtomicU64,
    fetched: AtomicBool,
}

/// A reference to an item, which counts: `refcount_incr` is a clone, `refcount_decr` a drop.
pub type ItemRef = Arc<Item>;

impl Item {
    /// An item with room for a value of `nbytes`, its `\r\n` counted (`items.c:153`).
    pub(super) fn new(id: u64, key: &[u8], flags: u32, exptime: u32, nbytes: u32) -> Item {
        let suffix = suffix(flags, nbytes);
        let suffix = suffix.bytes();
        let mut memory = Vec::with_capacity(key.len() + suffix.len() + nbytes as usize);
        memory.extend_from_slice(key);
        memory.extend_from_slice(suffix);
        memory.resize(memory.len() + nbytes as usize, 0);
        Item {
            id,
            nkey: key.len() as u8,
            nsuffix: suffix.len() as u8,
            nbytes,
            memory: memory.into_boxed_slice(),
            exptime: exptime.into(),
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

    /// `ITEM_ntotal` of such an item: what it takes of `-m`, in bytes.
    pub(super) fn ntotal_of(nkey: usize, flags: u32, nbytes: u32) -> u64 {
        let suffix = suffix(flags, nbytes).bytes().len();
        HEADER + 8 + nkey as u64 + 1 + suffix as u64 + u64::from(nbytes)
    }

    /// `ITEM_ntotal`.
    pub fn ntotal(&self) -> u64 {
        HEADER + 8 + u64::from(self.nkey) + 1 + u64::from(self.nsuffix) + u64::from(self.nbytes)
    }

    /// `ITEM_key`.
    pub fn key(&self) -> &[u8] {
        &self.memory[..usize::from(self.nkey)]
    }

    /// `ITEM_suffix`, without the value: ` flags length\r\n`.
    pub fn suffix(&self) -> &[u8] {
        &self.memory[usize::from(self.nkey)..self.data_at()]
    }

    /// Key, suffix and value, as they lie: what the `iovec`s of an answer point into.
    pub fn memory(&self) -> &[u8] {
        &self.memory
    }

    /// `ITEM_data`: the value with its `\r\n`.
    pub fn data(&self) -> &[u8] {
        &self.memory[self.data_at()..]
    }

    /// `ITEM_data`, to be filled.
    pub fn data_mut(&mut self) -> &mut [u8] {
        let at = self.data_at();
        &mut self.memory[at..]
    }

    fn data_at(&self) -> usize {
        usize::from(self.nkey) + usize::from(self.nsuffix)
    }

    /// The value's length, its `\r\n` counted.
    pub fn nbytes(&self) -> u32 {
        self.nbytes
    }

    /// The client's flags, read back from the suffix as memcached does.
    pub fn flags(&self) -> u32 {
        crate::memcached::util::strtoul(self.suffix()) as u32
    }

    /// `ITEM_get_cas`.
    pub fn cas(&self) -> u64 {
        self.cas.load(Ordering::Relaxed)
    }

    /// `ITEM_set_cas`.
    pub fn set_cas(&self, cas: u64) {
        self.cas.store(cas, Ordering::Relaxed);
    }

    /// When it expires, on memcached's clock; 0 for never.
    pub fn exptime(&self) -> u32 {
        self.exptime.load(Ordering::Relaxed)
    }

    pub(super) fn set_exptime(&self, exptime: u32) {
        self.exptime.store(exptime, Ordering::Relaxed);
    }

    /// When it was last moved to the front of the LRU.
    pub fn time(&self) -> u32 {
        self.time.load(Ordering::Relaxed)
    }

    pub(super) fn set_time(&self, time: u32) {
        self.time.store(time, Ordering::Relaxed);
    }

    /// `ITEM_FETCHED`: somebody has asked for it.
    pub fn fetched(&self) -> bool {
        self.fetched.load(Ordering::Relaxed)
    }

    pub(super) fn set_fetched(&self) {
        if !self.fetched() {
            self.fetched.store(true, Ordering::Relaxed);
        }
    }
}

/// `item_make_header`'s suffix (`items.c:146`): the flags are printed as a signed number there.
fn suffix(flags: u32, nbytes: u32) -> Line<40> {
    Line::new(format_args!(" {} {}\r\n", flags as i32, nbytes.saturating_sub(2)))
}
