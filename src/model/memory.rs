//! The store's memory as the trace shows it: slab classes, their LRU lists, the hash table.
//!
//! What is remembered of a list are the items at its head and at its tail, and how many there are
//! between them; so the model's memory is bounded, however many items the server has.

use crate::event::{ClassAt, Counts, Event, ItemOp, MemoryAt, Stats, What};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// How many items are remembered at each end of a list.
pub(super) const KEPT: usize = 64;

/// A key, as far as the recording kept it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its bytes.
    pub kept: Arc<[u8]>,
    /// How many it has.
    pub len: u64,
}

impl Key {
    /// Whether the recording has only its beginning, and so cannot tell it from others.
    pub fn is_cut(&self) -> bool {
        self.len > self.kept.len() as u64
    }
}

/// An item in the table and in its class's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its key.
    pub key: Key,
    /// The size of its value with the line end.
    pub size: Option<u64>,
    /// The bucket that it was put into; `None` too where the table has grown since.
    pub bucket: Option<u64>,
    /// The event that put it there.
    pub linked: u64,
}

/// A class's list, the item that was used last at its head.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lru {
    head: VecDeque<Item>,
    hidden: u64,
    tail: VecDeque<Item>,
}

impl Lru {
    /// The items from the head on, as far as they are known.
    pub fn head(&self) -> impl DoubleEndedIterator<Item = &Item> + ExactSizeIterator {
        self.head.iter()
    }

    /// How many come after those, of which only that is known.
    pub fn hidden(&self) -> u64 {
        self.hidden
    }

    /// The items after those, up to the tail.
    pub fn tail(&self) -> impl DoubleEndedIterator<Item = &Item> + ExactSizeIterator {
        self.tail.iter()
    }

    /// How many items it has.
    pub fn len(&self) -> u64 {
        self.hidden + (self.head.len() + self.tail.len()) as u64
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn items(&self) -> impl Iterator<Item = &Item> {
        self.head.iter().chain(&self.tail)
    }

    /// From now on nothing is known of its items but how many they are.
    fn hide(&mut self) {
        *self = Lru { hidden: self.len(), ..Lru::default() };
    }

    fn link(&mut self, item: Item) {
        self.head.push_front(item);
        if self.head.len() > KEPT
            && let Some(item) = self.head.pop_back()
        {
            match self.hidden == 0 && self.tail.len() < KEPT {
                true => self.tail.push_front(item),
                false => self.hidden = self.hidden.saturating_add(1),
            }
        }
    }

    /// Takes an item out; it is one of the hidden where it is not known. `None` if there was no such item,
    /// `Some(None)` where nothing is known of it.
    fn unlink(&mut self, key: &Key) -> Option<Option<Item>> {
        if key.is_cut() && self.items().filter(|item| item.key == *key).nth(1).is_some() {
            // Which of those whose keys begin so is not told; then nothing is known of the order.
            self.hide();
        }
        // The tail first: most go from there, once the memory is used up.
        if let Some(at) = self.tail.iter().rposition(|item| item.key == *key) {
            return self.tail.remove(at).map(Some);
        }
        if let Some(at) = self.head.iter().position(|item| item.key == *key) {
            return self.head.remove(at).map(Some);
        }
        self.hidden = self.hidden.checked_sub(1)?;
        Some(None)
    }
}

/// A slab class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Class {
    /// Its number.
    pub id: u8,
    /// The size of its chunks, where the trace says it.
    pub chunk: Option<u64>,
    /// How many pages it has.
    pub pages: u64,
    /// How many chunks they are cut into.
    pub chunks: u64,
    /// How many of those are taken.
    pub used: u64,
    /// Its items.
    pub lru: Lru,
}

impl Class {
    fn weight(&self) -> usize {
        let items = self.lru.items().map(|item| size_of::<Item>() + item.key.kept.len() + 16);
        size_of::<Class>() + items.sum::<usize>()
    }
}

/// What the store did last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The event's `op`.
    pub op: ItemOp,
    /// The item's key, if it is about one.
    pub key: Option<Key>,
    /// The item's class, or the one that got a page.
    pub class: Option<u8>,
    /// The bucket that was asked.
    pub bucket: Option<u64>,
}

