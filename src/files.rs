//! Files that are written, all of them: what is there already is never lost by that.
//!
//! A recording holds what clients have stored, and so does what is made of it: such files are for their owner
//! alone, whatever the umask would leave to others.

use crate::texts::Language;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::TempPath;

/// Read and written by the owner alone.
const OWNERS: u32 = 0o600;

/// What a file is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// The owner alone: it may hold what clients have stored.
    Owner,
    /// Whoever the umask lets.
    All,
}

fn new(whom: For) -> OpenOptions {
    let mut options = File::options();
    if whom == For::Owner {
        options.mode(OWNERS);
    }
    options
}

/// Makes a file, and opens it for writing.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where there is one; else the file system's own.
pub fn create_new(path: &Path, whom: For) -> io::Result<File> {
    new(whom).write(true).create_new(true).open(path)
}

/// Opens a file of the owner's for reading it and for writing at its end; makes it where there is none.
///
/// # Errors
/// The file system's own.
pub fn append(path: &Path) -> io::Result<File> {
    new(For::Owner).read(true).append(true).create(true).open(path)
}

/// Opens for writing what is there, and leaves what is in it.
///
/// # Errors
/// The file system's own.
pub fn open(path: &Path) -> io::Result<File> {
    File::options().write(true).open(path)
}

/// Opens a file that is there for reading it and for writing at its end.
///
/// # Errors
/// The file system's own.
pub fn open_at_end(path: &Path) -> io::Result<File> {
    File::options().read(true).append(true).open(path)
}

/// Writes a file whole, or not at all: over one that is there only where `over` says so.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where there is one; else the file system's own.
pub fn write(path: &Path, text: &[u8], whom: For, over: bool) -> io::Result<()> {
    let mut beside = beside(path, whom)?;
    beside.write_all(text)?;
    beside.as_file().sync_all()?;
    let done = if over { beside.persist(path) } else { beside.persist_noclobber(path) };
    done.map(drop).map_err(|failed| failed.error)
}

fn beside(path: &Path, whom: For) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?.to_owned();
    name.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&name).suffix(".part");
    if whom == For::All {
        // The umask takes away what is not meant.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder(path))
}

/// The folder that a file is in.
pub fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The name of the file itself, where this one is a link's: a link stays one.
pub fn resolved(path: &Path) -> PathBuf {
    let is_link = path.symlink_metadata().is_ok_and(|there| there.is_symlink());
    path.canonicalize().ok().filter(|_| is_link).unwrap_or_else(|| path.to_owned())
}

/// Whether both names are one file's: by device and inode, so links are seen through.
pub fn is_same(a: &Path, b: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).map(|meta| (meta.dev(), meta.ino())).ok();
    identity(a).is_some_and(|a| identity(b) == Some(a))
}

/// Keeps a second recording out of a file: two in one would be none.
///
/// # Errors
/// Another one has it.
pub fn claim(file: &File) -> io::Result<()> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => Err(io::Error::other(Language::spoken().session_file_taken())),
        // Where files cannot be locked, as on some network file systems, nobody is kept out.
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A file's name with a number behind it.
pub fn numbered(path: &Path, number: u64) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

