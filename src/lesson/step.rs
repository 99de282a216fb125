//! The block `step`: which event a step is about, what to look at, what is asked.

use super::ask::QuestionKind;
use super::mistake::{listed, unknown};
use crate::filter::{Field, Filter};
use crate::texts::Language;

/// From where on an event is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// From the recording's beginning.
    First,
    /// After the event of the step before.
    Next,
    /// The same; but the step after this one is looked for from where this one was, too. For what happens
    /// on another thread meanwhile: which of the two comes first is for the scheduler to decide.
    Beside,
    /// The last one there is; against a live server, where nobody knows that, as [`Which::Next`].
    Last,
}

impl Which {
    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            Which::First => "first",
            Which::Next => "next",
            Which::Beside => "beside",
            Which::Last => "last",
        }
    }
}

/// Which event a step is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// From where on.
    pub which: Which,
    /// Which events are meant.
    pub filter: Filter,
    /// Its line in the file, from 1.
    pub line: usize,
    /// Where in the line the filter begins: the character, from 1.
    pub column: usize,
}

macro_rules! panels {
    ($($(#[$doc:meta])* $panel:ident = $name:literal,)*) => {
        /// What there is to look at.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum StepPanel { $($(#[$doc])* $panel,)* }

        impl StepPanel {
            /// Every panel.
            pub const ALL: &'static [StepPanel] = &[$(StepPanel::$panel,)*];

            /// How it is written.
            pub fn name(self) -> &'static str {
                match self { $(StepPanel::$panel => $name,)* }
            }
        }
    };
}

panels! {
    /// The threads, their pipes and queues.
    Threads = "threads",
    /// Who did what when, with arrows.
    Spacetime = "spacetime",
    /// The states of `drive_machine`.
    Machine = "machine",
    /// `struct conn` and its buffers.
    Connection = "connection",
    /// The functions that the thread is in.
    Stack = "stack",
    /// The list of events.
    Events = "events",
    /// The item store.
    Memory = "memory",
}

/// What a block says.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub bind: Option<Bind>,
    pub show: Vec<StepPanel>,
    pub ask: Option<QuestionKind>,
    pub does: Vec<String>,
    /// The last line's number.
    pub lines: usize,
}

const WORDS: &[&str] = &["first", "next", "beside", "last", "show", "ask", "do"];

/// Reads a block; each line with its number. What is wrong: the line, the character from 1, what.
pub(super) fn parse(lines: &[(usize, String)]) -> (Parts, Vec<(usize, usize, String)>) {
    let lang = Language::spoken();
    let mut parts = Parts::default();
    let mut wrong = Vec::new();
    for (line, text) in lines {
        let indent = text.len() - text.trim_start().len();
        let word = text.split_whitespace().next().unwrap_or_default();
        let after = &text[indent + word.len()..];
        let rest = after.trim();
        let start = text.len() - after.trim_start().len();
        let column = |at: usize| text[..at].chars().count() + 1;
        let mut complain = |at: usize, what: String| wrong.push((*line, column(at), what));
        match word {
            "" => {}
            "first" | "next" | "beside" | "last" if parts.bind.is_some() => {
                complain(indent, lang.lesson_wrong_event_twice(word));
            }
            "first" | "next" | "beside" | "last" => match bind(word, rest) {
                Ok((which, filter)) => {
                    parts.bind = Some(Bind { which, filter, line: *line, column: column(start) });
                }
                Err((at, what)) => complain(start + at, what),
            },
            "show" if rest.is_empty() => {
                complain(text.len(), lang.lesson_wrong_show(listed(&panel_names())));
            }
            "show" => {
                for name in rest.split_whitespace() {
                    let at = start + (name.as_ptr() as usize - rest.as_ptr() as usize);
                    match StepPanel::ALL.iter().find(|panel| panel.name() == name) {
                        Some(panel) if parts.show.contains(panel) => {
                            complain(at, lang.lesson_wrong_panel_twice(name));
                        }
                        Some(panel) => parts.show.push(*panel),
                        None => complain(at, unknown("panel", name, &panel_names())),
                    }
                }
            }
            "ask" if parts.ask.is_some() => {
                complain(indent, lang.lesson_wrong_ask_twice().to_owned());
            }
            "ask" => match QuestionKind::parse(rest) {
                Ok(ask) => parts.ask = Some(ask),
                Err(what) => complain(start, what),
            },
            "do" if rest.is_empty() => complain(text.len(), lang.lesson_wrong_do().to_owned()),
            "do" => parts.does.push(rest.to_owned()),
            _ => complain(indent, unknown("word", word, WORDS)),
        }
        parts.lines = *line;
    }
    (parts, wrong)
}

fn panel_names() -> Vec<&'static str> {
    StepPanel::ALL.iter().map(|panel| panel.name()).collect()
}

/// What other runs of the same story have differently.
const NOT_THE_SAME: &[Field] = &[
    Field::Seq,
    Field::T,
    Field::At,
    Field::Cause,
    Field::Fd,
    Field::ListenFd,
    Field::Peer,
    Field::EpollFd,
    Field::NotifyReceiveFd,
    Field::NotifySendFd,
];

fn bind(word: &str, expression: &str) -> Result<(Which, Filter), (usize, String)> {
    let which = match word {
        "first" => Which::First,
        "next" => Which::Next,
        "beside" => Which::Beside,
        _ => Which::Last,
    };
    if expression.is_empty() {
        return Err((0, Language::spoken().lesson_wrong_filter(word)));
    }
    let filter = Filter::parse(expression).map_err(|error| (error.at(), error.message().to_owned()))?;
    match NOT_THE_SAME.iter().find(|field| filter.looks_at(|f| f == **field)) {
        Some(field) => Err((0, Language::spoken().lesson_wrong_field(field.name()))),
        None => Ok((which, filter)),
    }
}
