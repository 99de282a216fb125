//! The machine panel: `drive_machine` as a map, with the way just taken on it.
//!
//! Laid out by hand so that the walk of a `set` is a loop that the eye can follow: down the left
//! side (new_cmd, waiting, read), up into parse_cmd, on to nread, write, and over the top back.

use super::app::App;
use super::canvas::{Canvas, Point, Weight};
use super::pen::Pen;
use crate::event::ConnState;
use crate::model::{Place, Way, Ways};
use ConnState::{Closed, Closing, Listening, Mwrite, NewCmd, Nread, ParseCmd, Read, Swallow, Waiting, Write};

const WIDTH: usize = 58;
const HEIGHT: usize = 13;

/// Where each state's name stands.
const STATES: &[(ConnState, usize, usize)] = &[
    (Listening, 2, 0),
    (NewCmd, 3, 3),
    (Waiting, 3, 6),
    (Read, 4, 9),
    (ParseCmd, 22, 6),
    (Nread, 38, 8),
    (Mwrite, 42, 3),
    (Write, 43, 6),
    (Swallow, 43, 10),
    (Closing, 24, 12),
    (Closed, 41, 12),
];

/// A way on the map: its line, and where its name stands.
struct Road {
    from: ConnState,
    to: ConnState,
    line: &'static [Point],
    name: &'static str,
    at: (usize, usize),
}

const fn road(
    from: ConnState,
    to: ConnState,
    line: &'static [Point],
    name: &'static str,
    at: (usize, usize),
) -> Road {
    Road { from, to, line, name, at }
}

const ROADS: &[Road] = &[
    road(NewCmd, Waiting, &[(6, 4), (6, 5)], "nothing left", (8, 4)),
    road(Waiting, Read, &[(6, 7), (6, 8)], "wait", (8, 7)),
    road(Read, ParseCmd, &[(9, 9), (24, 9), (24, 7)], "data", (12, 9)),
    road(NewCmd, ParseCmd, &[(11, 3), (26, 3), (26, 5)], "bytes left", (12, 2)),
    road(ParseCmd, Waiting, &[(20, 6), (11, 6)], "no \\n yet", (11, 5)),
    road(ParseCmd, Mwrite, &[(29, 5), (29, 3), (40, 3)], "get", (31, 2)),
    road(ParseCmd, Write, &[(32, 6), (41, 6)], "answer", (32, 5)),
    road(ParseCmd, Nread, &[(29, 7), (29, 8), (36, 8)], "set", (31, 7)),
    road(Nread, Write, &[(44, 8), (45, 8), (45, 7)], "value in", (33, 9)),
    road(Write, Swallow, &[(47, 7), (47, 9)], "big", (49, 8)),
    road(Write, NewCmd, &[(49, 6), (56, 6), (56, 1), (8, 1), (8, 2)], "sent", (46, 5)),
    road(Mwrite, NewCmd, &[(49, 3), (56, 3), (56, 1), (8, 1), (8, 2)], "sent", (46, 2)),
    road(Swallow, NewCmd, &[(51, 10), (56, 10), (56, 1), (8, 1), (8, 2)], "gone", (46, 11)),
    road(ParseCmd, Closing, &[(27, 7), (27, 11)], "quit", (29, 10)),
    road(Read, Closing, &[(6, 10), (6, 12), (22, 12)], "end or error", (8, 11)),
    road(Closing, Closed, &[(32, 12), (39, 12)], "", (33, 11)),
];

/// From listening to a worker's first new_cmd: no change of state, but the way a connection comes.
const ARRIVAL: &[Point] = &[(4, 1), (4, 2)];

/// Why `drive_machine` takes that way.
pub(super) fn reason(way: Way) -> &'static str {
    match (way.from, way.to) {
        (NewCmd, Waiting) => "nothing is left in the read buffer",
        (NewCmd, ParseCmd) => "bytes are left in the read buffer",
        (Waiting, Read) => "once the socket is readable, read it",
        (Read, ParseCmd) => "bytes came",
        (Read, Waiting) => "there was nothing to read",
        (ParseCmd, Waiting) => "the line has no end yet",
        (ParseCmd, Nread) => "the command announced a value",
        (ParseCmd, Write) => "the answer is one line",
        (ParseCmd, Mwrite) => "the answer is made of items",
        (ParseCmd, NewCmd) => "done, no answer is wanted: noreply",
        (Nread, Write) => "the value is whole: answer it",
        (Nread, NewCmd) => "the value is whole; noreply",
        (Nread, Swallow) | (Write, Swallow) => "the value is not wanted: throw it away",
        (Swallow, NewCmd) => "all of it is thrown away",
        (Write | Mwrite, NewCmd) => "the whole answer is sent",
        (ParseCmd, Closing) => "the client said quit",
        (Read | Nread | Swallow, Closing) => "the client has gone, or an error",
        (Write | Mwrite, Closing) => "closed once the answer is sent, or an error",
        (Closing, Closed) => "its event is deleted, its descriptor closed",
        _ => "",
    }
}

