//! The ways through `drive_machine`.

use super::event_loop::EDGE;
use super::{Context, Explanation, bytes, conn, conn_first, number, quote_or, word};
use crate::event::{ConnState, Event, Kind, MODELS, Protocol, at};
use crate::texts::Language;

/// How a connection's reading came to its end.
enum ReadEnd {
    /// The client closed: `read` gave 0.
    Stream,
    /// `read` failed with this errno.
    Error(String),
    /// Not known.
    Unknown,
}

/// What the last read says, where it is the reason for closing.
fn end(context: &Context) -> ReadEnd {
    match context.last_read {
        Some(read) => match (&read.errno(), read.ret()) {
            (Some(errno), _) if !super::would_block(read) => ReadEnd::Error(word(errno)),
            (None, Some(0)) => ReadEnd::Stream,
            _ => ReadEnd::Unknown,
        },
        None => ReadEnd::Unknown,
    }
}

pub(super) fn state(event: &Event, context: &Context, _lang: Language) -> Explanation {
    use ConnState as S;
    let (Some(from), Some(to)) = (event.from(), event.to()) else {
        return Explanation::english(
            "The state changes",
            "conn_set_state sets the state of a connection. The state says where drive_machine goes on when the \
             connection is served next; nothing else remembers it.",
            at::conn_set_state,
        );
    };
    if let Some(explanation) = super::udp::state(from, to, event, context) {
        return explanation;
    }
    match (from, to) {
        (S::NewCmd, S::Waiting) => new_cmd_waiting(event, context),
        (S::NewCmd, S::ParseCmd) => new_cmd_parse_cmd(context),
        (S::NewCmd, S::Closing) => Explanation::english(
            "The yield fails",
            "The connection was to yield and could not be registered for EV_WRITE: update_event failed. With no \
             event it would never be woken again, so memcached closes it.",
            at::drive_machine::new_cmd_closing,
        ),
        (S::Waiting, S::Read) => waiting_read(event, context),
        (S::Waiting, S::Closing) => Explanation::english(
            "No event, no connection",
            "The connection could not be registered for EV_READ: update_event failed. It would never be woken \
             again, so memcached closes it.",
            at::drive_machine::waiting_closing,
        ),
        (S::Read, S::ParseCmd) => read_parse_cmd(context),
        (S::Read, S::Waiting) => Explanation::english(
            "Woken for nothing",
            "read had nothing to give (EAGAIN), though epoll_wait had reported the socket. That is rare but \
             allowed. As the socket is non-blocking, the thread is not stuck in read: the connection \
             waits once more.",
            at::drive_machine::read_waiting,
        ),
        (S::Read, S::Write) => Explanation::english(
            "No memory for a larger buffer",
            "The read buffer was full and could not be doubled: realloc failed. memcached forgets what it has \
             read, answers SERVER_ERROR, and sets write_and_go so that the connection closes once the \
             answer is sent.",
            at::try_read_network::out_of_memory,
        ),
        (S::Read, S::Closing) => read_closing(event, context),
        (S::ParseCmd, S::Waiting) => parse_cmd_waiting(context),
        (S::ParseCmd, S::Nread) => parse_cmd_nread(context),
        (S::ParseCmd, S::Write) => parse_cmd_write(context),
        (S::ParseCmd, S::Mwrite) => parse_cmd_mwrite(context),
        (S::ParseCmd, S::NewCmd) => Explanation::english(
            "Done, and no answer is wanted",
            "The command ended in noreply: it is carried out, and out_string throws its answer away instead of \
             queueing it. So there is nothing to write, and the machine turns to the next command. The \
             client saves a round trip and never learns how it went.",
            at::out_string::conn_new_cmd,
        ),
        (S::ParseCmd, S::Closing) => parse_cmd_closing(context),
        (S::Nread, S::Write) => nread_write(context),
        (S::Nread, S::NewCmd) => Explanation::english(
            "Whole, and no answer is wanted",
            "The value is whole and complete_nread has dealt with it, but the command said noreply: out_string \
             drops the answer. With nothing to write, the machine turns to the next command.",
            at::out_string::conn_new_cmd,
        ),
        (S::Nread, S::Closing) => nread_closing(event, context),
        (S::Write, S::NewCmd) => Explanation::english(
            "The answer is out",
            "transmit found nothing left to send: the whole line is in the kernel's hands. write_and_go told \
             where to go after conn_write, and out_string had set it to conn_new_cmd. The machine does \
             not stop here: it looks for the next command at once.",
            at::drive_machine::write_and_go,
        ),
        (S::Write, S::Swallow) => {
            let left = match context.fields.map(|f| f.sbytes) {
                Some(n) if n > 0 => format!(", {} with its line end", bytes(n.into())),
                _ => String::new(),
            };
            Explanation::english(
                "The refused value must be read off",
                format!(
                    "The error is sent, but the client sends the value all the same{left}. write_and_go says conn_swallow: read it \
                     and throw it away. Else the value would be taken for commands; the real next command stands \
                     behind it."
                ),
                at::process_update_command::conn_swallow,
            )
        }
        (S::Write, S::Closing) => Explanation::english(
            "Closing instead of going on",
            "Either sendmsg failed for good: the client is gone, and nobody is left to answer. Or the answer was \
             the last word: write_and_go said conn_closing, as it does when memory for the request has run out.",
            at::transmit::conn_closing,
        ),
        (S::Swallow, S::NewCmd) => Explanation::english(
            "All of it is thrown away",
            "sbytes is 0: the refused value and its line end have been read and dropped. The next byte is the \
             beginning of a command again, so the connection is in step with its client and lives on.",
            at::drive_machine::swallow_new_cmd,
        ),
        (S::Swallow, S::Closing) => {
            let why = match end(context) {
                ReadEnd::Stream => "The client has closed".to_owned(),
                ReadEnd::Error(errno) => format!("read failed with {errno}"),
                ReadEnd::Unknown => "The client has closed, or read failed,".to_owned(),
            };
            Explanation::english(
                "Gone while its value was swallowed",
                format!(
                    "{why} before all of the refused value had come. None of it was to be stored anyway, so the connection is simply closed."
                ),
                at::drive_machine::swallow_closing,
            )
        }
        (S::Mwrite, S::NewCmd) => Explanation::english(
            "The whole answer is out",
            "transmit found nothing left to send. Only now conn_release_items gives back the references to the \
             items: up to here the kernel was copying straight out of their memory, so none of them could \
             be freed. Then the next command.",
            at::drive_machine::mwrite_new_cmd,
        ),
        (S::Mwrite, S::Closing) => Explanation::english(
            "The client is gone",
            "sendmsg failed for good, for instance because the client has reset the connection. The rest of the \
             answer cannot be delivered. conn_close gives back the references to the items, so that they \
             do not stay in memory for ever.",
            at::transmit::conn_closing,
        ),
        (S::Closing, S::Closed) => Explanation::english(
            "The connection is taken apart",
            format!(
                "conn_close has taken the event away and given back the items that {} held. conn_closed marks the \
                 struct conn as out of use; the close of the descriptor comes next. Should drive_machine ever \
                 see this state, it aborts: that would be a bug.",
                conn(event, Language::En)
            ),
            at::conn_close::conn_closed,
        ),
        (from, to) => Explanation::english(
            format!("{from} to {to}"),
            format!(
                "{} goes from {from} to {to}. The text protocol over TCP does not take this way in {}; \
                 the binary protocol or another version may.",
                conn_first(event, Language::En),
                MODELS.title
            ),
            at::conn_set_state,
        ),
    }
}

