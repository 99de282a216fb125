//! The mouse, where one wants it: what stands where on the screen, and what a click there means.

use super::app::App;
use super::panels::Panel;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

/// How many events one notch of the wheel goes on.
const NOTCH: usize = 3;

/// What was drawn where.
#[derive(Debug, Default)]
pub(super) struct HitAreas {
    /// The screen's columns and rows.
    pub size: (u16, u16),
    panels: Vec<(Panel, Rect)>,
}

impl HitAreas {
    /// A new frame.
    pub fn begin(&mut self, area: Rect) {
        self.size = (area.width, area.height);
        self.panels.clear();
    }

    /// A panel's place.
    pub fn panel(&mut self, panel: Panel, area: Rect) {
        self.panels.push((panel, area));
    }

    /// What is there: a panel, and of the list's rows the event in it.
    fn at(&self, column: u16, row: u16, list: &[Option<usize>]) -> Option<(Panel, Option<usize>)> {
        let (panel, area) =
            self.panels.iter().find(|(_, area)| area.contains(Position { x: column, y: row }))?;
        let row = usize::from(row - area.y).checked_sub(1);
        let event = row.filter(|_| *panel == Panel::Events).and_then(|row| *list.get(row)?);
        Some((*panel, event))
    }
}

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
                let last = super::help::last_scroll(self);
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
