//! The items' memory, used again once an item is gone.

use super::item::{Item, ItemRef};
use std::sync::Arc;

/// The smallest size, and how much larger each next one is (`slabs.c:102`, `-f`).
const SMALLEST: usize = 64;
const FACTOR: f64 = 1.25;

/// Free memory by size: what `slabs.c` has in its classes' `slots`.
///
/// DIFFERS: there are no slabs. Memory comes from the allocator, and goes back to it only where it
/// lies idle while another size needs the room that `-m` leaves.
#[derive(Debug)]
pub(super) struct Memory {
    /// Bytes that items have, those not linked (yet, or any more) counted too.
    pub used: u64,
    /// Bytes that lie idle.
    idle: u64,
    maxbytes: u64,
    sizes: Vec<usize>,
    slots: Vec<Vec<ItemRef>>,
}

impl Memory {
    /// `slabs_init`: `-m` bytes in all, and sizes up to `-I`.
    pub fn new(maxbytes: u64, item_size_max: usize) -> Memory {
        let mut sizes = vec![SMALLEST];
        while let Some(&size) = sizes.last()
            && size < item_size_max
        {
            sizes.push(((size as f64 * FACTOR) as usize).next_multiple_of(8).min(item_size_max));
        }
        let slots = sizes.iter().map(|_| Vec::new()).collect();
        Memory { used: 0, idle: 0, maxbytes, sizes, slots }
    }

    /// Whether an item of `ntotal` fits beside those that there are.
    pub fn has_room(&self, ntotal: u64) -> bool {
        self.used + ntotal <= self.maxbytes
    }

    /// `slabs_alloc`: memory for `size` bytes, of an item that takes `ntotal`.
    pub fn alloc(&mut self, size: usize, ntotal: u64) -> Option<ItemRef> {
        let clsid = self.sizes.partition_point(|s| *s < size);
        let slots = self.slots.get_mut(clsid)?;
        self.used += ntotal;
        if let Some(item) = slots.pop() {
            self.idle -= self.sizes[clsid] as u64;
            return Some(item);
        }
        while self.used + self.idle > self.maxbytes && self.give_back() {}
        Some(Arc::new(Item::with_memory(clsid as u8, self.sizes[clsid])))
    }

    /// `slabs_free`.
    pub fn free(&mut self, item: ItemRef) {
        self.used -= item.ntotal();
        let clsid = usize::from(item.clsid);
        self.idle += self.sizes[clsid] as u64;
        self.slots[clsid].push(item);
    }

    /// Gives one idle piece back to the allocator, of the largest size that has any.
    fn give_back(&mut self) -> bool {
        let largest = self.slots.iter().rposition(|slots| !slots.is_empty());
        let Some(clsid) = largest else { return false };
        self.slots[clsid].pop();
        self.idle -= self.sizes[clsid] as u64;
        true
    }
}
