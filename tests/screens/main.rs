//! Whole screens over the recordings that ship: that all of them can be drawn, from memory and from
//! their index alike, and what they look like.
#![allow(clippy::unwrap_used)]

mod picture;
mod snapshots;

use memstep::event::{Event, Kind};
use memstep::trace::index::Index;
use memstep::trace::reader;
use memstep::ui::{App, OpenedRecording, Options, Theme, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Color;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn app_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn recording(path: &Path) -> OpenedRecording {
    let read = reader::Recording::load(path, false).unwrap();
    OpenedRecording {
        name: app_name(path),
        header: read.header,
        events: read.events,
        end: read.end,
        warnings: Vec::new(),
    }
}

/// A viewer of `traces/NAME.jsonl` at the first event that is wanted.
fn viewer(name: &str, options: &Options, wanted: impl Fn(&Event) -> bool) -> App {
    let recording = recording(Path::new(&format!("traces/{name}.jsonl")));
    let seq = recording.events.iter().find(|e| wanted(e)).unwrap().seq;
    let mut app = App::replay(recording, options);
    press(&mut app, &format!("0{seq}G"));
    app
}

fn press(app: &mut App, keys: &str) {
    for c in keys.chars() {
        app.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    }
}

fn buffer(app: &App, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, app)).unwrap();
    terminal.backend().buffer().clone()
}

fn row(buffer: &Buffer, y: u16) -> String {
    (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned()
}

fn text(buffer: &Buffer) -> String {
    (0..buffer.area.height).map(|y| row(buffer, y) + "\n").collect()
}

#[test]
fn every_event_of_every_recording_can_be_drawn() {
    let mut seen = 0;
    for entry in fs::read_dir("traces").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "jsonl") {
            continue;
        }
        let recording = recording(&path);
        let count = recording.events.len();
        let mut app = App::replay(recording, &Options::default());
        let index = Index::open(&path, false).unwrap();
        assert!(index.wait(Duration::from_secs(60)));
        let (name, header) = (app_name(&path), index.header().clone());
        let mut indexed = App::open(name, header, Arc::new(index), &Options::default());
        // Of a long recording every so many events.
        for _ in 0..count.min(400) {
            buffer(&app, (120, 40));
            assert_eq!(buffer(&app, (80, 24)), buffer(&indexed, (80, 24)));
            for _ in 0..count.div_ceil(400) {
                app.key(KeyEvent::new(KeyCode::Right, KeyModifiers::NONE));
                indexed.key(KeyEvent::new(KeyCode::Right, KeyModifiers::NONE));
            }
        }
        seen += 1;
    }
    assert!(seen > 0, "there are recordings in traces/");
}

#[test]
fn the_theme_changes_by_a_key_and_says_which_it_is() {
    let options = Options { theme: Theme::Contrast, ..Options::default() };
    let mut app = viewer("set-get", &options, |e| e.kind() == Kind::Notify);
    let has_colour = |app: &App| {
        buffer(app, (120, 40)).content().iter().any(|c| (c.fg, c.bg) != (Color::Reset, Color::Reset))
    };
    assert!(has_colour(&app));
    press(&mut app, "T");
    assert!(text(&buffer(&app, (80, 24))).contains("theme mono"));
    assert!(!has_colour(&app));
    press(&mut app, "T");
    assert!(text(&buffer(&app, (80, 24))).contains("theme dark"));
    assert!(has_colour(&app));
}

#[test]
fn an_arrow_s_other_end_is_marked_in_space_time() {
    let mut app = viewer("set-get", &Options::default(), |e| e.kind() == Kind::Notify);
    press(&mut app, "2");
    let marked = |app: &App, mark: &str| {
        let screen = text(&buffer(app, (80, 24)));
        screen.lines().find(|line| line.starts_with(mark)).unwrap().to_owned()
    };
    assert!(marked(&app, " ▶").contains("write c into its pipe"));
    assert!(marked(&app, " ◂").contains("read c from its pipe"));
    press(&mut app, "o");
    assert!(marked(&app, " ▶").contains("read c from its pipe"));
    assert!(marked(&app, " ◂").contains("write c into its pipe"));
}

#[test]
fn a_recording_without_calls_says_how_to_get_them() {
    let mut recording = recording(Path::new("traces/set-get.jsonl"));
    recording.events.retain(|e| !matches!(e.kind(), Kind::Call | Kind::Return));
    let mut app = App::replay(recording, &Options::default());
    press(&mut app, "5");
    assert!(text(&buffer(&app, (80, 24))).contains("memstep record SESSION -o FILE --detail calls"));
}
