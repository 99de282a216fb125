//! The world at an event: what the threads, pipes, queues, connections and the store were like just after it
//! happened. One fold for all who need it: the recorder, which says what changed and what caused what; the model
//! behind the screens; the check of a recording; the printed forms.
//!
//! [`Now::apply`] takes what happened in one shape, [`Happening`], whether it was read from a recording or lies
//! as a thread reported it in a ring. What somebody remembers of a connection beyond that (its buffers, say) hangs
//! on it as a [`Connection`].
//!
//! It guesses nothing that is not told, and takes any sequence of events without panicking, since a recording may
//! be cut, begin in the middle, or lie. Memory is bounded by what is open.

mod conn;
mod happening;
mod lane;
mod listener;
mod store;
mod trail;

pub(crate) use conn::Plain;
pub use conn::{ConnFacts, ConnStage};
pub use conn::{Connection, Held, Offsets};
pub use happening::{AllocatedItem, Change, Happening, HappeningText};
pub(crate) use lane::place;
pub use lane::{InPipe, ThreadFacts, ThreadPhase, ThreadTable};
pub use listener::Listener;
pub use store::{ClassFacts, StoreFacts};
pub use trail::Before;

use crate::event::{self, ChangedFields, ConnItem, Event, MemoryAt, Snapshot, Thread, ThreadAt, What};
use std::collections::VecDeque;

/// What one event did, besides what the world has after it.
#[derive(Debug, Default)]
pub struct Effect<T> {
    /// The event on another thread that caused it.
    pub cause: Option<u64>,
    /// Which fields of the connection's `struct conn` have changed; all, where nothing was known of it.
    pub changed: ChangedFields,
    /// The item that the connection has got, or let go of.
    pub item: Option<Option<ConnItem>>,
    /// The thread whose pipe or queue it is about.
    pub about: Option<Thread>,
    /// What it did to what hangs on the connection.
    pub touched: T,
}

/// Everything that is known just after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now<H> {
    /// The event.
    pub seq: u64,
    /// The threads, main first.
    pub threads: ThreadTable,
    /// The listening sockets.
    pub listeners: Vec<Listener>,
    /// The connections: every open one, and the last that were closed.
    pub conns: conn::Conns<H>,
    /// The number that the next connection gets.
    pub next_conn: u32,
    /// How many connections were accepted.
    pub accepted: u64,
    /// The store.
    pub store: StoreFacts,
    /// How many events are missing so far.
    pub lost: u64,
    /// How much the server says: `verbose`, where a command has set it.
    pub verbose: Option<u32>,
    closed: VecDeque<u32>,
    /// How many closed connections are remembered.
    keeps: usize,
}

impl<H: Held> Now<H> {
    /// The world before the first event; so many connections are remembered when they are closed.
    pub fn new(keeps: usize) -> Now<H> {
        Now {
            seq: 0,
            threads: std::iter::once(ThreadFacts::new(Thread::Main)).collect(),
            listeners: Vec::new(),
            conns: conn::Conns::default(),
            next_conn: 0,
            accepted: 0,
            store: StoreFacts::default(),
            lost: 0,
            verbose: None,
            closed: VecDeque::new(),
            keeps,
        }
    }

    /// Folds the next event. `source` is that event for what hangs on the connections.
    ///
    /// It and what it calls for every event stand in one piece wherever it is called: who knows the kind there
    /// has only that part of it.
    #[inline(always)]
    pub fn apply(
        &mut self,
        h: &Happening<'_>,
        source: &<H::Of as Connection>::Source<'_>,
    ) -> Effect<<H::Of as Connection>::Touched> {
        self.seq = h.seq;
        let mut effect = Effect::default();
        if let What::Snapshot = *h.what {
            if let Some(world) = h.world {
                self.found(world);
            }
            return effect;
        }
        match *h.what {
            What::Item { .. } => self.store.apply(h.what),
            What::Accept { listen_fd: Some(fd), .. } => listener::accepts(&mut self.listeners, fd),
            _ => {}
        }
        self.threads(h, &mut effect);
        match h.conn {
            Some(id) => self.conn(id, h, source, &mut effect),
            None => listener::apply(&mut self.listeners, h),
        }
        match *h.what {
            What::Drop { n } => self.lose(n.unwrap_or(0)),
            What::Setting { name: Some(event::SettingName::Verbose), .. } => {
                self.verbose = h.text().and_then(|level| level.parse().ok()).or(self.verbose);
            }
            _ => {}
        }
        effect
    }

    /// Events are missing.
    pub fn lose(&mut self, n: u64) {
        self.lost = self.lost.saturating_add(n);
        self.store.lose();
        self.conns.each(|conn| conn.loses());
    }