/// The store's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// Whether something before this is not told: then no count is right.
    pub has_gap: bool,
    /// The classes that were ever used, by number.
    pub classes: BTreeMap<u8, Arc<Class>>,
    /// How often it did what.
    pub counts: Counts,
    /// What `stats` answers, where that is known.
    pub stats: Option<Stats>,
    /// How much was counted in them, or would have been.
    pub(super) told: i64,
    /// What it answered before the event.
    before: Option<Stats>,
    /// The buckets of the hash table, once it has grown.
    pub buckets: Option<u64>,
    /// Whether items are still being moved into it.
    pub growing: bool,
    /// What the store did last.
    pub last: Option<Arc<Deed>>,
    /// The class of the last item that has one.
    pub class: Option<u8>,
    /// The bucket that was asked last.
    pub bucket: Option<u64>,
}

impl Default for Memory {
    /// That of a server that starts.
    fn default() -> Memory {
        Memory {
            has_gap: false,
            classes: BTreeMap::new(),
            counts: Counts::default(),
            stats: Some(Stats::default()),
            told: 0,
            before: Some(Stats::default()),
            buckets: None,
            growing: false,
            last: None,
            class: None,
            bucket: None,
        }
    }
}

impl Memory {
    /// The class of that number.
    pub fn class(&self, id: u8) -> Option<&Class> {
        self.classes.get(&id).map(Arc::as_ref)
    }

    /// The items of a bucket, as far as they are known, in the order of its chain: what came last is first.
    pub fn chain(&self, bucket: u64) -> Vec<&Item> {
        let all = self.classes.values().flat_map(|class| class.lru.items());
        let mut chain: Vec<_> = all.filter(|item| item.bucket == Some(bucket)).collect();
        chain.sort_unstable_by_key(|item| std::cmp::Reverse(item.linked));
        chain
    }

    /// Whether a bucket may hold what is not known: a list has more than is remembered of it, or the
    /// table grew.
    pub fn may_hold_more(&self) -> bool {
        let is_unknown =
            |class: &Arc<Class>| class.lru.hidden > 0 || class.lru.items().any(|item| item.bucket.is_none());
        self.has_gap || self.classes.values().any(is_unknown)
    }

    /// How many bytes it takes beside one that it shares some classes with.
    pub(super) fn weight_beside(&self, other: &Memory) -> usize {
        const NODE: usize = 32;
        let is_shared =
            |id: &u8, class: &Arc<Class>| other.classes.get(id).is_some_and(|of| Arc::ptr_eq(of, class));
        let own = self.classes.iter().filter(|(id, class)| !is_shared(id, class));
        let last = self.last.as_ref().and_then(|last| last.key.as_ref()).map_or(0, |key| key.kept.len());
        own.map(|(_, class)| class.weight()).sum::<usize>()
            + self.classes.len() * NODE
            + size_of::<Deed>()
            + last
    }

    /// What a recording found that begins in the middle; `None`: it does not know.
    pub(super) fn found(at: Option<&MemoryAt>) -> Memory {
        let Some(at) = at else { return Memory { has_gap: true, stats: None, ..Memory::default() } };
        let class = |at: &ClassAt| {
            let ClassAt { class, chunk, pages, chunks, used, items } = *at;
            let lru = Lru { hidden: items, ..Lru::default() };
            (class, Arc::new(Class { id: class, chunk: Some(chunk), pages, chunks, used, lru }))
        };
        Memory {
            classes: at.classes.iter().map(class).collect(),
            counts: at.counts,
            stats: at.stats,
            before: at.stats,
            buckets: at.buckets,
            growing: at.growing,
            ..Memory::default()
        }
    }

    /// An event is about to be folded.
    pub(super) fn begins(&mut self) {
        self.before = self.stats;
    }

    /// Whether one of the statistics was changed by the event.
    pub fn is_counted(&self, of: impl Fn(Stats) -> u64) -> bool {
        self.stats.map(&of) != self.before.map(&of)
    }

    /// Events are missing: nothing that is counted is right any more.
    pub(super) fn lose(&mut self) {
        (self.has_gap, self.stats) = (true, None);
        self.told = self.told.wrapping_add(1);
    }

