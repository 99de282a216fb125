//! The words beside a row: what happened, as short as can be.

use super::super::threads;
use crate::event::{Event, Kind};
use crate::model::World;
use crate::text::printable;
use crate::texts::Language;
use crate::words::{Wording, short_state, words};
use std::sync::Arc;

/// What one event is.
pub(super) fn event(world: &World, event: &Event, lang: Language) -> String {
    words(event, Wording::Label, &threads::names(world, event.th, lang), lang)
}

/// What a run is: the states that it went through, or how many events of what.
pub(super) fn run(world: &World, run: &[Arc<Event>], lang: Language) -> String {
    let [first, .., _] = run else {
        return run.first().map(|e| event(world, e, lang)).unwrap_or_default();
    };
    let states: Vec<&Event> = run.iter().map(Arc::as_ref).filter(|e| e.kind() == Kind::State).collect();
    if let Some(first) = states.first() {
        let mut words = short_state(first.from()).to_owned();
        for state in &states {
            words.push_str(" ▸ ");
            words.push_str(short_state(state.to()));
        }
        return words;
    }
    // The first that tells something; calls and returns are told where there is nothing else.
    let is_call = |e: &&Arc<Event>| matches!(e.kind(), Kind::Call | Kind::Return);
    let told = run.iter().find(|e| !is_call(e)).unwrap_or(first);
    let same = run.iter().filter(|e| e.kind() == told.kind() && !is_call(e)).count();
    match same {
        0 | 1 => event(world, told, lang),
        n => format!("{} ×{n}", printable(told.kind().name())),
    }
}
