//! The store by itself: what a client never sees at once, and how time and memory run out.
#![allow(clippy::unwrap_used)]

use super::{Delta, ItemRef, Nread, Store, Stored};
use crate::memcached::conn_queue::ThreadStats;
use crate::memcached::settings::{Clock, ITEM_UPDATE_INTERVAL, Settings};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A store whose clock the test moves.
struct Bench {
    store: Store,
    settings: Arc<Settings>,
    clock: Arc<Clock>,
    stats: ThreadStats,
}

impl Bench {
    fn new() -> Bench {
        Bench::with_memory(64 * 1024 * 1024)
    }

    fn with_memory(maxbytes: u64) -> Bench {
        let settings = Arc::new(Settings { maxbytes, ..Settings::default() });
        let clock = Arc::new(Clock::default());
        let store = Store::new(settings.clone(), clock.clone());
        Bench { store, settings, clock, stats: ThreadStats::default() }
    }

    /// An item as a connection has it once its value has come.
    fn filled(&self, key: &str, value: &str, exptime: i64) -> Option<ItemRef> {
        let exptime = self.clock.realtime(exptime);
        let mut item = self.store.item_alloc(key.as_bytes(), 5, exptime, value.len() as u32 + 2)?;
        let data = Arc::get_mut(&mut item).unwrap().data_mut();
        data[..value.len()].copy_from_slice(value.as_bytes());
        data[value.len()..].copy_from_slice(b"\r\n");
        Some(item)
    }

    fn store_as(&self, comm: Nread, key: &str, value: &str, cas: u64) -> Stored {
        let item = self.filled(key, value, 0).unwrap();
        item.set_cas(cas);
        let stored = self.store.store_item(&item, comm, &self.stats);
        self.store.item_remove(item);
        stored
    }

    fn set(&self, key: &str, value: &str) {
        assert_eq!(self.store_as(Nread::Set, key, value, 0), Stored::Stored);
    }

    fn set_for(&self, key: &str, exptime: i64) {
        let item = self.filled(key, "v", exptime).unwrap();
        assert_eq!(self.store.store_item(&item, Nread::Set, &self.stats), Stored::Stored);
        self.store.item_remove(item);
    }

    /// The value without its line end, and the CAS id.
    fn get(&self, key: &str) -> Option<(String, u64)> {
        let item = self.store.item_get(key.as_bytes())?;
        let value = item.data().strip_suffix(b"\r\n").unwrap().to_vec();
        let got = (String::from_utf8(value).unwrap(), item.cas());
        self.store.item_update(&item);
        self.store.item_remove(item);
        Some(got)
    }

    fn value(&self, key: &str) -> Option<String> {
        self.get(key).map(|got| got.0)
    }

    /// Which of these keys there are, without a look that would count as one.
    fn here<'a>(&self, keys: &[&'a str]) -> Vec<&'a str> {
        keys.iter().copied().filter(|key| self.value(key).is_some()).collect()
    }

    fn delete(&self, key: &str) {
        let item = self.store.item_get(key.as_bytes()).unwrap();
        self.store.item_unlink(&item);
        self.store.item_remove(item);
    }

    fn delta(&self, key: &str, incr: bool, by: u64) -> String {
        match self.store.add_delta(key.as_bytes(), incr, by, &self.stats) {
            Delta::Ok(text) => String::from_utf8(text.bytes().to_vec()).unwrap(),
            other => format!("{other:?}"),
        }
    }

    /// flush_all, as `process_flush_all` has it.
    fn flush_all(&self) {
        self.settings.oldest_live.store(self.clock.current_time() - 1, Ordering::Relaxed);
        self.settings.oldest_cas.store(self.store.next_cas_id(), Ordering::Relaxed);
    }
}

/// What one item with a one-letter key and a value of `len` takes.
fn ntotal(len: u64) -> u64 {
    // The header, the CAS id, the key and its NUL, " 5 <len>\r\n", the value and its line end.
    48 + 8 + 2 + 3 + len.to_string().len() as u64 + 2 + len + 2
}

