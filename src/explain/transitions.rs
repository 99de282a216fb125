//! The ways through `drive_machine`.

use super::{Context, Explanation, conn, conn_first, quote_or, word};
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

impl ReadEnd {
    /// What the last read says, where it is the reason for closing.
    fn of(context: &Context) -> ReadEnd {
        match context.last_read {
            Some(read) => match (&read.errno(), read.ret()) {
                (Some(errno), _) if !super::would_block(read) => ReadEnd::Error(word(errno)),
                (None, Some(0)) => ReadEnd::Stream,
                _ => ReadEnd::Unknown,
            },
            None => ReadEnd::Unknown,
        }
    }

    /// As the texts choose by it, and the errno where there is one.
    fn parameters(&self) -> (&str, &str) {
        match self {
            ReadEnd::Stream => ("stream", ""),
            ReadEnd::Error(errno) => ("error", errno),
            ReadEnd::Unknown => ("unknown", ""),
        }
    }
}

pub(super) fn state(event: &Event, context: &Context, lang: Language) -> Explanation {
    use ConnState as S;
    let (Some(from), Some(to)) = (event.from(), event.to()) else {
        return Explanation::new(lang.why_state_titled(), at::conn_set_state);
    };
    if let Some(explanation) = super::udp::state(from, to, event, context, lang) {
        return explanation;
    }
    match (from, to) {
        (S::NewCmd, S::Waiting) => new_cmd_waiting(event, context, lang),
        (S::NewCmd, S::ParseCmd) => {
            let titled = lang.why_state_new_cmd_parse_cmd_titled(rbytes(context));
            Explanation::new(titled, at::reset_cmd_handler::conn_parse_cmd)
        }
        (S::NewCmd, S::Closing) => {
            Explanation::new(lang.why_state_new_cmd_closing_titled(), at::drive_machine::new_cmd_closing)
        }
        (S::Waiting, S::Read) => waiting_read(event, context, lang),
        (S::Waiting, S::Closing) => {
            Explanation::new(lang.why_state_waiting_closing_titled(), at::drive_machine::waiting_closing)
        }
        (S::Read, S::ParseCmd) => {
            let titled = lang.why_state_read_parse_cmd_titled(rbytes(context));
            Explanation::new(titled, at::drive_machine::read_parse_cmd)
        }
        (S::Read, S::Waiting) => {
            Explanation::new(lang.why_state_read_waiting_titled(), at::drive_machine::read_waiting)
        }
        (S::Read, S::Write) => {
            Explanation::new(lang.why_state_read_write_titled(), at::try_read_network::out_of_memory)
        }
        (S::Read, S::Closing) => read_closing(event, context, lang),
        (S::ParseCmd, S::Waiting) => {
            let titled = lang.why_state_parse_cmd_waiting_titled(rbytes(context));
            Explanation::new(titled, at::drive_machine::parse_cmd_waiting)
        }
        (S::ParseCmd, S::Nread) => parse_cmd_nread(context, lang),
        (S::ParseCmd, S::Write) => parse_cmd_write(context, lang),
        (S::ParseCmd, S::Mwrite) => parse_cmd_mwrite(context, lang),
        (S::ParseCmd, S::NewCmd) => {
            Explanation::new(lang.why_state_parse_cmd_new_cmd_titled(), at::out_string::conn_new_cmd)
        }
        (S::ParseCmd, S::Closing) => parse_cmd_closing(context, lang),
        (S::Nread, S::Write) => nread_write(context, lang),
        (S::Nread, S::NewCmd) => {
            Explanation::new(lang.why_state_nread_new_cmd_titled(), at::out_string::conn_new_cmd)
        }
        (S::Nread, S::Closing) => {
            let read_end = ReadEnd::of(context);
            let (end, errno) = read_end.parameters();
            let missing = context.fields.map_or(0, |f| f.rlbytes.max(0));
            let titled = lang.why_state_nread_closing_titled(conn(event, lang), end, errno, missing);
            Explanation::new(titled, at::drive_machine::nread_closing)
        }
        (S::Write, S::NewCmd) => {
            Explanation::new(lang.why_state_write_new_cmd_titled(), at::drive_machine::write_and_go)
        }
        (S::Write, S::Swallow) => {
            let titled = lang.why_state_write_swallow_titled(context.fields.map_or(0, |f| f.sbytes));
            Explanation::new(titled, at::process_update_command::conn_swallow)
        }
        (S::Write, S::Closing) => {
            Explanation::new(lang.why_state_write_closing_titled(), at::transmit::conn_closing)
        }
        (S::Swallow, S::NewCmd) => {
            Explanation::new(lang.why_state_swallow_new_cmd_titled(), at::drive_machine::swallow_new_cmd)
        }
        (S::Swallow, S::Closing) => {
            let read_end = ReadEnd::of(context);
            let (end, errno) = read_end.parameters();
            let titled = lang.why_state_swallow_closing_titled(end, errno);
            Explanation::new(titled, at::drive_machine::swallow_closing)
        }
        (S::Mwrite, S::NewCmd) => {
            Explanation::new(lang.why_state_mwrite_new_cmd_titled(), at::drive_machine::mwrite_new_cmd)
        }
        (S::Mwrite, S::Closing) => {
            Explanation::new(lang.why_state_mwrite_closing_titled(), at::transmit::conn_closing)
        }
        (S::Closing, S::Closed) => {
            let titled = lang.why_state_closing_closed_titled(conn(event, lang));
            Explanation::new(titled, at::conn_close::conn_closed)
        }
        (from, to) => {
            let (from, to) = (from.to_string(), to.to_string());
            let titled = lang.why_state_other_titled(conn_first(event, lang), from, to, MODELS.title);
            Explanation::new(titled, at::conn_set_state)
        }
    }
}

