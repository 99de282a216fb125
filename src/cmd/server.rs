//! What `serve`, `live` and `record` share: the options become settings, a server gets its
//! recording, a signal or a panic ends it in order.

use crate::cli::{RecordTo, ServerArgs};
use crate::event::Detail;
use crate::memcached::server::check_maxconns;
use crate::memcached::settings::Settings;
use crate::text::printable;
use crate::trace::recorder::{Recorder, Sinks, header};
use crate::trace::writer::WholeLines;
use crate::tracer::{Config, Hub};
use anyhow::{Context as _, ensure};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU8;

/// The settings that the options ask for.
pub(super) fn settings(args: &ServerArgs) -> Settings {
    Settings {
        port: i32::from(args.port),
        inter: (!args.listen.is_empty()).then(|| args.listen.join(",")),
        maxbytes: args.memory * 1024 * 1024,
        maxconns: args.max_conns,
        num_threads: args.threads,
        reqs_per_event: args.reqs_per_event,
        backlog: args.backlog,
        verbose: AtomicU8::new(args.verbose),
        ..Settings::default()
    }
}

/// The same for a server of this process's own use: any free port of the loopback, unless the
/// options name an interface.
pub(super) fn private_settings(args: &ServerArgs) -> Settings {
    let settings = settings(args);
    Settings { port: -1, inter: settings.inter.or_else(|| Some("127.0.0.1".to_owned())), ..settings }
}

/// A recording's hub, with the detail that the options ask for or else `detail`.
pub(super) fn hub(args: &ServerArgs, detail: Detail) -> Arc<Hub> {
    Hub::new(Config { detail: args.detail.unwrap_or(detail), max_data: args.max_data })
}

/// Opens the file that a trace is written to; `-` is stdout.
pub(super) fn create(path: &Path) -> anyhow::Result<Box<dyn Write + Send>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdout()));
    }
    let file = claim(path).with_context(|| format!("cannot write {}", shown(path)))?;
    Ok(Box::new(WholeLines::new(file)))
}

/// Opens a file and empties it, unless another recording is still being written to it: two in one
/// file would be none.
fn claim(path: &Path) -> io::Result<File> {
    let file = File::options().write(true).create(true).truncate(false).open(path)?;
    if file.metadata()?.is_file() {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => {
                return Err(io::Error::other("another memstep is recording to it; name another file"));
            }
            // Where files cannot be locked, as on some network file systems, nobody is kept out.
            Ok(()) | Err(_) => file.set_len(0)?,
        }
    }
    Ok(file)
}

/// A path as it may be printed.
pub(super) fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// Starts the recording that `--record` asks for.
pub(super) fn start_recorder(
    hub: &Arc<Hub>,
    threads: u16,
    title: &str,
    record: &RecordTo,
    sinks: Sinks,
) -> anyhow::Result<Recorder> {
    let mut sinks = sinks;
    if let Some(path) = &record.record {
        sinks.file = Some(create(path)?);
        let path = shown(path);
        sinks.complain = Some(Box::new(move |error| {
            eprintln!("memstep: {path}: {error}: recording has stopped; the server goes on without");
        }));
    }
    Recorder::start(hub.clone(), &header(hub, threads, title), sinks).context("cannot start recording")
}

/// The descriptors that every worker has: its pipe's two ends and its epoll's.
const PER_WORKER: u32 = 3;
/// The standard streams, the dispatcher's epoll, the sockets that listen, the pipe that tells of
/// signals, the recording.
const BESIDES: u32 = 9;

/// What comes before a server that clients of other processes use: the options are looked at, the
/// process is limited as `-c` says and becomes the user that `-u` names.
pub(super) fn prepare(args: &ServerArgs) -> anyhow::Result<()> {
    ensure!(args.port != 0, "-p 0 turns TCP off, and then there is nothing to listen on; choose a port");
    limit_descriptors(&settings(args))?;
    assume_identity(args.user.as_deref())
}

