//! A filter put to an event that is no [`Event`](crate::event::Event) yet: the trigger of the flight
//! recorder is put to each of millions a second.

use super::convert::{Told, sent};
use super::line::whole_characters;
use super::world::Context;
use crate::event::{self, Thread};
use crate::filter::{Field, Subject, Value};
use crate::tracer::{Ret, SockOpt, What, received};

/// An event as it was told, and what the recorder knows besides.
pub(super) struct Seen<'a> {
    pub told: &'a Told<'a>,
    pub context: &'a Context,
}

impl Seen<'_> {
    /// The text that the payload is, if it is text; the recorder's own words always are.
    fn words(&self) -> Option<Value<'_>> {
        std::str::from_utf8(self.told.payload).ok().map(Value::Word)
    }

    fn ret(&self) -> Option<Ret> {
        match self.told.record.what {
            // A trace has no `ret` of a call that gave a descriptor, only the descriptor.
            What::Accept { ret, .. } => (ret < 0).then_some(ret),
            What::Setsockopt { ret, .. }
            | What::Bind { ret, .. }
            | What::Listen { ret, .. }
            | What::Wake { ret, .. }
            | What::EventAdd { ret, .. }
            | What::EventDel { ret, .. }
            | What::Notify { ret, .. }
            | What::Notified { ret, .. }
            | What::Read { ret, .. }
            | What::Recvfrom { ret, .. }
            | What::Sendmsg { ret, .. }
            | What::Close { ret, .. } => Some(ret),
            _ => None,
        }
    }

    fn fd(&self) -> Option<i32> {
        match self.told.record.what {
            What::Accept { ret, .. } => (ret >= 0).then_some(ret),
            What::Socket { fd, .. }
            | What::Setsockopt { fd, .. }
            | What::Bind { fd, .. }
            | What::Listen { fd, .. }
            | What::EventAdd { fd, .. }
            | What::EventDel { fd, .. }
            | What::Notify { fd, .. }
            | What::Notified { fd, .. }
            | What::ConnNew { fd, .. }
            | What::Read { fd, .. }
            | What::Recvfrom { fd, .. }
            | What::Sendmsg { fd, .. }
            | What::Close { fd, .. } => Some(fd),
            _ => None,
        }
    }

    fn worker(&self) -> Option<Thread> {
        match self.told.record.what {
            What::EventInit { whose, .. } | What::Thread { whose, .. } => whose.worker().map(|_| whose),
            What::Pipe { worker, .. }
            | What::CqPush { worker, .. }
            | What::CqPop { worker, .. }
            | What::Notify { worker, .. }
            | What::Notified { worker, .. } => Some(Thread::Worker(worker)),
            _ => None,
        }
    }

    /// A field of `struct conn`, where it is among those that changed.
    fn of_set(&self, field: Field) -> Option<Value<'_>> {
        let image = self.told.image?;
        let (mut found, mut any) = (None, self.context.item.is_some());
        for (key, value) in image.changes(self.context.changed) {
            any = true;
            if key.trim_matches([',', '"', ':']) == field.short() {
                found = Some(match value {
                    event::Value::Number(n) => Value::Number(n.into()),
                    event::Value::Word(word) => Value::Word(word),
                    event::Value::Bool(yes) => Value::Flag(yes),
                });
            }
        }
        match field {
            Field::Set => any.then_some(Value::Flag(true)),
            Field::Item => self.context.item.as_ref().map(|_| Value::Flag(true)),
            Field::ItemKey => Some(Value::Word(&self.context.item.as_ref()?.as_ref()?.key)),
            Field::ItemSize => Some(Value::Number(self.context.item.as_ref()?.as_ref()?.size.into())),
            _ => found,
        }
    }
}

