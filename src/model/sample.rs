//! A recording made by hand for the tests: four workers start, then one client types
//! `set a 0 0 4`, `get a` and `quit`, as the reference `set-get` has it.

use crate::event::{
    ConnFields, ConnItem, ConnSet, ConnState, EvFlags, Event, FlatEvent, Function, Interest, Iov, Kind,
    Protocol, ReadyFd, Thread,
};

pub(crate) const W0: Thread = Thread::Worker(0);

/// Appends events; knows what `struct conn` was like, so that each event says what changed.
#[derive(Default)]
pub(crate) struct Script {
    pub events: Vec<Event>,
    t: u64,
    fields: ConnFields,
    state: ConnState,
    pending: ConnSet,
}

impl Script {
    pub fn after(&mut self, us: u64) -> &mut Self {
        self.t += us * 1000;
        self
    }

    pub fn on(&mut self, th: Thread, ev: Kind, fill: impl FnOnce(&mut FlatEvent)) {
        self.t += 21_000 + (self.events.len() as u64 * 7919) % 23_000;
        let mut event =
            FlatEvent { seq: self.events.len() as u64 + 1, t: self.t, th, ev, ..FlatEvent::default() };
        fill(&mut event);
        self.events.push(event.into());
    }

    /// An event of connection 0 on worker0; carries what changed since the last one.
    pub fn c0(&mut self, ev: Kind, fill: impl FnOnce(&mut FlatEvent)) {
        let set = std::mem::take(&mut self.pending);
        self.on(W0, ev, |e| {
            e.conn = Some(0);
            e.set = (!set.is_empty()).then(|| Box::new(set));
            fill(e);
        });
    }

    fn call(&mut self, th: Thread, function: Function, conn: Option<u32>) {
        self.on(th, Kind::Call, |e| {
            e.function = Some(function);
            e.conn = conn;
        });
    }

    fn ret(&mut self, th: Thread, function: Function, conn: Option<u32>) {
        self.on(th, Kind::Return, |e| {
            e.function = Some(function);
            e.conn = conn;
        });
    }

    fn inside(&mut self, functions: &[Function]) {
        functions.iter().for_each(|&f| self.call(W0, f, Some(0)));
    }

    fn leave(&mut self, functions: &[Function]) {
        functions.iter().for_each(|&f| self.ret(W0, f, Some(0)));
    }

    /// Changes `struct conn`; the next event of the connection tells.
    pub fn set(&mut self, change: ConnSet) {
        change.apply(&mut self.fields);
        let c = change;
        macro_rules! merge { ($($f:ident)*) => { $(if c.$f.is_some() { self.pending.$f = c.$f; })* } }
        merge!(ev_flags protocol rsize rcurr rbytes ritem rlbytes sbytes wbytes iovused msgcurr msgused msgbytes
               ileft suffixleft write_and_go noreply);
        if c.item.is_some() {
            self.pending.item = c.item;
        }
    }

    pub fn to(&mut self, to: ConnState) {
        let from = std::mem::replace(&mut self.state, to);
        self.c0(Kind::State, |e| (e.from, e.to) = (Some(from), Some(to)));
    }

    fn wait(&mut self, th: Thread, epoll_fd: i32, timeout: i64) {
        self.on(th, Kind::Wait, |e| (e.epoll_fd, e.timeout) = (Some(epoll_fd), Some(timeout)));
    }

    fn wake(&mut self, th: Thread, fd: i32, conn: Option<u32>) {
        self.on(th, Kind::Wake, |e| e.ready = Some(vec![ReadyFd { fd, conn, what: Interest::Read }]));
    }

    pub fn read(&mut self, into: &'static str, want: u64, got: Result<&str, &'static str>) {
        let got = got.map(str::to_owned);
        self.c0(Kind::Read, |e| {
            (e.fd, e.into, e.want) = (Some(28), Some(into.into()), Some(want));
            match got {
                Ok(data) => (e.ret, e.data) = (Some(data.len() as i64), Some(data)),
                Err(errno) => e.errno = Some(errno.into()),
            }
        });
    }

