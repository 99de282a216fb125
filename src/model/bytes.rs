//! A buffer as far as a trace lets one know it.

/// How many cells of a buffer are kept. memcached's read buffer seldom grows past 32 KiB, and a
/// trace that claims more must not make the viewer allocate it.
const LIMIT: usize = 64 * 1024;

/// One byte of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cell {
    /// Nothing was ever written here.
    #[default]
    Never,
    /// Something was written that the recording did not keep (`--max-data`).
    Lost,
    /// This byte.
    Known(u8),
}

/// The cells of a buffer, from its start to the last one ever written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bytes {
    cells: Vec<Cell>,
}

impl Bytes {
    /// The cell at `at`.
    pub fn get(&self, at: usize) -> Cell {
        self.cells.get(at).copied().unwrap_or_default()
    }

    /// How many cells stand before the end of what was ever written.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// How many bytes of memory its cells take.
    pub(super) fn weight(&self) -> usize {
        self.cells.capacity() * size_of::<Cell>()
    }

    /// Whether nothing was ever written.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cells from `at` on, `len` at most.
    pub fn slice(&self, at: u64, len: u64) -> &[Cell] {
        let from = clip(at).min(self.cells.len());
        let to = clip(at.saturating_add(len)).min(self.cells.len());
        &self.cells[from..to]
    }

    /// `len` bytes were written at `at`, of which `kept` are the first.
    pub(super) fn write(&mut self, at: u64, kept: &[u8], len: u64) {
        let known = kept.iter().map(|&b| Cell::Known(b));
        self.put(at, known.chain(std::iter::repeat(Cell::Lost)), len);
    }

    /// `cells` were written at `at`.
    pub(super) fn copy(&mut self, at: u64, cells: &[Cell]) {
        self.put(at, cells.iter().copied(), cells.len() as u64);
    }

    /// `memmove` of `len` bytes from `from` to the front.
    pub(super) fn move_to_front(&mut self, from: u64, len: u64) {
        let moved = self.slice(from, len).to_vec();
        self.put(0, moved.into_iter().chain(std::iter::repeat(Cell::Lost)), len);
    }

    /// Where `byte` first stands among the `len` bytes from `at` on.
    pub(super) fn find(&self, byte: u8, at: u64, len: u64) -> Option<usize> {
        let found = self.slice(at, len).iter().position(|&c| c == Cell::Known(byte))?;
        Some(clip(at) + found)
    }

    /// Overwrites one byte that is already there.
    pub(super) fn set(&mut self, at: usize, byte: u8) {
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = Cell::Known(byte);
        }
    }

    fn put(&mut self, at: u64, cells: impl Iterator<Item = Cell>, len: u64) {
        let (from, to) = (clip(at), clip(at.saturating_add(len)));
        if to > self.cells.len() {
            self.cells.resize(to, Cell::Never);
        }
        for (slot, cell) in self.cells[from..to].iter_mut().zip(cells) {
            *slot = cell;
        }
    }
}

/// An offset that a trace names, as an index that is safe to use.
fn clip(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(LIMIT).min(LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_recording_cut_off_is_lost_and_not_made_up() {
        let mut bytes = Bytes::default();
        bytes.write(1, b"ab", 4);
        assert_eq!(bytes.get(0), Cell::Never);
        assert_eq!(bytes.slice(1, 9), [Cell::Known(b'a'), Cell::Known(b'b'), Cell::Lost, Cell::Lost]);
    }

    #[test]
    fn a_claim_of_gigabytes_allocates_no_more_than_the_limit() {
        let mut bytes = Bytes::default();
        bytes.write(u64::MAX - 1, b"x", u64::MAX);
        bytes.write(0, b"x", u64::MAX);
        assert_eq!(bytes.len(), LIMIT);
        bytes.move_to_front(u64::MAX, u64::MAX);
        assert_eq!(bytes.len(), LIMIT);
    }
}
