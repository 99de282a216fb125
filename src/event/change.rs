//! What changed in a `struct conn` from one event to the next, as a server's thread finds it and hands it on.
//!
//! Each field is a word here. So a thread compares all of them at once, and no more than those that changed
//! travel to the recorder.

use super::{ConnFields, ConnImage, ConnState, ConnValue, EvFlags, Protocol};

/// How many words there are: one for each field, and one for the item.
pub const CONN_WORDS: usize = ConnImage::FIELDS + 1;
/// Where the item's number stands.
const ITEM: usize = ConnImage::FIELDS;

/// Which of them: a bit for each, in the order of the table; the item's is the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChangedFields(u32);

const _: () = assert!(CONN_WORDS <= 32);

impl ChangedFields {
    /// None.
    pub const NONE: ChangedFields = ChangedFields(0);
    /// All of them, and the item.
    pub const ALL: ChangedFields = ChangedFields(u32::MAX >> (32 - CONN_WORDS));
    /// Whether there is none.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the item is among them.
    #[inline(always)]
    pub fn has_item(self) -> bool {
        self.0 & 1 << ITEM != 0
    }

    /// How many.
    #[inline(always)]
    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Adds the one in this place, if it has changed.
    #[inline(always)]
    pub(super) fn add(&mut self, place: usize, has_changed: bool) {
        self.0 |= u32::from(has_changed) << place;
    }

    /// Their places, in order.
    #[inline(always)]
    pub fn places(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let place = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (place < CONN_WORDS).then_some(place)
        })
    }
}

/// `struct conn` in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConnWords(pub(super) [u32; CONN_WORDS]);

/// What changed in a `struct conn`: which fields, and all that are known as they are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnChange {
    changed: ChangedFields,
    words: ConnWords,
}

impl ConnChange {
    /// These fields have changed, and this is what they are now.
    #[inline(always)]
    pub fn new(changed: ChangedFields, words: ConnWords) -> ConnChange {
        ConnChange { changed, words }
    }

    /// Which they are.
    #[inline(always)]
    pub fn changed(&self) -> ChangedFields {
        self.changed
    }

    /// The number of the item (`ConnImage::item_id`), where it has changed.
    #[inline(always)]
    pub fn item_id(&self) -> Option<u32> {
        self.changed.has_item().then_some(self.words.0[ITEM])
    }

    /// The same change, and what had changed before it and was not handed on.
    #[must_use]
    pub fn and_before(mut self, before: ChangedFields) -> ConnChange {
        self.changed.0 |= before.0;
        self
    }

    /// The word in this place.
    #[inline(always)]
    pub fn word(&self, place: usize) -> u32 {
        self.words.0[place]
    }

    /// The words that changed, in order.
    #[inline(always)]
    pub fn words(&self) -> impl Iterator<Item = u32> {
        self.changed.places().map(|place| self.word(place))
    }

    /// A change of which these are the words; what is missing is 0.
    #[inline(always)]
    pub fn of_words(changed: ChangedFields, words: impl Iterator<Item = u32>) -> ConnChange {
        let mut all = ConnWords::default();
        for (word, place) in words.zip(changed.places()) {
            all.0[place] = word;
        }
        ConnChange { changed, words: all }
    }

    /// Sets `fields` to what they are now, but for the item; which of them were different, or, where nothing `is_known`
    /// of them, all.
    #[inline(always)]
    pub fn apply(&self, fields: &mut ConnFields, is_known: bool) -> ChangedFields {
        let mut were = ChangedFields::NONE;
        for place in ChangedFields(self.changed.0 & !(1 << ITEM)).places() {
            were.add(place, self.words.set(place, fields) || !is_known);
        }
        were
    }

    /// Tells of those of these fields that changed, each as a JSON member that follows another one begins
    /// (`,"rbytes":`), and its value; but for the item.
    #[inline(always)]
    pub fn each(&self, of: ChangedFields, to: &mut impl ChangeSink) {
        for place in of.places() {
            self.words.tell(place, to);
        }
    }
}

