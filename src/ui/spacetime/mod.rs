//! The space-time panel: a lane for the clients, the kernel and every thread, time downwards, and
//! arrows for what goes from one to another.
//!
//! What is drawn is computed from the events around the cursor and never from more: `rows.rs` says
//! which rows there are, `lanes.rs` which lanes, `arrows.rs` which arrows, `label.rs` the words.

mod arrows;
mod label;
mod lanes;
mod pairs;
mod rows;
#[cfg(test)]
mod tests;

pub(super) use rows::Scale;

use super::canvas::{Canvas, Weight};
use super::component::Component;
use super::pen::{Pen, time};
use super::scene::Scene;
use super::threads;
use crate::event::{Event, Kind, Thread};
use crate::text::visible;
use crate::texts::Language;
use arrows::{Arrow, LaneOwner, Track, arrow};
use lanes::{Lane, Lanes, Life, life};
use pairs::{Pair, other_end, pairs};
use ratatui::style::Style;
use rows::{ShownRows, SpacetimeRow, window};
use unicode_width::UnicodeWidthStr;

/// From here on there is room for the time of each row.
const WITH_TIME: usize = 96;
/// Columns of a time, at least: `99.9 ms`, and so that lanes do not move with every step.
const TIME: usize = 8;

/// The panel.
pub(super) struct SpacetimePanel;

impl Component for SpacetimePanel {
    fn name(&self, lang: Language) -> &'static str {
        lang.panel_space_time()
    }

    fn title(&self, scene: &Scene<'_>) -> String {
        title(scene)
    }

    fn draw(&self, scene: &Scene<'_>, pen: &mut Pen<'_>) {
        render(scene, pen);
    }
}

/// The panel's title.
fn title(scene: &Scene<'_>) -> String {
    scene.lang.spacetime_title(scene.scale.name(scene.lang))
}

/// Everything that the panel is drawn from.
struct SpacetimeView<'a> {
    scene: &'a Scene<'a>,
    window: ShownRows,
    pairs: Vec<Pair>,
    /// The event at the other end of the current one's arrow.
    other: Option<usize>,
    lanes: Lanes,
    /// What each lane's thread is at, row by row; nothing for clients and kernel.
    lives: Vec<Vec<Life>>,
    /// Lines of the screen that a row takes.
    stride: usize,
    digits: usize,
    /// Columns of the rows' times, with a blank behind them; 0 where there is no room for them.
    times: usize,
}

/// So wide is the widest time of the rows: after an hour it has more columns than after a second.
fn times(window: &ShownRows) -> usize {
    let shown = window.rows.iter().filter_map(|row| match row {
        SpacetimeRow::Events(range) if range.contains(&window.at) => Some(window.at),
        SpacetimeRow::Events(range) => Some(range.start),
        SpacetimeRow::Gap(_) => None,
    });
    shown.map(|at| time(window.events[at].t).width()).max().unwrap_or(0).max(TIME) + 1
}

/// Draws the panel.
fn render(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let p = scene.palette;
    // For a projector every row has a blank one below it.
    let stride = if scene.classroom { 2 } else { 1 };
    let height = pen.height().saturating_sub(1).div_ceil(stride);
    let Some(window) = window(scene.player, scene.scale, height, scene.horizon) else {
        pen.fit(0, 0, usize::MAX, scene.lang.spacetime_nothing_yet(), p.dim);
        return;
    };
    let digits = scene.seqs().1.to_string().len().max(3);
    let times = if pen.width() >= WITH_TIME { times(&window) } else { 0 };
    let left = 2 + digits + 1 + times;
    let world = scene.player.world();
    let lanes = Lanes::of(world, &window, left, pen.width(), scene.classroom);
    let lives = lanes.list.iter().map(|lane| match lane.who {
        LaneOwner::Thread(thread) => life(world, &window, thread),
        LaneOwner::Client | LaneOwner::Kernel => Vec::new(),
    });
    let lives = lives.collect();
    let pairs = pairs(&window);
    let other = other_end(&window, &pairs);
    let view = SpacetimeView { scene, pairs, other, lanes, lives, stride, digits, times, window };
    view.heads(pen);
    let pen = &mut pen.inner(0, 1);
    view.lanes(pen);
    view.arrows(pen);
    for (y, row) in view.window.rows.iter().enumerate() {
        view.row(pen, y, row);
    }
}

