//! `text`: the story for people, one line an event, aligned, in words close to the C. It is also
//! what stands in for the terminal UI where there is no terminal.
//!
//! What happens within a function is indented under it; that a function was left shows in the
//! indentation and has no line of its own.

use super::Print;
use super::outside::{Names, result};
use crate::event::{ConnImage, ConnSet, Event, Fn, Kind, Payload, Ready, Thread};
use crate::text;
use crate::trace::format::{End, Header, Note};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::io::{self, Write};

/// From how many nanoseconds on it is told that nothing happened.
const IDLE: u64 = 10_000_000;
/// How many bytes of a payload are shown.
const SHOWN: usize = 48;
/// How many pieces of a `sendmsg` are shown.
const PIECES: usize = 6;
/// How wide a heading is.
const WIDTH: usize = 78;

/// The `text` format.
#[derive(Debug, Default)]
pub struct Text {
    words: Words,
    /// How deep each thread is in calls.
    depth: HashMap<Thread, usize>,
    last: Option<u64>,
    events: u64,
    skipped: u64,
}

impl Print for Text {
    fn header(&mut self, header: &Header, _: &str, out: &mut dyn Write) -> io::Result<()> {
        if !header.title.is_empty() {
            writeln!(out, "{}", text::printable(&header.title))?;
        }
        let workers = if header.threads == 1 { "worker" } else { "workers" };
        writeln!(
            out,
            "{}, {} {workers}; recorded {} by {}",
            text::printable(&header.models),
            header.threads,
            text::printable(&header.start),
            text::printable(&header.tool)
        )
    }

    fn event(&mut self, event: &Event, raw: &str, out: &mut dyn Write) -> io::Result<()> {
        let gap = self.last.map_or(0, |last| event.t.saturating_sub(last));
        self.last = Some(event.t);
        self.events += 1;
        if event.kind() == Kind::Mark {
            self.words.learn(event);
            let title = event.text().map(text::printable).unwrap_or_default();
            let rule = "─".repeat(WIDTH.saturating_sub(title.chars().count() + 4));
            return writeln!(out, "\n── {title} {rule}");
        }
        if gap >= IDLE {
            writeln!(out, "{:>26} ⋯ {}", "", span(gap))?;
        }
        let depth = self.depth.entry(event.th).or_default();
        if event.kind() == Kind::Return {
            *depth = depth.saturating_sub(1);
        }
        let indent = 2 * (*depth).min(super::calls::DEEPEST);
        match event.kind() {
            Kind::Call => *depth += 1,
            Kind::Return if event.set.is_none() => return Ok(()),
            _ => {}
        }
        let conn = event.conn.map_or(String::new(), |conn| format!("c{conn}"));
        let what = match event.kind() {
            Kind::Other(_) => {
                format!("{} (unknown to this memstep) {}", self.words.of(event), text::printable(raw))
            }
            _ => self.words.of(event),
        };
        let set = event.set.as_deref().map(changes).unwrap_or_default();
        let seconds = event.t as f64 / 1e9;
        writeln!(
            out,
            "{:>6}  {seconds:>10.6}  {:8} {conn:4} {:indent$}{what}{}{set}",
            event.seq,
            event.th,
            "",
            if set.is_empty() { "" } else { "  · " }
        )
    }

    fn skip(&mut self, event: &Event, raw: &str) {
        let _ = self.event(event, raw, &mut io::sink());
        self.skipped += 1;
    }

    fn end(&mut self, end: Option<(&End, &str)>, out: &mut dyn Write) -> io::Result<()> {
        let time = span(self.last.unwrap_or(0));
        let events = match self.skipped {
            0 => self.events.to_string(),
            skipped => format!("{} of {}", self.events - skipped, self.events),
        };
        match end {
            Some((end, _)) if end.dropped > 0 => {
                writeln!(out, "\n{events} events in {time}; {} more were lost", end.dropped)
            }
            Some(_) => writeln!(out, "\n{events} events in {time}"),
            None => writeln!(out, "\n{events} events in {time}; recording not closed"),
        }
    }