#[test]
fn every_link_and_every_change_in_place_gets_the_next_cas_id() {
    let b = Bench::new();
    b.set("a", "10");
    b.set("b", "x");
    assert_eq!(b.get("a").unwrap().1, 1);
    assert_eq!(b.get("b").unwrap().1, 2);
    assert_eq!(b.delta("a", true, 1), "11");
    assert_eq!(b.get("a"), Some(("11".into(), 3)));
    assert_eq!(b.store_as(Nread::Cas, "a", "new", 1), Stored::Exists);
    assert_eq!(b.store_as(Nread::Cas, "a", "new", 3), Stored::Stored);
    assert_eq!(b.get("a"), Some(("new".into(), 4)));
    assert_eq!(b.store_as(Nread::Cas, "none", "new", 4), Stored::NotFound);
    let stats = &b.stats;
    assert_eq!((stats.cas_hits.get(), stats.cas_badval.get(), stats.cas_misses.get()), (1, 1, 1));
}

#[test]
fn the_commands_that_have_a_condition_keep_to_it() {
    let b = Bench::new();
    assert_eq!(b.store_as(Nread::Replace, "a", "1", 0), Stored::NotStored);
    assert_eq!(b.store_as(Nread::Append, "a", "1", 0), Stored::NotStored);
    assert_eq!(b.store_as(Nread::Prepend, "a", "1", 0), Stored::NotStored);
    assert_eq!(b.store_as(Nread::Add, "a", "1", 0), Stored::Stored);
    assert_eq!(b.store_as(Nread::Add, "a", "2", 0), Stored::NotStored);
    assert_eq!(b.store_as(Nread::Append, "a", "after", 0), Stored::Stored);
    assert_eq!(b.store_as(Nread::Prepend, "a", "before", 0), Stored::Stored);
    assert_eq!(b.value("a").unwrap(), "before1after");
    assert_eq!(b.store.item_get(b"a").unwrap().flags(), 5, "the flags are the old item's");
    assert_eq!(b.store_as(Nread::Replace, "a", "3", 0), Stored::Stored);
    assert_eq!(b.value("a").unwrap(), "3");
}

#[test]
fn memory_is_counted_to_the_byte_and_goes_back_to_nought() {
    let b = Bench::new();
    assert_eq!(b.store.mem_used(), 0);
    b.set("a", "0123456789");
    assert_eq!(b.store.mem_used(), ntotal(10));
    assert_eq!(b.store.stats().curr_bytes, ntotal(10));
    b.set("a", "0123");
    assert_eq!(b.store.mem_used(), ntotal(4), "the old value's memory is given back");
    b.store_as(Nread::Append, "a", "45", 0);
    assert_eq!(b.store.mem_used(), ntotal(6));
    // Allocated, and never stored: a client that went before its value had come.
    let unfinished = b.store.item_alloc(b"z", 5, 0, 102).unwrap();
    assert_eq!(b.store.mem_used(), ntotal(6) + ntotal(100));
    assert_eq!(b.store.stats().curr_bytes, ntotal(6), "only what is linked counts in the statistics");
    b.store.item_remove(unfinished);
    // Deleted while somebody sends it.
    let sending = b.store.item_get(b"a").unwrap();
    b.delete("a");
    assert_eq!((b.store.mem_used(), b.store.stats().curr_bytes), (ntotal(6), 0));
    assert_eq!(sending.data(), b"012345\r\n");
    b.store.item_remove(sending);
    b.set("n", "9");
    assert_eq!(b.delta("n", true, 1), "10", "longer than before: a new item");
    b.delete("n");
    assert_eq!(b.store.mem_used(), 0);
    let stats = b.store.stats();
    assert_eq!((stats.curr_items, stats.curr_bytes, stats.total_items), (0, 0, 5));
}

#[test]
fn without_memory_the_oldest_go_first() {
    let b = Bench::with_memory(4 * ntotal(1000));
    let value = "v".repeat(1000);
    for key in ["1", "2", "3", "4"] {
        b.set(key, &value);
    }
    assert_eq!(b.store.stats().evictions, 0);
    b.set("5", &value);
    b.set("6", &value);
    assert_eq!(b.here(&["1", "2", "3", "4", "5", "6"]), ["3", "4", "5", "6"]);
    let stats = b.store.stats();
    assert_eq!((stats.evictions, stats.evicted_unfetched), (2, 2));
    // Asked for, but a moment after it was stored: that does not move it.
    b.get("3");
    b.set("7", &value);
    assert_eq!(b.here(&["3", "4"]), ["4"]);
    // Asked for later than that, it goes to the front.
    b.clock.advance(ITEM_UPDATE_INTERVAL + 1);
    b.get("4");
    b.set("8", &value);
    assert_eq!(b.here(&["4", "5", "6", "7", "8"]), ["4", "6", "7", "8"]);
    let stats = b.store.stats();
    assert_eq!((stats.evictions, stats.evicted_unfetched), (4, 2), "these two had been asked for");
    assert!(b.store.mem_used() <= 4 * ntotal(1000));
}

