//! The chunks in the file's order, and which indices their events have.

use super::chunk::TraceChunk;
use std::ops::Range;
use std::sync::Arc;

#[derive(Debug, Default)]
pub(super) struct ChunkTable {
    chunks: Vec<Arc<TraceChunk>>,
    /// The index of each chunk's first event, and at the end how many events there are.
    firsts: Vec<usize>,
    /// How often events got other indices.
    pub shifts: u64,
}

impl ChunkTable {
    /// How many events there are.
    pub fn len(&self) -> usize {
        self.firsts.last().copied().unwrap_or(0)
    }

    pub fn chunks(&self) -> usize {
        self.chunks.len()
    }

    pub fn chunk(&self, at: usize) -> Option<Arc<TraceChunk>> {
        self.chunks.get(at).cloned()
    }

    /// Adds the next chunk.
    pub fn push(&mut self, chunk: TraceChunk) {
        let first = self.len();
        if self.firsts.is_empty() {
            self.firsts.push(0);
        }
        self.firsts.push(first + chunk.starts.len());
        self.chunks.push(Arc::new(chunk));
    }

    /// Puts a chunk where the same stretch stood as long as less was known of it.
    pub fn replace(&mut self, at: usize, chunk: TraceChunk) {
        let Some(slot) = self.chunks.get_mut(at) else { return };
        let (before, after) = (slot.starts.len(), chunk.starts.len());
        let is_moved = slot.starts != chunk.starts;
        *slot = Arc::new(chunk);
        if is_moved {
            self.shifts += 1;
            for first in &mut self.firsts[at + 1..] {
                *first = *first + after - before;
            }
        }
    }

    /// The chunk that has the event of that index, and its index there.
    pub fn locate(&self, index: usize) -> Option<(usize, usize)> {
        if index >= self.len() {
            return None;
        }
        let at = self.firsts.partition_point(|first| *first <= index) - 1;
        Some((at, index - self.firsts[at]))
    }

    /// The index of a chunk's first event.
    pub fn first(&self, chunk: usize) -> usize {
        self.firsts.get(chunk).copied().unwrap_or(0)
    }

    /// Where the line of the event of that index begins.
    pub fn place(&self, index: usize) -> Option<u64> {
        let (chunk, at) = self.locate(index)?;
        let chunk = &self.chunks[chunk];
        Some(chunk.base + u64::from(*chunk.starts.get(at)?))
    }

    /// The index of the event whose line begins at `place`, or of the next one.
    pub fn index_of(&self, place: u64) -> usize {
        let Some(at) = self.chunks.partition_point(|c| c.base <= place).checked_sub(1) else { return 0 };
        let chunk = &self.chunks[at];
        self.firsts[at] + chunk.starts.partition_point(|start| chunk.base + u64::from(*start) < place)
    }

    /// The pieces of chunks that have the events of these indices.
    pub fn pieces(&self, range: Range<usize>) -> Vec<ChunkRange> {
        let end = range.end.min(self.len());
        let mut from = range.start;
        let mut pieces = Vec::new();
        while from < end {
            let Some((at, start)) = self.locate(from) else { break };
            let chunk = self.chunks[at].clone();
            let stop = chunk.starts.len().min(start + (end - from));
            pieces.push(ChunkRange { first: from - start, range: start..stop, chunk });
            from += stop - start;
        }
        pieces
    }
}

/// Some events of a chunk.
#[derive(Debug)]
pub(super) struct ChunkRange {
    pub chunk: Arc<TraceChunk>,
    /// Which of its events.
    pub range: Range<usize>,
    /// The index that its first event of all has.
    pub first: usize,
}

impl ChunkRange {
    /// Where the lines begin.
    pub fn places(&self) -> impl Iterator<Item = u64> {
        self.chunk.starts[self.range.clone()].iter().map(|start| self.chunk.base + u64::from(*start))
    }
}
