//! A filter put to an event that is no [`Event`](crate::event::Event) yet: the trigger of the flight
//! recorder is put to each of millions a second.

use super::convert::{Told, sent};
use super::line::whole_characters;
use super::world::Context;
use crate::event::{self, Kind, Thread};
use crate::filter::{Field, Subject, Value};
use crate::tracer::{Ret, What};

/// An event as it was told, and what the recorder knows besides.
pub(super) struct Seen<'a> {
    pub told: &'a Told<'a>,
    pub context: &'a Context,
}

impl Seen<'_> {
    /// The text that the payload is, if it is text; the recorder's own words always are.
    fn words(&self) -> Option<Value<'_>> {
        std::str::from_utf8(self.told.payload).ok().map(Value::Word)
    }

    fn ret(&self) -> Option<Ret> {
        match self.told.record.what {
            // A trace has no `ret` of a call that gave a descriptor, only the descriptor.
            What::Accept { ret, .. } => (ret < 0).then_some(ret),
            What::Setsockopt { ret, .. }
            | What::Bind { ret, .. }
            | What::Listen { ret, .. }
            | What::Wake { ret, .. }
            | What::EventAdd { ret, .. }
            | What::EventDel { ret, .. }
            | What::Notify { ret, .. }
            | What::Notified { ret, .. }
            | What::Read { ret, .. }
            | What::Sendmsg { ret, .. }
            | What::Close { ret, .. } => Some(ret),
            _ => None,
        }
    }

    fn fd(&self) -> Option<i32> {
        match self.told.record.what {
            What::Accept { ret, .. } => (ret >= 0).then_some(ret),
            What::Socket { fd, .. }
            | What::Setsockopt { fd, .. }
            | What::Bind { fd, .. }
            | What::Listen { fd, .. }
            | What::EventAdd { fd, .. }
            | What::EventDel { fd, .. }
            | What::Notify { fd, .. }
            | What::Notified { fd, .. }
            | What::ConnNew { fd, .. }
            | What::Read { fd, .. }
            | What::Sendmsg { fd, .. }
            | What::Close { fd, .. } => Some(fd),
            _ => None,
        }
    }

    fn worker(&self) -> Option<Thread> {
        match self.told.record.what {
            What::EventInit { whose, .. } | What::Thread { whose, .. } => whose.worker().map(|_| whose),
            What::Pipe { worker, .. }
            | What::CqPush { worker, .. }
            | What::CqPop { worker, .. }
            | What::Notify { worker, .. }
            | What::Notified { worker, .. } => Some(Thread::Worker(worker)),
            _ => None,
        }
    }

    /// A field of `struct conn`, where it is among those that changed.
    fn of_set(&self, field: Field) -> Option<Value<'_>> {
        let image = self.told.image?;
        let (mut found, mut any) = (None, self.context.item.is_some());
        let mut look = |key: &'static str, value: event::Value| {
            any = true;
            if key.trim_matches(['"', ':']) == field.short() {
                found = Some(match value {
                    event::Value::Number(n) => Value::Number(n.into()),
                    event::Value::Word(word) => Value::Word(word),
                    event::Value::Bool(yes) => Value::Flag(yes),
                });
            }
        };
        match &self.context.before {
            Some(before) => image.changes(before, &mut look),
            None => image.fields(&mut look),
        }
        match field {
            Field::Set => any.then_some(Value::Flag(true)),
            Field::Item => self.context.item.as_ref().map(|_| Value::Flag(true)),
            Field::ItemKey => Some(Value::Word(&self.context.item.as_ref()?.as_ref()?.key)),
            Field::ItemSize => Some(Value::Number(self.context.item.as_ref()?.as_ref()?.size.into())),
            _ => found,
        }
    }
}

