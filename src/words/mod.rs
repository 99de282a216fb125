//! The words room: what an event says in a line.
//!
//! [`words`] is the one entry, and in it the one match that has something to say of every kind, each with all of
//! its fields by name: whoever adds a kind or a field is told here by the compiler, and finds what each [`Wording`]
//! makes of it side by side.
//!
//! | file | kinds |
//! | --- | --- |
//! | `startup.rs` | event_init, pipe, thread, socket, setsockopt, bind, listen |
//! | `event_loop.rs` | wait, wake, event_add, event_del |
//! | `dispatch.rs` | accept, cq_push, notify, notified, cq_pop, conn_new, close |
//! | `network.rs` | read, recvfrom, command, reply, sendmsg |
//! | `work.rs` | state, call, return, item, setting |
//! | `recording.rs` | mark, note, drop, snapshot, and kinds that this version does not know |
//!
//! What they have in common (bytes in quotes, results, what is waited for) stands in `parts.rs`, and the fields of
//! `struct conn` that an event changed in `changes.rs`. Forms that have to be those of another tool, as strace's, are
//! none of this room's: they are in `print`, and the same in every language.
//!
//! The phrases are in `words.ftl` of each language. Lines are printed by the million: where a name and a number follow a
//! word, they are put together here, and only what happens once a connection or less is a text that is filled in.

mod changes;
mod dispatch;
mod event_loop;
mod network;
mod parts;
mod recording;
mod startup;
mod work;

pub use changes::changes;
pub use dispatch::reason;
pub use parts::letters;
pub use work::short_state;

use crate::event::{AtGate, ConnState, Event, FlatEvent, Function, Kind, Thread, What};
use crate::text::printable;
use crate::texts::Language;

/// Where the words are to stand, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    /// A line of the story: a sentence, after number, time, thread and connection.
    Text,
    /// A row of the list of events: what the kind and the connection, which stand before it, do not say.
    List,
    /// Beside a row of Space-time: as short as can be.
    Label,
    /// Of a thread that is held: what it is about to do.
    Gate,
}

impl Wording {
    /// Each of them.
    #[cfg(test)]
    pub const ALL: [Wording; 4] = [Wording::Text, Wording::List, Wording::Label, Wording::Gate];
}

/// What a descriptor is called: that of a connection, where the event says which, and else by its number. Who has
/// seen the events before knows more of it than an event does.
pub type FdNames<'a> = &'a dyn Fn(Option<u32>, Option<i32>) -> String;

/// The names that need no knowledge: `c0`, `fd 28`.
pub fn numbered(conn: Option<u32>, fd: Option<i32>) -> String {
    match (conn, fd) {
        (Some(conn), _) => format!("c{conn}"),
        (None, Some(fd)) => format!("fd {fd}"),
        (None, None) => "?".to_owned(),
    }
}

/// What is put into words, and how.
#[derive(Clone, Copy)]
struct Say<'a> {
    event: &'a Event,
    style: Wording,
    names: FdNames<'a>,
    lang: Language,
}