#[test]
fn one_large_item_pushes_out_several_small_ones() {
    let b = Bench::with_memory(10 * ntotal(100));
    for key in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] {
        b.set(key, &"v".repeat(100));
    }
    b.set("L", &"v".repeat(900));
    assert_eq!(b.value("L").map(|v| v.len()), Some(900));
    assert_eq!(b.here(&["0", "5", "6", "7", "8", "9"]), ["6", "7", "8", "9"]);
}

#[test]
fn an_item_that_is_being_sent_keeps_its_memory_until_it_is_sent() {
    let b = Bench::with_memory(2 * ntotal(1000));
    let (old, new) = ("o".repeat(1000), "n".repeat(1000));
    b.set("1", &old);
    b.set("2", &old);
    let sending = b.store.item_get(b"1").unwrap();
    b.set("3", &new);
    assert_eq!(b.here(&["1", "2", "3"]), ["3"], "it is unlinked like any other, but that frees nothing");
    assert_eq!(b.store.stats().lrutail_reflocked, 2, "met when reclaiming and when evicting");
    assert_eq!(sending.data(), format!("{old}\r\n").as_bytes());
    assert_eq!(b.store.mem_used(), 2 * ntotal(1000));
    b.store.item_remove(sending);
    assert_eq!(b.store.mem_used(), ntotal(1000));
}

#[test]
fn where_everything_is_being_sent_there_is_no_memory() {
    let b = Bench::with_memory(2 * ntotal(1000));
    let value = "v".repeat(1000);
    b.set("1", &value);
    b.set("2", &value);
    let sending = [b.store.item_get(b"1").unwrap(), b.store.item_get(b"2").unwrap()];
    assert!(b.filled("3", &value, 0).is_none());
    for item in sending {
        b.store.item_remove(item);
    }
    b.set("3", &value);
    assert_eq!(b.store.mem_used(), ntotal(1000));
}

#[test]
fn a_longer_value_for_a_key_never_evicts_the_one_it_is_made_from() {
    let b = Bench::with_memory(2 * ntotal(1000));
    b.set("1", &"v".repeat(900));
    b.set("2", &"v".repeat(900));
    assert_eq!(b.store_as(Nread::Append, "1", "!", 0), Stored::Stored);
    assert_eq!(b.value("1").map(|v| v.len()), Some(901));
    assert_eq!(b.value("2"), None);
    // Alone it cannot grow beyond half of all memory: the old value is needed till the end.
    assert_eq!(b.store_as(Nread::Append, "1", &"v".repeat(300), 0), Stored::NotStored);
    assert_eq!(b.value("1").map(|v| v.len()), Some(901));
}

#[test]
fn an_item_may_be_as_large_as_item_size_max_with_all_that_belongs_to_it() {
    let b = Bench::new();
    let room = 1024 * 1024 - (48 + 8 + 2 + 3 + 7 + 2) as u32;
    assert!(b.store.item_alloc(b"a", 5, 0, room).is_some());
    assert!(b.store.item_size_ok(1, 5, room));
    assert!(b.store.item_alloc(b"a", 5, 0, room + 1).is_none());
    assert!(!b.store.item_size_ok(1, 5, room + 1));
}

#[test]
fn an_item_expires_at_its_second_and_its_memory_goes_when_it_is_looked_for() {
    let b = Bench::new();
    b.set_for("a", 10);
    b.set_for("p", -1);
    b.set("n", "v");
    assert_eq!(b.value("p"), None, "a time that is over already");
    b.clock.advance(9);
    assert_eq!(b.here(&["a", "n"]), ["a", "n"]);
    b.clock.advance(1);
    assert_eq!(b.store.stats().curr_items, 2, "nobody has looked yet");
    assert_eq!(b.here(&["a", "n"]), ["n"]);
    assert_eq!(b.store.stats().curr_items, 1);
    assert_eq!(b.store.mem_used(), ntotal(1));
    assert_eq!(b.store.stats().reclaimed, 0, "that is for those found at the end of the LRU");
}

