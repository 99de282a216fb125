//! Typing a line: a command, a search, a filter, a note.

use crate::ui::app::App;
use crate::ui::paste::Paste;
use crate::ui::prompt::{LONGEST, Prompt, PromptKind};
use crossterm::event::{Event as Term, KeyCode, KeyEvent, KeyModifiers};
use tui_input::InputRequest;
use tui_input::backend::crossterm::to_input_request;

impl App {
    pub(in crate::ui) fn open_prompt(&mut self, asked: PromptKind, line: &str) {
        self.prompt = Some(Prompt::new(asked, line));
    }

    pub(in crate::ui) fn type_into_prompt(&mut self, key: KeyEvent) {
        let Some(prompt) = &mut self.prompt else { return };
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if ctrl => self.prompt = None,
            KeyCode::Esc => self.prompt = None,
            KeyCode::Backspace if prompt.line().is_empty() => self.prompt = None,
            KeyCode::Up => prompt.recall(self.history.of(prompt.asked), true),
            KeyCode::Down => prompt.recall(self.history.of(prompt.asked), false),
            KeyCode::Enter => self.enter(),
            KeyCode::Char(_) if !ctrl && prompt.line().len() >= LONGEST => {}
            _ => {
                // A terminal that tells of shifted keys says so of a capital letter, too.
                let key = KeyEvent { modifiers: key.modifiers - KeyModifiers::SHIFT, ..key };
                if let Some(request) = to_input_request(&Term::Key(key)) {
                    prompt.input.handle(request);
                    prompt.wrong = None;
                }
            }
        }
    }

    /// Puts a paste where the cursor is, as far as there is room. It runs nothing, whatever is in it.
    pub(in crate::ui) fn paste_into_prompt(&mut self, paste: &Paste) {
        let Some(prompt) = &mut self.prompt else { return };
        prompt.wrong = None;
        let line = paste.line();
        let mut rest = line.chars();
        while let Some(c) = rest.clone().next().filter(|c| prompt.line().len() + c.len_utf8() <= LONGEST) {
            prompt.input.handle(InputRequest::InsertChar(c));
            rest.next();
        }
        let left_out = paste.beyond() + rest.count() as u64;
        if left_out > 0 {
            let at = prompt.line().char_indices().nth(prompt.input.cursor());
            let at = at.map_or(prompt.line().len(), |(at, _)| at);
            prompt.wrong = Some((at, self.lang.prompt_full(left_out)));
        }
    }

    /// The line is done. One that is wrong stays, with the place marked.
    fn enter(&mut self) {
        let Some(mut prompt) = self.prompt.take() else { return };
        let line = prompt.line().to_owned();
        self.history.remember(prompt.asked, &line);
        if let Err(wrong) = self.run(prompt.asked, &line) {
            prompt.wrong = Some(wrong);
            prompt.recalled = None;
            self.prompt = Some(prompt);
        }
    }
}
