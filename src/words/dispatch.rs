//! The way of a connection: from the dispatcher through queue and pipe to its worker, and its end.

use super::parts::{Returned, answer, error, failure, fd, number, result, row};
use super::{Say, Wording};
use crate::event::{ConnState, Errno, Thread, Transport};
use crate::text::{glyph, printable};
use crate::texts::Language;

pub(super) fn accept(say: &Say<'_>, at: Option<i32>, peer: Option<&str>, returned: Returned) -> String {
    let from = peer.map(|peer| format!("{} {peer}", say.lang.words_from()));
    let list = |from| row([fd(at).or_else(|| Some(result(returned))), from]);
    match say.style {
        Wording::Text => {
            let from = from.map(|from| format!(" {from}")).unwrap_or_default();
            format!("accept4 → {}{from}", answer(returned, &number(at)))
        }
        Wording::List => list(from),
        Wording::Label if returned.1.is_none() => format!("accept{}", say.said_of(&say.conn())),
        Wording::Label => say.kind_and(&list(from)),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn cq_push(say: &Say<'_>, worker: Option<Thread>, depth: Option<u32>) -> String {
    let lang = say.lang;
    let onto = |worker: Thread| lang.words_onto_queue(say.name(worker));
    match say.style {
        Wording::Text => {
            let (onto, comma, deep) = (onto(say.worker(worker)), lang.words_comma(), lang.words_depth());
            format!("cq_push {onto}{comma}{deep} {}", number(depth))
        }
        Wording::List => row([worker.map(onto), at_depth(say, depth)]),
        Wording::Label => {
            let queued = depth.map(|depth| lang.words_now_queued(depth.to_string())).unwrap_or_default();
            format!("push {}{queued}", say.conn())
        }
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn cq_pop(say: &Say<'_>, depth: Option<u32>) -> String {
    let lang = say.lang;
    match say.style {
        Wording::Text => {
            let (comma, deep, cause) =
                (lang.words_comma(), lang.words_depth(), say.cause(lang.words_pushed_in()));
            format!("cq_pop{comma}{deep} {}{cause}", number(depth))
        }
        Wording::List => row([Some(lang.words_off_queue().to_owned()), at_depth(say, depth)]),
        Wording::Label => format!("pop {}", say.conn()),
        Wording::Gate => say.gate(None),
    }
}

fn at_depth(say: &Say<'_>, depth: Option<u32>) -> Option<String> {
    depth.map(|depth| format!("{} {depth}", say.lang.words_depth()))
}

pub(super) fn notify(say: &Say<'_>, worker: Option<Thread>, at: Option<i32>, errno: Option<Errno>) -> String {
    let lang = say.lang;
    let list = |bytes| {
        let worker = worker.map(|worker| format!("{} {worker}", lang.words_for()));
        row([bytes, Some(lang.words_into().to_owned()), fd(at), worker])
    };
    match say.style {
        Wording::Text => lang.words_into_pipe(say.said(), say.name(say.worker(worker))) + &failure(errno),
        Wording::List => list(say.bytes()),
        Wording::Label if errno.is_none() => format!("write {} {}", byte(say), lang.words_into_its_pipe()),
        Wording::Label => say.kind_and(&list(say.as_row().bytes())),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn notified(say: &Say<'_>, at: Option<i32>, errno: Option<Errno>) -> String {
    let lang = say.lang;
    let list = |bytes| row([bytes, Some(lang.words_from().to_owned()), fd(at)]);
    match say.style {
        Wording::Text if errno.is_some() => lang.words_read_pipe().to_owned() + &failure(errno),
        Wording::Text => {
            let cause = say.cause(lang.words_written_in());
            format!("read {} {}{cause}", say.said(), lang.words_from_pipe())
        }
        Wording::List => list(say.bytes()),
        Wording::Label if errno.is_none() => format!("read {} {}", byte(say), lang.words_from_its_pipe()),
        Wording::Label => say.kind_and(&list(say.as_row().bytes())),
        Wording::Gate => say.gate(None),
    }
}

/// The byte that goes down the pipe.
fn byte(say: &Say<'_>) -> char {
    glyph(say.event.notified_by())
}

pub(super) fn conn_new(
    say: &Say<'_>,
    at: Option<i32>,
    transport: Option<Transport>,
    state: Option<ConnState>,
) -> String {
    match say.style {
        Wording::Text => match state {
            Some(state) => {
                let comma = say.lang.words_comma();
                let udp = if transport == Some(Transport::Udp) { [comma, "udp"] } else { [""; 2] };
                format!("conn_new {} {} {state}{}", number(at), say.lang.words_in(), udp.concat())
            }
            None => format!("conn_new {}", number(at)),
        },
        Wording::List => row([fd(at), state.map(|state| state.name().to_owned())]),
        Wording::Label => say.kind_and(&say.conn()),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn close(say: &Say<'_>, at: Option<i32>, why: Option<&str>, errno: Option<Errno>) -> String {
    let why = || why.map(|why| reason(why, say.lang));
    let because = || why().map(|why| say.said_of(&why)).unwrap_or_default();
    match say.style {
        Wording::Text => format!("close {}{}{}", number(at), because(), failure(errno)),
        Wording::List => row([fd(at), why(), error(errno)]),
        Wording::Label => say.kind_and(&(say.conn() + &because())),
        Wording::Gate => say.gate(None),
    }
}

/// Why a connection was closed: a recording says it in English, in few words, and there are few of them.
pub fn reason(why: &str, lang: Language) -> String {
    lang.words_reason(why.replace(' ', "-"), printable(why))
}
