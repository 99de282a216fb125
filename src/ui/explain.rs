//! The why panel: what this event is and why memcached does it.

use super::app::App;
use super::events::summary;
use super::machine;
use super::pen::{Pen, wrap};

/// Draws the panel.
pub(super) fn render(app: &App, pen: &mut Pen<'_>) {
    let p = app.palette;
    let Some((title, text)) = explanation(app) else { return };
    let room = pen.width().saturating_sub(1);
    let mut y = 0;
    for line in wrap(&title, room) {
        pen.put(0, y, &line, p.strong);
        y += 1;
    }
    let lines = wrap(&text, room);
    let rows = pen.height().saturating_sub(y);
    let top = app.scroll.min(lines.len().saturating_sub(rows));
    for line in lines.iter().skip(top).take(rows) {
        pen.put(0, y, line, p.text);
        y += 1;
    }
    if top + rows < lines.len() && pen.height() > 0 {
        pen.put_right(0, pen.height() - 1, " ▾", p.now);
    }
}

/// The title and the text for the event at the cursor.
fn explanation(app: &App) -> Option<(String, String)> {
    let event = app.player.current()?;
    let text = app.player.world().changed.way.map(machine::reason).unwrap_or_default();
    Some((format!("{} {}", crate::text::printable(event.ev.name()), summary(event)), text.to_owned()))
}