fn new_cmd_waiting(event: &Event, context: &Context) -> Explanation {
    // A connection that never read anything: its first wake-up.
    let first = context.last_read.is_none()
        && context.previous.is_some_and(|p| {
            matches!(p.kind(), Kind::ConnNew | Kind::EventAdd | Kind::CqPop | Kind::Notified | Kind::Accept)
        });
    if first {
        return Explanation::english(
            "A new connection has read nothing yet",
            format!(
                "{} has just been woken for the first time and begins in conn_new_cmd, as if a command had just \
                 ended. Its read buffer is empty, so reset_cmd_handler sends it to conn_waiting, although \
                 there is something to read in the kernel.",
                conn_first(event, Language::En)
            ),
            at::reset_cmd_handler::conn_waiting,
        );
    }
    Explanation::english(
        "Nothing more to do for now",
        "The read buffer is empty: with the last command the client sent nothing beyond it. So the connection \
         must wait for more. Had bytes been left, the machine would have gone straight to conn_parse_cmd, \
         with no sleep in between.",
        at::reset_cmd_handler::conn_waiting,
    )
}

fn new_cmd_parse_cmd(context: &Context) -> Explanation {
    let left = match context.fields.map(|f| f.rbytes) {
        Some(n) if n > 0 => format!("{} of a further request stand", bytes(n.into())),
        _ => "Bytes of a further request stand".to_owned(),
    };
    Explanation::english(
        "The next request is here already",
        format!(
            "{left} in the read buffer: the client sent several at once. They are parsed without a read and \
             without sleep, since the kernel may have nothing more to report for them. reqs_per_event, 20 by \
             default, limits how long this goes on before others get their turn."
        ),
        at::reset_cmd_handler::conn_parse_cmd,
    )
}

