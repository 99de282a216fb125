//! A buffer as far as a trace lets one know it.
//!
//! It is kept in runs, and so is as large as what is known of it, however large the buffer is: of a value
//! of a megabyte, 256 bytes of each `read` and the lengths of the others.

/// How many known bytes are kept. memcached's read buffer seldom grows past 32 KiB, and what comes on top
/// of this is as good as not recorded.
const LIMIT: usize = 64 * 1024;
/// How many runs are kept; a trace that claims more has all of them taken for unknown.
const MAX_RUNS: usize = 1024;
/// Where the last cell may be: memcached's offsets have 32 bits.
const END: u64 = u32::MAX as u64;

/// One byte of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cell {
    /// Nothing was written here since the buffer is this connection's, or this item's.
    #[default]
    Never,
    /// Something was written that the recording does not know (`--max-data`, a beginning in the middle).
    Lost,
    /// This byte.
    Known(u8),
}

/// Cells that were written one beside the other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    at: u64,
    len: u64,
    /// The bytes, or nothing where they are not known.
    known: Option<Vec<u8>>,
}

impl Run {
    fn end(&self) -> u64 {
        self.at + self.len
    }

    /// The part of it that lies in `from..to`.
    fn part(&self, from: u64, to: u64) -> Option<Run> {
        let (from, to) = (from.max(self.at), to.min(self.end()));
        let inside = |bytes: &Vec<u8>| bytes[(from - self.at) as usize..(to - self.at) as usize].to_vec();
        (from < to).then(|| Run { at: from, len: to - from, known: self.known.as_ref().map(inside) })
    }

    fn cell(&self, at: u64) -> Cell {
        match &self.known {
            Some(bytes) => bytes.get((at - self.at) as usize).map_or(Cell::Lost, |&byte| Cell::Known(byte)),
            None => Cell::Lost,
        }
    }
}

/// The cells of a buffer, from its start to the last one ever written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bytes {
    /// In order, and never empty.
    runs: Vec<Run>,
}

impl Bytes {
    /// The cell at `at`.
    pub fn get(&self, at: usize) -> Cell {
        let at = at as u64;
        let next = self.runs.partition_point(|run| run.at <= at);
        match next.checked_sub(1).map(|before| &self.runs[before]) {
            Some(run) if at < run.end() => run.cell(at),
            _ => Cell::Never,
        }
    }

    /// How many cells stand before the end of what was ever written.
    pub fn len(&self) -> usize {
        self.runs.last().map_or(0, |run| run.end() as usize)
    }

    /// How many bytes of memory its cells take.
    pub(super) fn weight(&self) -> usize {
        self.runs.capacity() * size_of::<Run>() + self.known()
    }

    fn known(&self) -> usize {
        self.runs.iter().filter_map(|run| run.known.as_ref()).map(Vec::len).sum()
    }

    /// Whether nothing was ever written.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The cells from `at` on, `len` at most.
    pub fn slice(&self, at: u64, len: u64) -> Vec<Cell> {
        let to = clip(at.saturating_add(len)).min(self.len() as u64);
        (clip(at)..to).map(|at| self.get(at as usize)).collect()
    }

    /// `len` bytes were written at `at`, of which `kept` are the first.
    pub(super) fn write(&mut self, at: u64, kept: &[u8], len: u64) {
        let (from, to) = (clip(at), clip(at.saturating_add(len)));
        let kept = &kept[..kept.len().min((to - from) as usize)];
        let known = from + kept.len() as u64;
        if !self.overwrite(from, kept) {
            self.clear(from, known);
            self.insert(from, kept.len() as u64, Some(kept.to_vec()));
        }
        self.lose(known, to);
    }

    /// What is written here from `from` up to `to` is not known.
    pub(super) fn lose(&mut self, from: u64, to: u64) {
        let (from, to) = (clip(from), clip(to));
        self.clear(from, to);
        self.insert(from, to.saturating_sub(from), None);
    }

    /// Whether nothing is left of what was there: all of it is forgotten from `len` on.
    pub(super) fn truncate(&mut self, len: u64) {
        if (self.len() as u64) > len {
            self.clear(len, END);
        }
    }

    /// `memcpy` from another buffer, of `len` bytes from its `from` on.
    pub(super) fn copy(&mut self, at: u64, of: &Bytes, from: u64, len: u64) {
        let (from, to) = (clip(from), clip(from.saturating_add(len)));
        let parts: Vec<Run> = of.runs.iter().filter_map(|run| run.part(from, to)).collect();
        self.clear(clip(at), clip(at.saturating_add(to - from)));
        for part in parts {
            let at = at.saturating_add(part.at - from);
            if clip(at.saturating_add(part.len)) == at.saturating_add(part.len) {
                self.insert(at, part.len, part.known);
            }
        }
    }

    /// `memmove` of `len` bytes from `from` to the front.
    pub(super) fn move_to_front(&mut self, from: u64, len: u64) {
        let before = self.clone();
        self.copy(0, &before, from, len);
    }

