//! What stands on the map besides the lines, and that each of it has its place for itself.
//!
//! A name that a line runs through reads as if it were that line's reason, and a count that runs into
//! another one makes a third number of both. So a label stands only where nothing else is: the places
//! in `map.rs` have room for every count, and where a seldom way takes that room the label is shorter,
//! or is not there.

use super::super::canvas::Point;
use super::map::{ARRIVAL, MapScale, ROADS, STATES};
use super::{roads, short, times};
use crate::event::ConnState;
use crate::model::Way;
use crate::texts::Language;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A way's name, and how often it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    pub way: Way,
    pub at: (usize, usize),
    pub text: String,
}

/// How a connection comes to a worker, where there is a row for it.
pub(super) fn arrival(scale: MapScale, lang: Language) -> Option<((usize, usize), &'static str)> {
    let at = match scale {
        MapScale::Small => (13, 0),
        MapScale::Large => (22, 1),
        MapScale::Low => return None,
    };
    Some((at, lang.machine_arrival()))
}

/// Where a state stands with what marks it as the current one, or its box of three rows: the upper
/// left of it, and how wide it is.
pub(super) fn place_of(state: ConnState, scale: MapScale) -> Option<((usize, usize), usize)> {
    let &(_, x, y) = STATES.iter().find(|(of, ..)| *of == state)?;
    let (x, y, len) = (x as i32, y as i32, short(state).len() as i32);
    let (left, row) = scale.of((x - 1, y));
    if scale != MapScale::Large {
        return Some(((left as usize, usize::try_from(row).ok()?), short(state).len() + 2));
    }
    // The box reaches to where lines begin and end: one column short of them.
    let (left, row) = scale.of((x - 2, y));
    let (right, _) = scale.of((x + len + 1, y));
    let width = usize::try_from(right - left - 1).ok()?;
    Some(((left as usize + 1, usize::try_from(row - 1).ok()?), width))
}

/// What has the cells of a map: a bit for each road, and one for all that is no line.
struct Cells {
    width: usize,
    taken: Vec<u32>,
}

/// The bit of what is no line.
const TEXT: u32 = 1 << 31;

impl Cells {
    fn new((width, height): (usize, usize)) -> Cells {
        Cells { width, taken: vec![0; width * height] }
    }

    fn take(&mut self, (x, y): (usize, usize), len: usize, by: u32) {
        for x in (x..x + len).take_while(|x| *x < self.width) {
            if let Some(cell) = self.taken.get_mut(y * self.width + x) {
                *cell |= by;
            }
        }
    }

    fn take_line(&mut self, line: &[Point], by: u32) {
        for pair in line.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            for (x, y) in
                (y0.min(y1)..=y0.max(y1)).flat_map(|y| (x0.min(x1)..=x0.max(x1)).map(move |x| (x, y)))
            {
                if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) {
                    self.take((x, y), 1, by);
                }
            }
        }
    }

    /// Whether nobody has any of these cells; `but` does not count.
    fn is_free(&self, (x, y): (usize, usize), len: usize, but: u32) -> bool {
        let mut cells =
            (x..x + len).map(|x| (x < self.width).then(|| self.taken.get(y * self.width + x)).flatten());
        cells.all(|cell| cell.is_some_and(|by| by & !but == 0))
    }
}

/// The labels of the map, each where nothing else is.
pub(super) fn labels(scale: MapScale, lang: Language, count: &dyn Fn(Way) -> u32) -> Vec<Label> {
    let mut cells = Cells::new(scale.size());
    let arriving: Vec<Point> = ARRIVAL.iter().map(|&point| scale.of(point)).collect();
    cells.take_line(&arriving, TEXT);
    if let Some((at, text)) = arrival(scale, lang) {
        cells.take(at, text.width(), TEXT);
    }
    for &(state, ..) in STATES {
        if let Some(((x, y), width)) = place_of(state, scale) {
            let rows = if scale == MapScale::Large { 3 } else { 1 };
            (y..y + rows).for_each(|y| cells.take((x, y), width, TEXT));
        }
    }
    let bit = |i: usize| 1_u32 << (i % 31);
    for (i, road) in roads(count).enumerate() {
        cells.take_line(&road.line(scale), bit(i));
    }
    let mut all = Vec::new();
    for (i, road) in ROADS.iter().enumerate() {
        let Some((x, y)) = road.at(scale) else { continue };
        // A name in its own line has a blank on both sides, and the line goes on behind them.
        let ends = in_line(&road.line(scale), (x, y));
        let own = if ends.is_some() { bit(i) } else { 0 };
        let fits = |text: &String| {
            let end = x + text.width();
            let goes_on = ends.is_none_or(|(from, to)| from < x && end < to);
            !text.is_empty() && goes_on && cells.is_free((x, y), text.width(), own)
        };
        let texts = texts(road.name(lang), count(road.way()), ends.is_some());
        if let Some(text) = texts.into_iter().find(fits) {
            cells.take((x, y), text.width(), TEXT);
            all.push(Label { way: road.way(), at: (x, y), text });
        }
    }
    all
}

