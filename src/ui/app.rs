//! What the viewer knows beside the recording itself: where one looks, what plays, what is open.
//!
//! Nothing here reads a clock, a terminal or a channel: keys and time come in, a screen comes out.

mod actions;
mod breakpoints;
mod command;
mod exporting;
mod glossary;
mod hunting;
mod leash;
mod lesson;
mod marks;
mod mouse;
mod moves;
mod notes;
mod paste;
mod playing;
mod prompt;
mod reading;
mod shown;

use super::breakpoints::Breakpoints;
use super::count::CountPrefix;
use super::export::Exporting;
use super::goto::GoTo;
use super::hunt::Hunt;
use super::lesson::Tutor;
use super::marks::{Bookmarks, Jumps};
use super::mouse::HitAreas;
use super::narrow::Narrow;
use super::notes::Notes;
use super::panels::Panel;
use super::prompt::{History, Prompt};
use super::scene::Scene;
use super::spacetime::Scale;
use super::theme::{Palette, Theme};
use super::{Desk, Grows, Leash, OpenedRecording, Options, Tape};
use crate::event::{Event, Kind, Leashed, Thread};
use crate::explain::Explanation;
use crate::player::{Pace, Player, SourceProgress, Wanted};
use crate::texts::Language;
use crate::trace::format::{End, Header, Redacted};
use leash::Alone;
use std::cell::{OnceCell, RefCell};
use std::sync::Arc;
use std::time::Duration;

/// How many events of a live server are kept; the oldest go first.
const KEPT_LIVE: usize = 200_000;
/// How many bytes they may take, also where someone is looking at them.
const KEPT_BYTES: usize = 256 << 20;

/// What is told on the last line until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StatusMessage {
    pub text: String,
    pub is_warning: bool,
}

/// How the view stands to what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Badge {
    Live,
    ViewPaused,
    ServerHeld,
    ServerGone,
    Past {
        seq: u64,
        of: u64,
    },
    Replay,
    /// A recording that is written still, at its newest event.
    Follow,
}

/// What the loop must do besides drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    Quit,
    Interrupt,
    Suspend,
    /// To the clipboard.
    Copy(String),
    /// Listen to the mouse, or no longer.
    Mouse(bool),
}

/// A key that another must follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PendingKey {
    /// `m`
    SetMark,
    /// `'`
    GoToMark,
    /// `p` on a server elsewhere that nobody has in hand
    Hold,
    /// The same, where it waits for the first to come
    Release,
    /// `r` on a server elsewhere that is recorded
    StopRecording,
}

/// The viewer's state. [`draw`](super::draw) makes a screen of it.
pub struct App {
    pub(super) name: String,
    /// What of the clients' data was left out.
    pub redacted: Redacted,
    /// What the header says that it is.
    pub(super) title: String,
    pub(super) theme: Theme,
    pub(super) palette: Palette,
    /// Draw with ASCII alone.
    pub(super) ascii: bool,
    /// For a projector: fewer and larger things.
    pub(super) classroom: bool,
    /// How much of what happens has a row of its own in space-time.
    pub(super) scale: Scale,
    pub(super) player: Player,
    /// Where the chapters begin, and their titles.
    pub(super) chapters: Vec<(usize, String)>,
    pub(super) has_calls: bool,
    pub(super) leash: Option<Arc<dyn Leash>>,
    pub(super) tape: Option<Arc<dyn Tape>>,
    /// How the leash is, as of the last look.
    pub(super) leashed: Leashed,
    /// Whose turn it is where the server is held; else whoever has waited longest.
    pub(super) turn: Option<Thread>,
    /// Live: the view stays at the newest event.
    pub(super) follow: bool,
    /// Where more of the recording comes from, if it is written still.
    pub(super) grows: Option<Arc<dyn Grows>>,
    /// Held: the awaited event that the server has stopped at. Others may have come after it, and the
    /// view stays there all the same until one moves on.
    pub(super) stop: Option<u64>,
    /// Held: the thread that runs alone, step by step, and until what.
    pub(super) alone: Option<Alone>,
    pub(super) paused_at: Option<u64>,
    /// Live: the server's events have come to an end.
    pub(super) is_over: bool,
    /// Live: how many bytes the events may take, and whether the oldest have gone.
    pub(super) kept_bytes: usize,
    pub(super) forgot: bool,
    pub(super) playing: bool,
    /// Time that has passed since the event at the cursor came on the screen.
    pub(super) elapsed: Duration,
    pub(super) pace: Pace,
    pub(super) pause_on_marks: bool,
    pub(super) breakpoints: Breakpoints,
    /// Where the list of breakpoints is open, which of them is chosen.
    pub(super) list: Option<usize>,
    /// The connection that is shown alone.
    pub(super) pinned: Option<u32>,
    /// What `&` and `f` asked for.
    pub(super) filter: Option<Wanted>,
    /// The events that are shown, where these are not all.
    pub(super) narrow: Option<Narrow>,
    pub(super) search: Option<Wanted>,
    /// What is being looked for.
    pub(super) hunt: Option<Hunt>,
    pub(super) exporting: Option<Exporting>,
    pub(super) bookmarks: Bookmarks,
    pub(super) jumps: Jumps,
    pub(super) notes: Notes,
    pub(super) desk: Option<Arc<dyn Desk>>,
    /// How the recording was closed, if it was.
    pub(super) end: Option<End>,
    pub(super) focus: Panel,
    /// The focused panel has the screen for itself.
    pub(super) zoom: bool,
    /// A panel was chosen by its digit: on a small screen it fills the room.
    pub(super) chosen: bool,
    /// The lesson beside the panels.
    pub(super) tutor: Option<Box<Tutor>>,
    /// The language of what is there in more than one.
    pub(super) lang: Language,
    /// The recording is of an experiment with EPOLLET.
    pub(super) edge_triggered: bool,
    /// What the glossary was asked for, until one moves on.
    pub(super) looked_up: Option<Explanation>,
    pub(super) count: Option<CountPrefix>,
    pub(super) pending: Option<PendingKey>,
    pub(super) prompt: Option<Prompt>,
    pub(super) history: History,
    pub(super) help: Option<usize>,
    pub(super) scroll: usize,
    pub(super) status: Option<StatusMessage>,
    pub(super) request: Option<Request>,
    /// Whether the mouse is listened to.
    pub(super) mouse: bool,
    /// The last screen is to stay when the viewer has gone.
    pub(super) leaves_screen: bool,
    /// What was drawn where: what a click means.
    pub(super) seen: RefCell<HitAreas>,
    /// Which event stands in each row of the list.
    pub(super) list_rows: RefCell<Vec<Option<usize>>>,
    /// How far the recording is read, as of the last look.
    pub(super) progress: SourceProgress,
    /// Where to go as soon as that is known.
    pub(super) awaited: Option<GoTo>,
}

