//! A slab chunk and the item in it: the one place of the store where memory is read and written by
//! hand. Everything else, lists and hash table too, is made of the values that this file gives out.
//!
//! # What must hold
//!
//! 1. **Pages stay.** A [`Chunk`] is an address inside a [`Page`], and pages are freed only when the
//!    store goes, and only if no [`ItemRef`] is left then. Inside `items` a `Chunk` is found in a list
//!    of the store, so the store is there; outside there are only `ItemRef`s.
//! 2. **Heads are atomic.** All fields of an item's head are atomic, so that a head may be looked at by
//!    anyone at any time. What the fields mean together is kept by memcached's own locks: the item
//!    lock, the LRU's, the slabs' (`thread.c:108`).
//! 3. **Bytes have one writer.** Key, suffix and value are written only while nobody else can come to
//!    them: key and suffix by [`Chunk::make_header`], when the chunk comes from the free list with the
//!    one reference of its new owner; the value while that reference is the only one and the item is
//!    not linked ([`ItemRef::data_mut`]), or while the table's and ours are the only two and the item
//!    lock, under which alone others take one, is held ([`ItemRef::data_mut_linked`]).
//! 4. **Keys are read under a lock, or with a reference.** Whoever walks a bucket holds its item lock,
//!    whoever walks an LRU its lock; a linked item has been written before it was linked, under the same
//!    lock, and is unlinked under it before its chunk can be free.
//! 5. **References are counted.** An `ItemRef` is made with one counted reference, is never copied, and
//!    ends in [`ItemRef::release`]. One that is forgotten is a leak, and no danger.
//!
//! ```sh
//! MIRIFLAGS="-Zmiri-disable-isolation -Zmiri-ignore-leaks" cargo +nightly miri test --lib memcached::items
//! ```

use super::header::{HEADER, New};
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, fence};

/// It is in the hash table and in an LRU (`memcached.h:346`).
const ITEM_LINKED: u8 = 1;
/// It has room for a CAS id.
const ITEM_CAS: u8 = 2;
/// It is on a free list.
const ITEM_SLABBED: u8 = 4;
/// Somebody has asked for it.
const ITEM_FETCHED: u8 = 8;

/// How chunks are aligned (`memcached.h:81`).
pub(super) const CHUNK_ALIGN_BYTES: usize = 8;

/// `item` (`memcached.h:360`), what stands before the CAS id, the key, the suffix and the value.
///
/// DIFFERS: the C counts references in 16 bits, which one client's line of very many keys can make
/// overflow. Here they have 32, of those that the C leaves unused.
#[repr(C)]
struct ItemHeader {
    next: AtomicPtr<ItemHeader>,
    prev: AtomicPtr<ItemHeader>,
    h_next: AtomicPtr<ItemHeader>,
    time: AtomicU32,
    exptime: AtomicU32,
    nbytes: AtomicU32,
    refcount: AtomicU32,
    nsuffix: AtomicU8,
    it_flags: AtomicU8,
    slabs_clsid: AtomicU8,
    nkey: AtomicU8,
    /// What a trace names it by; never 0.
    id: AtomicU32,
}

const _: () = assert!(size_of::<ItemHeader>() == HEADER && align_of::<ItemHeader>() == CHUNK_ALIGN_BYTES);

/// One slab page, cut into chunks of one size.
#[derive(Debug)]
pub(super) struct Page {
    memory: NonNull<u8>,
    layout: Layout,
    chunk_size: usize,
}

// SAFETY: a page is memory; who may touch what of it is said at the head of this file.
unsafe impl Send for Page {}

impl Page {
    /// Memory for `perslab` chunks (`memory_allocate`, `slabs.c:383`), all of it nought; `None` where
    /// the system has none.
    pub fn allocate(chunk_size: usize, perslab: usize) -> Option<Page> {
        assert!(chunk_size >= HEADER + size_of::<u64>() && perslab > 0);
        // Only the last class's size may be no multiple, and its pages have one chunk.
        assert!(chunk_size.is_multiple_of(CHUNK_ALIGN_BYTES) || perslab == 1);
        let layout = Layout::from_size_align(chunk_size.checked_mul(perslab)?, CHUNK_ALIGN_BYTES).ok()?;
        // SAFETY: the size is not nought.
        let memory = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        Some(Page { memory, layout, chunk_size })
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.layout.size()
    }

