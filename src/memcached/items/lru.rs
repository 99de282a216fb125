//! The hash table and the LRU: which items there are, and which is the oldest.

use super::item::ItemRef;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

const NONE: u32 = u32::MAX;

#[derive(Debug)]
struct Node {
    item: ItemRef,
    hash: u64,
    prev: u32,
    next: u32,
}

/// `assoc.c`'s table, and `items.c`'s list of items from the newest to the oldest.
///
/// The table is hashbrown's; the list is ours: a table entry is an index into `nodes`, and a node
/// knows its neighbours by their indexes.
#[derive(Debug)]
pub(super) struct Lru {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    nodes: Vec<Option<Node>>,
    free: Vec<u32>,
    head: u32,
    tail: u32,
}

/// Names a linked item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(u32);

impl Lru {
    /// A table with room for `items` before it grows.
    pub fn with_capacity(items: usize) -> Lru {
        Lru {
            table: HashTable::with_capacity(items),
            hasher: DefaultHashBuilder::default(),
            nodes: Vec::new(),
            free: Vec::new(),
            head: NONE,
            tail: NONE,
        }
    }

    /// `assoc_find`.
    pub fn find(&self, key: &[u8]) -> Option<Slot> {
        let hash = self.hasher.hash_one(key);
        self.table.find(hash, |&i| self.node(i).is_some_and(|n| n.item.key() == key)).map(|&i| Slot(i))
    }

    /// The item in a slot.
    pub fn get(&self, slot: Slot) -> Option<&ItemRef> {
        self.node(slot.0).map(|n| &n.item)
    }

    /// The item in a slot, to be changed in place.
    pub fn get_mut(&mut self, slot: Slot) -> Option<&mut ItemRef> {
        self.nodes.get_mut(slot.0 as usize)?.as_mut().map(|n| &mut n.item)
    }

    /// `assoc_insert` and `item_link_q`: into the table, and to the front of the list.
    pub fn insert(&mut self, item: ItemRef) {
        let hash = self.hasher.hash_one(item.key());
        let node = Some(Node { item, hash, prev: NONE, next: NONE });
        let index = match self.free.pop() {
            Some(index) => {
                self.nodes[index as usize] = node;
                index
            }
            None => {
                self.nodes.push(node);
                (self.nodes.len() - 1) as u32
            }
        };
        self.link_front(index);
        let nodes = &self.nodes;
        self.table.insert_unique(hash, index, |&i| nodes[i as usize].as_ref().map_or(0, |n| n.hash));
    }

    /// `assoc_delete` and `item_unlink_q`.
    pub fn remove(&mut self, slot: Slot) -> Option<ItemRef> {
        let hash = self.node(slot.0)?.hash;
        if let Ok(entry) = self.table.find_entry(hash, |&i| i == slot.0) {
            entry.remove();
        }
        self.unlink(slot.0);
        let node = self.nodes[slot.0 as usize].take()?;
        self.free.push(slot.0);
        Some(node.item)
    }

    /// Moves an item to the front of the list.
    pub fn touch(&mut self, slot: Slot) {
        self.unlink(slot.0);
        self.link_front(slot.0);
    }

    /// The oldest item.
    pub fn tail(&self) -> Option<Slot> {
        (self.tail != NONE).then_some(Slot(self.tail))
    }

    /// The next newer item.
    pub fn newer(&self, slot: Slot) -> Option<Slot> {
        self.node(slot.0).and_then(|n| (n.prev != NONE).then_some(Slot(n.prev)))
    }

    /// How many buckets the table has, and the memory that they take in bytes.
    pub fn buckets(&self) -> (usize, usize) {
        (self.table.num_buckets(), self.table.allocation_size())
    }

    fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(index as usize)?.as_ref()
    }

    fn link_front(&mut self, index: u32) {
        let old = self.head;
        if let Some(Some(node)) = self.nodes.get_mut(index as usize) {
            (node.prev, node.next) = (NONE, old);
        }
        match self.nodes.get_mut(old as usize) {
            Some(Some(node)) => node.prev = index,
            _ => self.tail = index,
        }
        self.head = index;
    }

    fn unlink(&mut self, index: u32) {
        let Some((prev, next)) = self.node(index).map(|n| (n.prev, n.next)) else { return };
        match self.nodes.get_mut(prev as usize) {
            Some(Some(node)) => node.next = next,
            _ => self.head = next,
        }
        match self.nodes.get_mut(next as usize) {
            Some(Some(node)) => node.prev = prev,
            _ => self.tail = prev,
        }
    }
}
