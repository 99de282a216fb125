//! `drive_machine` as a map: where each state stands, and which way each line goes.
//!
//! Laid out by hand so that the walk of a `set` is a loop that the eye can follow: down the left
//! side (new_cmd, waiting, read), up into parse_cmd, on to nread, write, and over the top back.

use super::super::canvas::Point;
use crate::event::ConnState;
use crate::model::Way;
use crate::texts::Language;
use states::*;

/// The map's columns and rows.
pub(super) const SIZE: (usize, usize) = (58, 13);

/// The map as it is, with boxes, and on few rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MapScale {
    Small,
    Large,
    Low,
}

impl MapScale {
    /// Columns and rows of the map of that scale.
    pub fn size(self) -> (usize, usize) {
        match self {
            MapScale::Small => SIZE,
            MapScale::Large => LARGE,
            MapScale::Low => LOW,
        }
    }

    /// Where a point of the map is on the one of that scale.
    pub fn of(self, point: Point) -> Point {
        match self {
            MapScale::Small => point,
            MapScale::Large => enlarge(point),
            MapScale::Low => lower(point),
        }
    }
}

/// Where each state's name stands.
pub(super) const STATES: &[(ConnState, usize, usize)] = &[
    (Listening, 2, 0),
    (NewCmd, 3, 3),
    (Waiting, 3, 6),
    (Read, 4, 9),
    (ParseCmd, 22, 6),
    (Nread, 39, 8),
    (Mwrite, 42, 3),
    (Write, 43, 6),
    (Swallow, 43, 10),
    (Closing, 24, 12),
    (Closed, 38, 12),
];

/// A way on the map: its line, and where its name stands.
pub(super) struct Road {
    pub from: ConnState,
    pub to: ConnState,
    line: &'static [Point],
    /// Where the name stands, on the map and on the one with boxes.
    at: (usize, usize),
    at_large: (usize, usize),
}

impl Road {
    pub fn way(&self) -> Way {
        Way { from: self.from, to: self.to }
    }

    /// Why it is taken, in a word or two: the map has little room. Commands are called by their names.
    pub fn name(&self, lang: Language) -> &'static str {
        match (self.from, self.to) {
            (NewCmd, Waiting) => lang.machine_road_nothing_left(),
            (Waiting, Read) => lang.machine_road_wait(),
            (Read, ParseCmd) => lang.machine_road_data(),
            (NewCmd, ParseCmd) => lang.machine_road_bytes_left(),
            (ParseCmd, Waiting) => lang.machine_road_no_line_end(),
            (ParseCmd, Mwrite) => "get",
            (ParseCmd, Write) => lang.machine_road_answer(),
            (ParseCmd, Nread) => "set",
            (Nread, Write) => lang.machine_road_value_in(),
            (Write, Swallow) => lang.machine_road_big(),
            (Write | Mwrite, NewCmd) => lang.machine_road_sent(),
            (Swallow, NewCmd) => lang.machine_road_gone(),
            (ParseCmd, Closing) => "quit",
            (Read, Closing) => lang.machine_road_end(),
            _ => "",
        }
    }

    /// Its line on the map of that scale.
    pub fn line(&self, scale: MapScale) -> Vec<Point> {
        match (scale, self.from, self.to) {
            // Where no row is left for a line, it begins behind the state's name.
            (MapScale::Low, Waiting, Read) => vec![(6, 4), (6, 5)],
            // In the row of the line's other half runs the one to nread.
            (MapScale::Low, Read, Write) => vec![(9, 6), (28, 6), (28, 7), (36, 7), (36, 5), (42, 5)],
            (MapScale::Low, Nread, Closing) => vec![(39, 6), (39, 7), (30, 7)],
            (MapScale::Low, Nread, Swallow) => vec![(40, 6), (40, 7), (41, 7)],
            _ => self.line.iter().map(|&point| scale.of(point)).collect(),
        }
    }

    /// Where its name stands, on the map of that scale; `None`: there is no place for it.
    pub fn at(&self, scale: MapScale) -> Option<(usize, usize)> {
        match scale {
            MapScale::Small => Some(self.at),
            MapScale::Large => Some(self.at_large),
            MapScale::Low => self.at_low(),
        }
    }

    /// Nowhere, where it would stand in another's place.
    fn at_low(&self) -> Option<(usize, usize)> {
        let (x, y) = self.at;
        match (self.from, self.to) {
            (ParseCmd, Waiting) | (Nread, Write) | (Closing, Closed) => None,
            (ParseCmd, Closing) => Some((29, 7)),
            (NewCmd, Waiting) => Some((8, 3)),
            (Read, ParseCmd) => Some((11, 6)),
            (Swallow, NewCmd) => Some((46, 8)),
            _ => Some((x, lower((0, y as i32)).1 as usize)),
        }
    }
}

const fn road(
    from: ConnState,
    to: ConnState,
    line: &'static [Point],
    at: (usize, usize),
    at_large: (usize, usize),
) -> Road {
    Road { from, to, line, at, at_large }
}

