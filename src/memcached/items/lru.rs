//! The LRU: which linked item is the oldest.

const NONE: u32 = u32::MAX;

/// An item by its hash: with its slot that finds it in the hash table, which has the reference.
#[derive(Debug)]
struct Node {
    hash: u64,
    prev: u32,
    next: u32,
}

/// `items.c`'s list of items from the newest to the oldest. An item is named by its slot, which it
/// keeps as long as it is linked.
#[derive(Debug)]
pub(super) struct Lru {
    nodes: Vec<Node>,
    /// The first slot that is free; `next` leads to the others.
    free: u32,
    head: u32,
    tail: u32,
}

impl Lru {
    /// An empty list.
    pub fn new() -> Lru {
        Lru { nodes: Vec::new(), free: NONE, head: NONE, tail: NONE }
    }

    /// `item_link_q`: an item with that hash comes to the front. Returns its slot.
    pub fn link(&mut self, hash: u64) -> u32 {
        let node = Node { hash, prev: NONE, next: NONE };
        let slot = self.free;
        let slot = match self.nodes.get_mut(slot as usize) {
            Some(free) => {
                self.free = free.next;
                *free = node;
                slot
            }
            None => {
                self.nodes.push(node);
                (self.nodes.len() - 1) as u32
            }
        };
        self.put_in_front(slot);
        slot
    }

    /// `item_unlink_q`.
    pub fn unlink(&mut self, slot: u32) {
        self.take_out(slot);
        let free = self.free;
        if let Some(node) = self.nodes.get_mut(slot as usize) {
            node.next = free;
            self.free = slot;
        }
    }

    /// Moves an item to the front.
    pub fn touch(&mut self, slot: u32) {
        self.take_out(slot);
        self.put_in_front(slot);
    }

    /// The oldest item.
    pub fn tail(&self) -> Option<u32> {
        (self.tail != NONE).then_some(self.tail)
    }

    /// The hash of an item's key, and the next newer item.
    pub fn look(&self, slot: u32) -> Option<(u64, Option<u32>)> {
        let node = self.nodes.get(slot as usize)?;
        Some((node.hash, (node.prev != NONE).then_some(node.prev)))
    }

    fn put_in_front(&mut self, slot: u32) {
        let old = self.head;
        if let Some(node) = self.nodes.get_mut(slot as usize) {
            (node.prev, node.next) = (NONE, old);
        }
        match self.nodes.get_mut(old as usize) {
            Some(node) => node.prev = slot,
            None => self.tail = slot,
        }
        self.head = slot;
    }

    fn take_out(&mut self, slot: u32) {
        let Some(&Node { prev, next, .. }) = self.nodes.get(slot as usize) else { return };
        match self.nodes.get_mut(prev as usize) {
            Some(node) => node.next = next,
            None => self.head = next,
        }
        match self.nodes.get_mut(next as usize) {
            Some(node) => node.prev = prev,
            None => self.tail = prev,
        }
    }
}
