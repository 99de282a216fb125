//! The why panel: what this event is and why memcached does it, in the words of [`crate::explain`].

use super::app::App;
use super::pen::{Pen, wrap};
use crate::event::{Event, Kind};
use crate::explain::{Context, Explanation, explain};
use crate::text::printable;
use std::sync::Arc;

/// How far back what led to an event is looked for; in a busy recording it stands much nearer.
const LOOK_BACK: usize = 20_000;

/// The panel's title: the event's.
pub(super) fn title(app: &App) -> String {
    match explanation(app) {
        Some(why) => format!("Why · {}", why.title),
        None => "Why".to_owned(),
    }
}

/// Draws the panel.
pub(super) fn render(app: &App, pen: &mut Pen<'_>) {
    let p = app.palette;
    let Some(why) = explanation(app) else { return };
    let room = pen.width().saturating_sub(1);
    let seq = app.player.current().map_or(0, |e| e.seq);
    let remarks = app.notes.at(seq).flat_map(|text| wrap(&format!("✎ {}", printable(text)), room));
    let mut lines: Vec<String> = remarks.chain(wrap(&why.text, room)).collect();
    let rows = pen.height();
    let text_len = lines.len();
    if !why.source.is_empty() {
        // Where it stands in memcached, if there is room; apart from the text, if there is more.
        if rows > text_len + 1 {
            lines.push(String::new());
        }
        lines.push(why.source.to_owned());
    }
    let top = app.scroll.min(lines.len().saturating_sub(rows));
    for (y, line) in lines.iter().skip(top).take(rows).enumerate() {
        pen.put(0, y, line, if top + y < text_len { p.text } else { p.dim });
    }
    if top + rows < text_len && rows > 0 {
        pen.put_right(0, rows - 1, "▾", p.now);
    }
}

/// What the tour says before its first step.
fn welcome(app: &App) -> Explanation {
    let steps = app.player.len();
    Explanation {
        title: "Welcome".to_owned(),
        text: format!(
            "A memcached starts up, a client connects and types \"set a 0 0 4\": here is every step of it, {steps} in \
             all. Press . and watch the panels; here stands why each step is taken. ] goes to the next chapter, , \
             takes a step back, ? lists the keys."
        ),
        source: "",
    }
}

fn explanation(app: &App) -> Option<Explanation> {
    let cursor = app.player.cursor()?;
    if app.tour && cursor == 0 {
        return Some(welcome(app));
    }
    let event = app.player.current()?;
    let before = app.player.slice(cursor.saturating_sub(LOOK_BACK)..cursor);
    let before = || before.iter().rev().map(Arc::as_ref);
    // What is ready says which connection a wake-up is about.
    let ready = event.ready.iter().flatten().find_map(|r| r.conn).filter(|_| event.ev == Kind::Wake);
    let id = event.conn.or(ready);
    let conn = id.and_then(|id| app.player.world().conn(id));
    let is_own = |e: &&Event| match event.conn {
        Some(id) => e.is_of(id) && !matches!(e.ev, Kind::Call | Kind::Return | Kind::Mark),
        None => e.th == event.th && !matches!(e.ev, Kind::Call | Kind::Return | Kind::Mark),
    };
    let of_thread = before().filter(|e| e.th == event.th);
    let in_wakeup = of_thread.take_while(|e| e.ev != Kind::Wake);
    let context = Context {
        previous: before().find(is_own),
        fields: conn.map(|c| &c.fields),
        state: conn.and_then(|c| c.state),
        last_read: before().find(|e| e.ev == Kind::Read && e.conn == id && id.is_some()),
        commands_in_wakeup: in_wakeup.filter(|e| e.ev == Kind::Command).count() as u32,
    };
    Some(explain(event, &context))
}
