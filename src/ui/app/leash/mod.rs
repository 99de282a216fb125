//! What the keys do to a server on a leash, and what is said about it.

use crate::event::{Event, Thread};
use crate::filter::Filter;
use crate::player::Wanted;
use crate::ui::app::{App, PendingKey};
use crate::ui::{Leash, LeashRequest};
use crate::words::at_gate;

/// A thread that runs alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Alone {
    pub th: Thread,
    /// What it stops at.
    pub until: Filter,
}

impl App {
    /// Looks at the leash. Tells whether anything there changed.
    pub fn look_at_leash(&mut self) -> bool {
        let Some(leash) = &self.leash else { return false };
        let now = if self.is_over { Default::default() } else { leash.look() };
        if now == self.leashed {
            return false;
        }
        let before = std::mem::replace(&mut self.leashed, now);
        let now = &self.leashed;
        // It may have run and stopped between two looks.
        if !now.held {
            (self.stop, self.alone) = (None, None);
        }
        if let Some(seq) = now.stopped_at.filter(|_| now.stopped_at != before.stopped_at) {
            self.stopped(seq);
        } else if now.held && !before.held {
            match &now.holder {
                Some(name) if !now.yours => {
                    self.tell(self.lang.say_held_by(name.clone()));
                }
                _ => self.tell(self.lang.say_held()),
            }
        } else if !now.held && before.held && now.until.is_none() && !self.is_over {
            self.tell(self.lang.say_runs());
        } else if now.waiting != before.waiting && !now.waiting.is_empty() && !self.is_awaited() {
            // Who may be let through is what one wants to know now, but for where it has stopped.
            let has_come = before.steps.is_some() && now.steps.is_none();
            self.status.take_if(|_| has_come || now.stopped_at.is_none());
        }
        true
    }

    /// The server has stopped at an event that was awaited: that is the one to look at, whatever other
    /// threads had begun and told of after it.
    fn stopped(&mut self, seq: u64) {
        self.stop = Some(seq);
        self.tell(self.lang.say_awaited(seq.to_string()));
        if self.follow {
            self.go_to_tail();
        }
    }

    /// To where one is who follows the server: its newest event, or the one that it has stopped at.
    pub(in crate::ui) fn go_to_tail(&mut self) {
        match self.stop.filter(|seq| self.seqs().1 >= *seq) {
            Some(seq) => drop(self.player.seek(seq)),
            None => drop(self.player.last()),
        }
    }

    /// A thread that runs alone has told of an event: it goes on, or that was it.
    pub(in crate::ui) fn run_alone(&mut self, event: &Event) {
        let Some(Alone { th, until }) = self.alone.take_if(|alone| alone.th == event.th) else { return };
        if until.matches(event) {
            self.stopped(event.seq);
        } else if let Some(leash) = &self.leash {
            leash.ask(LeashRequest::Step { n: 1, thread: Some(th) });
            self.alone = Some(Alone { th, until });
        }
    }

    /// Whether the server is held, as of the last look.
    pub(in crate::ui) fn is_held(&self) -> bool {
        self.leashed.held
    }

    /// Whether an event was asked for that nobody at the gate can bring.
    fn is_awaited(&self) -> bool {
        self.leashed.steps.and_then(|steps| steps.th).is_some_and(|th| self.leashed.at_gate(th).is_none())
    }

    /// `p`
    pub(in crate::ui) fn hold_or_release(&mut self) {
        let Some(leash) = self.leash.clone() else {
            return self.tell(self.lang.say_nothing_to_hold());
        };
        if self.is_over {
            return self.tell(self.lang.say_stopped_hold());
        }
        // Who has the leash in hand has said so once.
        if leash.elsewhere().is_some() && !self.leashed.yours && self.leashed.holder.is_none() {
            self.pending = Some(if self.is_held() { PendingKey::Release } else { PendingKey::Hold });
            return;
        }
        leash.ask(if self.is_held() { LeashRequest::Release } else { LeashRequest::Hold });
    }

