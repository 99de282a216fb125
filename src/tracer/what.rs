//! What can happen, as a server thread tells it: numbers, and no text but that of the payload.

use crate::event::{ConnState, EvFlags, Fn, Kind, Thread};

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

impl Into {
    /// Its name in a trace.
    pub fn name(self) -> &'static str {
        match self {
            Into::Rbuf => "rbuf",
            Into::Item => "item",
            Into::Swallow => "swallow",
        }
    }
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

impl ThreadOp {
    /// Its name in a trace.
    pub fn name(self) -> &'static str {
        match self {
            ThreadOp::Setup => "setup",
            ThreadOp::Create => "create",
            ThreadOp::Start => "start",
        }
    }
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
    /// The hash table has twice as many buckets now, and what is in it is moved.
    Expand,
    /// Everything in it is moved.
    Expanded,
}

impl ItemOp {
    /// Whether it was done with an item that has a key, and not with the table of all.
    pub fn has_key(self) -> bool {
        !matches!(self, ItemOp::Expand | ItemOp::Expanded)
    }

    /// Whether it was done in a bucket of the hash table.
    pub fn has_bucket(self) -> bool {
        self.has_key() && !matches!(self, ItemOp::Alloc | ItemOp::Update | ItemOp::Free)
    }

    /// Whether the item has left the table and the LRU by it.
    pub fn takes_out(self) -> bool {
        use ItemOp::{Evict, Expire, Flush, Reclaim, Unlink};
        matches!(self, Unlink | Expire | Flush | Reclaim | Evict)
    }

    /// Its name in a trace.
    pub fn name(self) -> &'static str {
        match self {
            ItemOp::Alloc => "alloc",
            ItemOp::Link => "link",
            ItemOp::Unlink => "unlink",
            ItemOp::Hit => "hit",
            ItemOp::Miss => "miss",
            ItemOp::Update => "update",
            ItemOp::Expire => "expire",
            ItemOp::Flush => "flush",
            ItemOp::Reclaim => "reclaim",
            ItemOp::Evict => "evict",
            ItemOp::Free => "free",
            ItemOp::Expand => "expand",
            ItemOp::Expanded => "expanded",
        }
    }
}

/// A socket's address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// IPv4.
    Inet,
    /// IPv6.
    Inet6,
    /// A path.
    Unix,
}

impl Domain {
    /// Its name in a trace.
    pub fn name(self) -> &'static str {
        match self {
            Domain::Inet => "AF_INET",
            Domain::Inet6 => "AF_INET6",
            Domain::Unix => "AF_UNIX",
        }
    }
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
    /// `SO_SNDBUF`; the payload is the size.
    SndBuf,
}

impl SockOpt {
    /// Its name and its value in a trace; no value where that is in the payload.
    pub fn name_and_value(self) -> (&'static str, &'static str) {
        match self {
            SockOpt::V6Only => ("IPV6_V6ONLY", "1"),
            SockOpt::ReuseAddr => ("SO_REUSEADDR", "1"),
            SockOpt::KeepAlive => ("SO_KEEPALIVE", "1"),
            SockOpt::Linger => ("SO_LINGER", "0,0"),
            SockOpt::NoDelay => ("TCP_NODELAY", "1"),
            SockOpt::SndBuf => ("SO_SNDBUF", ""),
        }
    }
}

