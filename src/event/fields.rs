//! `struct conn`, its fields and what changed in them from one event to the next: as a server's thread finds it and
//! hands it on, as a line tells it, and as folding a trace gives it.
//!
//! For a server's thread each field is a word. So it compares all of them at once, and no more than those that changed
//! travel to the recorder.

use super::conn::{ConnItem, ConnState, ConnValue, EvFlags, Protocol};
use serde::{Deserialize, Deserializer, Serialize};

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident: $ty:ty,)*) => {
        /// `struct conn` in numbers, as a server thread tells of it. Offsets stand where the C has pointers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct ConnImage {
            $($(#[$doc])* pub $field: $ty,)*
            /// Which item `c->item` points to: a number that the items of one time do not share, 0
            /// for none.
            pub item_id: u32,
        }

        impl ConnImage {
            /// How many fields there are, but for the item.
            pub const FIELDS: usize = [$(stringify!($field)),*].len();

            /// Whether any of it differs from what was in the words' places: without a branch, since nearly always
            /// all of it must be looked at; and without an array of it, which would have to be read back from
            /// memory as soon as it is written there.
            #[inline(always)]
            pub fn differs(&self, old: impl Fn(usize) -> u32) -> bool {
                let (mut bits, mut this) = (0, 0);
                $(
                    bits |= self.$field.word() ^ old(this);
                    this += 1;
                )*
                (bits | (self.item_id ^ old(this))) != 0
            }

            /// What of it does.
            #[inline(always)]
            pub fn since(&self, old: impl Fn(usize) -> u32) -> ChangedFields {
                let (mut changed, mut this) = (ChangedFields::NONE, 0);
                $(
                    changed.add(this, self.$field.word() != old(this));
                    this += 1;
                )*
                changed.add(this, self.item_id != old(this));
                changed
            }

            /// All of it in words.
            #[inline(always)]
            pub fn words(&self) -> ConnWords {
                ConnWords([$(self.$field.word(),)* self.item_id])
            }
        }

        impl ConnWords {
            /// Sets the field in this place to what it is here; whether it was different.
            #[inline(always)]
            pub(super) fn set(&self, place: usize, fields: &mut ConnFields) -> bool {
                let mut this = 0;
                $(
                    if place == this {
                        let new = AsWord::of(self.0[this]);
                        return std::mem::replace(&mut fields.$field, new) != new;
                    }
                    this += 1;
                )*
                let _ = this;
                false
            }

            /// Tells of the field in this place. What is done with one stands once for each field, of which the
            /// compiler knows the name and the type there.
            #[inline(always)]
            pub(super) fn tell(&self, place: usize, to: &mut impl ChangeSink) {
                let mut this = 0;
                $(
                    if place == this {
                        let value = <$ty as AsWord>::of(self.0[this]);
                        return to.changed(concat!(",\"", stringify!($field), "\":"), value.into());
                    }
                    this += 1;
                )*
                let _ = this;
            }
        }

        /// `struct conn` as folding a trace gives it.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct ConnFields {
            $($(#[$doc])* pub $field: $ty,)*
            /// `c->item`: the item that is being filled.
            pub item: Option<ConnItem>,
        }

        /// The fields of `struct conn` that changed (`set` in a trace). `item` is `null` when the
        /// connection let go of its item.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct ConnSet {
            $(
                $(#[$doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$ty>,
            )*
            /// `c->item`: set, or (`Some(None)`, `null`) let go.
            #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
            pub item: Option<Option<ConnItem>>,
        }

        impl ConnSet {
            /// Every field of `image`, as the first event of a connection carries them.
            pub fn whole(image: &ConnImage) -> ConnSet {
                ConnSet { $($field: Some(image.$field),)* item: None }
            }

            /// Every field, and the item, or that there is none.
            pub fn of(fields: &ConnFields) -> ConnSet {
                ConnSet { $($field: Some(fields.$field),)* item: Some(fields.item.clone()) }
            }

            /// Whether no field is set.
            pub fn is_empty(&self) -> bool {
                true $(&& self.$field.is_none())* && self.item.is_none()
            }

            /// The names of the fields that are set, in the struct's order.
            pub fn names(&self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$field.is_some() { names.push(stringify!($field)); })*
                if self.item.is_some() { names.push("item"); }
                names
            }

            /// Folds the change into `fields`.
            pub fn apply(&self, fields: &mut ConnFields) {
                $(if let Some(v) = &self.$field { fields.$field = v.clone(); })*
                if let Some(item) = &self.item { fields.item = item.clone(); }
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/schema/conn.rs"));

/// Keeps `null` apart from a missing field.
fn present<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Option<ConnItem>>, D::Error> {
    Option::<ConnItem>::deserialize(d).map(Some)
}

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
pub(super) trait AsWord: Copy {
    fn word(self) -> u32;
    fn of(word: u32) -> Self;
}

macro_rules! words {
    ($($ty:ty: $word:expr, $of:expr;)*) => {$(
        impl AsWord for $ty {
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
#[allow(clippy::unwrap_used)]
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

    #[test]
    fn an_item_let_go_is_null_and_stays_apart_from_an_item_untouched() {
        let gone: ConnSet = serde_json::from_str(r#"{"rlbytes":0,"item":null}"#).unwrap();
        assert_eq!(gone.item, Some(None));
        assert_eq!(serde_json::to_string(&gone).unwrap(), r#"{"rlbytes":0,"item":null}"#);
        let untouched: ConnSet = serde_json::from_str(r#"{"rlbytes":0}"#).unwrap();
        assert_eq!(untouched.item, None);
    }

    #[test]
    fn a_change_folds_to_the_new_image() {
        let old = ConnImage { rsize: 2048, ..ConnImage::default() };
        let mut fields = ConnFields::default();
        ConnSet::whole(&old).apply(&mut fields);
        let flags = EvFlags::READ.with(EvFlags::PERSIST);
        ConnSet { rbytes: Some(13), ev_flags: Some(flags), ..ConnSet::default() }.apply(&mut fields);
        assert_eq!((fields.rsize, fields.rbytes), (2048, 13));
        assert_eq!(fields.ev_flags.to_string(), "EV_READ|EV_PERSIST");
    }
}
