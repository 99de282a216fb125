//! Bookmarks, and the way back from where one has jumped to. Events are told apart by their numbers:
//! places in the list shift when a live server's oldest events are let go.

use super::app::{App, PendingKey};
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

impl App {
    /// The letter after `m` or `'`.
    pub(super) fn name_of_mark(&mut self, pending: PendingKey, letter: char) {
        let Some(here) = self.player.current().map(|e| e.seq) else { return };
        match pending {
            PendingKey::GoToMark if letter == '\'' || letter == '`' => match self.jumps.swap(here) {
                Some(seq) => self.land(seq),
                None => self.tell(self.lang.say_no_jump_yet()),
            },
            _ if !letter.is_ascii_alphabetic() => self.tell(self.lang.say_mark_letter()),
            PendingKey::SetMark => {
                self.bookmarks.insert(letter, here);
                self.tell(self.lang.say_mark_set(letter.to_string(), here.to_string()));
            }
            PendingKey::GoToMark => match self.bookmarks.get(&letter).copied() {
                Some(seq) => {
                    self.jump();
                    self.land(seq);
                }
                None => {
                    let names: Vec<String> = self.bookmarks.keys().map(char::to_string).collect();
                    let there_are = match names.is_empty() {
                        true => self.lang.mark_how(letter.to_string()),
                        false => self.lang.mark_there_are(names.join(", ")),
                    };
                    self.tell(self.lang.say_no_mark(letter.to_string(), there_are));
                }
            },
            PendingKey::Hold | PendingKey::Release | PendingKey::StopRecording => {}
        }
    }

    /// Remembers where one is before one jumps.
    pub(super) fn jump(&mut self) {
        if let Some(here) = self.player.current() {
            self.jumps.record(here.seq);
        }
    }

    /// Back to where one has jumped from, jump by jump.
    pub(super) fn jump_back(&mut self, times: usize) {
        for _ in 0..times {
            let Some(here) = self.player.current().map(|e| e.seq) else { return };
            match self.jumps.back(here) {
                Some(seq) => self.land(seq),
                None => return self.tell(self.lang.say_no_jump()),
            }
        }
    }

    /// Goes to the event of that number, or where it was.
    fn land(&mut self, seq: u64) {
        self.player.seek(seq);
        self.arrived();
        if self.player.current().is_some_and(|e| e.seq != seq) {
            self.tell(self.lang.say_nearest(seq.to_string()));
        }
    }
}

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
