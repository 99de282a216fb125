//! The file's bytes, read where they are needed. By `pread`, not by a mapping: a file that somebody
//! makes shorter under a mapping kills whoever looks at it.

use crate::trace::file::line::MAX_LINE;
use memchr::memchr;
use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// What is read at once to find the end of one line; most lines are shorter.
const ONE: usize = 1024;

/// Where the bytes are.
#[derive(Debug)]
pub(super) enum TraceBytes {
    File(File),
    /// What came through a pipe, or what the program carries with it.
    Memory(Cow<'static, [u8]>),
}

/// A line without its line end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RawLine<'a> {
    Whole(&'a [u8]),
    /// The file ends before the line does.
    Unended(&'a [u8]),
    /// It is longer than [`MAX_LINE`].
    TooLong,
}

impl TraceBytes {
    /// Fills `buffer` from `at` on; fewer bytes only where there are no more.
    pub fn read(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            TraceBytes::Memory(bytes) => {
                let from = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                let some = &bytes[from..bytes.len().min(from.saturating_add(buffer.len()))];
                buffer[..some.len()].copy_from_slice(some);
                Ok(some.len())
            }
            TraceBytes::File(file) => {
                let mut have = 0;
                while have < buffer.len() {
                    match file.read_at(&mut buffer[have..], at + have as u64) {
                        Ok(0) => break,
                        Ok(n) => have += n,
                        Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                        Err(e) => return Err(e),
                    }
                }
                Ok(have)
            }
        }
    }
}

/// A stretch of the file that is at hand.
#[derive(Debug)]
pub(super) struct FileWindow<'a> {
    source: &'a TraceBytes,
    /// Where the file ended when it was opened: what was added since is not looked at.
    size: u64,
    /// How much is read at once.
    step: usize,
    at: u64,
    bytes: Vec<u8>,
    /// The file has become shorter, or cannot be read any more.
    pub failed: bool,
}

impl<'a> FileWindow<'a> {
    /// Nothing yet; later `step` bytes at a time of the first `size`.
    pub fn new(source: &'a TraceBytes, size: u64, step: usize) -> FileWindow<'a> {
        FileWindow { source, size, step, at: 0, bytes: Vec::new(), failed: false }
    }

    /// The line that begins at `at`; `None` where it cannot be read.
    pub fn line(&mut self, at: u64) -> Option<RawLine<'_>> {
        if self.find(at).is_none() {
            // Looking backwards, what comes before will be wanted next.
            let back = at < self.at && at + (self.step as u64) > self.at;
            let start = if back { (at + ONE as u64).saturating_sub(self.step as u64).min(at) } else { at };
            self.fill(start, self.step);
            if self.find(at).is_none() {
                self.fill_line(at);
            }
        }
        self.taken(at)
    }

    /// Where in the window the line is, if it is wholly in it.
    fn find(&self, at: u64) -> Option<(usize, usize)> {
        let from = usize::try_from(at.checked_sub(self.at)?).ok()?;
        let rest = self.bytes.get(from..)?;
        memchr(b'\n', rest).map(|len| (from, from + len))
    }

    fn taken(&self, at: u64) -> Option<RawLine<'_>> {
        if let Some((from, to)) = self.find(at) {
            let line = &self.bytes[from..to];
            if line.len() > MAX_LINE {
                return Some(RawLine::TooLong);
            }
            return Some(RawLine::Whole(line.strip_suffix(b"\r").unwrap_or(line)));
        }
        let from = usize::try_from(at.checked_sub(self.at)?).ok()?;
        let rest = self.bytes.get(from..).filter(|rest| !rest.is_empty())?;
        match rest.len() {
            len if len > MAX_LINE => Some(RawLine::TooLong),
            // A line that the file has no more of, though it had when it was opened.
            len if at + (len as u64) < self.size => None,
            _ => Some(RawLine::Unended(rest)),
        }
    }

    fn fill_line(&mut self, at: u64) {
        let mut len = self.step.max(ONE);
        while len <= MAX_LINE && at + (len as u64) < self.size && !self.failed {
            len *= 4;
            self.fill(at, len.min(MAX_LINE + 1));
            if self.find(at).is_some() {
                return;
            }
        }
        self.fill(at, len.min(MAX_LINE + 1));
    }

    /// Reads what stands from `at` on.
    pub fn fill(&mut self, at: u64, len: usize) {
        let left = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX);
        let len = len.min(left);
        self.bytes.resize(len, 0);
        let have = self.source.read(at, &mut self.bytes).unwrap_or(0);
        self.failed |= have < len;
        self.bytes.truncate(have);
        self.at = at;
    }

    /// What is at hand.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The step for one line, for a screenful, and for all of the file.
pub(super) const STEP_ONE: usize = ONE;
pub(super) const STEP_FEW: usize = 16 * 1024;
pub(super) const STEP_ALL: usize = 256 * 1024;
