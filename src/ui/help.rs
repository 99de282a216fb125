//! The help: the keys of what one looks at, from the one table of keys.

use super::app::App;
use super::keys::{ASKED, LESSON, LIST, SECTIONS, Scope, Section};
use super::lesson::Stage;
use super::pen::Pen;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A piece of a line: its column, its text, its style.
type HelpPiece = (usize, String, Style);

/// How far down the help can be scrolled on the screen as it was last drawn.
pub(super) fn last_scroll(app: &App) -> usize {
    // The first line and the last are no part of it.
    let height = usize::from(app.seen.borrow().size.1).saturating_sub(2);
    lines(app).len().saturating_sub(height.max(1))
}

fn lines(app: &App) -> Vec<Vec<HelpPiece>> {
    let (p, lang) = (app.palette, app.lang);
    let here = if app.leash.is_some() { Scope::Live } else { Scope::Replay };
    let mut lines: Vec<Vec<HelpPiece>> = Vec::new();
    let mut add = |section: &Section| {
        if !lines.is_empty() {
            lines.push(Vec::new());
        }
        lines.push(vec![(2, (section.title)(app.lang).to_owned(), p.now)]);
        for binding in section.bindings.iter().filter(|b| b.scope == Scope::Always || b.scope == here) {
            lines.push(vec![
                (4, binding.shown.to_owned(), p.strong),
                (12, (binding.help)(app.lang).to_owned(), p.text),
            ]);
        }
    };
    if app.list.is_some() {
        add(&LIST);
    }
    if app.tutor.is_some() {
        if app.stage() == Some(Stage::Asking) {
            add(&ASKED);
        }
        add(&LESSON);
    }
    SECTIONS.iter().for_each(add);
    lines.push(Vec::new());
    let sign =
        |x, sign: &str, style, what: &str| [(x, sign.to_owned(), style), (x + 2, what.to_owned(), p.dim)];
    lines
        .push([sign(2, "▶", p.now, lang.sign_now()), sign(12, "◂", p.changed, lang.sign_changed())].concat());
    lines.push(
        [
            sign(2, "●", p.changed, lang.sign_breakpoint()),
            sign(18, "/", p.now, lang.sign_hit()),
            sign(40, "✎", p.now, lang.sign_note()),
        ]
        .concat(),
    );
    lines.push([sign(2, "▮", p.now, lang.sign_gate()), sign(36, "▯", p.now, lang.sign_lock())].concat());
    lines.push(sign(2, "░", p.text, lang.sign_bytes()).to_vec());
    lines
}

/// Draws the help, scrolled down by `scroll` lines if it does not fit.
pub(super) fn render(app: &App, scroll: usize, area: Rect, buf: &mut Buffer) {
    let p = app.palette;
    let lines = lines(app);
    let mut pen = Pen::new(buf, area);
    let height = pen.height();
    let top = scroll.min(lines.len().saturating_sub(height));
    for (y, line) in lines.iter().skip(top).take(height).enumerate() {
        for (x, text, style) in line {
            pen.put(*x, y, text, *style);
        }
    }
    if top + height < lines.len() {
        let more = format!(" {} ", app.lang.help_more((lines.len() - top - height).to_string()));
        pen.put_right(1, height - 1, &more, p.now);
    }
}
