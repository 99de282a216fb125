//! What every event is and why memcached does it: two to four sentences for a reader who has
//! never seen memcached's source.
//!
//! [`explain`] is the one entry. It needs the event alone; what else is known goes into a
//! [`Context`], every field of which may be left out, and makes the text more exact: with an empty
//! context the text is right, with a full one it is about this very moment ("the command promised
//! 4 bytes" instead of "the command promised a value").
//!
//! ```
//! use memstep::event::{ConnState, Event, What};
//! use memstep::explain::{Context, explain};
//! use memstep::texts::Language;
//!
//! let event = Event {
//!     conn: Some(0),
//!     what: What::State { from: Some(ConnState::ParseCmd), to: Some(ConnState::Waiting) },
//!     ..Event::default()
//! };
//! let why = explain(&event, &Context::default(), Language::En);
//! assert_eq!(why.title, "The line is not whole yet");
//! assert_eq!(why.source, "memcached.c:4143");
//! ```
//!
//! # For the Explain panel
//!
//! A title has at most [`MAX_TITLE`] characters and a text at most [`MAX_TEXT`], in one paragraph:
//! the panel wraps it. Nothing in either acts on a terminal, whatever the trace holds.
//!
//! # For lessons
//!
//! A lesson that says nothing of its own about a step can show the same text. Without an event at
//! hand, [`transition`] tells about a way through `drive_machine` and [`function`] about a function
//! of the walkthrough.
//!
//! # The files
//!
//! | file | kinds |
//! | --- | --- |
//! | `startup.rs` | event_init, pipe, thread, socket, setsockopt, bind, listen; and mark, note, drop |
//! | `event_loop.rs` | wait, wake, event_add, event_del |
//! | `dispatch.rs` | accept, cq_push, notify, notified, cq_pop, conn_new, close |
//! | `transitions.rs` | state |
//! | `udp.rs` | recvfrom; and what is different of the others by UDP |
//! | `network.rs` | read, sendmsg, command, reply |
//! | `store.rs` | item, setting |
//! | `functions.rs` | call, return |

mod dispatch;
mod event_loop;
mod functions;
mod network;
mod startup;
mod store;
mod transitions;
mod udp;

use crate::event::{ConnFields, ConnState, Event, Function, Kind, MODELS, Payload, Place, What};
use crate::text::{printable, visible};
use crate::texts::{Language, Titled};

/// The most characters that a title has.
pub const MAX_TITLE: usize = 40;
/// The most characters that a text has.
pub const MAX_TEXT: usize = 440;
/// How many characters of a key, a line or a name from a trace are shown.
const MAX_QUOTE: usize = 24;

/// What is known beyond the event itself. Every field may be left at its default: the text is then
/// less specific, never wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The event before this one of the same connection (marks, calls and returns left out); for
    /// an event without a connection, of the same thread.
    pub previous: Option<&'a Event>,
    /// The connection's fields after the event.
    pub fields: Option<&'a ConnFields>,
    /// The connection's state after the event. For a `wake`: of the first connection that is ready.
    pub state: Option<ConnState>,
    /// The connection's last `read`, this event not counted. For a `wake`: of the first connection
    /// that is ready.
    pub last_read: Option<&'a Event>,
    /// How many commands this connection has had since its thread last woke up.
    pub commands_in_wakeup: u32,
    /// The connection is a UDP socket. For a `wake`: the first that is ready.
    pub is_udp: bool,
    /// Clients' sockets were registered with EPOLLET: an experiment, which the recording's title tells.
    pub edge_triggered: bool,
}

/// How an experiment with EPOLLET is told in a recording's title.
pub const EDGE_TRIGGERED: &str = "experiment: edge-triggered";

/// What an event is and why memcached does it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explanation {
    /// A short phrase, at most [`MAX_TITLE`] characters.
    pub title: String,
    /// Two to four sentences in one paragraph, at most [`MAX_TEXT`] characters.
    pub text: String,
    /// Where it stands in memcached 1.4.24 (`memcached.c:4035`), `libevent`, or empty.
    pub source: &'static str,
}

impl Explanation {
    /// The one way in which an explanation is made: harmless and short enough whatever went in.
    fn new(Titled { title, text }: Titled, place: impl Into<Option<Place>>) -> Explanation {
        Explanation {
            title: shorten(&printable(title.as_ref()), MAX_TITLE),
            text: shorten(&printable(text.as_ref()), MAX_TEXT),
            source: place.into().map_or("", |place| MODELS.source(place)),
        }
    }
}

