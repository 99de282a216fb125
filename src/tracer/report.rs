//! What happened, as a server thread reports it: numbers, and no text but that of the payload.
//!
//! [`Report`] is made of the schema's table (`event/schema`). What stands here are the types that a field has in
//! the ring where it is not the one that an event has.

use crate::event::{
    ConnState, Domain, Errno, Function, Interest, ItemOp, Kind, ReplyOp, Role, SettingName, SockOpt, Target,
    Thread, ThreadOp, Transport,
};

include!(concat!(env!("OUT_DIR"), "/schema/report.rs"));

/// A system call's result: what it returned, or `-errno`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ret(pub i32);

impl Ret {
    /// It returned 0.
    pub const OK: Ret = Ret(0);

    /// What it returned, where it succeeded.
    pub fn returned(self) -> Option<i64> {
        (self.0 >= 0).then_some(self.0.into())
    }

    /// The error, where it failed.
    pub fn error(self) -> Option<Errno> {
        (self.0 < 0).then(|| Errno::from_number(-self.0))
    }

    /// Whether it brought bytes.
    #[inline(always)]
    pub fn brought(self) -> bool {
        self.0 > 0
    }
}

/// The error of a call whose result stands elsewhere: `-errno`, or anything else where it succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure(pub i32);

impl Failure {
    /// The error, where it failed.
    pub fn error(self) -> Option<Errno> {
        Ret(self.0).error()
    }
}

/// A descriptor, where there is one; a negative number where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor(pub i32);

impl Descriptor {
    /// None.
    pub const NONE: Descriptor = Descriptor(-1);
}

/// A number, where it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known(u32);

impl Known {
    /// It is not.
    pub const NOT: Known = Known(u32::MAX);

    /// This one.
    #[inline(always)]
    pub const fn to_be(n: u32) -> Known {
        Known(n)
    }

    /// The number.
    #[inline(always)]
    pub fn get(self) -> Option<u32> {
        (self != Known::NOT).then_some(self.0)
    }
}

/// A slab class, 0 for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassId(pub u8);

/// Whether the payload is the field's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsText(pub bool);

impl IsText {
    /// It is.
    pub const HERE: IsText = IsText(true);
}

/// The payload begins with who sent it ([`PEER`](super::PEER) bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer;

/// The payload is a list of so many pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PieceCount(pub u32);

impl Report {
    /// What a thread at the gate is about to do, besides its kind.
    pub(super) fn of(&self) -> Option<&'static str> {
        match self {
            Report::Call { function } | Report::Return { function } => Some(function.name()),
            Report::State { to, .. } => Some(to.name()),
            Report::Item { op, .. } => Some(op.name()),
            _ => None,
        }
    }
}
