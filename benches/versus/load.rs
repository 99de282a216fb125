//! The load generator: one thread, epoll through mio. Closed loop, where each connection asks again
//! as soon as it is answered; or at a fixed rate, where latency counts from the moment when a
//! request was due, so that a server that falls behind cannot hide it.

use super::wire::{Book, Choice, Mix, Pace, Seen, seen};
use anyhow::{Context as _, bail, ensure};
use hdrhistogram::Histogram;
use mio::net::TcpStream;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Registry, Token};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// A server that says nothing for so long, with requests waiting, has failed.
const SILENCE: Duration = Duration::from_secs(5);
/// Room for the answers to all requests that one connection may have in flight, and more.
const INPUT: usize = 16 * 1024;

/// The loads. Their letters stand in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Load {
    /// 50 connections, one request at a time each, 1 set to 10 gets
    A,
    /// One connection, one request at a time, gets alone
    B,
    /// 50 connections with 16 requests in flight each, 1 set to 10 gets
    C,
    /// 50 at a time: connect, one set, one get, quit, until the server has closed; and again
    D,
}

struct Plan {
    connections: usize,
    depth: usize,
    sets: u32,
    gets: u32,
}

impl Load {
    fn plan(self) -> Plan {
        match self {
            Load::A => Plan { connections: 50, depth: 1, sets: 1, gets: 10 },
            Load::B => Plan { connections: 1, depth: 1, sets: 0, gets: 1 },
            Load::C => Plan { connections: 50, depth: 16, sets: 1, gets: 10 },
            Load::D => Plan { connections: 50, depth: 1, sets: 1, gets: 1 },
        }
    }

    /// Its letter.
    pub fn letter(self) -> &'static str {
        match self {
            Load::A => "a",
            Load::B => "b",
            Load::C => "c",
            Load::D => "d",
        }
    }

    /// What is counted under it: requests, or whole sessions.
    pub fn unit(self) -> &'static str {
        if self == Load::D { "session" } else { "request" }
    }
}

/// What was done in a stretch of time.
pub struct Done {
    /// Requests answered (or sessions ended, load d).
    pub count: u64,
    /// In how long.
    pub elapsed: Duration,
    /// How long each took, in nanoseconds.
    pub latency: Histogram<u64>,
}

/// How the clients go on once they are answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// They ask again at once.
    Closed,
    /// They take the next step of a session.
    Sessions,
    /// They wait until a request is due.
    Paced,
}

/// A session's step: what was asked last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Set,
    Get,
    Quit,
}

struct Client {
    stream: TcpStream,
    token: Token,
    input: Box<[u8]>,
    have: usize,
    output: Vec<u8>,
    sent: usize,
    /// Whether the kernel took less than all, and it waits until there is room.
    blocked: bool,
    /// What was asked and is not answered, and since when it counts.
    flight: VecDeque<(Choice, Instant)>,
    step: Step,
    opened: Instant,
}

/// The clients of one server.
pub struct Generator {
    addr: SocketAddr,
    plan: Plan,
    mode: Mode,
    book: Book,
    mix: Mix,
    poll: Poll,
    clients: Vec<Client>,
    started: bool,
    timer: OwnedFd,
    /// Requests that are due and not sent, and since when: every client is busy.
    due: VecDeque<Instant>,
    /// Clients with nothing to do, while paced.
    idle: VecDeque<usize>,
    count: u64,
    latency: Histogram<u64>,
}

impl Generator {
    /// Stores every key, and connects the clients of `load`.
    pub fn new(addr: SocketAddr, load: Load) -> anyhow::Result<Generator> {
        let book = Book::new();
        store_all(addr, &book).context("storing the keys")?;
        let plan = load.plan();
        let poll = Poll::new()?;
        let clients: anyhow::Result<Vec<_>> =
            (0..plan.connections).map(|i| Client::connect(addr, poll.registry(), i)).collect();
        let timer =
            timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        let source = timer.as_raw_fd();
        poll.registry().register(&mut SourceFd(&source), Token(plan.connections), Interest::READABLE)?;
        Ok(Generator {
            addr,
            mode: if load == Load::D { Mode::Sessions } else { Mode::Closed },
            book,
            mix: Mix::new(plan.sets, plan.gets),
            poll,
            clients: clients?,
            started: false,
            timer,
            due: VecDeque::new(),
            idle: (0..plan.connections).collect(),
            count: 0,
            latency: histogram()?,
            plan,
        })
    }

    /// Puts the load on for so long. What is in flight at the end goes on in the next run.
    pub fn run(&mut self, time: Duration) -> anyhow::Result<Done> {
        let start = Instant::now();
        if !std::mem::replace(&mut self.started, true) {
            for i in 0..self.clients.len() {
                match self.mode {
                    Mode::Sessions => self.ask(i, Step::Set)?,
                    Mode::Closed | Mode::Paced => self.refill(i)?,
                }
            }
        }
        let mut events = Events::with_capacity(256);
        let mut now = start;
        while now < start + time {
            self.wait(&mut events, now)?;
            for event in &events {
                self.ready(event.token().0, event.is_read_closed())?;
            }
            now = Instant::now();
        }
        self.done(now - start)
    }

