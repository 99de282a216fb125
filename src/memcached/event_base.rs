//! libevent's face over mio: event bases, level-triggered events, timers, the loop.
//!
//! libevent's events are level-triggered; mio's own sources are edge-triggered. So descriptors are
//! registered here with mio's `epoll` instance directly, without `EPOLLET`, and what strace shows
//! is what it shows for memcached: `EPOLL_CTL_ADD` and `EPOLL_CTL_DEL`, never `MOD`, the
//! descriptor itself as the token. This file alone knows how readiness comes about.
//!
//! As an experiment clients may be registered with `EPOLLET` ([`BaseRef::of_clients`]). memcached
//! never does so, and its flow does not bear it: that is what the experiment shows.

use crate::event::{EvFlags, Thread};
use crate::tracer::{self, Report, Ret};
use mio::{Events, Poll};
use rustix::event::epoll;
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

#[cfg(not(target_os = "linux"))]
compile_error!("memstep's server models memcached on epoll, and builds on Linux only");

/// How many ready descriptors one `epoll_wait` reports at first (libevent's `INITIAL_NEVENT`).
const INITIAL_NEVENT: usize = 32;
/// And at most (`MAX_NEVENT`).
const MAX_NEVENT: usize = 4096;

/// A descriptor's event: libevent's `struct event`.
#[derive(Debug, Clone, Copy)]
pub struct FdEvent {
    ev_base: BaseRef,
    ev_fd: RawFd,
    ev_events: EvFlags,
    added: bool,
}

/// Prepares an event on `fd` (libevent's `event_set` and `event_base_set`); nothing is registered yet.
///
/// # Safety
/// As in the C, the event holds mere numbers. Whenever it is added or deleted, `fd` and the base must be
/// open, and still be what they are now.
pub unsafe fn event_set(base: BaseRef, fd: RawFd, events: EvFlags) -> FdEvent {
    FdEvent { ev_base: base, ev_fd: fd, ev_events: events, added: false }
}

/// Registers the event. `Ok(false)` where it waits for nothing, and the kernel is not asked.
///
/// # Errors
/// `epoll_ctl`'s own.
pub fn event_add(event: &mut FdEvent) -> Result<bool, Errno> {
    let mut flags = epoll::EventFlags::empty();
    flags.set(epoll::EventFlags::IN, event.ev_events.has(EvFlags::READ));
    flags.set(epoll::EventFlags::OUT, event.ev_events.has(EvFlags::WRITE));
    if flags.is_empty() {
        return Ok(false);
    }
    flags.set(epoll::EventFlags::ET, event.ev_base.edge);
    let (base, fd) = event.borrow();
    epoll::add(base, fd, epoll::EventData::new_u64(event.ev_fd as u64), flags)?;
    event.added = true;
    Ok(true)
}

/// Takes the event back. `Ok(false)` where it was not registered.
///
/// # Errors
/// `epoll_ctl`'s own.
pub fn event_del(event: &mut FdEvent) -> Result<bool, Errno> {
    if !event.added {
        return Ok(false);
    }
    let (base, fd) = event.borrow();
    let deleted = epoll::delete(base, fd);
    // Whatever the kernel says, libevent has it no more (`event.c`, `event_del_internal`).
    event.added = false;
    deleted.map(|()| true)
}

impl FdEvent {
    /// One that waits for nothing, and so is never added.
    pub fn unset(base: BaseRef) -> FdEvent {
        FdEvent { ev_base: base, ev_fd: -1, ev_events: EvFlags::NONE, added: false }
    }

    /// What it waits for.
    pub fn events(&self) -> EvFlags {
        self.ev_events
    }

    /// The base that it belongs to.
    pub fn base(&self) -> BaseRef {
        self.ev_base
    }

    fn borrow(&self) -> (BorrowedFd<'_>, BorrowedFd<'_>) {
        // SAFETY: whoever made the event has promised that both are open (`event_set`). One that is unset
        // is never added, and so never deleted.
        unsafe { (BorrowedFd::borrow_raw(self.ev_base.fd), BorrowedFd::borrow_raw(self.ev_fd)) }
    }
}

/// Names an event base among the fields of an event, as the C's `struct event_base *` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseRef {
    fd: RawFd,
    /// Whether what is added by this name is reported only when it changes.
    edge: bool,
}

impl BaseRef {
    /// The `epoll` instance's descriptor.
    pub fn fd(self) -> RawFd {
        self.fd
    }

    /// The base as the sockets of clients are added to it. Pipes and listening sockets are always
    /// level-triggered: the experiment is about what a client meets.
    ///
    /// DIFFERS: `edge` is the experiment `edge-triggered`; without it this is the base itself, as
    /// in memcached.
    #[must_use]
    pub fn of_clients(self, edge: bool) -> BaseRef {
        BaseRef { edge, ..self }
    }
}

/// What the loop calls: libevent's callbacks.
pub trait Callbacks {
    /// A registered descriptor is ready; `which` tells for what.
    fn event(&mut self, base: &mut EventBase, fd: RawFd, which: EvFlags);
    /// A timer is due.
    fn timeout(&mut self, base: &mut EventBase, timer: Timer);
    /// The number of the connection that `fd` belongs to, for the trace.
    fn conn_of(&self, fd: RawFd) -> Option<u32>;
    /// What `fd` waits for, so that nothing else is reported to it.
    fn events_of(&self, fd: RawFd) -> EvFlags;
    /// Whether the loop shall end.
    fn stopped(&self) -> bool;
}

