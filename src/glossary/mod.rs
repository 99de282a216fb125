//! What every state, function, field of `struct conn` and kind of event is, in a sentence or three,
//! in English and in Chinese.
//!
//! [`explain`](crate::explain) is about one event at one moment; the glossary is about the name.
//!
//! ```
//! use memstep::event::ConnState;
//! use memstep::glossary::{Group, entry, of_state};
//! use memstep::texts::Language;
//!
//! let waiting = of_state(ConnState::Waiting, Language::En).map(|entry| entry.source);
//! assert_eq!(waiting, Some("memcached.c:4109"));
//! assert!(entry(Group::Field, "rbytes", Language::Zh).is_some());
//! ```
//!
//! # Where it is written
//!
//! In `en.md` and `zh.md` beside this file: `#` begins a group, in the order of [`Group::ALL`]; `##` is a name; a
//! paragraph says what it is; a last paragraph in backticks names its place in memcached's source, where it has one:
//! `` `@drive_machine::conn_waiting` ``, of [`at`](crate::event::at). Both have the same names in the same order.
//!
//! A function is not in them: what it does is told in `functions.ftl` of the [`texts`](crate::texts), for
//! [`explain`](crate::explain), too, and its place is [`Function::place`].
//!
//! The names are all that [`event`](crate::event) has: tests hold it.

#[cfg(test)]
mod tests;

use crate::event::{ConnState, Function, Kind, MODELS};
use crate::texts::Language;
use std::sync::LazyLock;

/// What a name stands for. A name may be in two groups: `conn_new` is a function and a kind of
/// event, `item` is a field and a kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// A state of `drive_machine`.
    State,
    /// A function that `call` and `return` events name.
    Function,
    /// A field of `struct conn` that a trace tells of (`set`).
    Field,
    /// A kind of event (`ev`).
    Event,
}

impl Group {
    /// Every group, in order.
    pub const ALL: &'static [Group] = &[Group::State, Group::Function, Group::Field, Group::Event];
}

/// What the glossary says about one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the name stands for.
    pub group: Group,
    /// The name, as a trace writes it.
    pub name: &'static str,
    /// One to three sentences in one paragraph, for the screen to wrap.
    pub text: String,
    /// Its place in memcached 1.4.24 (`memcached.c:4109`), `libevent`, or empty.
    pub source: &'static str,
}

static EN: LazyLock<Vec<Entry>> = LazyLock::new(|| all(Language::En, include_str!("en.md"), " "));
// Chinese is written without blanks between words, so none may come in where lines are joined.
static ZH: LazyLock<Vec<Entry>> = LazyLock::new(|| all(Language::Zh, include_str!("zh.md"), ""));

/// Every entry, group by group.
pub fn entries(language: Language) -> &'static [Entry] {
    if language == Language::Zh { &ZH } else { &EN }
}

/// The entry of a name in a group.
pub fn entry(group: Group, name: &str, language: Language) -> Option<&'static Entry> {
    entries(language).iter().find(|entry| entry.group == group && entry.name == name)
}

/// The entries of a name, whatever it stands for.
pub fn lookup(name: &str, language: Language) -> impl Iterator<Item = &'static Entry> {
    entries(language).iter().filter(move |entry| entry.name == name)
}

/// The entry of a state.
pub fn of_state(state: ConnState, language: Language) -> Option<&'static Entry> {
    entry(Group::State, state.name(), language)
}

/// The entry of a function.
pub fn of_function(function: Function, language: Language) -> Option<&'static Entry> {
    entry(Group::Function, function.name(), language)
}

/// The entry of a kind; `None` for one that this version does not know.
pub fn of_kind(kind: Kind, language: Language) -> Option<&'static Entry> {
    entry(Group::Event, kind.name(), language)
}

/// What the file says, and the functions among it, group by group.
fn all(language: Language, file: &'static str, joint: &str) -> Vec<Entry> {
    let mut entries = parse(file, joint);
    let behind_states = entries.iter().take_while(|entry| entry.group == Group::State).count();
    let functions = Function::ALL.iter().map(|function| Entry {
        group: Group::Function,
        name: function.name(),
        text: language.named(&format!("function-{}", function.name()), Some("text")).unwrap_or_default(),
        source: function.source(),
    });
    entries.splice(behind_states..behind_states, functions);
    entries
}

/// Reads a file of the glossary; `joint` goes between the lines of a paragraph.
///
/// Nothing is refused here: both files are part of the program, and the tests look at what came out.
fn parse(file: &'static str, joint: &str) -> Vec<Entry> {
    let mut groups = Group::ALL.iter().copied().filter(|group| *group != Group::Function);
    let mut group = None;
    let mut entries: Vec<Entry> = Vec::new();
    for line in file.lines().map(str::trim) {
        if line.starts_with("# ") {
            group = groups.next();
        } else if let (Some(name), Some(group)) = (line.strip_prefix("## "), group) {
            entries.push(Entry { group, name, text: String::new(), source: "" });
        } else if let Some(entry) = entries.last_mut()
            && !line.is_empty()
        {
            match line.strip_prefix('`').and_then(|line| line.strip_suffix('`')) {
                Some(place) => entry.source = source(place),
                None => {
                    if !entry.text.is_empty() {
                        entry.text.push_str(joint);
                    }
                    entry.text.push_str(line);
                }
            }
        }
    }
    entries
}

/// Where the place is that is named so; what is written there, if there is none.
fn source(written: &'static str) -> &'static str {
    let place = written.strip_prefix('@').and_then(|name| MODELS.place(name));
    place.map_or(written, |place| MODELS.source(place))
}
