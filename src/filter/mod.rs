//! The one filter language: which events are meant, wherever that is asked (`print --filter`, the
//! screens, breakpoints, lessons, the recorder's trigger).
//!
//! ```
//! use memstep::event::{ConnState, Event, What};
//! use memstep::filter::Filter;
//!
//! let filter = Filter::parse("ev=state & to=conn_nread & conn=0")?;
//! let what = What::State { from: Some(ConnState::ParseCmd), to: Some(ConnState::Nread) };
//! let event = Event { conn: Some(0), what, ..Event::default() };
//! assert!(filter.matches(&event));
//! # Ok::<(), memstep::filter::FilterError>(())
//! ```
//!
//! # The language
//!
//! A condition is a field, a comparison and a value: `conn=0`. A field is called as it is in the
//! trace ([`Event`](crate::event::Event)); a field of `set` is `set.rbytes` or, short, `rbytes`.
//!
//! | written | means | for |
//! | --- | --- | --- |
//! | `ev=state`, `ev!=state` | is, is not (`==` is taken for `=`) | every field with a value |
//! | `want<2048`, `<=`, `>`, `>=` | less, at most, more, at least | numbers and `t` |
//! | `data~"set a"`, `why!~closed` | contains, does not contain | bytes, words, names |
//! | `errno` | has this field; a flag (`timer`, `noreply`): is true | every field |
//! | `! a` | not (also `not a`) | conditions; binds closest |
//! | `a & b` | both (also `&&`, `and`) | |
//! | <code>a \| b</code> | either (also <code>\|\|</code>, `or`) | binds least |
//! | `( a )` | first this | |
//!
//! Values are bare words or stand in quotes, where they hold a blank or a sign of the language:
//! `"set a\r\n"`, with the escapes `\n \r \t \0 \" \\ \xNN`. A time is in nanoseconds or has its
//! unit: `t>1.2s`, `t<=300ms`, `t=15us`.
//!
//! ```text
//! ev=state & to=conn_nread & conn=0        connection 0 begins to read a value
//! th=worker0 | th=worker1                  what these two workers do
//! ev=read & data~"set"                     a read that brought `set`
//! ev=wake & ready                          a wake-up for something other than a timer
//! errno & !errno=EAGAIN                    calls that failed, but for those that would have waited
//! rbytes=0                                 the read buffer has become empty
//! (ev=read & ret=0) or why~reset           the client has gone
//! t>1.2ms & t<300ms                        what happened in this time
//! ```
//!
//! # What is decided here
//!
//! - **A field that an event has not** makes every comparison with it false, `!=` and `!~` too.
//!   `!(...)` is the exact complement. So `errno!=EAGAIN` are the calls that failed with another
//!   error, `!errno=EAGAIN` everything but those that failed with this one.
//! - **Names are checked.** A field, kind, state, thread, function, protocol or error that does not
//!   exist is an error with the nearest name, since a filter that silently never matches is worse.
//!   A kind or an error's name in quotes is taken as it stands, `ev="teleport"`: a later version
//!   may have it.
//! - **Bytes** are the true bytes, whether the trace has them as text or as base64, as far as they
//!   were kept. `data` of a `sendmsg` is all its pieces in a row, as they went over the wire; what
//!   was cut off is never found, and what was cut is equal to nothing. `len` is the true length.
//! - **A bound for what is typed.** An expression has at most [`LONGEST`] bytes, and at most
//!   [`DEEPEST`] parentheses and `!` within each other.
//!
//! # The files
//!
//! `field.rs` has the fields and the trait [`Subject`]; `lex.rs`, `names.rs` and `parse.rs` read
//! expressions; `error.rs` says what is wrong with them; `needle.rs` looks for bytes. The parser is
//! our own: its grammar is four lines, and most of it is what it says about what it did not expect.

mod error;
mod field;
mod lex;
mod names;
mod needle;
mod needs;
mod parse;

pub use error::FilterError;
pub(crate) use error::{either, nearest, quoted};
pub use field::{Field, Subject, Type, Value, of_set};
pub use needs::Needs;

use crate::event::{ConnState, Kind, Thread};
use crate::text::visible;
use needle::Needle;
use std::fmt;
use std::io::Write as _;
use std::str::FromStr;

/// The longest expression in bytes.
pub const LONGEST: usize = 4096;
/// How many parentheses and `!` may stand within each other.
pub const DEEPEST: usize = 64;