/// The ways that every reader should see, taken or not.
pub(super) const ROADS: &[Road] = &[
    road(NewCmd, Waiting, &[(6, 4), (6, 5)], (8, 4), (11, 9)),
    road(Waiting, Read, &[(6, 7), (6, 8)], (8, 7), (11, 16)),
    road(Read, ParseCmd, &[(9, 9), (24, 9), (24, 7)], (10, 8), (16, 18)),
    road(NewCmd, ParseCmd, &[(11, 3), (26, 3), (26, 5)], (12, 2), (18, 6)),
    road(ParseCmd, Waiting, &[(20, 6), (11, 6)], (11, 5), (14, 11)),
    road(ParseCmd, Mwrite, &[(29, 5), (29, 3), (40, 3)], (31, 2), (46, 6)),
    road(ParseCmd, Write, &[(32, 6), (41, 6)], (32, 5), (49, 12)),
    road(ParseCmd, Nread, &[(29, 7), (29, 8), (37, 8)], (31, 7), (45, 16)),
    road(Nread, Write, &[(43, 8), (43, 7)], (29, 9), (45, 19)),
    road(Write, Swallow, &[(45, 7), (45, 9)], (47, 7), (69, 16)),
    road(Write, NewCmd, &[(49, 6), (56, 6), (56, 1), (8, 1), (8, 2)], (46, 5), (74, 12)),
    road(Mwrite, NewCmd, &[(49, 3), (56, 3), (56, 1), (8, 1), (8, 2)], (46, 2), (74, 6)),
    road(Swallow, NewCmd, &[(51, 10), (56, 10), (56, 1), (8, 1), (8, 2)], (46, 11), (77, 22)),
    road(ParseCmd, Closing, &[(27, 7), (27, 11)], (16, 10), (29, 21)),
    road(Read, Closing, &[(6, 10), (6, 12), (22, 12)], (8, 11), (11, 24)),
    road(Closing, Closed, &[(32, 12), (36, 12)], (32, 11), (49, 24)),
];

/// Ways that are seldom taken: they are there once they were.
pub(super) const BYWAYS: &[Road] = &[
    road(Read, Waiting, &[(4, 8), (4, 7)], (0, 0), (0, 0)),
    road(ParseCmd, NewCmd, &[(26, 5), (26, 3), (11, 3)], (0, 0), (0, 0)),
    road(Nread, NewCmd, &[(45, 8), (56, 8), (56, 1), (8, 1), (8, 2)], (0, 0), (0, 0)),
    road(Nread, Swallow, &[(43, 8), (43, 9)], (0, 0), (0, 0)),
    road(Read, Write, &[(9, 9), (34, 9), (34, 7), (42, 7)], (0, 0), (0, 0)),
    road(Write, Waiting, &[(43, 5), (20, 5), (20, 6), (11, 6)], (0, 0), (0, 0)),
    road(Closing, Read, &[(22, 12), (6, 12), (6, 10)], (0, 0), (0, 0)),
    road(Nread, Closing, &[(41, 9), (41, 10), (30, 10), (30, 11)], (0, 0), (0, 0)),
];

/// From listening to a worker's first new_cmd: no change of state, but the way a connection comes.
pub(super) const ARRIVAL: &[Point] = &[(4, 1), (4, 2)];

/// The map with boxes around the states: half as wide again, and twice as high.
pub(super) const LARGE: (usize, usize) = (88, 27);

/// Where a point of the map is on the large one.
fn enlarge((x, y): Point) -> Point {
    (x * 3 / 2, y * 2 + 1)
}

/// The map on few rows: the same lines, with nothing between them and no listening socket above.
pub(super) const LOW: (usize, usize) = (SIZE.0, 9);

/// Where a point of the map is on the low one.
fn lower((x, y): Point) -> Point {
    const ROW: [i32; SIZE.1] = [-1, 0, 1, 2, 2, 3, 4, 5, 6, 6, 7, 7, 8];
    (x, usize::try_from(y).ok().and_then(|y| ROW.get(y)).copied().unwrap_or(-1))
}

#[cfg(test)]
mod tests {
    use super::super::reason;
    use super::*;

    #[test]
    fn every_state_has_its_place_and_every_road_runs_straight() {
        for state in ConnState::ALL {
            assert!(STATES.iter().any(|(s, ..)| s == state), "{state}");
        }
        for road in ROADS.iter().chain(BYWAYS) {
            for pair in road.line.windows(2) {
                assert!(pair[0].0 == pair[1].0 || pair[0].1 == pair[1].1, "{} {}", road.from, road.to);
            }
            for &(x, y) in road.line {
                assert!(x < SIZE.0 as i32 && y < SIZE.1 as i32);
                let (large_x, large_y) = enlarge((x, y));
                assert!(large_x < LARGE.0 as i32 && large_y < LARGE.1 as i32);
            }
            let low = road.line(MapScale::Low);
            assert!(low.iter().all(|&(_, y)| (0..LOW.1 as i32).contains(&y)));
            let is_straight = |pair: &[Point]| pair[0].0 == pair[1].0 || pair[0].1 == pair[1].1;
            assert!(low.windows(2).all(is_straight), "{} {}", road.from, road.to);
            // The arrow shows which way it goes.
            assert_ne!(low.first(), low.last(), "{} {}", road.from, road.to);
            for &lang in Language::ALL {
                assert!(!reason(road.way(), lang).is_empty());
            }
        }
    }
}

/// The states by their names alone: a map is made of little else.
#[allow(non_upper_case_globals)]
pub(super) mod states {
    use crate::event::ConnState;

    pub const Closed: ConnState = ConnState::Closed;
    pub const Closing: ConnState = ConnState::Closing;
    pub const Listening: ConnState = ConnState::Listening;
    pub const Mwrite: ConnState = ConnState::Mwrite;
    pub const NewCmd: ConnState = ConnState::NewCmd;
    pub const Nread: ConnState = ConnState::Nread;
    pub const ParseCmd: ConnState = ConnState::ParseCmd;
    pub const Read: ConnState = ConnState::Read;
    pub const Swallow: ConnState = ConnState::Swallow;
    pub const Waiting: ConnState = ConnState::Waiting;
    pub const Write: ConnState = ConnState::Write;
}
