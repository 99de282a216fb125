//! What a trace has been told of a connection, and what has changed since.

use super::epoch;
use crate::event::{CONN_WORDS, ChangedFields, ConnChange, ConnImage};
use std::cell::Cell;

/// What a trace was last told of a connection's `struct conn`; nothing yet by default.
#[derive(Debug, Default)]
pub struct ToldConn {
    /// In which [`epoch`]; 0 for none.
    epoch: Cell<u32>,
    words: [Cell<u32>; CONN_WORDS],
}

impl ToldConn {
    /// What has changed since then in the structure, which it is told `now`; all of it, where that may not have been
    /// heard.
    #[inline(always)]
    pub fn changed(&self, now: ConnImage) -> Option<ConnChange> {
        let is_another = self.epoch.get() != epoch() || now.differs(|place| self.words[place].get());
        is_another.then(|| self.change(&now))
    }

    #[inline(never)]
    fn change(&self, now: &ConnImage) -> ConnChange {
        let changed = match self.epoch.replace(epoch()) == epoch() {
            true => now.since(|place| self.words[place].get()),
            false => ChangedFields::ALL,
        };
        let change = ConnChange::new(changed, now.words());
        changed.places().for_each(|place| self.words[place].set(change.word(place)));
        change
    }

    /// It was not told after all.
    pub fn forget(&self) {
        self.epoch.set(0);
    }
}
