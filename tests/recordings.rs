//! Recordings that begin and end at any time tell the same story as a viewer who was there from the
//! start.
#![allow(clippy::unwrap_used)]

mod common;

use common::busy::Busy;
use common::taped::{accepted, checked};
use common::worlds::assert_same_story;
use memstep::event::{Detail, Event, Kind};
use memstep::memcached::server::Server;
use memstep::memcached::settings::Settings;
use memstep::trace::recorder::{FileConfig, Recorder, RecorderCommand, Retention, Sinks, header};
use memstep::tracer::{Hub, MIN_RING, TracerConfig};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn files(path: &Path) -> Vec<PathBuf> {
    let numbered = |n: u32| PathBuf::from(format!("{}.{n}", path.display()));
    (1..)
        .map(numbered)
        .take_while(|file| file.exists())
        .chain(path.exists().then(|| path.to_owned()))
        .collect()
}

/// Records for as long as it takes to give these commands, each after so many more requests.
fn record(commands: &[(RecorderCommand, u64)], detail: Detail, max_size: Option<u64>) {
    let dir = tempfile::tempdir().unwrap();
    let config = FileConfig { max_size, ..FileConfig::new(dir.path().join("t.jsonl")) };
    let path = config.path.clone();
    let hub = Hub::new(TracerConfig { detail, ring: MIN_RING, ..TracerConfig::default() });
    let settings = Settings { num_threads: 2, ..common::settings() };
    // Where only viewers listen a full ring loses events. Somebody wants them all: this is to be a
    // witness of everything.
    let last = Some(Retention { time: None, size: 1 << 20 });
    let sinks = Sinks { on_demand: Some(config), last, ..Sinks::default() };
    let recorder = Recorder::start(hub.clone(), &header(&hub, 2, "test"), sinks).unwrap();
    let pieces = recorder.watch();
    let watched =
        std::thread::spawn(move || pieces.iter().flat_map(|piece| piece.lines.to_vec()).collect::<Vec<u8>>());
    let server = Server::start(settings, Some(hub)).unwrap();
    let busy = Busy::with(server.addrs()[0], 3);
    let (mut is_on, mut begun) = (false, 0);
    for (command, requests) in commands {
        busy.go_on_for(*requests);
        let done = recorder.command(*command);
        let can = match command {
            RecorderCommand::Start => !is_on,
            RecorderCommand::Stop => is_on,
            _ => true,
        };
        assert_eq!(done.is_ok(), can, "{command:?}: {done:?}");
        is_on = *command != RecorderCommand::Stop;
        begun += u32::from(can && is_on);
    }
    busy.stop();
    recorder.finish().unwrap().unwrap();
    server.stop();
    let all: Vec<Event> = accepted(&watched.join().unwrap()).events;
    assert!(all.iter().all(|e| e.kind() != Kind::Drop), "the viewer was too slow to be a witness");
    let files = files(&path);
    assert!(files.len() >= begun as usize);
    let mut last = 0;
    for file in files {
        let (_, part) = checked(&std::fs::read(&file).unwrap());
        assert!(part[0].seq >= last, "what is in one file is not in the next");
        last = part.last().unwrap().seq;
        assert_same_story(&all, &part, 2);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_begun_and_ended_when_it_is_the_same_story(
        commands in prop::collection::vec(
            (prop::sample::select(vec![RecorderCommand::Start, RecorderCommand::Stop, RecorderCommand::Next]), 0u64..60), 1..8),
        calls: bool, small: bool,
    ) {
        let detail = if calls { Detail::Calls } else { Detail::Flow };
        record(&commands, detail, small.then_some(64 * 1024));
    }
}