    fn notes(&mut self, raw: &[String], out: &mut dyn Write) -> io::Result<()> {
        let notes = raw.iter().filter_map(|raw| Note::parse(raw));
        notes
            .into_iter()
            .try_for_each(|note| writeln!(out, "remark on #{}: {}", note.at, text::printable(&note.text)))
    }
}

/// Tells events in words. It learns from them what each descriptor is, so it must be shown all
/// events in order.
#[derive(Debug, Default)]
pub struct Words {
    names: Names,
}

impl Words {
    /// Takes in what an event tells, without putting it in words.
    pub fn learn(&mut self, event: &Event) {
        self.names.learn(event);
    }

    /// What happened, in one line without number, time, thread, connection and changed fields.
    pub fn of(&mut self, event: &Event) -> String {
        self.learn(event);
        let fd = event.fd().map_or("?".into(), |fd| fd.to_string());
        let worker = event.worker().unwrap_or(event.th);
        let cause = |did| event.cause.map_or(String::new(), |cause| format!(" ({did} in #{cause})"));
        let is_conn = event.conn.is_some();
        let name = self.names.of(None, event.fd());
        match event.kind() {
            Kind::Mark => said(event),
            Kind::Note => format!("note on #{}: {}", event.at().unwrap_or(0), said(event)),
            Kind::EventInit => format!("event_init for {worker} → epoll {}", number(event.epoll_fd())),
            Kind::Pipe => format!(
                "pipe for {worker}: it reads {}, main writes {}",
                number(event.notify_receive_fd()),
                number(event.notify_send_fd())
            ),
            Kind::Thread => match event.op() {
                Some("setup") => format!("{worker} is set up"),
                Some("create") => format!("pthread_create {worker}"),
                Some("start") => format!("{worker} enters its event loop"),
                op => format!("thread {worker} {}", text::printable(op.unwrap_or_default())),
            },
            Kind::Socket => {
                let udp = if event.is_udp() { " udp" } else { "" };
                format!("socket {}{udp} → {}", word(event.domain()), answer(event, &fd))
            }
            Kind::Setsockopt => {
                let ok = event.errno().is_none();
                let failed = if ok { String::new() } else { format!(" → {}", result(event)) };
                format!("setsockopt {fd} {} {}{failed}", word(event.name()), word(event.value()))
            }
            Kind::Bind => format!("bind {fd} to {}{}", address(event), failure(event)),
            Kind::Listen => {
                format!(
                    "listen {fd} on {}, backlog {}{}",
                    address(event),
                    number(event.backlog()),
                    failure(event)
                )
            }
            Kind::Wait => match event.timeout() {
                Some(ms @ 0..) => format!("epoll_wait, at most {ms} ms"),
                _ => "epoll_wait".into(),
            },
            Kind::Wake => self.wake(event),
            Kind::EventAdd if is_conn => format!("event_add {}{}", interest(event), failure(event)),
            Kind::EventAdd => format!("event_add {name} {}{}", interest(event), failure(event)),
            Kind::EventDel if is_conn => format!("event_del{}", failure(event)),
            Kind::EventDel => format!("event_del {name}{}", failure(event)),
            Kind::Accept => match &event.peer() {
                Some(peer) => format!("accept4 → {} from {}", answer(event, &fd), text::printable(peer)),
                None => format!("accept4 → {}", answer(event, &fd)),
            },
            Kind::CqPush => format!("cq_push onto {worker}'s queue, depth {}", number(event.depth())),
            Kind::CqPop => format!("cq_pop, depth {}{}", number(event.depth()), cause("pushed")),
            Kind::Notify => format!("write {} into {worker}'s pipe{}", said(event), failure(event)),
            Kind::Notified => match event.errno() {
                None => format!("read {} from the pipe{}", said(event), cause("written")),
                Some(_) => format!("read from the pipe{}", failure(event)),
            },
            Kind::ConnNew => match event.state() {
                Some(state) if event.is_udp() => format!("conn_new {fd} in {state}, udp"),
                Some(state) => format!("conn_new {fd} in {state}"),
                None => format!("conn_new {fd}"),
            },
            Kind::State => match (event.from(), event.to()) {
                (Some(from), Some(to)) => format!("{from} → {to}"),
                _ => "state".into(),
            },
            Kind::Read => read(event),
            Kind::Recvfrom => recvfrom(event),
            Kind::Command => format!("command {}", said(event)),
            Kind::Reply => match event.op() {
                Some("noreply") => format!("no reply wanted: {} is not sent", said(event)),
                _ => format!("reply {}", said(event)),
            },
            Kind::Sendmsg => sendmsg(event),
            Kind::Item => match event.size() {
                Some(size) if size > 0 => {
                    format!("item {} {}, {size} bytes", word(event.op()), said(event))
                }
                _ => format!("item {} {}", word(event.op()), said(event)),
            },
            Kind::Setting => format!("setting {} = {}", word(event.name()), word(event.value())),
            Kind::Close => match &event.why() {
                Some(why) => format!("close {fd}: {}{}", text::printable(why), failure(event)),
                None => format!("close {fd}{}", failure(event)),
            },
            Kind::Call => format!("{}()", function(event)),
            Kind::Return => format!("{}() is left", function(event)),
            Kind::Drop => format!("{} events were lost here", event.n().unwrap_or(0)),
            Kind::Snapshot => {
                let (conns, lost) = event.world().map_or((0, 0), |w| (w.conns.len(), w.lost));
                let lost = if lost > 0 { format!(", {lost} events lost before") } else { String::new() };
                format!("the server as it was found: {conns} open connections{lost}")
            }
            Kind::Other(other) => text::printable(other.name()).into_owned(),
        }
    }