fn waiting_read(event: &Event, context: &Context) -> Explanation {
    let c = conn(event, Language::En);
    if context.last_read.is_none() && context.previous.is_some() {
        return Explanation::english(
            "Ready to read, but not now",
            format!(
                "{} is set to conn_read, and drive_machine stops: conn_waiting always ends a wake-up. So the first \
                 wake-up of a connection reads nothing. What has come is still in the kernel. {}",
                conn_first(event, Language::En),
                match context.edge_triggered {
                    true => EDGE.to_owned(),
                    false =>
                        format!("Since the event is level-triggered, epoll_wait reports {c} again at once."),
                }
            ),
            at::drive_machine::waiting_read,
        );
    }
    Explanation::english(
        "Stop here until bytes come",
        format!(
            "conn_waiting makes sure that {c} waits for EV_READ, notes conn_read as the state to go on in, and \
             stops the machine. The thread is free for its other connections. The state is all that must be \
             remembered: no stack, no thread waits for this client."
        ),
        at::drive_machine::waiting_read,
    )
}

fn read_parse_cmd(context: &Context) -> Explanation {
    let have = match context.fields.map(|f| f.rbytes) {
        Some(n) if n > 0 => format!("{} now stand in the read buffer", bytes(n.into())),
        _ => "Bytes now stand in the read buffer".to_owned(),
    };
    Explanation::english(
        "Something came: look for a command",
        format!(
            "{have}. Whether they are a whole command nobody knows yet: TCP delivers a stream of bytes, not \
             lines. conn_parse_cmd will look for the end of a line."
        ),
        at::drive_machine::read_parse_cmd,
    )
}

fn read_closing(event: &Event, context: &Context) -> Explanation {
    let c = conn(event, Language::En);
    match end(context) {
        ReadEnd::Stream => Explanation::english(
            "The client has closed",
            format!(
                "read gave 0, the end of the stream: the client has closed its side, and no request can come \
                 any more. memcached closes {c} too. It makes no difference to it whether the client only \
                 stopped sending and still listens."
            ),
            at::drive_machine::read_closing,
        ),
        ReadEnd::Error(errno) => Explanation::english(
            "Reading failed",
            format!(
                "read failed with {errno}, which is not a matter of waiting: the connection is broken. There is \
                 nobody to send an error to, so {c} is closed without a word."
            ),
            at::drive_machine::read_closing,
        ),
        ReadEnd::Unknown => Explanation::english(
            "The client is gone",
            format!(
                "try_read_network reports READ_ERROR: read gave 0, which means that the client has closed, or \
                 failed with an error other than EAGAIN. Either way nothing more can come, and {c} is closed."
            ),
            at::drive_machine::read_closing,
        ),
    }
}

