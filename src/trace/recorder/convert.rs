//! A record becomes a line: names, results, the fields of `struct conn` that changed, what caused
//! it. The members stand in the order of [`Event`](crate::event::Event)'s fields.

use super::line::Lines;
use super::pen::Pen;
use super::world::Context;
use crate::event::{ConnImage, EvFlags, Snapshot, Thread, UNKNOWN_ERRNO, Value, errno_name};
use crate::tracer::{Record, Ret, ThreadOp, What, received};

/// How long a line may get whose event has no payload: a `set` of all fields, and an item's key of
/// 250 bytes.
const LONGEST: usize = 4096;

/// An event, as it was told and as it is to be written.
pub(super) struct Told<'a> {
    /// The thread that it happened on.
    pub thread: Thread,
    /// Nanoseconds since the recording's start.
    pub t: u64,
    /// What was told of it.
    pub record: &'a Record,
    /// The connection's `struct conn` after it, where it has changed.
    pub image: Option<&'a ConnImage>,
    /// The first bytes of its payload.
    pub payload: &'a [u8],
}

impl Lines {
    /// Writes an event's line.
    pub fn event(&mut self, told: &Told<'_>, context: &Context) {
        let record = told.record;
        self.add(Lines::most(record, told.payload.len()), |pen, numbers| {
            pen.begin(numbers, record.seq, told.t);
            match told.thread {
                Thread::Main => pen.raw(",\"th\":\"main\",\"ev\":\""),
                Thread::Client => pen.raw(",\"th\":\"client\",\"ev\":\""),
                Thread::Assoc => pen.raw(",\"th\":\"assoc\",\"ev\":\""),
                // No thread of this server's; named all the same.
                Thread::Other(other) => {
                    pen.raw(",\"th\":\"");
                    pen.text(other.name());
                    pen.raw("\",\"ev\":\"");
                }
                Thread::Worker(i) => {
                    pen.number(",\"th\":\"worker", i);
                    pen.raw("\",\"ev\":\"");
                }
            }
            pen.what(told);
            if let Some(cause) = context.cause {
                pen.unsigned(",\"cause\":", cause);
            }
            if let Some(image) = told.image {
                pen.set(image, context);
            }
            pen.raw("}\n");
        });
    }

    /// How long the line of such an event may get: every byte escaped, and all fields changed.
    pub fn most(record: &Record, payload: usize) -> usize {
        let names = match record.what {
            What::Sendmsg { pieces, .. } => pieces as usize * 40,
            _ => 0,
        };
        LONGEST + names + 6 * payload
    }

    /// The line that says that `n` events from `seq` on are lost.
    pub fn lost(&mut self, seq: u64, t: u64, n: u64) {
        self.add(LONGEST, |pen, numbers| {
            pen.begin(numbers, seq, t);
            pen.unsigned(",\"th\":\"main\",\"ev\":\"drop\",\"n\":", n);
            pen.raw("}\n");
        });
    }

    /// The line of the state that the server was in after `seq`.
    pub fn snapshot(&mut self, seq: u64, t: u64, world: &Snapshot) {
        self.add(LONGEST, |pen, numbers| {
            pen.begin(numbers, seq, t);
            pen.raw(",\"th\":\"main\",\"ev\":\"snapshot\",\"world\":");
        });
        // A snapshot holds nothing that JSON has no form for.
        let world = crate::text::to_json(world).unwrap_or_else(|_| "null".to_owned());
        self.add(world.len(), |pen, _| pen.copied(world.as_bytes()));
        self.add(LONGEST, |pen, _| pen.raw("}\n"));
    }
}

