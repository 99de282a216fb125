//! A server in this process whose recording is the file that `--record` would write.

use memstep::event::Event;
use memstep::memcached::server::Server;
use memstep::memcached::settings::Settings;
use memstep::trace::check::Checker;
use memstep::trace::format::{End, Header};
use memstep::trace::reader::TraceReader;
use memstep::trace::recorder::{Output, Recorder, Sinks, header};
use memstep::tracer::{Hub, TracerConfig};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(buf)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The server and its recording.
pub struct Taped {
    server: Server,
    recorder: Recorder,
    trace: Shared,
}

impl Taped {
    /// Starts both.
    pub fn start(settings: Settings, config: TracerConfig) -> Taped {
        Taped::titled("test", settings, config)
    }

    /// Starts both; the recording has a title.
    pub fn titled(title: &str, settings: Settings, config: TracerConfig) -> Taped {
        let trace = Shared::default();
        let hub = Hub::new(config);
        let sinks = Sinks { output: Some(Output::stream(Box::new(trace.clone()))), ..Sinks::default() };
        let header = header(&hub, settings.num_threads, title);
        let recorder = Recorder::start(hub.clone(), &header, sinks).unwrap();
        let server = Server::start(settings, Some(hub)).unwrap();
        Taped { server, recorder, trace }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.server.addrs()[0]
    }

    /// Where it reads datagrams.
    pub fn udp_addr(&self) -> SocketAddr {
        self.server.udp_addrs()[0]
    }

    /// How much has been written.
    pub fn written(&self) -> usize {
        self.trace.0.lock().unwrap().len()
    }

    /// Closes the recording, then stops the server; the trace.
    pub fn stop(self) -> Vec<u8> {
        self.recorder.finish().unwrap().unwrap();
        self.server.stop();
        std::mem::take(&mut *self.trace.0.lock().unwrap())
    }
}

/// A trace that was read.
pub struct Read {
    pub header: Header,
    pub events: Vec<Event>,
    /// Its last line, if it was closed.
    pub end: Option<End>,
    /// What its reader had to say.
    pub notes: Vec<String>,
}

/// Reads a trace that may have been cut off, and wants it without a problem up to there.
pub fn accepted(trace: &[u8]) -> Read {
    let mut reader = TraceReader::new(trace, "trace").unwrap();
    let header = reader.header().clone();
    let mut checker = Checker::new(&header);
    let mut events = Vec::new();
    let mut line = 1;
    while let Some(row) = reader.next_row().unwrap() {
        line = row.line;
        checker.event(row.line, &row.event);
        events.push(row.event.clone());
    }
    let end = reader.end();
    let report = checker.finish(line + 1, end.as_ref());
    assert_eq!(report.count, 0, "{:#?}", report.problems);
    assert_eq!(report.suspended, None);
    Read { header, events, end, notes: reader.warnings().iter().map(ToString::to_string).collect() }
}

/// Reads a trace, and wants it whole and without a problem.
pub fn checked(trace: &[u8]) -> (Header, Vec<Event>) {
    let read = accepted(trace);
    assert!(read.end.is_some(), "the recording was not closed");
    assert!(read.notes.is_empty(), "{:?}", read.notes);
    (read.header, read.events)
}