impl App {
    /// A viewer of a recording.
    pub fn replay(recording: OpenedRecording, options: &Options) -> App {
        let mut app = App::new(recording.name, &recording.header, recording.events, options);
        if recording.end.is_none() && recording.warnings.is_empty() {
            app.warn(app.lang.say_not_closed());
        }
        if let Some(warning) = recording.warnings.first() {
            app.warn(and_more(app.lang, warning.clone(), recording.warnings.len() - 1));
        }
        app.end = recording.end;
        if let Some(at) = &options.at
            && let Err(error) = app.go_to(at)
        {
            app.warn(error);
        }
        app
    }

    /// A viewer of a running server.
    pub fn live(header: Header, leash: Arc<dyn Leash>, tape: Arc<dyn Tape>, options: &Options) -> App {
        let name = if header.title.is_empty() { header.models.clone() } else { header.title.clone() };
        let mut app = App::new(name, &header, Vec::new(), options);
        app.leashed = leash.look();
        app.leash = Some(leash);
        app.tape = Some(tape);
        app.follow = true;
        app
    }

    pub(super) fn new(name: String, header: &Header, events: Vec<Event>, options: &Options) -> App {
        let mut app = App {
            name,
            title: header.title.clone(),
            redacted: header.redacted,
            theme: options.theme,
            palette: options.theme.palette(),
            ascii: options.ascii,
            classroom: options.classroom,
            scale: Scale::default(),
            player: Player::new(header.threads, Vec::new()),
            chapters: Vec::new(),
            has_calls: false,
            leash: None,
            tape: None,
            leashed: Leashed::default(),
            turn: None,
            follow: false,
            grows: None,
            stop: None,
            alone: None,
            paused_at: None,
            is_over: false,
            kept_bytes: KEPT_BYTES,
            forgot: false,
            playing: false,
            elapsed: Duration::ZERO,
            pace: Pace { speed: options.speed, idle_limit: options.idle_limit },
            pause_on_marks: options.pause_on_marks,
            breakpoints: Breakpoints::default(),
            list: None,
            pinned: None,
            filter: options.filter.clone().map(|filter| Wanted { name: filter.to_string(), filter }),
            narrow: None,
            search: None,
            hunt: None,
            exporting: None,
            bookmarks: Bookmarks::new(),
            jumps: Jumps::default(),
            notes: Notes::default(),
            desk: options.desk.clone(),
            end: None,
            focus: Panel::Events,
            zoom: false,
            chosen: false,
            tutor: None,
            lang: options.lang,
            edge_triggered: header.title.contains(crate::explain::EDGE_TRIGGERED),
            looked_up: None,
            count: None,
            pending: None,
            prompt: None,
            history: History::default(),
            help: None,
            scroll: 0,
            status: None,
            request: None,
            mouse: false,
            leaves_screen: false,
            seen: RefCell::default(),
            list_rows: RefCell::default(),
            progress: SourceProgress::DONE,
            awaited: None,
        };
        app.wear(options.theme);
        if options.classroom {
            app.focus = Panel::Machine;
        }
        if options.mouse {
            app.listen_to_mouse(true);
        }
        options.desk.iter().flat_map(|desk| desk.notes()).for_each(|note| app.notes.add(note));
        app.push(events);
        app.narrow_again();
        app
    }

