//! A thread as the trace shows it: asleep or running, its pipe, its queue.

use crate::event::{self, Event, Fn, Kind, Ready, Thread, ThreadAt};
use std::collections::VecDeque;

/// How deep a stack of calls is followed; memcached's own is never deeper than a dozen.
const MAX_DEPTH: usize = 64;
/// How many queued connections are remembered by number.
const MAX_QUEUE: usize = 4096;

/// What a thread is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Phase {
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

/// One thread.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lane {
    /// Which thread.
    pub id: Thread,
    /// What it is at.
    pub phase: Phase,
    /// Its `epoll` instance.
    pub epoll_fd: Option<i32>,
    /// The end of its pipe that it reads.
    pub notify_receive_fd: Option<i32>,
    /// The end of its pipe that the dispatcher writes.
    pub notify_send_fd: Option<i32>,
    /// How many bytes stand in its pipe.
    pub pipe: u32,
    /// Which, the first to be read first, as far as they are kept: `c` for a connection, `p` to pause,
    /// `?` where the recording does not say.
    pub bytes: VecDeque<u8>,
    /// The connections on its queue, first to be taken first.
    pub queue: VecDeque<u32>,
    /// The functions it is in, outermost first, where the recording has calls.
    pub stack: Vec<Fn>,
    /// What `epoll_wait` last reported to it.
    pub ready: Vec<Ready>,
    /// The connection that it works on since it last woke up.
    pub conn: Option<u32>,
}

impl Lane {
    /// A thread of which nothing is known yet.
    pub fn new(id: Thread) -> Lane {
        Lane { id, ..Lane::default() }
    }

    /// A thread as a snapshot tells of it.
    pub(super) fn found(at: &ThreadAt) -> Lane {
        Lane {
            phase: match at.phase {
                event::Phase::Setup => Phase::SetUp,
                event::Phase::Create => Phase::Created,
                event::Phase::Run => Phase::Running,
                event::Phase::Wait => Phase::Asleep(at.timeout),
            },
            epoll_fd: at.epoll_fd,
            notify_receive_fd: at.notify_receive_fd,
            notify_send_fd: at.notify_send_fd,
            pipe: u32::try_from(at.pipe.len()).unwrap_or(u32::MAX),
            bytes: (0..at.pipe.len().min(MAX_DEPTH))
                .map(|i| at.pipe_bytes.as_bytes().get(i).copied().unwrap_or(b'?'))
                .collect(),
            queue: at.queue.iter().take(MAX_QUEUE).map(|queued| queued.conn).collect(),
            stack: at.stack.iter().take(MAX_DEPTH).copied().collect(),
            conn: at.conn,
            ..Lane::new(at.th)
        }
    }

    /// About how many bytes of memory it takes.
    pub(super) fn weight(&self) -> usize {
        let ready = self.ready.len() * size_of::<Ready>();
        size_of::<Lane>() + ready + self.queue.len() * size_of::<u32>() + self.stack.len() + self.bytes.len()
    }

    /// Whether it sleeps in `epoll_wait`.
    pub fn is_asleep(&self) -> bool {
        matches!(self.phase, Phase::Asleep(_))
    }

    /// Folds an event that happened on this thread.
    pub(super) fn happened(&mut self, event: &Event) {
        match event.kind() {
            // These tell of the recording, not of the thread.
            Kind::Mark | Kind::Note | Kind::Drop | Kind::Snapshot => return,
            Kind::Wait => {
                self.phase = Phase::Asleep(event.timeout());
                self.epoll_fd = event.epoll_fd().or(self.epoll_fd);
                self.conn = None;
                return;
            }
            Kind::Wake => {
                self.ready = event.ready().unwrap_or_default().to_vec();
                self.ready.truncate(MAX_DEPTH);
                self.conn = None;
            }
            Kind::Call => {
                if let Some(function) = event.function().filter(|_| self.stack.len() < MAX_DEPTH) {
                    self.stack.push(function);
                }
            }
            Kind::Return => {
                // A cut trace may return from what was never seen called.
                if let Some(depth) =
                    event.function().and_then(|f| self.stack.iter().rposition(|&entered| entered == f))
                {
                    self.stack.truncate(depth);
                }
            }
            _ => {}
        }
        self.phase = Phase::Running;
        if event.conn.is_some() {
            self.conn = event.conn;
        }
    }

    /// Folds an event that is about this worker, whichever thread it happened on.
    pub(super) fn concerns(&mut self, event: &Event) {
        match event.kind() {
            Kind::EventInit | Kind::Pipe | Kind::Thread => {
                self.epoll_fd = event.epoll_fd().or(self.epoll_fd);
                self.notify_receive_fd = event.notify_receive_fd().or(self.notify_receive_fd);
                self.notify_send_fd = event.notify_send_fd().or(self.notify_send_fd);
                if event.th != self.id {
                    match event.op() {
                        Some("create") => self.phase = Phase::Created,
                        _ if self.phase == Phase::Absent => self.phase = Phase::SetUp,
                        _ => {}
                    }
                }
            }
            Kind::CqPush => {
                if let Some(conn) = event.conn {
                    if self.queue.len() == MAX_QUEUE {
                        self.queue.pop_front();
                    }
                    self.queue.push_back(conn);
                }
            }
            Kind::CqPop => {
                // By number where it is known: a trace that was cut may begin in mid-queue.
                match event.conn.and_then(|c| self.queue.iter().position(|&queued| queued == c)) {
                    Some(at) => drop(self.queue.remove(at)),
                    None if event.conn.is_none() => drop(self.queue.pop_front()),
                    None => {}
                }
            }
            Kind::Notify if event.errno().is_none() => {
                self.pipe = self.pipe.saturating_add(1);
                if self.bytes.len() < MAX_DEPTH {
                    self.bytes.push_back(event.notified_by());
                }
            }
            Kind::Notified if event.errno().is_none() => {
                self.pipe = self.pipe.saturating_sub(1);
                self.bytes.pop_front();
            }
            _ => {}
        }
    }
}
