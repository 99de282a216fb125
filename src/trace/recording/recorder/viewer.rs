//! Whoever watches: pieces of the trace as they come, as many as there is room for.

use super::line::Lines;
use super::world::RecorderWorld;
use crate::event::Event;
use crate::trace::format::End;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};

/// How many pieces wait for a viewer at most; each is as large as a piece of a file.
const WAITING: usize = 64;

/// Whole lines of a trace.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The lines.
    pub lines: Arc<[u8]>,
    /// The line that would be true after them, if nothing more came.
    pub end: End,
    /// Whether nothing more comes, because the recording is over.
    pub is_last: bool,
}

/// A viewer's end: a trace from the header on. It is whole if its last piece says that it is the last.
pub type Batches = Receiver<Batch>;

/// The events of what a viewer reads, parsed on a thread of their own.
///
/// # Errors
/// The thread could not be made.
pub fn follow(pieces: Batches) -> io::Result<Receiver<Event>> {
    let (events, to_show) = channel();
    std::thread::Builder::new().name("viewer".into()).spawn(move || {
        for piece in pieces {
            // The header is no event; everything else in here the recorder has just written.
            let lines = piece.lines.split(|byte| *byte == b'\n');
            for event in lines.filter_map(|line| serde_json::from_slice(line).ok()) {
                if events.send(event).is_err() {
                    return;
                }
            }
        }
    })?;
    Ok(to_show)
}

/// What the recorder hands on, and how things stand after it.
pub(super) struct NewLines<'a> {
    pub lines: &'a Arc<[u8]>,
    /// The number of the first event in them, and of the one that comes next.
    pub first: u64,
    pub next: u64,
    /// How many events they are, and how many of those that were lost they state.
    pub events: u64,
    pub dropped: u64,
    /// When the last one happened.
    pub t: u64,
    /// How long server threads have waited until now.
    pub blocked_ns: u64,
    pub world: &'a RecorderWorld,
}

/// The recorder's end.
#[derive(Debug)]
pub(super) struct Viewer {
    pieces: SyncSender<Batch>,
    /// The first event that did not reach it, since the last that did.
    lost_from: Option<u64>,
    /// What the last line would be.
    end: End,
    /// How long server threads had waited when it came.
    blocked_ns: u64,
}

impl Viewer {
    /// A viewer that has seen nothing yet, and what it reads.
    pub fn new() -> (Viewer, Batches) {
        let (pieces, reader) = sync_channel(WAITING);
        let end = End { end: true, ..End::default() };
        (Viewer { pieces, lost_from: None, end, blocked_ns: 0 }, reader)
    }

    /// Hands on what a trace begins with; whether the viewer is still there.
    pub fn begin(&mut self, head: &NewLines<'_>) -> bool {
        self.blocked_ns = head.blocked_ns;
        self.offer(head, &mut 0)
    }

    /// Hands on a stretch; whether the viewer is still there. One that is too slow misses stretches
    /// (`missed` is how many events those were); as soon as it has room it is told how many, and how
    /// the server is now.
    pub fn offer(&mut self, stretch: &NewLines<'_>, missed: &mut u64) -> bool {
        self.send(stretch, false, missed)
    }

    /// The recording is over. A viewer that has no room for being told so is not told: to it, the
    /// trace was cut.
    pub fn end(mut self, last: &NewLines<'_>) {
        self.send(last, true, &mut 0);
    }

    fn send(&mut self, stretch: &NewLines<'_>, is_last: bool, missed: &mut u64) -> bool {
        let NewLines { next, t, .. } = *stretch;
        let (lines, events, dropped) = match self.lost_from {
            None => (stretch.lines.clone(), stretch.events, stretch.dropped),
            // The world has moved on past this stretch; it belongs to what was missed.
            Some(from) => {
                *missed += stretch.events;
                let mut lines = Lines::default();
                lines.lost(from, t, next - from);
                lines.snapshot(next - 1, t, &stretch.world.snapshot());
                (lines.into_bytes().into(), 2, next - from)
            }
        };
        let end = End {
            end: true,
            events: self.end.events + events,
            dropped: self.end.dropped + dropped,
            blocked_ns: stretch.blocked_ns.saturating_sub(self.blocked_ns),
        };
        match self.pieces.try_send(Batch { lines, end, is_last }) {
            Ok(()) => (self.lost_from, self.end) = (None, end),
            Err(TrySendError::Full(_)) => {
                if self.lost_from.is_none() {
                    *missed += stretch.events;
                    self.lost_from = Some(stretch.first);
                }
            }
            Err(TrySendError::Disconnected(_)) => return false,
        }
        true
    }
}
