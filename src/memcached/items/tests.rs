//! The store by itself: what a client never sees at once, and how time and memory run out.
#![allow(clippy::unwrap_used)]

mod bench;

use super::slabs::Sizes;
use super::{Nread, Stored};
use crate::memcached::conn_queue::ThreadStats;
use crate::memcached::settings::{ITEM_UPDATE_INTERVAL, Settings};
use bench::{Bench, ntotal};
use std::sync::atomic::Ordering;

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
    let slab = b.stats.slab(1);
    assert_eq!((slab.cas_hits.get(), slab.cas_badval.get(), b.stats.cas_misses.get()), (1, 1, 1));
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
    let item = b.store.item_get(b"a").unwrap();
    assert_eq!(item.flags(), 5, "the flags are the old item's");
    b.store.item_remove(item);
    assert_eq!(b.store_as(Nread::Replace, "a", "3", 0), Stored::Stored);
    assert_eq!(b.value("a").unwrap(), "3");
}

#[test]
fn memory_is_counted_to_the_byte_and_goes_back_to_nought() {
    let b = Bench::new();
    assert_eq!(b.store.requested(), 0);
    b.set("a", "0123456789");
    assert_eq!(b.store.requested(), ntotal(10));
    assert_eq!(b.store.stats().curr_bytes, ntotal(10));
    b.set("a", "0123");
    assert_eq!(b.store.requested(), ntotal(4), "the old value's memory is given back");
    b.store_as(Nread::Append, "a", "45", 0);
    assert_eq!(b.store.requested(), ntotal(6));
    // Allocated, and never stored: a client that went before its value had come.
    let unfinished = b.store.item_alloc(b"z", 5, 0, 102).unwrap();
    assert_eq!(b.store.requested(), ntotal(6) + ntotal(100));
    assert_eq!(b.store.stats().curr_bytes, ntotal(6), "only what is linked counts in the statistics");
    b.store.item_remove(unfinished);
    // Deleted while somebody sends it.
    let sending = b.store.item_get(b"a").unwrap();
    b.delete("a");
    assert_eq!((b.store.requested(), b.store.stats().curr_bytes), (ntotal(6), 0));
    assert_eq!(sending.data(), b"012345\r\n");
    b.store.item_remove(sending);
    b.set("n", "9");
    assert_eq!(b.delta("n", true, 1), "10", "longer than before: a new item");
    b.delete("n");
    assert_eq!(b.store.requested(), 0);
    let stats = b.store.stats();
    assert_eq!((stats.curr_items, stats.curr_bytes, stats.total_items), (0, 0, 5));
}

#[test]
fn without_memory_the_oldest_of_the_class_go_first() {
    let b = Bench::small();
    let value = "v".repeat(1000);
    b.set("other", "of another class");
    for key in ["1", "2", "3"] {
        b.set(key, &value);
    }
    assert_eq!(b.store.stats().totals.evicted, 0);
    b.set("4", &value);
    b.set("5", &value);
    assert_eq!(b.here(&["1", "2", "3", "4", "5", "other"]), ["3", "4", "5", "other"]);
    let totals = b.store.stats().totals;
    assert_eq!((totals.evicted, totals.evicted_unfetched), (2, 2));
    // Asked for, but a moment after it was stored: that does not move it.
    b.get("3");
    b.set("6", &value);
    assert_eq!(b.here(&["3", "4"]), ["4"]);
    // Asked for later than that, it goes to the front.
    b.clock.advance(ITEM_UPDATE_INTERVAL + 1);
    b.get("4");
    b.set("7", &value);
    assert_eq!(b.here(&["4", "5", "6", "7"]), ["4", "6", "7"]);
    let totals = b.store.stats().totals;
    assert_eq!((totals.evicted, totals.evicted_unfetched), (4, 2), "these two had been asked for");
    assert_eq!(b.store.requested(), 3 * ntotal(1000) + ntotal("of another class".len()) + "ther".len());
}

#[test]
fn under_m_nothing_makes_room() {
    let settings = Settings { maxbytes: 1, item_size_max: 4096, evict_to_free: false, ..Settings::default() };
    let b = Bench::with(settings);
    let value = "v".repeat(1000);
    for key in ["1", "2", "3"] {
        b.set(key, &value);
    }
    assert!(b.filled("4", &value, 0).is_none());
    assert_eq!(b.here(&["1", "2", "3"]), ["1", "2", "3"]);
    let totals = b.store.stats().totals;
    assert_eq!((totals.evicted, totals.outofmemory), (0, 1));
}