    /// Its chunks, in order.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk> + use<> {
        let (memory, chunk_size) = (self.memory, self.chunk_size);
        // SAFETY: as many as fit into the page. A head of noughts is a valid head, of a free chunk.
        (0..self.len() / chunk_size).map(move |i| Chunk(unsafe { memory.add(i * chunk_size) }.cast()))
    }

    /// Gives the memory back, unless somebody has a reference into it: then it stays for good. `self`
    /// is the store's, which is going, so no reference can come to be any more.
    pub fn free_unless_used(self) {
        let used = |chunk: Chunk| chunk.refcount() > u32::from(chunk.is_linked());
        if !self.chunks().any(used) {
            // SAFETY: allocated above, with this layout; nobody has an address of it but the store.
            unsafe { dealloc(self.memory.as_ptr(), self.layout) }
        }
    }
}

/// One chunk of a page, and the item in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk(NonNull<ItemHeader>);

// SAFETY: an address; what lies there is shared as said at the head of this file.
unsafe impl Send for Chunk {}
// SAFETY: the same.
unsafe impl Sync for Chunk {}

/// Where an item points to another: `next`, `prev`, `h_next`.
macro_rules! link {
    ($get:ident, $set:ident, $field:ident) => {
        #[doc = concat!("`", stringify!($field), "`.")]
        #[inline]
        pub fn $get(self) -> Option<Chunk> {
            NonNull::new(self.header().$field.load(Relaxed)).map(Chunk)
        }

        #[doc = concat!("`", stringify!($field), "`, changed only by who holds the list's lock.")]
        #[inline]
        pub fn $set(self, to: Option<Chunk>) {
            self.header().$field.store(to.map_or(ptr::null_mut(), |c| c.0.as_ptr()), Relaxed);
        }
    };
}

impl Chunk {
    #[inline]
    fn header(&self) -> &ItemHeader {
        // SAFETY: rules 1 and 2.
        unsafe { self.0.as_ref() }
    }

    link!(next, set_next, next);
    link!(prev, set_prev, prev);
    link!(h_next, set_h_next, h_next);

    fn has(self, flag: u8) -> bool {
        self.header().it_flags.load(Relaxed) & flag != 0
    }

    fn set(self, flag: u8, on: bool) {
        let flags = self.header().it_flags.load(Relaxed);
        // Nobody else changes them meanwhile: the item lock is held, or it is ours alone.
        self.header().it_flags.store(if on { flags | flag } else { flags & !flag }, Relaxed);
    }

    /// `ITEM_LINKED`.
    #[inline]
    pub fn is_linked(self) -> bool {
        self.has(ITEM_LINKED)
    }

    /// Changed only by who holds the item lock.
    pub fn set_linked(self, on: bool) {
        self.set(ITEM_LINKED, on);
    }

    /// `ITEM_FETCHED`: somebody has asked for it.
    #[inline]
    pub fn is_fetched(self) -> bool {
        self.has(ITEM_FETCHED)
    }

    /// Set only by who holds the item lock.
    #[inline]
    pub fn set_fetched(self) {
        if !self.is_fetched() {
            self.set(ITEM_FETCHED, true);
        }
    }

    /// Onto a free list (`do_slabs_free`, `slabs.c:269`).
    pub fn set_slabbed(self) {
        self.header().it_flags.store(ITEM_SLABBED, Relaxed);
        self.header().slabs_clsid.store(0, Relaxed);
    }

    /// From a free list, with the reference of its new owner (`slabs.c:254`).
    pub fn take_from_freelist(self) {
        debug_assert!(self.has(ITEM_SLABBED) && self.refcount() == 0);
        self.set(ITEM_SLABBED, false);
        self.header().refcount.store(1, Relaxed);
    }

    /// Makes it a new item (`items.c:227`): `it` says what and how large; `key` and `suffix` are copied.
    /// What the chunk held before stays where the value will be, as in the C: nobody is given the item
    /// before the value has come.
    pub fn make_header(self, it: &New<'_>) {
        let header = self.header();
        assert!(header.refcount.load(Relaxed) == 1 && header.it_flags.load(Relaxed) == 0);
        assert!(it.ntotal() <= it.chunk_size && it.key.len() <= usize::from(u8::MAX));
        self.set_next(None);
        self.set_prev(None);
        self.set_h_next(None);
        header.id.store(it.id.max(1), Relaxed);
        header.slabs_clsid.store(it.clsid, Relaxed);
        header.it_flags.store(if it.use_cas { ITEM_CAS } else { 0 }, Relaxed);
        header.nkey.store(it.key.len() as u8, Relaxed);
        header.nsuffix.store(it.suffix.bytes().len() as u8, Relaxed);
        header.nbytes.store(it.nbytes, Relaxed);
        header.exptime.store(it.exptime, Relaxed);
        header.time.store(0, Relaxed);
        let (nkey, suffix) = (it.key.len(), it.suffix.bytes());
        // SAFETY: rule 3, the first case; it fits, as was asserted.
        let memory = unsafe { slice::from_raw_parts_mut(self.bytes_at(0), nkey + 1 + suffix.len()) };
        memory[..nkey].copy_from_slice(it.key);
        memory[nkey] = 0;
        memory[nkey + 1..].copy_from_slice(suffix);
        self.set_cas(0);
    }

