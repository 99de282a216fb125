//! Remarks on a recording: read from its end, and added to it.
//!
//! A remark is a line of its own ([`Note`]), after the recording's `end`. Nothing that was recorded is
//! ever changed: a remark is appended, in one write, to a file that nobody records to and that may be
//! written; else to a file beside it, `FILE.notes.jsonl`, which has nothing but remarks.

use super::format::Note;
use crate::files;
use crate::text::unmarked;
use rustix::fs::{FlockOperation, flock};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// How much of a file's end is looked at for remarks.
const TAIL: u64 = 1024 * 1024;

/// The file for remarks beside a recording.
pub fn beside(recording: &Path) -> PathBuf {
    let mut name = recording.as_os_str().to_owned();
    name.push(".notes.jsonl");
    name.into()
}

/// The remarks at the end of a recording, and those beside it.
pub fn load(recording: &Path) -> Vec<Note> {
    // What cannot be read has no remarks; that the recording itself cannot be is said elsewhere.
    let tail = tail(recording).unwrap_or_default();
    let mut notes: Vec<Note> =
        tail.lines().rev().map_while(|line| Note::parse(line).or_else(|| blank(line))).collect();
    notes.reverse();
    notes.retain(|note| !note.text.is_empty());
    let beside = tail_of(&beside(recording)).unwrap_or_default();
    notes.extend(unmarked(&beside).lines().filter_map(Note::parse));
    notes
}

/// A blank line ends no list of remarks.
fn blank(line: &str) -> Option<Note> {
    line.trim().is_empty().then(|| Note::new(0, ""))
}

fn tail(path: &Path) -> io::Result<String> {
    // Only a file has an end that can be read before its beginning.
    if path.metadata()?.is_file() { tail_of(path) } else { Ok(String::new()) }
}

fn tail_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Adds a remark; gives the file that has it now.
///
/// # Errors
///
/// Where neither the recording nor the file beside it can be written.
pub fn append(recording: &Path, note: &Note) -> io::Result<PathBuf> {
    let line = crate::text::to_json(note)? + "\n";
    if to_recording(recording, &line)? {
        return Ok(recording.to_owned());
    }
    let beside = beside(recording);
    let mut file = files::append(&beside)?;
    let separator = if is_whole(&mut file)? { "" } else { "\n" };
    file.write_all((separator.to_owned() + &line).as_bytes())?;
    Ok(beside)
}

/// Appends to the recording itself, if that may be done.
fn to_recording(path: &Path, line: &str) -> io::Result<bool> {
    // Root may write everything, but who took everybody's permission away meant it.
    let is_free = path.metadata().is_ok_and(|meta| meta.is_file() && !meta.permissions().readonly());
    let Some(mut file) = files::open_at_end(path).ok().filter(|_| is_free) else {
        return Ok(false);
    };
    // Whoever records to it has it locked.
    if flock(&file, FlockOperation::NonBlockingLockExclusive) == Err(rustix::io::Errno::WOULDBLOCK) {
        return Ok(false);
    }
    // After a line that was cut in the middle it would be part of that line.
    if !is_whole(&mut file)? {
        return Ok(false);
    }
    file.write_all(line.as_bytes())?;
    Ok(true)
}

/// Whether the last line has its end.
fn is_whole(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::fs;

    const TRACE: &str = "{\"format\":\"memstep-trace\",\"version\":1}\n\
        {\"seq\":1,\"t\":0,\"th\":\"main\",\"ev\":\"mark\"}\n\
        {\"seq\":2,\"t\":0,\"th\":\"main\",\"ev\":\"note\",\"at\":1,\"text\":\"an event\"}\n";

    fn recording(text: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.jsonl");
        fs::write(&path, text).unwrap();
        (dir, path)
    }

    #[test]
    fn remarks_are_read_however_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        let note = |n: u64| serde_json::to_string(&Note::new(n, "by hand")).unwrap();
        fs::write(&path, TRACE).unwrap();
        let text = format!("\u{feff}{}\r\n\r\n{}", note(1), note(2));
        fs::write(beside(&path), text).unwrap();
        assert_eq!(load(&path).len(), 2);
    }

    #[test]
    fn a_remark_goes_behind_the_recording_and_comes_back() {
        let (_dir, path) = recording(&format!("{TRACE}{{\"end\":true,\"events\":2,\"dropped\":0}}\n"));
        let before = fs::read_to_string(&path).unwrap();
        let notes = [Note::new(1, "one"), Note::new(2, "zwei \"2\" \u{1b}[31m")];
        for note in &notes {
            assert_eq!(append(&path, note).unwrap(), path);
        }
        assert!(fs::read_to_string(&path).unwrap().starts_with(&before));
        assert_eq!(load(&path), notes);
        assert!(!beside(&path).exists());
    }

    #[test]
    fn what_may_not_be_touched_has_its_remarks_beside_it() {
        let free = |path: &Path, is_free: bool| {
            let mut permissions = fs::metadata(path).unwrap().permissions();
            permissions.set_readonly(!is_free);
            fs::set_permissions(path, permissions).unwrap();
        };
        let (_dir, path) = recording(TRACE);
        free(&path, false);
        assert_eq!(append(&path, &Note::new(1, "read-only")).unwrap(), beside(&path));
        // Being recorded to.
        let (_other, busy) = recording(TRACE);
        let recorder = File::open(&busy).unwrap();
        flock(&recorder, FlockOperation::LockExclusive).unwrap();
        assert_eq!(append(&busy, &Note::new(1, "busy")).unwrap(), beside(&busy));
        drop(recorder);
        assert_eq!(append(&busy, &Note::new(1, "free")).unwrap(), busy);
        assert_eq!(load(&busy), [Note::new(1, "free"), Note::new(1, "busy")]);
        // Cut in the middle of a line.
        let (_cut_dir, cut) = recording(&TRACE[..TRACE.len() - 5]);
        assert_eq!(append(&cut, &Note::new(1, "cut")).unwrap(), beside(&cut));
        for (path, text) in [(&path, TRACE), (&cut, &TRACE[..TRACE.len() - 5])] {
            assert_eq!(fs::read_to_string(path).unwrap(), text);
            assert_eq!(load(path).len(), 1);
        }
        assert!(append(Path::new("/nowhere/at/all.jsonl"), &Note::new(1, "x")).is_err());
        assert!(load(Path::new("/nowhere/at/all.jsonl")).is_empty());
    }

    #[test]
    fn an_event_that_is_a_note_is_no_remark() {
        let (_dir, path) = recording(TRACE);
        assert!(load(&path).is_empty(), "it has a number");
    }
}
