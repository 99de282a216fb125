//! The machine panel: `drive_machine` as a map, with the way just taken on it.

// A map is made of states, by their names alone.
#![allow(non_upper_case_globals)]

mod labels;
mod map;
mod walk;

use super::canvas::{Canvas, Point, Weight};
use super::component::{Component, Rows};
use super::pen::Pen;
use super::scene::Scene;
use crate::event::ConnState;
use crate::model::{ConnModel, ConnStage, Way, Ways};
use crate::texts::Language;
use labels::{Label, labels, place_of};
use map::states::*;
use map::{ARRIVAL, BYWAYS, LARGE, LOW, MapScale, ROADS, Road, SIZE, STATES};
use ratatui::style::Style;

/// How wide the legend is, beside the map.
const LEGEND: usize = 16;
/// Of them, those for a sign.
const SIGN: usize = 4;
/// The panel's rows with its title: with the legend below the diagram, the diagram alone, and the
/// diagram on as few rows as it can be drawn on.
pub(super) const ROWS: u16 = 17;
pub(super) const LEAST_ROWS: u16 = ROWS - 3;
pub(super) const LOW_ROWS: u16 = LOW.1 as u16 + 1;

/// Why `drive_machine` takes that way.
pub(super) fn reason(way: Way, lang: Language) -> &'static str {
    match (way.from, way.to) {
        (NewCmd, Waiting) => lang.machine_why_nothing_left(),
        (NewCmd, ParseCmd) => lang.machine_why_bytes_left(),
        (Waiting, Read) => lang.machine_why_readable(),
        (Read, ParseCmd) => lang.machine_why_bytes_came(),
        (Read, Waiting) => lang.machine_why_nothing_came(),
        (ParseCmd, Waiting) => lang.machine_why_no_line_end(),
        (ParseCmd, Nread) => lang.machine_why_value_announced(),
        (ParseCmd, Write) => lang.machine_why_one_line(),
        (ParseCmd, Mwrite) => lang.machine_why_items(),
        (ParseCmd, NewCmd) => lang.machine_why_noreply(),
        (Nread, Write) => lang.machine_why_value_whole(),
        (Nread, NewCmd) => lang.machine_why_value_noreply(),
        (Nread, Swallow) | (Write, Swallow) => lang.machine_why_value_unwanted(),
        (Swallow, NewCmd) => lang.machine_why_swallowed(),
        (Write | Mwrite, NewCmd) => lang.machine_why_sent(),
        (ParseCmd, Closing) => lang.machine_why_quit(),
        (Read | Nread | Swallow, Closing) => lang.machine_why_gone(),
        (Write | Mwrite, Closing) => lang.machine_why_closed_once_sent(),
        (Read, Write) => lang.machine_why_refused(),
        (Write, Waiting) => lang.machine_why_refusal_unsent(),
        (Closing, Read) => lang.machine_why_next_client(),
        (Write | Mwrite, Read) => lang.machine_why_unsendable(),
        (Closing, Closed) => lang.machine_why_closed(),
        _ => "",
    }
}

/// The panel.
pub(super) struct MachinePanel;

impl Component for MachinePanel {
    fn name(&self, lang: Language) -> &'static str {
        lang.panel_machine()
    }

    fn title(&self, scene: &Scene<'_>) -> String {
        title(scene)
    }

    fn rows(&self, _scene: &Scene<'_>) -> Rows {
        Rows { least: LEAST_ROWS, best: ROWS }
    }

    fn draw(&self, scene: &Scene<'_>, pen: &mut Pen<'_>) {
        render(scene, pen);
    }
}

/// The panel's title.
fn title(scene: &Scene<'_>) -> String {
    match (scene.shown_conn(), walker(scene)) {
        (_, Some(Walker::Listener)) => format!("drive_machine · {}", scene.lang.machine_listener()),
        (Some(conn), _) => format!("drive_machine · c{}", conn.id),
        (None, _) => "drive_machine".to_owned(),
    }
}