    /// Folds an event of the store's; whether it is one.
    pub(super) fn apply(&mut self, event: &Event) -> bool {
        let What::Item { op: Some(op), size, class, chunk, bucket } = event.what else { return false };
        let key = event.bytes().map(|key| Key { kept: key.kept.into(), len: key.len });
        let class = class.and_then(|class| u8::try_from(class).ok());
        self.bucket = bucket.or(self.bucket);
        self.class = class.or(self.class);
        let deed = Deed { op, key, class, bucket };
        let counted = match op {
            ItemOp::Hit => Some(&mut self.counts.hits),
            ItemOp::Miss => Some(&mut self.counts.misses),
            ItemOp::Expire => Some(&mut self.counts.expired),
            ItemOp::Flush => Some(&mut self.counts.flushed),
            ItemOp::Reclaim => Some(&mut self.counts.reclaimed),
            ItemOp::Evict => Some(&mut self.counts.evicted),
            _ => None,
        };
        let (mut none, stats) = (0, self.stats.as_mut());
        let n = match op {
            ItemOp::Reclaim => Some(stats.map_or(&mut none, |stats| &mut stats.reclaimed)),
            ItemOp::Evict => Some(stats.map_or(&mut none, |stats| &mut stats.evictions)),
            _ => None,
        };
        if let Some(n) = n {
            *n = n.saturating_add(1);
            self.told = self.told.wrapping_add(1);
        }
        if let Some(n) = counted {
            *n = n.saturating_add(1);
        }
        match op {
            ItemOp::Expand => self.grows(size),
            ItemOp::Expanded => {
                // What came while it grew was put where it stood then, and moved; in which order is not told.
                self.grows(size);
                self.growing = false;
            }
            ItemOp::Hit | ItemOp::Miss => {}
            _ => self.class_changed(&deed, event.seq, size, chunk),
        }
        self.last = Some(Arc::new(deed));
        true
    }

    fn class_changed(&mut self, deed: &Deed, seq: u64, size: Option<u64>, chunk: Option<u64>) {
        let Some(id) = deed.class else { return };
        let class = self.classes.entry(id).or_insert_with(|| Arc::new(Class { id, ..Class::default() }));
        let class = Arc::make_mut(class);
        let is_possible = match (deed.op, &deed.key) {
            (ItemOp::Page, _) => {
                class.chunk = chunk.or(class.chunk);
                class.pages = class.pages.saturating_add(1);
                let chunks = size.zip(chunk).and_then(|(size, chunk)| size.checked_div(chunk));
                class.chunks = class.chunks.saturating_add(chunks.unwrap_or(0));
                true
            }
            (ItemOp::Alloc, _) => {
                class.used = class.used.saturating_add(1);
                true
            }
            (ItemOp::Free, _) => {
                let is_possible = class.used > 0;
                class.used = class.used.saturating_sub(1);
                is_possible
            }
            (ItemOp::Link, Some(key)) => {
                let (key, size, bucket) = (key.clone(), size, deed.bucket.filter(|_| !self.growing));
                class.lru.link(Item { key, size, bucket, linked: seq });
                true
            }
            (
                ItemOp::Unlink | ItemOp::Expire | ItemOp::Flush | ItemOp::Reclaim | ItemOp::Evict,
                Some(key),
            ) => class.lru.unlink(key).is_some(),
            (ItemOp::Update, Some(key)) => {
                let was = class.lru.unlink(key);
                let unknown = || Item { key: key.clone(), size, bucket: None, linked: 0 };
                let is_possible = was.is_some();
                class.lru.link(was.flatten().unwrap_or_else(unknown));
                is_possible
            }
            _ => true,
        };
        // What never was cannot end: something before it is not told.
        self.has_gap |= !is_possible;
    }

    /// In a table twice as large nearly every second item has another bucket, and the trace does not say
    /// which.
    fn grows(&mut self, buckets: Option<u64>) {
        (self.buckets, self.growing, self.bucket) = (buckets.or(self.buckets), true, None);
        for class in self.classes.values_mut() {
            let Lru { head, tail, .. } = &mut Arc::make_mut(class).lru;
            head.iter_mut().chain(tail).for_each(|item| item.bucket = None);
        }
    }
}
