//! Looking for an event: a slice at a time, so that a screen never waits for it.

use crate::filter::Filter;
use crate::player::{Direction, Wanted};
use crate::ui::app::App;
use crate::ui::hunt::{Hunt, Outcome};
use crate::ui::narrow::{Next, SLICE};

impl App {
    /// Goes to the `times`th event from here that is wanted.
    pub(in crate::ui) fn find(&mut self, wanted: Option<Wanted>, times: usize, way: Direction) {
        let Some(wanted) = wanted else { return self.tell(self.lang.say_no_connection()) };
        self.hunt_for(wanted, times, way, false);
    }

    /// The same among the events that are shown.
    pub(in crate::ui) fn find_shown(&mut self, wanted: Option<Wanted>, times: usize, way: Direction) {
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
    pub(in crate::ui) fn step_shown(&mut self, times: usize, way: Direction) {
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
    pub(in crate::ui) fn go_to_the_last_shown(&mut self, way: Direction) {
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
    pub(in crate::ui) fn hunt_on(&mut self) -> bool {
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
