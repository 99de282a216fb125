//! Bytes from the network are hostile: the one way in which they reach a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text of `bytes` with everything that a terminal would act on made visible: `\r`, `\n`,
/// `\t`, `\0`, `\\`, `\"` by those names, other control characters, bidirectional overrides and
/// bytes that are no UTF-8 as `\xHH` of each byte.
pub fn visible(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\r' => out.push_str("\\r"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\0' => out.push_str("\\0"),
                '\\' => out.push_str("\\\\"),
                '"' => out.push_str("\\\""),
                c if is_hostile(c) => {
                    let mut utf8 = [0; 4];
                    for byte in c.encode_utf8(&mut utf8).bytes() {
                        push_hex(&mut out, byte);
                    }
                }
                c => out.push(c),
            }
        }
        for &byte in chunk.invalid() {
            push_hex(&mut out, byte);
        }
    }
    out
}

/// A string as it may be shown: borrowed where nothing in it is hostile. Unlike [`visible`] it
/// leaves quotes and backslashes alone; for names and titles read from a file.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hostile(c) {
            let mut utf8 = [0; 4];
            for byte in c.encode_utf8(&mut utf8).bytes() {
                push_hex(&mut out, byte);
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// `1 event`, `2 events`.
pub fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// One byte of a buffer as one character that is one column wide: itself where it is printable
/// ASCII, `·` for a space, the control pictures (`␍`, `␊`, `␀`) for control characters, and `▒`
/// for a byte that is no ASCII.
pub fn glyph(byte: u8) -> char {
    match byte {
        b' ' => '·',
        0x21..=0x7e => char::from(byte),
        0x7f => '␡',
        0..=0x1f => char::from_u32(0x2400 + u32::from(byte)).unwrap_or('▒'),
        0x80.. => '▒',
    }
}

/// Control characters (C0, DEL, C1), and the marks that reorder or hide text.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn push_hex(out: &mut String, byte: u8) {
    // Writing to a String cannot fail.
    let _ = write!(out, "\\x{byte:02x}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_becomes_visible() {
        assert_eq!(visible(b"set a 0 0 4\r\n"), "set a 0 0 4\\r\\n");
        assert_eq!(visible(b"\x1b[31mred\x07\0"), "\\x1b[31mred\\x07\\0");
        assert_eq!(visible("é\u{9b}\u{202e}".as_bytes()), "é\\xc2\\x9b\\xe2\\x80\\xae");
        assert_eq!(visible(b"\xff\xfe\"\\"), "\\xff\\xfe\\\"\\\\");
    }

    #[test]
    fn every_byte_has_a_glyph_that_is_one_column_wide() {
        for byte in 0..=255 {
            let glyph = glyph(byte);
            assert_eq!(unicode_width::UnicodeWidthChar::width(glyph), Some(1), "{byte}");
            assert!(!is_hostile(glyph));
        }
        assert_eq!(b"a b\r\n\0".map(super::glyph), ['a', '·', 'b', '␍', '␊', '␀']);
    }

    #[test]
    fn a_harmless_name_is_left_as_it_is() {
        assert_eq!(printable("a \"b\" \\"), "a \"b\" \\");
        assert_eq!(printable("a\nb"), "a\\x0ab");
    }
}
