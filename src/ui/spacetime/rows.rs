//! Which rows there are: events around the cursor, alone or as a run, and idle time.

use super::arrows::arrow;
use crate::event::{Event, Kind};
use crate::player::Player;
use crate::texts::Language;
use std::ops::Range;
use std::sync::Arc;

/// A pause from here on is worth a row of its own.
const GAP: u64 = 10_000_000;
/// So many events are looked at for each row, at most: a run may be long, and a screen is drawn at
/// once however long the recording is.
const EVENTS_A_ROW: usize = 32;

/// How much of what happens has a row of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::ui) enum Scale {
    /// Every event has.
    Each,
    /// What goes from lane to lane has; what a thread does in between makes one row.
    #[default]
    Runs,
    /// What goes from lane to lane has, and there are no other rows.
    Crossing,
}

impl Scale {
    /// More rows.
    pub fn finer(self) -> Scale {
        match self {
            Scale::Crossing => Scale::Runs,
            Scale::Runs | Scale::Each => Scale::Each,
        }
    }

    /// Fewer rows.
    pub fn coarser(self) -> Scale {
        match self {
            Scale::Each => Scale::Runs,
            Scale::Runs | Scale::Crossing => Scale::Crossing,
        }
    }

    /// What it shows, for the panel's title.
    pub fn name(self, lang: Language) -> &'static str {
        match self {
            Scale::Each => lang.spacetime_scale_each(),
            Scale::Runs => lang.spacetime_scale_runs(),
            Scale::Crossing => lang.spacetime_scale_crossing(),
        }
    }

    /// What it shows, in a sentence.
    pub fn told(self, lang: Language) -> &'static str {
        match self {
            Scale::Each => lang.spacetime_now_each(),
            Scale::Runs => lang.spacetime_now_runs(),
            Scale::Crossing => lang.spacetime_now_crossing(),
        }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SpacetimeRow {
    /// These events of the window, all of one thread; of a run, more than one.
    Events(Range<usize>),
    /// So many nanoseconds in which nothing happened.
    Gap(u64),
}

/// The rows around the cursor, and the events that they are made of.
pub(super) struct ShownRows {
    /// More than the rows show: arrows come from above and go on below.
    pub events: Vec<Arc<Event>>,
    /// Which of them is at the cursor.
    pub at: usize,
    pub rows: Vec<SpacetimeRow>,
    /// Which row is the cursor's.
    pub now: usize,
}

impl ShownRows {
    /// The row of an event: -1 where it is above all, the number of rows where it is below; of one
    /// that has no row, the one before.
    pub fn row_of(&self, event: usize) -> i32 {
        let mut above = -1;
        for (y, row) in (0..).zip(&self.rows) {
            match row {
                SpacetimeRow::Events(range) if event < range.start => return above,
                SpacetimeRow::Events(range) if range.contains(&event) => return y,
                SpacetimeRow::Events(_) => above = y,
                SpacetimeRow::Gap(_) => {}
            }
        }
        i32::try_from(self.rows.len()).unwrap_or(i32::MAX)
    }
}

/// The window of so many rows, of the events before `horizon`; none while there is no event.
pub(super) fn window(player: &Player, scale: Scale, height: usize, horizon: usize) -> Option<ShownRows> {
    let cursor = player.cursor()?;
    let reach = height.saturating_mul(if scale == Scale::Each { 1 } else { EVENTS_A_ROW });
    let from = cursor.saturating_sub(reach);
    let events = player.slice(from..cursor.saturating_add(reach).saturating_add(1).min(horizon));
    let at = cursor - from;
    let mut rows = rows(&events, scale, at);
    let now = rows.iter().position(|row| matches!(row, SpacetimeRow::Events(r) if r.contains(&at)))?;
    // The cursor stands a little below the middle: more of what led here is seen than of what
    // comes. Where one side has too few rows, the other gets them.
    let below = rows.len() - now;
    let above = (height * 3 / 5).max(height.saturating_sub(below)).min(now);
    rows.drain(..now - above);
    rows.truncate(height);
    Some(ShownRows { events, at, rows, now: above })
}

/// Every row of `events`; the one at `at` is in one of them.
fn rows(events: &[Arc<Event>], scale: Scale, at: usize) -> Vec<SpacetimeRow> {
    let mut rows = Vec::new();
    let mut last_t = None;
    for (i, event) in events.iter().enumerate() {
        let is_alone = stands_alone(event);
        let gap = last_t.map_or(0, |t| event.t.saturating_sub(t));
        last_t = Some(event.t);
        if gap >= GAP {
            rows.push(SpacetimeRow::Gap(gap));
        }
        if scale == Scale::Crossing && !is_alone && i != at {
            continue;
        }
        match rows.last_mut() {
            Some(SpacetimeRow::Events(run))
                if scale == Scale::Runs
                    && !is_alone
                    && !stands_alone(&events[run.start])
                    && events[run.start].th == event.th =>
            {
                run.end = i + 1;
            }
            _ => rows.push(SpacetimeRow::Events(i..i + 1)),
        }
    }
    if scale == Scale::Runs {
        // That functions were entered and left and nothing else is no row, unless one stands there.
        rows.retain(|row| match row {
            SpacetimeRow::Events(run) => run.contains(&at) || !events[run.clone()].iter().all(|e| is_call(e)),
            SpacetimeRow::Gap(_) => true,
        });
    }
    // Where nothing is left between them, two pauses are one.
    rows.dedup_by(|next, last| match (next, last) {
        (SpacetimeRow::Gap(next), SpacetimeRow::Gap(last)) => {
            *last = last.saturating_add(*next);
            true
        }
        _ => false,
    });
    rows
}

fn is_call(event: &Event) -> bool {
    matches!(event.kind(), Kind::Call | Kind::Return)
}