/// Whose state is marked on the map.
enum Walker {
    Conn(ConnState),
    /// The connection that is shown has no `struct conn` yet, or there is none: the socket that listens
    /// has one, and a state.
    Listener,
}

fn walker(scene: &Scene<'_>) -> Option<Walker> {
    match scene.shown_conn().filter(|conn| conn.place >= ConnStage::Open) {
        Some(conn) => conn.state.map(Walker::Conn),
        None => scene.player.world().listeners.iter().any(|l| l.state.is_some()).then_some(Walker::Listener),
    }
}

/// What is known of the connection's walk.
struct Walk<'a> {
    scene: &'a Scene<'a>,
    conn: Option<&'a ConnModel>,
    current: Option<ConnState>,
    /// The last way, and whether this event took it.
    way: Option<Way>,
    is_just: bool,
    ways: &'a Ways,
}

impl Walk<'_> {
    fn just(&self) -> Option<Way> {
        self.way.filter(|_| self.is_just)
    }

    /// How a way is drawn: just taken, the last taken, taken before, never.
    fn weight(&self, way: Way) -> Weight {
        match way {
            way if self.just() == Some(way) => Weight::Lit,
            way if self.way == Some(way) => Weight::Last,
            way if self.ways.count(way) > 0 => Weight::Plain,
            _ => Weight::Faint,
        }
    }

    fn style(&self, weight: Weight) -> Style {
        let p = self.scene.palette;
        match weight {
            Weight::Faint => p.faint,
            Weight::Plain => p.text,
            Weight::Last => p.now,
            Weight::Lit => p.changed,
        }
    }
}

/// Draws the panel.
fn render(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let world = scene.player.world();
    let conn = scene.shown_conn();
    let is_new = conn.is_some() && world.changed.conn == conn.map(|c| c.id);
    let no_ways = Ways::default();
    let walk = Walk {
        scene,
        conn,
        current: walker(scene).map(|walker| match walker {
            Walker::Conn(state) => state,
            Walker::Listener => Listening,
        }),
        way: conn.and_then(|c| c.way),
        is_just: is_new && world.changed.way.is_some(),
        ways: conn.map_or(&no_ways, |c| &c.ways),
    };
    let fits = |(width, height): (usize, usize)| pen.width() >= width && pen.height() >= height;
    if fits((LARGE.0, LARGE.1 + 2)) {
        Drawing::large(pen).draw(&walk, pen);
    } else if scene.classroom {
        walk::render(&walk, pen);
    } else {
        Drawing::small(&walk, pen).draw(&walk, pen);
    }
}

/// How the map is laid on the panel.
struct Drawing {
    scale: MapScale,
    left: usize,
    /// Rows of the map that are above the panel where rows are short.
    skip: usize,
    top: usize,
    /// Where the legend is: its column where it stands beside the map, its row below it.
    legend: Option<(usize, usize)>,
    /// The row that tells the way.
    told: usize,
}

impl Drawing {
    fn small(walk: &Walk<'_>, pen: &Pen<'_>) -> Drawing {
        let (width, height) = (pen.width(), pen.height());
        // One row less than the map has, and the listening socket goes; two less, and it is drawn low.
        if (LOW.1..SIZE.1 - 1).contains(&height) {
            return Drawing::low(pen);
        }
        let is_beside = width > SIZE.0 + LEGEND;
        // A little to the right where there is room, and a blank row above.
        let used = if is_beside { SIZE.0 + LEGEND + 2 } else { SIZE.0 };
        let left = width.saturating_sub(used) / 2;
        let top = usize::from(height > SIZE.1 + 3);
        // Too few rows: without the listening socket, unless a connection is on its way.
        let is_arriving = walk.conn.is_none_or(|c| c.place < ConnStage::Open);
        let skip = if is_arriving { 0 } else { SIZE.1.saturating_sub(height).min(1) };
        let told = (SIZE.1 + 2 * top).min(height.saturating_sub(1).max(SIZE.1));
        let legend = if is_beside {
            Some((left + SIZE.0 + 2, top + 1))
        } else {
            Some((0, told + 1)).filter(|_| told + 1 < height)
        };
        Drawing { scale: MapScale::Small, left, skip, top, legend, told }
    }

