//! The events panel: the list around the cursor, with idle time drawn as such.

use super::component::Component;
use super::pen::{Pen, time};
use super::scene::Scene;
use crate::event::{Event, Kind, Thread};
use crate::text::printable;
use crate::texts::Language;
use crate::words::{self, numbered, words};
use ratatui::style::Style;
use std::collections::HashMap;
use std::sync::Arc;

/// A pause from here on is worth a row of its own.
const GAP: u64 = 10_000_000;

/// A row of the list.
enum ListRow {
    Event(usize, Arc<Event>),
    /// So many nanoseconds in which nothing happened.
    Gap(u64),
    /// A remark on the event above.
    Note(String),
}

/// The panel.
pub(super) struct EventsPanel;

impl Component for EventsPanel {
    fn name(&self, lang: Language) -> &'static str {
        lang.panel_events()
    }

    fn title(&self, scene: &Scene<'_>) -> String {
        title(scene)
    }

    fn draw(&self, scene: &Scene<'_>, pen: &mut Pen<'_>) {
        render(scene, pen);
    }
}

/// The panel's title: what is shown, where that is not all.
fn title(scene: &Scene<'_>) -> String {
    match scene.shown_title() {
        Some(what) => format!("{} · {what}", scene.lang.panel_events()),
        None => scene.lang.panel_events().to_owned(),
    }
}

/// Draws the panel.
fn render(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let p = scene.palette;
    let Some(cursor) = scene.player.cursor() else {
        pen.put(0, 0, scene.lang.events_none(), p.dim);
        return;
    };
    let (rows, now) = rows(scene, cursor, pen.height());
    let depths = depths(scene, &rows, now);
    let digits = scene.seqs().1.to_string().len().max(3);
    let has_time = pen.width() >= 70;
    let index = |row: &ListRow| if let ListRow::Event(at, _) = row { Some(*at) } else { None };
    *scene.list_rows.borrow_mut() = rows.iter().map(index).collect();
    for (y, row) in rows.iter().enumerate() {
        match row {
            ListRow::Gap(ns) => {
                pen.put(digits + 5, y, &format!("⋯ {}", time(*ns)), p.dim);
            }
            ListRow::Note(text) => {
                let x = pen.put(digits + 5, y, "✎ ", p.now);
                pen.fit(x, y, pen.width().saturating_sub(x), &printable(text), p.text);
            }
            ListRow::Event(_, event) => {
                let style = match y.cmp(&now) {
                    std::cmp::Ordering::Equal => p.now,
                    std::cmp::Ordering::Less => p.text,
                    std::cmp::Ordering::Greater => p.dim,
                };
                let shape = Shape { digits, has_time, style, is_now: y == now, depth: depths[y] };
                render_event(scene, event, pen, y, shape);
            }
        }
    }
}

/// How a row is drawn.
struct Shape {
    digits: usize,
    has_time: bool,
    style: Style,
    is_now: bool,
    /// How many calls the event's thread is in.
    depth: usize,
}

fn render_event(scene: &Scene<'_>, event: &Event, pen: &mut Pen<'_>, y: usize, shape: Shape) {
    let Shape { digits, has_time, style, is_now, depth } = shape;
    let p = scene.palette;
    if is_now {
        pen.put(0, y, "▶", p.now);
    }
    if scene.breakpoints.iter().any(|b| b.matches(event)) {
        pen.put(1, y, "●", p.changed);
    } else if scene.search.is_some_and(|search| search.matches(event)) {
        pen.put(1, y, "/", p.now);
    }
    if let Some(letter) = scene.bookmark_at(event.seq).filter(|_| !is_now) {
        pen.put(0, y, &letter.to_string(), p.now);
    }
    let mut x = pen.put(2, y, &format!("{:>digits$}  ", event.seq), if is_now { style } else { p.dim });
    if has_time {
        x = pen.put(x, y, &format!("{:>8}  ", time(event.t)), if is_now { style } else { p.dim });
    }
    x = pen.put(x, y, &format!("{:<9}", event.th), style);
    let what = words(event, words::Wording::List, &numbered, scene.lang);
    if event.kind() == Kind::Mark {
        let room = pen.width().saturating_sub(x);
        pen.fit(x, y, room, &what, if is_now { p.now } else { p.strong });
        return;
    }
    x = pen.put(x, y, &format!("{:<11}", printable(event.kind().name())), style);
    let conn = event.conn.map_or_else(String::new, |id| format!("c{id}"));
    x = pen.put(x, y, &format!("{conn:<4}"), style);
    // What happens inside a function stands further right, as far as that is worth its columns.
    let mut x = x + depth.min(6);
    if is_now && scene.narrow.is_some_and(|narrow| !narrow.filter().matches(event)) {
        // It stands here because one looks at it.
        x = pen.put(x, y, &format!("{} ", scene.lang.events_not_among()), p.dim);
    }
    let room = pen.width().saturating_sub(x);
    pen.fit(x, y, room, &what, style);
}