    /// Sends at a fixed rate for so long, then waits until all is answered. A request that is due
    /// while every client waits for an answer is sent by the first that has it.
    pub fn run_paced(&mut self, time: Duration, pace: Pace) -> anyhow::Result<Done> {
        self.mode = Mode::Paced;
        self.started = true;
        let (planned, mut tick) = (pace.ticks(time).max(1), 0);
        let start = Instant::now();
        self.set_timer(pace.tick)?;
        let mut events = Events::with_capacity(256);
        while tick < planned || self.idle.len() < self.clients.len() || !self.due.is_empty() {
            self.wait(&mut events, start)?;
            for event in &events {
                if event.token().0 < self.clients.len() {
                    self.ready(event.token().0, event.is_read_closed())?;
                    continue;
                }
                let mut expired = [0; 8];
                if rustix::io::read(&self.timer, &mut expired) != Ok(8) {
                    continue;
                }
                for _ in 0..u64::from_ne_bytes(expired).min(planned - tick) {
                    tick += 1;
                    let at = start + pace.due(tick);
                    self.due.extend((0..pace.burst).map(|_| at));
                }
                self.send_due()?;
            }
            ensure!(start.elapsed() < time + SILENCE, "the server cannot keep up with the rate");
        }
        self.set_timer(Duration::ZERO)?;
        self.done(start.elapsed())
    }

    /// What was counted since the last time.
    fn done(&mut self, elapsed: Duration) -> anyhow::Result<Done> {
        let latency = std::mem::replace(&mut self.latency, histogram()?);
        Ok(Done { count: std::mem::take(&mut self.count), elapsed, latency })
    }

    fn wait(&mut self, events: &mut Events, since: Instant) -> anyhow::Result<()> {
        match self.poll.poll(events, Some(SILENCE)) {
            Err(e) if e.kind() == ErrorKind::Interrupted => Ok(()),
            Err(e) => Err(e.into()),
            Ok(()) if events.is_empty() && since.elapsed() >= SILENCE => {
                bail!("the server has said nothing for {SILENCE:?}")
            }
            Ok(()) => Ok(()),
        }
    }

    /// Lets the timer tick; never, for zero.
    fn set_timer(&self, tick: Duration) -> anyhow::Result<()> {
        let tick = Timespec { tv_sec: tick.as_secs() as i64, tv_nsec: tick.subsec_nanos().into() };
        let times = Itimerspec { it_interval: tick, it_value: tick };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &times)?;
        Ok(())
    }

    /// Something happened on a client's socket.
    fn ready(&mut self, i: usize, closed: bool) -> anyhow::Result<()> {
        let registry = self.poll.registry();
        let client = &mut self.clients[i];
        if client.blocked {
            client.flush(registry)?;
        }
        loop {
            let client = &mut self.clients[i];
            match client.stream.read(&mut client.input[client.have..]) {
                Ok(0) => return self.ended(i),
                Ok(n) => {
                    client.have += n;
                    // Events are edge-triggered. A read that left room has taken all there was, and
                    // what comes later is an edge of its own; unless the end has come already.
                    let all = client.have < client.input.len();
                    self.take(i)?;
                    if all && !closed {
                        return Ok(());
                    }
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e).context("reading an answer"),
            }
        }
    }

    /// Takes the answers that came, and goes on.
    fn take(&mut self, i: usize) -> anyhow::Result<()> {
        let client = &mut self.clients[i];
        let now = Instant::now();
        let mut at = 0;
        while let Some((choice, since)) = client.flight.front() {
            let exchange = self.book.exchange(*choice);
            match seen(&client.input[at..client.have], &exchange.answer) {
                Seen::Whole(n) => at += n,
                Seen::Part => break,
                Seen::Wrong => bail!(
                    "asked {:?}, it answered {:?}",
                    String::from_utf8_lossy(&exchange.ask),
                    String::from_utf8_lossy(&client.input[at..client.have])
                ),
            }
            if self.mode != Mode::Sessions {
                self.count += 1;
                self.latency.saturating_record((now - *since).as_nanos() as u64);
            }
            client.flight.pop_front();
        }
        let answered = client.flight.is_empty();
        if answered && at < client.have {
            bail!("not asked, it said {:?}", String::from_utf8_lossy(&client.input[at..client.have]));
        }
        client.input.copy_within(at..client.have, 0);
        client.have -= at;
        match (self.mode, client.step) {
            (Mode::Closed, _) => self.refill(i),
            (Mode::Sessions, Step::Set) if answered => self.ask(i, Step::Get),
            (Mode::Sessions, Step::Get) if answered => self.ask(i, Step::Quit),
            (Mode::Paced, _) if answered => {
                self.idle.push_back(i);
                self.send_due()
            }
            _ => Ok(()),
        }
    }

    /// Asks until as many requests are in flight as the load has.
    fn refill(&mut self, i: usize) -> anyhow::Result<()> {
        let client = &mut self.clients[i];
        let now = Instant::now();
        while client.flight.len() < self.plan.depth {
            client.put(&self.book, self.mix.next(), now);
        }
        client.flush(self.poll.registry())
    }

    /// A session's next step.
    fn ask(&mut self, i: usize, step: Step) -> anyhow::Result<()> {
        let client = &mut self.clients[i];
        client.step = step;
        match step {
            Step::Set => client.put(&self.book, Choice::Set(self.mix.key()), client.opened),
            Step::Get => client.put(&self.book, Choice::Get(self.mix.key()), client.opened),
            Step::Quit => client.output.extend_from_slice(b"quit\r\n"),
        }
        client.flush(self.poll.registry())
    }

    /// Sends what is due, as far as there are clients with nothing to do.
    fn send_due(&mut self) -> anyhow::Result<()> {
        while !self.due.is_empty()
            && let Some(i) = self.idle.pop_front()
            && let Some(at) = self.due.pop_front()
        {
            let client = &mut self.clients[i];
            client.put(&self.book, self.mix.next(), at);
            client.flush(self.poll.registry())?;
        }
        Ok(())
    }

    /// The server has closed a connection: a session's end, or a failure.
    fn ended(&mut self, i: usize) -> anyhow::Result<()> {
        let client = &mut self.clients[i];
        let in_order = self.mode == Mode::Sessions && client.step == Step::Quit && client.sent == 0;
        ensure!(in_order, "the server closed a connection");
        self.count += 1;
        self.latency.saturating_record(client.opened.elapsed().as_nanos() as u64);
        client.open_again(self.addr, self.poll.registry())?;
        self.ask(i, Step::Set)
    }
}

