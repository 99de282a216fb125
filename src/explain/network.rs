//! Bytes in, commands, answers, bytes out.

use super::{Context, Explanation, conn, conn_first, moved, quote_or, quoted, word, would_block};
use crate::event::{ConnState, Event, Kind, Place, at};
use crate::texts::{Language, Titled};

pub(super) fn read(event: &Event, context: &Context, lang: Language) -> Explanation {
    match event.into() {
        Some("item") => read_item(event, context, lang),
        Some("swallow") => read_swallow(event, lang),
        _ => read_rbuf(event, context, lang),
    }
}

/// What a `read` that failed for good has in common, whatever it was to fill.
fn read_failed(event: &Event, source: Place, lang: Language) -> Explanation {
    let c = conn(event, lang);
    let titled = match event.errno() {
        Some("ECONNRESET") => lang.why_read_reset_titled(c),
        errno => lang.why_read_failed_titled(c, errno.map_or_else(|| lang.an_error().to_owned(), word)),
    };
    Explanation::new(titled, source)
}

fn read_rbuf(event: &Event, context: &Context, lang: Language) -> Explanation {
    let c = conn(event, lang);
    let titled = if would_block(event) {
        let after_full = context
            .previous
            .is_some_and(|p| p.kind() == Kind::Read && moved(p).is_some() && moved(p) == p.want());
        match after_full {
            true => lang.why_read_no_more_titled(),
            false => lang.why_read_nothing_titled(conn_first(event, lang)),
        }
    } else {
        match (moved(event), event.want()) {
            (None, _) if event.errno().is_some() => {
                return read_failed(event, at::try_read_network::read, lang);
            }
            (Some(0), _) => lang.why_read_eof_titled(c),
            (Some(got), Some(want)) if got >= want => lang.why_read_full_titled(lang.bytes(want)),
            (Some(got), Some(want)) => {
                let all = context.fields.map_or(0, |f| u64::from(f.rbytes));
                let (room, read) = (lang.bytes(want), lang.bytes(got));
                match all.saturating_sub(got) {
                    0 => lang.why_read_bytes_titled(read, room),
                    before => lang.why_read_bytes_behind_titled(lang.bytes(before), read, room),
                }
            }
            _ => lang.why_read_rbuf_titled(c),
        }
    };
    Explanation::new(titled, at::try_read_network::read)
}

fn read_item(event: &Event, context: &Context, lang: Language) -> Explanation {
    let c = conn(event, lang);
    let missing = || event.want().map_or_else(|| lang.the_missing_bytes().to_owned(), |n| lang.bytes(n));
    let titled = if would_block(event) {
        let begun =
            context.previous.is_some_and(|p| p.kind() == Kind::Read && moved(p).is_some_and(|n| n > 0));
        let title = if begun { lang.why_read_item_rest() } else { lang.why_read_item_not_yet() };
        Titled { title: title.to_owned(), text: lang.why_read_item_eagain(c, missing()) }
    } else {
        match (moved(event), event.want()) {
            (None, _) if event.errno().is_some() => {
                return read_failed(event, at::drive_machine::read_ritem, lang);
            }
            (Some(0), _) => lang.why_read_item_eof_titled(c, missing()),
            (Some(got), Some(want)) if got >= want => lang.why_read_item_whole_titled(want),
            (Some(got), want) => {
                lang.why_read_item_part_titled(lang.bytes(got), want.map_or(0, |want| want - got))
            }
            (None, _) => lang.why_read_item_titled(),
        }
    };
    Explanation::new(titled, at::drive_machine::read_ritem)
}

fn read_swallow(event: &Event, lang: Language) -> Explanation {
    let titled = if would_block(event) {
        lang.why_read_swallow_nothing_titled(conn_first(event, lang))
    } else {
        match moved(event) {
            None if event.errno().is_some() => {
                return read_failed(event, at::drive_machine::read_sbytes, lang);
            }
            Some(0) => lang.why_read_swallow_eof_titled(conn(event, lang)),
            Some(got) => lang.why_read_swallow_bytes_titled(lang.bytes(got)),
            None => lang.why_read_swallow_titled(),
        }
    };
    Explanation::new(titled, at::drive_machine::read_sbytes)
}

