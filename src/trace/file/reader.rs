//! Reads a trace, line by line: from a file, from stdin, or from any other source of bytes.
//!
//! Nothing about a trace is taken on trust: it may be cut, edited by hand, written by a later
//! version, or no trace at all. Whatever bytes come, the answer is an event, a warning or an
//! error that says where and what; the bytes themselves are shown only through
//! [`text::visible`].

pub use super::error::{ReadError, Warning};
use super::format::{End, FORMAT, Header, Note, VERSION};
use super::quick;
use crate::event::Event;
use crate::text;
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::AsFd as _;
use std::path::Path;

/// The longest line that is read: far above what a server records at any `--max-data` in use, and
/// small enough to keep a file without line ends from filling the memory.
pub(in crate::trace) const MAX_LINE: usize = 64 * 1024 * 1024;
/// The longest header.
const MAX_HEADER: usize = 1024 * 1024;
/// How every trace begins that this program writes.
const BEGINNING: &[u8] = b"{\"format\":\"memstep-trace\"";
/// As many workers as there are numbers for.
const MAX_THREADS: u32 = 65_536;
/// How many bytes around a mistake are shown.
const NEAR: usize = 40;
/// How many characters of what serde_json says are shown.
const MAX_WHAT: usize = 120;

pub(in crate::trace) const AFTER_END: &str =
    "the recording has ended: only remarks may follow its `end` line";
pub(in crate::trace) const NO_LINE_END: &str = "the last line has no line end: the recording may be cut here";
const CUT: &str = "the last line is cut and was left out";
pub(in crate::trace) const NOT_CLOSED: &str = "recording not closed: it has no `end` line";

/// What is said of a last line that ends in the middle.
pub(in crate::trace) fn cut(what: &str) -> String {
    format!("{CUT} ({what})")
}

/// What is said of so many lines that are no events.
pub(in crate::trace) fn skipped(n: u64) -> String {
    let lines = if n == 1 { "line" } else { "lines" };
    format!("{n} broken {lines} skipped")
}

/// What is wrong with a line longer than [`MAX_LINE`].
pub(in crate::trace) fn too_long() -> (usize, String) {
    (1, format!("the line is longer than {} MiB", MAX_LINE >> 20))
}

/// What is read from: a file's path, or `-` for stdin.
pub type Source = Box<dyn BufRead>;

/// One event, and the line that it stood on.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// The line's number in the file, from 1.
    pub line: u64,
    /// The line as it stood there, without its line end: unknown fields included.
    pub raw: &'a str,
    /// What it says.
    pub event: Event,
}

/// Reads a trace row by row; [`next_row`](TraceReader::next_row) hands out the raw lines too, the
/// iterator only the events.
#[derive(Debug)]
pub struct TraceReader<R> {
    input: R,
    /// The file's name as messages show it.
    name: String,
    header: Header,
    raw_header: String,
    lenient: bool,
    line: u64,
    buffer: Vec<u8>,
    end: Option<End>,
    raw_end: Option<String>,
    /// The remarks, as they stood there.
    raw_notes: Vec<String>,
    skipped: u64,
    warnings: Vec<Warning>,
    /// The last line ended in the middle.
    is_cut: bool,
    /// Nothing more can come.
    over: bool,
}

/// A whole trace in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The first line.
    pub header: Header,
    /// Every event, in the file's order.
    pub events: Vec<Event>,
    /// The last line; `None` where the recording was not closed.
    pub end: Option<End>,
    /// What was odd about it, "recording not closed" included.
    pub warnings: Vec<Warning>,
}

impl Recording {
    /// Reads the whole trace in `path` (`-` is stdin).
    ///
    /// # Errors
    ///
    /// See [`TraceReader::open`] and [`TraceReader::next_row`].
    pub fn load(path: &Path, lenient: bool) -> Result<Recording, ReadError> {
        TraceReader::open(path)?.lenient(lenient).into_recording()
    }
}

/// One line of the input.
enum Line {
    /// Nothing left.
    None,
    /// A line; whether it had a line end.
    Whole(bool),
    /// Longer than allowed; the rest of it is still to come.
    TooLong,
}

impl TraceReader<Source> {
    /// Opens the trace in `path`, or on stdin if `path` is `-`, and reads its header.
    ///
    /// # Errors
    ///
    /// When it cannot be opened or read, is empty, is no trace, or is of a later version.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let (file, name) = open_input(path)?;
        TraceReader::new(Box::new(BufReader::with_capacity(256 * 1024, file)), &name)
    }
}

