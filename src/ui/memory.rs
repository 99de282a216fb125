//! The memory panel: slab classes, a class's LRU from head to tail, a bucket of the hash table.

use super::component::Component;
use super::pen::{Pen, cut};
use super::scene::Scene;
use crate::event::StatsValues;
use crate::model::{ClassModel, Deed, Item, Key, LruModel, StoreModel};
use crate::text::visible;
use crate::texts::Language;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr as _;

/// What stands for a number that no recording knows.
const UNKNOWN: char = '░';
/// How much of a key is shown in a list.
const KEY: usize = 24;
/// And how much at least in a sentence, where columns are few.
const SHORT_KEY: usize = 8;
/// The blank and the `◂` behind a sentence.
const MARK: usize = 2;
/// Where the columns of a class's numbers end.
const CLASS_END: usize = 7;
const CHUNK_END: usize = 16;
const PAGES_END: usize = 23;
const USED_END: usize = 32;
/// The columns of all of them, and of its bar at most.
const NUMBERS: usize = 42;
const BAR: usize = 32;

/// The panel.
pub(super) struct MemoryPanel;

impl Component for MemoryPanel {
    fn name(&self, lang: Language) -> &'static str {
        lang.panel_memory()
    }

    fn title(&self, scene: &Scene<'_>) -> String {
        title(scene)
    }

    fn draw(&self, scene: &Scene<'_>, pen: &mut Pen<'_>) {
        render(scene, pen);
    }
}

/// The panel's title.
fn title(scene: &Scene<'_>) -> String {
    match scene.player.world().memory().class {
        Some(class) => scene.lang.memory_title_of(class.to_string()),
        None => scene.lang.memory_title().to_owned(),
    }
}

/// What a part of the panel is drawn with.
struct MemoryView<'a> {
    scene: &'a Scene<'a>,
    memory: &'a StoreModel<'a>,
    /// What this event did, if it is one of the store's.
    deed: Option<&'a Deed>,
}

impl MemoryView<'_> {
    fn did(&self, ops: &[&str]) -> bool {
        self.deed.is_some_and(|deed| ops.contains(&deed.op.name()))
    }

    /// Lit and followed by `◂` where this event changed it.
    fn put(
        &self,
        pen: &mut Pen<'_>,
        x: usize,
        y: usize,
        text: &str,
        style: Style,
        is_changed: bool,
    ) -> usize {
        let p = self.scene.palette;
        let x = pen.put(x, y, text, if is_changed { p.changed } else { style });
        if is_changed { pen.put(x, y, "◂", p.changed) } else { x }
    }
}

/// Draws the panel.
fn render(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let p = scene.palette;
    let world = scene.player.world();
    let memory = &world.memory();
    let deed = memory.last.filter(|_| world.changed.memory);
    let view = MemoryView { scene, memory, deed };
    let top = counts(&view, pen);
    if memory.has_gap {
        pen.fit(0, top, pen.width(), scene.lang.memory_gap(), p.warn);
    }
    let top = top + usize::from(memory.has_gap);
    // The lists have a third of what is left, and two rows at least.
    let lists = (pen.height().saturating_sub(top) / 3).max(2);
    let rows = pen.height().saturating_sub(top + 3 + lists);
    let mut y = classes(&view, pen, top, rows);
    let gap = usize::from(pen.height() >= y + 2 + lists);
    y += gap;
    y = lru(&view, pen, y, lists);
    y += usize::from(pen.height() >= y + 2);
    bucket(&view, pen, y);
}