/// What happened, in a line: nothing in it acts on a terminal, whatever the event holds.
pub fn words(event: &Event, style: Wording, names: FdNames<'_>, lang: Language) -> String {
    let say = &Say { event, style, names, lang };
    let line = match &event.what {
        What::Mark => recording::mark(say),
        What::EventInit { worker, epoll_fd } => startup::event_init(say, *worker, *epoll_fd),
        What::Pipe { worker, notify_receive_fd, notify_send_fd } => {
            startup::pipe(say, *worker, *notify_receive_fd, *notify_send_fd)
        }
        What::Thread { role: _, op, worker, epoll_fd, notify_receive_fd, notify_send_fd } => {
            startup::thread(say, *op, *worker, *epoll_fd, (*notify_receive_fd, *notify_send_fd))
        }
        What::Socket { fd, domain, transport, ret, errno } => {
            startup::socket(say, *fd, *domain, *transport, (*ret, *errno))
        }
        What::Setsockopt { fd, name, value, ret, errno } => {
            startup::setsockopt(say, *fd, *name, value.as_deref(), (*ret, *errno))
        }
        What::Bind { fd, transport: _, addr, ret: _, errno } => {
            startup::bind(say, *fd, addr.as_deref(), *errno)
        }
        What::Listen { fd, addr, backlog, ret: _, errno } => {
            startup::listen(say, *fd, addr.as_deref(), *backlog, *errno)
        }
        What::Wait { epoll_fd: _, timeout } => event_loop::wait(say, *timeout),
        What::Wake { timer, ret: _, errno } => event_loop::wake(say, *timer, *errno),
        What::EventAdd { fd, interest, ret: _, errno } => event_loop::event_add(say, *fd, *interest, *errno),
        What::EventDel { fd, ret: _, errno } => event_loop::event_del(say, *fd, *errno),
        What::Accept { fd, listen_fd: _, peer, ret, errno } => {
            dispatch::accept(say, *fd, peer.as_deref(), (*ret, *errno))
        }
        What::CqPush { worker, transport: _, depth } => dispatch::cq_push(say, *worker, *depth),
        What::Notify { worker, fd, ret: _, errno } => dispatch::notify(say, *worker, *fd, *errno),
        What::Notified { worker: _, fd, ret: _, errno } => dispatch::notified(say, *fd, *errno),
        What::CqPop { worker: _, depth } => dispatch::cq_pop(say, *depth),
        What::ConnNew { fd, transport, state } => dispatch::conn_new(say, *fd, *transport, *state),
        What::State { from, to } => work::state(say, *from, *to),
        What::Read { fd: _, into, want, ret, errno } => network::read(say, *into, *want, (*ret, *errno)),
        What::Recvfrom { fd: _, peer, want, ret, errno, request_id } => {
            network::recvfrom(say, peer.as_deref(), *want, *request_id, (*ret, *errno))
        }
        What::Command => network::command(say),
        What::Reply { op } => network::reply(say, *op),
        What::Sendmsg { fd: _, ret, errno } => network::sendmsg(say, (*ret, *errno)),
        What::Item { op, size, class: _, chunk: _, bucket: _ } => work::item(say, *op, *size),
        What::Setting { name, value } => work::setting(say, *name, value.as_deref()),
        What::Close { fd, why, ret: _, errno } => dispatch::close(say, *fd, why.as_deref(), *errno),
        What::Call { function } => work::call(say, *function),
        What::Return { function } => work::leave(say, *function),
        What::Note { at } => recording::note(say, *at),
        What::Drop { n } => recording::drop(say, *n),
        What::Snapshot => recording::snapshot(say),
        What::Other(row) => recording::other(say, row),
    };
    let mut line = printable(&line).into_owned();
    match (style, event.conn) {
        (Wording::Text, _) => {}
        // Of a kind that is not known it is not known either whether there is more to say.
        (Wording::List, _) if line.is_empty() && !matches!(event.what, What::Other(_)) => line.push('?'),
        (Wording::List, _) => {}
        // Where a name is missing, nothing is left of what would stand before it.
        (Wording::Label, _) => line.truncate(line.trim_end().len()),
        (Wording::Gate, conn) => line += &conn.map(|conn| format!(" c{conn}")).unwrap_or_default(),
    }
    line
}

/// What a held thread is about to do: `cq_pop c1`, `→ conn_nread c0`.
pub fn at_gate(at: &AtGate, lang: Language) -> String {
    let mut row = FlatEvent { th: at.th, ev: at.ev, conn: at.conn, ..FlatEvent::default() };
    match at.ev {
        Kind::State => row.to = at.of.as_deref().map(ConnState::named),
        Kind::Call | Kind::Return => row.function = at.of.as_deref().map(Function::named),
        _ => row.op = at.of.clone(),
    }
    let mut event = row.clone().event();
    if row.op.is_some() && event.op().is_none() {
        // A later server says more of it than such an event has here.
        event.what = What::Other(Box::new(row));
    }
    words(&event, Wording::Gate, &numbered, lang)
}

impl Say<'_> {
    /// What a row of the list says of it.
    fn as_row(&self) -> Self {
        Say { style: Wording::List, ..*self }
    }

    /// The connection, `c0`; nothing where it is about none.
    fn conn(&self) -> String {
        self.event.conn.map(|conn| format!("c{conn}")).unwrap_or_default()
    }

    /// The worker that it is about; else the thread itself.
    fn worker(&self, worker: Option<Thread>) -> Thread {
        worker.unwrap_or(self.event.th)
    }

    /// The name of a thread, as it may be put into a text.
    fn name(&self, thread: Thread) -> String {
        printable(&thread.to_string()).into_owned()
    }

    /// Where another thread did what led to this: ` (pushed in #12)`.
    fn cause(&self, did: &str) -> String {
        let Some(cause) = self.event.cause else { return String::new() };
        parts::in_brackets(&format!("{did} #{cause}"), self.lang)
    }

    /// What is said of something, behind it: `: gone`.
    fn said_of(&self, what: &str) -> String {
        format!("{}{what}", self.lang.words_colon())
    }

    /// The kind, and what a row of the list says beside it.
    fn kind_and(&self, list: &str) -> String {
        format!("{} {list}", self.event.kind().name())
    }

    /// What is about to be done: the kind, and of what.
    fn gate(&self, of: Option<&str>) -> String {
        let kind = self.event.kind();
        of.map_or_else(|| kind.to_string(), |of| format!("{kind} {of}"))
    }

    /// The bytes that the event carries, in quotes; `?` where there are none.
    fn said(&self) -> String {
        self.bytes().unwrap_or_else(|| "?".to_owned())
    }

    /// The same, where there are any.
    fn bytes(&self) -> Option<String> {
        self.event.bytes().map(|bytes| parts::quoted(&bytes, self.style, self.lang))
    }
}

#[cfg(test)]
mod tests;
