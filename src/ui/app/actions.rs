//! What every key does to the viewer.

use crate::player::{Direction, Wanted};
use crate::texts::Language;
use crate::ui::app::{App, PendingKey, Request};
use crate::ui::count::CountPrefix;
use crate::ui::help;
use crate::ui::keys::{self, Action};
use crate::ui::lesson::Stage;
use crate::ui::panels::Panel;
use crate::ui::prompt::PromptKind;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use std::time::Duration;

/// No explanation has more lines, however narrow the screen.
pub(in crate::ui) const MOST_LINES: usize = 40;
/// Half a page, in events or lines.
const HALF_PAGE: usize = 10;

impl App {
    /// A key was pressed.
    pub fn key(&mut self, key: KeyEvent) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        self.status = None;
        // Whatever is pressed, one does not wait for it any more.
        let stopped = self.stop_looking();
        if self.prompt.is_some() {
            self.type_into_prompt(key);
        } else if let Some(pending) = self.pending.take() {
            self.after(pending, key);
        } else if key.code == KeyCode::Esc && stopped {
            self.tell(self.lang.say_stopped());
        } else if key.code == KeyCode::Esc && self.count.take().is_some() {
            self.tell(self.lang.say_no_count());
        } else if let Some(action) = self.list.and_then(|_| keys::list_action(key)) {
            let times = self.take_count().unwrap_or(1).max(1);
            self.act_on_list(action, times);
        } else if let Some(action) = self.lesson_action(key) {
            let times = self.take_count().unwrap_or(1).max(1);
            self.act_on_lesson(action, times);
        } else if !self.type_count(key)
            && let Some(action) = keys::action(key)
        {
            self.act(action);
        }
        self.look_at_leash();
    }

    /// The key after one that must be followed by another.
    fn after(&mut self, pending: PendingKey, key: KeyEvent) {
        let again = match pending {
            PendingKey::SetMark | PendingKey::GoToMark => {
                return match key.code {
                    KeyCode::Char(letter) => self.name_of_mark(pending, letter),
                    _ => self.tell(self.lang.say_no_mark_then()),
                };
            }
            PendingKey::Hold | PendingKey::Release => Action::Hold,
            PendingKey::StopRecording => Action::Record,
        };
        let action = keys::action(key);
        if action == Some(again) || key.code == KeyCode::Char('y') {
            self.confirmed(pending);
        } else if let Some(Action::Interrupt | Action::Suspend) = action {
            action.into_iter().for_each(|action| self.act(action));
        } else {
            self.tell(match pending {
                PendingKey::Hold => self.lang.say_not_held(),
                PendingKey::Release => self.lang.say_still_held(),
                _ => self.lang.say_recording_goes_on(),
            });
        }
    }

    /// Takes digits of a count. It begins with a `0`, so that `1`-`8` are always panels, however quickly
    /// one goes from one to the other.
    fn type_count(&mut self, key: KeyEvent) -> bool {
        let digit = match key.code {
            KeyCode::Char(c) if c.is_ascii_digit() && key.modifiers.is_empty() => c,
            _ => return false,
        };
        match &mut self.count {
            Some(count) => count.push(digit),
            None if digit == '0' => self.count = Some(CountPrefix::default()),
            None => return false,
        }
        true
    }

    fn take_count(&mut self) -> Option<usize> {
        self.count.take().map(|count| count.value())
    }

    /// Time has passed: a count that nobody goes on with is meant no more. Tells whether one went.
    pub(in crate::ui) fn count_waits(&mut self, elapsed: Duration) -> bool {
        self.count.take_if(|count| !count.waits(elapsed)).is_some()
    }

    /// What a key means to the lesson; what lies over the lesson goes first.
    fn lesson_action(&self, key: KeyEvent) -> Option<Action> {
        let tutor = self.tutor.as_ref().filter(|_| self.help.is_none() && self.list.is_none())?;
        keys::lesson_action(key, tutor.stage() == Stage::Asking)
    }

    fn act(&mut self, action: Action) {
        let count = self.take_count();
        let times = count.unwrap_or(1).max(1);
        if let Some(scroll) = self.help {
            return self.act_on_help(scroll, action, times);
        }
        if self.list.is_some() && !matches!(action, Action::Help | Action::Suspend | Action::Interrupt) {
            return;
        }
        let (on, back) = (Direction::Forward, Direction::Back);
        let conn = self.shown_conn_id().map(Wanted::conn);
        match action {
            Action::Next => self.next(times),
            Action::Prev => self.by_back(times),
            Action::Down if self.focus == Panel::Why => self.scroll = MOST_LINES.min(self.scroll + times),
            Action::Up if self.focus == Panel::Why => self.scroll = self.scroll.saturating_sub(times),
            Action::Down => self.next(times),
            Action::Up => self.by_back(times),
            Action::HalfDown => self.down(HALF_PAGE.saturating_mul(times)),
            Action::HalfUp => self.by_back(HALF_PAGE.saturating_mul(times)),
            Action::First => self.go_to_first(),
            Action::Last => self.go_to_last(count),
            Action::Follow => self.follow_the_tail(),
            Action::NextOfConn => self.find_shown(conn, times, on),
            Action::PrevOfConn => self.find_shown(conn, times, back),
            Action::NextRequest => self.find(Some(Wanted::request()), times, on),
            Action::PrevRequest => self.find(Some(Wanted::request()), times, back),
            Action::NextSame => self.same(times, on),
            Action::PrevSame => self.same(times, back),
            Action::NextChapter if self.tutor.is_some() => self.go_to_lesson_chapter(1),
            Action::PrevChapter if self.tutor.is_some() => self.go_to_lesson_chapter(-1),
            Action::NextChapter => self.find(Some(Wanted::chapter()), times, on),
            Action::PrevChapter => self.find(Some(Wanted::chapter()), times, back),
            Action::OtherEnd => self.other_end(),
            Action::SetMark => self.pending = Some(PendingKey::SetMark),
            Action::GoToMark => self.pending = Some(PendingKey::GoToMark),
            Action::JumpBack => self.jump_back(times),
            Action::Continue if self.continue_server() => {}
            Action::Continue => self.run_to_breakpoint(times, on),
            Action::ReverseContinue => self.run_to_breakpoint(times, back),
            Action::Breakpoint => self.toggle_breakpoint(),
            Action::Breakpoints => self.list_breakpoints(),
            Action::Play => self.play_or_pause(),
            Action::Faster => self.set_pace((0..times.min(20)).fold(self.pace, |pace, _| pace.faster())),
            Action::Slower => self.set_pace((0..times.min(20)).fold(self.pace, |pace, _| pace.slower())),
            Action::FoldIdle => self.fold_idle(),
            Action::Command => self.open_prompt(PromptKind::Command, ""),
            Action::Search => self.open_prompt(PromptKind::Search, ""),
            Action::Filter => {
                let now = self.filter.as_ref().map(|f| f.filter.to_string()).unwrap_or_default();
                self.open_prompt(PromptKind::Filter, &now);
            }
            Action::OnlyLikeThis => self.only_like_this(),
            Action::OnlyConn => self.only_this_connection(),
            Action::Hold => self.hold_or_release(),
            Action::Turn => self.next_turn(times),
            Action::Record => self.start_or_stop_recording(),
            Action::Explain => self.focus_on(Panel::Why),
            Action::Note => self.ask_for_note(),
            Action::Export => self.ask_for_export(),
            Action::Copy => self.copy(),
            Action::Theme => self.next_theme(),
            Action::Language => self.next_language(),
            Action::Mouse => self.listen_to_mouse(!self.mouse),
            Action::Panel(_) | Action::NextPanel | Action::PrevPanel => self.choose(action),
            Action::Zoom => self.zoom = !self.zoom,
            Action::Finer | Action::Coarser => {
                self.scale = if action == Action::Finer { self.scale.finer() } else { self.scale.coarser() };
                self.tell(self.scale.told(self.lang));
            }
            Action::Help => self.help = Some(0),
            Action::Close => self.close(),
            Action::Suspend => self.request = Some(Request::Suspend),
            Action::Quit => self.request = Some(Request::Quit),
            Action::QuitAndLeave => self.quit_and_leave(),
            Action::Interrupt => self.request = Some(Request::Interrupt),
            // Of the list alone.
            Action::Toggle | Action::Delete | Action::Choose => {}
            // Of a lesson alone.
            Action::NextStep
            | Action::PrevStep
            | Action::BackToLesson
            | Action::LessonAlone
            | Action::LessonDown
            | Action::LessonUp
            | Action::FromStart
            | Action::Answer(_)
            | Action::SkipQuestion => {}
        }
    }

    fn act_on_help(&mut self, scroll: usize, action: Action, times: usize) {
        let last = help::last_scroll(self);
        let scroll = scroll.min(last);
        match action {
            Action::Down | Action::Next => self.help = Some(last.min(scroll.saturating_add(times))),
            Action::Up | Action::Prev => self.help = Some(scroll.saturating_sub(times)),
            Action::HalfDown | Action::Play => self.help = Some(last.min(scroll + HALF_PAGE)),
            Action::HalfUp => self.help = Some(scroll.saturating_sub(HALF_PAGE)),
            Action::First => self.help = Some(0),
            Action::Last => self.help = Some(last),
            Action::Help | Action::Close | Action::Quit => self.help = None,
            Action::QuitAndLeave => self.quit_and_leave(),
            Action::Interrupt => self.request = Some(Request::Interrupt),
            Action::Suspend => self.request = Some(Request::Suspend),
            _ => {}
        }
    }

    /// `Esc`: closes one thing at a time, and never the program. What is typed, the help, the list and what
    /// is being looked for have gone before it comes here.
    fn close(&mut self) {
        if self.playing {
            self.playing = false;
        } else if self.show_all() {
        } else if let Some(tutor) = self.tutor.as_mut().filter(|tutor| tutor.is_alone) {
            tutor.is_alone = false;
        } else if self.search.take().is_some() {
            self.tell(self.lang.say_like_this());
        } else {
            (self.zoom, self.chosen) = (false, false);
        }
    }

    fn quit_and_leave(&mut self) {
        self.leaves_screen = true;
        // What one looked at is to stay, not what lies over it.
        (self.help, self.list, self.status) = (None, None, None);
        self.request = Some(Request::Quit);
    }

    /// Stops looking and writing. Tells whether there was anything to stop.
    fn stop_looking(&mut self) -> bool {
        let was = self.hunt.is_some() || self.exporting.is_some() || self.alone.is_some();
        self.alone = None;
        self.hunt = None;
        self.exporting = None;
        was
    }

    /// `y`
    fn copy(&mut self) {
        let Some(event) = self.player.current() else { return };
        let seq = event.seq;
        match crate::text::to_json(event) {
            Ok(line) => {
                self.request = Some(Request::Copy(line));
                self.tell(self.lang.say_copied(seq.to_string()));
            }
            Err(error) => self.warn(self.lang.say_not_copied(seq.to_string(), error.to_string())),
        }
    }

    /// `T`
    fn next_theme(&mut self) {
        self.wear(self.theme.next());
        self.tell(self.lang.say_theme(self.theme.name()));
    }

    /// `A`
    fn next_language(&mut self) {
        if self.ascii {
            return self.tell(self.lang.say_ascii());
        }
        let at = Language::ALL.iter().position(|lang| *lang == self.lang).map_or(0, |at| at + 1);
        self.lang = Language::ALL[at % Language::ALL.len()];
        self.tell(self.lang.say_language());
    }

    /// `M`
    pub(in crate::ui) fn listen_to_mouse(&mut self, on: bool) {
        self.mouse = on;
        self.request = Some(Request::Mouse(on));
        self.tell(match on {
            true => self.lang.say_mouse(),
            false => self.lang.say_no_mouse(),
        });
    }

    pub(in crate::ui) fn focus_on(&mut self, panel: Panel) {
        let again = self.focus == panel && self.chosen;
        self.focus = panel;
        self.chosen = !again;
    }

    fn choose(&mut self, action: Action) {
        let (at, len) = (self.focus as usize, Panel::ALL.len());
        let to = match action {
            Action::Panel(n) => usize::from(n).saturating_sub(1).min(len - 1),
            Action::PrevPanel => (at + len - 1) % len,
            _ => (at + 1) % len,
        };
        self.focus_on(Panel::ALL[to]);
    }
}
