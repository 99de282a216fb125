//! `vvv`: what memcached 1.4.24 `-vvv` would have printed on stderr, so that the two can be
//! compared.
//!
//! Left out, since no event tells of them: the table of slab classes at the start, a UDP socket's send
//! buffer, the protocol of a datagram without a whole line, and the two numbers of `CAS:  failure`. Where memcached prints the addresses of its buffers (a read of a
//! value that failed), offsets into them stand instead. The command `verbosity` silences what it
//! silences there.

use super::Print;
use crate::event::{
    ConnFields, ConnState, Errno, Event, ItemOp, Protocol, ReplyOp, What, errno_number, errno_words,
};
use crate::text;
use crate::world::{ConnFacts, Happening, Now, Plain};
use std::borrow::Cow;
use std::io::{self, Write};

/// The `vvv` format.
#[derive(Debug)]
pub struct Vvv {
    world: Now<Box<Plain>>,
}

impl Default for Vvv {
    fn default() -> Self {
        Vvv { world: Now::new(0) }
    }
}

impl Vvv {
    /// Whether what is said above `level` is said: three `-v` at the start, then what the command `verbosity`
    /// made of it. memcached 1.4.24 caps that command at 2, so it can silence the state changes but never bring
    /// them back.
    fn is_above(&self, level: u32) -> bool {
        self.world.verbose.unwrap_or(3) > level
    }

    /// What is printed for one event: whole lines, or nothing.
    fn lines(&mut self, event: &Event) -> String {
        let mut lines = String::new();
        let known = event.conn.and_then(|id| self.world.conns.get(id)).filter(|conn| conn.is_known);
        let was = known.map(|conn| conn.fields.protocol);
        self.world.apply(&Happening::from(event), &());
        let Some(number) = event.conn else {
            self.unnumbered(event, &mut lines);
            return lines;
        };
        // Where it was closed by this, all is said.
        let Some(conn) = self.world.conns.get(number) else { return lines };
        let fd = event.fd().or(conn.fd).unwrap_or(-1);
        let verbose = |level| self.is_above(level);
        // It shows in the first event after it was settled, and memcached prints it at once.
        let now = conn.fields.protocol;
        let is_settled = was == Some(Protocol::Negotiating) && now != Protocol::Negotiating;
        if is_settled && !conn.is_udp && verbose(1) {
            lines += &format!("{fd}: Client using the {now} protocol\n");
        }
        match &event.what {
            What::ConnNew { .. } if verbose(1) && conn.is_udp => {
                lines += &format!("<{fd} server listening (udp)\n");
            }
            What::ConnNew { .. } if verbose(1) => {
                lines += &match now {
                    Protocol::Negotiating => format!("<{fd} new auto-negotiating client connection\n"),
                    known => format!("<{fd} new {known} client connection.\n"),
                };
            }
            What::State { from: Some(from), to: Some(to) } if verbose(2) => {
                lines += &format!("{fd}: going from {from} to {to}\n");
            }
            What::EventDel { .. } if conn.state == Some(ConnState::Closing) && verbose(1) => {
                lines += &format!("<{fd} connection closed.\n");
            }
            What::Command if verbose(1) => {
                if conn.is_udp {
                    // It is looked at anew for every command.
                    lines += &format!("{fd}: Client using the {now} protocol\n");
                }
                lines += &format!("<{fd} {}\n", said(event));
            }
            What::Reply { op } if verbose(1) => {
                lines += &match *op {
                    Some(ReplyOp::Value) => format!(">{fd} sending key {}\n", key_of(&said(event))),
                    Some(ReplyOp::Noreply) => format!(">{fd} NOREPLY {}\n", said(event)),
                    _ => format!(">{fd} {}\n", said(event)),
                };
            }
            What::Item { op, .. } if verbose(2) => lines += &lookup(event, *op),
            What::Read { .. } if verbose(0) => lines += &read_failed(event, conn),
            What::Sendmsg { errno: Some(errno), .. } if verbose(0) && *errno != Errno::AGAIN => {
                let why = strerror(errno.name());
                lines += &format!("Failed to write, and not due to blocking: {why}\n");
            }
            _ => {}
        }
        lines
    }

