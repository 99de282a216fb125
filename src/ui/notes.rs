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
            return self.tell(self.lang.say_no_event_to_note());
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
            None => Ok(self.lang.note_kept().to_owned()),
        };
        self.notes.add(note);
        match kept {
            Ok(place) => self.tell(self.lang.say_noted(place, at.to_string())),
            Err(why) => self.warn(self.lang.say_noted_for_now(at.to_string(), why)),
        }
    }
}
