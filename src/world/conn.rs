//! The connections: how far each has come, its `struct conn`, and what hangs on it for whoever remembers more.

use super::Effect;
use super::happening::{AllocatedItem, Change, Happening};
use super::trail::{Trail, Turn};
use crate::event::{
    ChangedFields, ConnAt, ConnFields, ConnItem, ConnSet, ConnState, Counted, Payload, ReplyOp, StatFold,
    StatStep, Thread, What, encode,
};
use std::borrow::Cow;
use std::fmt::Debug;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// How far a connection has come in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum ConnStage {
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

impl ConnStage {
    /// Its name in a snapshot.
    fn name(self) -> &'static str {
        match self {
            ConnStage::Accepted => "accepted",
            ConnStage::Queued => "queued",
            ConnStage::Taken => "taken",
            ConnStage::Open => "open",
            ConnStage::Closed => "closed",
        }
    }

    fn from_name(name: &str) -> ConnStage {
        match name {
            "accepted" => ConnStage::Accepted,
            "queued" => ConnStage::Queued,
            "taken" => ConnStage::Taken,
            _ => ConnStage::Open,
        }
    }
}

/// A connection, as all who fold know it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnFacts {
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
    pub place: ConnStage,
    /// Its state, once it has one.
    pub state: Option<ConnState>,
    /// `struct conn`.
    pub fields: ConnFields,
    /// Whether something is known of that.
    pub(crate) is_known: bool,
    /// Which item it has, where a thread reports it by number.
    item_id: u32,
    /// What its command is to `stats`.
    pub(crate) stats: StatFold,
    /// Its events.
    pub(super) events: Trail,
    /// Its reads.
    pub(super) reads: Trail,
    /// What it has got done since its thread last woke up.
    pub(super) turn: Turn,
}

/// What somebody remembers of a connection: what all do, and more.
pub trait Connection: Deref<Target = ConnFacts> + DerefMut + Clone + Debug + Default + PartialEq {
    /// The event, in whatever form it is known to it.
    type Source<'a>;
    /// What an event did to what is remembered.
    type Touched: Default + Debug;

    /// An event is about to change `struct conn`.
    fn before(&mut self, h: &Happening<'_>, source: &Self::Source<'_>, touched: &mut Self::Touched);

    /// It has; `old` is what it was like before.
    fn after(
        &mut self,
        h: &Happening<'_>,
        source: &Self::Source<'_>,
        old: Offsets,
        touched: &mut Self::Touched,
    );

    /// Events are missing.
    fn loses(&mut self);

    /// As a snapshot tells of it.
    fn found(at: &ConnAt) -> Self;

    /// The last unparsed bytes in its read buffer, as far as they are known: text, or base64.
    fn unparsed(&self) -> (Option<String>, Option<String>) {
        (None, None)
    }

    /// For a snapshot, when so much has been counted by `stats`.
    fn at(&self, told: i64) -> ConnAt {
        let (data, b64) = self.unparsed();
        ConnAt {
            conn: self.id,
            fd: self.fd,
            peer: self.peer.clone(),
            transport: self.is_udp.then_some("udp".into()),
            request_id: self.request_id,
            worker: self.thread.filter(|thread| thread.worker().is_some()),
            place: Cow::Borrowed(self.place.name()),
            state: self.state,
            set: self.is_known.then(|| ConnSet::of(&self.fields)),
            stats: self.stats.from_here(told),
            data,
            b64,
        }
    }
}

/// A connection of which nothing more is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Plain(ConnFacts);

impl Deref for Plain {
    type Target = ConnFacts;

    fn deref(&self) -> &ConnFacts {
        &self.0
    }
}

impl DerefMut for Plain {
    fn deref_mut(&mut self) -> &mut ConnFacts {
        &mut self.0
    }
}

impl Connection for Plain {
    type Source<'a> = ();
    type Touched = ();

