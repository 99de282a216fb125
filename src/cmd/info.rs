//! `memstep info`: what is in a recording.

use super::STDOUT;
use crate::cli::TraceInput;
use crate::event::{Event, Kind, Thread};
use crate::print::text::span;
use crate::text::{counted, printable};
use crate::trace::format::{Detail, End, Header};
use crate::trace::reader::TraceReader;
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

/// How many chapters are listed.
const CHAPTERS: usize = 12;
/// How many kinds are told apart; a file may hold any number of unknown ones.
const KINDS: usize = 64;

/// Prints what is in the trace.
pub(super) fn run(input: &TraceInput) -> anyhow::Result<ExitCode> {
    let mut reader = TraceReader::open(&input.file)?.lenient(input.lenient);
    let name = reader.name().to_owned();
    let mut sums = Sums { bytes: reader.raw_header().len() as u64 + 1, ..Sums::default() };
    while let Some(row) = reader.next_row()? {
        sums.bytes += row.raw.len() as u64 + 1;
        sums.add(&row.event);
    }
    sums.bytes += reader.raw_end().map_or(0, |end| end.len() as u64 + 1);
    let mut out = super::stdout();
    sums.print(reader.header(), reader.end(), &mut out).and_then(|()| out.flush()).context(STDOUT)?;
    for warning in reader.warnings().iter().filter(|w| !w.what.starts_with("recording not closed")) {
        super::say(&format!("{name}: {warning}"));
    }
    Ok(super::read_status(&reader))
}

/// What a recording adds up to.
#[derive(Debug, Default)]
struct Sums {
    bytes: u64,
    events: u64,
    kinds: BTreeMap<String, u64>,
    other_kinds: u64,
    /// Names that this version does not know, and what they name.
    unknown: BTreeMap<(&'static str, String), u64>,
    other_unknown: u64,
    threads: BTreeMap<Thread, u64>,
    chapters: Vec<String>,
    accepted: u64,
    closed: u64,
    received: u64,
    sent: u64,
    dropped: u64,
    first: Option<u64>,
    last: u64,
}

impl Sums {
    fn add(&mut self, event: &Event) {
        self.events += 1;
        let room = self.kinds.len() < KINDS;
        match self.kinds.get_mut(event.kind().name()) {
            Some(n) => *n += 1,
            None if room => drop(self.kinds.insert(event.kind().name().to_owned(), 1)),
            None => self.other_kinds += 1,
        }
        event.unknown_names(&mut |what, name| {
            let room = self.unknown.len() < KINDS;
            match self.unknown.get_mut(&(what, name.to_owned())) {
                Some(n) => *n += 1,
                None if room => drop(self.unknown.insert((what, name.to_owned()), 1)),
                None => self.other_unknown += 1,
            }
        });
        *self.threads.entry(event.th).or_default() += 1;
        self.first = Some(self.first.map_or(event.t, |first| first.min(event.t)));
        self.last = self.last.max(event.t);
        let moved = event.ret().and_then(|ret| u64::try_from(ret).ok()).unwrap_or(0);
        match event.kind() {
            Kind::Mark if self.chapters.len() < CHAPTERS => {
                self.chapters.extend(event.text().map(str::to_owned))
            }
            Kind::Accept if event.conn.is_some() => self.accepted += 1,
            Kind::Close => self.closed += 1,
            Kind::Read | Kind::Recvfrom => self.received += moved,
            Kind::Sendmsg => self.sent += moved,
            Kind::Drop => self.dropped += event.n().unwrap_or(0),
            _ => {}
        }
    }

    fn print(&self, header: &Header, end: Option<End>, out: &mut impl Write) -> io::Result<()> {
        let mut row = |name: &str, value: String| writeln!(out, "{name:12} {value}");
        let count = |kind: Kind| self.kinds.get(kind.name()).copied().unwrap_or(0);
        if !header.title.is_empty() {
            row("title", printable(&header.title).into_owned())?;
        }
        row("recorded", printable(&header.start).into_owned())?;
        row("by", format!("{}, format version {}", printable(&header.tool), header.version))?;
        row("models", printable(&header.models).into_owned())?;
        row("threads", format!("main and {}", counted(u64::from(header.threads), "worker")))?;
        row(
            "detail",
            match header.detail {
                Detail::Flow => "flow (no function calls)".into(),
                Detail::Calls => "calls (function calls too)".into(),
            },
        )?;
        let redacted = header.redacted.words().map_or(String::new(), |words| format!("; {words}"));
        row("payloads", format!("kept up to {} bytes each{redacted}", header.max_data))?;
        if !self.chapters.is_empty() {
            let mut chapters: Vec<_> = self.chapters.iter().map(|c| printable(c)).collect();
            let more = count(Kind::Mark).saturating_sub(chapters.len() as u64);
            if more > 0 {
                chapters.push(format!("and {more} more").into());
            }
            row("chapters", chapters.join(", "))?;
        }
        let time = span(self.last - self.first.unwrap_or(0));
        row("events", format!("{} in {time}, {} bytes", self.events, self.bytes))?;
        row("connections", format!("{} accepted, {} closed", self.accepted, self.closed))?;
        row("requests", count(Kind::Command).to_string())?;
        row("traffic", format!("{} bytes received, {} bytes sent", self.received, self.sent))?;
        let dropped = end.map_or(self.dropped, |end| end.dropped);
        row("lost", if dropped == 0 { "nothing".into() } else { counted(dropped, "event") })?;
        row("whole", if end.is_some() { "yes" } else { "recording not closed" }.into())?;
        if let Some(end) = end.filter(|end| end.blocked_ns > 0) {
            row("slowed down", format!("server threads waited {} for the recorder", span(end.blocked_ns)))?;
        }
        if !self.unknown.is_empty() {
            writeln!(out, "\nnames that this version does not know")?;
            for ((what, name), n) in &self.unknown {
                writeln!(out, "{n:>9}  {what} {}", printable(name))?;
            }
            if self.other_unknown > 0 {
                writeln!(out, "{:>9}  (still other names)", self.other_unknown)?;
            }
        }
        writeln!(out, "\nby thread")?;
        for (thread, n) in &self.threads {
            writeln!(out, "{n:>9}  {thread}")?;
        }
        writeln!(out, "\nby kind")?;
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        kinds.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        for (kind, n) in kinds {
            writeln!(out, "{n:>9}  {}", printable(kind))?;
        }
        if self.other_kinds > 0 {
            writeln!(out, "{:>9}  (of still other kinds)", self.other_kinds)?;
        }
        Ok(())
    }
}