/// Whether an event has a row of its own, however little room there is.
fn stands_alone(event: &Event) -> bool {
    arrow(event).is_some() || matches!(event.kind(), Kind::Mark | Kind::Drop | Kind::Snapshot)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::FlatEvent;
    use crate::event::{ConnState, Thread};
    use crate::model::sample::{self, W0};

    fn player_at(found: impl Fn(&Event) -> bool) -> Player {
        let events = sample::set_get();
        let at = events.iter().position(found).unwrap_or(0);
        let mut player = Player::new(4, events);
        player.go(at);
        player
    }

    fn to_nread(e: &Event) -> bool {
        e.to() == Some(ConnState::Nread)
    }

    /// How many events each row has; 0 for a gap.
    fn sizes(window: &ShownRows) -> Vec<usize> {
        let size = |row: &SpacetimeRow| match row {
            SpacetimeRow::Events(range) => range.len(),
            SpacetimeRow::Gap(_) => 0,
        };
        window.rows.iter().map(size).collect()
    }

    #[test]
    fn at_the_finest_scale_every_event_has_a_row_and_the_cursor_is_in_view() {
        let player = player_at(to_nread);
        let window = window(&player, Scale::Each, 11, usize::MAX).unwrap();
        assert_eq!(window.rows.len(), 11);
        assert_eq!(window.rows[window.now], SpacetimeRow::Events(window.at..window.at + 1));
        assert!(to_nread(&window.events[window.at]));
        assert!(sizes(&window).iter().all(|&n| n <= 1));
    }

    #[test]
    fn runs_are_of_one_thread_and_end_at_what_crosses_lanes() {
        let player = player_at(to_nread);
        let window = window(&player, Scale::Runs, 20, usize::MAX).unwrap();
        assert!(sizes(&window).iter().any(|&n| n > 3), "{:?}", window.rows);
        for row in &window.rows {
            let SpacetimeRow::Events(range) = row else { continue };
            let run = &window.events[range.clone()];
            assert!(run.iter().all(|e| e.th == run[0].th));
            assert!(run.len() == 1 || run.iter().all(|e| arrow(e).is_none()));
            assert!(run.iter().any(|e| !is_call(e)), "calls alone are no row");
        }
    }

    #[test]
    fn at_the_coarsest_scale_only_arrows_are_left_and_the_cursor() {
        let player = player_at(to_nread);
        let window = window(&player, Scale::Crossing, 20, usize::MAX).unwrap();
        for (y, row) in window.rows.iter().enumerate() {
            let SpacetimeRow::Events(range) = row else { continue };
            assert!(y == window.now || stands_alone(&window.events[range.start]), "row {y}");
        }
        assert!(window.rows.iter().any(|row| matches!(row, SpacetimeRow::Gap(_))), "idle time is told");
    }

    #[test]
    fn the_cursor_is_in_the_window_wherever_it_stands() {
        let mut player = Player::new(4, sample::set_get());
        for scale in [Scale::Each, Scale::Runs, Scale::Crossing] {
            for at in 0..player.len() {
                player.go(at);
                for height in [1, 2, 7, 40] {
                    let window = window(&player, scale, height, usize::MAX).unwrap();
                    assert!(window.rows.len() <= height);
                    assert_eq!(window.row_of(window.at), window.now as i32, "{scale:?} {at} {height}");
                }
            }
        }
        assert!(window(&Player::new(4, Vec::new()), Scale::Runs, 10, usize::MAX).is_none());
    }

    #[test]
    fn a_long_recording_costs_no_more_than_a_short_one() {
        let event = |seq| FlatEvent { seq, t: seq, th: W0, ev: Kind::Item, ..FlatEvent::default() }.event();
        let mut player = Player::new(4, (1..50_000).map(event).collect());
        player.go(25_000);
        let window = window(&player, Scale::Runs, 10, usize::MAX).unwrap();
        assert!(window.events.len() <= 2 * 10 * EVENTS_A_ROW + 1);
        assert_eq!(window.rows.len(), 1, "one thread, nothing that crosses: one run");
    }

    #[test]
    fn rows_above_and_below_are_told_apart() {
        let player = player_at(|e| e.kind() == Kind::Notify);
        let window = window(&player, Scale::Each, 6, usize::MAX).unwrap();
        assert_eq!(window.row_of(0), -1);
        assert_eq!(window.row_of(window.events.len() - 1), 6);
        assert!(window.events.iter().all(|e| e.th != Thread::Client || e.kind() == Kind::Mark));
    }

    #[test]
    fn pauses_with_nothing_between_them_are_one() {
        let event =
            |seq: u64, ev| FlatEvent { seq, t: seq * GAP, th: W0, ev, ..FlatEvent::default() }.event();
        let kinds = [Kind::Wake, Kind::Call, Kind::Return, Kind::Call, Kind::Wake];
        let player = Player::new(4, (1..).zip(kinds).map(|(seq, ev)| event(seq, ev)).collect());
        for scale in [Scale::Runs, Scale::Crossing] {
            let window = window(&player, scale, 10, usize::MAX).unwrap();
            assert_eq!(
                window.rows,
                [SpacetimeRow::Events(0..1), SpacetimeRow::Gap(4 * GAP), SpacetimeRow::Events(4..5)]
            );
        }
        assert_eq!(window(&player, Scale::Each, 10, usize::MAX).unwrap().rows.len(), 9);
    }

    #[test]
    fn the_scale_ends_at_both_ends() {
        assert_eq!(Scale::Each.finer(), Scale::Each);
        assert_eq!(Scale::Crossing.coarser(), Scale::Crossing);
        assert_eq!(Scale::default().finer().coarser(), Scale::default());
    }
}
