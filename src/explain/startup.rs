//! Start-up, the listening socket, and what belongs to the recording and not to the server.

use super::{Explanation, number, quote_or, word, worker};
use crate::event::{Event, at};
use crate::texts::Language;

pub(super) fn mark(event: &Event, _lang: Language) -> Explanation {
    let text = quote_or(event, "without a name");
    Explanation::english(
        "A chapter begins",
        format!(
            "A chapter of the recording begins here: {text}. The server does nothing at this point: \
             the mark was set so that you can find it and jump here."
        ),
        None,
    )
}

pub(super) fn note(event: &Event, _lang: Language) -> Explanation {
    let text = quote_or(event, "an empty one");
    let about = event.at().map(|at| format!(" about event {at}")).unwrap_or_default();
    Explanation::english(
        "A remark",
        format!(
            "A remark{about}: {text}. It was added to the recording later: the server had no part in it, \
             and no time passed for it."
        ),
        None,
    )
}

pub(super) fn snapshot(event: &Event, _lang: Language) -> Explanation {
    let world = event.world();
    let open = world.map_or(0, |world| world.conns.len());
    let conns = match open {
        0 => "No connection is open".to_owned(),
        1 => "1 connection is open".to_owned(),
        n => format!("{} connections are open", number(n as u64)),
    };
    let lost = match world.map_or(0, |world| world.lost) {
        0 => "",
        _ => " Events were lost before this, so some of it may be out of date.",
    };
    Explanation::english(
        "The server as it was found",
        format!(
            "Nothing happened here. This part of the recording begins in the middle of the server's life, \
             and this is the state that it was in: its threads, the listening sockets, every open \
             connection with its struct conn. {conns}. What led to it is in an earlier file, or was not \
             recorded.{lost}"
        ),
        None,
    )
}

pub(super) fn drop(event: &Event, _lang: Language) -> Explanation {
    let n = event.n().map_or_else(
        || "Some events were".to_owned(),
        |n| match n {
            1 => "1 event was".to_owned(),
            n => format!("{} events were", number(n)),
        },
    );
    Explanation::english(
        "Events were lost here",
        format!(
            "{n} lost here: they came faster than they could be written down or shown, and the server \
             did not wait. Their numbers are skipped. Until a later event tells a field or a queue anew, \
             what the screens show of it may be out of date."
        ),
        None,
    )
}

pub(super) fn other(name: &str) -> Explanation {
    Explanation::english(
        "A kind unknown to this version",
        format!(
            "The recording holds an event of the kind {}, which this version of memstep does not know. \
             It is shown as it stands and changes nothing on the screens.",
            word(name)
        ),
        None,
    )
}

pub(super) fn event_init(event: &Event, _lang: Language) -> Explanation {
    let epoll = event.epoll_fd().map(|n| format!(" (fd {n})")).unwrap_or_default();
    match event.worker() {
        Some(worker) => Explanation::english(
            "An event base for a worker",
            format!(
                "The main thread makes the event base of {worker}; on Linux that is an epoll instance{epoll}. \
                 Every thread has a base of its own and sleeps on its own descriptors, so workers need no \
                 lock to wait. The base is made before the thread exists."
            ),
            at::setup_thread::event_init,
        ),
        None => Explanation::english(
            "The main thread's event base",
            format!(
                "libevent's event_init makes the event base of the main thread; on Linux that is an epoll \
                 instance{epoll}. It will hold the listening socket and the clock's timer, and nothing of \
                 the clients: those belong to the workers."
            ),
            at::main::event_init,
        ),
    }
}

pub(super) fn pipe(event: &Event, _lang: Language) -> Explanation {
    let ends = match (event.notify_send_fd(), event.notify_receive_fd()) {
        (Some(send), Some(receive)) => {
            format!("what is written to fd {send} can be read from fd {receive}")
        }
        _ => "what is written to one end can be read from the other".to_owned(),
    };
    Explanation::english(
        format!("The notify pipe of {}", worker(event, Language::En)),
        format!(
            "The notify pipe: {ends}. A worker sleeps in epoll_wait, and there a condition variable cannot \
             wake it: only a descriptor that becomes ready can. So the dispatcher will write a byte here \
             for each new connection."
        ),
        at::memcached_thread_init::pipe,
    )
}

