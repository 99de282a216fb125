//! The threads: asleep or running, their pipes and queues, and the functions they are in.

use super::happening::Happening;
use super::trail::{self, Trail};
use crate::event::{self, Function, Queued, ReadyFd, Thread, ThreadAt, ThreadOp, What};
use std::collections::VecDeque;

/// How deep a stack of calls is followed; memcached's own is never deeper than a dozen.
const MAX_DEPTH: usize = 256;
/// How much of what is ready is remembered.
const MAX_READY: usize = 64;
/// How many bytes of a pipe, and queued connections, are remembered each by itself: as many as a pipe takes.
const MAX_QUEUE: usize = 65_536;

/// What a thread is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum ThreadPhase {
    /// Nothing has been heard of it.
    #[default]
    Absent,
    /// The main thread has made its event base, pipe and queue; it does not run yet.
    SetUp,
    /// `pthread_create` is called for it.
    Created,
    /// It runs.
    Running,
    /// It sleeps in `epoll_wait`, for so many milliseconds (-1: for ever) where that is known.
    Asleep(Option<i64>),
}

/// A byte in a thread's pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InPipe {
    /// The number of its `notify`.
    pub cause: u64,
    /// Which: `c` for a connection, `p` to pause, `?` where the recording does not say.
    pub byte: u8,
}

/// One thread.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ThreadFacts {
    /// Which thread.
    pub id: Thread,
    /// What it is at.
    pub phase: ThreadPhase,
    /// For how long it sleeps, or did when it last did; -1 for ever.
    pub timeout: Option<i64>,
    /// Its `epoll` instance.
    pub epoll_fd: Option<i32>,
    /// The end of its pipe that it reads.
    pub notify_receive_fd: Option<i32>,
    /// The end of its pipe that the dispatcher writes.
    pub notify_send_fd: Option<i32>,
    /// The bytes in its pipe, the first to be read first.
    pub pipe: VecDeque<InPipe>,
    /// The connections on its queue, first to be taken first.
    pub queue: VecDeque<Queued>,
    /// The functions it is in, outermost first, where the recording has calls.
    pub stack: Vec<Function>,
    /// What `epoll_wait` last reported to it.
    pub ready: Vec<ReadyFd>,
    /// The connection that it works on since it last woke up.
    pub conn: Option<u32>,
    /// Its events.
    pub(super) events: Trail,
    /// The number of the `wake` at which it last woke up; 0 where there was none.
    pub(super) woken: u64,
}

impl ThreadFacts {
    /// A thread of which nothing is known yet.
    pub fn new(id: Thread) -> ThreadFacts {
        ThreadFacts { id, ..ThreadFacts::default() }
    }

    /// A thread as a snapshot tells of it.
    pub(super) fn found(at: &ThreadAt) -> ThreadFacts {
        let bytes = at.pipe_bytes.bytes().chain(std::iter::repeat(b'?'));
        ThreadFacts {
            phase: match at.phase {
                event::Phase::Setup => ThreadPhase::SetUp,
                event::Phase::Create => ThreadPhase::Created,
                event::Phase::Run => ThreadPhase::Running,
                event::Phase::Wait => ThreadPhase::Asleep(at.timeout),
            },
            timeout: at.timeout,
            epoll_fd: at.epoll_fd,
            notify_receive_fd: at.notify_receive_fd,
            notify_send_fd: at.notify_send_fd,
            pipe: at
                .pipe
                .iter()
                .take(MAX_QUEUE)
                .zip(bytes)
                .map(|(&cause, byte)| InPipe { cause, byte })
                .collect(),
            queue: at.queue.iter().take(MAX_QUEUE).copied().collect(),
            stack: at.stack.iter().take(MAX_DEPTH).copied().collect(),
            conn: at.conn,
            ..ThreadFacts::new(at.th)
        }
    }