    /// Where `byte` first stands among the `len` bytes from `at` on, as far as that is known; and whether all
    /// before it are known, so that it is indeed the first.
    pub(super) fn find(&self, byte: u8, at: u64, len: u64) -> (Option<usize>, bool) {
        let (at, to) = (clip(at), clip(at.saturating_add(len)).min(self.len() as u64));
        let mut is_certain = true;
        for run in self.runs.iter().filter(|run| run.end() > at && run.at < to) {
            let (from, to) = (at.max(run.at), to.min(run.end()));
            let Some(bytes) = &run.known else {
                is_certain = false;
                continue;
            };
            let bytes = &bytes[(from - run.at) as usize..(to - run.at) as usize];
            if let Some(found) = bytes.iter().position(|&b| b == byte) {
                return (Some(from as usize + found), is_certain);
            }
        }
        (None, is_certain)
    }

    /// Where `byte` stands in `from..to` just before what is not known, it is not known from now on.
    pub(super) fn lose_at_the_edge(&mut self, byte: u8, from: u64, to: u64) {
        let edges = self.runs.windows(2).filter_map(|pair| {
            let (known, after) = (&pair[0], &pair[1]);
            let last = known.end() - 1;
            let is_edge = after.at == known.end() && after.known.is_none() && (from..to).contains(&last);
            (is_edge && known.cell(last) == Cell::Known(byte)).then_some(last)
        });
        for at in edges.collect::<Vec<_>>() {
            self.lose(at, at + 1);
        }
    }

    /// Overwrites one byte that is already there.
    pub(super) fn set(&mut self, at: usize, byte: u8) {
        if at < self.len() {
            self.write(at as u64, &[byte], 1);
        }
    }

    /// Writes over bytes that are known already, where these are.
    fn overwrite(&mut self, at: u64, kept: &[u8]) -> bool {
        let next = self.runs.partition_point(|run| run.at <= at);
        let Some(run) = next.checked_sub(1).and_then(|before| self.runs.get_mut(before)) else {
            return false;
        };
        let is_inside = at + kept.len() as u64 <= run.end();
        let Some(bytes) = run.known.as_mut().filter(|_| is_inside) else { return false };
        let from = (at - run.at) as usize;
        bytes[from..from + kept.len()].copy_from_slice(kept);
        true
    }

    /// Forgets the cells `from..to`.
    fn clear(&mut self, from: u64, to: u64) {
        let first = self.runs.partition_point(|run| run.end() <= from);
        let end = self.runs.partition_point(|run| run.at < to);
        if first >= end || from >= to {
            return;
        }
        let before = self.runs[first].part(0, from);
        let after = self.runs[end - 1].part(to, END);
        self.runs.splice(first..end, before.into_iter().chain(after));
    }

    /// Puts cells where there are none.
    fn insert(&mut self, at: u64, len: u64, known: Option<Vec<u8>>) {
        if len == 0 {
            return;
        }
        let has_room = known.as_ref().is_none_or(|bytes| bytes.len() + self.known() <= LIMIT);
        let known = known.filter(|_| has_room);
        let next = self.runs.partition_point(|run| run.at < at);
        // What was written just behind goes on with it.
        if let Some(before) = next.checked_sub(1).and_then(|before| self.runs.get_mut(before))
            && before.end() == at
            && before.known.is_some() == known.is_some()
        {
            before.len += len;
            before.known.iter_mut().zip(known).for_each(|(bytes, more)| bytes.extend(more));
        } else {
            self.runs.insert(next, Run { at, len, known });
        }
        if self.runs.len() > MAX_RUNS {
            let len = self.len() as u64;
            self.runs = vec![Run { at: 0, len, known: None }];
        }
    }
}

#[cfg(test)]
impl Bytes {
    /// Holds it against memory, in which nothing was written where `fresh` stands: how many bytes are known,
    /// and how many were written and are not; or the first cell that is not what is there.
    pub(crate) fn agrees(&self, memory: &[u8], fresh: u8) -> Result<(u64, u64), (usize, Cell)> {
        let (mut known, mut lost, mut at) = (0, 0, 0);
        let is_fresh = |from: usize, to: usize| -> Result<(), (usize, Cell)> {
            let gap = memory.get(from..to).unwrap_or_default();
            let block = [fresh; 4096];
            if gap.chunks(block.len()).all(|part| *part == block[..part.len()]) {
                return Ok(());
            }
            let other = gap.iter().position(|byte| *byte != fresh).unwrap_or(0);
            Err((from + other, Cell::Never))
        };
        for run in &self.runs {
            let (from, to) = (run.at as usize, run.end() as usize);
            is_fresh(at, from)?;
            let Some(real) = memory.get(from..to) else { return Err((memory.len(), self.get(memory.len()))) };
            match &run.known {
                Some(bytes) if bytes == real => known += run.len,
                Some(bytes) => {
                    let other = bytes.iter().zip(real).position(|(a, b)| a != b).unwrap_or(0);
                    return Err((from + other, run.cell((from + other) as u64)));
                }
                None => lost += run.len,
            }
            at = to;
        }
        is_fresh(at, memory.len().max(at))?;
        Ok((known, lost))
    }
}

