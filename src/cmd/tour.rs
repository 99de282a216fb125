//! `memstep` alone: the guided tour of `set a 0 0 4`, from a recording that the program carries with
//! it. With no terminal, the same story as text.

use super::look::{has_terminal, theme};
use crate::cli::{Look, When};
use crate::print::Print as _;
use crate::print::text::Text;
use crate::trace::reader::TraceReader;
use crate::ui;
use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

const STORY: &[u8] = include_bytes!("../../traces/set-get.jsonl");
const NAME: &str = "set-get.jsonl";

/// Shows the tour until the user quits.
pub(super) fn run() -> anyhow::Result<ExitCode> {
    let mut reader = TraceReader::new(STORY, NAME)?;
    if has_terminal() {
        let recording = reader.into_recording()?;
        let shown = ui::Recording {
            name: NAME.to_owned(),
            header: recording.header,
            events: recording.events,
            end: recording.end,
            warnings: Vec::new(),
        };
        let theme = theme(Look { theme: None, color: When::Auto });
        let exit = ui::replay(shown, ui::Options { theme, tour: true, ..ui::Options::default() })?;
        return Ok(ExitCode::from(exit.code()));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let mut text = Text::default();
    text.header(reader.header(), reader.raw_header(), &mut out)?;
    while let Some(row) = reader.next_row()? {
        text.event(&row.event, row.raw, &mut out)?;
    }
    text.end(None, &mut out)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