impl Subject for Seen<'_> {
    fn value(&self, field: Field) -> Option<Value<'_>> {
        fn number<'a>(n: impl Into<i128>) -> Option<Value<'a>> {
            Some(Value::Number(n.into()))
        }
        let record = self.told.record;
        let word = |word: &'static str| Some(Value::Word(word));
        match (field, record.what) {
            (Field::Seq, _) => number(record.seq),
            (Field::T, _) => number(self.told.t),
            (Field::Th, _) => Some(Value::Thread(self.told.thread)),
            (Field::Ev, what) => word(kind(&what).0),
            (Field::Function, What::Call(f) | What::Return(f)) => word(f.name()),
            (Field::Role, What::Thread { whose, .. }) => {
                word(if whose == Thread::Main { "dispatcher" } else { "worker" })
            }
            (Field::Op, What::Thread { op, .. }) => word(op.name()),
            (Field::Op, What::Item { op, .. }) => word(op.name()),
            (Field::Op, What::Reply { noreply: true, .. }) => word("noreply"),
            (Field::Op, What::Reply { value: true, .. }) => word("value"),
            (Field::Worker, _) => self.worker().map(Value::Thread),
            (Field::Conn, _) => number(record.conn()?),
            (Field::Fd, _) => number(self.fd()?),
            (Field::ListenFd, What::Accept { listen_fd, .. }) => number(listen_fd),
            (Field::Peer, What::Accept { ret: 0.., .. }) => self.words(),
            (
                Field::EpollFd,
                What::EventInit { epoll_fd, .. }
                | What::Thread { epoll_fd, .. }
                | What::Wait { epoll_fd, .. },
            ) => number(epoll_fd),
            (Field::NotifyReceiveFd, What::Pipe { receive_fd, .. } | What::Thread { receive_fd, .. }) => {
                number(receive_fd).filter(|_| receive_fd >= 0)
            }
            (Field::NotifySendFd, What::Pipe { send_fd, .. } | What::Thread { send_fd, .. }) => {
                number(send_fd).filter(|_| send_fd >= 0)
            }
            (Field::Domain, What::Socket { v6, .. }) => word(if v6 { "AF_INET6" } else { "AF_INET" }),
            (Field::Name, What::Setsockopt { option, .. }) => word(option.name_and_value().0),
            (Field::Value, What::Setsockopt { option, .. }) => word(option.name_and_value().1),
            (Field::Name, What::Verbosity) => word("verbose"),
            (Field::Value, What::Verbosity) => self.words(),
            (Field::Addr, What::Bind { .. }) => self.words(),
            (Field::Addr, What::Listen { .. }) => self.words().filter(|_| !self.told.payload.is_empty()),
            (Field::Backlog, What::Listen { backlog, .. }) => number(backlog),
            (Field::Timeout, What::Wait { timeout_ms, .. }) => number(timeout_ms),
            (Field::Timer, What::Wake { timer, .. }) => Some(Value::Flag(timer)),
            (Field::Interest, What::EventAdd { interest, .. }) => word(interest.interest()),
            (Field::Depth, What::CqPush { depth, .. } | What::CqPop { depth, .. }) => number(depth),
            (Field::State, What::ConnNew { state, .. }) => word(state.name()),
            (Field::From, What::State { from, .. }) => word(from.name()),
            (Field::To, What::State { to, .. }) => word(to.name()),
            (Field::Why, What::Close { .. }) => self.words(),
            (Field::Into, What::Read { into, .. }) => word(into.name()),
            (Field::Want, What::Read { want, .. }) => number(want),
            (Field::Ret, _) => number(self.ret().filter(|ret| *ret >= 0)?),
            (Field::Errno, _) => Some(Value::Errno(-self.ret().filter(|ret| *ret < 0)?)),
            (Field::Size, What::Item { id: 1.., size, .. }) => number(size),
            (Field::N, What::Lost { n }) => number(n),
            (Field::Cause, _) => number(self.context.cause?),
            (field, _) if field.is_of_set() => self.of_set(field),
            _ => None,
        }
    }

    fn bytes(&self, field: Field, see: &mut dyn FnMut(&[u8], u64)) -> bool {
        let record = self.told.record;
        let own = kind(&record.what).1;
        if own != Some(field) {
            return false;
        }
        match record.what {
            What::Sendmsg { pieces, .. } => {
                for (kept, len) in sent(self.told.payload, pieces) {
                    see(whole_characters(kept, len), len.into());
                }
            }
            What::Read { ret: ..=0, .. } => return false,
            _ => see(whole_characters(self.told.payload, record.len), record.len.into()),
        }
        true
    }
}

/// The name of what happened, and which field its bytes are.
fn kind(what: &What) -> (&'static str, Option<Field>) {
    let (kind, bytes) = match what {
        What::Call(_) => (Kind::Call, None),
        What::Return(_) => (Kind::Return, None),
        What::Mark => (Kind::Mark, Some(Field::Text)),
        What::EventInit { .. } => (Kind::EventInit, None),
        What::Pipe { .. } => (Kind::Pipe, None),
        What::Thread { .. } => (Kind::Thread, None),
        What::Socket { .. } => (Kind::Socket, None),
        What::Setsockopt { .. } => (Kind::Setsockopt, None),
        What::Bind { .. } => (Kind::Bind, None),
        What::Listen { .. } => (Kind::Listen, None),
        What::Wait { .. } => (Kind::Wait, None),
        What::Wake { .. } => (Kind::Wake, None),
        What::EventAdd { .. } => (Kind::EventAdd, None),
        What::EventDel { .. } => (Kind::EventDel, None),
        What::Accept { .. } => (Kind::Accept, None),
        What::CqPush { .. } => (Kind::CqPush, None),
        What::CqPop { .. } => (Kind::CqPop, None),
        What::Notify { .. } => (Kind::Notify, Some(Field::Data)),
        What::Notified { .. } => (Kind::Notified, Some(Field::Data)),
        What::ConnNew { .. } => (Kind::ConnNew, None),
        What::State { .. } => (Kind::State, None),
        What::Read { .. } => (Kind::Read, Some(Field::Data)),
        What::Command => (Kind::Command, Some(Field::Text)),
        What::Reply { .. } => (Kind::Reply, Some(Field::Text)),
        What::Sendmsg { .. } => (Kind::Sendmsg, Some(Field::Data)),
        What::Item { .. } => (Kind::Item, Some(Field::Key)),
        What::Verbosity => (Kind::Setting, None),
        What::Close { .. } => (Kind::Close, None),
        What::Lost { .. } => (Kind::Drop, None),
    };
    (Kind::ALL.get(kind.index()).map_or("", Kind::name), bytes)
}