pub(super) fn thread(event: &Event, _lang: Language) -> Explanation {
    let dispatcher = event.role() == Some("dispatcher")
        || (event.role().is_none() && event.worker().is_none() && event.th.worker().is_none());
    let who = worker(event, Language::En);
    match (event.op(), dispatcher) {
        (Some("setup"), true) => Explanation::english(
            "The main thread becomes the dispatcher",
            "memcached notes the main thread's event base and thread id as those of the dispatcher. From \
             now on the work is divided: the dispatcher accepts connections, the workers serve them.",
            at::memcached_thread_init::dispatcher_thread,
        ),
        (Some("setup"), false) => Explanation::english(
            format!("{who} is prepared"),
            format!(
                "setup_thread gives {who} its event base, has that base watch the receiving end of its pipe, \
                 and makes its empty queue of new connections. All of it is done by the main thread before \
                 {who} runs, so nothing can reach a worker that is not ready."
            ),
            at::setup_thread,
        ),
        (Some("create"), _) => Explanation::english(
            format!("{who} is about to be created"),
            format!(
                "The main thread calls pthread_create for {who}, after the setup of all workers. It will wait \
                 until each of them has reported in, and only then open the listening socket: the first \
                 client finds every worker at its place."
            ),
            at::create_worker::pthread_create,
        ),
        (Some("start"), true) => Explanation::english(
            "The main thread enters its loop",
            "Start-up is over: the main thread enters event_base_loop. From here on it only accepts \
             connections, hands them to workers and lets the clock tick; it never reads a request.",
            at::main::event_base_loop,
        ),
        (Some("start"), false) => Explanation::english(
            format!("{who} enters its loop"),
            format!(
                "{who} runs worker_libevent: it reports that it is ready and enters event_base_loop, where it \
                 stays. The main thread waits for that report of every worker. So far {who} watches one \
                 thing, its pipe."
            ),
            at::worker_libevent,
        ),
        _ => Explanation::english(
            "A thread of the server",
            "Something happened to a thread of the server as a whole. memcached has one dispatcher, which \
             is its main thread, and a fixed number of workers, four unless -t says otherwise.",
            at::memcached_thread_init,
        ),
    }
}

pub(super) fn socket(event: &Event, _lang: Language) -> Explanation {
    if let Some(errno) = &event.errno() {
        return Explanation::english(
            "No socket for this address",
            format!(
                "socket failed with {}. memcached goes on with the next address that getaddrinfo gave, \
                 since not every family need be there; out of descriptors (EMFILE), it exits.",
                word(errno)
            ),
            at::new_socket::socket,
        );
    }
    let family = match event.domain() {
        Some("AF_INET6") => "An IPv6",
        Some("AF_INET") => "An IPv4",
        _ => "A",
    };
    let fd = event.fd().map(|n| format!(", fd {n}")).unwrap_or_default();
    Explanation::english(
        "The listening socket is made",
        format!(
            "{family} TCP socket{fd}, on which clients will connect. new_socket makes it non-blocking: should \
             a client be gone again before accept, the main thread must not be stuck in that call. There \
             is one such socket for each address to listen on."
        ),
        at::new_socket::socket,
    )
}

