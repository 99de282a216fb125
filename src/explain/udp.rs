//! What is different where the requests come by UDP.

use super::{Context, Explanation, conn, conn_first, fd, moved, quoted, word, worker, would_block};
use crate::event::{ConnState, Event, Kind, at};
use crate::texts::Language;

pub(super) fn socket(event: &Event, lang: Language) -> Explanation {
    Explanation::new(lang.why_udp_socket_titled(fd(event.fd(), lang)), at::new_socket::socket)
}

pub(super) fn bind(event: &Event, addr: &str, lang: Language) -> Explanation {
    Explanation::new(lang.why_udp_bind_titled(addr, fd(event.fd(), lang)), at::server_socket::bind)
}

pub(super) fn cq_push(event: &Event, lang: Language) -> Explanation {
    let titled = lang.why_udp_cq_push_titled(conn_first(event, lang), worker(event, lang));
    Explanation::new(titled, at::server_socket::dup)
}

pub(super) fn conn_new(event: &Event, lang: Language) -> Explanation {
    let titled = lang.why_udp_conn_new_titled(conn_first(event, lang), fd(event.fd(), lang));
    Explanation::new(titled, at::conn_new)
}

pub(super) fn recvfrom(event: &Event, lang: Language) -> Explanation {
    let c = conn_first(event, lang);
    if would_block(event) {
        return Explanation::new(lang.why_udp_recvfrom_eagain_titled(c), at::try_read_udp::recvfrom);
    }
    if let Some(errno) = &event.errno() {
        return Explanation::new(
            lang.why_udp_recvfrom_failed_titled(c, word(errno)),
            at::try_read_udp::recvfrom,
        );
    }
    let peer = event.peer().map_or_else(
        || lang.why_udp_a_client().to_owned(),
        |peer| super::shorten(&crate::text::printable(peer), 48),
    );
    let (Some(id), Some(request)) = (event.request_id(), event.request()) else {
        let bytes = moved(event).map_or_else(|| lang.why_udp_a_few_bytes().to_owned(), |n| lang.bytes(n));
        return Explanation::new(lang.why_udp_recvfrom_short_titled(bytes, peer), at::try_read_udp::length);
    };
    let id = id.to_string();
    if event.bytes().is_some_and(|all| all.kept.get(4..6).is_some_and(|of| of != [0, 1])) {
        return Explanation::new(
            lang.why_udp_recvfrom_several_titled(id, peer),
            at::try_read_udp::multi_packet,
        );
    }
    Explanation::new(lang.why_udp_recvfrom_titled(id, peer, quoted(&request)), at::try_read_udp::request_id)
}

/// A wake-up for a worker's own of the UDP socket.
pub(super) fn wake(n: u32, of: Option<i32>, lang: Language) -> Explanation {
    Explanation::new(lang.why_udp_wake_titled(format!("c{n}"), fd(of, lang)), at::event_handler)
}

pub(super) fn sendmsg(event: &Event, context: &Context, lang: Language) -> Explanation {
    let c = conn(event, lang);
    if would_block(event) {
        return Explanation::new(lang.why_udp_sendmsg_eagain_titled(c), at::transmit::eagain);
    }
    if let Some(errno) = &event.errno() {
        return Explanation::new(lang.why_udp_sendmsg_failed_titled(c, word(errno)), at::transmit::is_udp);
    }
    // 0 of 0 where it is the only one.
    let (nth, all) = match context.fields {
        Some(f) if f.msgused > 1 => (u64::from(f.msgcurr) + 1, f.msgused),
        _ => (0, 0),
    };
    let titled = lang.why_udp_sendmsg_titled(all, lang.bytes(moved(event).unwrap_or(0)), nth);
    Explanation::new(titled, at::transmit::sendmsg)
}

/// The ways through the machine that mean something else here; `None` for all others.
pub(super) fn state(
    from: ConnState,
    to: ConnState,
    event: &Event,
    context: &Context,
    lang: Language,
) -> Option<Explanation> {
    use ConnState as S;
    let c = || conn_first(event, lang);
    let previous = context.previous.map(|previous| previous.kind());
    let is_udp = context.is_udp || previous == Some(Kind::Recvfrom);
    let (titled, place) = match (from, to) {
        (S::Closing, S::Read) => (lang.why_udp_state_closing_read_titled(c()), at::conn_cleanup::conn_read),
        (S::Write | S::Mwrite, S::Read) => {
            let what = if from == S::Write { "answer" } else { "values" };
            (lang.why_udp_state_write_read_titled(c(), what), at::transmit::conn_read)
        }
        (S::Write, S::Waiting) => {
            (lang.why_udp_state_write_waiting_titled(), at::drive_machine::read_waiting)
        }
        (S::Read, S::Write) if is_udp || previous == Some(Kind::Reply) => {
            (lang.why_udp_state_read_write_titled(), at::try_read_udp::out_string)
        }
        (S::Read, S::Waiting) if is_udp => {
            (lang.why_udp_state_read_waiting_titled(c()), at::drive_machine::read_waiting)
        }
        (S::ParseCmd, S::Waiting) if is_udp => {
            (lang.why_udp_state_parse_cmd_waiting_titled(c()), at::drive_machine::parse_cmd_waiting)
        }
        _ => return None,
    };
    Some(Explanation::new(titled, place))
}
