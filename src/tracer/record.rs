//! The hot form of an event: what a server thread copies into its ring. Turning it into an
//! [`Event`](crate::event::Event) is the recorder's work, on another thread.

use super::report::Report;
use crate::event::{CONN_WORDS, ChangedFields, ConnChange, Thread};
use rtrb::{Consumer, Producer};
use std::mem::MaybeUninit;
use std::slice::IterMut;

/// How many bytes of a payload one [`Slot`] holds.
const BYTES: usize = 63;
/// No connection: a number that none can get.
const NO_CONN: u32 = u32::MAX;

/// An event as a server thread tells it.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    /// The event's number.
    pub seq: u64,
    /// When, in ticks of the hub's clock ([`Hub::nanoseconds`](super::Hub::nanoseconds)).
    pub ticks: u64,
    conn: u32,
    /// How many bytes of the payload follow, and how many of what has changed before those.
    sizes: u32,
    /// The true length of the payload.
    pub len: u32,
    /// What happened.
    pub what: Report,
    /// What has changed in the connection's `struct conn` since its last event.
    changed: ChangedFields,
    /// The word that has changed, if it is one; more stand before the payload.
    word: u32,
}

/// What a ring is made of: one cache line. A record takes one; and as many more as its payload does, before which
/// the fields stand that have changed in `struct conn`, if they do not fit into the record.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) enum Slot {
    Record(Record),
    Bytes([u8; BYTES]),
}

const _: () = assert!(size_of::<Slot>() == 64);

impl Record {
    /// An event as it is told; `kept` of the payload's `len` bytes come with it.
    #[inline(always)]
    pub(super) fn new(
        (seq, ticks): (u64, u64),
        conn: Option<u32>,
        what: Report,
        change: Option<&ConnChange>,
        kept: usize,
        len: usize,
    ) -> Record {
        let (changed, count, word) = match change {
            None => (ChangedFields::NONE, 0, 0),
            Some(change) => {
                (change.changed(), change.changed().count() as u32, change.words().next().unwrap_or(0))
            }
        };
        let outside = if count > 1 { 4 * count } else { 0 };
        Record {
            seq,
            ticks,
            conn: conn.unwrap_or(NO_CONN),
            sizes: (kept as u32 & KEPT) | outside << KEPT.count_ones(),
            len: u32::try_from(len).unwrap_or(u32::MAX),
            what,
            changed,
            word,
        }
    }

    /// The accepted connection, if the event is about one.
    pub fn conn(&self) -> Option<u32> {
        (self.conn != NO_CONN).then_some(self.conn)
    }

    /// How many slots a record with such a payload takes at most.
    pub(super) const fn most_slots(kept: usize) -> usize {
        1 + (CHANGE + kept).div_ceil(BYTES) + AHEAD
    }

    /// How many bytes of the payload follow.
    #[inline(always)]
    fn kept(&self) -> usize {
        (self.sizes & KEPT) as usize
    }

    /// How many bytes of what has changed stand before them.
    #[inline(always)]
    fn outside(&self) -> usize {
        (self.sizes >> KEPT.count_ones()) as usize
    }

    /// How many slots it takes.
    #[inline(always)]
    pub(super) fn slots(&self) -> usize {
        1 + (self.outside() + self.kept()).div_ceil(BYTES)
    }
}

/// How many bytes what has changed takes at most.
const CHANGE: usize = 4 * CONN_WORDS;
/// Which bits of the sizes are the payload's.
const KEPT: u32 = 0xff_ffff;
const _: () = assert!(CHANGE <= 0xff);

/// How many slots ahead are fetched into the cache.
const AHEAD: usize = 4;

/// Has a cache line brought here, to be written: the recorder on another processor had it last, and
/// the next event's locked instruction would wait until it is back.
#[inline]
fn soon_to_be_written<T>(line: &mut T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch reads and writes nothing that a program could notice.
    unsafe {
        std::arch::asm!("prefetchw [{}]", in(reg) std::ptr::from_mut(line), options(nostack, preserves_flags));
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = line;
}

/// The slots of one event, while they are filled.
pub(super) struct Filling<'a> {
    first: IterMut<'a, MaybeUninit<Slot>>,
    second: IterMut<'a, MaybeUninit<Slot>>,
    /// What is left of the slot of bytes that was begun last.
    rest: &'a mut [u8],
}

