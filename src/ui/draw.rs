//! A frame: which panels, and where.

use super::app::App;
use super::panels::Panel;
use super::pen::Pen;
use super::{ascii, bars, breakpoints, help, lesson, machine};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr as _;

/// From here on every panel has its place at once.
const LARGE: (u16, u16) = (116, 32);
/// From here on space-time has a column of its own, as high as the screen.
const WIDE: (u16, u16) = (180, 44);
/// What the machine's diagram takes, with its title, and with the legend below it.
const MACHINE: (u16, u16) = (58, machine::ROWS);

/// What the panels above the events need to say all they have to say.
const UPPER: u16 = 26;
/// What the connection takes before the stack below it gets any row more than it needs.
const CONNECTION: u16 = 10;
/// The rows of the stack, with its title: as deep as `get` and `set` go; and to say that there is none.
const STACK: (u16, u16) = (9, 3);

/// Draws the screen of this instant.
pub fn draw(frame: &mut Frame<'_>, app: &App) {
    let area = frame.area();
    render(app, area, frame.buffer_mut());
    if let Some(x) = bars::prompt_cursor(app, area) {
        frame.set_cursor_position((x, area.bottom().saturating_sub(1)));
    }
}

/// Draws on a buffer; on one too small for anything, less and less.
pub(super) fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    app.seen.borrow_mut().begin(area);
    if area.is_empty() {
        return;
    }
    all(app, area, buf);
    if app.ascii {
        ascii::map(buf);
    }
}

fn all(app: &App, area: Rect, buf: &mut Buffer) {
    let rows = |y: u16, height: u16| Rect { y: area.y + y, height, ..area };
    if area.height == 1 {
        return bars::header(app, area, buf);
    }
    bars::header(app, rows(0, 1), buf);
    bars::footer(app, rows(area.height - 1, 1), buf);
    let body = rows(1, area.height - 2);
    if body.is_empty() {
        return;
    }
    let is_at_least = |(width, height): (u16, u16)| area.width >= width && area.height >= height;
    if let Some(scroll) = app.help {
        help::render(app, scroll, body, buf);
    } else if let Some(at) = app.list {
        breakpoints::render(&app.breakpoints, at, (app.lang, app.palette), body, buf);
    } else if app.zoom {
        panel(app, app.focus, body, buf);
    } else if let Some(tutor) = &app.tutor {
        lesson::layout::render(app, tutor, body, buf);
    } else if app.classroom {
        classroom(app, body, buf);
    } else if is_at_least(WIDE) {
        wide(app, body, buf);
    } else if is_at_least(LARGE) {
        large(app, body, buf);
    } else {
        small(app, body, buf);
    }
    bars::wrong(app, rows(area.height - 2, 1), buf);
}