    fn before(&mut self, _: &Happening<'_>, (): &(), (): &mut ()) {}
    fn after(&mut self, _: &Happening<'_>, (): &(), _: Offsets, (): &mut ()) {}
    fn loses(&mut self) {}

    fn found(at: &ConnAt) -> Plain {
        Plain(ConnFacts::found(at))
    }
}

/// The fields that say where the bytes are.
#[derive(Debug, Clone, Copy)]
pub struct Offsets {
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

impl ConnFacts {
    /// A connection as a snapshot tells of it.
    pub(crate) fn found(at: &ConnAt) -> ConnFacts {
        let mut conn = ConnFacts {
            id: at.conn,
            fd: at.fd,
            peer: at.peer.clone(),
            is_udp: at.transport.as_deref() == Some("udp"),
            request_id: at.request_id,
            thread: at.worker,
            place: ConnStage::from_name(&at.place),
            state: at.state,
            stats: at.stats,
            ..ConnFacts::default()
        };
        if let Some(set) = &at.set {
            set.apply(&mut conn.fields);
            conn.is_known = true;
        }
        conn
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.place == ConnStage::Closed
    }

    /// Takes in what has changed in `struct conn`: which fields, and the item that it has got or let go of.
    #[inline(always)]
    fn changes(&mut self, change: &Change<'_>) -> (ChangedFields, Option<Option<ConnItem>>) {
        match *change {
            Change::Nothing => (ChangedFields::default(), None),
            Change::Set(set) => {
                set.apply(&mut self.fields);
                self.is_known = true;
                (ChangedFields::default(), None)
            }
            Change::Words(change, allocated) => {
                let changed = change.apply(&mut self.fields, self.is_known);
                self.is_known = true;
                (changed, change.item_id().and_then(|id| self.item_changes(id, allocated)))
            }
        }
    }

    #[inline]
    fn item_changes(&mut self, id: u32, allocated: &AllocatedItem) -> Option<Option<ConnItem>> {
        if self.item_id == id {
            return None;
        }
        self.item_id = id;
        let has = (id != 0).then(|| {
            let is_known = allocated.id == id;
            let key = if is_known { encode(&allocated.key).0.unwrap_or_default() } else { String::new() };
            ConnItem { key, size: if is_known { u64::from(allocated.size) } else { 0 } }
        });
        self.fields.item.clone_from(&has);
        Some(has)
    }

    /// What an event is to the statistics, and what they have counted since the one before.
    #[inline(always)]
    fn counts(&mut self, h: &Happening<'_>, told: i64) -> Counted {
        let step = match *h.what {
            What::Command => {
                let (kept, len) = h.bytes.unwrap_or((&[], 1));
                return self.stats.command(&Payload { kept: kept.into(), len }, told);
            }
            What::Item { op: Some(op), .. } => match op.found() {
                Some(found) => StatStep::LookedUp(found),
                None => return Counted::Nothing,
            },
            What::Reply { op: Some(ReplyOp::Value) } => StatStep::Value,
            What::Reply { .. } => StatStep::Reply,
            What::Call { function: Some(function) } => StatStep::Call(function),
            What::State { .. } => StatStep::State,
            _ => return Counted::Nothing,
        };
        self.stats.step(step)
    }

    /// How far it has come by an event.
    #[inline(always)]
    fn goes_on(&mut self, h: &Happening<'_>) {
        match *h.what {
            What::Accept { fd, .. } => (self.fd, self.peer) = (fd, h.text().map(Cow::into_owned)),
            What::CqPush { worker, transport, .. } => {
                self.is_udp |= transport.is_some();
                (self.place, self.thread) = (self.place.max(ConnStage::Queued), worker);
            }
            What::CqPop { .. } => (self.place, self.thread) = (self.place.max(ConnStage::Taken), Some(h.th)),
            What::ConnNew { fd, transport, state } => {
                self.is_udp |= transport.is_some();
                (self.place, self.thread) = (ConnStage::Open, Some(h.th));
                (self.fd, self.state) = (fd.or(self.fd), state);
            }
            What::State { to, .. } => {
                // A trace that begins in the middle shows connections that were never accepted in it.
                self.place = self.place.max(ConnStage::Open);
                self.thread = self.thread.or(Some(h.th));
                self.state = to.or(self.state);
            }
            What::Read { fd, .. } => {
                self.fd = fd.or(self.fd);
                self.reads.goes_on(h.seq);
            }
            What::Recvfrom { fd, request_id, .. } => {
                (self.is_udp, self.fd) = (true, fd.or(self.fd));
                self.peer = h.text().map(Cow::into_owned).or(self.peer.take());
                self.request_id = request_id.or(self.request_id);
            }
            What::Close { .. } => self.place = ConnStage::Closed,
            _ => {}
        }
    }
}

/// Folds an event of a connection; what `stats` has counted before it.
#[inline(always)]
pub(super) fn apply<C: Connection>(
    conn: &mut C,
    h: &Happening<'_>,
    source: &C::Source<'_>,
    told: i64,
    effect: &mut Effect<C::Touched>,
) -> Counted {
    conn.before(h, source, &mut effect.touched);
    let old = Offsets::of(&conn.fields);
    (effect.changed, effect.item) = conn.changes(&h.change);
    let counted = conn.counts(h, told);
    conn.goes_on(h);
    conn.after(h, source, old, &mut effect.touched);
    counted
}

/// How a connection is kept: by itself, or shared with other worlds.
pub trait Held: Deref<Target = Self::Of> + Clone + Debug + PartialEq {
    /// What it holds.
    type Of: Connection;

    fn new(conn: Self::Of) -> Self;
    fn get_mut(&mut self) -> &mut Self::Of;
}

impl<C: Connection> Held for Box<C> {
    type Of = C;

    fn new(conn: C) -> Box<C> {
        Box::new(conn)
    }

    #[inline]
    fn get_mut(&mut self) -> &mut C {
        self
    }
}

impl<C: Connection> Held for Arc<C> {
    type Of = C;

    fn new(conn: C) -> Arc<C> {
        Arc::new(conn)
    }

    fn get_mut(&mut self) -> &mut C {
        Arc::make_mut(self)
    }
}

/// The connections in the order of their numbers. Numbers only go up, so a new one nearly always comes last; and
/// what is asked for is mostly what was asked for before.
#[derive(Debug, Clone)]
pub struct Conns<H> {
    all: Vec<(u32, H)>,
    /// Where the last one that was asked for stands.
    last: usize,
}

impl<H> Default for Conns<H> {
    fn default() -> Conns<H> {
        Conns { all: Vec::new(), last: 0 }
    }
}

impl<H: PartialEq> PartialEq for Conns<H> {
    fn eq(&self, other: &Conns<H>) -> bool {
        self.all == other.all
    }
}

impl<H: PartialEq> Eq for Conns<H> {}

impl<H: Held> Conns<H> {
    /// Where the one of that number stands, or would.
    #[inline]
    fn at(&self, id: u32) -> Result<usize, usize> {
        // Where it stands if none is missing between the first and it.
        let first = self.all.first().map_or(0, |(first, _)| *first);
        let likely = id.wrapping_sub(first) as usize;
        match self.all.get(likely) {
            Some((there, _)) if *there == id => Ok(likely),
            _ => self.search(id),
        }
    }

    #[inline(never)]
    fn search(&self, id: u32) -> Result<usize, usize> {
        self.all.binary_search_by_key(&id, |(id, _)| *id)
    }

    /// Whether there is one of that number.
    pub fn has(&self, id: u32) -> bool {
        self.all.get(self.last).is_some_and(|(last, _)| *last == id) || self.at(id).is_ok()
    }

    /// The one of that number.
    pub fn get(&self, id: u32) -> Option<&H> {
        self.at(id).ok().map(|at| &self.all[at].1)
    }

    /// The same, made if it is not there.
    #[inline]
    pub(super) fn of(&mut self, id: u32) -> &mut H::Of {
        if self.all.get(self.last).is_none_or(|(last, _)| *last != id) {
            self.last = self.at(id).unwrap_or_else(|at| self.made(id, at));
        }
        self.all[self.last].1.get_mut()
    }

    #[cold]
    fn made(&mut self, id: u32, at: usize) -> usize {
        let mut conn = H::Of::default();
        conn.id = id;
        self.all.insert(at, (id, H::new(conn)));
        at
    }

    pub(super) fn remove(&mut self, id: u32) {
        if let Ok(at) = self.at(id) {
            self.all.remove(at);
        }
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&ConnFacts) -> bool) {
        self.all.retain(|(_, conn)| keep(conn));
    }

    pub(super) fn each(&mut self, with: impl Fn(&mut H::Of)) {
        self.all.iter_mut().for_each(|(_, conn)| with(conn.get_mut()));
    }

    /// All of them, by number.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &H::Of> + ExactSizeIterator {
        self.all.iter().map(|(_, conn)| &**conn)
    }

    /// All of them as they are kept.
    pub fn held(&self) -> impl DoubleEndedIterator<Item = (u32, &H)> + ExactSizeIterator {
        self.all.iter().map(|(id, conn)| (*id, conn))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.all.len()
    }
}

impl<C: Connection, H: Held<Of = C>> FromIterator<C> for Conns<H> {
    fn from_iter<T: IntoIterator<Item = C>>(conns: T) -> Conns<H> {
        let mut all: Vec<_> = conns.into_iter().map(|conn| (conn.id, H::new(conn))).collect();
        all.sort_by_key(|(id, _)| *id);
        all.dedup_by_key(|(id, _)| *id);
        Conns { all, last: 0 }
    }
}
