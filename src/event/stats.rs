//! What `stats` counts, as events tell it: for whoever folds a trace, and for whoever writes one.
//!
//! The store looks items up for many commands, and tells of each look-up; memcached counts as `get_hits` and
//! `get_misses` those of a get alone (`memcached.c:2876`), and counts a moment after the store has told. And
//! `stats reset` sets all of it back to nought (`memcached.c:197`).

use super::{Function, Payload};
use serde::{Deserialize, Serialize};

/// Some of what `stats` answers, by its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StatsValues {
    /// Keys of gets that were found.
    pub get_hits: u64,
    /// Keys of gets that were not.
    pub get_misses: u64,
    /// Items that were taken from the tail to make room.
    pub evictions: u64,
    /// Items that were taken from the tail, their time over.
    pub reclaimed: u64,
}

/// What an event of a connection is to the statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatStep {
    /// The store was asked, and found it or not.
    LookedUp(bool),
    /// A value was queued.
    Value,
    /// Another answer was.
    Reply,
    /// A function was entered.
    Call(Function),
    /// The state changed.
    State,
}

/// What the statistics did since the connection's event before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Counted {
    /// Nothing.
    #[default]
    Nothing,
    /// `get_hits` was raised.
    Hit,
    /// `get_misses` was raised.
    Miss,
    /// `get_misses` was raised, and then `get_hits`.
    MissAndHit,
    /// `stats reset` has set them back, and so much had been counted when its command was found.
    Reset(i64),
    /// What the command is was not recorded, so nobody knows.
    Unknown,
}

/// The command that a connection is at, as far as the statistics are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StatFold {
    /// It is a get.
    #[serde(rename = "get", skip_serializing_if = "std::ops::Not::not")]
    is_get: bool,
    /// Something was not found, and is not counted yet.
    #[serde(rename = "missed", skip_serializing_if = "std::ops::Not::not")]
    is_missed: bool,
    /// `stats reset` is about to be carried out.
    #[serde(rename = "reset", skip_serializing_if = "std::ops::Not::not")]
    is_reset: bool,
    /// How much had been counted when its command was found; in a snapshot, compared with what is now.
    #[serde(skip_serializing_if = "is_zero")]
    since: i64,
}

fn is_zero(n: &i64) -> bool {
    *n == 0
}

impl StatFold {
    /// Whether it is nothing to them.
    pub fn is_nothing(&self) -> bool {
        *self == StatFold::default()
    }

    /// Whether `stats reset` is being carried out.
    #[cfg(test)]
    pub fn resets(&self) -> bool {
        self.is_reset
    }

    /// Whether a miss is told of that need not be counted yet.
    pub fn has_missed(&self) -> bool {
        self.is_missed
    }

    /// As it is to one who counts from now on, `told` having been counted.
    #[must_use]
    pub fn from_here(self, told: i64) -> StatFold {
        StatFold { since: if self.is_reset { self.since.wrapping_sub(told) } else { 0 }, ..self }
    }

    /// A command line was found, when `told` had been counted.
    pub fn command(&mut self, line: &Payload<'_>, told: i64) -> Counted {
        let mut words = line.kept.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        let (first, second, third) = (words.next(), words.next(), words.next());
        self.is_get = matches!(first, Some(b"get" | b"gets" | b"bget"));
        self.is_reset = first == Some(b"stats") && second == Some(b"reset");
        (self.is_missed, self.since) = (false, if self.is_reset { told } else { 0 });
        // A word that was cut may be another one, if it begins as that does.
        let may_become = |word: &[u8], names: &[&[u8]]| names.iter().any(|name| name.starts_with(word));
        let is_told = match (first, second, third) {
            (None, ..) => false,
            (Some(first), None, _) => !may_become(first, &[b"get", b"gets", b"bget", b"stats"]),
            (Some(b"stats"), Some(second), None) => !may_become(second, &[b"reset"]),
            _ => true,
        };
        if is_told || !line.is_cut() { Counted::Nothing } else { Counted::Unknown }
    }

