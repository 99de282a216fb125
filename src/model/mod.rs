//! The world at an event: what the threads, queues, connections and buffers were like just after
//! it happened.
//!
//! [`World::apply`] is a fold and nothing else: the world at event N is the fold of the events up
//! to N. It reads no clock and no file, guesses nothing that the trace does not say, and takes any
//! sequence of events without panicking, since a trace may be cut, begin in the middle, or lie.
//! Memory is bounded by what is open, not by how long the trace is.

mod buffers;
mod bytes;
mod conn;
mod lane;
mod memory;
#[cfg(test)]
mod memory_tests;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
pub(crate) mod tests;

pub use bytes::{Bytes, Cell};
pub use conn::{Conn, Place, Sent};
pub use lane::{Lane, Phase};
pub use memory::{Class, Deed, Item, Key, Lru, Memory};

use crate::event::{self, ConnState, Event, Kind, ListenerAt, Snapshot, Thread};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

/// How many closed connections are remembered.
const MAX_CLOSED: usize = 64;
/// How many workers of a header are believed before they are seen.
const MAX_WORKERS: u32 = 1024;
/// How many listening sockets are remembered.
const MAX_LISTENERS: usize = 16;

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

/// A listening socket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listener {
    /// Its file descriptor.
    pub fd: i32,
    /// Whether it is UDP: nobody is accepted on it.
    pub is_udp: bool,
    /// Options set on it.
    pub options: u32,
    /// The address it is bound to.
    pub addr: Option<String>,
    /// The length of the kernel's queue, once it listens.
    pub backlog: Option<i32>,
    /// Its `struct conn`'s state, once it has one.
    pub state: Option<ConnState>,
    /// Whether the main thread's event base waits for it.
    pub registered: bool,
}

impl Listener {
    fn found(at: &ListenerAt) -> Listener {
        let ListenerAt { fd, addr, backlog, options, state, registered, transport } = at.clone();
        let is_udp = transport.as_deref() == Some("udp");
        Listener { fd, is_udp, options, addr, backlog, state, registered }
    }
}

/// How far the server's start has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Startup {
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
    /// Whether the store did something: [`Memory::last`] says what.
    pub memory: bool,
}

/// Everything that is known just after an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct World {
    /// The event.
    pub seq: u64,
    /// When it happened, in nanoseconds since the recording's start.
    pub t: u64,
    /// What it changed.
    pub changed: Changed,
    /// The threads, main first.
    pub threads: BTreeMap<Thread, Lane>,
    /// The listening sockets.
    pub listeners: Vec<Listener>,
    /// How far the start has come.
    pub startup: Startup,
    /// The connections by number: every open one, and the last that were closed.
    pub conns: BTreeMap<u32, Arc<Conn>>,
    /// How many connections were accepted.
    pub accepted: u64,
    /// The connection that the last event of any connection was about.
    pub last_conn: Option<u32>,
    /// How often each way was taken, by all connections.
    pub ways: Ways,
    /// The store's memory.
    pub memory: Memory,
    /// The chapter's title.
    pub chapter: Option<Arc<str>>,
    /// How many events are missing so far.
    pub dropped: u64,
    closed: VecDeque<u32>,
}

impl World {
    /// The world before the first event, of a server with so many workers.
    pub fn new(workers: u32) -> World {
        let workers = (0..workers.min(MAX_WORKERS)).filter_map(|i| u16::try_from(i).ok());
        let ids = std::iter::once(Thread::Main).chain(workers.map(Thread::Worker));
        World { threads: ids.map(|id| (id, Lane::new(id))).collect(), ..World::default() }
    }

    /// The connection of that number.
    pub fn conn(&self, id: u32) -> Option<&Conn> {
        self.conns.get(&id).map(Arc::as_ref)
    }

    /// The connections that a thread has taken and not closed, in the order of their numbers.
    pub fn conns_of(&self, thread: Thread) -> impl Iterator<Item = &Conn> {
        let is_its =
            move |c: &&Conn| c.thread == Some(thread) && matches!(c.place, Place::Taken | Place::Open);
        self.conns.values().map(Arc::as_ref).filter(is_its)
    }

