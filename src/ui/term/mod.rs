//! The real terminal: taken, and given back whatever happens.

mod backend;
mod keyboard;
mod sequence;
mod signals;

use super::app::App;
use super::run::{Host, Incoming, Input, run};
use super::{Exit, draw};
use crate::event::Event;
use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use signal_hook::consts::SIGSTOP;
use std::io::{self, Write as _};
use std::mem::ManuallyDrop;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// A key waits behind no more than so many batches of events.
const QUEUE: usize = 8;
/// Events of one batch.
const BATCH: usize = 4096;

/// Whether the terminal is ours at the moment.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Held while a frame is drawn: given back in the middle of one, the rest of it would stand on the
/// shell's screen.
static DRAWING: Mutex<()> = Mutex::new(());
/// How long to wait for a frame; it is the thread that draws that may have panicked.
const FRAME_AT_MOST: Duration = Duration::from_millis(200);
/// Whether the mouse is listened to while it is.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Shows `app` on this process's terminal until it ends.
pub(super) fn show(mut app: App, server: Option<(Receiver<Event>, Receiver<String>)>) -> io::Result<Exit> {
    // Colours are our own decision (the theme); crossterm's, by NO_COLOR, would drop bold too.
    crossterm::style::force_color_output(true);
    let (sender, receiver) = sync_channel(QUEUE);
    let _hook = PanicHook::install(sender.clone());
    let signals = signals::forward(sender.clone())?;
    signals::watch_breaking()?;
    let screen = OurTerminal::take()?;
    keyboard::forward(sender.clone());
    if let Some((events, news)) = server {
        forward_news(news, sender.clone());
        forward_events(events, sender);
    }
    // Dropped, it would complain on stderr where the terminal has gone, and panic there; `restore`
    // shows the cursor anyway.
    let mut terminal = ManuallyDrop::new(Terminal::new(backend::Screen::new())?);
    let result = run(&mut terminal, &mut app, &mut Channel(receiver), &mut Tty);
    let last = terminal.size();
    drop(screen);
    if app.leaves_screen
        && let (Ok(Exit::Quit), Ok(size)) = (&result, last)
    {
        // If nobody is there to see it any more, so be it.
        let _ =
            io::stdout().write_all(draw::text(&app, size.width, size.height.saturating_sub(1)).as_bytes());
    }
    signals.close();
    result
}

fn take() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    // What is pasted shall not come as keys.
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
    if MOUSE.load(Ordering::SeqCst) {
        execute!(io::stdout(), EnableMouseCapture)?;
    }
    Ok(())
}

/// Gives the terminal back; at most once for each time it was taken.
fn restore() {
    let since = Instant::now();
    let _drawn = loop {
        match DRAWING.try_lock() {
            Ok(drawn) => break Some(drawn),
            Err(TryLockError::Poisoned(poisoned)) => break Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if since.elapsed() >= FRAME_AT_MOST => break None,
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
        }
    };
    if TAKEN.swap(false, Ordering::SeqCst) {
        // There is nobody to tell if this fails: the terminal has gone.
        if MOUSE.load(Ordering::SeqCst) {
            let _ = execute!(io::stdout(), DisableMouseCapture);
        }
        let _ = execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// The terminal, ours until this is dropped.
struct OurTerminal;

impl OurTerminal {
    fn take() -> io::Result<OurTerminal> {
        // Made first, so that a terminal that was half taken is given back.
        let screen = OurTerminal;
        take()?;
        Ok(screen)
    }
}

impl Drop for OurTerminal {
    fn drop(&mut self) {
        restore();
    }
}

struct Tty;

impl Host for Tty {
    fn suspend(&mut self) -> io::Result<()> {
        restore();
        // SIGTSTP is ours to handle, so the kernel would not stop us for it.
        signal_hook::low_level::raise(SIGSTOP)?;
        take()
    }

    fn resume(&mut self) -> io::Result<()> {
        // The shell has changed the terminal's modes meanwhile, and crossterm does not know.
        restore();
        take()
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        // Before it is on and after it is off, so that it is taken back whatever comes between.
        if on {
            MOUSE.store(true, Ordering::SeqCst);
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)?;
            MOUSE.store(false, Ordering::SeqCst);
            Ok(())
        }
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    fn frame(&self) -> Option<MutexGuard<'_, ()>> {
        let ours = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
        TAKEN.load(Ordering::SeqCst).then_some(ours)
    }
}

struct Channel(Receiver<Incoming>);

impl Input for Channel {
    fn next(&mut self, timeout: Option<Duration>) -> Option<Incoming> {
        let gone = || Incoming::Failed(io::Error::other("nothing can be heard from the terminal any more"));
        match timeout {
            None => Some(self.0.recv().unwrap_or_else(|_| gone())),
            Some(timeout) => match self.0.recv_timeout(timeout) {
                Ok(incoming) => Some(incoming),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(gone()),
            },
        }
    }
}

fn forward_events(events: Receiver<Event>, sender: SyncSender<Incoming>) {
    thread::spawn(move || {
        while let Ok(first) = events.recv() {
            let mut batch = vec![first];
            batch.extend(events.try_iter().take(BATCH - 1));
            if sender.send(Incoming::Events(batch)).is_err() {
                return;
            }
        }
        // Nobody is left to be told when the viewer has ended first.
        let _ = sender.send(Incoming::Over);
    });
}

fn forward_news(news: Receiver<String>, sender: SyncSender<Incoming>) {
    thread::spawn(move || {
        for what in news {
            if sender.send(Incoming::News(what)).is_err() {
                return;
            }
        }
    });
}

type Hook = dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync;

/// While this lives, a panic of any thread gives the terminal back before its message is printed,
/// and ends the viewer.
struct PanicHook {
    previous: Arc<Hook>,
}

impl PanicHook {
    fn install(sender: SyncSender<Incoming>) -> PanicHook {
        let previous: Arc<Hook> = panic::take_hook().into();
        let chained = previous.clone();
        panic::set_hook(Box::new(move |info| {
            restore();
            chained(info);
            // If the queue is full the loop is at work, and sees that the terminal is gone before it draws.
            let _ = sender.try_send(Incoming::Panic);
        }));
        PanicHook { previous }
    }
}

impl Drop for PanicHook {
    fn drop(&mut self) {
        // A thread that panics may not change the hook; the process is ending then.
        if !thread::panicking() {
            let previous = self.previous.clone();
            panic::set_hook(Box::new(move |info| previous(info)));
        }
    }
}