/// What `event` is, and why memcached does it.
pub fn explain(event: &Event, context: &Context, lang: Language) -> Explanation {
    match event.kind() {
        Kind::Mark => startup::mark(event, lang),
        Kind::Note => startup::note(event, lang),
        Kind::Drop => startup::drop(event, lang),
        Kind::Snapshot => startup::snapshot(event, lang),
        Kind::EventInit => startup::event_init(event, lang),
        Kind::Pipe => startup::pipe(event, lang),
        Kind::Thread => startup::thread(event, lang),
        Kind::Socket if event.is_udp() && event.errno().is_none() => udp::socket(event, lang),
        Kind::Socket => startup::socket(event, lang),
        Kind::Setsockopt => startup::setsockopt(event, lang),
        Kind::Bind => startup::bind(event, lang),
        Kind::Listen => startup::listen(event, lang),
        Kind::Wait => event_loop::wait(event, lang),
        Kind::Wake => event_loop::wake(event, context, lang),
        Kind::EventAdd => event_loop::event_add(event, context, lang),
        Kind::EventDel => event_loop::event_del(event, context, lang),
        Kind::Accept => dispatch::accept(event, lang),
        Kind::CqPush if event.is_udp() => udp::cq_push(event, lang),
        Kind::CqPush => dispatch::cq_push(event, lang),
        Kind::Notify => dispatch::notify(event, lang),
        Kind::Notified => dispatch::notified(event, lang),
        Kind::CqPop => dispatch::cq_pop(event, context, lang),
        Kind::ConnNew if event.is_udp() => udp::conn_new(event, lang),
        Kind::ConnNew => dispatch::conn_new(event, lang),
        Kind::Close => dispatch::close(event, context, lang),
        Kind::State => transitions::state(event, context, lang),
        Kind::Read => network::read(event, context, lang),
        Kind::Recvfrom => udp::recvfrom(event, lang),
        Kind::Command => network::command(event, lang),
        Kind::Reply => network::reply(event, context, lang),
        Kind::Sendmsg if context.is_udp => udp::sendmsg(event, context, lang),
        Kind::Sendmsg => network::sendmsg(event, context, lang),
        Kind::Item => store::item(event, lang),
        Kind::Setting => store::setting(event, lang),
        Kind::Call => functions::call(event, lang),
        Kind::Return => functions::leave(event, lang),
        Kind::Other(other) => startup::other(other.name(), lang),
    }
}

/// What the way from one state of `drive_machine` to another means, without an event at hand.
pub fn transition(from: ConnState, to: ConnState, lang: Language) -> Explanation {
    let event = Event { what: What::State { from: Some(from), to: Some(to) }, ..Event::default() };
    explain(&event, &Context::default(), lang)
}

/// What a function of the walkthrough does, without an event at hand.
pub fn function(function: Function, lang: Language) -> Explanation {
    let event = Event { what: What::Call { function: Some(function) }, ..Event::default() };
    explain(&event, &Context::default(), lang)
}

/// The first `max` characters of `text`; the last of them is `…` where some were cut.
fn shorten(text: &str, max: usize) -> String {
    if text.chars().nth(max).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max - 1).collect();
    short.push('…');
    short
}

/// A name from the trace, harmless and short.
fn word(text: &str) -> String {
    shorten(&printable(text), MAX_QUOTE)
}

/// The event's bytes in quotes, harmless and short.
fn quoted(payload: &Payload) -> String {
    // Enough bytes for the quote, however long the payload is.
    let first = &payload.kept[..payload.kept.len().min(4 * MAX_QUOTE)];
    let cut = payload.is_cut() || first.len() < payload.kept.len();
    let mut text = shorten(&visible(first), MAX_QUOTE);
    if cut && !text.ends_with('…') {
        text.push('…');
    }
    format!("\"{text}\"")
}

/// The event's bytes in quotes, or `otherwise` where it carries none.
fn quote_or(event: &Event, otherwise: &str) -> String {
    event.bytes().map_or_else(|| otherwise.to_owned(), |payload| quoted(&payload))
}

/// `c0`, as the screens name a connection.
fn conn(event: &Event, lang: Language) -> String {
    event.conn.map_or_else(|| lang.the_connection().to_owned(), |n| format!("c{n}"))
}

/// The same at the beginning of a sentence: `c0`, for it is a name.
fn conn_first(event: &Event, lang: Language) -> String {
    event.conn.map_or_else(|| lang.the_connection_first().to_owned(), |n| format!("c{n}"))
}

/// ` (fd 28)`, or nothing.
fn fd(fd: Option<i32>, lang: Language) -> String {
    fd.map(|n| lang.the_fd(n.to_string())).unwrap_or_default()
}

/// The worker that the event is about.
fn worker(event: &Event, lang: Language) -> String {
    match event.worker().or_else(|| event.th.worker().map(|_| event.th)) {
        Some(thread) => thread.to_string(),
        None => lang.the_worker().to_owned(),
    }
}

/// How many bytes a system call moved, where it succeeded.
fn moved(event: &Event) -> Option<u64> {
    if event.errno().is_some() { None } else { event.ret().and_then(|n| u64::try_from(n).ok()) }
}

/// Whether the call failed because it would have had to wait.
fn would_block(event: &Event) -> bool {
    matches!(event.errno(), Some("EAGAIN" | "EWOULDBLOCK"))
}
