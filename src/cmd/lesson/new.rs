//! `memstep lesson --new`: the beginning of a lesson.

use crate::cmd::STDOUT;
use crate::cmd::server::shown;
use crate::files::{self, For};
use crate::lesson::skeleton;
use crate::trace::reader::Recording;
use anyhow::{Context as _, bail};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

/// Writes a lesson over `recording` to `output`, or to stdout.
pub(super) fn run(recording: &Path, output: Option<&Path>) -> anyhow::Result<ExitCode> {
    if recording.as_os_str() == "-" {
        bail!("--new needs a file: the lesson names its recording");
    }
    let Recording { header, events, .. } = Recording::load(recording, false)?;
    let stem = recording.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let title = if header.title.is_empty() { &stem } else { &header.title };
    let output = output.filter(|path| path.as_os_str() != "-");
    let folder = output.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    let path = relative(recording, folder.unwrap_or(Path::new(".")))?;
    let path = match path.to_str() {
        Some(path) if !path.contains(char::is_control) => path,
        _ => bail!("{}: a lesson cannot hold such a name; rename the recording", shown(recording)),
    };
    let text = skeleton(title, path, &events);
    let Some(output) = output else {
        crate::cmd::stdout().write_all(text.as_bytes()).context(STDOUT)?;
        return Ok(ExitCode::SUCCESS);
    };
    files::write(output, text.as_bytes(), For::All, false).map_err(|error| match error.kind() {
        // Somebody's work may be in it.
        io::ErrorKind::AlreadyExists => {
            anyhow::anyhow!("{} exists already; choose another name", shown(output))
        }
        _ => anyhow::Error::new(error).context(format!("cannot write {}", shown(output))),
    })?;
    let steps = text.matches("\n```step\n").count();
    let file = shown(output);
    crate::cmd::say(&format!(
        "{file}: {steps} steps; `memstep lesson {file}` shows it, `memstep check {file}` checks it"
    ));
    Ok(ExitCode::SUCCESS)
}

/// The path of a file that is there, from a folder that is.
fn relative(file: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let absolute = |path: &Path| path.canonicalize().with_context(|| format!("cannot find {}", shown(path)));
    let (file, folder) = (absolute(file)?, absolute(folder)?);
    let same = file.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(same).map(|_| Component::ParentDir);
    Ok(up.chain(file.components().skip(same)).collect())
}
