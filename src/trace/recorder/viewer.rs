//! Whoever watches: pieces of the trace as they come, as many as there is room for.

use super::line::Lines;
use super::world::World;
use crate::event::Event;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};

/// How many pieces wait for a viewer at most; each is as large as a piece of a file.
const WAITING: usize = 64;

/// A viewer's end: whole lines of a trace, from the header on.
pub type Pieces = Receiver<Arc<[u8]>>;

/// The events of what a viewer reads, parsed on a thread of their own.
///
/// # Errors
/// The thread could not be made.
pub fn follow(pieces: Pieces) -> io::Result<Receiver<Event>> {
    let (events, to_show) = channel();
    std::thread::Builder::new().name("viewer".into()).spawn(move || {
        for piece in pieces {
            // The header is no event; everything else in here the recorder has just written.
            let lines = piece.split(|byte| *byte == b'\n');
            for event in lines.filter_map(|line| serde_json::from_slice(line).ok()) {
                if events.send(event).is_err() {
                    return;
                }
            }
        }
    })?;
    Ok(to_show)
}

/// The recorder's end.
#[derive(Debug)]
pub(super) struct Viewer {
    pieces: SyncSender<Arc<[u8]>>,
    /// The first event that did not reach it, since the last that did.
    lost_from: Option<u64>,
}

impl Viewer {
    /// A viewer that has seen nothing yet, and what it reads.
    pub fn new() -> (Viewer, Pieces) {
        let (pieces, reader) = sync_channel(WAITING);
        (Viewer { pieces, lost_from: None }, reader)
    }

    /// Hands on a piece that tells of the events from `first` up to `next`; whether the viewer is
    /// still there. One that is too slow misses pieces; as soon as it has room it is told how many
    /// events, and how the server is now.
    pub fn offer(&mut self, piece: &Arc<[u8]>, first: u64, next: u64, t: u64, world: &World) -> bool {
        let piece = match self.lost_from {
            None => piece.clone(),
            // The world has moved on past this piece; it belongs to what was missed.
            Some(from) => {
                let mut lines = Lines::default();
                lines.lost(from, t, next - from);
                lines.snapshot(next - 1, t, &world.snapshot());
                lines.bytes.into()
            }
        };
        match self.pieces.try_send(piece) {
            Ok(()) => self.lost_from = None,
            Err(TrySendError::Full(_)) => _ = self.lost_from.get_or_insert(first),
            Err(TrySendError::Disconnected(_)) => return false,
        }
        true
    }
}
