//! Where events come from that are too many to be kept: the index of a file.

use super::{Direction, Found};
use crate::event::Event;
use crate::filter::Filter;
use crate::model::World;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// What one event parsed costs of a budget that counts events looked at in memory.
pub const PARSED: usize = 4;
/// So many events passed over by a column cost as much as one looked at.
pub const PASSED: usize = 16;

/// How far a source has come with what it does in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SourceProgress {
    /// How much is done of all, 0 to 100.
    pub percent: u8,
    /// Every event has its index, and the index will not change any more.
    pub is_indexed: bool,
    /// The world was folded to the end: no event is far from one that is kept.
    pub is_folded: bool,
    /// How many events are folded.
    pub folded: usize,
    /// Changes when events got other indices: a line turned out to be none.
    pub shifts: u64,
}

impl SourceProgress {
    /// There is nothing to wait for.
    pub const DONE: SourceProgress =
        SourceProgress { percent: 100, is_indexed: true, is_folded: true, folded: usize::MAX, shifts: 0 };

    /// Whether nothing is left to do.
    pub fn is_done(self) -> bool {
        self.is_indexed && self.is_folded
    }
}

/// Events by their indices, read when they are looked at. There may become more of them, and until
/// [`SourceProgress::is_indexed`] fewer, too. Everything answers at once, from what is known so far.
pub trait Source: fmt::Debug + Send + Sync {
    /// How many events are known.
    fn len(&self) -> usize;

    /// Whether none is.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The event of that index; `None` where there is none, and where it cannot be read any more.
    fn event(&self, index: usize) -> Option<Arc<Event>>;

    /// The events of these indices, as far as there are so many and they can be read.
    fn slice(&self, range: Range<usize>) -> Vec<Arc<Event>>;

    /// The number of the event of that index.
    fn seq(&self, index: usize) -> Option<u64>;

    /// When it happened.
    fn time(&self, index: usize) -> Option<u64>;

    /// See [`Player::find`](super::Player::find).
    fn find(&self, wanted: &Filter, from: usize, way: Direction, budget: usize) -> Found;

    /// Where the first event stands, from the index `from` on, that the one numbered `seq` made happen.
    fn effect(&self, seq: u64, from: usize) -> Option<usize>;

    /// Folds the events of these indices.
    fn fold(&self, range: Range<usize>, world: &mut World);

    /// The last world that is kept of those after at most `done` events, and after how many it is.
    fn keyframe(&self, done: usize) -> (usize, World);

    /// Where in the source the event stands: this does not change when indices do.
    fn place(&self, index: usize) -> Option<u64>;

    /// The index of the event at that place, or of the next one after it.
    fn index_of(&self, place: u64) -> usize;

    /// How far it has come.
    fn progress(&self) -> SourceProgress;

    /// Where the chapters begin that are known, and their titles.
    fn chapters(&self) -> Vec<(usize, String)>;

    /// Whether there are `call` events, as far as is known.
    fn has_calls(&self) -> bool;

    /// What is odd, as far as is known.
    fn warnings(&self) -> Vec<String>;
}
