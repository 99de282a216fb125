//! `memstep info`: what is in a recording.

use super::STDOUT;
use crate::cli::TraceInput;
use crate::event::{Event, Kind, Thread};
use crate::print::text::span;
use crate::text::printable;
use crate::texts::{Language, ungrouped};
use crate::trace::format::{Detail, End, Header, Redacted};
use crate::trace::reader::TraceReader;
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use unicode_width::UnicodeWidthStr as _;

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
    let lang = Language::spoken();
    sums.print(reader.header(), reader.end(), lang, &mut out).and_then(|()| out.flush()).context(STDOUT)?;
    // Whether it was closed stands in a row of its own.
    for warning in reader.warnings().iter().filter(|warning| warning.what != lang.reading_not_closed()) {
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

    fn print(
        &self,
        header: &Header,
        end: Option<End>,
        lang: Language,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let rows = self.rows(header, end, lang);
        let widest = rows.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
        for (name, value) in rows {
            writeln!(out, "{name}{} {value}", " ".repeat(widest + 1 - name.width()))?;
        }
        if !self.unknown.is_empty() {
            writeln!(out, "\n{}", lang.info_unknown())?;
            for ((what, name), n) in &self.unknown {
                let what = what.replace(' ', "-");
                writeln!(out, "{n:>9}  {}", lang.info_unknown_name(printable(name), what))?;
            }
            if self.other_unknown > 0 {
                writeln!(out, "{:>9}  {}", self.other_unknown, lang.info_unknown_more())?;
            }
        }
        writeln!(out, "\n{}", lang.info_by_thread())?;
        for (thread, n) in &self.threads {
            writeln!(out, "{n:>9}  {thread}")?;
        }
        writeln!(out, "\n{}", lang.info_by_kind())?;
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        kinds.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        for (kind, n) in kinds {
            writeln!(out, "{n:>9}  {}", printable(kind))?;
        }
        if self.other_kinds > 0 {
            writeln!(out, "{:>9}  {}", self.other_kinds, lang.info_other_kinds())?;
        }
        Ok(())
    }

    /// What each row is called, and what stands in it. Numbers are written as programs read them.
    fn rows(&self, header: &Header, end: Option<End>, lang: Language) -> Vec<(&'static str, String)> {
        let mut rows = Vec::new();
        let mut row = |name, value: String| rows.push((name, value));
        let count = |kind: Kind| self.kinds.get(kind.name()).copied().unwrap_or(0);
        if !header.title.is_empty() {
            row(lang.info_title(), printable(&header.title).into_owned());
        }
        row(lang.info_recorded(), printable(&header.start).into_owned());
        row(lang.info_by(), lang.info_tool(printable(&header.tool), header.version.to_string()));
        row(lang.info_models(), printable(&header.models).into_owned());
        row(lang.info_threads(), lang.info_workers(ungrouped(header.threads.into())));
        let detail = match header.detail {
            Detail::Flow => lang.info_flow(),
            Detail::Calls => lang.info_calls(),
        };
        row(lang.info_detail(), detail.to_owned());
        let most = header.max_data.to_string();
        let kept = match header.redacted {
            Redacted::Nothing => lang.info_kept(most),
            Redacted::Values => lang.info_kept_but(most, "values"),
            Redacted::Keys => lang.info_kept_but(most, "keys"),
        };
        row(lang.info_payloads(), kept);
        if !self.chapters.is_empty() {
            let mut chapters: Vec<_> = self.chapters.iter().map(|c| printable(c)).collect();
            let more = count(Kind::Mark).saturating_sub(chapters.len() as u64);
            if more > 0 {
                chapters.push(lang.info_more(more.to_string()).into());
            }
            row(lang.info_chapters(), chapters.join(lang.info_comma()));
        }
        let time = span(self.last - self.first.unwrap_or(0));
        row(lang.info_events(), lang.info_size(self.bytes.to_string(), self.events.to_string(), time));
        let (accepted, closed) = (self.accepted.to_string(), self.closed.to_string());
        row(lang.info_connections(), lang.info_accepted(accepted, closed));
        row(lang.info_requests(), count(Kind::Command).to_string());
        row(lang.info_traffic(), lang.info_moved(self.received.to_string(), self.sent.to_string()));
        let lost = match end.map_or(self.dropped, |end| end.dropped) {
            0 => lang.info_lost_nothing().to_owned(),
            1 => lang.info_lost_one().to_owned(),
            n => lang.info_lost_events(n.to_string()),
        };
        row(lang.info_lost(), lost);
        let whole = if end.is_some() { lang.info_yes() } else { lang.info_not_closed() };
        row(lang.info_whole(), whole.to_owned());
        if let Some(end) = end.filter(|end| end.blocked_ns > 0) {
            row(lang.info_slowed_down(), lang.info_waited(span(end.blocked_ns)));
        }
        rows
    }
}
