//! What several tests need: a server that is watched, and patience.
#![allow(dead_code, clippy::unwrap_used)]

pub mod busy;
pub mod clients;
pub mod dialogues;
pub mod ports;
pub mod program;
pub mod stories;
pub mod strace;
pub mod taped;
pub mod worlds;

use memstep::event::{Detail, Event};
use memstep::memcached::server::Server;
use memstep::memcached::settings::Settings;
use memstep::trace::recorder::{Recorder, Sinks, follow, header};
use memstep::tracer::{Hub, TracerConfig};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// Settings for a server on a free port of this machine alone.
pub fn settings() -> Settings {
    Settings { port: -1, inter: Some("127.0.0.1".to_owned()), ..Settings::default() }
}

/// Waits until something holds; a generous limit turns a hang into a failure.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "did not happen: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A server in this process, whose events are gathered as they happen.
pub struct Watched {
    server: Option<Server>,
    recorder: Recorder,
    hub: Arc<Hub>,
    events: mpsc::Receiver<Event>,
    seen: Mutex<Vec<Event>>,
}

impl Watched {
    /// Starts it.
    pub fn start(settings: Settings, detail: Detail) -> Watched {
        let hub = Hub::new(TracerConfig { detail, ..TracerConfig::default() });
        let header = header(&hub, settings.num_threads, "test");
        let sinks = Sinks { armed: true, ..Sinks::default() };
        let recorder = Recorder::start(hub.clone(), &header, sinks).unwrap();
        let events = follow(recorder.watch()).unwrap();
        let server = Server::start(settings, Some(hub.clone())).unwrap();
        Watched { server: Some(server), recorder, hub, events, seen: Mutex::default() }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.server.as_ref().unwrap().addrs()[0]
    }

    /// A client.
    pub fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(self.addr()).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        client.set_nodelay(true).unwrap();
        client
    }

    /// What all its threads share.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The events so far.
    pub fn seen(&self) -> Vec<Event> {
        let mut seen = self.seen.lock().unwrap();
        seen.extend(self.events.try_iter());
        seen.clone()
    }

    /// Ends recording and server; every event.
    pub fn stop(mut self) -> Vec<Event> {
        let end = self.recorder.finish().unwrap().unwrap();
        assert_eq!(end.dropped, 0);
        self.server.take().unwrap().stop();
        self.seen()
    }
}
