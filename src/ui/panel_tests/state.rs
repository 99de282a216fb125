//! What the panels of threads, of a connection, of the stack and of the memory look like in Chinese, and what is said
//! there of more than there is room for.

use super::super::draw;
use super::super::threads;
use super::*;
use crate::texts::Language;
use crate::trace::reader::Recording;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::path::Path;
use unicode_width::UnicodeWidthStr as _;

/// The sizes that the panels have on a screen of 80x24 and on one of 120x40.
const SMALL: (u16, u16) = (80, 15);
const LARGE: (u16, u16) = (60, 12);

/// A panel alone, as one sees it: a wide character stands for two columns. Its name is another room's.
fn alone(app: &App, panel: Panel, (width, height): (u16, u16)) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    draw::panel(app, panel, area, &mut buffer);
    let row = |y| {
        let (mut x, mut line) = (0, String::new());
        while x < width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += (symbol.width() as u16).max(1);
        }
        line.trim_end().to_owned()
    };
    let first = u16::from(panel == Panel::Threads);
    (first..height).map(row).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

fn of_trace(name: &str) -> OpenedRecording {
    let read = Recording::load(Path::new(&format!("traces/{name}.jsonl")), false).unwrap();
    OpenedRecording {
        name: name.into(),
        header: read.header,
        events: read.events,
        end: read.end,
        warnings: vec![],
    }
}

fn in_chinese(recording: OpenedRecording) -> App {
    App::replay(recording, &Options { lang: Language::Zh, ..Options::default() })
}

