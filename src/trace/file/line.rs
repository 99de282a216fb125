//! What a line after the header says, and what is said of one that says nothing.

use super::error::ReadError;
use super::format::{End, Note};
use super::quick;
use crate::event::Event;
use crate::text;
use crate::texts::{Language, ungrouped};

/// The longest line that is read: far above what a server records at any `--max-data` in use, and
/// small enough to keep a file without line ends from filling the memory.
pub(in crate::trace) const MAX_LINE: usize = 64 * 1024 * 1024;
/// How many bytes around a mistake are shown.
pub(super) const NEAR: usize = 40;
/// How many characters of what serde_json says are shown.
const MAX_WHAT: usize = 120;

/// What is said of so many lines that are no events.
pub(in crate::trace) fn skipped(n: u64) -> String {
    Language::spoken().reading_skipped(ungrouped(n))
}

/// What is wrong with a line longer than [`MAX_LINE`].
pub(in crate::trace) fn too_long() -> (usize, String) {
    (1, Language::spoken().reading_too_long((MAX_LINE >> 20).to_string()))
}

/// What is wrong with a line after the `end` that is no remark.
pub(in crate::trace) fn after_end() -> (usize, String) {
    (1, Language::spoken().reading_after_end().to_owned())
}

/// What a line after the header says.
pub(in crate::trace) enum Says {
    Event(Box<Event>),
    End(End),
    /// A remark.
    Note,
}

/// What a line says, or what is wrong with it and at which column.
pub(in crate::trace) fn says(line: &[u8]) -> Result<Says, (usize, String)> {
    let line = match std::str::from_utf8(line) {
        Ok(line) => line,
        Err(error) => return Err((error.valid_up_to() + 1, Language::spoken().reading_no_utf8().into())),
    };
    if let Some(event) = quick::event(line) {
        return Ok(Says::Event(Box::new(event)));
    }
    match serde_json::from_str::<Event>(line) {
        Ok(event) => Ok(Says::Event(Box::new(event))),
        Err(error) => match serde_json::from_str::<End>(line) {
            Ok(end) if end.end => Ok(Says::End(end)),
            _ if Note::parse(line).is_some() => Ok(Says::Note),
            _ => Err(place(&error)),
        },
    }
}

/// The error that says what is wrong with a line, and at which column.
pub(in crate::trace) fn broken(
    name: &str,
    line: u64,
    bytes: &[u8],
    (column, what): (usize, String),
) -> ReadError {
    let at = (column - 1).min(bytes.len());
    let from = at.saturating_sub(NEAR / 2);
    let near = text::visible(&bytes[from..(from + NEAR).min(bytes.len())]);
    ReadError::Broken { file: name.to_owned(), line, column, what, near }
}

/// Where in its line serde_json met the mistake (from 1), and what it says about it.
pub(super) fn place(error: &serde_json::Error) -> (usize, String) {
    let text = error.to_string();
    // It ends in "at line 1 column 7"; the line is 1 always, since a line is all it gets.
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    // It may quote a value, and a value may be long.
    let what: String = match what.char_indices().nth(MAX_WHAT) {
        Some((cut, _)) => format!("{}...", &what[..cut]),
        None => what.to_owned(),
    };
    let what = text::printable(&what).into_owned();
    (error.column().max(1), if error.is_syntax() { Language::spoken().reading_no_json(what) } else { what })
}
