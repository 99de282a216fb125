//! `vvv`: what memcached 1.4.24 `-vvv` would have printed on stderr, so that the two can be
//! compared.
//!
//! Left out, since no event tells of them: the table of slab classes at the start, a UDP socket's send
//! buffer, the protocol of a datagram without a whole line, and the two numbers of `CAS:  failure`. Where memcached prints the addresses of its buffers (a read of a
//! value that failed), offsets into them stand instead. The command `verbosity` silences what it
//! silences there.

use super::Print;
use super::outside::Verbosity;
use crate::event::{ConnFields, ConnState, Event, Kind, Protocol, errno_number, errno_words};
use crate::text;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

/// The `vvv` format.
#[derive(Debug, Default)]
pub struct Vvv {
    verbosity: Verbosity,
    conns: HashMap<u32, Conn>,
}

/// What memcached knows about a connection when it prints.
#[derive(Debug, Default)]
struct Conn {
    fd: Option<i32>,
    state: ConnState,
    fields: ConnFields,
    is_udp: bool,
    /// Its protocol has been told of at least once.
    known: bool,
}

impl Vvv {
    /// What is printed for one event: whole lines, or nothing.
    fn lines(&mut self, event: &Event) -> String {
        let mut lines = String::new();
        self.verbosity.learn(event);
        let Some(number) = event.conn else {
            self.unnumbered(event, &mut lines);
            return lines;
        };
        let conn = self.conns.entry(number).or_default();
        conn.fd = event.fd().or(conn.fd);
        conn.learn(event, &self.verbosity, &mut lines);
        let fd = conn.fd();
        let verbose = |level| self.verbosity.above(level);
        match event.kind() {
            Kind::ConnNew if verbose(1) && conn.is_udp => {
                lines += &format!("<{fd} server listening (udp)\n");
            }
            Kind::ConnNew if verbose(1) => {
                lines += &match conn.fields.protocol {
                    Protocol::Negotiating => format!("<{fd} new auto-negotiating client connection\n"),
                    known => format!("<{fd} new {known} client connection.\n"),
                };
            }
            Kind::State => {
                if let (Some(from), Some(to)) = (event.from(), event.to()) {
                    conn.state = to;
                    if verbose(2) {
                        lines += &format!("{fd}: going from {from} to {to}\n");
                    }
                }
            }
            Kind::EventDel if conn.state == ConnState::Closing && verbose(1) => {
                lines += &format!("<{fd} connection closed.\n");
            }
            Kind::Command if verbose(1) => {
                if conn.is_udp {
                    // It is looked at anew for every command.
                    lines += &format!("{fd}: Client using the {} protocol\n", conn.fields.protocol);
                }
                lines += &format!("<{fd} {}\n", said(event));
            }
            Kind::Reply if verbose(1) => {
                lines += &match event.op() {
                    Some("value") => format!(">{fd} sending key {}\n", key_of(&said(event))),
                    Some("noreply") => format!(">{fd} NOREPLY {}\n", said(event)),
                    _ => format!(">{fd} {}\n", said(event)),
                };
            }
            Kind::Item if verbose(2) => lines += &lookup(event),
            Kind::Read if verbose(0) => lines += &conn.read_failed(event),
            Kind::Sendmsg if verbose(0) => {
                if let Some(errno) = event.errno().filter(|e| *e != "EAGAIN") {
                    let why = strerror(errno);
                    lines += &format!("Failed to write, and not due to blocking: {why}\n");
                }
            }
            _ => {}
        }
        if event.kind() == Kind::Close {
            self.conns.remove(&number);
        }
        lines
    }

    /// Events about no connection: the listening socket, and lookups on nobody's behalf.
    fn unnumbered(&self, event: &Event, lines: &mut String) {
        match event.kind() {
            Kind::ConnNew if self.verbosity.above(1) => {
                let set = event.set.as_deref().and_then(|set| set.protocol);
                *lines += &format!(
                    "<{} server listening ({})\n",
                    event.fd().unwrap_or(-1),
                    set.unwrap_or_default()
                );
            }
            Kind::Accept => {
                if let Some(errno) = event.errno() {
                    // 1.4.24 prints this before it looks which error it is, EAGAIN included.
                    *lines += &format!("accept4(): {}\n", strerror(errno));
                    match errno {
                        "EAGAIN" => {}
                        "EMFILE" if self.verbosity.above(0) => *lines += "Too many open connections\n",
                        "EMFILE" => {}
                        _ => *lines += &format!("accept(): {}\n", strerror(errno)),
                    }
                }
            }
            Kind::Item if self.verbosity.above(2) => *lines += &lookup(event),
            _ => {}
        }
    }
}

impl Conn {
    fn fd(&self) -> i32 {
        self.fd.unwrap_or(-1)
    }

    /// Folds what changed; the protocol shows in the first event after it was settled, and
    /// memcached prints it at once, so it stands before what that event itself prints.
    fn learn(&mut self, event: &Event, verbosity: &Verbosity, lines: &mut String) {
        if let Some(state) = event.state() {
            self.state = state;
        }
        self.is_udp |= event.is_udp();
        let Some(set) = event.set.as_deref() else { return };
        let before = self.fields.protocol;
        set.apply(&mut self.fields);
        let now = self.fields.protocol;
        if self.known
            && !self.is_udp
            && before == Protocol::Negotiating
            && now != before
            && verbosity.above(1)
        {
            *lines += &format!("{}: Client using the {now} protocol\n", self.fd());
        }
        self.known |= set.protocol.is_some();
    }

    /// What is printed when a read fails in a state that expects bytes it was promised.
    fn read_failed(&self, event: &Event) -> String {
        let Some(errno) = event.errno().filter(|e| *e != "EAGAIN") else { return String::new() };
        match self.state {
            ConnState::Nread => {
                let ConnFields { rcurr, ritem, rlbytes, rsize, .. } = self.fields;
                format!(
                    "Failed to read, and not due to blocking:\nerrno: {} {} \n\
                     rcurr={rcurr:x} ritem={ritem:x} rbuf=0 rlbytes={rlbytes} rsize={rsize}\n",
                    number(errno),
                    strerror(errno)
                )
            }
            ConnState::Swallow => "Failed to read, and not due to blocking\n".into(),
            _ => String::new(),
        }
    }
}

impl Print for Vvv {
    fn event(&mut self, event: &Event, _: &str, out: &mut dyn Write) -> io::Result<()> {
        let lines = self.lines(event);
        out.write_all(lines.as_bytes())
    }
}

/// What a lookup in the store prints.
fn lookup(event: &Event) -> String {
    let (found, fate) = match event.op() {
        Some("hit") => ("FOUND KEY", ""),
        Some("miss") => ("NOT FOUND", ""),
        Some("flush") => ("FOUND KEY", " -nuked by flush"),
        Some("expire") => ("FOUND KEY", " -nuked by expire"),
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
