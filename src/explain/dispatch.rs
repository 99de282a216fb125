//! The way of a connection: from the dispatcher through queue and pipe to its worker, and its end.

use super::{Context, Explanation, conn, conn_first, fd, number, word, worker};
use crate::event::{ConnState, Event, at};
use crate::texts::Language;

pub(super) fn accept(event: &Event, _lang: Language) -> Explanation {
    match event.errno() {
        Some("EMFILE") => Explanation::english(
            "No descriptor is left",
            "accept4 failed with EMFILE: the process has all the descriptors that it may have, and memcached has \
             set that limit to its -c. It stops watching the listening socket and sets its backlog to 0. \
             Every 10 ms it looks whether a connection has closed, and then accepts again.",
            at::drive_machine::accept_new_conns,
        ),
        Some("EAGAIN" | "EWOULDBLOCK") => Explanation::english(
            "No client is there after all",
            "accept4 failed with EAGAIN: the client has gone again since the socket became readable. As the \
             socket is non-blocking, the main thread is not stuck here but goes back to epoll_wait.",
            at::drive_machine::accept4,
        ),
        Some(errno) => Explanation::english(
            "accept failed",
            format!(
                "accept4 failed with {}. memcached reports the error and leaves it at that: if a client still \
                 waits, the level-triggered event comes again.",
                word(errno)
            ),
            at::drive_machine::accept4,
        ),
        None => {
            let peer = event
                .peer()
                .map_or_else(|| "a client".to_owned(), |p| super::shorten(&crate::text::printable(p), 48));
            let number = event.fd().map(|n| format!(" as fd {n}")).unwrap_or_default();
            Explanation::english(
                "A client is accepted",
                format!(
                    "accept4 takes {peer} from the kernel's queue{number}, non-blocking from the start. The main \
                     thread reads nothing from it: it only passes it on, so that a slow client can never \
                     keep the next one from being accepted."
                ),
                at::drive_machine::accept4,
            )
        }
    }
}

pub(super) fn cq_push(event: &Event, _lang: Language) -> Explanation {
    let depth = match event.depth() {
        Some(1) => " It is alone in the queue.".to_owned(),
        Some(n) => format!(" {} connections wait there now.", number(n.into())),
        None => String::new(),
    };
    Explanation::english(
        format!("Into the queue of {}", worker(event, Language::En)),
        format!(
            "The dispatcher puts {} at the end of the queue of {}; workers take turns, busy or not.{depth} \
             The push comes before the byte in the pipe: a worker that is woken finds its item there. A \
             mutex guards the queue, since two threads use it.",
            conn(event, Language::En),
            worker(event, Language::En)
        ),
        at::dispatch_conn_new::cq_push,
    )
}

pub(super) fn notify(event: &Event, _lang: Language) -> Explanation {
    let who = worker(event, Language::En);
    if let Some(errno) = &event.errno() {
        return Explanation::english(
            "The worker could not be notified",
            format!(
                "The write into the pipe of {who} failed with {}. memcached only reports it: the connection \
                 stays in the queue until the byte of a later one comes.",
                word(errno)
            ),
            at::dispatch_conn_new::write,
        );
    }
    if event.data() == Some("p") {
        return Explanation::english(
            format!("{who} shall pause"),
            format!(
                "The hash table is about to grow, and nobody may use it while the larger one is put in place. So the \
                 thread that does it writes a p into the pipe of every worker, here of {who}{}, and waits until all \
                 of them wait.",
                fd(event.fd())
            ),
            at::pause_threads::write,
        );
    }
    Explanation::english(
        format!("A byte to wake {who}"),
        format!(
            "The dispatcher writes one byte, c, into the pipe of {who}{}: one byte for one connection. Why a \
             pipe and not a condition variable? The worker sleeps in epoll_wait, and only a descriptor \
             that becomes readable can wake it there.",
            fd(event.fd())
        ),
        at::dispatch_conn_new::write,
    )
}

pub(super) fn notified(event: &Event, _lang: Language) -> Explanation {
    let who = worker(event, Language::En);
    if let Some(errno) = &event.errno() {
        return Explanation::english(
            "The pipe could not be read",
            format!(
                "{who} could not read its pipe: {}. memcached reports that under -v, and looks at its one-byte \
                 buffer as if the read had filled it.",
                word(errno)
            ),
            at::thread_libevent_process::read,
        );
    }
    if event.data() == Some("p") {
        return Explanation::english(
            format!("{who} pauses"),
            format!(
                "{who} reads a p from its pipe{}: it says that it is here, and waits until the hash table has been \
                 exchanged for a larger one.",
                fd(event.fd())
            ),
            at::thread_libevent_process::pause,
        );
    }
    Explanation::english(
        format!("{who} reads the byte"),
        format!(
            "{who} reads one byte from its pipe{}; c means that a connection waits in its queue. It reads no \
             more than one even if others follow: for each of them the level-triggered event comes again. \
             So bytes and connections stay in step.",
            fd(event.fd())
        ),
        at::thread_libevent_process::read,
    )
}

pub(super) fn cq_pop(event: &Event, context: &Context, _lang: Language) -> Explanation {
    let who = worker(event, Language::En);
    let left = match event.depth() {
        Some(0) => " The queue is empty now.".to_owned(),
        Some(1) => " One more waits in the queue.".to_owned(),
        Some(n) => format!(" {} more wait in the queue.", number(n.into())),
        None => String::new(),
    };
    Explanation::english(
        format!("{who} takes its connection"),
        format!(
            "{who} takes {} off its queue.{left} The item tells all that conn_new needs: the descriptor, the \
             first state ({}), the interest (EV_READ) and the size of the read buffer.",
            conn(event, Language::En),
            if context.is_udp { "conn_read, for it is UDP" } else { "conn_new_cmd" }
        ),
        at::thread_libevent_process::cq_pop,
    )
}

pub(super) fn conn_new(event: &Event, _lang: Language) -> Explanation {
    if event.conn.is_none() || event.state() == Some(ConnState::Listening) {
        return Explanation::english(
            "A struct conn for the listening socket",
            format!(
                "The listening socket{} has a struct conn too, in the state conn_listening, which it never \
                 leaves. So the same event_handler and the same drive_machine serve it as any client's \
                 connection.",
                fd(event.fd())
            ),
            at::conn_new,
        );
    }
    let c = conn_first(event, Language::En);
    Explanation::english(
        format!("{c} is ready to be served"),
        format!(
            "{c} has its struct conn: state conn_new_cmd, nothing in its read buffer. memcached keeps these \
             structs in an array indexed by descriptor{}; one left over from an earlier connection with the \
             same number is used again with its buffers, not allocated anew.",
            fd(event.fd())
        ),
        at::conn_new,
    )
}

pub(super) fn close(event: &Event, context: &Context, _lang: Language) -> Explanation {
    let c = conn_first(event, Language::En);
    let why = match (&event.why(), context.last_read) {
        (Some(why), _) if !why.is_empty() => {
            format!(" The reason: {}.", super::shorten(&crate::text::printable(why), 40))
        }
        (_, Some(read)) if read.errno().is_none() && read.ret() == Some(0) => {
            " The reason: the client closed.".to_owned()
        }
        _ => String::new(),
    };
    Explanation::english(
        format!("{c} is closed"),
        format!(
            "The descriptor of {}{} is given back to the kernel.{why} Its struct conn and its buffers are kept for the \
             next connection that gets this number. The close also tells the main thread, had it paused \
             accepting, that there is room again.",
            conn(event, Language::En),
            fd(event.fd())
        ),
        at::conn_close::close,
    )
}
