//! What is wrong with a lesson's text, and where.

use crate::filter::{either, nearest, quoted};
use crate::text::printable;
use crate::texts::Language;
use std::fmt;
use unicode_width::UnicodeWidthStr as _;

/// A line longer than this is not repeated under the message.
const SHOWN: usize = 100;

/// One thing that is wrong. It shows as `FILE:LINE:COLUMN: what`, and under it the line with a caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file, as messages name it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong, what was expected, what to do.
    pub what: String,
    /// The line itself.
    pub text: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", printable(&self.file), self.line, self.column, printable(&self.what))?;
        let line = printable(&self.text);
        if line.trim().is_empty() || line.width() > SHOWN {
            return Ok(());
        }
        let before: String = self.text.chars().take(self.column - 1).collect();
        write!(f, "\n  {line}\n  {:1$}^", "", printable(&before).width())
    }
}

/// Everything that is wrong with a lesson's text; at least one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mistake) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            mistake.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// `no such panel: thread; did you mean threads?`
pub(super) fn unknown(what: &str, word: &str, all: &[&str]) -> String {
    let lang = Language::spoken();
    match nearest(word, all.iter().copied()).as_slice() {
        [] => lang.lesson_wrong_unknown(listed(all), what, quoted(word)),
        near => lang.lesson_wrong_unknown_near(either(near), what, quoted(word)),
    }
}

/// `title, about, recording`
pub(super) fn listed(names: &[&str]) -> String {
    names.join(Language::spoken().list_comma())
}
