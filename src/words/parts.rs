//! What lines have in common: bytes in quotes, results, numbers, what is waited for.

use super::Wording;
use crate::event::{Errno, Interest, Payload};
use crate::text::visible;
use crate::texts::Language;

/// How many bytes of a payload a line of the story shows.
const SHOWN: usize = 48;

/// What a system call returned: its result, or its error.
pub(super) type Returned = (Option<i64>, Option<Errno>);

/// Bytes in quotes, as far as they are shown, and whether those are all.
pub(super) fn quoted(bytes: &Payload<'_>, style: Wording, lang: Language) -> String {
    match style {
        Wording::Text => {
            let kept = &bytes.kept[..bytes.kept.len().min(SHOWN)];
            // A character that the cut broke in two would show as two odd bytes.
            let kept = match std::str::from_utf8(kept) {
                Err(error) if error.error_len().is_none() => &kept[..error.valid_up_to()],
                _ => kept,
            };
            match kept.len() as u64 == bytes.len {
                true => in_quotes(kept),
                false => format!("{}...{}", in_quotes(kept), in_brackets(&in_bytes(bytes.len, lang), lang)),
            }
        }
        Wording::List => in_quotes(&bytes.kept) + if bytes.is_cut() { "…" } else { "" },
        Wording::Label | Wording::Gate => in_quotes(&bytes.kept),
    }
}

/// All bytes that there are, in quotes.
pub(super) fn in_quotes(bytes: &[u8]) -> String {
    format!("\"{}\"", visible(bytes))
}

/// `6 bytes`.
pub(super) fn in_bytes(n: u64, lang: Language) -> String {
    format!("{n} {}", lang.words_bytes())
}

/// ` (6 bytes)`, behind what it is about.
pub(super) fn in_brackets(what: &str, lang: Language) -> String {
    format!("{}{what}{}", lang.words_open(), lang.words_close())
}

/// What a call returned, or its error's name.
pub(super) fn result((ret, errno): Returned) -> String {
    errno.map_or_else(|| number(ret), |errno| errno.name().to_owned())
}

/// What a call returned, where it says so; else `otherwise`.
pub(super) fn answer(returned: Returned, otherwise: &str) -> String {
    if returned == (None, None) { otherwise.to_owned() } else { result(returned) }
}

/// The error of a call whose success goes without saying.
pub(super) fn failure(errno: Option<Errno>) -> String {
    errno.map(|errno| format!(" → {}", errno.name())).unwrap_or_default()
}

/// A number, or `?`.
pub(super) fn number<N: ToString>(number: Option<N>) -> String {
    number.map_or_else(|| "?".to_owned(), |n| n.to_string())
}

/// A name, or `?`.
pub(super) fn word(word: Option<&str>) -> &str {
    word.unwrap_or("?")
}

/// `fd 28`.
pub(super) fn fd(fd: Option<i32>) -> Option<String> {
    fd.map(|fd| format!("fd {fd}"))
}

/// An error as a row of the list has it.
pub(super) fn error(errno: Option<Errno>) -> Option<String> {
    errno.map(|errno| errno.name().to_owned())
}

/// What there is of a row's words.
pub(super) fn row<const N: usize>(words: [Option<String>; N]) -> String {
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What the kernel is to wait for: `for reading`.
pub(super) fn waits_for(interest: Interest, style: Wording, lang: Language) -> String {
    match (interest, style) {
        (Interest::Read, _) => lang.words_for_reading().to_owned(),
        (Interest::Write, _) => lang.words_for_writing().to_owned(),
        (Interest::Both, Wording::Text) => lang.words_for_both().to_owned(),
        (other, Wording::Text) => other.name().to_owned(),
        (other, _) => format!("{} {}", lang.words_waits_for(), other.name()),
    }
}

/// What a descriptor is ready for: `readable`.
pub(super) fn ready_for(interest: Interest, style: Wording, lang: Language) -> &'static str {
    match (interest, style) {
        (Interest::Read, _) => lang.words_readable(),
        (Interest::Write, _) => lang.words_writable(),
        (Interest::Both, Wording::Text) => lang.words_readable_and_writable(),
        (other, _) => other.name(),
    }
}

/// An interest's letters, and nothing else that a file may hold there.
pub fn letters(interest: &str) -> String {
    interest.chars().filter(|c| matches!(c, 'r' | 'w')).collect()
}
