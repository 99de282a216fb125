//! `text`: the story for people, one line an event, aligned, in words close to the C. It is also
//! what stands in for the terminal UI where there is no terminal.
//!
//! What happens within a function is indented under it; that a function was left shows in the
//! indentation and has no line of its own.

use super::Print;
use super::outside::Names;
use crate::event::{Event, Kind, Thread};
use crate::text;
use crate::texts::Language;
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
    lang: Language,
    names: Names,
    /// How deep each thread is in calls.
    depth: HashMap<Thread, usize>,
    last: Option<u64>,
    events: u64,
    skipped: u64,
}

impl Text {
    /// The story in that language; the default one is in English.
    pub fn new(lang: Language) -> Text {
        Text { lang, ..Text::default() }
    }
}

impl Print for Text {
    fn header(&mut self, header: &Header, _: &str, out: &mut dyn Write) -> io::Result<()> {
        if !header.title.is_empty() {
            writeln!(out, "{}", text::printable(&header.title))?;
        }
        let (models, start) = (text::printable(&header.models), text::printable(&header.start));
        let (n, tool) = (header.threads.to_string(), text::printable(&header.tool));
        writeln!(out, "{}", self.lang.words_story_head(models, n, start, header.threads, tool))
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
        let names = |conn, fd| self.names.of(conn, fd).to_string();
        let mut what = words(event, Wording::Text, &names, self.lang);
        if let Kind::Other(_) = event.kind() {
            let (open, close) = (self.lang.words_open(), self.lang.words_close());
            what += &format!("{open}{}{close} {}", self.lang.words_unknown(), text::printable(raw));
        }
        let set = event.set.as_deref().map(|set| changes(set, self.lang)).unwrap_or_default();
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
        let (lang, time) = (self.lang, span(self.last.unwrap_or(0)));
        let events = self.events.to_string();
        let all = match self.skipped {
            0 => lang.words_story_end(events, time),
            skipped => lang.words_story_end_some(events, (self.events - skipped).to_string(), time),
        };
        match end {
            Some((end, _)) if end.dropped > 0 => {
                writeln!(out, "\n{all}{}", lang.words_story_lost(end.dropped.to_string()))
            }
            Some(_) => writeln!(out, "\n{all}"),
            None => writeln!(out, "\n{all}{}", lang.words_story_not_closed()),
        }
    }

    fn notes(&mut self, raw: &[String], out: &mut dyn Write) -> io::Result<()> {
        let notes = raw.iter().filter_map(|raw| Note::parse(raw));
        let (lang, colon) = (self.lang, self.lang.words_colon());
        notes.into_iter().try_for_each(|note| {
            let on = lang.words_remark_on(note.at.to_string());
            writeln!(out, "{on}{colon}{}", text::printable(&note.text))
        })
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
