//! Going to bookmarks, and back from where one has jumped to.

use crate::ui::app::{App, PendingKey};

impl App {
    /// The letter after `m` or `'`.
    pub(in crate::ui) fn name_of_mark(&mut self, pending: PendingKey, letter: char) {
        let Some(here) = self.player.current().map(|e| e.seq) else { return };
        match pending {
            PendingKey::GoToMark if letter == '\'' || letter == '`' => match self.jumps.swap(here) {
                Some(seq) => self.land(seq),
                None => self.tell(self.lang.say_no_jump_yet()),
            },
            _ if !letter.is_ascii_alphabetic() => self.tell(self.lang.say_mark_letter()),
            PendingKey::SetMark => {
                self.bookmarks.insert(letter, here);
                self.tell(self.lang.say_mark_set(letter.to_string(), here.to_string()));
            }
            PendingKey::GoToMark => match self.bookmarks.get(&letter).copied() {
                Some(seq) => {
                    self.jump();
                    self.land(seq);
                }
                None => {
                    let names: Vec<String> = self.bookmarks.keys().map(char::to_string).collect();
                    let there_are = match names.is_empty() {
                        true => self.lang.mark_how(letter.to_string()),
                        false => self.lang.mark_there_are(names.join(", ")),
                    };
                    self.tell(self.lang.say_no_mark(letter.to_string(), there_are));
                }
            },
            PendingKey::Hold | PendingKey::Release | PendingKey::StopRecording => {}
        }
    }

    /// Remembers where one is before one jumps.
    pub(in crate::ui) fn jump(&mut self) {
        if let Some(here) = self.player.current() {
            self.jumps.record(here.seq);
        }
    }

    /// Back to where one has jumped from, jump by jump.
    pub(in crate::ui) fn jump_back(&mut self, times: usize) {
        for _ in 0..times {
            let Some(here) = self.player.current().map(|e| e.seq) else { return };
            match self.jumps.back(here) {
                Some(seq) => self.land(seq),
                None => return self.tell(self.lang.say_no_jump()),
            }
        }
    }

    /// Goes to the event of that number, or where it was.
    fn land(&mut self, seq: u64) {
        self.player.seek(seq);
        self.arrived();
        if self.player.current().is_some_and(|e| e.seq != seq) {
            self.tell(self.lang.say_nearest(seq.to_string()));
        }
    }
}
