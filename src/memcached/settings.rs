//! `settings_init`, the statistics, and the clock: what memcached keeps in globals.

use crate::event::Protocol;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The version that the server models, and names in `version` and `stats`.
pub const VERSION: &str = crate::event::MODELS.name;
/// What `version` answers.
pub const VERSION_LINE: &str = crate::event::MODELS.answer;
/// A read buffer's initial size (`memcached.h:32`).
pub const DATA_BUFFER_SIZE: u32 = 2048;
/// A read buffer larger than this shrinks again between commands (`memcached.h:54`).
pub const READ_BUFFER_HIGHWAT: u32 = 8192;
/// A datagram of UDP, and the first payloads of any answer, are held to this many bytes (`memcached.h:34`).
pub const UDP_MAX_PAYLOAD_SIZE: u32 = 1400;
/// The read buffer of a UDP socket: the largest datagram fits (`memcached.h:33`).
pub const UDP_READ_BUFFER_SIZE: u32 = 65536;
/// What stands before the payload of every datagram, both ways (`memcached.h:35`).
pub const UDP_HEADER_SIZE: u32 = crate::event::UDP_HEADER_SIZE as u32;
/// The longest key in bytes (`memcached.h:27`).
pub const KEY_MAX_LENGTH: usize = 250;
/// How many pieces one `sendmsg` takes.
pub const IOV_MAX: u32 = 1024;
/// An item is moved in the LRU at most this often, in seconds (`memcached.h:71`).
pub const ITEM_UPDATE_INTERVAL: u32 = 60;
/// The highest level that the `verbosity` command sets (`memcached.h:293`).
pub const MAX_VERBOSITY_LEVEL: u32 = 2;
/// The longest relative expiry time, in seconds: thirty days (`memcached.c:147`).
const REALTIME_MAXDELTA: i64 = 60 * 60 * 24 * 30;

/// One more than the highest slab class (`memcached.h:83`).
pub const MAX_NUMBER_OF_SLAB_CLASSES: usize = 64;

/// `enum hashfunc_type`: what `-o hash_algorithm` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HashFunc {
    /// `jenkins`
    #[default]
    Jenkins,
    /// `murmur3`
    Murmur3,
}

impl HashFunc {
    /// Its name, as `stats settings` has it.
    pub fn name(self) -> &'static str {
        match self {
            HashFunc::Jenkins => "jenkins",
            HashFunc::Murmur3 => "murmur3",
        }
    }
}

/// What the options say; set before the server starts, but for the atomics.
#[derive(Debug)]
pub struct Settings {
    /// `-p`: the TCP port; 0 for none, -1 for any that is free.
    pub port: i32,
    /// `-U`: the UDP port; 0 for none, -1 for any that is free.
    pub udpport: i32,
    /// `-l`: the interfaces, separated by commas; `None` for all.
    pub inter: Option<String>,
    /// `-m`: memory for items, in bytes.
    pub maxbytes: u64,
    /// `-c`: simultaneous connections.
    pub maxconns: u32,
    /// `-t`: worker threads.
    pub num_threads: u16,
    /// `-R`: requests a connection may have served in one event.
    pub reqs_per_event: u32,
    /// `-b`: the listening socket's backlog.
    pub backlog: i32,
    /// `--experiment edge-triggered`, which memcached has not: clients' sockets are registered with
    /// `EPOLLET`.
    pub edge_triggered: bool,
    /// `-I`: the largest item, and a slab page, in bytes.
    pub item_size_max: u32,
    /// `-M` clears it: whether the oldest items make room for new ones.
    pub evict_to_free: bool,
    /// `-f`: how much larger the chunks of each next slab class are.
    pub factor: f64,
    /// `-n`: room for key, value and flags in the smallest chunks.
    pub chunk_size: u32,
    /// `-C` clears it: whether items have a CAS id.
    pub use_cas: bool,
    /// `-o hashpower`: two to the power of this many buckets at first; 0 for the default.
    pub hashpower_init: u32,
    /// `-o hash_algorithm`.
    pub hash_algorithm: HashFunc,
    /// `-o maxconns_fast`: connections beyond `-c` are told so and closed, and not kept waiting.
    pub maxconns_fast: bool,
    /// `-s`: the path of the UNIX socket that is listened on instead of TCP.
    pub socketpath: Option<PathBuf>,
    /// `-a`: who may connect to it.
    pub access: u32,
    /// `-B`: the protocol of new connections.
    pub binding_protocol: Protocol,
    /// `-A`: whether `shutdown` works.
    pub shutdown_command: bool,
    /// `-F` clears it: whether `flush_all` works.
    pub flush_enabled: bool,
    /// `-D`: what ends a key's prefix.
    pub prefix_delimiter: u8,
    /// `-D`, `stats detail on`: whether commands are counted by prefix.
    pub detail_enabled: AtomicBool,
    /// `slabs automove`: there is no mover, so it is a number and no more.
    pub slab_automove: AtomicU32,
    /// `lru_crawler sleep`: there is no crawler, so it is a number and no more.
    pub lru_crawler_sleep: AtomicU32,
    /// `lru_crawler tocrawl`: a number and no more, too.
    pub lru_crawler_tocrawl: AtomicU32,
    /// `-v`, `-vv`, `-vvv`; the `verbosity` command changes it.
    pub verbose: AtomicU8,
    /// Items from before this moment are as good as gone (`flush_all`); 0 for none.
    pub oldest_live: AtomicU32,
    /// Items with a smaller CAS id too; 0 for none.
    pub oldest_cas: AtomicU64,
}

