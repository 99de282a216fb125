//! The list when a filter narrows it: which events around the cursor are shown.
//!
//! A recording may have millions of events, and a filter may mean few of them: they are looked for
//! from the cursor outwards, so many at a time, and no further than a screen can show.

use crate::filter::Filter;
use crate::player::{Direction, Found, Player};
use std::collections::VecDeque;
use std::ops::Range;

/// How many events are looked at at once: a few milliseconds' work.
pub(super) const SLICE: usize = 20_000;
/// How many shown events are looked for before and after the cursor, where there are many events.
const REACH: usize = 300;
/// How many are kept; those furthest from the cursor go first.
const MOST: usize = 4 * REACH;

/// What is known of the next shown event in a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// It stands at this index.
    At(usize),
    /// There is none.
    Nowhere,
    /// That is not known yet.
    Unknown,
}

/// Which events are shown, as far as one has looked.
#[derive(Debug)]
pub(super) struct Narrow {
    filter: Filter,
    /// The indices of those that are shown, in order, among those that were looked at.
    hits: VecDeque<usize>,
    looked_at: Range<usize>,
}

impl Narrow {
    pub fn new(filter: Filter) -> Narrow {
        Narrow { filter, hits: VecDeque::new(), looked_at: 0..0 }
    }

    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Looks at some more events around the cursor, at most about `budget`. Tells whether there is
    /// more to look at.
    pub fn look(&mut self, player: &Player, cursor: usize, budget: usize) -> bool {
        let len = player.len();
        if cursor > self.looked_at.end && cursor - self.looked_at.end < budget {
            // A server's newest event is a little further on each time.
            self.reach_to(player, cursor);
        }
        if cursor < self.looked_at.start || cursor > self.looked_at.end {
            self.hits.clear();
            self.looked_at = cursor..cursor;
        }
        self.looked_at.end = self.looked_at.end.min(len);
        // What comes next first: that is where one goes.
        let left = self.look_down(player, cursor, budget);
        self.look_up(player, cursor, left.max(budget / 4));
        self.trim(cursor, len);
        !self.is_done(cursor, len)
    }

    /// Whether nothing need be looked at: all of it was, or as many are known as are shown.
    pub fn is_done(&self, cursor: usize, len: usize) -> bool {
        (self.looked_at.start == 0 || self.hits_before(cursor) >= reach(len))
            && (self.looked_at.end >= len || self.hits_after(cursor) >= reach(len))
            && self.looked_at.start <= cursor
            && cursor <= self.looked_at.end
    }

    /// Looks at all that comes before `end`.
    fn reach_to(&mut self, player: &Player, end: usize) {
        while self.looked_at.end < end {
            let from = self.looked_at.end;
            self.looked_at.end = match player.find(&self.filter, from, Direction::Forward, end - from) {
                Found::At(at) => {
                    self.hits.push_back(at);
                    at + 1
                }
                Found::GoOn(next) => next,
                Found::Nowhere => end,
            };
        }
    }

    fn look_down(&mut self, player: &Player, cursor: usize, budget: usize) -> usize {
        let mut left = budget;
        // There may be more of a recording that is still being read at the next look.
        let len = player.len();
        while left > 0 && self.looked_at.end < len && self.hits_after(cursor) < reach(len) {
            let from = self.looked_at.end;
            self.looked_at.end = match player.find(&self.filter, from, Direction::Forward, left) {
                Found::At(at) => {
                    self.hits.push_back(at);
                    at + 1
                }
                Found::GoOn(next) => next,
                Found::Nowhere => len,
            };
            left = left.saturating_sub(self.looked_at.end.saturating_sub(from).max(1));
        }
        left
    }

    fn look_up(&mut self, player: &Player, cursor: usize, budget: usize) {
        let mut left = budget;
        while let Some(from) = self.looked_at.start.checked_sub(1)
            && left > 0
            && self.hits_before(cursor) < reach(player.len())
        {
            self.looked_at.start = match player.find(&self.filter, from, Direction::Back, left) {
                Found::At(at) => {
                    self.hits.push_front(at);
                    at
                }
                Found::GoOn(next) => next + 1,
                Found::Nowhere => 0,
            };
            left = left.saturating_sub((from + 1).saturating_sub(self.looked_at.start).max(1));
        }
    }

    fn trim(&mut self, cursor: usize, len: usize) {
        while self.hits.len() > MOST && reach(len) < usize::MAX {
            if self.hits_before(cursor) > self.hits_after(cursor) {
                self.looked_at.start = self.hits.pop_front().map_or(self.looked_at.start, |at| at + 1);
            } else {
                self.looked_at.end = self.hits.pop_back().unwrap_or(self.looked_at.end);
            }
        }
    }

    fn hits_before(&self, cursor: usize) -> usize {
        self.hits.partition_point(|at| *at < cursor)
    }

    fn hits_after(&self, cursor: usize) -> usize {
        self.hits.len() - self.hits.partition_point(|at| *at <= cursor)
    }

