//! Bytes from the network are hostile: the one way in which they reach a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

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

/// A message of several lines as it may be shown: each as [`printable`] has it.
pub fn message(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && is_hostile(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(printable).collect::<Vec<_>>().join("\n"))
}

/// JSON that says the same, and that a terminal may be given as it is: what it would act on is escaped
/// (`\u009b`, `\u202e`). JSON has such characters in strings alone; a tab or a `\r` between them is a blank.
pub fn harmless_json(json: &str) -> Cow<'_, str> {
    let is_harmless = |c: char| !is_hostile(c) || c == '\n';
    if json.bytes().all(|byte| (0x20..0x7f).contains(&byte)) || json.chars().all(is_harmless) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        match c {
            '\t' | '\r' => out.push(' '),
            c if is_harmless(c) => out.push(c),
            c => {
                // Writing to a String cannot fail. Every one of them is in the basic plane.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
        }
    }
    Cow::Owned(out)
}

/// A value as JSON that a terminal may be given as it is.
///
/// # Errors
/// What the value's own serialisation says.
pub fn to_json(value: &impl serde::Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(value)?;
    Ok(match harmless_json(&json) {
        Cow::Borrowed(_) => json,
        Cow::Owned(harmless) => harmless,
    })
}

/// Where text goes that a terminal may get: whatever it would act on is made visible, as [`message`] has it.
#[derive(Debug)]
pub struct Harmless<W: io::Write> {
    out: W,
    /// The beginning of a character whose rest has not come yet.
    rest: Vec<u8>,
}

impl<W: io::Write> Harmless<W> {
    /// Text goes to `out`.
    pub fn new(out: W) -> Harmless<W> {
        Harmless { out, rest: Vec::new() }
    }
}

impl<W: io::Write> io::Write for Harmless<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.rest.is_empty() && bytes.iter().all(|byte| (0x20..0x7f).contains(byte) || *byte == b'\n') {
            return self.out.write_all(bytes);
        }
        self.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.rest) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.rest.len(),
        };
        let text = String::from_utf8_lossy(&self.rest[..whole]);
        self.out.write_all(message(&text).as_bytes())?;
        self.rest.drain(..whole);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A text without the mark that some editors put before it (U+FEFF).
pub fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
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
    fn json_says_the_same_and_harms_nobody() {
        let text = "a\u{9b}31m\u{7f}\u{202e}\u{feff}é😀\u{1b}\n";
        let json = to_json(&text).unwrap_or_default();
        assert_eq!(json, r#""a\u009b31m\u007f\u202e\ufeffé😀\u001b\n""#);
        assert_eq!(serde_json::from_str::<String>(&json).ok().as_deref(), Some(text));
        assert_eq!(harmless_json("{\t\"a\": 1}\r"), "{ \"a\": 1} ");
        assert!(matches!(harmless_json("{\"a\": \"é\"}"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_written_is_harmless_however_it_is_cut() {
        let text = "é 1\u{9b}31m\u{202e}😀\t\x1b[31m\n";
        for size in 1..=text.len() {
            let mut out = Vec::new();
            let mut harmless = Harmless::new(&mut out);
            for piece in text.as_bytes().chunks(size) {
                assert!(io::Write::write_all(&mut harmless, piece).is_ok());
            }
            let out = String::from_utf8_lossy(&out).into_owned();
            assert_eq!(out, "é 1\\xc2\\x9b31m\\xe2\\x80\\xae😀\\x09\\x1b[31m\n", "{size} at a time");
        }
    }

    #[test]
    fn a_message_keeps_its_lines() {
        assert_eq!(message("one\ntwo\x1b[31m\r\n"), "one\ntwo\\x1b[31m\\x0d\n");
        assert!(matches!(message("one\ntwo\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_harmless_name_is_left_as_it_is() {
        assert_eq!(printable("a \"b\" \\"), "a \"b\" \\");
        assert_eq!(printable("a\nb"), "a\\x0ab");
    }
}
