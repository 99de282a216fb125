//! A connection as the trace shows it: `struct conn`, and the bytes in its buffers.

use super::buffers::Then;
use super::bytes::Bytes;
use super::{Way, Ways};
use crate::event::{ConnAt, ConnFields, ConnState, Counted, Event, Fn, Kind, StatFold, StatStep, Thread};
use std::ops::Range;

/// How many answers are remembered.
const MAX_PIECES: usize = 64;
/// How many pieces of a message are remembered: `IOV_MAX`, so all that there are.
const MAX_IOVS: usize = 1024;
/// How many bytes of an answer or a command are remembered.
const MAX_TEXT: usize = 4096;

/// How far a connection has come in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Place {
    /// `accept4` returned it; only the dispatcher knows it.
    #[default]
    Accepted,
    /// It is on a worker's queue.
    Queued,
    /// The worker took it off its queue.
    Taken,
    /// It has its `struct conn`.
    Open,
    /// It is closed.
    Closed,
}

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
pub(super) struct Touched {
    pub rbuf: Option<Range<usize>>,
    pub value: Option<Range<usize>>,
    /// What `stats` has counted before it.
    pub counted: Counted,
}

/// One connection: an accepted one, or a worker's own of a UDP socket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conn {
    /// Its number, from 0, never reused.
    pub id: u32,
    /// Its file descriptor.
    pub fd: Option<i32>,
    /// The client's address; of UDP, who sent the datagram that came last (`request_addr`).
    pub peer: Option<String>,
    /// Whether it is UDP.
    pub is_udp: bool,
    /// `request_id`: the number of the request that came last by UDP.
    pub request_id: Option<u16>,
    /// The worker that it was given to.
    pub thread: Option<Thread>,
    /// How far it has come.
    pub place: Place,
    /// Its state, once it has one.
    pub state: Option<ConnState>,
    /// The last way it took.
    pub way: Option<Way>,
    /// How often it took each way.
    pub ways: Ways,
    /// `struct conn`.
    pub fields: ConnFields,
    /// What stands in its read buffer.
    pub rbuf: Bytes,
    /// What stands in the data of the item that is being filled.
    pub value: Bytes,
    /// What stands in the buffer of simple answers.
    pub wbuf: Bytes,
    /// What its command is to `stats`.
    pub(crate) stats: StatFold,
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

/// The fields that say where the bytes are.
#[derive(Clone, Copy)]
pub(super) struct Offsets {
    pub rcurr: u64,
    pub rbytes: u64,
    pub ritem: u64,
    pub rlbytes: i64,
    pub iovused: u32,
    pub msgcurr: u32,
}

impl Offsets {
    pub fn of(fields: &ConnFields) -> Offsets {
        Offsets {
            rcurr: fields.rcurr.into(),
            rbytes: fields.rbytes.into(),
            ritem: fields.ritem.into(),
            rlbytes: fields.rlbytes.into(),
            iovused: fields.iovused,
            msgcurr: fields.msgcurr,
        }
    }
}

impl Conn {
    /// A connection of which only the number is known.
    pub fn new(id: u32) -> Conn {
        Conn { id, ..Conn::default() }
    }

    /// About how many bytes of memory it takes.
    pub(super) fn weight(&self) -> usize {
        let replies: usize = self.replies.iter().map(|r| size_of::<Vec<u8>>() + r.len()).sum();
        let sent: usize = self.sent.iter().flat_map(|s| &s.pieces).map(|(kept, _)| 32 + kept.len()).sum();
        let command = self.command.as_ref().map_or(0, Vec::len);
        size_of::<Conn>()
            + 64
            + self.rbuf.weight()
            + self.value.weight()
            + self.wbuf.weight()
            + replies
            + sent
            + command
    }

    /// A connection as a snapshot tells of it.
    pub(super) fn found(at: &ConnAt) -> Conn {
        let mut conn = Conn {
            fd: at.fd,
            peer: at.peer.clone(),
            is_udp: at.transport.as_deref() == Some("udp"),
            request_id: at.request_id,
            thread: at.worker,
            place: match at.place.as_ref() {
                "accepted" => Place::Accepted,
                "queued" => Place::Queued,
                "taken" => Place::Taken,
                _ => Place::Open,
            },
            state: at.state,
            stats: at.stats,
            ..Conn::new(at.conn)
        };
        if let Some(set) = &at.set {
            set.apply(&mut conn.fields);
        }
        conn.found_bytes(at.bytes().as_ref());
        conn
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.place == Place::Closed
    }

