//! The way from the dispatcher to a worker: the connection queue, its items, the notify pipe.

use super::event_base::{BaseRef, FdEvent};
use super::settings::{MAX_NUMBER_OF_SLAB_CLASSES, OwnCount};
use super::util::{lock, lock_in_line};
use crate::event::{self, ConnState, EvFlags, Function, Kind, Thread};
use crate::tracer::{self, Report};
use rustix::io::{read, write};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How many queue items are allocated at once (`thread.c:18`).
const ITEMS_PER_ALLOC: usize = 64;

/// What a connection's socket is (`memcached.h:188`, `enum network_transport`). A UNIX socket's is told
/// from TCP's nowhere but in `stats conns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NetworkTransport {
    /// `tcp_transport`, `local_transport`: a stream.
    #[default]
    Tcp,
    /// `udp_transport`: one socket for all clients, and one "connection" a worker for ever.
    Udp,
}

/// A connection on its way to a worker: `CQ_ITEM` (`thread.c:22`).
#[derive(Debug)]
pub struct CqItem {
    /// The accepted socket, or one of UDP.
    pub sfd: Option<OwnedFd>,
    /// Where the client is; of UDP, where the server is. The C asks for it again, in `conn_new`.
    pub addr: Option<SocketAddr>,
    /// The number that the trace gives the connection.
    pub conn: u32,
    /// The state that it starts in.
    pub init_state: ConnState,
    /// What to wait for first.
    pub event_flags: EvFlags,
    /// The read buffer's size.
    pub read_buffer_size: u32,
    /// What the socket is.
    pub transport: NetworkTransport,
}

impl Default for CqItem {
    fn default() -> Self {
        CqItem {
            sfd: None,
            addr: None,
            conn: 0,
            init_state: ConnState::NewCmd,
            event_flags: EvFlags::NONE,
            read_buffer_size: 0,
            transport: NetworkTransport::Tcp,
        }
    }
}

/// The items that are not on any queue: `cqi_freelist`. They are boxed because they move from here
/// to a queue and back by their pointers, and are never copied or freed.
#[derive(Debug, Default)]
#[allow(clippy::vec_box)]
pub struct CqiFreelist(Mutex<Vec<Box<CqItem>>>);

impl CqiFreelist {
    /// A fresh item (`thread.c:250`); allocates many at once when there is none.
    pub fn cqi_new(&self) -> Box<CqItem> {
        let mut free = lock(&self.0);
        if free.is_empty() {
            free.extend((0..ITEMS_PER_ALLOC).map(|_| Box::default()));
        }
        free.pop().unwrap_or_default()
    }

    /// Takes an item back (`thread.c:292`).
    pub fn cqi_free(&self, item: Box<CqItem>) {
        lock(&self.0).push(item);
    }
}

/// One worker's queue: `CQ` (`thread.c:33`).
#[derive(Debug, Default)]
pub struct ConnQueue(Mutex<VecDeque<Box<CqItem>>>);

#[cfg(test)]
impl ConnQueue {
    /// The connections that are on it.
    pub(super) fn conns(&self) -> Vec<u32> {
        lock(&self.0).iter().map(|item| item.conn).collect()
    }
}

/// Puts an item at the end of `thread`'s queue (`thread.c:235`).
pub fn cq_push(thread: &LibeventThread, item: Box<CqItem>) {
    let (conn, udp) = (Some(item.conn), item.transport == NetworkTransport::Udp);
    let _in = tracer::enter(Function::CqPush, conn);
    // The worker may pop it before we are done here; of what both do, the first has the lower number.
    let (begun, mut queue) = tracer::begin_locked(Kind::CqPush, conn, || lock(&thread.new_conn_queue.0));
    queue.push_back(item);
    let depth = queue.len() as u32;
    drop(queue);
    tracer::finish(
        begun,
        conn,
        Report::CqPush { worker: Thread::Worker(thread.index), transport: event::Transport::of(udp), depth },
        None,
        b"",
    );
}

/// Takes the first item off `thread`'s queue; `None` if it is empty (`thread.c:217`).
pub fn cq_pop(thread: &LibeventThread) -> Option<Box<CqItem>> {
    let _in = tracer::enter(Function::CqPop, None);
    let conn = if tracer::on() {
        // Nobody else takes anything off it: what is first now stays so while this thread is held.
        Some(lock(&thread.new_conn_queue.0).front()?.conn)
    } else {
        None
    };
    let (begun, mut queue) = tracer::begin_locked(Kind::CqPop, conn, || lock(&thread.new_conn_queue.0));
    let item = queue.pop_front();
    let depth = queue.len() as u32;
    drop(queue);
    tracer::finish(begun, conn, Report::CqPop { worker: Thread::Worker(thread.index), depth }, None, b"");
    item
}

