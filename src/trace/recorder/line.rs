//! One event as one line of JSON, put together from pieces that need no looking at.
//!
//! serde would build an [`Event`](crate::event::Event) for each record and then take it apart again;
//! at millions a second that is most of what recording costs. A test holds every line that comes
//! out of here against what serde makes of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The beginnings of the three members that carry bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum As {
    Data,
    Text,
    Key,
}

/// Lines in the making.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Whole lines, but for the one in the making.
    pub bytes: Vec<u8>,
}

impl Lines {
    /// Words of our own: nothing in them needs escaping.
    #[inline]
    pub fn raw(&mut self, words: &str) {
        self.bytes.extend_from_slice(words.as_bytes());
    }

    /// A number; `key` is the member's whole beginning, `,"fd":`.
    #[inline]
    pub fn number(&mut self, key: &'static str, n: impl itoa::Integer) {
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
    }

    /// A word of our own.
    #[inline]
    pub fn word(&mut self, key: &'static str, word: &str) {
        self.raw(key);
        self.bytes.push(b'"');
        self.raw(word);
        self.bytes.push(b'"');
    }

    /// Text from elsewhere.
    pub fn text(&mut self, key: &'static str, text: &str) {
        self.raw(key);
        self.quoted(text.as_bytes());
    }

    /// The first bytes of a payload of `len`: as text where they are valid UTF-8, else in base64;
    /// and the true length, if they were cut.
    pub fn payload(&mut self, carried: As, kept: &[u8], len: u32) {
        let kept = whole_characters(kept, len);
        match std::str::from_utf8(kept) {
            Ok(_) => {
                self.raw(match carried {
                    As::Data => ",\"data\":",
                    As::Text => ",\"text\":",
                    As::Key => ",\"key\":",
                });
                self.quoted(kept);
            }
            Err(_) => self.base64(kept),
        }
        if kept.len() < len as usize {
            self.number(",\"len\":", len);
        }
    }

    /// A piece of a `sendmsg`, which always says how long it is.
    pub fn piece(&mut self, kept: &[u8], len: u32) {
        let kept = whole_characters(kept, len);
        match std::str::from_utf8(kept) {
            Ok(_) => {
                self.raw("{\"data\":");
                self.quoted(kept);
            }
            Err(_) => {
                self.raw("{\"b64\":\"");
                self.encoded(kept);
            }
        }
        self.number(",\"len\":", len);
        self.bytes.push(b'}');
    }

    fn base64(&mut self, bytes: &[u8]) {
        self.raw(",\"b64\":\"");
        self.encoded(bytes);
    }

    /// Base64 and the closing quote.
    fn encoded(&mut self, bytes: &[u8]) {
        let from = self.bytes.len();
        self.bytes.resize(from + bytes.len().div_ceil(3) * 4, 0);
        // As much room as padded base64 takes, so this cannot fail.
        let written = STANDARD.encode_slice(bytes, &mut self.bytes[from..]).unwrap_or(0);
        self.bytes.truncate(from + written);
        self.bytes.push(b'"');
    }

    /// Valid UTF-8 as a JSON string, escaped as serde_json does it.
    fn quoted(&mut self, text: &[u8]) {
        self.bytes.push(b'"');
        let mut from = 0;
        for (at, &byte) in text.iter().enumerate() {
            let escape = ESCAPES[usize::from(byte)];
            if escape == 0 {
                continue;
            }
            self.bytes.extend_from_slice(&text[from..at]);
            from = at + 1;
            if escape == b'u' {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
                self.bytes.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            } else {
                self.bytes.extend_from_slice(&[b'\\', escape]);
            }
        }
        self.bytes.extend_from_slice(&text[from..]);
        self.bytes.push(b'"');
    }
}

/// What follows the backslash, for each byte that needs one; 0 for those that do not.
const ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        escapes[byte] = b'u';
        byte += 1;
    }
    escapes[0x08] = b'b';
    escapes[0x09] = b't';
    escapes[0x0a] = b'n';
    escapes[0x0c] = b'f';
    escapes[0x0d] = b'r';
    escapes[b'"' as usize] = b'"';
    escapes[b'\\' as usize] = b'\\';
    escapes
};

/// A cut may fall into a character; the text then ends before it, and stays text.
pub(super) fn whole_characters(kept: &[u8], len: u32) -> &[u8] {
    if kept.len() < len as usize
        && let Err(e) = std::str::from_utf8(kept)
        && e.error_len().is_none()
    {
        return &kept[..e.valid_up_to()];
    }
    kept
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::encode;
    use proptest::prelude::*;

    fn written(write: impl Fn(&mut Lines)) -> String {
        let mut lines = Lines::default();
        write(&mut lines);
        String::from_utf8(lines.bytes).unwrap()
    }

    proptest! {
        #[test]
        fn text_is_escaped_as_serde_does_it(text in "\\PC{0,20}[\\x00-\\x7f]{0,40}") {
            let ours = written(|lines| lines.text("", &text));
            prop_assert_eq!(ours, serde_json::to_string(&text).unwrap());
        }

        #[test]
        fn bytes_are_text_or_base64(bytes in proptest::collection::vec(any::<u8>(), 0..40), more in 0u32..3) {
            let len = bytes.len() as u32 + more;
            let line = format!("{{\"x\":0{}}}", written(|lines| lines.payload(As::Data, &bytes, len)));
            let read: serde_json::Value = serde_json::from_str(&line).unwrap();
            let kept = whole_characters(&bytes, len);
            let (data, b64) = encode(kept);
            prop_assert_eq!(read["data"].as_str(), data.as_deref());
            prop_assert_eq!(read["b64"].as_str(), b64.as_deref());
            let cut = (kept.len() < len as usize).then_some(u64::from(len));
            prop_assert_eq!(read["len"].as_u64(), cut);
        }
    }
}
