//! What is wrong with an expression, and where.

use crate::text::printable;
use crate::texts::Language;
use std::fmt;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// How many columns of an expression are shown.
const SHOWN: usize = 76;
/// How many of them stand before the place, at most.
const BEFORE: usize = 48;

/// Why an expression is no filter. It shows as three lines: the expression, a caret under the
/// place, and what is wrong with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    expression: Box<str>,
    at: usize,
    message: String,
}

impl FilterError {
    /// `at` is where in `expression`, on a character's border.
    pub(super) fn new(expression: &str, at: usize, message: String) -> FilterError {
        FilterError { expression: expression.into(), at, message }
    }

    /// Where, in bytes from the expression's start; its length where something is missing at its
    /// end.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Where, in columns of a terminal from 1, when the expression is shown as
    /// [`printable`](crate::text::printable) shows it.
    pub fn column(&self) -> usize {
        printable(&self.expression[..self.at]).width() + 1
    }

    /// What is wrong and what to do about it, in one line: for a place that has only one.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = self.expression.split_at(self.at);
        let before = end(&printable(before));
        let after = start(&printable(after), SHOWN.saturating_sub(before.width()));
        writeln!(f, "{before}{after}")?;
        writeln!(f, "{:1$}^", "", before.width())?;
        f.write_str(&self.message)
    }
}

impl std::error::Error for FilterError {}

/// The last columns of a text.
fn end(text: &str) -> String {
    if text.width() <= BEFORE {
        return text.to_owned();
    }
    let mut width = 0;
    let fits = |(_, c): &(usize, char)| {
        width += c.width().unwrap_or(0);
        width < BEFORE
    };
    let kept = text.char_indices().rev().take_while(fits).last();
    format!("…{}", &text[kept.map_or(text.len(), |(at, _)| at)..])
}

/// The first columns of a text.
fn start(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut width = 0;
    let fits = |c: &char| {
        width += c.width().unwrap_or(0);
        width < columns
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// Something of the expression as a message repeats it: visible, and not at any length.
pub(crate) fn quoted(word: &str) -> String {
    match word.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", printable(&word[..at])),
        None => printable(word).into_owned(),
    }
}

/// The names that `word` may have been meant for, best first; not more than three.
pub(crate) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.to_ascii_lowercase();
    let length = word.chars().count();
    if length > 40 {
        return Vec::new();
    }
    let mut near: Vec<_> = names
        .filter_map(|name| {
            let lower = name.to_ascii_lowercase();
            let distance = strsim::osa_distance(&word, &lower);
            let is_part = length > 2 && lower.contains(&word);
            (is_part || (distance < length && distance <= length.div_ceil(4))).then_some((distance, name))
        })
        .collect();
    near.sort();
    // A name may stand for two things.
    near.dedup();
    near.into_iter().map(|(_, name)| name).take(3).collect()
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn either(names: &[&str]) -> String {
    let lang = Language::spoken();
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => lang.either(first.join(lang.list_comma()), *last),
    }
}
