//! Signals: whichever ends this process, the terminal is given back before that.

use super::TAKEN;
use crate::ui::run::Incoming;
use nix::libc;
use nix::sys::signal::{self as posix, SaFlags, SigAction, SigHandler, SigSet};
use rustix::stdio::stdout;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{
    SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGVTALRM,
    SIGWINCH, SIGXCPU, SIGXFSZ,
};
use signal_hook::iterator::{Handle, Signals};
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::thread;

/// They end the viewer, in order. (SIGPIPE does not: Rust ignores it from the start.)
const END: [i32; 11] = [
    SIGTERM,
    SIGHUP,
    SIGINT,
    SIGQUIT,
    SIGALRM,
    SIGVTALRM,
    SIGPROF,
    SIGIO,
    SIGXCPU,
    libc::SIGPWR,
    libc::SIGSTKFLT,
];
/// They say nothing to a viewer. To a server they do (`cmd/server.rs`), and whoever sends them to every
/// memstep there is means the servers; that a file may get no larger, the write itself says.
const MEAN_NOTHING: [i32; 3] = [SIGUSR1, SIGUSR2, SIGXFSZ];
/// Something is broken, and the process ends where it stands.
const BROKEN: [posix::Signal; 7] = [
    posix::Signal::SIGABRT,
    posix::Signal::SIGSEGV,
    posix::Signal::SIGBUS,
    posix::Signal::SIGILL,
    posix::Signal::SIGFPE,
    posix::Signal::SIGSYS,
    posix::Signal::SIGTRAP,
];

/// What gives a terminal back, as bytes that are there before anything breaks.
const GIVE_BACK: &[u8] =
    b"\x1b[?1006l\x1b[?1015l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?1049l\x1b[?25h";

/// The terminal's modes before it was ours.
static MODES: OnceLock<Termios> = OnceLock::new();
/// Who was to be told of each of [`BROKEN`] before this: std tells of a stack that overflowed.
static BEFORE: [OnceLock<SigAction>; BROKEN.len()] = [const { OnceLock::new() }; BROKEN.len()];

/// Hands on what signals say, on a thread of its own.
pub(super) fn forward(sender: SyncSender<Incoming>) -> io::Result<Handle> {
    let own = [SIGTSTP, SIGCONT, SIGWINCH];
    let (first, last) = (libc::SIGRTMIN(), libc::SIGRTMAX());
    let all = END.into_iter().chain(MEAN_NOTHING).chain(own).chain(first..=last);
    let mut signals = Signals::new(all)?;
    let handle = signals.handle();
    thread::spawn(move || {
        for signal in signals.forever() {
            let incoming = match signal {
                // The first of the realtime signals stops a server's recording.
                _ if MEAN_NOTHING.contains(&signal) || signal == first => continue,
                SIGWINCH => Incoming::Resize,
                _ => Incoming::Signal(signal),
            };
            if sender.send(incoming).is_err() {
                return;
            }
        }
    });
    Ok(handle)
}

/// From now on a process that breaks gives the terminal back, too.
pub(super) fn watch_breaking() -> io::Result<()> {
    if MODES.get().is_none()
        && let Ok(modes) = tcgetattr(stdout())
    {
        // Another was quicker: it saw the same terminal.
        let _ = MODES.set(modes);
    }
    // On the stack that std has for it: the usual one may have come to its end.
    let flags = SaFlags::SA_ONSTACK | SaFlags::SA_SIGINFO;
    let action = SigAction::new(SigHandler::SigAction(give_back_and_end), flags, SigSet::empty());
    for (signal, before) in BROKEN.iter().zip(&BEFORE) {
        if before.get().is_none() {
            // SAFETY: the handler does nothing but what may be done in one: system calls, atomics.
            let was = unsafe { posix::sigaction(*signal, &action) }?;
            let _ = before.set(was);
        }
    }
    Ok(())
}

extern "C" fn give_back_and_end(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // There is nobody to tell if this fails.
        let _ = rustix::io::write(stdout(), GIVE_BACK);
        if let Some(modes) = MODES.get() {
            let _ = tcsetattr(stdout(), OptionalActions::Now, modes);
        }
    }
    let at = BROKEN.iter().position(|broken| *broken as i32 == signal);
    let before = at.and_then(|at| BEFORE[at].get()).map(SigAction::handler);
    if let Some(SigHandler::SigAction(tell)) = before {
        tell(signal, info, context);
    }
    // As if nobody had listened: it is delivered again as soon as this returns, and then it ends the process.
    let by_default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    if let Some(at) = at {
        // SAFETY: no handler of ours comes of it.
        let _ = unsafe { posix::sigaction(BROKEN[at], &by_default) };
        let _ = posix::raise(BROKEN[at]);
    }
}
