//! What a thread reported, as whoever folds the world takes it.

use crate::event::{
    ConnState, Domain, Function, Interest, ItemOp, ReplyOp, Role, SettingName, SockOpt, Target, Thread,
    ThreadOp, Transport, What,
};
use crate::tracer::{ClassId, Descriptor, IsText, Known, Peer, Report};
use std::mem::ManuallyDrop;

include!(concat!(env!("OUT_DIR"), "/schema/kept.rs"));

/// Whoever takes what was reported as an event has it.
pub(super) trait Folds {
    /// What comes of it.
    type Out;

    /// Takes what is reported often. Nothing in it is to be dropped: what is text stands in the payload.
    fn fold(self, what: &What) -> Self::Out;

    /// Takes what is reported seldom; a copy for all of these.
    fn fold_seldom(self, what: &What) -> Self::Out;
}

/// A field as a thread told it, as the one that an event has.
trait Kept<T> {
    fn kept(self) -> T;
}

macro_rules! as_it_is {
    ($($ty:ty),*) => {$(
        impl Kept<Option<$ty>> for $ty {
            #[inline(always)]
            fn kept(self) -> Option<$ty> {
                Some(self)
            }
        }
    )*};
}
as_it_is!(
    i32,
    u32,
    ConnState,
    Domain,
    Function,
    Interest,
    ItemOp,
    Role,
    SettingName,
    SockOpt,
    Target,
    ThreadOp
);

macro_rules! if_any {
    ($($ty:ty),*) => {$(
        impl Kept<Option<$ty>> for Option<$ty> {
            #[inline(always)]
            fn kept(self) -> Option<$ty> {
                self
            }
        }
    )*};
}
if_any!(u16, ReplyOp, Transport);

impl Kept<bool> for bool {
    #[inline(always)]
    fn kept(self) -> bool {
        self
    }
}

impl Kept<Option<i64>> for i32 {
    #[inline(always)]
    fn kept(self) -> Option<i64> {
        Some(self.into())
    }
}

impl Kept<Option<u64>> for u32 {
    #[inline(always)]
    fn kept(self) -> Option<u64> {
        Some(self.into())
    }
}

/// The dispatcher is no worker.
impl Kept<Option<Thread>> for Thread {
    #[inline(always)]
    fn kept(self) -> Option<Thread> {
        self.worker().map(|_| self)
    }
}

impl Kept<Option<i32>> for Descriptor {
    #[inline(always)]
    fn kept(self) -> Option<i32> {
        (self.0 >= 0).then_some(self.0)
    }
}

impl Kept<Option<u64>> for Known {
    #[inline(always)]
    fn kept(self) -> Option<u64> {
        self.get().map(u64::from)
    }
}

impl Kept<Option<u64>> for ClassId {
    #[inline(always)]
    fn kept(self) -> Option<u64> {
        (self.0 != 0).then_some(self.0.into())
    }
}

impl Kept<Option<Box<str>>> for IsText {
    #[inline(always)]
    fn kept(self) -> Option<Box<str>> {
        None
    }
}

impl Kept<Option<Box<str>>> for Peer {
    #[inline(always)]
    fn kept(self) -> Option<Box<str>> {
        None
    }
}