/// An offset that a trace names, as one that memory can have.
fn clip(offset: u64) -> u64 {
    offset.min(END)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_the_recording_cut_off_is_lost_and_not_made_up() {
        let mut bytes = Bytes::default();
        bytes.write(1, b"ab", 4);
        assert_eq!(bytes.get(0), Cell::Never);
        assert_eq!(bytes.slice(1, 9), [Cell::Known(b'a'), Cell::Known(b'b'), Cell::Lost, Cell::Lost]);
    }

    #[test]
    fn a_claim_of_gigabytes_takes_no_memory() {
        let mut bytes = Bytes::default();
        bytes.write(u64::MAX - 1, b"x", u64::MAX);
        bytes.write(0, b"x", u64::MAX);
        bytes.move_to_front(u64::MAX, u64::MAX);
        bytes.copy(u64::MAX, &bytes.clone(), 0, u64::MAX);
        assert!(bytes.len() as u64 == END && bytes.weight() < 1024);
        for at in 0..5000 {
            bytes.lose(at * 3, at * 3 + 1);
            bytes.write(at * 3 + 1, &[7; 2], 2);
        }
        assert!(bytes.runs.len() <= MAX_RUNS && bytes.known() <= LIMIT);
    }

    #[test]
    fn a_value_of_any_size_has_its_end_too() {
        let mut bytes = Bytes::default();
        bytes.write(0, &[b'v'; 256], 128_000);
        assert_eq!((bytes.len(), bytes.get(255), bytes.get(256)), (128_000, Cell::Known(b'v'), Cell::Lost));
        assert_eq!((bytes.get(127_999), bytes.get(128_000)), (Cell::Lost, Cell::Never));
    }

    /// One thing that may be done to a buffer.
    #[derive(Debug, Clone)]
    enum BufferOp {
        Write(u64, Vec<u8>, u64),
        Lose(u64, u64),
        Truncate(u64),
        Copy(u64, u64, u64),
        Front(u64, u64),
        Set(usize, u8),
    }

    proptest! {
        /// Runs are a way to keep cells, and nothing else.
        #[test]
        fn it_is_what_an_array_of_cells_would_be(
            deeds in prop::collection::vec(prop_oneof![
                (0..40_u64, prop::collection::vec(any::<u8>(), 0..9), 0..9_u64)
                    .prop_map(|(at, kept, more)| BufferOp::Write(at, kept, more)),
                (0..40_u64, 0..9_u64).prop_map(|(at, len)| BufferOp::Lose(at, len)),
                (0..60_u64).prop_map(BufferOp::Truncate),
                (0..30_u64, 0..30_u64, 0..20_u64).prop_map(|(at, from, len)| BufferOp::Copy(at, from, len)),
                (0..40_u64, 0..20_u64).prop_map(|(from, len)| BufferOp::Front(from, len)),
                (0..40_usize, any::<u8>()).prop_map(|(at, byte)| BufferOp::Set(at, byte)),
            ], 0..60)
        ) {
            const SIZE: usize = 80;
            let (mut bytes, mut cells) = (Bytes::default(), [Cell::Never; SIZE]);
            for deed in deeds {
                match deed {
                    BufferOp::Write(at, kept, more) => {
                        let len = kept.len() as u64 + more;
                        bytes.write(at, &kept, len);
                        for i in 0..len as usize {
                            cells[at as usize + i] = kept.get(i).map_or(Cell::Lost, |b| Cell::Known(*b));
                        }
                    }
                    BufferOp::Lose(at, len) => {
                        bytes.lose(at, at + len);
                        cells[at as usize..(at + len) as usize].fill(Cell::Lost);
                    }
                    BufferOp::Truncate(len) => {
                        bytes.truncate(len);
                        cells[len as usize..].fill(Cell::Never);
                    }
                    BufferOp::Copy(at, from, len) => {
                        bytes.copy(at, &bytes.clone(), from, len);
                        cells.copy_within(from as usize..(from + len) as usize, at as usize);
                    }
                    BufferOp::Front(from, len) => {
                        bytes.move_to_front(from, len);
                        cells.copy_within(from as usize..(from + len) as usize, 0);
                    }
                    BufferOp::Set(at, byte) => {
                        if at < bytes.len() {
                            cells[at] = Cell::Known(byte);
                        }
                        bytes.set(at, byte);
                    }
                }
                let written = cells.iter().rposition(|cell| *cell != Cell::Never).map_or(0, |last| last + 1);
                prop_assert_eq!(bytes.len(), written);
                for (at, cell) in cells.iter().enumerate() {
                    prop_assert_eq!(bytes.get(at), *cell, "{}: {:?}", at, &bytes);
                }
            }
        }
    }
}
