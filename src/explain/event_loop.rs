//! The event loop: sleeping, waking, and what is waited for.

use super::{Context, Explanation, conn, conn_first, fd, number, word, worker};
use crate::event::{ConnState, Event, Kind, ReadyFd, Thread, at};
use crate::texts::Language;

pub(super) fn wait(event: &Event, _lang: Language) -> Explanation {
    if event.th.worker().is_some() {
        let who = worker(event, Language::En);
        return Explanation::english(
            format!("{who} goes to sleep"),
            format!(
                "{who} sleeps in epoll_wait until its pipe or one of its connections is ready. It never waits \
                 for one client: it waits for all of its clients at once, which is how a single thread \
                 serves thousands of connections. No lock is held while it sleeps."
            ),
            at::worker_libevent::event_base_loop,
        );
    }
    let limit = match event.timeout() {
        Some(ms) if ms >= 0 => format!(", for at most {} ms", number(ms.unsigned_abs())),
        _ => String::new(),
    };
    Explanation::english(
        "The main thread goes to sleep",
        format!(
            "The main thread sleeps in epoll_wait until a client connects or its timer is due{limit}. It serves \
             no requests, so it is asleep nearly all the time and quick to accept. The timer is what ticks \
             memcached's clock once a second."
        ),
        at::main::event_base_loop,
    )
}

pub(super) fn wake(event: &Event, context: &Context, lang: Language) -> Explanation {
    let ready = event.ready().unwrap_or_default();
    let worker_thread = event.th.worker().is_some();
    match ready {
        [] if event.timer() => Explanation::english(
            "The clock ticks",
            "No descriptor is ready: a timer ended the sleep. Normally it is clock_handler's, once a second: it \
             stores the time in the variable current_time, so that thousands of requests a second need not \
             ask the kernel for it. While accepting is paused, a timer of 10 ms comes here too.",
            at::clock_handler,
        ),
        [] => Explanation::english(
            "Nothing is ready",
            "epoll_wait came back with nothing ready: its time was over, or a signal came. libevent looks at \
             its timers and goes to sleep again.",
            at::libevent,
        ),
        [one] => match one.conn {
            Some(n)
                if context.is_udp
                    && !one.what.name().contains('w')
                    && context.state == Some(ConnState::Read) =>
            {
                super::udp::wake(n, Some(one.fd), lang)
            }
            Some(n) => wake_conn(one, n, context),
            None if worker_thread => Explanation::english(
                "A byte is in the pipe",
                format!(
                    "The pipe of {}{} has become readable: the dispatcher has queued a connection for it. \
                     libevent calls thread_libevent_process, which reads one byte and takes one connection.",
                    worker(event, Language::En),
                    fd(Some(one.fd))
                ),
                at::thread_libevent_process,
            ),
            None => Explanation::english(
                "A client wants to connect",
                format!(
                    "The listening socket{} is readable: a client waits to be accepted. libevent calls \
                     event_handler, and drive_machine runs in conn_listening. It accepts one client a \
                     wake-up; if more wait, the level-triggered event comes again.",
                    fd(Some(one.fd))
                ),
                at::event_handler,
            ),
        },
        many => Explanation::english(
            format!("{} descriptors are ready", many.len()),
            format!(
                "epoll_wait reports {} descriptors at once. libevent calls their handlers one after the other \
                 on this thread: while one connection is served, the others wait. This is why a connection \
                 may handle only so many requests in a row (reqs_per_event, -R).",
                many.len()
            ),
            at::libevent,
        ),
    }
}

/// What becomes of bytes that were left in the kernel, in the experiment.
pub(super) const EDGE: &str = "In this experiment the event is edge-triggered (EPOLLET): nothing is reported again before \
                               something new comes.";

