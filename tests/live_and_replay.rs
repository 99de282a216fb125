//! What one sees live, and what one sees of the recording afterwards, is the same world at every event.
#![allow(clippy::unwrap_used)]

mod common;

use common::settings;
use memstep::event::Detail;
use memstep::memcached::server::Server;
use memstep::player::Player;
use memstep::trace::index::Index;
use memstep::trace::recorder::{FileConfig, Recorder, Sinks, follow, header};
use memstep::tracer::{Hub, TracerConfig};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

#[test]
fn live_and_replay_give_the_same_world_at_every_event() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.jsonl");
    let hub = Hub::new(TracerConfig { detail: Detail::Calls, ..TracerConfig::default() });
    let settings = settings();
    let workers = u32::from(settings.num_threads);
    let header = header(&hub, settings.num_threads, "test");
    let output = FileConfig::new(&path).create().unwrap();
    let sinks = Sinks { output: Some(output), ..Sinks::default() };
    let recorder = Recorder::start(hub.clone(), &header, sinks).unwrap();
    let seen = follow(recorder.watch()).unwrap();
    let server = Server::start(settings, Some(hub)).unwrap();
    let clients: Vec<TcpStream> = (0..6).map(|_| TcpStream::connect(server.addrs()[0]).unwrap()).collect();
    for (i, mut client) in clients.iter().enumerate() {
        write!(client, "set k{i} 0 0 4\r\nab").unwrap();
    }
    for (i, mut client) in clients.iter().enumerate() {
        write!(client, "cd\r\nget k0 k{i}\r\nincr k{i} 1\r\nnonsense\r\n").unwrap();
        let answers = BufReader::new(client).lines().map(Result::unwrap);
        answers.take_while(|line| line != "ERROR").for_each(drop);
    }
    drop(clients);
    recorder.finish().unwrap().unwrap();
    server.stop();

    // As a viewer does: an event at a time, the cursor at the newest.
    let mut live = Player::new(workers, Vec::new());
    let index = Index::open(&path, false).unwrap();
    assert!(index.wait(Duration::from_secs(60)));
    let mut replay = Player::of(Arc::new(index));
    for event in seen {
        live.push(event);
        live.last();
        replay.go(live.len() - 1);
        assert_eq!(live.current(), replay.current());
        assert_eq!(live.world(), replay.world(), "after event {}", live.world().seq);
    }
    assert!(live.len() > 200 && live.len() == replay.len(), "{} {}", live.len(), replay.len());
    // And back.
    for at in (0..live.len()).rev().step_by(7) {
        live.go(at);
        replay.go(at);
        assert_eq!(live.world(), replay.world(), "at {at}");
    }
}
