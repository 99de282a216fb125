//! A filter put to an event that is no [`Event`](crate::event::Event) yet: the trigger of the flight
//! recorder is put to each of millions a second.

use super::line::whole_characters;
use super::tell::ReportedField;
use super::told::{Reported, sent};
use super::world::RecordContext;
use crate::event;
use crate::filter::{Field, Subject, Value};
use crate::tracer::{PieceCount, Report, Ret, received};

/// An event as it was told, and what the recorder knows besides.
pub(super) struct SeenByFilter<'a> {
    pub told: &'a Reported<'a>,
    pub context: &'a RecordContext,
}

include!(concat!(env!("OUT_DIR"), "/schema/seen.rs"));

impl SeenByFilter<'_> {
    /// Whether anything is ready, of a wake-up.
    fn ready(&self) -> Option<Value<'_>> {
        (!self.told.payload.is_empty()).then_some(Value::Flag(true))
    }

    /// A field of `struct conn`, where it is among those that changed.
    fn of_set(&self, field: Field) -> Option<Value<'_>> {
        let change = self.told.change?;
        let (mut found, mut any) = (None, self.context.item.is_some());
        change.each(self.context.changed, &mut |key: &'static str, value| {
            any = true;
            if key.trim_matches([',', '"', ':']) == field.short() {
                found = Some(match value {
                    event::ConnValue::Number(n) => Value::Number(n.into()),
                    event::ConnValue::Word(word) => Value::Word(word),
                    event::ConnValue::Bool(yes) => Value::Flag(yes),
                });
            }
        });
        match field {
            Field::Set => any.then_some(Value::Flag(true)),
            Field::Item => self.context.item.as_ref().map(|_| Value::Flag(true)),
            Field::ItemKey => Some(Value::Word(&self.context.item.as_ref()?.as_ref()?.key)),
            Field::ItemSize => Some(Value::Number(self.context.item.as_ref()?.as_ref()?.size.into())),
            _ => found,
        }
    }
}

