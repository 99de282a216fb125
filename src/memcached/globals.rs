//! What memcached keeps in globals (`globals.c`, and the head of `memcached.c`): one for each server.

use super::conn::Conn;
use super::conn_queue::{ThreadStats, Threads};
use super::items::Store;
use super::prefix_stats::PrefixStats;
use super::settings::{Clock, Settings, Stats};
use super::util::lock;
use crate::event::ConnState;
use std::fmt;
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// Descriptors that a worker is reckoned to need: three for its event base, two for its pipe
/// (`thread.c:791`).
pub const RESERVED_FDS: u64 = 5;

/// What other threads may know of an open connection: in the C `stats conns` reads the structures of
/// them all, whoever is changing them (`memcached.c:2776`).
#[derive(Debug, Default)]
pub struct ConnSummary {
    state: AtomicU8,
    last_cmd_time: AtomicU32,
    addr: Mutex<Whose>,
}

/// Whose a connection is, as `conn_to_str` has it (`memcached.c:2690`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Whose {
    /// A UNIX socket's client: it has no address (`memcached.c:2752`).
    #[default]
    Nobody,
    /// A client's, or the one that is listened on.
    Tcp(SocketAddr),
    /// One of UDP, where it listens, and who sent the last datagram.
    Udp {
        /// `getsockname`.
        local: SocketAddr,
        /// `request_addr`, once something has come.
        request: Option<SocketAddr>,
    },
    /// The path that is listened on.
    Unix(PathBuf),
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whose::Nobody => f.write_str("?:<AF 0>"),
            Whose::Tcp(addr) => write!(f, "tcp{}:{addr}", if addr.is_ipv6() { "6" } else { "" }),
            Whose::Udp { request: Some(addr), .. } => {
                write!(f, "udp{}:{addr}", if addr.is_ipv6() { "6" } else { "" })
            }
            Whose::Udp { request: None, .. } => Whose::Nobody.fmt(f),
            Whose::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl ConnSummary {
    /// Where `drive_machine` goes on.
    pub fn state(&self) -> ConnState {
        let state = usize::from(self.state.load(Ordering::Relaxed));
        ConnState::ALL.get(state).copied().unwrap_or_default()
    }

    /// `drive_machine` has gone on to another state.
    #[inline]
    pub fn set_state(&self, state: ConnState) {
        self.state.store(state.index() as u8, Ordering::Relaxed);
    }

    /// When the last command came.
    pub fn last_cmd_time(&self) -> u32 {
        self.last_cmd_time.load(Ordering::Relaxed)
    }

    /// A command has come, at this second of the server's clock.
    #[inline]
    pub fn set_last_cmd_time(&self, time: u32) {
        self.last_cmd_time.store(time, Ordering::Relaxed);
    }

    /// Whose it is. A UDP socket is its own while it waits, and the client's while it works for one
    /// (`memcached.c:2703`).
    pub fn addr(&self) -> Whose {
        match (lock(&self.addr).clone(), self.state()) {
            (Whose::Udp { local, .. }, ConnState::Read) => Whose::Udp { local, request: Some(local) },
            (addr, _) => addr,
        }
    }

    /// A datagram has come from `addr`.
    pub fn set_request_addr(&self, addr: SocketAddr) {
        if let Whose::Udp { request, .. } = &mut *lock(&self.addr) {
            *request = Some(addr);
        }
    }

    /// Whose it is from now on.
    pub fn set_addr(&self, addr: Whose) {
        *lock(&self.addr) = addr;
    }
}

