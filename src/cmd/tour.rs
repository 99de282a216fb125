//! `memstep` alone: the guided tour of `set a 0 0 4`, from a recording that the program carries with
//! it. With no terminal, the same story as text.

use super::look::{dress, has_terminal};
use super::{print, replay};
use crate::cli::{Look, When};
use crate::print::text::Text;
use crate::trace::reader::TraceReader;
use crate::ui;
use std::io::{self, BufWriter};
use std::process::ExitCode;

const STORY: &[u8] = include_bytes!("../../traces/set-get.jsonl");
const NAME: &str = "set-get.jsonl";

/// Shows the tour until the user quits.
pub(super) fn run() -> anyhow::Result<ExitCode> {
    let mut reader = TraceReader::new(STORY, NAME)?;
    if has_terminal() {
        let look = Look { theme: None, color: When::Auto, ascii: false, classroom: false };
        return replay::show(reader, dress(look, ui::Options { tour: true, ..ui::Options::default() }));
    }
    print::print(&mut reader, &mut Text::default(), None, &mut BufWriter::new(io::stdout().lock()))?;
    Ok(ExitCode::SUCCESS)
}
