//! One thread's end of the recording.

use super::gate::JustReported;
use super::record::{Record, Slot, put};
use super::report::{PieceCount, Report, Ret};
use super::{EPOCH, Hub, LEVEL};
use crate::event::{AtGate, ConnChange, Kind, Thread};
use rtrb::Producer;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How many bytes of a payload are kept at most, whatever `max_data` says.
const MAX_PAYLOAD: usize = 64 * 1024;
/// How many slots the largest event takes.
pub(super) const RESERVE: usize = Record::most_slots(super::PEER + MAX_PAYLOAD);
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
    /// Set while this thread waits for a lock.
    in_line: Arc<AtomicBool>,
    /// Whether the event that was begun may be the one that the server runs until.
    is_awaited: bool,
    /// A connection's `struct conn`, which goes with its next event.
    owed: Option<(u32, ConnChange)>,
}

impl Handle {
    pub(super) fn new(
        hub: Arc<Hub>,
        thread: Thread,
        ring: Producer<Slot>,
        in_line: Arc<AtomicBool>,
    ) -> Handle {
        let max_data = (hub.config().max_data as usize).min(MAX_PAYLOAD);
        Handle { hub, thread, room: 0, lost: 0, max_data, ring, in_line, is_awaited: false, owed: None }
    }

    /// Whether this thread waits for a lock, from now on.
    pub(super) fn set_in_line(&self, is_in_line: bool) {
        self.in_line.store(is_in_line, Ordering::Relaxed);
    }

    /// See [`owe`](super::owe).
    pub(super) fn owe(&mut self, conn: u32, change: ConnChange) {
        let change = self.owed(Some(conn), Some(&change)).unwrap_or(change);
        self.owed = Some((conn, change));
    }

    /// See [`takes_back_what_is_owed`](super::takes_back_what_is_owed).
    pub(super) fn takes_back_what_is_owed(&mut self) -> bool {
        self.owed.take().is_some()
    }

    /// What is owed with an event about `conn`, if anything is: with what has changed since.
    #[inline(always)]
    fn owed(&mut self, conn: Option<u32>, change: Option<&ConnChange>) -> Option<ConnChange> {
        match self.owed {
            None => None,
            Some(_) => self.owed_besides(conn, change),
        }
    }

    #[inline(never)]
    fn owed_besides(&mut self, conn: Option<u32>, change: Option<&ConnChange>) -> Option<ConnChange> {
        let (_, owed) = self.owed.take_if(|(of, _)| Some(*of) == conn)?;
        Some(change.map_or(owed, |change| change.and_before(owed.changed())))
    }