/// From where to where a line runs through that point from left to right, if it does.
fn in_line(line: &[Point], (x, y): (usize, usize)) -> Option<(usize, usize)> {
    line.windows(2).find_map(|pair| {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let (from, to) = (usize::try_from(x0.min(x1)).ok()?, usize::try_from(x0.max(x1)).ok()?);
        (y0 == y1 && usize::try_from(y0) == Ok(y) && (from..=to).contains(&x)).then_some((from, to))
    })
}

/// What a label says, and what it says where there is no room for that.
fn texts(name: &str, count: u32, is_in_line: bool) -> Vec<String> {
    let texts = match (name, count) {
        (name, 0) => vec![name.to_owned()],
        ("", n) => vec![times(n)],
        // A wide glyph has air around it: it can do without the blank.
        (name, n) if name.chars().next_back().and_then(|c| c.width()) == Some(2) => {
            vec![format!("{name} {}", times(n)), format!("{name}{}", times(n)), times(n)]
        }
        (name, n) => vec![format!("{name} {}", times(n)), times(n)],
    };
    let apart = |text: String| if is_in_line && !text.is_empty() { format!(" {text} ") } else { text };
    texts.into_iter().map(apart).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::map::{BYWAYS, Road};
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const SCALES: [MapScale; 3] = [MapScale::Small, MapScale::Large, MapScale::Low];

    /// How often each way was taken: those on the map in its order, then the byways.
    fn counted(counts: Vec<u32>) -> impl Fn(Way) -> u32 {
        move |way| {
            let at = ROADS.iter().chain(BYWAYS).position(|road| road.way() == way);
            at.and_then(|at| counts.get(at)).copied().unwrap_or(0)
        }
    }

    type Rect = ((usize, usize), (usize, usize));

    fn meet((a, (aw, ah)): Rect, (b, (bw, bh)): Rect) -> bool {
        a.0 < b.0 + bw && b.0 < a.0 + aw && a.1 < b.1 + bh && b.1 < a.1 + ah
    }

    /// Every cell of every line, and whose it is.
    fn lines(scale: MapScale, count: &dyn Fn(Way) -> u32) -> BTreeMap<(usize, usize), Vec<Way>> {
        let mut cells: BTreeMap<_, Vec<Way>> = BTreeMap::new();
        for road in roads(count) {
            for pair in road.line(scale).windows(2) {
                let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
                for y in y0.min(y1)..=y0.max(y1) {
                    for x in x0.min(x1)..=x0.max(x1) {
                        cells.entry((x as usize, y as usize)).or_default().push(road.way());
                    }
                }
            }
        }
        cells
    }

    /// Every scale in every language.
    fn maps() -> impl Iterator<Item = (MapScale, Language)> {
        SCALES.into_iter().flat_map(|scale| Language::ALL.iter().map(move |&lang| (scale, lang)))
    }

    /// No two of what stands on the map have a cell in common.
    fn nothing_overwrites_another(
        (scale, lang): (MapScale, Language),
        count: &dyn Fn(Way) -> u32,
    ) -> Result<(), TestCaseError> {
        let labels = labels(scale, lang, count);
        let (width, height) = scale.size();
        let mut rects: Vec<(String, Rect)> = Vec::new();
        rects.extend(labels.iter().map(|l| (l.text.clone(), (l.at, (l.text.width(), 1)))));
        rects.extend(arrival(scale, lang).map(|(at, text)| (text.to_owned(), (at, (text.width(), 1)))));
        let rows = if scale == MapScale::Large { 3 } else { 1 };
        let states = STATES.iter().filter_map(|(state, ..)| Some((*state, place_of(*state, scale)?)));
        rects.extend(states.map(|(state, (at, width))| (short(state).to_owned(), (at, (width, rows)))));
        for (i, (text, rect)) in rects.iter().enumerate() {
            prop_assert!(rect.0.0 + rect.1.0 <= width && rect.0.1 + rect.1.1 <= height, "{scale:?} {text}");
            for (other, with) in &rects[i + 1..] {
                prop_assert!(!meet(*rect, *with), "{scale:?}: {text:?} and {other:?}");
            }
        }
        let lines = lines(scale, count);
        for road in roads(count) {
            let line = road.line(scale);
            let (x, y) = line.last().map(|&(x, y)| (x as usize, y as usize)).unwrap();
            let hiding = rects.iter().find(|(_, rect)| meet(*rect, ((x, y), (1, 1))));
            prop_assert!(hiding.is_none(), "{scale:?}: {hiding:?} hides the head of {:?}", road.way());
        }
        for Label { way, at: (x, y), text } in labels {
            let through = |x: usize| lines.get(&(x, y)).cloned().unwrap_or_default();
            let end = x + text.width();
            for x in x..end {
                let others: Vec<Way> = through(x).into_iter().filter(|of| *of != way).collect();
                prop_assert!(others.is_empty(), "{scale:?}: {others:?} through {text:?}");
            }
            // In its own line it leaves something of the line on both sides.
            if !through(x).is_empty() {
                prop_assert!(text.starts_with(' ') && text.ends_with(' '), "{scale:?} {text:?}");
                prop_assert!(through(x - 1).contains(&way) && through(end).contains(&way), "{text:?}");
            }
        }
        Ok(())
    }

    fn any_count() -> impl Strategy<Value = u32> {
        prop_oneof![Just(0), 1..10_u32, 10..10_000_u32, any::<u32>()]
    }

    proptest! {
        #[test]
        fn labels_counts_and_lines_never_overwrite_each_other(
            counts in proptest::collection::vec(any_count(), ROADS.len() + BYWAYS.len()),
        ) {
            for map in maps() {
                nothing_overwrites_another(map, &counted(counts.clone()))?;
            }
        }
    }

    /// But for three ways that hardly a connection takes, nothing has to be left out.
    #[test]
    fn every_name_and_every_count_is_on_the_map() {
        use super::super::map::states::*;
        let seldom = [(Read, Write), (Write, Waiting), (Nread, Closing)];
        let is_seldom = |road: &Road| seldom.contains(&(road.from, road.to));
        for count in [1, 11, 999, 9999, 99_999, 999_999, u32::MAX] {
            let all = ROADS.iter().chain(BYWAYS).map(|road| if is_seldom(road) { 0 } else { count });
            let taken = counted(all.collect());
            for (scale, lang) in maps() {
                let labels = labels(scale, lang, &taken);
                for road in ROADS.iter().filter(|road| road.at(scale).is_some()) {
                    let label = labels.iter().find(|l| l.way == road.way());
                    let name = road.name(lang);
                    let label = label.unwrap_or_else(|| panic!("{scale:?} {name} of {count}"));
                    let full = match name {
                        "" => vec![times(count)],
                        name => {
                            texts(name, count, false).into_iter().filter(|t| t.starts_with(name)).collect()
                        }
                    };
                    assert!(full.iter().any(|full| full == label.text.trim()), "{scale:?} {label:?}");
                }
                nothing_overwrites_another((scale, lang), &taken).unwrap();
            }
        }
    }

    #[test]
    fn one_quit_is_one() {
        let quit = [(ConnState::ParseCmd, ConnState::Closing), (ConnState::Closing, ConnState::Closed)];
        let once = |way: Way| u32::from(quit.contains(&(way.from, way.to)));
        for (scale, lang) in maps() {
            let labels = labels(scale, lang, &once);
            assert!(labels.iter().any(|label| label.text == "quit ×1"), "{scale:?}");
        }
    }
}
