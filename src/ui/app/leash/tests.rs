//! A screen on a server that is held, by a leash that is as it is told to be.

use super::*;
use crate::event::FlatEvent;
use crate::event::{AtGate, Event, InLine, Kind, Leashed, Steps};
use crate::model::sample::{self, W0};
use crate::trace::format::Header;
use crate::ui::{Options, Tape};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::{Arc, Mutex};

const W1: Thread = Thread::Worker(1);

/// A leash that is as it is told to be, and keeps what it is asked for.
#[derive(Default)]
struct Told {
    now: Mutex<Leashed>,
    asked: Mutex<Vec<LeashRequest>>,
}

impl Leash for Told {
    fn look(&self) -> Leashed {
        self.now.lock().unwrap().clone()
    }
    fn ask(&self, what: LeashRequest) {
        self.asked.lock().unwrap().push(what);
    }
    fn farewell(&self) -> Option<String> {
        Some("the server at 10.0.0.1:1 has gone".to_owned())
    }
}

struct NoTape;

impl Tape for NoTape {
    fn is_recording(&self) -> bool {
        false
    }
    fn start_or_stop(&self) {}
}

fn at(th: Thread, ev: Kind, conn: u32) -> AtGate {
    AtGate { th, ev, of: None, conn: Some(conn) }
}

fn held(waiting: Vec<AtGate>) -> Leashed {
    Leashed { held: true, yours: true, waiting, ..Leashed::default() }
}

/// A screen on a server that is held so.
fn screen_of(leashed: Leashed) -> (App, Arc<Told>) {
    let told = Arc::new(Told::default());
    let header = Header { threads: 2, ..Header::default() };
    let mut app = App::live(header, told.clone(), Arc::new(NoTape), &Options::default());
    app.push(sample::set_get());
    set(&mut app, &told, leashed);
    (app, told)
}

fn set(app: &mut App, told: &Told, leashed: Leashed) {
    *told.now.lock().unwrap() = leashed;
    app.look_at_leash();
}

fn press(app: &mut App, keys: &str) {
    keys.chars().for_each(|c| app.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
}

fn rows(app: &App, (width, height): (u16, u16)) -> Vec<String> {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    crate::ui::draw::render(app, buf.area, &mut buf);
    (0..height).map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect()).collect()
}

fn lane(app: &App, th: &str) -> String {
    let rows = rows(app, (120, 40));
    rows.into_iter().find(|row| row.trim_start_matches(['▶', ' ']).starts_with(th)).unwrap()
}

#[test]
fn whose_turn_it_is_goes_round_and_is_asked_for() {
    let (mut app, told) = screen_of(held(vec![at(W0, Kind::CqPop, 1), at(Thread::Main, Kind::Wake, 0)]));
    let turn = |app: &App| rows(app, (80, 24))[0].contains("turn: ");
    assert!(!turn(&app));
    press(&mut app, ".t.t.");
    assert!(rows(&app, (80, 24))[0].contains("turn: worker0"));
    // Five of worker0's at once.
    press(&mut app, "05.");
    let step = |n, thread| LeashRequest::Step { n, thread };
    let asked = std::mem::take(&mut *told.asked.lock().unwrap());
    assert_eq!(asked, [step(1, None), step(1, Some(Thread::Main)), step(1, Some(W0)), step(5, Some(W0))]);
    let threads = app.player.world().threads.keys().filter(|th| **th != Thread::Client).count();
    press(&mut app, &"t".repeat(threads - 1));
    assert!(!turn(&app), "and then again whoever has waited longest");
}

#[test]
fn who_is_at_the_gate_and_who_waits_for_another_is_seen() {
    let mut leashed = held(vec![at(W0, Kind::Item, 0)]);
    leashed.in_line = vec![InLine { th: W1, behind: Some(W0) }];
    let (mut app, told) = screen_of(leashed.clone());
    assert!(lane(&app, "worker0").contains("▮ item c0"), "{}", lane(&app, "worker0"));
    assert!(lane(&app, "worker1").contains("▯ lock of worker0"), "{}", lane(&app, "worker1"));
    press(&mut app, "03t.");
    assert!(rows(&app, (120, 40))[39].contains("worker1 waits for a lock that worker0 has"));
    // It was asked for, and comes; then the last line is for what comes next.
    leashed.steps = Some(Steps { left: 1, th: Some(W1) });
    set(&mut app, &told, leashed);
    assert!(rows(&app, (120, 40))[39].contains("worker1 waits for a lock"));
    set(&mut app, &told, held(vec![at(W0, Kind::Item, 0), at(W1, Kind::Read, 1)]));
    assert!(rows(&app, (120, 40))[39].starts_with(" . worker1: read c1 "));
    // In the past nobody is at the gate.
    press(&mut app, ",");
    assert!(!lane(&app, "worker0").contains('▮'));
}