impl Subject for SeenByFilter<'_> {
    fn value(&self, field: Field) -> Option<Value<'_>> {
        let record = self.told.record;
        match field {
            Field::Seq => Some(Value::Number(record.seq.into())),
            Field::T => Some(Value::Number(self.told.t.into())),
            Field::Th => Some(Value::Thread(self.told.thread)),
            Field::Ev => Some(Value::Word(record.what.kind().name())),
            Field::Conn => record.conn().map(|conn| Value::Number(conn.into())),
            Field::Cause => self.context.cause.map(|cause| Value::Number(cause.into())),
            _ if field.is_of_set() => self.of_set(field),
            _ => self.own(field),
        }
    }

    fn bytes(&self, field: Field, see: &mut dyn FnMut(&[u8], u64)) -> bool {
        let record = self.told.record;
        if bytes_field(&record.what) != Some(field) {
            return false;
        }
        match record.what {
            Report::Sendmsg { iov: PieceCount(pieces), .. } => {
                for (kept, len) in sent(self.told.payload, pieces) {
                    see(whole_characters(kept, len), len.into());
                }
            }
            Report::Recvfrom { ret: Ret(ret), .. } => {
                let (_, kept) = received(self.told.payload);
                see(whole_characters(kept, ret as u32), ret as u64);
            }
            _ => see(whole_characters(self.told.payload, record.len), record.len.into()),
        }
        true
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::{
        ChangedFields, ConnChange, ConnImage, ConnState, Detail, Domain, EvFlags, Event, Function, Interest,
        ItemOp, Kind, ReplyOp, Role, SettingName, SockOpt, Target, Thread, ThreadOp, Transport,
    };
    use crate::filter::Filter;
    use crate::memcached::server::Server;
    use crate::memcached::settings::Settings;
    use crate::session::{Session, play};
    use crate::trace::recorder::line::Lines;
    use crate::trace::recorder::world::RecorderWorld;
    use crate::tracer::{
        self, ClassId, Descriptor, Failure, Hub, IsText, Known, Peer, REPORTED, RingEvent, TracerConfig,
        ready_bytes,
    };
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
    fn compared(hub: &Arc<Hub>) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
        let filters: Vec<Filter> = FILTERS.iter().map(|f| Filter::parse(f).unwrap()).collect();
        let (mut lanes, mut world, mut payload) = (hub.take_lanes(), RecorderWorld::default(), Vec::new());
        let (mut next, mut there, mut kinds) = (1, BTreeSet::new(), BTreeSet::new());
        while let Some(lane) = lanes.iter_mut().find(|lane| lane.head() == Some(next)) {
            let thread = lane.thread;
            let taken = lane.take(next, &mut payload, |taken| {
                let RingEvent { record, ticks, change, payload } = taken;
                let lost = if let Report::Drop { n } = record.what { u64::from(n) } else { 1 };
                next = record.seq + lost;
                let context = world.apply(thread, record, change, payload);
                let told = Reported { thread, t: hub.nanoseconds(ticks), record, change, payload };
                let mut lines = Lines::default();
                lines.event(&told, &context);
                let event: Event = serde_json::from_slice(lines.bytes()).unwrap();
                let seen = SeenByFilter { told: &told, context: &context };
                kinds.insert(event.kind().name());
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
                None
            });
            assert_eq!(taken, 1);
        }
        assert_eq!(next, hub.next_seq());
        (there, kinds)
    }

    fn shown(subject: &impl Subject, field: Field) -> String {
        let mut pieces = Vec::new();
        let is_there = subject.bytes(field, &mut |kept, len| pieces.push((kept.to_vec(), len)));
        match subject.value(field) {
            Some(Value::Addr(addr)) => {
                format!("{:?} {is_there} {pieces:?}", Some(Value::Word(&addr.to_string())))
            }
            value => format!("{value:?} {is_there} {pieces:?}"),
        }
    }

    #[test]
    fn a_filter_says_the_same_of_what_is_told_as_of_what_is_read() {
        let hub = Hub::new(TracerConfig { detail: Detail::Calls, ring: 16 << 20, ..TracerConfig::default() });
        tracer::install(hub.handle(Thread::Main));
        every_kind();
        tracer::uninstall();
        let (there, kinds) = compared(&hub);
        assert_eq!(kinds, REPORTED.iter().map(|kind| kind.name()).collect());
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
            let hub =
                Hub::new(TracerConfig { detail: Detail::Calls, ring: 16 << 20, ..TracerConfig::default() });
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

    fn item(op: ItemOp, id: u32, size: Known, class: u8, bucket: Known) -> Report {
        Report::Item { op, id, size, class: ClassId(class), chunk: Known::NOT, bucket }
    }

    /// Tells of everything that there is, with results and payloads of every kind.
    fn every_kind() {
        let (conn, whose) = (Some(3), Thread::Worker(1));
        let cut = "é".repeat(200);
        let payloads: [&[u8]; 6] =
            [b"", b"set a 0 0 4", b"VALUE a", b"\xff\x00\xfe", &[b'x'; 300], cut.as_bytes()];
        for f in Function::ALL {
            tracer::emit_conn(conn, Report::Call { function: *f }, None, b"");
            tracer::emit_conn(conn, Report::Return { function: *f }, None, b"");
        }
        for whose in [Thread::Main, whose] {
            tracer::emit(Report::EventInit { worker: whose, epoll_fd: 5 }, b"");
            for op in [ThreadOp::Setup, ThreadOp::Create, ThreadOp::Start] {
                for fd in [-1, 9] {
                    let role = if whose == Thread::Main { Role::Dispatcher } else { Role::Worker };
                    let (notify_receive_fd, notify_send_fd) = (Descriptor(fd), Descriptor(fd));
                    let (worker, epoll_fd) = (whose, 5);
                    let what =
                        Report::Thread { role, op, worker, epoll_fd, notify_receive_fd, notify_send_fd };
                    tracer::emit(what, b"");
                }
            }
        }
        tracer::emit(Report::Pipe { worker: whose, notify_receive_fd: 6, notify_send_fd: 7 }, b"");
        tracer::emit(Report::Wait { epoll_fd: 5, timeout: -1 }, b"");
        for name in SockOpt::ALL {
            tracer::emit(Report::Setsockopt { fd: 8, name: *name, value: IsText::HERE, ret: Ret::OK }, b"1");
        }
        let mut ready = Vec::new();
        ready_bytes(&mut ready, 8, None, EvFlags::READ);
        ready_bytes(&mut ready, 9, conn, EvFlags::WRITE);
        let verbose = Report::Setting { name: SettingName::Verbose, value: IsText::HERE };
        tracer::emit_conn(conn, verbose, None, b"1");
        for number in [0, 1, 7, -11, -24, -32] {
            let ret = Ret(number);
            let (is_udp, domain) = if number == 0 { (true, Domain::Inet6) } else { (false, Domain::Unix) };
            let transport = Transport::of(is_udp);
            tracer::emit(Report::Socket { fd: 8, domain, transport }, b"");
            let (name, value) = (SockOpt::SndBuf, IsText::HERE);
            tracer::emit(Report::Setsockopt { fd: 8, name, value, ret }, b"212992");
            tracer::emit(Report::Bind { fd: 8, transport, addr: IsText::HERE, ret }, b"127.0.0.1:1");
            let addr = IsText(number == 0);
            let shown = if addr.0 { &b"[::1]:1"[..] } else { b"" };
            tracer::emit(Report::Listen { fd: 8, addr, backlog: 1024, ret }, shown);
            tracer::emit(Report::Wake { timer: number == 1, ret }, if number > 0 { &ready } else { b"" });
            for interest in Interest::ALL {
                tracer::emit_conn(conn, Report::EventAdd { fd: 9, interest: *interest, ret }, None, b"");
            }
            tracer::emit(Report::EventDel { fd: 8, ret }, b"");
            let (its, peer) = if number < 0 { (None, &b""[..]) } else { (conn, &b"127.0.0.1:9"[..]) };
            let (fd, errno) = (Descriptor(number), Failure(number));
            let accept = Report::Accept { fd, listen_fd: 8, peer: IsText(number >= 0), errno };
            tracer::emit_conn(its, accept, None, peer);
            let worker = Thread::Worker(1);
            tracer::emit_conn(conn, Report::CqPush { worker, transport, depth: 1 }, None, b"");
            let byte = if number == 1 { &b"c"[..] } else { b"" };
            tracer::emit(Report::Notify { worker, fd: 7, ret }, byte);
            tracer::emit(Report::Notified { worker, fd: 6, ret }, byte);
            tracer::emit_conn(conn, Report::CqPop { worker, depth: 0 }, None, b"");
            let mut image = ConnImage::default();
            let whole = |image: &ConnImage| ConnChange::new(ChangedFields::ALL, image.words());
            let state = ConnState::NewCmd;
            tracer::emit_conn(conn, Report::ConnNew { fd: 9, transport, state }, Some(&whole(&image)), b"");
            for (n, payload) in payloads.iter().enumerate() {
                // An item's key and size are those of the last that was allocated.
                let key = &b"a key"[..5 - n.min(4)];
                tracer::emit_conn(
                    conn,
                    item(ItemOp::Alloc, n as u32 + 1, Known::to_be(56), 1, Known::NOT),
                    None,
                    key,
                );
                image.item_id = n as u32 % 3;
                (image.rbytes, image.rcurr) = (n as u32, n as u32 / 2);
                image.noreply = n % 2 == 1;
                let datagram = [b"\x12\x34\0\0\0\x01\0\0", *payload].concat();
                let ret_of = if number > 0 { datagram.len() as i32 } else { number };
                let request_id = (ret_of > 8).then_some(0x1234);
                let what = Report::Recvfrom { fd: 9, peer: Peer, want: 65536, ret: Ret(ret_of), request_id };
                let from = ["127.0.0.1:9", "[2001:db8::1234:5678]:65535"][n % 2];
                let (peer, datagram) =
                    if number > 0 { (from.parse().ok(), &datagram[..]) } else { (None, &[][..]) };
                tracer::emit_recvfrom(conn, what, Some(&whole(&image)), peer, datagram);
                let into = Target::ALL[n % 3];
                let number = if number > 0 { payload.len() as i32 } else { number };
                let ret = Ret(number);
                let read = Report::Read { fd: 9, into, want: 2048, ret };
                tracer::emit_conn(conn, read, Some(&whole(&image)), if number > 0 { payload } else { b"" });
                tracer::emit_conn(
                    conn,
                    Report::State { from: ConnState::Read, to: ConnState::Nread },
                    None,
                    b"",
                );
                tracer::emit_conn(conn, Report::Command, None, payload);
                for op in [None, Some(ReplyOp::Noreply), Some(ReplyOp::Value)] {
                    tracer::emit_conn(conn, Report::Reply { op }, None, payload);
                }
                tracer::emit_conn(
                    conn,
                    item(ItemOp::Miss, 0, Known::NOT, 0, Known::to_be(n as u32)),
                    None,
                    payload,
                );
                let (size, class, chunk) = (Known::to_be(1_048_512), ClassId(n as u8 + 1), Known::to_be(96));
                let page = Report::Item { op: ItemOp::Page, id: 0, size, class, chunk, bucket: Known::NOT };
                tracer::emit_conn(conn, page, None, b"");
                tracer::emit(Report::Mark, if n == 3 { b"words" } else { payload });
                let begun = tracer::begin(Kind::Sendmsg, conn);
                tracer::finish_sendmsg(begun, conn, 9, ret, None, payloads.iter().copied().take(n));
            }
            tracer::emit_conn(
                conn,
                Report::Close { fd: 9, why: IsText::HERE, ret },
                None,
                b"the client has reset it",
            );
            tracer::emit_conn(conn, Report::Return { function: Function::ConnClose }, None, b"");
        }
        tracer::emit(Report::Drop { n: 1 }, b"");
    }
}
