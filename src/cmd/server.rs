//! What `serve`, `live` and `record` share: the options become settings, a server gets its
//! recording, a signal or a panic ends it in order.

use crate::cli::{Experiment, RecordTo, ServerArgs, Suboption};
use crate::event::Detail;
use crate::files::Staged;
use crate::memcached::settings::Settings;
use crate::text::printable;
use crate::texts::Language;
use crate::trace::format::{End, Header};
use crate::trace::recorder::{Announce, FileConfig, Output, Recorder, RecorderCommand, Sinks, header};
use crate::trace::stream;
use crate::tracer::{Hub, TracerConfig};
use anyhow::{Context as _, bail};
use signal_hook::consts::{SIGUSR1, SIGUSR2, SIGXFSZ};
use signal_hook::iterator::Signals;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU8;

/// The settings that the options ask for.
pub(super) fn settings(args: &ServerArgs) -> Settings {
    let mut settings = Settings {
        port: i32::from(args.tcp_port()),
        udpport: i32::from(args.udp_port),
        inter: (!args.listen.is_empty()).then(|| args.listen.join(",")),
        maxbytes: args.memory * 1024 * 1024,
        maxconns: args.max_conns,
        num_threads: args.threads,
        reqs_per_event: args.reqs_per_event,
        backlog: args.backlog,
        edge_triggered: args.experiment == Some(Experiment::EdgeTriggered),
        verbose: AtomicU8::new(args.verbose),
        item_size_max: args.item_size_max,
        evict_to_free: !args.no_evictions,
        factor: args.factor,
        chunk_size: args.chunk_size,
        use_cas: !args.no_cas,
        socketpath: args.socketpath.clone(),
        access: args.access,
        binding_protocol: args.protocol,
        shutdown_command: args.shutdown_command,
        flush_enabled: !args.no_flush,
        prefix_delimiter: args.prefix_delimiter.unwrap_or(b':'),
        detail_enabled: args.prefix_delimiter.is_some().into(),
        ..Settings::default()
    };
    for suboption in &args.suboptions {
        match *suboption {
            Suboption::MaxconnsFast => settings.maxconns_fast = true,
            Suboption::Hashpower(n) => settings.hashpower_init = n,
            Suboption::HashAlgorithm(algorithm) => settings.hash_algorithm = algorithm,
        }
    }
    settings
}

/// The same for a server of this process's own use: any free port of the loopback, unless the
/// options name an interface.
pub(super) fn private_settings(args: &ServerArgs) -> Settings {
    let settings = settings(args);
    let udpport = if settings.udpport == 0 { 0 } else { -1 };
    Settings { port: -1, udpport, inter: settings.inter.or_else(|| Some("127.0.0.1".to_owned())), ..settings }
}

/// Where a server listens, and reads datagrams, in words.
pub(super) fn listens_on(addrs: &[SocketAddr], udp_addrs: &[SocketAddr]) -> String {
    let tcp = addrs.iter().map(ToString::to_string);
    let all: Vec<_> = tcp.chain(udp_addrs.iter().map(|addr| format!("UDP {addr}"))).collect();
    all.join(Language::spoken().commands_and())
}

/// A recording's hub, with the detail that the options ask for or else `detail`.
pub(super) fn hub(args: &ServerArgs, detail: Detail) -> Arc<Hub> {
    let detail = args.detail.unwrap_or(detail);
    Hub::new(TracerConfig { detail, max_data: args.max_data, ring: args.ring_size as usize })
}

/// Opens what a trace is written to; `-` is stdout.
pub(super) fn create(config: &FileConfig) -> anyhow::Result<Output> {
    if is_stdout(&config.path) {
        return Ok(Output::stream(Box::new(io::stdout())));
    }
    config.create().with_context(|| Language::spoken().commands_not_written(shown(&config.path)))
}

