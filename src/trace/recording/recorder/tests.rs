#![allow(clippy::unwrap_used)]

use super::*;
use crate::event::{Detail, Thread};
use crate::trace::check::Checker;
use crate::trace::reader::TraceReader;
use crate::tracer::{self, Report, TracerConfig};
use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Nothing here takes that long; more is a hang.
const LONG: Duration = Duration::from_secs(20);

/// A thread of the server that tells on and on, until it is dropped.
struct Reporter {
    enough: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Reporter {
    fn start(hub: &Arc<Hub>, worker: u16) -> Reporter {
        let enough = Arc::new(AtomicBool::new(false));
        let (handle, done) = (hub.handle(Thread::Worker(worker)), enough.clone());
        let thread = std::thread::spawn(move || {
            tracer::install(handle);
            while !done.load(Ordering::Relaxed) {
                tracer::emit(Report::Mark, b"on and on");
            }
            tracer::uninstall();
        });
        Reporter { enough, thread: Some(thread) }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.enough.store(true, Ordering::Relaxed);
        // If it waited for a recorder that is gone, the test would hang here.
        self.thread.take().unwrap().join().unwrap();
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < LONG, "did not happen: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// What was said.
#[derive(Clone, Default)]
struct Announced(Arc<Mutex<Vec<String>>>);

impl Announced {
    fn say(&self) -> Option<Announce> {
        let said = self.0.clone();
        Some(Arc::new(move |what: &str| said.lock().unwrap().push(what.to_owned())))
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Takes so many writes, and then does what it is made for.
struct WritesUntil<F> {
    written: Arc<Mutex<Vec<u8>>>,
    left: usize,
    then: F,
}

impl<F: FnMut() -> io::Result<usize> + Send> Write for WritesUntil<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 {
            return (self.then)();
        }
        self.left -= 1;
        self.written.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A recorder whose stream takes `left` writes, two threads that tell it something, what it says, and
/// what it has written.
fn telling(
    left: usize,
    then: impl FnMut() -> io::Result<usize> + Send + 'static,
) -> (Recorder, [Reporter; 2], Announced, Arc<Mutex<Vec<u8>>>) {
    let hub =
        Hub::new(TracerConfig { detail: Detail::Flow, ring: tracer::MIN_RING, ..TracerConfig::default() });
    let (said, written) = (Announced::default(), Arc::new(Mutex::new(Vec::new())));
    let output = Output::stream(Box::new(WritesUntil { written: written.clone(), left, then }));
    let sinks = Sinks { output: Some(output), say: said.say(), ..Sinks::default() };
    let recorder = Recorder::start(hub.clone(), &header(&hub, 2, "test"), sinks).unwrap();
    let tellers = [0, 1].map(|worker| Reporter::start(&hub, worker));
    (recorder, tellers, said, written)
}

/// A trace that was not closed, and has no other fault.
fn assert_accepted(trace: &[u8]) -> u64 {
    let (events, end) = assert_whole(trace);
    assert!(end.is_none());
    events
}

/// Nothing is missing in a trace, and it is not cut: its events, and its end if it has one.
fn assert_whole(trace: &[u8]) -> (u64, Option<End>) {
    let mut reader = TraceReader::new(trace, "trace").unwrap();
    let mut checker = Checker::new(reader.header());
    while let Some(row) = reader.next_row().unwrap() {
        checker.event(row.line, &row.event);
    }
    assert!(!reader.is_cut());
    let end = reader.end();
    let report = checker.finish(0, end.as_ref());
    assert_eq!(report.count, 0, "{:?}", report.problems);
    (report.events, end)
}

#[test]
fn a_recorder_that_panics_leaves_what_it_has_written_and_lets_the_server_go_on() {
    let (recorder, tellers, said, written) = telling(5, || panic!("the disk bit it"));
    until("it has panicked", || !said.all().is_empty());
    drop(tellers);
    assert_eq!(
        said.all(),
        ["stdout: the recorder panicked: recording has stopped; the server goes on without"]
    );
    assert!(assert_accepted(&written.lock().unwrap()) > 1000);
    assert_eq!(recorder.command(RecorderCommand::Stop), Err("the recorder does not answer".to_owned()));
    assert!(recorder.watch().recv().is_err(), "there is nothing to see");
    assert!(recorder.finish().unwrap().is_err());
}

#[test]
fn a_recorder_whose_last_words_panic_too_lets_the_server_go_on() {
    let hub = Hub::new(TracerConfig { ring: tracer::MIN_RING, ..TracerConfig::default() });
    let folder = tempfile::tempdir().unwrap();
    let config = FileConfig::new(folder.path().join("t.jsonl"));
    let say: Announce = Arc::new(|what: &str| panic!("nobody wants to hear: {what}"));
    let sinks = Sinks { output: Some(config.create().unwrap()), say: Some(say), ..Sinks::default() };
    let recorder = Recorder::start(hub.clone(), &header(&hub, 2, "test"), sinks).unwrap();
    let tellers = [0, 1].map(|worker| Reporter::start(&hub, worker));
    until("something is written", || std::fs::metadata(&config.path).unwrap().len() > 10_000);
    std::fs::remove_file(&config.path).unwrap();
    drop(tellers);
    until("it notices", || {
        let teller = Reporter::start(&hub, 0);
        drop(teller);
        recorder.command(RecorderCommand::Start).is_err_and(|why| why.contains("does not answer"))
    });
    assert!(recorder.finish().unwrap().is_err());
}

#[test]
fn a_stream_that_fails_is_complained_of_once() {
    let broken = || Err(io::ErrorKind::BrokenPipe.into());
    let (recorder, tellers, said, written) = telling(5, broken);
    until("it has failed", || !said.all().is_empty());
    drop(tellers);
    assert!(assert_accepted(&written.lock().unwrap()) > 1000);
    let error = recorder.finish().unwrap().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    assert_eq!(said.all(), ["stdout: broken pipe: recording has stopped; the server goes on without"]);
}

#[test]
fn a_stream_that_takes_nothing_any_more_does_not_keep_the_end() {
    let (let_go, waits) = mpsc::channel::<()>();
    let (stuck, is_stuck) = mpsc::channel();
    let (recorder, tellers, ..) = telling(2, move || {
        let _ = stuck.send(());
        let _ = waits.recv();
        Err(io::ErrorKind::BrokenPipe.into())
    });
    is_stuck.recv_timeout(LONG).unwrap();
    let recorder = Arc::new(recorder);
    let both: Vec<_> = (0..2)
        .map(|_| {
            let recorder = recorder.clone();
            std::thread::spawn(move || recorder.finish())
        })
        .collect();
    let ended: Vec<_> = both.into_iter().map(|thread| thread.join().unwrap()).collect();
    // One ends it; the other one waits for that, and has nothing to say.
    let kinds: Vec<_> = ended.iter().flatten().map(|end| end.as_ref().unwrap_err().kind()).collect();
    assert_eq!(kinds, [io::ErrorKind::TimedOut]);
    drop((tellers, let_go));
}

#[test]
fn where_only_viewers_listen_nobody_waits_and_what_is_lost_is_counted_and_stated() {
    let hub = Hub::new(TracerConfig { ring: tracer::MIN_RING, ..TracerConfig::default() });
    let sinks = Sinks { armed: true, ..Sinks::default() };
    let recorder = Recorder::start(hub.clone(), &header(&hub, 2, "test"), sinks).unwrap();
    // One that reads everything, and one that reads nothing until the end.
    let (keen, idle) = (recorder.watch(), recorder.watch());
    until("the server's threads need not wait", || hub.may_drop());
    let is_stated = Arc::new(AtomicBool::new(false));
    let stated = is_stated.clone();
    let reader = std::thread::spawn(move || {
        let mut seen = Vec::new();
        for piece in keen {
            let drops = memchr::memmem::find(&piece.lines, b"\"ev\":\"drop\",\"n\":").is_some();
            stated.fetch_or(drops, Ordering::Relaxed);
            seen.extend_from_slice(&piece.lines);
        }
        seen
    });
    let tellers = [0, 1].map(|worker| Reporter::start(&hub, worker));
    until("something is lost", || hub.tally().lost > 1000);
    until("whoever reads sees that something is missing", || is_stated.load(Ordering::Relaxed));
    drop(tellers);
    recorder.finish().unwrap().unwrap();
    assert_eq!(hub.tally().blocked_ns, 0, "nobody has waited");
    let seen = reader.join().unwrap();
    // In both, no event is missing without a word.
    for trace in [seen, idle.iter().flat_map(|piece| piece.lines.to_vec()).collect()] {
        assert_accepted(&trace);
    }
}

/// A disk that is too slow for what happens, and what it holds.
#[derive(Clone, Default)]
struct Slow(Arc<Mutex<Vec<u8>>>);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        std::thread::sleep(Duration::from_millis(5));
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_recording_that_ends_while_threads_wait_for_room_is_whole() {
    let hub =
        Hub::new(TracerConfig { detail: Detail::Flow, ring: tracer::MIN_RING, ..TracerConfig::default() });
    let disk = Slow::default();
    let sinks = Sinks { output: Some(Output::stream(Box::new(disk.clone()))), ..Sinks::default() };
    let recorder = Recorder::start(hub.clone(), &header(&hub, 3, "test"), sinks).unwrap();
    let enough = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..3)
        .map(|i| {
            let (handle, enough) = (hub.handle(Thread::Worker(i)), enough.clone());
            std::thread::spawn(move || {
                tracer::install(handle);
                while !enough.load(Ordering::Relaxed) {
                    tracer::emit(Report::Mark, b"on and on");
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
    // Each thread may have been about to number an event when the recording ended: that is not in it.
    let numbered = hub.next_seq() - 1;
    assert_eq!(end.dropped, 0);
    assert!((end.events..=end.events + 3).contains(&numbered), "{} of {numbered}", end.events);
    // Of those that are in it none is missing: the checker would say so.
    let (events, said) = assert_whole(&disk.0.lock().unwrap());
    assert_eq!((events, said.map(|end| end.events)), (end.events, Some(end.events)));
}

#[test]
fn times_are_written_as_rfc_3339() {
    let at = |ms| rfc3339(SystemTime::UNIX_EPOCH + Duration::from_millis(ms));
    assert_eq!(at(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(at(951_782_400_123), "2000-02-29T00:00:00.123Z");
    assert_eq!(at(1_795_403_566_264), "2026-11-23T03:12:46.264Z");
}
