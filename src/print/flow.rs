//! `flow`: what strace and memcached's own `-vvv` lines would have shown from outside, in the
//! very lines of the reference recordings (`tests/reference/*.flow`).
//!
//! As there, only what comes after the start-up is shown (from main's first `epoll_wait` on),
//! waits that only timed out are left out, and state changes are shown only while the server's
//! verbosity is above 2: it is 3 at the start, and the command `verbosity` ends that.

use super::Print;
use super::outside::{Name, Names, result};
use super::strace::{SHOWN, short};
use crate::event::{Event, Iov, Kind, ReadyFd, Thread};
use crate::words::letters;
use std::io::{self, Write};

/// How many pieces of a `sendmsg` the reference recordings list.
const LISTED: usize = 12;

/// The `flow` format.
#[derive(Debug, Default)]
pub struct Flow {
    names: Names,
    /// Main has entered its loop: the start-up is over.
    started: bool,
}

impl Flow {
    /// The line of an event, without its thread; `None` where it cannot be seen from outside.
    fn line(&self, event: &Event) -> Option<String> {
        let name = || self.names.of(event.conn, event.fd());
        let line = match event.kind() {
            Kind::Wake => self.wake(event)?,
            Kind::Accept => match (&event.errno(), event.conn) {
                (None, Some(conn)) => format!("accept4 = c{conn}"),
                _ => format!("accept4 = {}", result(event)),
            },
            Kind::Notify => {
                let byte = event.bytes().map_or_else(|| "?".into(), |b| short(&b, b.len));
                format!("write {} {byte} = {}", self.names.pipe_of(event), result(event))
            }
            Kind::Notified => format!("read {} 1 = {}", self.names.pipe_of(event), got(event)),
            Kind::EventAdd | Kind::EventDel => match (name(), event.kind()) {
                (Name::Pipe(_), _) => return None,
                (name, Kind::EventDel) => format!("epoll_ctl DEL {name}"),
                (name, _) => {
                    let interest = event.interest().unwrap_or_default();
                    format!("epoll_ctl ADD {name} {}", letters(interest))
                }
            },
            Kind::Read => {
                let want = event.want().map_or("?".into(), |want| want.to_string());
                format!("read {} {want} = {}", name(), got(event))
            }
            Kind::Recvfrom => {
                let want = event.want().map_or("?".into(), |want| want.to_string());
                format!("recvfrom {} {want} = {}", name(), got(event))
            }
            Kind::Sendmsg => {
                let iov = pieces(event.iov().unwrap_or_default());
                format!("sendmsg {} [{iov}] = {}", name(), result(event))
            }
            Kind::Close => format!("close {}", name()),
            Kind::State if self.names.is_said(2) => {
                format!("state {} {} > {}", name(), event.from()?, event.to()?)
            }
            _ => return None,
        };
        Some(line)
    }

    fn wake(&self, event: &Event) -> Option<String> {
        let ready = event.ready().filter(|ready| !ready.is_empty())?;
        let what = |r: &ReadyFd| format!(" {}:{}", self.names.of(r.conn, Some(r.fd)), letters(r.what.name()));
        Some(format!("epoll_wait{}", ready.iter().map(what).collect::<String>()))
    }
}

impl Print for Flow {
    fn event(&mut self, event: &Event, _: &str, out: &mut dyn Write) -> io::Result<()> {
        self.names.learn(event);
        if !self.started {
            self.started = event.kind() == Kind::Wait && event.th == Thread::Main;
            return Ok(());
        }
        match self.line(event) {
            Some(line) => writeln!(out, "{:8} {line}", event.th),
            None => Ok(()),
        }
    }
}

/// What a `read` brought: its bytes, or what it returned when there were none.
fn got(event: &Event) -> String {
    match (event.bytes(), event.ret()) {
        (Some(bytes), Some(ret @ 1..)) if event.errno().is_none() => short(&bytes, ret.unsigned_abs()),
        _ => result(event),
    }
}

/// The pieces of a `sendmsg`.
fn pieces(iov: &[Iov]) -> String {
    let mut list: Vec<String> = iov.iter().take(LISTED).map(|p| short(&p.bytes(), p.len)).collect();
    if iov.len() > LISTED {
        // strace lists so many entries and no more, so the reference counts no more either.
        list.push(format!("... {} iov", iov.len().min(SHOWN)));
    }
    list.join(", ")
}