    /// How many bytes it takes to keep this world where `other` is kept: connections that are the same in
    /// both are there once. About so many; what it is for is to bound how many worlds are kept.
    pub fn weight_beside(&self, other: &World) -> usize {
        const NODE: usize = 48;
        let is_shared =
            |id: &u32, conn: &Arc<Conn>| other.conns.get(id).is_some_and(|of| Arc::ptr_eq(of, conn));
        let own = self.conns.iter().filter(|(id, conn)| !is_shared(id, conn));
        let conns: usize = own.map(|(_, conn)| conn.weight()).sum();
        let lanes: usize = self.threads.values().map(Lane::weight).sum();
        let memory = self.memory.weight_beside(&other.memory);
        size_of::<World>()
            + lanes
            + conns
            + memory
            + self.conns.len() * NODE
            + self.closed.len() * size_of::<u32>()
    }

    /// Folds the next event.
    pub fn apply(&mut self, event: &Event) {
        self.seq = event.seq;
        self.t = event.t;
        self.memory.begins();
        self.changed = Changed { thread: event.th, conn: event.conn, ..Changed::default() };
        if event.kind() == Kind::Snapshot {
            return self.found(event.world());
        }
        self.threads_changed(event);
        self.changed.memory = self.memory.apply(event);
        match event.conn {
            Some(id) => self.conn_changed(id, event),
            None => self.listener_changed(event),
        }
        match event.kind() {
            Kind::Mark => {
                self.chapter = event.bytes().map(|p| String::from_utf8_lossy(&p.kept).into());
            }
            Kind::Drop => {
                self.dropped = self.dropped.saturating_add(event.n().unwrap_or(0));
                self.memory.lose();
                self.conns.values_mut().for_each(|conn| Arc::make_mut(conn).lose_bytes());
            }
            _ => {}
        }
    }

    /// A recording begins, or goes on, in the middle of the server's life: whatever was known gives
    /// way to what was found.
    fn found(&mut self, found: Option<&Snapshot>) {
        let Some(found) = found else { return };
        let udp = found.conns.iter().filter(|c| c.transport.as_deref() == Some("udp")).count() as u64;
        self.accepted = u64::from(found.accepted).saturating_sub(udp);
        self.threads = found.threads.iter().map(|thread| (thread.th, Lane::found(thread))).collect();
        self.listeners = found.listeners.iter().take(MAX_LISTENERS).map(Listener::found).collect();
        self.conns = found.conns.iter().map(|c| (c.conn, Arc::new(Conn::found(c)))).collect();
        self.memory = Memory::found(found.memory.as_ref());
        self.closed.clear();
        self.last_conn = None;
        let workers = || self.threads.values().filter(|lane| lane.id.worker().is_some());
        let count = |with: &dyn Fn(&Lane) -> bool| workers().filter(|lane| with(lane)).count() as u32;
        self.startup = Startup {
            bases: self.threads.values().filter(|lane| lane.epoll_fd.is_some()).count() as u32,
            pipes: count(&|lane| lane.notify_receive_fd.is_some()),
            created: count(&|lane| lane.phase > Phase::SetUp),
            started: count(&|lane| lane.phase > Phase::Created),
            looping: found.threads.iter().any(|at| at.th == Thread::Main && at.timeout.is_some()),
        };
    }

    fn threads_changed(&mut self, event: &Event) {
        if event.th != Thread::Client {
            self.lane(event.th).happened(event);
        }
        // A worker reads its own pipe and queue: `worker` may be left out there.
        let about = event.worker().or(match event.kind() {
            Kind::EventInit | Kind::CqPop | Kind::Notified | Kind::Thread => Some(event.th),
            _ => None,
        });
        if let Some(id) = about.filter(|&id| id != Thread::Client) {
            self.lane(id).concerns(event);
        }
        let startup = &mut self.startup;
        let op = event.op();
        match event.kind() {
            Kind::CqPush | Kind::CqPop => self.changed.queue = about,
            Kind::Notify | Kind::Notified => self.changed.pipe = about,
            Kind::EventInit => startup.bases = startup.bases.saturating_add(1),
            Kind::Pipe => startup.pipes = startup.pipes.saturating_add(1),
            Kind::Thread if op == Some("create") => startup.created = startup.created.saturating_add(1),
            Kind::Thread if op == Some("start") && event.th.worker().is_some() => {
                startup.started = startup.started.saturating_add(1);
            }
            Kind::Wait if event.th == Thread::Main => startup.looping = true,
            _ => {}
        }
    }

