//! A server thread's handle on the recording: `emit`, the shared `seq`, and the leash.
//!
//! The way of an event: a thread passes the [`Gate`], takes the next `seq` and reads the clock,
//! and copies a fixed-size [`Record`] and the first bytes of the payload into its own ring, a cache
//! line at a time. Nothing is allocated, locked or formatted here, and no system call is made; the
//! recorder, on a thread of its own, orders by `seq` and writes. Off, everything here is one branch
//! on a thread-local byte.
//!
//! `seq` is taken *before* a system call whose effect another thread may see ([`begin`]), so that
//! a cause always stands before its effect. Room in the ring is made sure of before that: an event
//! that has its number will be told.
//!
//! # Memory
//!
//! A ring takes [`TracerConfig::ring`] bytes, and there is one for the main thread, one for each worker
//! and one for a session's player; only what was once used of it is resident.

mod gate;
mod handle;
mod payload;
mod record;
mod report;
mod told_conn;
#[cfg(test)]
pub(crate) mod witness;

pub use gate::{Awaited, Gate, JustReported, LeashHolder, Refused};
pub use handle::Handle;
pub use payload::{PEER, ready_bytes, received};
pub use record::{Record, RingEvent, RingReader};
pub use report::{ClassId, Descriptor, Failure, IsText, Known, Peer, PieceCount, REPORTED, Report, Ret};
pub use told_conn::ToldConn;

use crate::event::{ConnChange, Detail, Function, InLine, Kind, Leashed, MAX_DATA, Thread};
use crossbeam_utils::CachePadded;
use handle::RESERVE;
use payload::peer_bytes;
use quanta::Clock;
use record::Slot;
use rtrb::RingBuffer;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What a thread's ring takes, in bytes, unless told otherwise.
pub const RING: usize = 1024 * 1024;
/// What it takes at least: room for the largest event, and as much again.
pub const MIN_RING: usize = 2 * (RESERVE + 1) * size_of::<Slot>();

/// What is recorded.
#[derive(Debug, Clone, Copy)]
pub struct TracerConfig {
    /// Flow, or function calls too.
    pub detail: Detail,
    /// How many bytes of each payload are kept.
    pub max_data: u32,
    /// The size of each thread's ring, in bytes; [`MIN_RING`] at least.
    pub ring: usize,
}

impl Default for TracerConfig {
    fn default() -> Self {
        TracerConfig { detail: Detail::Flow, max_data: MAX_DATA, ring: RING }
    }
}

/// What all threads of one server share.
#[derive(Debug)]
pub struct Hub {
    /// Every event of every thread writes it: what is only read beside it would be fetched anew each time, by
    /// the recorder, too.
    seq: CachePadded<AtomicU64>,
    clock: Clock,
    start: u64,
    config: TracerConfig,
    closed: AtomicBool,
    may_drop: AtomicBool,
    lost: AtomicU64,
    blocked_ns: AtomicU64,
    lanes: Mutex<Vec<RingReader>>,
    /// Who empties the rings.
    recorder: OnceLock<std::thread::Thread>,
    /// Which threads wait for a lock.
    in_line: Mutex<Vec<(Thread, Arc<AtomicBool>)>>,
    /// The leash.
    pub gate: Gate,
    /// Who is told of every event, and sees the server as it is then.
    #[cfg(test)]
    pub(crate) witness: OnceLock<Arc<witness::Witness>>,
}

/// How a recording goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Events that were numbered so far.
    pub events: u64,
    /// Those that were lost because their thread's ring was full and only viewers listened.
    pub lost: u64,
    /// How long server threads have waited for room in their rings, in nanoseconds.
    pub blocked_ns: u64,
}

impl Hub {
    /// A recording that starts now.
    pub fn new(config: TracerConfig) -> Arc<Hub> {
        let clock = Clock::new();
        Arc::new(Hub {
            seq: CachePadded::new(AtomicU64::new(1)),
            start: clock.raw(),
            clock,
            config,
            closed: AtomicBool::new(false),
            may_drop: AtomicBool::new(false),
            lost: AtomicU64::new(0),
            blocked_ns: AtomicU64::new(0),
            lanes: Mutex::default(),
            recorder: OnceLock::new(),
            in_line: Mutex::default(),
            gate: Gate::default(),
            #[cfg(test)]
            witness: OnceLock::new(),
        })
    }

