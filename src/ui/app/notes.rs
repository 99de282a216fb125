//! Remarking on an event.

use crate::trace::format::Note;
use crate::ui::app::App;
use crate::ui::prompt::PromptKind;

impl App {
    /// `a`
    pub(in crate::ui) fn ask_for_note(&mut self) {
        if self.player.current().is_none() {
            return self.tell(self.lang.say_no_event_to_note());
        }
        self.open_prompt(PromptKind::Note, "");
    }

    /// A remark on the event at the cursor.
    pub(in crate::ui) fn add_note(&mut self, text: &str) {
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
