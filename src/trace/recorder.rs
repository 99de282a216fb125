//! The recorder: takes what the server's threads have put into their rings, orders it by `seq`,
//! turns it into events, and hands those to a file and to whoever watches.

use super::format::{End, FORMAT, Header, VERSION};
use super::writer::TraceWriter;
use crate::event::Event;
use crate::tracer::{Hub, Lane};
use convert::Converter;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

mod convert;

/// How long the recorder sleeps when nothing came: briefly at first, longer while nothing comes. It
/// is not woken, because waking costs the server's threads a system call.
const NAPS: std::ops::RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_millis(10);
/// How long what is gathered may wait for more, at most.
const FLUSH_EVERY: Duration = Duration::from_millis(50);
/// How long the end of a recording waits for an event that was numbered and never came.
const LAST_WAIT: Duration = Duration::from_millis(500);

/// What is called when a file cannot be written any more.
pub type Complain = Box<dyn FnOnce(&io::Error) + Send>;

/// A trace on its way to a file or a pipe.
type File = TraceWriter<Box<dyn Write + Send>>;

/// Where events go.
#[derive(Default)]
pub struct Sinks {
    /// A file or a pipe.
    pub file: Option<Box<dyn Write + Send>>,
    /// A viewer in this process.
    pub viewer: Option<mpsc::Sender<Event>>,
    /// Called once, mostly on the recorder's thread, when the file cannot be written any more.
    pub complain: Option<Complain>,
}

/// A recording in progress.
#[derive(Debug)]
pub struct Recorder {
    hub: Arc<Hub>,
    finish: Arc<AtomicBool>,
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
        models: format!("memcached {}", crate::event::MODELS),
        threads: u32::from(threads),
        max_data: hub.config().max_data,
        detail: hub.config().detail,
        title: title.to_owned(),
    }
}

impl Recorder {
    /// Starts recording. A file that does not even take the header is complained of like one that
    /// fails later.
    ///
    /// # Errors
    /// The thread could not be made.
    pub fn start(hub: Arc<Hub>, header: &Header, sinks: Sinks) -> io::Result<Recorder> {
        let (mut complain, mut failure) = (sinks.complain, None);
        let mut file = None;
        match sinks.file.map(|file| TraceWriter::new(file, header)).transpose() {
            Ok(writer) => file = writer,
            Err(e) => fail(&mut file, &mut complain, &mut failure, e),
        }
        let finish = Arc::new(AtomicBool::new(false));
        let work = Work {
            hub: hub.clone(),
            finish: finish.clone(),
            file,
            complain,
            viewer: sinks.viewer,
            lanes: Vec::new(),
            converter: Converter::default(),
            next: 1,
            end: End { end: true, ..End::default() },
            failure,
        };
        let hub_at_the_end = hub.clone();
        let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || {
            // A panic drops the writer, which writes what it holds; the server must not wait for a
            // recorder that is gone.
            let run = std::panic::AssertUnwindSafe(|| work.run());
            std::panic::catch_unwind(run).unwrap_or_else(|_| {
                hub_at_the_end.close();
                Err(io::Error::other("the recorder panicked"))
            })
        })?;
        Ok(Recorder { hub, finish, thread: Mutex::new(Some(thread)) })
    }

    /// Ends the recording: what was recorded is written, and the `end` line after it. Later calls
    /// do nothing, and say so with `None`.
    ///
    /// # Errors
    /// What writing the file said; the lines that were written before stand.
    pub fn finish(&self) -> Option<io::Result<End>> {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        self.hub.close();
        self.finish.store(true, Ordering::Release);
        thread.thread().unpark();
        Some(thread.join().unwrap_or_else(|_| Err(io::Error::other("the recorder panicked"))))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Whoever wants to know how it ended calls finish().
        let _ = self.finish();
    }
}

struct Work {
    hub: Arc<Hub>,
    finish: Arc<AtomicBool>,
    file: Option<File>,
    complain: Option<Complain>,
    viewer: Option<mpsc::Sender<Event>>,
    lanes: Vec<Lane>,
    converter: Converter,
    /// The number of the event that comes next.
    next: u64,
    end: End,
    failure: Option<io::Error>,
}

impl Work {
    fn run(mut self) -> io::Result<End> {
        let mut flushed = Instant::now();
        let mut dirty = false;
        let mut nap = *NAPS.start();
        loop {
            // Looked at before the rings are: what was recorded before the end is still taken.
            let finishing = self.finish.load(Ordering::Acquire);
            let came = self.drain();
            dirty |= came;
            if dirty && (!came || self.hub.gate.is_held() || flushed.elapsed() >= FLUSH_EVERY) {
                self.write(TraceWriter::flush);
                (flushed, dirty) = (Instant::now(), false);
            }
            // Without a file and without a viewer there is nobody to record for.
            if self.file.is_none() && self.viewer.is_none() {
                self.hub.close();
            }
            if finishing {
                break;
            }
            if came {
                nap = *NAPS.start();
            } else {
                std::thread::park_timeout(nap);
                nap = (nap * 2).min(*NAPS.end());
            }
        }
        self.take_the_last();
        self.end.blocked_ns = self.hub.blocked_ns();
        if let Some(file) = self.file.take()
            && let Err(e) = file.end(&self.end)
        {
            self.failure.get_or_insert(e);
        }
        self.failure.map_or(Ok(self.end), Err)
    }

