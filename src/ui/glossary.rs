//! What a name means, from the one place where that is written.

use super::app::App;
use super::panels::Panel;
use crate::event::{Event, Kind};
use crate::explain::Explanation;
use crate::filter::{either, nearest, quoted};
use crate::glossary::{Entry, entries, lookup, of_function, of_kind, of_state};
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

impl App {
    /// `:glossary NAME`, `:help NAME`
    pub(super) fn look_up(&mut self, name: &str) {
        let name = name.strip_suffix("()").unwrap_or(name);
        let found: Vec<_> = lookup(name, self.lang).collect();
        let Some(first) = found.first() else {
            let names = entries(self.lang).iter().map(|entry| entry.name);
            let meant = match nearest(name, names).as_slice() {
                [] => self.lang.say_not_in_glossary(quoted(name)),
                near => self.lang.say_not_in_glossary_but(quoted(name), either(near)),
            };
            return self.warn(meant);
        };
        let texts: Vec<&str> = found.iter().map(|entry| entry.text.as_str()).collect();
        self.looked_up =
            Some(Explanation { title: name.to_owned(), text: texts.join("\n\n"), source: first.source });
        (self.focus, self.chosen, self.scroll) = (Panel::Why, true, 0);
    }
}
