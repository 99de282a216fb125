//! The terminal: one screen that shows an instant of a recording or of a running server.
//!
//! `App` is all that the viewer knows; [`draw`] makes a frame of it and nothing else; keys become
//! actions by the one table in `keys/`. The loop (`run.rs`) is generic over the backend and over
//! where keys and events come from; only `term/` knows that there is a real terminal.
//!
//! A panel is a `Component`: it sees a `Scene`, one instant to look at and
//! not to touch, and knows nothing of `App`. A further panel is a file, a row in `panels.rs`, and its texts.
//!
//! | file | |
//! | --- | --- |
//! | `app.rs` | the viewer's state |
//! | `app/` | what is done to it: a file for each of what keys, clicks, time and a server do |
//! | `scene.rs`, `component.rs`, `panels.rs` | what panels see, what a panel is, which there are |
//! | `threads.rs` `spacetime/` `machine/` `connection/` `stack.rs` `events.rs` `explain.rs` `memory.rs` | a panel each |
//! | `breakpoints.rs`, `marks.rs`, `notes.rs`, `narrow.rs`, `hunt.rs`, `export.rs` | what the viewer keeps of each |
//! | `keys/`, `count.rs`, `prompt.rs`, `paste.rs`, `goto.rs`, `mouse.rs` | keys, what is typed or pasted, places |
//! | `draw.rs` | which panels, and where |
//! | `lesson/` | a lesson: its steps and questions, its text, its place |
//! | `glossary.rs` | what a name means |
//! | `desk.rs` | who writes what is kept |
//! | `bars.rs`, `help.rs` | the first and the last line; the help |
//! | `pen.rs`, `canvas.rs`, `theme.rs` | clipped text, joined lines, the few styles |
//! | `ascii.rs` | the finished frame, for terminals that know nothing else |
//! | `run.rs`, `term/` | the loop; the terminal: its care, its size, its keys byte by byte, signals |

#[cfg(test)]
pub(crate) mod agree;
mod app;
mod ascii;
mod bars;
mod breakpoints;
mod canvas;
mod component;
mod connection;
mod count;
mod desk;
mod draw;
mod events;
mod explain;
mod export;
mod glossary;
mod goto;
mod help;
mod hunt;
#[cfg(test)]
mod key_tests;
mod keys;
#[cfg(test)]
mod language_tests;
mod lesson;
mod machine;
mod marks;
mod memory;
mod mouse;
mod narrow;
mod notes;
#[cfg(test)]
mod panel_tests;
mod panels;
mod paste;
mod pen;
mod prompt;
mod run;
mod scene;
mod spacetime;
mod stack;
mod term;
#[cfg(test)]
mod tests;
mod theme;
mod threads;

pub use app::App;
pub use desk::{Desk, Export};
pub use draw::draw;
pub use goto::GoTo;
pub use lesson::{KeepProgress, Pupil};
pub use theme::Theme;

use crate::event::{Event, Leashed, Thread};
use crate::filter::Filter;
use crate::player::{Pace, Source};
use crate::texts::Language;
use crate::trace::format::{End, Header};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// A recording, read.
#[derive(Debug, Clone)]
pub struct OpenedRecording {
    /// What to call it: the file's name.
    pub name: String,
    /// Its first line.
    pub header: Header,
    /// Its events, by `seq`.
    pub events: Vec<Event>,
    /// Its last line, if it was closed.
    pub end: Option<End>,
    /// What its reader had to say; the first is shown at the start.
    pub warnings: Vec<String>,
}

/// What a running server's leash may be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeashRequest {
    /// Hold every server thread before its next event.
    Hold,
    /// Let all go.
    Release,
    /// Let so many events through, one after the other: of this thread, or of whoever has waited
    /// longest each time.
    Step {
        /// How many.
        n: u32,
        /// Whose.
        thread: Option<Thread>,
    },
    /// Let all go until an event matches this filter.
    Until(String),
}

/// What holds a running server between two events. It may be far away: nothing here waits for it.
pub trait Leash: Send + Sync {
    /// How it was when it was last heard of.
    fn look(&self) -> Leashed;
    /// Asks for something; that it was done shows when one looks, and why it was not is news.
    fn ask(&self, what: LeashRequest);
    /// What a server elsewhere is called: others may be at work on it, and what is done to them cannot be
    /// taken back.
    fn elsewhere(&self) -> Option<&str> {
        None
    }
    /// Why there will be no more events, where there is more to say than that the server has stopped.
    fn farewell(&self) -> Option<String> {
        None
    }
}

