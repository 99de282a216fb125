//! What clients have stored is left out: lengths stay, and what the protocol itself says.
//!
//! It happens where the recorder takes an event in, so that nothing behind that has what was left out: no
//! line, no snapshot, no filter. Where it is not certain that bytes are the protocol's own, they go.

use crate::event::ReplyOp;
use crate::trace::format::Redacted;
use crate::tracer::{PEER, PieceCount, Report};
use std::borrow::Cow;

/// The commands of the text protocol, and how many words of each say nothing of a value: a number that is
/// added to one is a part of it.
const COMMANDS: &[(&str, usize)] = &[
    ("get", usize::MAX),
    ("gets", usize::MAX),
    ("bget", usize::MAX),
    ("set", usize::MAX),
    ("add", usize::MAX),
    ("replace", usize::MAX),
    ("append", usize::MAX),
    ("prepend", usize::MAX),
    ("cas", usize::MAX),
    ("touch", usize::MAX),
    ("delete", usize::MAX),
    ("incr", 2),
    ("decr", 2),
];
/// Those that name no key.
const WITHOUT_KEYS: &[&str] =
    &["stats", "flush_all", "version", "verbosity", "quit", "shutdown", "slabs", "lru_crawler"];
/// What answers begin with that are the server's own words.
const ANSWERS: &[&str] = &[
    "STORED",
    "NOT_STORED",
    "EXISTS",
    "NOT_FOUND",
    "DELETED",
    "TOUCHED",
    "OK",
    "END",
    "RESET",
    "ERROR",
    "CLIENT_ERROR",
    "SERVER_ERROR",
    "VERSION",
    "STAT",
];

/// A payload as it may be known to others.
pub(super) fn redacted<'a>(what: Redacted, happened: &Report, payload: &'a [u8]) -> Cow<'a, [u8]> {
    let keys = match what {
        Redacted::Nothing => return Cow::Borrowed(payload),
        Redacted::Values => false,
        Redacted::Keys => true,
    };
    let kept = match *happened {
        Report::Read { .. } => 0,
        // Whose it is, and the datagram's header.
        Report::Recvfrom { .. } => PEER + 8,
        Report::Sendmsg { iov: PieceCount(pieces), .. } => return Cow::Owned(without_bytes(payload, pieces)),
        Report::Command => command(payload, keys),
        Report::Reply { op: Some(ReplyOp::Value) } if !keys => payload.len(),
        Report::Reply { op: Some(ReplyOp::Value) } => "VALUE ".len(),
        Report::Reply { .. } => answer(payload, keys),
        Report::Item { .. } if keys => 0,
        _ => payload.len(),
    };
    Cow::Borrowed(&payload[..kept.min(payload.len())])
}

/// How much of a line is the protocol's.
fn command(line: &[u8], keys: bool) -> usize {
    let first = line.iter().take_while(|byte| **byte == b' ').count();
    let end = |from: usize| from + line[from..].iter().take_while(|byte| **byte != b' ').count();
    let word = &line[first..end(first)];
    let is = |name: &&str| name.as_bytes() == word;
    if WITHOUT_KEYS.iter().any(is) {
        return line.len();
    }
    let Some((_, words)) = COMMANDS.iter().find(|(name, _)| is(name)) else { return 0 };
    let words = if keys { 1 } else { *words };
    let mut at = first;
    for _ in 0..words {
        at = end(at);
        if at == line.len() {
            break;
        }
        // The blank says that the word is whole.
        at += line[at..].iter().take_while(|byte| **byte == b' ').count();
    }
    at
}

/// How much of an answer is the server's.
fn answer(text: &[u8], keys: bool) -> usize {
    let word = text.split(|byte| matches!(byte, b' ' | b'\r')).next().unwrap_or_default();
    let is_own = ANSWERS.iter().any(|name| name.as_bytes() == word);
    match is_own {
        // What was counted of prefixes, and what `stats cachedump` says, has keys in it.
        true if keys && word == b"STAT" => "STAT ".len(),
        true => text.len(),
        false => 0,
    }
}

/// The pieces of a message, each with its length and nothing else.
fn without_bytes(payload: &[u8], pieces: u32) -> Vec<u8> {
    let lens = super::told::sent(payload, pieces).map(|(_, len)| [len.to_le_bytes(), [0; 4]].concat());
    lens.flatten().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::tracer::Ret;

    fn line(what: Redacted, text: &str) -> String {
        let kept = redacted(what, &Report::Command, text.as_bytes()).into_owned();
        String::from_utf8(kept).unwrap()
    }

    #[test]
    fn a_line_that_is_no_command_may_be_a_value() {
        for (text, values, keys) in [
            ("set secret 0 0 4", "set secret 0 0 4", "set "),
            ("  get a b", "  get a b", "  get "),
            ("incr counter 4711", "incr counter ", "incr "),
            ("my password", "", ""),
            ("stats reset", "stats reset", "stats reset"),
            ("get", "get", "get"),
            ("getter x", "", ""),
            ("", "", ""),
        ] {
            assert_eq!(line(Redacted::Values, text), values, "{text}");
            assert_eq!(line(Redacted::Keys, text), keys, "{text}");
            assert_eq!(line(Redacted::Nothing, text), text);
        }
    }

    #[test]
    fn an_answer_that_is_a_number_is_a_value() {
        for (text, values, keys) in [
            ("STORED", "STORED", "STORED"),
            ("4711", "", ""),
            ("CLIENT_ERROR bad data chunk", "CLIENT_ERROR bad data chunk", "CLIENT_ERROR bad data chunk"),
            ("STAT pid 1\r\nEND", "STAT pid 1\r\nEND", "STAT "),
            ("END\r\n", "END\r\n", "END\r\n"),
            ("PREFIX user get 3\r\nEND", "", ""),
        ] {
            assert_eq!(&text[..answer(text.as_bytes(), false)], values);
            assert_eq!(&text[..answer(text.as_bytes(), true)], keys);
        }
    }

    #[test]
    fn pieces_keep_their_lengths() {
        let piece = |bytes: &[u8], len: u32| {
            [&len.to_le_bytes()[..], &(bytes.len() as u32).to_le_bytes(), bytes].concat()
        };
        let payload = [piece(b"VALUE secret", 90), piece(b"", 2)].concat();
        let sendmsg = Report::Sendmsg { fd: 1, ret: Ret(92), iov: PieceCount(2) };
        let kept = redacted(Redacted::Values, &sendmsg, &payload);
        let pieces: Vec<_> = super::super::told::sent(&kept, 2).collect();
        assert_eq!(pieces, [(&b""[..], 90), (&b""[..], 2)]);
    }
}
