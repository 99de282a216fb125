//! The oracle, in tests alone: the picture that folding a trace gives, held against the server's memory.
//!
//! A server in this process tells its events and shows, with each, a copy of what it has in memory at that
//! moment ([`witness`](crate::tracer::witness)). Its recording is read back and folded, and after every
//! event the model must be that memory, byte for byte. What a recording cannot know, and only that, may be
//! unknown in the model: memory that was never written has a pattern of its own, so that nothing unknown
//! passes for nothing there.
//!
//! ```sh
//! MEMSTEP_ORACLE_SESSIONS=100000 cargo test --release --lib oracle -- --nocapture
//! ```

#![allow(clippy::unwrap_used)]

#[path = "../../tests/common/clients.rs"]
#[allow(dead_code)]
mod clients;
#[path = "../../tests/common/dialogues.rs"]
#[allow(dead_code)]
mod dialogues;
mod holds;
mod ledger;
mod sessions;

use crate::event::{Event, Kind};
use crate::memcached::server::Server;
use crate::memcached::settings::Settings;
use crate::trace::reader::TraceReader;
use crate::trace::recorder::{Output, Recorder, Sinks, header};
use crate::tracer::witness::{Witness, WitnessedEvent};
use crate::tracer::{Hub, TracerConfig};
use crate::ui::agree::assert_panels_agree;
use sessions::OracleSession;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A recording might begin after one event in so many, and so many of those that follow are held too.
const SNAPSHOT_EVERY: u64 = 31;
const AFTER_SNAPSHOT: usize = 12;
/// How many sessions are played unless `MEMSTEP_ORACLE_SESSIONS` says otherwise.
const SESSIONS: u64 = 2000;

#[derive(Clone, Default)]
struct SharedBuffer(Arc<Mutex<Vec<u8>>>);

impl Write for SharedBuffer {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(buf)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What was recorded of a session, and what was seen of the server meanwhile.
struct Witnessed {
    events: Vec<Event>,
    seen: Vec<WitnessedEvent>,
    /// What recordings that began in the middle would have begun with.
    snapshots: Vec<Event>,
}

/// Plays a session against a server of its own, under a witness.
fn witnessed(session: &OracleSession) -> Witnessed {
    let witness = Witness::new(session.number + 1, SNAPSHOT_EVERY);
    let OracleSession { detail, max_data, .. } = *session;
    let hub = Hub::new(TracerConfig { detail, max_data, ..TracerConfig::default() });
    hub.witness.set(witness.clone()).unwrap();
    let trace = SharedBuffer::default();
    let sinks = Sinks { output: Some(Output::stream(Box::new(trace.clone()))), ..Sinks::default() };
    let settings: Settings = session.settings();
    let header = header(&hub, settings.num_threads, "oracle");
    let recorder = Recorder::start(hub.clone(), &header, sinks).unwrap();
    let server = Server::start(settings, Some(hub)).unwrap();
    session.play(&server);
    recorder.finish().unwrap().unwrap();
    server.stop();
    let trace = std::mem::take(&mut *trace.0.lock().unwrap());
    keep(&trace);
    let mut reader = TraceReader::new(&trace[..], "trace").unwrap();
    let mut events = Vec::new();
    while let Some(row) = reader.next_row().unwrap() {
        events.push(row.event.clone());
    }
    let seen = std::mem::take(&mut *witness.seen.lock().unwrap());
    let lines = std::mem::take(&mut *witness.snapshots.lock().unwrap());
    let snapshots = lines.iter().map(|line| serde_json::from_slice(line).unwrap()).collect();
    Witnessed { events, seen, snapshots }
}

/// Says which session it was, if that fails.
struct NamesSession(u64);

impl Drop for NamesSession {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed: MEMSTEP_ORACLE_FIRST={} MEMSTEP_ORACLE_SESSIONS=1", self.0);
        }
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |n| n.parse().unwrap())
}

#[test]
fn the_picture_is_the_memory_at_every_event() {
    let (first, sessions) = (number("MEMSTEP_ORACLE_FIRST", 0), number("MEMSTEP_ORACLE_SESSIONS", SESSIONS));
    let (next, events) = (AtomicU64::new(first), AtomicU64::new(0));
    let (known, late) = (Mutex::new(holds::Coverage::default()), Mutex::new(holds::Coverage::default()));
    std::thread::scope(|scope| {
        let play = || {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= first + sessions {
                    return;
                }
                let _named = NamesSession(n);
                let session = OracleSession::new(n);
                let Witnessed { events: told, seen, snapshots } = witnessed(&session);
                events.fetch_add(told.len() as u64, Ordering::Relaxed);
                let tally = holds::assert_is_memory(&session, &told, &seen);
                known.lock().unwrap().add(&tally);
                if n.is_multiple_of(20) {
                    let (at, threads) = (n as usize * 7919 % told.len(), session.threads.into());
                    assert_panels_agree(&told, at, threads, session.detail);
                }
                for (i, snapshot) in snapshots.iter().enumerate() {
                    let from = told.partition_point(|event| event.seq <= snapshot.seq);
                    // One of them is followed to the end.
                    let to_the_end = n as usize % snapshots.len() == i;
                    let most = if to_the_end { told.len() } else { AFTER_SNAPSHOT };
                    let later = told[from..].iter().take(most);
                    let tally =
                        holds::assert_is_memory(&session, std::iter::once(snapshot).chain(later), &seen);
                    late.lock().unwrap().add(&tally);
                }
            }
        };
        // As many as leave the server's and the clients' threads something to do.
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(play)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    let (known, late) = (known.into_inner().unwrap(), late.into_inner().unwrap());
    println!("{sessions} sessions, {} events: {known:?}", events.into_inner());
    println!("watched from the middle on: {late:?}");
    if sessions >= 200 {
        known.assert_saw_everything();
        late.assert_saw_everything();
    }
}

/// Writes what was recorded where one may look at it, if `MEMSTEP_ORACLE_TRACE` names a file.
fn keep(trace: &[u8]) {
    if let Ok(path) = std::env::var("MEMSTEP_ORACLE_TRACE") {
        std::fs::write(path, trace).unwrap();
    }
}

/// Where an event stands, for whoever reads that it does not hold.
fn place(session: &OracleSession, event: &Event) -> String {
    let (Event { seq, th, conn, .. }, ev) = (event, event.kind());
    let conn = conn.map_or(String::new(), |conn| format!(" of c{conn}"));
    let line = if ev == Kind::Snapshot { String::new() } else { serde_json::to_string(event).unwrap() };
    let line = String::from_utf8_lossy(&line.as_bytes()[..line.len().min(600)]).into_owned();
    format!(
        "MEMSTEP_ORACLE_FIRST={} MEMSTEP_ORACLE_SESSIONS=1, #{seq} {th} {ev}{conn}: {line}",
        session.number
    )
}
