//! The store's memory as the trace shows it: slab classes, their LRU lists, the hash table.
//!
//! What is remembered of a list are the items at its head and at its tail, and how many there are
//! between them; so the model's memory is bounded, however many items the server has.

use crate::event::{Event, ItemOp, MemoryAt, StatsValues, What};
use crate::world::{self, StoreFacts};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Deref;
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
pub struct LruModel {
    head: VecDeque<Item>,
    hidden: u64,
    tail: VecDeque<Item>,
}

impl LruModel {
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

    fn weight(&self) -> usize {
        let items = self.items().map(|item| size_of::<Item>() + item.key.kept.len() + 16);
        size_of::<LruModel>() + items.sum::<usize>()
    }

    /// From now on nothing is known of its items but how many they are.
    fn hide(&mut self) {
        *self = LruModel { hidden: self.len(), ..LruModel::default() };
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

/// A slab class, and its list.
#[derive(Debug, Clone, Copy)]
pub struct ClassModel<'a> {
    of: &'a world::ClassFacts,
    /// Its items.
    pub lru: &'a LruModel,
}

impl Deref for ClassModel<'_> {
    type Target = world::ClassFacts;

    fn deref(&self) -> &world::ClassFacts {
        self.of
    }
}

/// Which items are in which class's list, and what the store did last: what a picture needs beyond numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lists {
    lists: BTreeMap<u8, Arc<LruModel>>,
    /// Whether something before this is not told.
    has_gap: bool,
    last: Option<Arc<Deed>>,
    class: Option<u8>,
    bucket: Option<u64>,
    /// What `stats` answered before the event.
    before: Option<StatsValues>,
}

impl Lists {
    /// An event is about to be folded.
    pub fn begins(&mut self, store: &StoreFacts) {
        self.before = store.stats;
    }

    /// Events are missing.
    pub fn lose(&mut self) {
        self.has_gap = true;
    }

    /// What a recording found that begins in the middle: how many items there are, and no more.
    pub fn found(at: Option<&MemoryAt>) -> Lists {
        let classes = at.into_iter().flat_map(|at| &at.classes);
        let lists =
            classes.map(|at| (at.class, Arc::new(LruModel { hidden: at.items, ..LruModel::default() })));
        Lists { lists: lists.collect(), ..Lists::default() }
    }

    /// Folds an event of the store's; whether it is one. `growing`: whether the table grows, after it.
    pub fn apply(&mut self, event: &Event, growing: bool) -> bool {
        let What::Item { op: Some(op), size, class, chunk: _, bucket } = event.what else { return false };
        let key = event.bytes().map(|key| Key { kept: key.kept.into(), len: key.len });
        let class = class.and_then(|class| u8::try_from(class).ok());
        self.bucket = bucket.or(self.bucket);
        self.class = class.or(self.class);
        if let ItemOp::Expand | ItemOp::Expanded = op {
            // What came while it grew was put where it stood then, and moved; in which order is not told.
            self.grows();
        }
        if let (Some(class), Some(key)) = (class, &key) {
            let item =
                Item { key: key.clone(), size, bucket: bucket.filter(|_| !growing), linked: event.seq };
            // What never was cannot end: something before it is not told.
            self.has_gap |= !self.list_changed(op, class, item);
        }
        self.last = Some(Arc::new(Deed { op, key, class, bucket }));
        true
    }

    /// Whether that is possible.
    fn list_changed(&mut self, op: ItemOp, class: u8, item: Item) -> bool {
        let is_about_the_list = matches!(op, ItemOp::Link | ItemOp::Update) || op.takes_out();
        if !is_about_the_list {
            return true;
        }
        let lru = Arc::make_mut(self.lists.entry(class).or_default());
        match op {
            ItemOp::Link => {
                lru.link(item);
                true
            }
            ItemOp::Update => {
                let was = lru.unlink(&item.key);
                let is_possible = was.is_some();
                let unknown = || Item { bucket: None, linked: 0, ..item };
                lru.link(was.flatten().unwrap_or_else(unknown));
                is_possible
            }
            _ => lru.unlink(&item.key).is_some(),
        }
    }