/// The two timers that memcached has, both on the main thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// `clockevent`: once a second.
    Clock,
    /// `maxconnsevent`: every 10 ms while nothing is accepted.
    Maxconns,
}

/// One thread's event base: libevent's `struct event_base`.
#[derive(Debug)]
pub struct EventBase {
    poll: Poll,
    events: Events,
    active: Vec<(RawFd, EvFlags)>,
    timers: Vec<(Timer, Instant)>,
    ready: Vec<u8>,
}

/// Makes an event base: one `epoll` instance (libevent's `event_init`).
///
/// # Errors
/// `epoll_create1`'s own.
pub fn event_init(whose: Thread) -> io::Result<EventBase> {
    let _in = tracer::enter(crate::event::Function::EventInit, None);
    let poll = Poll::new()?;
    tracer::emit(Report::EventInit { worker: whose, epoll_fd: poll.as_raw_fd() }, b"");
    Ok(EventBase {
        poll,
        events: Events::with_capacity(INITIAL_NEVENT),
        active: Vec::with_capacity(INITIAL_NEVENT),
        timers: Vec::new(),
        ready: Vec::new(),
    })
}

impl EventBase {
    /// A name for this base.
    pub fn as_ref(&self) -> BaseRef {
        BaseRef { fd: self.poll.as_raw_fd(), edge: false }
    }

    /// Sets a timer (libevent's `evtimer_add`).
    pub fn evtimer_add(&mut self, timer: Timer, after: Duration) {
        self.evtimer_del(timer);
        self.timers.push((timer, Instant::now() + after));
    }

    /// Takes a timer back (`evtimer_del`).
    pub fn evtimer_del(&mut self, timer: Timer) {
        self.timers.retain(|(t, _)| *t != timer);
    }

    fn timeout(&self) -> Option<Duration> {
        let next = self.timers.iter().map(|(_, at)| *at).min()?;
        let left = next.saturating_duration_since(Instant::now());
        // Whole milliseconds, rounded up: epoll_wait must not return before the timer is due.
        Some(Duration::from_millis(left.as_micros().div_ceil(1000) as u64))
    }

    fn due(&mut self) -> Vec<Timer> {
        let now = Instant::now();
        let due = self.timers.iter().filter(|(_, at)| *at <= now).map(|(t, _)| *t).collect();
        self.timers.retain(|(_, at)| *at > now);
        due
    }

    /// Waits until something is ready or a timer is due.
    fn dispatch(&mut self, callbacks: &impl Callbacks) -> io::Result<()> {
        let timeout = self.timeout();
        let timeout_ms = timeout.map_or(-1, |d| d.as_millis() as i32);
        tracer::emit(Report::Wait { epoll_fd: self.poll.as_raw_fd(), timeout: timeout_ms }, b"");
        self.active.clear();
        let polled = tracer::blocking(|| self.poll.poll(&mut self.events, timeout));
        match polled {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {
                tracer::emit(Report::Wake { timer: false, ret: Ret(-Errno::INTR.raw_os_error()) }, b"");
                return Ok(());
            }
            other => other?,
        }
        let mut count = 0;
        self.ready.clear();
        for event in &self.events {
            count += 1;
            let fd = event.token().0 as RawFd;
            let hung_up = event.is_read_closed();
            let mut seen = EvFlags::NONE;
            if event.is_readable() || hung_up {
                seen = seen.with(EvFlags::READ);
            }
            if event.is_writable() {
                seen = seen.with(EvFlags::WRITE);
            }
            if tracer::on() {
                tracer::ready_bytes(&mut self.ready, fd, callbacks.conn_of(fd), seen);
            }
            // An error or a hang-up wakes whoever waits, for whatever it waits.
            if hung_up || event.is_error() {
                seen = EvFlags::READ.with(EvFlags::WRITE);
            }
            self.active.push((fd, seen));
        }
        if tracer::on() {
            let timer = self.timers.iter().any(|(_, at)| *at <= Instant::now());
            tracer::emit(Report::Wake { timer, ret: Ret(count) }, &self.ready);
        }
        if count as usize == self.events.capacity() && self.events.capacity() < MAX_NEVENT {
            self.events = Events::with_capacity(self.events.capacity() * 2);
        }
        Ok(())
    }
}

/// Waits and calls back, for ever (libevent's `event_base_loop`).
///
/// # Errors
/// `epoll_wait`'s own, but for `EINTR`.
pub fn event_base_loop(base: &mut EventBase, callbacks: &mut impl Callbacks) -> io::Result<()> {
    loop {
        base.dispatch(callbacks)?;
        if callbacks.stopped() {
            return Ok(());
        }
        let active = std::mem::take(&mut base.active);
        let due = if base.timers.is_empty() { Vec::new() } else { base.due() };
        for &(fd, seen) in &active {
            // An earlier callback of this round may have deleted the event or changed it.
            let wanted = callbacks.events_of(fd);
            let which = EvFlags(seen.0 & wanted.0);
            if which != EvFlags::NONE {
                callbacks.event(base, fd, which);
            }
        }
        base.active = active;
        for timer in due {
            callbacks.timeout(base, timer);
        }
    }
}