    /// Those known before the cursor, the nearest first.
    pub fn before(&self, cursor: usize) -> impl Iterator<Item = usize> + '_ {
        self.hits.range(..self.hits_before(cursor)).rev().copied()
    }

    /// Those known after the cursor, the nearest first.
    pub fn after(&self, cursor: usize) -> impl Iterator<Item = usize> + '_ {
        self.hits.range(self.hits.partition_point(|at| *at <= cursor)..).copied()
    }

    /// The `n`th shown event from the cursor; where there are fewer, the last of them.
    pub fn nth(&self, cursor: usize, way: Direction, n: usize, len: usize) -> Next {
        let covers = self.looked_at.start <= cursor && cursor <= self.looked_at.end;
        let (known, is_all) = match way {
            Direction::Forward => (self.hits_after(cursor), self.looked_at.end >= len),
            Direction::Back => (self.hits_before(cursor), self.looked_at.start == 0),
        };
        if !covers || (known < n && !is_all) {
            return Next::Unknown;
        }
        let at = n.min(known).checked_sub(1).and_then(|n| match way {
            Direction::Forward => self.after(cursor).nth(n),
            Direction::Back => self.before(cursor).nth(n),
        });
        at.map_or(Next::Nowhere, Next::At)
    }

    /// How many are shown of all; known where all were looked at.
    pub fn total(&self, len: usize) -> Option<usize> {
        (self.looked_at.start == 0 && self.looked_at.end >= len).then_some(self.hits.len())
    }

    /// How much was looked at, in percent.
    pub fn percent(&self, len: usize) -> usize {
        self.looked_at.len() * 100 / len.max(1)
    }

    /// The first so many events are there no more.
    pub fn forget(&mut self, gone: usize) {
        let first = self.hits.partition_point(|at| *at < gone);
        self.hits.drain(..first);
        self.hits.iter_mut().for_each(|at| *at -= gone);
        self.looked_at = self.looked_at.start.saturating_sub(gone)..self.looked_at.end.saturating_sub(gone);
    }
}

/// In a recording that one look takes in, all of it.
fn reach(len: usize) -> usize {
    if len <= SLICE { usize::MAX } else { REACH }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::FlatEvent;
    use crate::event::Kind;
    use proptest::prelude::*;

    /// Every `every`th event is a read.
    fn player(len: usize, every: usize) -> Player {
        let event = |i: usize| {
            FlatEvent {
                seq: i as u64 + 1,
                ev: if i.is_multiple_of(every) { Kind::Read } else { Kind::State },
                ..FlatEvent::default()
            }
            .event()
        };
        Player::new(4, (0..len).map(event).collect())
    }

    fn reads() -> Filter {
        Filter::kind(Kind::Read)
    }

    #[test]
    fn of_many_events_no_more_are_looked_at_than_a_screen_needs() {
        let (len, cursor) = (200_000, 100_001);
        let player = player(len, 2);
        let mut narrow = Narrow::new(reads());
        let mut looks = 0;
        while narrow.look(&player, cursor, 100) {
            looks += 1;
            assert!(looks < 100);
        }
        assert!(looks > 1, "it was done in slices");
        assert!(narrow.looked_at.len() < 4 * REACH && narrow.total(len).is_none());
        assert_eq!(narrow.before(cursor).next(), Some(100_000));
        assert_eq!(narrow.nth(cursor, Direction::Forward, 100, len), Next::At(100_200));
        assert_eq!(narrow.nth(cursor, Direction::Forward, 10_000, len), Next::Unknown);
        // Wherever one goes on from there, what is kept stays small.
        for cursor in (cursor..cursor + 20_000).step_by(50) {
            while narrow.look(&player, cursor, SLICE) {}
            assert!(narrow.hits.len() <= MOST);
            assert_eq!(narrow.after(cursor).next(), Some((cursor / 2 + 1) * 2));
        }
    }

    #[test]
    fn a_cursor_that_goes_along_with_a_server_loses_nothing_of_what_is_known() {
        let mut player = player(50_000, 7);
        let mut narrow = Narrow::new(reads());
        while narrow.look(&player, player.len() - 1, SLICE) {}
        let before = narrow.looked_at.start;
        for batch in 0..20 {
            let first = player.len();
            for i in first..first + 100 {
                let ev = if i.is_multiple_of(7) { Kind::Read } else { Kind::State };
                player.push(FlatEvent { seq: i as u64 + 1, ev, ..FlatEvent::default() }.event());
            }
            assert!(!narrow.look(&player, player.len() - 1, SLICE), "batch {batch}: one look is enough");
            assert_eq!(narrow.looked_at, before..player.len());
        }
    }

    #[test]
    fn where_nothing_is_meant_the_whole_is_looked_at_and_then_it_is_enough() {
        let player = player(50_000, 60_000);
        let mut narrow = Narrow::new(Filter::kind(Kind::Close));
        let mut looks = 0;
        while narrow.look(&player, 25_000, 1000) {
            looks += 1;
        }
        assert!((20..200).contains(&looks), "{looks}");
        assert_eq!(narrow.total(50_000), Some(0));
        assert_eq!(narrow.nth(25_000, Direction::Back, 1, 50_000), Next::Nowhere);
    }

    proptest! {
        #[test]
        fn what_is_known_is_what_a_look_at_every_event_would_tell(
            len in 1usize..400, every in 1usize..9, moves in proptest::collection::vec((0usize..400, 1usize..60), 1..20),
        ) {
            let player = player(len, every);
            let mut narrow = Narrow::new(reads());
            for (cursor, budget) in moves {
                let cursor = cursor % len;
                narrow.look(&player, cursor, budget);
                let known: Vec<usize> = narrow.hits.iter().copied().collect();
                let true_ones: Vec<usize> =
                    narrow.looked_at.clone().filter(|i| i.is_multiple_of(every)).collect();
                prop_assert_eq!(known, true_ones);
                if let Next::At(at) = narrow.nth(cursor, Direction::Forward, 1, len) {
                    prop_assert_eq!(Some(at), (cursor + 1..len).find(|i| i.is_multiple_of(every)));
                }
            }
            while narrow.look(&player, len / 2, 7) {}
            prop_assert_eq!(narrow.total(len), Some(len.div_ceil(every)));
            narrow.forget(len / 2);
            prop_assert!(narrow.hits.iter().all(|i| (i + len / 2).is_multiple_of(every)));
        }
    }
}
