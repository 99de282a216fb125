//! The memory panel: slab classes, a class's LRU from head to tail, a bucket of the hash table.

use super::app::App;
use super::pen::{Pen, cut};
use crate::event::StatsValues;
use crate::model::{ClassModel, Deed, Item, Key, LruModel, StoreModel};
use crate::text::visible;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr as _;

/// What stands for a number that no recording knows.
const UNKNOWN: char = '░';
/// How much of a key is shown in a list.
const KEY: usize = 24;
/// The columns of a class's numbers, and of its bar at most.
const NUMBERS: usize = 42;
const BAR: usize = 32;

/// The panel's title.
pub(super) fn title(app: &App) -> String {
    match app.player.world().memory().class {
        Some(class) => format!("Memory · class {class}"),
        None => "Memory".to_owned(),
    }
}

/// What a part of the panel is drawn with.
struct MemoryView<'a> {
    app: &'a App,
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
        let p = self.app.palette;
        let x = pen.put(x, y, text, if is_changed { p.changed } else { style });
        if is_changed { pen.put(x, y, "◂", p.changed) } else { x }
    }
}

/// Draws the panel.
pub(super) fn render(app: &App, pen: &mut Pen<'_>) {
    let p = app.palette;
    let world = app.player.world();
    let memory = &world.memory();
    let deed = memory.last.filter(|_| world.changed.memory);
    let view = MemoryView { app, memory, deed };
    let top = counts(&view, pen);
    if memory.has_gap {
        let text = "Events before this are missing: counts are of what was told, and lists may lack items.";
        pen.fit(0, top, pen.width(), text, p.warn);
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
    let (p, memory) = (view.app.palette, view.memory);
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
        pen.put(x, 0, &format!("{UNKNOWN} not recorded"), p.dim);
    }
    let counts = memory.counts;
    let asked = [
        ("found", counts.hits, "hit"),
        ("not found", counts.misses, "miss"),
        ("expired", counts.expired, "expire"),
        ("flushed", counts.flushed, "flush"),
    ];
    let mut x = pen.put(0, 1, "store look-ups", p.dim) + 2;
    for (name, n, op) in asked {
        let after = pen.put(x, 1, name, p.dim);
        x = view.put(pen, after + 1, 1, &n.to_string(), p.text, view.did(&[op])) + 2;
    }
    2
}

/// The classes in use, a row each, as many as there is room for; gives the row after them.
fn classes(view: &MemoryView<'_>, pen: &mut Pen<'_>, top: usize, rows: usize) -> usize {
    let (p, memory) = (view.app.palette, view.memory);
    if memory.classes().next().is_none() {
        let text = if memory.has_gap {
            "of no slab class is anything told yet"
        } else {
            "no slab class has a page yet"
        };
        pen.put(0, top, text, p.dim);
        return top + 1;
    }
    pen.put(0, top, "  class    chunk  pages     used of chunks", p.dim);
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
        pen.put(2, y, &format!("… and {} more classes", all.len() - shown), p.dim);
        y += 1;
    }
    y
}

fn one_class(view: &MemoryView<'_>, pen: &mut Pen<'_>, y: usize, class: &ClassModel, is_now: bool) {
    let p = view.app.palette;
    let is_its = view.deed.and_then(|deed| deed.class) == Some(class.id);
    let chunk = class.chunk.map_or_else(|| "?".to_owned(), |chunk| chunk.to_string());
    let chunks = if class.chunks == 0 { "?".to_owned() } else { class.chunks.to_string() };
    let style = if is_now { p.strong } else { p.text };
    pen.put(0, y, if is_now { "▸" } else { " " }, p.now);
    pen.put(2, y, &format!("{:>5} {chunk:>8}", class.id), style);
    let is_new = is_its && view.did(&["page"]);
    view.put(pen, 17, y, &format!("{:>6}", class.pages), style, is_new);
    let is_changed = is_its && view.did(&["alloc", "free"]);
    let x = view.put(pen, 25, y, &format!("{:>7}", class.used), style, is_changed);
    pen.put(x.max(33), y, &format!("of {chunks}"), style);
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
    let (p, memory) = (view.app.palette, view.memory);
    let Some(class) = memory.class.and_then(|id| memory.class(id)) else { return y };
    let lru = &class.lru;
    let items = if lru.len() == 1 { "item" } else { "items" };
    let x = pen.put(0, y, &format!("LRU of class {}, {} {items}", class.id, lru.len()), p.dim);
    if let Some((deed, key)) = view.deed.and_then(|deed| Some((deed, deed.key.as_ref()?))) {
        let said = match deed.op.name() {
            "alloc" => "has a chunk, and is not linked yet",
            "unlink" => "was taken out",
            "expire" => "was past its time, and taken out",
            "flush" => "is from before a flush, and was taken out",
            "reclaim" => "at the tail was past its time, and taken out",
            "evict" => "was taken from the tail, to make room",
            "free" => "gives its chunk back",
            "update" => "moves to the head",
            _ => "",
        };
        if !said.is_empty() {
            view.put(pen, x + 2, y, &format!("{} {said} ", shown(key)), p.text, true);
        }
    }
    let pieces =
        if lru.is_empty() { vec![("empty".into(), p.dim)] } else { list(view, lru, pen.width() * rows) };
    flow(pen, y + 1, rows, &pieces)
}

/// The list in pieces: as much of its head as there is room for, and the tail.
fn list(view: &MemoryView<'_>, lru: &LruModel, room: usize) -> Vec<ListPiece> {
    let p = view.app.palette;
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
    let mut pieces: Vec<ListPiece> = vec![("head ".into(), p.dim)];
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
        pieces.push((format!("… {between} more …"), p.dim));
    }
    for item in &known[all - last..] {
        arrow(&mut pieces);
        pieces.extend(piece(view, item));
    }
    pieces.push((" tail".into(), p.dim));
    pieces
}

fn piece(view: &MemoryView<'_>, item: &Item) -> Vec<ListPiece> {
    let p = view.app.palette;
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
    let (p, memory) = (view.app.palette, view.memory);
    let Some(bucket) = memory.bucket else {
        if memory.growing {
            pen.put(0, y, "hash table: it grows, and its items are being moved", p.dim);
        }
        return;
    };
    let of = memory.buckets.map(|n| format!(" of {n}")).unwrap_or_default();
    let growing = if memory.growing { ", while the table grows" } else { "" };
    let is_asked = view.deed.is_some_and(|deed| deed.bucket.is_some());
    let text = format!("hash bucket {bucket}{of}{growing} ");
    let x = view.put(pen, 0, y, &text, p.dim, is_asked);
    if let Some(key) = view.deed.filter(|_| view.did(&["miss"])).and_then(|deed| deed.key.as_ref()) {
        view.put(pen, x + 1, y, &format!("{} is not in it ", shown(key)), p.text, true);
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
        (true, false) => pieces.push(("empty".into(), p.dim)),
        (true, true) => pieces.push(("nothing that is known".into(), p.dim)),
        (false, true) => pieces.push((" and perhaps what is not known".into(), p.dim)),
        (false, false) => {}
    }
    flow(pen, y + 1, 1, &pieces);
}

/// A key, made harmless and short.
fn shown(key: &Key) -> String {
    let mut text = visible(&key.kept);
    if key.len > key.kept.len() as u64 {
        text.push('…');
    }
    cut(&text, KEY)
}
