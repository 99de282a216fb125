//! Bytes in, commands, answers, bytes out.

use super::{Context, Explanation, bytes, conn, moved, number, quote_or, quoted, word, would_block};
use crate::event::{ConnState, Event, Kind, Place, at};

pub(super) fn read(event: &Event, context: &Context) -> Explanation {
    match event.into() {
        Some("item") => read_item(event, context),
        Some("swallow") => read_swallow(event),
        _ => read_rbuf(event, context),
    }
}

/// What a `read` that failed for good has in common, whatever it was to fill.
fn read_failed(event: &Event, source: Place) -> Explanation {
    let c = conn(event);
    match event.errno() {
        Some("ECONNRESET") => Explanation::new(
            "The client has reset the connection",
            format!(
                "read failed with ECONNRESET: the client's side has thrown the connection away and does not even \
                 want what was on its way. That is an end without a goodbye: {c} goes to conn_closing, and \
                 no answer is tried."
            ),
            source,
        ),
        errno => Explanation::new(
            "Reading failed",
            format!(
                "read on {c} failed with {}. Only EAGAIN would mean to wait; any other error means that the \
                 connection is broken, and memcached closes it.",
                errno.map_or_else(|| "an error".to_owned(), word)
            ),
            source,
        ),
    }
}

fn read_rbuf(event: &Event, context: &Context) -> Explanation {
    const SOURCE: Place = at::try_read_network::read;
    let c = conn(event);
    if would_block(event) {
        let after_full = context
            .previous
            .is_some_and(|p| p.kind() == Kind::Read && moved(p).is_some() && moved(p) == p.want());
        return if after_full {
            Explanation::new(
                "No more than that",
                "The read before this one filled the buffer to the last byte, so there could have been more; EAGAIN \
                 says that there is not. What has come is parsed now.",
                SOURCE,
            )
        } else {
            Explanation::new(
                "Nothing to read after all",
                format!(
                    "read has nothing to give for now (EAGAIN). The socket is non-blocking: a thread that serves \
                     many clients must never wait in read for one of them. {} goes back to waiting.",
                    super::conn_first(event)
                ),
                SOURCE,
            )
        };
    }
    let want = event.want();
    match (moved(event), want) {
        (None, _) if event.errno().is_some() => read_failed(event, SOURCE),
        (Some(0), _) => Explanation::new(
            "The client has closed",
            format!(
                "read gives 0: the end of the stream. The client has closed its side, and everything that it sent \
                 has been read. A closed connection counts as readable, which is how epoll_wait came to \
                 report {c}."
            ),
            SOURCE,
        ),
        (Some(got), Some(want)) if got >= want => Explanation::new(
            "The read buffer is full",
            format!(
                "read filled all of the {} there were, so the kernel may hold more. try_read_network doubles the \
                 buffer and reads again, at most four times in a row: then it parses what it has, so that no \
                 client can claim memory without end.",
                room(want)
            ),
            SOURCE,
        ),
        (Some(got), Some(want)) => {
            let behind = match context.fields.map(|f| u64::from(f.rbytes)) {
                Some(all) if all > got => {
                    format!(" They follow {} that stood there already.", bytes(all - got))
                }
                _ => String::new(),
            };
            Explanation::new(
                "Bytes from the client",
                format!(
                    "read puts {} into {} in the read buffer.{behind} That is fewer than there was room for, so the kernel had no more just then: a second read would most likely give EAGAIN. memcached spares itself that call and parses.",
                    bytes(got),
                    room(want)
                ),
                SOURCE,
            )
        }
        _ => Explanation::new(
            "Read into the read buffer",
            format!(
                "try_read_network reads what has come for {c} into its read buffer, as much as there is room for. \
                 Whether it is a command is looked at afterwards."
            ),
            SOURCE,
        ),
    }
}

/// `2,048 bytes of room`.
fn room(n: u64) -> String {
    format!("{} of room", bytes(n))
}

