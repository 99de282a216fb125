//! `memstep record`: a fresh server, a script played against it, the trace of what happened.

use super::server::{create, hub, panics_are_fatal, private_settings, settle, shown, start_recorder};
use crate::cli::{self, Command, ServerArgs, what_is_wrong};
use crate::event::{Detail, Thread};
use crate::files::{self, Staged};
use crate::memcached::server::Server;
use crate::session::{Session, play};
use crate::text::printable;
use crate::texts::Language;
use crate::trace::recorder::{Announce, FileConfig, Sinks};
use crate::tracer::{self, Report};
use anyhow::{Context as _, anyhow, bail};
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Plays `session`, and writes the trace to `output`; what is there is let go of where `overwrite` says so.
pub(super) fn run(
    session: &Path,
    output: &Path,
    overwrite: bool,
    args: &ServerArgs,
) -> anyhow::Result<ExitCode> {
    let lang = Language::spoken();
    if files::is_same(session, output) {
        bail!(lang.commands_script_itself(shown(output)));
    }
    let source =
        std::fs::read_to_string(session).with_context(|| lang.commands_script_unreadable(shown(session)))?;
    let script = Session::parse(&source, &shown(session))?;
    // The script's own options come first, so that those of the command line win.
    let own;
    let args = match script.args.is_empty() {
        true => args,
        false => {
            own = with_script_args(std::env::args_os(), &script.args).map_err(|error| {
                let (file, args) = (shown(session), printable(&script.args.join(" ")).into_owned());
                anyhow!("{file}: #args: {args}: {}", printable(&what_is_wrong(&error, Language::spoken())))
            })?;
            &own
        }
    };
    let hub = hub(args, Detail::Calls);
    let title = script
        .title
        .clone()
        .unwrap_or_else(|| session.file_stem().map_or(String::new(), |name| shown(Path::new(name))));
    let sinks = Sinks {
        output: Some(create(&FileConfig { overwrite, ..FileConfig::new(output) })?),
        ..Sinks::default()
    };
    let staged = sinks.staged();
    let recorder = start_recorder(&hub, args, &title, sinks)?;
    panics_are_fatal(&recorder);
    let server =
        Server::start(private_settings(args), Some(hub.clone())).inspect_err(|_| staged.discard())?;
    let addr = *server.addrs().first().with_context(|| lang.commands_no_address())?;
    tracer::install(hub.handle(Thread::Client));
    let played =
        play(&script.steps, &shown(session), addr, &mut |mark| tracer::emit(Report::Mark, mark.as_bytes()));
    tracer::uninstall();
    // What was recorded is kept, whether the story came to its end or not.
    let end = recorder.finish().transpose().with_context(|| lang.commands_not_written(shown(output)));
    server.stop();
    match (&played, &end) {
        (Ok(()), Ok(_)) => settle(&staged, output, &(Arc::new(super::say) as Announce)),
        // What was there is as it was.
        (_, Err(_)) => staged.discard(),
        (Err(_), Ok(_)) => leave(&staged, output),
    }
    let end = end?;
    played?;
    if let Some(end) = end
        && output.as_os_str() != "-"
    {
        super::say(&lang.commands_recorded(shown(output), end.events.to_string()));
    }
    Ok(ExitCode::SUCCESS)
}

/// What was recorded of a story that did not come to its end is kept, beside what was there.
fn leave(staged: &Staged, output: &Path) {
    match staged.leave() {
        Ok(None) => {}
        Ok(Some(left)) => {
            let left = output.with_file_name(left.file_name().unwrap_or_default());
            super::say(&Language::spoken().commands_left(shown(output), shown(&left)));
        }
        Err(error) => super::say(&format!("{}: {}", shown(output), printable(&error.to_string()))),
    }
}

/// The options of `record` with a script's own before them.
fn with_script_args(argv: impl Iterator<Item = OsString>, own: &[String]) -> Result<ServerArgs, clap::Error> {
    let mut argv: Vec<OsString> = argv.collect();
    let after = argv.iter().position(|a| a == "record").map_or(argv.len(), |at| at + 1);
    argv.splice(after..after, own.iter().map(OsString::from));
    match cli::parse(argv, Language::spoken())?.command {
        Some(Command::Record { server, .. }) => Ok(server),
        _ => Err(clap::Error::new(clap::error::ErrorKind::InvalidSubcommand)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_script_s_options_hold_unless_the_command_line_says_otherwise() {
        let line = |s: &str| s.split(' ').map(OsString::from).collect::<Vec<_>>().into_iter();
        let own = ["-R".to_owned(), "1".to_owned()];
        let args = with_script_args(line("memstep record x.session -o x.jsonl -t 2"), &own).unwrap();
        assert_eq!((args.reqs_per_event, args.threads), (1, 2));
        let args = with_script_args(line("memstep record x.session -o x.jsonl -R 5"), &own).unwrap();
        assert_eq!(args.reqs_per_event, 5);
        assert!(with_script_args(line("memstep record x.session -o x.jsonl"), &["--no".to_owned()]).is_err());
    }
}