pub(super) fn command(event: &Event, lang: Language) -> Explanation {
    let payload = event.bytes();
    let line = payload.as_ref().map_or_else(|| lang.of_the_client().to_owned(), quoted);
    let verb = payload
        .as_ref()
        .and_then(|p| p.kept.split(|b| *b == b' ').find(|token| !token.is_empty()).map(<[u8]>::to_vec))
        .unwrap_or_default();
    let verb = verb.strip_suffix(b"\r\n").unwrap_or(&verb);
    let (next, source) = match verb {
        b"get" | b"gets" | b"bget" => (lang.why_command_get(), at::process_get_command),
        b"set" | b"add" | b"replace" | b"append" | b"prepend" | b"cas" => {
            (lang.why_command_update(), at::process_update_command)
        }
        b"incr" | b"decr" => (lang.why_command_arithmetic(), at::process_arithmetic_command),
        b"delete" => (lang.why_command_delete(), at::process_delete_command),
        b"touch" => (lang.why_command_touch(), at::process_touch_command),
        b"stats" => (lang.why_command_stats(), at::process_stat),
        b"flush_all" => (lang.why_command_flush_all(), at::process_command::flush_all),
        b"quit" => (lang.why_command_quit(), at::process_command::quit),
        b"verbosity" => (lang.why_command_verbosity(), at::process_verbosity_command),
        _ => (lang.why_command_unknown(), at::process_command),
    };
    Explanation::new(lang.why_command_titled(line, next), source)
}

pub(super) fn reply(event: &Event, context: &Context, lang: Language) -> Explanation {
    let payload = event.bytes();
    let kept = payload.as_ref().map_or(&b""[..], |p| &p.kept);
    let text = quote_or(event, lang.of_the_command());
    let silent = context.fields.is_some_and(|f| f.noreply) || context.state == Some(ConnState::NewCmd);
    if silent {
        Explanation::new(lang.why_reply_noreply_titled(text), at::out_string::noreply)
    } else if kept.starts_with(b"VALUE ") || event.key().is_some() {
        Explanation::new(lang.why_reply_value_titled(text), at::process_get_command::value)
    } else if kept == b"END" || kept == b"END\r\n" {
        Explanation::new(lang.why_reply_end_titled(), at::process_get_command::end)
    } else {
        Explanation::new(lang.why_reply_titled(text), at::out_string)
    }
}

pub(super) fn sendmsg(event: &Event, context: &Context, lang: Language) -> Explanation {
    let iov = event.iov().unwrap_or_default();
    let all = iov.iter().fold(0_u64, |sum, piece| sum.saturating_add(piece.len));
    if would_block(event) {
        return Explanation::new(lang.why_sendmsg_eagain_titled(conn(event, lang)), at::transmit::eagain);
    }
    if let Some(errno) = &event.errno() {
        let titled = lang.why_sendmsg_failed_titled(conn_first(event, lang), word(errno));
        return Explanation::new(titled, at::transmit::conn_closing);
    }
    let sent = moved(event).unwrap_or(all);
    if sent < all {
        let titled = lang.why_sendmsg_part_titled(lang.bytes(all), sent);
        return Explanation::new(titled, at::transmit::advance_iov);
    }
    // One message of many, and the first: add_iov held it to UDP_MAX_PAYLOAD_SIZE.
    let first_of_many = context.fields.map(|f| f.msgused > 1 && f.msgcurr == 0);
    if sent == 1400 && first_of_many != Some(false) {
        let rest = match first_of_many {
            Some(_) => lang.why_sendmsg_first_rest(),
            None => lang.why_sendmsg_first_perhaps(),
        };
        return Explanation::new(lang.why_sendmsg_first_titled(rest), at::add_iov::limit_to_mtu);
    }
    let pieces = match iov.len() {
        0 | 1 => String::new(),
        n => lang.why_sendmsg_pieces(n),
    };
    let more = context.fields.is_some_and(|f| f.msgcurr.saturating_add(1) < f.msgused);
    let titled = match more {
        true => lang.why_sendmsg_one_titled(pieces, lang.bytes(sent)),
        false => lang.why_sendmsg_titled(pieces, lang.bytes(sent)),
    };
    Explanation::new(titled, at::transmit::sendmsg)
}
