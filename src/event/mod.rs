//! The vocabulary: what can happen in the server, as the trace, the model and the screens name it.
//!
//! One [`Event`] is one thing that happened at one moment on one thread: a system call that
//! returned, a state that changed, a byte that went down a pipe. Everything above the server
//! (file, model, player, screens) knows the server by its events alone; nothing here depends on
//! anything else.
//!
//! Which kinds there are and which fields each has stands in one table (`schema/events.schema`), of which
//! all that knows of them is made. In a line an event is flat: a row of a table, which `jq`, DuckDB and Spark
//! read as it is ([`FlatEvent`]).

mod carried;
mod conn;
mod errno;
mod fields;
mod function;
mod leash;
mod name;
mod payload;
pub mod schema;
mod snapshot;
mod stats;
mod version;
mod words;

pub use carried::{Carried, ReadyFd};
pub use conn::{ConnItem, ConnState, ConnValue, EvFlags, Protocol};
pub use errno::{ERRNO_NAMES, errno_name, errno_number, errno_words};
pub use fields::{
    CONN_WORDS, ChangeSink, ChangedFields, ConnChange, ConnFields, ConnImage, ConnSet, ConnWords,
};
pub use function::Function;
pub use leash::{AtGate, InLine, Leashed, Steps};
pub use name::Named;
pub(crate) use payload::encode;
pub use payload::{Iov, Payload};
pub use schema::{FlatEvent, Kind, OtherKind, What};
pub use snapshot::{ClassAt, ConnAt, Counts, ListenerAt, MemoryAt, Phase, Queued, Snapshot, ThreadAt};
pub use stats::{Counted, StatFold, StatStep, StatsValues};
pub use version::{MODELS, Place, Version, at};
pub use words::{
    Domain, Errno, Interest, ItemOp, ReplyOp, Role, SettingName, SockOpt, Target, ThreadOp, Transport,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// A name that is nearly always one of the program's own words, and owned only when it was read
/// from a file.
pub type Word = Cow<'static, str>;

/// How many bytes of a payload are kept, unless told otherwise.
pub const MAX_DATA: u32 = 256;

/// How much a recording holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// Everything but `call` and `return`.
    #[default]
    Flow,
    /// `call` and `return` too.
    Calls,
}

/// How many bytes stand in a datagram before what it says (`memcached.h:35`).
pub const UDP_HEADER_SIZE: usize = 8;

/// The thread that an event happened on: `main`, `worker0`, `worker1` ..., `assoc`, or `client`, which
/// is the player of a session script (it emits nothing but marks).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Thread {
    /// The dispatcher: memcached's main thread.
    #[default]
    Main,
    /// A worker, by its index in memcached's `threads` array.
    Worker(u16),
    /// Whoever plays the client's part.
    Client,
    /// The one that makes the hash table grow, and pauses the workers for it.
    Assoc,
    /// One that this version does not know.
    Other(OtherThread),
}

/// A thread that this version does not know, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OtherThread(u8);

static UNKNOWN_THREADS: name::Unknown = name::Unknown::new();

impl OtherThread {
    /// Its name.
    pub fn name(self) -> &'static str {
        UNKNOWN_THREADS.name(self.0)
    }
}

impl Thread {
    /// The thread of that name, whether this version knows it or not.
    pub fn named(name: &str) -> Thread {
        name.parse().unwrap_or_else(|_| Thread::Other(OtherThread(UNKNOWN_THREADS.number(name))))
    }

    /// The index of a worker.
    pub fn worker(self) -> Option<usize> {
        match self {
            Thread::Worker(i) => Some(usize::from(i)),
            _ => None,
        }
    }
}

impl fmt::Display for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Thread::Main => f.pad("main"),
            Thread::Worker(i) if f.width().is_some() => f.pad(&format!("worker{i}")),
            Thread::Worker(i) => write!(f, "worker{i}"),
            Thread::Client => f.pad("client"),
            Thread::Assoc => f.pad("assoc"),
            Thread::Other(other) => f.pad(&name::harmless(other.name())),
        }
    }
}

