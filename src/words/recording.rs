//! What belongs to the recording and not to the server, and what this version does not know.

use super::parts::{error, fd, row, waits_for};
use super::startup::{ends, epoll, named};
use super::{Say, Wording};
use crate::event::FlatEvent;
use crate::text::visible;

pub(super) fn mark(say: &Say<'_>) -> String {
    match say.style {
        Wording::Text => say.said(),
        Wording::List => {
            let title = say.event.bytes().map(|title| visible(&title.kept));
            format!("── {} ──", title.unwrap_or_default())
        }
        Wording::Label | Wording::Gate => say.gate(None),
    }
}

pub(super) fn note(say: &Say<'_>, at: Option<u64>) -> String {
    match say.style {
        Wording::Text => {
            format!("{} #{}{}", say.lang.words_note_on(), at.unwrap_or(0), say.said_of(&say.said()))
        }
        Wording::List => row([say.bytes()]),
        Wording::Label => say.kind_and(&row([say.as_row().bytes()])),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn drop(say: &Say<'_>, n: Option<u64>) -> String {
    let lost = || say.lang.words_lost_here(n.unwrap_or(0).to_string());
    match say.style {
        Wording::Text | Wording::List => lost(),
        Wording::Label => say.kind_and(&lost()),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn snapshot(say: &Say<'_>) -> String {
    let (conns, lost) = say.event.world().map_or((0, 0), |world| (world.conns.len(), world.lost));
    let lang = say.lang;
    let list = || lang.words_found_listed(conns.to_string());
    match say.style {
        Wording::Text => {
            let lost = if lost > 0 { lang.words_lost_before(lost.to_string()) } else { String::new() };
            lang.words_found(conns.to_string()) + &lost
        }
        Wording::List => list(),
        Wording::Label => say.kind_and(&list()),
        Wording::Gate => say.gate(None),
    }
}

/// A kind that this version does not know: what it has of the fields that others have.
pub(super) fn other(say: &Say<'_>, flat: &FlatEvent) -> String {
    match say.style {
        Wording::Text => flat.ev.name().to_owned(),
        Wording::List => fields(say, flat),
        Wording::Label => say.kind_and(&fields(say, flat)),
        Wording::Gate => say.gate(flat.op.as_deref()),
    }
}

fn fields(say: &Say<'_>, flat: &FlatEvent) -> String {
    let word = |word: Option<&str>| word.map(str::to_owned);
    row([
        word(flat.op.as_deref()),
        named(flat.worker),
        epoll(flat.epoll_fd),
        ends(say, (flat.notify_receive_fd, flat.notify_send_fd)),
        fd(flat.fd),
        word(flat.domain.map(|domain| domain.name())),
        word(flat.name.as_deref()),
        word(flat.value.as_deref()),
        word(flat.addr.as_deref()),
        flat.backlog.map(|n| format!("backlog {n}")),
        flat.interest.map(|interest| waits_for(interest, Wording::List, say.lang)),
        word(flat.state.map(|state| state.name())),
        word(flat.why.as_deref()),
        error(flat.errno),
    ])
}
