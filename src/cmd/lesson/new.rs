//! `memstep lesson --new`: the beginning of a lesson.

use crate::cmd::STDOUT;
use crate::cmd::server::shown;
use crate::files::{self, For};
use crate::lesson::skeleton;
use crate::texts::Language;
use crate::trace::reader::Recording;
use anyhow::{Context as _, bail};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

/// Writes a lesson over `recording` to `output`, or to stdout.
pub(super) fn run(recording: &Path, output: Option<&Path>) -> anyhow::Result<ExitCode> {
    let lang = Language::spoken();
    if recording.as_os_str() == "-" {
        bail!(lang.lesson_new_stdin());
    }
    let Recording { header, events, .. } = Recording::load(recording, false)?;
    let stem = recording.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let title = if header.title.is_empty() { &stem } else { &header.title };
    let output = output.filter(|path| path.as_os_str() != "-");
    let folder = output.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    let path = relative(recording, folder.unwrap_or(Path::new(".")))?;
    let path = match path.to_str() {
        Some(path) if !path.contains(char::is_control) => path,
        _ => bail!(lang.lesson_new_bad_name(shown(recording))),
    };
    let text = skeleton(title, path, &events);
    let Some(output) = output else {
        crate::cmd::stdout().write_all(text.as_bytes()).context(STDOUT)?;
        return Ok(ExitCode::SUCCESS);
    };
    files::write(output, text.as_bytes(), For::All, false).map_err(|error| match error.kind() {
        // Somebody's work may be in it.
        io::ErrorKind::AlreadyExists => anyhow::Error::msg(lang.lesson_new_exists(shown(output))),
        _ => anyhow::Error::new(error).context(lang.lesson_new_not_written(shown(output))),
    })?;
    let steps = text.matches("\n```step\n").count();
    crate::cmd::say(&lang.lesson_new_done(shown(output), steps));
    Ok(ExitCode::SUCCESS)
}

/// The path of a file that is there, from a folder that is.
fn relative(file: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let not_found = |path: &Path| Language::spoken().lesson_new_not_found(shown(path));
    let absolute = |path: &Path| path.canonicalize().with_context(|| not_found(path));
    let (file, folder) = (absolute(file)?, absolute(folder)?);
    let same = file.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(same).map(|_| Component::ParentDir);
    Ok(up.chain(file.components().skip(same)).collect())
}
