//! What a click or a turn of the wheel means.

use crate::ui::app::App;
use crate::ui::panels::Panel;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// How many events one notch of the wheel goes on.
const NOTCH: usize = 3;

impl App {
    /// The mouse was moved, turned or clicked.
    pub fn mouse(&mut self, mouse: MouseEvent) {
        if self.prompt.is_some() || !self.mouse {
            return;
        }
        let is_down = match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => return self.click(mouse.column, mouse.row),
            MouseEventKind::ScrollDown => true,
            MouseEventKind::ScrollUp => false,
            _ => return,
        };
        self.status = None;
        let over =
            self.seen.borrow().at(mouse.column, mouse.row, &self.list_rows.borrow()).map(|(panel, _)| panel);
        match (self.help, over) {
            (Some(scroll), _) => {
                let last = crate::ui::help::last_scroll(self);
                self.help =
                    Some(if is_down { last.min(scroll + NOTCH) } else { scroll.saturating_sub(NOTCH) });
            }
            (None, Some(Panel::Why)) if is_down => {
                self.scroll = (self.scroll + 1).min(super::actions::MOST_LINES)
            }
            (None, Some(Panel::Why)) => self.scroll = self.scroll.saturating_sub(1),
            (None, Some(_)) if is_down => self.down(NOTCH),
            (None, Some(_)) => self.by_back(NOTCH),
            (None, None) => {}
        }
    }

    fn click(&mut self, column: u16, row: u16) {
        let Some((panel, event)) = self.seen.borrow().at(column, row, &self.list_rows.borrow()) else {
            return;
        };
        self.status = None;
        self.focus = panel;
        if let Some(index) = event {
            self.jump();
            self.go(index);
        }
    }
}
