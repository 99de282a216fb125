//! Which events are shown: all, or those that a filter means, those of one connection, or both.

use crate::filter::Filter;
use crate::player::Wanted;
use crate::ui::app::App;
use crate::ui::narrow::{Narrow, SLICE};

impl App {
    /// `&`, `:filter`, `f`: only what is wanted, or all again.
    pub(in crate::ui) fn set_filter(&mut self, wanted: Option<Wanted>) {
        self.filter = wanted;
        self.narrow_again();
        match &self.filter {
            Some(wanted) => {
                self.tell(self.lang.say_only(wanted.filter.to_string()));
            }
            None => self.tell(self.lang.say_all_shown()),
        }
    }

    /// `f`: only events like this one, or all again.
    pub(in crate::ui) fn only_like_this(&mut self) {
        let same = self.player.current().map(Wanted::same);
        let is_on = self.filter.is_some()
            && self.filter.as_ref().map(|f| &f.filter) == same.as_ref().map(|s| &s.filter);
        self.set_filter(same.filter(|_| !is_on));
    }

    /// `*`: only this connection, in the list and in the panels, or all again.
    pub(in crate::ui) fn only_this_connection(&mut self) {
        let shown = self.shown_conn_id();
        if self.pinned.take().is_some() {
            self.tell(self.lang.say_all_connections());
        } else if let Some(id) = shown {
            self.pinned = Some(id);
            self.tell(self.lang.say_only_connection(format!("c{id}")));
        } else {
            self.tell(self.lang.say_no_connection());
        }
        self.narrow_again();
    }

    /// `Esc`: all events again. Tells whether there was a filter.
    pub(in crate::ui) fn show_all(&mut self) -> bool {
        let was = self.narrow.is_some();
        if was {
            (self.filter, self.pinned) = (None, None);
            self.narrow_again();
            self.tell(self.lang.say_all_shown());
        }
        was
    }

    pub(in crate::ui) fn narrow_again(&mut self) {
        let conn = self.pinned.map(Filter::conn);
        let filters: Vec<Filter> =
            conn.into_iter().chain(self.filter.as_ref().map(|f| f.filter.clone())).collect();
        self.narrow = match filters.is_empty() {
            true => None,
            false => Some(Narrow::new(Filter::all(filters))),
        };
        self.look_around();
    }

    /// Looks at a slice of the events around the cursor, where a filter narrows the list. Tells whether
    /// there is more to look at.
    pub(in crate::ui) fn look_around(&mut self) -> bool {
        match (&mut self.narrow, self.player.cursor()) {
            (Some(narrow), Some(cursor)) => narrow.look(&self.player, cursor, SLICE),
            _ => false,
        }
    }

    /// Whether more must be looked at before the list is what it shall be.
    pub(in crate::ui) fn is_looking_around(&self) -> bool {
        self.scene().is_looking_around()
    }
}
