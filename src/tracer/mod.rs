//! A server thread's handle on the recording: `emit`, the shared `seq`, and the leash.
//!
//! The way of an event: a thread passes the [`Gate`], takes the next `seq` and the time, and
//! copies a fixed-size [`Record`] and the first bytes of the payload into its own two rings.
//! Nothing is allocated, locked or formatted here; the recorder, on a thread of its own, orders
//! by `seq` and writes. Off, everything here is one branch on a thread-local byte.
//!
//! `seq` is taken *before* a system call whose effect another thread may see ([`begin`]), so that
//! a cause always stands before its effect.

mod gate;
mod record;

pub use gate::Gate;
pub use record::{Into, ItemOp, Record, Ret, SockOpt, ThreadOp, What};

use crate::event::{ConnImage, Detail, EvFlags, Fn, MAX_DATA, Thread};
use rtrb::{Consumer, Producer, RingBuffer};
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many records a thread's ring holds.
const RECORDS: usize = 8 * 1024;
/// How many bytes of payload a thread's ring holds.
const BYTES: usize = 1024 * 1024;
/// How many bytes of all pieces of one `sendmsg` are kept at most, whatever `max_data` says.
const IOV_BUDGET: usize = 8 * 1024;
/// How many pieces of one `sendmsg` are listed: `IOV_MAX`, so all of them.
const IOV_LISTED: usize = 1024;

/// What is recorded.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// Flow, or function calls too.
    pub detail: Detail,
    /// How many bytes of each payload are kept.
    pub max_data: u32,
}

impl Default for Config {
    fn default() -> Self {
        Config { detail: Detail::Flow, max_data: MAX_DATA }
    }
}

/// What all threads of one server share.
#[derive(Debug)]
pub struct Hub {
    seq: AtomicU64,
    start: Instant,
    config: Config,
    closed: AtomicBool,
    blocked_ns: AtomicU64,
    lanes: Mutex<Vec<Lane>>,
    /// The leash.
    pub gate: Gate,
}

/// The recorder's end of one thread's rings.
#[derive(Debug)]
pub struct Lane {
    /// Whose they are.
    pub thread: Thread,
    /// The records, in the order of `seq`.
    pub records: Consumer<Record>,
    /// Their payloads.
    pub bytes: Consumer<u8>,
}

impl Hub {
    /// A recording that starts now.
    pub fn new(config: Config) -> Arc<Hub> {
        Arc::new(Hub {
            seq: AtomicU64::new(1),
            start: Instant::now(),
            config,
            closed: AtomicBool::new(false),
            blocked_ns: AtomicU64::new(0),
            lanes: Mutex::new(Vec::new()),
            gate: Gate::default(),
        })
    }

    /// What is recorded.
    pub fn config(&self) -> Config {
        self.config
    }

    /// How long server threads have waited for room in their rings, in nanoseconds.
    pub fn blocked_ns(&self) -> u64 {
        self.blocked_ns.load(Ordering::Relaxed)
    }

    /// A handle for `thread`; its other end waits in [`Hub::take_lanes`].
    pub fn handle(self: &Arc<Self>, thread: Thread) -> Handle {
        let (records, lane_records) = RingBuffer::new(RECORDS);
        let (bytes, lane_bytes) = RingBuffer::new(BYTES);
        let lane = Lane { thread, records: lane_records, bytes: lane_bytes };
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).push(lane);
        let scratch = Vec::with_capacity(IOV_BUDGET + IOV_LISTED * 8);
        Handle { hub: self.clone(), thread, records, bytes, scratch }
    }

    /// The lanes made since the last call.
    pub fn take_lanes(&self) -> Vec<Lane> {
        std::mem::take(&mut *self.lanes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The number that the next event will get.
    pub fn next_seq(&self) -> u64 {
        self.seq.load(Ordering::Acquire)
    }

    /// Ends the recording: threads record nothing any more and never wait.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.gate.open_for_good();
    }
}

/// One thread's end of the recording.
#[derive(Debug)]
pub struct Handle {
    hub: Arc<Hub>,
    thread: Thread,
    records: Producer<Record>,
    bytes: Producer<u8>,
    /// Where the pieces of a `sendmsg` are put together; kept, so that nothing is allocated.
    scratch: Vec<u8>,
}

