//! Bytes in a trace: text where they are valid UTF-8, base64 where they are not, and their true
//! length where they were cut.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One piece of a `sendmsg`: a `struct iovec`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Iov {
    /// The bytes, where they are valid UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The bytes in base64, where they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub b64: Option<String>,
    /// `iov_len`: the true length in bytes.
    pub len: u64,
}

impl Iov {
    /// A piece of `len` bytes of which `kept` are the first.
    pub fn new(kept: &[u8], len: u64) -> Iov {
        let (data, b64) = encode(kept);
        Iov { data, b64, len }
    }

    /// The bytes that were kept.
    pub fn bytes(&self) -> Payload<'_> {
        Payload::new(self.data.as_deref(), self.b64.as_deref(), Some(self.len))
            .unwrap_or(Payload { kept: Cow::Borrowed(b""), len: self.len })
    }
}

/// The bytes of an event: the first of them, and how many there were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload<'a> {
    /// The first bytes, as many as the recording kept.
    pub kept: Cow<'a, [u8]>,
    /// How many there were.
    pub len: u64,
}

impl<'a> Payload<'a> {
    /// Reads a payload's fields; `None` where there is none or the base64 is broken.
    pub(super) fn new(text: Option<&'a str>, b64: Option<&str>, len: Option<u64>) -> Option<Self> {
        let kept: Cow<'a, [u8]> = match (text, b64) {
            (Some(text), _) => Cow::Borrowed(text.as_bytes()),
            (None, Some(b64)) => Cow::Owned(STANDARD.decode(b64).ok()?),
            (None, None) => return None,
        };
        let len = len.unwrap_or(kept.len() as u64);
        Some(Payload { kept, len })
    }

    /// Whether bytes were cut off.
    pub fn is_cut(&self) -> bool {
        self.len > self.kept.len() as u64
    }
}

/// Splits bytes into the two fields that a trace has for them: text, or base64.
///
/// A UTF-8 sequence that the cut broke in two counts as text up to the break.
pub(crate) fn encode(kept: &[u8]) -> (Option<String>, Option<String>) {
    match std::str::from_utf8(kept) {
        Ok(text) => (Some(text.to_owned()), None),
        Err(_) => (None, Some(STANDARD.encode(kept))),
    }
}
