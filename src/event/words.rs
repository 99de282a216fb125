//! The words that a trace has for what is one of a few: each an open vocabulary.

use super::errno::{UNKNOWN_ERRNO, errno_name, errno_number};
use super::name::{FIRST, Unknown, by_name, vocabulary};

vocabulary! {
    /// What a thread is for.
    Role {
        /// memcached's main thread.
        Dispatcher = "dispatcher",
        /// One of those that serve connections.
        Worker = "worker",
    }
}

vocabulary! {
    /// What a thread did at a step of its life.
    ThreadOp {
        /// Event base, pipe and queue are ready.
        Setup = "setup",
        /// The thread is about to be created.
        Create = "create",
        /// It enters its event loop.
        Start = "start",
    }
}

vocabulary! {
    /// What the store did.
    ItemOp {
        /// Memory for key and value.
        Alloc = "alloc",
        /// Into the table and the LRU.
        Link = "link",
        /// Out of them.
        Unlink = "unlink",
        /// Looked up and found.
        Hit = "hit",
        /// Looked up and not found.
        Miss = "miss",
        /// Moved to the front of the LRU.
        Update = "update",
        /// Found past its time, and dropped.
        Expire = "expire",
        /// Found from before a `flush_all`, and dropped.
        Flush = "flush",
        /// The oldest, dropped because its time was over.
        Reclaim = "reclaim",
        /// The oldest, dropped to make room.
        Evict = "evict",
        /// The last reference is gone: memory given back.
        Free = "free",
        /// A slab class had no free chunk, and got a page that is cut into chunks.
        Page = "page",
        /// The hash table has twice as many buckets now, and what is in it is moved.
        Expand = "expand",
        /// Everything in it is moved.
        Expanded = "expanded",
    }
}

impl ItemOp {
    /// Whether it was done with an item that has a key, and not with a page or the table of all.
    pub fn has_key(self) -> bool {
        !matches!(self, ItemOp::Page | ItemOp::Expand | ItemOp::Expanded)
    }

    /// Whether it was done in a bucket of the hash table.
    pub fn has_bucket(self) -> bool {
        self.has_key() && !matches!(self, ItemOp::Alloc | ItemOp::Update | ItemOp::Free)
    }

    /// Whether the item has left the table and the LRU by it.
    pub fn takes_out(self) -> bool {
        matches!(self, ItemOp::Unlink | ItemOp::Expire | ItemOp::Flush | ItemOp::Reclaim | ItemOp::Evict)
    }

    /// Whether a key was looked up, and whether something was found under it.
    pub fn found(self) -> Option<bool> {
        match self {
            ItemOp::Hit => Some(true),
            ItemOp::Miss | ItemOp::Expire | ItemOp::Flush => Some(false),
            _ => None,
        }
    }
}

vocabulary! {
    /// Which answer it is, where it is no plain line.
    ReplyOp {
        /// One that the client does not want: nothing is sent.
        Noreply = "noreply",
        /// The head of a value.
        Value = "value",
    }
}

vocabulary! {
    /// A socket's address family.
    Domain {
        /// IPv4.
        Inet = "AF_INET",
        /// IPv6.
        Inet6 = "AF_INET6",
        /// A path.
        Unix = "AF_UNIX",
    }
}

vocabulary! {
    /// How bytes travel, where it is not by TCP.
    Transport {
        /// Datagrams.
        Udp = "udp",
    }
}

impl Transport {
    /// The one of a socket that is UDP, or none.
    pub fn of(is_udp: bool) -> Option<Transport> {
        is_udp.then_some(Transport::Udp)
    }
}

vocabulary! {
    /// A socket's option.
    SockOpt {
        /// An IPv6 socket takes no IPv4.
        V6Only = "IPV6_V6ONLY",
        /// The address may be taken again at once.
        ReuseAddr = "SO_REUSEADDR",
        /// Whether the peer is still there is looked after.
        KeepAlive = "SO_KEEPALIVE",
        /// A close does not wait.
        Linger = "SO_LINGER",
        /// Small segments are not held back.
        NoDelay = "TCP_NODELAY",
        /// How large the send buffer is.
        SndBuf = "SO_SNDBUF",
    }
}

vocabulary! {
    /// A setting that a command may change.
    SettingName {
        /// How much the server says.
        Verbose = "verbose",
    }
}

vocabulary! {
    /// What the kernel is to wait for, or what is ready.
    Interest {
        /// Nothing.
        Nothing = "",
        /// `EPOLLIN`.
        Read = "r",
        /// `EPOLLOUT`.
        Write = "w",
        /// `EPOLLIN | EPOLLOUT`.
        Both = "rw",
    }
}

vocabulary! {
    /// Where a `read` puts what it reads.
    Target {
        /// The connection's read buffer.
        Rbuf = "rbuf",
        /// The data of the item that is being stored.
        Item = "item",
        /// The read buffer, only to be thrown away.
        Swallow = "swallow",
    }
}

/// A system call's error: its number where this system has it, else the name that a trace has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(u8);

static UNKNOWN_ERRORS: Unknown = Unknown::new();

impl Errno {
    /// Nothing can be read or written now.
    pub const AGAIN: Errno = Errno(11);

    /// The error of that number.
    pub fn from_number(number: i32) -> Errno {
        let known = u8::try_from(number).ok().filter(|n| *n < FIRST && errno_name(number).is_some());
        Errno(known.unwrap_or(0))
    }

    /// The error of that name, whether this system has it or not.
    pub fn named(name: &str) -> Errno {
        let known = errno_number(name).and_then(|n| u8::try_from(n).ok()).filter(|n| *n < FIRST);
        Errno(known.unwrap_or_else(|| UNKNOWN_ERRORS.number(name)))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self.0 {
            0 => UNKNOWN_ERRNO,
            FIRST.. => UNKNOWN_ERRORS.name(self.0),
            number => errno_name(number.into()).unwrap_or(UNKNOWN_ERRNO),
        }
    }
}

by_name!(Errno, named);
