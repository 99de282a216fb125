//! A lesson on the screen, and where it is kept how far one has come.

use super::Opened;
use crate::cli::LessonArgs;
use crate::cmd::desk::ViewerDesk;
use crate::cmd::look::options;
use crate::cmd::server::shown;
use crate::lesson::progress::{self, LessonProgress, Progress};
use crate::trace::reader::Recording;
use crate::ui::{self, KeepProgress, Pupil};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Keeps one lesson's progress in the file of all.
struct Keeper {
    path: PathBuf,
    /// The lesson's name there.
    key: String,
}

impl KeepProgress for Keeper {
    fn keep(&self, now: &LessonProgress) -> Result<Option<String>, String> {
        let change = |entry: &mut LessonProgress| {
            // What another version keeps stays.
            let rest = std::mem::take(&mut entry.rest);
            *entry = LessonProgress { furthest: now.furthest.max(entry.furthest), rest, ..now.clone() };
        };
        let kept = progress::update(&self.path, &self.key, change);
        kept.map_err(|error| format!("{}: {error}", shown(&self.path)))
    }
}

/// Where progress is kept on this machine.
fn path() -> Option<PathBuf> {
    progress::path(|name| std::env::var_os(name))
}

/// How far one has come with every lesson. That it cannot be read is told, and keeps nothing from being
/// shown.
pub(super) fn progress() -> Progress {
    let Some(path) = path() else { return Progress::default() };
    match progress::load(&path) {
        Ok((progress, note)) => {
            note.iter().for_each(|note| crate::cmd::say(note));
            progress
        }
        Err(error) => {
            crate::cmd::say(&format!("{}: {error}", shown(&path)));
            Progress::default()
        }
    }
}

/// What a lesson is called where progress is kept: a file by its whole path, wherever it is named from.
pub(super) fn key(name: &Path) -> String {
    let whole = name.canonicalize().unwrap_or_else(|_| name.to_owned());
    whole.to_string_lossy().into_owned()
}

/// Shows a lesson until the user quits.
pub(super) fn run(opened: Opened, args: &LessonArgs) -> anyhow::Result<ExitCode> {
    let Opened { course, recording, key } = opened;
    let options = ui::Options {
        lang: course.lang(),
        desk: Some(Arc::new(ViewerDesk::new(&recording.header))),
        ..options(args.look)?
    };
    let kept = match args.from_start {
        true => LessonProgress::default(),
        false => progress().lessons.remove(&key).unwrap_or_default(),
    };
    let keep = path().map(|path| Arc::new(Keeper { path, key }) as Arc<dyn KeepProgress>);
    let pupil = Pupil { course, kept, keep, address: String::new() };
    let Recording { header, events, end, warnings } = recording;
    let warnings = warnings.iter().map(ToString::to_string).collect();
    let recording = ui::OpenedRecording { name: header.title.clone(), header, events, end, warnings };
    Ok(ExitCode::from(ui::lesson(recording, pupil, options)?.code()))
}