fn read_item(event: &Event, context: &Context) -> Explanation {
    const SOURCE: Place = at::drive_machine::read_ritem;
    let c = conn(event);
    let missing = event.want().map_or_else(|| "the missing bytes".to_owned(), bytes);
    if would_block(event) {
        let begun =
            context.previous.is_some_and(|p| p.kind() == Kind::Read && moved(p).is_some_and(|n| n > 0));
        let title = if begun { "The rest is not here yet" } else { "The value is not here yet" };
        return Explanation::new(
            title,
            format!(
                "read was to fetch {missing} of the value and met EAGAIN: the kernel has none of them. drive_machine \
                 stops and {c} stays in conn_nread, with rlbytes telling what is missing. The thread serves \
                 others until more comes."
            ),
            SOURCE,
        );
    }
    match (moved(event), event.want()) {
        (None, _) if event.errno().is_some() => read_failed(event, SOURCE),
        (Some(0), _) => Explanation::new(
            "The client has closed in mid-value",
            format!(
                "read gives 0, the end of the stream, with {missing} of the value still to come. They never will, so \
                 {c} goes to conn_closing. The unfinished item was not linked: nobody has seen it."
            ),
            SOURCE,
        ),
        (Some(got), Some(want)) if got >= want => Explanation::new(
            "The value is whole",
            format!(
                "read puts {} straight into the item, and rlbytes is 0 now. drive_machine goes round once more, sees \
                 that, and calls complete_nread. No second read is tried: what follows the value is the next \
                 command.",
                match want {
                    1 => "the last byte".to_owned(),
                    n => format!("the last {}", bytes(n)),
                }
            ),
            SOURCE,
        ),
        (Some(got), want) => {
            let left = want.map_or_else(
                || "Some are still missing".to_owned(),
                |want| match want.saturating_sub(got) {
                    1 => "1 is still missing".to_owned(),
                    n => format!("{} are still missing", number(n)),
                },
            );
            Explanation::new(
                "A part of the value",
                format!(
                    "read puts {} of the value straight into the item, past the read buffer: a large value is not \
                     copied twice. {left}, so drive_machine goes round and reads again at once, until the value \
                     is whole or read says EAGAIN.",
                    bytes(got)
                ),
                SOURCE,
            )
        }
        (None, _) => Explanation::new(
            "Read into the item",
            "In conn_nread, bytes from the client go straight into the item's memory, past the read buffer. read asks \
             for exactly what is missing, so the next command is never swallowed with the value.",
            SOURCE,
        ),
    }
}

fn read_swallow(event: &Event) -> Explanation {
    const SOURCE: Place = at::drive_machine::read_sbytes;
    let c = conn(event);
    if would_block(event) {
        return Explanation::new(
            "Nothing to throw away yet",
            format!(
                "The rest of the refused value has not come yet (EAGAIN). {} stays in conn_swallow, with sbytes \
                 telling how much is to come, and the thread serves others.",
                super::conn_first(event)
            ),
            SOURCE,
        );
    }
    match moved(event) {
        None if event.errno().is_some() => read_failed(event, SOURCE),
        Some(0) => Explanation::new(
            "The client has closed",
            format!(
                "read gives 0, the end of the stream, before all of the refused value had come. There is nothing to \
                 save: {c} goes to conn_closing."
            ),
            SOURCE,
        ),
        Some(got) => Explanation::new(
            "Bytes to be thrown away",
            format!(
                "{} of the refused value are read into the read buffer, which the next read overwrites; only sbytes \
                 is counted down. They must be taken off the stream, for the next command stands behind them.",
                bytes(got)
            ),
            SOURCE,
        ),
        None => Explanation::new(
            "Read to throw away",
            "In conn_swallow, the value of a command that was refused is read and thrown away. read asks for no more \
             than what is left of it, so the next command stays untouched.",
            SOURCE,
        ),
    }
}

pub(super) fn command(event: &Event) -> Explanation {
    let payload = event.bytes();
    let line = payload.as_ref().map_or_else(|| "of the client".to_owned(), quoted);
    let verb = payload
        .as_ref()
        .and_then(|p| p.kept.split(|b| *b == b' ').find(|token| !token.is_empty()).map(<[u8]>::to_vec))
        .unwrap_or_default();
    let verb = verb.strip_suffix(b"\r\n").unwrap_or(&verb);
    let (next, source) = match verb {
        b"get" | b"gets" | b"bget" => (
            "process_get_command will look up every key of the line and queue what it finds.",
            at::process_get_command,
        ),
        b"set" | b"add" | b"replace" | b"append" | b"prepend" | b"cas" => (
            "process_update_command will allocate the item; the value comes after this line.",
            at::process_update_command,
        ),
        b"incr" | b"decr" => (
            "process_arithmetic_command will change the number under the item's lock.",
            at::process_arithmetic_command,
        ),
        b"delete" => ("process_delete_command will unlink the item.", at::process_delete_command),
        b"touch" => {
            ("process_touch_command will give the item a new expiry time.", at::process_touch_command)
        }
        b"stats" => ("process_stat will gather the numbers of all threads.", at::process_stat),
        b"flush_all" => (
            "It visits no item: it notes a time, and whatever is older counts as gone.",
            at::process_command::flush_all,
        ),
        b"quit" => ("quit sends no answer: the connection will be closed.", at::process_command::quit),
        b"verbosity" => {
            ("process_verbosity_command will set how much is logged.", at::process_verbosity_command)
        }
        _ => ("One that it does not know is answered with ERROR.", at::process_command),
    };
    Explanation::new(
        "A whole command line",
        format!(
            "The line {line} is whole: its line end was found, and a 0 byte is put in its place. process_command cuts \
             it at the spaces into tokens, and the first token chooses what is done. {next}"
        ),
        source,
    )
}

