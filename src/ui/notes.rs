//! Remarks on events: typed, shown, kept.

use super::app::App;
use super::prompt::PromptKind;
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

impl App {
    /// `a`
    pub(super) fn ask_for_note(&mut self) {
        if self.player.current().is_none() {
            return self.tell("there is no event yet to remark on");
        }
        self.open_prompt(PromptKind::Note, "");
    }

    /// A remark on the event at the cursor.
    pub(super) fn add_note(&mut self, text: &str) {
        let Some(at) = self.player.current().map(|e| e.seq).filter(|_| !text.trim().is_empty()) else {
            return;
        };
        let note = Note::new(at, text.trim());
        let kept = match &self.desk {
            Some(desk) => desk.note(&note),
            None => Ok("kept until you quit".to_owned()),
        };
        self.notes.add(note);
        match kept {
            Ok(place) => self.tell(&format!("noted at event {at}: {place}")),
            Err(why) => self.warn(format!("noted at event {at}, but only until you quit: {why}")),
        }
    }
}
