//! A connection as the trace shows it: `struct conn`, and the bytes in its buffers.

use super::buffers::Then;
use super::bytes::Bytes;
use super::{Way, Ways};
use crate::event::{ConnAt, ConnState, Event, Function, What};
use crate::world::{self, Connection, Happening, Offsets};
use std::ops::{Deref, DerefMut, Range};

/// How many answers are remembered.
const MAX_PIECES: usize = 64;
/// How many pieces of a message are remembered: `IOV_MAX`, so all that there are.
const MAX_IOVS: usize = 1024;
/// How many bytes of an answer or a command are remembered.
const MAX_TEXT: usize = 4096;

/// A `sendmsg` and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The pieces: the bytes kept, and the true length.
    pub pieces: Vec<(Vec<u8>, u64)>,
    /// How many pieces there were.
    pub count: usize,
    /// Which of the answer's messages it was (`msgcurr`).
    pub msgcurr: u32,
    /// The length of all pieces.
    pub total: u64,
    /// How many bytes the kernel took, or the error's name.
    pub result: Result<i64, &'static str>,
}

/// What one event wrote into a connection's buffers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    pub rbuf: Option<Range<usize>>,
    pub value: Option<Range<usize>>,
}

/// One connection: an accepted one, or a worker's own of a UDP socket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnModel {
    conn: world::ConnFacts,
    /// The last way it took.
    pub way: Option<Way>,
    /// How often it took each way.
    pub ways: Ways,
    /// What stands in its read buffer.
    pub rbuf: Bytes,
    /// What stands in the data of the item that is being filled.
    pub value: Bytes,
    /// What stands in the buffer of simple answers.
    pub wbuf: Bytes,
    /// What will have been done to the bytes before its next event.
    pub(super) then: Then,
    /// The last command line.
    pub command: Option<Vec<u8>>,
    /// How many command lines it sent.
    pub requests: u64,
    /// The answers that were queued and are not known to be sent.
    pub replies: Vec<Vec<u8>>,
    /// The last `sendmsg` since the last command.
    pub sent: Option<Sent>,
    /// Why it was closed.
    pub why: Option<String>,
}

impl Deref for ConnModel {
    type Target = world::ConnFacts;

    fn deref(&self) -> &world::ConnFacts {
        &self.conn
    }
}

impl DerefMut for ConnModel {
    fn deref_mut(&mut self) -> &mut world::ConnFacts {
        &mut self.conn
    }
}

impl Connection for ConnModel {
    type Source<'a> = Event;
    type Touched = Touched;

    fn before(&mut self, h: &Happening<'_>, event: &Event, touched: &mut Touched) {
        // Other threads than its own only hand it over.
        if self.thread.is_none_or(|own| own == h.th) {
            self.settle(event, touched);
        }
    }

    fn after(&mut self, _: &Happening<'_>, event: &Event, old: Offsets, touched: &mut Touched) {
        self.move_bytes(event, old, touched);
        match &event.what {
            What::State { from, to } => {
                if let (Some(from), Some(to)) = (*from, *to) {
                    let way = Way { from, to };
                    self.way = Some(way);
                    self.ways.add(way);
                }
                if *to == Some(ConnState::NewCmd) {
                    self.replies.clear();
                }
            }
            What::Call { function: Some(Function::ProcessCommand) } => {
                self.line_found(touched);
                self.then = Then::Command;
            }
            What::Command => self.command_found(event, touched),
            What::Reply { .. } => self.replied(event),
            What::Sendmsg { ret, errno, .. } => {
                self.sent(event, errno.map_or(Ok(ret.unwrap_or(0)), |e| Err(e.name())))
            }
            What::Close { why, .. } => {
                self.why = why.as_deref().map(str::to_owned);
                self.forget_bytes();
                self.replies.clear();
            }
            _ => {}
        }
    }

    fn loses(&mut self) {
        self.lose_bytes();
    }

    fn found(at: &ConnAt) -> ConnModel {
        let mut conn = ConnModel { conn: world::ConnFacts::found(at), ..ConnModel::default() };
        conn.found_bytes(at.bytes().as_ref());
        conn
    }
}

impl ConnModel {
    /// About how many bytes of memory it takes.
    pub(super) fn weight(&self) -> usize {
        let replies: usize = self.replies.iter().map(|r| size_of::<Vec<u8>>() + r.len()).sum();
        let sent: usize = self.sent.iter().flat_map(|s| &s.pieces).map(|(kept, _)| 32 + kept.len()).sum();
        let command = self.command.as_ref().map_or(0, Vec::len);
        size_of::<ConnModel>()
            + 64
            + self.rbuf.weight()
            + self.value.weight()
            + self.wbuf.weight()
            + replies
            + sent
            + command
    }

    fn replied(&mut self, event: &Event) {
        self.answer_told(event);
        if self.replies.len() == MAX_PIECES {
            self.replies.remove(0);
        }
        self.replies.push(bytes_of(event));
    }

    fn sent(&mut self, event: &Event, result: Result<i64, &'static str>) {
        let iov = event.iov().unwrap_or_default();
        let pieces = iov.iter().take(MAX_IOVS).map(|piece| {
            let bytes = piece.bytes();
            (bytes.kept[..bytes.kept.len().min(MAX_TEXT)].to_vec(), bytes.len)
        });
        self.then = Then::Sent;
        self.sent = Some(Sent {
            pieces: pieces.collect(),
            count: iov.len(),
            msgcurr: self.fields.msgcurr,
            total: iov.iter().fold(0, |sum, piece| sum.saturating_add(piece.len)),
            result,
        });
    }
}

pub(super) fn bytes_of(event: &Event) -> Vec<u8> {
    event.bytes().map(|p| p.kept[..p.kept.len().min(MAX_TEXT)].to_vec()).unwrap_or_default()
}