/// The numbers that there are behind a file's name, in order.
///
/// # Errors
/// Its folder cannot be read.
pub fn numbers(path: &Path) -> io::Result<Vec<u64>> {
    let Some(name) = path.file_name() else { return Ok(Vec::new()) };
    let mut prefix = name.to_owned();
    prefix.push(".");
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder(path))? {
        let entry = entry?.file_name();
        let number = entry.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
        let number = number.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u64>().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Gives the next number to what has this name: one more than the highest there is. Its new name.
///
/// # Errors
/// Somebody records to it, or the file system's own.
pub fn keep(path: &Path) -> io::Result<PathBuf> {
    // Not from under the hands of somebody who writes to it. What cannot be read, nobody here has locked.
    if let Ok(file) = File::open(path) {
        claim(&file)?;
    }
    let mut number = numbers(path)?.last().map_or(1, |last| last.saturating_add(1));
    loop {
        let kept = numbered(path, number);
        let flags = rustix::fs::RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(rustix::fs::CWD, path, rustix::fs::CWD, &kept, flags) {
            Ok(()) => return Ok(kept),
            // Somebody else was quicker.
            Err(Errno::EXIST) => number = number.saturating_add(1),
            // Not every file system can do that.
            Err(Errno::INVAL | Errno::NOSYS) => return fs::rename(path, &kept).map(|()| kept),
            Err(error) => return Err(error.into()),
        }
    }
}

/// A file that is written beside the one whose name it will have.
///
/// Until it is [`settle`](Staged::settle)d, what has the name is as it was; if it never is, the new one goes away.
/// For a file that has its name from the start (`default`) there is nothing to do.
#[derive(Debug, Default)]
pub struct Staged {
    path: PathBuf,
    over: bool,
    beside: Mutex<Option<TempPath>>,
}

impl Staged {
    /// Begins a file that will be called `path`. What is called so then gets a number, or goes away where
    /// `over` says so.
    ///
    /// # Errors
    /// Somebody records to it, or the file system's own.
    pub fn new(path: &Path, over: bool) -> io::Result<(Staged, File)> {
        if let Ok(file) = File::open(path) {
            claim(&file)?;
        }
        let (file, beside) = beside(path, For::Owner)?.into_parts();
        claim(&file)?;
        Ok((Staged { path: path.to_owned(), over, beside: Mutex::new(Some(beside)) }, file))
    }

    /// Begins what somebody asks for by name: over a file that is there only where `over` says so, and at once
    /// where it is no file at all, but a device or a pipe.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where there is one; else the file system's own.
    pub fn asked_for(path: &Path, over: bool) -> io::Result<(Staged, File)> {
        let path = resolved(path);
        match path.metadata() {
            Ok(there) if !there.is_file() => Ok((Staged::default(), open(&path)?)),
            Ok(_) if !over => Err(io::ErrorKind::AlreadyExists.into()),
            _ => Staged::new(&path, over),
        }
    }

    fn take(&self) -> Option<TempPath> {
        self.beside.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Gives it its name, once; by which name the other one is kept.
    ///
    /// # Errors
    /// The file system's own; then it is kept under the name that it has.
    pub fn settle(&self) -> io::Result<Option<PathBuf>> {
        let Some(mut beside) = self.take() else { return Ok(None) };
        let mut kept = None;
        loop {
            let done = match self.over {
                true => beside.persist(&self.path),
                false => beside.persist_noclobber(&self.path),
            };
            let Err(failed) = done else { return Ok(kept) };
            let named = match failed.error.kind() {
                io::ErrorKind::AlreadyExists if kept.is_none() => keep(&self.path),
                _ => Err(failed.error),
            };
            match named {
                Ok(name) => (kept, beside) = (Some(name), failed.path),
                Err(error) => return Err(stays(failed.path, &error)),
            }
        }
    }

    /// Leaves it under the name that it has now, which is that; `None` where it has got its own.
    ///
    /// # Errors
    /// The file system's own.
    pub fn leave(&self) -> io::Result<Option<PathBuf>> {
        self.take().map(|beside| beside.keep().map_err(io::Error::from)).transpose()
    }

    /// Takes it away, if it has not got its name yet.
    pub fn discard(&self) {
        drop(self.take());
    }
}

/// What was written is not lost because it cannot have its name.
fn stays(beside: TempPath, error: &io::Error) -> io::Error {
    let name = beside.to_path_buf();
    match beside.keep() {
        Ok(_) => io::Error::new(
            error.kind(),
            Language::spoken().session_file_stays(error.to_string(), name.display().to_string()),
        ),
        Err(again) => io::Error::new(error.kind(), format!("{error}; {again}")),
    }
}

/// What there is in a folder, in order.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_was_there_has_a_number_once_the_new_one_has_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        fs::write(&path, "old").unwrap();
        fs::write(numbered(&path, 4), "older").unwrap();
        let (staged, mut file) = Staged::new(&path, false).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(staged.settle().unwrap(), Some(numbered(&path, 5)));
        assert_eq!(staged.settle().unwrap(), None, "once");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(folder.path()), ["t.jsonl", "t.jsonl.4", "t.jsonl.5"]);
        assert_eq!(mode(&path), OWNERS);
    }

    #[test]
    fn one_that_never_settles_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        fs::write(&path, "old").unwrap();
        drop(Staged::new(&path, true).unwrap());
        assert_eq!(names(folder.path()), ["t.jsonl"]);
        let (staged, _file) = Staged::new(&path, true).unwrap();
        let left = staged.leave().unwrap().unwrap();
        drop(staged);
        assert!(left.exists() && fs::read_to_string(&path).unwrap() == "old");
        let (staged, _file) = Staged::new(&path, true).unwrap();
        assert_eq!(staged.settle().unwrap(), None);
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
    }

    #[test]
    fn links_to_a_file_are_that_file() {
        let folder = tempfile::tempdir().unwrap();
        let [a, hard, soft, other] = ["a", "hard", "soft", "other"].map(|name| folder.path().join(name));
        fs::write(&a, "").unwrap();
        fs::write(&other, "").unwrap();
        fs::hard_link(&a, &hard).unwrap();
        std::os::unix::fs::symlink(&a, &soft).unwrap();
        assert!(is_same(&a, &hard) && is_same(&soft, &hard) && !is_same(&a, &other));
        assert!(!is_same(&a, &folder.path().join("none")));
    }

    #[test]
    fn a_file_is_written_whole_and_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        write(&path, b"one", For::Owner, false).unwrap();
        assert_eq!(write(&path, b"two", For::Owner, false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("one", OWNERS));
        write(&path, b"three", For::Owner, true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(names(folder.path()), ["f"]);
        assert_eq!(create_new(&path, For::Owner).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(mode(&path), OWNERS);
        drop(append(&folder.path().join("g")).unwrap());
        assert_eq!(mode(&folder.path().join("g")), OWNERS);
    }
}
