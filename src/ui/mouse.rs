//! The mouse, where one wants it: what stands where on the screen, and what a click there means.

use super::app::{App, Panel};
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
    /// The rows of the list, from its second row on: the index of the event in each.
    rows: Vec<Option<usize>>,
}

impl HitAreas {
    /// A new frame.
    pub fn begin(&mut self, area: Rect) {
        self.size = (area.width, area.height);
        self.panels.clear();
        self.rows.clear();
    }

    /// A panel's place.
    pub fn panel(&mut self, panel: Panel, area: Rect) {
        self.panels.push((panel, area));
    }

    /// The events of the list's rows.
    pub fn rows(&mut self, rows: Vec<Option<usize>>) {
        self.rows = rows;
    }

    fn at(&self, column: u16, row: u16) -> Option<(Panel, Option<usize>)> {
        let (panel, area) =
            self.panels.iter().find(|(_, area)| area.contains(Position { x: column, y: row }))?;
        let row = usize::from(row - area.y).checked_sub(1);
        let event = row.filter(|_| *panel == Panel::Events).and_then(|row| *self.rows.get(row)?);
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
        let over = self.seen.borrow().at(mouse.column, mouse.row).map(|(panel, _)| panel);
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
        let Some((panel, event)) = self.seen.borrow().at(column, row) else { return };
        self.status = None;
        self.focus = panel;
        if let Some(index) = event {
            self.jump();
            self.go(index);
        }
    }
}
