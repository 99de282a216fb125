//! A record becomes an event: the fields of `struct conn` that changed, what caused it, names.

use crate::event::{ConnImage, ConnSet, EvFlags, Event, Iov, ItemRef, Kind, Ready, Thread, Word, encode};
use crate::tracer::{Into as ReadInto, ItemOp, Record, Ret, SockOpt, ThreadOp, What};
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

/// What must be remembered from one event to the next.
#[derive(Debug, Default)]
pub(super) struct Converter {
    /// Each open connection's `struct conn` at its last event.
    images: HashMap<u32, ConnImage>,
    /// The keys of items that are being filled, by the item's number.
    keys: HashMap<u64, String>,
    /// Bytes on their way through each worker's pipe: their `notify`.
    notified: HashMap<u16, VecDeque<u64>>,
    /// Connections on their way to a worker: their `cq_push`.
    pushed: HashMap<u32, u64>,
    /// When the last event happened, for the one that tells of lost ones.
    t: u64,
}

impl Converter {
    /// The event that `record` tells of, on `thread`.
    pub fn event(&mut self, thread: Thread, record: &Record, payload: &[u8]) -> Event {
        self.t = record.t;
        let mut e = Event { seq: record.seq, t: record.t, th: thread, conn: record.conn, ..Event::default() };
        self.fill(&mut e, record, payload);
        if let (Some(conn), Some(image)) = (record.conn, &record.image) {
            e.set = self.changed(conn, image);
        }
        if e.ev == Kind::Close
            && let Some(conn) = record.conn
        {
            self.images.remove(&conn);
        }
        e
    }

    /// The event that says that `n` events from `seq` on are lost.
    pub fn lost(&mut self, seq: u64, n: u64) -> Event {
        Event { seq, t: self.t, ev: Kind::Drop, n: Some(n), ..Event::default() }
    }

    /// What changed in a connection since its last event.
    fn changed(&mut self, conn: u32, image: &ConnImage) -> Option<Box<ConnSet>> {
        let old = self.images.insert(conn, *image);
        let (mut set, item) = match old {
            Some(old) => {
                let (set, item) = ConnSet::between(&old, image);
                (set?, item)
            }
            None => (ConnSet::whole(image), image.item_id != 0),
        };
        if item {
            set.item = Some((image.item_id != 0).then(|| ItemRef {
                key: self.keys.remove(&image.item_id).unwrap_or_default(),
                size: image.item_size,
            }));
        }
        (!set.is_empty()).then(|| Box::new(set))
    }