/// A wake-up for one connection.
fn wake_conn(ready: &ReadyFd, n: u32, context: &Context) -> Explanation {
    let writable = ready.what.name().contains('w');
    match (context.state, writable) {
        (Some(ConnState::NewCmd), true) => Explanation::english(
            format!("c{n} goes on after its yield"),
            format!(
                "c{n} had used up its requests and had more in its read buffer, so it asked to be woken when \
                 it may write. That is nearly always at once, but other connections came first. Now it \
                 goes on with what is in the buffer."
            ),
            at::drive_machine::new_cmd_rbytes,
        ),
        (_, true) => Explanation::english(
            format!("c{n} can be written to"),
            format!(
                "The kernel has room again for bytes to c{n}. memcached asks for that in two cases only: \
                 sendmsg met a full buffer, or the connection yielded with requests left to do. \
                 drive_machine goes on in the state in which it stopped."
            ),
            at::event_handler,
        ),
        (Some(ConnState::NewCmd), false) if context.last_read.is_none() => Explanation::english(
            format!("First wake-up of c{n}: no read"),
            format!(
                "c{n} has something to read, yet nothing is read this time: it is still in conn_new_cmd, and the \
                 machine only walks to conn_read and stops. What has come stays in the kernel. {}",
                match context.edge_triggered {
                    true => EDGE,
                    false =>
                        "As the event is level-triggered, epoll_wait reports it again at once, and then it is read.",
                }
            ),
            at::drive_machine::conn_new_cmd,
        ),
        (Some(ConnState::NewCmd), false) => Explanation::english(
            format!("c{n} goes on after its yield"),
            format!(
                "c{n} had used up its requests and stopped in conn_new_cmd with its buffer empty. So this \
                 wake-up, too, only walks to conn_read and stops. The bytes stay in the kernel. {}",
                match context.edge_triggered {
                    true => EDGE,
                    false => "The level-triggered event comes again for them.",
                }
            ),
            at::drive_machine::conn_new_cmd,
        ),
        (Some(ConnState::Nread), false) => Explanation::english(
            format!("More of the value for c{n}"),
            format!(
                "The socket of c{n} is readable, and c{n} is in conn_nread: it waits for the value of its \
                 command. drive_machine goes on just there; the state in struct conn is all that it needs \
                 to remember."
            ),
            at::drive_machine::conn_nread,
        ),
        (Some(ConnState::Swallow), false) => Explanation::english(
            format!("More to throw away for c{n}"),
            format!(
                "The socket of c{n} is readable while it swallows a value that was refused. The bytes must be \
                 read all the same: the next command stands behind them."
            ),
            at::drive_machine::conn_swallow,
        ),
        _ => Explanation::english(
            format!("c{n} can be read"),
            format!(
                "The socket of c{n}{} is readable: bytes have come, or the client has closed. libevent calls \
                 event_handler, which lets drive_machine go on in the state in which it stopped.",
                fd(Some(ready.fd))
            ),
            at::event_handler,
        ),
    }
}

pub(super) fn event_add(event: &Event, context: &Context, _lang: Language) -> Explanation {
    if let Some(errno) = &event.errno() {
        return Explanation::english(
            "The kernel refused to watch it",
            format!(
                "epoll_ctl failed with {}. A descriptor that no event stands for would never be served again, so \
                 memcached closes the connection; at start-up it exits.",
                word(errno)
            ),
            at::libevent,
        );
    }
    if event.conn.is_none() {
        return add_without_conn(event, context);
    }
    let (c, first) = (conn(event, Language::En), conn_first(event, Language::En));
    let previous = context.previous.map(|p| p.kind());
    let writable = event.interest().is_some_and(|i| i.contains('w'));
    if writable {
        return match context.state {
            Some(ConnState::Write | ConnState::Mwrite) => Explanation::english(
                "Wait until the client takes more",
                format!(
                    "The kernel's buffer for {c} is full, because the client reads more slowly than memcached \
                     writes. Instead of waiting, the thread asks to be told when there is room and serves \
                     its other connections."
                ),
                at::transmit::ev_write,
            ),
            Some(ConnState::NewCmd) => {
                let done = match context.commands_in_wakeup {
                    0 | 1 => format!("{first} has had its share of requests in this wake-up"),
                    n => format!("{first} has handled {} requests in this wake-up", number(n.into())),
                };
                Explanation::english(
                    "The connection yields",
                    format!(
                        "{done} (reqs_per_event is 20 unless -R says otherwise), and others want their turn. \
                         Its next requests are in rbuf already, so waiting to read could wait for ever. \
                         It asks to write instead: that is possible at once."
                    ),
                    at::drive_machine::new_cmd_ev_write,
                )
            }
            _ => Explanation::english(
                "Wait until it can be written to",
                format!(
                    "From now on {c} waits for EV_WRITE. There are two reasons for it: sendmsg met a full \
                     buffer, or the connection yields to others with requests left in rbuf, and to be \
                     writable is the one event sure to come."
                ),
                at::update_event,
            ),
        };
    }
    if previous == Some(Kind::EventDel) {
        return Explanation::english(
            "Back to waiting for bytes",
            format!(
                "{first} had waited for EV_WRITE and now waits for EV_READ again. This is the second half of \
                 the change that the event_del before it began. Had it gone on asking for EV_WRITE, \
                 epoll_wait would report it without end."
            ),
            at::update_event::event_add,
        );
    }
    if previous == Some(Kind::CqPop) {
        return Explanation::english(
            "The worker takes the connection over",
            format!(
                "{} has its own epoll instance watch {c}{} for bytes. The connection stays with this worker \
                 until it is closed, and no other thread works on it: struct conn needs no lock.",
                worker(event, Language::En),
                fd(event.fd())
            ),
            at::conn_new::event_add,
        );
    }
    Explanation::english(
        "Wait until there are bytes to read",
        format!(
            "libevent's event_add has the kernel watch {c}{} for bytes to read. The event is persistent, so it \
             stays registered after it has fired, and {}.",
            fd(event.fd()),
            match context.edge_triggered {
                true =>
                    "in this experiment edge-triggered (EPOLLET), so it fires only when something new comes",
                false => "level-triggered, so it fires as long as bytes wait",
            }
        ),
        at::conn_new::event_add,
    )
}