impl Client {
    fn connect(addr: SocketAddr, registry: &Registry, i: usize) -> anyhow::Result<Client> {
        let opened = Instant::now();
        Ok(Client {
            stream: open(addr, registry, Token(i))?,
            token: Token(i),
            input: vec![0; INPUT].into(),
            have: 0,
            output: Vec::with_capacity(INPUT),
            sent: 0,
            blocked: false,
            flight: VecDeque::with_capacity(64),
            step: Step::Set,
            opened,
        })
    }

    fn open_again(&mut self, addr: SocketAddr, registry: &Registry) -> anyhow::Result<()> {
        self.opened = Instant::now();
        // Closing the old one takes it out of epoll too.
        self.stream = open(addr, registry, self.token)?;
        (self.have, self.blocked) = (0, false);
        Ok(())
    }

    #[inline]
    fn put(&mut self, book: &Book, choice: Choice, since: Instant) {
        self.output.extend_from_slice(&book.exchange(choice).ask);
        self.flight.push_back((choice, since));
    }

    fn flush(&mut self, registry: &Registry) -> anyhow::Result<()> {
        while self.sent < self.output.len() {
            match self.stream.write(&self.output[self.sent..]) {
                Ok(n) => self.sent += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if [ErrorKind::WouldBlock, ErrorKind::NotConnected].contains(&e.kind()) => {
                    if !std::mem::replace(&mut self.blocked, true) {
                        let both = Interest::READABLE | Interest::WRITABLE;
                        registry.reregister(&mut self.stream, self.token, both)?;
                    }
                    return Ok(());
                }
                Err(e) => return Err(e).context("sending a request"),
            }
        }
        self.output.clear();
        self.sent = 0;
        if std::mem::take(&mut self.blocked) {
            registry.reregister(&mut self.stream, self.token, Interest::READABLE)?;
        }
        Ok(())
    }
}

fn open(addr: SocketAddr, registry: &Registry, token: Token) -> anyhow::Result<TcpStream> {
    let mut stream = TcpStream::connect(addr).context("connecting")?;
    stream.set_nodelay(true)?;
    registry.register(&mut stream, token, Interest::READABLE)?;
    Ok(stream)
}

/// From a microsecond's thousandth to a minute, three digits.
fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000_000, 3)?)
}

/// Stores every key once, so that no get misses.
fn store_all(addr: SocketAddr, book: &Book) -> anyhow::Result<()> {
    let mut stream = std::net::TcpStream::connect(addr)?;
    stream.set_read_timeout(Some(SILENCE))?;
    for first in (0..super::wire::KEYS as u16).step_by(100) {
        let sets = (first..first + 100).map(|k| book.exchange(Choice::Set(k)));
        let (mut ask, mut answer) = (Vec::new(), Vec::new());
        for set in sets {
            ask.extend_from_slice(&set.ask);
            answer.extend_from_slice(&set.answer);
        }
        stream.write_all(&ask)?;
        let mut came = vec![0; answer.len()];
        stream.read_exact(&mut came)?;
        ensure!(came == answer, "not stored: {:?}", String::from_utf8_lossy(&came));
    }
    Ok(())
}