thread_local! {
    /// 0: off; 1: flow; 2: calls too. Beside [`HANDLE`], so that off is one load and one branch.
    static LEVEL: Cell<u8> = const { Cell::new(0) };
    static HANDLE: RefCell<Option<Handle>> = const { RefCell::new(None) };
    /// The connection that this thread works on.
    static CURRENT: Cell<Option<u32>> = const { Cell::new(None) };
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

/// From now on this thread records into `handle`.
pub fn install(handle: Handle) {
    LEVEL.set(match handle.hub.config.detail {
        Detail::Flow => 1,
        Detail::Calls => 2,
    });
    HANDLE.set(Some(handle));
}

/// This thread records no more.
pub fn uninstall() {
    LEVEL.set(0);
    HANDLE.set(None);
}

/// Whether this thread records.
#[inline]
pub fn on() -> bool {
    LEVEL.get() > 0
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
/// it; [`finish`] tells.
#[inline]
pub fn begin() -> Begun {
    if on() { begin_slow() } else { Begun(None) }
}

#[cold]
#[inline(never)]
fn begin_slow() -> Begun {
    HANDLE.with_borrow_mut(|handle| Begun(handle.as_mut().and_then(Handle::begin)))
}

/// Tells of an event that [`begin`] has numbered.
#[inline]
pub fn finish(begun: Begun, conn: Option<u32>, what: What, image: Option<&ConnImage>, payload: &[u8]) {
    if let Some(begun) = begun.0 {
        push(begun, conn, what, image, payload);
    }
}

/// Tells of an event about no connection.
#[inline]
pub fn emit(what: What, payload: &[u8]) {
    emit_conn(None, what, None, payload);
}

/// Tells of an event about a connection; `image` is its `struct conn` as it stands now.
#[inline]
pub fn emit_conn(conn: Option<u32>, what: What, image: Option<&ConnImage>, payload: &[u8]) {
    if on() {
        finish(begin_slow(), conn, what, image, payload);
    }
}

/// Tells of a `sendmsg` that [`begin`] has numbered, with its pieces.
#[inline]
pub fn finish_sendmsg<'a>(
    begun: Begun,
    conn: Option<u32>,
    fd: i32,
    ret: Ret,
    image: &ConnImage,
    pieces: impl ExactSizeIterator<Item = &'a [u8]>,
) {
    let Some((seq, t)) = begun.0 else { return };
    HANDLE.with_borrow_mut(|handle| {
        let Some(handle) = handle else { return };
        let max = handle.hub.config.max_data as usize;
        let count = pieces.len().min(IOV_LISTED);
        let mut list = std::mem::take(&mut handle.scratch);
        let (mut left, mut total) = (IOV_BUDGET, 0);
        for piece in pieces.take(IOV_LISTED) {
            let kept = piece.len().min(max).min(left);
            left -= kept;
            total += piece.len();
            list.extend_from_slice(&(piece.len() as u32).to_le_bytes());
            list.extend_from_slice(&(kept as u32).to_le_bytes());
            list.extend_from_slice(&piece[..kept]);
        }
        let what = What::Sendmsg { fd, pieces: count as u32, ret };
        handle.push(Record::new(seq, t, conn, what, Some(image), &list, total), &list);
        list.clear();
        handle.scratch = list;
    });
}

/// A `ready` list as a `wake` carries it in its payload: fd, connection, what.
pub fn ready_bytes(out: &mut Vec<u8>, fd: i32, conn: Option<u32>, what: EvFlags) {
    out.extend_from_slice(&fd.to_le_bytes());
    out.extend_from_slice(&conn.unwrap_or(u32::MAX).to_le_bytes());
    out.push(what.0);
}

#[cold]
#[inline(never)]
fn push(begun: (u64, u64), conn: Option<u32>, what: What, image: Option<&ConnImage>, payload: &[u8]) {
    HANDLE.with_borrow_mut(|handle| {
        if let Some(handle) = handle {
            let whole = matches!(what, What::Wake { .. } | What::Mark);
            let max = if whole { BYTES } else { handle.hub.config.max_data as usize };
            let kept = &payload[..payload.len().min(max)];
            handle.push(Record::new(begun.0, begun.1, conn, what, image, kept, payload.len()), kept);
        }
    });
}

impl Handle {
    #[inline]
    fn begin(&mut self) -> Option<(u64, u64)> {
        self.hub.gate.pass(self.thread);
        if self.hub.closed.load(Ordering::Relaxed) {
            LEVEL.set(0);
            return None;
        }
        let seq = self.hub.seq.fetch_add(1, Ordering::AcqRel);
        let t = self.hub.start.elapsed().as_nanos() as u64;
        Some((seq, t))
    }

    #[inline]
    fn push(&mut self, record: Record, kept: &[u8]) {
        if self.records.slots() == 0 || self.bytes.slots() < kept.len() {
            self.wait_for_room(kept.len());
        }
        // Room was made, or the recorder has gone and nobody reads any more.
        if self.bytes.push_entire_slice(kept).is_ok() {
            let _ = self.records.push(record);
        }
    }

    /// A recording is whole: a thread whose ring is full waits for the recorder.
    #[cold]
    fn wait_for_room(&mut self, bytes: usize) {
        let from = Instant::now();
        // Not only until the recording is over: this event has its number, and the recorder takes
        // what is numbered before it goes.
        while (self.records.slots() == 0 || self.bytes.slots() < bytes) && !self.records.is_abandoned() {
            std::thread::sleep(Duration::from_micros(50));
        }
        self.hub.blocked_ns.fetch_add(from.elapsed().as_nanos() as u64, Ordering::Relaxed);
    }
}

/// Tells, when dropped, that a function was left.
#[derive(Debug)]
#[must_use = "it tells of the function's end when it is dropped"]
pub struct Entered(Option<(Fn, Option<u32>)>);

/// Tells that a function of the walkthrough was entered; what it returns tells of its end.
#[inline]
pub fn enter(function: Fn, conn: Option<u32>, image: impl FnOnce() -> Option<ConnImage>) -> Entered {
    if LEVEL.get() < 2 {
        return Entered(None);
    }
    emit_conn(conn, What::Call(function), image().as_ref(), b"");
    Entered(Some((function, conn)))
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        if let Some((function, conn)) = self.0 {
            emit_conn(conn, What::Return(function), None, b"");
        }
    }
}