impl<'a> Filling<'a> {
    #[inline(always)]
    fn slot(&mut self, slot: Slot) -> Option<&'a mut Slot> {
        Some(self.first.next().or_else(|| self.second.next())?.write(slot))
    }

    #[inline(always)]
    fn begin_bytes(&mut self) -> bool {
        match self.slot(Slot::Bytes([0; BYTES])) {
            Some(Slot::Bytes(bytes)) => self.rest = bytes,
            _ => return false,
        }
        true
    }

    /// Adds a word.
    #[inline(always)]
    fn add_word(&mut self, word: u32) {
        if self.rest.is_empty() {
            self.begin_bytes();
        }
        // A slot's end may come in the middle of it.
        match std::mem::take(&mut self.rest) {
            [a, b, c, d, rest @ ..] => {
                [*a, *b, *c, *d] = word.to_le_bytes();
                self.rest = rest;
            }
            rest => {
                self.rest = rest;
                self.add(&word.to_le_bytes());
            }
        }
    }

    /// Adds to the payload; what there is no slot for is left out.
    #[inline(always)]
    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && (!self.rest.is_empty() || self.begin_bytes()) {
            let (now, later) = bytes.split_at(bytes.len().min(self.rest.len()));
            let (to, rest) = std::mem::take(&mut self.rest).split_at_mut(now.len());
            copy_few(to, now);
            (self.rest, bytes) = (rest, later);
        }
    }
}

/// Copies no more than [`BYTES`] bytes, without the call that a copy of any length is: the first and
/// the last ones, which may overlap.
#[inline(always)]
fn copy_few(to: &mut [u8], from: &[u8]) {
    #[inline(always)]
    fn by<const N: usize>(to: &mut [u8], from: &[u8]) -> bool {
        let (Some(first), Some(last)) = (from.first_chunk::<N>(), from.last_chunk::<N>()) else {
            return false;
        };
        to[..N].copy_from_slice(first);
        to[from.len() - N..].copy_from_slice(last);
        true
    }
    const { assert!(BYTES <= 2 * 32) };
    if !(by::<32>(to, from) || by::<16>(to, from) || by::<8>(to, from) || by::<4>(to, from)) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
}

/// Puts an event into a ring, which has room for it; `fill` adds the first `kept` bytes of a payload
/// of `len`. Returns the number of slots that it took.
#[inline(always)]
pub(super) fn put(
    ring: &mut Producer<Slot>,
    begun: (u64, u64),
    conn: Option<u32>,
    what: Report,
    change: Option<&ConnChange>,
    (kept, len): (usize, usize),
    fill: impl FnOnce(&mut Filling<'_>),
) -> usize {
    let record = Record::new(begun, conn, what, change, kept, len);
    let (slots, outside) = (record.slots(), record.outside());
    // It cannot fail: the room was looked for before the event got its number.
    let Ok(mut chunk) = ring.write_chunk_uninit(slots + AHEAD) else { return 0 };
    let (first, second) = chunk.as_mut_slices();
    let (first, ahead) = first.split_at_mut(slots.min(first.len()));
    for slot in ahead {
        soon_to_be_written(slot);
    }
    let in_second = slots - first.len();
    let second = &mut second[..in_second];
    let mut filling = Filling { first: first.iter_mut(), second: second.iter_mut(), rest: &mut [] };
    filling.slot(Slot::Record(record));
    if let Some(change) = change.filter(|_| outside > 0) {
        change.words().for_each(|word| filling.add_word(word));
    }
    fill(&mut filling);
    // Were there less to add than was said, nothing would be left unwritten all the same.
    while filling.begin_bytes() {}
    // SAFETY: all of the first `slots` slots were written, for there was none left to begin.
    unsafe { chunk.commit(slots) };
    slots
}

/// How many slots are taken in one go, and then given back to the thread.
const AT_ONCE: usize = 512;

/// An event as it lies in a ring.
#[derive(Debug, Clone, Copy)]
pub struct RingEvent<'a> {
    /// What was told of it.
    pub record: &'a Record,
    /// When it happened; not before the one before.
    pub ticks: u64,
    /// What has changed in the connection's `struct conn`.
    pub change: Option<&'a ConnChange>,
    /// The first bytes of its payload.
    pub payload: &'a [u8],
}

