//! What the recorder remembers of the server from one event to the next: the `world`, and of each
//! connection the bytes that are still unparsed, for a recording that begins now.

use super::kept::{Folds, fold};
use super::line::whole_characters;
use crate::event::{
    ConnAt, ConnChange, Function, ItemOp, Snapshot, Target, Thread, UDP_HEADER_SIZE, What, encode,
};
use crate::tracer::{Record, Report, received};
use crate::world::{
    self, AllocatedItem, Change, ConnFacts, Connection, Effect, Happening, HappeningText, Offsets,
};
use std::ops::{Deref, DerefMut};

/// How many unparsed bytes of a read buffer are remembered.
const UNPARSED: usize = 2048;

/// The server as the events so far left it.
#[derive(Debug)]
pub(super) struct RecorderWorld {
    now: world::Now<Box<ConnNow>>,
    /// The item that each thread has allocated last: the dispatcher, then the workers.
    allocated: Vec<AllocatedItem>,
}

impl Default for RecorderWorld {
    fn default() -> RecorderWorld {
        RecorderWorld { now: world::Now::new(0), allocated: Vec::new() }
    }
}

/// What an event says besides what its record does.
pub(super) type RecordContext = Effect<()>;

/// An event on its way into the world.
struct Fold<'a> {
    now: &'a mut world::Now<Box<ConnNow>>,
    thread: Thread,
    record: &'a Record,
    change: Option<&'a ConnChange>,
    payload: &'a [u8],
    /// The item that the thread has allocated last.
    allocated: &'a mut AllocatedItem,
}

impl Folds for Fold<'_> {
    type Out = RecordContext;

    #[inline(always)]
    fn fold(self, what: &What) -> RecordContext {
        let Fold { now, thread, record, change, payload, allocated } = self;
        if let Report::Item { op: ItemOp::Alloc, id, size, .. } = record.what {
            (allocated.id, allocated.size) = (id, size.get().unwrap_or(0));
            allocated.key.clear();
            allocated.key.extend_from_slice(whole_characters(payload, record.len));
        }
        let (mut bytes, mut text) = ((payload, u64::from(record.len)), HappeningText::Nothing);
        match *what {
            What::Accept { .. } | What::Bind { .. } | What::Listen { .. } | What::Setting { .. } => {
                text = HappeningText::Bytes(payload);
            }
            What::Recvfrom { ret, .. } => {
                let (peer, data) = received(payload);
                bytes = (data, ret.and_then(|ret| u64::try_from(ret).ok()).unwrap_or(0));
                text = peer.map_or(HappeningText::Nothing, HappeningText::Addr);
            }
            _ => {}
        }
        let happening = Happening {
            seq: record.seq,
            th: thread,
            conn: record.conn(),
            what,
            bytes: Some(bytes),
            text,
            change: change.map_or(Change::Nothing, |change| Change::Words(change, allocated)),
            ready: None,
            world: None,
        };
        now.apply(&happening, &())
    }

    #[inline(never)]
    fn fold_seldom(self, what: &What) -> RecordContext {
        self.fold(what)
    }
}

impl RecorderWorld {
    /// Takes an event in.
    #[inline(always)]
    pub fn apply(
        &mut self,
        thread: Thread,
        record: &Record,
        change: Option<&ConnChange>,
        payload: &[u8],
    ) -> RecordContext {
        let at = world::place(thread).unwrap_or(0);
        if self.allocated.len() <= at {
            self.allocated.resize_with(at + 1, AllocatedItem::default);
        }
        let allocated = &mut self.allocated[at];
        fold(&record.what, Fold { now: &mut self.now, thread, record, change, payload, allocated })
    }

    /// Whether nothing has happened yet: a recording that begins now needs no snapshot.
    pub fn is_new(&self) -> bool {
        self.now.is_new()
    }

    /// Events were lost.
    pub fn lose(&mut self, n: u64) {
        self.now.lose(n);
    }

    /// Everything, for a recording that starts from here.
    pub fn snapshot(&self) -> Snapshot {
        self.now.snapshot()
    }
}

/// A connection, and what is in its read buffer.
#[derive(Debug, Clone, PartialEq, Default)]
struct ConnNow {
    conn: ConnFacts,
    /// The last of the unparsed bytes in its read buffer.
    unparsed: Vec<u8>,
    /// Whether they are a datagram's, and still stand behind its header.
    is_moving: bool,
    /// Whether the line is taken off them already that a `command` will tell of.
    is_parsed: bool,
}

