//! `memstep replay`: the terminal UI on a recording; with no terminal, the recording as text.

use super::look::{has_terminal, theme};
use crate::cli::{Format, Input, Look};
use crate::trace::index::Index;
use crate::ui;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How long the first screen waits for a recording to be read whole.
const AT_FIRST: Duration = Duration::from_millis(40);

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
    let index = Index::open(&input.file, input.lenient)?;
    let idle_limit = idle_limit.map_or(options.idle_limit, |limit| u64::try_from(limit.as_nanos()).ok());
    show(index, ui::Options { theme: theme(look), idle_limit, ..options })
}

/// Shows a recording until the user quits. A line that is no event does not keep the rest from being
/// looked at; but it is an error, unless such lines are to be skipped.
pub(super) fn show(index: Index, options: ui::Options) -> anyhow::Result<ExitCode> {
    let index = Arc::new(index);
    // Most recordings are small: then the first screen has all there is to know.
    index.wait(AT_FIRST);
    let exit = ui::open(index.name().to_owned(), index.header().clone(), index.clone(), options)?;
    if let (Some(problem), ui::Exit::Quit) = (index.take_problem(), exit) {
        return Err(problem.into());
    }
    Ok(ExitCode::from(exit.code()))
}