    /// Folds an event of this connection; `told`: how much `stats` has counted before it.
    pub(super) fn apply(&mut self, event: &Event, told: i64) -> Touched {
        let mut touched = Touched::default();
        // Other threads than its own only hand it over.
        if self.thread.is_none_or(|own| own == event.th) {
            self.settle(event, &mut touched);
        }
        let old = Offsets::of(&self.fields);
        if let Some(set) = &event.set {
            set.apply(&mut self.fields);
        }
        self.move_bytes(event, old, &mut touched);
        if let Some(step) = stat_step(event) {
            touched.counted = self.stats.step(step);
        }

        self.is_udp |= event.is_udp();
        match event.kind() {
            Kind::Recvfrom => {
                self.fd = event.fd().or(self.fd);
                self.peer = event.peer().map(str::to_owned).or(self.peer.take());
                self.request_id = event.request_id().or(self.request_id);
            }
            Kind::Accept => {
                self.fd = event.fd();
                self.peer = event.peer().map(str::to_owned);
            }
            Kind::CqPush => {
                self.place = self.place.max(Place::Queued);
                self.thread = event.worker();
            }
            Kind::CqPop => {
                self.place = self.place.max(Place::Taken);
                self.thread = Some(event.th);
            }
            Kind::ConnNew => {
                self.place = Place::Open;
                self.thread = Some(event.th);
                self.fd = event.fd().or(self.fd);
                self.state = event.state();
            }
            Kind::State => self.state_changed(event),
            Kind::Call if event.function() == Some(Fn::ProcessCommand) => {
                self.line_found(&mut touched);
                self.then = Then::Command;
            }
            Kind::Command => self.command_found(event, told, &mut touched),
            Kind::Reply => self.replied(event),
            Kind::Sendmsg => self.sent(event),
            Kind::Close => {
                self.place = Place::Closed;
                self.why = event.why().map(str::to_owned);
                self.forget_bytes();
                self.replies.clear();
            }
            _ => {}
        }
        touched
    }

    fn state_changed(&mut self, event: &Event) {
        // A trace that begins in the middle shows connections that were never accepted in it.
        self.place = self.place.max(Place::Open);
        self.thread = self.thread.or(Some(event.th));
        if event.to().is_some() {
            self.state = event.to();
        }
        if let (Some(from), Some(to)) = (event.from(), event.to()) {
            let way = Way { from, to };
            self.way = Some(way);
            self.ways.add(way);
        }
        if event.to() == Some(ConnState::NewCmd) {
            self.replies.clear();
        }
    }

    fn replied(&mut self, event: &Event) {
        self.answer_told(event);
        if self.replies.len() == MAX_PIECES {
            self.replies.remove(0);
        }
        self.replies.push(bytes_of(event));
    }

    fn sent(&mut self, event: &Event) {
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
            result: match (&event.errno(), event.ret()) {
                (Some(errno), _) => Err(errno),
                (None, ret) => Ok(ret.unwrap_or(0)),
            },
        });
    }
}

/// What an event is to the statistics.
fn stat_step(event: &Event) -> Option<StatStep> {
    Some(match (event.kind(), event.op()) {
        (Kind::Item, Some("hit")) => StatStep::LookedUp(true),
        (Kind::Item, Some("miss" | "expire" | "flush")) => StatStep::LookedUp(false),
        (Kind::Reply, Some("value")) => StatStep::Value,
        (Kind::Reply, _) => StatStep::Reply,
        (Kind::Call, _) => StatStep::Call(event.function()?),
        (Kind::State, _) => StatStep::State,
        _ => return None,
    })
}

pub(super) fn bytes_of(event: &Event) -> Vec<u8> {
    event.bytes().map(|p| p.kept[..p.kept.len().min(MAX_TEXT)].to_vec()).unwrap_or_default()
}