    #[inline(always)]
    fn threads(&mut self, h: &Happening<'_>, effect: &mut Effect<<H::Of as Connection>::Touched>) {
        if h.th != Thread::Client {
            self.threads.of(h.th).happened(h);
        }
        let worker = match *h.what {
            What::EventInit { worker, .. }
            | What::Thread { worker, .. }
            | What::CqPop { worker, .. }
            | What::Notified { worker, .. } => worker.or(Some(h.th)),
            What::Pipe { worker, .. } | What::CqPush { worker, .. } | What::Notify { worker, .. } => worker,
            _ => None,
        };
        effect.about = worker;
        if let Some(id) = worker.filter(|id| *id != Thread::Client) {
            effect.cause = self.threads.of(id).concerns(h);
        }
    }
}

impl<H: Held> Now<H> {
    #[inline(always)]
    fn conn(
        &mut self,
        id: u32,
        h: &Happening<'_>,
        source: &<H::Of as Connection>::Source<'_>,
        effect: &mut Effect<<H::Of as Connection>::Touched>,
    ) {
        let is_handed_over = matches!(*h.what, What::CqPush { transport: Some(_), .. });
        if let What::Accept { fd, .. } = *h.what {
            self.accepted = self.accepted.saturating_add(1);
            self.next_conn = self.next_conn.max(id.saturating_add(1));
            if self.lost > 0 && fd.is_some() {
                // Its descriptor was another connection's, whose close was not heard.
                self.conns.retain(|conn| conn.fd != fd || conn.place == ConnStage::Closed);
            }
        } else if is_handed_over {
            // A UDP socket: nobody was accepted for it.
            self.next_conn = self.next_conn.max(id.saturating_add(1));
        } else if !self.conns.has(id) && h.is_before_or_after_a_connection() {
            // It was closed before; only its functions are left after that. Or it is not on the queue yet.
            return;
        }
        let told = self.store.told;
        let conn = self.conns.of(id);
        let was_closed = conn.is_closed();
        if trail::is_step(h.what) {
            conn.events.goes_on(h.seq);
        }
        if let What::Command = *h.what {
            conn.turn.command(h.th, self.threads.of(h.th).woken);
        }
        let counted = conn::apply(conn, h, source, told, effect);
        if counted != event::Counted::Nothing {
            let may_miss = || self.conns.iter().any(|conn| conn.id != id && conn.stats.has_missed());
            counted.apply(&mut self.store.stats, &mut self.store.told, may_miss);
        }
        if !was_closed && matches!(*h.what, What::Close { .. }) {
            self.closed.push_back(id);
            if self.closed.len() > self.keeps
                && let Some(oldest) = self.closed.pop_front()
            {
                self.conns.remove(oldest);
            }
        }
    }

    /// A recording begins, or goes on, in the middle of the server's life: whatever was known gives way to what
    /// was found.
    fn found(&mut self, found: &Snapshot) {
        let udp = found.conns.iter().filter(|c| c.transport.as_deref() == Some("udp")).count() as u64;
        self.next_conn = found.accepted;
        self.accepted = u64::from(found.accepted).saturating_sub(udp);
        self.threads = found.threads.iter().map(ThreadFacts::found).collect();
        self.listeners = found.listeners.iter().take(listener::MOST).map(Listener::found).collect();
        self.conns = found.conns.iter().map(H::Of::found).collect();
        self.store = StoreFacts::found(found.memory.as_ref());
        self.closed.clear();
    }

    /// What went before the event that was folded last, as far as the recording has it.
    pub fn before(&self, event: &Event) -> Before {
        let of = |id: Option<u32>| self.conns.get(id?).map(|conn| &**conn);
        let (thread, conn) = (self.threads.get(&event.th), of(event.conn));
        let events = match event.conn {
            Some(_) => conn.map(|conn| conn.events),
            None => thread.map(|thread| thread.events),
        };
        let woken = thread.map_or(0, |thread| thread.woken);
        Before {
            previous: events.and_then(|events| events.before(event.seq)),
            last_read: of(event.about()).and_then(|conn| conn.reads.before(event.seq)),
            commands: conn.map_or(0, |conn| conn.turn.commands(event.th, woken)),
        }
    }

    /// Whether nothing has happened yet.
    pub fn is_new(&self) -> bool {
        self.seq == 0 && self.lost == 0
    }

    /// Everything, for a recording that starts from here.
    pub fn snapshot(&self) -> Snapshot {
        let is_told = |lane: &&ThreadFacts| matches!(lane.id, Thread::Main | Thread::Worker(_));
        Snapshot {
            accepted: self.next_conn,
            lost: self.lost,
            threads: self.threads.values().filter(is_told).map(ThreadAt::from).collect(),
            listeners: self.listeners.iter().map(event::ListenerAt::from).collect(),
            conns: self
                .conns
                .iter()
                .filter(|conn| !conn.is_closed())
                .map(|conn| conn.at(self.store.told))
                .collect(),
            memory: (self.lost == 0).then(|| MemoryAt::from(&self.store)),
        }
    }
}
