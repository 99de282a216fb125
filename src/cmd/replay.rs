//! `memstep replay`: the terminal UI on a recording; with no terminal, the recording as text.

use super::desk::Desk;
use super::look::{has_terminal, nanos, options};
use crate::cli::{Format, Input, Look};
use crate::trace::reader::TraceReader;
use crate::ui;
use std::io::BufRead;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How it starts, where the command line says so.
pub(super) struct Start {
    pub at: Option<ui::At>,
    pub speed: Option<f64>,
    pub idle_limit: Option<Duration>,
    pub pause_on_marks: Option<bool>,
    pub filter: Option<String>,
}

/// Shows the recording until the user quits.
pub(super) fn run(input: &Input, start: Start, look: Look) -> anyhow::Result<ExitCode> {
    if !has_terminal() {
        return super::print::run(input, Format::Text, start.filter.as_deref());
    }
    let filter = start.filter.map(|expression| super::filter("--filter", &expression)).transpose()?;
    let options = options(look)?;
    let reader = TraceReader::open(&input.file)?.lenient(input.lenient);
    let desk = Desk::new(Some(&input.file), reader.header());
    let options = ui::Options {
        at: start.at,
        speed: start.speed.unwrap_or(options.speed),
        idle_limit: start.idle_limit.map(nanos).or(options.idle_limit),
        pause_on_marks: start.pause_on_marks.unwrap_or(options.pause_on_marks),
        filter,
        desk: Some(Arc::new(desk)),
        ..options
    };
    show(reader, options)
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
