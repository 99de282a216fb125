//! Where a lesson and its panels stand.

use super::{Stage, Tutor, text};
use crate::ui::app::App;
use crate::ui::draw::{panel, ruled, split_columns, split_rows};
use crate::ui::machine;
use crate::ui::panels::Panel;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// From here on the text has a column of its own.
const LARGE: (u16, u16) = (110, 28);
/// The columns of the text: what one reads without moving one's head.
const TEXT: (u16, u16) = (48, 72);
/// The least rows of a panel that is drawn at all.
const LEAST: u16 = 4;
/// What Why gets below the text: at least, and where the text leaves more.
const WHY: (u16, u16) = (12, 18);

/// Draws the lesson and what it asks to look at.
pub(in crate::ui) fn render(app: &App, tutor: &Tutor, body: Rect, buf: &mut Buffer) {
    if tutor.is_alone {
        lesson(app, tutor, body, buf);
    } else if app.classroom {
        let (upper, lower) = split_rows(body, body.height - (body.height / 2).min(16));
        panel(app, chosen(app, tutor), upper, buf);
        lesson(app, tutor, lower, buf);
    } else if body.width >= LARGE.0 && body.height >= LARGE.1 {
        large(app, tutor, body, buf);
    } else {
        small(app, tutor, body, buf);
    }
}

/// The panel that was chosen by its digit, or that the step asks for.
fn chosen(app: &App, tutor: &Tutor) -> Panel {
    match tutor.shows().first() {
        Some(first) if !app.chosen => *first,
        _ => app.focus,
    }
}

/// The panels left, the text right, and below it why this event is.
fn large(app: &App, tutor: &Tutor, body: Rect, buf: &mut Buffer) {
    let width = (body.width * 2 / 5).clamp(TEXT.0, TEXT.1);
    let (left, right) = split_columns(body, body.width - width - 1, 1);
    let mut panels = tutor.shows();
    if app.chosen && app.focus != Panel::Why && !panels.contains(&app.focus) {
        panels.insert(0, app.focus);
    }
    if !panels.contains(&Panel::Events) {
        panels.push(Panel::Events);
    }
    column(app, &panels, left, buf);
    // Why would give the answer away.
    let left_over = right.height.saturating_sub(text::rows(app, tutor, right.width) + 2);
    let why = match tutor.stage() {
        Stage::Asking => 0,
        _ => left_over.clamp(WHY.0, WHY.1).min(right.height / 2),
    };
    let (upper, lower) = split_rows(right, right.height - why);
    lesson(app, tutor, upper, buf);
    panel(app, Panel::Why, lower, buf);
}

/// One panel above the text.
fn small(app: &App, tutor: &Tutor, body: Rect, buf: &mut Buffer) {
    let which = chosen(app, tutor);
    // Half the screen, unless the text needs more, and the panel can do with less.
    let left = body.height.saturating_sub(text::rows(app, tutor, body.width) + 1);
    let half = body.height / 2;
    let height = match which {
        Panel::Machine if left >= machine::LEAST_ROWS => machine::LEAST_ROWS,
        Panel::Machine => machine::LOW_ROWS.min(body.height.saturating_sub(6)),
        Panel::Stack | Panel::Events => left.clamp(half.min(6), half),
        _ => left.clamp(half.min(9), half),
    };
    if body.height < 10 {
        return lesson(app, tutor, body, buf);
    }
    let (upper, lower) = split_rows(body, height);
    panel(app, which, upper, buf);
    lesson(app, tutor, lower, buf);
}

/// Panels one below the other: each as high as it wants to be, as long as there is room.
fn column(app: &App, panels: &[Panel], area: Rect, buf: &mut Buffer) {
    let wanted = |panel: &Panel| match panel {
        Panel::Machine => machine::ROWS,
        Panel::Threads => Panel::Threads.component().rows(&app.scene()).best,
        Panel::Connection | Panel::Memory => 12,
        Panel::Stack => 9,
        Panel::SpaceTime | Panel::Events | Panel::Why => 8,
    };
    let grows = |panel: &Panel| matches!(panel, Panel::SpaceTime | Panel::Events);
    let mut rest = area;
    let mut open: u16 = panels.iter().map(wanted).sum();
    let mut growing = u16::try_from(panels.iter().filter(|panel| grows(panel)).count()).unwrap_or(1);
    for (i, which) in panels.iter().enumerate() {
        let is_last = i + 1 == panels.len();
        let spare = rest.height.saturating_sub(open);
        let extra = if grows(which) { spare / growing.max(1) } else { 0 };
        let height = if is_last { rest.height } else { (wanted(which) + extra).min(rest.height) };
        // One that would say nothing gives its rows away.
        let left = rest.height.saturating_sub(height);
        let height = if left < LEAST { rest.height } else { height };
        let (upper, lower) = split_rows(rest, height);
        panel(app, *which, upper, buf);
        open = open.saturating_sub(wanted(which));
        growing = growing.saturating_sub(u16::from(grows(which)));
        rest = lower;
        if rest.height == 0 {
            break;
        }
    }
}

fn lesson(app: &App, tutor: &Tutor, area: Rect, buf: &mut Buffer) {
    let title = text::title(tutor);
    if let Some(mut pen) = ruled(app, "§ ", &title, true, area, buf) {
        text::render(app, tutor, &mut pen);
    }
}
