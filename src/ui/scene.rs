//! What the panels draw: one instant of what the viewer knows, to look at and not to touch.

use super::breakpoints::Breakpoints;
use super::marks::Bookmarks;
use super::narrow::Narrow;
use super::notes::Notes;
use super::spacetime::Scale;
use super::theme::Palette;
use crate::event::{Event, Leashed, Thread};
use crate::explain::{Context, Explanation, explain};
use crate::model::ConnModel;
use crate::player::{Player, Wanted};
use crate::texts::Language;
use crate::trace::format::Redacted;
use crate::words::at_gate;
use std::cell::{OnceCell, RefCell};

/// One instant. Panels know nothing else.
pub(super) struct Scene<'a> {
    pub player: &'a Player,
    pub lang: Language,
    pub palette: Palette,
    /// For a projector: fewer and larger things.
    pub classroom: bool,
    /// How much of what happens has a row of its own in space-time.
    pub scale: Scale,
    /// What the recording's header says that it is.
    pub title: &'a str,
    /// What of the clients' data was left out.
    pub redacted: Redacted,
    pub has_calls: bool,
    /// The recording is of an experiment with EPOLLET.
    pub edge_triggered: bool,
    /// It is a server that runs, and no recording.
    pub is_live: bool,
    /// The view stays at the newest event.
    pub follow: bool,
    pub leashed: &'a Leashed,
    /// Events from here on are not to be seen: they would give an answer away.
    pub horizon: usize,
    /// The connection that is shown alone.
    pub pinned: Option<u32>,
    /// The events that are shown, where these are not all.
    pub narrow: Option<&'a Narrow>,
    pub search: Option<&'a Wanted>,
    pub breakpoints: &'a Breakpoints,
    pub bookmarks: &'a Bookmarks,
    pub notes: &'a Notes,
    /// What the glossary was asked for.
    pub looked_up: Option<&'a Explanation>,
    /// How far down a panel of text is scrolled.
    pub scroll: usize,
    /// Which event stands in each row of the list, from its second row on: what a click will mean.
    pub list_rows: &'a RefCell<Vec<Option<usize>>>,
    /// What there is to say of the event at the cursor, once somebody has asked.
    pub explained: OnceCell<Option<Explanation>>,
}

impl Scene<'_> {
    /// The connection that the panels show: the pinned one, the event's, or the last one before.
    pub fn shown_conn_id(&self) -> Option<u32> {
        let of_event = self.player.current().and_then(Event::about);
        self.pinned.or(of_event).or(self.player.world().last_conn)
    }

    /// That connection.
    pub fn shown_conn(&self) -> Option<&ConnModel> {
        self.player.world().conn(self.shown_conn_id()?)
    }

    /// The numbers of the first event and of the last.
    pub fn seqs(&self) -> (u64, u64) {
        self.player.seqs().unwrap_or_default()
    }

    /// Whether more must be looked at before the list is what it shall be.
    pub fn is_looking_around(&self) -> bool {
        match (self.narrow, self.player.cursor()) {
            (Some(narrow), Some(cursor)) => !narrow.is_done(cursor, self.player.len()),
            _ => false,
        }
    }

    /// What stands above the list of events, where it is narrowed.
    pub fn shown_title(&self) -> Option<String> {
        let narrow = self.narrow?;
        let len = self.player.len();
        let how_many = match narrow.total(len) {
            Some(n) => self.lang.shown_some(n.to_string(), len.to_string()),
            None if self.is_looking_around() => self.lang.shown_looked_at(narrow.percent(len).to_string()),
            None => self.lang.shown_some_of(len.to_string()),
        };
        Some(format!("{} · {how_many} · {}", narrow.filter(), self.lang.shown_escape()))
    }

    /// The bookmark at an event.
    pub fn bookmark_at(&self, seq: u64) -> Option<char> {
        self.bookmarks.iter().find(|(_, at)| **at == seq).map(|(letter, _)| *letter)
    }

    /// What a thread's lane says of it while the server is held; `None` where it goes on as it would.
    pub fn at_the_gate(&self, th: Thread) -> Option<String> {
        if !self.follow || !self.leashed.held {
            return None;
        }
        if let Some(at) = self.leashed.at_gate(th) {
            return Some(format!("▮ {}", at_gate(at, self.lang)));
        }
        let it = self.leashed.in_line(th)?;
        Some(match it.behind {
            Some(other) => self.lang.gate_lock_of(other.to_string()),
            None => self.lang.gate_waits().to_owned(),
        })
    }

    /// What there is to say of the event at the cursor.
    pub fn why(&self) -> Option<&Explanation> {
        self.explained.get_or_init(|| explanation(self)).as_ref()
    }
}

/// What there is to say of the event at the cursor.
fn explanation(scene: &Scene<'_>) -> Option<Explanation> {
    if scene.looked_up.is_some() {
        return scene.looked_up.cloned();
    }
    let event = scene.player.current()?;
    let id = event.about();
    let conn = id.and_then(|id| scene.player.world().conn(id));
    let before = scene.player.world().before(event);
    let event_of = |seq: Option<u64>| scene.player.event(scene.player.at_seq(seq?)?);
    let (previous, last_read) = (event_of(before.previous), event_of(before.last_read));
    let context = Context {
        previous: previous.as_deref(),
        fields: conn.map(|c| &c.fields),
        state: conn.and_then(|c| c.state),
        last_read: last_read.as_deref(),
        commands_in_wakeup: before.commands,
        is_udp: conn.is_some_and(|c| c.is_udp),
        edge_triggered: scene.edge_triggered,
    };
    Some(explain(event, &context, scene.lang))
}