/// A system call's result: what it returned, or `-errno`.
pub type Ret = i32;

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
    Socket { fd: i32, domain: Domain, udp: bool },
    /// `setsockopt`.
    Setsockopt { fd: i32, option: SockOpt, ret: Ret },
    /// `bind`; the payload is the address.
    Bind { fd: i32, ret: Ret, udp: bool },
    /// `listen`; the payload is the address.
    Listen { fd: i32, backlog: i32, ret: Ret },
    /// `wait`.
    Wait { epoll_fd: i32, timeout_ms: i32 },
    /// `wake`; the payload is a list of `ready` (see [`ready_bytes`](super::ready_bytes)).
    Wake { timer: bool, ret: Ret },
    /// `event_add`.
    EventAdd { fd: i32, interest: EvFlags, ret: Ret },
    /// `event_del`.
    EventDel { fd: i32, ret: Ret },
    /// `accept`; the payload is the peer.
    Accept { listen_fd: i32, ret: Ret },
    /// `cq_push`.
    CqPush { worker: u16, depth: u32, udp: bool },
    /// `cq_pop`.
    CqPop { worker: u16, depth: u32 },
    /// `notify`; the payload is the byte.
    Notify { worker: u16, fd: i32, ret: Ret },
    /// `notified`; the payload is the byte.
    Notified { worker: u16, fd: i32, ret: Ret },
    /// `conn_new`.
    ConnNew { fd: i32, state: ConnState, udp: bool },
    /// `state`.
    State { from: ConnState, to: ConnState },
    /// `read`; the payload is what came.
    Read { fd: i32, into: Into, want: u32, ret: Ret },
    /// `recvfrom`; the payload is the peer ([`PEER`](super::PEER) bytes), and what came. `is_request` where
    /// that was long enough for one, and told its number.
    Recvfrom { fd: i32, want: u32, ret: Ret, is_request: bool, request_id: u16 },
    /// `command`; the payload is the line.
    Command,
    /// `reply`; the payload is the line.
    Reply { noreply: bool, value: bool },
    /// `sendmsg`; the payload is a list of pieces.
    Sendmsg { fd: i32, pieces: u32, ret: Ret },
    /// `item`; the payload is the key. `clsid` is its slab class, 0 for none; `bucket` the one that its
    /// key hashes to, where it was looked for.
    Item { op: ItemOp, id: u32, size: u32, clsid: u8, bucket: u32 },
    /// `item` of a page: a slab class had no free chunk, and this memory is cut into chunks for it.
    Page { size: u32, chunk: u32, clsid: u8 },
    /// `setting` of `verbose`; the payload is the value.
    Verbosity,
    /// `close`; the payload is why.
    Close { fd: i32, ret: Ret },
    /// `drop`: this many events of the thread were lost, under this number and those after it.
    Lost { n: u32 },
}

impl What {
    /// The kind of event that it is.
    pub fn kind(&self) -> &'static Kind {
        match self {
            What::Call(_) => &Kind::Call,
            What::Return(_) => &Kind::Return,
            What::Mark => &Kind::Mark,
            What::EventInit { .. } => &Kind::EventInit,
            What::Pipe { .. } => &Kind::Pipe,
            What::Thread { .. } => &Kind::Thread,
            What::Socket { .. } => &Kind::Socket,
            What::Setsockopt { .. } => &Kind::Setsockopt,
            What::Bind { .. } => &Kind::Bind,
            What::Listen { .. } => &Kind::Listen,
            What::Wait { .. } => &Kind::Wait,
            What::Wake { .. } => &Kind::Wake,
            What::EventAdd { .. } => &Kind::EventAdd,
            What::EventDel { .. } => &Kind::EventDel,
            What::Accept { .. } => &Kind::Accept,
            What::CqPush { .. } => &Kind::CqPush,
            What::CqPop { .. } => &Kind::CqPop,
            What::Notify { .. } => &Kind::Notify,
            What::Notified { .. } => &Kind::Notified,
            What::ConnNew { .. } => &Kind::ConnNew,
            What::State { .. } => &Kind::State,
            What::Read { .. } => &Kind::Read,
            What::Recvfrom { .. } => &Kind::Recvfrom,
            What::Command => &Kind::Command,
            What::Reply { .. } => &Kind::Reply,
            What::Sendmsg { .. } => &Kind::Sendmsg,
            What::Item { .. } | What::Page { .. } => &Kind::Item,
            What::Verbosity => &Kind::Setting,
            What::Close { .. } => &Kind::Close,
            What::Lost { .. } => &Kind::Drop,
        }
    }
}