impl<R: BufRead> TraceReader<R> {
    /// Reads the header from `input`, which messages call `name`.
    ///
    /// # Errors
    ///
    /// See [`TraceReader::open`].
    pub fn new(input: R, name: &str) -> Result<Self, ReadError> {
        let mut reader = TraceReader {
            input,
            name: name.to_owned(),
            header: Header::default(),
            raw_header: String::new(),
            lenient: false,
            line: 0,
            buffer: Vec::new(),
            end: None,
            raw_end: None,
            raw_notes: Vec::new(),
            skipped: 0,
            warnings: Vec::new(),
            is_cut: false,
            over: false,
        };
        loop {
            match reader.read_line(MAX_HEADER)? {
                Line::None => return Err(ReadError::Empty { file: reader.name }),
                // What an editor or a shell has left before it.
                Line::Whole(_) if is_blank(&reader.buffer) => {}
                Line::Whole(_) | Line::TooLong => break,
            }
        }
        reader.header = reader.parse_header()?;
        reader.raw_header = text::unmarked(&String::from_utf8_lossy(&reader.buffer)).to_owned();
        Ok(reader)
    }

    /// Whether broken lines are counted and skipped instead of reported as errors.
    #[must_use]
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    /// What is read from.
    pub fn input(&self) -> &R {
        &self.input
    }

    /// The first line.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The first line as it stood there.
    pub fn raw_header(&self) -> &str {
        &self.raw_header
    }

    /// The file's name as messages show it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of the line that was read last, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The last line, once it has been read; `None` until then, and where the recording was not
    /// closed.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// The last line as it stood there.
    pub fn raw_end(&self) -> Option<&str> {
        self.raw_end.as_deref()
    }

    /// The remarks that were read so far, as they stood there: they follow the end, and are no events.
    pub fn raw_notes(&self) -> &[String] {
        &self.raw_notes
    }

    /// What there is to say of a last line that was cut in the middle.
    pub fn cut(&self) -> Option<&Warning> {
        self.warnings.iter().find(|warning| self.is_cut && warning.what.starts_with(CUT))
    }

