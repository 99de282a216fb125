//! Looking for an event: a slice at a time, so that a screen never waits for it.

use super::app::App;
use super::narrow::{Next, SLICE};
use crate::filter::Filter;
use crate::player::{Direction, Found, Player, Wanted};

/// What is being looked for, and how far one has come.
#[derive(Debug)]
pub(super) struct Hunt {
    wanted: Wanted,
    way: Direction,
    /// So many are to be passed, and the last of them is gone to.
    left: usize,
    /// The index that is looked at next.
    next: usize,
    /// The last one found.
    found: Option<usize>,
    start: usize,
    /// It is a step, from one shown event to the next, and no jump.
    is_step: bool,
}

/// How far a hunt has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    GoOn,
    /// The event to go to, if there is one.
    Over(Option<usize>),
}

impl Hunt {
    fn new(wanted: Wanted, from: usize, way: Direction, times: usize, is_step: bool) -> Hunt {
        Hunt { wanted, way, left: times.max(1), next: from, found: None, start: from, is_step }
    }

    /// Looks at no more than `budget` events.
    fn on(&mut self, player: &Player, budget: usize) -> Outcome {
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
    fn percent(&self, len: usize) -> usize {
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

impl App {
    /// Goes to the `times`th event from here that is wanted.
    pub(super) fn find(&mut self, wanted: Option<Wanted>, times: usize, way: Direction) {
        let Some(wanted) = wanted else { return self.tell(self.lang.say_no_connection()) };
        self.hunt_for(wanted, times, way, false);
    }

    /// The same among the events that are shown.
    pub(super) fn find_shown(&mut self, wanted: Option<Wanted>, times: usize, way: Direction) {
        let shown = self.narrow.as_ref().map(|narrow| narrow.filter().clone());
        let wanted = wanted.map(|wanted| match shown {
            Some(shown) => Wanted {
                filter: Filter::all([shown, wanted.filter]),
                name: self.lang.hunt_among_shown(wanted.name.clone()),
            },
            None => wanted,
        });
        self.find(wanted, times, way);
    }

    /// Goes so many shown events on or back, where a filter narrows the list.
    pub(super) fn step_shown(&mut self, times: usize, way: Direction) {
        let Some(narrow) = &self.narrow else { return };
        let here = self.player.cursor().unwrap_or(0);
        match narrow.nth(here, way, times, self.player.len()) {
            Next::At(at) => self.go(at),
            Next::Nowhere => self.no_more(way),
            Next::Unknown => {
                let wanted =
                    Wanted { filter: narrow.filter().clone(), name: self.lang.hunt_shown().to_owned() };
                self.hunt_for(wanted, times, way, true);
            }
        }
    }

    /// To the last shown event in that direction: looked for from the other end.
    pub(super) fn go_to_the_last_shown(&mut self, way: Direction) {
        let Some(narrow) = &self.narrow else { return };
        let wanted = Wanted { filter: narrow.filter().clone(), name: self.lang.hunt_shown().to_owned() };
        let from = match way {
            Direction::Forward => self.player.len().saturating_sub(1),
            Direction::Back => 0,
        };
        let way = match way {
            Direction::Forward => Direction::Back,
            Direction::Back => Direction::Forward,
        };
        self.start_hunt(Hunt::new(wanted, from, way, 1, false));
    }

    fn no_more(&mut self, way: Direction) {
        match way {
            // Of a server that runs the next one may be about to come.
            Direction::Forward if self.leash.is_some() && !self.player.is_at_end() => {
                self.go(usize::MAX);
                self.tell(self.lang.say_newest());
            }
            Direction::Forward => self.tell(self.lang.say_no_later_shown()),
            Direction::Back => self.tell(self.lang.say_no_earlier_shown()),
        }
    }

    fn hunt_for(&mut self, wanted: Wanted, times: usize, way: Direction, is_step: bool) {
        let Some(here) = self.player.cursor() else { return };
        let from = match way {
            Direction::Forward => Some(here + 1),
            Direction::Back => here.checked_sub(1),
        };
        match from {
            Some(from) => self.start_hunt(Hunt::new(wanted, from, way, times, is_step)),
            None if is_step => self.no_more(way),
            None => self.tell(self.lang.say_no_earlier(wanted.to_string())),
        }
    }

    fn start_hunt(&mut self, hunt: Hunt) {
        self.playing = false;
        self.hunt = Some(hunt);
        self.hunt_on();
    }

    /// Looks at the next slice. Tells whether the screen has changed.
    pub(super) fn hunt_on(&mut self) -> bool {
        let Some(mut hunt) = self.hunt.take() else { return false };
        match hunt.on(&self.player, SLICE) {
            Outcome::GoOn => {
                let percent = hunt.percent(self.player.len());
                self.tell(self.lang.say_looking(percent.to_string(), hunt.wanted.to_string()));
                self.hunt = Some(hunt);
            }
            Outcome::Over(None) if hunt.is_step => self.no_more(hunt.way),
            Outcome::Over(None) => {
                let wanted = hunt.wanted.to_string();
                let told = match (hunt.way, self.percent()) {
                    (Direction::Back, _) => self.lang.say_no_earlier(wanted),
                    (Direction::Forward, None) => self.lang.say_no_later(wanted),
                    (Direction::Forward, Some(read)) => {
                        self.lang.say_no_later_so_far(read.to_string(), wanted)
                    }
                };
                self.tell(told);
            }
            Outcome::Over(Some(at)) => {
                self.status = None;
                if !hunt.is_step {
                    self.jump();
                }
                self.go(at);
                if hunt.left > 0 {
                    self.tell(self.lang.say_fewer(hunt.left.to_string()));
                }
            }
        }
        true
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
