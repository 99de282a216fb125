//! Playing: what time that passes does.

use crate::event::Kind;
use crate::player::{Direction, Pace, pause_after};
use crate::ui::app::{App, speed};
use crate::ui::count::CountPrefix;
use crate::ui::narrow::Next;
use std::time::Duration;

impl App {
    /// How long until something must happen by itself; `None`: not before a key.
    pub fn due(&self) -> Option<Duration> {
        if self.is_busy() {
            return Some(Duration::ZERO);
        }
        let play = self.playing.then(|| self.pause().saturating_sub(self.elapsed));
        let count = self.count.as_ref().map(CountPrefix::left);
        [play, count, self.reading(), self.lesson_due()].into_iter().flatten().min()
    }

    /// Whether something is being looked for or written, a slice at a time.
    fn is_busy(&self) -> bool {
        self.hunt.is_some() || self.exporting.is_some() || self.is_looking_around()
    }

    /// Time has passed: plays on, looks on, writes on. Tells whether the screen has changed.
    pub fn tick(&mut self, elapsed: Duration) -> bool {
        let mut changed =
            self.hunt_on() | self.export_on() | self.lesson_waits(elapsed) | self.count_waits(elapsed);
        if self.is_looking_around() {
            self.look_around();
            changed = true;
        }
        if !self.playing {
            return changed;
        }
        self.elapsed += elapsed;
        let from = self.player.cursor();
        let mut pause = self.pause();
        while self.playing && self.elapsed >= pause {
            let next = self.next_played();
            if next == Next::Unknown {
                // It is being looked for; what time that takes is not the recording's.
                self.elapsed = pause;
                break;
            }
            self.elapsed -= pause;
            let Next::At(at) = next else {
                self.played_out();
                break;
            };
            self.player.go(at);
            if self.narrow.is_some() {
                self.look_around();
            }
            let here = self.player.current();
            if here.is_some_and(|e| self.breakpoints.iter().any(|b| b.matches(e))) {
                self.playing = false;
                self.tell(self.lang.say_at_breakpoint());
            } else if self.pause_on_marks && here.is_some_and(|e| e.kind() == Kind::Mark) {
                self.playing = false;
                self.tell(self.lang.say_at_chapter());
            }
            pause = self.pause();
        }
        if self.player.cursor() != from {
            self.scroll = 0;
        }
        changed || self.player.cursor() != from || !self.playing
    }

    /// There is nothing more to play.
    fn played_out(&mut self) {
        self.playing = false;
        if self.narrow.is_some() && !self.player.is_at_end() {
            self.tell(self.lang.say_last_shown());
            return;
        }
        self.caught_up();
        if !self.follow {
            self.tell(self.lang.say_end());
        }
    }

    /// The event that is played next: the next one that is shown.
    fn next_played(&self) -> Next {
        let Some(here) = self.player.cursor() else { return Next::Nowhere };
        let len = self.player.len();
        match &self.narrow {
            Some(narrow) => narrow.nth(here, Direction::Forward, 1, len),
            None if here + 1 < len => Next::At(here + 1),
            None => Next::Nowhere,
        }
    }

    fn pause(&self) -> Duration {
        let next = match self.next_played() {
            Next::At(at) => self.player.event(at),
            Next::Nowhere | Next::Unknown => None,
        };
        match (self.player.current(), next) {
            (Some(here), Some(next)) => pause_after(next.t.saturating_sub(here.t), self.pace),
            _ => pause_after(0, self.pace),
        }
    }

    pub(in crate::ui) fn play_or_pause(&mut self) {
        self.elapsed = Duration::ZERO;
        if self.playing {
            self.playing = false;
        } else if self.follow {
            self.follow = false;
            if self.leash.is_none() {
                return self.tell(self.lang.say_stays());
            }
            self.paused_at = self.player.current().map(|e| e.seq);
            self.tell(match self.is_held() {
                true => self.lang.say_paused_held(),
                false => self.lang.say_paused(),
            });
        } else if self.leash.is_some() && self.paused_at.is_some() {
            self.player.last();
            self.arrived();
        } else if self.next_played() == Next::Nowhere && self.leash.is_none() {
            self.jump();
            self.player.first();
            self.look_around();
            self.playing = true;
        } else {
            self.playing = true;
        }
    }

    pub(in crate::ui) fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
        // While it plays the first line says so.
        if !self.playing {
            self.tell(self.lang.say_speed(speed(pace.speed)));
        }
    }

    pub(in crate::ui) fn fold_idle(&mut self) {
        self.pace = self.pace.toggle_idle();
        self.tell(match self.pace.idle_limit {
            Some(_) => self.lang.say_idle_folded(),
            None => self.lang.say_idle_whole(),
        });
    }
}
