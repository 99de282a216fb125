//! `memstep` alone: the guided tour of `set a 0 0 4`, from a recording that the program carries with
//! it. With no terminal, the same story as text.

use super::desk::Desk;
use super::look::{has_terminal, options};
use super::{print, replay};
use crate::cli::Look;
use crate::print::text::Text;
use crate::trace::reader::TraceReader;
use crate::ui;
use std::io::{self, BufWriter};
use std::process::ExitCode;
use std::sync::Arc;

const STORY: &[u8] = include_bytes!("../../traces/set-get.jsonl");
const NAME: &str = "set-get.jsonl";

/// Shows the tour until the user quits.
pub(super) fn run() -> anyhow::Result<ExitCode> {
    let mut reader = TraceReader::new(STORY, NAME)?;
    if has_terminal() {
        let options = options(Look::default())?;
        let desk = Arc::new(Desk::new(None, reader.header()));
        return replay::show(reader, ui::Options { tour: true, desk: Some(desk), ..options });
    }
    print::print(&mut reader, &mut Text::default(), None, &mut BufWriter::new(io::stdout().lock()))?;
    Ok(ExitCode::SUCCESS)
}
