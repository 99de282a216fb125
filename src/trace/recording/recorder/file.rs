//! Where a trace goes: a file, with the files before it, or a stream.

use crate::files::{self, For, Staged};
use crate::trace::format::End;
use rustix::io::Errno;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Arc;

/// Where recordings go, and when the next file is begun.
///
/// The file that is being written always has the name itself. When another one is begun, the one
/// before gets a number behind its name, one more than the highest there is: `t.jsonl.1` is the
/// oldest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileConfig {
    /// The file.
    pub path: PathBuf,
    /// How large it may get, in bytes, before the next one is begun.
    pub max_size: Option<u64>,
    /// How many numbered files are kept; the oldest go first. All, unless told.
    pub keep: Option<usize>,
    /// Whether a recording that is there already goes away when the first one of this process has come
    /// about; it gets a number, unless told.
    pub overwrite: bool,
}

impl FileConfig {
    /// One file, however large.
    pub fn new(path: impl Into<PathBuf>) -> FileConfig {
        FileConfig { path: path.into(), max_size: None, keep: None, overwrite: false }
    }

    /// Opens the first recording of this process. What is in a file of that name stays there until the new one
    /// is to stay ([`Output::staged`]); a device, a pipe or an empty file is written to.
    ///
    /// # Errors
    /// It cannot be written, or another recording is just being written to it.
    pub fn create(&self) -> io::Result<Output> {
        let config = self.resolved();
        let there = match config.path.metadata() {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let file = files::create_new(&config.path, For::Owner)?;
                files::claim(&file)?;
                return Ok(Output::named(&config, file));
            }
            Err(error) => return Err(error),
        };
        if !there.is_file() || there.len() == 0 {
            let file = files::open(&config.path)?;
            if there.is_file() {
                files::claim(&file)?;
            }
            return Ok(Output::named(&config, file));
        }
        let (staged, file) = Staged::new(&config.path, self.overwrite)?;
        Ok(Output { staged: Arc::new(staged), ..Output::named(&config, file) })
    }

    /// Begins a new file; one that has the name gets a number.
    ///
    /// # Errors
    /// The file system's own.
    pub(super) fn next(&self) -> io::Result<Output> {
        let config = self.resolved();
        if config.path.metadata().is_ok_and(|there| !there.is_file()) {
            // A device or a pipe has no files before it.
            return Ok(Output::named(&config, files::open(&config.path)?));
        }
        if config.path.symlink_metadata().is_ok() {
            files::keep(&config.path)?;
        }
        let numbers = files::numbers(&config.path)?;
        let too_many = self.keep.map_or(0, |keep| numbers.len().saturating_sub(keep));
        for number in &numbers[..too_many] {
            match fs::remove_file(files::numbered(&config.path, *number)) {
                // Somebody else has tidied up.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                done => done?,
            }
        }
        let file = files::create_new(&config.path, For::Owner)?;
        files::claim(&file)?;
        Ok(Output::named(&config, file))
    }

    fn resolved(&self) -> FileConfig {
        FileConfig { path: files::resolved(&self.path), ..self.clone() }
    }

    /// Whether a file of that name can be made, as far as that can be told without making it.
    ///
    /// # Errors
    /// Why not.
    pub fn probe(&self) -> io::Result<()> {
        rustix::fs::access(files::folder(&self.path), rustix::fs::Access::WRITE_OK)?;
        match self.path.metadata() {
            Ok(there) if there.is_dir() => Err(Errno::ISDIR.into()),
            _ => Ok(()),
        }
    }
}

/// A trace that is being written.
pub struct Output {
    to: To,
    config: Option<FileConfig>,
    /// How many bytes were written.
    size: u64,
    /// How many of them are not events of this file's own: the header and the snapshot.
    head: u64,
    /// The last line, as far as it is known.
    end: End,
    /// Whether it has another name until it is certain that it will stay.
    staged: Arc<Staged>,
}

enum To {
    File(WholeLines),
    Stream(Box<dyn Write + Send>),
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("config", &self.config).field("size", &self.size).finish()
    }
}

impl Output {
    /// A trace to a stream.
    pub fn stream(out: Box<dyn Write + Send>) -> Output {
        Output::new(To::Stream(out), None)
    }

    fn named(config: &FileConfig, file: File) -> Output {
        Output::new(To::File(WholeLines::new(file)), Some(config.clone()))
    }

    fn new(to: To, config: Option<FileConfig>) -> Output {
        Output {
            to,
            config,
            size: 0,
            head: 0,
            end: End { end: true, ..End::default() },
            staged: Arc::default(),
        }
    }

    /// The file as it is until it has its name: whoever knows that the recording has come about settles it.
    pub fn staged(&self) -> Arc<Staged> {
        self.staged.clone()
    }

    /// Where it goes, if that is a file; its successors go there too.
    pub(super) fn config(&self) -> Option<&FileConfig> {
        self.config.as_ref()
    }

