//! The leash: holds every server thread at its next event, and lets events through one by one.
//!
//! One at a time has it in hand ([`LeashHolder`]): the screen of this very process, or a connection to the
//! events port. Open, the gate costs a thread one load. Held, a thread gets its event's number only
//! when it is its turn, under the gate's lock: events come in the order in which they were let
//! through. Or the gate stands open *until* something happens ([`Gate::run_until`]): then each thread
//! looks itself at what it has just told, and closes the gate before it does anything else.
//!
//! # What a held thread has in its hands
//!
//! What the store does is told inside its locks, so that of two threads' events about one item the
//! first comes first. A thread that is held there makes others wait for the lock: they do not come to
//! the gate before it has gone on. That cannot be told otherwise than as it is; so a thread says when
//! it must wait for a lock ([`in_line`](super::in_line)), and [`Hub::leash`](super::Hub::leash) tells
//! of it beside those at the gate. Everything else is told with no lock held that another thread
//! that runs may want.

use super::Record;
use crate::event::{AtGate, ConnChange, Leashed, Steps, Thread};
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Whose hand may be on the leash.
#[derive(Debug, Clone)]
pub struct LeashHolder {
    /// Tells apart; [`LeashHolder::own`] is 0, others are whatever is not.
    pub id: u64,
    /// What to call it, for others.
    pub name: String,
}

impl LeashHolder {
    /// This process itself.
    pub fn own(name: &str) -> LeashHolder {
        LeashHolder { id: 0, name: name.to_owned() }
    }
}

/// Why the leash does not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Somebody else has it in hand.
    HeldBy(String),
    /// The server runs.
    NotHeld,
    /// The server is going down.
    Over,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::HeldBy(name) => {
                write!(f, "{name} has the leash; it is free once that one releases the server or leaves")
            }
            Refused::NotHeld => f.write_str("the server is not held; hold it first"),
            Refused::Over => f.write_str("the server is going down"),
        }
    }
}

impl std::error::Error for Refused {}

/// An event that a thread has just told of.
#[derive(Debug)]
pub struct JustReported<'a> {
    /// The thread.
    pub thread: Thread,
    /// What it told.
    pub record: &'a Record,
    /// The connection's `struct conn`, where it has changed.
    pub change: Option<&'a ConnChange>,
    /// The bytes that were kept.
    pub payload: &'a [u8],
}

/// What a server may run until.
pub trait Awaited: Send + Sync + fmt::Debug {
    /// Whether this is it.
    fn is(&self, event: &JustReported<'_>) -> bool;
    /// What to call it.
    fn name(&self) -> String;
}

/// Everybody passes.
const OPEN: u8 = 0;
/// Everybody waits for a turn.
const HELD: u8 = 1;
/// Everybody passes, until an event is the one that is awaited.
const UNTIL: u8 = 2;

/// A gate that every event passes. Open, it costs one load.
#[derive(Debug, Default)]
pub struct Gate {
    /// Changed only with the lock held.
    mode: AtomicU8,
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    holder: Option<LeashHolder>,
    /// Threads at the gate, first come first.
    waiting: Vec<AtGate>,
    /// Who may go on, and has not noticed yet: he is at the gate no more.
    granted: Option<Thread>,
    /// How often the gate was opened.
    opened: u64,
    steps: Option<Steps>,
    until: Option<Arc<dyn Awaited>>,
    stopped_at: Option<u64>,
    /// Set when the server goes down: the gate never closes again.
    over: bool,
}

impl Inner {
    /// Tells the next one that it may go on, if somebody asked for it and it is there: one at a time,
    /// so that events are numbered in the order of the turns.
    fn grant(&mut self) {
        let (None, Some(steps)) = (self.granted, &mut self.steps) else { return };
        let at = match steps.th {
            Some(wanted) => self.waiting.iter().position(|at| at.th == wanted),
            None => (!self.waiting.is_empty()).then_some(0),
        };
        let Some(at) = at else { return };
        steps.left -= 1;
        self.steps = Some(*steps).filter(|steps| steps.left > 0);
        self.granted = Some(self.waiting.remove(at).th);
    }
}

impl Gate {
    /// Waits until it is this thread's turn. `number` gives the event its number; what else comes back
    /// is whether [`reported`](Gate::reported) must be asked once the event was told. Not for an open gate.
    pub(super) fn wait<N>(&self, at: AtGate, number: impl FnOnce() -> N) -> (N, bool) {
        let thread = at.th;
        // Whoever plays a client's part is no thread of the server's.
        if thread == Thread::Client {
            return (number(), false);
        }
        let mut inner = self.lock();
        if self.is_held() {
            inner.waiting.push(at);
            inner.grant();
            // Whom an open gate lets go has gone, though it may be closed again before he notices.
            let opened = inner.opened;
            while inner.opened == opened && inner.granted != Some(thread) {
                inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
            }
        }
        let numbered = number();
        inner.granted.take_if(|granted| *granted == thread);
        inner.grant();
        self.changed.notify_all();
        (numbered, self.mode.load(Ordering::Relaxed) == UNTIL)
    }

    /// A thread has told of an event while something was awaited: if this is it, the gate is closed.
    #[cold]
    #[inline(never)]
    pub(super) fn reported(&self, event: &JustReported<'_>) {
        let Some(until) = self.lock().until.clone() else { return };
        if !until.is(event) {
            return;
        }
        let mut inner = self.lock();
        // Unless somebody has changed his mind meanwhile, or another thread was first.
        if inner.until.as_ref().is_some_and(|now| Arc::ptr_eq(now, &until)) {
            inner.until = None;
            inner.stopped_at = Some(event.record.seq);
            self.mode.store(HELD, Ordering::Relaxed);
        }
    }