    /// What of it a snapshot tells: not what was ready when it last woke up, nor which events went before.
    #[must_use]
    pub fn as_found(&self) -> ThreadFacts {
        ThreadFacts { ready: Vec::new(), events: Trail::default(), woken: 0, ..self.clone() }
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn weight(&self) -> usize {
        let ready = self.ready.len() * size_of::<ReadyFd>();
        let pipe = self.pipe.len() * size_of::<InPipe>();
        size_of::<ThreadFacts>() + ready + pipe + self.queue.len() * size_of::<Queued>() + self.stack.len()
    }

    /// Whether it sleeps in `epoll_wait`.
    pub fn is_asleep(&self) -> bool {
        matches!(self.phase, ThreadPhase::Asleep(_))
    }

    /// Folds an event that happened on this thread.
    #[inline(always)]
    pub(super) fn happened(&mut self, h: &Happening<'_>) {
        if trail::is_step(h.what) {
            self.events.goes_on(h.seq);
        }
        match *h.what {
            // These tell of the recording, not of the thread.
            What::Mark | What::Note { .. } | What::Drop { .. } | What::Snapshot => return,
            What::Wait { timeout, epoll_fd } => {
                (self.phase, self.timeout, self.conn) = (ThreadPhase::Asleep(timeout), timeout, None);
                self.epoll_fd = epoll_fd.or(self.epoll_fd);
                return;
            }
            What::Wake { .. } => {
                self.ready.clear();
                self.ready.extend(h.ready.into_iter().flatten().take(MAX_READY).cloned());
                self.conn = None;
                self.woken = h.seq;
            }
            What::Call { function: Some(function) } if self.stack.len() < MAX_DEPTH => {
                self.stack.push(function)
            }
            What::Return { function: Some(function) } => {
                // A cut trace may return from what was never seen called.
                if let Some(depth) = self.stack.iter().rposition(|entered| *entered == function) {
                    self.stack.truncate(depth);
                }
            }
            _ => {}
        }
        self.phase = ThreadPhase::Running;
        if h.conn.is_some() {
            self.conn = h.conn;
        }
    }

    /// Folds an event that is about this thread, whichever it happened on; the event that caused it.
    #[inline(always)]
    pub(super) fn concerns(&mut self, h: &Happening<'_>) -> Option<u64> {
        match *h.what {
            What::EventInit { epoll_fd, .. } => {
                self.epoll_fd = epoll_fd.or(self.epoll_fd);
                self.is_made(h, None);
            }
            What::Pipe { notify_receive_fd, notify_send_fd, .. } => {
                self.has_a_pipe(notify_receive_fd, notify_send_fd);
                self.is_made(h, None);
            }
            What::Thread { op, epoll_fd, notify_receive_fd, notify_send_fd, .. } => {
                self.epoll_fd = epoll_fd.or(self.epoll_fd);
                self.has_a_pipe(notify_receive_fd, notify_send_fd);
                self.is_made(h, op);
            }
            What::CqPush { .. } => {
                if let Some(conn) = h.conn {
                    if self.queue.len() == MAX_QUEUE {
                        self.queue.pop_front();
                    }
                    self.queue.push_back(Queued { conn, cause: h.seq });
                }
            }
            What::CqPop { .. } => {
                // By number where it is known: a trace that was cut may begin in mid-queue.
                let queued = match h.conn {
                    None => self.queue.pop_front(),
                    Some(conn) => {
                        let at = self.queue.iter().position(|queued| queued.conn == conn);
                        at.and_then(|at| self.queue.remove(at))
                    }
                };
                return queued.map(|queued| queued.cause);
            }
            What::Notify { errno: None, .. } if self.pipe.len() < MAX_QUEUE => {
                self.pipe.push_back(InPipe { cause: h.seq, byte: h.byte() });
            }
            What::Notified { errno: None, .. } => return self.pipe.pop_front().map(|byte| byte.cause),
            _ => {}
        }
        None
    }

    fn has_a_pipe(&mut self, receive_fd: Option<i32>, send_fd: Option<i32>) {
        self.notify_receive_fd = receive_fd.or(self.notify_receive_fd);
        self.notify_send_fd = send_fd.or(self.notify_send_fd);
    }

    /// Another thread makes this one; which may run before that one says so.
    #[inline(always)]
    fn is_made(&mut self, h: &Happening<'_>, op: Option<ThreadOp>) {
        if h.th == self.id {
            return;
        }
        match op {
            Some(ThreadOp::Create) if self.phase < ThreadPhase::Running => self.phase = ThreadPhase::Created,
            _ if self.phase == ThreadPhase::Absent => self.phase = ThreadPhase::SetUp,
            _ => {}
        }
    }
}

impl From<&ThreadFacts> for ThreadAt {
    fn from(lane: &ThreadFacts) -> ThreadAt {
        ThreadAt {
            th: lane.id,
            phase: match lane.phase {
                ThreadPhase::Absent | ThreadPhase::SetUp => event::Phase::Setup,
                ThreadPhase::Created => event::Phase::Create,
                ThreadPhase::Running => event::Phase::Run,
                ThreadPhase::Asleep(_) => event::Phase::Wait,
            },
            timeout: lane.timeout,
            epoll_fd: lane.epoll_fd,
            notify_receive_fd: lane.notify_receive_fd,
            notify_send_fd: lane.notify_send_fd,
            pipe: lane.pipe.iter().map(|byte| byte.cause).collect(),
            pipe_bytes: lane.pipe.iter().map(|byte| char::from(byte.byte)).collect(),
            queue: lane.queue.iter().copied().collect(),
            stack: lane.stack.clone(),
            conn: lane.conn,
        }
    }
}

/// The threads that are known, main first, then the workers, then the others.
#[derive(Debug, Clone, Default)]
pub struct ThreadTable {
    all: Vec<ThreadFacts>,
    /// How many of the first are main, worker0, worker1 ..., with none missing: those need not be looked for.
    dense: usize,
}

/// Where a server's thread stands if none is missing before it: the dispatcher, then the workers.
#[inline(always)]
pub(crate) fn place(id: Thread) -> Option<usize> {
    match id {
        Thread::Main => Some(0),
        Thread::Worker(i) => Some(usize::from(i) + 1),
        _ => None,
    }
}

impl PartialEq for ThreadTable {
    fn eq(&self, other: &ThreadTable) -> bool {
        self.all == other.all
    }
}

impl Eq for ThreadTable {}

impl ThreadTable {
    /// Where a thread stands, if it is there; else where it would.
    fn at(&self, id: Thread) -> Result<usize, usize> {
        self.all.binary_search_by_key(&id, |lane| lane.id)
    }

