//! The kinds of event, and when each is fired.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What happened. The name in a trace (`ev`) stands beside each.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
        pub enum Kind {
            $($(#[$doc])* #[doc = concat!("\n\n`", $name, "` in a trace.")] $variant,)*
            /// A kind that this version does not know: shown as a plain row, passed on unchanged.
            Other(Box<str>),
        }

        impl Kind {
            /// Every kind that this version knows, in the order of a connection's life.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant,)*];

            /// The kind's name in a trace.
            pub fn name(&self) -> &str {
                match self {
                    $(Kind::$variant => $name,)*
                    Kind::Other(name) => name,
                }
            }

            /// The kind's place in [`Kind::ALL`]; the place after the last for a kind that is not
            /// there.
            pub const fn index(&self) -> usize {
                enum At { $($variant,)* Other }
                match self {
                    $(Kind::$variant => At::$variant as usize,)*
                    Kind::Other(_) => At::Other as usize,
                }
            }

            /// The kind of that name.
            pub fn from_name(name: &str) -> Kind {
                match name {
                    $($name => Kind::$variant,)*
                    other => Kind::Other(other.into()),
                }
            }
        }
    };
}

kinds! {
    /// Fired when a chapter of the recording begins (`text`); the first event of most recordings.
    #[default]
    Mark = "mark",
    /// Fired when libevent's `event_init` has made a thread's event base (`worker`, `epoll_fd`);
    /// the main thread makes all of them.
    EventInit = "event_init",
    /// Fired when a worker's notify pipe is made (`worker`, `notify_receive_fd`, `notify_send_fd`).
    Pipe = "pipe",
    /// Fired when a thread is set up (`op` setup), about to be created (create), and when it
    /// enters its loop (start). Carries `role`, `worker`, `epoll_fd` and the pipe's ends.
    Thread = "thread",
    /// Fired when a socket to listen on is made (`fd`, `domain`; one of UDP has `transport`).
    Socket = "socket",
    /// Fired when `setsockopt` on it returned (`fd`, `name`, `value`).
    Setsockopt = "setsockopt",
    /// Fired when `bind` returned (`fd`, `addr`; of UDP, `transport`).
    Bind = "bind",
    /// Fired when the listening socket is ready, and when its backlog changes (`fd`, `addr`, `backlog`).
    Listen = "listen",
    /// Fired when `event_base_loop` enters `epoll_wait` (`epoll_fd`, `timeout`).
    Wait = "wait",
    /// Fired when `epoll_wait` returned (`ready`, `timer`).
    Wake = "wake",
    /// Fired when libevent's `event_add` has told the kernel what to wait for (`fd`, `conn`, `interest`).
    EventAdd = "event_add",
    /// Fired when `event_del` has taken that back (`fd`, `conn`).
    EventDel = "event_del",
    /// Fired when `accept4` returned (`conn`, `fd`, `listen_fd`, `peer`, or `errno`).
    Accept = "accept",
    /// Fired when the dispatcher put a connection on a worker's queue (`worker`, `conn`, `depth` after; one
    /// of UDP has `transport`, and was never accepted).
    CqPush = "cq_push",
    /// Fired when the dispatcher wrote the byte `c` into a worker's pipe (`worker`, `fd`, `data`).
    Notify = "notify",
    /// Fired when the worker read that byte (`worker`, `fd`, `data`; `cause` is its `notify`).
    Notified = "notified",
    /// Fired when the worker took a connection off its queue (`conn`, `depth` after; `cause` is its `cq_push`).
    CqPop = "cq_pop",
    /// Fired when a `struct conn` is ready (`conn`, `fd`, `state`; one of UDP has `transport`); the one
    /// that accepts others has no `conn`.
    ConnNew = "conn_new",
    /// Fired by `conn_set_state`, where the state changes (`conn`, `from`, `to`).
    State = "state",
    /// Fired when `read` on a connection returned (`conn`, `fd`, `into`, `want`, `ret` or `errno`, the bytes).
    Read = "read",
    /// Fired when `recvfrom` on a UDP socket returned (`conn`, `fd`, `want`, `ret` or `errno`, `peer`,
    /// `request_id`, the bytes with the header before them).
    Recvfrom = "recvfrom",
    /// Fired when a command line was found in the read buffer (`conn`, `text`).
    Command = "command",
    /// Fired when an answer was queued: by `out_string`, or a value's head by a get (`conn`, `text`).
    Reply = "reply",
    /// Fired when `sendmsg` returned (`conn`, `fd`, `iov`, `ret` or `errno`).
    Sendmsg = "sendmsg",
    /// Fired by the store (`op`: alloc, link, unlink, hit, miss, update, expire, flush, reclaim, evict, free; `key`, `size`, `class`,
    /// `conn`, and `bucket` where the table was asked); when a slab class got a page (page; `size`, `class`, `chunk`); when the hash table grows and has grown (expand, expanded;
    /// `size` is its buckets).
    Item = "item",
    /// Fired when a command changed a setting of the running server (`name`, `value`, `conn`).
    Setting = "setting",
    /// Fired when a connection is closed (`conn`, `fd`, `why`).
    Close = "close",
    /// Fired when a function of the walkthrough is entered (`fn`, `conn`); detail `calls` only.
    Call = "call",
    /// Fired when it is left; detail `calls` only.
    Return = "return",
    /// A remark that was added to the recording later (`text`, `at`).
    Note = "note",
    /// Events were lost here (`n`); their numbers are skipped.
    Drop = "drop",
    /// Not an event of the server's: the state that it is in (`world`), where a recording begins, or
    /// goes on, in the middle of its life. It has the number of the event that it comes after.
    Snapshot = "snapshot",
}

impl Kind {
    /// Whether such an event is a system call that `strace` shows too.
    pub fn is_syscall(&self) -> bool {
        matches!(
            self,
            Kind::EventInit
                | Kind::Pipe
                | Kind::Socket
                | Kind::Setsockopt
                | Kind::Bind
                | Kind::Listen
                | Kind::Wake
                | Kind::EventAdd
                | Kind::EventDel
                | Kind::Accept
                | Kind::Notify
                | Kind::Notified
                | Kind::Read
                | Kind::Recvfrom
                | Kind::Sendmsg
                | Kind::Close
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(Kind::from_name(&Cow::<str>::deserialize(d)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_kind() {
        for (at, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!((&Kind::from_name(kind.name()), kind.index()), (kind, at));
        }
        assert_eq!(Kind::Other("teleport".into()).index(), Kind::ALL.len());
        assert_eq!(Kind::from_name("teleport"), Kind::Other("teleport".into()));
    }
}
