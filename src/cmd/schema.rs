//! `memstep schema`: what a recording looks like, for machines and for people.

use super::STDOUT;
use crate::texts::Language;
use crate::trace::{page, schema};
use anyhow::Context as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Prints the JSON Schema of a line, or the page.
pub(super) fn run(is_page: bool) -> anyhow::Result<ExitCode> {
    let text = match is_page {
        true => page::markdown(),
        false => {
            serde_json::to_string_pretty(&schema::json())
                .with_context(|| Language::spoken().commands_no_schema())?
                + "\n"
        }
    };
    io::stdout().lock().write_all(text.as_bytes()).context(STDOUT)?;
    Ok(ExitCode::SUCCESS)
}