/// Gives a recording its name, now that it is to stay, and tells where what was there is kept.
pub(super) fn settle(staged: &Staged, path: &Path, say: &Announce) {
    match staged.settle() {
        Ok(None) => {}
        Ok(Some(kept)) => {
            say(&Language::spoken().commands_kept_as(shown(path), shown(&kept)));
        }
        Err(error) => say(&format!("{}: {}", shown(path), printable(&error.to_string()))),
    }
}

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A path as it may be printed.
pub(super) fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// Where the options send the recording; `say` is told what becomes of it.
pub(super) fn sinks(record: &RecordTo, say: Announce) -> anyhow::Result<Sinks> {
    let mut sinks = Sinks { armed: record.is_armed(), say: Some(say), ..Sinks::default() };
    let Some(path) = &record.record else { return Ok(sinks) };
    let config = FileConfig {
        max_size: record.record_max_size,
        keep: record.record_keep,
        overwrite: record.overwrite,
        ..FileConfig::new(path)
    };
    if is_stdout(path) {
        let needs_a_file = [
            ("--record-max-size", record.record_max_size.is_some()),
            ("--record-keep", record.record_keep.is_some()),
            ("--record-last", record.record_last.is_some()),
            ("--record-paused", record.record_paused),
        ];
        if let Some((option, _)) = needs_a_file.iter().find(|(_, given)| *given) {
            bail!(Language::spoken().commands_needs_a_file(*option));
        }
        // Once it is closed nothing can be recorded any more.
        sinks.armed = record.events.is_some();
        sinks.output = Some(create(&config)?);
        return Ok(sinks);
    }
    if let Some(last) = record.record_last {
        sinks.last = Some(last);
        let trigger = record.record_trigger.as_deref();
        sinks.trigger = trigger.map(|expr| super::filter("--record-trigger", expr)).transpose()?;
    }
    if record.record_last.is_some() || record.record_paused {
        config.probe().with_context(|| Language::spoken().commands_not_written(shown(path)))?;
    } else {
        sinks.output = Some(create(&config)?);
    }
    sinks.on_demand = Some(config);
    Ok(sinks)
}

/// A recording's title. An experiment is told in it, and so at the head of every file and to every
/// viewer: nobody is to take for memcached's what is not.
pub(super) fn titled(title: &str, args: &ServerArgs) -> String {
    match args.experiment {
        Some(experiment) => format!("{title} (experiment: {})", experiment.name()),
        None => title.to_owned(),
    }
}

/// A recording's first line.
pub(super) fn head(hub: &Hub, args: &ServerArgs, title: &str) -> Header {
    let redacted = args.redact_data.unwrap_or_default();
    Header { redacted, ..header(hub, args.threads, &titled(title, args)) }
}

/// Starts a recording.
pub(super) fn start_recorder(
    hub: &Arc<Hub>,
    args: &ServerArgs,
    title: &str,
    sinks: Sinks,
) -> anyhow::Result<Arc<Recorder>> {
    let header = head(hub, args, title);
    let recorder = Recorder::start(hub.clone(), &header, sinks)
        .with_context(|| Language::spoken().commands_not_started())?;
    Ok(Arc::new(recorder))
}

/// From now on signals do with the recording what they say, and `end` with the server, on a thread
/// of their own: SIGUSR1 begins a new file, SIGRTMIN stops writing, SIGUSR2 writes what happened last.
pub(super) fn obey_signals(
    recorder: Option<Arc<Recorder>>,
    say: Announce,
    ends: &[i32],
    end: impl Fn(i32) + Send + 'static,
) -> anyhow::Result<()> {
    let rtmin = nix::libc::SIGRTMIN();
    let all = ends.iter().copied().chain([SIGUSR1, SIGUSR2, SIGXFSZ, rtmin]);
    let mut signals = Signals::new(all).with_context(|| Language::spoken().commands_no_signals())?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            let command = match signal {
                SIGUSR1 => RecorderCommand::Next,
                SIGUSR2 => RecorderCommand::WriteLast,
                // A file may get no larger (`ulimit -f`): the write itself says so.
                SIGXFSZ => continue,
                _ if signal == rtmin => RecorderCommand::Stop,
                _ => {
                    end(signal);
                    continue;
                }
            };
            let answer = match &recorder {
                Some(recorder) => recorder.command(command),
                None => Err(Language::spoken().commands_nothing_recorded().to_owned()),
            };
            say(&answer.unwrap_or_else(|why| why));
        }
    })?;
    Ok(())
}

