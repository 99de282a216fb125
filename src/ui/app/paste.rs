//! What becomes of a paste: text for a line that is being typed, and never keys.

use crate::ui::app::App;
use crate::ui::paste::Paste;

impl App {
    /// Something was pasted. Whatever it is, it was not typed at what the screen shows.
    pub(in crate::ui) fn paste(&mut self, paste: &Paste) {
        if self.prompt.is_some() {
            self.paste_into_prompt(paste);
            return;
        }
        self.pending = None;
        self.tell(self.lang.say_paste(paste.characters));
    }
}