    fn low(pen: &Pen<'_>) -> Drawing {
        let is_beside = pen.width() > LOW.0 + LEGEND;
        let used = if is_beside { LOW.0 + LEGEND + 2 } else { LOW.0 };
        let left = pen.width().saturating_sub(used) / 2;
        let legend = Some((left + LOW.0 + 2, 1)).filter(|_| is_beside);
        Drawing { scale: MapScale::Low, left, skip: 0, top: 0, legend, told: LOW.1 }
    }

    fn large(pen: &Pen<'_>) -> Drawing {
        let is_beside = pen.width() > LARGE.0 + LEGEND;
        let used = if is_beside { LARGE.0 + LEGEND + 2 } else { LARGE.0 };
        let left = pen.width().saturating_sub(used) / 2;
        let top = pen.height().saturating_sub(LARGE.1 + 2) / 2;
        let told = top + LARGE.1;
        let legend = if is_beside { (left + LARGE.0 + 2, top + 3) } else { (left, told + 1) };
        Drawing { scale: MapScale::Large, left, skip: 0, top, legend: Some(legend), told }
    }

    /// Writes on the map, if that row is on the panel.
    fn put(&self, pen: &mut Pen<'_>, (x, y): (usize, usize), text: &str, style: Style) {
        if let Some(y) = y.checked_sub(self.skip).filter(|&y| y + self.skip < self.scale.size().1) {
            pen.put(self.left + x, self.top + y, text, style);
        }
    }

    fn draw(&self, walk: &Walk<'_>, pen: &mut Pen<'_>) {
        let p = walk.scene.palette;
        let (width, height) = self.scale.size();
        let mut canvas = Canvas::new(width, height);
        let place = walk.conn.map(|c| c.place);
        let is_arriving = place.is_some_and(|place| place < ConnStage::Open);
        let weight = match place {
            Some(_) if is_arriving => Weight::Lit,
            Some(_) => Weight::Plain,
            None => Weight::Faint,
        };
        let skipped = |line: Vec<Point>| -> Vec<Point> {
            line.into_iter().map(|(x, y)| (x, y - self.skip as i32)).collect()
        };
        canvas.line(&skipped(ARRIVAL.iter().map(|&point| self.scale.of(point)).collect()), weight, true);
        let count = |way| walk.ways.count(way);
        for road in roads(&count) {
            canvas.line(&skipped(road.line(self.scale)), walk.weight(road.way()), true);
        }
        canvas.draw(&mut pen.inner(0, u16::try_from(self.top).unwrap_or(0)), self.left, |w| walk.style(w));

        if let Some((at, text)) = labels::arrival(self.scale, walk.scene.lang) {
            self.put(pen, at, text, if is_arriving { p.changed } else { p.dim });
        }
        for Label { way, at, text } in labels(self.scale, walk.scene.lang, &count) {
            let weight = walk.weight(way);
            let style = if weight == Weight::Faint { p.dim } else { walk.style(weight) };
            self.put(pen, at, &text, style);
        }
        for &(state, ..) in STATES {
            self.state(walk, pen, state);
        }
        told(walk, pen, self.told);
        if let Some(at) = self.legend {
            legend(walk, pen, at, self.told);
        }
    }

