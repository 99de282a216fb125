//! The flight recorder: the last of what happened, kept in memory until somebody asks for it.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// In nanoseconds; `None` for as long as there is room.
    pub time: Option<u64>,
    /// In bytes.
    pub size: usize,
}

/// How many stretches what is kept is cut into: it is forgotten a stretch at a time.
const STRETCHES: usize = 16;
/// A stretch is never smaller than this, in bytes.
const LEAST: usize = 16 * 1024;

/// Some time's events, and the snapshot that they start from.
#[derive(Debug)]
struct Stretch {
    /// The snapshot's line; empty at the server's very start.
    snapshot: Vec<u8>,
    /// The pieces of it.
    lines: Vec<Arc<[u8]>>,
    size: usize,
    events: u64,
    dropped: u64,
    /// The number of its first event, and when its first and its last piece came.
    first: u64,
    from: u64,
    until: u64,
}

/// The last of what happened.
#[derive(Debug)]
pub(super) struct Last {
    keep: Retention,
    stretches: VecDeque<Stretch>,
    /// Up to where it was written already.
    written: u64,
}

/// What is to be written.
#[derive(Debug)]
pub(super) struct LastRecording {
    snapshot: Vec<u8>,
    lines: Vec<Arc<[u8]>>,
    pub events: u64,
    pub dropped: u64,
}

impl Last {
    pub fn new(keep: Retention) -> Last {
        Last { keep, stretches: VecDeque::new(), written: 0 }
    }

    /// Whether the next piece begins a new stretch, and its snapshot is wanted.
    pub fn wants_snapshot(&self, t: u64) -> bool {
        let time = self.keep.time.map_or(u64::MAX, |time| time / STRETCHES as u64);
        let size = (self.keep.size / STRETCHES).max(LEAST);
        // A snapshot takes no more than half of its stretch, however many connections there are.
        let is_large = |last: &Stretch| last.size - last.snapshot.len() >= size.max(last.snapshot.len());
        self.stretches.back().is_none_or(|last| is_large(last) || t.saturating_sub(last.from) >= time)
    }

    /// Begins a stretch.
    pub fn begin(&mut self, snapshot: Vec<u8>, first: u64, t: u64) {
        let size = snapshot.len();
        let stretch =
            Stretch { snapshot, lines: Vec::new(), size, events: 0, dropped: 0, first, from: t, until: t };
        self.stretches.push_back(stretch);
    }

    /// Adds a piece, and forgets what is too old or too much. What is left is never less than was
    /// asked for in time, if there is room for it.
    pub fn add(&mut self, piece: Arc<[u8]>, events: u64, dropped: u64, t: u64) {
        let Some(last) = self.stretches.back_mut() else { return };
        last.size += piece.len();
        last.events += events;
        last.dropped += dropped;
        last.until = t;
        last.lines.push(piece);
        let mut size: usize = self.stretches.iter().map(|stretch| stretch.size).sum();
        while self.stretches.len() > 1 {
            let first = &self.stretches[0];
            let is_old = self.keep.time.is_some_and(|time| t.saturating_sub(first.until) > time);
            if size <= self.keep.size && !is_old {
                break;
            }
            size -= first.size;
            self.stretches.pop_front();
        }
    }

    /// Whether nothing has happened yet.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Whether everything that is kept came after what was written last.
    pub fn is_fresh(&self) -> bool {
        self.stretches.front().is_some_and(|stretch| stretch.first >= self.written)
    }

    /// What there is; `next` is the number of the event that comes next.
    pub fn take(&mut self, next: u64) -> Option<LastRecording> {
        let first = self.stretches.front()?;
        self.written = next;
        Some(LastRecording {
            snapshot: first.snapshot.clone(),
            lines: self.stretches.iter().flat_map(|stretch| stretch.lines.iter().cloned()).collect(),
            events: self.stretches.iter().map(|stretch| stretch.events).sum(),
            dropped: self.stretches.iter().map(|stretch| stretch.dropped).sum(),
        })
    }
}

impl LastRecording {
    /// The line that it starts from, if there is one.
    pub fn snapshot(&self) -> &[u8] {
        &self.snapshot
    }

    /// Its events.
    pub fn write(&self, out: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        self.lines.iter().try_for_each(|piece| out(piece))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn fill(keep: Retention, pieces: u64, len: usize) -> Last {
        let mut last = Last::new(keep);
        for t in 0..pieces {
            if last.wants_snapshot(t) {
                last.begin(format!("snapshot {t}\n").into(), t + 1, t);
            }
            last.add(vec![b'.'; len].into(), 1, 0, t);
        }
        last
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for_and_not_much_less() {
        let size = 1024 * 1024;
        let mut last = fill(Retention { time: None, size }, 5000, 1000);
        let kept = last.take(5001).unwrap();
        let total: usize = kept.lines.iter().map(|piece| piece.len()).sum();
        assert!(total <= size && total > size * 7 / 8, "{total}");
        assert_eq!(kept.events as usize * 1000, total);
        assert_eq!(kept.snapshot(), format!("snapshot {}\n", 5000 - kept.events).as_bytes());
    }

    #[test]
    fn all_of_the_last_while_is_kept_and_little_that_is_older() {
        let mut last = fill(Retention { time: Some(160), size: 1 << 30 }, 5000, 100);
        let kept = last.take(5001).unwrap();
        assert!((160..=180).contains(&kept.events), "{}", kept.events);
    }

    #[test]
    fn it_is_fresh_again_once_all_that_was_written_is_forgotten() {
        let mut last = fill(Retention { time: None, size: LEAST * STRETCHES }, 1000, 1000);
        assert!(last.is_fresh());
        last.take(1001).unwrap();
        assert!(!last.is_fresh());
        for t in 1000..1500 {
            if last.wants_snapshot(t) {
                last.begin(Vec::new(), t + 1, t);
            }
            last.add(vec![b'.'; 1000].into(), 1, 0, t);
        }
        assert!(last.is_fresh());
    }
}
