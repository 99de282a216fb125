//! What a name means, from the one place where that is written.

use crate::event::{Event, Kind};
use crate::glossary::{Entry, of_function, of_kind, of_state};
use crate::texts::Language;

/// The entry of what an event is about most: the state that is entered, the function, or its kind.
pub(super) fn of_event(event: &Event, lang: Language) -> Option<&'static Entry> {
    match event.kind() {
        Kind::State => event.to().and_then(|to| of_state(to, lang)),
        Kind::Call | Kind::Return => event.function().and_then(|function| of_function(function, lang)),
        _ => None,
    }
    .or_else(|| of_kind(event.kind(), lang))
}