    /// Whether an event of `more` bytes is too many, after `gathered` that are not written yet. A file
    /// whose head alone is nearly as large as the limit may grow to twice its head; and an event has
    /// to go somewhere, however large it is.
    #[inline]
    pub(super) fn is_full_with(&self, gathered: usize, more: usize) -> bool {
        let Some(max) = self.config.as_ref().and_then(|config| config.max_size) else { return false };
        let size = self.size + gathered as u64;
        size > self.head && size + more as u64 + END_LINE > max.max(2 * self.head)
    }

    /// Writes the lines before the first event: the header, and a snapshot, if there is one.
    pub(super) fn begin(&mut self, head: &[u8], snapshots: u64, blocked_ns: u64) -> io::Result<()> {
        self.write(head)?;
        self.head = self.size;
        self.end.events = snapshots;
        // From here on, `end` has what came since.
        self.end.blocked_ns = blocked_ns;
        Ok(())
    }

    /// Writes whole lines, which tell of so many events, and of so many that are lost.
    pub(super) fn lines(&mut self, lines: &[u8], events: u64, dropped: u64) -> io::Result<()> {
        self.write(lines)?;
        self.end.events += events;
        self.end.dropped += dropped;
        Ok(())
    }

    /// Writes the last line.
    pub(super) fn end(mut self, blocked_ns: u64) -> io::Result<End> {
        self.end.blocked_ns = blocked_ns.saturating_sub(self.end.blocked_ns);
        let last = crate::text::to_json(&self.end)? + "\n";
        self.write(last.as_bytes())?;
        self.out().flush()?;
        Ok(self.end)
    }

    /// Whether the file was removed, or emptied: what is written to it now, nobody can ever read.
    pub(super) fn is_lost(&self) -> Option<Lost> {
        let To::File(lines) = &self.to else { return None };
        match lines.file.metadata() {
            Ok(file) if file.is_file() && file.nlink() == 0 => Some(Lost::Removed),
            Ok(file) if file.is_file() && file.len() < lines.whole => Some(Lost::Emptied),
            _ => None,
        }
    }

    /// Lets go of it, since it takes nothing any more. A file that did not even take the header is
    /// removed: it would be no trace.
    pub(super) fn abandon(self) {
        let (To::File(lines), Some(config)) = (&self.to, &self.config) else { return };
        if lines.whole == 0 {
            self.staged.discard();
        }
        let is_same = |ours: fs::Metadata| {
            let there = config.path.symlink_metadata();
            ours.is_file() && there.is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino()))
        };
        if lines.whole == 0 && lines.file.metadata().is_ok_and(is_same) {
            // If it cannot be removed it stays, empty.
            let _ = fs::remove_file(&config.path);
        }
    }

    fn out(&mut self) -> &mut dyn Write {
        match &mut self.to {
            To::File(file) => file,
            To::Stream(stream) => stream,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out().write_all(bytes)?;
        self.size += bytes.len() as u64;
        Ok(())
    }
}

/// What may happen to a file while it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    Removed,
    Emptied,
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Lost::Removed => "removed",
            Lost::Emptied => "emptied",
        })
    }
}

/// How long the last line is, at most.
const END_LINE: u64 = 128;

/// A file that holds whole lines only: where a write fails in the middle of a line (the disk is
/// full), what it left of that line is taken off again, and nothing more is written.
#[derive(Debug)]
struct WholeLines {
    file: File,
    /// How many bytes were written.
    written: u64,
    /// How many of them are whole lines.
    whole: u64,
    has_failed: bool,
}

impl WholeLines {
    fn new(file: File) -> Self {
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
    use crate::files::names;

    #[test]
    fn the_file_before_gets_the_next_number_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        for other in ["t.jsonl.x", "t.jsonl.", "u.jsonl.7"] {
            fs::write(folder.path().join(other), "").unwrap();
        }
        let config = FileConfig { keep: Some(2), ..FileConfig::new(&path) };
        let mut output = config.create().unwrap();
        for n in 1..=4 {
            output.lines(format!("{n}\n").as_bytes(), 1, 0).unwrap();
            drop(output);
            output = config.next().unwrap();
        }
        output.lines(b"5\n", 1, 0).unwrap();
        assert_eq!(
            names(folder.path()),
            ["t.jsonl", "t.jsonl.", "t.jsonl.3", "t.jsonl.4", "t.jsonl.x", "u.jsonl.7"]
        );
        assert_eq!(fs::read_to_string(files::numbered(&path, 3)).unwrap(), "3\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "5\n");
    }

    #[test]
    fn a_file_that_is_removed_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let config = FileConfig::new(folder.path().join("t.jsonl"));
        let output = config.create().unwrap();
        assert_eq!(output.is_lost(), None);
        fs::rename(&config.path, files::numbered(&config.path, 1)).unwrap();
        assert_eq!(output.is_lost(), None, "moved is not removed");
        fs::remove_file(files::numbered(&config.path, 1)).unwrap();
        assert_eq!(output.is_lost(), Some(Lost::Removed));
    }

    #[test]
    fn two_recordings_do_not_share_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let config = FileConfig::new(folder.path().join("t.jsonl"));
        let mut first = config.create().unwrap();
        first.lines(b"{}\n", 1, 0).unwrap();
        assert!(config.create().unwrap_err().to_string().contains("another memstep"));
        assert_eq!(fs::read_to_string(&config.path).unwrap(), "{}\n");
    }
}
