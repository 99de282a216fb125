//! The store, and settings changed by a command.

use super::{Explanation, conn, quote_or, word};
use crate::event::{Event, at};
use crate::texts::Language;

pub(super) fn item(event: &Event, lang: Language) -> Explanation {
    let key = quote_or(event, lang.why_item_keyless());
    match event.op() {
        Some("alloc") => {
            let class = event.class().map(|n| lang.why_item_class(n.to_string()));
            let class = class.unwrap_or_else(|| lang.why_item_right_class().to_owned());
            let value = event.size().map(|n| lang.why_item_value(lang.bytes(n))).unwrap_or_default();
            Explanation::new(lang.why_item_alloc_titled(class, key, value), at::do_item_alloc)
        }
        Some("link") => Explanation::new(lang.why_item_link_titled(key), at::do_item_link),
        Some("unlink") => Explanation::new(lang.why_item_unlink_titled(key), at::do_item_unlink),
        Some("hit") => Explanation::new(lang.why_item_hit_titled(key), at::do_item_get),
        Some("miss") => Explanation::new(lang.why_item_miss_titled(key), at::do_item_get::assoc_find),
        Some("update") => Explanation::new(lang.why_item_update_titled(key), at::do_item_update),
        Some("expire") => Explanation::new(lang.why_item_expire_titled(key), at::do_item_get::exptime),
        Some("flush") => Explanation::new(lang.why_item_flush_titled(key), at::do_item_get::is_flushed),
        Some("reclaim") => Explanation::new(lang.why_item_reclaim_titled(key), at::lru_pull_tail),
        Some("evict") => Explanation::new(lang.why_item_evict_titled(key), at::lru_pull_tail::evicted),
        Some("free") => Explanation::new(lang.why_item_free_titled(key), at::item_free),
        Some("page") => page(event, lang),
        Some("expand") => {
            let size = event.size().map(|n| lang.why_item_expand_size(n.to_string())).unwrap_or_default();
            Explanation::new(lang.why_item_expand_titled(size), at::assoc_expand)
        }
        Some("expanded") => {
            Explanation::new(lang.why_item_expanded_titled(), at::assoc_maintenance_thread::expanded)
        }
        op => {
            let what = op.map_or_else(|| lang.why_item_something().to_owned(), word);
            Explanation::new(lang.why_item_titled(key, what), None)
        }
    }
}

fn page(event: &Event, lang: Language) -> Explanation {
    let class = event.class().map(|n| lang.why_item_class_first(n.to_string()));
    let class = class.unwrap_or_else(|| lang.why_item_some_class().to_owned());
    let size = event.size().map(|n| lang.why_item_page_size(lang.bytes(n))).unwrap_or_default();
    let chunk = event.chunk().map_or_else(|| lang.why_item_page_chunk().to_owned(), |n| lang.bytes(n));
    Explanation::new(lang.why_item_page_titled(chunk, class, size), at::do_slabs_newslab)
}

pub(super) fn setting(event: &Event, lang: Language) -> Explanation {
    let name = event.name().map_or_else(|| lang.why_setting_nameless().to_owned(), word);
    let sets = match event.value() {
        Some(value) => lang.why_setting_sets_to(name, word(value)),
        None => lang.why_setting_sets(name),
    };
    let source = match event.name() {
        Some("verbosity" | "verbose") => at::process_verbosity_command::verbose,
        _ => at::process_command,
    };
    Explanation::new(lang.why_setting_titled(conn(event, lang), sets), source)
}
