//! What went before an event: for whoever says why it happened.

use crate::event::{Thread, What};

/// The numbers of the last two events of a kind; 0 for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Trail {
    last: u64,
    before: u64,
}

impl Trail {
    /// There is another one.
    #[inline(always)]
    pub fn goes_on(&mut self, seq: u64) {
        (self.before, self.last) = (self.last, seq);
    }

    /// The last one before the event of that number, which is the last that was folded.
    pub fn before(self, seq: u64) -> Option<u64> {
        let before = if self.last == seq { self.before } else { self.last };
        (before != 0).then_some(before)
    }
}

/// What a connection has got done since its thread last woke up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Turn {
    thread: Thread,
    /// The number of that `wake`; 0 where it was not recorded.
    woken: u64,
    /// How many commands: what `drive_machine` counts in `nreqs`.
    commands: u32,
}

impl Turn {
    /// How many commands it has had on a thread that woke up then.
    pub fn commands(self, thread: Thread, woken: u64) -> u32 {
        if (self.thread, self.woken) == (thread, woken) { self.commands } else { 0 }
    }

    /// It has another command, on a thread that woke up then.
    #[inline(always)]
    pub fn command(&mut self, thread: Thread, woken: u64) {
        *self = Turn { thread, woken, commands: self.commands(thread, woken).saturating_add(1) };
    }
}

/// What went before an event, as numbers of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Before {
    /// The last one of its connection; of an event that is about none, of its thread. Calls, returns and what tells
    /// of the recording are left out.
    pub previous: Option<u64>,
    /// The last `read` of its connection; of a `wake`, of the first connection that is ready.
    pub last_read: Option<u64>,
    /// How many commands its connection has had since its thread last woke up, this one counted.
    pub commands: u32,
}

/// Whether it is a step of its own for a thread and a connection.
#[inline(always)]
pub(super) fn is_step(what: &What) -> bool {
    !matches!(
        *what,
        What::Call { .. }
            | What::Return { .. }
            | What::Mark
            | What::Note { .. }
            | What::Drop { .. }
            | What::Snapshot
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::{FlatEvent, Kind};
    use crate::model::World;

    /// What went before each of these events, which are numbered from 1 on.
    fn before(events: &[(u16, Kind, Option<u32>)]) -> Vec<Before> {
        let mut world = World::new(2);
        let folded = (1..).zip(events).map(|(seq, &(worker, ev, conn))| {
            let event =
                FlatEvent { seq, th: Thread::Worker(worker), ev, conn, ..FlatEvent::default() }.event();
            world.apply(&event);
            world.before(&event)
        });
        folded.collect()
    }

    #[test]
    fn each_connection_of_a_wake_up_counts_its_own_commands() {
        let (wake, command, add) = (Kind::Wake, Kind::Command, Kind::EventAdd);
        let events = [
            (0, Kind::State, Some(4)),
            (0, command, Some(4)),
            (0, Kind::State, Some(5)),
            (0, wake, None),
            (0, command, Some(4)),
            (0, command, Some(4)),
            (0, command, Some(5)),
            (1, wake, None),
            (0, add, Some(4)),
            (0, wake, None),
            (0, add, Some(4)),
        ];
        let commands: Vec<u32> = before(&events).iter().map(|before| before.commands).collect();
        // The first has no wake-up: the recording begins in the middle. Nor does another thread's end this one's.
        assert_eq!(commands, [0, 1, 0, 0, 1, 2, 1, 0, 2, 0, 0]);
    }

    #[test]
    fn what_went_before_is_its_own_connection_s_or_its_thread_s() {
        let events = [
            (0, Kind::State, Some(4)),
            (0, Kind::Read, Some(4)),
            (0, Kind::Call, Some(4)),
            (1, Kind::State, Some(5)),
            (0, Kind::Read, Some(4)),
            (0, Kind::Return, Some(4)),
            (0, Kind::Wait, None),
            (1, Kind::Wait, None),
        ];
        let before = before(&events);
        let previous: Vec<_> = before.iter().map(|before| before.previous.unwrap_or(0)).collect();
        assert_eq!(previous, [0, 1, 2, 0, 2, 5, 5, 4]);
        let reads: Vec<_> = before.iter().map(|before| before.last_read.unwrap_or(0)).collect();
        assert_eq!(reads, [0, 0, 2, 0, 2, 5, 0, 0]);
    }
}
