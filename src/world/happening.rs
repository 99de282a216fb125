//! What happened, in the one shape that the fold takes.

use crate::event::{Carried, ConnChange, ConnSet, Event, Function, ReadyFd, Snapshot, Thread, What};
use std::borrow::Cow;
use std::net::SocketAddr;

/// One event, read or as a thread reported it.
#[derive(Debug, Clone, Copy)]
pub struct Happening<'a> {
    /// Its number.
    pub seq: u64,
    /// The thread that it happened on.
    pub th: Thread,
    /// The connection that it is about.
    pub conn: Option<u32>,
    /// What happened. A field that is text may be missing here: it stands in `text`.
    pub what: &'a What,
    /// The bytes that it carries, as far as they were kept, and how many there were; none where that is not known.
    pub bytes: Option<(&'a [u8], u64)>,
    /// An address, a reason, a setting's value.
    pub text: HappeningText<'a>,
    /// What changed in the connection's `struct conn`.
    pub change: Change<'a>,
    /// What is ready, where whoever folds wants to know.
    pub ready: Option<&'a [ReadyFd]>,
    /// The state that the server is in, of a snapshot.
    pub world: Option<&'a Snapshot>,
}

/// The text of what happened, as it lies there.
#[derive(Debug, Clone, Copy)]
pub enum HappeningText<'a> {
    /// None.
    Nothing,
    /// As it was read.
    Text(&'a str),
    /// As a thread reported it.
    Bytes(&'a [u8]),
    /// An address.
    Addr(SocketAddr),
}

/// What changed in a connection's `struct conn`.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// Nothing.
    Nothing,
    /// These fields.
    Set(&'a ConnSet),
    /// These, as a thread reported them; and the item that it has allocated last.
    Words(&'a ConnChange, &'a AllocatedItem),
}

/// An item that a thread has allocated: the one that a connection of its may fill next.
#[derive(Debug, Default)]
pub struct AllocatedItem {
    /// The number that a `ConnImage` has for it.
    pub id: u32,
    /// Its key, as far as it was kept.
    pub key: Vec<u8>,
    /// The size of its value with the line end.
    pub size: u32,
}

impl<'a> From<&'a Event> for Happening<'a> {
    fn from(event: &'a Event) -> Happening<'a> {
        let text = match &event.what {
            What::Accept { peer, .. } | What::Recvfrom { peer, .. } => peer.as_deref(),
            What::Bind { addr, .. } | What::Listen { addr, .. } => addr.as_deref(),
            What::Close { why, .. } => why.as_deref(),
            What::Setting { value, .. } | What::Setsockopt { value, .. } => value.as_deref(),
            _ => None,
        };
        Happening {
            seq: event.seq,
            th: event.th,
            conn: event.conn,
            what: &event.what,
            bytes: match &event.payload {
                Carried::Bytes { kept, len } => Some((kept, *len)),
                _ => None,
            },
            text: text.map_or(HappeningText::Nothing, HappeningText::Text),
            change: event.set.as_deref().map_or(Change::Nothing, Change::Set),
            ready: event.ready(),
            world: event.world(),
        }
    }
}

// All of it is put where it is called, so that nothing needs it in memory.
impl Happening<'_> {
    /// Its text.
    #[inline(always)]
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self.text {
            HappeningText::Nothing | HappeningText::Bytes(b"") => None,
            HappeningText::Text(text) => Some(text.into()),
            HappeningText::Bytes(bytes) => Some(String::from_utf8_lossy(bytes)),
            HappeningText::Addr(addr) => Some(addr.to_string().into()),
        }
    }

    /// Whether it may be about a connection that is not there any more, or not yet: the functions that closed it
    /// are left after that, and those that hand over a UDP socket are entered before.
    #[inline(always)]
    pub fn is_before_or_after_a_connection(&self) -> bool {
        match *self.what {
            What::Return { .. } => true,
            What::Call { function } => matches!(function, Some(Function::DispatchConnNew | Function::CqPush)),
            _ => false,
        }
    }

    /// The byte that went through a pipe: `?` where the recording does not say.
    #[inline(always)]
    pub fn byte(&self) -> u8 {
        self.bytes.and_then(|(kept, _)| kept.first().copied()).unwrap_or(b'?')
    }
}