impl Subject for Seen<'_> {
    fn value(&self, field: Field) -> Option<Value<'_>> {
        fn number<'a>(n: impl Into<i128>) -> Option<Value<'a>> {
            Some(Value::Number(n.into()))
        }
        let record = self.told.record;
        let word = |word: &'static str| Some(Value::Word(word));
        match (field, record.what) {
            (Field::Seq, _) => number(record.seq),
            (Field::T, _) => number(self.told.t),
            (Field::Th, _) => Some(Value::Thread(self.told.thread)),
            (Field::Ev, what) => word(what.kind().name()),
            (Field::Function, What::Call(f) | What::Return(f)) => word(f.name()),
            (Field::Role, What::Thread { whose, .. }) => {
                word(if whose == Thread::Main { "dispatcher" } else { "worker" })
            }
            (Field::Op, What::Thread { op, .. }) => word(op.name()),
            (Field::Op, What::Item { op, .. }) => word(op.name()),
            (Field::Op, What::Page { .. }) => word("page"),
            (Field::Op, What::Reply { noreply: true, .. }) => word("noreply"),
            (Field::Op, What::Reply { value: true, .. }) => word("value"),
            (Field::Worker, _) => self.worker().map(Value::Thread),
            (Field::Conn, _) => number(record.conn()?),
            (Field::Fd, _) => number(self.fd()?),
            (Field::ListenFd, What::Accept { listen_fd, .. }) => number(listen_fd),
            (Field::Peer, What::Accept { ret: 0.., .. }) => self.words(),
            (
                Field::EpollFd,
                What::EventInit { epoll_fd, .. }
                | What::Thread { epoll_fd, .. }
                | What::Wait { epoll_fd, .. },
            ) => number(epoll_fd),
            (Field::NotifyReceiveFd, What::Pipe { receive_fd, .. } | What::Thread { receive_fd, .. }) => {
                number(receive_fd).filter(|_| receive_fd >= 0)
            }
            (Field::NotifySendFd, What::Pipe { send_fd, .. } | What::Thread { send_fd, .. }) => {
                number(send_fd).filter(|_| send_fd >= 0)
            }
            (
                Field::Transport,
                What::Socket { udp: true, .. }
                | What::Bind { udp: true, .. }
                | What::CqPush { udp: true, .. }
                | What::ConnNew { udp: true, .. },
            ) => word("udp"),
            (Field::Peer, What::Recvfrom { .. }) => received(self.told.payload).0.map(Value::Addr),
            (Field::RequestId, What::Recvfrom { is_request: true, request_id, .. }) => number(request_id),
            (Field::Domain, What::Socket { domain, .. }) => word(domain.name()),
            (Field::Name, What::Setsockopt { option, .. }) => word(option.name_and_value().0),
            (Field::Value, What::Setsockopt { option: SockOpt::SndBuf, .. }) => self.words(),
            (Field::Value, What::Setsockopt { option, .. }) => word(option.name_and_value().1),
            (Field::Name, What::Verbosity) => word("verbose"),
            (Field::Value, What::Verbosity) => self.words(),
            (Field::Addr, What::Bind { .. }) => self.words(),
            (Field::Addr, What::Listen { .. }) => self.words().filter(|_| !self.told.payload.is_empty()),
            (Field::Backlog, What::Listen { backlog, .. }) => number(backlog),
            (Field::Timeout, What::Wait { timeout_ms, .. }) => number(timeout_ms),
            (Field::Ready, What::Wake { .. }) => {
                Some(Value::Flag(true)).filter(|_| !self.told.payload.is_empty())
            }
            (Field::Timer, What::Wake { timer, .. }) => Some(Value::Flag(timer)),
            (Field::Interest, What::EventAdd { interest, .. }) => word(interest.interest()),
            (Field::Depth, What::CqPush { depth, .. } | What::CqPop { depth, .. }) => number(depth),
            (Field::State, What::ConnNew { state, .. }) => word(state.name()),
            (Field::From, What::State { from, .. }) => word(from.name()),
            (Field::To, What::State { to, .. }) => word(to.name()),
            (Field::Why, What::Close { .. }) => self.words(),
            (Field::Into, What::Read { into, .. }) => word(into.name()),
            (Field::Want, What::Read { want, .. } | What::Recvfrom { want, .. }) => number(want),
            (Field::Ret, _) => number(self.ret().filter(|ret| *ret >= 0)?),
            (Field::Errno, _) => Some(Value::Errno(-self.ret().filter(|ret| *ret < 0)?)),
            (Field::Size, What::Item { id: 1.., size, .. } | What::Page { size, .. }) => number(size),
            (Field::Class, What::Item { clsid: clsid @ 1.., .. } | What::Page { clsid, .. }) => number(clsid),
            (Field::Chunk, What::Page { chunk, .. }) => number(chunk),
            (Field::Bucket, What::Item { op, bucket, .. }) => number(bucket).filter(|_| op.has_bucket()),
            (Field::N, What::Lost { n }) => number(n),
            (Field::Cause, _) => number(self.context.cause?),
            (field, _) if field.is_of_set() => self.of_set(field),
            _ => None,
        }
    }

    fn bytes(&self, field: Field, see: &mut dyn FnMut(&[u8], u64)) -> bool {
        let record = self.told.record;
        if bytes_of(&record.what) != Some(field) {
            return false;
        }
        match record.what {
            What::Sendmsg { pieces, .. } => {
                for (kept, len) in sent(self.told.payload, pieces) {
                    see(whole_characters(kept, len), len.into());
                }
            }
            What::Read { ret: ..=0, .. } | What::Recvfrom { ret: ..=0, .. } => return false,
            What::Recvfrom { ret, .. } => {
                let (_, kept) = received(self.told.payload);
                see(whole_characters(kept, ret as u32), ret as u64);
            }
            _ => see(whole_characters(self.told.payload, record.len), record.len.into()),
        }
        true
    }
}