    fn state(&self, walk: &Walk<'_>, pen: &mut Pen<'_>, state: ConnState) {
        // Where there is no row for the socket that listens, it is not there.
        let Some(((x, y), width)) = place_of(state, self.scale) else { return };
        let p = walk.scene.palette;
        let name = short(state);
        let is_now = walk.current == Some(state);
        let was_here = || ConnState::ALL.iter().any(|&from| walk.ways.count(Way { from, to: state }) > 0);
        let style = match walk.just() {
            _ if is_now => p.lit,
            Some(way) if way.from == state => p.changed,
            _ if was_here() => p.text,
            _ => p.dim,
        };
        if self.scale != MapScale::Large {
            return if is_now {
                self.put(pen, (x, y), &format!("[{name}]"), style);
            } else {
                self.put(pen, (x + 1, y), name, style);
            };
        }
        let inner = width.saturating_sub(2);
        let (edges, style, fill) = match is_now {
            true => (["┏", "━", "┓", "┃", "┗", "┛"], p.now, p.lit),
            false => (["╭", "─", "╮", "│", "╰", "╯"], style, style),
        };
        let edge = |a: usize, b: usize| format!("{}{}{}", edges[a], edges[1].repeat(inner), edges[b]);
        self.put(pen, (x, y), &edge(0, 2), style);
        self.put(pen, (x, y + 1), edges[3], style);
        self.put(pen, (x + 1, y + 1), &format!("{name:^inner$}"), fill);
        self.put(pen, (x + 1 + inner, y + 1), edges[3], style);
        self.put(pen, (x, y + 2), &edge(4, 5), style);
    }
}

/// The ways that are on the map.
fn roads(count: &dyn Fn(Way) -> u32) -> impl Iterator<Item = &'static Road> {
    ROADS.iter().chain(BYWAYS.iter().filter(|road| count(road.way()) > 0))
}

/// The way last taken, in words.
fn told(walk: &Walk<'_>, pen: &mut Pen<'_>, y: usize) {
    let p = walk.scene.palette;
    let Some(way) = walk.way else { return };
    let (mark, style) = if walk.is_just { ("◂ ", p.changed) } else { ("  ", p.dim) };
    let (from, to) = (short(way.from), short(way.to));
    let text = match reason(way, walk.scene.lang) {
        "" => format!("{from} → {to}"),
        why => walk.scene.lang.machine_told(from, to, why),
    };
    let x = pen.put(0, y, mark, p.changed);
    pen.fit(x, y, pen.width().saturating_sub(x), &text, style);
}

/// What the signs mean: beside the map, or in one row below it.
fn legend(walk: &Walk<'_>, pen: &mut Pen<'_>, (x, y): (usize, usize), told: usize) {
    let p = walk.scene.palette;
    let styles = [p.lit, p.changed, p.text, p.faint, p.text];
    let signs = signs(walk.scene.lang);
    let signs = signs.iter().zip(styles).map(|(&(sign, text), style)| (sign, text, style));
    if y > told {
        let mut x = x + 2;
        for (sign, text, style) in signs {
            x = pen.put(x, y, sign, style);
            x = pen.fit(x + 1, y, usize::MAX, text, p.dim) + 2;
        }
        return;
    }
    // A blank row between them, where there is one.
    let apart = if y + 2 * signs.len() > told.max(LOW.1 + 1) { 1 } else { 2 };
    for (i, (sign, text, style)) in signs.enumerate() {
        pen.put(x, y + apart * i, sign, style);
        pen.fit(x + SIGN, y + apart * i, LEGEND - SIGN, text, p.dim);
    }
}

/// How a way or a state looks, and what that means.
fn signs(lang: Language) -> [(&'static str, &'static str); 5] {
    [
        ("[x]", lang.machine_sign_now()),
        ("━▶", lang.machine_sign_just_taken()),
        ("─▶", lang.machine_sign_taken()),
        ("╌▶", lang.machine_sign_never()),
        ("×3", lang.machine_sign_times()),
    ]
}

/// The C name without `conn_`, which every state has.
fn short(state: ConnState) -> &'static str {
    state.name().trim_start_matches("conn_")
}

/// `×3`, `×12k`: five columns at most.
fn times(n: u32) -> String {
    match n {
        0..10_000 => format!("×{n}"),
        10_000..1_000_000 => format!("×{}k", n / 1000),
        1_000_000..1_000_000_000 => format!("×{}M", n / 1_000_000),
        _ => format!("×{}G", n / 1_000_000_000),
    }
}

#[cfg(test)]
mod tests;