/// Which events are meant.
///
/// It shows in a canonical form, which is parsed to an equal filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(Expr);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expr {
    Not(Box<Expr>),
    /// At least two, none of which is an `All`.
    All(Vec<Expr>),
    /// At least two, none of which is an `Any`.
    Any(Vec<Expr>),
    Has(Field),
    Test(Test),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Test {
    field: Field,
    op: Op,
    value: Operand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Is,
    IsNot,
    Less,
    AtMost,
    More,
    AtLeast,
    Contains,
    ContainsNot,
}

impl Op {
    const fn sign(self) -> &'static str {
        ["=", "!=", "<", "<=", ">", ">=", "~", "!~"][self as usize]
    }

    fn is_order(self) -> bool {
        matches!(self, Op::Less | Op::AtMost | Op::More | Op::AtLeast)
    }

    fn is_containment(self) -> bool {
        matches!(self, Op::Contains | Op::ContainsNot)
    }

    fn is_negative(self) -> bool {
        matches!(self, Op::IsNot | Op::ContainsNot)
    }
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Operand {
    Number(i128),
    Flag(bool),
    Thread(Thread),
    /// A name, a word, bytes.
    Bytes(Needle),
}

impl Filter {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// Where it stops being one, and what was expected there.
    pub fn parse(expression: &str) -> Result<Filter, FilterError> {
        parse::parse(expression).map(Filter)
    }

    /// The events of a connection.
    pub fn conn(id: u32) -> Filter {
        Filter(is(Field::Conn, Operand::Number(id.into())))
    }

    /// What happens on a thread.
    pub fn thread(th: Thread) -> Filter {
        Filter(is(Field::Th, Operand::Thread(th)))
    }

    /// All but what `filter` means.
    pub fn all_but(filter: Filter) -> Filter {
        Filter(Expr::Not(Box::new(filter.0)))
    }

    /// The events of a kind.
    pub fn kind(kind: Kind) -> Filter {
        Filter(is_named(Field::Ev, kind.name()))
    }

    /// The events of a kind of which a field has this name: its `fn`, its `op`.
    pub fn kind_with(kind: Kind, field: Field, name: &str) -> Filter {
        Filter(Expr::All(vec![is_named(Field::Ev, kind.name()), is_named(field, name)]))
    }

    /// The changes of state that enter `to`.
    pub fn entered(to: ConnState) -> Filter {
        Filter(Expr::All(vec![is_named(Field::Ev, Kind::State.name()), is_named(Field::To, to.name())]))
    }

    /// The changes of state from `from` to `to`.
    pub fn way(from: ConnState, to: ConnState) -> Filter {
        let kind = is_named(Field::Ev, Kind::State.name());
        Filter(Expr::All(vec![kind, is_named(Field::From, from.name()), is_named(Field::To, to.name())]))
    }

    /// The events that are meant by all of `filters`; every event where there are none.
    pub fn all(filters: impl IntoIterator<Item = Filter>) -> Filter {
        // Every event has a number.
        let every = Expr::Has(Field::Seq);
        let flat = filters.into_iter().flat_map(|Filter(expr)| match expr {
            Expr::All(list) => list,
            one => vec![one],
        });
        Filter(one_or(flat.collect(), Expr::All).unwrap_or(every))
    }

    /// The events that are meant by any of `filters`; `None` where there are none.
    pub fn any(filters: impl IntoIterator<Item = Filter>) -> Option<Filter> {
        let flat = filters.into_iter().flat_map(|Filter(expr)| match expr {
            Expr::Any(list) => list,
            one => vec![one],
        });
        one_or(flat.collect(), Expr::Any).map(Filter)
    }

    /// Whether the event is meant. Nothing is allocated, but for bytes that must be decoded.
    pub fn matches<S: Subject + ?Sized>(&self, subject: &S) -> bool {
        self.0.matches(subject)
    }

    /// The kinds of event that can match at all: what is of none of them need not be asked.
    pub fn kinds(&self) -> Kinds {
        Kinds(self.0.kinds().0)
    }

    /// Whether it looks at a field of which `which` is true; so a subject knows what it need not
    /// prepare.
    pub fn looks_at(&self, which: impl Fn(Field) -> bool) -> bool {
        self.0.looks_at(&which)
    }
}

/// An expression alone, or several of them as `several` has them; `None` where there is none.
fn one_or(mut list: Vec<Expr>, several: impl FnOnce(Vec<Expr>) -> Expr) -> Option<Expr> {
    if list.len() > 1 { Some(several(list)) } else { list.pop() }
}

