//! Bookmarks, and the way back from where one has jumped to. Events are told apart by their numbers:
//! places in the list shift when a live server's oldest events are let go.

use std::collections::BTreeMap;

/// How many jumps are remembered.
const MOST: usize = 100;

/// Where one has jumped from.
#[derive(Debug, Default)]
pub(super) struct Jumps {
    from: Vec<u64>,
    /// Where the last jump came from; going back there and back again changes the two.
    last: Option<u64>,
}

impl Jumps {
    /// One jumps away from `here`.
    pub fn record(&mut self, here: u64) {
        self.last = Some(here);
        if self.from.last() != Some(&here) {
            if self.from.len() == MOST {
                self.from.remove(0);
            }
            self.from.push(here);
        }
    }

    /// Where the last jump came from; asked again from there, where it led to.
    pub fn swap(&mut self, here: u64) -> Option<u64> {
        self.last.replace(here).or_else(|| {
            self.last = None;
            None
        })
    }

    /// One jump further back each time.
    pub fn back(&mut self, here: u64) -> Option<u64> {
        while let Some(from) = self.from.pop() {
            if from != here {
                self.last = Some(here);
                return Some(from);
            }
        }
        None
    }
}

/// The bookmarks: a letter each.
pub(super) type Bookmarks = BTreeMap<char, u64>;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quote_quote_goes_between_two_places() {
        let mut jumps = Jumps::default();
        assert_eq!(jumps.swap(1), None);
        assert_eq!(jumps.swap(1), None, "asking is no jump");
        jumps.record(5);
        assert_eq!(jumps.swap(90), Some(5));
        assert_eq!(jumps.swap(5), Some(90));
        assert_eq!(jumps.swap(90), Some(5));
    }

    proptest! {
        #[test]
        fn going_back_takes_the_jumps_the_other_way_round(seqs in proptest::collection::vec(0u64..50, 0..300)) {
            let mut jumps = Jumps::default();
            seqs.iter().for_each(|seq| jumps.record(*seq));
            let mut expected = seqs;
            expected.dedup();
            let skip = expected.len().saturating_sub(MOST);
            let mut here = u64::MAX;
            let mut went = Vec::new();
            while let Some(seq) = jumps.back(here) {
                prop_assert_ne!(seq, here);
                went.push(seq);
                here = seq;
            }
            went.reverse();
            prop_assert_eq!(&went[..], &expected[skip..]);
        }
    }
}