    /// The connection's next event.
    pub fn step(&mut self, step: StatStep) -> Counted {
        let is_missed = std::mem::take(&mut self.is_missed);
        self.is_missed = self.is_get && step == StatStep::LookedUp(false);
        let carries_out = matches!(step, StatStep::Reply | StatStep::Call(Function::OutString));
        match (step == StatStep::Value, is_missed) {
            _ if carries_out && std::mem::take(&mut self.is_reset) => {
                Counted::Reset(std::mem::take(&mut self.since))
            }
            (true, false) => Counted::Hit,
            (false, true) => Counted::Miss,
            (true, true) => Counted::MissAndHit,
            (false, false) => Counted::Nothing,
        }
    }
}

impl Counted {
    /// Counts it in `stats`, of which as much was `told` before; `may_miss`: whether another connection has
    /// told of a miss that need not be counted yet.
    ///
    /// `stats reset` sets one thread's back after the other (`thread.c:611`), and takes a lock for each. What
    /// another one counts meanwhile may be forgotten or not, and then nobody knows.
    pub fn apply(self, stats: &mut Option<StatsValues>, told: &mut i64, may_miss: impl FnOnce() -> bool) {
        let (hits, misses) = match self {
            Counted::Nothing => return,
            Counted::Reset(since) => {
                let is_certain = since == *told && !may_miss();
                return *stats = is_certain.then(StatsValues::default);
            }
            Counted::Unknown => return *stats = None,
            Counted::Hit => (1, 0),
            Counted::Miss => (0, 1),
            Counted::MissAndHit => (1, 1),
        };
        *told = told.wrapping_add(1);
        if let Some(stats) = stats {
            stats.get_hits = stats.get_hits.saturating_add(hits);
            stats.get_misses = stats.get_misses.saturating_add(misses);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn line(text: &str) -> Payload<'_> {
        Payload { kept: text.as_bytes().into(), len: text.len() as u64 }
    }

    #[test]
    fn a_miss_counts_once_the_get_goes_on() {
        let mut fold = StatFold::default();
        assert_eq!(fold.command(&line("get a b"), 0), Counted::Nothing);
        assert_eq!(fold.step(StatStep::LookedUp(false)), Counted::Nothing);
        assert_eq!(fold.step(StatStep::LookedUp(true)), Counted::Miss);
        assert_eq!(fold.step(StatStep::Value), Counted::Hit);
        assert_eq!(fold.step(StatStep::Reply), Counted::Nothing);
        fold.command(&line("get a"), 0);
        fold.step(StatStep::LookedUp(false));
        assert_eq!(fold.step(StatStep::Reply), Counted::Miss);
        // The store is asked for others, too.
        fold.command(&line("set a 0 0 1"), 0);
        fold.step(StatStep::LookedUp(false));
        assert_eq!(fold.step(StatStep::Reply), Counted::Nothing);
    }

    #[test]
    fn a_word_that_was_cut_may_be_any() {
        let cut = |text: &'static str| Payload { len: text.len() as u64 + 9, ..line(text) };
        let told = |text| StatFold::default().command(&cut(text), 0);
        assert_eq!(
            (told("ge"), told("get"), told("get a")),
            (Counted::Unknown, Counted::Unknown, Counted::Nothing)
        );
        assert_eq!((told("stats res"), told("stats reset x")), (Counted::Unknown, Counted::Nothing));
        let mut fold = StatFold::default();
        fold.command(&line("stats reset"), 7);
        assert_eq!(
            (fold.step(StatStep::Call(Function::ProcessStat)), fold.step(StatStep::Reply)),
            (Counted::Nothing, Counted::Reset(7))
        );
    }

    #[test]
    fn what_is_counted_while_they_are_set_back_is_not_known() {
        let counted = |others: &[Counted], may_miss: bool, is_late: bool| {
            let (mut stats, mut told) = (Some(StatsValues { get_hits: 9, ..StatsValues::default() }), 40);
            let mut fold = StatFold::default();
            fold.command(&line("stats reset"), told);
            others.iter().for_each(|other| other.apply(&mut stats, &mut told, || may_miss));
            if is_late {
                (fold, told) = (fold.from_here(told), 0);
                let text = serde_json::to_string(&fold).unwrap();
                fold = serde_json::from_str(&text).unwrap();
            }
            fold.step(StatStep::Reply).apply(&mut stats, &mut told, || may_miss);
            stats
        };
        for is_late in [false, true] {
            assert_eq!(counted(&[Counted::Nothing], false, is_late), Some(StatsValues::default()));
            assert_eq!(counted(&[Counted::Hit], false, is_late), None);
            assert_eq!(counted(&[], true, is_late), None);
        }
    }
}