impl std::str::FromStr for Thread {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "main" => Ok(Thread::Main),
            "client" => Ok(Thread::Client),
            "assoc" => Ok(Thread::Assoc),
            _ => s
                .strip_prefix("worker")
                .filter(|n| n.len() == 1 || !n.starts_with('0'))
                .and_then(|n| n.parse().ok())
                .map(Thread::Worker)
                .ok_or_else(|| {
                    format!("no such thread: {s:?} (expected main, worker0, worker1 ..., assoc or client)")
                }),
        }
    }
}

impl Serialize for Thread {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Thread::Main => s.serialize_str("main"),
            Thread::Client => s.serialize_str("client"),
            Thread::Assoc => s.serialize_str("assoc"),
            Thread::Worker(_) => s.collect_str(self),
            Thread::Other(other) => s.serialize_str(other.name()),
        }
    }
}

impl<'de> Deserialize<'de> for Thread {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(Thread::named(&Cow::<str>::deserialize(d)?))
    }
}

/// One thing that happened. See [`Kind`] for when each kind is fired, and [`What`] for the fields it carries.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "FlatEvent")]
pub struct Event {
    /// The event's number and its address everywhere; goes up by exactly one.
    pub seq: u64,
    /// Nanoseconds of the monotonic clock since the recording's `start`.
    pub t: u64,
    /// The thread that it happened on.
    pub th: Thread,
    /// The connection, counted from 0 in the order in which they are handed to workers, and never
    /// reused. A UDP socket counts once for each worker that serves it, from the start-up on.
    pub conn: Option<u32>,
    /// The event that made this one happen, on another thread.
    pub cause: Option<u64>,
    /// The fields of `struct conn` that changed since the connection's last event.
    pub set: Option<Box<ConnSet>>,
    /// What happened, with the fields that such an event has.
    pub what: What,
    /// What it carries: bytes, pieces, what is ready, a world.
    pub payload: Carried,
}

impl Default for Event {
    fn default() -> Event {
        Event {
            seq: 0,
            t: 0,
            th: Thread::Main,
            conn: None,
            cause: None,
            set: None,
            what: What::Mark,
            payload: Carried::Nothing,
        }
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        FlatEvent::from(self).serialize(s)
    }
}

impl Event {
    /// What kind of thing happened.
    pub fn kind(&self) -> Kind {
        self.what.kind()
    }

    /// The bytes, as far as they are text, if they are `data`.
    pub fn data(&self) -> Option<&str> {
        self.text_of("data")
    }

    /// The bytes, as far as they are text, if they are `text`.
    pub fn text(&self) -> Option<&str> {
        self.text_of("text")
    }

    /// The bytes, as far as they are text, if they are `key`.
    pub fn key(&self) -> Option<&str> {
        self.text_of("key")
    }

    fn text_of(&self, field: &str) -> Option<&str> {
        if self.bytes_are() != Some(field) {
            return None;
        }
        match (&self.payload, &self.what) {
            (Carried::Bytes { kept, .. }, _) => std::str::from_utf8(kept).ok(),
            (_, What::Other(flat)) => flat.shown().map(|(_, shown)| shown),
            _ => None,
        }
    }

