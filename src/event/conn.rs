//! What stands in a `struct conn`: states, protocols, libevent's flags, the item, and a field's value.

use super::Interest;
use super::name::{FIRST, Unknown, harmless, vocabulary};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

vocabulary! {
    /// The states of `drive_machine` (`memcached.h:152`, `enum conn_states`).
    ConnState {
        /// The socket which listens for connections.
        Listening = "conn_listening",
        /// Prepare the connection for the next command.
        NewCmd = "conn_new_cmd",
        /// Waiting for a readable socket.
        Waiting = "conn_waiting",
        /// Reading in a command line.
        Read = "conn_read",
        /// Try to parse a command from the input buffer.
        ParseCmd = "conn_parse_cmd",
        /// Writing out a simple response.
        Write = "conn_write",
        /// Reading in a fixed number of bytes: the value.
        Nread = "conn_nread",
        /// Throwing away bytes that are not wanted.
        Swallow = "conn_swallow",
        /// Closing this connection.
        Closing = "conn_closing",
        /// Writing out many items sequentially.
        Mwrite = "conn_mwrite",
        /// The connection is closed.
        Closed = "conn_closed",
    }
}

vocabulary! {
    /// The protocol that a connection speaks (`memcached.h:182`, `enum protocol`).
    Protocol {
        /// Known once the first byte has come.
        Negotiating = "auto-negotiate",
        /// The text protocol.
        Ascii = "ascii",
        /// The binary protocol.
        Binary = "binary",
    }
}

impl Default for ConnState {
    fn default() -> ConnState {
        ConnState::Listening
    }
}

impl Default for Protocol {
    fn default() -> Protocol {
        Protocol::Negotiating
    }
}

/// libevent's `EV_*` flags of a connection's event: what it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct EvFlags(pub u8);

impl EvFlags {
    /// Nothing: the event is not registered for anything.
    pub const NONE: EvFlags = EvFlags(0);
    /// `EV_READ`.
    pub const READ: EvFlags = EvFlags(0x02);
    /// `EV_WRITE`.
    pub const WRITE: EvFlags = EvFlags(0x04);
    /// `EV_PERSIST`: the event stays registered after it fired.
    pub const PERSIST: EvFlags = EvFlags(0x10);

    /// What a connection that reads waits for.
    pub const READ_PERSIST: EvFlags = EvFlags::READ.with(EvFlags::PERSIST);
    /// What a connection that writes waits for.
    pub const WRITE_PERSIST: EvFlags = EvFlags::WRITE.with(EvFlags::PERSIST);

    /// Whether all flags of `other` are set.
    pub const fn has(self, other: EvFlags) -> bool {
        self.is_known() && self.0 & other.0 == other.0
    }

    /// Whether this version knows all of them; of others it knows the names alone.
    pub const fn is_known(self) -> bool {
        self.0 < FIRST
    }

    /// Both sets of flags.
    pub const fn with(self, other: EvFlags) -> EvFlags {
        EvFlags(self.0 | other.0)
    }

    /// `r`, `w`, `rw` or nothing, as a trace writes an interest.
    pub const fn interest(self) -> Interest {
        match (self.has(EvFlags::READ), self.has(EvFlags::WRITE)) {
            (true, true) => Interest::Both,
            (true, false) => Interest::Read,
            (false, true) => Interest::Write,
            (false, false) => Interest::Nothing,
        }
    }

    /// The flags by their names, as a trace writes them; `0` where none is set.
    pub fn name(self) -> &'static str {
        if !self.is_known() {
            return UNKNOWN_FLAGS.name(self.0);
        }
        match (self.has(EvFlags::READ), self.has(EvFlags::WRITE), self.has(EvFlags::PERSIST)) {
            (true, true, true) => "EV_READ|EV_WRITE|EV_PERSIST",
            (true, true, false) => "EV_READ|EV_WRITE",
            (true, false, true) => "EV_READ|EV_PERSIST",
            (true, false, false) => "EV_READ",
            (false, true, true) => "EV_WRITE|EV_PERSIST",
            (false, true, false) => "EV_WRITE",
            (false, false, true) => "EV_PERSIST",
            (false, false, false) => "0",
        }
    }
}

/// Sets of flags that this version does not know.
static UNKNOWN_FLAGS: Unknown = Unknown::new();

impl super::Named for EvFlags {
    fn name(self) -> &'static str {
        EvFlags::name(self)
    }
}

impl fmt::Display for EvFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&harmless(self.name()))
    }
}

const FLAG_NAMES: &[(EvFlags, &str)] =
    &[(EvFlags::READ, "EV_READ"), (EvFlags::WRITE, "EV_WRITE"), (EvFlags::PERSIST, "EV_PERSIST")];

impl Serialize for EvFlags {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for EvFlags {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(d)?;
        let mut flags = EvFlags::NONE;
        for word in text.split('|').filter(|w| *w != "0") {
            let Some((flag, _)) = FLAG_NAMES.iter().find(|(_, name)| *name == word) else {
                return Ok(EvFlags(UNKNOWN_FLAGS.number(&text)));
            };
            flags = flags.with(*flag);
        }
        Ok(flags)
    }
}

/// The item that a connection is filling: its key, and the size of its value with `\r\n`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConnItem {
    /// The key, where it is valid UTF-8 (else empty).
    pub key: String,
    /// `nbytes`.
    pub size: u64,
}

/// The value of a field of `struct conn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnValue {
    /// A size, a count or an offset.
    Number(i64),
    /// A name.
    Word(&'static str),
    /// Yes or no.
    Bool(bool),
}

impl From<u32> for ConnValue {
    fn from(n: u32) -> ConnValue {
        ConnValue::Number(n.into())
    }
}

impl From<i32> for ConnValue {
    fn from(n: i32) -> ConnValue {
        ConnValue::Number(n.into())
    }
}

impl From<bool> for ConnValue {
    fn from(b: bool) -> ConnValue {
        ConnValue::Bool(b)
    }
}

impl From<EvFlags> for ConnValue {
    fn from(flags: EvFlags) -> ConnValue {
        ConnValue::Word(flags.name())
    }
}

impl From<ConnState> for ConnValue {
    fn from(state: ConnState) -> ConnValue {
        ConnValue::Word(state.name())
    }
}

impl From<Protocol> for ConnValue {
    fn from(protocol: Protocol) -> ConnValue {
        ConnValue::Word(protocol.name())
    }
}
