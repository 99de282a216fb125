//! The panel by itself, in each language.

#![allow(clippy::unwrap_used)]
use super::*;
use crate::event::{Event, Kind};
use crate::ui::app::App;
use crate::ui::draw::panel;
use crate::ui::panels::Panel;
use crate::ui::tests;
use crate::ui::tests::at;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

#[test]
fn counts_stay_short() {
    assert_eq!([7, 12_345, 999_999, 4_000_000_000].map(times), ["×7", "×12k", "×999k", "×4G"]);
}

/// The panel with its title, at the first event that `found` accepts.
fn shown(lang: Language, (width, height): (u16, u16), found: fn(&Event) -> bool) -> String {
    let mut app = at(found);
    app.lang = lang;
    drawn(&app, (width, height))
}

fn drawn(app: &App, (width, height): (u16, u16)) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    panel(app, Panel::Machine, area, &mut buffer);
    tests::rows(&buffer)
}

fn waits_for_value(e: &Event) -> bool {
    e.to() == Some(Nread)
}

#[test]
fn the_map_in_chinese() {
    for (name, size) in [
        ("small_beside", (80, 17)),
        ("small_below", (58, 17)),
        ("low", (80, 10)),
        ("large", (120, 34)),
        ("large_below", (100, 30)),
    ] {
        insta::assert_snapshot!(format!("chinese_{name}"), shown(Language::Zh, size, waits_for_value));
    }
    let listens = shown(Language::Zh, (80, 17), |e| e.kind() == Kind::Listen);
    insta::assert_snapshot!("chinese_nobody", listens);
    let arrives = shown(Language::Zh, (80, 17), |e| e.kind() == Kind::CqPush);
    insta::assert_snapshot!("chinese_arrival", arrives);
}

#[test]
fn for_a_projector_in_chinese() {
    let mut all = String::new();
    let moments: [fn(&Event) -> bool; 6] = [
        |e| e.kind() == Kind::Socket,
        |e| e.kind() == Kind::Accept,
        |e| e.kind() == Kind::CqPush,
        |e| e.kind() == Kind::CqPop,
        waits_for_value,
        |e| e.to() == Some(Closed),
    ];
    for found in moments {
        let mut app = at(found);
        (app.lang, app.classroom) = (Language::Zh, true);
        all += &format!("{}\n", drawn(&app, (80, 10)));
    }
    insta::assert_snapshot!("chinese_projector", all);
}

#[test]
fn the_way_and_the_legend_have_room_in_every_language() {
    for &lang in Language::ALL {
        for (_, text) in signs(lang) {
            assert!(SIGN + text.width() <= LEGEND, "{text}");
        }
        let row: usize = signs(lang).iter().map(|(sign, text)| sign.width() + text.width() + 3).sum();
        assert!(row <= SIZE.0, "{lang}");
        for road in ROADS.iter().chain(BYWAYS) {
            let why = reason(road.way(), lang);
            let told = 2 + lang.machine_told(short(road.from), short(road.to), why).width();
            assert!(told <= 80 && why.width() <= SIZE.0, "{told} {why}");
        }
    }
}