fn add_without_conn(event: &Event, context: &Context) -> Explanation {
    let previous = context.previous.map(|p| p.kind());
    let after = |kinds: &[Kind]| previous.is_some_and(|p| kinds.contains(&p));
    if event.worker().is_some() || after(&[Kind::EventInit, Kind::Pipe, Kind::Thread]) {
        let who = match (event.worker(), context.previous) {
            (None, Some(previous)) => worker(previous, Language::En),
            _ => worker(event, Language::En),
        };
        return Explanation::english(
            format!("{who} watches its pipe"),
            format!(
                "The receiving end of the pipe{} goes into the epoll instance of {who}. From now on a byte \
                 written at the other end wakes that worker, and libevent calls thread_libevent_process. \
                 It is the first thing that the worker watches.",
                fd(event.fd())
            ),
            at::setup_thread::event_add,
        );
    }
    if after(&[Kind::Socket, Kind::Setsockopt, Kind::Bind, Kind::Listen, Kind::ConnNew]) {
        return Explanation::english(
            "Watch the listening socket",
            format!(
                "The listening socket{} goes into the main thread's epoll instance: a client that connects \
                 makes it readable. Only the main thread watches it, so only the main thread accepts.",
                fd(event.fd())
            ),
            at::conn_new::event_add,
        );
    }
    if event.th == Thread::Main && after(&[Kind::Wake]) {
        return Explanation::english(
            "Accepting goes on",
            format!(
                "A connection has closed since accepting was paused, so there is room for a client again. The main \
                 thread watches the listening socket{} once more, and gives it back its backlog.",
                fd(event.fd())
            ),
            at::do_accept_new_conns::ev_read,
        );
    }
    Explanation::english(
        "The kernel is told what to watch",
        format!(
            "event_add puts a descriptor{} into the thread's epoll instance. It is the receiving end of a \
             worker's pipe, or the listening socket: both are watched for reading as long as the server \
             runs, unless accepting is paused.",
            fd(event.fd())
        ),
        at::libevent,
    )
}

pub(super) fn event_del(event: &Event, context: &Context, _lang: Language) -> Explanation {
    if event.conn.is_none() {
        return Explanation::english(
            "The listening socket is left alone",
            format!(
                "The main thread stops watching the listening socket{}: no descriptor is left for another \
                 client, and the one that waits would wake it again and again. Once a connection has \
                 closed, the event is added again.",
                fd(event.fd())
            ),
            at::do_accept_new_conns::ev_none,
        );
    }
    let c = conn(event, Language::En);
    match context.state {
        Some(ConnState::Closing | ConnState::Closed) => Explanation::english(
            "Closing begins: no more events",
            format!(
                "conn_close first takes the event of {c} out of epoll, and only then closes the descriptor. \
                 The number{} may belong to a new connection a moment later, and an event of the old one \
                 must not reach it.",
                fd(event.fd())
            ),
            at::conn_close::event_del,
        ),
        Some(_) => Explanation::english(
            "The interest is about to change",
            format!(
                "update_event changes what {c} waits for. An event that is registered may not be set anew, \
                 so it is deleted, set and added: two calls of epoll_ctl, DEL here and ADD next."
            ),
            at::update_event::event_del,
        ),
        None => Explanation::english(
            "An event is taken away",
            format!(
                "event_del takes {c} out of the thread's epoll instance. Either the connection is being closed, \
                 or update_event changes what it waits for: that is done by deleting the event and adding \
                 it anew."
            ),
            at::libevent,
        ),
    }
}