    /// In a table twice as large nearly every second item has another bucket, and the trace does not say
    /// which.
    fn grows(&mut self) {
        self.bucket = None;
        for lru in self.lists.values_mut() {
            let LruModel { head, tail, .. } = Arc::make_mut(lru);
            head.iter_mut().chain(tail).for_each(|item| item.bucket = None);
        }
    }

    /// How many bytes it takes beside one that it shares some lists with.
    pub fn weight_beside(&self, other: &Lists) -> usize {
        const NODE: usize = 32;
        let is_shared =
            |id: &u8, lru: &Arc<LruModel>| other.lists.get(id).is_some_and(|of| Arc::ptr_eq(of, lru));
        let own = self.lists.iter().filter(|(id, lru)| !is_shared(id, lru));
        let last = self.last.as_ref().and_then(|last| last.key.as_ref()).map_or(0, |key| key.kept.len());
        own.map(|(_, lru)| lru.weight()).sum::<usize>() + self.lists.len() * NODE + size_of::<Deed>() + last
    }
}

/// The store's memory: what the [`StoreFacts`] has in numbers, and the lists.
#[derive(Debug, Clone, Copy)]
pub struct StoreModel<'a> {
    store: &'a StoreFacts,
    lists: &'a Lists,
    /// Whether something before this is not told: then no count is right.
    pub has_gap: bool,
    /// What the store did last.
    pub last: Option<&'a Deed>,
    /// The class of the last item that has one.
    pub class: Option<u8>,
    /// The bucket that was asked last.
    pub bucket: Option<u64>,
}

impl Deref for StoreModel<'_> {
    type Target = StoreFacts;

    fn deref(&self) -> &StoreFacts {
        self.store
    }
}

impl<'a> StoreModel<'a> {
    pub(super) fn of(store: &'a StoreFacts, lists: &'a Lists) -> StoreModel<'a> {
        StoreModel {
            store,
            lists,
            has_gap: store.has_gap || lists.has_gap,
            last: lists.last.as_deref(),
            class: lists.class,
            bucket: lists.bucket,
        }
    }

    /// The classes that were ever used, by number.
    pub fn classes(&self) -> impl DoubleEndedIterator<Item = ClassModel<'a>> + use<'a> {
        let lists = self.lists;
        self.store
            .classes()
            .map(move |of| ClassModel { of, lru: lists.lists.get(&of.id).map_or(&EMPTY, |lru| lru) })
    }

    /// The class of that number.
    pub fn class(&self, id: u8) -> Option<ClassModel<'a>> {
        let of = self.store.class(id)?;
        Some(ClassModel { of, lru: self.lists.lists.get(&id).map_or(&EMPTY, |lru| lru) })
    }

    /// The list of that class, if there ever was an item in it.
    #[cfg(test)]
    pub(crate) fn list(&self, id: u8) -> Option<&'a Arc<LruModel>> {
        self.lists.lists.get(&id)
    }

    /// The items of a bucket, as far as they are known, in the order of its chain: what came last is first.
    pub fn chain(&self, bucket: u64) -> Vec<&'a Item> {
        let all = self.lists.lists.values().flat_map(|lru| lru.items());
        let mut chain: Vec<_> = all.filter(|item| item.bucket == Some(bucket)).collect();
        chain.sort_unstable_by_key(|item| std::cmp::Reverse(item.linked));
        chain
    }

    /// Whether a bucket may hold what is not known: a list has more than is remembered of it, or the
    /// table grew.
    pub fn may_hold_more(&self) -> bool {
        let is_unknown =
            |lru: &Arc<LruModel>| lru.hidden > 0 || lru.items().any(|item| item.bucket.is_none());
        self.has_gap || self.lists.lists.values().any(is_unknown)
    }

    /// Whether one of the statistics was changed by the event.
    pub fn is_counted(&self, of: impl Fn(StatsValues) -> u64) -> bool {
        self.stats.map(&of) != self.lists.before.map(&of)
    }
}

/// The list of a class that never had an item.
static EMPTY: LruModel = LruModel { head: VecDeque::new(), hidden: 0, tail: VecDeque::new() };
