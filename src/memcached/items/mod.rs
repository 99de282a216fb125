//! The store, with `items.h`'s face: `item_alloc`, `item_get`, `store_item`, `add_delta` ...
//!
//! DIFFERS: memcached stripes its item locks over the hash table and keeps a lock for each LRU;
//! here one lock guards table and list. Its slabs are not modelled: items come from the
//! allocator, and `-m` bounds the sum of their sizes.

mod item;
mod lru;
mod store;
#[cfg(test)]
mod tests;

pub use item::{Item, ItemRef};
pub use store::{Delta, ItemStats, Nread, Store, Stored};
