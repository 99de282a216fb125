//! The vocabulary: what can happen in the server, as the trace, the model and the screens name it.
//!
//! One [`Event`] is one thing that happened at one moment on one thread: a system call that
//! returned, a state that changed, a byte that went down a pipe. Everything above the server
//! (file, model, player, screens) knows the server by its events alone; nothing here depends on
//! anything else.
//!
//! The struct is flat on purpose: it is a row of a table (`jq`, DuckDB and Spark read it so), and
//! a flat struct is parsed about twice as fast as a tagged enum. Which fields an event carries is
//! told by its [`Kind`].

mod conn;
mod errno;
mod function;
mod kind;
mod leash;
mod name;
mod payload;
mod snapshot;
mod stats;
mod version;

pub use conn::{Changed, ConnFields, ConnImage, ConnSet, ConnState, EvFlags, ItemRef, Protocol, Value};
pub use errno::{ERRNO_NAMES, UNKNOWN_ERRNO, errno_name, errno_number, errno_words};
pub use function::Fn;
pub use kind::Kind;
pub use leash::{AtGate, InLine, Leashed, Steps};
pub(crate) use payload::encode;
pub use payload::{Iov, Payload};
pub use snapshot::{ClassAt, ConnAt, Counts, ListenerAt, MemoryAt, Phase, Queued, Snapshot, ThreadAt};
pub use stats::{Counted, StatFold, StatStep, Stats};
pub use version::{MODELS, Place, V1_4_24, Version, at};

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

/// One fd that `epoll_wait` reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// The file descriptor.
    pub fd: i32,
    /// The accepted connection that it belongs to, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conn: Option<u32>,
    /// `r` (EPOLLIN), `w` (EPOLLOUT) or `rw`.
    pub what: Word,
}

/// One thing that happened. See [`Kind`] for when each kind is fired and which fields it carries.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Event {
    /// The event's number and its address everywhere; goes up by exactly one.
    pub seq: u64,
    /// Nanoseconds of the monotonic clock since the recording's `start`.
    pub t: u64,
    /// The thread that it happened on.
    pub th: Thread,
    /// What kind of thing happened.
    pub ev: Kind,

    /// `call`, `return`: the function, by its C name.
    #[serde(rename = "fn", default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Fn>,
    /// `thread`: `dispatcher` or `worker`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Word>,
    /// `thread`: setup, create, start. `item`: alloc, link, unlink, hit, miss, expire, evict,
    /// page, expand ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op: Option<Word>,
    /// The worker that is set up, pushed to, popped from, notified or woken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker: Option<Thread>,
    /// The connection, counted from 0 in the order in which they are handed to workers, and never
    /// reused. A UDP socket counts once for each worker that serves it, from the start-up on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conn: Option<u32>,
    /// The file descriptor of a system call or a connection. Numbers are reused by the kernel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fd: Option<i32>,
    /// `accept`: the listening socket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen_fd: Option<i32>,
    /// `accept`, `recvfrom`: the client's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// `event_init`, `thread`, `wait`: the thread's epoll instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoll_fd: Option<i32>,
    /// `pipe`, `thread`: the end that the worker reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_receive_fd: Option<i32>,
    /// `pipe`, `thread`: the end that the dispatcher writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_send_fd: Option<i32>,
    /// `socket`: AF_INET or AF_INET6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<Word>,
    /// `socket`, `bind`, `cq_push`, `conn_new`: `udp`, where it is that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Word>,
    /// `setsockopt`: the option. `setting`: the setting's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Word>,
    /// `setsockopt`, `setting`: the value, as memcached would print it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Word>,
    /// `bind`, `listen`: the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addr: Option<String>,
    /// `listen`: the length of the kernel's queue of connections not yet accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog: Option<i32>,
    /// `wait`: milliseconds, -1 for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<i64>,
    /// `wake`: what is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<Vec<Ready>>,
    /// `wake`: a timer is due.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub timer: bool,
    /// `event_add`, `event_del`: `r`, `w` or `rw`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest: Option<Word>,
    /// `cq_push`, `cq_pop`: items in the queue afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
    /// `conn_new`: the initial state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<ConnState>,
    /// `state`: the state left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<ConnState>,
    /// `state`: the state entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<ConnState>,
    /// `close`: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Word>,
    /// `read`: rbuf, item or swallow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub into: Option<Word>,
    /// `read`, `recvfrom`: the bytes asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub want: Option<u64>,
    /// A system call's result, where it succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ret: Option<i64>,
    /// A system call's error, by name, where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errno: Option<Word>,
    /// `recvfrom`: `c->request_id`, which the client gave its request and gets back in the answer's
    /// headers; missing where the datagram was too short to be a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<u16>,
    /// The bytes, where they are valid UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// `command`, `reply`, `mark`, `note`: the text, where it is valid UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `item`: the key, where it is valid UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The bytes of `data`, `text` or `key` in base64, where they are not valid UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub b64: Option<String>,
    /// The true length of the bytes, where they were cut at the header's `max_data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub len: Option<u64>,
    /// `sendmsg`: the pieces, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iov: Option<Vec<Iov>>,
    /// `item`: the size of the value with its `\r\n`, in bytes (memcached's `nbytes`); of a page, its
    /// own; of a hash table that grows or has grown, its buckets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// `item`: the item's slab class, or the one that a page was taken for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<u64>,
    /// `item` of a page: the size of the chunks that it is cut into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunk: Option<u64>,
    /// `item`: the bucket of the hash table that the key is looked for in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<u64>,
    /// `drop`: how many events were lost; their numbers are skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// `note`: the event that the remark is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
    /// The event that made this one happen, on another thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<u64>,
    /// The fields of `struct conn` that changed since the connection's last event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<Box<ConnSet>>,
    /// `snapshot`: everything that the events before this one would have told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub world: Option<Box<Snapshot>>,
}

