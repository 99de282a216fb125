//! A connection as the trace shows it: `struct conn`, and the bytes in its buffers.

use super::bytes::Bytes;
use super::{Way, Ways};
use crate::event::{ConnAt, ConnFields, ConnState, Event, Kind, Thread, Word};
use std::ops::Range;

/// How many answers, and how many pieces of one, are remembered.
const MAX_PIECES: usize = 64;
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
    /// The length of all pieces.
    pub total: u64,
    /// How many bytes the kernel took, or the error's name.
    pub result: Result<i64, Word>,
}

/// What one event wrote into a connection's buffers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Touched {
    pub rbuf: Option<Range<usize>>,
    pub value: Option<Range<usize>>,
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
    /// The last command line.
    pub command: Option<Vec<u8>>,
    /// How many command lines it sent.
    pub requests: u64,
    /// The answers that were queued and are not known to be sent.
    pub replies: Vec<Vec<u8>>,
    /// The last `sendmsg` since the last command.
    pub sent: Option<Sent>,
    /// Why it was closed.
    pub why: Option<Word>,
}

/// The fields that say where the bytes are.
#[derive(Clone, Copy)]
struct Offsets {
    rcurr: u64,
    rbytes: u64,
    ritem: u64,
    rlbytes: i64,
}

impl Offsets {
    fn of(fields: &ConnFields) -> Offsets {
        Offsets {
            rcurr: fields.rcurr.into(),
            rbytes: fields.rbytes.into(),
            ritem: fields.ritem.into(),
            rlbytes: fields.rlbytes.into(),
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
        size_of::<Conn>() + 64 + self.rbuf.weight() + self.value.weight() + replies + sent + command
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
            ..Conn::new(at.conn)
        };
        if let Some(set) = &at.set {
            set.apply(&mut conn.fields);
        }
        // Of the bytes in its buffers the last unparsed ones are known; what was read of its value
        // is there, but not told.
        let (rcurr, rbytes) = (u64::from(conn.fields.rcurr), u64::from(conn.fields.rbytes));
        conn.rbuf.write(rcurr, b"", rbytes);
        if let Some(known) = at.bytes() {
            let len = (known.kept.len() as u64).min(rbytes);
            conn.rbuf.write(rcurr + rbytes - len, &known.kept, len);
        }
        conn.value.write(0, b"", conn.fields.ritem.into());
        conn
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.place == Place::Closed
    }

