//! The event loop: sleeping, waking up, what is waited for.

use super::parts::{error, failure, fd, ready_for, row, waits_for};
use super::{FdNames, Say, Wording};
use crate::event::{Errno, Interest, ReadyFd};
use crate::texts::Language;

/// How many descriptors a row of the list names.
const LISTED: usize = 16;

pub(super) fn wait(say: &Say<'_>, timeout: Option<i64>) -> String {
    let lang = say.lang;
    match say.style {
        Wording::Text | Wording::List => match timeout {
            Some(ms @ 0..) => format!("epoll_wait{}{} {ms} ms", lang.words_comma(), lang.words_at_most()),
            _ => "epoll_wait".to_owned(),
        },
        Wording::Label => lang.words_sleeps().to_owned(),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn wake(say: &Say<'_>, timer: bool, errno: Option<Errno>) -> String {
    let all = say.event.ready().unwrap_or_default();
    let lang = say.lang;
    let ready = |what| ready_for(what, say.style, lang);
    let one = |r: &ReadyFd| format!("{} {}", (say.names)(r.conn, Some(r.fd)), ready(r.what));
    let failed = || error(errno).unwrap_or_else(|| lang.words_nothing().to_owned());
    match say.style {
        Wording::Text => {
            let mut list: Vec<String> = all.iter().map(one).collect();
            if timer {
                list.push(lang.words_timer_due().to_owned());
            }
            let is_nothing = errno.is_some() || list.is_empty();
            format!("epoll_wait → {}", if is_nothing { failed() } else { list.join(lang.list_comma()) })
        }
        Wording::List if all.is_empty() && !timer => failed(),
        Wording::List => {
            let list: Vec<String> = all.iter().take(LISTED).map(one).collect();
            let mut line = list.join(lang.list_comma());
            if timer {
                line.push(' ');
                line.push_str(lang.words_timer());
            }
            line
        }
        Wording::Label => {
            let who = woken_by(all, say.names, lang);
            match all {
                [one] if one.conn.is_some() && one.what == Interest::Read => {
                    format!("{who} {}", ready(one.what))
                }
                [one] if one.conn.is_some() => who,
                _ => format!("wake{}", say.said_of(&who)),
            }
        }
        Wording::Gate => say.gate(None),
    }
}

/// What woke a thread, by the first of it: a connection, another descriptor by its name, or its timer.
fn woken_by(all: &[ReadyFd], names: FdNames<'_>, lang: Language) -> String {
    let Some(first) = all.first() else { return lang.words_its_timer().to_owned() };
    let mut by = names(first.conn, Some(first.fd));
    if first.conn.is_some() && first.what == Interest::Write {
        by.push(' ');
        by.push_str(ready_for(first.what, Wording::Label, lang));
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
    let waits = || interest.map(|interest| waits_for(interest, say.style, say.lang));
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
