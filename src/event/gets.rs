//! What `stats` counts of gets, as events tell it: for whoever folds a trace, and for whoever writes one.
//!
//! The store looks items up for many commands, and tells of each look-up; memcached counts as `get_hits` and
//! `get_misses` those of a get alone (`memcached.c:2876`), and counts a moment after the store has told.

use super::Fn;
use serde::{Deserialize, Serialize};

/// `get_hits` and `get_misses`, as `stats` answers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GetStats {
    /// Keys of gets that were found.
    pub get_hits: u64,
    /// Keys of gets that were not.
    pub get_misses: u64,
}

/// What an event of a connection is to its gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GetStep {
    /// The store was asked, and found it or not.
    LookedUp(bool),
    /// A value was queued.
    Value,
    /// Another answer was.
    Reply,
    /// A function was entered.
    Call(Fn),
    /// The state changed.
    State,
}

/// What has been counted since the event before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// `get_hits`.
    pub hits: u64,
    /// `get_misses`.
    pub misses: u64,
    /// `stats reset` has set the statistics back to nought, before that.
    pub is_reset: bool,
}

/// The command that a connection is at, as far as gets are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GetFold {
    is_get: bool,
    /// Something was not found, and is not counted yet.
    is_missed: bool,
    /// `stats reset` is about to be carried out.
    is_reset: bool,
}

impl GetFold {
    /// A command line was found.
    pub fn command(&mut self, line: &[u8]) {
        let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        let (first, second) = (words.next(), words.next());
        self.is_get = matches!(first, Some(b"get" | b"gets" | b"bget"));
        self.is_reset = first == Some(b"stats") && second == Some(b"reset");
        self.is_missed = false;
    }

    /// The connection's next event.
    pub fn step(&mut self, step: GetStep) -> Counted {
        let misses = std::mem::take(&mut self.is_missed).into();
        let is_reset = match step {
            GetStep::Reply | GetStep::Call(Fn::OutString) => std::mem::take(&mut self.is_reset),
            _ => false,
        };
        self.is_missed = self.is_get && step == GetStep::LookedUp(false);
        Counted { hits: (step == GetStep::Value).into(), misses, is_reset }
    }
}

impl GetStats {
    /// Takes in what was counted.
    pub fn add(&mut self, counted: Counted) {
        if counted.is_reset {
            *self = GetStats::default();
        }
        self.get_hits = self.get_hits.saturating_add(counted.hits);
        self.get_misses = self.get_misses.saturating_add(counted.misses);
    }
}