    fn wake(&self, event: &Event) -> String {
        let ready = event.ready().unwrap_or_default();
        let one = |r: &Ready| {
            let what = match r.what.name() {
                "r" => "readable",
                "w" => "writable",
                "rw" => "readable and writable",
                other => &text::printable(other),
            };
            format!("{} {what}", self.names.of(r.conn, Some(r.fd)))
        };
        let mut list: Vec<String> = ready.iter().map(one).collect();
        if event.timer() {
            list.push("a timer is due".into());
        }
        match (list.is_empty(), &event.errno()) {
            (_, Some(errno)) => format!("epoll_wait → {}", text::printable(errno)),
            (true, None) => "epoll_wait → nothing".into(),
            (false, None) => format!("epoll_wait → {}", list.join(", ")),
        }
    }
}

fn read(event: &Event) -> String {
    let into = match event.into() {
        Some("item") => " into the item",
        Some("swallow") => " to throw away",
        _ => "",
    };
    let head = format!("read {}{into} → ", number(event.want()));
    match (event.ret(), event.bytes()) {
        (Some(0), _) => head + "0: the client has closed",
        (Some(ret @ 1..), Some(bytes)) => format!("{head}{ret} {}", quoted(&bytes)),
        _ => head + &answer(event, "?"),
    }
}

fn recvfrom(event: &Event) -> String {
    let head = format!("recvfrom {} → ", number(event.want()));
    let from = event.peer().map_or(String::new(), |peer| format!(" from {}", text::printable(peer)));
    match (event.request_id(), event.request(), event.ret()) {
        (Some(id), Some(said), _) => format!("{head}{} request {id}: {}{from}", result(event), quoted(&said)),
        (_, _, Some(ret @ 1..)) => format!("{head}{ret} {}{from}", said(event)),
        _ => head + &answer(event, "?") + &from,
    }
}

fn sendmsg(event: &Event) -> String {
    let iov = event.iov().unwrap_or_default();
    let mut list: Vec<String> = iov.iter().take(PIECES).map(|piece| quoted(&piece.bytes())).collect();
    if iov.len() > PIECES {
        list.push(format!("and {} more", iov.len() - PIECES));
    }
    format!("sendmsg {} → {}", list.join(" "), answer(event, "?"))
}

/// What a call returned: its result if it has one, else `otherwise`.
fn answer(event: &Event, otherwise: &str) -> String {
    match (&event.errno(), event.ret()) {
        (None, None) => otherwise.to_owned(),
        _ => result(event),
    }
}

/// The error of a call whose success goes without saying.
fn failure(event: &Event) -> String {
    event.errno().map_or(String::new(), |errno| format!(" → {}", text::printable(errno)))
}