/// Which field the bytes of what happened are.
fn bytes_of(what: &What) -> Option<Field> {
    match what {
        What::Mark | What::Command | What::Reply { .. } => Some(Field::Text),
        What::Notify { .. }
        | What::Notified { .. }
        | What::Read { .. }
        | What::Recvfrom { .. }
        | What::Sendmsg { .. } => Some(Field::Data),
        What::Item { op, .. } => op.has_key().then_some(Field::Key),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::{ConnImage, ConnState, Detail, EvFlags, Event, Fn, Kind, UNKNOWN_ERRNO, errno_name};
    use crate::filter::Filter;
    use crate::memcached::server::Server;
    use crate::memcached::settings::Settings;
    use crate::session::{Session, play};
    use crate::trace::recorder::line::Lines;
    use crate::trace::recorder::world::World;
    use crate::tracer::{self, Config, Domain, Hub, Into, ItemOp, SockOpt, Taken, ThreadOp, ready_bytes};
    use std::collections::BTreeSet;
    use std::sync::Arc;

    /// Filters of every shape; the rest is compared field by field.
    const FILTERS: &[&str] = &[
        "ev=close & why~\"reset\"",
        "errno & !errno=EAGAIN",
        "errno=EMFILE | errno~PIPE",
        "data~\"VALUE\" | text~\"set \" & len>7",
        "key~a & size>40",
        "set.rbytes=0 & ev!=call",
        "th=worker1 & (fd>20 or conn<3)",
        "to=conn_nread | from=conn_nread",
        "cause & worker=worker0",
        "peer~127 & request_id=4660 | transport=udp",
        "item.key=a | item.size>50 | set.item",
        "timer=false & !ret=0",
        "t>1ms & seq<100",
    ];

    /// Puts everything that was told to all fields and filters in both forms; which fields were there.
    fn compared(hub: &Arc<Hub>) -> BTreeSet<&'static str> {
        let filters: Vec<Filter> = FILTERS.iter().map(|f| Filter::parse(f).unwrap()).collect();
        let (mut lanes, mut world, mut payload) = (hub.take_lanes(), World::default(), Vec::new());
        let (mut next, mut there) = (1, BTreeSet::new());
        while let Some(lane) = lanes.iter_mut().find(|lane| lane.head() == Some(next)) {
            let thread = lane.thread;
            let taken = lane.take(next, &mut payload, |taken| {
                let Taken { record, ticks, image, payload } = taken;
                let lost = if let What::Lost { n } = record.what { u64::from(n) } else { 1 };
                next = record.seq + lost;
                let context = world.apply(thread, record, image, payload);
                let told = Told { thread, t: hub.nanoseconds(ticks), record, image, payload };
                let mut lines = Lines::default();
                lines.event(&told, &context);
                let event: Event = serde_json::from_slice(lines.bytes()).unwrap();
                let seen = Seen { told: &told, context: &context };
                for field in Field::ALL.iter().copied().filter(|field| *field != Field::Len) {
                    let line = String::from_utf8_lossy(lines.bytes());
                    let (a, b) = (shown(&seen, field), shown(&event, field));
                    assert_eq!(a, b, "{} of {line}", field.name());
                    if a != "None false []" {
                        there.insert(field.name());
                    }
                }
                for (filter, text) in filters.iter().zip(FILTERS) {
                    let line = String::from_utf8_lossy(lines.bytes());
                    assert_eq!(filter.matches(&seen), filter.matches(&event), "{text} of {line}");
                }
                if let (What::Close { .. }, Some(conn)) = (record.what, record.conn()) {
                    world.closed(thread, conn);
                }
            });
            assert!(taken.is_some());
        }
        assert_eq!(next, hub.next_seq());
        there
    }

    fn shown(subject: &impl Subject, field: Field) -> String {
        let mut pieces = Vec::new();
        let is_there = subject.bytes(field, &mut |kept, len| pieces.push((kept.to_vec(), len)));
        match subject.value(field) {
            Some(Value::Addr(addr)) => {
                format!("{:?} {is_there} {pieces:?}", Some(Value::Word(&addr.to_string())))
            }
            // An error's number stands for its name.
            Some(Value::Errno(n)) => {
                let name = errno_name(n).unwrap_or(UNKNOWN_ERRNO);
                format!("{:?} {is_there} {pieces:?}", Some(Value::Word(name)))
            }
            value => format!("{value:?} {is_there} {pieces:?}"),
        }
    }

    #[test]
    fn a_filter_says_the_same_of_what_is_told_as_of_what_is_read() {
        let hub = Hub::new(Config { detail: Detail::Calls, ring: 16 << 20, ..Config::default() });
        tracer::install(hub.handle(Thread::Main));
        every_kind();
        tracer::uninstall();
        let there = compared(&hub);
        let never = ["at"];
        let all = Field::ALL.iter().copied().filter(|field| *field != Field::Len).map(Field::name);
        let missing: Vec<_> = all.filter(|name| !there.contains(name) && !never.contains(name)).collect();
        assert!(missing.is_empty(), "{missing:?} were in no event");
    }

    #[test]
    fn a_filter_says_the_same_of_a_running_server() {
        for story in ["commands", "errors", "pipelined", "hangups", "too-large", "yield"] {
            let file = format!("{}/tests/reference/{story}.session", env!("CARGO_MANIFEST_DIR"));
            let script = Session::parse(&std::fs::read_to_string(&file).unwrap(), &file).unwrap();
            let hub = Hub::new(Config { detail: Detail::Calls, ring: 16 << 20, ..Config::default() });
            let settings = Settings {
                port: -1,
                inter: Some("127.0.0.1".to_owned()),
                reqs_per_event: if script.args.is_empty() { 20 } else { 1 },
                ..Settings::default()
            };
            let server = Server::start(settings, Some(hub.clone())).unwrap();
            let addr = server.addrs()[0];
            play(&script.steps, &file, addr, &mut |_| {}).unwrap();
            hub.close();
            server.stop();
            assert!(hub.next_seq() > 100);
            compared(&hub);
        }
    }

    /// Tells of everything that there is, with results and payloads of every kind.
    fn every_kind() {
        let (conn, whose) = (Some(3), Thread::Worker(1));
        let cut = "é".repeat(200);
        let payloads: [&[u8]; 6] =
            [b"", b"set a 0 0 4", b"VALUE a", b"\xff\x00\xfe", &[b'x'; 300], cut.as_bytes()];
        for f in Fn::ALL {
            tracer::emit_conn(conn, What::Call(*f), None, b"");
            tracer::emit_conn(conn, What::Return(*f), None, b"");
        }
        for whose in [Thread::Main, whose] {
            tracer::emit(What::EventInit { whose, epoll_fd: 5 }, b"");
            for op in [ThreadOp::Setup, ThreadOp::Create, ThreadOp::Start] {
                for fd in [-1, 9] {
                    tracer::emit(What::Thread { whose, op, epoll_fd: 5, receive_fd: fd, send_fd: fd }, b"");
                }
            }
        }
        tracer::emit(What::Pipe { worker: 1, receive_fd: 6, send_fd: 7 }, b"");
        tracer::emit(What::Wait { epoll_fd: 5, timeout_ms: -1 }, b"");
        for option in
            [SockOpt::V6Only, SockOpt::ReuseAddr, SockOpt::KeepAlive, SockOpt::Linger, SockOpt::NoDelay]
        {
            tracer::emit(What::Setsockopt { fd: 8, option, ret: 0 }, b"");
        }
        let mut ready = Vec::new();
        ready_bytes(&mut ready, 8, None, EvFlags::READ);
        ready_bytes(&mut ready, 9, conn, EvFlags::WRITE);
        tracer::emit_conn(conn, What::Verbosity, None, b"1");
        for ret in [0, 1, 7, -11, -24, -32] {
            let (udp, domain) = if ret == 0 { (true, Domain::Inet6) } else { (false, Domain::Unix) };
            tracer::emit(What::Socket { fd: 8, domain, udp }, b"");
            tracer::emit(What::Setsockopt { fd: 8, option: SockOpt::SndBuf, ret }, b"212992");
            tracer::emit(What::Setsockopt { fd: 8, option: SockOpt::NoDelay, ret }, b"");
            tracer::emit(What::Bind { fd: 8, ret, udp }, b"127.0.0.1:1");
            tracer::emit(What::Listen { fd: 8, backlog: 1024, ret }, if ret == 0 { b"[::1]:1" } else { b"" });
            tracer::emit(What::Wake { timer: ret == 1, ret }, if ret > 0 { &ready } else { b"" });
            for interest in [EvFlags::NONE, EvFlags::READ, EvFlags::WRITE.with(EvFlags::PERSIST)] {
                tracer::emit_conn(conn, What::EventAdd { fd: 9, interest, ret }, None, b"");
            }
            tracer::emit(What::EventDel { fd: 8, ret }, b"");
            let (its, peer) = if ret < 0 { (None, &b""[..]) } else { (conn, &b"127.0.0.1:9"[..]) };
            tracer::emit_conn(its, What::Accept { listen_fd: 8, ret }, None, peer);
            tracer::emit_conn(conn, What::CqPush { worker: 1, depth: 1, udp }, None, b"");
            tracer::emit(What::Notify { worker: 1, fd: 7, ret }, if ret == 1 { b"c" } else { b"" });
            tracer::emit(What::Notified { worker: 1, fd: 6, ret }, if ret == 1 { b"c" } else { b"" });
            tracer::emit_conn(conn, What::CqPop { worker: 1, depth: 0 }, None, b"");
            let mut image = ConnImage::default();
            let state = ConnState::NewCmd;
            tracer::emit_conn(conn, What::ConnNew { fd: 9, state, udp }, Some(&image), b"");
            for (n, payload) in payloads.iter().enumerate() {
                // An item's key and size are those of the last that was allocated.
                let key = &b"a key"[..5 - n.min(4)];
                tracer::emit_conn(
                    conn,
                    What::Item { op: ItemOp::Alloc, id: n as u32 + 1, size: 56, clsid: 1, bucket: 0 },
                    None,
                    key,
                );
                image.item_id = n as u32 % 3;
                (image.rbytes, image.rcurr) = (n as u32, n as u32 / 2);
                image.noreply = n % 2 == 1;
                let datagram = [b"\x12\x34\0\0\0\x01\0\0", *payload].concat();
                let ret_of = if ret > 0 { datagram.len() as i32 } else { ret };
                let is_request = ret_of > 8;
                let what = What::Recvfrom { fd: 9, want: 65536, ret: ret_of, is_request, request_id: 0x1234 };
                let from = ["127.0.0.1:9", "[2001:db8::1234:5678]:65535"][n % 2];
                let (peer, datagram) =
                    if ret > 0 { (from.parse().ok(), &datagram[..]) } else { (None, &[][..]) };
                tracer::emit_recvfrom(conn, what, Some(&image), peer, datagram);
                let into = [Into::Rbuf, Into::Item, Into::Swallow][n % 3];
                let ret = if ret > 0 { payload.len() as i32 } else { ret };
                let read = What::Read { fd: 9, into, want: 2048, ret };
                tracer::emit_conn(conn, read, Some(&image), if ret > 0 { payload } else { b"" });
                tracer::emit_conn(
                    conn,
                    What::State { from: ConnState::Read, to: ConnState::Nread },
                    None,
                    b"",
                );
                tracer::emit_conn(conn, What::Command, None, payload);
                for (noreply, value) in [(false, false), (true, false), (false, true)] {
                    tracer::emit_conn(conn, What::Reply { noreply, value }, None, payload);
                }
                tracer::emit_conn(
                    conn,
                    What::Item { op: ItemOp::Miss, id: 0, size: 0, clsid: 0, bucket: n as u32 },
                    None,
                    payload,
                );
                let page = What::Page { size: 1_048_512, chunk: 96, clsid: n as u8 + 1 };
                tracer::emit_conn(conn, page, None, b"");
                tracer::emit(What::Mark, if n == 3 { b"words" } else { payload });
                let begun = tracer::begin(&Kind::Sendmsg, conn);
                tracer::finish_sendmsg(begun, conn, 9, ret, None, payloads.iter().copied().take(n));
            }
            tracer::emit_conn(conn, What::Close { fd: 9, ret }, None, b"the client has reset it");
            tracer::emit_conn(conn, What::Return(Fn::ConnClose), None, b"");
        }
        tracer::emit(What::Lost { n: 1 }, b"");
    }
}