/// The recording of a running server, and what there is to say about it.
pub trait Tape: Send + Sync {
    /// Whether something is being written.
    fn is_recording(&self) -> bool;
    /// Starts or stops recording; returns at once, and what came of it is news.
    fn start_or_stop(&self);
}

/// A running server, as the viewer knows it.
pub struct Live {
    /// The first line of its trace.
    pub header: Header,
    /// Its events, as they come.
    pub events: Receiver<Event>,
    /// What is to be told besides, as it comes.
    pub news: Receiver<String>,
    /// What holds it.
    pub leash: Arc<dyn Leash>,
    /// Its recording.
    pub tape: Arc<dyn Tape>,
    /// A lesson beside it.
    pub lesson: Option<Pupil>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("header", &self.header).finish_non_exhaustive()
    }
}

/// How the viewer starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// The colours, or none.
    pub theme: Theme,
    /// Where to begin; at the first event unless told.
    pub at: Option<GoTo>,
    /// How many times faster to play than it happened.
    pub speed: f64,
    /// How long a pause may be, in nanoseconds, while playing; `None` plays it whole.
    pub idle_limit: Option<u64>,
    /// Stop playing at every chapter.
    pub pause_on_marks: bool,
    /// The language of what is there in more than one.
    pub lang: Language,
    /// Draw with ASCII alone.
    pub ascii: bool,
    /// For a projector: fewer and larger things.
    pub classroom: bool,
    /// Show only the events that this means.
    pub filter: Option<Filter>,
    /// Listen to the mouse from the start.
    pub mouse: bool,
    /// Who writes remarks and exports; without one they are not to be had.
    pub desk: Option<Arc<dyn Desk>>,
    /// Where more of a recording comes from, if it may be written still.
    pub grows: Option<Arc<dyn Grows>>,
}

/// A recording that may be written still.
pub trait Grows: std::fmt::Debug + Send + Sync {
    /// The whole of it as it is now, if there is more than when this was asked the last time: everything that
    /// was there before stands in it at the same places.
    fn grown(&self) -> Option<Arc<dyn Source>>;

    /// Whether there may come more.
    fn may_grow(&self) -> bool;
}

impl Default for Options {
    fn default() -> Options {
        let Pace { speed, idle_limit } = Pace::default();
        Options {
            theme: Theme::Dark,
            at: None,
            speed,
            idle_limit,
            pause_on_marks: false,
            lang: Language::En,
            ascii: false,
            classroom: false,
            filter: None,
            mouse: false,
            desk: None,
            grows: None,
        }
    }
}

/// Why the viewer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The user quit.
    Quit,
    /// A signal came, or Ctrl-C was pressed.
    Signal(i32),
    /// A thread of this process panicked; its message is on stderr.
    Panicked,
}

impl Exit {
    /// The exit code of a process that ends so.
    pub fn code(self) -> u8 {
        match self {
            Exit::Quit => 0,
            Exit::Signal(signal) => u8::try_from(signal.saturating_add(128)).unwrap_or(u8::MAX),
            Exit::Panicked => 101,
        }
    }
}

/// Shows a lesson beside its recording until the user quits.
pub fn lesson(recording: OpenedRecording, pupil: Pupil, options: Options) -> io::Result<Exit> {
    term::show(App::lesson(recording, pupil, &options), None)
}

/// Shows a recording that is read when it is looked at, until the user quits.
pub fn open(name: String, header: Header, source: Arc<dyn Source>, options: Options) -> io::Result<Exit> {
    term::show(App::open(name, header, source, &options), None)
}

/// Shows a running server on this process's terminal until the user quits. The server goes on when
/// this returns; who started it stops it.
pub fn live(server: Live, options: Options) -> io::Result<Exit> {
    let Live { header, events, news, leash, tape, lesson } = server;
    let mut app = App::live(header, leash, tape, &options);
    if let Some(pupil) = lesson {
        app.learn(pupil);
    }
    term::show(app, Some((events, news)))
}