/// What `stats` answers, by its names; below it what the store was asked and did, for whatever command.
fn counts(view: &MemoryView<'_>, pen: &mut Pen<'_>) -> usize {
    let (p, lang, memory) = (view.scene.palette, view.scene.lang, view.memory);
    let of = |n: fn(StatsValues) -> u64| memory.stats.map(n);
    let stats = [
        ("get_hits", of(|stats| stats.get_hits), memory.is_counted(|stats| stats.get_hits)),
        ("get_misses", of(|stats| stats.get_misses), memory.is_counted(|stats| stats.get_misses)),
        ("evictions", of(|stats| stats.evictions), memory.is_counted(|stats| stats.evictions)),
        ("reclaimed", of(|stats| stats.reclaimed), memory.is_counted(|stats| stats.reclaimed)),
    ];
    let mut x = pen.put(0, 0, "stats", p.dim) + 2;
    for (name, n, is_changed) in stats {
        let after = pen.put(x, 0, name, p.dim);
        let n = n.map_or_else(|| UNKNOWN.to_string(), |n| n.to_string());
        x = view.put(pen, after + 1, 0, &n, p.text, is_changed) + 2;
    }
    if memory.stats.is_none() {
        pen.put(x, 0, &format!("{UNKNOWN} {}", lang.memory_not_recorded()), p.dim);
    }
    let counts = memory.counts;
    let asked = [
        (lang.memory_found(), counts.hits, "hit"),
        (lang.memory_not_found(), counts.misses, "miss"),
        (lang.memory_expired(), counts.expired, "expire"),
        (lang.memory_flushed(), counts.flushed, "flush"),
    ];
    let mut x = pen.put(0, 1, lang.memory_look_ups(), p.dim) + 2;
    for (name, n, op) in asked {
        let after = pen.put(x, 1, name, p.dim);
        x = view.put(pen, after + 1, 1, &n.to_string(), p.text, view.did(&[op])) + 2;
    }
    2
}

/// The classes in use, a row each, as many as there is room for; gives the row after them.
fn classes(view: &MemoryView<'_>, pen: &mut Pen<'_>, top: usize, rows: usize) -> usize {
    let (p, lang, memory) = (view.scene.palette, view.scene.lang, view.memory);
    if memory.classes().next().is_none() {
        let text = if memory.has_gap { lang.memory_no_class_told() } else { lang.memory_no_class() };
        pen.put(0, top, text, p.dim);
        return top + 1;
    }
    let heads = [
        (CLASS_END, lang.memory_class()),
        (CHUNK_END, lang.memory_chunk()),
        (PAGES_END, lang.memory_pages()),
        (USED_END, lang.memory_used()),
    ];
    for (end, head) in heads {
        pen.put(end - head.width().min(end), top, head, p.dim);
    }
    pen.put(USED_END + 1, top, lang.memory_of_chunks_head(), p.dim);
    let all: Vec<ClassModel<'_>> = memory.classes().collect();
    let now = all.iter().position(|class| Some(class.id) == memory.class).unwrap_or(0);
    let rows = rows.max(1);
    // The one that it is about stays in sight, and what is left out is counted.
    let shown = if all.len() > rows { rows.saturating_sub(1).max(1) } else { all.len() };
    let from = (now + 1).saturating_sub(shown).min(all.len() - shown);
    let mut y = top + 1;
    for class in &all[from..from + shown] {
        one_class(view, pen, y, class, Some(class.id) == memory.class);
        y += 1;
    }
    if shown < all.len() && rows > 1 {
        pen.put(2, y, &lang.memory_more_classes((all.len() - shown).to_string()), p.dim);
        y += 1;
    }
    y
}