    /// Adds events of a running server; the view goes along if it follows.
    pub fn push(&mut self, events: Vec<Event>) {
        let stage = self.stage();
        for event in events {
            self.feed_lesson(&event);
            self.run_alone(&event);
            if event.kind() == Kind::Mark {
                let title = event.bytes().map(|p| String::from_utf8_lossy(&p.kept).into_owned());
                self.chapters.push((self.player.len(), title.unwrap_or_default()));
            }
            self.has_calls |= event.kind() == Kind::Call;
            self.player.push(event);
        }
        if self.follow {
            self.go_to_tail();
        }
        if self.leash.is_some() {
            self.forget();
        }
        self.look_at_lesson(stage);
        self.look_around();
    }

    /// Lets the oldest events of a live server go, later where someone may be looking at them.
    fn forget(&mut self) {
        let at = self.player.current().map(|e| e.seq);
        let keep = if self.follow { KEPT_LIVE } else { 4 * KEPT_LIVE };
        let gone = self.player.forget(keep, self.kept_bytes);
        if gone > 0 {
            self.forgot = true;
            self.chapters.retain(|(at, _)| *at >= gone);
            self.chapters.iter_mut().for_each(|(at, _)| *at -= gone);
            self.narrow.iter_mut().for_each(|narrow| narrow.forget(gone));
            self.hunt.iter_mut().for_each(|hunt| hunt.forget(gone));
            self.exporting.iter_mut().for_each(|exporting| exporting.forget(gone));
            self.lesson_forgets(gone);
        }
        if self.player.current().map(|e| e.seq) != at {
            self.paused_at = None;
            self.tell(self.lang.say_forgotten());
        }
    }

    /// Something is to be told about the server that is no event.
    pub fn news(&mut self, what: String) {
        self.warn(what);
    }

    /// The server's events have come to an end.
    pub fn over(&mut self) {
        self.is_over = true;
        self.leashed = Leashed::default();
        match self.leash.as_ref().and_then(|leash| leash.farewell()) {
            Some(why) => self.warn(why),
            None => self.tell(self.lang.say_server_stopped()),
        }
    }

    /// Changes the colours.
    pub(super) fn wear(&mut self, theme: Theme) {
        let palette = theme.palette();
        (self.theme, self.palette) = (theme, if self.classroom { palette.bold() } else { palette });
    }

    /// This instant, for the panels.
    pub(super) fn scene(&self) -> Scene<'_> {
        Scene {
            player: &self.player,
            lang: self.lang,
            palette: self.palette,
            classroom: self.classroom,
            scale: self.scale,
            title: &self.title,
            redacted: self.redacted,
            has_calls: self.has_calls,
            edge_triggered: self.edge_triggered,
            is_live: self.leash.is_some(),
            follow: self.follow,
            leashed: &self.leashed,
            horizon: self.horizon(),
            pinned: self.pinned,
            narrow: self.narrow.as_ref(),
            search: self.search.as_ref(),
            breakpoints: &self.breakpoints,
            bookmarks: &self.bookmarks,
            notes: &self.notes,
            looked_up: self.looked_up.as_ref(),
            scroll: self.scroll,
            list_rows: &self.list_rows,
            explained: OnceCell::new(),
        }
    }

    pub(super) fn shown_conn_id(&self) -> Option<u32> {
        self.scene().shown_conn_id()
    }

    pub(super) fn seqs(&self) -> (u64, u64) {
        self.player.seqs().unwrap_or_default()
    }

    pub(super) fn badge(&self) -> Badge {
        let seq = self.player.current().map_or(0, |e| e.seq);
        match &self.leash {
            None if self.follow => Badge::Follow,
            None => Badge::Replay,
            Some(_) if self.follow && self.is_held() => Badge::ServerHeld,
            Some(_) if self.follow && self.is_over => Badge::ServerGone,
            Some(_) if self.follow => Badge::Live,
            Some(_) if self.paused_at.is_some() => Badge::ViewPaused,
            Some(_) => Badge::Past { seq, of: self.seqs().1 },
        }
    }

    pub(super) fn tell(&mut self, text: impl Into<String>) {
        self.status = Some(StatusMessage { text: text.into(), is_warning: false });
    }

    pub(super) fn warn(&mut self, text: impl Into<String>) {
        self.status = Some(StatusMessage { text: text.into(), is_warning: true });
    }
}

/// The first of some warnings, and how many more there are.
pub(super) fn and_more(lang: Language, first: String, more: usize) -> String {
    if more > 0 { lang.and_more(first, more.to_string()) } else { first }
}

pub(super) fn find_chapter(chapters: &[(usize, String)], title: &str) -> Option<usize> {
    chapters.iter().find(|(_, t)| t.starts_with(title)).map(|(at, _)| *at)
}

/// `2×`, `0.25×`.
pub(super) fn speed(speed: f64) -> String {
    format!("{speed}×")
}
