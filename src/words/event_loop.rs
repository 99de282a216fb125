//! The event loop: sleeping, waking up, what is waited for.

use super::parts::{error, failure, fd, ready_for, row, waits_for};
use super::{FdNames, Say, Wording};
use crate::event::{Errno, Interest, ReadyFd};

/// How many descriptors a row of the list names.
const LISTED: usize = 16;

pub(super) fn wait(say: &Say<'_>, timeout: Option<i64>) -> String {
    match say.style {
        Wording::Text | Wording::List => match timeout {
            Some(ms @ 0..) => format!("epoll_wait, at most {ms} ms"),
            _ => "epoll_wait".to_owned(),
        },
        Wording::Label => "sleeps in epoll_wait".to_owned(),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn wake(say: &Say<'_>, timer: bool, errno: Option<Errno>) -> String {
    let all = say.event.ready().unwrap_or_default();
    let one = |r: &ReadyFd| format!("{} {}", (say.names)(r.conn, Some(r.fd)), ready_for(r.what, say.style));
    let failed = || error(errno).unwrap_or_else(|| "nothing".to_owned());
    match say.style {
        Wording::Text => {
            let mut list: Vec<String> = all.iter().map(one).collect();
            if timer {
                list.push("a timer is due".to_owned());
            }
            let is_nothing = errno.is_some() || list.is_empty();
            format!("epoll_wait → {}", if is_nothing { failed() } else { list.join(", ") })
        }
        Wording::List if all.is_empty() && !timer => failed(),
        Wording::List => {
            let list: Vec<String> = all.iter().take(LISTED).map(one).collect();
            list.join(", ") + if timer { " timer" } else { "" }
        }
        Wording::Label => {
            let who = woken_by(all, say.names);
            match all {
                [one] if one.conn.is_some() && one.what == Interest::Read => {
                    format!("{who} {}", ready_for(one.what, say.style))
                }
                [one] if one.conn.is_some() => who,
                _ => format!("wake: {who}"),
            }
        }
        Wording::Gate => say.gate(None),
    }
}

/// What woke a thread, by the first of it: a connection, another descriptor by its name, or its timer.
fn woken_by(all: &[ReadyFd], names: FdNames<'_>) -> String {
    let Some(first) = all.first() else { return "its timer".to_owned() };
    let mut by = names(first.conn, Some(first.fd));
    if first.conn.is_some() && first.what == Interest::Write {
        by.push(' ');
        by.push_str(ready_for(first.what, Wording::Label));
    }
    if all.len() > 1 {
        by.push_str(&format!(" +{}", all.len() - 1));
    }
    by
}

pub(super) fn event_add(
    say: &Say<'_>,
    at: Option<i32>,
    interest: Option<Interest>,
    errno: Option<Errno>,
) -> String {
    let waits = || interest.map(|interest| waits_for(interest, say.style));
    match say.style {
        Wording::Text => {
            let waits = waits().unwrap_or_else(|| "?".to_owned());
            format!("event_add{} {waits}{}", whose(say, at), failure(errno))
        }
        Wording::List => row([fd(at), waits(), error(errno)]),
        Wording::Label => {
            let letters = interest.map(|interest| format!(" {}", interest.name()));
            say.kind_and(&(of_what(say, at) + &letters.unwrap_or_default()))
        }
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn event_del(say: &Say<'_>, at: Option<i32>, errno: Option<Errno>) -> String {
    match say.style {
        Wording::Text => format!("event_del{}{}", whose(say, at), failure(errno)),
        Wording::List => row([fd(at), error(errno)]),
        Wording::Label => say.kind_and(&of_what(say, at)),
        Wording::Gate => say.gate(None),
    }
}

/// Whose descriptor it is, where no connection stands before the line.
fn whose(say: &Say<'_>, at: Option<i32>) -> String {
    match say.event.conn {
        Some(_) => String::new(),
        None => format!(" {}", (say.names)(None, at)),
    }
}

/// The connection, or the descriptor by its number.
fn of_what(say: &Say<'_>, at: Option<i32>) -> String {
    if say.event.conn.is_some() { say.conn() } else { fd(at).unwrap_or_default() }
}