fn one_class(view: &MemoryView<'_>, pen: &mut Pen<'_>, y: usize, class: &ClassModel, is_now: bool) {
    let p = view.scene.palette;
    let is_its = view.deed.and_then(|deed| deed.class) == Some(class.id);
    let chunk = class.chunk.map_or_else(|| "?".to_owned(), |chunk| chunk.to_string());
    let chunks = if class.chunks == 0 { "?".to_owned() } else { class.chunks.to_string() };
    let style = if is_now { p.strong } else { p.text };
    pen.put(0, y, if is_now { "▸" } else { " " }, p.now);
    pen.put(2, y, &format!("{:>5} {chunk:>8}", class.id), style);
    let is_new = is_its && view.did(&["page"]);
    view.put(pen, PAGES_END - 6, y, &format!("{:>6}", class.pages), style, is_new);
    let is_changed = is_its && view.did(&["alloc", "free"]);
    let x = view.put(pen, USED_END - 7, y, &format!("{:>7}", class.used), style, is_changed);
    pen.put(x.max(USED_END + 1), y, &view.scene.lang.memory_of_chunks(chunks), style);
    let room = pen.width().saturating_sub(NUMBERS + 1).min(BAR);
    if class.chunks == 0 || room < 8 {
        return;
    }
    // A chunk in use is seen, be it one of ten thousand; and so is one that is free.
    let part = (u128::from(class.used) * room as u128).div_ceil(u128::from(class.chunks)) as usize;
    let part = part.min(if class.used < class.chunks { room - 1 } else { room });
    let x = pen.put(NUMBERS + 1, y, &"▮".repeat(part), if is_changed { p.changed } else { p.text });
    pen.put(x, y, &"▯".repeat(room - part), p.faint);
}

/// A piece of a list, and how it is drawn.
type ListPiece = (String, Style);

/// The list of the class that it is about, from head to tail; gives the row after it.
fn lru(view: &MemoryView<'_>, pen: &mut Pen<'_>, y: usize, rows: usize) -> usize {
    let (p, lang, memory) = (view.scene.palette, view.scene.lang, view.memory);
    let Some(class) = memory.class.and_then(|id| memory.class(id)) else { return y };
    let lru = &class.lru;
    let x = pen.put(0, y, &lang.memory_lru(class.id.to_string(), lru.len()), p.dim);
    if let Some((deed, key)) = view.deed.and_then(|deed| Some((deed, deed.key.as_ref()?))) {
        let room = pen.width().saturating_sub(x + 2 + MARK);
        let said = about(key, room, |key| match deed.op.name() {
            "alloc" => lang.memory_did_alloc(key),
            "unlink" => lang.memory_did_unlink(key),
            "expire" => lang.memory_did_expire(key),
            "flush" => lang.memory_did_flush(key),
            "reclaim" => lang.memory_did_reclaim(key),
            "evict" => lang.memory_did_evict(key),
            "free" => lang.memory_did_free(key),
            "update" => lang.memory_did_update(key),
            _ => String::new(),
        });
        if !said.is_empty() {
            view.put(pen, x + 2, y, &(said + " "), p.text, true);
        }
    }
    let pieces = if lru.is_empty() {
        vec![(lang.memory_empty().into(), p.dim)]
    } else {
        list(view, lru, pen.width() * rows)
    };
    flow(pen, y + 1, rows, &pieces)
}

/// The list in pieces: as much of its head as there is room for, and the tail.
fn list(view: &MemoryView<'_>, lru: &LruModel, room: usize) -> Vec<ListPiece> {
    let (p, lang) = (view.scene.palette, view.scene.lang);
    let head: Vec<&Item> = lru.head().collect();
    let tail: Vec<&Item> = lru.tail().collect();
    let all = head.len() + tail.len();
    // Some columns are lost at the ends of the rows.
    let fits = (room / (KEY / 2 + 3)).max(2);
    let (first, last) = match lru.hidden() == 0 && all <= fits {
        true => (all, 0),
        false => (
            fits.div_ceil(2).min(head.len()),
            (fits / 2).min(tail.len().max(if lru.hidden() == 0 { fits } else { 0 })),
        ),
    };
    let known: Vec<&Item> = head.iter().chain(&tail).copied().collect();
    let last = last.min(all - first);
    let between = lru.len() - (first + last) as u64;
    let mut pieces: Vec<ListPiece> = vec![(format!("{} ", lang.memory_head()), p.dim)];
    let arrow = |pieces: &mut Vec<ListPiece>| {
        if pieces.len() > 1 {
            pieces.push((" → ".into(), p.faint));
        }
    };
    for item in &known[..first] {
        arrow(&mut pieces);
        pieces.extend(piece(view, item));
    }
    if between > 0 {
        arrow(&mut pieces);
        pieces.push((format!("… {} …", lang.memory_more(between.to_string())), p.dim));
    }
    for item in &known[all - last..] {
        arrow(&mut pieces);
        pieces.extend(piece(view, item));
    }
    pieces.push((format!(" {}", lang.memory_tail()), p.dim));
    pieces
}

