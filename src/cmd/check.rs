//! `memstep check`: is a recording whole, and does it hold to the rules of the format? Does a lesson find
//! its events?

use super::STDOUT;
use super::lesson::{read, recording_of};
use super::server::shown;
use crate::cli::TraceInput;
use crate::lesson::{Lesson, check};
use crate::texts::{Language, ungrouped};
use crate::trace::check::{CheckReport, Checker, LISTED, Problem};
use crate::trace::reader::{InputStream, ReadError, Recording, TraceReader, Warning};
use anyhow::Context as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Lists what is wrong on stdout; exits with 1 if anything is.
pub(super) fn run(input: &TraceInput) -> anyhow::Result<ExitCode> {
    if input.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md")) {
        return lesson(input);
    }
    // Broken lines are reported as problems, not as the error that ends it all: so they are
    // skipped here even where `--lenient` was not given.
    let mut reader = TraceReader::open(&input.file)?;
    let name = reader.name().to_owned();
    let mut checker = Checker::new(reader.header());
    let mut last_line = 1;
    loop {
        match reader.next_row() {
            Ok(Some(row)) => {
                last_line = row.line;
                checker.event(row.line, &row.event);
            }
            Ok(None) => break,
            Err(ReadError::Broken { line, column, what, .. }) => {
                last_line = line;
                checker.broken_line(
                    line,
                    &Language::spoken().check_column(column.to_string(), what),
                    !input.lenient,
                );
            }
            Err(error) => return Err(error.into()),
        }
    }
    let mut report = checker.finish(last_line + 1, reader.end().as_ref());
    let cut = reader.cut().filter(|_| !input.lenient);
    if let Some(Warning { line, what }) = cut {
        report.count += 1;
        if report.problems.len() < LISTED {
            report.problems.push(Problem { line: *line, seq: None, what: what.clone() });
        }
    }
    tell(&name, &report, &reader, input.lenient).context(STDOUT)?;
    Ok(if report.count == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The same for a lesson: what is wrong with its text, or else with its steps in its recording.
fn lesson(input: &TraceInput) -> anyhow::Result<ExitCode> {
    let lang = Language::spoken();
    let name = shown(&input.file);
    let text = read(&input.file)?;
    let mut out = super::stdout();
    let lesson = match Lesson::parse(&text, &name) {
        Ok(lesson) => lesson,
        Err(mistakes) => {
            let end = lang.lesson_check_text(name, mistakes.0.len());
            writeln!(out, "{mistakes}\n{end}").context(STDOUT)?;
            return Ok(ExitCode::from(1));
        }
    };
    let path = recording_of(&lesson, &input.file);
    let recording = match Recording::load(&path, input.lenient) {
        Ok(recording) => recording,
        Err(error) => {
            let what = lang.lesson_check_recording(&*name, error.to_string());
            writeln!(out, "{what}\n{}", lang.lesson_check_recording_count(&*name)).context(STDOUT)?;
            return Ok(ExitCode::from(1));
        }
    };
    let problems = check::check(&lesson, recording.header.threads, &recording.events);
    for problem in &problems {
        writeln!(out, "{name}:{problem}").context(STDOUT)?;
    }
    let end = lang.lesson_check_done(lesson.chapters.len(), name, problems.len(), lesson.steps.len());
    writeln!(out, "{end}").context(STDOUT)?;
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What was found, on stdout.
fn tell(
    name: &str,
    report: &CheckReport,
    reader: &TraceReader<InputStream>,
    lenient: bool,
) -> io::Result<()> {
    let lang = Language::spoken();
    let mut out = super::stdout();
    for problem in &report.problems {
        writeln!(out, "{name}: {problem}")?;
    }
    let listed = report.problems.len() as u64;
    if report.count > listed {
        writeln!(out, "{}", lang.check_more(name, (report.count - listed).to_string()))?;
    }
    let mut notes = Vec::new();
    if lenient && reader.skipped() > 0 {
        notes.push(lang.reading_skipped(ungrouped(reader.skipped())));
    }
    // A last line that is cut is a problem, and told as one.
    let cut = reader.cut().filter(|_| !lenient);
    let warnings = reader.warnings().iter().filter(|warning| cut != Some(*warning));
    notes.extend(warnings.map(ToString::to_string));
    notes.extend(report.suspended.map(|line| lang.check_suspended(line.to_string())));
    let remarks = reader.raw_notes().len() as u64;
    notes.extend((remarks > 0).then(|| lang.check_remarks(ungrouped(remarks))));
    for note in notes {
        writeln!(out, "{}", lang.check_note(name, note))?;
    }
    let events = ungrouped(report.events);
    let end = match report.count {
        0 => lang.check_whole(events, name),
        n => lang.check_done(events, name, ungrouped(n)),
    };
    writeln!(out, "{end}")
}
