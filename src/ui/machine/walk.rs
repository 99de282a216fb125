//! The machine for a projector: the state that was left, the way, the state that is now, and
//! nothing else.

use super::super::pen::Pen;
use super::{Walk, reason, short, times};
use crate::event::ConnState;
use crate::model::{ConnStage, Way};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

/// The arrow between two boxes.
const ARROW: usize = 9;
/// What a box is high.
const BOX: usize = 5;

/// Draws the panel.
pub(super) fn render(walk: &Walk<'_>, pen: &mut Pen<'_>) {
    let (p, lang) = (walk.scene.palette, walk.scene.lang);
    let Some(now) = walk.current else {
        let arriving = match walk.conn.map(|c| c.place) {
            Some(ConnStage::Accepted) => lang.machine_accepted(),
            Some(ConnStage::Queued) => lang.machine_queued(),
            Some(ConnStage::Taken) => lang.machine_taken(),
            _ => lang.machine_nobody(),
        };
        let x = pen.width().saturating_sub(arriving.width()) / 2;
        pen.fit(x, pen.height() / 2, usize::MAX, arriving, p.strong);
        return;
    };
    let is_wide = |way: Option<Way>, letters: &dyn Fn(ConnState) -> usize| {
        letters(now) + way.map_or(0, |way| letters(way.from) + ARROW + 2) <= pen.width()
    };
    // Where there is no room for two boxes, the state that is now is there.
    let way = walk.way.filter(|&way| is_wide(Some(way), &|state| short(state).len() + 6));
    let from = way.map(|way| way.from);
    // Letters apart read as larger ones, where there is room.
    let spaced = is_wide(way, &|state| 2 * short(state).len() - 1 + 6);
    let name = |state| if spaced { apart(short(state)) } else { short(state).to_owned() };
    let size = |state| name(state).len() + 6;
    let total = size(now) + from.map_or(0, |from| size(from) + ARROW + 2);
    let x = pen.width().saturating_sub(total) / 2;
    let y = pen.height().saturating_sub(BOX + 3) / 2;
    let Some((from, way)) = from.zip(way) else {
        return frame(pen, (x, y), &name(now), true, [p.now, p.lit]);
    };
    let just = if walk.is_just { p.changed } else { p.text };
    frame(pen, (x, y), &name(from), false, [just, just]);
    let (line, head) = if walk.is_just { ("━", "▶") } else { ("─", "▶") };
    let at = x + size(from) + 1;
    pen.put(at, y + BOX / 2, &format!("{}{head}", line.repeat(ARROW - 1)), just);
    let count = times(walk.ways.count(way));
    pen.put(at + (ARROW.saturating_sub(count.width())) / 2, y + BOX / 2 - 1, &count, just);
    frame(pen, (at + ARROW + 1, y), &name(now), true, [p.now, p.lit]);
    let why = reason(way, lang);
    let x = pen.width().saturating_sub(why.width()) / 2;
    let gap = usize::from(pen.height() > BOX + 1);
    pen.fit(x, y + BOX + gap, usize::MAX, why, just);
}

/// `n r e a d`.
fn apart(name: &str) -> String {
    let mut out = String::with_capacity(2 * name.len());
    for c in name.chars() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// A name in a box of five rows; heavy where it is now.
fn frame(pen: &mut Pen<'_>, (x, y): (usize, usize), name: &str, is_now: bool, [edge, fill]: [Style; 2]) {
    let [nw, n, ne, side, sw, se] = match is_now {
        true => ["┏", "━", "┓", "┃", "┗", "┛"],
        false => ["╭", "─", "╮", "│", "╰", "╯"],
    };
    let width = name.len() + 4;
    pen.put(x, y, &format!("{nw}{}{ne}", n.repeat(width)), edge);
    for row in 1..BOX - 1 {
        let text = if row == BOX / 2 { name } else { "" };
        pen.put(x, y + row, side, edge);
        pen.put(x + 1, y + row, &format!("{text:^width$}"), fill);
        pen.put(x + 1 + width, y + row, side, edge);
    }
    pen.put(x, y + BOX - 1, &format!("{sw}{}{se}", n.repeat(width)), edge);
}