#[test]
fn a_server_that_somebody_else_holds_is_only_looked_at() {
    let others = Leashed { holder: Some("10.0.0.2:7".into()), yours: false, ..held(Vec::new()) };
    let (mut app, told) = screen_of(others);
    assert!(rows(&app, (80, 24))[23].contains("10.0.0.2:7 holds the server"));
    // The next key takes what was told away, whichever it is.
    press(&mut app, "??");
    assert!(rows(&app, (80, 24))[23].contains("10.0.0.2:7 has the leash"));
    set(&mut app, &told, Leashed::default());
    assert!(rows(&app, (80, 24))[23].contains("the server runs"));
}

#[test]
fn it_runs_to_a_breakpoint_and_says_where_it_stopped_however_quickly() {
    let (mut app, told) = screen_of(held(vec![at(W0, Kind::Read, 0)]));
    press(&mut app, "b,bGc");
    let asked = std::mem::take(&mut *told.asked.lock().unwrap());
    let [LeashRequest::Until(until)] = asked.as_slice() else { panic!("{asked:?}") };
    let filter = Filter::parse(until).unwrap();
    let of_both = |event: &Event| app.breakpoints.iter().any(|point| point.filter.matches(event));
    assert_eq!(app.breakpoints.iter().count(), 2);
    for event in sample::set_get() {
        assert_eq!(filter.matches(&event), of_both(&event), "{until}: {event:?}");
    }
    set(&mut app, &told, Leashed { stopped_at: Some(77), ..held(vec![at(W0, Kind::Read, 0)]) });
    assert!(rows(&app, (80, 24))[23].contains("stopped at event 77"));
    // Whoever else comes to the gate does not wipe it away.
    let more = vec![at(W0, Kind::Read, 0), at(Thread::Main, Kind::Wake, 0)];
    set(&mut app, &told, Leashed { stopped_at: Some(77), ..held(more) });
    assert!(rows(&app, (80, 24))[23].contains("stopped at event 77"));
}

/// Events of the server after those of the screen.
fn later(app: &App, events: &[(Thread, Kind)]) -> Vec<Event> {
    let last = app.player.seqs().unwrap().1;
    let event = |(at, (th, ev)): (u64, &(Thread, Kind))| {
        FlatEvent { seq: last + at, th: *th, ev: *ev, ..FlatEvent::default() }.event()
    };
    (1..).zip(events).map(event).collect()
}

#[test]
fn the_awaited_event_is_the_one_that_is_selected() {
    // The events may be there before one knows that it has stopped, or after that.
    for is_told_first in [false, true] {
        let (mut app, told) = screen_of(held(vec![at(W0, Kind::Read, 0)]));
        press(&mut app, "c");
        assert!(matches!(told.asked.lock().unwrap().as_slice(), [LeashRequest::Until(_)]));
        set(&mut app, &told, Leashed { until: Some("ev=wait".into()), ..Leashed::default() });
        let more = later(&app, &[(W0, Kind::Read), (W0, Kind::Wait), (Thread::Main, Kind::Wake)]);
        let awaited = more[1].seq;
        let stopped = Leashed { stopped_at: Some(awaited), ..held(vec![at(W0, Kind::Read, 0)]) };
        if is_told_first {
            set(&mut app, &told, stopped);
            app.push(more);
        } else {
            app.push(more);
            set(&mut app, &told, stopped);
        }
        let seq = |app: &App| app.player.current().unwrap().seq;
        assert_eq!(seq(&app), awaited);
        let rows = rows(&app, (80, 24));
        assert!(rows[0].contains("SERVER HELD") && rows[23].contains(&format!("stopped at event {awaited}")));
        // What came after it is a step away, and only then one lets something through.
        press(&mut app, ".");
        assert_eq!((seq(&app), told.asked.lock().unwrap().len()), (awaited + 1, 1));
        press(&mut app, ".");
        assert_eq!(told.asked.lock().unwrap().len(), 2);
    }
}

