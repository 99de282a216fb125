//! The why panel: what this event is and why memcached does it, in the words of [`crate::explain`].

use super::app::App;
use super::pen::{Pen, wrap};
use crate::event::Kind;
use crate::explain::{Context, Explanation, explain};
use crate::filter::Filter;
use crate::player::{Direction, Found};

/// How far back what led to an event is looked for; in a busy recording it stands much nearer.
const LOOK_BACK: usize = 20_000;
/// How many commands of one wake-up are counted.
const MOST_COMMANDS: u32 = 1000;

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
    let mut lines = wrap(&why.text, pen.width().saturating_sub(1));
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
    // What is ready says which connection a wake-up is about.
    let ready = event.ready.iter().flatten().find_map(|r| r.conn).filter(|_| event.ev == Kind::Wake);
    let id = event.conn.or(ready);
    let conn = id.and_then(|id| app.player.world().conn(id));
    // Looked for by what an index knows: of ten million events only a few are read.
    let last = |which: &str, before: usize| {
        let wanted = Filter::parse(which).ok()?;
        match app.player.find(&wanted, before.checked_sub(1)?, Direction::Back, LOOK_BACK) {
            Found::At(at) => Some(at),
            Found::Nowhere | Found::GoOn(_) => None,
        }
    };
    let event_at = |at: Option<usize>| app.player.event(at?);
    let whose = event.conn.map_or_else(|| format!("th={}", event.th), |id| format!("conn={id}"));
    let own = format!("{whose} & !(ev=call | ev=return | ev=mark)");
    let previous = event_at(last(&own, cursor));
    let last_read = id.and_then(|id| event_at(last(&format!("ev=read & conn={id}"), cursor)));
    let wake = last(&format!("ev=wake & th={}", event.th), cursor);
    let mut commands_in_wakeup = 0;
    let mut at = cursor;
    while let Some(command) = last(&format!("ev=command & th={}", event.th), at)
        && wake.is_none_or(|wake| command > wake)
        && commands_in_wakeup < MOST_COMMANDS
    {
        commands_in_wakeup += 1;
        at = command;
    }
    let context = Context {
        previous: previous.as_deref(),
        fields: conn.map(|c| &c.fields),
        state: conn.and_then(|c| c.state),
        last_read: last_read.as_deref(),
        commands_in_wakeup,
    };
    Some(explain(event, &context))
}
