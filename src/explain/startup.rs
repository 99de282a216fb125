//! Start-up, the listening socket, and what belongs to the recording and not to the server.

use super::{Explanation, quote_or, word, worker};
use crate::event::{Event, at};
use crate::texts::{Language, Titled};

pub(super) fn mark(event: &Event, lang: Language) -> Explanation {
    Explanation::new(lang.why_mark_titled(quote_or(event, lang.why_mark_nameless())), None)
}

pub(super) fn note(event: &Event, lang: Language) -> Explanation {
    let text = quote_or(event, lang.why_note_empty());
    let titled = match event.at() {
        Some(at) => lang.why_note_about_titled(at.to_string(), text),
        None => lang.why_note_titled(text),
    };
    Explanation::new(titled, None)
}

pub(super) fn snapshot(event: &Event, lang: Language) -> Explanation {
    let world = event.world();
    let open = world.map_or(0, |world| world.conns.len());
    let lost = match world.map_or(0, |world| world.lost) {
        0 => "",
        _ => lang.why_snapshot_lost(),
    };
    Explanation::new(lang.why_snapshot_titled(lost, open), None)
}

pub(super) fn drop(event: &Event, lang: Language) -> Explanation {
    let titled = match event.n() {
        Some(n) => lang.why_drop_titled(n),
        None => lang.why_drop_some_titled(),
    };
    Explanation::new(titled, None)
}

pub(super) fn other(name: &str, lang: Language) -> Explanation {
    Explanation::new(lang.why_other_titled(word(name)), None)
}

pub(super) fn event_init(event: &Event, lang: Language) -> Explanation {
    let epoll = event.epoll_fd().map(|n| lang.why_event_init_epoll(n.to_string())).unwrap_or_default();
    match event.worker() {
        Some(worker) => Explanation::new(
            lang.why_event_init_worker_titled(epoll, worker.to_string()),
            at::setup_thread::event_init,
        ),
        None => Explanation::new(lang.why_event_init_main_titled(epoll), at::main::event_init),
    }
}

pub(super) fn pipe(event: &Event, lang: Language) -> Explanation {
    let ends = match (event.notify_send_fd(), event.notify_receive_fd()) {
        (Some(send), Some(receive)) => lang.why_pipe_ends(receive.to_string(), send.to_string()),
        _ => lang.why_pipe_two_ends().to_owned(),
    };
    Explanation::new(lang.why_pipe_titled(ends, worker(event, lang)), at::memcached_thread_init::pipe)
}

pub(super) fn thread(event: &Event, lang: Language) -> Explanation {
    let dispatcher = event.role() == Some("dispatcher")
        || (event.role().is_none() && event.worker().is_none() && event.th.worker().is_none());
    let who = worker(event, lang);
    let (titled, place) = match (event.op(), dispatcher) {
        (Some("setup"), true) => {
            (lang.why_thread_setup_main_titled(), at::memcached_thread_init::dispatcher_thread)
        }
        (Some("setup"), false) => (lang.why_thread_setup_titled(who), at::setup_thread),
        (Some("create"), _) => (lang.why_thread_create_titled(who), at::create_worker::pthread_create),
        (Some("start"), true) => (lang.why_thread_start_main_titled(), at::main::event_base_loop),
        (Some("start"), false) => (lang.why_thread_start_titled(who), at::worker_libevent),
        _ => (lang.why_thread_titled(), at::memcached_thread_init),
    };
    Explanation::new(titled, place)
}

pub(super) fn socket(event: &Event, lang: Language) -> Explanation {
    if let Some(errno) = &event.errno() {
        return Explanation::new(lang.why_socket_failed_titled(word(errno)), at::new_socket::socket);
    }
    let fd = event.fd().map(|n| lang.why_socket_fd(n.to_string())).unwrap_or_default();
    let titled = lang.why_socket_titled(event.domain().unwrap_or_default(), fd);
    Explanation::new(titled, at::new_socket::socket)
}

pub(super) fn setsockopt(event: &Event, lang: Language) -> Explanation {
    let name = event.name().unwrap_or(lang.why_option_nameless());
    let (text, source) = match name {
        "SO_REUSEADDR" => (lang.why_option_reuseaddr(), at::server_socket::so_reuseaddr),
        "SO_KEEPALIVE" => (lang.why_option_keepalive(), at::server_socket::so_keepalive),
        "SO_LINGER" => (lang.why_option_linger(), at::server_socket::so_linger),
        "TCP_NODELAY" => (lang.why_option_nodelay(), at::server_socket::tcp_nodelay),
        "IPV6_V6ONLY" => (lang.why_option_v6only(), at::server_socket::ipv6_v6only),
        "SO_SNDBUF" => (lang.why_option_sndbuf(), at::maximize_sndbuf::setsockopt),
        other => return Explanation::new(lang.why_option_titled(word(other)), at::server_socket),
    };
    let titled = Titled { title: lang.why_option_title(word(name)), text: text.to_owned() };
    Explanation::new(titled, source)
}

pub(super) fn bind(event: &Event, lang: Language) -> Explanation {
    let addr = event.addr().map_or_else(|| lang.why_bind_addr().to_owned(), addr);
    let titled = match event.errno() {
        None if event.is_udp() => return super::udp::bind(event, &addr, lang),
        None => lang.why_bind_titled(addr),
        Some("EADDRINUSE") => lang.why_bind_taken_titled(addr),
        Some(errno) => lang.why_bind_failed_titled(addr, word(errno)),
    };
    Explanation::new(titled, at::server_socket::bind)
}

/// An address, which may be as long as an IPv6 one with its port.
fn addr(text: &str) -> String {
    super::shorten(&crate::text::printable(text), 48)
}

pub(super) fn listen(event: &Event, lang: Language) -> Explanation {
    if let Some(errno) = &event.errno() {
        return Explanation::new(lang.why_listen_failed_titled(word(errno)), at::server_socket::listen);
    }
    match event.backlog() {
        Some(0) => Explanation::new(lang.why_listen_paused_titled(), at::do_accept_new_conns::listen),
        backlog => {
            let clients = match backlog.and_then(|n| u64::try_from(n).ok()) {
                Some(n) => lang.why_listen_up_to(n),
                None => lang.why_listen_some().to_owned(),
            };
            Explanation::new(lang.why_listen_titled(clients), at::server_socket::listen)
        }
    }
}
