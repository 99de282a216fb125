//! What is shown, to a file: the events in one of the printed forms, or the screen.

use super::desk::Export;

/// A file that is being written, a slice at a time.
pub(super) struct Exporting {
    pub(super) to: Box<dyn Export>,
    pub(super) next: usize,
    pub(super) shown: u64,
    pub(super) lost: u64,
}

impl Exporting {
    /// The first so many events are there no more.
    pub fn forget(&mut self, gone: usize) {
        self.next = self.next.saturating_sub(gone);
    }
}