    /// Which field its bytes are: `data`, `text` or `key`.
    pub fn bytes_are(&self) -> Option<&'static str> {
        match &self.what {
            // Bytes in base64 do not say it.
            What::Other(flat) => Some(flat.shown().map_or("data", |(field, _)| field)),
            what => what.kind().bytes(),
        }
    }

    /// The pieces of a message, in order.
    pub fn iov(&self) -> Option<&[Iov]> {
        match (&self.payload, &self.what) {
            (Carried::Pieces(iov), _) => Some(iov),
            (_, What::Other(flat)) => flat.iov.as_deref(),
            _ => None,
        }
    }

    /// What is ready.
    pub fn ready(&self) -> Option<&[ReadyFd]> {
        match (&self.payload, &self.what) {
            (Carried::Ready(ready), _) => Some(ready),
            (_, What::Other(flat)) => flat.ready.as_deref(),
            _ => None,
        }
    }

    /// The state that the server is in.
    pub fn world(&self) -> Option<&Snapshot> {
        match (&self.payload, &self.what) {
            (Carried::World(world), _) => Some(world),
            (_, What::Other(flat)) => flat.world.as_deref(),
            _ => None,
        }
    }

    /// The bytes that the event carries (`data`, `text`, `key`, or the same in `b64`), as far as
    /// they were kept; `None` where it carries none or the base64 is broken.
    pub fn bytes(&self) -> Option<Payload<'_>> {
        match &self.what {
            What::Other(flat) => flat.bytes(),
            _ => self.payload.bytes(),
        }
    }

    /// The byte that a `notify` wrote or a `notified` read: `c` for a connection, `p` to pause, `?` where
    /// the recording does not say.
    pub fn notified_by(&self) -> u8 {
        self.bytes().and_then(|bytes| bytes.kept.first().copied()).unwrap_or(b'?')
    }

    /// What a datagram says, without the header before it; `None` where it is no request.
    pub fn request(&self) -> Option<Payload<'_>> {
        self.request_id()?;
        let Payload { kept, len } = self.bytes()?;
        let kept = kept.get(UDP_HEADER_SIZE..).unwrap_or_default().to_vec();
        Some(Payload { kept: kept.into(), len: len.saturating_sub(UDP_HEADER_SIZE as u64) })
    }

    /// Tells of each name in it that this version does not know: what it names, and the name.
    pub fn unknown_names(&self, see: &mut dyn FnMut(&'static str, &str)) {
        if let Kind::Other(other) = self.kind() {
            see("kind", other.name());
        }
        for thread in [Some(self.th), self.worker()] {
            if let Some(Thread::Other(other)) = thread {
                see("thread", other.name());
            }
        }
        let set = self.set.as_deref();
        let states = [self.from(), self.to(), self.state(), set.and_then(|set| set.write_and_go)];
        states.iter().flatten().filter(|s| !s.is_known()).for_each(|state| see("state", state.name()));
        self.function()
            .iter()
            .filter(|f| !f.is_known())
            .for_each(|function| see("function", function.name()));
        let protocol = set.and_then(|set| set.protocol);
        protocol.iter().filter(|p| !p.is_known()).for_each(|protocol| see("protocol", protocol.name()));
        let flags = set.and_then(|set| set.ev_flags);
        flags.iter().filter(|f| !f.is_known()).for_each(|flags| see("event flags", flags.name()));
        let op = match self.what {
            What::Item { op: Some(op), .. } if !op.is_known() => Some(op.name()),
            What::Thread { op: Some(op), .. } if !op.is_known() => Some(op.name()),
            What::Reply { op: Some(op) } if !op.is_known() => Some(op.name()),
            _ => None,
        };
        op.iter().for_each(|op| see("op", op));
        let interest = match self.what {
            What::EventAdd { interest, .. } => interest,
            _ => None,
        };
        let ready = self.ready().into_iter().flatten().map(|ready| ready.what);
        for interest in interest.into_iter().chain(ready).filter(|interest| !interest.is_known()) {
            see("interest", interest.name());
        }
    }

    /// Whether it is about UDP: it says so itself.
    pub fn is_udp(&self) -> bool {
        self.kind() == Kind::Recvfrom || self.transport() == Some("udp")
    }

    /// The connection that it is about; a wake-up is about the first one that is ready.
    pub fn about(&self) -> Option<u32> {
        self.conn.or_else(|| self.ready().into_iter().flatten().find_map(|ready| ready.conn))
    }

    /// Whether this event is about the connection `conn`.
    pub fn is_of(&self, conn: u32) -> bool {
        self.conn == Some(conn)
    }
}

/// A recording of millions is folded event by event: each is small, whatever kinds there are.
const _: () = assert!(size_of::<Event>() <= 160);
