//! What is looked for: a filter, and what it is called.

use crate::event::{ConnState, Event, Kind};
use crate::filter::{Field, Filter, FilterError};
use std::fmt;

/// Events that one goes to, stops at or wants to see alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which events are meant.
    pub filter: Filter,
    /// What they are called on the screen.
    pub name: String,
}

impl Wanted {
    /// What an expression of the filter language means.
    ///
    /// # Errors
    /// Where it stops being one, and what was expected there.
    pub fn parse(expression: &str) -> Result<Wanted, FilterError> {
        let filter = Filter::parse(expression)?;
        Ok(Wanted { name: filter.to_string(), filter })
    }

    /// The events of a connection.
    pub fn conn(id: u32) -> Wanted {
        Wanted { filter: Filter::conn(id), name: format!("event of c{id}") }
    }

    /// The events of a kind.
    pub fn kind(kind: Kind) -> Wanted {
        let name = match kind {
            Kind::Command => "request",
            Kind::Mark => "chapter",
            kind => kind.name(),
        };
        Wanted { filter: Filter::kind(kind), name: name.to_owned() }
    }

    /// A command line that was found: a request.
    pub fn request() -> Wanted {
        Wanted::kind(Kind::Command)
    }

    /// A chapter's beginning.
    pub fn chapter() -> Wanted {
        Wanted::kind(Kind::Mark)
    }

    /// What is like `event`: the state entered where it is a change of state, else its kind.
    pub fn same(event: &Event) -> Wanted {
        match (event.kind(), event.to()) {
            (Kind::State, Some(to)) => Wanted::entered(to),
            (kind, _) => Wanted::kind(kind),
        }
    }

    /// What a breakpoint at `event` stops at: the way where it is a change of state, the function that
    /// is called, what is done to an item; else its kind.
    pub fn breakpoint(event: &Event) -> Wanted {
        let kind = event.kind();
        let with = |field: Field, name: &str| {
            let filter = Filter::kind_with(kind, field, name);
            Wanted { name: filter.to_string(), filter }
        };
        match (event.from().zip(event.to()), event.function(), event.op()) {
            (Some((from, to)), ..) if kind == Kind::State => {
                Wanted { filter: Filter::way(from, to), name: format!("{from} → {to}") }
            }
            (_, Some(function), _) => with(Field::Function, function.name()),
            (_, None, Some(op)) => with(Field::Op, op),
            _ => Wanted::kind(kind),
        }
    }

    fn entered(to: ConnState) -> Wanted {
        Wanted { filter: Filter::entered(to), name: to.to_string() }
    }

    /// Whether `event` is one of them.
    pub fn matches(&self, event: &Event) -> bool {
        self.filter.matches(event)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