    fn sendmsg(&mut self, pieces: &[&str]) {
        let iov: Vec<Iov> = pieces.iter().map(|p| Iov::new(p.as_bytes(), p.len() as u64)).collect();
        let total = iov.iter().map(|p| p.len as i64).sum();
        self.c0(Kind::Sendmsg, |e| (e.fd, e.iov, e.ret) = (Some(28), Some(iov), Some(total)));
    }

    fn text(&mut self, ev: Kind, text: &str) {
        let text = Some(text.to_owned());
        self.c0(ev, |e| e.text = text);
    }

    fn item(&mut self, op: &'static str) {
        self.c0(Kind::Item, |e| {
            (e.op, e.key, e.size) = (Some(op.into()), Some("a".into()), Some(6));
        });
    }

    fn mark(&mut self, th: Thread, text: &str) {
        let text = Some(text.to_owned());
        self.on(th, Kind::Mark, |e| e.text = text);
    }

    fn start_up(&mut self) {
        use Thread::{Main, Worker};
        self.mark(Main, "start-up");
        self.call(Main, Function::Main, None);
        self.on(Main, Kind::EventInit, |e| (e.worker, e.epoll_fd) = (Some(Main), Some(3)));
        self.call(Main, Function::MemcachedThreadInit, None);
        for i in 0..4u16 {
            let (recv, send, base) = (6 + 3 * i32::from(i), 7 + 3 * i32::from(i), 8 + 3 * i32::from(i));
            let worker = Some(Worker(i));
            self.on(Main, Kind::Pipe, |e| {
                (e.worker, e.notify_receive_fd, e.notify_send_fd) = (worker, Some(recv), Some(send));
            });
            self.call(Main, Function::SetupThread, None);
            self.on(Main, Kind::EventInit, |e| (e.worker, e.epoll_fd) = (worker, Some(base)));
            self.on(Main, Kind::EventAdd, |e| {
                (e.worker, e.fd, e.interest) = (worker, Some(recv), Some("r".into()));
            });
            self.on(Main, Kind::Thread, |e| {
                (e.worker, e.op, e.role) = (worker, Some("setup".into()), Some("worker".into()));
                (e.epoll_fd, e.notify_receive_fd, e.notify_send_fd) = (Some(base), Some(recv), Some(send));
            });
            self.ret(Main, Function::SetupThread, None);
        }
        for i in 0..4u16 {
            let worker = Some(Worker(i));
            self.call(Main, Function::CreateWorker, None);
            self.on(Main, Kind::Thread, |e| (e.worker, e.op) = (worker, Some("create".into())));
            self.ret(Main, Function::CreateWorker, None);
            self.call(Worker(i), Function::WorkerLibevent, None);
            self.on(Worker(i), Kind::Thread, |e| (e.worker, e.op) = (worker, Some("start".into())));
            self.wait(Worker(i), 8 + 3 * i32::from(i), -1);
        }
        self.ret(Main, Function::MemcachedThreadInit, None);
        self.call(Main, Function::ServerSocket, None);
        self.on(Main, Kind::Socket, |e| (e.fd, e.domain) = (Some(26), Some("AF_INET".into())));
        for (name, value) in
            [("SO_REUSEADDR", "1"), ("SO_KEEPALIVE", "1"), ("SO_LINGER", "0,0"), ("TCP_NODELAY", "1")]
        {
            self.on(Main, Kind::Setsockopt, |e| {
                (e.fd, e.name, e.value) = (Some(26), Some(name.into()), Some(value.into()));
            });
        }
        let addr = || Some("127.0.0.1:11211".into());
        self.on(Main, Kind::Bind, |e| (e.fd, e.addr) = (Some(26), addr()));
        self.on(Main, Kind::Listen, |e| (e.fd, e.addr, e.backlog) = (Some(26), addr(), Some(1024)));
        self.on(Main, Kind::ConnNew, |e| (e.fd, e.state) = (Some(26), Some(ConnState::Listening)));
        self.on(Main, Kind::EventAdd, |e| (e.fd, e.interest) = (Some(26), Some("r".into())));
        self.ret(Main, Function::ServerSocket, None);
        self.wait(Main, 3, 1000);
    }

