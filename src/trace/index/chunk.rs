//! A stretch of the file: where its lines begin, and the columns of its events. Twelve bytes an event.

use super::super::format::End;
use super::bytes::{FileWindow, RawLine};
use super::ways::{PackedWay, StateSet};
use crate::event::{Event, Kind, Thread};
use crate::trace::file::line::{Says, after_end, says, too_long};
use crate::trace::file::quick;
use memchr::{memchr, memchr_iter, memrchr};
use std::borrow::Cow;

/// How long a stretch is. A place in it fits into 32 bits, and a thread is done with it in some
/// milliseconds.
pub(super) const LENGTH: u64 = 2 * 1024 * 1024;
/// What is looked at beyond it, to see what the last line is that begins in it.
const AHEAD: u64 = 16;
/// How a closed recording's last line begins.
const END: &[u8] = b"{\"end\":";

/// In the column of connections: it is about none.
pub(super) const NO_CONN: u32 = u32::MAX;
/// In the column of threads: one with a high number, which the line says.
pub(super) const OTHER_THREAD: u8 = u8::MAX;
/// In the column of kinds, besides the kind: the event has a `cause`.
pub(super) const HAS_CAUSE: u8 = 0x80;

const _: () = assert!(Kind::ALL.len() < 63);

/// A stretch of the file, the events whose lines begin in it.
#[derive(Debug, Default)]
pub(super) struct TraceChunk {
    /// Where it begins.
    pub base: u64,
    /// How long it is, but for the last one.
    pub length: u64,
    /// Where the lines begin, counted from `base`. Until there are columns some may be no events.
    pub starts: Box<[u32]>,
    /// Lines that seem to be the recording's end. There is one at most, unless somebody edited it.
    pub ends: Box<[u32]>,
    /// What is known of the events, once each line was looked at.
    pub columns: Option<Columns>,
    /// How many lines begin in it, empty ones and all.
    pub lines: u64,
    /// Whether one begins at its very start.
    pub begins: bool,
}

/// What is known of the events of a chunk without looking at them.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub kinds: Box<[u8]>,
    pub threads: Box<[u8]>,
    pub conns: Box<[u32]>,
    /// The state left and the one entered.
    pub ways: Box<[PackedWay]>,
    /// Where the numbers do not go up by one: from this event on, from this number on.
    pub runs: Box<[(u32, u64)]>,
    /// A bit for each kind that there is.
    pub present: u64,
    /// Which states are left and entered.
    pub states: StateSet,
    /// The least and the greatest connection.
    pub conn_range: (u32, u32),
}

impl Columns {
    /// An event's number.
    pub fn seq(&self, at: usize) -> Option<u64> {
        let run = self.runs.partition_point(|(from, _)| *from as usize <= at).checked_sub(1)?;
        let (from, seq) = self.runs[run];
        Some(seq.wrapping_add(at as u64 - u64::from(from)))
    }
}

/// A thread as the column has it.
pub(super) fn thread_code(th: Thread) -> u8 {
    match th {
        Thread::Main => 0,
        Thread::Client => 1,
        Thread::Assoc => 2,
        Thread::Other(_) => OTHER_THREAD,
        Thread::Worker(n) => u8::try_from(n).ok().and_then(|n| n.checked_add(3)).unwrap_or(OTHER_THREAD),
    }
}

/// Finds where the lines begin in the stretch from `base` on, of a region that begins at `region`.
pub(super) fn lines(
    window: &mut FileWindow<'_>,
    region: u64,
    base: u64,
    (length, size): (u64, u64),
) -> TraceChunk {
    let end = size.min(base + length);
    // A line begins after a line end, and the one before the first may be the stretch's own neighbour.
    let before = u64::from(base > region);
    window.fill(base - before, (end - base + before + AHEAD) as usize);
    let bytes = window.bytes();
    let mut starts = Vec::with_capacity(bytes.len() / 96);
    let (mut count, mut ends) = (0, Vec::new());
    let mut begin = |at: usize| {
        // Both are told apart here already, so that nothing moves when all lines are looked at.
        let rest = &bytes[at..];
        count += 1;
        if rest.starts_with(END) {
            ends.push((at as u64 - before) as u32);
        } else if !(rest.starts_with(b"\n") || rest.starts_with(b"\r\n")) {
            starts.push((at as u64 - before) as u32);
        }
    };
    let begins = before == 0 || bytes.first() == Some(&b'\n');
    if before == 0 && !bytes.is_empty() {
        begin(0);
    }
    let last = bytes.len().min((end - base + before) as usize).saturating_sub(1);
    memchr_iter(b'\n', &bytes[..last]).for_each(|newline| begin(newline + 1));
    TraceChunk { base, length, starts: starts.into(), ends: ends.into(), columns: None, lines: count, begins }
}

/// What was found in a chunk besides its events.
#[derive(Debug, Default)]
pub(super) struct ChunkFindings {
    /// The chapters: which events begin them, and their titles.
    pub marks: Vec<(u32, String)>,
    /// How many lines are neither an event nor the end.
    pub broken: u64,
    /// The first of them.
    pub first_broken: Option<Broken>,
    /// The end.
    pub end: Option<End>,
    /// The file's last line has no line end: whether it is an event all the same, or what is wrong.
    pub last: Option<Result<(), String>>,
}

/// A line that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    /// Where it begins.
    pub at: u64,
    /// Where in the line, and what.
    pub what: (usize, String),
}

