//! `memstep serve`: the server, with nothing in front.

use super::server::{finish, hub, panics_are_fatal, prepare, settings, shown, start_recorder};
use crate::cli::{RecordTo, ServerArgs};
use crate::event::Detail;
use crate::memcached::server;
use crate::trace::recorder::Sinks;
use crate::tracer::{self, What};
use anyhow::Context as _;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::process::ExitCode;
use std::sync::Arc;

/// Runs the server until a signal ends it.
pub(super) fn run(args: &ServerArgs, record: &RecordTo) -> anyhow::Result<ExitCode> {
    prepare(args)?;
    let hub = hub(args, Detail::Flow);
    let recorder = match record.record {
        Some(_) => {
            let recorder = start_recorder(&hub, args.threads, "memstep serve", record, Sinks::default())?;
            let recorder = Arc::new(recorder);
            panics_are_fatal(&recorder);
            Some(recorder)
        }
        None => None,
    };
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).context("cannot wait for signals")?;
    let at_the_end = recorder.clone();
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            if let Some(recorder) = at_the_end {
                finish(&recorder);
            }
            std::process::exit(128 + signal);
        }
    })?;
    let recording = record.record.as_deref().map(shown);
    let hub = recorder.is_some().then_some(&hub);
    let served = server::run(settings(args), hub, |addrs| {
        tracer::emit(What::Mark, b"at work");
        let addrs: Vec<_> = addrs.iter().map(ToString::to_string).collect();
        let recording = recording.map_or(String::new(), |file| format!(", recording to {file}"));
        eprintln!("memstep: serving on {}{recording}; Ctrl-C ends it", addrs.join(" and "));
    });
    if let Some(recorder) = recorder {
        finish(&recorder);
    }
    served?;
    Ok(ExitCode::SUCCESS)
}