/// What it is called, and which event it is.
type Moment = (&'static str, fn(&Event) -> bool);

/// A panel at moments of a recording, each at both sizes.
fn moments(panel: Panel, recording: fn() -> OpenedRecording, wanted: &[Moment]) -> String {
    let mut all = String::new();
    let mut app = in_chinese(recording());
    for (name, wanted) in wanted {
        let at = app.player.slice(0..usize::MAX).iter().position(|e| wanted(e)).unwrap();
        app.player.go(at);
        for size in [SMALL, LARGE] {
            all.push_str(&format!("== {name}, {}x{}\n{}\n", size.0, size.1, alone(&app, panel, size)));
        }
    }
    all
}

#[test]
fn threads_in_chinese() {
    let set_get = moments(
        Panel::Threads,
        recording,
        &[
            ("start", |e| e.kind() == Kind::Pipe && e.worker() == Some(Thread::Worker(2))),
            ("socket", |e| e.kind() == Kind::Setsockopt),
            ("bind", |e| e.kind() == Kind::Bind),
            ("listen", |e| e.kind() == Kind::Listen),
            ("a client", |e| e.kind() == Kind::Wake && e.th == Thread::Main),
            ("push", |e| e.kind() == Kind::CqPush),
            ("notify", |e| e.kind() == Kind::Notify),
            ("its pipe", |e| e.kind() == Kind::Wake && e.th == W0),
            ("its client", |e| e.kind() == Kind::Wake && e.conn.is_none() && e.seq > 90 && e.th == W0),
        ],
    );
    let slow = moments(
        Panel::Threads,
        || of_trace("slow-reader"),
        &[("writable", |e: &Event| {
            e.kind() == Kind::Wake
                && e.ready()
                    .is_some_and(|all| all.iter().any(|one| one.what == crate::event::Interest::Write))
        })],
    );
    insta::assert_snapshot!(set_get + &slow);
}

/// The list, and Space-time's labels, which stand on the right: whether what an event says is whole there.
#[test]
fn events_in_chinese() {
    let mut all = String::new();
    for (panel, size) in [(Panel::Events, (80, 20)), (Panel::Events, (60, 20)), (Panel::SpaceTime, (80, 20))]
    {
        for (name, wanted) in [
            ("push", (|e| e.kind() == Kind::CqPush) as fn(&Event) -> bool),
            ("a value", |e| e.kind() == Kind::Item),
            ("close", |e| e.kind() == Kind::Close),
        ] {
            let mut app = in_chinese(recording());
            let at = app.player.slice(0..usize::MAX).iter().position(|e| wanted(e)).unwrap();
            app.player.go(at);
            all.push_str(&format!("== {name}, {}x{}\n{}\n", size.0, size.1, alone(&app, panel, size)));
        }
    }
    insta::assert_snapshot!(all);
}

/// Main hands worker1 three connections, and worker0 has seventeen.
fn crowded(lang: Language) -> App {
    let mut app = app_with(|script| {
        for conn in 1..=17 {
            script.on(W0, Kind::CqPop, |e| (e.conn, e.worker) = (Some(conn), Some(W0)));
            script.on(W0, Kind::ConnNew, |e| {
                (e.conn, e.fd, e.state) = (Some(conn), Some(30), Some(ConnState::NewCmd));
            });
        }
        for conn in 18..=20 {
            let worker = Some(Thread::Worker(1));
            script.on(Thread::Main, Kind::CqPush, |e| (e.conn, e.worker) = (Some(conn), worker));
        }
    });
    app.lang = lang;
    app
}

#[test]
fn what_is_queued_touches_nothing_and_more_connections_are_counted() {
    let mut all = String::new();
    for lang in [Language::En, Language::Zh] {
        let mut app = crowded(lang);
        app.player.last();
        for back in [0, 1, 2] {
            for size in [SMALL, LARGE, (48, 8)] {
                all.push_str(&format!("== {lang} -{back}\n{}\n", alone(&app, Panel::Threads, size)));
            }
            app.player.back();
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn as_many_names_as_fit_are_listed_and_the_rest_is_counted() {
    let names: Vec<String> = (8..=11).map(|n| format!("c{n}")).collect();
    let fits = |all, room| threads::as_many_as_fit(&names, all, room);
    assert_eq!(fits(4, 13), "c8 c9 c10 c11");
    assert_eq!(fits(4, 12), "c8 c9 c10 +1");
    assert_eq!(fits(4, 11), "c8 c9 +2");
    assert_eq!(fits(40, 13), "c8 c9 c10 +37");
    assert_eq!(fits(40, 6), "c8 +39");
    assert_eq!((fits(40, 5), fits(40, 2)), ("+40".to_owned(), String::new()));
    assert_eq!(threads::as_many_as_fit(&[], 0, 10), "");
}

#[test]
fn a_connection_in_chinese() {
    let set_get = moments(
        Panel::Connection,
        recording,
        &[
            ("none", |e| e.seq == 2),
            ("accepted", |e| e.kind() == Kind::Accept),
            ("queued", |e| e.kind() == Kind::Notify),
            ("taken", |e| e.kind() == Kind::CqPop),
            ("new", |e| e.kind() == Kind::ConnNew && e.conn.is_some()),
            ("nread", |e| e.to() == Some(ConnState::Nread)),
            ("sent", |e| e.iov().is_some_and(|v| v.len() == 4)),
            ("closed", |e| e.kind() == Kind::Close),
        ],
    );
    let slow = moments(
        Panel::Connection,
        || of_trace("slow-reader"),
        &[
            ("full", |e: &Event| e.kind() == Kind::Sendmsg && e.errno().is_some()),
            ("part", |e| e.kind() == Kind::Sendmsg && e.ret().is_some_and(|n| n > 100_000)),
        ],
    );
    let hangups = moments(
        Panel::Connection,
        || of_trace("hangups"),
        &[("hangup", |e: &Event| e.kind() == Kind::Close)],
    );
    let mut filling = filling(6);
    filling.lang = Language::Zh;
    filling.pinned = Some(9);
    let mut swallowing = app_with(|script| {
        script.c0(Kind::Accept, |e| (e.conn, e.fd, e.worker) = (Some(9), Some(30), Some(W0)));
        script.c0(Kind::ConnNew, |e| (e.conn, e.fd, e.state) = (Some(9), Some(30), Some(ConnState::Swallow)));
        script.set(ConnSet { sbytes: Some(1000), ..ConnSet::default() });
        script.c0(Kind::Command, |e| e.conn = Some(9));
    });
    swallowing.lang = Language::Zh;
    let others = [alone(&filling, Panel::Connection, SMALL), alone(&swallowing, Panel::Connection, SMALL)];
    insta::assert_snapshot!(format!("{set_get}{slow}{hangups}{}", others.join("\n")));
}

#[test]
fn why_a_connection_was_closed_is_said_in_chinese_for_every_reason_that_the_server_gives() {
    let sources =
        ["drive_machine.rs", "network.rs", "thread.rs", "conn/mod.rs", "ascii/mod.rs", "ascii/storage.rs"];
    let mut reasons = Vec::new();
    for file in sources {
        let code = std::fs::read_to_string(Path::new("src/memcached").join(file)).unwrap();
        for line in code.lines() {
            let from = ["c.why = \"", "goes_to_closing(c, \""].iter().find_map(|from| line.split_once(from));
            let reason = from.and_then(|(_, rest)| Some(rest.split_once('"')?.0.to_owned()));
            reasons.extend(reason.filter(|reason| !reason.is_empty()));
        }
    }
    assert!(reasons.len() > 12, "{reasons:?}");
    for reason in reasons {
        let said = super::super::connection::closed(Language::Zh, Some(&reason));
        assert!(said != format!("已关闭：{reason}"), "{reason}");
        let said = super::super::connection::closed(Language::En, Some(&reason));
        assert_eq!(said, format!("closed: {reason}"));
    }
}

#[test]
fn the_stack_in_chinese() {
    let calls = moments(
        Panel::Stack,
        recording,
        &[
            ("mark", |e| e.seq == 1),
            ("return", |e| e.kind() == Kind::Return),
            ("asleep", |e| e.kind() == Kind::Wait && e.th == W0),
            ("deep", |e| e.kind() == Kind::Sendmsg),
        ],
    );
    let without = |title: &str| {
        let mut recording = recording();
        recording.header.title = title.into();
        recording.events.retain(|e| !matches!(e.kind(), Kind::Call | Kind::Return));
        let app = in_chinese(recording);
        [SMALL, LARGE, (24, 12)].map(|size| alone(&app, Panel::Stack, size)).join("\n")
    };
    insta::assert_snapshot!(format!("{calls}{}\n{}", without("memstep serve"), without("")));
}

#[test]
fn the_memory_in_chinese() {
    let memory = moments(
        Panel::Memory,
        || of_trace("memory"),
        &[
            ("nothing", |e| e.seq == 1),
            ("page", |e| e.op() == Some("page")),
            ("alloc", |e| e.op() == Some("alloc")),
            ("miss", |e| e.op() == Some("miss")),
            ("evict", |e| e.op() == Some("evict")),
            ("free", |e| e.op() == Some("free")),
            ("unlink", |e| e.op() == Some("unlink")),
            ("update", |e| e.op() == Some("update")),
        ],
    );
    let mut others = String::new();
    for op in ["expire", "flush", "reclaim", "evict", "hit"] {
        let mut recording = of_trace("memory");
        let at = recording.events.iter().position(|e| e.op() == Some("evict")).unwrap();
        let mut flat = crate::event::FlatEvent::from(&recording.events[at]);
        flat.op = Some(op.into());
        recording.events[at] = flat.event();
        let mut app = in_chinese(recording);
        app.player.go(at);
        others.push_str(&format!("== {op}\n{}\n", alone(&app, Panel::Memory, LARGE)));
    }
    // From the middle on: what was before is not known.
    let mut recording = of_trace("memory");
    recording.events.drain(..500);
    let mut app = in_chinese(recording);
    others.push_str(&format!("== late\n{}\n", alone(&app, Panel::Memory, SMALL)));
    app.player.last();
    others.push_str(&format!("== late, last\n{}\n", alone(&app, Panel::Memory, SMALL)));
    insta::assert_snapshot!(memory + &others);
}