#[test]
fn an_item_that_is_being_sent_keeps_its_memory_until_it_is_sent() {
    let b = Bench::small();
    let (old, new) = ("o".repeat(1000), "n".repeat(1000));
    for key in ["1", "2", "3"] {
        b.set(key, &old);
    }
    let sending = b.store.item_get(b"1").unwrap();
    b.set("4", &new);
    assert_eq!(b.here(&["1", "2", "3", "4"]), ["3", "4"], "it is unlinked, but that frees nothing");
    assert_eq!(b.store.stats().totals.lrutail_reflocked, 2, "met when reclaiming and when evicting");
    assert_eq!(sending.data(), format!("{old}\r\n").as_bytes());
    assert_eq!(b.store.requested(), 3 * ntotal(1000));
    b.store.item_remove(sending);
    assert_eq!(b.store.requested(), 2 * ntotal(1000));
}

#[test]
fn where_everything_is_being_sent_there_is_no_memory() {
    let b = Bench::small();
    let value = "v".repeat(1000);
    let sending = ["1", "2", "3"].map(|key| {
        b.set(key, &value);
        b.store.item_get(key.as_bytes()).unwrap()
    });
    assert!(b.filled("4", &value, 0).is_none());
    assert_eq!(b.store.stats().totals.outofmemory, 1);
    for item in sending {
        b.store.item_remove(item);
    }
    b.set("4", &value);
    assert_eq!(b.store.requested(), ntotal(1000));
}

#[test]
fn a_longer_value_for_a_key_never_evicts_the_one_it_is_made_from() {
    let b = Bench::small();
    for key in ["1", "2", "3"] {
        b.set(key, &"v".repeat(950));
    }
    assert_eq!(b.store_as(Nread::Append, "1", "!", 0), Stored::Stored);
    assert_eq!(b.value("1").map(|v| v.len()), Some(951));
    assert_eq!(b.here(&["2", "3"]), ["3"]);
}

#[test]
#[cfg_attr(miri, ignore = "large, and shows Miri nothing new")]
fn an_item_may_be_as_large_as_item_size_max_with_all_that_belongs_to_it() {
    let b = Bench::new();
    let room = 1024 * 1024 - (48 + 8 + 2 + 3 + 7 + 2) as u32;
    b.store.item_remove(b.store.item_alloc(b"a", 5, 0, room).unwrap());
    assert!(b.store.item_size_ok(1, 5, room));
    assert!(b.store.item_alloc(b"a", 5, 0, room + 1).is_none());
    assert!(!b.store.item_size_ok(1, 5, room + 1));
    let without_cas = Bench::with(Settings { use_cas: false, ..Settings::default() });
    assert!(without_cas.store.item_size_ok(1, 5, room + 8), "-C leaves eight bytes more");
}

#[test]
fn without_cas_ids_all_are_nought() {
    let b = Bench::with(Settings { use_cas: false, ..Settings::default() });
    b.set("a", "1");
    assert_eq!(b.get("a"), Some(("1".into(), 0)));
    assert_eq!(b.store_as(Nread::Cas, "a", "2", 7), Stored::Stored, "nought is what both have");
    assert_eq!((b.delta("a", true, 1), b.get("a")), ("3".into(), Some(("3".into(), 0))));
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
    assert_eq!(b.store.requested(), ntotal(1));
    assert_eq!(b.store.stats().totals.reclaimed, 0, "that is for those found at the end of the LRU");
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
    assert_eq!(b.store.stats().totals.reclaimed, 0, "not in the very second");
    b.clock.advance(1);
    b.set("z", "v");
    let stats = b.store.stats();
    assert_eq!((stats.totals.reclaimed, stats.totals.expired_unfetched, stats.curr_items), (5, 5, 3));
    b.set("z", "v");
    let stats = b.store.stats();
    assert_eq!((stats.totals.reclaimed, stats.totals.expired_unfetched, stats.curr_items), (7, 7, 1));
    assert_eq!(stats.totals.evicted, 0);
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
    let slab = b.stats.slab(1);
    assert_eq!((slab.incr_hits.get(), slab.decr_hits.get()), (2, 1));
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
    assert_eq!(b.store.requested(), ntotal(2));
}

#[test]
fn reset_forgets_what_was_counted_and_keeps_what_is_there() {
    let b = Bench::small();
    for key in ["1", "2", "3", "4"] {
        b.set(key, &"v".repeat(1000));
    }
    b.store.stats_reset();
    let stats = b.store.stats();
    assert_eq!((stats.totals, stats.total_items), (Default::default(), 0));
    assert_eq!((stats.curr_items, stats.curr_bytes), (3, 3 * ntotal(1000)));
}

