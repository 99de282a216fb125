//! The hot form of an event: what a server thread copies into its ring. Turning it into an
//! [`Event`](crate::event::Event) is the recorder's work, on another thread.

use crate::event::{ConnImage, ConnState, EvFlags, Fn, Thread};

/// Which buffer a `read` filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Into {
    /// The connection's read buffer.
    Rbuf,
    /// The data of the item that is being stored.
    Item,
    /// The read buffer, only to be thrown away.
    Swallow,
}

/// What a thread did at a step of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadOp {
    /// Event base, pipe and queue are ready.
    Setup,
    /// The thread is about to be created.
    Create,
    /// It enters its event loop.
    Start,
}

/// What the store did with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemOp {
    /// Memory for key and value.
    Alloc,
    /// Into the table and the LRU.
    Link,
    /// Out of them.
    Unlink,
    /// Looked up and found.
    Hit,
    /// Looked up and not found.
    Miss,
    /// Moved to the front of the LRU.
    Update,
    /// Found past its time, and dropped.
    Expire,
    /// Found from before a `flush_all`, and dropped.
    Flush,
    /// The oldest, dropped because its time was over.
    Reclaim,
    /// The oldest, dropped to make room.
    Evict,
    /// The last reference is gone: memory given back.
    Free,
}

/// A socket option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SockOpt {
    /// `IPV6_V6ONLY`, 1.
    V6Only,
    /// `SO_REUSEADDR`, 1.
    ReuseAddr,
    /// `SO_KEEPALIVE`, 1.
    KeepAlive,
    /// `SO_LINGER`, off.
    Linger,
    /// `TCP_NODELAY`, 1.
    NoDelay,
}

/// A system call's result: what it returned, or `-errno`.
pub type Ret = i64;

/// What happened; the payload, if any, lies beside it in the ring of bytes.
///
/// The fields are those that [`Event`](crate::event::Event) documents under the same or the C name.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// `call`.
    Call(Fn),
    /// `return`.
    Return(Fn),
    /// `mark`; the payload is its text.
    Mark,
    /// `event_init`.
    EventInit { whose: Thread, epoll_fd: i32 },
    /// `pipe`.
    Pipe { worker: u16, receive_fd: i32, send_fd: i32 },
    /// `thread`.
    Thread { whose: Thread, op: ThreadOp, epoll_fd: i32, receive_fd: i32, send_fd: i32 },
    /// `socket`.
    Socket { fd: i32, v6: bool },
    /// `setsockopt`.
    Setsockopt { fd: i32, option: SockOpt, ret: Ret },
    /// `bind`; the payload is the address.
    Bind { fd: i32, ret: Ret },
    /// `listen`; the payload is the address.
    Listen { fd: i32, backlog: i32, ret: Ret },
    /// `wait`.
    Wait { epoll_fd: i32, timeout_ms: i64 },
    /// `wake`; the payload is a list of `ready` (see [`ready_bytes`](super::ready_bytes)).
    Wake { timer: bool, ret: Ret },
    /// `event_add`.
    EventAdd { fd: i32, interest: EvFlags, ret: Ret },
    /// `event_del`.
    EventDel { fd: i32, ret: Ret },
    /// `accept`; the payload is the peer.
    Accept { listen_fd: i32, ret: Ret },
    /// `cq_push`.
    CqPush { worker: u16, depth: u32 },
    /// `cq_pop`.
    CqPop { worker: u16, depth: u32 },
    /// `notify`; the payload is the byte.
    Notify { worker: u16, fd: i32, ret: Ret },
    /// `notified`; the payload is the byte.
    Notified { worker: u16, fd: i32, ret: Ret },
    /// `conn_new`.
    ConnNew { fd: i32, state: ConnState },
    /// `state`.
    State { from: ConnState, to: ConnState },
    /// `read`; the payload is what came.
    Read { fd: i32, into: Into, want: u64, ret: Ret },
    /// `command`; the payload is the line.
    Command,
    /// `reply`; the payload is the line.
    Reply { noreply: bool, value: bool },
    /// `sendmsg`; the payload is a list of pieces.
    Sendmsg { fd: i32, pieces: u32, ret: Ret },
    /// `item`; the payload is the key.
    Item { op: ItemOp, id: u64, size: u64 },
    /// `setting`; the payload is the value.
    Setting { name: &'static str },
    /// `close`.
    Close { fd: i32, why: &'static str, ret: Ret },
}

/// One record of a thread's ring.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    /// The event's number.
    pub seq: u64,
    /// Nanoseconds since the recording's start.
    pub t: u64,
    /// The accepted connection, if the event is about one.
    pub conn: Option<u32>,
    /// What happened.
    pub what: What,
    /// `struct conn` as it stands after the event.
    pub image: Option<ConnImage>,
    /// How many bytes of the ring of bytes belong to this record.
    pub kept: u32,
    /// The true length of the payload.
    pub len: u32,
}

impl Record {
    /// A record of which `kept` are the payload's first bytes, out of `len`.
    #[inline]
    pub fn new(
        seq: u64,
        t: u64,
        conn: Option<u32>,
        what: What,
        image: Option<&ConnImage>,
        kept: &[u8],
        len: usize,
    ) -> Record {
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        Record { seq, t, conn, what, image: image.copied(), kept: kept.len() as u32, len }
    }
}
