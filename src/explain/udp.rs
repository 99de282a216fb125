//! What is different where the requests come by UDP.

use super::{
    Context, Explanation, bytes, conn, conn_first, fd, moved, number, quoted, word, worker, would_block,
};
use crate::event::{ConnState, Event, Kind, Place, at};
use crate::texts::Language;

pub(super) fn socket(event: &Event, _lang: Language) -> Explanation {
    Explanation::english(
        "The socket for datagrams is made",
        format!(
            "A UDP socket{}. Nobody connects to it and nothing is accepted: each datagram brings a whole request and \
             says who sent it. new_socket makes it non-blocking, which matters here: every worker will wait for \
             it, all of them wake for each datagram, and all but one find it gone.",
            fd(event.fd())
        ),
        at::new_socket::socket,
    )
}

pub(super) fn bind(event: &Event, addr: &str) -> Explanation {
    Explanation::english(
        "The socket gets its address",
        format!(
            "bind gives the UDP socket{} {addr}. From now on the kernel keeps the datagrams that come for it. There is \
             no listen and no accept: the socket itself goes to the workers.",
            fd(event.fd())
        ),
        at::server_socket::bind,
    )
}

pub(super) fn cq_push(event: &Event, _lang: Language) -> Explanation {
    let c = conn_first(event, Language::En);
    let who = worker(event, Language::En);
    Explanation::english(
        format!("A UDP socket for {who}"),
        format!(
            "Nobody was accepted: {c} is {who}'s share of the UDP socket, a descriptor of its own made by dup. It takes \
             the same way as a client would, through the queue and the pipe. Since workers take turns, each \
             of them gets one, unless -l names several interfaces: then each interface gets one worker.",
        ),
        at::server_socket::dup,
    )
}

pub(super) fn conn_new(event: &Event, _lang: Language) -> Explanation {
    let c = conn_first(event, Language::En);
    Explanation::english(
        format!("{c} reads datagrams"),
        format!(
            "{c} has its struct conn{}: its first state is conn_read, not conn_new_cmd, and its read buffer has 65,536 \
             bytes, so that the largest datagram fits. It serves whoever sends one, and is never closed. All \
             workers wait for the same socket, each with such a struct conn of its own.",
            fd(event.fd())
        ),
        at::conn_new,
    )
}

pub(super) fn recvfrom(event: &Event, _lang: Language) -> Explanation {
    const SOURCE: Place = at::try_read_udp::recvfrom;
    let c = conn_first(event, Language::En);
    if would_block(event) {
        return Explanation::english(
            "Another worker was quicker",
            format!(
                "recvfrom has nothing to give (EAGAIN). Every worker waits for the same socket, so one datagram wakes \
                 them all and one gets it: a thundering herd. {c} was not the one, and waits again. The price is a \
                 wake-up and a system call in vain for whoever has seen it and came too late.",
            ),
            SOURCE,
        );
    }
    if let Some(errno) = &event.errno() {
        return Explanation::english(
            "The datagram could not be read",
            format!(
                "recvfrom failed with {}. memcached does not ask why: for UDP any failure means that nothing has \
                 come. {c} waits for the next datagram.",
                word(errno)
            ),
            SOURCE,
        );
    }
    let peer = event
        .peer()
        .map_or_else(|| "a client".to_owned(), |peer| super::shorten(&crate::text::printable(peer), 48));
    let (Some(id), Some(said)) = (event.request_id(), event.request()) else {
        return Explanation::english(
            "Too short for a request",
            format!(
                "recvfrom gives {} from {peer}. A request has a header of 8 bytes and something behind it, so \
                 this is none: it is dropped, and its sender hears nothing.",
                moved(event).map_or_else(|| "a few bytes".to_owned(), bytes)
            ),
            at::try_read_udp::length,
        );
    };
    if event.bytes().is_some_and(|all| all.kept.get(4..6).is_some_and(|of| of != [0, 1])) {
        return Explanation::english(
            "A request in several datagrams",
            format!(
                "{peer} says in the header that its request {id} comes in more than one datagram. An answer may do \
                 that, a request may not: try_read_udp makes ready a SERVER_ERROR. It then says that nothing was \
                 read, and so the answer is never sent.",
            ),
            at::try_read_udp::multi_packet,
        );
    }
    Explanation::english(
        "A datagram from a client",
        format!(
            "recvfrom takes one whole datagram of {peer}: a header of 8 bytes, then {}. Its first two bytes are the \
             number that the client gave its request, {id}; memcached keeps it, and puts it before each datagram of \
             the answer. The rest of the header is thrown away.",
            quoted(&said)
        ),
        at::try_read_udp::request_id,
    )
}

