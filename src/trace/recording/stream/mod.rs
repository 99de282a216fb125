//! The events port: a running server's recording, for whoever comes over the network.
//!
//! A protocol of lines that a person can type (`nc 127.0.0.1 11212`):
//!
//! | the client says | and is answered |
//! | --- | --- |
//! | `token XXX` | `ok: ...`; needed first where the server has a token |
//! | `help` | some lines, the last of which begins with `ok:` |
//! | `status` | one JSON object on one line |
//! | `record start`, `stop`, `next`, `last` | `ok: ...` or `error: ...`, on one line |
//! | `hold`, `release` | `ok: ...` or `error: ...`, on one line |
//! | `step`, `step N`, `step worker0`, `step N worker0` | the same |
//! | `continue EXPR` | the same |
//! | `watch` | the trace itself, header and snapshot first, until either side ends it |
//! | `quit` | nothing more; the connection is closed |
//!
//! `\n` ends a line, and a `\r` before it is no part of it. After `watch` the answer is a trace and
//! nothing else, so that it can be written to a file as it is: any further line ends it. Commands
//! that come later find room beside these: on a connection that does not watch, each is a line and
//! gets a line.
//!
//! # The leash
//!
//! `hold` takes the leash in hand and holds each of the server's threads before its next event; `step`
//! lets one event through, or `N` one after the other, of the thread that has waited longest or of
//! the one that is named, which may have to be waited for; `continue` lets all run until an event
//! matches a filter, and then holds them again; `release` lets them run. One connection at a time has
//! the leash: another's `hold`, `step`, `continue` and `release` are refused. A server that is held
//! and that nobody has in hand (`--step`) is taken by the first that says one of these. When the
//! connection ends, or its other end is not heard of any more for half a minute, the server is
//! released.
//!
//! `status` tells anybody: `held`, `holder` (the address), `yours`, `waiting` (each thread at the
//! gate: `th`, the event's kind `ev`, `of` and `conn`, first come first), `in_line` (threads that wait
//! for a lock that a thread at the gate has), `steps` (asked for, and not come yet), `until` (the
//! filter that is run to), `stopped_at` (the event that matched last).
//!
//! Since a watching connection is a trace and nothing else, whoever wants to see and to step comes
//! with two connections, one that watches and one that talks, as `memstep attach` does. The one that
//! talks has the leash.
//!
//! What comes over the network is hostile: a line has a longest length, is text, and means one of
//! the commands above or nothing. Whoever says nothing that is valid is sent away soon, and so is
//! a web page that makes a browser talk to this port.
//!
//! Its threads are none of the server's: they block on their own sockets, and a viewer that does not
//! read costs the pieces that wait for it ([`Batches`](super::recorder::Batches)) and nothing else.

mod input;
mod leash;
mod talk;

use super::recorder::Recorder;
use crate::texts::Language;
use crate::tracer::{Hub, LeashHolder};
use rustix::net::sockopt;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::io::{self, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What the threads in here are called.
pub const THREAD: &str = "events";
/// How many connections there may be at once that have said something valid, the token first of all.
const CONNECTIONS: usize = 64;
/// How many others: whoever comes then takes the place of the one that has been silent for longest, so that
/// those who say nothing keep nobody out.
const STRANGERS: usize = 16;
/// Strangers that were sent away, and are not gone yet.
const LEAVING: usize = 16;
/// The descriptors that all of this may take: the sockets, the one that listens, and one for telling
/// whoever is too many.
pub const DESCRIPTORS: u32 = (CONNECTIONS + STRANGERS + LEAVING) as u32 + 2;
/// The protocol's version: it goes up when something that was there changes.
pub const PROTOCOL: u32 = 1;
/// How long viewers may take nothing at the end of what is still on the way to them, and how long all of
/// it may take.
const LAST_WAIT: Duration = Duration::from_secs(1);
const LAST_WAITS: u32 = 10;
/// How long to wait when there is no descriptor or no thread for one more connection.
const SHORT_OF: Duration = Duration::from_millis(100);
/// When to ask a silent client whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);
/// The same of the one who has the leash: when, how often again, and how many times in vain.
const LEASH_KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(10), Duration::from_secs(5), 4);
/// A connection's thread formats lines and copies pieces: it needs little.
const STACK: usize = 256 * 1024;