    fn connect(&mut self) {
        use Thread::Main;
        self.mark(Thread::Client, "connection");
        self.after(1200).wake(Main, 26, None);
        self.call(Main, Function::DriveMachine, None);
        self.on(Main, Kind::Accept, |e| {
            (e.conn, e.fd, e.listen_fd) = (Some(0), Some(28), Some(26));
            e.peer = Some("127.0.0.1:50586".into());
        });
        self.call(Main, Function::DispatchConnNew, Some(0));
        self.on(Main, Kind::CqPush, |e| (e.worker, e.conn, e.depth) = (Some(W0), Some(0), Some(1)));
        let push = self.events.len() as u64;
        self.on(Main, Kind::Notify, |e| {
            (e.worker, e.fd, e.data) = (Some(W0), Some(7), Some("c".into()));
        });
        let notify = self.events.len() as u64;
        self.ret(Main, Function::DispatchConnNew, Some(0));
        self.ret(Main, Function::DriveMachine, None);
        self.wake(W0, 6, None);
        self.call(W0, Function::ThreadLibeventProcess, None);
        self.on(W0, Kind::Notified, |e| {
            (e.worker, e.fd, e.data, e.cause) = (Some(W0), Some(6), Some("c".into()), Some(notify));
        });
        self.on(W0, Kind::CqPop, |e| {
            (e.worker, e.conn, e.depth, e.cause) = (Some(W0), Some(0), Some(0), Some(push));
        });
        self.wait(Main, 3, 874);
        self.call(W0, Function::ConnNew, Some(0));
        self.set(ConnSet {
            ev_flags: Some(EvFlags::READ.with(EvFlags::PERSIST)),
            protocol: Some(Protocol::Negotiating),
            rsize: Some(2048),
            rcurr: Some(0),
            rbytes: Some(0),
            ritem: Some(0),
            rlbytes: Some(0),
            write_and_go: Some(ConnState::NewCmd),
            ..ConnSet::default()
        });
        self.c0(Kind::EventAdd, |e| (e.fd, e.interest) = (Some(28), Some("r".into())));
        self.state = ConnState::NewCmd;
        self.c0(Kind::ConnNew, |e| (e.fd, e.state) = (Some(28), Some(ConnState::NewCmd)));
        self.ret(W0, Function::ConnNew, Some(0));
        self.ret(W0, Function::ThreadLibeventProcess, None);
        self.wait(W0, 8, -1);
        // Level-triggered: the first wake-up reads nothing and comes again.
        self.wake_c0(0);
        self.to(ConnState::Waiting);
        self.to(ConnState::Read);
        self.sleep_c0();
    }

    fn wake_c0(&mut self, after: u64) {
        self.after(after).wake(W0, 28, Some(0));
        self.inside(&[Function::EventHandler, Function::DriveMachine]);
    }

    fn sleep_c0(&mut self) {
        self.leave(&[Function::DriveMachine, Function::EventHandler]);
        self.wait(W0, 8, -1);
    }

    fn line(&mut self, data: &str) {
        self.set(ConnSet { rcurr: Some(0), rbytes: Some(data.len() as u32), ..ConnSet::default() });
        self.call(W0, Function::TryReadNetwork, Some(0));
        self.read("rbuf", 2048, Ok(data));
        self.ret(W0, Function::TryReadNetwork, Some(0));
        self.to(ConnState::ParseCmd);
        self.call(W0, Function::TryReadCommand, Some(0));
        self.call(W0, Function::ProcessCommand, Some(0));
        self.text(Kind::Command, data.trim_end());
    }

    fn line_done(&mut self, len: usize) {
        self.set(ConnSet { rcurr: Some(len as u32), rbytes: Some(0), ..ConnSet::default() });
    }

    fn next_command(&mut self) {
        self.to(ConnState::NewCmd);
        self.to(ConnState::Waiting);
        self.to(ConnState::Read);
        self.sleep_c0();
    }

