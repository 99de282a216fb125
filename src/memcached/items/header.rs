//! `item_make_header` (`items.c:146`): what a new item is to be, how large, and the suffix behind its key.

use crate::memcached::util::StackLine;

/// `sizeof(item)`, of what `chunk.rs` lays out.
pub(super) const HEADER: usize = 48;

/// `ITEM_ntotal` of an item that is not there yet (`items.c:146`).
pub(super) fn ntotal_of(use_cas: bool, nkey: usize, suffix: &Suffix, nbytes: u32) -> usize {
    let cas = if use_cas { size_of::<u64>() } else { 0 };
    HEADER + cas + nkey + 1 + suffix.bytes().len() + nbytes as usize
}

/// Spaces, a sign, line end and ten digits each: 25 at most.
pub(super) type Suffix = StackLine<25>;

/// `item_make_header`'s suffix (`items.c:146`), of a value of `nbytes` with its `\r\n` counted: the
/// flags are printed as a signed number there.
pub(super) fn suffix(flags: u32, nbytes: u32) -> Suffix {
    let (mut number, mut length) = (itoa::Buffer::new(), itoa::Buffer::new());
    let (flags, length) = (number.format(flags as i32), length.format(nbytes.saturating_sub(2)));
    StackLine::joined([b" ", flags.as_bytes(), b" ", length.as_bytes(), b"\r\n"])
}

/// What a new item is to be.
pub(super) struct New<'a> {
    pub id: u32,
    pub clsid: u8,
    pub chunk_size: usize,
    pub use_cas: bool,
    pub key: &'a [u8],
    pub suffix: &'a Suffix,
    pub exptime: u32,
    pub nbytes: u32,
}

impl New<'_> {
    /// `ITEM_ntotal` of such an item.
    pub fn ntotal(&self) -> usize {
        ntotal_of(self.use_cas, self.key.len(), self.suffix, self.nbytes)
    }
}