/// One worker as the other threads see it: `LIBEVENT_THREAD` (`memcached.h:401`).
#[derive(Debug)]
pub struct LibeventThread {
    /// Its place among the workers.
    pub index: u16,
    /// Its event base.
    pub base: BaseRef,
    /// The end of the pipe that it reads.
    pub notify_receive_fd: OwnedFd,
    /// The end that the dispatcher writes.
    pub notify_send_fd: Mutex<Option<OwnedFd>>,
    /// Its event on the pipe.
    pub notify_event: FdEvent,
    /// Connections for it to take up.
    pub new_conn_queue: ConnQueue,
    /// What it has counted.
    pub stats: ThreadStats,
}

impl LibeventThread {
    /// Writes a byte into the thread's pipe, so that its `epoll_wait` returns.
    pub fn notify(&self, byte: u8) {
        let send = lock(&self.notify_send_fd);
        let Some(fd) = send.as_ref() else { return };
        let begun = tracer::begin(Kind::Notify, None);
        let ret = write(fd.as_fd(), &[byte]);
        let what =
            Report::Notify { worker: Thread::Worker(self.index), fd: fd.as_raw_fd(), ret: super::ret(&ret) };
        tracer::finish(begun, None, what, None, &[byte]);
        if let Err(e) = ret {
            super::util::stderr_line(format_args!("Writing to thread notify pipe: {e}"));
        }
    }

    /// Reads one byte from the thread's pipe; `None` if there was none.
    pub fn notified(&self) -> Option<u8> {
        let fd = &self.notify_receive_fd;
        let mut buf = [0u8; 1];
        let ret = read(fd.as_fd(), &mut buf);
        let got = usize::from(matches!(ret, Ok(1)));
        let what = Report::Notified {
            worker: Thread::Worker(self.index),
            fd: fd.as_raw_fd(),
            ret: super::ret(&ret),
        };
        tracer::emit(what, &buf[..got]);
        (got == 1).then_some(buf[0])
    }

    /// The number of the end that the dispatcher writes; -1 once it is closed.
    pub fn notify_send_fd(&self) -> i32 {
        lock(&self.notify_send_fd).as_ref().map_or(-1, AsRawFd::as_raw_fd)
    }

    /// Lets the worker's next `epoll_wait` return for good: its pipe has no writer any more.
    pub fn hang_up(&self) {
        lock(&self.notify_send_fd).take();
    }
}