    /// `r`
    pub(in crate::ui) fn start_or_stop_recording(&mut self) {
        let Some(tape) = self.tape.clone() else { return self.tell(self.lang.say_recording_already()) };
        if self.is_over {
            return self.tell(self.lang.say_stopped_record());
        }
        let is_elsewhere = self.leash.as_ref().is_some_and(|leash| leash.elsewhere().is_some());
        if is_elsewhere && tape.is_recording() {
            self.pending = Some(PendingKey::StopRecording);
            return;
        }
        tape.start_or_stop();
    }

    /// The key was pressed again, or `y`. What was asked may be so already.
    pub(in crate::ui) fn confirmed(&mut self, what: PendingKey) {
        let leash = self.leash.clone().filter(|_| !self.is_over);
        let tape = self.tape.clone().filter(|tape| !self.is_over && tape.is_recording());
        match (what, leash, tape) {
            (PendingKey::Hold, Some(leash), _) if !self.is_held() => leash.ask(LeashRequest::Hold),
            (PendingKey::Release, Some(leash), _) if self.is_held() => leash.ask(LeashRequest::Release),
            (PendingKey::StopRecording, _, Some(tape)) => tape.start_or_stop(),
            _ => {}
        }
    }

    /// What is asked before something that cannot be taken back is done to a server elsewhere.
    pub(in crate::ui) fn asked_first(&self, what: PendingKey) -> String {
        let name = self.leash.as_ref().and_then(|leash| leash.elsewhere()).unwrap_or(self.lang.the_server());
        match what {
            PendingKey::StopRecording => self.lang.ask_stop_recording(name),
            PendingKey::Release => self.lang.ask_release(name),
            _ => self.lang.ask_hold(name),
        }
    }

    /// `t`: main, the workers, and then again whoever has waited longest.
    pub(in crate::ui) fn next_turn(&mut self, times: usize) {
        if self.leash.is_none() {
            return self.tell(self.lang.say_order());
        }
        let threads = self.player.world().threads.keys().copied();
        let threads: Vec<Thread> = threads.filter(|th| *th != Thread::Client).collect();
        let at = self.turn.and_then(|turn| threads.iter().position(|th| *th == turn)).map_or(0, |at| at + 1);
        // One more than there are threads: whoever has waited longest.
        self.turn = threads.get((at + times - 1) % (threads.len() + 1)).copied();
        let text = match self.turn {
            None => self.lang.say_turn_longest().to_owned(),
            Some(th) if !self.is_held() => self.lang.say_turn_once_held(th.to_string()),
            Some(th) => self.lang.say_turn(self.about(th), th.to_string()),
        };
        self.tell(&text);
    }

    /// What stepping a thread does.
    fn about(&self, th: Thread) -> String {
        match (self.leashed.at_gate(th), self.leashed.in_line(th)) {
            (Some(at), _) => self.lang.turn_lets_go(at_gate(at, self.lang)),
            (None, Some(it)) => match it.behind {
                Some(other) => self.lang.turn_waits_for(other.to_string()),
                None => self.lang.turn_waits().to_owned(),
            },
            (None, None) => self.lang.turn_not_there().to_owned(),
        }
    }

    /// `.` at the newest event: lets so many events of a held server through.
    pub(in crate::ui) fn step_server(&mut self, times: usize) {
        let Some(leash) = self.leash.clone() else { return };
        if !self.is_held() {
            return self.tell(self.lang.say_newest_live());
        }
        self.go_on();
        match self.turn {
            Some(th) if self.leashed.at_gate(th).is_none() => {
                self.tell(&match self.leashed.in_line(th).and_then(|it| it.behind) {
                    Some(other) => self.lang.say_step_other(other.to_string(), th.to_string()),
                    None => self.lang.say_once_it_comes(th.to_string()),
                });
            }
            None if self.leashed.waiting.is_empty() => {
                self.tell(self.lang.say_nobody());
            }
            _ => {}
        }
        leash.ask(LeashRequest::Step { n: u32::try_from(times).unwrap_or(u32::MAX), thread: self.turn });
    }

