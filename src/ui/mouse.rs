//! The mouse, where one wants it: what stands where on the screen, and what a click there means.

use super::panels::Panel;
use ratatui::layout::{Position, Rect};

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
    pub(super) fn at(&self, column: u16, row: u16, list: &[Option<usize>]) -> Option<(Panel, Option<usize>)> {
        let (panel, area) =
            self.panels.iter().find(|(_, area)| area.contains(Position { x: column, y: row }))?;
        let row = usize::from(row - area.y).checked_sub(1);
        let event = row.filter(|_| *panel == Panel::Events).and_then(|row| *list.get(row)?);
        Some((*panel, event))
    }
}