    /// An address in key, NUL, suffix and value: inside the chunk, for no length is stored that was not
    /// checked.
    fn bytes_at(self, at: usize) -> *mut u8 {
        let cas = if self.has(ITEM_CAS) { size_of::<u64>() } else { 0 };
        // SAFETY: `make_header` has checked that the item fits.
        unsafe { self.0.as_ptr().cast::<u8>().add(HEADER + cas + at) }
    }

    #[inline]
    fn bytes(&self, at: usize, len: usize) -> &[u8] {
        // SAFETY: rules 1, 3 and 4. Those who call live by them as long as they have the slice, which is no
        // longer than they have this address.
        unsafe { slice::from_raw_parts(self.bytes_at(at), len) }
    }

    /// `ITEM_key`, for who holds a lock or a reference.
    #[inline]
    pub fn key(&self) -> &[u8] {
        self.bytes(0, self.nkey())
    }

    /// The key's length.
    #[inline]
    pub fn nkey(self) -> usize {
        usize::from(self.header().nkey.load(Relaxed))
    }

    /// The suffix's length.
    #[inline]
    pub fn nsuffix(self) -> usize {
        usize::from(self.header().nsuffix.load(Relaxed))
    }

    /// The value's length, its `\r\n` counted.
    #[inline]
    pub fn nbytes(self) -> u32 {
        self.header().nbytes.load(Relaxed)
    }

    /// `ITEM_ntotal` (`memcached.h:109`).
    pub fn ntotal(self) -> usize {
        let cas = if self.has(ITEM_CAS) { size_of::<u64>() } else { 0 };
        HEADER + cas + self.nkey() + 1 + self.nsuffix() + self.nbytes() as usize
    }

    /// `ITEM_clsid`; 0 on a free list.
    #[inline]
    pub fn clsid(self) -> usize {
        usize::from(self.header().slabs_clsid.load(Relaxed))
    }

    /// What a trace names it by, never 0: no two items of one time share it.
    #[inline]
    pub fn trace_id(self) -> u32 {
        self.header().id.load(Relaxed)
    }

    /// When it was last moved to the front of the LRU.
    #[inline]
    pub fn time(self) -> u32 {
        self.header().time.load(Relaxed)
    }

    /// Changed only by who holds the item lock.
    pub fn set_time(self, time: u32) {
        self.header().time.store(time, Relaxed);
    }

    /// When it expires, on memcached's clock; 0 for never.
    #[inline]
    pub fn exptime(self) -> u32 {
        self.header().exptime.load(Relaxed)
    }

    /// Changed only by who holds the item lock.
    pub fn set_exptime(self, exptime: u32) {
        self.header().exptime.store(exptime, Relaxed);
    }

    fn cas_cell(&self) -> Option<&AtomicU64> {
        // SAFETY: where the flag is set the eight bytes behind the head are a CAS id's, aligned and
        // inside the chunk (`Page::allocate`), and no slice covers them.
        self.has(ITEM_CAS).then(|| unsafe { self.0.add(1).cast().as_ref() })
    }

    /// `ITEM_get_cas`: 0 under `-C`.
    #[inline]
    pub fn cas(self) -> u64 {
        self.cas_cell().map_or(0, |cas| cas.load(Relaxed))
    }

    /// `ITEM_set_cas`.
    #[inline]
    pub fn set_cas(self, to: u64) {
        if let Some(cas) = self.cas_cell() {
            cas.store(to, Relaxed);
        }
    }

    /// How many references there are, the table's counted.
    pub fn refcount(self) -> u32 {
        self.header().refcount.load(Acquire)
    }

    /// `refcount_incr`: called under the item lock, or by who has one already.
    #[inline]
    pub fn refcount_incr(self) -> u32 {
        let refcount = self.header().refcount.fetch_add(1, Relaxed) + 1;
        // No machine has the memory for so many.
        assert!(refcount < u32::MAX / 2, "too many references to one item");
        refcount
    }

