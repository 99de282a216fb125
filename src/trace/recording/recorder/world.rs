//! What the recorder remembers of the server from one event to the next: enough to say what
//! changed, what caused what, and what a recording that begins now has to start from.

use super::line::whole_characters;
use super::memory::Memory;
use crate::event::{
    Changed, ConnAt, ConnImage, ConnSet, ConnState, Counted, Fn, ItemOp, ItemRef, ListenerAt, Payload, Phase,
    Queued, ReplyOp, Snapshot, StatFold, StatStep, Target, Thread, ThreadAt, ThreadOp, UDP_HEADER_SIZE,
    encode,
};
use crate::tracer::{Descriptor, Record, Report, Ret, received};
use foldhash::fast::RandomState;
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

/// How many unparsed bytes of a read buffer are remembered.
const UNPARSED: usize = 2048;
/// How deep a stack of calls is followed; memcached's own is never deeper than a dozen.
const MAX_DEPTH: usize = 64;

/// The server as the events so far left it.
#[derive(Debug, Default)]
pub(super) struct World {
    main: ThreadNow,
    workers: Vec<ThreadNow>,
    /// The player of a session: it has no state.
    client: ThreadNow,
    assoc: ThreadNow,
    listeners: Vec<ListenerAt>,
    conns: HashMap<u32, Box<ConnNow>, RandomState>,
    accepted: u32,
    memory: Memory,
    /// Events that were lost: what they told is not in here.
    lost: u64,
}

#[derive(Debug, Default)]
struct ThreadNow {
    known: bool,
    phase: Phase,
    timeout: Option<i32>,
    epoll_fd: Option<i32>,
    notify_receive_fd: Option<i32>,
    notify_send_fd: Option<i32>,
    /// The bytes in its pipe, with the numbers of their events.
    pipe: VecDeque<(u64, u8)>,
    queue: VecDeque<Queued>,
    stack: Vec<Fn>,
    conn: Option<u32>,
    /// The connection that this thread has closed last.
    closed: Option<u32>,
    /// The item that this thread allocated last: the one that a connection of its may fill next.
    allocated: (u32, Vec<u8>, u32),
}

#[derive(Debug, Default)]
struct ConnNow {
    fd: Option<i32>,
    peer: Vec<u8>,
    is_udp: bool,
    request_id: Option<u16>,
    worker: Option<u16>,
    place: &'static str,
    state: Option<ConnState>,
    image: Option<ConnImage>,
    item: Option<ItemRef>,
    /// The last of the unparsed bytes in its read buffer.
    unparsed: Vec<u8>,
    /// Whether they are a datagram's, and still stand behind its header.
    is_moving: bool,
    /// What its command is to the statistics.
    stats: StatFold,
    /// Whether the line is taken off them already that a `command` will tell of.
    is_parsed: bool,
}

/// What an event says besides what its record does.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// The event on another thread that caused it.
    pub cause: Option<u64>,
    /// Which fields of the connection's `struct conn` have changed; all, where nothing was known of it.
    pub changed: Changed,
    /// The item that the connection has got, or let go of.
    pub item: Option<Option<ItemRef>>,
}

impl World {
    /// Takes an event in.
    pub fn apply(
        &mut self,
        thread: Thread,
        record: &Record,
        image: Option<&ConnImage>,
        payload: &[u8],
    ) -> Context {
        let mut context = Context::default();
        if let Report::Item { .. } = record.what {
            self.memory.apply(&record.what);
        }
        self.threads(thread, record, payload, &mut context);
        self.stats(record, payload);
        match record.conn() {
            Some(conn) => self.conn(conn, thread, record, image, payload, &mut context),
            None => self.listener(record, payload),
        }
        context
    }

    /// Counts as `stats` does.
    fn stats(&mut self, record: &Record, payload: &[u8]) {
        let Some(id) = record.conn() else { return };
        let Some(c) = self.conns.get_mut(&id) else { return };
        let counted = match record.what {
            Report::Command => {
                let line = Payload { kept: payload.into(), len: record.len.into() };
                c.stats.command(&line, self.memory.told())
            }
            Report::Item { op, .. } => match op.found() {
                Some(found) => c.stats.step(StatStep::LookedUp(found)),
                None => return,
            },
            Report::Reply { op: Some(ReplyOp::Value) } => c.stats.step(StatStep::Value),
            Report::Reply { .. } => c.stats.step(StatStep::Reply),
            Report::Call { function } => c.stats.step(StatStep::Call(function)),
            Report::State { .. } => c.stats.step(StatStep::State),
            _ => return,
        };
        if counted != Counted::Nothing {
            let may_miss = || self.conns.iter().any(|(other, c)| *other != id && c.stats.has_missed());
            self.memory.count(counted, may_miss);
        }
    }