/// The screen as text, as it would be drawn in that size.
pub(super) fn text(app: &App, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    render(app, area, &mut buf);
    let mut text = String::new();
    for y in 0..height {
        let mut hidden = 0;
        let mut row = String::new();
        for x in 0..width {
            let symbol = buf[(x, y)].symbol();
            // What a wide character covers is no blank.
            if hidden == 0 {
                row.push_str(symbol);
                hidden = symbol.width().max(1);
            }
            hidden -= 1;
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// Everything in three columns: what there is, what goes between, what it means.
fn wide(app: &App, body: Rect, buf: &mut Buffer) {
    let side = MACHINE.0 + 3;
    let (left, rest) = split_columns(body, side, 1);
    let (middle, right) = split_columns(rest, rest.width.saturating_sub(side + 1), 1);
    threads_connection_stack(app, left, buf);
    panel(app, space_time_or_memory(app), middle, buf);
    let (upper, lower) = split_rows(right, MACHINE.1);
    panel(app, Panel::Machine, upper, buf);
    let (why, events) = split_rows(lower, 11);
    panel(app, Panel::Why, why, buf);
    panel(app, Panel::Events, events, buf);
}

/// Everything at once: threads, connection and stack left, machine and why right, space-time and
/// events below.
fn large(app: &App, body: Rect, buf: &mut Buffer) {
    let lower_height = body.height.saturating_sub(UPPER).clamp(8, 24);
    let (top, bottom) = split_rows(body, body.height - lower_height);
    let right_width = MACHINE.0.max(top.width * 2 / 5).min(top.width / 2 + 4);
    let (left, right) = split_columns(top, top.width - right_width - 1, 1);
    threads_connection_stack(app, left, buf);

    let (upper, lower) = split_rows(right, MACHINE.1.min(right.height));
    panel(app, Panel::Machine, upper, buf);
    panel(app, Panel::Why, lower, buf);

    let (left, right) = split_columns(bottom, (left.width + 5).max(bottom.width / 2), 1);
    panel(app, space_time_or_memory(app), left, buf);
    panel(app, Panel::Events, right, buf);
}

/// Where everything is there at once the memory has the place of space-time as long as one looks at it.
fn space_time_or_memory(app: &App) -> Panel {
    if app.focus == Panel::Memory { Panel::Memory } else { Panel::SpaceTime }
}

fn threads_connection_stack(app: &App, area: Rect, buf: &mut Buffer) {
    let (upper, rest) =
        split_rows(area, Panel::Threads.component().rows(&app.scene()).best.min(area.height / 2));
    // Where every row counts the threads give theirs first: the stack is as deep as it is.
    let wanted = if app.has_calls { STACK.0 } else { STACK.1 };
    let spare = rest.height.saturating_sub(CONNECTION);
    let stack_height = spare.clamp(STACK.1, wanted).max(if app.has_calls { rest.height / 3 } else { 0 });
    let (middle, lower) = split_rows(rest, rest.height.saturating_sub(stack_height));
    panel(app, Panel::Threads, upper, buf);
    panel(app, Panel::Connection, middle, buf);
    panel(app, Panel::Stack, lower, buf);
}

/// For a projector: one panel, and why.
fn classroom(app: &App, body: Rect, buf: &mut Buffer) {
    if app.focus == Panel::Why {
        return panel(app, Panel::Why, body, buf);
    }
    let why_height = (body.height * 2 / 5).clamp(6.min(body.height / 2), 13);
    let (upper, lower) = split_rows(body, body.height - why_height);
    panel(app, app.focus, upper, buf);
    panel(app, Panel::Why, lower, buf);
}

/// A panel that was chosen by its digit, or the most telling ones; and why, if there is room.
fn small(app: &App, body: Rect, buf: &mut Buffer) {
    let why_height = match body.height {
        0..12 => 0,
        12..20 => 5,
        _ => 7,
    };
    let (top, why) = split_rows(body, body.height - why_height);
    if app.chosen {
        // The map needs all its rows; everything else is good with some.
        let least = if app.focus == Panel::Machine { machine::LEAST_ROWS } else { 0 };
        if app.focus == Panel::Why || top.height < least {
            return panel(app, app.focus, body, buf);
        }
        panel(app, app.focus, top, buf);
        return panel(app, Panel::Why, why, buf);
    }
    let (upper, lower) = match top.height {
        0..12 => (top, Rect::default()),
        _ => split_rows(top, top.height - Panel::Connection.component().rows(&app.scene()).least),
    };
    panel(app, Panel::SpaceTime, upper, buf);
    if !lower.is_empty() {
        panel(app, Panel::Connection, lower, buf);
    }
    panel(app, Panel::Why, why, buf);
}

/// A panel with its title: a rule, and the panel's name and digit in it.
pub(super) fn panel(app: &App, which: Panel, area: Rect, buf: &mut Buffer) {
    let scene = app.scene();
    let (component, title) = (which.component(), which.component().title(&scene));
    let number = format!("{} ", which.number());
    let Some(mut pen) = ruled(app, &number, &title, app.focus == which, area, buf) else { return };
    app.seen.borrow_mut().panel(which, area);
    component.draw(&scene, &mut pen);
}

/// A rule with a title in it, and the place below it; none where there is no room.
pub(super) fn ruled<'a>(
    app: &App,
    sign: &str,
    title: &str,
    is_focused: bool,
    area: Rect,
    buf: &'a mut Buffer,
) -> Option<Pen<'a>> {
    let mut pen = Pen::new(buf, area);
    if pen.height() == 0 || pen.width() < 4 {
        return None;
    }
    let p = app.palette;
    pen.put(0, 0, &"─".repeat(pen.width()), p.faint);
    let x = pen.put(1, 0, if is_focused { "▸" } else { " " }, p.now);
    let x = pen.put(x, 0, sign, p.dim);
    let room = pen.width().saturating_sub(x + 2);
    let x = pen.fit(x, 0, room, title, if is_focused { p.now } else { p.strong });
    pen.put(x, 0, " ", p.faint);
    Some(pen.into_inner(1, 1))
}

pub(super) fn split_rows(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let lower = Rect { y: area.y + height, height: area.height - height, ..area };
    (Rect { height, ..area }, lower)
}

pub(super) fn split_columns(area: Rect, width: u16, gap: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    let gap = gap.min(area.width - width);
    let right = Rect { x: area.x + width + gap, width: area.width - width - gap, ..area };
    (Rect { width, ..area }, right)
}
