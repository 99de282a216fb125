//! `text`: the story for people, one line an event, aligned, in words close to the C. It is also
//! what stands in for the terminal UI where there is no terminal.
//!
//! What happens within a function is indented under it; that a function was left shows in the
//! indentation and has no line of its own.

use super::Print;
use super::outside::Names;
use crate::event::{Event, Kind, Thread};
use crate::text;
use crate::trace::format::{End, Header, Note};
use crate::words::{Wording, changes, words};
use std::collections::HashMap;
use std::io::{self, Write};

/// From how many nanoseconds on it is told that nothing happened.
const IDLE: u64 = 10_000_000;
/// How wide a heading is.
const WIDTH: usize = 78;

/// The `text` format.
#[derive(Debug, Default)]
pub struct Text {
    names: Names,
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
        self.names.learn(event);
        if event.kind() == Kind::Mark {
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
        let mut what = words(event, Wording::Text, &|conn, fd| self.names.of(conn, fd).to_string());
        if let Kind::Other(_) = event.kind() {
            what += &format!(" (unknown to this memstep) {}", text::printable(raw));
        }
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
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_the_unit_that_suits_it() {
        let spans = [7, 7_000, 7_500_000, 98_000_000, 1_250_000_000, 90_000_000_000].map(span);
        assert_eq!(spans, ["7 ns", "7 µs", "7.5 ms", "98 ms", "1.25 s", "1 min 30 s"]);
    }
}
