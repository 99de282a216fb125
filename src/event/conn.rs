//! `struct conn` as a trace tells it: its state, its fields, and what changed between two moments.

use super::Interest;
use super::change::{ChangeSink, ChangedFields, ConnWords, Word};
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

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident: $ty:ty,)*) => {
        /// `struct conn` in numbers, as a server thread tells of it. Offsets stand where the C has pointers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct ConnImage {
            $($(#[$doc])* pub $field: $ty,)*
            /// Which item `c->item` points to: a number that the items of one time do not share, 0
            /// for none.
            pub item_id: u32,
        }

        impl ConnImage {
            /// How many fields there are, but for the item.
            pub const FIELDS: usize = [$(stringify!($field)),*].len();

            /// Whether any of it differs from what was in the words' places: without a branch, since nearly always
            /// all of it must be looked at; and without an array of it, which would have to be read back from
            /// memory as soon as it is written there.
            #[inline(always)]
            pub fn differs(&self, old: impl Fn(usize) -> u32) -> bool {
                let (mut bits, mut this) = (0, 0);
                $(
                    bits |= self.$field.word() ^ old(this);
                    this += 1;
                )*
                (bits | (self.item_id ^ old(this))) != 0
            }

            /// What of it does.
            #[inline(always)]
            pub fn since(&self, old: impl Fn(usize) -> u32) -> ChangedFields {
                let (mut changed, mut this) = (ChangedFields::NONE, 0);
                $(
                    changed.add(this, self.$field.word() != old(this));
                    this += 1;
                )*
                changed.add(this, self.item_id != old(this));
                changed
            }

            /// All of it in words.
            #[inline(always)]
            pub fn words(&self) -> ConnWords {
                ConnWords([$(self.$field.word(),)* self.item_id])
            }
        }

        impl ConnWords {
            /// Sets the field in this place to what it is here; whether it was different.
            #[inline(always)]
            pub(super) fn set(&self, place: usize, fields: &mut ConnFields) -> bool {
                let mut this = 0;
                $(
                    if place == this {
                        let new = Word::of(self.0[this]);
                        return std::mem::replace(&mut fields.$field, new) != new;
                    }
                    this += 1;
                )*
                let _ = this;
                false
            }

            /// Tells of the field in this place. What is done with one stands once for each field, of which the
            /// compiler knows the name and the type there.
            #[inline(always)]
            pub(super) fn tell(&self, place: usize, to: &mut impl ChangeSink) {
                let mut this = 0;
                $(
                    if place == this {
                        let value = <$ty as Word>::of(self.0[this]);
                        return to.changed(concat!(",\"", stringify!($field), "\":"), value.into());
                    }
                    this += 1;
                )*
                let _ = this;
            }
        }

        /// `struct conn` as folding a trace gives it.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct ConnFields {
            $($(#[$doc])* pub $field: $ty,)*
            /// `c->item`: the item that is being filled.
            pub item: Option<ConnItem>,
        }

        /// The fields of `struct conn` that changed (`set` in a trace). `item` is `null` when the
        /// connection let go of its item.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct ConnSet {
            $(
                $(#[$doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$ty>,
            )*
            /// `c->item`: set, or (`Some(None)`, `null`) let go.
            #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
            pub item: Option<Option<ConnItem>>,
        }

        impl ConnSet {
            /// Every field of `image`, as the first event of a connection carries them.
            pub fn whole(image: &ConnImage) -> ConnSet {
                ConnSet { $($field: Some(image.$field),)* item: None }
            }

            /// Every field, and the item, or that there is none.
            pub fn of(fields: &ConnFields) -> ConnSet {
                ConnSet { $($field: Some(fields.$field),)* item: Some(fields.item.clone()) }
            }

            /// Whether no field is set.
            pub fn is_empty(&self) -> bool {
                true $(&& self.$field.is_none())* && self.item.is_none()
            }

            /// The names of the fields that are set, in the struct's order.
            pub fn names(&self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$field.is_some() { names.push(stringify!($field)); })*
                if self.item.is_some() { names.push("item"); }
                names
            }

            /// Folds the change into `fields`.
            pub fn apply(&self, fields: &mut ConnFields) {
                $(if let Some(v) = &self.$field { fields.$field = v.clone(); })*
                if let Some(item) = &self.item { fields.item = item.clone(); }
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/schema/conn.rs"));

/// Keeps `null` apart from a missing field.
fn present<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Option<ConnItem>>, D::Error> {
    Option::<ConnItem>::deserialize(d).map(Some)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_item_let_go_is_null_and_stays_apart_from_an_item_untouched() {
        let gone: ConnSet = serde_json::from_str(r#"{"rlbytes":0,"item":null}"#).unwrap();
        assert_eq!(gone.item, Some(None));
        assert_eq!(serde_json::to_string(&gone).unwrap(), r#"{"rlbytes":0,"item":null}"#);
        let untouched: ConnSet = serde_json::from_str(r#"{"rlbytes":0}"#).unwrap();
        assert_eq!(untouched.item, None);
    }

    #[test]
    fn a_change_folds_to_the_new_image() {
        let old = ConnImage { rsize: 2048, ..ConnImage::default() };
        let mut fields = ConnFields::default();
        ConnSet::whole(&old).apply(&mut fields);
        let flags = EvFlags::READ.with(EvFlags::PERSIST);
        ConnSet { rbytes: Some(13), ev_flags: Some(flags), ..ConnSet::default() }.apply(&mut fields);
        assert_eq!((fields.rsize, fields.rbytes), (2048, 13));
        assert_eq!(fields.ev_flags.to_string(), "EV_READ|EV_PERSIST");
    }
}