impl SpacetimeView<'_> {
    /// The names above the lanes; the thread at work is lit.
    fn heads(&self, pen: &mut Pen<'_>) {
        let p = self.scene.palette;
        let mut end = 0;
        for (lane, lives) in self.lanes.list.iter().zip(&self.lives) {
            let style = match lane.who {
                LaneOwner::Thread(thread) if thread == self.current().th => p.now,
                LaneOwner::Thread(_) if lives.get(self.window.now) == Some(&Life::Running) => p.text,
                _ => p.dim,
            };
            let name = self.lanes.name(lane.who, self.scene.lang);
            end = pen.put(lane.x.saturating_sub(name.width() / 2), 0, &name, style);
        }
        if self.lanes.hidden > 0 {
            let more = self.scene.lang.spacetime_more(self.lanes.hidden);
            pen.fit(self.lanes.label.max(end + 2), 0, usize::MAX, &more, p.dim);
        }
    }

    fn current(&self) -> &Event {
        &self.window.events[self.window.at]
    }

    /// The lanes themselves: solid where a thread runs, dotted where it sleeps.
    fn lanes(&self, pen: &mut Pen<'_>) {
        let p = self.scene.palette;
        let now = self.current().th;
        for (lane, lives) in self.lanes.list.iter().zip(&self.lives) {
            for y in 0..self.window.rows.len() * self.stride {
                let (glyph, style) = match (lane.who, lives.get(y / self.stride)) {
                    (LaneOwner::Client, _) => ("╎", p.faint),
                    (LaneOwner::Kernel, _) => ("│", p.faint),
                    (_, Some(Life::Absent) | None) => continue,
                    (_, Some(Life::Asleep)) => ("┊", p.faint),
                    (LaneOwner::Thread(thread), Some(Life::Running)) if thread == now => ("│", p.now),
                    (_, Some(Life::Running)) => ("│", p.text),
                };
                pen.put(lane.x, y, glyph, style);
            }
        }
    }

    /// The line of the screen where an event's row is; -1 above all.
    fn line(&self, event: usize) -> i32 {
        self.window.row_of(event).saturating_mul(self.stride as i32)
    }

    /// The arrows, those of this event last and heavy.
    fn arrows(&self, pen: &mut Pen<'_>) {
        let p = self.scene.palette;
        let bottom = (self.window.rows.len() * self.stride) as i32;
        let mut canvas = Canvas::new(self.lanes.label, self.window.rows.len() * self.stride);
        let weight = |is_lit| if is_lit { Weight::Lit } else { Weight::Plain };
        let mut crossings: Vec<(usize, usize, bool)> = Vec::new();
        let mut cross = |from: usize, to: usize, y: i32, is_lit: bool, lanes: &[Lane]| {
            let between = |lane: &&Lane| lane.x > from.min(to) && lane.x < from.max(to);
            let Ok(y) = usize::try_from(y) else { return };
            crossings.extend(lanes.iter().filter(between).map(|lane| (lane.x, y, is_lit)));
        };
        for row in &self.window.rows {
            let SpacetimeRow::Events(range) = row else { continue };
            let event = &self.window.events[range.start];
            let Some(Arrow::Across { from, to }) = arrow(event) else { continue };
            let (Some(from), Some(to)) = (self.lanes.x(from), self.lanes.x(to)) else { continue };
            let y = self.line(range.start);
            let is_lit = range.start == self.window.at;
            // The head stands before the lane, and a line begins behind what stands on its lane: of a client with
            // a long name that is some columns further.
            let dir: i32 = if from < to { 1 } else { -1 };
            let client = self.lanes.x(LaneOwner::Client);
            let end = |x: usize| {
                if client == Some(x) { self.client(event).map_or(x, |(_, end)| end - 1) } else { x }
            };
            let points = [(end(from) as i32 + dir, y), (end(to) as i32 - dir, y)];
            canvas.line(&points, weight(is_lit), true);
            cross(from, to, y, is_lit, &self.lanes.list);
        }
        for pair in &self.pairs {
            let Some(x) = self.lanes.x(LaneOwner::Thread(pair.worker)) else { continue };
            let rows = [pair.from.map(|at| self.line(at)), pair.to.map(|at| self.line(at))];
            if rows[1].is_some_and(|y| y < 0) || rows[0].is_some_and(|y| y >= bottom) {
                continue;
            }
            let is_lit = pair.has(self.window.at);
            let track = x as i32 - if pair.track == Track::Queue { 3 } else { 2 };
            let y0 = rows[0].unwrap_or(-1);
            let y1 = rows[1].unwrap_or(bottom).min(bottom);
            let mut points = Vec::with_capacity(4);
            let from = pair.from.and_then(|at| self.lanes.x(LaneOwner::Thread(self.window.events[at].th)));
            if let Some(from) = from.filter(|&from| (from as i32) < track) {
                points.push((from as i32 + 1, y0));
                cross(from, track as usize, y0, is_lit, &self.lanes.list);
            }
            points.extend([(track, y0), (track, y1)]);
            if y1 < bottom {
                points.push((x as i32 - 1, y1));
            }
            canvas.line(&points, weight(is_lit), y1 < bottom);
        }
        let style = |weight| if weight == Weight::Lit { p.changed } else { p.dim };
        canvas.draw(pen, 0, style);
        for (x, y, is_lit) in crossings {
            if self.is_solid(x, y / self.stride) {
                let (glyph, style) = if is_lit { ("┿", p.changed) } else { ("┼", p.dim) };
                pen.put(x, y, glyph, style);
            }
        }
    }

    /// What stands on the clients' lane of an event that goes to one or comes from it, and the column after it: it
    /// ends on the lane, but where it would run into what stands in the margin.
    fn client(&self, event: &Event) -> Option<(String, usize)> {
        let name = event.conn.map_or_else(|| "?".to_owned(), |id| format!("c{id}"));
        let x = self.lanes.x(LaneOwner::Client)?;
        let end = x.saturating_sub(lanes::MARGIN) + name.width();
        Some((name, end.max(x + 1)))
    }

    fn is_solid(&self, x: usize, row: usize) -> bool {
        let lane = self.lanes.list.iter().zip(&self.lives).find(|(lane, _)| lane.x == x);
        lane.is_some_and(|(lane, lives)| {
            lane.who == LaneOwner::Kernel || lives.get(row) == Some(&Life::Running)
        })
    }

    /// What stands on the lanes, in the margin and in words.
    fn row(&self, pen: &mut Pen<'_>, row: usize, what: &SpacetimeRow) {
        let p = self.scene.palette;
        let y = row * self.stride;
        let range = match what {
            SpacetimeRow::Gap(ns) => {
                let text = format!(" ⋯ {} ", time(*ns));
                pen.put(self.lanes.list.first().map_or(0, |lane| lane.x + 2), y, &text, p.dim);
                return;
            }
            SpacetimeRow::Events(range) => range.clone(),
        };
        let is_now = row == self.window.now;
        let is_other = self.other.is_some_and(|other| range.contains(&other));
        let shown = if is_now { self.window.at } else { range.start };
        let event = &self.window.events[shown];
        let style = match row.cmp(&self.window.now) {
            _ if is_other => p.changed,
            std::cmp::Ordering::Equal => p.now,
            std::cmp::Ordering::Less => p.text,
            std::cmp::Ordering::Greater => p.dim,
        };
        let margin = if is_now || is_other { style } else { p.dim };
        if is_now || is_other {
            pen.put(0, y, if is_now { "▶" } else { "◂" }, style);
        }
        let digits = self.digits;
        let x = pen.put(2, y, &format!("{:>digits$} ", event.seq), margin);
        if self.times > 0 {
            let time = time(event.t);
            pen.put(x + (self.times - 1).saturating_sub(time.width()), y, &time, margin);
        }
        if event.kind() == Kind::Mark {
            return self.chapter(pen, y, event, if is_now { p.now } else { p.strong });
        }
        self.dots(pen, y, &range, is_now, style);
        self.words(pen, y, &range, is_now, style);
    }

    /// A chapter begins: a line across all lanes.
    fn chapter(&self, pen: &mut Pen<'_>, y: usize, event: &Event, style: Style) {
        let p = self.scene.palette;
        let x = self.lanes.list.first().map_or(0, |lane| lane.x.saturating_sub(lanes::MARGIN));
        let title = visible(&event.bytes().map(|b| b.kept.into_owned()).unwrap_or_default());
        let rule = pen.width().saturating_sub(x + 1);
        pen.put(x, y, &"─".repeat(rule), p.faint);
        pen.fit(x + 2, y, rule.saturating_sub(4), &format!(" {title} "), style);
    }

    /// The event on its thread's lane, and whose bytes they are on the clients'.
    fn dots(&self, pen: &mut Pen<'_>, y: usize, range: &std::ops::Range<usize>, is_now: bool, style: Style) {
        let p = self.scene.palette;
        let event = &self.window.events[range.start];
        let last = &self.window.events[range.end - 1];
        let style = if is_now { p.lit } else { style };
        if let Some(x) = self.lanes.x(LaneOwner::Thread(event.th)) {
            pen.put(x, y, if last.kind() == Kind::Wait { "○" } else { "●" }, style);
        }
        let lit = if is_now { p.changed } else { style };
        match arrow(event) {
            Some(Arrow::Across { from, to }) => {
                let client = self.client(event).filter(|_| [from, to].contains(&LaneOwner::Client));
                if let Some((name, end)) = client {
                    pen.put(end - name.width(), y, &name, lit);
                }
                if let Some(x) = self.lanes.x(LaneOwner::Kernel).filter(|_| event.errno().is_some()) {
                    pen.put(x, y, "×", lit);
                }
            }
            Some(Arrow::Sent { track, .. }) => {
                // What is sent stands on its line.
                let what = match track {
                    Track::Pipe => threads::byte(event.notified_by()).to_string(),
                    Track::Queue => event.conn.map_or_else(String::new, |id| format!("c{id}")),
                };
                if let Some(x) = self.lanes.x(LaneOwner::Thread(event.th)).filter(|_| what.len() <= 3) {
                    pen.put(x + 1, y, &what, lit);
                }
            }
            Some(Arrow::Got { .. }) | None => {}
        }
    }

    fn words(&self, pen: &mut Pen<'_>, y: usize, range: &std::ops::Range<usize>, is_now: bool, style: Style) {
        let (world, lang) = (self.scene.player.world(), self.scene.lang);
        let run = &self.window.events[range.clone()];
        let mut x = self.lanes.label;
        let mut words = if is_now {
            let mut words = label::event(world, self.current(), lang);
            if run.len() > 1 {
                let nth = self.window.at - range.start + 1;
                words.push_str(&format!(" {nth}/{}", run.len()));
            }
            words
        } else {
            label::run(world, run, lang)
        };
        let thread = run[0].th;
        if self.lanes.x(LaneOwner::Thread(thread)).is_none() && thread != Thread::Client {
            words = lang.spacetime_of_thread(thread.to_string(), words);
        }
        let room = pen.width().saturating_sub(x);
        x = pen.fit(x, y, room, &words, style);
        if self.other.is_some_and(|other| range.contains(&other)) && !is_now {
            pen.put(x, y, "◂", style);
        }
    }
}
