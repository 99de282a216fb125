//! `memstep print`: a recording as text.

use super::STDOUT;
use crate::cli::{Format, Input};
use crate::filter::Filter;
use crate::print::calls::Calls;
use crate::print::flow::Flow;
use crate::print::startup::Startup;
use crate::print::text::Text;
use crate::print::vvv::Vvv;
use crate::print::{Jsonl, Print};
use crate::trace::format::Detail;
use crate::trace::reader::TraceReader;
use anyhow::Context as _;
use std::io::{self, BufRead, BufWriter, IsTerminal as _, Write};
use std::process::ExitCode;

/// Prints the trace to stdout, and what is odd about it to stderr.
pub(super) fn run(input: &Input, format: Format, filter: Option<&str>) -> anyhow::Result<ExitCode> {
    let filter = filter.map(|expression| super::filter("--filter", expression)).transpose()?;
    let mut reader = TraceReader::open(&input.file)?.lenient(input.lenient);
    let name = reader.name().to_owned();
    let mut printer = printer(format);
    if format == Format::Calls && reader.header().detail != Detail::Calls {
        super::say(&format!("{name}: holds no function calls; record with `--detail calls` to have them"));
    }
    // Line by line when someone watches; in large pieces otherwise, for the sake of millions.
    let stdout = io::stdout().lock();
    let mut out: Box<dyn Write> = match stdout.is_terminal() {
        true => Box::new(stdout),
        false => Box::new(BufWriter::with_capacity(64 * 1024, stdout)),
    };
    print(&mut reader, &mut *printer, filter.as_ref(), &mut *out)?;
    for warning in reader.warnings() {
        super::say(&format!("{name}: {warning}"));
    }
    Ok(super::read_status(&reader))
}

/// Who writes that format.
pub(super) fn printer(format: Format) -> Box<dyn Print> {
    match format {
        Format::Text => Box::<Text>::default(),
        Format::Flow => Box::<Flow>::default(),
        Format::Startup => Box::<Startup>::default(),
        Format::Calls => Box::<Calls>::default(),
        Format::Vvv => Box::<Vvv>::default(),
        Format::Jsonl => Box::<Jsonl>::default(),
    }
}

/// Prints what `reader` reads, to its end; with a filter, of the events those that are meant.
///
/// # Errors
/// What the trace or the writing says; what was read before is printed.
pub(super) fn print<R: BufRead>(
    reader: &mut TraceReader<R>,
    printer: &mut dyn Print,
    filter: Option<&Filter>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    printer.header(reader.header(), reader.raw_header(), out).context(STDOUT)?;
    let printed = loop {
        match reader.next_row() {
            Ok(Some(row)) if filter.is_none_or(|f| f.matches(&row.event)) => {
                printer.event(&row.event, row.raw, out).context(STDOUT)?;
            }
            Ok(Some(row)) => printer.skip(&row.event, row.raw),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    if printed.is_ok() {
        let end = reader.end();
        printer.end(end.as_ref().zip(reader.raw_end()), out).context(STDOUT)?;
        printer.notes(reader.raw_notes(), out).context(STDOUT)?;
    }
    // What was read before a broken line is shown before the error is.
    out.flush().context(STDOUT)?;
    Ok(printed?)
}