/// The panel's title.
pub(super) fn title(app: &App) -> String {
    match app.shown_conn() {
        Some(conn) => format!("drive_machine · c{}", conn.id),
        None => "drive_machine".to_owned(),
    }
}

/// Draws the panel.
pub(super) fn render(app: &App, pen: &mut Pen<'_>) {
    let p = app.palette;
    let world = app.player.world();
    let conn = app.shown_conn();
    let listens = world.listeners.iter().any(|l| l.state.is_some());
    let current = conn.and_then(|c| c.state).or(listens.then_some(Listening));
    let is_new = conn.is_some() && world.changed.conn == conn.map(|c| c.id);
    let way = conn.and_then(|c| c.way);
    let just = way.filter(|_| is_new && world.changed.way.is_some());
    let no_ways = Ways::default();
    let ways = conn.map_or(&no_ways, |c| &c.ways);

    // A little to the right where there is room, and a blank row above.
    let left = pen.width().saturating_sub(WIDTH) / 2;
    let top = u16::from(pen.height() > HEIGHT + 2);
    let status_row = pen.height().saturating_sub(1).min(HEIGHT + usize::from(top) + usize::from(top));
    let pen = &mut pen.inner(0, top);

    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    let arriving = conn.is_some_and(|c| c.place < Place::Open);
    let came = conn.is_some_and(|c| c.place >= Place::Open);
    let arrival = match (arriving, came) {
        (true, _) => Weight::Lit,
        (_, true) => Weight::Plain,
        _ => Weight::Faint,
    };
    canvas.line(ARRIVAL, arrival, true);
    for road in ROADS {
        let this = Way { from: road.from, to: road.to };
        let weight = if just == Some(this) {
            Weight::Lit
        } else if way == Some(this) {
            Weight::Last
        } else if ways.count(this) > 0 {
            Weight::Plain
        } else {
            Weight::Faint
        };
        canvas.line(road.line, weight, true);
    }
    canvas.draw(pen, left, |weight| match weight {
        Weight::Faint => p.faint,
        Weight::Plain => p.text,
        Weight::Last => p.now,
        Weight::Lit => p.changed,
    });

    let style = if arriving { p.changed } else { p.dim };
    pen.put(left + 13, 0, "accept, queue, notify: on to a worker", style);
    for road in ROADS {
        let this = Way { from: road.from, to: road.to };
        let count = ways.count(this);
        let style = match count {
            _ if just == Some(this) => p.changed,
            _ if way == Some(this) => p.now,
            0 => p.dim,
            _ => p.text,
        };
        let text = match (road.name, count) {
            (name, 0) => name.to_owned(),
            ("", n) => times(n),
            (name, n) => format!("{name} {}", times(n)),
        };
        let (x, y) = road.at;
        // A name that stands on its line gets room on both sides.
        let crosses = |pair: &[Point]| pair[0].1 == y as i32 && pair[1].1 == y as i32;
        let on_line = road.line.windows(2).any(crosses) && !text.is_empty();
        pen.put(left + x, y, &if on_line { format!(" {text} ") } else { text }, style);
    }
    for &(state, x, y) in STATES {
        let name = short(state);
        if current == Some(state) {
            pen.put(left + x - 1, y, &format!("[{name}]"), p.lit);
        } else {
            let style = match just {
                Some(way) if way.from == state => p.changed,
                _ if ConnState::ALL.iter().any(|&from| ways.count(Way { from, to: state }) > 0) => p.text,
                _ => p.dim,
            };
            pen.put(left + x, y, name, style);
        }
    }
    if let Some(way) = way {
        let y = status_row.saturating_sub(usize::from(top));
        pen.style_row(y, p.text);
        let (mark, style) = if just.is_some() { ("◂ ", p.changed) } else { ("  ", p.dim) };
        let text = format!("{} → {}: {}", short(way.from), short(way.to), reason(way));
        let text = text.trim_end_matches(": ").to_owned();
        let x = pen.put(0, y, mark, p.changed);
        let room = pen.width().saturating_sub(x);
        pen.fit(x, y, room, &text, style);
    }
}

/// The C name without `conn_`, which every state has.
fn short(state: ConnState) -> &'static str {
    state.name().trim_start_matches("conn_")
}

/// `×3`, `×12k`.
fn times(n: u32) -> String {
    match n {
        0..10_000 => format!("×{n}"),
        10_000..10_000_000 => format!("×{}k", n / 1000),
        _ => format!("×{}M", n / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_place_and_every_road_runs_straight() {
        for state in ConnState::ALL {
            assert!(STATES.iter().any(|(s, ..)| s == state), "{state}");
        }
        for road in ROADS {
            for pair in road.line.windows(2) {
                assert!(pair[0].0 == pair[1].0 || pair[0].1 == pair[1].1, "{} {}", road.from, road.to);
            }
            assert!(!reason(Way { from: road.from, to: road.to }).is_empty());
        }
    }

    #[test]
    fn counts_stay_short() {
        assert_eq!([7, 12_345, 4_000_000_000].map(times), ["×7", "×12k", "×4000M"]);
    }
}