    /// What is recorded.
    pub fn config(&self) -> TracerConfig {
        self.config
    }

    /// How it goes.
    pub fn tally(&self) -> Tally {
        Tally {
            events: self.next_seq() - 1,
            lost: self.lost.load(Ordering::Relaxed),
            blocked_ns: self.blocked_ns.load(Ordering::Relaxed),
        }
    }

    /// A handle for `thread`; its other end waits in [`Hub::take_lanes`].
    pub fn handle(self: &Arc<Self>, thread: Thread) -> Handle {
        let (ring, lane) = RingBuffer::new(self.config.ring.max(MIN_RING) / size_of::<Slot>());
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).push(RingReader::new(thread, lane));
        let in_line = Arc::new(AtomicBool::new(false));
        self.in_line.lock().unwrap_or_else(PoisonError::into_inner).push((thread, in_line.clone()));
        Handle::new(self.clone(), thread, ring, in_line)
    }

    /// How the leash is, for `who`.
    pub fn leash(&self, who: &LeashHolder) -> Leashed {
        let mut leash = self.gate.look(who);
        if leash.held {
            // The store's locks are the only ones that a thread takes to the gate.
            let behind = leash.waiting.iter().find(|at| at.ev == Kind::Item).map(|at| at.th);
            let lines = self.in_line.lock().unwrap_or_else(PoisonError::into_inner);
            let waits = lines.iter().filter(|(_, waits)| waits.load(Ordering::Relaxed));
            leash.in_line = waits.map(|(th, _)| InLine { th: *th, behind }).collect();
        }
        leash
    }

    /// Names the thread that empties the rings: it is woken when one is half full.
    pub fn set_recorder(&self, recorder: std::thread::Thread) {
        // There is one, for the hub's whole life.
        let _ = self.recorder.set(recorder);
    }

    fn wake_recorder(&self) {
        self.recorder.get().into_iter().for_each(std::thread::Thread::unpark);
    }

    /// The lanes made since the last call.
    pub fn take_lanes(&self) -> Vec<RingReader> {
        std::mem::take(&mut *self.lanes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The number that the next event will get.
    pub fn next_seq(&self) -> u64 {
        self.seq.load(Ordering::Acquire)
    }

    /// Nanoseconds from the recording's start to a record's `ticks`: the processor's own counter,
    /// calibrated against the monotonic clock (or that clock itself, where there is none).
    #[inline]
    pub fn nanoseconds(&self, ticks: u64) -> u64 {
        self.clock.delta_as_nanos(self.start, ticks)
    }

    /// What a thread does whose ring is full: wait, so that the recording is whole, or (`true`) go
    /// on, and have its events counted as lost.
    pub fn set_may_drop(&self, may_drop: bool) {
        self.may_drop.store(may_drop, Ordering::Relaxed);
    }

    /// Whether they may.
    #[cfg(test)]
    pub fn may_drop(&self) -> bool {
        self.may_drop.load(Ordering::Relaxed)
    }

    /// Ends the recording: threads record nothing any more and never wait.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.gate.open_for_good();
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }
}

thread_local! {
    /// 0: off; 1: flow; 2: calls too. Beside [`HANDLE`], so that off is one load and one branch.
    static LEVEL: Cell<u8> = const { Cell::new(0) };
    static HANDLE: RefCell<Option<Handle>> = const { RefCell::new(None) };
    /// The connection that this thread works on.
    static CURRENT: Cell<Option<u32>> = const { Cell::new(None) };
    /// Goes up whenever this thread has lost events.
    static EPOCH: Cell<u32> = const { Cell::new(1) };
}

/// Names the connection that this thread works on from now on, so that what the store does can be
/// told of it: `item_get` has no `conn` among its arguments.
#[inline]
pub fn set_current(conn: Option<u32>) {
    CURRENT.set(conn);
}