/// Looks at every line of `chunk`: what serde would take for an event is one here, and nothing else;
/// and nothing is where the recording has ended before.
pub(super) fn scan(
    window: &mut FileWindow<'_>,
    chunk: &TraceChunk,
    has_ended: bool,
) -> (TraceChunk, ChunkFindings) {
    let mut rows = Rows::new(chunk.starts.len(), has_ended);
    let mut found = ChunkFindings::default();
    window.fill(chunk.base, chunk.length as usize);
    let bytes = window.bytes();
    let mut starts = Cow::Borrowed(&*chunk.starts);
    if !chunk.ends.is_empty() {
        starts.to_mut().extend_from_slice(&chunk.ends);
        starts.to_mut().sort_unstable();
    }
    let from = starts.first().map_or(0, |at| *at as usize);
    // All of it at once, but for a line that goes on in the next chunk.
    let to = memrchr(b'\n', bytes).unwrap_or(0).max(from);
    let text = bytes.get(from..to).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let mut event = Event::default();
    let mut lone = None;
    for &at in &*starts {
        let start = at as usize;
        let end = bytes.get(start..).and_then(|rest| memchr(b'\n', rest)).map(|len| start + len);
        let Some(end) = end else {
            // At most one, the last.
            lone = Some(at);
            break;
        };
        let quick = text.filter(|_| !rows.has_ended).and_then(|text| {
            let line = text.get(start - from..end - from)?;
            quick::outline(line.strip_suffix('\r').unwrap_or(line), &mut event)
        });
        let line = &bytes[start..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match quick {
            Some(()) => rows.add(&mut found, at, line, &event),
            None => rows.odd(&mut found, chunk.base, at, &RawLine::Whole(line)),
        }
    }
    if let Some(at) = lone
        && let Some(line) = window.line(chunk.base + u64::from(at))
    {
        rows.odd(&mut found, chunk.base, at, &line);
    }
    let (starts, columns) = rows.done();
    let TraceChunk { base, length, lines, begins, .. } = *chunk;
    (TraceChunk { base, length, starts, ends: Box::default(), columns: Some(columns), lines, begins }, found)
}

/// The columns in the making.
struct Rows {
    starts: Vec<u32>,
    kinds: Vec<u8>,
    threads: Vec<u8>,
    conns: Vec<u32>,
    ways: Vec<PackedWay>,
    runs: Vec<(u32, u64)>,
    next: u64,
    present: u64,
    states: StateSet,
    conn_range: (u32, u32),
    has_ended: bool,
}

impl Rows {
    fn new(len: usize, has_ended: bool) -> Rows {
        Rows {
            has_ended,
            starts: Vec::with_capacity(len),
            kinds: Vec::with_capacity(len),
            threads: Vec::with_capacity(len),
            conns: Vec::with_capacity(len),
            ways: Vec::with_capacity(len),
            runs: Vec::new(),
            next: 0,
            present: 0,
            states: StateSet::default(),
            conn_range: (u32::MAX, 0),
        }
    }

    #[inline]
    fn add(&mut self, found: &mut ChunkFindings, at: u32, line: &[u8], event: &Event) {
        let index = self.starts.len() as u32;
        if self.runs.is_empty() || event.seq != self.next {
            self.runs.push((index, event.seq));
        }
        self.next = event.seq.wrapping_add(1);
        let kind = event.kind().index();
        self.present |= 1 << kind;
        self.starts.push(at);
        self.kinds.push(kind as u8 | if event.cause.is_some() { HAS_CAUSE } else { 0 });
        self.threads.push(thread_code(event.th));
        self.conns.push(event.conn.unwrap_or(NO_CONN));
        let way = PackedWay::new(event.from(), event.to());
        self.states.add(way);
        self.ways.push(way);
        if let Some(conn) = event.conn {
            self.conn_range = (self.conn_range.0.min(conn), self.conn_range.1.max(conn));
        }
        if event.kind() == Kind::Mark {
            found.marks.push((index, title(line)));
        }
    }

    /// A line that a recorder would not write so, or not here.
    fn odd(&mut self, found: &mut ChunkFindings, base: u64, at: u32, line: &RawLine<'_>) {
        let is_blank = |line: &[u8]| line.iter().all(u8::is_ascii_whitespace);
        let what = match line {
            RawLine::Whole(line) | RawLine::Unended(line) if is_blank(line) => return,
            RawLine::Whole(line) | RawLine::Unended(line) if self.has_ended => {
                if matches!(says(line), Ok(Says::Note)) {
                    return;
                }
                after_end()
            }
            RawLine::TooLong => too_long(),
            RawLine::Whole(bytes) | RawLine::Unended(bytes) => match says(bytes) {
                Ok(Says::Event(event)) => {
                    if let RawLine::Unended(_) = line {
                        found.last = Some(Ok(()));
                    }
                    return self.add(found, at, bytes, &event);
                }
                Ok(Says::End(end)) => {
                    (found.end, self.has_ended) = (Some(end), true);
                    return;
                }
                // A remark: no event, and nothing wrong either.
                Ok(Says::Note) => return,
                Err(what) => what,
            },
        };
        if let RawLine::Unended(_) = line {
            found.last = Some(Err(what.1));
            return;
        }
        found.broken += 1;
        found.first_broken.get_or_insert(Broken { at: base + u64::from(at), what });
    }

    fn done(self) -> (Box<[u32]>, Columns) {
        let columns = Columns {
            kinds: self.kinds.into(),
            threads: self.threads.into(),
            conns: self.conns.into(),
            ways: self.ways.into(),
            runs: self.runs.into(),
            present: self.present,
            states: self.states,
            conn_range: self.conn_range,
        };
        (self.starts.into(), columns)
    }
}

/// The title of the chapter that begins with `line`.
fn title(line: &[u8]) -> String {
    match says(line) {
        Ok(Says::Event(event)) => {
            event.bytes().map(|p| String::from_utf8_lossy(&p.kept).into_owned()).unwrap_or_default()
        }
        _ => String::new(),
    }
}