    /// Takes everything that is ready and next in order; whether there was anything.
    fn drain(&mut self) -> bool {
        self.lanes.extend(self.hub.take_lanes());
        let mut came = false;
        // A thread's own ring is in order, so the next event is at the head of one of them.
        while let Some(lane) = self.lanes.iter_mut().find(|l| head(l) == Some(self.next)) {
            // One thread's events often come in a row.
            while head(lane) == Some(self.next) {
                let Ok(record) = lane.records.pop() else { break };
                let mut payload = vec![0; record.kept as usize];
                if let Ok(chunk) = lane.bytes.read_chunk(payload.len()) {
                    let (first, second) = chunk.as_slices();
                    payload[..first.len()].copy_from_slice(first);
                    payload[first.len()..].copy_from_slice(second);
                    chunk.commit_all();
                }
                self.next += 1;
                came = true;
                let event = self.converter.event(lane.thread, &record, &payload);
                self.end.events += 1;
                if let Some(file) = &mut self.file
                    && let Err(e) = file.event(&event)
                {
                    fail(&mut self.file, &mut self.complain, &mut self.failure, e);
                }
                if let Some(viewer) = &self.viewer
                    && viewer.send(event).is_err()
                {
                    self.viewer = None;
                }
            }
        }
        came
    }

    /// The recording is over: a thread may still be between taking a number and telling of it, but
    /// not for long. What never comes is stated.
    fn take_the_last(&mut self) {
        let since = Instant::now();
        loop {
            self.drain();
            if self.next >= self.hub.next_seq() {
                return;
            }
            if since.elapsed() < LAST_WAIT {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
            let found = self.lanes.iter().filter_map(head).min();
            let resume = found.unwrap_or_else(|| self.hub.next_seq());
            let lost = resume - self.next;
            let event = self.converter.lost(self.next, lost);
            self.next = resume;
            self.end.dropped += lost;
            self.end.events += 1;
            self.write(|file| file.event(&event));
        }
    }

    fn write(&mut self, what: impl FnOnce(&mut File) -> io::Result<()>) {
        if let Some(file) = &mut self.file
            && let Err(e) = what(file)
        {
            fail(&mut self.file, &mut self.complain, &mut self.failure, e);
        }
    }
}

/// The file takes no more: it keeps what it has, and the server goes on without it.
fn fail(
    file: &mut Option<File>,
    complain: &mut Option<Complain>,
    failure: &mut Option<io::Error>,
    error: io::Error,
) {
    *file = None;
    if let Some(complain) = complain.take() {
        complain(&error);
    }
    failure.get_or_insert(error);
}

fn head(lane: &Lane) -> Option<u64> {
    lane.records.peek().ok().map(|record| record.seq)
}

/// UTC with milliseconds.
fn rfc3339(at: SystemTime) -> String {
    humantime::format_rfc3339_millis(at).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::{Detail, Thread};
    use crate::tracer::{self, Config, What};

    /// A disk that is too slow for what happens.
    struct Slow;

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            std::thread::sleep(Duration::from_millis(5));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_recording_that_ends_while_threads_wait_for_room_is_whole() {
        let hub = Hub::new(Config { detail: Detail::Flow, max_data: 256 });
        let sinks = Sinks { file: Some(Box::new(Slow)), ..Sinks::default() };
        let recorder = Recorder::start(hub.clone(), &header(&hub, 3, "test"), sinks).unwrap();
        let enough = Arc::new(AtomicBool::new(false));
        let threads: Vec<_> = (0..3)
            .map(|i| {
                let (handle, enough) = (hub.handle(Thread::Worker(i)), enough.clone());
                std::thread::spawn(move || {
                    tracer::install(handle);
                    while !enough.load(Ordering::Relaxed) {
                        tracer::emit(What::Mark, b"on and on");
                    }
                    tracer::uninstall();
                })
            })
            .collect();
        let start = Instant::now();
        while hub.next_seq() < 50_000 {
            assert!(start.elapsed() < Duration::from_secs(20), "the recorder takes nothing");
            std::thread::sleep(Duration::from_millis(1));
        }
        let end = recorder.finish().unwrap().unwrap();
        enough.store(true, Ordering::Relaxed);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert!(end.blocked_ns > 0, "somebody waited");
        assert_eq!((end.dropped, end.events), (0, hub.next_seq() - 1));
    }

    #[test]
    fn times_are_written_as_rfc_3339() {
        let at = |ms| rfc3339(SystemTime::UNIX_EPOCH + Duration::from_millis(ms));
        assert_eq!(at(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(951_782_400_123), "2000-02-29T00:00:00.123Z");
        assert_eq!(at(1_795_403_566_264), "2026-11-23T03:12:46.264Z");
    }
}
