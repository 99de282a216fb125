//! The store, and settings changed by a command.

use super::{Explanation, bytes, conn, quote_or, word};
use crate::event::{Event, at};
use crate::texts::Language;

pub(super) fn item(event: &Event, _lang: Language) -> Explanation {
    let key = quote_or(event, "the key");
    let value = event.size().map(|n| format!(" of {}, line end included", bytes(n))).unwrap_or_default();
    let class = class_or(event, "the right class");
    match event.op() {
        Some("alloc") => Explanation::english(
            "Room for an item",
            format!(
                "The slab allocator gives one chunk for the item's head, the key {key} and a value{value}. It comes \
                 from {class}, the class with the smallest chunks that are large enough; all chunks of a class are \
                 alike, so any free one will do. Nobody can find the item yet, for it is not linked."
            ),
            at::do_item_alloc,
        ),
        Some("link") => Explanation::english(
            "The item can be found now",
            format!(
                "The item {key} goes into the hash table and to the head of its class's LRU list, and gets a new CAS \
                 number. From this moment every connection finds it. The table holds one reference to it."
            ),
            at::do_item_link,
        ),
        Some("unlink") => Explanation::english(
            "The item can no longer be found",
            format!(
                "The item {key} leaves the hash table and its LRU list, and the table's reference is given back. A \
                 connection that is still sending it holds one of its own: the memory is free only when the \
                 last reference is gone."
            ),
            at::do_item_unlink,
        ),
        Some("hit") => Explanation::english(
            "Found",
            format!(
                "The hash table has {key}, and it is neither expired nor flushed. The look-up takes a reference, so \
                 that the item cannot be freed while this connection uses it."
            ),
            at::do_item_get,
        ),
        Some("miss") => Explanation::english(
            "Not found",
            format!(
                "The hash table has no {key}: it was never set, or was deleted, evicted or has expired. To a cache a \
                 miss is no error. In the answer to a get, such a key is just left out."
            ),
            at::do_item_get::assoc_find,
        ),
        Some("update") => Explanation::english(
            "The item counts as lately used",
            format!(
                "The item {key} is noted as used now and goes to the head of its LRU list, so that it is evicted later \
                 than others. memcached does so at most once a minute for an item: doing it at each get would \
                 cost a lock each time."
            ),
            at::do_item_update,
        ),
        Some("expire") => Explanation::english(
            "Its time was over",
            format!(
                "The time of the item {key} is over: it is unlinked, and to whoever asked for it that is a miss. \
                 memcached removes such items when somebody asks for them or memory is needed, so nothing need \
                 watch every item's time."
            ),
            at::do_item_get::exptime,
        ),
        Some("flush") => Explanation::english(
            "Flushed earlier, gone now",
            format!(
                "The item {key} is older than a flush_all, so it is unlinked now and counts as a miss. flush_all itself \
                 visits no item: it notes a time, and each item from before is dropped when somebody comes upon \
                 it."
            ),
            at::do_item_get::is_flushed,
        ),
        Some("reclaim") => Explanation::english(
            "The oldest item's time is over",
            format!(
                "Before memory for a new item is taken, the oldest item in the LRU is looked at: \
                 {key} is past its time, so its memory is taken back. Unless a crawler is switched on, \
                 memcached hunts for no expired items: it drops them where it meets them."
            ),
            at::lru_pull_tail,
        ),
        Some("evict") => Explanation::english(
            "An old item makes room",
            format!(
                "Memory is used up, so an item at the tail of the LRU list, {key}, is thrown out for the new one: \
                 at the tail stands what has not been used for longest. memcached keeps such a list for each slab \
                 class, and a new item pushes out one of its own class alone. With -M the server would answer with \
                 an error instead."
            ),
            at::lru_pull_tail::evicted,
        ),
        Some("free") => Explanation::english(
            "The item's memory is free",
            format!(
                "The last reference to the item {key} is gone, and its chunk goes back to its slab class. The next item \
                 of about that size can have it."
            ),
            at::item_free,
        ),
        Some("page") => Explanation::english(
            "A slab class gets a page",
            format!(
                "{} has no free chunk, so it takes a page of memory{} and cuts all of it into chunks of {}. \
                 memcached never gives a page back, and a class keeps what it has: that is why a cache whose values \
                 change in size may run out of room for the new ones while the old ones have plenty.",
                class_or(event, "The slab class"),
                event.size().map(|n| format!(" of {}", bytes(n))).unwrap_or_default(),
                event.chunk().map_or_else(|| "its size".to_owned(), bytes)
            ),
            at::do_slabs_newslab,
        ),
        Some("expand") => Explanation::english(
            "The hash table grows",
            format!(
                "There are one and a half times as many items as buckets, so a table twice as large is put in \
                 place{}. All workers wait while that is done; each was sent a p down its pipe. The items are moved \
                 after that, a bucket at a time, while the workers go on.",
                event.size().map(|n| format!(", of {n} buckets")).unwrap_or_default()
            ),
            at::assoc_expand,
        ),
        Some("expanded") => Explanation::english(
            "The hash table has grown",
            "The last bucket of the old table is moved, and its memory is given back. From now on a look-up goes to the \
             larger table alone, and the thread that moved them sleeps until there are too many items again.",
            at::assoc_maintenance_thread::expanded,
        ),
        op => Explanation::english(
            "Something in the store",
            format!(
                "The store did something with the item {key}: {}. All workers share this one store, guarded by locks \
                 of its own.",
                op.map_or_else(|| "it is not said what".to_owned(), word)
            ),
            None,
        ),
    }
}

/// The item's slab class by its number.
fn class_or(event: &Event, otherwise: &str) -> String {
    match event.class() {
        Some(n) if otherwise.starts_with('T') => format!("Slab class {n}"),
        Some(n) => format!("slab class {n}"),
        None => otherwise.to_owned(),
    }
}

pub(super) fn setting(event: &Event, _lang: Language) -> Explanation {
    let name = event.name().map_or_else(|| "a setting".to_owned(), word);
    let value = event.value().map(|v| format!(" to {}", word(v))).unwrap_or_default();
    let source = match event.name() {
        Some("verbosity" | "verbose") => at::process_verbosity_command::verbose,
        _ => at::process_command,
    };
    Explanation::english(
        "A setting changes",
        format!(
            "A command on {} sets {name}{value}. The settings are one global struct that all threads read, so the \
             change holds for every connection from now on. It lasts until it is changed again or the server ends.",
            conn(event, Language::En)
        ),
        source,
    )
}
