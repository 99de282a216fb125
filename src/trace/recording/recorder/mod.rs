//! The recorder: takes what the server's threads have put into their rings, orders it by `seq`,
//! writes it down as lines, and hands those to a file, to whoever watches, and to the memory of what
//! happened last.
//!
//! It is a thread of its own (`work.rs`), and sleeps while there is nothing to do. `world.rs` is
//! what it remembers, `told.rs` what it is told, `convert.rs`, `tell.rs`, `line.rs` and `pen.rs` make the
//! lines, `file.rs`, `viewer.rs` and `last.rs` are where they go; `redact.rs` leaves out what is nobody
//! else's business; `trigger.rs` puts a filter to what goes by, and `until.rs` one to what a thread tells,
//! on that thread.

mod convert;
mod file;
mod kept;
mod last;
mod line;
mod pen;
mod redact;
mod tell;
mod told;
mod trigger;
mod until;
mod viewer;
mod work;
mod world;

pub use file::{FileConfig, Output};
pub use last::Retention;
pub use until::{NoUntil, Until};
pub use viewer::{Batch, Batches, follow};

use crate::files::Staged;
use crate::filter::Filter;
use crate::trace::format::{End, FORMAT, Header, Redacted, VERSION};
use crate::tracer::Hub;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};
use viewer::Viewer;
use work::Work;

/// How long an answer of the recorder's thread is waited for, and a sign of life at its end.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 3 } else { 10 });

/// How often it is looked whether the recorder has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// Tells whoever runs the server what has become of the recording. Called on the recorder's thread.
pub type Announce = Arc<dyn Fn(&str) + Send + Sync>;

/// Where events go.
#[derive(Default)]
pub struct Sinks {
    /// What is written from the start.
    pub output: Option<Output>,
    /// What a recording that is started later is written to; and what happened last.
    pub on_demand: Option<FileConfig>,
    /// How much of what happened last is kept in memory.
    pub last: Option<Retention>,
    /// The event at which that is written.
    pub trigger: Option<Filter>,
    /// Somebody may start a recording, or come to watch, at any time: the server's threads go on
    /// telling what they do even while nobody listens.
    pub armed: bool,
    /// Told what goes wrong with a file, and which one is begun.
    pub say: Option<Announce>,
}

impl Sinks {
    /// What is written from the start, until it has its name.
    pub fn staged(&self) -> Arc<Staged> {
        self.output.as_ref().map(Output::staged).unwrap_or_default()
    }
}

/// What a recorder can be asked for while the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecorderCommand {
    /// Begin to write, if nothing is being written.
    Start,
    /// Close what is being written.
    Stop,
    /// Close what is being written and go on in a new file; or begin to write.
    Next,
    /// Write what happened last.
    WriteLast,
}

/// What the recorder's thread is asked.
enum RecorderRequest {
    Command(RecorderCommand, mpsc::Sender<CommandResult>),
    RecordTo(FileConfig, mpsc::Sender<CommandResult>),
    Watch(Viewer, mpsc::Sender<()>),
    Status(mpsc::Sender<RecorderStatus>),
}

/// What a recorder is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecorderStatus {
    /// The file that is being written, as it may be printed; `-` is stdout.
    pub recording: Option<String>,
    /// How many watch.
    pub viewers: usize,
    /// Events that a viewer was too slow for, of all viewers so far.
    pub missed: u64,
}

/// What became of a command: what was done, or why it was not.
pub type CommandResult = Result<String, String>;

/// Nothing; finish; finish after a panic.
const GOES_ON: u8 = 0;
const FINISH: u8 = 1;
const FINISH_AFTER_PANIC: u8 = 2;

/// A sign of life: without one, whoever waits for the recorder's end waits in vain.
#[derive(Debug, Default)]
struct Pulse {
    beats: AtomicU64,
    is_recording: AtomicBool,
}

impl Pulse {
    fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    fn is_recording(&self, is_recording: bool) {
        self.beat();
        self.is_recording.store(is_recording, Ordering::Relaxed);
    }
}

/// A recording in progress.
#[derive(Debug)]
pub struct Recorder {
    hub: Arc<Hub>,
    finish: Arc<AtomicU8>,
    pulse: Arc<Pulse>,
    asked: Mutex<mpsc::Sender<RecorderRequest>>,
    thread: Mutex<Option<JoinHandle<io::Result<End>>>>,
}

/// The header of a recording that starts now.
pub fn header(hub: &Hub, threads: u16, title: &str) -> Header {
    Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        tool: concat!("memstep ", env!("CARGO_PKG_VERSION")).to_owned(),
        start: rfc3339(SystemTime::now()),
        unit: "ns".to_owned(),
        models: crate::event::MODELS.title.to_owned(),
        threads: u32::from(threads),
        max_data: hub.config().max_data,
        detail: hub.config().detail,
        title: title.to_owned(),
        redacted: Redacted::Nothing,
    }
}