    /// Events about no connection: the listening socket, and lookups on nobody's behalf.
    fn unnumbered(&self, event: &Event, lines: &mut String) {
        match &event.what {
            What::ConnNew { fd, .. } if self.is_above(1) => {
                let set = event.set.as_deref().and_then(|set| set.protocol);
                *lines += &format!("<{} server listening ({})\n", fd.unwrap_or(-1), set.unwrap_or_default());
            }
            What::Accept { errno: Some(errno), .. } => {
                let errno = errno.name();
                // 1.4.24 prints this before it looks which error it is, EAGAIN included.
                *lines += &format!("accept4(): {}\n", strerror(errno));
                match errno {
                    "EAGAIN" => {}
                    "EMFILE" if self.is_above(0) => *lines += "Too many open connections\n",
                    "EMFILE" => {}
                    _ => *lines += &format!("accept(): {}\n", strerror(errno)),
                }
            }
            What::Item { op, .. } if self.is_above(2) => *lines += &lookup(event, *op),
            _ => {}
        }
    }
}

/// What is printed when a read fails in a state that expects bytes it was promised.
fn read_failed(event: &Event, conn: &ConnFacts) -> String {
    let Some(errno) = event.errno().filter(|e| *e != "EAGAIN") else { return String::new() };
    match conn.state {
        Some(ConnState::Nread) => {
            let ConnFields { rcurr, ritem, rlbytes, rsize, .. } = conn.fields;
            format!(
                "Failed to read, and not due to blocking:\nerrno: {} {} \n\
                 rcurr={rcurr:x} ritem={ritem:x} rbuf=0 rlbytes={rlbytes} rsize={rsize}\n",
                number(errno),
                strerror(errno)
            )
        }
        Some(ConnState::Swallow) => "Failed to read, and not due to blocking\n".into(),
        _ => String::new(),
    }
}

impl Print for Vvv {
    fn event(&mut self, event: &Event, _: &str, out: &mut dyn Write) -> io::Result<()> {
        let lines = self.lines(event);
        out.write_all(lines.as_bytes())
    }
}

/// What a lookup in the store prints.
fn lookup(event: &Event, op: Option<ItemOp>) -> String {
    let (found, fate) = match op {
        Some(ItemOp::Hit) => ("FOUND KEY", ""),
        Some(ItemOp::Miss) => ("NOT FOUND", ""),
        Some(ItemOp::Flush) => ("FOUND KEY", " -nuked by flush"),
        Some(ItemOp::Expire) => ("FOUND KEY", " -nuked by expire"),
        _ => return String::new(),
    };
    format!("> {found} {}{fate}\n", said(event))
}

/// The bytes that an event carries, as one line of text. memcached prints them raw, up to the
/// first NUL; here what a terminal would act on is made visible.
fn said(event: &Event) -> String {
    let Some(bytes) = event.bytes() else { return String::new() };
    let line = bytes.kept.split(|b| *b == 0).next().unwrap_or_default();
    match std::str::from_utf8(line) {
        Ok(line) => text::printable(line).into_owned(),
        Err(_) => text::visible(line),
    }
}

/// The key in the head of a value, `VALUE a 0 4`.
fn key_of(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or(head)
}

/// What `strerror` says of an error; its name, where that is not known.
fn strerror(errno: &str) -> Cow<'_, str> {
    errno_words(errno).map_or_else(|| text::printable(errno), Cow::Borrowed)
}