    pub(super) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Numbers an event, once there is room for it and the gate lets it pass; `about` tells what it is
    /// to whoever looks at the gate: its kind, and what of that.
    #[inline]
    pub(super) fn begin(
        &mut self,
        conn: Option<u32>,
        about: impl FnOnce() -> (Kind, Option<&'static str>),
    ) -> Option<(u64, u64)> {
        self.begin_locked(conn, about, || ()).map(|(begun, ())| begun)
    }

    /// The same with a lock that is taken after the gate and before the number.
    #[inline]
    pub(super) fn begin_locked<G>(
        &mut self,
        conn: Option<u32>,
        about: impl FnOnce() -> (Kind, Option<&'static str>),
        lock: impl FnOnce() -> G,
    ) -> Option<((u64, u64), G)> {
        if self.hub.is_closed() {
            LEVEL.set(0);
            return None;
        }
        if self.room < RESERVE && !self.has_room() {
            return None;
        }
        if self.hub.gate.is_leashed() {
            return self.begin_leashed(conn, about(), lock);
        }
        let locked = lock();
        Some(((self.hub.seq.fetch_add(1, Ordering::AcqRel), self.hub.clock.raw()), locked))
    }

    /// The same for when it is this thread's turn.
    #[cold]
    #[inline(never)]
    fn begin_leashed<G>(
        &mut self,
        conn: Option<u32>,
        (kind, of): (Kind, Option<&'static str>),
        lock: impl FnOnce() -> G,
    ) -> Option<((u64, u64), G)> {
        let at = AtGate { th: self.thread, ev: kind, of: of.map(Into::into), conn };
        let hub = &self.hub;
        let (begun, is_awaited) = hub.gate.wait(at, || {
            // Where the recording has ended meanwhile, a number would be missing in it.
            (!hub.is_closed()).then(|| {
                let locked = lock();
                ((hub.seq.fetch_add(1, Ordering::AcqRel), hub.clock.raw()), locked)
            })
        });
        self.is_awaited = is_awaited && begun.is_some();
        begun
    }

    /// Tells of an event that was begun. Only so much of its payload is kept, but for a list of
    /// ready descriptors and our own words.
    #[inline]
    pub(super) fn report(
        &mut self,
        begun: (u64, u64),
        conn: Option<u32>,
        what: Report,
        change: Option<&ConnChange>,
        payload: &[u8],
    ) {
        let owed = self.owed(conn, change);
        let change = owed.as_ref().or(change);
        let whole = what.is_own_words();
        let kept = &payload[..payload.len().min(if whole { MAX_PAYLOAD } else { self.max_data })];
        let sizes = (kept.len(), payload.len());
        self.room -= put(&mut self.ring, begun, conn, what, change, sizes, |filling| filling.add(kept));
        if self.is_awaited {
            self.look_for(begun, conn, what, change, kept, payload.len());
        }
        #[cfg(test)]
        super::witness::reported(&self.hub, self.thread, begun.0, conn, &what);
    }

    /// Somebody waits for an event: is it this one?
    #[cold]
    #[inline(never)]
    fn look_for(
        &mut self,
        begun: (u64, u64),
        conn: Option<u32>,
        what: Report,
        change: Option<&ConnChange>,
        payload: &[u8],
        len: usize,
    ) {
        self.is_awaited = false;
        let record = Record::new(begun, conn, what, change, payload.len(), len);
        self.hub.gate.reported(&JustReported { thread: self.thread, record: &record, change, payload });
    }

    /// Tells of a `sendmsg` that was begun: of each piece its length, how many bytes are kept, and
    /// those.
    pub(super) fn report_sendmsg<'a>(
        &mut self,
        begun: (u64, u64),
        conn: Option<u32>,
        fd: i32,
        ret: Ret,
        change: Option<&ConnChange>,
        pieces: impl ExactSizeIterator<Item = &'a [u8]> + Clone,
    ) {
        let owed = self.owed(conn, change);
        let change = owed.as_ref().or(change);
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
        let what = Report::Sendmsg { fd, ret, iov: PieceCount(count as u32) };
        self.room -= put(&mut self.ring, begun, conn, what, change, sizes, |filling| {
            for (piece, kept) in pieces() {
                filling.add(&piece_head(piece.len(), kept));
                filling.add(&piece[..kept]);
            }
        });
        if self.is_awaited {
            let mut list = Vec::with_capacity(sizes.0);
            for (piece, kept) in pieces() {
                list.extend_from_slice(&piece_head(piece.len(), kept));
                list.extend_from_slice(&piece[..kept]);
            }
            self.look_for(begun, conn, what, change, &list, sizes.1);
        }
        #[cfg(test)]
        super::witness::reported(&self.hub, self.thread, begun.0, conn, &what);
    }

    /// Tells of a `recvfrom` that was begun: whatever is kept of the bytes, the address before them is.
    pub(super) fn report_recvfrom(
        &mut self,
        begun: (u64, u64),
        conn: Option<u32>,
        what: Report,
        change: Option<&ConnChange>,
        peer: &[u8],
        data: &[u8],
    ) {
        let owed = self.owed(conn, change);
        let change = owed.as_ref().or(change);
        let kept = &data[..data.len().min(self.max_data)];
        let (kept_len, len) = (peer.len() + kept.len(), peer.len() + data.len());
        self.room -= put(&mut self.ring, begun, conn, what, change, (kept_len, len), |filling| {
            filling.add(peer);
            filling.add(kept);
        });
        if self.is_awaited {
            self.look_for(begun, conn, what, change, &[peer, kept].concat(), len);
        }
        #[cfg(test)]
        super::witness::reported(&self.hub, self.thread, begun.0, conn, &what);
    }

    /// Looks whether the recorder has made room. A recording is whole: a thread whose ring is full
    /// waits. Where only viewers listen it does not: the event is lost, and all those after it until
    /// half of the ring is free, so that there are few holes and not many small ones.
    #[cold]
    #[inline(never)]
    fn has_room(&mut self) -> bool {
        let mut since = None;
        let half = self.ring.buffer().capacity() / 2;
        loop {
            self.room = self.ring.slots();
            if self.room < half {
                self.hub.wake_recorder();
            }
            let wanted = if self.lost > 0 { half } else { RESERVE };
            if self.room > wanted || self.hub.is_closed() || self.ring.is_abandoned() {
                break;
            }
            // On the leash nothing is lost: the recorder has all the time that it needs.
            if self.hub.may_drop.load(Ordering::Relaxed) && !self.hub.gate.is_leashed() {
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
        // Looked at again when half of the ring is used up.
        self.room = self.room.min(half + RESERVE);
        if self.lost > 0 {
            let n = std::mem::take(&mut self.lost);
            let seq = self.hub.seq.fetch_add(n.into(), Ordering::AcqRel);
            let begun = (seq, self.hub.clock.raw());
            self.room -= put(&mut self.ring, begun, None, Report::Drop { n }, None, (0, 0), |_| ());
            EPOCH.set(EPOCH.get().wrapping_add(1).max(1));
        }
        true
    }
}

/// What stands before a piece of a `sendmsg`: its length, and how many bytes of it are kept.
#[inline]
fn piece_head(len: usize, kept: usize) -> [u8; PIECE_HEAD] {
    (len as u32 as u64 | (kept as u64) << 32).to_le_bytes()
}