    /// How many broken lines a lenient reader has skipped so far.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Whether the last line was cut in the middle, and left out.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// What was odd so far.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The next event with its line; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`ReadError::Broken`] for a line that is neither event nor end (asking again goes on with
    /// the next line), [`ReadError::Io`] when reading fails (nothing comes after it).
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        while !self.over {
            let broken = match self.read_line(MAX_LINE)? {
                Line::None => {
                    self.close();
                    break;
                }
                Line::TooLong => {
                    self.skip_line().map_err(|source| self.io(source))?;
                    too_long()
                }
                Line::Whole(_) if self.buffer.iter().all(u8::is_ascii_whitespace) => continue,
                Line::Whole(ended) => match self.parse_line() {
                    Ok(Some(event)) => {
                        if !ended {
                            self.warn(NO_LINE_END.into());
                        }
                        let raw = std::str::from_utf8(&self.buffer).unwrap_or_default();
                        return Ok(Some(Row { line: self.line, raw, event }));
                    }
                    Ok(None) => continue,
                    Err((_, what)) if !ended => {
                        self.is_cut = true;
                        self.warn(cut(&what));
                        continue;
                    }
                    Err(broken) => broken,
                },
            };
            self.skipped += 1;
            if !self.lenient {
                return Err(self.broken(broken));
            }
        }
        Ok(None)
    }

    /// Reads everything that is left.
    ///
    /// # Errors
    ///
    /// The first that [`next_row`](TraceReader::next_row) meets.
    pub fn into_recording(mut self) -> Result<Recording, ReadError> {
        let mut events = Vec::new();
        while let Some(row) = self.next_row()? {
            events.push(row.event);
        }
        let TraceReader { header, end, warnings, .. } = self;
        Ok(Recording { header, events, end, warnings })
    }

    /// Reads one line into the buffer, without its line end.
    fn read_line(&mut self, max: usize) -> Result<Line, ReadError> {
        self.line += 1;
        self.buffer.clear();
        let result = (&mut self.input).take(max as u64 + 1).read_until(b'\n', &mut self.buffer);
        match result {
            Ok(0) => return Ok(Line::None),
            Ok(_) => {}
            Err(source) => return Err(self.io(source)),
        }
        let ended = self.buffer.last() == Some(&b'\n');
        if ended {
            self.buffer.pop();
            if self.buffer.last() == Some(&b'\r') {
                self.buffer.pop();
            }
        } else if self.buffer.len() > max {
            return Ok(Line::TooLong);
        }
        Ok(Line::Whole(ended))
    }

    /// Skips what is left of a line without keeping it.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let piece = match self.input.fill_buf() {
                Ok(piece) => piece,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let (used, done) = match piece.iter().position(|b| *b == b'\n') {
                Some(at) => (at + 1, true),
                None => (piece.len(), piece.is_empty()),
            };
            self.input.consume(used);
            if done {
                return Ok(());
            }
        }
    }

    fn io(&mut self, source: io::Error) -> ReadError {
        self.over = true;
        ReadError::Io { file: self.name.clone(), line: self.line, source }
    }

    /// The line in the buffer: an event, or the end (kept), or what is wrong and at which column.
    fn parse_line(&mut self) -> Result<Option<Event>, (usize, String)> {
        if self.end.is_some() {
            return match std::str::from_utf8(&self.buffer).ok().filter(|line| Note::parse(line).is_some()) {
                Some(note) => {
                    self.raw_notes.push(note.to_owned());
                    Ok(None)
                }
                None => Err((1, AFTER_END.into())),
            };
        }
        match says(&self.buffer)? {
            Says::Event(event) => Ok(Some(*event)),
            Says::End(end) => {
                self.end = Some(end);
                self.raw_end = Some(String::from_utf8_lossy(&self.buffer).into_owned());
                Ok(None)
            }
            // On a recording that was not closed.
            Says::Note => {
                self.raw_notes.push(String::from_utf8_lossy(&self.buffer).into_owned());
                Ok(None)
            }
        }
    }

    fn parse_header(&self) -> Result<Header, ReadError> {
        let bytes = self.buffer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.buffer);
        let file = || self.name.clone();
        let not_a_trace = |hint| ReadError::NotATrace {
            file: file(),
            looks: text::visible(&self.buffer[..self.buffer.len().min(NEAR)]),
            hint,
        };
        let value = match serde_json::from_slice::<Value>(bytes) {
            Ok(value) => value,
            // A header that was cut, or that somebody has edited.
            Err(error) if bytes.starts_with(BEGINNING) => {
                let (column, what) = place(&error);
                return Err(ReadError::Header { file: file(), column, what });
            }
            Err(_) => return Err(not_a_trace(looks_like(&self.buffer))),
        };
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            let headless = value.get("ev").is_some() && value.get("seq").is_some();
            return Err(not_a_trace(
                headless.then_some("it looks like an event: has the first line of the trace been cut off?"),
            ));
        }
        // Read before the rest: a later version may have changed what the other fields are.
        match value.get("version").and_then(Value::as_u64) {
            Some(version) if version > u64::from(VERSION) => {
                let tool = value.get("tool").and_then(Value::as_str).unwrap_or("an unnamed program");
                let tool = text::printable(tool).into_owned();
                return Err(ReadError::Version { file: file(), tool, version });
            }
            Some(1..) => {}
            _ => {
                let what = format!("`version` must be a whole number from 1 to {VERSION}");
                return Err(ReadError::Header { file: file(), column: 1, what });
            }
        }
        let header: Header = serde_json::from_slice(bytes).map_err(|error| {
            let (column, what) = place(&error);
            ReadError::Header { file: file(), column, what }
        })?;
        // What it claims and nobody here could keep to.
        let column = |name: &str| memchr::memmem::find(bytes, name.as_bytes()).map_or(1, |at| at + 1);
        if !matches!(header.unit.as_str(), "" | "ns") {
            let what = format!(
                "`t` is in {}, and this program reads nanoseconds alone (ns)",
                text::printable(&header.unit)
            );
            return Err(ReadError::Header { file: file(), column: column("\"unit\""), what });
        }
        if header.threads > MAX_THREADS {
            let what =
                format!("{} workers are more than a recording has: {MAX_THREADS} at most", header.threads);
            return Err(ReadError::Header { file: file(), column: column("\"threads\""), what });
        }
        Ok(header)
    }

    fn close(&mut self) {
        self.over = true;
        if self.skipped > 0 && self.lenient {
            self.warn(skipped(self.skipped));
        }
        if self.end.is_none() {
            self.warn(NOT_CLOSED.into());
        }
    }

    fn warn(&mut self, what: String) {
        // Past the last line the number would be one too high for an editor.
        let line = if self.over { self.line - 1 } else { self.line };
        self.warnings.push(Warning { line, what });
    }

    fn broken(&self, what: (usize, String)) -> ReadError {
        broken(&self.name, self.line, &self.buffer, what)
    }
}