fn number(errno: &str) -> String {
    errno_number(errno).map_or_else(|| "?".into(), |number| number.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn printed(lines: &str) -> String {
        let mut vvv = Vvv::default();
        let mut out = Vec::new();
        for line in lines.lines() {
            vvv.event(&serde_json::from_str(line.trim()).unwrap(), line, &mut out).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_lookup_tells_what_became_of_the_item() {
        let text = printed(
            r#"{"seq":1,"t":0,"th":"worker0","ev":"item","op":"hit","key":"a"}
               {"seq":2,"t":0,"th":"worker0","ev":"item","op":"expire","key":"a"}
               {"seq":3,"t":0,"th":"worker0","ev":"item","op":"flush","key":"a"}
               {"seq":4,"t":0,"th":"worker0","ev":"item","op":"miss","b64":"/w=="}
               {"seq":5,"t":0,"th":"worker0","ev":"item","op":"link","key":"a"}"#,
        );
        assert_eq!(
            text,
            "> FOUND KEY a\n> FOUND KEY a -nuked by expire\n> FOUND KEY a -nuked by flush\n> NOT FOUND \\xff\n"
        );
    }

    #[test]
    fn the_command_verbosity_silences_what_is_above_it() {
        let fd = r#"{"seq":1,"t":0,"th":"worker0","ev":"read","conn":0,"fd":28,"ret":0}"#;
        let state = r#"{"seq":1,"t":0,"th":"worker0","ev":"state","conn":0,"from":"conn_read","to":"conn_parse_cmd"}"#;
        let reply = r#"{"seq":1,"t":0,"th":"worker0","ev":"reply","conn":0,"text":"OK"}"#;
        let to = |level: u32| {
            format!(r#"{{"seq":1,"t":0,"th":"worker0","ev":"setting","name":"verbose","value":"{level}"}}"#)
        };
        let text = printed(&[fd, reply, state, &to(2), reply, state, &to(1), reply, state].join("\n"));
        assert_eq!(text, ">28 OK\n28: going from conn_read to conn_parse_cmd\n>28 OK\n");
    }

    #[test]
    fn failed_calls_say_what_memcached_says() {
        let text = printed(
            r#"{"seq":1,"t":0,"th":"main","ev":"accept","listen_fd":26,"errno":"EMFILE"}
               {"seq":2,"t":0,"th":"main","ev":"accept","listen_fd":26,"errno":"EAGAIN"}
               {"seq":3,"t":0,"th":"worker0","ev":"conn_new","conn":0,"fd":28,"state":"conn_nread","set":{"rsize":2048,"rlbytes":6}}
               {"seq":4,"t":0,"th":"worker0","ev":"read","conn":0,"fd":28,"want":6,"errno":"EAGAIN"}
               {"seq":5,"t":0,"th":"worker0","ev":"read","conn":0,"fd":28,"want":6,"errno":"ECONNRESET"}
               {"seq":6,"t":0,"th":"worker0","ev":"sendmsg","conn":0,"fd":28,"iov":[],"errno":"EPIPE"}"#,
        );
        assert_eq!(
            text,
            "accept4(): Too many open files\nToo many open connections\n\
             accept4(): Resource temporarily unavailable\n\
             <28 new auto-negotiating client connection\n\
             Failed to read, and not due to blocking:\nerrno: 104 Connection reset by peer \n\
             rcurr=0 ritem=0 rbuf=0 rlbytes=6 rsize=2048\n\
             Failed to write, and not due to blocking: Broken pipe\n"
        );
    }

    #[test]
    fn an_error_that_is_not_known_keeps_its_name() {
        let text = printed(
            r#"{"seq":1,"t":0,"th":"main","ev":"accept","listen_fd":26,"errno":"EPERM"}
               {"seq":2,"t":0,"th":"main","ev":"accept","listen_fd":26,"errno":"EODD"}
               {"seq":3,"t":0,"th":"worker0","ev":"conn_new","conn":0,"fd":28,"state":"conn_nread","set":{"rsize":2048}}
               {"seq":4,"t":0,"th":"worker0","ev":"read","conn":0,"fd":28,"want":6,"errno":"UnknownErrno"}"#,
        );
        assert_eq!(
            text,
            "accept4(): Operation not permitted\naccept(): Operation not permitted\n\
             accept4(): EODD\naccept(): EODD\n\
             <28 new auto-negotiating client connection\n\
             Failed to read, and not due to blocking:\nerrno: ? UnknownErrno \n\
             rcurr=0 ritem=0 rbuf=0 rlbytes=0 rsize=2048\n"
        );
    }
}
