//! What every key does to the viewer.

use super::app::{App, Panel, Request, find_chapter, speed};
use super::goto::{self, At, Command};
use super::help;
use super::keys::{self, Action};
use crate::filter::Filter;
use crate::player::{Pace, Wanted};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::time::Duration;

/// No explanation has more lines, however narrow the screen.
const MOST_LINES: usize = 40;
/// Half a page, in events or lines.
const HALF_PAGE: usize = 10;
impl App {
    /// A key was pressed.
    pub fn key(&mut self, key: KeyEvent) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        self.status = None;
        if self.prompt.is_some() {
            self.type_into_prompt(key);
        } else if !self.type_count(key)
            && let Some(action) = keys::action(key)
        {
            self.act(action);
        }
        self.look_at_leash();
    }

    /// Takes digits of a count. Two digits make one, or a first digit that chooses no panel:
    /// `1`-`6` alone choose a panel, and give the view back if a second digit comes.
    fn type_count(&mut self, key: KeyEvent) -> bool {
        let digit = match key.code {
            KeyCode::Char(c) if c.is_ascii_digit() && key.modifiers.is_empty() => c,
            _ => return false,
        };
        match &mut self.count {
            Some((digits, (focus, chosen))) => {
                (self.focus, self.chosen) = (*focus, *chosen);
                if digits.len() < 9 {
                    digits.push(digit);
                }
            }
            None => {
                self.count = Some((digit.to_string(), (self.focus, self.chosen)));
                if let Some(action) = keys::action(key) {
                    self.choose(action);
                }
            }
        }
        true
    }

    fn take_count(&mut self) -> Option<usize> {
        self.forget_lone_digit();
        self.count.take().and_then(|(digits, _)| digits.parse().ok())
    }

    /// A digit that chose a panel begins no count any more: the next key came late, or is none.
    pub(super) fn forget_lone_digit(&mut self) {
        let is_panel = |(digits, _): &mut (String, _)| matches!(digits.as_bytes(), [b'1'..=b'6']);
        self.count.take_if(is_panel);
    }

    fn type_into_prompt(&mut self, key: KeyEvent) {
        let Some(text) = &mut self.prompt else { return };
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if ctrl => self.prompt = None,
            KeyCode::Char('u') if ctrl => text.clear(),
            KeyCode::Esc => self.prompt = None,
            KeyCode::Backspace if text.is_empty() => self.prompt = None,
            KeyCode::Backspace => drop(text.pop()),
            KeyCode::Enter => {
                let text = self.prompt.take().unwrap_or_default();
                self.run(&text);
            }
            KeyCode::Char(c) if !ctrl && text.len() < 200 => text.push(c),
            _ => {}
        }
    }

    fn run(&mut self, text: &str) {
        let chapters = &self.chapters;
        let command = goto::command(text, |title| find_chapter(chapters, title).is_some());
        let result = match command {
            Ok(Command::Go(at)) => self.go_to(&at),
            Ok(Command::By(n)) => {
                let here = self.player.cursor().unwrap_or(0);
                let by = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
                self.go(if n < 0 { here.saturating_sub(by) } else { here.saturating_add(by) });
                Ok(())
            }
            Ok(Command::Quit) => {
                self.request = Some(Request::Quit);
                Ok(())
            }
            Ok(Command::Help) => {
                self.help = Some(0);
                Ok(())
            }
            Ok(Command::Nothing) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            self.warn(error);
        }
    }

    pub(super) fn go_to(&mut self, at: &At) -> Result<(), String> {
        if self.must_wait_for(at) {
            return Ok(());
        }
        match at {
            At::Seq(seq) => {
                self.player.seek(*seq);
                if !self.tell_the_way() && self.player.current().is_some_and(|e| e.seq != *seq) {
                    let (first, last) = self.seqs();
                    self.tell(&format!("there is no event {seq}; they run from {first} to {last}"));
                }
            }
            At::Time(t) => drop(self.player.seek_time(*t)),
            At::Percent(percent) => {
                let last = self.player.len().saturating_sub(1);
                self.player.go((last as f64 * percent / 100.0).round() as usize);
            }
            At::Mark(title) => {
                let at = find_chapter(&self.chapters, title)
                    .ok_or_else(|| format!("no chapter begins with {}", crate::text::printable(title)))?;
                self.player.go(at);
            }
        }
        self.arrived();
        Ok(())
    }

    fn act(&mut self, action: Action) {
        self.steps_left = 0;
        let count = self.take_count();
        let times = count.unwrap_or(1).max(1);
        if let Some(scroll) = &mut self.help {
            let last = help::line_count().saturating_sub(1);
            match action {
                Action::Down | Action::Next => *scroll = last.min(*scroll + times),
                Action::Up | Action::Prev => *scroll = scroll.saturating_sub(times),
                Action::HalfDown => *scroll = last.min(*scroll + HALF_PAGE),
                Action::HalfUp => *scroll = scroll.saturating_sub(HALF_PAGE),
                Action::Help | Action::Close | Action::Quit => self.help = None,
                Action::Interrupt => self.request = Some(Request::Interrupt),
                Action::Suspend => self.request = Some(Request::Suspend),
                _ => {}
            }
            return;
        }
        let here = self.player.cursor().unwrap_or(0);
        let conn = self.shown_conn_id().map(Wanted::conn);
        let same = self.player.current().map(Wanted::same);
        match action {
            Action::Next => self.next(times),
            Action::Prev => self.by_back(times),
            Action::Down if self.focus == Panel::Why => self.scroll = MOST_LINES.min(self.scroll + times),
            Action::Up if self.focus == Panel::Why => self.scroll = self.scroll.saturating_sub(times),
            Action::Down => self.next(times),
            Action::Up => self.by_back(times),
            Action::HalfDown => self.go(here.saturating_add(HALF_PAGE * times)),
            Action::HalfUp => self.go(here.saturating_sub(HALF_PAGE * times)),
            Action::First => self.go(0),
            Action::Last => match count {
                Some(seq) => drop(self.go_to(&At::Seq(seq as u64))),
                None => self.go(usize::MAX),
            },
            Action::NextOfConn => self.find(conn, times, true),
            Action::PrevOfConn => self.find(conn, times, false),
            Action::NextRequest => self.find(Some(Wanted::request()), times, true),
            Action::PrevRequest => self.find(Some(Wanted::request()), times, false),
            Action::NextSame => self.find(same, times, true),
            Action::PrevSame => self.find(same, times, false),
            Action::NextChapter => self.find(Some(Wanted::chapter()), times, true),
            Action::PrevChapter => self.find(Some(Wanted::chapter()), times, false),
            Action::OtherEnd => self.other_end(),
            Action::Continue => self.run_to_breakpoint(true),
            Action::ReverseContinue => self.run_to_breakpoint(false),
            Action::Breakpoint => self.toggle_breakpoint(),
            Action::Play => self.play_or_pause(),
            Action::Faster => self.set_pace(self.pace.faster()),
            Action::Slower => self.set_pace(self.pace.slower()),
            Action::FoldIdle => {
                self.pace = self.pace.toggle_idle();
                self.tell(match self.pace.idle_limit {
                    Some(_) => "idle time is folded: a second at most (in the view alone)",
                    None => "idle time is played whole",
                });
            }
            Action::Command => self.prompt = Some(String::new()),
            Action::Hold => self.hold_or_release(),
            Action::Record => match &self.tape {
                Some(tape) if !self.is_over => tape.start_or_stop(),
                Some(_) => self.tell("the server has stopped; there is nothing to record"),
                None => self.tell("this is a recording already"),
            },
            Action::Pin => self.pin(),
            Action::Panel(_) | Action::NextPanel | Action::PrevPanel => self.choose(action),
            Action::Zoom => self.zoom = !self.zoom,
            Action::Help => self.help = Some(0),
            Action::Close => (self.zoom, self.chosen) = (false, false),
            Action::Suspend => self.request = Some(Request::Suspend),
            Action::Quit => self.request = Some(Request::Quit),
            Action::Interrupt => self.request = Some(Request::Interrupt),
        }
    }

    fn choose(&mut self, action: Action) {
        let (at, len) = (self.focus as usize, Panel::ALL.len());
        let to = match action {
            Action::Panel(n) => usize::from(n).saturating_sub(1).min(len - 1),
            Action::PrevPanel => (at + len - 1) % len,
            _ => (at + 1) % len,
        };
        let again = to == at && self.chosen;
        self.focus = Panel::ALL[to];
        self.chosen = !again;
    }

    fn next(&mut self, times: usize) {
        let here = self.player.cursor().unwrap_or(0);
        if !self.player.is_at_end() {
            self.go(here.saturating_add(times));
        } else if let Some(leash) = self.leash.clone().filter(|_| !self.is_over) {
            if !leash.is_held() {
                self.tell("this is the newest event; more come by themselves (p holds the server)");
                return;
            }
            self.follow = true;
            self.playing = false;
            if leash.waiting().is_empty() {
                self.tell("nobody is at the gate: the next event to come is let through");
            }
            self.steps_left = times - 1;
            leash.step();
        } else {
            self.tell("the end of the recording");
        }
    }

    fn by_back(&mut self, times: usize) {
        let here = self.player.cursor().unwrap_or(0);
        if here == 0 {
            self.tell("the first event");
        }
        self.go(here.saturating_sub(times));
    }

    fn go(&mut self, index: usize) {
        self.player.go(index);
        self.tell_the_way();
        self.arrived();
    }

    /// The cursor was moved by hand.
    fn arrived(&mut self) {
        self.awaited = None;
        self.playing = false;
        self.paused_at = None;
        self.follow = self.leash.is_some() && self.player.is_at_end();
        self.scroll = 0;
    }

    /// Playing has reached the newest event.
    pub(super) fn caught_up(&mut self) {
        self.follow = self.leash.is_some();
        self.paused_at = None;
    }

    fn find(&mut self, wanted: Option<Wanted>, times: usize, forward: bool) {
        let Some(wanted) = wanted else { return self.tell("no connection yet") };
        let mut found = false;
        for _ in 0..times {
            let Some(at) = self.look_for(&wanted.filter, forward) else { break };
            self.go(at);
            found = true;
        }
        if !found {
            self.tell(&format!("no {} {wanted}", if forward { "later" } else { "earlier" }));
        }
    }

    fn look_for(&self, wanted: &Filter, forward: bool) -> Option<usize> {
        if forward { self.player.find_next(wanted) } else { self.player.find_prev(wanted) }
    }

    /// Between an event and the one on another thread that it made happen.
    fn other_end(&mut self) {
        match self.player.other_end() {
            Some(at) => self.go(at),
            None => self.tell("this event has no other end on another thread"),
        }
    }

    fn run_to_breakpoint(&mut self, forward: bool) {
        let Some(wanted) = Filter::any(self.breakpoints.iter().map(|b| b.filter.clone())) else {
            let same = self.player.current().map(Wanted::same);
            return self.find(same, 1, forward);
        };
        match self.look_for(&wanted, forward) {
            Some(at) => self.go(at),
            None => {
                let which = if forward { "ahead" } else { "behind" };
                self.tell(&format!("no breakpoint {which}"));
            }
        }
    }

    fn toggle_breakpoint(&mut self) {
        let Some(wanted) = self.player.current().map(Wanted::breakpoint) else { return };
        let count = self.breakpoints.len();
        self.breakpoints.retain(|b| *b != wanted);
        if self.breakpoints.len() == count {
            self.tell(&format!("breakpoint on {wanted} (c goes on to the next, C back)"));
            self.breakpoints.push(wanted);
        } else {
            self.tell(&format!("no breakpoint on {wanted} any more"));
        }
    }

    fn play_or_pause(&mut self) {
        self.elapsed = Duration::ZERO;
        if self.playing {
            self.playing = false;
        } else if self.follow {
            self.follow = false;
            self.paused_at = self.player.current().map(|e| e.seq);
            self.tell(match self.is_held {
                true => "the view is paused, and the server is held (Space or G: back to now)",
                false => "the view is paused; the server is not (Space or G: back to now)",
            });
        } else if self.leash.is_some() && self.paused_at.is_some() {
            self.player.last();
            self.arrived();
        } else if self.player.is_at_end() && self.leash.is_none() {
            self.player.first();
            self.playing = true;
        } else {
            self.playing = true;
        }
    }

    fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
        // While it plays the first line says so.
        if !self.playing {
            self.tell(&format!("speed {}", speed(pace.speed)));
        }
    }

    fn hold_or_release(&mut self) {
        let Some(leash) = self.leash.clone() else {
            return self.tell("this is a recording: there is no server to hold");
        };
        if leash.is_held() {
            leash.release();
            self.tell("the server runs");
        } else {
            leash.hold();
            self.tell("the server is held; . lets one event through, p lets go");
        }
    }

    fn pin(&mut self) {
        let shown = self.shown_conn_id();
        if self.pinned.take().is_some() {
            self.tell("the connection shown is the one of the event again");
        } else if let Some(id) = shown {
            self.pinned = Some(id);
            self.tell(&format!("c{id} stays, whatever else happens (* again to let go)"));
        } else {
            self.tell("no connection yet");
        }
    }
}
