//! What a thread works at: states, functions, the store, settings.

use super::parts::{in_bytes, row, word};
use super::{Say, Wording};
use crate::event::{ConnState, Function, ItemOp, SettingName};

pub(super) fn state(say: &Say<'_>, from: Option<ConnState>, to: Option<ConnState>) -> String {
    let name = |state: Option<ConnState>| state.map_or("?", ConnState::name);
    match (say.style, from, to) {
        (Wording::Text, Some(from), Some(to)) => format!("{from} → {to}"),
        (Wording::Text, ..) => "state".to_owned(),
        (Wording::List, ..) => format!("{} → {}", name(from), name(to)),
        (Wording::Label, ..) => format!("{} → {}", short_state(from), short_state(to)),
        (Wording::Gate, _, Some(to)) => format!("→ {}", to.name()),
        (Wording::Gate, _, None) => say.gate(None),
    }
}

/// A state's C name without `conn_`, which every one has.
pub fn short_state(state: Option<ConnState>) -> &'static str {
    state.map_or("?", |state| state.name().trim_start_matches("conn_"))
}

pub(super) fn call(say: &Say<'_>, function: Option<Function>) -> String {
    let name = function.map(Function::name);
    match (say.style, name) {
        (Wording::Text, _) => format!("{}()", word(name)),
        (Wording::List | Wording::Label, Some(name)) => format!("→ {name}"),
        (Wording::Gate, Some(name)) => format!("{name}()"),
        (Wording::List, None) => String::new(),
        (Wording::Label | Wording::Gate, None) => say.gate(None),
    }
}

pub(super) fn leave(say: &Say<'_>, function: Option<Function>) -> String {
    let name = function.map(Function::name);
    match (say.style, name) {
        (Wording::Text, _) => format!("{}() {}", word(name), say.lang.words_is_left()),
        (Wording::List | Wording::Label, Some(name)) => format!("← {name}"),
        (Wording::List, None) => String::new(),
        (Wording::Label | Wording::Gate, _) => say.gate(name),
    }
}

pub(super) fn item(say: &Say<'_>, op: Option<ItemOp>, size: Option<u64>) -> String {
    let op = op.map(ItemOp::name);
    let bytes = |size| in_bytes(size, say.lang);
    let list = |key| row([op.map(str::to_owned), key, size.map(bytes)]);
    match say.style {
        Wording::Text => {
            let bytes = size
                .filter(|size| *size > 0)
                .map(|size| format!("{}{}", say.lang.words_comma(), bytes(size)));
            format!("item {} {}{}", word(op), say.said(), bytes.unwrap_or_default())
        }
        Wording::List => list(say.bytes()),
        Wording::Label => say.kind_and(&list(say.as_row().bytes())),
        Wording::Gate => say.gate(op),
    }
}

pub(super) fn setting(say: &Say<'_>, name: Option<SettingName>, value: Option<&str>) -> String {
    let name = name.map(SettingName::name);
    let list = || row([name.map(str::to_owned), value.map(str::to_owned)]);
    match say.style {
        Wording::Text => format!("setting {} = {}", word(name), word(value)),
        Wording::List => list(),
        Wording::Label => say.kind_and(&list()),
        Wording::Gate => say.gate(None),
    }
}