pub(super) fn reply(event: &Event, context: &Context) -> Explanation {
    let payload = event.bytes();
    let kept = payload.as_ref().map_or(&b""[..], |p| &p.kept);
    let text = quote_or(event, "of the command");
    let silent = context.fields.is_some_and(|f| f.noreply) || context.state == Some(ConnState::NewCmd);
    if silent {
        return Explanation::new(
            "An answer that is not sent",
            format!(
                "The answer would be {text}, but the command said noreply. out_string clears that flag, queues nothing \
                 and sets conn_new_cmd: a client that writes much and does not look at the answers saves both \
                 sides the work."
            ),
            at::out_string::noreply,
        );
    }
    if kept.starts_with(b"VALUE ") || event.key().is_some() {
        return Explanation::new(
            "A value is queued",
            format!(
                "A get has found an item, and {text} is the head of its answer. It is queued as pieces: the word \
                 VALUE, the key, and the rest with the data. Key and data are not copied: their iovecs point into \
                 the item's own memory."
            ),
            at::process_get_command::value,
        );
    }
    if kept == b"END" || kept == b"END\r\n" {
        return Explanation::new(
            "The end of the answer is queued",
            "END closes the answer to a get, after the values found or alone if there were none. A client knows by it \
             that no more comes, as keys that are not there are just left out.",
            at::process_get_command::end,
        );
    }
    Explanation::new(
        "An answer is queued",
        format!(
            "out_string copies the answer {text} and a line end into the connection's own buffer, wbuf, and sets \
             conn_write. Nothing is sent yet: that is for drive_machine to do, when it goes round next."
        ),
        at::out_string,
    )
}

pub(super) fn sendmsg(event: &Event, context: &Context) -> Explanation {
    const SOURCE: Place = at::transmit::sendmsg;
    let c = conn(event);
    let iov = event.iov().unwrap_or_default();
    let all = iov.iter().fold(0_u64, |sum, piece| sum.saturating_add(piece.len));
    if would_block(event) {
        return Explanation::new(
            "The client does not read",
            format!(
                "sendmsg met EAGAIN: the kernel's buffer for {c} is full, since the client takes in bytes more slowly \
                 than they come. transmit changes the event to EV_WRITE, if it is not that already, and \
                 drive_machine stops. No thread waits for a slow client."
            ),
            at::transmit::eagain,
        );
    }
    if let Some(errno) = &event.errno() {
        return Explanation::new(
            "Sending failed",
            format!(
                "sendmsg failed with {}: the client is gone, and the answer cannot be delivered. {} goes to \
                 conn_closing. memcached ignores the signal SIGPIPE, so such a write ends one connection and not \
                 the server.",
                word(errno),
                super::conn_first(event)
            ),
            at::transmit::conn_closing,
        );
    }
    let sent = moved(event).unwrap_or(all);
    let pieces = match iov.len() {
        0 | 1 => String::new(),
        n => format!(" in {n} pieces, gathered by one call"),
    };
    if sent < all {
        return Explanation::new(
            "The kernel takes a part",
            format!(
                "sendmsg had {} to send, and the kernel took {}: that was all the room it had. transmit moves the \
                 iovecs on past what is sent, and drive_machine calls it again at once; if no room is left, \
                 EAGAIN will say so.",
                bytes(all),
                number(sent)
            ),
            at::transmit::advance_iov,
        );
    }
    // One message of many, and the first: add_iov held it to UDP_MAX_PAYLOAD_SIZE.
    let first_of_many = context.fields.map(|f| f.msgused > 1 && f.msgcurr == 0);
    if sent == 1400 && first_of_many != Some(false) {
        let rest = match first_of_many {
            Some(_) => "The rest of the answer stands in the next one and follows at once.",
            None => "If the answer is longer, the rest stands in the next one and follows at once.",
        };
        return Explanation::new(
            "The first 1,400 bytes",
            format!(
                "sendmsg sends 1,400 bytes, which is all that add_iov lets the first message of an answer hold. {rest} \
                 The limit is there for UDP packets (UDP_MAX_PAYLOAD_SIZE), but 1.4.24 holds the first message over \
                 TCP to it too."
            ),
            at::add_iov::limit_to_mtu,
        );
    }
    let more = context.fields.is_some_and(|f| f.msgcurr.saturating_add(1) < f.msgused);
    if more {
        return Explanation::new(
            "One message of the answer is out",
            format!(
                "sendmsg sends {}{pieces}, and the kernel takes all of it. The answer has further messages, since one \
                 holds a limited number of pieces; transmit turns to the next at once.",
                bytes(sent)
            ),
            SOURCE,
        );
    }
    Explanation::new(
        "The kernel takes all of it",
        format!(
            "sendmsg hands {} to the kernel{pieces}. That it was the last is found out a moment later: drive_machine \
             calls transmit once more, nothing is left, and it leaves the state. The kernel sends the bytes on \
             its own, the thread need not wait.",
            bytes(sent)
        ),
        SOURCE,
    )
}
