//! Breakpoints: set at an event or by an expression, listed, switched off, taken away.

use super::pen::Pen;
use super::theme::Palette;
use crate::filter::Filter;
use crate::player::Wanted;
use crate::text::printable;
use crate::texts::Language;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The breakpoints, in the order in which they were set.
#[derive(Debug, Default)]
pub(super) struct Breakpoints(pub(super) Vec<(Wanted, bool)>);

impl Breakpoints {
    /// Those that are on.
    pub fn iter(&self) -> impl Iterator<Item = &Wanted> {
        self.0.iter().filter(|(_, is_on)| *is_on).map(|(wanted, _)| wanted)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What any of those that are on means.
    pub(super) fn filter(&self) -> Option<Filter> {
        Filter::any(self.iter().map(|b| b.filter.clone()))
    }

    /// Whether there is one that means the same; it is on then.
    pub(super) fn switch_on(&mut self, wanted: &Wanted) -> bool {
        let same = self.0.iter_mut().find(|(b, _)| b.filter == wanted.filter);
        same.map(|(_, is_on)| *is_on = true).is_some()
    }
}

/// Draws the list; the one `at` that place is chosen.
pub(super) fn render(
    all: &Breakpoints,
    at: usize,
    (lang, p): (Language, Palette),
    area: Rect,
    buf: &mut Buffer,
) {
    let mut pen = Pen::new(buf, area);
    pen.put(2, 0, lang.breakpoints(), p.now);
    let list = &all.0;
    if list.is_empty() {
        pen.put(2, 2, lang.breakpoints_none(), p.text);
        pen.put(2, 3, lang.breakpoints_how(), p.text);
        return;
    }
    let height = pen.height().saturating_sub(2).max(1);
    let top = (at + 1).saturating_sub(height);
    let room = pen.width().saturating_sub(12);
    for (y, (i, (wanted, is_on))) in list.iter().enumerate().skip(top).take(height).enumerate() {
        let y = y + 2;
        let style = match (i == at, is_on) {
            (true, _) => p.now,
            (false, true) => p.text,
            (false, false) => p.dim,
        };
        if i == at {
            pen.put(1, y, "▶", p.now);
        }
        pen.put(
            3,
            y,
            if *is_on { lang.breakpoint_on() } else { lang.breakpoint_off() },
            if *is_on { p.changed } else { p.dim },
        );
        let expression = wanted.filter.to_string();
        let text = if wanted.name == expression { expression } else { format!("{wanted}   {expression}") };
        pen.fit(10, y, room, &printable(&text), style);
    }
}
