//! The help: every key, from the table of keys.

use super::app::App;
use super::keys::SECTIONS;
use super::pen::Pen;
use super::theme::{Palette, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A piece of a line: its column, its text, its style.
type Piece = (usize, &'static str, Style);

/// How many lines the help has.
pub(super) fn line_count() -> usize {
    lines(Theme::Mono.palette()).len()
}

fn lines(p: Palette) -> Vec<Vec<Piece>> {
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    for section in SECTIONS {
        if !lines.is_empty() {
            lines.push(Vec::new());
        }
        lines.push(vec![(2, section.title, p.now)]);
        for binding in section.bindings {
            lines.push(vec![(4, binding.shown, p.strong), (12, binding.help, p.text)]);
        }
    }
    lines.push(Vec::new());
    lines.push(vec![
        (2, "▶", p.now),
        (4, "now", p.dim),
        (12, "◂", p.changed),
        (14, "changed by this event", p.dim),
    ]);
    lines.push(vec![
        (2, "▮", p.now),
        (4, "waits at the gate of a held server", p.dim),
        (42, "░", p.text),
        (44, "bytes not recorded", p.dim),
    ]);
    lines
}

/// Draws the help, scrolled down by `scroll` lines if it does not fit.
pub(super) fn render(app: &App, scroll: usize, area: Rect, buf: &mut Buffer) {
    let p = app.palette;
    let lines = lines(p);
    let mut pen = Pen::new(buf, area);
    let height = pen.height();
    let top = scroll.min(lines.len().saturating_sub(height));
    for (y, line) in lines.iter().skip(top).take(height).enumerate() {
        for (x, text, style) in line {
            pen.put(*x, y, text, *style);
        }
    }
    if top + height < lines.len() {
        let more = format!(" j: {} more ", lines.len() - top - height);
        pen.put_right(1, height - 1, &more, p.now);
    }
}