    /// Whether nothing has happened yet: a recording that begins now needs no snapshot.
    pub fn is_new(&self) -> bool {
        !self.main.known && self.lost == 0
    }

    /// Events were lost.
    pub fn lose(&mut self, n: u64) {
        self.lost += n;
    }

    #[inline(always)]
    fn thread(&mut self, thread: Thread) -> &mut ThreadNow {
        match thread {
            Thread::Main => &mut self.main,
            Thread::Client | Thread::Other(_) => &mut self.client,
            Thread::Assoc => &mut self.assoc,
            Thread::Worker(i) => {
                let i = usize::from(i);
                if self.workers.len() <= i {
                    self.comes_to_know(i);
                }
                &mut self.workers[i]
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn comes_to_know(&mut self, worker: usize) {
        self.workers.resize_with(worker + 1, ThreadNow::default);
    }

    fn threads(&mut self, thread: Thread, record: &Record, payload: &[u8], context: &mut Context) {
        let now = self.thread(thread);
        now.known = true;
        if thread == Thread::Main && now.phase == Phase::Setup {
            now.phase = Phase::Run;
        }
        if record.conn().is_some() {
            now.conn = record.conn();
        }
        match record.what {
            Report::Call { function } if now.stack.len() < MAX_DEPTH => now.stack.push(function),
            Report::Return { function } => {
                if let Some(depth) = now.stack.iter().rposition(|f| *f == function) {
                    now.stack.truncate(depth);
                }
            }
            Report::Wait { timeout, epoll_fd } => {
                (now.phase, now.timeout, now.conn) = (Phase::Wait, Some(timeout), None);
                now.epoll_fd = Some(epoll_fd);
            }
            Report::Wake { .. } => now.phase = Phase::Run,
            Report::Item { op: ItemOp::Alloc, id, size, .. } => {
                let (last, key, bytes) = &mut now.allocated;
                (*last, *bytes) = (id, size.get().unwrap_or(0));
                key.clear();
                key.extend_from_slice(whole_characters(payload, record.len));
            }
            Report::EventInit { worker: whose, epoll_fd } => {
                let its = self.thread(whose);
                (its.known, its.epoll_fd) = (true, Some(epoll_fd));
            }
            Report::Pipe { worker, notify_receive_fd, notify_send_fd } => {
                let its = self.thread(worker);
                (its.known, its.notify_receive_fd, its.notify_send_fd) =
                    (true, Some(notify_receive_fd), Some(notify_send_fd));
            }
            Report::Thread { worker: whose, op, epoll_fd, .. } => {
                let its = self.thread(whose);
                its.epoll_fd = Some(epoll_fd);
                // The thread may run before its maker says that it was made.
                match op {
                    ThreadOp::Setup => {}
                    ThreadOp::Create if its.phase == Phase::Setup => its.phase = Phase::Create,
                    ThreadOp::Create => {}
                    _ => its.phase = Phase::Run,
                }
            }
            Report::CqPush { worker, .. } => {
                if let Some(conn) = record.conn() {
                    let queued = Queued { conn, cause: record.seq };
                    self.thread(worker).queue.push_back(queued);
                }
            }
            Report::CqPop { worker, .. } => {
                let queue = &mut self.thread(worker).queue;
                let at = queue.iter().position(|queued| Some(queued.conn) == record.conn());
                context.cause = at.and_then(|at| queue.remove(at)).map(|queued| queued.cause);
            }
            Report::Notify { worker, ret: Ret(1), .. } => {
                let byte = payload.first().copied().unwrap_or(b'?');
                self.thread(worker).pipe.push_back((record.seq, byte));
            }
            Report::Notified { worker, ret: Ret(1), .. } => {
                let byte = self.thread(worker).pipe.pop_front();
                context.cause = byte.map(|(cause, _)| cause);
            }
            Report::Drop { n } => self.lost += u64::from(n),
            _ => {}
        }
    }

    fn conn(
        &mut self,
        id: u32,
        thread: Thread,
        record: &Record,
        image: Option<&ConnImage>,
        payload: &[u8],
        context: &mut Context,
    ) {
        if let Report::Accept { fd: Descriptor(fd), .. } = record.what {
            self.accepted = self.accepted.max(id.saturating_add(1));
            if self.lost > 0 {
                // Its descriptor was another connection's, whose close was not heard.
                self.conns.retain(|_, c| c.fd != Some(fd));
            }
            let c = ConnNow { fd: Some(fd), peer: payload.to_vec(), place: "accepted", ..ConnNow::default() };
            self.conns.insert(id, Box::new(c));
            return;
        }
        if let Report::CqPush { transport: Some(_), .. } = record.what {
            // Nobody was accepted for it.
            self.accepted = self.accepted.max(id.saturating_add(1));
            self.conns.insert(id, Box::new(ConnNow { is_udp: true, ..ConnNow::default() }));
        }
        let is_closed = self.lost == 0 || self.thread(thread).closed == Some(id);
        let Some(c) = self.conns.get_mut(&id) else {
            // Closed; what is left to do with it comes after that. Or its beginning was lost.
            if !is_closed && image.is_some() {
                let c = ConnNow { place: "open", image: image.copied(), ..ConnNow::default() };
                self.conns.insert(id, Box::new(c));
            }
            return;
        };
        c.is_moving = false;
        match record.what {
            Report::CqPush { worker, .. } => (c.place, c.worker) = ("queued", number(worker)),
            Report::CqPop { worker, .. } => (c.place, c.worker) = ("taken", number(worker)),
            Report::ConnNew { fd, transport, state } => {
                (c.place, c.fd, c.state, c.is_udp) = ("open", Some(fd), Some(state), transport.is_some());
                c.worker = number(thread);
            }
            Report::State { to, .. } => c.state = Some(to),
            Report::Call { function: Fn::ProcessCommand } => {
                c.parsed();
                c.is_parsed = true;
            }
            Report::Command => c.told(),
            Report::Read { into: Target::Rbuf, fd, ret: Ret(ret @ 1..), .. } => {
                c.fd = Some(fd);
                c.brought(ret as usize, image.map_or(0, |image| image.rbytes as usize), payload);
            }
            Report::Recvfrom { fd, ret: Ret(ret), request_id, .. } => {
                (c.fd, c.is_udp) = (Some(fd), true);
                let (peer, data) = received(payload);
                if let Some(peer) = peer {
                    c.peer = peer.to_string().into_bytes();
                }
                c.request_id = request_id.or(c.request_id);
                c.datagram(usize::try_from(ret).unwrap_or(0), request_id.is_some(), data);
            }
            _ => {}
        }
        let Some(image) = image else { return };
        context.changed = image.differs(c.image.as_ref());
        let before = c.image.as_ref().map_or(0, |before| before.item_id);
        c.image = Some(*image);
        if before != image.item_id {
            let has = (image.item_id != 0).then(|| {
                let (id, key, size) = &self.thread(thread).allocated;
                let known = *id == image.item_id;
                let key = if known { encode(key).0.unwrap_or_default() } else { String::new() };
                ItemRef { key, size: if known { u64::from(*size) } else { 0 } }
            });
            if let Some(c) = self.conns.get_mut(&id) {
                c.item.clone_from(&has);
            }
            context.item = Some(has);
        }
    }

    /// A thread has closed a connection, and that was told.
    pub fn closed(&mut self, thread: Thread, id: u32) {
        self.conns.remove(&id);
        self.thread(thread).closed = Some(id);
    }

    fn listener(&mut self, record: &Record, payload: &[u8]) {
        let listener = |fd: i32, all: &mut Vec<ListenerAt>| all.iter().position(|l| l.fd == fd);
        let all = &mut self.listeners;
        match record.what {
            Report::Socket { fd, transport, .. } => {
                let transport = transport.map(|transport| transport.name().into());
                all.push(ListenerAt { fd, transport, ..ListenerAt::default() });
            }
            Report::Setsockopt { fd, ret: Ret(0..), .. } => {
                if let Some(at) = listener(fd, all) {
                    all[at].options += 1;
                }
            }
            Report::Bind { fd, .. } => {
                if let Some(at) = listener(fd, all) {
                    all[at].addr = Some(String::from_utf8_lossy(payload).into_owned());
                }
            }
            Report::Listen { fd, backlog, .. } => {
                if let Some(at) = listener(fd, all) {
                    all[at].backlog = Some(backlog);
                    if !payload.is_empty() {
                        all[at].addr = Some(String::from_utf8_lossy(payload).into_owned());
                    }
                }
            }
            Report::ConnNew { fd, state, .. } => {
                if let Some(at) = listener(fd, all) {
                    all[at].state = Some(state);
                }
            }
            Report::EventAdd { fd, .. } | Report::EventDel { fd, .. } => {
                if let Some(at) = listener(fd, all) {
                    all[at].registered = matches!(record.what, Report::EventAdd { .. });
                }
            }
            Report::Close { fd, .. } => all.retain(|l| l.fd != fd),
            _ => {}
        }
    }

    /// Everything, for a recording that starts from here.
    pub fn snapshot(&self) -> Snapshot {
        let workers = (0..).map(Thread::Worker).zip(&self.workers);
        let threads = std::iter::once((Thread::Main, &self.main)).chain(workers);
        let mut conns: Vec<_> = self.conns.iter().map(|(id, c)| c.at(*id, self.memory.told())).collect();
        conns.sort_unstable_by_key(|c| c.conn);
        Snapshot {
            accepted: self.accepted,
            lost: self.lost,
            threads: threads.filter(|(_, now)| now.known).map(|(th, now)| now.at(th)).collect(),
            listeners: self.listeners.clone(),
            conns,
            memory: (self.lost == 0).then(|| self.memory.snapshot()),
        }
    }
}

/// A worker's number.
fn number(thread: Thread) -> Option<u16> {
    match thread {
        Thread::Worker(worker) => Some(worker),
        _ => None,
    }
}

impl ThreadNow {
    fn at(&self, th: Thread) -> ThreadAt {
        ThreadAt {
            th,
            phase: self.phase,
            timeout: self.timeout.map(i64::from),
            epoll_fd: self.epoll_fd,
            notify_receive_fd: self.notify_receive_fd,
            notify_send_fd: self.notify_send_fd,
            pipe: self.pipe.iter().map(|(seq, _)| *seq).collect(),
            pipe_bytes: self.pipe.iter().map(|(_, byte)| char::from(*byte)).collect(),
            queue: self.queue.iter().copied().collect(),
            stack: self.stack.clone(),
            conn: self.conn,
        }
    }
}

impl ConnNow {
    /// A `read` has brought `ret` bytes into the read buffer, of which `kept` are the first; now there
    /// are `rbytes` in it.
    fn brought(&mut self, ret: usize, rbytes: usize, kept: &[u8]) {
        let before = rbytes.saturating_sub(ret);
        let known = self.unparsed.len();
        self.unparsed.drain(..known.saturating_sub(before));
        if kept.len() < ret {
            // The end of them was not kept, so nothing before it is the end of what is there.
            self.unparsed.clear();
        } else {
            self.unparsed.extend_from_slice(kept);
        }
        let known = self.unparsed.len();
        self.unparsed.drain(..known.saturating_sub(UNPARSED));
    }

    /// A datagram of `ret` bytes came, of which `kept` are the first: where the read buffer begins, over what
    /// is there. A request is moved over its header after that, and is all that there is then; one in several
    /// datagrams is refused, and what was unparsed before is unparsed still.
    fn datagram(&mut self, ret: usize, is_request: bool, kept: &[u8]) {
        let of = kept.get(4..6);
        if is_request && of.is_none_or(|of| of == [0, 1]) {
            self.is_moving = true;
            self.unparsed.clear();
            let header = UDP_HEADER_SIZE.min(kept.len());
            self.brought(ret.saturating_sub(UDP_HEADER_SIZE), usize::MAX, &kept[header..]);
            return;
        }
        let Some(ConnImage { rcurr, rbytes, .. }) = self.image else { return };
        let known = self.unparsed.len().saturating_sub(rbytes as usize);
        self.unparsed.drain(..known);
        let from = (rcurr as usize + rbytes as usize).saturating_sub(self.unparsed.len());
        let over = ret.saturating_sub(from).min(self.unparsed.len());
        match kept.get(from..from + over) {
            Some(kept) => self.unparsed[..over].copy_from_slice(kept),
            None => drop(self.unparsed.drain(..over)),
        }
    }

    /// A command line is told of: it was found now, unless that was noted before.
    fn told(&mut self) {
        if !std::mem::take(&mut self.is_parsed) {
            self.parsed();
        }
    }

    /// A command line was found. Its bytes change now (`try_read_command` ends it with a NUL, and
    /// `tokenize_command` puts others among them), and are told no more.
    fn parsed(&mut self) {
        let rbytes = self.image.map_or(0, |image| image.rbytes as usize);
        let from = self.unparsed.len().saturating_sub(rbytes);
        if let Some(newline) = memchr::memchr(b'\n', &self.unparsed[from..]) {
            self.unparsed.drain(..=from + newline);
        }
    }

    fn at(&self, conn: u32, told: i64) -> ConnAt {
        let rbytes = self.image.map_or(0, |image| image.rbytes as usize);
        let from = self.unparsed.len().saturating_sub(rbytes);
        let unparsed = &self.unparsed[from..];
        let (data, b64) = if unparsed.is_empty() || self.is_moving { (None, None) } else { encode(unparsed) };
        ConnAt {
            conn,
            fd: self.fd,
            transport: self.is_udp.then_some("udp".into()),
            request_id: self.request_id,
            peer: (!self.peer.is_empty()).then(|| String::from_utf8_lossy(&self.peer).into_owned()),
            worker: self.worker.map(Thread::Worker),
            place: Cow::Borrowed(self.place),
            state: self.state,
            stats: self.stats.from_here(told),
            set: self.image.map(|image| ConnSet { item: Some(self.item.clone()), ..ConnSet::whole(&image) }),
            data,
            b64,
        }
    }
}