    /// `refcount_decr`, of a reference that is not used any more. The last sees all that was done with
    /// the others.
    #[inline]
    pub fn refcount_decr(self) -> u32 {
        let refcount = self.header().refcount.fetch_sub(1, Release) - 1;
        if refcount == 0 {
            fence(Acquire);
        }
        refcount
    }
}

/// A reference to an item, which counts: `item *` as a connection has it, with the hash of its key,
/// for which the C reads the key again. It goes back to the store by `item_remove`.
#[derive(Debug)]
#[must_use]
pub struct ItemRef {
    chunk: Chunk,
    hv: u32,
}

impl ItemRef {
    /// A reference that was counted already, by `take_from_freelist` or `refcount_incr`.
    #[inline]
    pub(super) fn counted(chunk: Chunk, hv: u32) -> ItemRef {
        ItemRef { chunk, hv }
    }

    /// Gives the reference back; what is left is the chunk, where it was the last.
    #[inline]
    pub(super) fn release(self) -> Option<Chunk> {
        (self.chunk.refcount_decr() == 0).then_some(self.chunk)
    }

    #[inline]
    pub(super) fn chunk(&self) -> Chunk {
        self.chunk
    }

    /// The key's hash.
    #[inline]
    pub(super) fn hv(&self) -> u32 {
        self.hv
    }

    /// What a trace names it by, never 0: no two items of one time share it.
    #[inline]
    pub fn trace_id(&self) -> u32 {
        self.chunk.trace_id()
    }

    /// `ITEM_key`.
    #[inline]
    pub fn key(&self) -> &[u8] {
        self.chunk.key()
    }

    /// The key's length.
    #[inline]
    pub fn nkey(&self) -> usize {
        self.chunk.nkey()
    }

    /// The suffix's length.
    #[inline]
    pub fn nsuffix(&self) -> usize {
        self.chunk.nsuffix()
    }

    /// Where in [`ItemRef::memory`] the suffix begins: the key has a NUL behind it.
    #[inline]
    pub fn suffix_at(&self) -> usize {
        self.nkey() + 1
    }

    /// `ITEM_suffix`, without the value: ` flags length\r\n`.
    pub fn suffix(&self) -> &[u8] {
        self.chunk.bytes(self.suffix_at(), self.nsuffix())
    }

    /// Key, NUL, suffix and value, as they lie: what the `iovec`s of an answer point into.
    #[inline]
    pub fn memory(&self) -> &[u8] {
        self.chunk.bytes(0, self.data_at() + self.nbytes() as usize)
    }

    fn data_at(&self) -> usize {
        self.suffix_at() + self.nsuffix()
    }

    /// `ITEM_data`: the value with its `\r\n`.
    #[inline]
    pub fn data(&self) -> &[u8] {
        self.chunk.bytes(self.data_at(), self.nbytes() as usize)
    }

    /// `ITEM_data`, to be filled; `None` once others may know the item.
    #[inline]
    pub fn data_mut(&mut self) -> Option<&mut [u8]> {
        self.data_if(1, false)
    }

    /// `ITEM_data` of a linked item, to be changed in place (`memcached.c:3298`); `None` where somebody
    /// else has a reference, or where it is not linked. `_table` is the part of the hash table that the
    /// item is in: who has it holds the item lock.
    pub(super) fn data_mut_linked<T>(&mut self, _table: &mut T) -> Option<&mut [u8]> {
        self.data_if(2, true)
    }

    fn data_if(&mut self, refcount: u32, linked: bool) -> Option<&mut [u8]> {
        if self.chunk.refcount() != refcount || self.chunk.is_linked() != linked {
            return None;
        }
        // SAFETY: rule 3, the second and third case.
        Some(unsafe {
            slice::from_raw_parts_mut(self.chunk.bytes_at(self.data_at()), self.nbytes() as usize)
        })
    }

    /// The value's length, its `\r\n` counted.
    #[inline]
    pub fn nbytes(&self) -> u32 {
        self.chunk.nbytes()
    }

    /// Its slab class.
    #[inline]
    pub fn clsid(&self) -> usize {
        self.chunk.clsid()
    }

    /// The client's flags, read back from the suffix as memcached does.
    pub fn flags(&self) -> u32 {
        crate::memcached::util::strtoul(self.suffix()) as u32
    }

    /// `ITEM_get_cas`.
    #[inline]
    pub fn cas(&self) -> u64 {
        self.chunk.cas()
    }

    /// `ITEM_set_cas`.
    #[inline]
    pub fn set_cas(&self, cas: u64) {
        self.chunk.set_cas(cas);
    }
}
