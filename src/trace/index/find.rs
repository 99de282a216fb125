//! Looking for events by their columns, and at the events themselves only where that is not enough.

use super::IndexShared;
use super::bytes::{FileWindow, STEP_FEW};
use super::chunk::{Columns, HAS_CAUSE, NO_CONN, OTHER_THREAD, TraceChunk, thread_code};
use super::table::ChunkRange;
use super::ways::WayMask;
use crate::event::Kind;
use crate::filter::{Filter, Needs};
use crate::player::{Direction, Found, PARSED, PASSED};

/// How many events are looked at that something made happen, to find the one that this did.
const MOST_EFFECTS: usize = 20_000;

/// What an event needs, as the columns have it.
#[derive(Clone, Copy)]
struct Code {
    kinds: u64,
    conn: Option<u32>,
    th: Option<u8>,
    way: WayMask,
    is_all: bool,
}

impl Code {
    fn of(needs: &Needs) -> Code {
        let th = needs.th.map(thread_code);
        Code {
            kinds: needs.kinds.bits(),
            conn: needs.conn,
            th,
            way: WayMask::new(needs.from, needs.to),
            // These say only that it may be so.
            is_all: needs.is_all
                && th != Some(OTHER_THREAD)
                && needs.conn != Some(NO_CONN)
                && [needs.from, needs.to].iter().flatten().all(|state| state.is_known()),
        }
    }

    /// Whether a chunk can have such an event.
    fn may_be_in(&self, columns: &Columns) -> bool {
        let (least, most) = columns.conn_range;
        columns.present & self.kinds != 0
            && self.way.may_be_in(columns.states)
            && self.conn.is_none_or(|conn| conn == NO_CONN || (least..=most).contains(&conn))
    }

    #[inline]
    fn fits(&self, columns: &Columns, at: usize) -> bool {
        self.kinds >> (columns.kinds[at] & !HAS_CAUSE) & 1 == 1
            && self.conn.is_none_or(|conn| columns.conns[at] == conn)
            && self.th.is_none_or(|th| columns.threads[at] == th)
            && self.way.fits(columns.ways[at])
    }
}

/// What is left of a budget, in the smallest thing that it counts.
struct Budget(usize);

impl Budget {
    fn new(budget: usize) -> Budget {
        Budget(budget.saturating_mul(PASSED))
    }

    fn spend(&mut self, n: usize) {
        self.0 = self.0.saturating_sub(n);
    }
}

/// See [`Player::find`](crate::player::Player::find).
pub(super) fn find(
    shared: &IndexShared,
    wanted: &Filter,
    from: usize,
    way: Direction,
    budget: usize,
) -> Found {
    let needs = wanted.needs();
    let codes: Vec<Code> = needs.iter().map(Code::of).collect();
    let has_all = shared.state().has_lines;
    let len = shared.table().len();
    let mut budget = Budget::new(budget.max(1));
    let mut window = shared.window(STEP_FEW);
    let mut search = Search { wanted, codes, budget: &mut budget, window: &mut window };
    let mut at = match way {
        Direction::Forward => from,
        Direction::Back => from.min(len.wrapping_sub(1)),
    };
    loop {
        let Some((chunk, _)) = shared.table().locate(at).filter(|_| !search.codes.is_empty()) else {
            return match way {
                Direction::Forward if !has_all => Found::GoOn(len),
                _ => Found::Nowhere,
            };
        };
        let (first, Some(chunk)) = ({ shared.table().first(chunk) }, shared.table().chunk(chunk)) else {
            return Found::Nowhere;
        };
        let found = search.in_chunk(&chunk, at - first, way);
        match (found, way) {
            (Ok(found), _) => return Found::At(first + found),
            (Err(None), Direction::Forward) => at = first + chunk.starts.len(),
            (Err(None), Direction::Back) => match first.checked_sub(1) {
                Some(before) => at = before,
                None => return Found::Nowhere,
            },
            (Err(Some(next)), _) => return Found::GoOn(first + next),
        }
        if search.budget.0 == 0 && at < len {
            return Found::GoOn(at);
        }
    }
}

struct Search<'a> {
    wanted: &'a Filter,
    codes: Vec<Code>,
    budget: &'a mut Budget,
    window: &'a mut FileWindow<'a>,
}