/// What `op` says in the recordings of this version.
const OPS: &[&str] = &[
    "setup", "create", "start", "alloc", "link", "unlink", "hit", "miss", "update", "expire", "flush",
    "reclaim", "evict", "free", "page", "expand", "expanded", "noreply", "value",
];
/// What `interest`, and `what` of a ready descriptor, say.
const INTERESTS: &[&str] = &["", "r", "w", "rw"];

impl Event {
    /// The bytes that the event carries (`data`, `text`, `key`, or the same in `b64`), as far as
    /// they were kept; `None` where it carries none or the base64 is broken.
    pub fn bytes(&self) -> Option<Payload<'_>> {
        let shown = self.data.as_deref().or(self.text.as_deref()).or(self.key.as_deref());
        Payload::new(shown, self.b64.as_deref(), self.len)
    }

    /// The byte that a `notify` wrote or a `notified` read: `c` for a connection, `p` to pause, `?` where
    /// the recording does not say.
    pub fn notified_by(&self) -> u8 {
        self.bytes().and_then(|bytes| bytes.kept.first().copied()).unwrap_or(b'?')
    }

    /// What a datagram says, without the header before it; `None` where it is no request.
    pub fn request(&self) -> Option<Payload<'_>> {
        self.request_id?;
        let Payload { kept, len } = self.bytes()?;
        let kept = kept.get(UDP_HEADER_SIZE..).unwrap_or_default().to_vec();
        Some(Payload { kept: kept.into(), len: len.saturating_sub(UDP_HEADER_SIZE as u64) })
    }

    /// Tells of each name in it that this version does not know: what it names, and the name.
    pub fn unknown_names(&self, see: &mut dyn FnMut(&'static str, &str)) {
        if let Kind::Other(name) = &self.ev {
            see("kind", name);
        }
        for thread in [Some(self.th), self.worker] {
            if let Some(Thread::Other(other)) = thread {
                see("thread", other.name());
            }
        }
        let set = self.set.as_deref();
        let states = [self.from, self.to, self.state, set.and_then(|set| set.write_and_go)];
        states.iter().flatten().filter(|s| !s.is_known()).for_each(|state| see("state", state.name()));
        self.function.iter().filter(|f| !f.is_known()).for_each(|function| see("function", function.name()));
        let protocol = set.and_then(|set| set.protocol);
        protocol.iter().filter(|p| !p.is_known()).for_each(|protocol| see("protocol", protocol.name()));
        let flags = set.and_then(|set| set.ev_flags);
        flags.iter().filter(|f| !f.is_known()).for_each(|flags| see("event flags", flags.name()));
        let is_op = matches!(self.ev, Kind::Item | Kind::Thread | Kind::Reply);
        if let Some(op) = self.op.as_deref().filter(|op| is_op && !OPS.contains(op)) {
            see("op", op);
        }
        let ready = self.ready.iter().flatten().map(|ready| &ready.what);
        for interest in self.interest.iter().chain(ready).filter(|what| !INTERESTS.contains(&what.as_ref())) {
            see("interest", interest);
        }
    }

    /// Whether it is about UDP: it says so itself.
    pub fn is_udp(&self) -> bool {
        self.ev == Kind::Recvfrom || self.transport.as_deref() == Some("udp")
    }

    /// The connection that it is about; a wake-up is about the first one that is ready.
    pub fn about(&self) -> Option<u32> {
        self.conn.or_else(|| self.ready.iter().flatten().find_map(|ready| ready.conn))
    }

    /// Whether this event is about the connection `conn`.
    pub fn is_of(&self, conn: u32) -> bool {
        self.conn == Some(conn)
    }
}