    fn conn_changed(&mut self, id: u32, event: &Event) {
        if event.kind() == Kind::Return && !self.conns.contains_key(&id) {
            // It was closed before the recording began; only its functions are left after that.
            return;
        }
        let hands_over = matches!(event.function(), Some(event::Fn::DispatchConnNew | event::Fn::CqPush));
        if event.kind() == Kind::Call && hands_over && !self.conns.contains_key(&id) {
            // A UDP socket, which was never accepted: it is there once it is on the queue.
            return;
        }
        let conn = self.conns.entry(id).or_insert_with(|| Arc::new(Conn::new(id)));
        let was_closed = conn.is_closed();
        let conn = Arc::make_mut(conn);
        let touched = conn.apply(event, self.memory.told);
        self.changed.rbuf = touched.rbuf;
        self.changed.value = touched.value;
        let may_miss = || self.conns.values().any(|conn| conn.id != id && conn.stats.has_missed());
        touched.counted.apply(&mut self.memory.stats, &mut self.memory.told, may_miss);
        self.changed.fields = event.set.as_ref().map(|set| set.names()).unwrap_or_default();
        if event.kind() == Kind::Recvfrom {
            self.changed.fields.extend(event.request_id().map(|_| "request_id"));
            self.changed.fields.extend(event.peer().map(|_| "request_addr"));
        }
        if let (Kind::State, Some(from), Some(to)) = (event.kind(), event.from(), event.to()) {
            let way = Way { from, to };
            self.changed.way = Some(way);
            self.ways.add(way);
        }
        self.last_conn = Some(id);
        if event.kind() == Kind::Accept {
            self.accepted = self.accepted.saturating_add(1);
        }
        if event.kind() == Kind::Close && !was_closed {
            self.closed.push_back(id);
            if self.closed.len() > MAX_CLOSED
                && let Some(oldest) = self.closed.pop_front()
            {
                self.conns.remove(&oldest);
            }
        }
    }

    /// Folds an event that is about no accepted connection: perhaps about a listening socket.
    fn listener_changed(&mut self, event: &Event) {
        let Some(fd) = event.fd() else { return };
        let has_room = self.listeners.len() < MAX_LISTENERS;
        let known = self.listeners.iter_mut().find(|l| l.fd == fd);
        match (event.kind(), known) {
            (Kind::Socket | Kind::Listen, None) if has_room => {
                let (addr, backlog) = (event.addr().map(str::to_owned), event.backlog());
                let is_udp = event.is_udp();
                self.listeners.push(Listener { fd, is_udp, addr, backlog, ..Listener::default() });
            }
            (Kind::Setsockopt, Some(l)) if event.errno().is_none() => {
                l.options = l.options.saturating_add(1);
            }
            (Kind::Bind | Kind::Listen, Some(l)) => {
                l.addr = event.addr().map(str::to_owned).or(l.addr.take());
                l.backlog = event.backlog().or(l.backlog);
            }
            (Kind::ConnNew, Some(l)) => l.state = event.state(),
            (Kind::EventAdd, Some(l)) => l.registered = true,
            (Kind::EventDel, Some(l)) => l.registered = false,
            (Kind::Close, Some(_)) => self.listeners.retain(|l| l.fd != fd),
            _ => {}
        }
    }

    fn lane(&mut self, id: Thread) -> &mut Lane {
        self.threads.entry(id).or_insert_with(|| Lane::new(id))
    }
}