fn piece(view: &MemoryView<'_>, item: &Item) -> Vec<ListPiece> {
    let p = view.scene.palette;
    let is_its = view.deed.and_then(|deed| deed.key.as_ref()) == Some(&item.key);
    match is_its && view.did(&["hit", "link", "update"]) {
        true => vec![(shown(&item.key), p.changed), ("◂".into(), p.changed)],
        false => vec![(shown(&item.key), p.text)],
    }
}

/// Writes pieces one after the other, broken between them; gives the row after the last.
fn flow(pen: &mut Pen<'_>, top: usize, rows: usize, pieces: &[ListPiece]) -> usize {
    let (mut x, mut y) = (2, top);
    for (text, style) in pieces {
        if x + text.width() > pen.width() && x > 2 {
            (x, y) = (2, y + 1);
        }
        if y >= top + rows.max(1) {
            return y;
        }
        x = pen.fit(x, y, pen.width().saturating_sub(x), text, *style);
    }
    y + 1
}

/// The bucket that was asked last, and its chain.
fn bucket(view: &MemoryView<'_>, pen: &mut Pen<'_>, y: usize) {
    let (p, lang, memory) = (view.scene.palette, view.scene.lang, view.memory);
    let Some(bucket) = memory.bucket else {
        if memory.growing {
            pen.put(0, y, lang.memory_table_grows(), p.dim);
        }
        return;
    };
    let mut text = match memory.buckets {
        Some(all) => lang.memory_bucket_of(all.to_string(), bucket.to_string()),
        None => lang.memory_bucket(bucket.to_string()),
    };
    if memory.growing {
        text = lang.memory_bucket_growing(text);
    }
    let is_asked = view.deed.is_some_and(|deed| deed.bucket.is_some());
    let x = view.put(pen, 0, y, &(text + " "), p.dim, is_asked);
    if let Some(key) = view.deed.filter(|_| view.did(&["miss"])).and_then(|deed| deed.key.as_ref()) {
        let room = pen.width().saturating_sub(x + 1 + MARK);
        let said = about(key, room, |key| lang.memory_not_in_it(key));
        view.put(pen, x + 1, y, &(said + " "), p.text, true);
    }
    let chain = memory.chain(bucket);
    let mut pieces: Vec<ListPiece> = Vec::new();
    for item in &chain {
        if !pieces.is_empty() {
            pieces.push((" → ".into(), p.faint));
        }
        pieces.extend(piece(view, item));
    }
    match (chain.is_empty(), memory.may_hold_more()) {
        (true, false) => pieces.push((lang.memory_empty().into(), p.dim)),
        (true, true) => pieces.push((lang.memory_nothing_known().into(), p.dim)),
        (false, true) => pieces.push((format!(" {}", lang.memory_perhaps_more()), p.dim)),
        (false, false) => {}
    }
    flow(pen, y + 1, 1, &pieces);
}

/// A sentence about a key, which is cut where the sentence would not fit into the columns.
fn about(key: &Key, room: usize, say: impl Fn(String) -> String) -> String {
    let key = shown(key);
    let said = say(key.clone());
    match said.width().saturating_sub(room) {
        0 => said,
        over => say(cut(&key, key.width().saturating_sub(over).max(SHORT_KEY))),
    }
}

/// A key, made harmless and short.
fn shown(key: &Key) -> String {
    let mut text = visible(&key.kept);
    if key.len > key.kept.len() as u64 {
        text.push('…');
    }
    cut(&text, KEY)
}
