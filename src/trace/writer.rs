//! Writes a trace: a header, an event a line, an end.

use super::format::{End, Header};
use crate::event::Event;
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write};

/// How many bytes are gathered before they are handed on: large enough that a busy server costs
/// few system calls, small enough to be written in one.
const PIECE: usize = 64 * 1024;

/// Writes a trace to `W` in large pieces of whole lines.
///
/// Nothing is lost silently: when a write fails, the lines that were not written stay here, and
/// the next [`flush`](TraceWriter::flush) goes on at the very byte where it stopped. A writer that
/// is dropped without [`end`](TraceWriter::end) still writes the lines it holds, so that the file
/// reads as a "recording not closed" and not as a broken one.
#[derive(Debug)]
pub struct TraceWriter<W: Write> {
    out: W,
    /// Whole lines that wait to be written.
    lines: Vec<u8>,
}

impl<W: Write> TraceWriter<W> {
    /// Writes the header at once, so that whoever follows the file sees what it is.
    ///
    /// # Errors
    ///
    /// Whatever `out` answers to the write.
    pub fn new(out: W, header: &Header) -> io::Result<Self> {
        let mut writer = TraceWriter { out, lines: Vec::with_capacity(PIECE + PIECE / 4) };
        writer.line(header)?;
        writer.flush()?;
        Ok(writer)
    }

    /// Adds an event; writes when enough has been gathered.
    ///
    /// # Errors
    ///
    /// Whatever `out` answers to the write; the event itself is kept and written later.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        self.line(event)?;
        if self.lines.len() >= PIECE { self.hand_on() } else { Ok(()) }
    }

    /// Writes everything that was gathered, and flushes `out`.
    ///
    /// # Errors
    ///
    /// Whatever `out` answers; what was not written is kept.
    pub fn flush(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }

    /// Closes the recording: the last line, and a flush.
    ///
    /// # Errors
    ///
    /// Whatever `out` answers; then the recording counts as not closed.
    pub fn end(mut self, end: &End) -> io::Result<()> {
        self.line(end)?;
        self.flush()
    }

    /// Where the trace goes.
    pub fn get_ref(&self) -> &W {
        &self.out
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        let start = self.lines.len();
        if let Err(error) = serde_json::to_writer(&mut self.lines, value) {
            self.lines.truncate(start);
            return Err(error.into());
        }
        self.lines.push(b'\n');
        Ok(())
    }

    /// Like `write_all`, but remembers how far it came.
    fn hand_on(&mut self) -> io::Result<()> {
        let mut written = 0;
        let mut result = Ok(());
        while result.is_ok() && written < self.lines.len() {
            match self.out.write(&self.lines[written..]) {
                Ok(0) => result = Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => written += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => result = Err(error),
            }
        }
        self.lines.drain(..written);
        result
    }
}

impl<W: Write> Drop for TraceWriter<W> {
    fn drop(&mut self) {
        // Nobody is left to tell; whoever must know has called `end` or `flush`.
        let _ = self.flush();
    }
}

/// A file that holds whole lines only: where a write fails in the middle of a line (the disk is
/// full), what it left of that line is taken off again, and nothing more is written.
#[derive(Debug)]
pub struct WholeLines {
    file: File,
    /// How many bytes were written.
    written: u64,
    /// How many of them are whole lines.
    whole: u64,
    has_failed: bool,
}

impl WholeLines {
    /// An empty file.
    pub fn new(file: File) -> Self {
        WholeLines { file, written: 0, whole: 0, has_failed: false }
    }
}

impl Write for WholeLines {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if self.has_failed {
            return Err(io::Error::other("an earlier write failed"));
        }
        match self.file.write(buf) {
            Ok(n) => {
                if let Some(end) = memchr::memrchr(b'\n', &buf[..n]) {
                    self.whole = self.written + end as u64 + 1;
                }
                self.written += n as u64;
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.has_failed = true;
                // A pipe cannot be cut; then its reader has the half line, and says so.
                let _ = self.file.set_len(self.whole);
                Err(error)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::rc::Rc;

    /// A file on a full disk: takes `room` bytes, then fails until room is made.
    #[derive(Debug, Clone, Default)]
    struct Disk {
        bytes: Rc<RefCell<Vec<u8>>>,
        room: Rc<RefCell<usize>>,
    }

    impl Write for Disk {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            let mut room = self.room.borrow_mut();
            let n = buf.len().min(*room).min(7000);
            if n == 0 && !buf.is_empty() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            *room -= n;
            self.bytes.borrow_mut().extend_from_slice(&buf[..n]);
            Ok(n)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn disk(room: usize) -> Disk {
        Disk { room: Rc::new(RefCell::new(room)), ..Disk::default() }
    }

    fn event(seq: u64) -> Event {
        Event { seq, text: Some("x".repeat(100)), ..Event::default() }
    }

    #[test]
    fn the_header_stands_there_at_once_and_the_end_is_the_last_line() {
        let disk = disk(usize::MAX);
        let mut writer = TraceWriter::new(disk.clone(), &Header::default()).unwrap();
        assert!(disk.bytes.borrow().ends_with(b"}\n"));
        writer.event(&event(1)).unwrap();
        writer.end(&End { end: true, events: 1, ..End::default() }).unwrap();
        let text = String::from_utf8(disk.bytes.borrow().clone()).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(text.ends_with("{\"end\":true,\"events\":1,\"dropped\":0,\"blocked_ns\":0}\n"), "{text}");
    }

    #[test]
    fn what_is_not_yet_written_is_written_when_dropped() {
        let disk = disk(usize::MAX);
        let mut writer = TraceWriter::new(disk.clone(), &Header::default()).unwrap();
        let before = disk.bytes.borrow().len();
        writer.event(&event(1)).unwrap();
        assert_eq!(disk.bytes.borrow().len(), before, "gathered, not written one by one");
        drop(writer);
        assert_eq!(disk.bytes.borrow().iter().filter(|b| **b == b'\n').count(), 2);
    }

    #[test]
    fn after_a_full_disk_writing_goes_on_in_the_middle_of_the_line() {
        let disk = disk(50_000);
        let mut writer = TraceWriter::new(disk.clone(), &Header::default()).unwrap();
        let failed = (1..=1000).filter(|seq| writer.event(&event(*seq)).is_err()).count();
        assert!(failed > 0);
        *disk.room.borrow_mut() = usize::MAX;
        writer.end(&End::default()).unwrap();
        let text = String::from_utf8(disk.bytes.borrow().clone()).unwrap();
        let seqs: Vec<u64> =
            text.lines().filter_map(|l| Some(serde_json::from_str::<Event>(l).ok()?.seq)).collect();
        assert_eq!(seqs, (1..=1000).collect::<Vec<_>>());
    }
}
