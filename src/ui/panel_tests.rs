//! What single panels say, and what they must not say.

#![allow(clippy::unwrap_used)]
use super::panels::Panel;
use super::tests::{at, press, recording, screen, seq};
use super::*;
use crate::event::{ConnItem, ConnSet, ConnState, Function, Kind};
use crate::model::sample::{self, Script, W0};
use std::time::Duration;

mod state;

#[test]
fn the_machine_says_whose_state_it_marks() {
    for (width, height, keys) in [(120, 40, ""), (80, 24, "3"), (132, 40, "3z")] {
        let mut app = at(|e| e.kind() == Kind::CqPush);
        press(&mut app, keys);
        let of_socket = screen(&app, width, height);
        assert!(of_socket.contains("drive_machine · the listening socket"), "{of_socket}");
        assert!(!of_socket.contains("drive_machine · c0"), "it has no struct conn yet");
        let has_one = app
            .player
            .slice(0..usize::MAX)
            .iter()
            .position(|e| e.kind() == Kind::ConnNew && e.conn.is_some());
        app.player.go(has_one.unwrap());
        assert!(screen(&app, width, height).contains("drive_machine · c0"));
    }
}

#[test]
fn a_breakpoint_means_the_function_and_what_is_done_to_an_item() {
    let set_at = |found: fn(&Event) -> bool| {
        let mut app = at(found);
        press(&mut app, "b");
        let filter = app.breakpoints.iter().next().unwrap().filter.clone();
        assert_eq!(Filter::parse(&filter.to_string()).unwrap(), filter, "a server's leash takes it, too");
        filter.to_string()
    };
    assert_eq!(set_at(|e| e.function() == Some(Function::DriveMachine)), "ev=call & fn=drive_machine");
    assert_eq!(set_at(|e| e.op() == Some("link")), "ev=item & op=link");
    assert_eq!(set_at(|e| e.kind() == Kind::Read), "ev=read");
    assert_eq!(
        set_at(|e| e.to() == Some(ConnState::Nread)),
        "ev=state & from=conn_parse_cmd & to=conn_nread"
    );
}

/// The events of `set` and `get`, and what `more` adds to them.
#[allow(clippy::field_reassign_with_default)]
fn app_with(more: impl FnOnce(&mut Script)) -> App {
    let mut script = Script::default();
    script.events = sample::set_get();
    more(script.after(1_000_000));
    let mut app = App::replay(OpenedRecording { events: script.events, ..recording() }, &Options::default());
    app.player.last();
    app
}

#[test]
fn the_byte_in_a_pipe_is_the_one_that_was_written() {
    let pause = |script: &mut Script| {
        for worker in [W0, Thread::Worker(1)] {
            script.on(Thread::Assoc, Kind::Notify, |e| {
                (e.worker, e.fd, e.data, e.ret) = (Some(worker), Some(7), Some("p".into()), Some(1));
            });
        }
    };
    let app = app_with(pause);
    let shown = screen(&app, 120, 40);
    assert!(shown.contains("assoc: write p i") && shown.contains("writes p ↑"), "{shown}");
    let pipe = |shown: &str, th: &str| shown.lines().find(|l| l.contains(th)).unwrap().to_owned();
    assert!(pipe(&shown, "  worker0 ").contains("▸p▸"), "{shown}");
    assert!(!shown.contains("writes c") && !shown.contains("byte c"), "{shown}");

    let mut app = app_with(|script| {
        pause(script);
        script.on(W0, Kind::Notified, |e| {
            (e.worker, e.fd, e.data, e.ret) = (Some(W0), Some(6), Some("p".into()), Some(1));
        });
    });
    let shown = screen(&app, 120, 40);
    assert!(shown.contains("read p f") && !shown.contains("read c from"), "{shown}");
    assert!(pipe(&shown, "worker1 ").contains("▸p▸"), "{shown}");
    press(&mut app, "2");
    let shown = screen(&app, 80, 24);
    assert!(shown.contains("read p from its pipe") && !shown.contains("read c from"), "{shown}");
    // A recording that does not say it is not filled in.
    let mut app = app_with(|script| script.on(Thread::Main, Kind::Notify, |e| e.worker = Some(W0)));
    press(&mut app, "2");
    assert!(screen(&app, 80, 24).contains("write ? into its pipe"));
}

#[test]
fn the_stack_names_the_command_that_made_the_trace() {
    let hint = |title: &str| {
        let mut recording = recording();
        recording.header.title = title.into();
        recording.events.retain(|e| !matches!(e.kind(), Kind::Call | Kind::Return));
        let mut app = App::replay(recording, &Options::default());
        press(&mut app, "5");
        screen(&app, 80, 24)
    };
    let (serve, record) =
        ("memstep serve --record FILE --detail calls", "memstep record SESSION -o FILE --detail calls");
    let of_serve = hint("memstep serve (experiment: edge-triggered)");
    assert!(of_serve.contains(serve) && !of_serve.contains("record SESSION"), "{of_serve}");
    assert!(hint("memstep live").contains("memstep live --record FILE --detail calls"));
    assert!(hint("set a 0 0 4").contains(record) && !hint("set a 0 0 4").contains("memstep serve"));
    assert!(hint("").contains(serve) && hint("").contains(record), "{}", hint(""));
}

