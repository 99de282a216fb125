//! The store, with `items.h`'s face: `item_alloc`, `item_get`, `store_item`, `add_delta` ...
//!
//! An item lies in a chunk of slab memory, as memcached lays it out (`chunk.rs`, the one place with
//! unsafe code). Chunks come from pages (`slabs.rs`); a linked item is in the hash table (`assoc.rs`)
//! and in the LRU of its class (`lru.rs`).
//!
//! Three kinds of lock, in this order: an item lock guards the items whose keys fall to it and their
//! part of the hash table; each class's LRU has one; and there is one for the free chunks. A get takes
//! only the first, for a moment.

mod assoc;
mod chunk;
mod hash;
mod header;
mod lru;
#[cfg(test)]
mod peek;
mod report;
mod slabs;
mod store;
#[cfg(test)]
mod tests;
mod update;

pub use chunk::ItemRef;
#[cfg(test)]
pub(super) use peek::Peek;
pub use report::buckets_and_locks;
pub use store::Store;
pub use update::{Delta, Nread, Stored};