/// Lets the process hold as many descriptors as `-c` says, and no more: that is how memcached
/// limits its connections (`memcached.c:5556`). A `-c` that cannot do is refused before it can get
/// in the way of anything else.
fn limit_descriptors(settings: &Settings) -> anyhow::Result<()> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    check_maxconns(settings)?;
    let maxconns = settings.maxconns;
    // memcached's own count forgets the standard streams and what ends a process in order; with
    // one worker that would be too few to start with.
    let least = PER_WORKER * u32::from(settings.num_threads) + BESIDES;
    ensure!(
        maxconns >= least,
        "-c {maxconns} is too low: the server itself needs {least} descriptors; use -c {} or more",
        least + 3
    );
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).context("cannot read the limit of open files")?;
    let wanted = u64::from(maxconns);
    // The soft limit is what counts; the hard one is only raised, since lowering it is for good.
    setrlimit(Resource::RLIMIT_NOFILE, wanted, hard.max(wanted)).with_context(|| {
        format!("-c {maxconns}: more open files than this user may have ({hard}); use a smaller -c, or start as root")
    })
}

/// Becomes another user, where the process is root (`memcached.c:5565`).
///
/// DIFFERS: memcached refuses to run as root without `-u`; in a classroom's container that would
/// only be in the way, so here it is a choice. And the supplementary groups go too.
fn assume_identity(user: Option<&str>) -> anyhow::Result<()> {
    use nix::unistd::{User, geteuid, getuid, setgid, setgroups, setuid};
    let Some(name) = user else { return Ok(()) };
    if !getuid().is_root() && !geteuid().is_root() {
        return Ok(());
    }
    let found = User::from_name(name).with_context(|| format!("cannot look up the user {name:?}"))?;
    let user = found.with_context(|| format!("can't find the user {name:?} to switch to"))?;
    let fail = || format!("failed to assume identity of user {name:?}");
    setgroups(&[user.gid]).with_context(fail)?;
    setgid(user.gid).with_context(fail)?;
    setuid(user.uid).with_context(fail)
}

/// From now on a panic on any thread ends the recording in order, and then the process: a server
/// with a thread missing is no server. (The terminal UI gives the terminal back before that.)
pub(super) fn panics_are_fatal(recorder: &Arc<Recorder>) {
    let recorder = recorder.clone();
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // The recorder looks after its own.
        if std::thread::current().name() == Some("recorder") {
            return tell(panic);
        }
        tell(panic);
        finish(&recorder);
        std::process::exit(101);
    }));
}

/// Ends a recording; says so where its last lines could not be written.
pub(super) fn finish(recorder: &Recorder) {
    if let Some(Err(error)) = recorder.finish() {
        eprintln!("memstep: the recording was not closed: {error}");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::Thread;
    use crate::trace::reader::Recording;
    use crate::tracer::{self, What};
    use std::process::Command;

    /// Where the process that is to panic writes its recording.
    const CHILD: &str = "MEMSTEP_TEST_PANIC_INTO";

    #[test]
    fn a_panic_on_any_thread_closes_the_recording_and_ends_the_process() {
        if let Some(path) = std::env::var_os(CHILD) {
            return panic_while_recording(Path::new(&path));
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("panic.jsonl");
        // The hook ends the process, so a process of its own has to have it: this very test.
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "cmd::server::tests::a_panic_on_any_thread_closes_the_recording_and_ends_the_process",
            ])
            .arg("--nocapture")
            .env(CHILD, &path)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(101), "{said}");
        assert!(said.contains("a worker fell over"), "{said}");
        let recording = Recording::load(&path, false).unwrap();
        assert_eq!(recording.events.len(), 1);
        assert_eq!(recording.end.unwrap().dropped, 0);
    }

    fn panic_while_recording(path: &Path) {
        let hub = Hub::new(Config::default());
        let record = RecordTo { record: Some(path.to_owned()) };
        let recorder = start_recorder(&hub, 1, "test", &record, Sinks::default()).unwrap();
        panics_are_fatal(&Arc::new(recorder));
        let lane = hub.handle(Thread::Worker(0));
        let worker = std::thread::spawn(|| {
            tracer::install(lane);
            tracer::emit(What::Mark, b"the last that was heard of it");
            panic!("a worker fell over");
        });
        // The hook has ended the process before this returns.
        let _ = worker.join();
    }
}