    /// Folds an event of this connection.
    pub(super) fn apply(&mut self, event: &Event) -> Touched {
        let mut touched = Touched::default();
        if event.ev == Kind::Command {
            self.command_found(event, &mut touched);
        }
        let old = Offsets::of(&self.fields);
        if let Some(set) = &event.set {
            set.apply(&mut self.fields);
        }
        self.move_bytes(event, old, &mut touched);

        self.is_udp |= event.is_udp();
        match &event.ev {
            Kind::Recvfrom => {
                self.fd = event.fd.or(self.fd);
                self.peer = event.peer.clone().or(self.peer.take());
                self.request_id = event.request_id.or(self.request_id);
            }
            Kind::Accept => {
                self.fd = event.fd;
                self.peer.clone_from(&event.peer);
            }
            Kind::CqPush => {
                self.place = self.place.max(Place::Queued);
                self.thread = event.worker;
            }
            Kind::CqPop => {
                self.place = self.place.max(Place::Taken);
                self.thread = Some(event.th);
            }
            Kind::ConnNew => {
                self.place = Place::Open;
                self.thread = Some(event.th);
                self.fd = event.fd.or(self.fd);
                self.state = event.state;
            }
            Kind::State => self.state_changed(event),
            Kind::Reply => {
                if self.replies.len() == MAX_PIECES {
                    self.replies.remove(0);
                }
                self.replies.push(bytes_of(event));
            }
            Kind::Sendmsg => self.sent(event),
            Kind::Close => {
                self.place = Place::Closed;
                self.why.clone_from(&event.why);
                self.rbuf = Bytes::default();
                self.value = Bytes::default();
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
        if event.to.is_some() {
            self.state = event.to;
        }
        if let (Some(from), Some(to)) = (event.from, event.to) {
            let way = Way { from, to };
            self.way = Some(way);
            self.ways.add(way);
        }
        if event.to == Some(ConnState::NewCmd) {
            self.replies.clear();
        }
    }

    /// `try_read_command` found a line: it ends it with a NUL in the buffer itself, and
    /// `tokenize_command` puts one behind each token.
    fn command_found(&mut self, event: &Event, touched: &mut Touched) {
        self.command = Some(bytes_of(event));
        self.requests = self.requests.saturating_add(1);
        self.sent = None;
        self.replies.clear();
        let start = self.fields.rcurr.into();
        if let Some(newline) = self.rbuf.find(b'\n', start, self.fields.rbytes.into()) {
            // As the C has it: the \r goes only where something stands before it.
            let has_cr = newline as u64 > start + 1
                && self.rbuf.get(newline.saturating_sub(1)) == super::Cell::Known(b'\r');
            let end = if has_cr { newline - 1 } else { newline };
            self.rbuf.set(end, 0);
            let first = self.cut_tokens(self.fields.rcurr as usize, end);
            touched.rbuf = Some(first.unwrap_or(end)..end + 1);
        }
    }

    /// Cuts the line `start..end` of the read buffer into tokens (`memcached.c:2448`): seven at most,
    /// but the keys of a get are cut to the last one. Returns where the first NUL was put.
    fn cut_tokens(&mut self, start: usize, end: usize) -> Option<usize> {
        const MAX_TOKENS: usize = 8;
        let line = self.command.as_deref().unwrap_or_default().trim_ascii_start();
        let is_get = [&b"get "[..], b"gets ", b"bget "].iter().any(|get| line.starts_with(get));
        let (mut tokens, mut in_token, mut first) = (0, false, None);
        for at in start..end {
            let is_space = self.rbuf.get(at) == super::Cell::Known(b' ');
            if is_space && in_token {
                self.rbuf.set(at, 0);
                first = first.or(Some(at));
                tokens += 1;
                if tokens == MAX_TOKENS - 1 && !is_get {
                    break;
                }
            }
            in_token = !is_space;
        }
        first
    }

    /// What the event did to the bytes, told by how the offsets moved.
    fn move_bytes(&mut self, event: &Event, old: Offsets, touched: &mut Touched) {
        let new = Offsets::of(&self.fields);
        if event.ev == Kind::Recvfrom {
            // What a datagram says stands where the buffer begins, over what was there. One that is
            // refused has left the offsets as they were.
            let said = event.request().filter(|said| said.len == new.rbytes && new.rcurr == 0);
            if let Some(said) = said {
                self.rbuf.write(0, &said.kept, said.len);
                touched.rbuf = range(0, said.len, self.rbuf.len());
            }
            return;
        }
        let got = event.ret.and_then(|ret| u64::try_from(ret).ok()).unwrap_or(0);
        let into = event.into.as_deref().filter(|_| event.ev == Kind::Read);
        let read = if into == Some("rbuf") { got } else { 0 };

        // conn_nread takes what is there of the value out of the read buffer.
        let copied = u64::try_from(old.rlbytes - new.rlbytes).unwrap_or(0);
        if copied > 0 && into.is_none() && old.rbytes >= new.rbytes.saturating_add(copied) {
            let cells = self.rbuf.slice(old.rcurr, copied).to_vec();
            self.value.copy(old.ritem, &cells);
            touched.value = range(old.ritem, copied, self.value.len());
        }
        if event.set.as_ref().is_some_and(|set| set.item.is_some()) {
            self.value = Bytes::default();
            touched.value = None;
        }

        // try_read_network and conn_shrink move what is left unparsed to the front.
        let left = new.rbytes.saturating_sub(read);
        let end = old.rcurr + old.rbytes;
        if new.rcurr == 0 && left > 0 && left < end {
            self.rbuf.move_to_front(end - left, left);
            touched.rbuf = range(0, left, self.rbuf.len());
        }

        let Some(payload) = event.bytes().filter(|_| got > 0) else { return };
        match into {
            Some("rbuf") => {
                let at = (new.rcurr + new.rbytes).saturating_sub(got);
                self.rbuf.write(at, &payload.kept[..payload.kept.len().min(clamp(got))], got);
                touched.rbuf = range(at, got, self.rbuf.len());
            }
            Some("item") => {
                let at = new.ritem.saturating_sub(got);
                self.value.write(at, &payload.kept[..payload.kept.len().min(clamp(got))], got);
                touched.value = range(at, got, self.value.len());
            }
            _ => {}
        }
    }

    fn sent(&mut self, event: &Event) {
        let iov = event.iov.as_deref().unwrap_or_default();
        let pieces = iov.iter().take(MAX_PIECES).map(|piece| {
            let bytes = piece.bytes();
            (bytes.kept[..bytes.kept.len().min(MAX_TEXT)].to_vec(), bytes.len)
        });
        self.sent = Some(Sent {
            pieces: pieces.collect(),
            count: iov.len(),
            total: iov.iter().fold(0, |sum, piece| sum.saturating_add(piece.len)),
            result: match (&event.errno, event.ret) {
                (Some(errno), _) => Err(errno.clone()),
                (None, ret) => Ok(ret.unwrap_or(0)),
            },
        });
    }
}

fn bytes_of(event: &Event) -> Vec<u8> {
    event.bytes().map(|p| p.kept[..p.kept.len().min(MAX_TEXT)].to_vec()).unwrap_or_default()
}

fn clamp(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// The cells `at..at + len`, as far as they are kept.
fn range(at: u64, len: u64, kept: usize) -> Option<Range<usize>> {
    let (from, to) = (clamp(at).min(kept), clamp(at.saturating_add(len)).min(kept));
    (from < to).then_some(from..to)
}
