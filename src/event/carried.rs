//! What an event carries besides its fields: bytes, the pieces of a message, what is ready, a whole world.

use super::payload::encode;
use super::{Interest, Iov, Payload, Snapshot};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// One fd that `epoll_wait` reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyFd {
    /// The file descriptor.
    pub fd: i32,
    /// The accepted connection that it belongs to, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conn: Option<u32>,
    /// `r` (EPOLLIN), `w` (EPOLLOUT) or `rw`.
    pub what: Interest,
}

/// What an event carries.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Carried {
    /// Nothing, or nothing that was kept.
    #[default]
    Nothing,
    /// `data`, `text` or `key`: the first bytes, as many as the recording kept, and how many there were.
    Bytes {
        /// The first of them.
        kept: Vec<u8>,
        /// How many there were.
        len: u64,
    },
    /// `b64` that is no base64.
    Broken(String),
    /// `iov`: the pieces of a message.
    Pieces(Vec<Iov>),
    /// `ready`: what `epoll_wait` reported.
    Ready(Vec<ReadyFd>),
    /// `world`: the state that the server is in.
    World(Box<Snapshot>),
}

impl Carried {
    /// What the members of a line say: text, or base64, and the true length where bytes were cut off.
    pub(crate) fn read(shown: Option<String>, b64: Option<String>, len: Option<u64>) -> Carried {
        let kept = match (shown, b64) {
            (Some(shown), _) => shown.into_bytes(),
            (None, Some(b64)) => match STANDARD.decode(&b64) {
                Ok(kept) => kept,
                Err(_) => return Carried::Broken(b64),
            },
            (None, None) => return Carried::Nothing,
        };
        let len = len.unwrap_or(kept.len() as u64);
        Carried::Bytes { kept, len }
    }

    /// The same as members of a line: text, base64, and the length where it does not follow from them.
    pub(super) fn written(&self) -> (Option<String>, Option<String>, Option<u64>) {
        match self {
            Carried::Bytes { kept, len } => {
                let (shown, b64) = encode(kept);
                (shown, b64, (*len != kept.len() as u64).then_some(*len))
            }
            Carried::Broken(b64) => (None, Some(b64.clone()), None),
            _ => (None, None, None),
        }
    }

    /// The bytes; `None` where there are none or the base64 is broken.
    pub(super) fn bytes(&self) -> Option<Payload<'_>> {
        match self {
            Carried::Bytes { kept, len } => Some(Payload { kept: kept.as_slice().into(), len: *len }),
            _ => None,
        }
    }
}