fn is(field: Field, value: Operand) -> Expr {
    Expr::Test(Test { field, op: Op::Is, value })
}

fn is_named(field: Field, name: &str) -> Expr {
    is(field, Operand::Bytes(Needle::new(name.as_bytes())))
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(expression: &str) -> Result<Filter, FilterError> {
        Filter::parse(expression)
    }
}

/// A set of kinds of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u64);

/// A bit for each kind, and one for all those that this version does not know.
const EVERY_KIND: u64 = (1 << (Kind::ALL.len() + 1)) - 1;
/// The bit of those that this version does not know.
const OTHER: u64 = 1 << Kind::ALL.len();
const _: () = assert!(Kind::ALL.len() < 63);

impl Kinds {
    /// Whether the kind is among them.
    #[inline]
    pub fn has(self, kind: Kind) -> bool {
        self.0 >> kind.index() & 1 == 1
    }

    /// Whether they are all kinds, those of later versions too.
    pub fn is_all(self) -> bool {
        self.0 == EVERY_KIND
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Expr {
    fn matches<S: Subject + ?Sized>(&self, subject: &S) -> bool {
        match self {
            Expr::Not(inner) => !inner.matches(subject),
            Expr::All(list) => list.iter().all(|e| e.matches(subject)),
            Expr::Any(list) => list.iter().any(|e| e.matches(subject)),
            Expr::Has(field) => has(subject, *field),
            Expr::Test(test) => test.matches(subject),
        }
    }

    fn looks_at(&self, which: &dyn Fn(Field) -> bool) -> bool {
        match self {
            Expr::Not(inner) => inner.looks_at(which),
            Expr::All(list) | Expr::Any(list) => list.iter().any(|e| e.looks_at(which)),
            Expr::Has(field) | Expr::Test(Test { field, .. }) => which(*field),
        }
    }

    /// The kinds that may match, and those that surely do.
    fn kinds(&self) -> (u64, u64) {
        match self {
            Expr::Not(inner) => {
                let (may, must) = inner.kinds();
                (EVERY_KIND & !must, EVERY_KIND & !may)
            }
            Expr::All(list) => {
                list.iter().map(Expr::kinds).fold((EVERY_KIND, EVERY_KIND), |a, b| (a.0 & b.0, a.1 & b.1))
            }
            Expr::Any(list) => list.iter().map(Expr::kinds).fold((0, 0), |a, b| (a.0 | b.0, a.1 | b.1)),
            Expr::Has(Field::Ev) => (EVERY_KIND, EVERY_KIND),
            Expr::Test(test) if test.field == Field::Ev => test.kinds(),
            Expr::Has(_) | Expr::Test(_) => (EVERY_KIND, 0),
        }
    }
}

fn has<S: Subject + ?Sized>(subject: &S, field: Field) -> bool {
    match field.ty() {
        Type::Bytes => subject.bytes(field, &mut |_, _| {}),
        _ if field == Field::Len => length(subject).is_some(),
        _ => subject.value(field).is_some_and(|value| value != Value::Flag(false)),
    }
}

/// The true length of the bytes that an event carries.
fn length<S: Subject + ?Sized>(subject: &S) -> Option<i128> {
    [Field::Data, Field::Text, Field::Key].into_iter().find_map(|field| {
        let mut sum = 0;
        subject.bytes(field, &mut |_, len| sum += i128::from(len)).then_some(sum)
    })
}

impl Test {
    fn matches<S: Subject + ?Sized>(&self, subject: &S) -> bool {
        if let (Type::Bytes, Operand::Bytes(needle)) = (self.field.ty(), &self.value) {
            return self.matches_bytes(subject, needle);
        }
        let value = match self.field {
            Field::Len => length(subject).map(Value::Number),
            field => subject.value(field),
        };
        value.is_some_and(|value| self.holds(value))
    }

    fn holds(&self, value: Value<'_>) -> bool {
        let positive = match (value, &self.value) {
            (Value::Number(a), Operand::Number(b)) => match self.op {
                Op::Less => a < *b,
                Op::AtMost => a <= *b,
                Op::More => a > *b,
                Op::AtLeast => a >= *b,
                _ => a == *b,
            },
            (Value::Flag(a), Operand::Flag(b)) => a == *b,
            (Value::Thread(a), Operand::Thread(b)) => a == *b,
            (Value::Word(word), Operand::Bytes(needle)) => self.compare(needle, word.as_bytes()),
            (Value::Thread(thread), Operand::Bytes(needle)) => {
                self.compare(needle, Short::new(format_args!("{thread}")).bytes())
            }
            (Value::Addr(addr), Operand::Bytes(needle)) => {
                self.compare(needle, Short::new(format_args!("{addr}")).bytes())
            }
            // The field has a value of another type than its own.
            _ => return false,
        };
        positive != self.op.is_negative()
    }

    fn compare(&self, needle: &Needle, bytes: &[u8]) -> bool {
        if self.op.is_containment() { needle.is_in(bytes) } else { needle.bytes() == bytes }
    }

    fn matches_bytes<S: Subject + ?Sized>(&self, subject: &S, needle: &Needle) -> bool {
        let (mut found, mut matched) = (needle.bytes().is_empty(), 0);
        let mut left = Some(needle.bytes());
        let is_there = subject.bytes(self.field, &mut |kept, len| {
            let is_cut = len > kept.len() as u64;
            if self.op.is_containment() {
                found = found || needle.find(&mut matched, kept);
                if is_cut {
                    // What comes next does not follow on what was kept.
                    matched = 0;
                }
            } else {
                left = left.and_then(|left| left.strip_prefix(kept)).filter(|_| !is_cut);
            }
        });
        let positive = if self.op.is_containment() { found } else { left.is_some_and(<[u8]>::is_empty) };
        is_there && positive != self.op.is_negative()
    }

    /// The kinds that may match, and those that surely do, of a test of `ev`.
    fn kinds(&self) -> (u64, u64) {
        let matching = |kind: Kind| self.holds(Value::Word(kind.name()));
        let known = Kind::ALL.iter().filter(|k| matching(**k)).fold(0, |set, k| set | 1 << k.index());
        let is_known = matches!(&self.value, Operand::Bytes(n) if is_kind(n.bytes()));
        match self.op {
            Op::Is if is_known => (known, known),
            Op::IsNot if is_known => (known | OTHER, known | OTHER),
            _ => (known | OTHER, known),
        }
    }
}

fn is_kind(name: &[u8]) -> bool {
    Kind::ALL.iter().any(|k| k.name().as_bytes() == name)
}

/// A short name that is put together without allocating.
struct Short {
    buffer: [u8; Short::MOST],
    length: usize,
}

impl Short {
    /// As long as an IPv6 address with its scope and its port.
    const MOST: usize = 64;

    fn new(name: fmt::Arguments<'_>) -> Short {
        let mut buffer = [0; Short::MOST];
        let mut rest = &mut buffer[..];
        // What does not fit is cut: nothing has so long a name.
        let _ = rest.write_fmt(name);
        let length = Short::MOST - rest.len();
        Short { buffer, length }
    }

    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, list: &[Expr], sign: &str| {
            for (i, e) in list.iter().enumerate() {
                if i > 0 {
                    f.write_str(sign)?;
                }
                match e {
                    Expr::Any(_) => write!(f, "({e})")?,
                    _ => e.fmt(f)?,
                }
            }
            Ok(())
        };
        match self {
            Expr::Not(inner) if matches!(**inner, Expr::All(_) | Expr::Any(_)) => write!(f, "!({inner})"),
            Expr::Not(inner) => write!(f, "!{inner}"),
            Expr::All(of) => list(f, of, " & "),
            Expr::Any(of) => list(f, of, " | "),
            Expr::Has(field) => f.write_str(field.short()),
            Expr::Test(test) => test.fmt(f),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.field.short(), self.op.sign())?;
        match &self.value {
            Operand::Number(n) if self.field.ty() == Type::Time => f.write_str(&names::time_text(*n)),
            Operand::Number(n) => n.fmt(f),
            Operand::Flag(flag) => flag.fmt(f),
            Operand::Thread(thread) => thread.fmt(f),
            Operand::Bytes(needle) => {
                let bare = std::str::from_utf8(needle.bytes()).ok().filter(|w| lex::is_bare(w));
                // A name that is not known is taken in quotes alone.
                match bare.filter(|w| self.op.is_containment() || names::is_known(self.field.ty(), w)) {
                    Some(word) => f.write_str(word),
                    None => write!(f, "\"{}\"", visible(needle.bytes())),
                }
            }
        }
    }
}
