//! What comes before the server: limits, another user, the background; and the pid file after it.

use super::server::{settings, shown};
use crate::cli::{RecordTo, ServerArgs};
use crate::event::Protocol;
use crate::files::{self, For};
use crate::memcached::server::{check_hashpower, check_maxconns};
use crate::memcached::settings::Settings;
use crate::texts::Language;
use crate::trace::stream;
use anyhow::{Context as _, ensure};
use rustix::mm::MlockAllFlags;
use std::io::{self, Write as _};
use std::path::Path;

/// The descriptors that every worker has: its pipe's two ends and its epoll's.
const PER_WORKER: u32 = 3;
/// The standard streams, the dispatcher's epoll, the sockets that listen, the pipe that tells of
/// signals, the recording.
const BESIDES: u32 = 9;

/// What comes before a server that clients of other processes use: the options are looked at, the
/// process is limited as `-c` says and becomes the user that `-u` names.
pub(super) fn prepare(args: &ServerArgs, record: &RecordTo) -> anyhow::Result<()> {
    let lang = Language::spoken();
    ensure!(
        args.tcp_port() != 0 || args.udp_port != 0 || args.socketpath.is_some(),
        "{}",
        lang.commands_no_listening()
    );
    let settings = settings(args);
    check_hashpower(&settings)?;
    if args.item_size_max > 1024 * 1024 {
        super::say(lang.commands_large_items());
    }
    if args.protocol == Protocol::Binary {
        super::say(lang.commands_binary());
    }
    if args.maxcore {
        allow_core_files()?;
    }
    let viewers = record.events.map_or(0, |_| stream::DESCRIPTORS);
    // DIFFERS: memcached reckons with two more descriptors a worker than it needs, and so its own are covered.
    // Ours are more: with one or two workers `accept` would fail before a connection is turned away.
    let own = if settings.maxconns_fast { BESIDES } else { 0 };
    limit_descriptors(&settings, viewers, own)?;
    assume_identity(args.user.as_deref())
}

/// Goes to the background, where `-d` asks for it (`daemon.c:44`), and locks memory for `-k`. No thread may
/// have been started before.
pub(super) fn daemonize(args: &ServerArgs) -> anyhow::Result<()> {
    if args.daemon {
        // To dump core it must be where it was started; and what is said is for somebody's eyes.
        let (nochdir, noclose) = (args.maxcore, args.verbose > 0);
        nix::unistd::daemon(nochdir, noclose).context("failed to daemon() in order to daemonize")?;
    }
    if args.lock_memory
        && let Err(e) = rustix::mm::mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE)
    {
        super::say(&format!("warning: -k invalid, mlockall() failed: {}", io::Error::from(e)));
    }
    Ok(())
}

/// Writes the process id where `-P` says, once the server is ready (`memcached.c:4929`): whole, or not at
/// all, and over nothing but another one.
///
/// DIFFERS: memcached writes over whatever has that name.
pub(super) fn save_pid(path: &Path) {
    let own = format!("{}\n", std::process::id());
    let lang = Language::spoken();
    let could_not = |e: io::Error| super::say(&lang.commands_pid_unwritten(e.to_string(), shown(path)));
    let there = path.metadata().ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        // A device or a pipe takes it as it is.
        let written = files::open(path).and_then(|mut file| file.write_all(own.as_bytes()));
        return written.unwrap_or_else(could_not);
    }
    let text = there.filter(|there| there.len() <= 32).and_then(|_| std::fs::read_to_string(path).ok());
    let running = text.as_deref().and_then(|pid| pid.trim().parse::<i32>().ok());
    let is_empty = text.is_some_and(|text| text.trim().is_empty());
    if running.is_none() && !is_empty && path.symlink_metadata().is_ok() {
        return super::say(&lang.commands_no_pid_file(shown(path)));
    }
    if let Some(pid) = running.and_then(rustix::process::Pid::from_raw)
        && rustix::process::test_kill_process(pid).is_ok()
    {
        let pid = pid.as_raw_nonzero();
        super::say(&format!("WARNING: The pid file contained the following (running) pid: {pid}"));
    }
    files::write(path, own.as_bytes(), For::All, true).unwrap_or_else(could_not);
}

/// Lets core files be as large as they may (`memcached.c:5521`).
fn allow_core_files() -> anyhow::Result<()> {
    use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, setrlimit};
    let (_, hard) =
        getrlimit(Resource::RLIMIT_CORE).with_context(|| Language::spoken().commands_core_limit())?;
    if setrlimit(Resource::RLIMIT_CORE, RLIM_INFINITY, RLIM_INFINITY).is_err() {
        // Failed: to the old maximum.
        let _ = setrlimit(Resource::RLIMIT_CORE, hard, hard);
    }
    let soft = getrlimit(Resource::RLIMIT_CORE).map(|(soft, _)| soft);
    ensure!(soft.is_ok_and(|soft| soft != 0), "failed to ensure corefile creation");
    Ok(())
}

/// Lets the process hold as many descriptors as `-c` says, and no more: that is how memcached
/// limits its connections (`memcached.c:5556`). A `-c` that cannot do is refused before it can get
/// in the way of anything else.
///
/// DIFFERS: what the events port may take comes on top. Out of `-c`'s share, viewers could keep the
/// server's clients out; and memcached takes up accepting again when a client leaves, not a viewer.
fn limit_descriptors(settings: &Settings, besides: u32, own: u32) -> anyhow::Result<()> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    check_maxconns(settings)?;
    let lang = Language::spoken();
    let maxconns = settings.maxconns;
    // memcached's own count forgets the standard streams and what ends a process in order; with
    // one worker that would be too few to start with.
    let least = PER_WORKER * u32::from(settings.num_threads) + BESIDES;
    ensure!(
        maxconns >= least,
        "{}",
        lang.commands_few_connections(least.to_string(), maxconns.to_string(), (least + 3).to_string())
    );
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).with_context(|| lang.commands_open_limit())?;
    let wanted = u64::from(maxconns) + u64::from(besides) + u64::from(own);
    // The soft limit is what counts; the hard one is only raised, since lowering it is for good.
    setrlimit(Resource::RLIMIT_NOFILE, wanted, hard.max(wanted)).with_context(|| {
        let (hard, max) = (hard.to_string(), maxconns.to_string());
        match besides {
            0 => lang.commands_too_many_files(hard, max),
            events => lang.commands_too_many_files_events(events.to_string(), hard, max),
        }
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
    let lang = Language::spoken();
    let found = User::from_name(name).with_context(|| lang.commands_user_unknown(format!("{name:?}")))?;
    let user = found.with_context(|| lang.commands_no_user(format!("{name:?}")))?;
    let fail = || format!("failed to assume identity of user {name:?}");
    setgroups(&[user.gid]).with_context(fail)?;
    setgid(user.gid).with_context(fail)?;
    setuid(user.uid).with_context(fail)
}