    fn set_a(&mut self) {
        self.mark(Thread::Client, "set a 0 0 4");
        self.wake_c0(98_000);
        self.set(ConnSet { protocol: Some(Protocol::Ascii), ..ConnSet::default() });
        self.line("set a 0 0 4\r\n");
        self.item("alloc");
        self.set(ConnSet {
            rlbytes: Some(6),
            item: Some(Some(ConnItem { key: "a".into(), size: 6 })),
            ..ConnSet::default()
        });
        self.to(ConnState::Nread);
        self.line_done(13);
        self.leave(&[Function::ProcessCommand, Function::TryReadCommand]);
        self.read("item", 6, Err("EAGAIN"));
        self.sleep_c0();
        self.mark(Thread::Client, "abcd");
        self.wake_c0(97_500);
        self.set(ConnSet { ritem: Some(6), rlbytes: Some(0), ..ConnSet::default() });
        self.read("item", 6, Ok("abcd\r\n"));
        self.call(W0, Function::CompleteNread, Some(0));
        self.item("link");
        self.set(ConnSet { wbytes: Some(8), ..ConnSet::default() });
        self.text(Kind::Reply, "STORED\r\n");
        self.to(ConnState::Write);
        self.set(ConnSet { item: Some(None), ..ConnSet::default() });
        self.ret(W0, Function::CompleteNread, Some(0));
        self.set(ConnSet {
            iovused: Some(1),
            msgused: Some(1),
            msgbytes: Some(8),
            msgcurr: Some(0),
            ..ConnSet::default()
        });
        self.call(W0, Function::Transmit, Some(0));
        self.sendmsg(&["STORED\r\n"]);
        self.set(ConnSet { msgcurr: Some(1), ..ConnSet::default() });
        self.ret(W0, Function::Transmit, Some(0));
        self.next_command();
    }

    fn get_a(&mut self) {
        self.mark(Thread::Client, "get a");
        self.wake_c0(99_000);
        self.set(ConnSet {
            msgcurr: Some(0),
            msgused: Some(1),
            iovused: Some(0),
            msgbytes: Some(0),
            ..ConnSet::default()
        });
        self.line("get a\r\n");
        self.item("hit");
        self.set(ConnSet { iovused: Some(3), msgbytes: Some(19), ileft: Some(1), ..ConnSet::default() });
        self.text(Kind::Reply, "VALUE a 0 4\r\n");
        self.set(ConnSet { iovused: Some(4), msgbytes: Some(24), ..ConnSet::default() });
        self.to(ConnState::Mwrite);
        self.line_done(7);
        self.leave(&[Function::ProcessCommand, Function::TryReadCommand]);
        self.call(W0, Function::Transmit, Some(0));
        self.sendmsg(&["VALUE ", "a", " 0 4\r\nabcd\r\n", "END\r\n"]);
        self.set(ConnSet { msgcurr: Some(1), ..ConnSet::default() });
        self.ret(W0, Function::Transmit, Some(0));
        self.set(ConnSet { ileft: Some(0), ..ConnSet::default() });
        self.next_command();
    }

    fn quit(&mut self) {
        self.mark(Thread::Client, "quit");
        self.wake_c0(96_000);
        self.line("quit\r\n");
        self.to(ConnState::Closing);
        self.line_done(6);
        self.leave(&[Function::ProcessCommand, Function::TryReadCommand]);
        self.call(W0, Function::ConnClose, Some(0));
        self.c0(Kind::EventDel, |e| e.fd = Some(28));
        self.to(ConnState::Closed);
        self.c0(Kind::Close, |e| (e.fd, e.why) = (Some(28), Some("quit".into())));
        self.ret(W0, Function::ConnClose, Some(0));
        self.sleep_c0();
    }
}

/// The whole recording.
pub(crate) fn set_get() -> Vec<Event> {
    let mut script = Script::default();
    script.start_up();
    script.connect();
    script.set_a();
    script.get_a();
    script.quit();
    script.events
}
