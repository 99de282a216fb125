//! The terminal: one screen that shows an instant of a recording or of a running server.
//!
//! `App` is all that the viewer knows; [`draw`] makes a frame of it and nothing else; keys become
//! actions by the one table in `keys.rs`. The loop (`run.rs`) is generic over the backend and over
//! where keys and events come from; only `term.rs` knows that there is a real terminal.
//!
//! | file | |
//! | --- | --- |
//! | `app.rs`, `actions.rs` | the viewer's state, and what every key does to it |
//! | `reading.rs` | a recording that is still being read |
//! | `keys.rs`, `goto.rs` | keys, and what is typed after `:` |
//! | `draw.rs` | which panels, and where |
//! | `threads.rs` `machine.rs` `connection.rs` `events.rs` `explain.rs` `stack.rs` | a panel each |
//! | `bars.rs`, `help.rs` | the first and the last line; the help |
//! | `pen.rs`, `canvas.rs`, `theme.rs` | clipped text, joined lines, the few styles |
//! | `run.rs`, `term.rs` | the loop; the terminal and its care |

mod actions;
mod app;
mod bars;
mod canvas;
mod connection;
mod draw;
mod events;
mod explain;
mod goto;
mod help;
mod keys;
mod machine;
mod pen;
mod reading;
mod run;
mod stack;
mod term;
#[cfg(test)]
mod tests;
mod theme;
mod threads;

pub use app::App;
pub use draw::draw;
pub use goto::At;
pub use theme::Theme;

use crate::event::{Event, Thread};
use crate::player::{Pace, Source};
use crate::trace::format::{End, Header};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// A recording, read.
#[derive(Debug, Clone)]
pub struct Recording {
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

/// What holds a running server between two events.
pub trait Leash: Send + Sync {
    /// Holds every server thread before its next event.
    fn hold(&self);
    /// Lets all go.
    fn release(&self);
    /// Whether the server is held.
    fn is_held(&self) -> bool;
    /// Lets exactly one event through.
    fn step(&self);
    /// The threads that wait at the gate, first come first.
    fn waiting(&self) -> Vec<Thread>;
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
    pub at: Option<At>,
    /// How many times faster to play than it happened.
    pub speed: f64,
    /// How long a pause may be, in nanoseconds, while playing; `None` plays it whole.
    pub idle_limit: Option<u64>,
    /// Stop playing at every chapter.
    pub pause_on_marks: bool,
    /// Begin with a word of welcome that says which key comes first.
    pub tour: bool,
}

impl Default for Options {
    fn default() -> Options {
        let Pace { speed, idle_limit } = Pace::default();
        Options { theme: Theme::Dark, at: None, speed, idle_limit, pause_on_marks: false, tour: false }
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

/// Shows a recording on this process's terminal until the user quits.
pub fn replay(recording: Recording, options: Options) -> io::Result<Exit> {
    term::show(App::replay(recording, &options), None)
}

/// Shows a recording that is read when it is looked at, until the user quits.
pub fn open(name: String, header: Header, source: Arc<dyn Source>, options: Options) -> io::Result<Exit> {
    term::show(App::open(name, header, source, &options), None)
}

/// Shows a running server on this process's terminal until the user quits. The server goes on when
/// this returns; who started it stops it.
pub fn live(server: Live, options: Options) -> io::Result<Exit> {
    let Live { header, events, news, leash, tape } = server;
    term::show(App::live(header, leash, tape, &options), Some((events, news)))
}
