//! The commands, one file each.

mod attach;
mod check;
mod config;
mod daemon;
mod desk;
mod events;
mod info;
mod lesson;
mod live;
mod look;
mod manual;
mod port;
mod print;
mod record;
mod remote;
mod replay;
mod schema;
mod serve;
mod server;

pub use look::language;

use crate::cli::{self, Cli, Command};
use crate::filter::Filter;
use crate::text;
use crate::texts::Language;
use crate::trace::reader::TraceReader;
use anyhow::Context as _;
use signal_hook::consts::SIGXFSZ;
use std::borrow::Cow;
use std::io::{self, BufRead, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

/// Reads the command line, which is told in the language of the process.
///
/// # Errors
///
/// With which code to exit, where there is nothing to do: everything was said, help and version too.
pub fn parse() -> Result<Cli, ExitCode> {
    let lang = Language::spoken();
    let error = match cli::parse(std::env::args_os().collect(), lang) {
        Ok(cli) => return Ok(cli),
        Err(error) => error,
    };
    let own = cli::said(&error, lang, look::is_styled(), look::columns());
    let said = match (error.use_stderr(), own) {
        (false, Some(help)) => io::stdout().write_all(help.as_bytes()).and_then(|()| io::stdout().flush()),
        (true, Some(mistake)) => io::stderr().write_all(text::message(&mistake).as_bytes()),
        (_, None) => {
            let text = error.render().to_string();
            // It repeats what stands on the command line, whatever that is.
            match text::message(&text) {
                Cow::Borrowed(_) => error.print().and_then(|()| io::stdout().flush()),
                Cow::Owned(harmless) => io::stderr().write_all(harmless.as_bytes()),
            }
        }
    };
    match said.map_err(|error| anyhow::Error::new(error).context(STDOUT)) {
        Err(error) if !is_closed_pipe(&error) => Err(fails(&error)),
        _ => Err(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))),
    }
}

/// Says what went wrong; with which code to exit then.
pub fn fails(error: &anyhow::Error) -> ExitCode {
    if is_closed_pipe(error) {
        return ExitCode::SUCCESS;
    }
    say(&format!("{error:#}"));
    ExitCode::from(2)
}

/// Does what the command line says.
///
/// # Errors
///
/// Whatever keeps the command from being done; `main` prints it and exits with 2.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    // A file that may get no larger (`ulimit -f`) is a write that fails, and no reason to end without a word.
    signal_hook::flag::register(SIGXFSZ, Arc::default())
        .with_context(|| Language::spoken().commands_no_signals())?;
    look::check_ascii(cli.command.as_ref().and_then(Command::look), cli.lang)?;
    match cli.command {
        None => lesson::tour(cli.lang),
        Some(Command::Serve { server, record }) => serve::run(&server, &record),
        Some(Command::Live { server, record, lesson, look }) => {
            let lesson =
                lesson.map(|name| lesson::course(&name, cli.lang, server.threads, look)).transpose()?;
            live::run(&server, &record, lesson, look)
        }
        Some(Command::Attach { addr, events_token, look }) => {
            attach::run(&addr, events_token.as_deref(), look)
        }
        Some(Command::Record { session, output, overwrite, server }) => {
            record::run(&session, &output, overwrite, &server)
        }
        Some(Command::Replay { input, at, speed, idle_limit, pause_on_marks, filter, look }) => {
            let start = replay::Start { at, speed, idle_limit, pause_on_marks, filter };
            replay::run(&input, start, look)
        }
        Some(Command::Print { input, format, filter }) => print::run(&input, format, filter.as_deref()),
        Some(Command::Lesson(args)) => lesson::run(args, cli.lang),
        Some(Command::Check { input }) => check::run(&input),
        Some(Command::Info { input }) => info::run(&input),
        Some(Command::Schema { page }) => schema::run(page),
        Some(Command::Config) => config::run(),
        Some(Command::Completions { shell }) => manual::completions(shell),
        Some(Command::Man { command }) => manual::page(command.as_deref()),
    }
}

/// Whether an error is only that nobody reads our output any more (`| head`).
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// The exit status once a trace was read to its end: 2 where the last line was cut in the middle.
/// What stands before it was read and shown all the same.
fn read_status<R: BufRead>(reader: &TraceReader<R>) -> ExitCode {
    if reader.is_cut() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

/// The filter that an option holds.
///
/// # Errors
///
/// What is wrong with it, in the lines below the option's name: there the caret is under its place.
fn filter(option: &str, expression: &str) -> anyhow::Result<Filter> {
    Filter::parse(expression).map_err(|error| anyhow::anyhow!("{option} is not understood:\n{error}"))
}

/// Tells whoever started the program. If nobody reads stderr any more there is nobody to tell, and
/// that is no reason for a server to panic.
fn say(what: &str) {
    let _ = writeln!(io::stderr(), "memstep: {}", text::message(what));
}

/// Stdout, for text: it may be a terminal.
fn stdout() -> text::Harmless<io::StdoutLock<'static>> {
    text::Harmless::new(io::stdout().lock())
}

/// What a failed write to stdout is said to be.
const STDOUT: &str = "stdout cannot be written";