impl Search<'_> {
    /// Where it stands in the chunk; or, where the budget is used up, what comes next there.
    fn in_chunk(&mut self, chunk: &TraceChunk, from: usize, way: Direction) -> Result<usize, Option<usize>> {
        let len = chunk.starts.len();
        let may_be = |code: &&Code| chunk.columns.as_ref().is_none_or(|columns| code.may_be_in(columns));
        let codes: Vec<Code> = self.codes.iter().filter(may_be).copied().collect();
        if codes.is_empty() {
            self.budget.spend(1);
            return Err(None);
        }
        let mut at = from;
        loop {
            // As far as the budget reaches; a candidate costs more than that, and is looked at once it
            // is found.
            let room = self.budget.0;
            let candidate = match way {
                Direction::Forward => {
                    let end = len.min(at.saturating_add(room));
                    let found = next(&codes, chunk, at..end, false);
                    self.budget.spend(found.unwrap_or(end) - at + 1);
                    found.ok_or((end < len).then_some(end))
                }
                Direction::Back => {
                    let start = (at + 1).saturating_sub(room);
                    let found = next(&codes, chunk, start..at + 1, true);
                    self.budget.spend(at + 1 - found.unwrap_or(start));
                    found.ok_or(start.checked_sub(1))
                }
            }?;
            let next = match way {
                Direction::Forward => Some(candidate + 1).filter(|next| *next < len),
                Direction::Back => candidate.checked_sub(1),
            };
            if self.is_wanted(chunk, candidate) {
                return Ok(candidate);
            }
            let Some(next) = next else { return Err(None) };
            if self.budget.0 == 0 {
                return Err(Some(next));
            }
            at = next;
        }
    }

    /// Whether the event is wanted: the columns say so, or it must be looked at.
    fn is_wanted(&mut self, chunk: &TraceChunk, at: usize) -> bool {
        if let Some(columns) = &chunk.columns
            && self.codes.iter().any(|code| code.is_all && code.fits(columns, at))
        {
            return true;
        }
        self.budget.spend(PARSED * PASSED);
        let event = self.window.line(chunk.base + u64::from(chunk.starts[at])).and_then(super::parsed);
        event.is_some_and(|event| self.wanted.matches(&event))
    }
}

/// The first event of these that may be wanted, or the last.
fn next(codes: &[Code], chunk: &TraceChunk, range: std::ops::Range<usize>, is_last: bool) -> Option<usize> {
    let mut range = range;
    let Some(columns) = &chunk.columns else {
        return if is_last { range.next_back() } else { range.next() };
    };
    let pick = |range: &mut std::ops::Range<usize>, is: &dyn Fn(usize) -> bool| {
        if is_last { range.rfind(|at| is(*at)) } else { range.find(|at| is(*at)) }
    };
    match codes {
        // Only the connection's column is looked at, until it is the one.
        [one] if one.conn.is_some() => {
            let conn = one.conn.unwrap_or(NO_CONN);
            let conns = &columns.conns[range.clone()];
            let first = range.start;
            if is_last {
                (0..conns.len()).rev().find(|&i| conns[i] == conn && one.fits(columns, first + i))
            } else {
                (0..conns.len()).find(|&i| conns[i] == conn && one.fits(columns, first + i))
            }
            .map(|i| first + i)
        }
        [one] => match is_last {
            true => range.rfind(|at| one.fits(columns, *at)),
            false => range.find(|at| one.fits(columns, *at)),
        },
        codes => pick(&mut range, &|at| codes.iter().any(|code| code.fits(columns, at))),
    }
}

/// Where the first event stands of these pieces that the one numbered `seq` made happen.
pub(super) fn effect(pieces: &[ChunkRange], window: &mut FileWindow<'_>, seq: u64) -> Option<usize> {
    let mut left = MOST_EFFECTS;
    for piece in pieces {
        for at in piece.range.clone() {
            if piece.chunk.columns.as_ref().is_some_and(|c| c.kinds[at] & HAS_CAUSE == 0) {
                continue;
            }
            left = left.checked_sub(1)?;
            let event =
                window.line(piece.chunk.base + u64::from(piece.chunk.starts[at])).and_then(super::parsed);
            if event.is_some_and(|event| event.cause == Some(seq)) {
                return Some(piece.first + at);
            }
        }
    }
    None
}

/// What stands where an event was that cannot be read any more: the file has changed.
pub(super) fn lost() -> Kind {
    Kind::from_name("unreadable")
}