/// How much stands in the read buffer; 0 where it is not known.
fn rbytes(context: &Context) -> u32 {
    context.fields.map_or(0, |f| f.rbytes)
}

fn new_cmd_waiting(event: &Event, context: &Context, lang: Language) -> Explanation {
    // A connection that never read anything: its first wake-up.
    let first = context.last_read.is_none()
        && context.previous.is_some_and(|p| {
            matches!(p.kind(), Kind::ConnNew | Kind::EventAdd | Kind::CqPop | Kind::Notified | Kind::Accept)
        });
    let titled = match first {
        true => lang.why_state_new_cmd_first_titled(conn_first(event, lang)),
        false => lang.why_state_new_cmd_waiting_titled(),
    };
    Explanation::new(titled, at::reset_cmd_handler::conn_waiting)
}

fn waiting_read(event: &Event, context: &Context, lang: Language) -> Explanation {
    let c = conn(event, lang);
    let titled = if context.last_read.is_none() && context.previous.is_some() {
        let then = match context.edge_triggered {
            true => lang.why_edge().to_owned(),
            false => lang.why_state_waiting_read_level(c),
        };
        lang.why_state_waiting_read_first_titled(conn_first(event, lang), then)
    } else {
        lang.why_state_waiting_read_titled(c)
    };
    Explanation::new(titled, at::drive_machine::waiting_read)
}

fn read_closing(event: &Event, context: &Context, lang: Language) -> Explanation {
    let c = conn(event, lang);
    let titled = match ReadEnd::of(context) {
        ReadEnd::Stream => lang.why_state_read_closing_eof_titled(c),
        ReadEnd::Error(errno) => lang.why_state_read_closing_error_titled(c, errno),
        ReadEnd::Unknown => lang.why_state_read_closing_titled(c),
    };
    Explanation::new(titled, at::drive_machine::read_closing)
}

fn parse_cmd_nread(context: &Context, lang: Language) -> Explanation {
    // rbytes still counts the command line here: process_command has not returned yet.
    let all = context.fields.map_or(0, |f| f.rlbytes);
    let all = if all >= 2 { all.unsigned_abs() } else { 0 };
    let value = all.saturating_sub(2);
    let titled = lang.why_state_parse_cmd_nread_titled(all, lang.bytes(value), value);
    Explanation::new(titled, at::process_update_command::conn_nread)
}

fn parse_cmd_write(context: &Context, lang: Language) -> Explanation {
    let reply = context.previous.filter(|p| p.kind() == Kind::Reply).and_then(Event::bytes);
    let kept = reply.as_ref().map_or(&b""[..], |p| &p.kept);
    let titled = if kept.starts_with(b"SERVER_ERROR") {
        lang.why_state_parse_cmd_write_server_error_titled()
    } else if kept.starts_with(b"CLIENT_ERROR") || kept == b"ERROR" || kept.starts_with(b"ERROR\r") {
        lang.why_state_parse_cmd_write_error_titled()
    } else {
        lang.why_state_parse_cmd_write_titled(context.fields.map_or(0, |f| f.wbytes))
    };
    Explanation::new(titled, at::out_string::conn_write)
}

fn parse_cmd_mwrite(context: &Context, lang: Language) -> Explanation {
    let (ileft, iovused) = context.fields.map_or((0, 0), |f| (f.ileft, f.iovused));
    let titled = match (ileft, iovused) {
        (0, 1..) => lang.why_state_parse_cmd_mwrite_end_titled(),
        _ => lang.why_state_parse_cmd_mwrite_titled(ileft, iovused),
    };
    Explanation::new(titled, at::process_get_command::conn_mwrite)
}

fn parse_cmd_closing(context: &Context, lang: Language) -> Explanation {
    if context.fields.is_some_and(|f| f.protocol == Protocol::Binary) {
        let titled = lang.why_state_parse_cmd_closing_binary_titled(MODELS.title);
        return Explanation::new(titled, at::try_read_command::negotiating);
    }
    match context.previous {
        Some(p) if p.kind() == Kind::Command => {
            let titled = lang.why_state_parse_cmd_closing_quit_titled(quote_or(p, "quit"));
            Explanation::new(titled, at::process_command::conn_closing)
        }
        Some(p) if p.kind() == Kind::State && rbytes(context) > 1024 => {
            let titled = lang.why_state_parse_cmd_closing_long_titled(lang.bytes(rbytes(context)));
            Explanation::new(titled, at::try_read_command::conn_closing)
        }
        _ => Explanation::new(lang.why_state_parse_cmd_closing_titled(), at::process_command::conn_closing),
    }
}

fn nread_write(context: &Context, lang: Language) -> Explanation {
    let reply = context.previous.filter(|p| p.kind() == Kind::Reply).and_then(Event::bytes);
    if reply.is_some_and(|p| p.kept.starts_with(b"CLIENT_ERROR bad data")) {
        let titled = lang.why_state_nread_write_bad_titled();
        return Explanation::new(titled, at::complete_nread_ascii::bad_data_chunk);
    }
    Explanation::new(lang.why_state_nread_write_titled(), at::complete_nread_ascii)
}
