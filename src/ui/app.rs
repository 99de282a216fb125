//! What the viewer knows beside the recording itself: where one looks, what plays, what is open.
//!
//! Nothing here reads a clock, a terminal or a channel: keys and time come in, a screen comes out.

use super::goto::At;
use super::theme::Palette;
use super::{Leash, Options, Recording, Tape};
use crate::event::{Event, Kind, Thread};
use crate::model::Conn;
use crate::player::{Pace, Player, Progress, Wanted, pause_after};
use crate::trace::format::Header;
use std::sync::Arc;
use std::time::Duration;

/// How many events of a live server are kept; the oldest go first.
const KEPT_LIVE: usize = 200_000;

/// A part of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Panel {
    Threads,
    Machine,
    Connection,
    Events,
    Why,
    Stack,
}

impl Panel {
    pub const ALL: [Panel; 6] =
        [Panel::Threads, Panel::Machine, Panel::Connection, Panel::Events, Panel::Why, Panel::Stack];

    /// The digit that chooses it.
    pub fn number(self) -> usize {
        self as usize + 1
    }
}

/// What is told on the last line until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    pub text: String,
    pub is_warning: bool,
}

/// How the view stands to what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Badge {
    Live,
    ViewPaused,
    ServerHeld,
    Past { seq: u64, of: u64 },
    Replay,
}

/// What the loop must do besides drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    Quit,
    Interrupt,
    Suspend,
}

/// The viewer's state. [`draw`](super::draw) makes a screen of it.
pub struct App {
    pub(super) name: String,
    pub(super) palette: Palette,
    pub(super) player: Player,
    /// Where the chapters begin, and their titles.
    pub(super) chapters: Vec<(usize, String)>,
    pub(super) has_calls: bool,
    pub(super) leash: Option<Arc<dyn Leash>>,
    pub(super) tape: Option<Arc<dyn Tape>>,
    /// Whether the server is held, as of the last look.
    pub(super) is_held: bool,
    /// Who waits at the gate, as of the last look.
    pub(super) waiting: Vec<Thread>,
    /// Live: the view stays at the newest event.
    pub(super) follow: bool,
    pub(super) paused_at: Option<u64>,
    /// Live: the server's events have come to an end.
    pub(super) is_over: bool,
    /// Held: so many more events are to be let through, one after the other.
    pub(super) steps_left: usize,
    pub(super) playing: bool,
    /// Time that has passed since the event at the cursor came on the screen.
    pub(super) elapsed: Duration,
    pub(super) pace: Pace,
    pause_on_marks: bool,
    pub(super) breakpoints: Vec<Wanted>,
    pub(super) pinned: Option<u32>,
    pub(super) focus: Panel,
    /// The focused panel has the screen for itself.
    pub(super) zoom: bool,
    /// A panel was chosen by its digit: on a small screen it fills the room.
    pub(super) chosen: bool,
    /// This is the guided tour: the first event has a word of welcome.
    pub(super) tour: bool,
    /// A count that is being typed, and the view before its first digit chose a panel.
    pub(super) count: Option<(String, (Panel, bool))>,
    pub(super) prompt: Option<String>,
    pub(super) help: Option<usize>,
    pub(super) scroll: usize,
    pub(super) status: Option<Status>,
    pub(super) request: Option<Request>,
    /// How far the recording is read, as of the last look.
    pub(super) progress: Progress,
    /// Where to go as soon as that is known.
    pub(super) awaited: Option<At>,
}

impl App {
    /// A viewer of a recording.
    pub fn replay(recording: Recording, options: &Options) -> App {
        let mut app = App::new(recording.name, &recording.header, recording.events, options);
        if recording.end.is_none() && recording.warnings.is_empty() {
            app.warn("this recording was not closed: its last events may be missing".to_owned());
        }
        if let Some(warning) = recording.warnings.first() {
            let more = recording.warnings.len() - 1;
            let rest = if more > 0 { format!(" (and {more} more)") } else { String::new() };
            app.warn(format!("{warning}{rest}"));
        }
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
        app.is_held = leash.is_held();
        app.leash = Some(leash);
        app.tape = Some(tape);
        app.follow = true;
        app
    }

    pub(super) fn new(name: String, header: &Header, events: Vec<Event>, options: &Options) -> App {
        let mut app = App {
            name,
            palette: options.theme.palette(),
            player: Player::new(header.threads, Vec::new()),
            chapters: Vec::new(),
            has_calls: false,
            leash: None,
            tape: None,
            is_held: false,
            waiting: Vec::new(),
            follow: false,
            paused_at: None,
            is_over: false,
            steps_left: 0,
            playing: false,
            elapsed: Duration::ZERO,
            pace: Pace { speed: options.speed, idle_limit: options.idle_limit },
            pause_on_marks: options.pause_on_marks,
            breakpoints: Vec::new(),
            pinned: None,
            focus: Panel::Events,
            zoom: false,
            chosen: false,
            tour: options.tour,
            count: None,
            prompt: None,
            help: None,
            scroll: 0,
            status: None,
            request: None,
            progress: Progress::DONE,
            awaited: None,
        };
        if options.tour {
            app.tell("Press . to take the next step, , to step back. Space plays by itself.");
        }
        app.push(events);
        app
    }