    fn fill(&mut self, e: &mut Event, record: &Record, payload: &[u8]) {
        let word = |s: &'static str| Some(Cow::Borrowed(s));
        match record.what {
            What::Call(f) => (e.ev, e.function) = (Kind::Call, Some(f)),
            What::Return(f) => (e.ev, e.function) = (Kind::Return, Some(f)),
            What::Mark => {
                e.ev = Kind::Mark;
                text(e, payload, record.len);
            }
            What::EventInit { whose, epoll_fd } => {
                e.ev = Kind::EventInit;
                e.worker = whose.worker().map(|_| whose);
                e.epoll_fd = Some(epoll_fd);
            }
            What::Pipe { worker, receive_fd, send_fd } => {
                e.ev = Kind::Pipe;
                e.worker = Some(Thread::Worker(worker));
                e.notify_receive_fd = Some(receive_fd);
                e.notify_send_fd = Some(send_fd);
            }
            What::Thread { whose, op, epoll_fd, receive_fd, send_fd } => {
                e.ev = Kind::Thread;
                e.op = word(match op {
                    ThreadOp::Setup => "setup",
                    ThreadOp::Create => "create",
                    ThreadOp::Start => "start",
                });
                e.role = word(if whose == Thread::Main { "dispatcher" } else { "worker" });
                e.worker = whose.worker().map(|_| whose);
                e.epoll_fd = Some(epoll_fd);
                e.notify_receive_fd = (receive_fd >= 0).then_some(receive_fd);
                e.notify_send_fd = (send_fd >= 0).then_some(send_fd);
            }
            What::Socket { fd, v6 } => {
                (e.ev, e.fd) = (Kind::Socket, Some(fd));
                e.domain = word(if v6 { "AF_INET6" } else { "AF_INET" });
            }
            What::Setsockopt { fd, option, ret } => {
                (e.ev, e.fd) = (Kind::Setsockopt, Some(fd));
                let (name, value) = match option {
                    SockOpt::V6Only => ("IPV6_V6ONLY", "1"),
                    SockOpt::ReuseAddr => ("SO_REUSEADDR", "1"),
                    SockOpt::KeepAlive => ("SO_KEEPALIVE", "1"),
                    SockOpt::Linger => ("SO_LINGER", "0,0"),
                    SockOpt::NoDelay => ("TCP_NODELAY", "1"),
                };
                (e.name, e.value) = (word(name), word(value));
                result(e, ret);
            }
            What::Bind { fd, ret } => {
                (e.ev, e.fd) = (Kind::Bind, Some(fd));
                e.addr = Some(String::from_utf8_lossy(payload).into_owned());
                result(e, ret);
            }
            What::Listen { fd, backlog, ret } => {
                (e.ev, e.fd, e.backlog) = (Kind::Listen, Some(fd), Some(backlog));
                e.addr = (!payload.is_empty()).then(|| String::from_utf8_lossy(payload).into_owned());
                result(e, ret);
            }
            What::Wait { epoll_fd, timeout_ms } => {
                (e.ev, e.epoll_fd, e.timeout) = (Kind::Wait, Some(epoll_fd), Some(timeout_ms));
            }
            What::Wake { timer, ret } => {
                (e.ev, e.timer, e.ready) = (Kind::Wake, timer, Some(ready(payload)));
                result(e, ret);
            }
            What::EventAdd { fd, interest, ret } => {
                (e.ev, e.fd, e.interest) = (Kind::EventAdd, Some(fd), word(interest.interest()));
                result(e, ret);
            }
            What::EventDel { fd, ret } => {
                (e.ev, e.fd) = (Kind::EventDel, Some(fd));
                result(e, ret);
            }
            What::Accept { listen_fd, ret } => {
                (e.ev, e.listen_fd) = (Kind::Accept, Some(listen_fd));
                match errno(ret) {
                    Some(name) => e.errno = Some(name),
                    None => {
                        e.fd = i32::try_from(ret).ok();
                        e.peer = Some(String::from_utf8_lossy(payload).into_owned());
                    }
                }
            }
            What::CqPush { worker, depth } => {
                (e.ev, e.depth, e.worker) = (Kind::CqPush, Some(depth), Some(Thread::Worker(worker)));
                if let Some(conn) = record.conn {
                    self.pushed.insert(conn, record.seq);
                }
            }
            What::CqPop { worker, depth } => {
                (e.ev, e.depth, e.worker) = (Kind::CqPop, Some(depth), Some(Thread::Worker(worker)));
                e.cause = record.conn.and_then(|conn| self.pushed.remove(&conn));
            }
            What::Notify { worker, fd, ret } => {
                (e.ev, e.fd, e.worker) = (Kind::Notify, Some(fd), Some(Thread::Worker(worker)));
                data(e, payload, record.len);
                result(e, ret);
                if ret == 1 {
                    self.notified.entry(worker).or_default().push_back(record.seq);
                }
            }
            What::Notified { worker, fd, ret } => {
                (e.ev, e.fd, e.worker) = (Kind::Notified, Some(fd), Some(Thread::Worker(worker)));
                data(e, payload, record.len);
                result(e, ret);
                if ret == 1 {
                    e.cause = self.notified.entry(worker).or_default().pop_front();
                }
            }
            What::ConnNew { fd, state } => {
                (e.ev, e.fd, e.state) = (Kind::ConnNew, Some(fd), Some(state));
            }
            What::State { from, to } => (e.ev, e.from, e.to) = (Kind::State, Some(from), Some(to)),
            What::Read { fd, into, want, ret } => {
                (e.ev, e.fd, e.want) = (Kind::Read, Some(fd), Some(want));
                e.into = word(match into {
                    ReadInto::Rbuf => "rbuf",
                    ReadInto::Item => "item",
                    ReadInto::Swallow => "swallow",
                });
                result(e, ret);
                if ret > 0 {
                    data(e, payload, record.len);
                }
            }
            What::Command => {
                e.ev = Kind::Command;
                text(e, payload, record.len);
            }
            What::Reply { noreply, value } => {
                e.ev = Kind::Reply;
                e.op = if noreply { word("noreply") } else { value.then_some(Cow::Borrowed("value")) };
                text(e, payload, record.len);
            }
            What::Sendmsg { fd, pieces, ret } => {
                (e.ev, e.fd) = (Kind::Sendmsg, Some(fd));
                e.iov = Some(iov(payload, pieces));
                result(e, ret);
            }
            What::Item { op, id, size } => {
                e.ev = Kind::Item;
                e.op = word(item_op(op));
                let kept = whole_characters(payload, record.len);
                let (key, b64) = encode(kept);
                if op == ItemOp::Alloc {
                    self.keys.insert(id, key.clone().unwrap_or_default());
                }
                if op == ItemOp::Free {
                    self.keys.remove(&id);
                }
                (e.key, e.b64) = (key, b64);
                e.len = (kept.len() < record.len as usize).then_some(u64::from(record.len));
                e.size = (id != 0).then_some(size);
            }
            What::Setting { name } => {
                (e.ev, e.name) = (Kind::Setting, word(name));
                e.value = Some(Cow::Owned(String::from_utf8_lossy(payload).into_owned()));
            }
            What::Close { fd, why, ret } => {
                (e.ev, e.fd, e.why) = (Kind::Close, Some(fd), word(why));
                result(e, ret);
            }
        }
    }
}

