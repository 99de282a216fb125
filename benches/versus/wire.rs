//! What the generator asks, what must come back, and when it asks: no sockets here, so that
//! `tests/load.rs` can look at it closely.

use std::time::Duration;

/// How many keys there are.
pub const KEYS: usize = 1000;
/// How many bytes each value has.
pub const VALUE: usize = 32;

/// A request, and the one answer to it that is right.
pub struct Exchange {
    /// What is sent.
    pub ask: Vec<u8>,
    /// What must come back, to the byte.
    pub answer: Vec<u8>,
}

/// All that the generator ever says. A key's value is always the same and of that key alone, and
/// every key is stored before the load begins; so the answer to a `get` is known beforehand, and
/// comparing with it is both the parsing and the check.
pub struct Book {
    gets: Vec<Exchange>,
    sets: Vec<Exchange>,
}

impl Book {
    /// Writes it down once, so that nothing is formatted under load.
    pub fn new() -> Book {
        let key = |k: usize| format!("key_{k:08}");
        let value = |k: usize| format!("{k:08}").repeat(VALUE / 8);
        let get = |k| Exchange {
            ask: format!("get {}\r\n", key(k)).into_bytes(),
            answer: format!("VALUE {} 0 {VALUE}\r\n{}\r\nEND\r\n", key(k), value(k)).into_bytes(),
        };
        let set = |k| Exchange {
            ask: format!("set {} 0 0 {VALUE}\r\n{}\r\n", key(k), value(k)).into_bytes(),
            answer: b"STORED\r\n".to_vec(),
        };
        Book { gets: (0..KEYS).map(get).collect(), sets: (0..KEYS).map(set).collect() }
    }

    /// The exchange that a [`Choice`] names.
    #[inline]
    pub fn exchange(&self, choice: Choice) -> &Exchange {
        match choice {
            Choice::Get(k) => &self.gets[k as usize],
            Choice::Set(k) => &self.sets[k as usize],
        }
    }
}

/// A command and the number of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// `get`.
    Get(u16),
    /// `set`.
    Set(u16),
}

/// Which request comes next: so many sets, then so many gets, and again; the keys at random.
pub struct Mix {
    sets: u32,
    gets: u32,
    at: u32,
    random: u64,
}

impl Mix {
    /// A mix of `sets` to `gets`, the same at every start.
    pub fn new(sets: u32, gets: u32) -> Mix {
        Mix { sets, gets, at: 0, random: 0x9E37_79B9_7F4A_7C15 }
    }

    /// The next request.
    #[inline]
    pub fn next(&mut self) -> Choice {
        let sets = self.at < self.sets;
        self.at = if self.at + 1 < self.sets + self.gets { self.at + 1 } else { 0 };
        let key = self.key();
        if sets { Choice::Set(key) } else { Choice::Get(key) }
    }

    /// A key at random (xorshift: good enough to spread, and nearly free).
    #[inline]
    pub fn key(&mut self) -> u16 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random % KEYS as u64) as u16
    }
}

/// What the bytes that came say of the oldest request that is not answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It is answered, with so many bytes.
    Whole(usize),
    /// So far it is right, and there is more to come.
    Part,
    /// This is not the answer.
    Wrong,
}

/// Holds what came against the answer that is right.
#[inline]
pub fn seen(came: &[u8], answer: &[u8]) -> Seen {
    if came.len() >= answer.len() {
        if came[..answer.len()] == *answer { Seen::Whole(answer.len()) } else { Seen::Wrong }
    } else if *came == answer[..came.len()] {
        Seen::Part
    } else {
        Seen::Wrong
    }
}

/// A fixed rate of requests, as a timer can keep it: so many at every tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The time from one tick to the next.
    pub tick: Duration,
    /// How many requests are due at each.
    pub burst: u32,
}

/// Ticks are no closer than this: each costs the generator a wake-up, and it shares the machine
/// with the server.
const LEAST_TICK: Duration = Duration::from_micros(50);

impl Pace {
    /// The pace for so many requests a second; `None` where that is no rate.
    pub fn new(rate: f64) -> Option<Pace> {
        if !rate.is_finite() || !(0.01..=1e9).contains(&rate) {
            return None;
        }
        let burst = (rate * LEAST_TICK.as_secs_f64()).ceil().max(1.0);
        Some(Pace { tick: Duration::from_secs_f64(burst / rate), burst: burst as u32 })
    }

    /// When the ticks with this number are due, from the start. Multiplied, not summed up: nothing
    /// drifts.
    pub fn due(self, tick: u64) -> Duration {
        Duration::from_nanos(self.tick.as_nanos() as u64 * tick)
    }

    /// How many ticks there are in so long a time, the one at its start not counted.
    pub fn ticks(self, time: Duration) -> u64 {
        (time.as_nanos() / self.tick.as_nanos()) as u64
    }
}