#[test]
fn a_digit_alone_is_always_a_panel_however_quickly_another_follows() {
    let mut app = app_with(|_| {});
    press(&mut app, "g346.");
    assert_eq!((seq(&app), app.focus), (2, Panel::Events));
    press(&mut app, "12345678");
    assert_eq!((seq(&app), app.focus, &app.count), (2, Panel::Memory, &None));
    assert!(!screen(&app, 80, 24).contains("times"));
    // What chooses nothing begins nothing.
    press(&mut app, "9.");
    assert_eq!(seq(&app), 3);
}

#[test]
fn a_count_begins_with_a_0_and_ends_after_a_second_without_a_key() {
    let mut app = app_with(|_| {});
    press(&mut app, "g3010.");
    assert_eq!((seq(&app), app.focus, app.due()), (11, Panel::Machine, None));
    press(&mut app, "05,042");
    assert_eq!((seq(&app), app.focus), (6, Panel::Machine));
    assert!(screen(&app, 80, 24).contains(" 42 times ..."));
    press(&mut app, "G");
    assert_eq!(seq(&app), 42);
    // Time is what it is told: not quite a second, a digit, not quite a second, and then a whole one.
    let almost = Duration::from_millis(999);
    press(&mut app, "0");
    assert!(!app.tick(almost) && app.due() == Some(Duration::from_millis(1)));
    press(&mut app, "3");
    assert!(!app.tick(almost));
    press(&mut app, ".");
    assert_eq!(seq(&app), 45);
    press(&mut app, "03");
    assert!(app.tick(Duration::from_secs(1)) && app.due().is_none(), "the screen says it no more");
    press(&mut app, ".4");
    assert_eq!((seq(&app), app.focus), (46, Panel::Connection));
    // Esc takes it back, and nothing else.
    press(&mut app, "z03\x1b.");
    assert!(seq(&app) == 47 && app.zoom);
}

/// A connection in whose item 10 bytes are to come, of which so many have, and two of them were kept.
fn filling(came: i32) -> App {
    app_with(|script| {
        let item = ConnItem { key: "key".into(), size: 10 };
        script.c0(Kind::Accept, |e| (e.conn, e.fd, e.worker) = (Some(9), Some(30), Some(W0)));
        script.c0(Kind::ConnNew, |e| (e.conn, e.fd, e.state) = (Some(9), Some(30), Some(ConnState::NewCmd)));
        script.set(ConnSet {
            item: Some(Some(item)),
            ritem: Some(0),
            rlbytes: Some(10),
            ..ConnSet::default()
        });
        script.c0(Kind::Command, |e| e.conn = Some(9));
        if came > 0 {
            let ritem = came.unsigned_abs();
            script.set(ConnSet { ritem: Some(ritem), rlbytes: Some(10 - came), ..ConnSet::default() });
            script.c0(Kind::Read, |e| {
                (e.conn, e.fd, e.into, e.at) = (Some(9), Some(30), Some("item".into()), Some(0));
                (e.want, e.ret) = (Some(10), Some(came.into()));
                (e.data, e.len) = (Some("ab".into()), Some(ritem.into()));
            });
        }
    })
}

#[test]
fn what_is_not_recorded_is_not_what_is_to_come() {
    for (size, keys) in [((120, 40), ""), ((80, 24), ""), ((80, 24), "4"), ((132, 50), "4z")] {
        let shown = |came| {
            let mut app = filling(came);
            press(&mut app, keys);
            let shown = screen(&app, size.0, size.1);
            (shown.lines().find(|line| line.contains("key")).unwrap().replace(' ', ""), shown)
        };
        let (item, all) = shown(0);
        assert!(item.contains("__________") && all.contains("_ to come"), "{all}");
        assert!(!all.contains("not recorded"), "{all}");
        let (item, all) = shown(6);
        assert!(item.contains("ab░░░░____"), "{all}");
        assert!(all.contains("░ not recorded  _ to come"), "{all}");
        let (item, all) = shown(10);
        assert!(item.contains("ab░░░░░░░░"), "{all}");
        assert!(all.contains("░ not recorded") && !all.contains("to come"), "{all}");
    }
    let mut app = filling(6);
    app.ascii = true;
    press(&mut app, "4");
    let all = screen(&app, 80, 24);
    assert!(all.contains("a b : : : : _ _ _ _") && all.contains(": not recorded  _ to come"), "{all}");
}

#[test]
fn a_read_buffer_has_no_bytes_to_come() {
    // The recording has begun after these bytes were read.
    let mut app = app_with(|script| {
        script.c0(Kind::Accept, |e| (e.conn, e.fd, e.worker) = (Some(9), Some(30), Some(W0)));
        script.c0(Kind::ConnNew, |e| (e.conn, e.fd, e.state) = (Some(9), Some(30), Some(ConnState::Read)));
        script.set(ConnSet { rcurr: Some(3), rbytes: Some(5), ..ConnSet::default() });
        script.c0(Kind::Command, |e| e.conn = Some(9));
    });
    press(&mut app, "4");
    let shown = screen(&app, 80, 24);
    let rbuf = shown.lines().find(|line| line.contains("rbuf")).unwrap();
    assert!(rbuf.contains("░ ░ ░ ░ ░") && !rbuf.contains('_'), "{shown}");
    assert!(shown.contains("░ not recorded") && !shown.contains("to come"), "{shown}");
}
