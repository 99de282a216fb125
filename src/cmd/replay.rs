//! `memstep replay`: the terminal UI on a recording; with no terminal, the recording as text.

use super::desk::ViewerDesk;
use super::look::{has_terminal, nanos, options};
use crate::cli::{Format, LookArgs, TraceInput};
use crate::player::Source;
use crate::trace::index::Growing;
use crate::ui;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How it starts, where the command line says so.
pub(super) struct Start {
    pub at: Option<ui::GoTo>,
    pub speed: Option<f64>,
    pub idle_limit: Option<Duration>,
    pub pause_on_marks: Option<bool>,
    pub filter: Option<String>,
}

/// How long the first screen waits for a recording to be read whole.
const AT_FIRST: Duration = Duration::from_millis(40);

/// Shows the recording until the user quits.
pub(super) fn run(input: &TraceInput, start: Start, look: LookArgs) -> anyhow::Result<ExitCode> {
    if !has_terminal() {
        return super::print::run(input, Format::Text, start.filter.as_deref());
    }
    let filter = start.filter.map(|expression| super::filter("--filter", &expression)).transpose()?;
    let options = options(look)?;
    let growing = Growing::open(&input.file, input.lenient)?;
    let options = ui::Options {
        at: start.at,
        speed: start.speed.unwrap_or(options.speed),
        idle_limit: start.idle_limit.map(nanos).or(options.idle_limit),
        pause_on_marks: start.pause_on_marks.unwrap_or(options.pause_on_marks),
        filter,
        ..options
    };
    show(growing, &input.file, options)
}

/// The recording, to the viewer.
#[derive(Debug)]
struct ReplayGrows(Arc<Growing>);

impl ui::Grows for ReplayGrows {
    fn grown(&self) -> Option<Arc<dyn Source>> {
        self.0.grown().map(|index| index as Arc<dyn Source>)
    }

    fn may_grow(&self) -> bool {
        self.0.may_grow()
    }
}

/// Shows a recording until the user quits. A line that is no event does not keep the rest from being
/// looked at; but it is an error, unless such lines are to be skipped.
fn show(growing: Growing, path: &Path, options: ui::Options) -> anyhow::Result<ExitCode> {
    let growing = Arc::new(growing);
    let index = growing.index();
    let options = ui::Options {
        desk: Some(Arc::new(ViewerDesk::of(growing.clone(), path))),
        grows: Some(Arc::new(ReplayGrows(growing.clone()))),
        ..options
    };
    // Most recordings are small: then the first screen has all there is to know.
    index.wait(AT_FIRST);
    let exit = ui::open(index.name().to_owned(), index.header().clone(), index.clone(), options)?;
    if let (Some(problem), ui::Exit::Quit) = (growing.index().take_problem(), exit) {
        return Err(problem.into());
    }
    Ok(ExitCode::from(exit.code()))
}