/// The connection that this thread works on.
#[inline]
pub fn current() -> Option<u32> {
    CURRENT.get()
}

/// A number, never 0, that changes when this thread has lost events: what was told before may not
/// have been heard, and is to be told anew.
#[inline]
pub fn epoch() -> u32 {
    EPOCH.get()
}

/// From now on this thread records into `handle`.
pub fn install(handle: Handle) {
    #[cfg(test)]
    witness::enters(handle.hub());
    LEVEL.set(match handle.hub().config.detail {
        Detail::Flow => 1,
        Detail::Calls => 2,
    });
    HANDLE.set(Some(handle));
}

/// This thread records no more.
pub fn uninstall() {
    LEVEL.set(0);
    HANDLE.set(None);
    #[cfg(test)]
    witness::leaves();
}

/// Whether this thread records.
#[inline]
pub fn on() -> bool {
    LEVEL.get() > 0
}

/// Whether this thread tells of calls, too.
#[inline(always)]
pub fn reports_calls() -> bool {
    LEVEL.get() > 1
}

/// Leaves a connection's `struct conn`, where it has changed, for the next event about that connection:
/// whoever tells of that one knows no connection.
#[inline]
pub fn owe(conn: Option<u32>, change: impl FnOnce() -> Option<ConnChange>) {
    if on()
        && let Some((conn, change)) = conn.zip(change())
    {
        HANDLE.with_borrow_mut(|handle| handle.iter_mut().for_each(|handle| handle.owe(conn, change)));
    }
}

/// Whether something is left that way, whose event did not come; then it is not told any more.
pub fn takes_back_what_is_owed() -> bool {
    HANDLE.with_borrow_mut(|handle| handle.as_mut().is_some_and(Handle::takes_back_what_is_owed))
}

/// Does what may take until another of the server's threads has done something: waits for the kernel, for
/// a lock, for a thread's end.
#[inline(always)]
pub fn blocking<R>(wait: impl FnOnce() -> R) -> R {
    #[cfg(test)]
    let _out = witness::step_aside();
    wait()
}

/// How the recording goes that this thread takes part in.
pub fn tally() -> Option<Tally> {
    HANDLE.with_borrow(|handle| handle.as_ref().map(|handle| handle.hub().tally()))
}

/// An event's number and time, taken before what it tells of happens.
#[derive(Debug, Clone, Copy, Default)]
#[must_use = "an event that was begun must be finished, or the recording has a gap"]
pub struct Begun(Option<(u64, u64)>);

impl Begun {
    /// Whether it will be told.
    pub fn is_on(self) -> bool {
        self.0.is_some()
    }
}

/// Takes the number of an event whose effect another thread may see before this one can tell of
/// it; [`finish`] tells. What it will be is for whoever looks at the gate.
#[inline]
pub fn begin(kind: Kind, conn: Option<u32>) -> Begun {
    if on() { begin_recorded(kind, conn) } else { Begun(None) }
}

#[inline(never)]
fn begin_recorded(kind: Kind, conn: Option<u32>) -> Begun {
    HANDLE.with_borrow_mut(|handle| Begun(handle.as_mut().and_then(|h| h.begin(conn, || (kind, None)))))
}

/// The same, for whoever knows already what it will tell.
#[inline]
pub fn begin_of(what: &Report, conn: Option<u32>) -> Begun {
    if !on() {
        return Begun(None);
    }
    HANDLE.with_borrow_mut(|handle| {
        Begun(handle.as_mut().and_then(|h| h.begin(conn, || (what.kind(), what.of()))))
    })
}

/// The same of an event that happens with a lock held: the lock is taken after the gate, so that nobody
/// is held with it, and before the number, so that numbers are in the order of the lock. `lock` takes
/// no other lock and tells of nothing.
#[inline]
pub fn begin_locked<G>(kind: Kind, conn: Option<u32>, lock: impl Fn() -> G) -> (Begun, G) {
    let begun = match on() {
        true => HANDLE.with_borrow_mut(|handle| handle.as_mut()?.begin_locked(conn, || (kind, None), &lock)),
        false => None,
    };
    match begun {
        Some((begun, locked)) => (Begun(Some(begun)), locked),
        None => (Begun(None), lock()),
    }
}