fn said(event: &Event) -> String {
    event.bytes().map_or_else(|| "?".into(), |bytes| quoted(&bytes))
}

fn quoted(bytes: &Payload<'_>) -> String {
    let kept = &bytes.kept[..bytes.kept.len().min(SHOWN)];
    // A character that the cut broke in two would show as two odd bytes.
    let kept = match std::str::from_utf8(kept) {
        Err(error) if error.error_len().is_none() => &kept[..error.valid_up_to()],
        _ => kept,
    };
    let shown = text::visible(kept);
    if kept.len() as u64 == bytes.len {
        format!("\"{shown}\"")
    } else {
        format!("\"{shown}\"... ({} bytes)", bytes.len)
    }
}

fn interest(event: &Event) -> String {
    match event.interest() {
        Some("r") => "for reading".into(),
        Some("w") => "for writing".into(),
        Some("rw") => "for reading and writing".into(),
        other => text::printable(other.unwrap_or("?")).into_owned(),
    }
}

fn function(event: &Event) -> &'static str {
    event.function().map_or("?", Fn::name)
}

fn address(event: &Event) -> String {
    text::printable(event.addr().unwrap_or("?")).into_owned()
}

fn word(word: Option<&str>) -> String {
    text::printable(word.unwrap_or("?")).into_owned()
}

fn number<N: ToString>(number: Option<N>) -> String {
    number.map_or_else(|| "?".into(), |n| n.to_string())
}

/// The changed fields of `struct conn`, compactly: `rbytes 13, rcurr 0`. Of a connection's first
/// event, which carries every field, those that are not zero.
pub fn changes(set: &ConnSet) -> String {
    let Some(values) = object(set) else { return String::new() };
    let names = set.names();
    let whole = ConnSet::whole(&ConnImage::default());
    let is_first = names.len() >= whole.names().len();
    let zero = if is_first { object(&whole) } else { None };
    let one = |name: &&'static str| {
        let value = match values.get(*name)? {
            value if zero.as_ref().and_then(|zero| zero.get(*name)) == Some(value) => return None,
            Value::String(value) => value.clone(),
            Value::Null => "none".into(),
            Value::Object(_) => {
                let item = set.item.as_ref()?.as_ref()?;
                format!("\"{}\" of {}", text::visible(item.key.as_bytes()), item.size)
            }
            value => value.to_string(),
        };
        Some(format!("{name} {value}"))
    };
    names.iter().filter_map(one).collect::<Vec<_>>().join(", ")
}

fn object(set: &ConnSet) -> Option<Map<String, Value>> {
    match serde_json::to_value(set) {
        Ok(Value::Object(map)) => Some(map),
        _ => None,
    }
}

/// A length of time for people.
pub fn span(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..1_000_000 => format!("{} µs", ns / 1_000),
        1_000_000..10_000_000 => format!("{:.1} ms", ns as f64 / 1e6),
        10_000_000..1_000_000_000 => format!("{} ms", ns / 1_000_000),
        1_000_000_000..60_000_000_000 => format!("{:.2} s", ns as f64 / 1e9),
        _ => format!("{} min {} s", ns / 60_000_000_000, ns / 1_000_000_000 % 60),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_the_unit_that_suits_it() {
        let spans = [7, 7_000, 7_500_000, 98_000_000, 1_250_000_000, 90_000_000_000].map(span);
        assert_eq!(spans, ["7 ns", "7 µs", "7.5 ms", "98 ms", "1.25 s", "1 min 30 s"]);
    }

    #[test]
    fn changed_fields_stand_in_the_order_of_the_struct() {
        let set: ConnSet = serde_json::from_str(
            r#"{"item":{"key":"a","size":6},"rlbytes":6,"ev_flags":"EV_READ|EV_PERSIST","rbytes":0}"#,
        )
        .unwrap();
        assert_eq!(changes(&set), "ev_flags EV_READ|EV_PERSIST, rbytes 0, rlbytes 6, item \"a\" of 6");
        let gone: ConnSet = serde_json::from_str(r#"{"item":null}"#).unwrap();
        assert_eq!(changes(&gone), "item none");
    }
}
