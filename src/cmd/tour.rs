//! `memstep` alone: the guided tour of `set a 0 0 4`, from a recording that the program carries with
//! it. With no terminal, the same story as text.

use super::look::{has_terminal, options};
use super::{print, replay};
use crate::cli::Look;
use crate::print::text::Text;
use crate::trace::index::Index;
use crate::trace::reader::TraceReader;
use crate::ui;
use std::io::{self, BufWriter};
use std::process::ExitCode;

const STORY: &[u8] = include_bytes!("../../traces/set-get.jsonl");
const NAME: &str = "set-get.jsonl";

/// Shows the tour until the user quits.
pub(super) fn run() -> anyhow::Result<ExitCode> {
    if has_terminal() {
        let index = Index::of(STORY, NAME, false)?;
        let options = options(Look::default())?;
        return replay::show(index, None, ui::Options { tour: true, ..options });
    }
    let mut reader = TraceReader::new(STORY, NAME)?;
    print::print(&mut reader, &mut Text::default(), None, &mut BufWriter::new(io::stdout().lock()))?;
    Ok(ExitCode::SUCCESS)
}
