//! The way of a connection: from the dispatcher through queue and pipe to its worker, and its end.

use super::parts::{Returned, answer, error, failure, fd, number, result, row};
use super::{Say, Wording};
use crate::event::{ConnState, Errno, Thread, Transport};
use crate::text::glyph;

pub(super) fn accept(say: &Say<'_>, at: Option<i32>, peer: Option<&str>, returned: Returned) -> String {
    let from = peer.map(|peer| format!("from {peer}"));
    let list = |from| row([fd(at).or_else(|| Some(result(returned))), from]);
    match say.style {
        Wording::Text => {
            let from = from.map(|from| format!(" {from}")).unwrap_or_default();
            format!("accept4 → {}{from}", answer(returned, &number(at)))
        }
        Wording::List => list(from),
        Wording::Label if returned.1.is_none() => format!("accept: {}", say.conn()),
        Wording::Label => say.kind_and(&list(from)),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn cq_push(say: &Say<'_>, worker: Option<Thread>, depth: Option<u32>) -> String {
    let onto = |worker: Thread| format!("onto {worker}'s queue");
    match say.style {
        Wording::Text => format!("cq_push {}, depth {}", onto(say.worker(worker)), number(depth)),
        Wording::List => row([worker.map(onto), at_depth(depth)]),
        Wording::Label => {
            let queued = depth.map(|depth| format!(", now {depth} queued")).unwrap_or_default();
            format!("push {}{queued}", say.conn())
        }
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn cq_pop(say: &Say<'_>, depth: Option<u32>) -> String {
    match say.style {
        Wording::Text => format!("cq_pop, depth {}{}", number(depth), say.cause("pushed")),
        Wording::List => row([Some("off the queue".to_owned()), at_depth(depth)]),
        Wording::Label => format!("pop {}", say.conn()),
        Wording::Gate => say.gate(None),
    }
}

fn at_depth(depth: Option<u32>) -> Option<String> {
    depth.map(|depth| format!("depth {depth}"))
}

pub(super) fn notify(say: &Say<'_>, worker: Option<Thread>, at: Option<i32>, errno: Option<Errno>) -> String {
    let list = |bytes| row([bytes, Some("into".to_owned()), fd(at), worker.map(|w| format!("for {w}"))]);
    match say.style {
        Wording::Text => {
            format!("write {} into {}'s pipe{}", say.said(), say.worker(worker), failure(errno))
        }
        Wording::List => list(say.bytes()),
        Wording::Label if errno.is_none() => format!("write {} into its pipe", byte(say)),
        Wording::Label => say.kind_and(&list(say.as_row().bytes())),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn notified(say: &Say<'_>, at: Option<i32>, errno: Option<Errno>) -> String {
    let list = |bytes| row([bytes, Some("from".to_owned()), fd(at)]);
    match say.style {
        Wording::Text if errno.is_some() => format!("read from the pipe{}", failure(errno)),
        Wording::Text => format!("read {} from the pipe{}", say.said(), say.cause("written")),
        Wording::List => list(say.bytes()),
        Wording::Label if errno.is_none() => format!("read {} from its pipe", byte(say)),
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
                let udp = if transport == Some(Transport::Udp) { ", udp" } else { "" };
                format!("conn_new {} in {state}{udp}", number(at))
            }
            None => format!("conn_new {}", number(at)),
        },
        Wording::List => row([fd(at), state.map(|state| state.name().to_owned())]),
        Wording::Label => say.kind_and(&say.conn()),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn close(say: &Say<'_>, at: Option<i32>, why: Option<&str>, errno: Option<Errno>) -> String {
    let because = || why.map(|why| format!(": {why}")).unwrap_or_default();
    match say.style {
        Wording::Text => format!("close {}{}{}", number(at), because(), failure(errno)),
        Wording::List => row([fd(at), why.map(str::to_owned), error(errno)]),
        Wording::Label => say.kind_and(&(say.conn() + &because())),
        Wording::Gate => say.gate(None),
    }
}
