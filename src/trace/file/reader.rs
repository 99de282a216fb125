//! Reads a trace, line by line: from a file, from stdin, or from any other source of bytes.
//!
//! Nothing about a trace is taken on trust: it may be cut, edited by hand, written by a later
//! version, or no trace at all. Whatever bytes come, the answer is an event, a warning or an
//! error that says where and what; the bytes themselves are shown only through
//! [`text::visible`].

pub use super::error::{ReadError, Warning};
use super::format::{End, Header, Note};
use super::header::{self, MAX_HEADER, is_blank};
use super::line::{MAX_LINE, Says, after_end, broken, says, skipped, too_long};
use crate::event::Event;
use crate::text;
use crate::texts::Language;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::AsFd as _;
use std::path::Path;

/// What is read from: a file's path, or `-` for stdin.
pub type InputStream = Box<dyn BufRead>;

/// One event, and the line that it stood on.
#[derive(Debug, Clone, PartialEq)]
pub struct EventLine<'a> {
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
    /// Which of the warnings says that the last line ended in the middle.
    cut: Option<usize>,
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
enum ReadLine {
    /// Nothing left.
    None,
    /// A line; whether it had a line end.
    Whole(bool),
    /// Longer than allowed; the rest of it is still to come.
    TooLong,
}

impl TraceReader<InputStream> {
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
            cut: None,
            over: false,
        };
        loop {
            match reader.read_line(MAX_HEADER)? {
                ReadLine::None => return Err(ReadError::Empty { file: reader.name }),
                // What an editor or a shell has left before it.
                ReadLine::Whole(_) if is_blank(&reader.buffer) => {}
                ReadLine::Whole(_) | ReadLine::TooLong => break,
            }
        }
        reader.header = header::parse(&reader.buffer, &reader.name)?;
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
        self.warnings.get(self.cut?)
    }

    /// How many broken lines a lenient reader has skipped so far.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Whether the last line was cut in the middle, and left out.
    pub fn is_cut(&self) -> bool {
        self.cut.is_some()
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
    pub fn next_row(&mut self) -> Result<Option<EventLine<'_>>, ReadError> {
        while !self.over {
            let broken = match self.read_line(MAX_LINE)? {
                ReadLine::None => {
                    self.close();
                    break;
                }
                ReadLine::TooLong => {
                    self.skip_line().map_err(|source| self.io(source))?;
                    too_long()
                }
                ReadLine::Whole(_) if self.buffer.iter().all(u8::is_ascii_whitespace) => continue,
                ReadLine::Whole(ended) => match self.parse_line() {
                    Ok(Some(event)) => {
                        if !ended {
                            self.warn(Language::spoken().reading_no_line_end().to_owned());
                        }
                        let raw = std::str::from_utf8(&self.buffer).unwrap_or_default();
                        return Ok(Some(EventLine { line: self.line, raw, event }));
                    }
                    Ok(None) => continue,
                    Err((_, what)) if !ended => {
                        self.cut = Some(self.warnings.len());
                        self.warn(Language::spoken().reading_cut(what));
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
    fn read_line(&mut self, max: usize) -> Result<ReadLine, ReadError> {
        self.line += 1;
        self.buffer.clear();
        let result = (&mut self.input).take(max as u64 + 1).read_until(b'\n', &mut self.buffer);
        match result {
            Ok(0) => return Ok(ReadLine::None),
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
            return Ok(ReadLine::TooLong);
        }
        Ok(ReadLine::Whole(ended))
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
                None => Err(after_end()),
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

    fn close(&mut self) {
        self.over = true;
        if self.skipped > 0 && self.lenient {
            self.warn(skipped(self.skipped));
        }
        if self.end.is_none() {
            self.warn(Language::spoken().reading_not_closed().to_owned());
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
