//! Names of a trace's vocabularies, open where the format is open: a recording may have been made by a server
//! that has states, functions and threads which this version does not know. They keep their own names.

use std::sync::{PoisonError, RwLock};

/// How long a name may be, in bytes, that is kept as it is.
const LONGEST: usize = 64;
/// How many names of one vocabulary are kept: whoever makes up a new one in every line does not fill the
/// memory with them.
const MOST: usize = 115;
/// What stands for those that are not kept.
const TOO_MANY: &str = "(unknown name)";
/// The number of the first.
pub(super) const FIRST: u8 = 140;

/// The names of one vocabulary that this version does not know, in the order in which they were met.
#[derive(Debug)]
pub(super) struct Unknown(RwLock<Vec<&'static str>>);

impl Unknown {
    pub const fn new() -> Unknown {
        Unknown(RwLock::new(Vec::new()))
    }

    /// A number for a name, the same each time, from [`FIRST`] on.
    pub fn number(&self, name: &str) -> u8 {
        let find = |names: &[&str]| names.iter().position(|known| *known == name);
        if let Some(at) = find(&self.0.read().unwrap_or_else(PoisonError::into_inner)) {
            return FIRST + at as u8;
        }
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match find(&names) {
            Some(at) => FIRST + at as u8,
            None if name.len() <= LONGEST && names.len() < MOST => {
                names.push(Box::leak(name.to_owned().into_boxed_str()));
                FIRST + (names.len() - 1) as u8
            }
            None => u8::MAX,
        }
    }

    /// The name of that number.
    pub fn name(&self, number: u8) -> &'static str {
        let names = self.0.read().unwrap_or_else(PoisonError::into_inner);
        number.checked_sub(FIRST).and_then(|at| names.get(usize::from(at))).copied().unwrap_or(TOO_MANY)
    }
}

/// What has a name in a trace.
pub trait Named: Copy {
    /// Its name.
    fn name(self) -> &'static str;
}

/// What is written, shown and read by its name: `name` gives it, and this function the one of a name.
macro_rules! by_name {
    ($ty:ident, $named:ident) => {
        impl $crate::event::Named for $ty {
            fn name(self) -> &'static str {
                $ty::name(self)
            }
        }

        impl From<&str> for $ty {
            fn from(name: &str) -> $ty {
                $ty::$named(name)
            }
        }

        impl std::fmt::Display for $ty {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&$crate::event::name::harmless(self.name()))
            }
        }

        impl serde::Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $ty {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                Ok($ty::$named(&std::borrow::Cow::<str>::deserialize(d)?))
            }
        }
    };
}

pub(super) use by_name;

/// A vocabulary: a byte for each name, those that this version knows as constants, in order from 0.
macro_rules! vocabulary {
    ($(#[$top:meta])* $ty:ident { $($(#[$doc:meta])* $name:ident = $text:literal,)* }) => {
        $(#[$top])*
        ///
        /// Others may be met in recordings: they have their own names, and are none of these.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $ty(u8);

        #[allow(non_upper_case_globals)]
        impl $ty {
            $crate::event::name::vocabulary!(@consts $ty 0u8; $($(#[$doc])* $name,)*);

            /// Every one that this version knows, in order.
            pub const ALL: &'static [$ty] = &[$($ty::$name,)*];
        }

        impl $ty {
            const NAMES: &'static [&'static str] = &[$($text,)*];

            fn unknown() -> &'static $crate::event::name::Unknown {
                static UNKNOWN: $crate::event::name::Unknown = $crate::event::name::Unknown::new();
                &UNKNOWN
            }

            /// The C name.
            pub fn name(self) -> &'static str {
                match Self::NAMES.get(usize::from(self.0)) {
                    Some(name) => name,
                    None => Self::unknown().name(self.0),
                }
            }

            /// The one of that C name, if this version knows it.
            pub fn from_name(name: &str) -> Option<$ty> {
                match name { $($text => Some($ty::$name),)* _ => None }
            }

            /// The one of that name, whether this version knows it or not.
            pub fn named(name: &str) -> $ty {
                Self::from_name(name).unwrap_or_else(|| $ty(Self::unknown().number(name)))
            }

            /// Whether this version knows it.
            pub const fn is_known(self) -> bool {
                (self.0 as usize) < Self::NAMES.len()
            }

            /// Its number, as [`of_number`](Self::of_number) takes it.
            pub const fn number(self) -> u8 {
                self.0
            }

            /// The one of that number.
            pub const fn of_number(number: u8) -> $ty {
                $ty(number)
            }

            /// Its place in [`ALL`](Self::ALL); the place after the last for one that is not there.
            pub const fn index(self) -> usize {
                if self.is_known() { self.0 as usize } else { Self::NAMES.len() }
            }
        }

        $crate::event::name::by_name!($ty, named);

        impl std::fmt::Debug for $ty {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.name()) }
        }
    };
    (@consts $ty:ident $n:expr; ) => {};
    (@consts $ty:ident $n:expr; $(#[$doc:meta])* $name:ident, $($rest:tt)*) => {
        $(#[$doc])*
        pub const $name: $ty = $ty($n);
        $crate::event::name::vocabulary!(@consts $ty $n + 1; $($rest)*);
    };
}

pub(super) use vocabulary;

/// A name as it may be shown: one that came out of a file may hold what a terminal would obey.
pub(super) fn harmless(name: &str) -> std::borrow::Cow<'_, str> {
    if name.chars().any(char::is_control) {
        name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect::<String>().into()
    } else {
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_and_a_flood_of_them_has_an_end() {
        let unknown = Unknown::new();
        let watch = unknown.number("conn_watch");
        assert_eq!((watch, unknown.number("conn_watch"), unknown.name(watch)), (FIRST, FIRST, "conn_watch"));
        for n in 0..1000 {
            unknown.number(&n.to_string());
        }
        assert_eq!((unknown.number("one more"), unknown.name(u8::MAX)), (u8::MAX, TOO_MANY));
        assert_eq!(unknown.number(&"x".repeat(65)), u8::MAX);
        assert_eq!(unknown.number("conn_watch"), FIRST);
    }
}