/// From now on a panic on any thread ends the recording in order, and then the process: a server
/// with a thread missing is no server. (The terminal UI gives the terminal back before that.)
pub(super) fn panics_are_fatal(recorder: &Arc<Recorder>) {
    let recorder = recorder.clone();
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // The recorder looks after its own, and a viewer that is lost is no thread of the server's.
        if matches!(std::thread::current().name(), Some("recorder" | stream::THREAD)) {
            return tell(panic);
        }
        tell(panic);
        say_if_stuck(recorder.finish_after_panic());
        std::process::exit(101);
    }));
}

/// Ends a recording.
pub(super) fn finish(recorder: &Recorder) {
    say_if_stuck(recorder.finish());
}

/// Whatever else went wrong the recorder has said itself, and once is enough.
fn say_if_stuck(ended: Option<io::Result<End>>) {
    if let Some(Err(error)) = ended
        && error.kind() == io::ErrorKind::TimedOut
    {
        super::say(&Language::spoken().commands_not_closed(error.to_string()));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::Thread;
    use crate::trace::reader::Recording;
    use crate::trace::recorder::Retention;
    use crate::tracer::{self, Report};
    use std::process;

    /// Where the process that is to panic writes its recording, and whether only what happened last.
    const CHILD: &str = "MEMSTEP_TEST_PANIC_INTO";
    const LAST: &str = "MEMSTEP_TEST_PANIC_KEEPS_THE_LAST";

    #[test]
    fn a_panic_on_any_thread_closes_the_recording_and_ends_the_process() {
        if let Some(path) = std::env::var_os(CHILD) {
            return panic_while_recording(Path::new(&path), std::env::var_os(LAST).is_some());
        }
        let dir = tempfile::tempdir().unwrap();
        for (file, last) in [("whole.jsonl", None), ("last.jsonl", Some((LAST, "yes")))] {
            let path = dir.path().join(file);
            // The hook ends the process, so a process of its own has to have it: this very test.
            let output = process::Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    "cmd::server::tests::a_panic_on_any_thread_closes_the_recording_and_ends_the_process",
                ])
                .arg("--nocapture")
                .env(CHILD, &path)
                .envs(last)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(101), "{said}");
            assert!(said.contains("a worker fell over"), "{said}");
            assert_eq!(said.contains("last.jsonl: the last 1 events"), last.is_some(), "{said}");
            let recording = Recording::load(&path, false).unwrap();
            assert_eq!(recording.events.len(), 1);
            assert_eq!(recording.end.unwrap().dropped, 0);
        }
    }

    fn panic_while_recording(path: &Path, only_the_last: bool) {
        let hub = Hub::new(TracerConfig::default());
        let config = FileConfig::new(path);
        let say: Announce = Arc::new(super::super::say);
        let sinks = match only_the_last {
            false => Sinks { output: Some(config.create().unwrap()), ..Sinks::default() },
            true => {
                let last = Some(Retention { time: None, size: 1 << 20 });
                Sinks { on_demand: Some(config), last, say: Some(say), ..Sinks::default() }
            }
        };
        panics_are_fatal(&Arc::new(Recorder::start(hub.clone(), &header(&hub, 1, "test"), sinks).unwrap()));
        // Two at once: the second waits until the first has written everything.
        let workers = [0, 1].map(|i| {
            let lane = hub.handle(Thread::Worker(i));
            std::thread::spawn(move || {
                tracer::install(lane);
                if i == 0 {
                    tracer::emit(Report::Mark, b"the last that was heard of it");
                }
                panic!("a worker fell over");
            })
        });
        // The hook has ended the process before this returns.
        workers.map(std::thread::JoinHandle::join).into_iter().for_each(drop);
    }
}