fn parse_cmd_waiting(context: &Context) -> Explanation {
    let have = match context.fields.map(|f| f.rbytes) {
        Some(1) => "There is 1 byte in the read buffer, and it is no line end".to_owned(),
        Some(n) if n > 0 => format!("There are {} in the read buffer and no line end", bytes(n.into())),
        _ => "There is no line end in the read buffer".to_owned(),
    };
    Explanation::english(
        "The line is not whole yet",
        format!(
            "{have}, so it is not a command yet. What has come is kept, and the next read puts its bytes behind it. However TCP cuts a command into pieces, it is carried out once, when its line \
             is whole."
        ),
        at::drive_machine::parse_cmd_waiting,
    )
}

fn parse_cmd_nread(context: &Context) -> Explanation {
    // rbytes still counts the command line here: process_command has not returned yet.
    let promise = match context.fields.map(|f| i64::from(f.rlbytes)) {
        Some(n) if n >= 2 => {
            let n = n.unsigned_abs();
            format!(
                "The command promised {}, and the line end counts too: {} + 2 = {}.",
                bytes(n - 2),
                number(n - 2),
                number(n)
            )
        }
        _ => "The command promised a value of so many bytes, and its line end counts as 2 more.".to_owned(),
    };
    Explanation::english(
        "Now the value",
        format!(
            "{promise} An item of that size has been allocated, and the value goes straight into it. Since its \
             length is known, drive_machine looks for no line end in it: a value may hold any bytes."
        ),
        at::process_update_command::conn_nread,
    )
}

fn parse_cmd_write(context: &Context) -> Explanation {
    let reply = context.previous.filter(|p| p.kind() == Kind::Reply).and_then(Event::bytes);
    let kept = reply.as_ref().map_or(&b""[..], |p| &p.kept);
    if kept.starts_with(b"SERVER_ERROR") {
        return Explanation::english(
            "The server cannot do it",
            "The command is understood, but memcached cannot carry it out: for instance the item is too large, or \
             there is no memory for it. A line with the reason is queued in wbuf, to be sent in conn_write. \
             The connection lives on.",
            at::out_string::conn_write,
        );
    }
    if kept.starts_with(b"CLIENT_ERROR") || kept == b"ERROR" || kept.starts_with(b"ERROR\r") {
        return Explanation::english(
            "The answer is an error",
            "memcached does not know this command, or cannot take it in this form or for this item. It queues a \
             line that says so and goes on with the next one: a mistake costs a client an answer, not its \
             connection.",
            at::out_string::conn_write,
        );
    }
    let wbytes = match context.fields.map(|f| f.wbytes) {
        Some(n) if n > 0 => format!(": {}, line end included", bytes(n.into())),
        _ => String::new(),
    };
    Explanation::english(
        "The answer is ready to be sent",
        format!(
            "The command is done, and its answer is ready{wbytes}. It stands in the connection's wbuf, or for stats in \
             a buffer of its own. conn_write sends one simple answer like this; after it, write_and_go tells \
             where to go on."
        ),
        at::out_string::conn_write,
    )
}

fn parse_cmd_mwrite(context: &Context) -> Explanation {
    let nothing = context.fields.is_some_and(|f| f.ileft == 0 && f.iovused > 0);
    if nothing {
        return Explanation::english(
            "Only END is to be sent",
            "No key of the get was found, and a key that is not there is just left out: the answer is END alone. It \
             goes the same way as values would, through conn_mwrite, which sends a list of pieces.",
            at::process_get_command::conn_mwrite,
        );
    }
    let found = match context.fields {
        Some(f) if f.ileft == 1 => {
            format!("One item was found, and the answer is a list of {} pieces.", number(f.iovused.into()))
        }
        Some(f) if f.ileft > 1 => format!(
            "{} items were found, and the answer is a list of {} pieces.",
            number(f.ileft.into()),
            number(f.iovused.into())
        ),
        _ => "The answer is a list of pieces: for each item found its head, key and value, then END."
            .to_owned(),
    };
    Explanation::english(
        "The values are ready to be sent",
        format!(
            "{found} A value is not copied: its iovec points into the item itself, and a reference keeps the item \
             alive until it is sent. conn_mwrite sends such lists; after it comes conn_new_cmd."
        ),
        at::process_get_command::conn_mwrite,
    )
}

