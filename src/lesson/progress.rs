//! How far somebody has come: `$XDG_STATE_HOME/memstep/lessons.json`.
//!
//! One object a lesson, by a name that is the same in every language. What another version, or another
//! `memstep` at the same time, has written there stays. A file that is no such thing is kept aside, never
//! overwritten.

use crate::files::{self, For};
use crate::text::printable;
use crate::texts::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How far somebody has come with a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LessonProgress {
    /// The furthest step, counted from 1; 0 for none.
    pub furthest: usize,
    /// The step where somebody is, counted from 1; 0 for one that has not begun, or has come to the end.
    pub at: usize,
    /// What was answered since it was begun: by the step's number from 1, the choice as a trace would say it.
    pub answers: BTreeMap<String, String>,
    /// How many questions were answered rightly, the last time.
    pub right: usize,
    /// How many questions were asked, the last time.
    pub asked: usize,
    /// What another version keeps here.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// How far somebody has come with all lessons.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// By lesson: the file's name without `.md`, or for a lesson of one's own its whole path.
    pub lessons: BTreeMap<String, LessonProgress>,
    /// What another version keeps here.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Where it is kept, as the environment says; `None` where it says nothing.
pub fn path(var: impl Fn(&str) -> Option<std::ffi::OsString>) -> Option<PathBuf> {
    // The rule of XDG: what is not absolute counts as not set.
    let absolute = |name: &str| var(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("memstep/lessons.json"))
}

/// Reads it. With what is to be told: that it could not be understood, and where it is kept now.
///
/// # Errors
///
/// It is there and cannot be read, or not be kept aside.
pub fn load(path: &Path) -> io::Result<(Progress, Option<String>)> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Progress::default(), None)),
        Err(error) => return Err(error),
    };
    match serde_json::from_slice(&text) {
        Ok(progress) => Ok((progress, None)),
        Err(why) => {
            let kept = set_aside(path)?;
            let shown = |path: &Path| printable(&path.to_string_lossy()).into_owned();
            let why = printable(&why.to_string()).into_owned();
            let note = Language::spoken().lesson_progress_broken(shown(path), shown(&kept), why);
            Ok((Progress::default(), Some(note)))
        }
    }
}

/// Changes what is kept of one lesson, and of that one alone: the file is read again under a lock. What is
/// to be told, as [`load`] has it.
///
/// # Errors
///
/// It cannot be read or written.
pub fn update(
    path: &Path,
    lesson: &str,
    change: impl FnOnce(&mut LessonProgress),
) -> io::Result<Option<String>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // The lock is a file of its own: the other one is replaced.
    let lock = files::append(&path.with_extension("lock"))?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive)?;
    let (mut progress, note) = load(path)?;
    change(progress.lessons.entry(lesson.to_owned()).or_default());
    let mut text = serde_json::to_vec_pretty(&progress)?;
    text.push(b'\n');
    // Whole or not at all, whenever the machine stops.
    files::write(path, &text, For::Owner, true)?;
    Ok(note)
}

/// Renames a file to a name that is free.
fn set_aside(path: &Path) -> io::Result<PathBuf> {
    for n in 1.. {
        let kept = path
            .with_extension(format!("json.broken{}", if n == 1 { String::new() } else { format!("-{n}") }));
        if kept.symlink_metadata().is_err() {
            fs::rename(path, &kept)?;
            return Ok(kept);
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_lesson_s_progress_leaves_the_others_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/lessons.json");
        assert_eq!(load(&path).unwrap(), (Progress::default(), None));
        assert_eq!(update(&path, "03-set", |e| (e.furthest, e.right, e.asked) = (7, 2, 3)).unwrap(), None);
        // A later version has more to keep.
        let text = fs::read_to_string(&path).unwrap();
        fs::write(
            &path,
            text.replace("\"asked\": 3", "\"asked\": 3, \"stars\": 5").replacen('{', "{\"v\": 9,", 1),
        )
        .unwrap();
        update(&path, "04-get", |e| e.furthest = 1).unwrap();
        let (progress, note) = load(&path).unwrap();
        assert_eq!(note, None);
        assert_eq!((progress.lessons["03-set"].furthest, progress.lessons["04-get"].furthest), (7, 1));
        assert_eq!((&progress.lessons["03-set"].rest["stars"], &progress.rest["v"]), (&5.into(), &9.into()));
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lessons.json");
        std::thread::scope(|scope| {
            for lesson in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    for step in 1..=5 {
                        update(path, &lesson.to_string(), |e| e.furthest = step).unwrap();
                    }
                });
            }
        });
        let (progress, _) = load(&path).unwrap();
        assert_eq!(progress.lessons.len(), 8);
        assert!(progress.lessons.values().all(|entry| entry.furthest == 5));
    }

    #[test]
    fn a_broken_file_is_told_of_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lessons.json");
        for (name, text) in
            [("lessons.json.broken", "{\"lessons\": {"), ("lessons.json.broken-2", "\u{1b}[2J")]
        {
            fs::write(&path, text).unwrap();
            let note = update(&path, "03-set", |e| e.furthest = 1).unwrap().unwrap();
            assert!(note.contains(name) && !note.contains('\u{1b}'), "{note}");
            assert_eq!(fs::read_to_string(dir.path().join(name)).unwrap(), text);
            assert_eq!(load(&path).unwrap().0.lessons["03-set"].furthest, 1);
        }
    }

    #[test]
    fn it_is_where_xdg_says() {
        let at =
            |vars: &[(&str, &str)]| path(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| v.into()));
        assert_eq!(at(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]), Some("/s/memstep/lessons.json".into()));
        assert_eq!(
            at(&[("XDG_STATE_HOME", "s"), ("HOME", "/h")]),
            Some("/h/.local/state/memstep/lessons.json".into())
        );
        assert_eq!(at(&[]), None);
    }
}