impl Deref for ConnNow {
    type Target = ConnFacts;

    fn deref(&self) -> &ConnFacts {
        &self.conn
    }
}

impl DerefMut for ConnNow {
    fn deref_mut(&mut self) -> &mut ConnFacts {
        &mut self.conn
    }
}

impl Connection for ConnNow {
    type Source<'a> = ();
    type Touched = ();

    #[inline(always)]
    fn before(&mut self, h: &Happening<'_>, (): &(), (): &mut ()) {
        self.is_moving = false;
        match *h.what {
            What::Call { function: Some(Function::ProcessCommand) } => {
                self.parsed();
                self.is_parsed = true;
            }
            // It was found now, unless that was noted before.
            What::Command if std::mem::take(&mut self.is_parsed) => {}
            What::Command => self.parsed(),
            What::Recvfrom { ret, request_id, .. } => {
                let ret = ret.and_then(|ret| usize::try_from(ret).ok()).unwrap_or(0);
                let (kept, _) = h.bytes.unwrap_or_default();
                self.datagram(ret, request_id.is_some(), kept);
            }
            _ => {}
        }
    }

    #[inline(always)]
    fn after(&mut self, h: &Happening<'_>, (): &(), _: Offsets, (): &mut ()) {
        if let What::Read { into: Some(Target::Rbuf), ret: Some(ret @ 1..), .. } = *h.what {
            let (kept, _) = h.bytes.unwrap_or_default();
            self.brought(ret as usize, self.fields.rbytes as usize, kept);
        }
    }

    fn loses(&mut self) {
        self.unparsed.clear();
    }

    fn found(at: &ConnAt) -> ConnNow {
        let unparsed = at.bytes().map_or(Vec::new(), |bytes| bytes.kept.into_owned());
        ConnNow { conn: ConnFacts::found(at), unparsed, ..ConnNow::default() }
    }

    fn unparsed(&self) -> (Option<String>, Option<String>) {
        let from = self.unparsed.len().saturating_sub(self.fields.rbytes as usize);
        let unparsed = &self.unparsed[from..];
        if unparsed.is_empty() || self.is_moving { (None, None) } else { encode(unparsed) }
    }
}

impl ConnNow {
    /// A `read` has brought `ret` bytes into the read buffer, of which `kept` are the first; now there
    /// are `rbytes` in it.
    fn brought(&mut self, ret: usize, rbytes: usize, kept: &[u8]) {
        let before = rbytes.saturating_sub(ret);
        let known = self.unparsed.len();
        self.unparsed.drain(..known.saturating_sub(before));
        if kept.len() < ret {
            // The end of them was not kept, so nothing before it is the end of what is there.
            self.unparsed.clear();
        } else {
            self.unparsed.extend_from_slice(kept);
        }
        let known = self.unparsed.len();
        self.unparsed.drain(..known.saturating_sub(UNPARSED));
    }

    /// A datagram of `ret` bytes came, of which `kept` are the first: where the read buffer begins, over what
    /// is there. A request is moved over its header after that, and is all that there is then; one in several
    /// datagrams is refused, and what was unparsed before is unparsed still.
    fn datagram(&mut self, ret: usize, is_request: bool, kept: &[u8]) {
        let of = kept.get(4..6);
        if is_request && of.is_none_or(|of| of == [0, 1]) {
            self.is_moving = true;
            self.unparsed.clear();
            let header = UDP_HEADER_SIZE.min(kept.len());
            self.brought(ret.saturating_sub(UDP_HEADER_SIZE), usize::MAX, &kept[header..]);
            return;
        }
        let (rcurr, rbytes) = (self.fields.rcurr as usize, self.fields.rbytes as usize);
        let known = self.unparsed.len().saturating_sub(rbytes);
        self.unparsed.drain(..known);
        let from = (rcurr + rbytes).saturating_sub(self.unparsed.len());
        let over = ret.saturating_sub(from).min(self.unparsed.len());
        match kept.get(from..from + over) {
            Some(kept) => self.unparsed[..over].copy_from_slice(kept),
            None => drop(self.unparsed.drain(..over)),
        }
    }

    /// A command line was found. Its bytes change now (`try_read_command` ends it with a NUL, and
    /// `tokenize_command` puts others among them), and are told no more.
    fn parsed(&mut self) {
        let from = self.unparsed.len().saturating_sub(self.fields.rbytes as usize);
        if let Some(newline) = memchr::memchr(b'\n', &self.unparsed[from..]) {
            self.unparsed.drain(..=from + newline);
        }
    }
}
