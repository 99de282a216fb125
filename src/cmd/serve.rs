//! `memstep serve`: the server, with nothing in front.

use super::daemon::{daemonize, prepare, save_pid};
use super::events;
use super::server::{
    finish, hub, listens_on, obey_signals, panics_are_fatal, settings, settle, shown, sinks, start_recorder,
};
use crate::cli::{RecordTo, ServerArgs};
use crate::event::Detail;
use crate::memcached::server;
use crate::texts::Language;
use crate::trace::recorder::{Announce, Recorder};
use crate::trace::stream::EventsPort;
use crate::tracer::{self, Report};
use anyhow::ensure;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::path;
use std::process::ExitCode;
use std::sync::Arc;

/// Runs the server until a signal ends it.
pub(super) fn run(args: &ServerArgs, record: &RecordTo) -> anyhow::Result<ExitCode> {
    let lang = Language::spoken();
    ensure!(!record.step || record.events.is_some(), "{}", lang.commands_step_alone());
    let record = &absolute(record, args.daemon)?;
    let listener = events::listen(record)?;
    let events_on = events::told(listener.as_ref());
    prepare(args, record)?;
    let pid_file = args.pid_file.as_deref().map(path::absolute).transpose()?;
    daemonize(args)?;
    let hub = hub(args, Detail::Flow);
    if record.step {
        hub.gate.start_held();
    }
    let say = Arc::new(super::say);
    let (recorder, port, staged) = match record.is_on() {
        true => {
            let sinks = sinks(record, say.clone())?;
            let staged = sinks.staged();
            let recorder = start_recorder(&hub, args, "memstep serve", sinks)?;
            panics_are_fatal(&recorder);
            let port = events::open(listener, &recorder, &hub, args).inspect_err(|_| staged.discard())?;
            (Some(recorder), port, staged)
        }
        false => (None, None, Arc::default()),
    };
    let settle = {
        let (say, path) = (say.clone() as Announce, record.record.clone().unwrap_or_default());
        let staged = staged.clone();
        move || settle(&staged, &path, &say)
    };
    let at_the_end = (recorder.clone(), port.clone(), staged.clone());
    let daemon = args.daemon;
    obey_signals(recorder.clone(), say, &[SIGTERM, SIGINT, SIGHUP], move |signal| {
        // A daemon has no terminal that could hang up (`memcached.c:5588`).
        if daemon && signal == SIGHUP {
            return;
        }
        end(&at_the_end.0, &at_the_end.1);
        at_the_end.2.discard();
        std::process::exit(128 + signal);
    })?;
    let recording = match (&record.record, record.record_last, record.record_paused) {
        (Some(path), None, false) => lang.commands_recording_to(shown(path)),
        (Some(path), Some(_), _) => lang.commands_keeping_last(shown(path)),
        (Some(path), None, true) => lang.commands_ready_to_record(shown(path)),
        (None, ..) => String::new(),
    };
    if let Some(port) = port.as_ref().filter(|_| record.step) {
        // It may be held for long, and whoever looks at it looks for its recording.
        settle();
        super::say(&lang.commands_held(port.addr().to_string(), &*events_on));
    }
    let hub = recorder.is_some().then_some(&hub);
    let served = server::run(settings(args), hub, |addrs, udp_addrs| {
        tracer::emit(Report::Mark, b"at work");
        settle();
        let addrs = match &args.socketpath {
            Some(path) => shown(path),
            None => listens_on(addrs, udp_addrs),
        };
        if let Some(path) = &pid_file {
            save_pid(path);
        }
        super::say(&lang.commands_serving(addrs, &*events_on, &*recording));
    });
    end(&recorder, &port);
    staged.discard();
    served?;
    Ok(ExitCode::SUCCESS)
}

/// The same with a path that stays good when a daemon goes to the root of the file system.
fn absolute(record: &RecordTo, daemon: bool) -> anyhow::Result<RecordTo> {
    let mut record = record.clone();
    if daemon && let Some(path) = record.record.take() {
        record.record = Some(if path.as_os_str() == "-" { path } else { path::absolute(path)? });
    }
    Ok(record)
}

/// Ends the recording, and lets viewers see its end.
fn end(recorder: &Option<Arc<Recorder>>, port: &Option<Arc<EventsPort>>) {
    if let Some(recorder) = recorder {
        finish(recorder);
    }
    if let Some(port) = port {
        port.close();
    }
}
