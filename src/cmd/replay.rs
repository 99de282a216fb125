//! `memstep replay`: the terminal UI on a recording; with no terminal, the recording as text.

use super::look::{dress, has_terminal};
use crate::cli::{Format, Input, Look};
use crate::trace::reader::TraceReader;
use crate::ui;
use std::io::BufRead;
use std::process::ExitCode;
use std::time::Duration;

/// Shows the recording until the user quits.
pub(super) fn run(
    input: &Input,
    options: ui::Options,
    idle_limit: Option<Duration>,
    look: Look,
) -> anyhow::Result<ExitCode> {
    if !has_terminal() {
        return super::print::run(input, Format::Text, None);
    }
    let reader = TraceReader::open(&input.file)?.lenient(input.lenient);
    let idle_limit = idle_limit.map_or(options.idle_limit, |limit| u64::try_from(limit.as_nanos()).ok());
    show(reader, dress(look, ui::Options { idle_limit, ..options }))
}

/// Shows what `reader` reads until the user quits.
pub(super) fn show<R: BufRead>(reader: TraceReader<R>, options: ui::Options) -> anyhow::Result<ExitCode> {
    let name = reader.name().to_owned();
    let recording = reader.into_recording()?;
    let shown = ui::Recording {
        name,
        header: recording.header,
        events: recording.events,
        end: recording.end,
        warnings: recording.warnings.iter().map(ToString::to_string).collect(),
    };
    let exit = ui::replay(shown, options)?;
    Ok(ExitCode::from(exit.code()))
}
