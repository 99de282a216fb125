//! What one event costs the recorder: `cargo bench --bench recorder`.
//!
//! Four threads tell in turn what workers do who serve one set to ten gets (load **a** of
//! `versus`, without a server and a network), and the recorder writes it down into nothing. Report
//! counts is the processor time of the recorder's thread, the best of some rounds.
//!
//! Instructions are quieter than time. Where valgrind is installed, those of the recorder are in
//! one of the files that this leaves, one a thread:
//!
//! ```text
//! valgrind --tool=callgrind --separate-threads=yes target/release/deps/recorder-... 1 5000
//! ```

use memstep::event::{ConnImage, ConnState, Detail, EvFlags, ItemOp, Kind, ReplyOp, Target, Thread};
use memstep::trace::recorder::{Output, Recorder, Sinks, header};
use memstep::tracer::{
    self, ClassId, Descriptor, Failure, Hub, IsText, Known, Report, Ret, ToldConn, TracerConfig,
};
use std::fs;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

const WORKERS: u16 = 4;
const CONNS: u32 = 50;
/// Requests of one worker before the next one has its turn.
const IN_A_ROW: u32 = 3;

/// Takes everything, and remembers how much processor time the thread that writes had used up at the
/// first write and at the end.
#[derive(Clone, Default)]
struct Nothing(Arc<[AtomicU64; 3]>);

impl Nothing {
    /// Nanoseconds of this thread.
    fn used() -> io::Result<u64> {
        // The scheduler counts up to now when it is given the choice.
        std::thread::yield_now();
        let schedstat = fs::read_to_string("/proc/thread-self/schedstat")?;
        let used = schedstat.split(' ').next().and_then(|used| used.parse().ok());
        used.ok_or_else(|| io::Error::other("the scheduler does not count"))
    }
}

impl Write for Nothing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let [first, _, size] = &*self.0;
        if size.fetch_add(bytes.len() as u64, Ordering::Relaxed) == 0 {
            first.store(Nothing::used()?, Ordering::Relaxed);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0[1].store(Nothing::used()?, Ordering::Relaxed);
        Ok(())
    }
}

/// What the store does with an item.
fn of_item(op: ItemOp, id: u32) -> Report {
    let bucket = if op.has_bucket() { Known::to_be(51_966) } else { Known::NOT };
    Report::Item { op, id, size: Known::to_be(34), class: ClassId(1), chunk: Known::NOT, bucket }
}

/// A connection, as far as a trace tells of it.
struct Conn {
    id: u32,
    fd: i32,
    image: ConnImage,
    told: ToldConn,
}

impl Conn {
    fn report(&mut self, what: Report, payload: &[u8]) {
        let change = self.told.changed(self.image);
        tracer::emit_conn(Some(self.id), what, change.as_ref(), payload);
    }

    fn state(&mut self, from: ConnState, to: ConnState) {
        self.report(Report::State { from, to }, b"");
    }

    fn reads(&mut self, payload: &[u8]) {
        let mut ready = Vec::new();
        tracer::ready_bytes(&mut ready, self.fd, Some(self.id), EvFlags::READ);
        tracer::emit(Report::Wake { timer: false, ret: Ret(1) }, &ready);
        let ret = payload.len() as i32;
        (self.image.rcurr, self.image.rbytes) = (0, ret as u32);
        self.report(Report::Read { fd: self.fd, into: Target::Rbuf, want: 2048, ret: Ret(ret) }, payload);
        self.state(ConnState::Read, ConnState::ParseCmd);
        (self.image.iovused, self.image.msgcurr, self.image.msgbytes) = (0, 0, 0);
    }

    fn sends(&mut self, ret: i32, pieces: &[&[u8]]) {
        let begun = tracer::begin(Kind::Sendmsg, Some(self.id));
        let change = self.told.changed(self.image);
        let pieces = pieces.iter().copied();
        tracer::finish_sendmsg(begun, Some(self.id), self.fd, Ret(ret), change.as_ref(), pieces);
    }

    fn goes_on(&mut self, from: ConnState) {
        self.image.msgcurr = 1;
        self.state(from, ConnState::NewCmd);
        self.state(ConnState::NewCmd, ConnState::Waiting);
        self.state(ConnState::Waiting, ConnState::Read);
        tracer::emit(Report::Wait { epoll_fd: 16, timeout: -1 }, b"");
    }

    fn get(&mut self, key: &str) {
        self.reads(format!("get {key}\r\n").as_bytes());
        self.report(Report::Command, format!("get {key}").as_bytes());
        self.report(of_item(ItemOp::Hit, 7), key.as_bytes());
        (self.image.iovused, self.image.msgbytes) = (3, 59);
        let value = format!("VALUE {key} 0 32");
        self.report(Report::Reply { op: Some(ReplyOp::Value) }, value.as_bytes());
        (self.image.iovused, self.image.msgbytes, self.image.ileft) = (4, 64, 1);
        self.report(Report::Reply { op: None }, b"END");
        self.state(ConnState::ParseCmd, ConnState::Mwrite);
        (self.image.rcurr, self.image.rbytes) = (18, 0);
        let data = b" 0 32\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n";
        self.sends(64, &[b"VALUE ", key.as_bytes(), data, b"END\r\n"]);
        self.image.ileft = 0;
        self.goes_on(ConnState::Mwrite);
    }

