//! The panel by itself, in Chinese, and where names and times are long.

#![allow(clippy::unwrap_used)]
use super::*;
use crate::event::FlatEvent;
use crate::texts::Language;
use crate::ui::OpenedRecording;
use crate::ui::app::App;
use crate::ui::draw::panel;
use crate::ui::panels::Panel;
use crate::ui::{Options, tests};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

fn drawn(app: &App, (width, height): (u16, u16)) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    panel(app, Panel::SpaceTime, area, &mut buffer);
    tests::rows(&buffer)
}

#[test]
fn the_lanes_in_chinese() {
    let mut app = tests::at(|e| e.kind() == Kind::Notified);
    app.lang = Language::Zh;
    for (name, size, scale) in [
        ("runs", (80, 17), Scale::Runs),
        ("each", (120, 20), Scale::Each),
        ("crossing", (60, 12), Scale::Crossing),
    ] {
        app.scale = scale;
        insta::assert_snapshot!(format!("chinese_{name}"), drawn(&app, size));
    }
}

#[test]
fn nothing_yet_in_chinese() {
    let recording = OpenedRecording { events: Vec::new(), ..tests::recording() };
    let app = App::replay(recording, &Options { lang: Language::Zh, ..Options::default() });
    assert!(drawn(&app, (80, 10)).contains("等待第一个事件"));
}

/// Names of lanes stand apart, whatever the language.
#[test]
fn what_stands_above_the_lanes_never_touches() {
    for (lang, workers) in
        Language::ALL.iter().flat_map(|&lang| [1, 4, 12, 150].map(|workers| (lang, workers)))
    {
        let mut recording = tests::recording();
        recording.header.threads = workers;
        let mut app = App::replay(recording, &Options { lang, ..Options::default() });
        app.player.last();
        for width in [60, 80, 120, 250] {
            let window = window(&app.player, Scale::Runs, 12, usize::MAX).unwrap();
            let lanes = Lanes::of(app.player.world(), &window, 6, width, false);
            let mut end = 0;
            for lane in &lanes.list {
                let name = lanes.name(lane.who, lang).width();
                let x = lane.x - name / 2;
                assert!(x >= end, "{lang} {workers} workers on {width} columns");
                end = x + name + 1;
            }
            assert!(lanes.label >= end - 1);
        }
    }
}

/// A client's number and the time since the start have more columns after some days than in the first second.
#[test]
fn long_names_and_times_overwrite_nothing() {
    let late = |event: &crate::event::Event| {
        let mut flat = FlatEvent::from(event);
        flat.t += 100 * 60_000_000_000;
        flat.conn = flat.conn.map(|_| 4_000_000_000);
        flat.event()
    };
    let mut recording = tests::recording();
    recording.events = recording.events.iter().map(late).collect();
    let mut app = App::replay(recording, &Options::default());
    app.player.go(app.player.slice(0..usize::MAX).iter().position(|e| e.kind() == Kind::Read).unwrap());
    for width in [80, 120] {
        let drawn = drawn(&app, (width, 20));
        let now = drawn.lines().find(|line| line.starts_with(" ▶")).unwrap();
        let seq = app.player.current().unwrap().seq;
        let words = format!(" ▶ {seq:>3} ");
        assert!(now.starts_with(&words) && now.contains(" c4000000000━"), "{drawn}");
        let time = time(app.player.current().unwrap().t);
        assert!(width < 96 || now.contains(&format!("{time} c4000000000━")), "{drawn}");
    }
}
