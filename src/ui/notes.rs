//! Remarks on events: typed, shown, kept.

use crate::trace::format::Note;
use std::collections::BTreeMap;

/// The remarks by the number of the event that they are about.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeMap<u64, Vec<Note>>);

impl Notes {
    pub fn add(&mut self, note: Note) {
        self.0.entry(note.at).or_default().push(note);
    }

    /// What was remarked on that event.
    pub fn at(&self, seq: u64) -> impl Iterator<Item = &str> {
        self.0.get(&seq).into_iter().flatten().map(|note| note.text.as_str())
    }

    pub fn all(&self) -> Vec<Note> {
        self.0.values().flatten().cloned().collect()
    }
}