impl<R: BufRead> Iterator for TraceReader<R> {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().map(|row| row.map(|row| row.event)).transpose()
    }
}

/// What a line after the header says.
pub(in crate::trace) enum Says {
    Event(Box<Event>),
    End(End),
    /// A remark.
    Note,
}

/// Whether there is nothing on a line before the header; the mark that some editors put at a file's beginning
/// is nothing.
fn is_blank(line: &[u8]) -> bool {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).iter().all(u8::is_ascii_whitespace)
}

/// What a line says, or what is wrong with it and at which column.
pub(in crate::trace) fn says(line: &[u8]) -> Result<Says, (usize, String)> {
    let line = match std::str::from_utf8(line) {
        Ok(line) => line,
        Err(error) => return Err((error.valid_up_to() + 1, "the line is not UTF-8".into())),
    };
    if let Some(event) = quick::event(line) {
        return Ok(Says::Event(Box::new(event)));
    }
    match serde_json::from_str::<Event>(line) {
        Ok(event) => Ok(Says::Event(Box::new(event))),
        Err(error) => match serde_json::from_str::<End>(line) {
            Ok(end) if end.end => Ok(Says::End(end)),
            _ if Note::parse(line).is_some() => Ok(Says::Note),
            _ => Err(place(&error)),
        },
    }
}

/// The error that says what is wrong with a line, and at which column.
pub(in crate::trace) fn broken(
    name: &str,
    line: u64,
    bytes: &[u8],
    (column, what): (usize, String),
) -> ReadError {
    let at = (column - 1).min(bytes.len());
    let from = at.saturating_sub(NEAR / 2);
    let near = text::visible(&bytes[from..(from + NEAR).min(bytes.len())]);
    ReadError::Broken { file: name.to_owned(), line, column, what, near }
}

/// The same where `-` is stdin.
///
/// # Errors
///
/// See [`TraceReader::open`].
pub fn open_input(path: &Path) -> Result<(File, String), ReadError> {
    if path.as_os_str() != "-" {
        return open_file(path);
    }
    let name = "stdin".to_owned();
    match io::stdin().as_fd().try_clone_to_owned() {
        Ok(stdin) => Ok((File::from(stdin), name)),
        Err(source) => Err(ReadError::Open { file: name, source }),
    }
}

/// Opens a file as [`TraceReader::open`] does, and the name that messages call it by.
pub(in crate::trace) fn open_file(path: &Path) -> Result<(File, String), ReadError> {
    let name = text::printable(&path.to_string_lossy()).into_owned();
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        // It can be opened; it would be reading it that fails.
        true => Err(rustix::io::Errno::ISDIR.into()),
        false => Ok(file),
    });
    match opened {
        Ok(file) => Ok((file, name)),
        Err(source) => Err(ReadError::Open { file: name, source }),
    }
}

/// Where in its line serde_json met the mistake (from 1), and what it says about it.
fn place(error: &serde_json::Error) -> (usize, String) {
    let text = error.to_string();
    // It ends in "at line 1 column 7"; the line is 1 always, since a line is all it gets.
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    // It may quote a value, and a value may be long.
    let what: String = match what.char_indices().nth(MAX_WHAT) {
        Some((cut, _)) => format!("{}...", &what[..cut]),
        None => what.to_owned(),
    };
    let what = text::printable(&what).into_owned();
    (error.column().max(1), if error.is_syntax() { format!("not JSON ({what})") } else { what })
}

/// What a file that is no trace may be.
fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x1f, 0x8b, ..] => Some("it looks like gzip: `gunzip -c FILE | memstep print -` reads it"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Some("it looks like zstd: `zstd -dc FILE | memstep print -` reads it")
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            Some("it looks like UTF-16; a trace is UTF-8: write it without converting it")
        }
        _ => {
            let is_script = ["# ", "#title:", "#args:", "#mark:", "open "]
                .iter()
                .any(|beginning| bytes.starts_with(beginning.as_bytes()));
            is_script.then_some(
                "it looks like a session script: `memstep record FILE -o TRACE` plays and records it",
            )
        }
    }
}