fn item_op(op: ItemOp) -> &'static str {
    match op {
        ItemOp::Alloc => "alloc",
        ItemOp::Link => "link",
        ItemOp::Unlink => "unlink",
        ItemOp::Hit => "hit",
        ItemOp::Miss => "miss",
        ItemOp::Update => "update",
        ItemOp::Expire => "expire",
        ItemOp::Flush => "flush",
        ItemOp::Reclaim => "reclaim",
        ItemOp::Evict => "evict",
        ItemOp::Free => "free",
    }
}

fn errno(ret: Ret) -> Option<Word> {
    let raw = i32::try_from(ret).ok().filter(|r| *r < 0)?;
    Some(Cow::Owned(format!("{:?}", nix::errno::Errno::from_raw(-raw))))
}

fn result(e: &mut Event, ret: Ret) {
    match errno(ret) {
        Some(name) => e.errno = Some(name),
        None => e.ret = Some(ret),
    }
}

fn data(e: &mut Event, kept: &[u8], len: u32) {
    let kept = whole_characters(kept, len);
    (e.data, e.b64) = encode(kept);
    e.len = (kept.len() < len as usize).then_some(u64::from(len));
}

fn text(e: &mut Event, kept: &[u8], len: u32) {
    let kept = whole_characters(kept, len);
    (e.text, e.b64) = encode(kept);
    e.len = (kept.len() < len as usize).then_some(u64::from(len));
}

/// A cut may fall into a character; the text then ends before it, and stays text.
fn whole_characters(kept: &[u8], len: u32) -> &[u8] {
    if kept.len() < len as usize
        && let Err(e) = std::str::from_utf8(kept)
        && e.error_len().is_none()
    {
        return &kept[..e.valid_up_to()];
    }
    kept
}

/// The list that [`ready_bytes`](crate::tracer::ready_bytes) wrote.
fn ready(payload: &[u8]) -> Vec<Ready> {
    payload
        .as_chunks::<9>()
        .0
        .iter()
        .map(|&[a, b, c, d, e, f, g, h, what]| Ready {
            fd: i32::from_le_bytes([a, b, c, d]),
            conn: Some(u32::from_le_bytes([e, f, g, h])).filter(|conn| *conn != u32::MAX),
            what: Cow::Borrowed(EvFlags(what).interest()),
        })
        .collect()
}

/// The pieces that [`finish_sendmsg`](crate::tracer::finish_sendmsg) wrote.
fn iov(mut payload: &[u8], pieces: u32) -> Vec<Iov> {
    let mut list = Vec::with_capacity(pieces as usize);
    for _ in 0..pieces {
        let Some((&[a, b, c, d, e, f, g, h], rest)) = payload.split_first_chunk::<8>() else { break };
        let len = u32::from_le_bytes([a, b, c, d]);
        let kept = (u32::from_le_bytes([e, f, g, h]) as usize).min(rest.len());
        let (bytes, rest) = rest.split_at(kept);
        list.push(Iov::new(whole_characters(bytes, len), u64::from(len)));
        payload = rest;
    }
    list
}
