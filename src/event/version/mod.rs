//! A version of memcached as a value: what it is called, which states and functions it has, and where in its C
//! source what is told of stands. A second version is a second file beside `v1_4_24.rs`.
//!
//! A place in the source goes by a name everywhere ([`at`]): the C function, and what happens there.
//! `at::drive_machine::accept4` in Rust is `` `@drive_machine::accept4` `` in the glossary. Which line that is
//! stands in the version's own table, and nowhere else.

use super::{ConnState, Function};
use std::fmt;

/// A place in memcached's C source, by its name: `conn_new`, `drive_machine::accept4`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place(&'static str);

impl Place {
    /// Its name, as the glossary writes it behind an `@`.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", self.0)
    }
}

/// Names places and says where they are: a function and, in braces, what stands in it. It makes the module
/// `at` and the table `PLACES`.
macro_rules! places {
    ($($of:ident $(= $source:literal)? $({ $($spot:ident = $line:literal,)* })?,)*) => {
        /// The places, each by the C function and what stands there.
        #[allow(non_upper_case_globals)]
        pub mod at {
            use $crate::event::version::Place;
            $(
                $(
                    #[doc = concat!("`", $source, "` in this version.")]
                    pub const $of: Place = Place(stringify!($of));
                )?
                $(
                    #[doc = concat!("In `", stringify!($of), "`.")]
                    pub mod $of {
                        use $crate::event::version::Place;
                        $(
                            #[doc = concat!("`", $line, "` in this version.")]
                            pub const $spot: Place = Place(concat!(stringify!($of), "::", stringify!($spot)));
                        )*
                    }
                )?
            )*
        }

        const PLACES: &[(Place, &str)] = &[
            $($((at::$of, $source),)? $($((at::$of::$spot, $line),)*)?)*
        ];
    };
}

mod v1_4_24;

pub use v1_4_24::at;

/// The version of memcached whose behaviour is modelled.
pub const MODELS: &Version = &v1_4_24::V1_4_24;

/// One version of memcached.
#[derive(Debug)]
pub struct Version {
    /// `1.4.24`
    pub name: &'static str,
    /// `memcached 1.4.24`
    pub title: &'static str,
    /// What the command `version` is answered with: `VERSION 1.4.24`.
    pub answer: &'static str,
    /// The states of its `drive_machine`.
    pub states: &'static [ConnState],
    /// Its functions, as far as they are told of, and the place of each.
    pub functions: &'static [(Function, Place)],
    /// Where its source has each place: `memcached.c:4035`, or `libevent`.
    pub places: &'static [(Place, &'static str)],
}

impl Version {
    /// Where a place is (`memcached.c:4035`, or `libevent`); nothing for one that this version has not.
    pub fn source(&self, place: Place) -> &'static str {
        self.places.iter().find(|(known, _)| *known == place).map_or("", |(_, source)| source)
    }

    /// The place of that name, if this version has it.
    pub fn place(&self, name: &str) -> Option<Place> {
        self.places.iter().map(|(place, _)| *place).find(|place| place.0 == name)
    }

    /// The place of a function, if this version has it.
    pub fn place_of(&self, function: Function) -> Option<Place> {
        self.functions.iter().find(|(known, _)| *known == function).map(|(_, place)| *place)
    }
}

impl Function {
    /// Its place in the source; none for one that memcached has not, as far as this version knows.
    pub fn place(self) -> Option<Place> {
        MODELS.place_of(self)
    }

    /// Where it stands in memcached (`memcached.c:4035`), or `libevent`; nothing for one that this version
    /// does not know.
    pub fn source(self) -> &'static str {
        self.place().map_or("", |place| MODELS.source(place))
    }

    /// Whether it is libevent's and not memcached's own: a function tracer on memcached does not
    /// show it.
    pub fn is_libevent(self) -> bool {
        self.place() == Some(at::libevent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_place_stands_once_in_the_table() {
        let names: BTreeSet<_> = MODELS.places.iter().map(|(place, _)| place.name()).collect();
        let sources: BTreeSet<_> = MODELS.places.iter().map(|(_, source)| *source).collect();
        assert_eq!((names.len(), sources.len()), (MODELS.places.len(), MODELS.places.len()));
    }

    #[test]
    fn a_place_is_a_line_of_a_file_of_c() {
        for (place, source) in MODELS.places.iter().filter(|(place, _)| *place != at::libevent) {
            let (file, line) = source.split_once(':').unwrap_or_default();
            assert!(file.ends_with(".c") || file.ends_with(".h"), "{place:?}: {source}");
            assert!(line.parse::<u32>().is_ok_and(|line| line > 0), "{place:?}: {source}");
        }
    }

    #[test]
    fn a_place_is_found_by_its_name_and_nothing_else_is() {
        for (place, source) in MODELS.places {
            assert_eq!((MODELS.place(place.name()), MODELS.source(*place)), (Some(*place), *source));
        }
        let none = Place("conn_nil");
        assert_eq!((MODELS.place(none.name()), MODELS.place(""), MODELS.source(none)), (None, None, ""));
    }

    #[test]
    fn it_has_every_state_and_every_function_at_the_place_of_its_name() {
        let functions: Vec<_> = MODELS.functions.iter().map(|(function, _)| *function).collect();
        assert_eq!((functions.as_slice(), MODELS.states), (Function::ALL, ConnState::ALL));
        for function in Function::ALL {
            let name = if function.is_libevent() { "libevent" } else { function.name() };
            assert_eq!(function.place().map(Place::name), Some(name));
        }
    }

    #[test]
    fn what_it_is_called_is_said_in_one_way() {
        let (name, title, answer) = (MODELS.name, MODELS.title, MODELS.answer);
        assert_eq!((name, title, answer), ("1.4.24", "memcached 1.4.24", "VERSION 1.4.24"));
    }
}