/// Why there is nothing to listen on.
#[derive(Debug)]
pub enum BindError {
    /// The address is not this machine's own, and there is no token.
    NoToken,
    /// The kernel's word.
    Io(io::Error),
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lang = Language::spoken();
        f.write_str(&match self {
            BindError::NoToken => lang.commands_no_token().to_owned(),
            BindError::Io(error) => match (error.kind(), error.to_string()) {
                (io::ErrorKind::AddrInUse, error) => lang.commands_port_taken(error),
                (io::ErrorKind::PermissionDenied, error) => lang.commands_port_low(error),
                (io::ErrorKind::AddrNotAvailable, error) => lang.commands_port_elsewhere(error),
                (_, error) => error,
            },
        })
    }
}

impl std::error::Error for BindError {}

/// A socket that listens, and nobody answers yet.
#[derive(Debug)]
pub struct PortListener {
    socket: TcpListener,
    addr: SocketAddr,
    token: Option<String>,
}

impl PortListener {
    /// Listens on `addr`, port 0 being any that is free; whoever comes must know the token, if there
    /// is one.
    ///
    /// # Errors
    /// It cannot be done, or would let in anybody.
    pub fn bind(addr: SocketAddr, token: Option<&str>) -> Result<PortListener, BindError> {
        if token.is_none() && !addr.ip().to_canonical().is_loopback() {
            return Err(BindError::NoToken);
        }
        // With SO_REUSEADDR and FD_CLOEXEC: std sets both.
        let socket = TcpListener::bind(addr).map_err(BindError::Io)?;
        let addr = socket.local_addr().map_err(BindError::Io)?;
        Ok(PortListener { socket, addr, token: token.map(str::to_owned) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

/// The port, at work.
#[derive(Debug)]
pub struct EventsPort {
    shared: Arc<PortShared>,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

/// What whoever is too many is told.
const FULL: &str = "there are 64 connections already, and that is all";
const _: () = assert!(CONNECTIONS == 64);

/// What its threads share.
#[derive(Debug)]
struct PortShared {
    listener: PortListener,
    recorder: Arc<Recorder>,
    hub: Arc<Hub>,
    threads: u16,
    since: Instant,
    open: Mutex<OpenStreams>,
    changed: Condvar,
    /// How many bytes viewers have taken.
    sent: AtomicU64,
}

/// The connections.
#[derive(Debug, Default)]
struct OpenStreams {
    streams: HashMap<u64, Arc<TcpStream>>,
    /// Those of them that have said nothing valid, by number, and so the oldest first.
    strangers: BTreeSet<u64>,
    /// How many of them have.
    welcome: usize,
    /// How many there were.
    count: u64,
    /// How many of them are sent a trace.
    watching: usize,
    is_closing: bool,
}

impl EventsPort {
    /// Answers whoever comes, from now on. `threads` is how many workers the server has.
    ///
    /// # Errors
    /// The thread could not be made.
    pub fn open(
        listener: PortListener,
        recorder: Arc<Recorder>,
        hub: Arc<Hub>,
        threads: u16,
    ) -> io::Result<EventsPort> {
        let since = Instant::now();
        let (open, changed, sent) = (Mutex::default(), Condvar::new(), AtomicU64::new(0));
        let shared = Arc::new(PortShared { listener, recorder, hub, threads, since, open, changed, sent });
        let its = shared.clone();
        let accepting = std::thread::Builder::new().name(THREAD.into()).spawn(move || accept(&its))?;
        Ok(EventsPort { shared, accepting: Mutex::new(Some(accepting)) })
    }

    /// Where it is.
    pub fn addr(&self) -> SocketAddr {
        self.shared.listener.addr
    }

    /// Lets nobody in any more, waits a little until viewers have what is on its way to them, and
    /// closes every connection. To be called when the recording is over.
    pub fn close(&self) {
        let mut open = self.shared.lock();
        open.is_closing = true;
        // On a socket that listens this wakes whoever accepts. It fails only where it was done.
        let _ = rustix::net::shutdown(&self.shared.listener.socket, rustix::net::Shutdown::Both);
        let PortShared { changed, sent, .. } = &*self.shared;
        // On a busy machine a second is nothing: whoever goes on reading gets what there is.
        for _ in 0..LAST_WAITS {
            let before = sent.load(Ordering::Relaxed);
            open = match changed.wait_timeout_while(open, LAST_WAIT, |open| open.watching > 0) {
                Ok((open, _)) => open,
                Err(poisoned) => poisoned.into_inner().0,
            };
            if open.watching == 0 || sent.load(Ordering::Relaxed) == before {
                break;
            }
        }
        for stream in open.streams.values() {
            // It may be gone already.
            let _ = stream.shutdown(Shutdown::Both);
        }
        drop(open);
        let accepting = self.accepting.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(accepting) = accepting {
            // If it has panicked it said so.
            let _ = accepting.join();
        }
    }
}

impl Drop for EventsPort {
    fn drop(&mut self) {
        self.close();
    }
}

impl PortShared {
    fn lock(&self) -> MutexGuard<'_, OpenStreams> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the open connections; as long as this is there.
struct Guest {
    shared: Arc<PortShared>,
    number: u64,
    /// What it is called where it has the leash.
    who: LeashHolder,
    stream: Arc<TcpStream>,
    /// Whether it has said something valid, and so has one of the places.
    is_welcome: bool,
}

impl Guest {
    fn new(shared: &Arc<PortShared>, stream: Arc<TcpStream>) -> Option<Guest> {
        let mut open = shared.lock();
        if open.is_closing || open.welcome >= CONNECTIONS {
            return None;
        }
        if open.strangers.len() >= STRANGERS
            && let Some(oldest) = open.strangers.pop_first()
            && let Some(oldest) = open.streams.get(&oldest)
        {
            // Its thread sees that there is nothing to read any more.
            refuse(oldest, format_args!("others wait, and nothing was said here"));
            let _ = oldest.shutdown(Shutdown::Read);
        }
        // Those who were sent away are gone in a moment; whoever comes meanwhile waits in the kernel.
        let has_no_room = |open: &mut OpenStreams| {
            !open.is_closing && open.streams.len() >= CONNECTIONS + STRANGERS + LEAVING
        };
        let waited = shared.changed.wait_timeout_while(open, LAST_WAIT, has_no_room);
        let (mut open, late) = waited.unwrap_or_else(PoisonError::into_inner);
        if open.is_closing || late.timed_out() {
            return None;
        }
        open.count += 1;
        let number = open.count;
        open.streams.insert(number, stream.clone());
        open.strangers.insert(number);
        drop(open);
        let peer = stream.peer_addr();
        let name = peer.map_or_else(|_| "a connection".to_owned(), |peer| peer.to_string());
        Some(Guest {
            shared: shared.clone(),
            number,
            who: LeashHolder { id: number, name },
            stream,
            is_welcome: false,
        })
    }
}

impl Guest {
    /// It has said something valid: it gets a place, if there is one.
    fn welcome(&mut self) -> bool {
        let mut open = self.shared.lock();
        if !self.is_welcome && open.welcome < CONNECTIONS && open.strangers.remove(&self.number) {
            open.welcome += 1;
            self.is_welcome = true;
        }
        self.is_welcome
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.shared.hub.gate.leave(&self.who);
        let mut open = self.shared.lock();
        open.streams.remove(&self.number);
        open.strangers.remove(&self.number);
        open.welcome -= usize::from(self.is_welcome);
        drop(open);
        self.shared.changed.notify_all();
    }
}

/// Somebody who is sent a trace; as long as this is there.
struct Watching<'a>(&'a PortShared);

impl Watching<'_> {
    fn new(shared: &PortShared) -> Watching<'_> {
        shared.lock().watching += 1;
        Watching(shared)
    }
}

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        self.0.lock().watching -= 1;
        self.0.changed.notify_all();
    }
}

/// Lets in whoever comes, until the port is closed.
fn accept(shared: &Arc<PortShared>) {
    loop {
        let came = shared.listener.socket.accept();
        if shared.lock().is_closing {
            return;
        }
        match came {
            Ok((stream, _)) => let_in(shared, stream),
            // It left before it was let in.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            // Out of descriptors or memory: that passes.
            Err(_) => std::thread::sleep(SHORT_OF),
        }
    }
}

fn let_in(shared: &Arc<PortShared>, stream: TcpStream) {
    // Neither is worth sending somebody away for: an answer may come late, a dead viewer stay long.
    let _ = stream.set_nodelay(true);
    let _ = sockopt::set_socket_keepalive(&stream, true)
        .and_then(|()| sockopt::set_tcp_keepidle(&stream, KEEPALIVE));
    let stream = Arc::new(stream);
    let Some(mut guest) = Guest::new(shared, stream.clone()) else {
        return refuse(&stream, format_args!("{FULL}"));
    };
    let thread = std::thread::Builder::new().name(THREAD.into()).stack_size(STACK);
    if let Err(error) = thread.spawn(move || talk::talk(&mut guest)) {
        refuse(&stream, format_args!("there is no thread for one more: {error}"));
        std::thread::sleep(SHORT_OF);
    }
}

/// A few words to somebody who has not been sent anything yet, so there is room for them.
fn refuse(mut stream: &TcpStream, why: fmt::Arguments<'_>) {
    let _ = stream.set_nonblocking(true);
    let _ = stream.write_all(format!("error: {why}\n").as_bytes());
    let _ = stream.shutdown(Shutdown::Write);
}