impl Pen<'_> {
    /// The fields of `struct conn` that changed.
    #[inline(always)]
    fn set(&mut self, image: &ConnImage, context: &Context) {
        let from = self.written();
        self.raw(",\"set\":");
        // Each with a comma before it; the first one becomes a brace.
        let first = self.written();
        for (key, value) in image.changes(context.changed) {
            self.own(key);
            match value {
                Value::Number(n) => self.digits(n),
                Value::Word(word) => {
                    self.byte(b'"');
                    self.own(word);
                    self.byte(b'"');
                }
                Value::Bool(yes) => self.own(if yes { "true" } else { "false" }),
            }
        }
        match &context.item {
            None => {}
            Some(None) => self.raw(",\"item\":null"),
            Some(Some(item)) => self.seldom(|pen| {
                pen.raw(",\"item\":{\"key\":\"");
                pen.text(&item.key);
                pen.unsigned("\",\"size\":", item.size);
                pen.byte(b'}');
            }),
        }
        if self.written() == first {
            self.goes_on_at(from);
        } else {
            self.over(first, b'{');
            self.byte(b'}');
        }
    }

    #[inline(always)]
    fn what(&mut self, told: &Told<'_>) {
        let Told { record, payload, .. } = *told;
        let len = record.len;
        match record.what {
            What::State { from, to } => {
                self.about("state\"", record);
                self.word(",\"from\":\"", from.name());
                self.word(",\"to\":\"", to.name());
            }
            What::Read { fd, into, want, ret } => {
                self.about("read\"", record);
                self.number(",\"fd\":", fd);
                self.word(",\"into\":\"", into.name());
                self.number(",\"want\":", want);
                self.result(ret);
                if ret > 0 {
                    self.payload(",\"data\":\"", payload, len);
                }
            }
            What::Recvfrom { .. } => self.seldom(|pen| pen.recvfrom(told)),
            What::Command => {
                self.about("command\"", record);
                self.payload(",\"text\":\"", payload, len);
            }
            What::Reply { noreply, value } => {
                match (noreply, value) {
                    (true, _) => self.about("reply\",\"op\":\"noreply\"", record),
                    (false, true) => self.about("reply\",\"op\":\"value\"", record),
                    (false, false) => self.about("reply\"", record),
                }
                self.payload(",\"text\":\"", payload, len);
            }
            What::Sendmsg { fd, pieces, ret } => {
                self.about("sendmsg\"", record);
                self.number(",\"fd\":", fd);
                self.result(ret);
                self.iov(payload, pieces);
            }
            What::Item { op, id, size, clsid, bucket } => {
                self.raw("item\"");
                self.word(",\"op\":\"", op.name());
                self.conn(record);
                if op.has_key() {
                    self.payload(",\"key\":\"", payload, len);
                }
                if id != 0 {
                    self.number(",\"size\":", size);
                }
                if clsid != 0 {
                    self.number(",\"class\":", clsid);
                }
                if op.has_bucket() {
                    self.number(",\"bucket\":", bucket);
                }
            }
            What::Call(function) => {
                self.raw("call\"");
                self.word(",\"fn\":\"", function.name());
                self.conn(record);
            }
            What::Return(function) => {
                self.raw("return\"");
                self.word(",\"fn\":\"", function.name());
                self.conn(record);
            }
            What::Wait { epoll_fd, timeout_ms } => {
                self.number("wait\",\"epoll_fd\":", epoll_fd);
                self.number(",\"timeout\":", timeout_ms);
            }
            What::Wake { timer, ret } => {
                self.raw("wake\"");
                self.ready(payload);
                if timer {
                    self.raw(",\"timer\":true");
                }
                self.result(ret);
            }
            // What happens but a few times in the life of a connection, or of the server.
            What::Accept { listen_fd, ret } => self.rarely(|pen| pen.accept(told, listen_fd, ret)),
            What::CqPush { worker, depth, udp } => self.rarely(|pen| {
                pen.worker("cq_push\"", worker);
                pen.conn(record);
                pen.transport(udp);
                pen.number(",\"depth\":", depth);
            }),
            What::CqPop { worker, depth } => self.rarely(|pen| {
                pen.worker("cq_pop\"", worker);
                pen.conn(record);
                pen.number(",\"depth\":", depth);
            }),
            What::Notify { worker, fd, ret } => {
                self.rarely(|pen| pen.pipe("notify\"", worker, fd, ret, told))
            }
            What::Notified { worker, fd, ret } => {
                self.rarely(|pen| pen.pipe("notified\"", worker, fd, ret, told));
            }
            What::ConnNew { fd, state, udp } => self.rarely(|pen| {
                pen.about("conn_new\"", record);
                pen.number(",\"fd\":", fd);
                pen.transport(udp);
                pen.word(",\"state\":\"", state.name());
            }),
            What::EventAdd { fd, interest, ret } => self.rarely(|pen| {
                pen.about("event_add\"", record);
                pen.number(",\"fd\":", fd);
                pen.word(",\"interest\":\"", interest.interest());
                pen.result(ret);
            }),
            What::EventDel { fd, ret } => self.rarely(|pen| {
                pen.about("event_del\"", record);
                pen.number(",\"fd\":", fd);
                pen.result(ret);
            }),
            What::Close { fd, ret } => self.rarely(|pen| {
                pen.about("close\"", record);
                pen.number(",\"fd\":", fd);
                pen.lossy(",\"why\":\"", payload);
                pen.result(ret);
            }),
            What::Verbosity => self.rarely(|pen| {
                pen.about("setting\"", record);
                pen.lossy(",\"name\":\"verbose\",\"value\":\"", payload);
            }),
            What::Page { size, chunk, clsid } => self.rarely(|pen| {
                pen.raw("item\",\"op\":\"page\"");
                pen.conn(record);
                pen.number(",\"size\":", size);
                pen.number(",\"class\":", clsid);
                pen.number(",\"chunk\":", chunk);
            }),
            What::Mark => self.rarely(|pen| {
                pen.raw("mark\"");
                pen.payload(",\"text\":\"", payload, len);
            }),
            What::Lost { n } => self.rarely(|pen| pen.number("drop\",\"n\":", n)),
            // What happens once, when the server starts.
            What::EventInit { whose, epoll_fd } => self.rarely(|pen| {
                pen.whose("event_init\"", whose);
                pen.number(",\"epoll_fd\":", epoll_fd);
            }),
            What::Pipe { worker, receive_fd, send_fd } => self.rarely(|pen| {
                pen.worker("pipe\"", worker);
                pen.number(",\"notify_receive_fd\":", receive_fd);
                pen.number(",\"notify_send_fd\":", send_fd);
            }),
            What::Thread { whose, op, epoll_fd, receive_fd, send_fd } => {
                self.rarely(|pen| pen.thread(whose, op, epoll_fd, (receive_fd, send_fd)));
            }
            What::Socket { fd, domain, udp } => self.rarely(|pen| {
                pen.number("socket\",\"fd\":", fd);
                pen.word(",\"domain\":\"", domain.name());
                pen.transport(udp);
            }),
            What::Setsockopt { fd, option, ret } => self.rarely(|pen| {
                let (name, value) = option.name_and_value();
                pen.number("setsockopt\",\"fd\":", fd);
                pen.word(",\"name\":\"", name);
                match value {
                    "" => pen.lossy(",\"value\":\"", payload),
                    value => pen.word(",\"value\":\"", value),
                }
                pen.result(ret);
            }),
            What::Bind { fd, ret, udp } => self.rarely(|pen| {
                pen.number("bind\",\"fd\":", fd);
                pen.transport(udp);
                pen.lossy(",\"addr\":\"", payload);
                pen.result(ret);
            }),
            What::Listen { fd, backlog, ret } => self.rarely(|pen| {
                pen.number("listen\",\"fd\":", fd);
                if !payload.is_empty() {
                    pen.lossy(",\"addr\":\"", payload);
                }
                pen.number(",\"backlog\":", backlog);
                pen.result(ret);
            }),
        }
    }

    fn accept(&mut self, told: &Told<'_>, listen_fd: i32, ret: Ret) {
        self.about("accept\"", told.record);
        if ret >= 0 {
            self.number(",\"fd\":", ret);
        }
        self.number(",\"listen_fd\":", listen_fd);
        if ret >= 0 {
            self.lossy(",\"peer\":\"", told.payload);
        } else {
            self.result(ret);
        }
    }

    fn pipe(&mut self, kind: &'static str, worker: u16, fd: i32, ret: Ret, told: &Told<'_>) {
        self.worker(kind, worker);
        self.number(",\"fd\":", fd);
        self.result(ret);
        self.payload(",\"data\":\"", told.payload, told.record.len);
    }

    fn thread(&mut self, whose: Thread, op: ThreadOp, epoll_fd: i32, (receive_fd, send_fd): (i32, i32)) {
        let dispatcher = whose == Thread::Main;
        self.raw("thread\",\"role\":");
        self.raw(if dispatcher { "\"dispatcher\"" } else { "\"worker\"" });
        self.word(",\"op\":\"", op.name());
        self.whose("", whose);
        self.number(",\"epoll_fd\":", epoll_fd);
        if receive_fd >= 0 {
            self.number(",\"notify_receive_fd\":", receive_fd);
        }
        if send_fd >= 0 {
            self.number(",\"notify_send_fd\":", send_fd);
        }
    }

    #[inline(never)]
    fn recvfrom(&mut self, told: &Told<'_>) {
        let What::Recvfrom { fd, want, ret, is_request, request_id } = told.record.what else { return };
        let (peer, kept) = received(told.payload);
        self.about("recvfrom\"", told.record);
        self.number(",\"fd\":", fd);
        if let Some(peer) = peer {
            self.lossy(",\"peer\":\"", peer.to_string().as_bytes());
        }
        self.number(",\"want\":", want);
        self.result(ret);
        if is_request {
            self.number(",\"request_id\":", request_id);
        }
        if ret > 0 {
            self.payload(",\"data\":\"", kept, ret as u32);
        }
    }

    #[inline(always)]
    fn conn(&mut self, record: &Record) {
        if let Some(conn) = record.conn() {
            self.number(",\"conn\":", conn);
        }
    }

    /// A kind of event, and the connection that it is about.
    #[inline(always)]
    fn about(&mut self, kind: &'static str, record: &Record) {
        self.raw(kind);
        self.conn(record);
    }

    fn transport(&mut self, udp: bool) {
        if udp {
            self.raw(",\"transport\":\"udp\"");
        }
    }

    fn worker(&mut self, kind: &'static str, worker: u16) {
        self.raw(kind);
        self.number(",\"worker\":\"worker", worker);
        self.byte(b'"');
    }

    fn whose(&mut self, kind: &'static str, whose: Thread) {
        match whose {
            Thread::Worker(worker) => self.worker(kind, worker),
            _ => self.raw(kind),
        }
    }

    /// Text from elsewhere, or what is left of it.
    fn lossy(&mut self, key: &'static str, text: &[u8]) {
        self.raw(key);
        self.text(&String::from_utf8_lossy(text));
        self.byte(b'"');
    }

    /// What a system call returned, or its error by name.
    #[inline(always)]
    fn result(&mut self, ret: Ret) {
        match ret {
            0.. => self.number(",\"ret\":", ret),
            _ => self.seldom(|pen| pen.word(",\"errno\":\"", errno(ret))),
        }
    }

    /// The list that [`ready_bytes`](crate::tracer::ready_bytes) wrote.
    #[inline(always)]
    fn ready(&mut self, payload: &[u8]) {
        self.raw(",\"ready\":[");
        for (i, &[a, b, c, d, e, f, g, h, what]) in payload.as_chunks::<9>().0.iter().enumerate() {
            if i > 0 {
                self.byte(b',');
            }
            self.number("{\"fd\":", i32::from_le_bytes([a, b, c, d]));
            let conn = u32::from_le_bytes([e, f, g, h]);
            if conn != u32::MAX {
                self.number(",\"conn\":", conn);
            }
            self.word(",\"what\":\"", EvFlags(what).interest());
            self.byte(b'}');
        }
        self.byte(b']');
    }

    #[inline(always)]
    fn iov(&mut self, payload: &[u8], pieces: u32) {
        self.raw(",\"iov\":[");
        for (i, (bytes, len)) in sent(payload, pieces).enumerate() {
            if i > 0 {
                self.byte(b',');
            }
            self.piece(bytes, len);
        }
        self.byte(b']');
    }
}

/// The pieces that [`finish_sendmsg`](crate::tracer::finish_sendmsg) wrote: the bytes that were kept
/// of each, and how many it had.
pub(super) fn sent(mut payload: &[u8], pieces: u32) -> impl Iterator<Item = (&[u8], u32)> {
    (0..pieces).map_while(move |_| {
        let (&[a, b, c, d, e, f, g, h], rest) = payload.split_first_chunk::<8>()?;
        let kept = (u32::from_le_bytes([e, f, g, h]) as usize).min(rest.len());
        let (bytes, rest) = rest.split_at(kept);
        payload = rest;
        Some((bytes, u32::from_le_bytes([a, b, c, d])))
    })
}

/// An error's name.
fn errno(ret: Ret) -> &'static str {
    errno_name(-ret).unwrap_or(UNKNOWN_ERRNO)
}
