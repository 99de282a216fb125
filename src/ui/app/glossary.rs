//! Asking the glossary what a name means.

use crate::explain::Explanation;
use crate::filter::{either, nearest, quoted};
use crate::glossary::{entries, lookup};
use crate::ui::app::App;
use crate::ui::panels::Panel;

impl App {
    /// `:glossary NAME`, `:help NAME`
    pub(in crate::ui) fn look_up(&mut self, name: &str) {
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
