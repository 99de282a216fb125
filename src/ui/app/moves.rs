//! Going from event to event.

use crate::player::{Direction, Wanted};
use crate::text::printable;
use crate::ui::app::{App, find_chapter};
use crate::ui::goto::GoTo;

impl App {
    pub(in crate::ui) fn go_to(&mut self, at: &GoTo) -> Result<(), String> {
        if self.must_wait_for(at) {
            return Ok(());
        }
        match at {
            GoTo::Seq(seq) => {
                self.player.seek(*seq);
                if !self.tell_the_way() && self.player.current().is_some_and(|e| e.seq != *seq) {
                    let (first, last) = self.seqs();
                    self.tell(self.lang.say_no_event(first.to_string(), last.to_string(), seq.to_string()));
                }
            }
            GoTo::Time(t) => drop(self.player.seek_time(*t)),
            GoTo::Percent(percent) => {
                let last = self.player.len().saturating_sub(1);
                self.player.go((last as f64 * percent / 100.0).round() as usize);
            }
            GoTo::Mark(title) => {
                let at = find_chapter(&self.chapters, title)
                    .ok_or_else(|| self.lang.say_no_chapter(printable(title).into_owned()))?;
                self.player.go(at);
            }
        }
        self.arrived();
        Ok(())
    }

    /// `.`: on by so many events that are shown; at the newest one of a server that is held, lets so many
    /// through.
    pub(in crate::ui) fn next(&mut self, times: usize) {
        let here = self.player.cursor().unwrap_or(0);
        if !self.player.is_at_end() {
            self.forward(here, times);
        } else if self.leash.is_some() && !self.is_over {
            self.step_server(times);
        } else {
            self.tell(self.lang.say_end());
        }
    }

    fn forward(&mut self, here: usize, times: usize) {
        match self.narrow {
            Some(_) => self.step_shown(times, Direction::Forward),
            None => self.go(here.saturating_add(times)),
        }
    }

    /// Down by so many events that are shown; lets nothing through.
    pub(in crate::ui) fn down(&mut self, times: usize) {
        self.forward(self.player.cursor().unwrap_or(0), times);
    }

    /// `,`: back by so many events that are shown.
    pub(in crate::ui) fn by_back(&mut self, times: usize) {
        let here = self.player.cursor().unwrap_or(0);
        if self.narrow.is_some() {
            return self.step_shown(times, Direction::Back);
        }
        if here == 0 {
            self.tell(self.lang.say_first());
        }
        self.go(here.saturating_sub(times));
    }

    /// `g`
    pub(in crate::ui) fn go_to_first(&mut self) {
        match self.narrow {
            Some(_) => self.go_to_the_last_shown(Direction::Back),
            None => {
                self.jump();
                self.go(0);
            }
        }
    }

    /// `G`: the last event that is shown, or the newest one of a server, or the one that a count names.
    pub(in crate::ui) fn go_to_last(&mut self, count: Option<usize>) {
        if let Some(seq) = count {
            self.jump();
            // A number is always somewhere.
            let _ = self.go_to(&GoTo::Seq(seq as u64));
        } else if self.narrow.is_some() && self.leash.is_none() {
            self.go_to_the_last_shown(Direction::Forward);
        } else {
            self.jump();
            self.go(usize::MAX);
        }
    }

    /// `F`
    pub(in crate::ui) fn follow_the_tail(&mut self) {
        if self.leash.is_none() {
            if !self.may_grow() {
                return self.tell(self.lang.say_complete());
            }
            self.go(usize::MAX);
            self.follow = true;
            return self.tell(self.lang.say_follows_file());
        }
        self.go_to_last(None);
        if !self.is_over {
            self.tell(self.lang.say_follows());
        }
    }

    pub(in crate::ui) fn go(&mut self, index: usize) {
        self.player.go(index);
        self.tell_the_way();
        self.arrived();
    }

    /// The cursor was moved by hand.
    pub(in crate::ui) fn arrived(&mut self) {
        (self.awaited, self.stop) = (None, None);
        self.looked_up = None;
        self.playing = false;
        self.paused_at = None;
        self.follow = self.leash.is_some() && self.player.is_at_end();
        self.scroll = 0;
        self.look_around();
    }

    /// Playing has reached the newest event.
    pub(in crate::ui) fn caught_up(&mut self) {
        self.follow = self.leash.is_some();
        self.paused_at = None;
    }

    /// Between an event and the one on another thread that it made happen.
    pub(in crate::ui) fn other_end(&mut self) {
        match self.player.other_end() {
            Some(at) => {
                self.jump();
                self.go(at);
            }
            None => self.tell(self.lang.say_no_other_end()),
        }
    }

    /// `n`, `N`: the next hit of the search; where there is none, the next event like this one.
    pub(in crate::ui) fn same(&mut self, times: usize, way: Direction) {
        let wanted = self.search.clone().or_else(|| self.player.current().map(Wanted::same));
        self.find_shown(wanted, times, way);
    }
}