/// The recorder's end of one thread's ring.
#[derive(Debug)]
pub struct RingReader {
    /// Whose it is.
    pub thread: Thread,
    ring: Consumer<Slot>,
    /// When the last event happened.
    ticks: u64,
}

impl RingReader {
    pub(super) fn new(thread: Thread, ring: Consumer<Slot>) -> RingReader {
        RingReader { thread, ring, ticks: 0 }
    }

    /// The number of the event that comes next.
    #[inline]
    pub fn head(&self) -> Option<u64> {
        match self.ring.peek() {
            Ok(Slot::Record(record)) => Some(record.seq),
            _ => None,
        }
    }

    /// Takes the event with this number, if it comes next, and after it those whose numbers `with` asks for:
    /// hands each over as it lies in the ring. A payload that does not lie in one piece is put together in
    /// `scratch`. Returns how many were taken.
    ///
    /// The thread may write where they were once this returns, not before: it takes no more in one go than a
    /// small part of the ring.
    #[inline(always)]
    pub fn take(
        &mut self,
        seq: u64,
        scratch: &mut Vec<u8>,
        mut with: impl FnMut(RingEvent<'_>) -> Option<u64>,
    ) -> usize {
        let cached = self.ring.cached_slots();
        let there = if cached > 0 { cached } else { self.ring.slots() };
        // There are as many at least.
        let Ok(chunk) = self.ring.read_chunk(there) else { return 0 };
        let (mut slots, mut later) = chunk.as_slices();
        let (mut wanted, mut taken, mut used) = (Some(seq), 0, 0);
        while used < AT_ONCE
            && let Some((Slot::Record(record), rest)) = slots.split_first().or_else(|| {
                (slots, later) = (later, &[]);
                slots.split_first()
            })
            && wanted == Some(record.seq)
        {
            let more = record.slots() - 1;
            // The counters of two processors may differ by a hair, and the thread may have moved.
            self.ticks = self.ticks.max(record.ticks);
            let wrapped;
            let own = match rest.split_at_checked(more) {
                Some((own, rest)) => {
                    slots = rest;
                    own
                }
                // The ring begins anew in the middle of it.
                None => {
                    let (end, after) = later.split_at((more - rest.len()).min(later.len()));
                    wrapped = [rest, end].concat();
                    (slots, later) = (after, &[]);
                    &wrapped
                }
            };
            let (change, payload) = read(record, own, scratch);
            wanted = with(RingEvent { record, ticks: self.ticks, change: change.as_ref(), payload });
            (taken, used) = (taken + 1, used + 1 + more);
        }
        chunk.commit(used);
        taken
    }
}

/// What has changed, if anything, and the payload of a record that is followed by these slots.
#[inline(always)]
fn read<'a>(record: &Record, slots: &'a [Slot], scratch: &'a mut Vec<u8>) -> (Option<ConnChange>, &'a [u8]) {
    let bytes: &[u8] = match slots {
        [] => &[],
        [Slot::Bytes(bytes)] => bytes,
        _ => {
            scratch.clear();
            for slot in slots {
                if let Slot::Bytes(bytes) = slot {
                    scratch.extend_from_slice(bytes);
                }
            }
            scratch
        }
    };
    // There are as many.
    let (outside, payload) = bytes.split_at_checked(record.outside()).unwrap_or_default();
    let change = (!record.changed.is_empty()).then(|| match outside {
        [] => ConnChange::of_words(record.changed, std::iter::once(record.word)),
        _ => {
            let words = outside.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word));
            ConnChange::of_words(record.changed, words)
        }
    });
    (change, payload.get(..record.kept()).unwrap_or_default())
}
