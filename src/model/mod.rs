//! The world at an event: what the threads, queues, connections and buffers were like just after
//! it happened.
//!
//! [`World::apply`] is a fold and nothing else: the world at event N is the fold of the events up
//! to N. It reads no clock and no file, guesses nothing that the trace does not say, and takes any
//! sequence of events without panicking, since a trace may be cut, begin in the middle, or lie.
//! Memory is bounded by what is open, not by how long the trace is.
//!
//! What the threads, queues, connections and the store are at is the `world`'s matter, which
//! others fold too. Added here is what a picture needs: the bytes in the buffers, which items are in which list,
//! how often each way was taken, and what the event changed.

mod buffers;
mod bytes;
mod conn;
mod memory;
#[cfg(test)]
mod memory_tests;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
pub(crate) mod tests;

pub use crate::world::{
    Before, ConnStage, InPipe, Listener, StoreFacts, ThreadFacts, ThreadPhase, ThreadTable,
};
pub use bytes::{Bytes, Cell};
pub use conn::{ConnModel, Sent};
pub use memory::{ClassModel, Deed, Item, Key, LruModel, StoreModel};

use crate::event::{ConnState, Event, Kind, Snapshot, Thread, ThreadOp, What};
use crate::world::{self, Happening};
use memory::Lists;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// How many closed connections are remembered.
const MAX_CLOSED: usize = 64;
/// How many workers of a header are believed before they are seen.
const MAX_WORKERS: u32 = 1024;

/// One way through the machine: a change of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Way {
    /// The state left.
    pub from: ConnState,
    /// The state entered.
    pub to: ConnState,
}

/// The states that this version knows, and one place for all others.
const STATES: usize = ConnState::ALL.len() + 1;

/// How often each way was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways([[u32; STATES]; STATES]);

impl Default for Ways {
    fn default() -> Ways {
        Ways([[0; STATES]; STATES])
    }
}

impl Ways {
    /// How often `way` was taken.
    pub fn count(&self, way: Way) -> u32 {
        self.0[way.from.index()][way.to.index()]
    }

    fn add(&mut self, way: Way) {
        let n = &mut self.0[way.from.index()][way.to.index()];
        *n = n.saturating_add(1);
    }
}

/// How far the server's start has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StartupProgress {
    /// Event bases made.
    pub bases: u32,
    /// Notify pipes made.
    pub pipes: u32,
    /// `pthread_create` called.
    pub created: u32,
    /// Workers that run.
    pub started: u32,
    /// The main thread has entered its loop.
    pub looping: bool,
}

/// What one event changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed {
    /// The thread that it happened on.
    pub thread: Thread,
    /// The connection that it is about.
    pub conn: Option<u32>,
    /// The fields of `struct conn` that changed, by their C names.
    pub fields: Vec<&'static str>,
    /// The change of state.
    pub way: Option<Way>,
    /// The worker whose pipe was written or read.
    pub pipe: Option<Thread>,
    /// The worker whose queue was pushed to or popped from.
    pub queue: Option<Thread>,
    /// The bytes of the read buffer that were written.
    pub rbuf: Option<Range<usize>>,
    /// The bytes of the item's value that were written.
    pub value: Option<Range<usize>>,
    /// Whether the store did something: [`StoreModel::last`] says what.
    pub memory: bool,
}

/// Everything that is known just after an event: what the `world` has, and more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    now: world::Now<Arc<ConnModel>>,
    /// When it happened, in nanoseconds since the recording's start.
    pub t: u64,
    /// What it changed.
    pub changed: Changed,
    /// How far the start has come.
    pub startup: StartupProgress,
    /// The connection that the last event of any connection was about.
    pub last_conn: Option<u32>,
    /// How often each way was taken, by all connections.
    pub ways: Ways,
    /// The chapter's title.
    pub chapter: Option<Arc<str>>,
    lists: Lists,
}

impl Default for World {
    fn default() -> World {
        World {
            now: world::Now::new(MAX_CLOSED),
            t: 0,
            changed: Changed::default(),
            startup: StartupProgress::default(),
            last_conn: None,
            ways: Ways::default(),
            chapter: None,
            lists: Lists::default(),
        }
    }
}

impl Deref for World {
    type Target = world::Now<Arc<ConnModel>>;

    fn deref(&self) -> &world::Now<Arc<ConnModel>> {
        &self.now
    }
}

impl World {
    /// The world before the first event, of a server with so many workers.
    pub fn new(workers: u32) -> World {
        let workers = (0..workers.min(MAX_WORKERS)).filter_map(|i| u16::try_from(i).ok());
        let ids = std::iter::once(Thread::Main).chain(workers.map(Thread::Worker));
        let mut world = World::default();
        world.now.threads = ids.map(ThreadFacts::new).collect();
        world
    }

    /// The connection of that number.
    pub fn conn(&self, id: u32) -> Option<&ConnModel> {
        self.conns.get(id).map(Arc::as_ref)
    }