    fn set(&mut self, key: &str, item: u32) {
        self.reads(format!("set {key} 0 0 32\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n").as_bytes());
        self.report(Report::Command, format!("set {key} 0 0 32").as_bytes());
        self.report(of_item(ItemOp::Alloc, item), key.as_bytes());
        (self.image.ritem, self.image.rlbytes, self.image.item_id) = (0, 34, item);
        self.state(ConnState::ParseCmd, ConnState::Nread);
        for op in [ItemOp::Hit, ItemOp::Unlink, ItemOp::Link, ItemOp::Free] {
            self.report(of_item(op, item), key.as_bytes());
        }
        (self.image.rcurr, self.image.rbytes, self.image.ritem, self.image.rlbytes) = (61, 0, 34, 0);
        self.report(Report::Reply { op: None }, b"STORED");
        self.state(ConnState::Nread, ConnState::Write);
        (self.image.iovused, self.image.msgbytes, self.image.item_id) = (1, 8, 0);
        self.sends(8, &[b"STORED\r\n"]);
        self.goes_on(ConnState::Write);
    }
}

/// What one worker does with its connections, each time that it has its turn.
fn work(worker: u16, turns: &mpsc::Receiver<u32>, next: &mpsc::Sender<u32>) {
    let conns = (0..CONNS).filter(|id| id % u32::from(WORKERS) == u32::from(worker));
    let image = ConnImage { rsize: 2048, ev_flags: EvFlags::READ_PERSIST, ..ConnImage::default() };
    let conn = |id| Conn { id, fd: 21 + id as i32, image, told: ToldConn::default() };
    let mut conns: Vec<_> = conns.map(conn).collect();
    for conn in &mut conns {
        let (fd, errno) = (Descriptor(conn.fd), Failure(0));
        let accept = Report::Accept { fd, listen_fd: 20, peer: IsText::HERE, errno };
        tracer::emit_conn(Some(conn.id), accept, None, b"127.0.0.1:50000");
    }
    let mut at = 0;
    for left in turns {
        for done in 0..IN_A_ROW {
            let request = left.wrapping_mul(IN_A_ROW) + done;
            let key = format!("key_{:08}", request.wrapping_mul(2_654_435_761) % 1000);
            match request % 11 {
                0 => conns[at].set(&key, request),
                _ => conns[at].get(&key),
            }
            at = (at + 1) % conns.len();
        }
        // The worker before it may have had the last turn.
        let _ = next.send(left.saturating_sub(1));
        if left <= u32::from(WORKERS) {
            return;
        }
    }
}

/// Bytes and nanoseconds of an event.
fn round(requests: u32) -> (f64, f64) {
    let hub = Hub::new(TracerConfig { detail: Detail::Flow, ..TracerConfig::default() });
    let nothing = Nothing::default();
    let sinks = Sinks { output: Some(Output::stream(Box::new(nothing.clone()))), ..Sinks::default() };
    let recorder = Recorder::start(hub.clone(), &header(&hub, WORKERS, ""), sinks);
    let recorder = recorder.expect("a thread can be made");
    let (mut nexts, turns): (Vec<_>, Vec<_>) = (0..WORKERS).map(|_| mpsc::channel()).unzip();
    // The first turn is the first one's.
    let _ = nexts[0].send(requests / IN_A_ROW);
    nexts.rotate_left(1);
    std::thread::scope(|scope| {
        for (worker, (turns, next)) in (0..).zip(turns.into_iter().zip(nexts)) {
            let hub = &hub;
            scope.spawn(move || {
                tracer::install(hub.handle(Thread::Worker(worker)));
                work(worker, &turns, &next);
                tracer::uninstall();
            });
        }
    });
    let end = recorder.finish().expect("it is not finished yet").expect("nothing fails");
    let [first, last, size] = nothing.0.each_ref().map(|n| n.load(Ordering::Relaxed) as f64);
    (size / end.events as f64, (last - first) / end.events as f64)
}

fn main() {
    let mut numbers = std::env::args().filter_map(|arg| arg.parse().ok());
    let (rounds, requests) = (numbers.next().unwrap_or(9), numbers.next().unwrap_or(60_000));
    let rounds: Vec<_> = (0..rounds).map(|_| round(requests)).collect();
    let best = rounds.iter().map(|(_, ns)| *ns).fold(f64::INFINITY, f64::min);
    println!("one event in the recorder: {best:.1} ns, {:.0} bytes of JSON", rounds[0].0);
}