/// A wake-up for a worker's own of the UDP socket.
pub(super) fn wake(n: u32, of: Option<i32>) -> Explanation {
    Explanation::english(
        format!("A datagram has come, perhaps for c{n}"),
        format!(
            "The UDP socket, which c{n}{} shares with the other workers, is readable. The kernel wakes all of them for \
             one datagram; a worker that no longer sees it sleeps on without leaving epoll_wait. The others go on in \
             conn_read, and whoever calls recvfrom first gets it.",
            fd(of)
        ),
        at::event_handler,
    )
}

pub(super) fn sendmsg(event: &Event, context: &Context, _lang: Language) -> Explanation {
    const SOURCE: Place = at::transmit::sendmsg;
    let c = conn(event, Language::En);
    if would_block(event) {
        return Explanation::english(
            "The send buffer is full",
            format!(
                "sendmsg met EAGAIN: the kernel has no room for another datagram of {c}. It waits until it may write, \
                 and reads no other request meanwhile. That is why maximize_sndbuf has asked for a large buffer."
            ),
            at::transmit::eagain,
        );
    }
    if let Some(errno) = &event.errno() {
        return Explanation::english(
            "The datagram could not be sent",
            format!(
                "sendmsg failed with {}. By TCP that would be the end of the connection. Here it is the end of this \
                 answer alone: {c} goes back to conn_read, and serves the next client.",
                word(errno)
            ),
            at::transmit::is_udp,
        );
    }
    let of = context.fields.map_or(0, |f| f.msgused);
    let which = match context.fields {
        Some(f) if of > 1 => {
            format!("Datagram {} of {}", number(u64::from(f.msgcurr) + 1), number(of.into()))
        }
        _ => "A datagram".to_owned(),
    };
    Explanation::english(
        if of > 1 { format!("{which} is sent") } else { "The answer goes out as a datagram".to_owned() },
        format!(
            "{which}: sendmsg puts a header of 8 bytes and the pieces of the answer together and sends them, {}, to \
             whoever asked. The header says which request it answers, which datagram this is and how many there \
             are: they may come in any order, or not at all. None has more than 1,400 bytes.",
            bytes(moved(event).unwrap_or(0))
        ),
        SOURCE,
    )
}

/// The ways through the machine that mean something else here; `None` for all others.
pub(super) fn state(from: ConnState, to: ConnState, event: &Event, context: &Context) -> Option<Explanation> {
    use ConnState as S;
    let c = conn_first(event, Language::En);
    let previous = context.previous.map(|previous| previous.kind());
    let is_udp = context.is_udp || previous == Some(Kind::Recvfrom);
    Some(match (from, to) {
        (S::Closing, S::Read) => Explanation::english(
            "A UDP socket is never closed",
            format!(
                "By TCP the connection would be closed here. {c} is a UDP socket and serves all clients, so \
                 conn_cleanup lets go of what this one had, and {c} reads the next datagram."
            ),
            at::conn_cleanup::conn_read,
        ),
        (S::Write | S::Mwrite, S::Read) => {
            let what = if from == S::Write { "the answer" } else { "the values that were asked for" };
            Explanation::english(
                "This answer is given up",
                format!(
                    "sendmsg failed for good. {c} is a UDP socket, so nothing is closed: what is left of {what} is \
                     forgotten and the next datagram is read."
                ),
                at::transmit::conn_read,
            )
        }
        (S::Write, S::Waiting) => Explanation::english(
            "The answer is lost",
            "The refusal of a request in several datagrams stands ready, but try_read_udp has said that nothing was \
             read, and for that conn_read goes on to conn_waiting. Nobody will send it: so it is in 1.4.24, and so it \
             is here.",
            at::drive_machine::read_waiting,
        ),
        (S::Read, S::Write) if is_udp || previous == Some(Kind::Reply) => Explanation::english(
            "A refusal is made ready",
            "The request came in several datagrams, and out_string sets conn_write as it does for any answer. It does \
             not last: conn_read has not done with it yet.",
            at::try_read_udp::out_string,
        ),
        (S::Read, S::Waiting) if is_udp => Explanation::english(
            "No request for this worker",
            format!(
                "There was no datagram left, or it was too short to be a request. {c} waits for the next one; a \
                 datagram that another worker has taken is served there."
            ),
            at::drive_machine::read_waiting,
        ),
        (S::ParseCmd, S::Waiting) if is_udp => Explanation::english(
            "A datagram without a whole line",
            format!(
                "There is no line end in what has come. By TCP the rest would follow; the next datagram may be anybody's, \
                 and will be read over this one. So a request that is not whole is lost, and {c} waits."
            ),
            at::drive_machine::parse_cmd_waiting,
        ),
        _ => return None,
    })
}
