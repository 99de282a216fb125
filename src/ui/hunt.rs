//! Looking for an event: a slice at a time, so that a screen never waits for it.

use crate::player::{Direction, Found, Player, Wanted};

/// What is being looked for, and how far one has come.
#[derive(Debug)]
pub(super) struct Hunt {
    pub(super) wanted: Wanted,
    pub(super) way: Direction,
    /// So many are to be passed, and the last of them is gone to.
    pub(super) left: usize,
    /// The index that is looked at next.
    next: usize,
    /// The last one found.
    found: Option<usize>,
    start: usize,
    /// It is a step, from one shown event to the next, and no jump.
    pub(super) is_step: bool,
}

/// How far a hunt has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    GoOn,
    /// The event to go to, if there is one.
    Over(Option<usize>),
}

impl Hunt {
    pub(super) fn new(wanted: Wanted, from: usize, way: Direction, times: usize, is_step: bool) -> Hunt {
        Hunt { wanted, way, left: times.max(1), next: from, found: None, start: from, is_step }
    }

    /// Looks at no more than `budget` events.
    pub(super) fn on(&mut self, player: &Player, budget: usize) -> Outcome {
        let mut budget = budget;
        while budget > 0 {
            let from = self.next;
            match player.find(&self.wanted.filter, from, self.way, budget) {
                Found::Nowhere => return Outcome::Over(self.found),
                Found::GoOn(next) => {
                    self.next = next;
                    return Outcome::GoOn;
                }
                Found::At(at) => {
                    self.found = Some(at);
                    self.left -= 1;
                    let next = match self.way {
                        Direction::Forward => Some(at + 1),
                        Direction::Back => at.checked_sub(1),
                    };
                    let Some(next) = next.filter(|_| self.left > 0) else {
                        return Outcome::Over(self.found);
                    };
                    budget = budget.saturating_sub(from.abs_diff(at) + 1);
                    self.next = next;
                }
            }
        }
        Outcome::GoOn
    }

    /// How much of what may be looked at was, in percent.
    pub(super) fn percent(&self, len: usize) -> usize {
        let all = match self.way {
            Direction::Forward => len.saturating_sub(self.start),
            Direction::Back => self.start + 1,
        };
        self.start.abs_diff(self.next) * 100 / all.max(1)
    }

    /// The first so many events are there no more.
    pub fn forget(&mut self, gone: usize) {
        self.next = self.next.saturating_sub(gone);
        self.start = self.start.saturating_sub(gone);
        self.found = self.found.and_then(|at| at.checked_sub(gone));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::FlatEvent;
    use crate::event::Kind;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn in_slices_of_any_size_the_same_is_found(
            kinds in proptest::collection::vec(any::<bool>(), 1..200),
            from in 0usize..200, times in 1usize..6, budget in 1usize..50, is_forward: bool,
        ) {
            let from = from % kinds.len();
            let event = |(i, is_read): (usize, &bool)| FlatEvent {
                seq: i as u64 + 1,
                ev: if *is_read { Kind::Read } else { Kind::State },
                ..FlatEvent::default()
            }.event();
            let player = Player::new(4, kinds.iter().enumerate().map(event).collect());
            let way = if is_forward { Direction::Forward } else { Direction::Back };
            let mut hunt = Hunt::new(Wanted::kind(Kind::Read), from, way, times, false);
            let mut slices = 0;
            let found = loop {
                slices += 1;
                prop_assert!(slices <= kinds.len() + times, "it comes to an end");
                match hunt.on(&player, budget) {
                    Outcome::GoOn => prop_assert!(hunt.percent(kinds.len()) <= 100),
                    Outcome::Over(found) => break found,
                }
            };
            let there: Vec<usize> = match way {
                Direction::Forward => (from..kinds.len()).filter(|i| kinds[*i]).take(times).collect(),
                Direction::Back => (0..=from).rev().filter(|i| kinds[*i]).take(times).collect(),
            };
            prop_assert_eq!(found, there.last().copied());
            prop_assert_eq!(hunt.left, times - there.len());
        }
    }
}
