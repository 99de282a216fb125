//! The state of the server at a moment: what a recording that begins in the middle starts from.

use super::{ConnSet, ConnState, Function, Payload, StatFold, StatsValues, Thread, Word};
use serde::{Deserialize, Serialize};

/// What folding every event up to this one would have told, but for what has no effect any more:
/// closed connections, answers that were sent, how often each way was taken.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Snapshot {
    /// How many connections got a number so far; the next one gets this number.
    pub accepted: u32,
    /// How many events were lost before it: what they told is missing here.
    #[serde(skip_serializing_if = "is_zero")]
    pub lost: u64,
    /// The threads, main first.
    pub threads: Vec<ThreadAt>,
    /// The listening sockets.
    pub listeners: Vec<ListenerAt>,
    /// The open connections, by number.
    pub conns: Vec<ConnAt>,
    /// The store's memory; `None` where it is not known, since events were lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryAt>,
}

/// The store's memory at a moment: counts alone, and not which keys are in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MemoryAt {
    /// What the `item` events so far have told.
    #[serde(flatten)]
    pub counts: Counts,
    /// What `stats` answers; `None` where that is not known, as older recordings do not tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<StatsValues>,
    /// The buckets of the hash table, once it has grown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buckets: Option<u64>,
    /// Whether items are still being moved into it.
    pub growing: bool,
    /// The slab classes that were ever used, by number.
    pub classes: Vec<ClassAt>,
}

/// How often the store did what, for whatever command, since the server's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Looked up and found.
    pub hits: u64,
    /// Looked up and not found.
    pub misses: u64,
    /// Found past its time.
    pub expired: u64,
    /// Found from before a `flush_all`.
    pub flushed: u64,
    /// Taken from the tail, its time over.
    pub reclaimed: u64,
    /// Taken from the tail to make room.
    pub evicted: u64,
}

/// A slab class at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClassAt {
    /// Its number.
    pub class: u8,
    /// The size of its chunks.
    pub chunk: u64,
    /// How many pages it has.
    pub pages: u64,
    /// How many chunks they are cut into.
    pub chunks: u64,
    /// How many of those are taken.
    pub used: u64,
    /// How many items its LRU list has.
    pub items: u64,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// What a thread is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Its event base, pipe and queue are made; it does not run yet.
    #[default]
    Setup,
    /// `pthread_create` is called for it.
    Create,
    /// It runs.
    Run,
    /// It sleeps in `epoll_wait`.
    Wait,
}

/// A thread at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ThreadAt {
    /// The thread.
    pub th: Thread,
    /// What it is at.
    #[serde(default)]
    pub phase: Phase,
    /// For how long it sleeps, or did when it last did, in milliseconds; -1 for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<i64>,
    /// Its epoll instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoll_fd: Option<i32>,
    /// The end of its pipe that it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify_receive_fd: Option<i32>,
    /// The end of its pipe that the dispatcher writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify_send_fd: Option<i32>,
    /// The bytes in its pipe, each by the number of its `notify`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pipe: Vec<u64>,
    /// Those bytes themselves; older recordings do not tell them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pipe_bytes: String,
    /// The connections on its queue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queue: Vec<Queued>,
    /// The functions it is in, outermost first, where calls are recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stack: Vec<Function>,
    /// The connection that it works on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conn: Option<u32>,
}

/// A connection on a worker's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Queued {
    /// The connection, by its number.
    pub conn: u32,
    /// The number of its `cq_push`.
    pub cause: u64,
}

/// A listening socket at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListenerAt {
    /// Its file descriptor.
    pub fd: i32,
    /// The address it is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addr: Option<String>,
    /// The length of the kernel's queue, once it listens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backlog: Option<i32>,
    /// How many options were set on it.
    #[serde(default)]
    pub options: u32,
    /// Its `struct conn`'s state, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ConnState>,
    /// `udp`, where it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<Word>,
    /// Whether the main thread's event base waits for it.
    #[serde(default)]
    pub registered: bool,
}

/// An open connection at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConnAt {
    /// Its number.
    pub conn: u32,
    /// Its file descriptor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fd: Option<i32>,
    /// The client's address; of UDP, whose datagram came last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// `udp`, where it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<Word>,
    /// Of UDP: the number of the request that came last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<u16>,
    /// The worker that it was given to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<Thread>,
    /// How far it has come: `accepted`, `queued`, `taken` off the queue, `open`.
    pub place: Word,
    /// Its state, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ConnState>,
    /// Every field of its `struct conn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<ConnSet>,
    /// What its command is to the statistics.
    #[serde(default, skip_serializing_if = "StatFold::is_nothing")]
    pub stats: StatFold,
    /// The last of the unparsed bytes in its read buffer, as far as they are known and valid UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The same in base64, where they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b64: Option<String>,
}

impl ConnAt {
    /// The last of the unparsed bytes; `None` where none are known.
    pub fn bytes(&self) -> Option<Payload<'_>> {
        Payload::new(self.data.as_deref(), self.b64.as_deref(), None)
    }
}
