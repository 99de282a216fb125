//! How what a thread told of a field is written, and how a filter compares it: one place for each type that the
//! schema's table knows.

use super::pen::LinePen;
use super::told::{Reported, sent};
use crate::event::{
    ConnState, Domain, Errno, Function, Interest, ItemOp, Named, ReplyOp, Role, SettingName, SockOpt, Target,
    Thread, ThreadOp, Transport,
};
use crate::filter::Value;
use crate::tracer::{ClassId, Descriptor, Failure, IsText, Known, Peer, PieceCount, Ret, received};

/// A field as a thread told it.
pub(super) trait ReportedField: Copy {
    /// Writes the member, if there is one. `key` is its whole beginning: the comma, the name, the colon, and the
    /// quote where the value stands in quotes.
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, told: &Reported<'_>);

    /// The same for a filter.
    fn value<'a>(self, told: &Reported<'a>) -> Option<Value<'a>>;
}

macro_rules! numbers {
    ($($ty:ty),*) => {$(
        impl ReportedField for $ty {
            #[inline(always)]
            fn write(self, key: &'static str, pen: &mut LinePen<'_>, _: &Reported<'_>) {
                pen.number(key, self);
            }

            fn value<'a>(self, _: &Reported<'a>) -> Option<Value<'a>> {
                Some(Value::Number(self.into()))
            }
        }
    )*};
}
numbers!(i32, u16, u32);

macro_rules! names {
    ($($ty:ty),*) => {$(
        impl ReportedField for $ty {
            #[inline(always)]
            fn write(self, key: &'static str, pen: &mut LinePen<'_>, _: &Reported<'_>) {
                pen.word(key, Named::name(self));
            }

            fn value<'a>(self, _: &Reported<'a>) -> Option<Value<'a>> {
                Some(Value::Word(Named::name(self)))
            }
        }
    )*};
}
names!(
    ConnState,
    Domain,
    Function,
    Interest,
    ItemOp,
    ReplyOp,
    Role,
    SettingName,
    SockOpt,
    Target,
    ThreadOp,
    Transport
);

impl<T: ReportedField> ReportedField for Option<T> {
    #[inline(always)]
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, told: &Reported<'_>) {
        if let Some(field) = self {
            field.write(key, pen, told);
        }
    }

    fn value<'a>(self, told: &Reported<'a>) -> Option<Value<'a>> {
        self.and_then(|field| field.value(told))
    }
}

impl ReportedField for bool {
    #[inline(always)]
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, _: &Reported<'_>) {
        if self {
            pen.raw(key);
            pen.raw("true");
        }
    }

    fn value<'a>(self, _: &Reported<'a>) -> Option<Value<'a>> {
        Some(Value::Flag(self))
    }
}

/// A worker; the dispatcher is none.
impl ReportedField for Thread {
    #[inline(always)]
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, _: &Reported<'_>) {
        if let Thread::Worker(worker) = self {
            pen.raw(key);
            pen.number("worker", worker);
            pen.byte(b'"');
        }
    }

    fn value<'a>(self, _: &Reported<'a>) -> Option<Value<'a>> {
        self.worker().map(|_| Value::Thread(self))
    }
}

impl ReportedField for Descriptor {
    #[inline(always)]
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, _: &Reported<'_>) {
        if self.0 >= 0 {
            pen.number(key, self.0);
        }
    }

    fn value<'a>(self, _: &Reported<'a>) -> Option<Value<'a>> {
        (self.0 >= 0).then_some(Value::Number(self.0.into()))
    }
}

impl ReportedField for Known {
    #[inline(always)]
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, told: &Reported<'_>) {
        self.get().write(key, pen, told);
    }

    fn value<'a>(self, told: &Reported<'a>) -> Option<Value<'a>> {
        self.get().value(told)
    }
}

impl ReportedField for ClassId {
    #[inline(always)]
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, _: &Reported<'_>) {
        if self.0 != 0 {
            pen.number(key, self.0);
        }
    }

    fn value<'a>(self, _: &Reported<'a>) -> Option<Value<'a>> {
        (self.0 != 0).then_some(Value::Number(self.0.into()))
    }
}

/// What a system call returned, or its error by name.
impl ReportedField for Ret {
    #[inline(always)]
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, told: &Reported<'_>) {
        match self.0 {
            0.. => pen.number(key, self.0),
            _ => pen.seldom(|pen| Failure(self.0).write(",\"errno\":", pen, told)),
        }
    }

    fn value<'a>(self, _: &Reported<'a>) -> Option<Value<'a>> {
        (self.0 >= 0).then_some(Value::Number(self.0.into()))
    }
}

impl Ret {
    /// The error, for a filter.
    pub(super) fn failure<'a>(self) -> Option<Value<'a>> {
        (self.0 < 0).then(|| Value::Word(Errno::from_number(-self.0).name()))
    }
}

impl ReportedField for Failure {
    #[inline(always)]
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, _: &Reported<'_>) {
        if self.0 < 0 {
            pen.raw(key);
            pen.byte(b'"');
            pen.own(Errno::from_number(-self.0).name().as_bytes());
            pen.byte(b'"');
        }
    }

    fn value<'a>(self, _: &Reported<'a>) -> Option<Value<'a>> {
        Ret(self.0).failure()
    }
}

impl ReportedField for IsText {
    #[inline(always)]
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, told: &Reported<'_>) {
        if self.0 {
            pen.lossy(key, told.payload);
        }
    }

    fn value<'a>(self, told: &Reported<'a>) -> Option<Value<'a>> {
        // The server's own words are always text.
        std::str::from_utf8(told.payload).ok().filter(|_| self.0).map(Value::Word)
    }
}

impl ReportedField for Peer {
    #[inline(always)]
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, told: &Reported<'_>) {
        if let (Some(peer), _) = received(told.payload) {
            pen.lossy(key, peer.to_string().as_bytes());
        }
    }

    fn value<'a>(self, told: &Reported<'a>) -> Option<Value<'a>> {
        received(told.payload).0.map(Value::Addr)
    }
}

impl ReportedField for PieceCount {
    #[inline(always)]
    fn write(self, key: &'static str, pen: &mut LinePen<'_>, told: &Reported<'_>) {
        pen.raw(key);
        pen.byte(b'[');
        for (i, (bytes, len)) in sent(told.payload, self.0).enumerate() {
            if i > 0 {
                pen.byte(b',');
            }
            pen.piece(bytes, len);
        }
        pen.byte(b']');
    }

    fn value<'a>(self, _: &Reported<'a>) -> Option<Value<'a>> {
        None
    }
}