pub(super) fn setsockopt(event: &Event, _lang: Language) -> Explanation {
    let name = event.name().unwrap_or("an option");
    let (text, source) = match name {
        "SO_REUSEADDR" => (
            "SO_REUSEADDR lets a restarted server bind its port at once. Without it, old connections that \
             linger in TIME_WAIT would keep the address taken for a minute or so.",
            at::server_socket::so_reuseaddr,
        ),
        "SO_KEEPALIVE" => (
            "SO_KEEPALIVE has the kernel probe connections that have been silent for long, so that a client \
             which vanished without a word is noticed in the end. Linux hands the option on to every \
             socket accepted from this one.",
            at::server_socket::so_keepalive,
        ),
        "SO_LINGER" => (
            "SO_LINGER is switched off (l_onoff is 0): close returns at once, and the kernel sends in the \
             background what has not gone out. A thread that serves many clients must not wait for one \
             of them to say goodbye.",
            at::server_socket::so_linger,
        ),
        "TCP_NODELAY" => (
            "TCP_NODELAY turns Nagle's algorithm off: a small answer leaves at once instead of waiting until \
             the client has acknowledged earlier bytes. memcached's answers are mostly small, and a cache \
             is asked because it is quick.",
            at::server_socket::tcp_nodelay,
        ),
        "IPV6_V6ONLY" => (
            "IPV6_V6ONLY keeps this socket to IPv6. The same port then stays free for a socket of its own \
             that listens for IPv4.",
            at::server_socket::ipv6_v6only,
        ),
        "SO_SNDBUF" => (
            "SO_SNDBUF is the size of a UDP socket's send buffer: a long answer is many datagrams, and all of them shall \
             have room. maximize_sndbuf looks for the largest that is allowed, halving the rest up to 256 MB with each \
             try. Linux grants everything and silently gives less, so the search goes to its end.",
            at::maximize_sndbuf::setsockopt,
        ),
        other => {
            return Explanation::english(
                "An option of the socket",
                format!(
                    "setsockopt sets {} on the listening socket. It is done before listen, so that every \
                     accepted connection starts with it.",
                    word(other)
                ),
                at::server_socket,
            );
        }
    };
    Explanation::english(format!("Socket option {}", word(name)), text, source)
}

pub(super) fn bind(event: &Event, lang: Language) -> Explanation {
    let addr = event.addr().map_or_else(|| "its address".to_owned(), addr);
    match event.errno() {
        None if event.is_udp() => super::udp::bind(event, &addr, lang),
        None => Explanation::english(
            "The socket gets its address",
            format!(
                "bind gives the socket {addr}. Clients cannot connect yet: for that the kernel \
                 must be told to listen."
            ),
            at::server_socket::bind,
        ),
        Some("EADDRINUSE") => Explanation::english(
            "The address is taken",
            format!(
                "Another socket has {addr} already (EADDRINUSE). memcached closes this one and tries the next \
                 address; if none is left and none could be bound, it gives up."
            ),
            at::server_socket::bind,
        ),
        Some(errno) => Explanation::english(
            "The socket cannot be bound",
            format!(
                "bind to {addr} failed with {}. Unlike a taken address this ends start-up: memcached closes \
                 the socket, reports the error and exits.",
                word(errno)
            ),
            at::server_socket::bind,
        ),
    }
}

/// An address, which may be as long as an IPv6 one with its port.
fn addr(text: &str) -> String {
    super::shorten(&crate::text::printable(text), 48)
}

pub(super) fn listen(event: &Event, _lang: Language) -> Explanation {
    if let Some(errno) = &event.errno() {
        return Explanation::english(
            "listen failed",
            format!(
                "listen failed with {}. At start-up memcached reports that and exits; later it reports it \
                 and goes on.",
                word(errno)
            ),
            at::server_socket::listen,
        );
    }
    match event.backlog() {
        Some(0) => Explanation::english(
            "Accepting is paused",
            "No descriptor is left for another client, so memcached sets the backlog to 0 and stops watching \
             the socket. Otherwise the waiting client would wake the main thread again and again in vain. \
             It looks every 10 ms whether a connection has closed.",
            at::do_accept_new_conns::listen,
        ),
        backlog => {
            let room = match backlog.and_then(|n| u64::try_from(n).ok()) {
                Some(n) => format!("up to {} clients", number(n)),
                None => "a number of clients".to_owned(),
            };
            Explanation::english(
                "The kernel takes connections",
                format!(
                    "From now on the kernel completes TCP handshakes by itself and keeps {room} waiting for \
                     accept. memcached says so at start-up, and again when it had paused accepting because \
                     it had run out of descriptors."
                ),
                at::server_socket::listen,
            )
        }
    }
}