fn parse_cmd_closing(context: &Context) -> Explanation {
    if context.fields.is_some_and(|f| f.protocol == Protocol::Binary) {
        return Explanation::english(
            "The binary protocol is not spoken here",
            format!(
                "The first byte of the connection was 0x80, which begins a request of the binary protocol. {} would \
                 read its 24-byte header now. This server follows the text protocol only, and closes.",
                MODELS.title
            ),
            at::try_read_command::negotiating,
        );
    }
    match context.previous {
        Some(p) if p.kind() == Kind::Command => Explanation::english(
            "The client takes its leave",
            format!(
                "The command was {}. It gets no answer: the connection goes straight to conn_closing.",
                quote_or(p, "quit")
            ),
            at::process_command::conn_closing,
        ),
        Some(p) if p.kind() == Kind::State && context.fields.is_some_and(|f| f.rbytes > 1024) => {
            Explanation::english(
                "Too long for a command",
                format!(
                    "{} have come with no line end among them, and they do not begin like a get. Only a get of many \
                 keys may be longer than 1,024 bytes. Otherwise any client could fill the memory with an \
                 endless line, so memcached closes.",
                    bytes(context.fields.map_or(0, |f| f.rbytes).into())
                ),
                at::try_read_command::conn_closing,
            )
        }
        _ => Explanation::english(
            "The connection is to be closed",
            "Mostly the command was quit, which gets no answer (shutdown, where -A allows it, comes here too). Or more \
             than 1,024 bytes have come with no line end, and they do not begin like a get: an endless line must \
             not fill the memory.",
            at::process_command::conn_closing,
        ),
    }
}

fn nread_write(context: &Context) -> Explanation {
    let reply = context.previous.filter(|p| p.kind() == Kind::Reply).and_then(Event::bytes);
    if reply.is_some_and(|p| p.kept.starts_with(b"CLIENT_ERROR bad data")) {
        return Explanation::english(
            "The value does not end in a line end",
            "All promised bytes have come, but the last two are not \\r\\n: the client counted wrong. The item is \
             not stored, and an error is queued. What the client sent too much will be taken for commands.",
            at::complete_nread_ascii::bad_data_chunk,
        );
    }
    Explanation::english(
        "The value is whole",
        "rlbytes is 0: the value and its line end are in the item. complete_nread has checked that it ends in \
         \\r\\n, asked the store to link it as the command wants, and queued the answer. No other connection \
         ever sees half a value.",
        at::complete_nread_ascii,
    )
}

fn nread_closing(event: &Event, context: &Context) -> Explanation {
    let c = conn(event, Language::En);
    let missing = match context.fields.map(|f| i64::from(f.rlbytes)) {
        Some(n) if n > 0 => format!("{} of its value missing", bytes(n.unsigned_abs())),
        _ => "part of its value missing".to_owned(),
    };
    let why = match end(context) {
        ReadEnd::Stream => "The client has closed".to_owned(),
        ReadEnd::Error(errno) => format!("read failed with {errno}"),
        ReadEnd::Unknown => "The client has closed, or read failed,".to_owned(),
    };
    Explanation::english(
        "Gone in the middle of a value",
        format!(
            "{why} with {missing}. The item was never linked into the hash table, so nobody has seen it and an \
             older value of the key is untouched. conn_close lets go of it and closes {c}."
        ),
        at::drive_machine::nread_closing,
    )
}