impl Default for Settings {
    /// `settings_init` (`memcached.c:211`).
    fn default() -> Self {
        Settings {
            port: 11211,
            // DIFFERS: 11211 in the C, or what `-p` says. Anybody can have a UDP server send answers to
            // somebody else, larger ones than the questions were, and thousands of memcacheds were used
            // for that in 2018; memcached itself has left it off since 1.5.6.
            udpport: 0,
            inter: None,
            maxbytes: 64 * 1024 * 1024,
            maxconns: 1024,
            num_threads: 4,
            reqs_per_event: 20,
            backlog: 1024,
            edge_triggered: false,
            item_size_max: 1024 * 1024,
            evict_to_free: true,
            factor: 1.25,
            chunk_size: 48,
            use_cas: true,
            hashpower_init: 0,
            hash_algorithm: HashFunc::default(),
            maxconns_fast: false,
            socketpath: None,
            access: 0o700,
            binding_protocol: Protocol::Negotiating,
            shutdown_command: false,
            flush_enabled: true,
            prefix_delimiter: b':',
            detail_enabled: AtomicBool::new(false),
            slab_automove: AtomicU32::new(0),
            lru_crawler_sleep: AtomicU32::new(100),
            lru_crawler_tocrawl: AtomicU32::new(0),
            verbose: AtomicU8::new(0),
            oldest_live: AtomicU32::new(0),
            oldest_cas: AtomicU64::new(0),
        }
    }
}

impl Settings {
    /// `prot_text` (`memcached.c:336`) of `-B`.
    pub fn prot_text(&self) -> &'static str {
        match self.binding_protocol {
            Protocol::Ascii => "ascii",
            Protocol::Binary => "binary",
            _ => "auto-negotiate",
        }
    }

    /// `num_threads_per_udp`: how many workers serve a UDP socket, each with a descriptor of its own:
    /// one where `-l` names several interfaces, else all (`memcached.c:5498`).
    pub fn num_threads_per_udp(&self) -> u16 {
        let has_several = self.inter.as_ref().is_some_and(|inter| inter.contains(','));
        if has_several { 1 } else { self.num_threads }
    }

    /// The verbosity that holds now.
    #[inline]
    pub fn verbose(&self) -> u8 {
        self.verbose.load(Ordering::Relaxed)
    }
}

/// Prints a line on stderr if the verbosity is above a level: the C's `if (settings.verbose > level)
/// fprintf(stderr, ...)`. A macro, so that nothing of the line is made ready before that is known.
macro_rules! say {
    ($settings:expr, $level:expr, $($line:tt)*) => {
        if $settings.verbose() > $level {
            $crate::memcached::util::stderr_line(format_args!($($line)*));
        }
    };
}
pub(crate) use say;

/// A count that only one thread raises, so that it needs no locked instruction for it. Any thread
/// may read it and set it back to nought: what it had counted by then is remembered beside it, and
/// nothing that is counted meanwhile is lost.
#[derive(Debug, Default)]
pub struct OwnCount {
    raised: AtomicU64,
    forgotten: AtomicU64,
}

impl OwnCount {
    /// Raises it; called by its own thread alone.
    #[inline]
    pub fn add(&self, n: u64) {
        self.raised.store(self.raised.load(Ordering::Relaxed).wrapping_add(n), Ordering::Relaxed);
    }

