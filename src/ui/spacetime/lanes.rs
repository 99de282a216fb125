//! Which lanes there are, where they stand, and who is asleep when.

use super::arrows::LaneOwner;
use super::rows::{ShownRows, SpacetimeRow};
use crate::event::{Event, Function, Kind, Thread};
use crate::model::{ThreadPhase, World};
use crate::texts::Language;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Columns from one worker to the next, widest first, and what must be left for the words then.
const PITCHES: [(usize, usize); 7] = [(12, 34), (11, 32), (9, 30), (8, 26), (7, 24), (6, 17), (5, 11)];
/// Columns left of the clients' lane: a client's name ends on it.
pub(super) const MARGIN: usize = 3;
/// From here on a worker's name is written out.
const FULL_NAMES: usize = 9;

/// What a thread is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It does not run yet.
    Absent,
    Asleep,
    Running,
}

/// One lane: whose, and its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lane {
    pub who: LaneOwner,
    pub x: usize,
}

/// The lanes, from left to right.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lanes {
    pub list: Vec<Lane>,
    /// Workers for which there is no room.
    pub hidden: usize,
    /// Where the words begin.
    pub label: usize,
    pitch: usize,
}

impl Lanes {
    /// The lanes between `left` and `width`: clients, kernel, main, and the workers, all of them
    /// or, with too many, those that act in the window, nearest the cursor first. With `few`, only
    /// those that act.
    pub fn of(world: &World, window: &ShownRows, left: usize, width: usize, few: bool) -> Lanes {
        let all: Vec<Thread> = world.threads.keys().copied().filter(|t| t.worker().is_some()).collect();
        let acting = acting(window);
        let wanted = if few { acting.len().clamp(1, all.len().max(1)) } else { all.len() };
        let fits =
            |&(pitch, words): &(usize, usize), workers: usize| end(left, pitch, workers) + words <= width;
        let (pitch, room) = match PITCHES.iter().find(|p| fits(p, wanted)) {
            Some(&(pitch, _)) => (pitch, wanted),
            None => {
                // Six columns a worker are still easy to tell apart.
                let most = (1..wanted).rev().find(|&n| fits(&(6, 17), n)).unwrap_or(1);
                (6, most)
            }
        };
        let shown = choose(&all, &acting, room);
        let mut xs = columns(left, pitch, shown.len()).into_iter();
        let whos = [LaneOwner::Client, LaneOwner::Kernel, LaneOwner::Thread(Thread::Main)].into_iter();
        let whos = whos.chain(shown.iter().copied().map(LaneOwner::Thread));
        let list: Vec<Lane> = whos.filter_map(|who| Some(Lane { who, x: xs.next()? })).collect();
        let hidden = all.len() - shown.len();
        Lanes { list, hidden, label: end(left, pitch, shown.len()), pitch }
    }

    /// Where someone's lane stands, if it is shown.
    pub fn x(&self, who: LaneOwner) -> Option<usize> {
        self.list.iter().find(|lane| lane.who == who).map(|lane| lane.x)
    }

    /// What stands above a lane. Threads are called as they are in a recording.
    pub fn name(&self, who: LaneOwner, lang: Language) -> Cow<'static, str> {
        match who {
            LaneOwner::Client => lang.spacetime_client().into(),
            LaneOwner::Kernel => lang.spacetime_kernel().into(),
            LaneOwner::Thread(thread) => match (thread.to_string(), thread.worker()) {
                // Names must not touch.
                (name, Some(i)) if self.pitch < FULL_NAMES || name.len() >= self.pitch => {
                    format!("w{i}").into()
                }
                (name, _) => name.into(),
            },
        }
    }
}

/// The columns of the clients, the kernel, main and so many workers: names above must not touch, and
/// left of the first worker is room for what main hands down.
fn columns(left: usize, pitch: usize, workers: usize) -> Vec<usize> {
    let mut x = left + MARGIN;
    let mut xs = vec![x];
    for least in [7, 6, 7].into_iter().chain((1..workers).map(|_| 5)).take(2 + workers) {
        x += pitch.max(least);
        xs.push(x);
    }
    xs
}

/// The first column after the lanes.
fn end(left: usize, pitch: usize, workers: usize) -> usize {
    columns(left, pitch, workers).last().map_or(left, |x| x + 4)
}

/// The workers that do something in the window or get something, nearest the cursor first.
fn acting(window: &ShownRows) -> Vec<Thread> {
    let mut seen = BTreeSet::new();
    let mut acting = Vec::new();
    let mut rows: Vec<(usize, &SpacetimeRow)> = window.rows.iter().enumerate().collect();
    rows.sort_by_key(|(y, _)| y.abs_diff(window.now));
    for (_, row) in rows {
        let SpacetimeRow::Events(range) = row else { continue };
        for event in &window.events[range.clone()] {
            for thread in [Some(event.th), event.worker()].into_iter().flatten() {
                if thread.worker().is_some() && seen.insert(thread) {
                    acting.push(thread);
                }
            }
        }
    }
    acting
}

/// So many of `all`, in their order: those of `first`, then the others.
fn choose(all: &[Thread], first: &[Thread], room: usize) -> Vec<Thread> {
    if all.len() <= room {
        return all.to_vec();
    }
    let chosen = first.iter().filter(|t| all.contains(t));
    let rest = all.iter().filter(|t| !first.contains(t));
    let mut chosen: Vec<Thread> = chosen.chain(rest).take(room).copied().collect();
    chosen.sort_unstable();
    chosen
}

