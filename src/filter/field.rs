//! What a filter can ask of an event: its fields, and who has them.

use crate::event::{ConnSet, Event, Kind, Thread};
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
    /// A [`Fn`](crate::event::Fn).
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
    /// Of [`Type::Errno`], for who has the number: compared by its name.
    Errno(i32),
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

fields! {
    Seq = "seq": Number,
    T = "t": Time,
    Th = "th": Thread,
    Ev = "ev": Kind,
    Function = "fn": Function,
    Role = "role": Word,
    Op = "op": Word,
    Worker = "worker": Thread,
    Conn = "conn": Number,
    Fd = "fd": Number,
    ListenFd = "listen_fd": Number,
    Peer = "peer": Word,
    RequestId = "request_id": Number,
    Transport = "transport": Word,
    EpollFd = "epoll_fd": Number,
    NotifyReceiveFd = "notify_receive_fd": Number,
    NotifySendFd = "notify_send_fd": Number,
    Domain = "domain": Word,
    Name = "name": Word,
    Value = "value": Word,
    Addr = "addr": Word,
    Backlog = "backlog": Number,
    Timeout = "timeout": Number,
    Ready = "ready": Part,
    Timer = "timer": Flag,
    Interest = "interest": Word,
    Depth = "depth": Number,
    State = "state": State,
    From = "from": State,
    To = "to": State,
    Why = "why": Word,
    Into = "into": Word,
    Want = "want": Number,
    Ret = "ret": Number,
    Errno = "errno": Errno,
    Data = "data": Bytes,
    Text = "text": Bytes,
    Key = "key": Bytes,
    Len = "len": Number,
    Size = "size": Number,
    Class = "class": Number,
    Chunk = "chunk": Number,
    Bucket = "bucket": Number,
    N = "n": Number,
    At = "at": Number,
    Cause = "cause": Number,
    Set = "set": Part,
    EvFlags = "set.ev_flags": EvFlags,
    Protocol = "set.protocol": Protocol,
    Rsize = "set.rsize": Number,
    Rcurr = "set.rcurr": Number,
    Rbytes = "set.rbytes": Number,
    Ritem = "set.ritem": Number,
    Rlbytes = "set.rlbytes": Number,
    Sbytes = "set.sbytes": Number,
    Wbytes = "set.wbytes": Number,
    Iovused = "set.iovused": Number,
    Msgcurr = "set.msgcurr": Number,
    Msgused = "set.msgused": Number,
    Msgbytes = "set.msgbytes": Number,
    Ileft = "set.ileft": Number,
    Suffixleft = "set.suffixleft": Number,
    WriteAndGo = "set.write_and_go": State,
    Noreply = "set.noreply": Flag,
    Item = "set.item": Part,
    ItemKey = "set.item.key": Word,
    ItemSize = "set.item.size": Number,
}

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