/// Counts by name: as their thread raises them, and as they are read and added up.
macro_rules! counts {
    ($(#[$own_doc:meta])* $own:ident, $(#[$sum_doc:meta])* $sum:ident { $($name:ident),* $(,)? }) => {
        $(#[$own_doc])*
        #[derive(Debug, Default)]
        #[allow(missing_docs)]
        pub struct $own { $(pub $name: OwnCount),* }

        $(#[$sum_doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub struct $sum { $(pub $name: u64),* }

        impl $own {
            fn add_to(&self, sum: &mut $sum) {
                $(sum.$name += self.$name.get();)*
            }

            fn reset(&self) {
                $(self.$name.reset();)*
            }
        }
    };
}

counts! {
    /// What one thread counts of the items of one slab class (`memcached.h:222`).
    SlabCounts,
    /// The same, added up.
    SlabStats { set_cmds, get_hits, touch_hits, delete_hits, cas_hits, cas_badval, incr_hits, decr_hits }
}

counts! {
    /// What one thread counts besides (`memcached.h:236`).
    OwnCounts,
    /// The same, added up.
    CommandStats {
        get_cmds, get_misses, touch_cmds, touch_misses, delete_misses, incr_misses, decr_misses,
        cas_misses, bytes_read, bytes_written, flush_cmds, conn_yields,
    }
}

/// `struct thread_stats`. memcached guards it with a lock of the thread's own, taken several times a
/// request; only that thread raises these, so here none is needed.
#[derive(Debug)]
pub struct ThreadStats {
    counts: OwnCounts,
    slab_stats: [SlabCounts; MAX_NUMBER_OF_SLAB_CLASSES],
}

impl Default for ThreadStats {
    fn default() -> Self {
        let slab_stats = std::array::from_fn(|_| SlabCounts::default());
        ThreadStats { counts: OwnCounts::default(), slab_stats }
    }
}

impl std::ops::Deref for ThreadStats {
    type Target = OwnCounts;

    fn deref(&self) -> &OwnCounts {
        &self.counts
    }
}

impl ThreadStats {
    /// Those of one class.
    #[inline]
    pub fn slab(&self, clsid: usize) -> &SlabCounts {
        &self.slab_stats[clsid % MAX_NUMBER_OF_SLAB_CLASSES]
    }

    /// Adds them to what other threads have counted (`thread.c:646`).
    pub fn add_to(&self, sum: &mut CommandStats) {
        self.counts.add_to(sum);
    }

    /// Adds those of one class.
    pub fn add_slab_to(&self, clsid: usize, sum: &mut SlabStats) {
        self.slab(clsid).add_to(sum);
    }

    /// `threadlocal_stats_reset` (`thread.c:611`), of one thread.
    pub fn reset(&self) {
        self.counts.reset();
        self.slab_stats.iter().for_each(SlabCounts::reset);
    }
}

/// The workers, and which of them got a connection last.
#[derive(Debug)]
pub struct Threads {
    /// The workers in order.
    pub workers: Vec<std::sync::Arc<LibeventThread>>,
    last_thread: std::sync::atomic::AtomicUsize,
    freelist: CqiFreelist,
    pause: Pause,
}

/// `worker_hang_lock`, `init_lock`, `init_count` and `init_cond` (`thread.c:53`, `thread.c:77`).
#[derive(Debug, Default)]
struct Pause {
    worker_hang_lock: Mutex<()>,
    init_count: Mutex<usize>,
    init_cond: Condvar,
}

impl Threads {
    /// `register_thread_initialized` (`thread.c:148`), of a worker that has read a `p`: waits until
    /// whoever paused the workers lets them go on.
    pub fn register_thread_initialized(&self) {
        *lock(&self.pause.init_count) += 1;
        self.pause.init_cond.notify_one();
        drop(lock_in_line(&self.pause.worker_hang_lock));
    }

    /// `pause_threads` (`thread.c:159`): a `p` down every worker's pipe, and then what `while_paused`
    /// does, once all of them wait; or nothing, if they end instead (`gone`).
    pub fn pause_threads(&self, gone: impl Fn() -> bool, while_paused: impl FnOnce()) {
        let _hung = lock_in_line(&self.pause.worker_hang_lock);
        let mut init_count = lock(&self.pause.init_count);
        *init_count = 0;
        self.workers.iter().for_each(|thread| thread.notify(b'p'));
        while *init_count < self.workers.len() {
            if gone() {
                return;
            }
            let for_100_ms = Duration::from_millis(100);
            let waited = tracer::blocking(|| self.pause.init_cond.wait_timeout(init_count, for_100_ms));
            init_count = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        while_paused();
    }
}

impl Threads {
    /// These workers; the first will get the first connection.
    pub fn new(workers: Vec<std::sync::Arc<LibeventThread>>) -> Self {
        let last = workers.len().saturating_sub(1);
        Threads {
            workers,
            last_thread: last.into(),
            freelist: CqiFreelist::default(),
            pause: Pause::default(),
        }
    }

    /// `threadlocal_stats_aggregate` (`thread.c:646`): what all workers have counted, but for the classes.
    pub fn counted(&self) -> CommandStats {
        let mut sum = CommandStats::default();
        self.workers.iter().for_each(|thread| thread.stats.add_to(&mut sum));
        sum
    }

    /// The same of some classes.
    pub fn slab_stats(&self, clsids: std::ops::Range<usize>) -> SlabStats {
        let mut sum = SlabStats::default();
        for thread in &self.workers {
            clsids.clone().for_each(|clsid| thread.stats.add_slab_to(clsid, &mut sum));
        }
        sum
    }

    /// The items that are not on any queue.
    pub fn freelist(&self) -> &CqiFreelist {
        &self.freelist
    }
}

/// Hands a new connection, or a UDP socket, to the next worker in turn, and wakes it (`thread.c:436`).
pub fn dispatch_conn_new(
    threads: &Threads,
    (sfd, addr): (OwnedFd, Option<SocketAddr>),
    conn: u32,
    init_state: ConnState,
    event_flags: EvFlags,
    read_buffer_size: u32,
    transport: NetworkTransport,
) {
    use std::sync::atomic::Ordering::Relaxed;
    let _in = tracer::enter(Function::DispatchConnNew, Some(conn));
    let mut item = threads.freelist.cqi_new();
    let tid = (threads.last_thread.load(Relaxed) + 1) % threads.workers.len();
    let thread = &threads.workers[tid];
    threads.last_thread.store(tid, Relaxed);
    *item = CqItem { sfd: Some(sfd), addr, conn, init_state, event_flags, read_buffer_size, transport };
    cq_push(thread, item);
    thread.notify(b'c');
}