/// What a thread is at after each row.
pub(super) fn life(world: &World, window: &ShownRows, thread: Thread) -> Vec<Life> {
    let mut own = window.events.iter().enumerate().filter(|(_, e)| e.th == thread && tells(e)).peekable();
    // Before its first event of the window: what that event says of it; with none, it is all the
    // time what it is now.
    let mut life = match own.peek() {
        Some((_, event)) => before(event),
        None => match world.threads.get(&thread).map(|lane| lane.phase) {
            Some(ThreadPhase::Asleep(_)) => Life::Asleep,
            Some(ThreadPhase::Running) => Life::Running,
            _ => Life::Absent,
        },
    };
    let mut lives = Vec::with_capacity(window.rows.len());
    for (y, row) in window.rows.iter().enumerate() {
        // While nothing happens, all that happened before has: events without a row too.
        let end = match (row, window.rows.get(y + 1)) {
            (SpacetimeRow::Events(range), _) => range.end,
            (SpacetimeRow::Gap(_), Some(SpacetimeRow::Events(next))) => next.start,
            (SpacetimeRow::Gap(_), _) => 0,
        };
        while let Some((_, event)) = own.next_if(|(i, _)| *i < end) {
            life = if event.kind() == Kind::Wait { Life::Asleep } else { Life::Running };
        }
        lives.push(life);
    }
    lives
}

/// What a thread was at when it came to `event`.
fn before(event: &Event) -> Life {
    match event.kind() {
        Kind::Wake => Life::Asleep,
        Kind::Thread if event.op() == Some("start") => Life::Absent,
        Kind::Call if event.function() == Some(Function::WorkerLibevent) => Life::Absent,
        _ => Life::Running,
    }
}

/// Marks and the like happened to the recording, not on a thread.
fn tells(event: &Event) -> bool {
    !matches!(event.kind(), Kind::Mark | Kind::Note | Kind::Drop | Kind::Snapshot)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::rows::{Scale, window};
    use super::*;
    use crate::event::FlatEvent;
    use crate::model::sample::{self, W0};
    use crate::player::Player;

    fn player_at(workers: u32, kind: Kind) -> Player {
        let events = sample::set_get();
        let at = events.iter().position(|e| e.kind() == kind).unwrap();
        let mut player = Player::new(workers, events);
        player.go(at);
        player
    }

    #[test]
    fn four_workers_fit_80_columns_and_60_too() {
        let player = player_at(4, Kind::Notify);
        let window = window(&player, Scale::Runs, 12, usize::MAX).unwrap();
        for (width, words) in [(79, 24), (59, 11)] {
            let lanes = Lanes::of(player.world(), &window, 6, width, false);
            assert_eq!((lanes.list.len(), lanes.hidden), (7, 0), "{width}");
            assert!(lanes.label + words <= width);
            assert!(lanes.list.windows(2).all(|pair| pair[0].x + 5 <= pair[1].x));
        }
    }

    #[test]
    fn with_many_workers_those_that_act_are_shown_and_the_rest_is_counted() {
        let mut events = sample::set_get();
        for event in &mut events {
            let far = |thread: &mut Thread| {
                if *thread == W0 {
                    *thread = Thread::Worker(42);
                }
            };
            let mut flat = FlatEvent::from(&*event);
            far(&mut flat.th);
            flat.worker.iter_mut().for_each(far);
            *event = flat.event();
        }
        let at = events.iter().position(|e| e.kind() == Kind::Notify).unwrap();
        let mut player = Player::new(64, events);
        player.go(at);
        let window = window(&player, Scale::Runs, 12, usize::MAX).unwrap();
        let lanes = Lanes::of(player.world(), &window, 6, 80, false);
        assert!(lanes.x(LaneOwner::Thread(Thread::Worker(42))).is_some());
        assert_eq!(lanes.list.len() - 3 + lanes.hidden, 64);
        assert!(lanes.list.len() > 5 && lanes.label + 17 <= 80);
        let few = Lanes::of(player.world(), &window, 6, 80, true);
        assert_eq!(few.list.len(), 4, "only the one that acts");
    }

    #[test]
    fn a_worker_sleeps_until_the_byte_wakes_it() {
        let player = player_at(4, Kind::Notify);
        let window = window(&player, Scale::Each, 30, usize::MAX).unwrap();
        let lives = life(player.world(), &window, W0);
        let wakes = window.events.iter().position(|e| e.th == W0 && e.kind() == Kind::Wake).unwrap();
        let y = usize::try_from(window.row_of(wakes)).unwrap();
        assert_eq!((lives[y - 1], lives[y]), (Life::Asleep, Life::Running));
        assert!(life(player.world(), &window, Thread::Worker(3)).iter().all(|&l| l == Life::Asleep));
    }

    #[test]
    fn a_thread_is_not_there_before_it_starts() {
        let player = player_at(4, Kind::EventInit);
        let window = window(&player, Scale::Each, 5, usize::MAX).unwrap();
        assert!(life(player.world(), &window, W0).iter().all(|&l| l == Life::Absent));
    }
}