impl Recorder {
    /// Starts recording. A file that does not even take the header is complained of like one that
    /// fails later.
    ///
    /// # Errors
    /// The thread could not be made.
    pub fn start(hub: Arc<Hub>, header: &Header, sinks: Sinks) -> io::Result<Recorder> {
        let finish = Arc::new(AtomicU8::new(GOES_ON));
        let (asked, asks) = mpsc::channel();
        let pulse = Arc::new(Pulse::default());
        let mut work = Work::new(hub.clone(), header, sinks, finish.clone(), pulse.clone(), asks);
        pulse.is_recording(work.is_recording());
        let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || {
            let run = std::panic::AssertUnwindSafe(|| work.run());
            // The server must not wait for a recorder that is gone, nor lose what it had.
            std::panic::catch_unwind(run).unwrap_or_else(|_| Err(work.abandon()))
        })?;
        hub.set_recorder(thread.thread().clone());
        Ok(Recorder { hub, finish, pulse, asked: Mutex::new(asked), thread: Mutex::new(Some(thread)) })
    }

    /// Asks for something, and waits until it is done.
    ///
    /// # Errors
    /// Why it was not done, in words for whoever asked.
    pub fn command(&self, command: RecorderCommand) -> CommandResult {
        self.answer(|answer| RecorderRequest::Command(command, answer))
    }

    /// Begins to write to another file than was named at the start, if nothing is being written.
    ///
    /// # Errors
    /// Why it was not done, in words for whoever asked.
    pub fn record_to(&self, file: FileConfig) -> CommandResult {
        self.answer(|answer| RecorderRequest::RecordTo(file, answer))
    }

    /// Whether something is being written.
    pub fn is_recording(&self) -> bool {
        self.pulse.is_recording.load(Ordering::Relaxed)
    }

    fn answer(&self, what: impl FnOnce(mpsc::Sender<CommandResult>) -> RecorderRequest) -> CommandResult {
        let (answer, answers) = mpsc::channel();
        self.ask(what(answer));
        let gone = || Err("the recorder does not answer".to_owned());
        answers.recv_timeout(PATIENCE).unwrap_or_else(|_| gone())
    }

    /// Lets somebody watch: everything that happens after this has returned.
    pub fn watch(&self) -> Batches {
        let (viewer, pieces) = Viewer::new();
        let (there, is_there) = mpsc::channel();
        self.ask(RecorderRequest::Watch(viewer, there));
        // A recorder that is gone has nothing to show, and the pieces end at once.
        let _ = is_there.recv_timeout(PATIENCE);
        pieces
    }

    /// What it is doing; `None` once it is gone.
    pub fn status(&self) -> Option<RecorderStatus> {
        let (answer, answers) = mpsc::channel();
        self.ask(RecorderRequest::Status(answer));
        answers.recv_timeout(PATIENCE).ok()
    }

    fn ask(&self, what: RecorderRequest) {
        // A recorder that is gone answers nobody, and whoever waits notices that.
        let _ = self.asked.lock().unwrap_or_else(PoisonError::into_inner).send(what);
        if let Some(thread) = &*self.lock() {
            thread.thread().unpark();
        }
    }

    /// Ends the recording: what was recorded is written, and the `end` line after it. Later calls
    /// do nothing, and say so with `None`.
    ///
    /// # Errors
    /// What writing the file said; the lines that were written before stand.
    pub fn finish(&self) -> Option<io::Result<End>> {
        self.finish_as(FINISH)
    }

    /// The same after a panic: what happened last is written too.
    ///
    /// # Errors
    /// What writing the file said.
    pub fn finish_after_panic(&self) -> Option<io::Result<End>> {
        self.finish_as(FINISH_AFTER_PANIC)
    }

    fn finish_as(&self, how: u8) -> Option<io::Result<End>> {
        // Held until the end is written: whoever comes second, and ends the process then, waits too.
        let mut held = self.lock();
        let thread = held.take()?;
        self.hub.close();
        self.finish.store(how, Ordering::Release);
        thread.thread().unpark();
        let beats = || self.pulse.beats.load(Ordering::Relaxed);
        let (mut last, mut since) = (beats(), Instant::now());
        while !thread.is_finished() {
            std::thread::sleep(LOOK_AGAIN);
            if beats() != last {
                (last, since) = (beats(), Instant::now());
            } else if since.elapsed() > PATIENCE {
                // A pipe that nobody reads, a disk that does not answer.
                return Some(Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "what is recorded to takes nothing any more",
                )));
            }
        }
        Some(thread.join().unwrap_or_else(|_| Err(io::Error::other("the recorder panicked"))))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<io::Result<End>>>> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Whoever wants to know how it ended calls finish().
        let _ = self.finish();
    }
}

/// UTC with milliseconds.
fn rfc3339(at: SystemTime) -> String {
    humantime::format_rfc3339_millis(at).to_string()
}

#[cfg(test)]
mod tests;