    /// Adds events of a running server; the view goes along if it follows.
    pub fn push(&mut self, events: Vec<Event>) {
        // A gate lets the next one through only when the last one has come.
        if let Some(leash) = self.leash.as_ref().filter(|_| self.steps_left > 0) {
            let came = events.len().min(self.steps_left);
            self.steps_left -= came;
            (0..came).for_each(|_| leash.step());
        }
        for event in events {
            if event.ev == Kind::Mark {
                let title = event.bytes().map(|p| String::from_utf8_lossy(&p.kept).into_owned());
                self.chapters.push((self.player.len(), title.unwrap_or_default()));
            }
            self.has_calls |= event.ev == Kind::Call;
            self.player.push(event);
        }
        if self.follow {
            self.player.last();
        }
        if self.leash.is_some() {
            self.forget();
        }
    }

    /// Lets the oldest events of a live server go, later where someone may be looking at them.
    fn forget(&mut self) {
        let at = self.player.current().map(|e| e.seq);
        let keep = if self.follow { KEPT_LIVE } else { 4 * KEPT_LIVE };
        let gone = self.player.forget(keep);
        if gone > 0 {
            self.chapters.retain(|(at, _)| *at >= gone);
            self.chapters.iter_mut().for_each(|(at, _)| *at -= gone);
        }
        if self.player.current().map(|e| e.seq) != at {
            self.paused_at = None;
            self.tell("what was shown is too long ago: the oldest events are let go");
        }
    }

    /// Something is to be told about the server that is no event.
    pub fn news(&mut self, what: String) {
        self.warn(what);
    }

    /// The server's events have come to an end.
    pub fn over(&mut self) {
        self.is_over = true;
        self.tell("the server has stopped; what it did stays here to look at");
    }

    /// Looks at the leash. Tells whether anything there changed.
    pub fn look_at_leash(&mut self) -> bool {
        let Some(leash) = &self.leash else { return false };
        let is_held = leash.is_held();
        let waiting = if is_held { leash.waiting() } else { Vec::new() };
        let changed = (is_held, &waiting) != (self.is_held, &self.waiting);
        if changed && !waiting.is_empty() {
            // Who may be let through is what one wants to know now.
            self.status = None;
        }
        (self.is_held, self.waiting) = (is_held, waiting);
        changed
    }

    /// How long until something must happen by itself; `None`: not before a key.
    pub fn due(&self) -> Option<Duration> {
        let play = self.playing.then(|| self.pause().saturating_sub(self.elapsed));
        [play, self.reading()].into_iter().flatten().min()
    }

    /// Time has passed: plays on.
    pub fn tick(&mut self, elapsed: Duration) {
        if !self.playing {
            return;
        }
        self.elapsed += elapsed;
        let from = self.player.cursor();
        let mut pause = self.pause();
        while self.playing && self.elapsed >= pause {
            self.elapsed -= pause;
            if !self.player.step() {
                self.playing = false;
                self.caught_up();
                if !self.follow {
                    self.tell("the end of the recording");
                }
                break;
            }
            let here = self.player.current();
            if here.is_some_and(|e| self.breakpoints.iter().any(|b| b.matches(e))) {
                self.playing = false;
                self.tell("stopped at a breakpoint");
            } else if self.pause_on_marks && here.is_some_and(|e| e.ev == Kind::Mark) {
                self.playing = false;
            }
            pause = self.pause();
        }
        if self.player.cursor() != from {
            self.scroll = 0;
        }
    }

    fn pause(&self) -> Duration {
        let next = self.player.cursor().and_then(|at| self.player.event(at + 1));
        match (self.player.current(), next) {
            (Some(here), Some(next)) => pause_after(next.t.saturating_sub(here.t), self.pace),
            _ => pause_after(0, self.pace),
        }
    }

    /// The connection that the panels show: the pinned one, the event's, or the last one before.
    pub(super) fn shown_conn_id(&self) -> Option<u32> {
        // A wake-up is about the first connection that is ready.
        let of_event =
            self.player.current().and_then(|e| e.conn.or(e.ready.iter().flatten().find_map(|r| r.conn)));
        self.pinned.or(of_event).or(self.player.world().last_conn)
    }

    pub(super) fn shown_conn(&self) -> Option<&Conn> {
        self.player.world().conn(self.shown_conn_id()?)
    }

    pub(super) fn seqs(&self) -> (u64, u64) {
        self.player.seqs().unwrap_or_default()
    }

    pub(super) fn badge(&self) -> Badge {
        let seq = self.player.current().map_or(0, |e| e.seq);
        match &self.leash {
            None => Badge::Replay,
            Some(_) if self.follow && self.is_held => Badge::ServerHeld,
            Some(_) if self.follow => Badge::Live,
            Some(_) if self.paused_at.is_some() => Badge::ViewPaused,
            Some(_) => Badge::Past { seq, of: self.seqs().1 },
        }
    }

    pub(super) fn tell(&mut self, text: &str) {
        self.status = Some(Status { text: text.to_owned(), is_warning: false });
    }

    pub(super) fn warn(&mut self, text: String) {
        self.status = Some(Status { text, is_warning: true });
    }
}

pub(super) fn find_chapter(chapters: &[(usize, String)], title: &str) -> Option<usize> {
    chapters.iter().find(|(_, t)| t.starts_with(title)).map(|(at, _)| *at)
}

/// `2×`, `¼×`.
pub(super) fn speed(speed: f64) -> String {
    if speed == 0.25 {
        "¼×".into()
    } else if speed == 0.5 {
        "½×".into()
    } else {
        format!("{speed}×")
    }
}
