//! The store, with `items.h`'s face: `item_alloc`, `item_get`, `store_item`, `add_delta` ...
//!
//! Two kinds of lock, in this order: an item lock guards the items whose keys fall to it, their
//! part of the hash table and the counts of their references (`assoc.rs`); one more guards the LRU,
//! the memory and the statistics (`store.rs`). A get takes only the former, for a moment.
//!
//! DIFFERS: memcached's slabs are not modelled: `-m` bounds the sum of the items' sizes, and there
//! is one LRU for all of them.

mod assoc;
mod item;
mod lru;
mod memory;
mod store;
#[cfg(test)]
mod tests;

pub use item::{Item, ItemRef};
pub use store::{Delta, ItemStats, Nread, Store, Stored};
