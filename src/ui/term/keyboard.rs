//! Reads the terminal, for as long as the process lives: a read of it cannot be taken back.

use super::sequence::{Sequences, Typed};
use crate::ui::run::Incoming;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use signal_hook::consts::SIGHUP;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::os::fd::AsFd as _;
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::Duration;

/// Hands on what is typed, clicked and pasted, until nobody listens any more or nothing can be read.
pub(super) fn forward(sender: SyncSender<Incoming>) {
    thread::spawn(move || {
        let Err(error) = read(&sender) else { return };
        let last = match Errno::from_io_error(&error) {
            // The window was closed: its SIGHUP comes too, perhaps later.
            Some(Errno::IO) => Incoming::Signal(SIGHUP),
            _ => Incoming::Failed(error),
        };
        // Where nobody listens the viewer has ended.
        let _ = sender.send(last);
    });
}

/// Where stdin is the recording, keys come from the terminal that this process belongs to.
fn keys() -> io::Result<File> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Ok(File::from(stdin.as_fd().try_clone_to_owned()?));
    }
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open("/dev/tty", flags, Mode::empty())?))
}

fn read(sender: &SyncSender<Incoming>) -> io::Result<()> {
    let mut keys = keys()?;
    let (mut sequences, mut typed) = (Sequences::default(), Vec::new());
    let mut bytes = [0; 1024];
    loop {
        match wait(&keys, sequences.patience())? {
            None => sequences.expire(&mut typed),
            Some(what) => match keys.read(&mut bytes) {
                Ok(0) if what.intersects(PollFlags::HUP | PollFlags::ERR) => return Err(Errno::IO.into()),
                // A shell that has the terminal meanwhile reads lines, and a line may be empty.
                Ok(0) => thread::sleep(Duration::from_millis(10)),
                Ok(n) => sequences.take(&bytes[..n], &mut typed),
                Err(error) if is_passing(&error) => {}
                Err(error) => return Err(error),
            },
        }
        for one in typed.drain(..) {
            let incoming = match one {
                Typed::Key(key) => Incoming::Key(key),
                Typed::Mouse(mouse) => Incoming::Mouse(mouse),
                Typed::Paste(paste) => Incoming::Paste(paste),
            };
            if sender.send(incoming).is_err() {
                return Ok(());
            }
        }
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}

/// Waits until there is something to read, or tells that it took too long.
fn wait(keys: &File, patience: Option<Duration>) -> io::Result<Option<PollFlags>> {
    let patience = patience.and_then(|time| Timespec::try_from(time).ok());
    loop {
        let mut asked = [PollFd::new(keys, PollFlags::IN)];
        match poll(&mut asked, patience.as_ref()) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(asked[0].revents())),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