#[test]
fn where_it_has_stopped_it_goes_on_from_or_to_what_came_meanwhile() {
    let go_on = |kind: Kind| {
        let (mut app, told) = screen_of(held(vec![at(W0, Kind::Read, 0)]));
        app.push(later(&app, &[(W0, Kind::Wait), (Thread::Main, kind)]));
        let awaited = app.player.seqs().unwrap().1 - 1;
        set(&mut app, &told, Leashed { stopped_at: Some(awaited), ..held(vec![at(W0, Kind::Read, 0)]) });
        press(&mut app, "c");
        let asked = told.asked.lock().unwrap().len();
        (asked, app.player.current().unwrap().seq - awaited)
    };
    assert_eq!(go_on(Kind::Wake), (1, 1), "the server runs, and one looks at its newest event");
    assert_eq!(go_on(Kind::Wait), (0, 1), "another one that is awaited came already");
}

#[test]
fn a_thread_with_the_turn_runs_alone_or_one_hears_why_not() {
    let gate = || held(vec![at(W0, Kind::Read, 0), at(Thread::Main, Kind::Wake, 0)]);
    let (mut app, told) = screen_of(gate());
    press(&mut app, "02tc");
    let step = LeashRequest::Step { n: 1, thread: Some(W0) };
    assert_eq!(told.asked.lock().unwrap().as_slice(), std::slice::from_ref(&step));
    assert!(rows(&app, (80, 24))[23].contains("worker0 alone runs until ev=wait"));
    app.push(later(&app, &[(W0, Kind::Read)]));
    app.push(later(&app, &[(Thread::Main, Kind::Wait)]));
    assert_eq!(*told.asked.lock().unwrap(), [step.clone(), step.clone()], "main is not the one");
    app.push(later(&app, &[(W0, Kind::Wait)]));
    assert_eq!(told.asked.lock().unwrap().len(), 2, "that was it");
    assert!(rows(&app, (80, 24))[23].contains("stopped at event"));
    // Any key stops it.
    press(&mut app, "c?");
    app.push(later(&app, &[(W0, Kind::Read)]));
    assert_eq!(told.asked.lock().unwrap().len(), 3);
    press(&mut app, "?");
    let mut leashed = held(vec![at(Thread::Main, Kind::Item, 0)]);
    set(&mut app, &told, leashed.clone());
    press(&mut app, "c");
    assert!(rows(&app, (80, 24))[23].contains("worker0 cannot run alone: it is not at the gate"));
    leashed.in_line = vec![InLine { th: W0, behind: Some(Thread::Main) }];
    set(&mut app, &told, leashed);
    press(&mut app, "c");
    assert!(rows(&app, (80, 24))[23].contains("waits for a lock that main has"));
    assert_eq!(told.asked.lock().unwrap().len(), 3);
}

#[test]
fn what_was_missed_is_counted_and_a_server_that_is_gone_is_not_live() {
    let (mut app, _told) = screen_of(Leashed::default());
    let seq = app.player.current().unwrap().seq + 1;
    app.push(vec![FlatEvent { seq, ev: Kind::Drop, n: Some(1234), ..FlatEvent::default() }.event()]);
    assert!(rows(&app, (80, 24))[0].contains(" LIVE "));
    assert!(rows(&app, (80, 24))[0].contains(" 1234 events missed "));
    app.over();
    let shown = rows(&app, (80, 24));
    assert!(shown[0].contains(" SERVER GONE ") && shown[23].contains("10.0.0.1:1 has gone"));
    press(&mut app, "p");
    assert!(rows(&app, (80, 24))[23].contains("nothing to hold"));
}

#[test]
fn who_looks_at_a_busy_server_s_past_sees_that_the_oldest_were_let_go() {
    let (mut app, _told) = screen_of(Leashed::default());
    press(&mut app, ",");
    let let_go = |app: &App, size| rows(app, size)[0].contains("oldest let go, from #");
    app.kept_bytes = 2 * app.player.weight();
    for _ in 0..40 {
        assert!(app.forgot || !let_go(&app, (80, 24)));
        app.push(later(&app, &vec![(W0, Kind::Wait); 64]));
        assert!(app.player.weight() <= 2 * app.kept_bytes);
    }
    assert!(let_go(&app, (80, 24)) && let_go(&app, (120, 40)), "{}", rows(&app, (80, 24))[0]);
    assert!(app.player.weight() <= app.kept_bytes && app.player.len() < 64 * 40);
    // Who is at the newest event does not look at those.
    press(&mut app, "G");
    assert!(!let_go(&app, (80, 24)));
}