/// Who is told what has changed.
pub trait ChangeSink {
    /// This field has, to that.
    fn changed(&mut self, member: &'static str, value: ConnValue);
}

impl<F: FnMut(&'static str, ConnValue)> ChangeSink for F {
    #[inline(always)]
    fn changed(&mut self, member: &'static str, value: ConnValue) {
        self(member, value);
    }
}

/// A field as a word.
pub(super) trait Word: Copy {
    fn word(self) -> u32;
    fn of(word: u32) -> Self;
}

macro_rules! words {
    ($($ty:ty: $word:expr, $of:expr;)*) => {$(
        impl Word for $ty {
            #[inline(always)]
            fn word(self) -> u32 {
                let word: fn($ty) -> u32 = $word;
                word(self)
            }

            #[inline(always)]
            fn of(word: u32) -> $ty {
                let of: fn(u32) -> $ty = $of;
                of(word)
            }
        }
    )*};
}
words! {
    u32: |n| n, |word| word;
    i32: i32::cast_unsigned, u32::cast_signed;
    bool: u32::from, |word| word != 0;
    EvFlags: |flags| flags.0.into(), |word| EvFlags(word as u8);
    ConnState: |state| state.number().into(), |word| ConnState::of_number(word as u8);
    Protocol: |protocol| protocol.number().into(), |word| Protocol::of_number(word as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn image() -> impl Strategy<Value = ConnImage> {
        let numbers = (any::<u32>(), 0..3u32, 0..3u32, any::<i32>(), 0..3u32);
        let words = (0..4usize, 0..3u8, any::<bool>());
        (numbers, words).prop_map(|((rsize, rcurr, rbytes, rlbytes, item_id), (state, flags, noreply))| {
            ConnImage {
                ev_flags: EvFlags(2 * flags),
                rsize,
                rcurr,
                rbytes,
                rlbytes,
                write_and_go: ConnState::ALL[state],
                noreply,
                item_id,
                ..ConnImage::default()
            }
        })
    }

    /// What is told of a change.
    fn told(change: &ConnChange, of: ChangedFields) -> Vec<(&'static str, ConnValue)> {
        let mut told = Vec::new();
        change.each(of, &mut |member, value| told.push((member, value)));
        told
    }

    proptest! {
        #[test]
        fn what_changed_comes_over_and_nothing_else((old, new) in (image(), image())) {
            let (before, after) = (old.words(), new.words());
            let changed = new.since(|place| before.0[place]);
            prop_assert_eq!(changed.is_empty(), old == new);
            prop_assert_eq!(new.differs(|place| before.0[place]), old != new);
            prop_assert_eq!(changed.has_item(), old.item_id != new.item_id);
            let words: Vec<u32> = ConnChange::new(changed, after).words().collect();
            prop_assert_eq!(words.len(), changed.count());
            let change = ConnChange::of_words(changed, words.into_iter());
            prop_assert_eq!(change.item_id(), changed.has_item().then_some(new.item_id));

            let (mut fields, mut wanted) = (ConnFields::default(), ConnFields::default());
            ConnChange::new(ChangedFields::ALL, before).apply(&mut fields, false);
            let were = change.apply(&mut fields, true);
            ConnChange::new(ChangedFields::ALL, after).apply(&mut wanted, false);
            prop_assert_eq!(&fields, &wanted);
            prop_assert_eq!(told(&change, were), told(&change, changed));
            prop_assert_eq!(told(&change, changed).len(), changed.count() - usize::from(changed.has_item()));
            // What is there already has not changed; of what nothing is known, all has.
            prop_assert_eq!(change.apply(&mut fields, true), ChangedFields::NONE);
            prop_assert_eq!(change.apply(&mut fields, false).places().count(), told(&change, changed).len());
        }
    }
}
