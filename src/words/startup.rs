//! Start-up, and the listening socket.

use super::parts::{Returned, answer, error, failure, fd, number, result, row, word};
use super::{Say, Wording};
use crate::event::{Domain, Errno, SockOpt, Thread, ThreadOp, Transport};

pub(super) fn event_init(say: &Say<'_>, worker: Option<Thread>, epoll_fd: Option<i32>) -> String {
    let list = || row([named(worker), epoll(epoll_fd)]);
    match say.style {
        Wording::Text => say.lang.words_event_init(number(epoll_fd), say.name(say.worker(worker))),
        Wording::List => list(),
        Wording::Label => say.kind_and(&list()),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn pipe(say: &Say<'_>, worker: Option<Thread>, receive: Option<i32>, send: Option<i32>) -> String {
    let list = || row([named(worker), ends(say, (receive, send))]);
    match say.style {
        Wording::Text => say.lang.words_pipe(number(receive), number(send), say.name(say.worker(worker))),
        Wording::List => list(),
        Wording::Label => say.kind_and(&list()),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn thread(
    say: &Say<'_>,
    op: Option<ThreadOp>,
    worker: Option<Thread>,
    epoll_fd: Option<i32>,
    pipe: (Option<i32>, Option<i32>),
) -> String {
    let lang = say.lang;
    let done = op.map(ThreadOp::name);
    let list = || row([done.map(str::to_owned), named(worker), epoll(epoll_fd), ends(say, pipe)]);
    match (say.style, op, worker) {
        (Wording::Text, Some(ThreadOp::Setup), _) => lang.words_set_up(say.name(say.worker(worker))),
        (Wording::Text, Some(ThreadOp::Create), _) => created(say.worker(worker)),
        (Wording::Text, Some(ThreadOp::Start), _) => lang.words_enters_loop(say.name(say.worker(worker))),
        (Wording::Text, ..) => format!("thread {} {}", say.worker(worker), done.unwrap_or_default()),
        (Wording::List, ..) => list(),
        (Wording::Label, Some(ThreadOp::Create), Some(worker)) => created(worker),
        (Wording::Label, Some(ThreadOp::Start), _) => lang.words_starts(say.name(say.event.th)),
        (Wording::Label, ..) => say.kind_and(&list()),
        (Wording::Gate, ..) => say.gate(done),
    }
}

fn created(worker: Thread) -> String {
    format!("pthread_create {worker}")
}

pub(super) fn socket(
    say: &Say<'_>,
    at: Option<i32>,
    domain: Option<Domain>,
    transport: Option<Transport>,
    returned: Returned,
) -> String {
    let domain = domain.map(Domain::name);
    let list = || row([fd(at), domain.map(str::to_owned), error(returned.1)]);
    match say.style {
        Wording::Text => {
            let udp = if transport == Some(Transport::Udp) { " udp" } else { "" };
            format!("socket {}{udp} → {}", word(domain), answer(returned, &number(at)))
        }
        Wording::List => list(),
        Wording::Label => say.kind_and(&list()),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn setsockopt(
    say: &Say<'_>,
    at: Option<i32>,
    option: Option<SockOpt>,
    value: Option<&str>,
    returned: Returned,
) -> String {
    let option = option.map(SockOpt::name);
    let list = || row([fd(at), option.map(str::to_owned), value.map(str::to_owned), error(returned.1)]);
    match say.style {
        Wording::Text => {
            let failed = returned.1.map(|_| format!(" → {}", result(returned))).unwrap_or_default();
            format!("setsockopt {} {} {}{failed}", number(at), word(option), word(value))
        }
        Wording::List => list(),
        Wording::Label => say.kind_and(&list()),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn bind(say: &Say<'_>, at: Option<i32>, addr: Option<&str>, errno: Option<Errno>) -> String {
    let list = || row([fd(at), addr.map(str::to_owned), error(errno)]);
    match say.style {
        Wording::Text => {
            format!("bind {} {} {}{}", number(at), say.lang.words_to(), word(addr), failure(errno))
        }
        Wording::List => list(),
        Wording::Label => say.kind_and(&list()),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn listen(
    say: &Say<'_>,
    at: Option<i32>,
    addr: Option<&str>,
    backlog: Option<i32>,
    errno: Option<Errno>,
) -> String {
    let list =
        || row([fd(at), addr.map(str::to_owned), backlog.map(|n| format!("backlog {n}")), error(errno)]);
    match say.style {
        Wording::Text => {
            let (on, comma) = (say.lang.words_on(), say.lang.words_comma());
            let (at, addr, backlog) = (number(at), word(addr), number(backlog));
            format!("listen {at} {on} {addr}{comma}backlog {backlog}{}", failure(errno))
        }
        Wording::List => list(),
        Wording::Label => say.kind_and(&list()),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn named(thread: Option<Thread>) -> Option<String> {
    thread.map(|thread| thread.to_string())
}

pub(super) fn epoll(epoll_fd: Option<i32>) -> Option<String> {
    epoll_fd.map(|fd| format!("epoll fd {fd}"))
}

/// A pipe's ends, the one that is read and the one that is written.
pub(super) fn ends(say: &Say<'_>, (receive, send): (Option<i32>, Option<i32>)) -> Option<String> {
    Some(format!("{} {}▸{}", say.lang.words_pipe_ends(), send?, receive?))
}
