//! The event loop: sleeping, waking, and what is waited for.

use super::{Context, Explanation, conn, conn_first, fd, word, worker};
use crate::event::{ConnState, Event, Kind, ReadyFd, Thread, at};
use crate::texts::Language;

pub(super) fn wait(event: &Event, lang: Language) -> Explanation {
    if event.th.worker().is_some() {
        let titled = lang.why_wait_worker_titled(worker(event, lang));
        return Explanation::new(titled, at::worker_libevent::event_base_loop);
    }
    let limit = match event.timeout() {
        Some(ms) if ms >= 0 => lang.why_wait_limit(ms),
        _ => String::new(),
    };
    Explanation::new(lang.why_wait_main_titled(limit), at::main::event_base_loop)
}

pub(super) fn wake(event: &Event, context: &Context, lang: Language) -> Explanation {
    match event.ready().unwrap_or_default() {
        [] if event.timer() => Explanation::new(lang.why_wake_timer_titled(), at::clock_handler),
        [] => Explanation::new(lang.why_wake_nothing_titled(), at::libevent),
        [one] => wake_one(event, one, context, lang),
        many => Explanation::new(lang.why_wake_many_titled(many.len().to_string()), at::libevent),
    }
}

/// A wake-up for one descriptor.
fn wake_one(event: &Event, one: &ReadyFd, context: &Context, lang: Language) -> Explanation {
    match one.conn {
        Some(n)
            if context.is_udp && !one.what.name().contains('w') && context.state == Some(ConnState::Read) =>
        {
            super::udp::wake(n, Some(one.fd), lang)
        }
        Some(n) => wake_conn(one, n, context, lang),
        None if event.th.worker().is_some() => {
            let titled = lang.why_wake_pipe_titled(fd(Some(one.fd), lang), worker(event, lang));
            Explanation::new(titled, at::thread_libevent_process)
        }
        None => {
            let titled = lang.why_wake_listening_titled(fd(Some(one.fd), lang));
            Explanation::new(titled, at::event_handler)
        }
    }
}

/// A wake-up for one connection.
fn wake_conn(ready: &ReadyFd, n: u32, context: &Context, lang: Language) -> Explanation {
    let c = format!("c{n}");
    let writable = ready.what.name().contains('w');
    // What becomes of bytes that were left in the kernel.
    let then = |level| if context.edge_triggered { lang.why_edge() } else { level };
    match (context.state, writable) {
        (Some(ConnState::NewCmd), true) => {
            Explanation::new(lang.why_wake_yielded_titled(c), at::drive_machine::new_cmd_rbytes)
        }
        (_, true) => Explanation::new(lang.why_wake_writable_titled(c), at::event_handler),
        (Some(ConnState::NewCmd), false) if context.last_read.is_none() => {
            let then = then(lang.why_wake_first_level());
            Explanation::new(lang.why_wake_first_titled(c, then), at::drive_machine::conn_new_cmd)
        }
        (Some(ConnState::NewCmd), false) => {
            let then = then(lang.why_wake_yielded_empty_level());
            Explanation::new(lang.why_wake_yielded_empty_titled(c, then), at::drive_machine::conn_new_cmd)
        }
        (Some(ConnState::Nread), false) => {
            Explanation::new(lang.why_wake_nread_titled(c), at::drive_machine::conn_nread)
        }
        (Some(ConnState::Swallow), false) => {
            Explanation::new(lang.why_wake_swallow_titled(c), at::drive_machine::conn_swallow)
        }
        _ => {
            let titled = lang.why_wake_readable_titled(c, fd(Some(ready.fd), lang));
            Explanation::new(titled, at::event_handler)
        }
    }
}

pub(super) fn event_add(event: &Event, context: &Context, lang: Language) -> Explanation {
    if let Some(errno) = event.errno() {
        return Explanation::new(lang.why_event_add_failed_titled(word(errno)), at::libevent);
    }
    if event.conn.is_none() {
        return add_without_conn(event, context, lang);
    }
    let (c, first) = (conn(event, lang), conn_first(event, lang));
    let writable = event.interest().is_some_and(|i| i.contains('w'));
    if writable {
        return match context.state {
            Some(ConnState::Write | ConnState::Mwrite) => {
                Explanation::new(lang.why_event_add_full_titled(c), at::transmit::ev_write)
            }
            Some(ConnState::NewCmd) => {
                // One alone would be no reason to yield: the others are not known.
                let done = match context.commands_in_wakeup {
                    0 | 1 => 0,
                    n => n,
                };
                let titled = lang.why_event_add_yield_titled(first, done);
                Explanation::new(titled, at::drive_machine::new_cmd_ev_write)
            }
            _ => Explanation::new(lang.why_event_add_write_titled(c), at::update_event),
        };
    }
    let fd = fd(event.fd(), lang);
    match context.previous.map(Event::kind) {
        Some(Kind::EventDel) => {
            Explanation::new(lang.why_event_add_back_titled(first), at::update_event::event_add)
        }
        Some(Kind::CqPop) => {
            let titled = lang.why_event_add_new_titled(c, fd, worker(event, lang));
            Explanation::new(titled, at::conn_new::event_add)
        }
        _ => {
            let trigger = if context.edge_triggered { "edge" } else { "level" };
            Explanation::new(lang.why_event_add_read_titled(c, fd, trigger), at::conn_new::event_add)
        }
    }
}

fn add_without_conn(event: &Event, context: &Context, lang: Language) -> Explanation {
    let previous = context.previous.map(Event::kind);
    let after = |kinds: &[Kind]| previous.is_some_and(|p| kinds.contains(&p));
    let fd = fd(event.fd(), lang);
    if event.worker().is_some() || after(&[Kind::EventInit, Kind::Pipe, Kind::Thread]) {
        let who = match (event.worker(), context.previous) {
            (None, Some(previous)) => worker(previous, lang),
            _ => worker(event, lang),
        };
        Explanation::new(lang.why_event_add_pipe_titled(fd, who), at::setup_thread::event_add)
    } else if after(&[Kind::Socket, Kind::Setsockopt, Kind::Bind, Kind::Listen, Kind::ConnNew]) {
        Explanation::new(lang.why_event_add_listening_titled(fd), at::conn_new::event_add)
    } else if event.th == Thread::Main && after(&[Kind::Wake]) {
        Explanation::new(lang.why_event_add_accepting_titled(fd), at::do_accept_new_conns::ev_read)
    } else {
        Explanation::new(lang.why_event_add_titled(fd), at::libevent)
    }
}

pub(super) fn event_del(event: &Event, context: &Context, lang: Language) -> Explanation {
    let fd = fd(event.fd(), lang);
    if event.conn.is_none() {
        return Explanation::new(lang.why_event_del_listening_titled(fd), at::do_accept_new_conns::ev_none);
    }
    let c = conn(event, lang);
    match context.state {
        Some(ConnState::Closing | ConnState::Closed) => {
            Explanation::new(lang.why_event_del_close_titled(c, fd), at::conn_close::event_del)
        }
        Some(_) => Explanation::new(lang.why_event_del_change_titled(c), at::update_event::event_del),
        None => Explanation::new(lang.why_event_del_titled(c), at::libevent),
    }
}
