//! The line that is typed into: a command, a search, a filter, a note.

use crate::text::printable;
use tui_input::Input;
use unicode_width::UnicodeWidthStr as _;

/// The longest line in bytes.
pub(super) const LONGEST: usize = 300;
/// How many lines of each sort are remembered.
const REMEMBERED: usize = 50;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PromptKind {
    /// `:`
    Command,
    /// `/`
    Search,
    /// `&`
    Filter,
    /// `a`
    Note,
}

impl PromptKind {
    /// What stands before the line.
    pub fn sign(self) -> &'static str {
        [":", "/", "&", "note: "][self as usize]
    }
}

/// A line that is being typed.
#[derive(Debug)]
pub(super) struct Prompt {
    pub asked: PromptKind,
    pub(super) input: Input,
    /// Which of the lines before is shown, and what had been typed until then.
    pub(super) recalled: Option<(usize, String)>,
    /// What is wrong with it: where, in bytes from its start, and what.
    pub wrong: Option<(usize, String)>,
}

/// Lines that were typed before, the newest last.
#[derive(Debug, Default)]
pub(super) struct History([Vec<String>; 4]);

impl History {
    pub(super) fn of(&self, asked: PromptKind) -> &[String] {
        &self.0[asked as usize]
    }

    pub(super) fn remember(&mut self, asked: PromptKind, line: &str) {
        let lines = &mut self.0[asked as usize];
        lines.retain(|l| l != line);
        if lines.len() == REMEMBERED {
            lines.remove(0);
        }
        if !line.trim().is_empty() {
            lines.push(line.to_owned());
        }
    }
}

impl Prompt {
    pub fn new(asked: PromptKind, line: &str) -> Prompt {
        Prompt { asked, input: Input::new(line.to_owned()), recalled: None, wrong: None }
    }

    pub fn line(&self) -> &str {
        self.input.value()
    }

    /// The line as it is shown in `room` columns with its sign, the column of the cursor, and how many
    /// columns of the line stand left of what is shown.
    pub fn shown(&self, room: usize) -> (String, usize, usize) {
        let sign = self.asked.sign();
        let room = room.saturating_sub(sign.width() + 1);
        let before: String = self.line().chars().take(self.input.cursor()).collect();
        let before = printable(&before).width();
        let skip = before.saturating_sub(room);
        let mut column = 0;
        let rest: String = printable(self.line())
            .chars()
            .skip_while(|c| {
                let is_left = column < skip;
                column += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
                is_left
            })
            .collect();
        (format!("{sign}{rest}"), sign.width() + before - skip, skip)
    }

    /// The column, of those of [`shown`](Prompt::shown), under the byte `at`.
    pub fn column(&self, at: usize, room: usize) -> usize {
        let before = printable(self.line().get(..at).unwrap_or(self.line())).width();
        (self.asked.sign().width() + before).saturating_sub(self.shown(room).2)
    }

    pub(super) fn recall(&mut self, lines: &[String], older: bool) {
        let at = self.recalled.as_ref().map_or(lines.len(), |(at, _)| *at);
        let to = if older { at.checked_sub(1) } else { Some(at + 1) };
        let Some(to) = to.filter(|to| *to <= lines.len() && *to != at) else { return };
        let typed = self.recalled.take().map_or_else(|| self.line().to_owned(), |(_, typed)| typed);
        self.input = Input::new(lines.get(to).unwrap_or(&typed).clone());
        self.recalled = (to < lines.len()).then_some((to, typed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_typed_before_come_back_and_what_was_being_typed_too() {
        let mut history = History::default();
        for line in ["one", "two", "one", " "] {
            history.remember(PromptKind::Search, line);
        }
        let lines = history.of(PromptKind::Search);
        assert_eq!(lines, ["two", "one"]);
        assert!(history.of(PromptKind::Command).is_empty());
        let mut prompt = Prompt::new(PromptKind::Search, "thr");
        for (older, expected) in
            [(true, "one"), (true, "two"), (true, "two"), (false, "one"), (false, "thr"), (false, "thr")]
        {
            prompt.recall(lines, older);
            assert_eq!(prompt.line(), expected);
        }
    }

    #[test]
    fn a_long_line_is_shown_around_its_cursor() {
        let prompt = Prompt::new(PromptKind::Filter, &"0123456789".repeat(5));
        assert_eq!(prompt.shown(100).1, 51);
        let (shown, cursor, skip) = prompt.shown(22);
        assert_eq!((shown.as_str(), cursor, skip), ("&01234567890123456789", 21, 30));
        assert_eq!(prompt.column(40, 22), 11);
        for room in 0..5 {
            assert!(prompt.shown(room).1 <= room.max(1));
        }
    }
}
