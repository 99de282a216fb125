//! The loop: draw if something changed, sleep until something happens, take it in.

use super::app::{App, Request};
use super::paste::Paste;
use super::{Exit, draw};
use crate::event::Event;
use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::{Position, Rect};
use signal_hook::consts::{SIGCONT, SIGINT, SIGTSTP};
use std::io;
use std::sync::MutexGuard;
use std::time::{Duration, Instant};

/// No more frames than the eye can tell apart, however fast events come.
const FRAME: Duration = Duration::from_millis(30);
/// How often a server's gate is looked at: who arrives there sends no event, nor does who holds it.
const GATE: Duration = Duration::from_millis(100);
/// How much is taken in between two frames.
const AT_ONCE: usize = 64;

/// What comes in.
#[derive(Debug)]
pub(super) enum Incoming {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(Paste),
    Resize,
    /// A server's events.
    Events(Vec<Event>),
    /// Something about it that is no event.
    News(String),
    /// There will be no more events.
    Over,
    Signal(i32),
    /// A thread panicked, and the terminal is restored.
    Panic,
    /// Keys cannot be read any more.
    Failed(io::Error),
}

/// Where everything comes from.
pub(super) trait Input {
    /// The next thing, or `None` when `timeout` has passed; without one, waits as long as it takes.
    fn next(&mut self, timeout: Option<Duration>) -> Option<Incoming>;
}

/// What only a real terminal can do.
pub(super) trait Host {
    /// Gives the terminal back, stops this process, and takes it again.
    fn suspend(&mut self) -> io::Result<()>;
    /// Takes the terminal again after someone else stopped this process.
    fn resume(&mut self) -> io::Result<()>;
    /// Listens to the mouse, or no longer.
    fn mouse(&mut self, on: bool) -> io::Result<()> {
        let _ = on;
        Ok(())
    }
    /// Gives a text to the clipboard.
    fn copy(&mut self, text: &str) -> io::Result<()> {
        let _ = text;
        Ok(())
    }
    /// The terminal for one frame, and no longer: a thread that panics gives it back, and waits for the
    /// frame that is being drawn. `None` where it is ours no more.
    fn frame(&self) -> Option<MutexGuard<'_, ()>>;
}

/// Makes the next frame draw every cell. Not `Terminal::clear`: that asks the terminal where the
/// cursor is, and the answer would go to the thread that reads keys.
fn forget_screen<B>(terminal: &mut Terminal<B>) -> io::Result<()>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
{
    let size = terminal.size().map_err(io::Error::other)?;
    terminal.resize(Rect::from((Position::ORIGIN, size))).map_err(io::Error::other)
}

/// Runs the viewer until it ends.
pub(super) fn run<B>(
    terminal: &mut Terminal<B>,
    app: &mut App,
    input: &mut dyn Input,
    host: &mut dyn Host,
) -> io::Result<Exit>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
{
    let mut drawn: Option<Instant> = None;
    let (mut is_dirty, mut is_urgent) = (true, true);
    let mut last = Instant::now();
    if let Some(Request::Mouse(on)) = app.request {
        app.request = None;
        host.mouse(on)?;
    }
    loop {
        let since = drawn.map_or(FRAME, |at| at.elapsed());
        if is_dirty && (is_urgent || since >= FRAME) {
            let Some(_ours) = host.frame() else { return Ok(Exit::Panicked) };
            // What is wrong with what one types is said in the same language.
            app.lang.speak();
            terminal.draw(|frame| draw(frame, app)).map_err(io::Error::other)?;
            drawn = Some(Instant::now());
            (is_dirty, is_urgent) = (false, false);
        }
        let wishes =
            [app.due(), app.leash.is_some().then_some(GATE), is_dirty.then(|| FRAME.saturating_sub(since))];
        let mut incoming = input.next(wishes.into_iter().flatten().min());

        let elapsed = last.elapsed();
        last = Instant::now();
        is_dirty |= app.due().is_some() && app.tick(elapsed);
        is_dirty |= app.look_at_source();
        for _ in 0..AT_ONCE {
            let Some(one) = incoming else { break };
            is_dirty = true;
            match one {
                Incoming::Key(key) => {
                    app.key(key);
                    is_urgent = true;
                }
                Incoming::Mouse(mouse) => {
                    app.mouse(mouse);
                    is_urgent = true;
                }
                Incoming::Paste(paste) => {
                    app.paste(&paste);
                    is_urgent = true;
                }
                Incoming::Resize => is_urgent = true,
                Incoming::Events(events) => app.push(events),
                Incoming::News(what) => {
                    app.news(what);
                    is_urgent = true;
                }
                Incoming::Over => app.over(),
                Incoming::Signal(SIGTSTP) => app.request = Some(Request::Suspend),
                Incoming::Signal(SIGCONT) => {
                    host.resume()?;
                    forget_screen(terminal)?;
                    is_urgent = true;
                }
                Incoming::Signal(signal) => return Ok(Exit::Signal(signal)),
                Incoming::Panic => return Ok(Exit::Panicked),
                Incoming::Failed(error) => return Err(error),
            }
            match app.request.take() {
                Some(Request::Quit) => return Ok(Exit::Quit),
                Some(Request::Interrupt) => return Ok(Exit::Signal(SIGINT)),
                Some(Request::Suspend) => {
                    host.suspend()?;
                    forget_screen(terminal)?;
                    last = Instant::now();
                }
                Some(Request::Copy(text)) => host.copy(&text)?,
                Some(Request::Mouse(on)) => host.mouse(on)?,
                None => {}
            }
            incoming = input.next(Some(Duration::ZERO));
        }
        is_dirty |= app.look_at_leash();
    }
}
