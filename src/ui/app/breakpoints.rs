//! Setting breakpoints, going to them, and their list.

use crate::player::{Direction, Wanted};
use crate::ui::app::App;
use crate::ui::keys::Action;
use crate::ui::prompt::PromptKind;

impl App {
    /// `b`: on the kind or the way of this event, on or away.
    pub(in crate::ui) fn toggle_breakpoint(&mut self) {
        let Some(wanted) = self.player.current().map(Wanted::breakpoint) else { return };
        match self.breakpoints.0.iter().position(|(b, _)| b.filter == wanted.filter) {
            Some(at) if self.breakpoints.0[at].1 => {
                self.breakpoints.0.remove(at);
                self.tell(self.lang.say_no_breakpoint(wanted.to_string()));
            }
            _ => self.set_breakpoint(wanted),
        }
    }

    /// `:break EXPR`
    pub(in crate::ui) fn set_breakpoint(&mut self, wanted: Wanted) {
        self.tell(self.lang.say_breakpoint(wanted.to_string()));
        if !self.breakpoints.switch_on(&wanted) {
            self.breakpoints.0.push((wanted, true));
        }
    }

    /// `c`, `C`: on to the next breakpoint, or to the next event like this one where there is none.
    pub(in crate::ui) fn run_to_breakpoint(&mut self, times: usize, way: Direction) {
        let wanted = match self.breakpoints.filter() {
            Some(filter) => Some(Wanted { filter, name: self.lang.breakpoint().to_owned() }),
            None => self.player.current().map(Wanted::same),
        };
        self.find(wanted, times, way);
    }

    /// `B`
    pub(in crate::ui) fn list_breakpoints(&mut self) {
        self.list = Some(self.breakpoints.len().saturating_sub(1));
    }

    /// A key while the list is open.
    pub(in crate::ui) fn act_on_list(&mut self, action: Action, times: usize) {
        let Some(at) = self.list else { return };
        let list = &mut self.breakpoints.0;
        let last = list.len().saturating_sub(1);
        match action {
            Action::Down => self.list = Some(at.saturating_add(times).min(last)),
            Action::Up => self.list = Some(at.saturating_sub(times)),
            Action::Toggle => {
                if let Some((_, is_on)) = list.get_mut(at) {
                    *is_on = !*is_on;
                }
            }
            Action::Delete => {
                if at < list.len() {
                    list.remove(at);
                }
                self.list = Some(at.min(list.len().saturating_sub(1)));
            }
            Action::Choose => {
                let wanted = list.get(at).map(|(wanted, _)| wanted.clone());
                self.list = None;
                if wanted.is_some() {
                    self.find(wanted, times, Direction::Forward);
                }
            }
            Action::Command => {
                self.list = None;
                self.open_prompt(PromptKind::Command, "break ");
            }
            Action::Close => self.list = None,
            _ => {}
        }
    }
}
