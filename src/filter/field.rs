//! What a filter can ask of an event: its fields, and who has them.

use crate::event::{ConnSet, Event, Kind, Named, Thread};
use std::net::SocketAddr;

/// What the values of a field are, and so which comparisons it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A whole number: `= != < <= > >=`.
    Number,
    /// Nanoseconds: the same, and the value may have a unit.
    Time,
    /// True or false: `= !=`; alone it means that it is true.
    Flag,
    /// A thread: `= != ~ !~`, as all that follow.
    Thread,
    /// A [`Kind`].
    Kind,
    /// A [`ConnState`](crate::event::ConnState).
    State,
    /// A [`Function`](crate::event::Function).
    Function,
    /// An error's name.
    Errno,
    /// `EV_READ`, `EV_PERSIST` ... with `|` between them.
    EvFlags,
    /// A [`Protocol`](crate::event::Protocol).
    Protocol,
    /// Some other word.
    Word,
    /// Bytes from the network.
    Bytes,
    /// Something that is there or not; it stands alone.
    Part,
}

/// A value of a field that is no bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// Of [`Type::Number`] and [`Type::Time`]; wide enough for every `u64` and every `i64`.
    Number(i128),
    /// Of [`Type::Flag`], and true for a [`Type::Part`] that is there.
    Flag(bool),
    /// Of [`Type::Thread`].
    Thread(Thread),
    /// Of an address, for who has it: compared as it is written.
    Addr(SocketAddr),
    /// Of all the others: the name, as a trace writes it.
    Word(&'a str),
}

macro_rules! fields {
    ($($variant:ident = $name:literal: $ty:ident,)*) => {
        /// A field of an event, by the name that it has in a trace; those of `set` as `set.rbytes`.
        /// What each is stands at [`Event`] and [`ConnSet`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Field { $($variant,)* }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Field] = &[$(Field::$variant,)*];

            /// Its name; of a field of `set` the long one.
            pub const fn name(self) -> &'static str {
                match self { $(Field::$variant => $name,)* }
            }

            /// What its values are.
            pub const fn ty(self) -> Type {
                match self { $(Field::$variant => Type::$ty,)* }
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/schema/filter.rs"));

impl Field {
    /// The field of that name, a field of `set` by its short name too.
    pub fn from_name(name: &str) -> Option<Field> {
        Field::ALL.iter().copied().find(|f| f.name() == name || f.short() == name)
    }

    /// Its name without `set.`; but for `set.item`: who writes `item` alone means `ev=item`.
    pub fn short(self) -> &'static str {
        match self {
            Field::Item => self.name(),
            _ => self.name().strip_prefix("set.").unwrap_or(self.name()),
        }
    }

    /// Whether it is a field of `struct conn` that changed: what `set` is looked at for.
    pub fn is_of_set(self) -> bool {
        self as u8 >= Field::Set as u8
    }
}

/// What a filter can be put to: an [`Event`], or whatever else knows an event's fields.
///
/// A field that is not there is `None`. What is answered must be of the field's [`Type`], and
/// [`Field::Seq`], [`Field::T`], [`Field::Th`] and [`Field::Ev`] are always there.
pub trait Subject {
    /// The value of a field that is no bytes. [`Field::Len`] is never asked for: it follows from
    /// [`bytes`](Subject::bytes).
    fn value(&self, field: Field) -> Option<Value<'_>>;

    /// Shows `see` the bytes of a [`Type::Bytes`] field piece by piece, as they went over the wire:
    /// as many as were kept of the piece, and how many it had. False where the field is not there.
    fn bytes(&self, field: Field, see: &mut dyn FnMut(&[u8], u64)) -> bool;
}

fn thread<'a>(v: Option<Thread>) -> Option<Value<'a>> {
    v.map(Value::Thread)
}

fn number<'a>(v: Option<impl Into<i128>>) -> Option<Value<'a>> {
    v.map(|v| Value::Number(v.into()))
}

fn flag<'a>(v: Option<bool>) -> Option<Value<'a>> {
    v.map(Value::Flag)
}

fn word(v: Option<&str>) -> Option<Value<'_>> {
    v.map(Value::Word)
}

/// A name of a vocabulary.
fn named<'a>(v: Option<impl Named>) -> Option<Value<'a>> {
    v.map(|v| Value::Word(v.name()))
}

impl Subject for Event {
    fn value(&self, field: Field) -> Option<Value<'_>> {
        match field {
            Field::Seq => number(Some(self.seq)),
            Field::T => number(Some(self.t)),
            Field::Th => thread(Some(self.th)),
            Field::Ev => Some(Value::Word(self.kind().name())),
            Field::Conn => number(self.conn),
            Field::Cause => number(self.cause),
            Field::Ready => self.ready().filter(|list| !list.is_empty()).map(|_| Value::Flag(true)),
            // A trace says `timer` only where it is true; a wake without a timer has it as false.
            Field::Timer => flag((self.timer() || self.kind() == Kind::Wake).then_some(self.timer())),
            _ if field.is_of_set() => of_set(self.set.as_deref()?, field),
            _ => own(self, field),
        }
    }

    fn bytes(&self, field: Field, see: &mut dyn FnMut(&[u8], u64)) -> bool {
        let mut is_there = false;
        if self.bytes_are() == Some(field.name())
            && let Some(bytes) = self.bytes()
        {
            see(&bytes.kept, bytes.len);
            is_there = true;
        }
        if field == Field::Data
            && let Some(iov) = self.iov()
        {
            for piece in iov {
                let bytes = piece.bytes();
                see(&bytes.kept, bytes.len);
            }
            is_there = true;
        }
        is_there
    }
}