/// This thread must wait for a lock that another has, until what comes back is dropped: the other
/// may be at the gate, and then this one is not lost, but in line behind it.
#[cold]
pub fn in_line() -> impl Drop {
    struct Line;
    impl Drop for Line {
        fn drop(&mut self) {
            set_in_line(false);
        }
    }
    set_in_line(true);
    Line
}

fn set_in_line(is_in_line: bool) {
    if on() {
        HANDLE.with_borrow(|handle| handle.iter().for_each(|handle| handle.set_in_line(is_in_line)));
    }
}

/// Tells of an event that [`begin`] has numbered.
#[inline]
pub fn finish(begun: Begun, conn: Option<u32>, what: Report, change: Option<&ConnChange>, payload: &[u8]) {
    if let Some(begun) = begun.0 {
        HANDLE.with_borrow_mut(|handle| {
            if let Some(handle) = handle {
                handle.report(begun, conn, what, change, payload);
            }
        });
    }
}

/// Tells of an event about no connection.
#[inline]
pub fn emit(what: Report, payload: &[u8]) {
    emit_conn(None, what, None, payload);
}

/// Tells of an event about a connection; `change` is what has changed in its `struct conn` since it was last told
/// ([`ToldConn::changed`]).
#[inline]
pub fn emit_conn(conn: Option<u32>, what: Report, change: Option<&ConnChange>, payload: &[u8]) {
    if on() {
        emit_recorded(conn, what, change, payload);
    }
}

#[inline(never)]
fn emit_recorded(conn: Option<u32>, what: Report, change: Option<&ConnChange>, payload: &[u8]) {
    HANDLE.with_borrow_mut(|handle| {
        if let Some(handle) = handle
            && let Some(begun) = handle.begin(conn, || (what.kind(), what.of()))
        {
            handle.report(begun, conn, what, change, payload);
        }
    });
}

/// Tells of a `sendmsg` that [`begin`] has numbered, with its pieces.
#[inline]
pub fn finish_sendmsg<'a>(
    begun: Begun,
    conn: Option<u32>,
    fd: i32,
    ret: Ret,
    change: Option<&ConnChange>,
    pieces: impl ExactSizeIterator<Item = &'a [u8]> + Clone,
) {
    let Some(begun) = begun.0 else { return };
    HANDLE.with_borrow_mut(|handle| {
        if let Some(handle) = handle {
            handle.report_sendmsg(begun, conn, fd, ret, change, pieces);
        }
    });
}

/// Tells of a `recvfrom` and what it brought, `data` from `peer`.
#[inline]
pub fn emit_recvfrom(
    conn: Option<u32>,
    what: Report,
    change: Option<&ConnChange>,
    peer: Option<SocketAddr>,
    data: &[u8],
) {
    if !on() {
        return;
    }
    HANDLE.with_borrow_mut(|handle| {
        if let Some(handle) = handle
            && let Some(begun) = handle.begin(conn, || (what.kind(), what.of()))
        {
            handle.report_recvfrom(begun, conn, what, change, &peer_bytes(peer), data);
        }
    });
}

/// Tells, when dropped, that a function was left.
#[derive(Debug)]
#[must_use = "it tells of the function's end when it is dropped"]
pub struct Entered(Option<(Function, Option<u32>)>);

/// Tells that a function of the walkthrough was entered; what it returns tells of its end.
#[inline(always)]
pub fn enter(function: Function, conn: Option<u32>) -> Entered {
    if !reports_calls() {
        return Entered(None);
    }
    emit_recorded(conn, Report::Call { function }, None, b"");
    Entered(Some((function, conn)))
}

impl Drop for Entered {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some((function, conn)) = self.0 {
            emit_conn(conn, Report::Return { function }, None, b"");
        }
    }
}

#[cfg(test)]
mod tests;