    /// Its value.
    pub fn get(&self) -> u64 {
        // In this order: what was forgotten was counted before.
        let forgotten = self.forgotten.load(Ordering::Acquire);
        self.raised.load(Ordering::Relaxed).wrapping_sub(forgotten)
    }

    /// Back to nought.
    pub fn reset(&self) {
        self.forgotten.store(self.raised.load(Ordering::Relaxed), Ordering::Release);
    }
}

/// A count that many threads may raise.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// Raises it.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// Lowers it.
    pub fn sub(&self, n: u64) {
        self.0.fetch_sub(n, Ordering::Relaxed);
    }

    /// Its value.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Back to nought.
    pub fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// `struct stats` (`memcached.h:258`), what is counted for the whole server.
#[derive(Debug)]
pub struct Stats {
    /// Open connections, the listening ones too.
    pub curr_conns: Count,
    /// Connections since the start.
    pub total_conns: Count,
    /// `struct conn`s allocated; they are kept and used again.
    pub conn_structs: Count,
    /// Descriptors that the server needs for itself.
    pub reserved_fds: Count,
    /// Connections turned away by `-o maxconns_fast`.
    pub rejected_conns: Count,
    /// How often accepting had to stop because descriptors ran out.
    pub listen_disabled_num: Count,
    /// Whether connections are accepted now.
    pub accepting_conns: AtomicBool,
}

impl Default for Stats {
    /// `stats_init` (`memcached.c:174`).
    fn default() -> Self {
        Stats {
            curr_conns: Count::default(),
            total_conns: Count::default(),
            conn_structs: Count::default(),
            reserved_fds: Count::default(),
            rejected_conns: Count::default(),
            listen_disabled_num: Count::default(),
            accepting_conns: AtomicBool::new(true),
        }
    }
}

/// memcached's clock: seconds, read by everyone, set by a timer once a second, so that no request
/// has to ask the kernel for the time (`memcached.c:4722`).
#[derive(Debug)]
pub struct Clock {
    /// Unix time two seconds and an update interval before the start: no time since is ever 0.
    pub process_started: i64,
    monotonic_start: Instant,
    current_time: AtomicU32,
}

impl Default for Clock {
    fn default() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let clock = Clock {
            process_started: now.as_secs() as i64 - i64::from(ITEM_UPDATE_INTERVAL) - 2,
            monotonic_start: Instant::now(),
            current_time: AtomicU32::new(0),
        };
        clock.tick();
        clock
    }
}

impl Clock {
    /// `rel_time_t current_time`: seconds since [`Clock::process_started`].
    #[inline]
    pub fn current_time(&self) -> u32 {
        self.current_time.load(Ordering::Relaxed)
    }

    /// Sets the time from the monotonic clock.
    pub fn tick(&self) {
        let now = self.monotonic_start.elapsed().as_secs() as u32 + ITEM_UPDATE_INTERVAL + 2;
        self.current_time.store(now, Ordering::Relaxed);
    }

    /// Moves the time on: tests do not wait.
    #[cfg(test)]
    pub(super) fn advance(&self, seconds: u32) {
        self.current_time.fetch_add(seconds, Ordering::Relaxed);
    }

    /// An expiry time as a client gives it, relative or absolute, on this clock (`memcached.c:154`).
    pub fn realtime(&self, exptime: i64) -> u32 {
        if exptime == 0 {
            0
        } else if exptime > REALTIME_MAXDELTA {
            // A moment before the start would underflow; 1 second is long gone too.
            if exptime <= self.process_started { 1 } else { (exptime - self.process_started) as u32 }
        } else {
            (exptime + i64::from(self.current_time())) as u32
        }
    }

    /// The expiry time that means "at once" for a negative one (`memcached.c:3083`).
    pub fn already_past() -> i64 {
        REALTIME_MAXDELTA + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_times_are_relative_up_to_thirty_days_and_absolute_above() {
        let clock = Clock::default();
        let now = clock.current_time();
        assert!(now >= ITEM_UPDATE_INTERVAL + 2);
        assert_eq!(clock.realtime(0), 0);
        assert_eq!(clock.realtime(100), now + 100);
        assert_eq!(clock.realtime(REALTIME_MAXDELTA), now + REALTIME_MAXDELTA as u32);
        assert_eq!(clock.realtime(Clock::already_past()), 1);
        assert_eq!(clock.realtime(clock.process_started + 500), 500);
    }
}
