//! Every recording that ships can be looked at, all of it, on a large and on a small screen; and it looks
//! the same from memory and from its index.
#![allow(clippy::unwrap_used)]

use memstep::trace::index::Index;
use memstep::trace::reader;
use memstep::ui::{App, Options, Recording, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

#[test]
fn every_event_of_every_recording_can_be_drawn() {
    let mut seen = 0;
    for entry in fs::read_dir("traces").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "jsonl") {
            continue;
        }
        let read = reader::Recording::load(&path, false).unwrap();
        let count = read.events.len();
        let recording = Recording {
            name: path.display().to_string(),
            header: read.header,
            events: read.events,
            end: read.end,
            warnings: Vec::new(),
        };
        let mut app = App::replay(recording, &Options::default());
        let index = Index::open(&path, false).unwrap();
        assert!(index.wait(Duration::from_secs(60)));
        let (name, header) = (path.display().to_string(), index.header().clone());
        let mut indexed = App::open(name, header, Arc::new(index), &Options::default());
        let mut large = Terminal::new(TestBackend::new(120, 40)).unwrap();
        let mut small = Terminal::new(TestBackend::new(80, 24)).unwrap();
        // Of a long recording every so many events.
        for _ in 0..count.min(400) {
            large.draw(|frame| draw(frame, &app)).unwrap();
            let in_memory = small.draw(|frame| draw(frame, &app)).unwrap().buffer.clone();
            small.draw(|frame| draw(frame, &indexed)).unwrap();
            small.backend().assert_buffer(&in_memory);
            for _ in 0..count.div_ceil(400) {
                app.key(KeyEvent::new(KeyCode::Right, KeyModifiers::NONE));
                indexed.key(KeyEvent::new(KeyCode::Right, KeyModifiers::NONE));
            }
        }
        seen += 1;
    }
    assert!(seen > 0, "there are recordings in traces/");
}