#[test]
fn touch_gives_an_item_another_time() {
    let b = Bench::new();
    b.set_for("a", 10);
    let until = b.clock.realtime(100);
    let item = b.store.item_touch(b"a", until).unwrap();
    b.store.item_remove(item);
    b.clock.advance(50);
    assert_eq!(b.value("a").unwrap(), "v");
    b.clock.advance(50);
    assert_eq!(b.value("a"), None);
    assert!(b.store.item_touch(b"a", until).is_none());
}

#[test]
fn those_at_the_end_whose_time_is_over_are_reclaimed_five_at_a_time() {
    let b = Bench::new();
    for key in ["1", "2", "3", "4", "5", "6", "7"] {
        b.set_for(key, 10);
    }
    b.set("z", "v");
    b.clock.advance(10);
    b.set("z", "v");
    assert_eq!(b.store.stats().reclaimed, 0, "not in the very second");
    b.clock.advance(1);
    b.set("z", "v");
    let stats = b.store.stats();
    assert_eq!((stats.reclaimed, stats.expired_unfetched, stats.curr_items), (5, 5, 3));
    b.set("z", "v");
    let stats = b.store.stats();
    assert_eq!((stats.reclaimed, stats.expired_unfetched, stats.curr_items), (7, 7, 1));
    assert_eq!(stats.evictions, 0);
}

#[test]
fn flush_all_is_the_end_of_what_is_there_and_not_of_what_comes() {
    let b = Bench::new();
    b.set("a", "before");
    b.flush_all();
    b.set("b", "after, in the same second");
    assert_eq!(b.here(&["a", "b"]), ["b"]);
    b.set("a", "again");
    assert_eq!(b.value("a").unwrap(), "again");
    b.clock.advance(100);
    assert_eq!(b.here(&["a", "b"]), ["a", "b"]);
}

#[test]
fn a_flush_all_for_later_takes_effect_then() {
    let b = Bench::new();
    b.set("a", "v");
    b.settings.oldest_live.store(b.clock.realtime(10) - 1, Ordering::Relaxed);
    b.clock.advance(8);
    assert_eq!(b.value("a").unwrap(), "v");
    b.clock.advance(1);
    assert_eq!(b.value("a"), None);
    b.set("b", "v");
    assert_eq!(b.value("b"), None, "stored in the second itself: gone too, as in the C");
    b.clock.advance(1);
    b.set("c", "v");
    assert_eq!(b.value("c").unwrap(), "v");
}

#[test]
fn numbers_wrap_at_64_bits_stop_at_nought_and_keep_their_length() {
    let b = Bench::new();
    b.set("n", "18446744073709551615");
    assert_eq!(b.delta("n", true, 2), "1");
    assert_eq!(b.value("n").unwrap(), format!("1{}", " ".repeat(19)));
    assert_eq!(b.delta("n", false, 5), "0");
    b.set("s", "12 34");
    assert_eq!(b.delta("s", true, 1), "13");
    assert_eq!(b.value("s").unwrap(), "13   ");
    b.set("e", "");
    b.set("w", "word");
    assert_eq!((b.delta("e", true, 1), b.delta("w", true, 1)), ("NonNumeric".into(), "NonNumeric".into()));
    assert_eq!(b.delta("none", true, 1), "NotFound");
    assert_eq!((b.stats.incr_hits.get(), b.stats.decr_hits.get()), (2, 1));
}

#[test]
fn a_number_that_is_being_sent_is_not_changed_in_place() {
    let b = Bench::new();
    b.set("n", "41");
    let sending = b.store.item_get(b"n").unwrap();
    assert_eq!(b.delta("n", true, 1), "42");
    assert_eq!(sending.data(), b"41\r\n");
    b.store.item_remove(sending);
    assert_eq!(b.value("n").unwrap(), "42");
    assert_eq!(b.store.mem_used(), ntotal(2));
}

#[test]
fn reset_forgets_what_was_counted_and_keeps_what_is_there() {
    let b = Bench::with_memory(2 * ntotal(1000));
    for key in ["1", "2", "3"] {
        b.set(key, &"v".repeat(1000));
    }
    b.store.stats_reset();
    let stats = b.store.stats();
    assert_eq!((stats.evictions, stats.evicted_unfetched, stats.total_items), (0, 0, 0));
    assert_eq!((stats.curr_items, stats.curr_bytes), (2, 2 * ntotal(1000)));
}