    /// The thread, if it is known.
    pub fn get(&self, id: &Thread) -> Option<&ThreadFacts> {
        self.at(*id).ok().map(|at| &self.all[at])
    }

    /// The thread; known from now on.
    #[inline]
    pub(super) fn of(&mut self, id: Thread) -> &mut ThreadFacts {
        let at = match place(id) {
            Some(place) if place < self.dense => place,
            _ => self.found_or_made(id),
        };
        &mut self.all[at]
    }

    #[inline(never)]
    fn found_or_made(&mut self, id: Thread) -> usize {
        self.at(id).unwrap_or_else(|at| {
            self.all.insert(at, ThreadFacts::new(id));
            self.dense =
                self.all.iter().enumerate().take_while(|(at, lane)| place(lane.id) == Some(*at)).count();
            at
        })
    }

    /// All of them.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &ThreadFacts> + DoubleEndedIterator {
        self.all.iter()
    }

    /// Which they are.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Thread> + DoubleEndedIterator {
        self.all.iter().map(|lane| &lane.id)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl std::ops::Index<&Thread> for ThreadTable {
    type Output = ThreadFacts;

    fn index(&self, id: &Thread) -> &ThreadFacts {
        self.get(id).expect("a thread that is known")
    }
}

impl FromIterator<ThreadFacts> for ThreadTable {
    fn from_iter<T: IntoIterator<Item = ThreadFacts>>(lanes: T) -> ThreadTable {
        let mut all = ThreadTable::default();
        for lane in lanes {
            let id = lane.id;
            *all.of(id) = lane;
        }
        all
    }
}
