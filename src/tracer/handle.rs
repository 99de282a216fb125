//! One thread's end of the recording.

use super::record::{Record, Ret, Slot, What, put};
use super::{EPOCH, Hub, LEVEL};
use crate::event::{ConnImage, Thread};
use rtrb::Producer;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How many bytes of a payload are kept at most, whatever `max_data` says.
const MAX_PAYLOAD: usize = 64 * 1024;
/// How many slots the largest event takes.
pub(super) const RESERVE: usize = Record::most_slots(MAX_PAYLOAD);
/// How many bytes of all pieces of one `sendmsg` are kept at most, whatever `max_data` says.
const IOV_BUDGET: usize = 8 * 1024;
/// How many pieces of one `sendmsg` are listed: `IOV_MAX`, so all of them.
const IOV_LISTED: usize = 1024;
/// What stands before the bytes of a piece: how many there were, and how many are kept.
const PIECE_HEAD: usize = 8;
const _: () = assert!(IOV_BUDGET + IOV_LISTED * PIECE_HEAD <= MAX_PAYLOAD);
/// How long a thread whose ring is full sleeps before it looks again.
const LOOK_AGAIN: Duration = Duration::from_micros(50);

/// One thread's end of the recording.
#[derive(Debug)]
pub struct Handle {
    hub: Arc<Hub>,
    thread: Thread,
    ring: Producer<Slot>,
    /// How many slots are free at least: the recorder may have freed more since it was looked at.
    room: usize,
    /// Events that were not told since the ring was last seen full.
    lost: u32,
    /// How many bytes of a payload are kept.
    max_data: usize,
}

impl Handle {
    pub(super) fn new(hub: Arc<Hub>, thread: Thread, ring: Producer<Slot>) -> Handle {
        let max_data = (hub.config().max_data as usize).min(MAX_PAYLOAD);
        Handle { hub, thread, room: 0, lost: 0, max_data, ring }
    }

    pub(super) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Numbers an event, once the gate lets it pass and there is room for it.
    #[inline]
    pub(super) fn begin(&mut self) -> Option<(u64, u64)> {
        self.hub.gate.pass(self.thread);
        if self.hub.is_closed() {
            LEVEL.set(0);
            return None;
        }
        if self.room < RESERVE && !self.has_room() {
            return None;
        }
        let seq = self.hub.seq.fetch_add(1, Ordering::AcqRel);
        Some((seq, self.hub.clock.raw()))
    }

    /// Tells of an event that was begun. Only so much of its payload is kept, but for a list of
    /// ready descriptors and our own words.
    #[inline]
    pub(super) fn tell(
        &mut self,
        begun: (u64, u64),
        conn: Option<u32>,
        what: What,
        image: Option<&ConnImage>,
        payload: &[u8],
    ) {
        let whole = matches!(what, What::Wake { .. } | What::Mark | What::Close { .. });
        let kept = &payload[..payload.len().min(if whole { MAX_PAYLOAD } else { self.max_data })];
        let sizes = (kept.len(), payload.len());
        self.room -= put(&mut self.ring, begun, conn, what, image, sizes, |filling| filling.add(kept));
    }

    /// Tells of a `sendmsg` that was begun: of each piece its length, how many bytes are kept, and
    /// those.
    pub(super) fn tell_sendmsg<'a>(
        &mut self,
        begun: (u64, u64),
        conn: Option<u32>,
        fd: i32,
        ret: Ret,
        image: Option<&ConnImage>,
        pieces: impl ExactSizeIterator<Item = &'a [u8]> + Clone,
    ) {
        let count = pieces.len().min(IOV_LISTED);
        let max_data = self.max_data;
        // Each piece, and how many bytes of it are kept.
        let pieces = || {
            pieces.clone().take(IOV_LISTED).scan(IOV_BUDGET, move |left, piece| {
                let kept = piece.len().min(max_data).min(*left);
                *left -= kept;
                Some((piece, kept))
            })
        };
        let sum =
            |(all, total), (piece, kept): (&[u8], usize)| (all + PIECE_HEAD + kept, total + piece.len());
        let sizes = pieces().fold((0, 0), sum);
        let what = What::Sendmsg { fd, pieces: count as u32, ret };
        self.room -= put(&mut self.ring, begun, conn, what, image, sizes, |filling| {
            for (piece, kept) in pieces() {
                let head = piece.len() as u32 as u64 | (kept as u64) << 32;
                filling.add(&head.to_le_bytes());
                filling.add(&piece[..kept]);
            }
        });
    }

    /// Looks whether the recorder has made room. A recording is whole: a thread whose ring is full
    /// waits. Where only viewers listen it does not: the event is lost, and all those after it until
    /// half of the ring is free, so that there are few holes and not many small ones.
    #[cold]
    #[inline(never)]
    fn has_room(&mut self) -> bool {
        let mut since = None;
        loop {
            self.room = self.ring.slots();
            let wanted = if self.lost > 0 { self.ring.buffer().capacity() / 2 } else { RESERVE };
            if self.room > wanted || self.hub.is_closed() || self.ring.is_abandoned() {
                break;
            }
            if self.hub.may_drop.load(Ordering::Relaxed) {
                self.lost = self.lost.saturating_add(1);
                self.hub.lost.fetch_add(1, Ordering::Relaxed);
                // The room there is does not count until it is enough.
                self.room = 0;
                return false;
            }
            since.get_or_insert_with(Instant::now);
            std::thread::sleep(LOOK_AGAIN);
        }
        if let Some(since) = since {
            self.hub.blocked_ns.fetch_add(since.elapsed().as_nanos() as u64, Ordering::Relaxed);
        }
        if self.room <= RESERVE {
            self.room = 0;
            return false;
        }
        if self.lost > 0 {
            let n = std::mem::take(&mut self.lost);
            let seq = self.hub.seq.fetch_add(n.into(), Ordering::AcqRel);
            let begun = (seq, self.hub.clock.raw());
            self.room -= put(&mut self.ring, begun, None, What::Lost { n }, None, (0, 0), |_| ());
            EPOCH.set(EPOCH.get().wrapping_add(1).max(1));
        }
        true
    }
}
