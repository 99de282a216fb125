#![allow(clippy::unwrap_used)]

use super::*;
use crate::event::{Detail, Thread};
use crate::tracer::{self, Config, What};
use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

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
    let hub = Hub::new(Config { detail: Detail::Flow, ring: tracer::MIN_RING, ..Config::default() });
    let sinks = Sinks { output: Some(Output::stream(Box::new(Slow))), ..Sinks::default() };
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