/// How deep in calls each row's thread is: counted from the cursor, where the world tells.
fn depths(scene: &Scene<'_>, rows: &[ListRow], now: usize) -> Vec<usize> {
    let mut depths = vec![0; rows.len()];
    // Among some of the events, how deep one is cannot be counted.
    if !scene.has_calls || scene.narrow.is_some() {
        return depths;
    }
    let event = |y: usize| match rows.get(y)? {
        ListRow::Event(_, event) => Some(event),
        ListRow::Gap(_) | ListRow::Note(_) => None,
    };
    let at_cursor: HashMap<Thread, usize> =
        scene.player.world().threads.values().map(|lane| (lane.id, lane.stack.len())).collect();
    // A call stands where its caller does: one out from what it leads to.
    let mut inside = at_cursor.clone();
    for y in (0..=now.min(rows.len().saturating_sub(1))).rev() {
        let Some(event) = event(y) else { continue };
        let depth = inside.entry(event.th).or_default();
        match event.kind() {
            Kind::Call => *depth = depth.saturating_sub(1),
            Kind::Return => {
                depths[y] = *depth;
                *depth += 1;
                continue;
            }
            _ => {}
        }
        depths[y] = *depth;
    }
    let mut inside = at_cursor;
    for (y, depth_here) in depths.iter_mut().enumerate().skip(now + 1) {
        let Some(event) = event(y) else { continue };
        let depth = inside.entry(event.th).or_default();
        if event.kind() == Kind::Return {
            *depth = depth.saturating_sub(1);
        }
        *depth_here = *depth;
        if event.kind() == Kind::Call {
            *depth += 1;
        }
    }
    depths
}

/// The events around the cursor that are shown, that at the cursor among them whether it is or not: up
/// to `height` before and after it, each with its index; and which of them is the cursor's.
fn around(scene: &Scene<'_>, cursor: usize, height: usize) -> (Vec<(usize, Arc<Event>)>, usize) {
    let Some(narrow) = scene.narrow else {
        let from = cursor.saturating_sub(height);
        let events =
            scene.player.slice(from..cursor.saturating_add(height).saturating_add(1).min(scene.horizon));
        return ((from..).zip(events).collect(), cursor - from);
    };
    let mut indices: Vec<usize> = narrow.before(cursor).take(height).collect();
    indices.reverse();
    let at_cursor = indices.len();
    indices.push(cursor);
    indices.extend(narrow.after(cursor).take(height).take_while(|at| *at < scene.horizon));
    let event = |at: usize| scene.player.event(at).map(|event| (at, event));
    (indices.into_iter().filter_map(event).collect(), at_cursor)
}

/// The rows around the cursor, and which of them is the cursor's.
fn rows(scene: &Scene<'_>, cursor: usize, height: usize) -> (Vec<ListRow>, usize) {
    // Upwards from the cursor, then downwards; the cursor stands a little below the middle, so
    // that more of what led here is seen than of what comes.
    let above = height * 3 / 5;
    let (events, at_cursor) = around(scene, cursor, height);
    let row = |at: usize| events.get(at).map(|(index, event)| ListRow::Event(*index, event.clone()));
    let notes = |at: usize| {
        let seq = events.get(at).map(|(_, event)| event.seq);
        seq.into_iter().flat_map(|seq| scene.notes.at(seq)).map(|text| ListRow::Note(text.to_owned()))
    };
    let gap_before = |at: usize| {
        let ((_, before), (_, here)) = (events.get(at.checked_sub(1)?)?, events.get(at)?);
        Some(here.t.saturating_sub(before.t)).filter(|&gap| gap >= GAP)
    };
    let mut up = Vec::new();
    let mut at = at_cursor;
    while up.len() < height {
        if let Some(gap) = gap_before(at) {
            up.push(ListRow::Gap(gap));
        }
        let Some(before) = at.checked_sub(1) else { break };
        at = before;
        let mut remarks: Vec<ListRow> = notes(at).collect();
        up.extend(remarks.drain(..).rev());
        up.extend(row(at));
    }
    let mut down: Vec<ListRow> = row(at_cursor).into_iter().chain(notes(at_cursor)).collect();
    let mut at = at_cursor + 1;
    while at < events.len() && down.len() < height {
        if let Some(gap) = gap_before(at) {
            down.push(ListRow::Gap(gap));
        }
        down.extend(row(at));
        down.extend(notes(at));
        at += 1;
    }
    let below = height.saturating_sub(above);
    let above = above.max(height.saturating_sub(down.len())).min(up.len());
    down.truncate(height.saturating_sub(above).max(below.min(height)));
    up.truncate(above);
    up.reverse();
    let now = up.len();
    up.extend(down);
    up.truncate(height);
    (up, now)
}
