//! The events that were looked at last.

use crate::event::Event;
use std::sync::Arc;

/// How many are kept at most: what the largest screens draw of, and a few megabytes.
const MOST: usize = 8192;

/// A stretch of events, read. A frame draws nearly the same ones as the frame before it.
#[derive(Debug, Default)]
pub(super) struct Recent {
    first: usize,
    events: Vec<Arc<Event>>,
}

impl Recent {
    /// The event at that index, if it is one of them.
    pub fn get(&self, index: usize) -> Option<&Arc<Event>> {
        self.events.get(index.checked_sub(self.first)?)
    }

    /// Keeps these instead, unless they are among those that are kept, or too many.
    pub fn keep(&mut self, first: usize, events: &[Arc<Event>]) {
        let is_kept = first >= self.first && first + events.len() <= self.first + self.events.len();
        if !is_kept && events.len() <= MOST {
            (self.first, self.events) = (first, events.to_vec());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_what_is_kept_does_not_take_its_place() {
        let events = |seqs: std::ops::Range<u64>| -> Vec<_> {
            seqs.map(|seq| Arc::new(Event { seq, ..Event::default() })).collect()
        };
        let seq = |recent: &Recent, index| recent.get(index).map(|event| event.seq);
        let mut recent = Recent::default();
        recent.keep(10, &events(10..20));
        recent.keep(12, &events(12..15));
        assert_eq!((seq(&recent, 10), seq(&recent, 19)), (Some(10), Some(19)));
        assert_eq!((seq(&recent, 9), seq(&recent, 20)), (None, None));
        recent.keep(11, &events(11..21));
        assert_eq!((seq(&recent, 10), seq(&recent, 20)), (None, Some(20)));
        recent.keep(0, &events(0..MOST as u64 + 1));
        assert_eq!((seq(&recent, 5), seq(&recent, 20)), (None, Some(20)));
    }
}
