//! Breakpoints: set at an event or by an expression, listed, switched off, taken away.

use super::app::App;
use super::keys::Action;
use super::pen::Pen;
use super::prompt::PromptKind;
use crate::filter::Filter;
use crate::player::{Direction, Wanted};
use crate::text::printable;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The breakpoints, in the order in which they were set.
#[derive(Debug, Default)]
pub(super) struct Breakpoints(Vec<(Wanted, bool)>);

impl Breakpoints {
    /// Those that are on.
    pub fn iter(&self) -> impl Iterator<Item = &Wanted> {
        self.0.iter().filter(|(_, is_on)| *is_on).map(|(wanted, _)| wanted)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    /// What any of those that are on means.
    fn filter(&self) -> Option<Filter> {
        Filter::any(self.iter().map(|b| b.filter.clone()))
    }

    /// Whether there is one that means the same; it is on then.
    fn switch_on(&mut self, wanted: &Wanted) -> bool {
        let same = self.0.iter_mut().find(|(b, _)| b.filter == wanted.filter);
        same.map(|(_, is_on)| *is_on = true).is_some()
    }
}

impl App {
    /// `b`: on the kind or the way of this event, on or away.
    pub(super) fn toggle_breakpoint(&mut self) {
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
    pub(super) fn set_breakpoint(&mut self, wanted: Wanted) {
        self.tell(self.lang.say_breakpoint(wanted.to_string()));
        if !self.breakpoints.switch_on(&wanted) {
            self.breakpoints.0.push((wanted, true));
        }
    }

    /// `c`, `C`: on to the next breakpoint, or to the next event like this one where there is none.
    pub(super) fn run_to_breakpoint(&mut self, times: usize, way: Direction) {
        let wanted = match self.breakpoints.filter() {
            Some(filter) => Some(Wanted { filter, name: self.lang.breakpoint().to_owned() }),
            None => self.player.current().map(Wanted::same),
        };
        self.find(wanted, times, way);
    }

    /// `B`
    pub(super) fn list_breakpoints(&mut self) {
        self.list = Some(self.breakpoints.len().saturating_sub(1));
    }

    /// A key while the list is open.
    pub(super) fn act_on_list(&mut self, action: Action, times: usize) {
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

/// Draws the list.
pub(super) fn render(app: &App, at: usize, area: Rect, buf: &mut Buffer) {
    let p = app.palette;
    let mut pen = Pen::new(buf, area);
    pen.put(2, 0, app.lang.breakpoints(), p.now);
    let list = &app.breakpoints.0;
    if list.is_empty() {
        pen.put(2, 2, app.lang.breakpoints_none(), p.text);
        pen.put(2, 3, app.lang.breakpoints_how(), p.text);
        return;
    }
    let height = pen.height().saturating_sub(2).max(1);
    let top = (at + 1).saturating_sub(height);
    let room = pen.width().saturating_sub(12);
    for (y, (i, (wanted, is_on))) in list.iter().enumerate().skip(top).take(height).enumerate() {
        let y = y + 2;
        let style = match (i == at, is_on) {
            (true, _) => p.now,
            (false, true) => p.text,
            (false, false) => p.dim,
        };
        if i == at {
            pen.put(1, y, "▶", p.now);
        }
        pen.put(
            3,
            y,
            if *is_on { app.lang.breakpoint_on() } else { app.lang.breakpoint_off() },
            if *is_on { p.changed } else { p.dim },
        );
        let expression = wanted.filter.to_string();
        let text = if wanted.name == expression { expression } else { format!("{wanted}   {expression}") };
        pen.fit(10, y, room, &printable(&text), style);
    }
}
