//! `memstep print`: a recording as text.

use super::STDOUT;
use crate::cli::{Format, TraceInput};
use crate::filter::Filter;
use crate::print::calls::Calls;
use crate::print::flow::Flow;
use crate::print::startup::Startup;
use crate::print::text::Text;
use crate::print::vvv::Vvv;
use crate::print::{Jsonl, Print};
use crate::texts::Language;
use crate::trace::format::Detail;
use crate::trace::reader::{self, TraceReader};
use anyhow::Context as _;
use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal as _, Read, Write};
use std::process::ExitCode;
use std::rc::Rc;

/// Prints the trace to stdout, and what is odd about it to stderr.
pub(super) fn run(input: &TraceInput, format: Format, filter: Option<&str>) -> anyhow::Result<ExitCode> {
    let filter = filter.map(|expression| super::filter("--filter", expression)).transpose()?;
    // What is printed is passed on before more is waited for: whoever reads it sees it as it comes.
    let out = Out::new();
    let (file, name) = reader::open_input(&input.file)?;
    let file = BufReader::with_capacity(256 * 1024, PassOn { file, out: out.clone() });
    let mut reader = TraceReader::new(file, &name)?.lenient(input.lenient);
    let mut printer = printer(format);
    if format == Format::Calls && reader.header().detail != Detail::Calls {
        super::say(&Language::spoken().commands_no_calls(&*name));
    }
    print(&mut reader, &mut *printer, filter.as_ref(), &mut { out })?;
    for warning in reader.warnings() {
        super::say(&format!("{name}: {warning}"));
    }
    Ok(super::read_status(&reader))
}

/// Stdout: line by line when someone watches; in large pieces otherwise, for the sake of millions.
#[derive(Clone)]
struct Out(Rc<RefCell<Box<dyn Write>>>);

impl Out {
    fn new() -> Out {
        let is_watched = io::stdout().is_terminal();
        Out(Rc::new(RefCell::new(match is_watched {
            true => Box::new(super::stdout()),
            false => Box::new(BufWriter::with_capacity(64 * 1024, super::stdout())),
        })))
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// What is read, and where what came of it goes before more is read.
struct PassOn<R> {
    file: R,
    out: Out,
}

impl<R: Read> Read for PassOn<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        // That stdout takes no more is told when the next event is printed.
        let _ = self.out.flush();
        self.file.read(bytes)
    }
}

/// Who writes that format.
pub(super) fn printer(format: Format) -> Box<dyn Print> {
    match format {
        Format::Text => Box::new(Text::new(Language::spoken())),
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
