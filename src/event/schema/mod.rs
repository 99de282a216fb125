//! The schema room: what a recording holds, in one table (`events.schema`, beside this file), and what is made
//! of it.
//!
//! The table names every kind of event, its fields, and what a server thread writes down of it. The build makes
//! of it (`parse.rs` reads it, `generate/` writes Rust) what stands here: [`Kind`], [`FlatEvent`] and [`What`], the
//! methods of [`Event`] and the lists [`KINDS`], [`FIELDS`] and [`CONN_FIELDS`]; and, where they belong, the
//! record in the ring (`tracer`), the writer of lines (`trace::recorder`), the quick reader (`trace::file::quick`),
//! the fields of the filter language (`filter`) and `struct conn` (`event::fields`).

use super::errno::ERRNO_NAMES;
use super::name::{Unknown, by_name};
use super::{
    Carried, ConnSet, ConnState, Domain, Errno, Event, Function, Interest, Iov, ItemOp, Payload, Protocol,
    ReadyFd, ReplyOp, Role, SettingName, Snapshot, SockOpt, Target, Thread, ThreadOp, Transport, Word,
};
use serde::{Deserialize, Serialize};

include!(concat!(env!("OUT_DIR"), "/schema/event.rs"));

/// A kind that this version does not know, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OtherKind(u8);

static UNKNOWN_KINDS: Unknown = Unknown::new();

impl OtherKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        UNKNOWN_KINDS.name(self.0)
    }
}

impl Kind {
    /// The kind of that name, whether this version knows it or not.
    pub fn from_name(name: &str) -> Kind {
        Kind::known(name).unwrap_or_else(|| Kind::Other(OtherKind(UNKNOWN_KINDS.number(name))))
    }
}

by_name!(Kind, from_name);

impl FlatEvent {
    /// The event that it is.
    pub fn event(self) -> Event {
        self.into()
    }

    /// The text that it carries, and under which name.
    pub(super) fn shown(&self) -> Option<(&'static str, &str)> {
        let all = [("data", &self.data), ("text", &self.text), ("key", &self.key)];
        all.into_iter().find_map(|(name, text)| Some((name, text.as_deref()?)))
    }

    /// The bytes that it carries, whatever its kind has.
    pub(super) fn bytes(&self) -> Option<Payload<'_>> {
        Payload::new(self.shown().map(|(_, shown)| shown), self.b64.as_deref(), self.len)
    }
}

/// A field, as the schema has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldInfo {
    /// Its name in a line.
    pub name: &'static str,
    /// Its type in the schema.
    pub ty: &'static str,
    /// What it is.
    pub doc: &'static str,
}

/// A kind of event, as the schema has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindInfo {
    /// The kind itself.
    pub kind: Kind,
    /// When it is told.
    pub doc: &'static str,
    /// Its fields, in the order of a line.
    pub members: &'static [MemberInfo],
}

/// A field as one kind has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberInfo {
    /// The field's name.
    pub field: &'static str,
    /// Its type there.
    pub ty: &'static str,
    /// When it must be there.
    pub need: Need,
}

/// When a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It may be left out.
    Perhaps,
    /// Always.
    Always,
    /// Unless the call failed.
    IfItWorked,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_kind() {
        for (at, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!((Kind::from_name(kind.name()), kind.index()), (*kind, at));
            assert_eq!(KINDS[at].kind, *kind);
        }
        let other = Kind::from_name("teleport");
        assert_eq!((other.index(), other.name()), (Kind::ALL.len(), "teleport"));
        assert_eq!(Kind::known("teleport"), None);
    }
}
