//! How long a frame takes: every panel at once on a large terminal, over the recordings that ship.
//!
//! What is measured is the frame and ratatui's comparison with the one before, which the terminal
//! gets the difference of. A key is answered before the next screen refresh if a frame takes less
//! than 2 ms, 200 columns by 60 rows.

use criterion::{Criterion, criterion_group, criterion_main};
use memstep::trace::reader;
use memstep::ui::{App, OpenedRecording, Options, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::path::Path;
use std::time::Duration;

const STORIES: [&str; 3] = ["set-get", "round-robin", "yield"];

fn viewer(story: &str) -> App {
    let path = format!("traces/{story}.jsonl");
    let read = reader::Recording::load(Path::new(&path), false).unwrap_or_else(|e| panic!("{path}: {e}"));
    let recording = OpenedRecording {
        name: path,
        header: read.header,
        events: read.events,
        end: read.end,
        warnings: Vec::new(),
    };
    App::replay(recording, &Options::default())
}

fn press(app: &mut App, keys: &str) {
    keys.chars().for_each(|c| app.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
}

fn frames(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frame");
    group.measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        for story in STORIES {
            let mut app = viewer(story);
            // In the middle, and to and fro, so that no frame is like the one before.
            press(&mut app, ":60%");
            app.key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
            let Ok(mut terminal) = Terminal::new(TestBackend::new(width, height));
            let mut forth = false;
            group.bench_function(format!("{width}x{height} {story}"), |bencher| {
                bencher.iter(|| {
                    forth = !forth;
                    press(&mut app, if forth { "." } else { "," });
                    let _ = terminal.draw(|frame| draw(frame, &app));
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, frames);
criterion_main!(benches);
