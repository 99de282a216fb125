//! Which command of its wake-up a connection is at.

use crate::event::{Event, Kind, Thread};
use std::collections::HashMap;

/// So many are counted: nobody wants to know it more exactly.
pub const MOST_COMMANDS: u32 = 1000;

/// How many commands each connection has had since its thread last woke up. It is what `drive_machine`
/// counts in `nreqs`: of each connection for itself, however many one wake-up serves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Commands(HashMap<(Thread, Option<u32>), u32>);

impl Commands {
    /// An event has happened. Those of other kinds than `wake` and `command` change nothing.
    pub fn happened(&mut self, event: &Event) {
        match event.kind() {
            Kind::Wake => self.0.retain(|(th, _), _| *th != event.th),
            Kind::Command => {
                let count = self.0.entry((event.th, event.conn)).or_default();
                *count = MOST_COMMANDS.min(*count + 1);
            }
            _ => {}
        }
    }

    /// How many of its connection there were up to an event that has happened.
    pub fn up_to(&self, event: &Event) -> u32 {
        self.0.get(&(event.th, event.conn)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::FlatEvent;

    #[test]
    fn each_connection_of_a_wake_up_is_counted_for_itself() {
        let mut commands = Commands::default();
        let event =
            |th, ev, conn| FlatEvent { th: Thread::Worker(th), ev, conn, ..FlatEvent::default() }.event();
        let mut after = |th, ev, conn| {
            let event = event(th, ev, conn);
            commands.happened(&event);
            commands.up_to(&event)
        };
        assert_eq!(after(0, Kind::Command, Some(4)), 1, "a recording that begins in the middle");
        after(0, Kind::Wake, None);
        assert_eq!([after(0, Kind::Command, Some(4)), after(0, Kind::Command, Some(4))], [1, 2]);
        assert_eq!(after(0, Kind::Command, Some(5)), 1);
        after(1, Kind::Wake, None);
        assert_eq!(after(0, Kind::EventAdd, Some(4)), 2, "another thread has woken up");
        after(0, Kind::Wake, None);
        assert_eq!(after(0, Kind::EventAdd, Some(4)), 0);
    }
}