    /// `c` at the newest event of a held server: it runs to the next breakpoint, or where there is
    /// none to the next event of this kind. Whether it does.
    pub(in crate::ui) fn continue_server(&mut self) -> bool {
        let Some(leash) = self.leash.clone().filter(|_| self.is_held()) else { return false };
        let points = self.breakpoints.iter().map(|point| point.filter.clone());
        let until = Filter::any(points).or_else(|| Some(Wanted::same(self.player.current()?).filter));
        let Some(until) = until.filter(|until| self.is_at_tail(until)) else { return false };
        if let Some(th) = self.turn {
            self.continue_alone(&*leash, th, until);
            return true;
        }
        let until = until.to_string();
        self.go_on();
        self.tell(self.lang.say_runs_until(until.clone()));
        leash.ask(LeashRequest::Until(until));
        true
    }

    /// Whether nothing came after the event that one looks at, or nothing that is `wanted` after the one
    /// that the server has stopped at.
    fn is_at_tail(&self, wanted: &Filter) -> bool {
        let Some(here) = self.player.cursor().filter(|_| !self.player.is_at_end()) else { return true };
        let rest = self.player.slice(here + 1..self.player.len());
        self.stop.is_some() && self.follow && !rest.iter().any(|event| wanted.matches(&**event))
    }

    /// One goes on with the server, at its newest event.
    fn go_on(&mut self) {
        (self.follow, self.playing, self.stop) = (true, false, None);
        self.go_to_tail();
    }

    /// `c` with a turn: this thread alone runs, an event at a time, so that it stops at the awaited one and
    /// no other thread moves.
    fn continue_alone(&mut self, leash: &dyn Leash, th: Thread, until: Filter) {
        if self.leashed.at_gate(th).is_none() {
            return self.tell(&match self.leashed.in_line(th).and_then(|it| it.behind) {
                Some(other) => self.lang.say_not_alone_lock(other.to_string(), th.to_string()),
                None => self.lang.say_not_alone_gate(th.to_string()),
            });
        }
        self.go_on();
        self.tell(self.lang.say_alone(until.to_string(), th.to_string()));
        self.alone = Some(Alone { th, until });
        leash.ask(LeashRequest::Step { n: 1, thread: Some(th) });
    }

    /// What the last line says while the server is held and one looks at now.
    pub(in crate::ui) fn held_hints(&self) -> Vec<(String, String)> {
        let hint = |keys: &str, what: String| (keys.to_owned(), what);
        if !self.leashed.yours
            && let Some(name) = &self.leashed.holder
        {
            return vec![
                hint(",", self.lang.hint_look_back().to_owned()),
                hint("", self.lang.hint_has_leash(name.clone())),
            ];
        }
        let next = match (self.turn, self.leashed.waiting.first()) {
            (Some(th), _) => match (self.leashed.at_gate(th), self.leashed.in_line(th)) {
                (Some(at), _) => format!("{th}: {}", at_gate(at, self.lang)),
                (None, Some(_)) => self.lang.hint_waits(th.to_string()),
                (None, None) if self.is_awaited() => self.lang.hint_asked_for(th.to_string()),
                (None, None) => self.lang.hint_once(th.to_string()),
            },
            (None, Some(at)) => format!("{}: {}", at.th, at_gate(at, self.lang)),
            (None, None) if self.leashed.steps.is_some() => self.lang.hint_whoever().to_owned(),
            (None, None) => self.lang.hint_next_event().to_owned(),
        };
        vec![
            match self.player.is_at_end() {
                true => hint(".", next),
                false => hint(".", self.lang.hint_begun().to_owned()),
            },
            hint("t", self.lang.hint_turn().to_owned()),
            hint("p", self.lang.hint_release().to_owned()),
            hint(",", self.lang.hint_look_back().to_owned()),
            hint("c", self.lang.hint_breakpoint().to_owned()),
        ]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