    /// The connections that a thread has taken and not closed, in the order of their numbers.
    pub fn conns_of(&self, thread: Thread) -> impl Iterator<Item = &ConnModel> {
        let is_its = move |c: &&ConnModel| {
            c.thread == Some(thread) && matches!(c.place, ConnStage::Taken | ConnStage::Open)
        };
        self.conns.iter().filter(is_its)
    }

    /// The store's memory.
    pub fn memory(&self) -> StoreModel<'_> {
        StoreModel::of(&self.now.store, &self.lists)
    }

    /// How many bytes it takes to keep this world where `other` is kept: connections that are the same in
    /// both are there once. About so many; what it is for is to bound how many worlds are kept.
    pub fn weight_beside(&self, other: &World) -> usize {
        const NODE: usize = 16;
        let is_shared =
            |id: u32, conn: &Arc<ConnModel>| other.conns.get(id).is_some_and(|of| Arc::ptr_eq(of, conn));
        let own = self.conns.held().filter(|(id, conn)| !is_shared(*id, conn));
        let conns: usize = own.map(|(_, conn)| conn.weight()).sum();
        let lanes: usize = self.threads.values().map(ThreadFacts::weight).sum();
        let memory = self.lists.weight_beside(&other.lists) + self.now.store.weight();
        size_of::<World>() + lanes + conns + memory + self.conns.len() * NODE + MAX_CLOSED * size_of::<u32>()
    }

    /// Folds the next event.
    pub fn apply(&mut self, event: &Event) {
        self.t = event.t;
        self.lists.begins(&self.now.store);
        self.changed = Changed { thread: event.th, conn: event.conn, ..Changed::default() };
        let is_known = event.conn.is_some_and(|id| self.conns.has(id));
        let happening = Happening::from(event);
        let effect = self.now.apply(&happening, event);
        if let What::Snapshot = event.what {
            if let Some(found) = event.world() {
                self.found(found);
            }
            return;
        }
        self.threads_changed(event, effect.about);
        self.changed.memory = self.lists.apply(event, self.now.store.growing);
        if let Some(id) = event.conn
            && (is_known || !happening.is_before_or_after_a_connection())
        {
            (self.changed.rbuf, self.changed.value) = (effect.touched.rbuf, effect.touched.value);
            self.conn_changed(id, event);
        }
        match &event.what {
            What::Mark => {
                self.chapter = event.bytes().map(|p| String::from_utf8_lossy(&p.kept).into());
            }
            What::Drop { .. } => self.lists.lose(),
            _ => {}
        }
    }

    /// A recording begins, or goes on, in the middle of the server's life.
    fn found(&mut self, found: &Snapshot) {
        self.lists = Lists::found(found.memory.as_ref());
        self.lists.begins(&self.now.store);
        self.last_conn = None;
        let workers = || self.now.threads.values().filter(|lane| lane.id.worker().is_some());
        let count = |with: &dyn Fn(&ThreadFacts) -> bool| workers().filter(|lane| with(lane)).count() as u32;
        self.startup = StartupProgress {
            bases: self.now.threads.values().filter(|lane| lane.epoll_fd.is_some()).count() as u32,
            pipes: count(&|lane| lane.notify_receive_fd.is_some()),
            created: count(&|lane| lane.phase > ThreadPhase::SetUp),
            started: count(&|lane| lane.phase > ThreadPhase::Created),
            looping: self.now.threads.get(&Thread::Main).is_some_and(|lane| lane.timeout.is_some()),
        };
    }

    fn threads_changed(&mut self, event: &Event, about: Option<Thread>) {
        let startup = &mut self.startup;
        match &event.what {
            What::CqPush { .. } | What::CqPop { .. } => self.changed.queue = about,
            What::Notify { .. } | What::Notified { .. } => self.changed.pipe = about,
            What::EventInit { .. } => startup.bases = startup.bases.saturating_add(1),
            What::Pipe { .. } => startup.pipes = startup.pipes.saturating_add(1),
            What::Thread { op: Some(ThreadOp::Create), .. } => {
                startup.created = startup.created.saturating_add(1);
            }
            What::Thread { op: Some(ThreadOp::Start), .. } if event.th.worker().is_some() => {
                startup.started = startup.started.saturating_add(1);
            }
            What::Wait { .. } if event.th == Thread::Main => startup.looping = true,
            _ => {}
        }
    }

    fn conn_changed(&mut self, id: u32, event: &Event) {
        self.changed.fields = event.set.as_ref().map(|set| set.names()).unwrap_or_default();
        if event.kind() == Kind::Recvfrom {
            self.changed.fields.extend(event.request_id().map(|_| "request_id"));
            self.changed.fields.extend(event.peer().map(|_| "request_addr"));
        }
        if let What::State { from: Some(from), to: Some(to) } = event.what {
            let way = Way { from, to };
            self.changed.way = Some(way);
            self.ways.add(way);
        }
        self.last_conn = Some(id);
    }
}
