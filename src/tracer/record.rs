//! The hot form of an event: what a server thread copies into its ring. Turning it into an
//! [`Event`](crate::event::Event) is the recorder's work, on another thread.

use super::report::Report;
use crate::event::{ConnImage, Thread};
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
    /// How many bytes of the payload follow.
    pub kept: u32,
    /// The true length of the payload.
    pub len: u32,
    /// What happened.
    pub what: Report,
    has_image: bool,
}

/// What a ring is made of: one cache line. A record takes one; as many more as `struct conn` needs, where it has
/// changed since the connection's last event; and as many as its payload does.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) enum Slot {
    Record(Record),
    Image(Part),
    Bytes([u8; BYTES]),
}

const _: () = assert!(size_of::<Slot>() == 64);

/// A part of a structure, as it lies in memory, with whatever is between its fields.
type Part = [MaybeUninit<u8>; BYTES];
/// How many parts a `struct conn` has.
const IMAGE: usize = parts_of::<ConnImage>();

const fn parts_of<T>() -> usize {
    size_of::<T>().div_ceil(BYTES)
}

/// The part of `of` that begins after `at` others.
#[inline(always)]
fn part<T: Copy>(of: &T, at: usize) -> Part {
    let mut part = [MaybeUninit::uninit(); BYTES];
    let from = at * BYTES;
    let len = size_of::<T>().saturating_sub(from).min(BYTES);
    // SAFETY: so many bytes are left of `of` from there on, the part has room for them, and bytes that may be
    // uninitialised may be copied as such.
    unsafe {
        let bytes = std::ptr::from_ref(of).cast::<MaybeUninit<u8>>().add(from);
        std::ptr::copy_nonoverlapping(bytes, part.as_mut_ptr(), len);
    }
    part
}

/// What was cut into those parts; `None` if one is missing.
///
/// # Safety
/// The parts are those that [`part`] made of a `T`, all of them, in order.
#[inline(always)]
unsafe fn joined<'a, T: Copy>(mut parts: impl Iterator<Item = Option<&'a Part>>) -> Option<T> {
    let mut whole = MaybeUninit::<T>::uninit();
    for at in 0..parts_of::<T>() {
        let (part, from) = (parts.next()??, at * BYTES);
        let len = (size_of::<T>() - from).min(BYTES);
        // SAFETY: `whole` has so many bytes from there on, and the part has no fewer.
        unsafe {
            let bytes = whole.as_mut_ptr().cast::<MaybeUninit<u8>>().add(from);
            std::ptr::copy_nonoverlapping(part.as_ptr(), bytes, len);
        }
    }
    // SAFETY: every byte of it is one of a `T`, which is `Copy`.
    Some(unsafe { whole.assume_init() })
}

impl Record {
    /// An event as it is told; `kept` of the payload's `len` bytes come with it.
    #[inline]
    pub(super) fn new(
        (seq, ticks): (u64, u64),
        conn: Option<u32>,
        what: Report,
        has_image: bool,
        kept: usize,
        len: usize,
    ) -> Record {
        Record {
            seq,
            ticks,
            conn: conn.unwrap_or(NO_CONN),
            kept: kept as u32,
            len: u32::try_from(len).unwrap_or(u32::MAX),
            what,
            has_image,
        }
    }

    /// The accepted connection, if the event is about one.
    pub fn conn(&self) -> Option<u32> {
        (self.conn != NO_CONN).then_some(self.conn)
    }

    /// How many slots a record with such a payload takes at most.
    pub(super) const fn most_slots(kept: usize) -> usize {
        1 + IMAGE + kept.div_ceil(BYTES) + AHEAD
    }

    /// How many slots it takes.
    pub(super) fn slots(&self) -> usize {
        1 + if self.has_image { IMAGE } else { 0 } + (self.kept as usize).div_ceil(BYTES)
    }
}

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
    image: Option<&ConnImage>,
    (kept, len): (usize, usize),
    fill: impl FnOnce(&mut Filling<'_>),
) -> usize {
    let record = Record::new(begun, conn, what, image.is_some(), kept, len);
    let slots = record.slots();
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
    if let Some(image) = image {
        for at in 0..IMAGE {
            filling.slot(Slot::Image(part(image, at)));
        }
    }
    fill(&mut filling);
    // Were there less to add than was said, nothing would be left unwritten all the same.
    while filling.begin_bytes() {}
    // SAFETY: all of the first `slots` slots were written, for there was none left to begin.
    unsafe { chunk.commit(slots) };
    slots
}

/// An event as it lies in a ring.
#[derive(Debug, Clone, Copy)]
pub struct RingEvent<'a> {
    /// What was told of it.
    pub record: &'a Record,
    /// When it happened; not before the one before.
    pub ticks: u64,
    /// The connection's `struct conn` after it, where it has changed.
    pub image: Option<&'a ConnImage>,
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

    /// Takes the event with this number, if it comes next: hands it over as it lies in the ring. A
    /// payload that does not lie in one piece is put together in `scratch`.
    #[inline(always)]
    pub fn take<R>(
        &mut self,
        seq: u64,
        scratch: &mut Vec<u8>,
        with: impl FnOnce(RingEvent<'_>) -> R,
    ) -> Option<R> {
        let slots = match self.ring.peek() {
            Ok(Slot::Record(record)) if record.seq == seq => record.slots(),
            _ => return None,
        };
        let chunk = self.ring.read_chunk(slots).ok()?;
        let (first, second) = chunk.as_slices();
        let slot = |i: usize| first.get(i).or_else(|| second.get(i.wrapping_sub(first.len())));
        let Some(Slot::Record(record)) = slot(0) else { return None };
        let parts = (1..).map(|at| match slot(at) {
            Some(Slot::Image(part)) => Some(part),
            _ => None,
        });
        // SAFETY: whatever parts follow a record were made of a `ConnImage` by `put`, all of them.
        let image: Option<ConnImage> = if record.has_image { unsafe { joined(parts) } } else { None };
        let rest = if record.has_image { 1 + IMAGE } else { 1 };
        let kept = record.kept as usize;
        let payload = match slot(rest) {
            Some(Slot::Bytes(bytes)) if kept <= BYTES => &bytes[..kept],
            Some(_) => {
                scratch.clear();
                for slot in (rest..slots).filter_map(slot) {
                    if let Slot::Bytes(bytes) = slot {
                        scratch.extend_from_slice(bytes);
                    }
                }
                scratch.get(..kept).unwrap_or_default()
            }
            None => &[],
        };
        // The counters of two processors may differ by a hair, and the thread may have moved.
        self.ticks = self.ticks.max(record.ticks);
        let done = with(RingEvent { record, ticks: self.ticks, image: image.as_ref(), payload });
        chunk.commit_all();
        Some(done)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Larger than a slot, and with room between its fields.
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Large(u8, [u32; 31], bool, u64);

    #[test]
    fn what_is_larger_than_a_slot_is_cut_and_joined() {
        let large = Large(7, std::array::from_fn(|i| i as u32 * 3), true, u64::MAX - 1);
        let parts: Vec<Part> = (0..parts_of::<Large>()).map(|at| part(&large, at)).collect();
        assert_eq!(parts.len(), 3);
        // SAFETY: these are all the parts of one.
        let whole: Option<Large> = unsafe { joined(parts.iter().map(Some)) };
        assert_eq!(whole, Some(large));
        // SAFETY: nothing is joined where a part is missing.
        let none: Option<Large> = unsafe { joined(parts.iter().take(2).map(Some).chain([None])) };
        assert_eq!(none, None);
        assert_eq!(parts_of::<ConnImage>(), IMAGE);
    }
}
