//! Bytes as `strace -s 300` shows them, and as the reference recordings shorten that.

use crate::event::Payload;
use std::fmt::Write as _;

/// How much strace shows: of a string this many bytes, of a list this many entries (`-s 300`).
pub(super) const SHOWN: usize = 300;
/// The reference recordings show a quoted string whole up to this length, ...
const WHOLE: usize = 66;
/// ... and of a longer one this many characters, the opening quote included.
const HEAD: usize = 25;

/// The bytes in quotes, escaped as strace escapes them: `\n` and its like by name, everything
/// else that is not printable ASCII as the shortest octal escape that the next digit allows.
fn quote(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 8);
    out.push('"');
    let mut rest = bytes.iter().peekable();
    while let Some(&byte) = rest.next() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x0b => out.push_str("\\v"),
            0x0c => out.push_str("\\f"),
            b' '..=b'~' => out.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ if matches!(rest.peek(), Some(b'0'..=b'7')) => {
                let _ = write!(out, "\\{byte:03o}");
            }
            _ => {
                let _ = write!(out, "\\{byte:o}");
            }
        }
    }
    out.push('"');
    out
}

/// A payload as a reference recording shows it: quoted, and when that is long only its start and
/// how many bytes there were (`"vvvvv" of 60000`).
///
/// `total` is the number that stands after `of`: of what a system call returned or was given.
pub(super) fn short(payload: &Payload<'_>, total: u64) -> String {
    let kept = &payload.kept[..payload.kept.len().min(SHOWN)];
    let quoted = quote(kept);
    // Where the recording itself kept less than strace shows, no more can be told than its start.
    if quoted.len() <= WHOLE && !payload.is_cut() {
        quoted
    } else {
        format!("{}\" of {total}", &quoted[..HEAD.min(quoted.len() - 1)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn of(bytes: &[u8], len: usize) -> String {
        short(&Payload { kept: Cow::Borrowed(bytes), len: len as u64 }, len as u64)
    }

    #[test]
    fn bytes_are_escaped_as_strace_escapes_them() {
        let bytes = b"a\0b\x001\x008\x009\x1b[\x1b7\x7f\xff\xff8\xff7\x01x\x07\x08\x0b\x0c\"\\'";
        // As strace 6 showed this very write.
        let seen = r#""a\0b\0001\08\09\33[\0337\177\377\3778\3777\1x\7\10\v\f\"\\'""#;
        assert_eq!(of(bytes, bytes.len()), seen);
        assert_eq!(of(b"set a 0 0 4\r\n", 13), r#""set a 0 0 4\r\n""#);
        assert_eq!(of(b"", 0), r#""""#);
    }

    #[test]
    fn a_long_payload_is_its_start_and_its_length() {
        let v = [b'v'; 600];
        assert_eq!(of(&v[..64], 64), format!("\"{}\"", "v".repeat(64)));
        assert_eq!(of(&v[..65], 65), "\"vvvvvvvvvvvvvvvvvvvvvvvv\" of 65");
        assert_eq!(of(&v[..256], 60000), "\"vvvvvvvvvvvvvvvvvvvvvvvv\" of 60000");
        // What is cut counts characters, escapes and all.
        assert_eq!(of(b"get nokey\r\n".repeat(45).as_slice(), 495), r#""get nokey\r\nget nokey\r" of 495"#);
        // The recording kept four bytes only.
        assert_eq!(of(b"abcd", 10), "\"abcd\" of 10");
    }
}