/// The globals of one server, shared by its threads.
#[derive(Debug)]
pub struct Globals {
    /// `settings`.
    pub settings: Arc<Settings>,
    /// `stats`.
    pub stats: Stats,
    /// `current_time` and `process_started`.
    pub clock: Arc<Clock>,
    /// The items.
    pub store: Store,
    /// What is counted by the prefixes of keys.
    pub prefix_stats: PrefixStats,
    /// `threads`: the workers.
    pub threads: Threads,
    /// What the dispatcher counts; it serves no requests.
    pub dispatcher_stats: ThreadStats,
    /// `conns`: closed connections by descriptor, kept with their buffers to be used again. (An
    /// open one is its thread's own.)
    conns: Mutex<Vec<Option<Box<Conn>>>>,
    /// What any thread may know of the connection on a descriptor.
    seen: Mutex<Vec<Option<Arc<ConnSummary>>>>,
    /// `allow_new_conns`: a connection was closed since accepting was last tried, so it may go on.
    pub allow_new_conns: AtomicBool,
    /// Accepting has met `EMFILE`, and must pause.
    pub out_of_fds: AtomicBool,
    /// The number that the next connection that is handed to a worker gets in the trace.
    pub next_conn: AtomicU32,
    /// The server is going down.
    pub stop: AtomicBool,
}

impl Globals {
    /// `conn_init` and the other initialisations of `main` (`memcached.c:5613`).
    pub fn new(settings: Arc<Settings>, threads: Threads) -> Globals {
        let clock = Arc::new(Clock::default());
        let stats = Stats::default();
        stats.reserved_fds.add(RESERVED_FDS * threads.workers.len() as u64);
        Globals {
            store: Store::new(settings.clone(), clock.clone()),
            settings,
            stats,
            clock,
            threads,
            dispatcher_stats: ThreadStats::default(),
            conns: Mutex::new(Vec::new()),
            seen: Mutex::new(Vec::new()),
            prefix_stats: PrefixStats::default(),
            allow_new_conns: AtomicBool::new(true),
            out_of_fds: AtomicBool::new(false),
            next_conn: AtomicU32::new(0),
            stop: AtomicBool::new(false),
        }
    }

    /// The connection structure that an earlier connection on `fd` has left.
    pub fn take_conn(&self, fd: RawFd) -> Option<Box<Conn>> {
        let mut conns = lock(&self.conns);
        conns.get_mut(usize::try_from(fd).ok()?)?.take()
    }

    /// Whether one more connection would be too many, and `-o maxconns_fast` turns it away
    /// (`memcached.c:4093`).
    pub fn are_too_many(&self) -> bool {
        let open = || self.stats.curr_conns.get() + self.stats.reserved_fds.get();
        self.settings.maxconns_fast && open() >= u64::from(self.settings.maxconns) - 1
    }

    /// From now on everybody may know of the connection on `fd`.
    pub fn make_seen(&self, fd: RawFd, conn: &Arc<ConnSummary>) {
        let Ok(fd) = usize::try_from(fd) else { return };
        let mut seen = lock(&self.seen);
        if seen.len() <= fd {
            seen.resize(fd + 1, None);
        }
        seen[fd] = Some(conn.clone());
    }

    /// Every open connection, with its descriptor.
    pub fn open_conns(&self) -> Vec<(usize, Arc<ConnSummary>)> {
        let seen = lock(&self.seen);
        let open = |seen: &Arc<ConnSummary>| seen.state() != ConnState::Closed;
        seen.iter().cloned().enumerate().filter_map(|(fd, s)| Some((fd, s.filter(open)?))).collect()
    }

    /// Lets go of the structures that are kept: each knows these globals, which would never end otherwise.
    pub fn forget_conns(&self) {
        lock(&self.conns).clear();
    }

    /// Keeps a closed connection's structure for the next one on its descriptor.
    pub fn keep_conn(&self, fd: RawFd, conn: Box<Conn>) {
        let Ok(fd) = usize::try_from(fd) else { return };
        let mut conns = lock(&self.conns);
        if conns.len() <= fd {
            conns.resize_with(fd + 1, || None);
        }
        // Between our close and this, another worker may have met the number and made a structure
        // of its own; there is one for each number.
        if conns[fd].replace(conn).is_some() {
            self.stats.conn_structs.sub(1);
        }
    }
}
