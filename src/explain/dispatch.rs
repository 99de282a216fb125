//! The way of a connection: from the dispatcher through queue and pipe to its worker, and its end.

use super::{Context, Explanation, conn, conn_first, fd, shorten, word, worker};
use crate::event::{ConnState, Event, at};
use crate::text::printable;
use crate::texts::Language;

pub(super) fn accept(event: &Event, lang: Language) -> Explanation {
    match event.errno() {
        Some("EMFILE") => {
            Explanation::new(lang.why_accept_emfile_titled(), at::drive_machine::accept_new_conns)
        }
        Some("EAGAIN" | "EWOULDBLOCK") => {
            Explanation::new(lang.why_accept_eagain_titled(), at::drive_machine::accept4)
        }
        Some(errno) => {
            Explanation::new(lang.why_accept_failed_titled(word(errno)), at::drive_machine::accept4)
        }
        None => {
            let peer = event
                .peer()
                .map_or_else(|| lang.why_accept_a_client().to_owned(), |peer| shorten(&printable(peer), 48));
            let fd = event.fd().map(|n| lang.why_accept_fd(n.to_string())).unwrap_or_default();
            Explanation::new(lang.why_accept_titled(fd, peer), at::drive_machine::accept4)
        }
    }
}

pub(super) fn cq_push(event: &Event, lang: Language) -> Explanation {
    let depth = event.depth().map(|n| lang.why_cq_push_depth(n)).unwrap_or_default();
    let titled = lang.why_cq_push_titled(conn(event, lang), depth, worker(event, lang));
    Explanation::new(titled, at::dispatch_conn_new::cq_push)
}

pub(super) fn notify(event: &Event, lang: Language) -> Explanation {
    let who = worker(event, lang);
    if let Some(errno) = event.errno() {
        return Explanation::new(
            lang.why_notify_failed_titled(word(errno), who),
            at::dispatch_conn_new::write,
        );
    }
    let fd = fd(event.fd(), lang);
    match event.data() {
        Some("p") => Explanation::new(lang.why_notify_pause_titled(fd, who), at::pause_threads::write),
        _ => Explanation::new(lang.why_notify_titled(fd, who), at::dispatch_conn_new::write),
    }
}

pub(super) fn notified(event: &Event, lang: Language) -> Explanation {
    let who = worker(event, lang);
    if let Some(errno) = event.errno() {
        return Explanation::new(
            lang.why_notified_failed_titled(word(errno), who),
            at::thread_libevent_process::read,
        );
    }
    let fd = fd(event.fd(), lang);
    match event.data() {
        Some("p") => {
            Explanation::new(lang.why_notified_pause_titled(fd, who), at::thread_libevent_process::pause)
        }
        _ => Explanation::new(lang.why_notified_titled(fd, who), at::thread_libevent_process::read),
    }
}

pub(super) fn cq_pop(event: &Event, context: &Context, lang: Language) -> Explanation {
    let left = event.depth().map(|n| lang.why_cq_pop_left(n)).unwrap_or_default();
    let transport = if context.is_udp { "udp" } else { "tcp" };
    let titled = lang.why_cq_pop_titled(conn(event, lang), left, transport, worker(event, lang));
    Explanation::new(titled, at::thread_libevent_process::cq_pop)
}

pub(super) fn conn_new(event: &Event, lang: Language) -> Explanation {
    let fd = fd(event.fd(), lang);
    let titled = if event.conn.is_none() || event.state() == Some(ConnState::Listening) {
        lang.why_conn_new_listening_titled(fd)
    } else {
        lang.why_conn_new_titled(conn_first(event, lang), fd)
    };
    Explanation::new(titled, at::conn_new)
}

pub(super) fn close(event: &Event, context: &Context, lang: Language) -> Explanation {
    let why = match (event.why(), context.last_read) {
        (Some(why), _) if !why.is_empty() => Some(why),
        (_, Some(read)) if read.errno().is_none() && read.ret() == Some(0) => Some("the client closed"),
        _ => None,
    };
    let reason = why.map(|why| lang.why_close_reason(reason(why, lang))).unwrap_or_default();
    let fd = fd(event.fd(), lang);
    let titled = lang.why_close_titled(conn(event, lang), conn_first(event, lang), fd, reason);
    Explanation::new(titled, at::conn_close::close)
}

/// Why a connection was closed. Commands that close one, `quit` and `shutdown`, are names in every language; what
/// memcached does not say is told as the trace has it.
fn reason(why: &str, lang: Language) -> String {
    let known = lang.named(&format!("closed-for-{}", why.replace(' ', "-")), None);
    known.unwrap_or_else(|| shorten(&printable(why), 40))
}