#[test]
#[cfg_attr(miri, ignore = "large, and shows Miri nothing new")]
fn a_table_that_grows_finds_everything_before_and_after_each_bucket() {
    let settings = Settings { hashpower_init: 12, num_threads: 1, ..Settings::default() };
    let b = Bench::with(settings);
    let keys: Vec<String> = (0..7000).map(|i| format!("key{i}")).collect();
    keys.iter().for_each(|key| b.set(key, key));
    assert!(b.store.wait_to_expand(), "one and a half times as many items as buckets ask for it");
    b.store.assoc_expand();
    let stats = b.store.stats();
    assert_eq!((stats.hash_power_level, stats.hash_is_expanding), (13, true));
    assert_eq!(stats.hash_bytes, (4096 + 8192) * 8);
    let all = |what: &str| {
        for key in &keys {
            assert_eq!(b.value(key).as_deref(), Some(&key[..]), "{what}");
        }
    };
    all("nothing moved");
    std::thread::scope(|scope| {
        scope.spawn(|| b.store.move_buckets());
        all("while they move");
    });
    all("all moved");
    let stats = b.store.stats();
    assert_eq!((stats.hash_power_level, stats.hash_is_expanding, stats.hash_bytes), (13, false, 8192 * 8));
    keys.iter().for_each(|key| b.delete(key));
    assert_eq!((b.store.requested(), b.store.stats().curr_items), (0, 0));
    b.store.stop_maintenance();
    assert!(!b.store.wait_to_expand());
}

#[test]
fn workers_and_the_thread_that_moves_buckets_share_one_store() {
    // Few enough rounds that Miri ends in time, many enough that all meet.
    let rounds = if cfg!(miri) { 30 } else { 3000 };
    let settings = Settings { maxbytes: 1, item_size_max: 1024, hashpower_init: 12, ..Settings::default() };
    let b = Bench::with(settings);
    std::thread::scope(|scope| {
        for worker in 0..3 {
            let b = &b;
            scope.spawn(move || {
                let stats = ThreadStats::default();
                for round in 0..rounds {
                    let key = format!("{}", (round * 7 + worker) % 12);
                    let item = b.filled(&key, &format!("{}", round % 10), 0);
                    if let Some(item) = item {
                        b.store.store_item(&item, Nread::Set, &stats);
                        b.store.item_remove(item);
                    }
                    b.store.add_delta(key.as_bytes(), true, 1, &stats);
                    if let Some(item) = b.store.item_get(key.as_bytes()) {
                        assert!(item.data().ends_with(b"\r\n") && item.data()[0].is_ascii_digit());
                        b.store.item_remove(item);
                    }
                    if round % 5 == worker
                        && let Some(item) = b.store.item_get(key.as_bytes())
                    {
                        b.store.item_unlink(&item);
                        b.store.item_remove(item);
                    }
                }
            });
        }
        if !cfg!(miri) {
            b.store.assoc_expand();
            b.store.move_buckets();
        }
    });
    assert_eq!(b.store.requested(), b.store.stats().curr_bytes, "nobody has a reference any more");
}

#[test]
fn a_reference_that_outlives_its_store_is_good_to_the_last() {
    let b = Bench::small();
    b.set("a", "value");
    let item = b.store.item_get(b"a").unwrap();
    drop(b);
    assert_eq!((item.key(), item.data()), (&b"a"[..], &b"value\r\n"[..]));
}

#[test]
#[cfg_attr(miri, ignore = "large, and shows Miri nothing new")]
fn the_chunks_are_those_that_memcached_has_for_the_same_options() {
    let text = include_str!("../../../tests/reference/slab-classes.txt");
    let mut tables = 0;
    for section in text.split("# memcached ").skip(1) {
        let (options, table) = section.split_once('\n').unwrap();
        let options = options.split(['(', ',']).next().unwrap();
        let mut settings = Settings::default();
        let words: Vec<&str> = options.split_whitespace().collect();
        for option in words.chunks(2) {
            match *option {
                ["-f", factor] => settings.factor = factor.parse().unwrap(),
                ["-n", size] => settings.chunk_size = size.parse().unwrap(),
                ["-I", "2m"] => settings.item_size_max = 2 * 1024 * 1024,
                ["-I", size] => settings.item_size_max = size.parse().unwrap(),
                _ => panic!("{options}"),
            }
        }
        assert_eq!(
            Sizes::new(&settings).lines().collect::<Vec<_>>(),
            table.lines().collect::<Vec<_>>(),
            "{options}"
        );
        tables += 1;
    }
    assert_eq!(tables, 6);
}