    /// Holds every thread at its next event, from the very first on, for whoever comes to take the
    /// leash in hand.
    pub fn start_held(&self) {
        let _inner = self.lock();
        self.mode.store(HELD, Ordering::Relaxed);
    }

    /// Takes the leash in hand, and holds every thread at its next event. A thread that has just
    /// passed may still tell of that one event.
    ///
    /// # Errors
    /// Somebody else has it, or the server is going down.
    pub fn hold(&self, who: &LeashHolder) -> Result<(), Refused> {
        let mut inner = self.take(who)?;
        inner.until = None;
        self.mode.store(HELD, Ordering::Relaxed);
        Ok(())
    }

    /// Lets everything run again, and the leash go.
    ///
    /// # Errors
    /// Somebody else has it, or nobody.
    pub fn release(&self, who: &LeashHolder) -> Result<(), Refused> {
        if self.mode.load(Ordering::Relaxed) == OPEN {
            return Err(Refused::NotHeld);
        }
        let inner = self.take(who)?;
        self.open(inner);
        Ok(())
    }

    /// Lets go, if this one has the leash: it has left.
    pub fn leave(&self, who: &LeashHolder) {
        let inner = self.lock();
        if inner.holder.as_ref().is_some_and(|holder| holder.id == who.id) {
            self.open(inner);
        }
    }

    /// Releases for good: the server is going down, and nobody may wait any more.
    pub fn open_for_good(&self) {
        let mut inner = self.lock();
        inner.over = true;
        self.open(inner);
    }

    /// Lets so many events through, one after the other: of `thread`, or each time of whoever has
    /// waited longest. Where nobody is there to go, the next that comes does; asking again before
    /// that adds nothing.
    ///
    /// # Errors
    /// Somebody else has the leash, or the server is not held.
    pub fn step(&self, who: &LeashHolder, n: u32, thread: Option<Thread>) -> Result<(), Refused> {
        let mut inner = self.take_held(who)?;
        let is_there = match thread {
            Some(thread) => inner.waiting.iter().any(|at| at.th == thread),
            None => !inner.waiting.is_empty(),
        };
        let left = match inner.steps {
            Some(before) if before.th != thread => n,
            Some(before) if is_there => before.left.saturating_add(n),
            Some(before) => before.left.max(n),
            None => n,
        };
        inner.steps = Some(Steps { left, th: thread }).filter(|steps| steps.left > 0);
        inner.grant();
        self.changed.notify_all();
        Ok(())
    }

    /// Lets everything run until an event is the one that is awaited. The thread that tells of it is
    /// held before its next one; each other thread may still tell of one that it has begun.
    ///
    /// # Errors
    /// Somebody else has the leash, or the server is not held.
    pub fn run_until(&self, who: &LeashHolder, until: Arc<dyn Awaited>) -> Result<(), Refused> {
        let mut inner = self.take_held(who)?;
        (inner.until, inner.stopped_at) = (Some(until), None);
        self.let_go(&mut inner, UNTIL);
        Ok(())
    }

    /// Whether every thread is held.
    pub fn is_held(&self) -> bool {
        self.mode.load(Ordering::Relaxed) == HELD
    }

    /// Whether a thread that comes must ask whether it may pass: the server is held, or runs to where
    /// it will be.
    #[inline]
    pub fn is_leashed(&self) -> bool {
        self.mode.load(Ordering::Relaxed) != OPEN
    }

    /// How it is, for `who`; but for who waits for a lock.
    pub(super) fn look(&self, who: &LeashHolder) -> Leashed {
        let inner = self.lock();
        Leashed {
            held: self.is_held(),
            holder: inner.holder.as_ref().map(|holder| holder.name.clone()),
            yours: inner.holder.as_ref().is_some_and(|holder| holder.id == who.id),
            waiting: inner.waiting.clone(),
            in_line: Vec::new(),
            steps: inner.steps,
            until: inner.until.as_ref().map(|until| until.name()),
            stopped_at: inner.stopped_at,
        }
    }

    /// The lock, once the leash is in this hand: a leash that nobody has is taken.
    fn take(&self, who: &LeashHolder) -> Result<MutexGuard<'_, Inner>, Refused> {
        let mut inner = self.lock();
        match &inner.holder {
            _ if inner.over => return Err(Refused::Over),
            Some(holder) if holder.id != who.id => return Err(Refused::HeldBy(holder.name.clone())),
            Some(_) => {}
            None => inner.holder = Some(who.clone()),
        }
        Ok(inner)
    }

    fn take_held(&self, who: &LeashHolder) -> Result<MutexGuard<'_, Inner>, Refused> {
        let inner = self.lock();
        let is_others = inner.holder.as_ref().is_some_and(|holder| holder.id != who.id);
        if !self.is_held() && !is_others && !inner.over {
            return Err(Refused::NotHeld);
        }
        drop(inner);
        self.take(who)
    }

    fn open(&self, mut inner: MutexGuard<'_, Inner>) {
        (inner.holder, inner.until) = (None, None);
        self.let_go(&mut inner, OPEN);
    }

    /// Lets everybody go who is at the gate.
    fn let_go(&self, inner: &mut Inner, mode: u8) {
        (inner.steps, inner.granted) = (None, None);
        inner.waiting.clear();
        inner.opened += 1;
        self.mode.store(mode, Ordering::Relaxed);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
