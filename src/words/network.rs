//! Bytes in, commands, answers, bytes out.

use super::parts::{Returned, answer, in_brackets, in_quotes, number, quoted, result};
use super::{Say, Wording};
use crate::event::{Errno, ReplyOp, Target};
use crate::text::visible;

/// How many pieces of a message a line of the story shows.
const TOLD: usize = 6;
/// How many of them a row shows.
const LISTED: usize = 16;

pub(super) fn read(say: &Say<'_>, into: Option<Target>, want: Option<u64>, returned: Returned) -> String {
    let lang = say.lang;
    let list = |bytes: Option<String>| {
        let into = into.filter(|into| *into != Target::Rbuf);
        let into = into.map(|into| format!(" {} {}", lang.words_into_target(), into.name()));
        came(want, returned) + &spaced(bytes) + &into.unwrap_or_default()
    };
    match (say.style, returned) {
        (Wording::Text, (ret, _)) => {
            let into = match into {
                Some(Target::Item) => [" ", lang.words_into_item()],
                Some(Target::Swallow) => [" ", lang.words_to_throw_away()],
                _ => [""; 2],
            };
            let head = format!("read {}{}{} → ", number(want), into[0], into[1]);
            match (ret, say.bytes()) {
                (Some(0), _) => head + "0" + &say.said_of(lang.words_client_closed()),
                (Some(ret @ 1..), Some(bytes)) => format!("{head}{ret} {bytes}"),
                _ => head + &answer(returned, "?"),
            }
        }
        (Wording::List, _) => list(say.bytes()),
        (Wording::Label, (_, Some(errno))) => failed(say, "read", errno),
        (Wording::Label, (Some(0), None)) => {
            format!("read {}{}", say.conn(), say.said_of(lang.words_read_end()))
        }
        (Wording::Label, (Some(n), None)) => format!("read {n} {}", say.bytes().unwrap_or_default()),
        (Wording::Label, (None, None)) => say.kind_and(&list(say.as_row().bytes())),
        (Wording::Gate, _) => say.gate(None),
    }
}

pub(super) fn recvfrom(
    say: &Say<'_>,
    peer: Option<&str>,
    want: Option<u64>,
    request_id: Option<u16>,
    returned: Returned,
) -> String {
    let lang = say.lang;
    let from = || peer.map(|peer| format!(" {} {peer}", lang.words_from())).unwrap_or_default();
    // What the request says, where it is one.
    let request = request_id.zip(say.event.request());
    let list = |bytes: Option<String>| {
        let said = match &request {
            Some((id, said)) => Some(format!("{} {id} {}", lang.words_request(), in_quotes(&said.kept))),
            None => bytes,
        };
        came(want, returned) + &spaced(said) + &from()
    };
    match (say.style, returned) {
        (Wording::Text, (ret, _)) => {
            let head = format!("recvfrom {} → ", number(want));
            let said = match (&request, ret) {
                (Some((id, said)), _) => {
                    let said = say.said_of(&quoted(said, say.style, lang));
                    format!("{} {} {id}{said}", result(returned), lang.words_request())
                }
                (None, Some(ret @ 1..)) => format!("{ret} {}", say.said()),
                (None, _) => answer(returned, "?"),
            };
            head + &said + &from()
        }
        (Wording::List, _) => list(say.bytes()),
        (Wording::Label, (_, Some(Errno::AGAIN))) => {
            let gone = say.said_of(lang.words_gone()) + &in_brackets(Errno::AGAIN.name(), lang);
            format!("recvfrom {}{gone}", say.conn())
        }
        (Wording::Label, (_, Some(errno))) => failed(say, "recvfrom", errno),
        (Wording::Label, (Some(n), None)) => {
            let said = match &request {
                Some((id, said)) => say.said_of(&format!("#{id} {}", in_quotes(&said.kept))),
                None => say.said_of(lang.words_too_short()),
            };
            format!("{} {n}{said}", lang.words_datagram())
        }
        (Wording::Label, (None, None)) => say.kind_and(&list(say.as_row().bytes())),
        (Wording::Gate, _) => say.gate(None),
    }
}

pub(super) fn sendmsg(say: &Say<'_>, returned: Returned) -> String {
    let lang = say.lang;
    let iov = say.event.iov().unwrap_or_default();
    let list = || {
        let pieces: Vec<String> = iov.iter().take(LISTED).map(|one| in_quotes(&one.bytes().kept)).collect();
        format!("[{}] → {}", pieces.join(" "), result(returned))
    };
    match (say.style, returned) {
        (Wording::Text, _) => {
            let shown = iov.iter().take(TOLD);
            let mut pieces: Vec<String> = shown.map(|one| quoted(&one.bytes(), say.style, lang)).collect();
            if iov.len() > TOLD {
                pieces.push(lang.words_more_pieces((iov.len() - TOLD).to_string()));
            }
            format!("sendmsg {} → {}", pieces.join(" "), answer(returned, "?"))
        }
        (Wording::List, _) => list(),
        (Wording::Label, (_, Some(errno))) => failed(say, "send", errno),
        (Wording::Label, (Some(n), None)) => {
            let total = iov.iter().map(|one| one.len).fold(0, u64::saturating_add);
            if u64::try_from(n).unwrap_or(0) < total {
                return lang.words_send_part(n.to_string(), total.to_string());
            }
            let text: String = iov.iter().take(LISTED).map(|one| visible(&one.bytes().kept)).collect();
            format!("send {n} \"{text}\"")
        }
        (Wording::Label, (None, None)) => say.kind_and(&list()),
        (Wording::Gate, _) => say.gate(None),
    }
}

pub(super) fn command(say: &Say<'_>) -> String {
    match say.style {
        Wording::Text => format!("command {}", say.said()),
        Wording::List => say.bytes().unwrap_or_default(),
        Wording::Label => say.bytes().unwrap_or_else(|| say.gate(None)),
        Wording::Gate => say.gate(None),
    }
}

pub(super) fn reply(say: &Say<'_>, op: Option<ReplyOp>) -> String {
    match say.style {
        Wording::Text if op == Some(ReplyOp::Noreply) => say.lang.words_no_reply(say.said()),
        Wording::Text => format!("reply {}", say.said()),
        Wording::List => say.bytes().unwrap_or_default(),
        Wording::Label => say.bytes().unwrap_or_else(|| say.gate(None)),
        Wording::Gate => say.gate(op.map(ReplyOp::name)),
    }
}

/// How many bytes were asked for, and what came of it.
fn came(want: Option<u64>, returned: Returned) -> String {
    format!("{} → {}", number(want), result(returned))
}

/// A call on a connection that failed, and how.
fn failed(say: &Say<'_>, call: &str, errno: Errno) -> String {
    format!("{call} {}{}", say.conn(), say.said_of(errno.name()))
}

fn spaced(word: Option<String>) -> String {
    word.map(|word| format!(" {word}")).unwrap_or_default()
}