impl Subject for Event {
    fn value(&self, field: Field) -> Option<Value<'_>> {
        let thread = |v: Option<Thread>| v.map(Value::Thread);
        fn number<'a>(v: Option<impl std::convert::Into<i128>>) -> Option<Value<'a>> {
            v.map(|v| Value::Number(v.into()))
        }
        fn word(v: &Option<impl AsRef<str>>) -> Option<Value<'_>> {
            v.as_ref().map(|v| Value::Word(v.as_ref()))
        }
        match field {
            Field::Seq => number(Some(self.seq)),
            Field::T => number(Some(self.t)),
            Field::Th => thread(Some(self.th)),
            Field::Ev => Some(Value::Word(self.ev.name())),
            Field::Function => self.function.map(|f| Value::Word(f.name())),
            Field::Role => word(&self.role),
            Field::Op => word(&self.op),
            Field::Worker => thread(self.worker),
            Field::Conn => number(self.conn),
            Field::Fd => number(self.fd),
            Field::ListenFd => number(self.listen_fd),
            Field::Peer => word(&self.peer),
            Field::RequestId => number(self.request_id),
            Field::Transport => word(&self.transport),
            Field::EpollFd => number(self.epoll_fd),
            Field::NotifyReceiveFd => number(self.notify_receive_fd),
            Field::NotifySendFd => number(self.notify_send_fd),
            Field::Domain => word(&self.domain),
            Field::Name => word(&self.name),
            Field::Value => word(&self.value),
            Field::Addr => word(&self.addr),
            Field::Backlog => number(self.backlog),
            Field::Timeout => number(self.timeout),
            Field::Ready => self.ready.as_ref().filter(|list| !list.is_empty()).map(|_| Value::Flag(true)),
            // A trace says `timer` only where it is true; a wake without a timer has it as false.
            Field::Timer => (self.timer || self.ev == Kind::Wake).then_some(Value::Flag(self.timer)),
            Field::Interest => word(&self.interest),
            Field::Depth => number(self.depth),
            Field::State => self.state.map(|s| Value::Word(s.name())),
            Field::From => self.from.map(|s| Value::Word(s.name())),
            Field::To => self.to.map(|s| Value::Word(s.name())),
            Field::Why => word(&self.why),
            Field::Into => word(&self.into),
            Field::Want => number(self.want),
            Field::Ret => number(self.ret),
            Field::Errno => word(&self.errno),
            Field::Size => number(self.size),
            Field::Class => number(self.class),
            Field::Chunk => number(self.chunk),
            Field::Bucket => number(self.bucket),
            Field::N => number(self.n),
            Field::At => number(self.at),
            Field::Cause => number(self.cause),
            Field::Data | Field::Text | Field::Key | Field::Len => None,
            _ => of_set(self.set.as_deref()?, field),
        }
    }

    fn bytes(&self, field: Field, see: &mut dyn FnMut(&[u8], u64)) -> bool {
        let own = match (&self.data, &self.text, &self.key) {
            (Some(_), _, _) => Field::Data,
            (None, Some(_), _) => Field::Text,
            (None, None, Some(_)) => Field::Key,
            // Bytes in base64 do not say which field they are; the kind does.
            _ => match self.ev {
                Kind::Command | Kind::Reply | Kind::Mark | Kind::Note => Field::Text,
                Kind::Item => Field::Key,
                _ => Field::Data,
            },
        };
        let mut is_there = false;
        if own == field
            && let Some(bytes) = self.bytes()
        {
            see(&bytes.kept, bytes.len);
            is_there = true;
        }
        if field == Field::Data
            && let Some(iov) = &self.iov
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

/// The value of a field of `struct conn`, where it is among those that changed.
pub fn of_set(set: &ConnSet, field: Field) -> Option<Value<'_>> {
    fn number<'a>(v: Option<impl std::convert::Into<i128>>) -> Option<Value<'a>> {
        v.map(|v| Value::Number(v.into()))
    }
    match field {
        Field::Set => Some(Value::Flag(true)),
        Field::EvFlags => set.ev_flags.map(|f| Value::Word(f.name())),
        Field::Protocol => set.protocol.map(|p| Value::Word(p.name())),
        Field::Rsize => number(set.rsize),
        Field::Rcurr => number(set.rcurr),
        Field::Rbytes => number(set.rbytes),
        Field::Ritem => number(set.ritem),
        Field::Rlbytes => number(set.rlbytes),
        Field::Sbytes => number(set.sbytes),
        Field::Wbytes => number(set.wbytes),
        Field::Iovused => number(set.iovused),
        Field::Msgcurr => number(set.msgcurr),
        Field::Msgused => number(set.msgused),
        Field::Msgbytes => number(set.msgbytes),
        Field::Ileft => number(set.ileft),
        Field::Suffixleft => number(set.suffixleft),
        Field::WriteAndGo => set.write_and_go.map(|s| Value::Word(s.name())),
        Field::Noreply => set.noreply.map(Value::Flag),
        Field::Item => set.item.as_ref().map(|_| Value::Flag(true)),
        Field::ItemKey => Some(Value::Word(&set.item.as_ref()?.as_ref()?.key)),
        Field::ItemSize => number(Some(set.item.as_ref()?.as_ref()?.size)),
        _ => None,
    }
}
