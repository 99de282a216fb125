//! A count that is being typed: how often the next key is meant.

use crate::texts::Language;
use std::time::Duration;

/// How long a count waits for the next key.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);
/// More digits than these make no difference.
const MOST_DIGITS: usize = 9;

/// A count, from its `0` on. It knows no clock: time is told to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct CountPrefix {
    digits: String,
    /// How long ago its last digit was typed.
    waited: Duration,
}

impl CountPrefix {
    /// Another digit.
    pub fn push(&mut self, digit: char) {
        self.waited = Duration::ZERO;
        if self.digits.len() < MOST_DIGITS {
            self.digits.push(digit);
        }
    }

    /// What it is; 0 while there is only the `0` that it began with.
    pub fn value(&self) -> usize {
        self.digits.parse().unwrap_or(0)
    }

    /// Time has passed. Whether it still waits.
    pub fn waits(&mut self, elapsed: Duration) -> bool {
        self.waited = self.waited.saturating_add(elapsed);
        self.waited < PATIENCE
    }

    /// How long it waits from now on.
    pub fn left(&self) -> Duration {
        PATIENCE.saturating_sub(self.waited)
    }

    /// What is said of it.
    pub fn told(&self, lang: Language) -> String {
        match self.value() {
            0 => lang.count_begun().to_owned(),
            n => lang.count_times(n.to_string()),
        }
    }
}
