//! Every key does what the help says of it.

#![allow(clippy::unwrap_used)]

mod cases;

use super::app::{PendingKey, Request};
use super::desk::{Desk, Export};
use super::panels::Panel;
use super::prompt::PromptKind;
use super::spacetime::Scale;
use super::tests::{TestLeash, app, event_of, key, live, press, recording, run_to_end, screen, seq};
use super::*;
use crate::event::FlatEvent;
use crate::event::{ConnState, Kind};
use crate::filter::Filter;
use crate::model::sample;
use crate::trace::format::Note;
use cases::CASES;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use std::sync::Mutex;
use std::time::Duration;

fn ev(app: &App) -> Kind {
    app.player.current().unwrap().kind()
}

fn told(app: &App) -> &str {
    app.status.as_ref().map_or("", |status| &status.text)
}

fn asked(app: &App) -> Option<PromptKind> {
    app.prompt.as_ref().map(|prompt| prompt.asked)
}

#[test]
fn every_key_does_what_the_help_says() {
    for (before, key, holds) in CASES {
        let mut app = app();
        press(&mut app, ":100\n");
        press(&mut app, before);
        app.key(event_of(*key));
        assert!(holds(&app), "{before:?} {key:?}: event {}, told {:?}", seq(&app), told(&app));
    }
    for bound in keys::bound() {
        let is_tried = CASES.iter().any(|(_, key, _)| event_of(*key) == bound);
        assert!(is_tried, "{bound:?} is bound, and nothing here tries it");
    }
}

#[test]
fn esc_closes_one_thing_at_a_time_and_never_quits() {
    let mut app = app();
    press(&mut app, ":60\nz/ev=read\n&conn=0\n?");
    let open = |app: &App| (app.help.is_some(), app.narrow.is_some(), app.search.is_some(), app.zoom);
    assert_eq!(open(&app), (true, true, true, true));
    for expected in [
        (false, true, true, true),
        (false, false, true, true),
        (false, false, false, true),
        (false, false, false, false),
        (false, false, false, false),
    ] {
        press(&mut app, "\x1b");
        assert_eq!(open(&app), expected);
        assert_eq!(app.request, None);
    }
    press(&mut app, ":ev\x1b");
    assert!(app.prompt.is_none() && app.request.is_none());
    press(&mut app, "B\x1b");
    assert!(app.list.is_none());
    press(&mut app, "ma");
    press(&mut app, "m\x1b");
    assert!(app.pending.is_none() && app.bookmarks.len() == 1);
    press(&mut app, " \x1b");
    assert!(!app.playing);
}

#[test]
fn with_a_filter_the_list_shows_and_the_steps_go_to_what_it_means() {
    let mut app = app();
    press(&mut app, "&ev=state & conn=0\n");
    let all: Vec<u64> =
        app.player.slice(0..usize::MAX).iter().filter(|e| e.kind() == Kind::State).map(|e| e.seq).collect();
    let mut seen = Vec::new();
    for _ in 0..all.len() {
        press(&mut app, ".");
        seen.push(seq(&app));
    }
    assert_eq!(seen, all);
    press(&mut app, ".");
    assert_eq!((seq(&app), told(&app)), (*all.last().unwrap(), "no later event is shown (Esc shows all)"));
    press(&mut app, "05,");
    assert_eq!(seq(&app), all[all.len() - 6]);
    press(&mut app, "g");
    assert_eq!(seq(&app), all[0]);
    press(&mut app, "G");
    assert_eq!(seq(&app), *all.last().unwrap());
    press(&mut app, "6z");
    let text = screen(&app, 120, 40);
    assert!(
        text.contains(&format!("Events · ev=state & conn=0 · {} of 178 · Esc: all", all.len())),
        "{text}"
    );
    assert!(text.lines().next().unwrap().contains("only ev=state & conn=0"), "{text}");
    let list = text.split("Events ·").nth(1).unwrap();
    assert!(list.lines().skip(1).all(|l| !l.contains(" call ") && !l.contains(" read ")), "{list}");
    press(&mut app, "g/notify\n");
    assert_eq!((seq(&app), told(&app)), (all[0], "no later \"notify\" among what is shown"));
    press(&mut app, "G");
    // Chapters and numbers are places in the whole recording, and what is there is shown.
    press(&mut app, "[");
    assert_eq!(ev(&app), Kind::Mark);
    press(&mut app, ":2\n");
    assert!(screen(&app, 120, 40).contains("(not among these) "));
    press(&mut app, ".");
    assert_eq!(seq(&app), all[0]);
    // Played, it is what is shown that is played.
    press(&mut app, "g ");
    for at in &all {
        assert_eq!(seq(&app), *at);
        let pause = app.due().unwrap();
        app.tick(pause);
    }
    assert_eq!((app.playing, told(&app)), (false, "the last event that is shown"));
    // Two filters at once: the connection and the expression.
    press(&mut app, "\x1b");
    press(&mut app, ":150\n*&ev=read\n");
    assert_eq!(app.narrow.as_ref().unwrap().filter().to_string(), "conn=0 & ev=read");
    press(&mut app, "*");
    assert_eq!(app.narrow.as_ref().unwrap().filter().to_string(), "ev=read");
    press(&mut app, ":filter\n");
    assert!(app.narrow.is_none() && told(&app) == "all events are shown");
}

#[test]
fn the_filter_of_the_command_line_is_there_at_the_start() {
    let filter = Some(Filter::parse("ev=accept").unwrap());
    let mut app = App::replay(recording(), &Options { filter, ..Options::default() });
    press(&mut app, "6");
    assert!(screen(&app, 80, 24).contains("Events · ev=accept · 1 of 178 · Esc: all"));
}

#[test]
fn what_is_wrong_with_an_expression_is_marked_and_stays_to_be_put_right() {
    let mut app = app();
    press(&mut app, ":break to=conn_nraed & conn=0\n");
    let text = screen(&app, 100, 30);
    let lines: Vec<&str> = text.lines().collect();
    let [mark, line] = lines[lines.len() - 2..] else { panic!() };
    assert_eq!(line.find("conn_nraed").unwrap(), mark.find('▼').unwrap(), "{text}");
    assert!(mark.contains("no such state: conn_nraed; did you mean conn_nread or conn_read?"), "{text}");
    press(&mut app, &"\x7f".repeat("aed & conn=0".len()));
    assert!(!screen(&app, 100, 30).contains('▼'), "typing goes on");
    press(&mut app, "ead\n");
    assert_eq!(app.breakpoints.iter().next().unwrap().filter.to_string(), "to=conn_nread");
    // In every width the mark is there and nothing is lost of the last line's end.
    press(&mut app, "&ev=state & ev=state & ev=state & ev=stat\n");
    for width in 20..140 {
        let text = screen(&app, width, 24);
        assert!(text.contains('▼'), "{width}: {text}");
        assert!(text.ends_with("? help  q quit"), "{width}: {text}");
    }
    // What was typed comes back.
    press(&mut app, "\x1b:↑");
    assert_eq!(app.prompt.as_ref().unwrap().line(), "break to=conn_nread");
}

#[test]
fn breakpoints_are_listed_switched_off_and_taken_away() {
    let mut app = app();
    press(&mut app, ":break ev=accept\n:break to=conn_nread & conn=0\n:break ev=close\nB");
    insta::assert_snapshot!("breakpoints_at_80x24", screen(&app, 80, 24));
    press(&mut app, "k d");
    assert_eq!(app.list, Some(1));
    press(&mut app, "k ");
    assert_eq!(app.breakpoints.iter().map(ToString::to_string).collect::<Vec<_>>(), ["ev=close"]);
    press(&mut app, "qc");
    assert_eq!((app.request.clone(), ev(&app)), (None, Kind::Close));
    press(&mut app, "gBk\n");
    assert_eq!((app.list, ev(&app)), (None, Kind::Accept), "Enter goes on to one that is off, too");
    // Set again, it is on again.
    press(&mut app, ":break ev=accept\n");
    assert_eq!(app.breakpoints.iter().count(), 2);
    press(&mut app, ":break\n");
    assert!(app.list.is_some());
    press(&mut app, "?");
    assert!(
        screen(&app, 80, 40).contains("The list of breakpoints"),
        "the help is that of what one looks at"
    );
}

#[test]
fn playing_stops_at_breakpoints_and_at_chapters_if_so_told() {
    let mut app = App::replay(recording(), &Options { pause_on_marks: true, ..Options::default() });
    press(&mut app, ":break ev=accept\n");
    let mut stops = Vec::new();
    while !app.player.is_at_end() {
        press(&mut app, " ");
        app.tick(Duration::from_secs(3600));
        stops.push(ev(&app));
        assert!(!app.playing);
    }
    assert_eq!(stops.iter().filter(|k| **k == Kind::Accept).count(), 1);
    assert!(stops.iter().filter(|k| **k == Kind::Mark).count() >= 3, "{stops:?}");
}

#[test]
fn bookmarks_and_quote_quote() {
    let mut app = app();
    press(&mut app, ":60\nma:100\nmb'a");
    assert_eq!(seq(&app), 60);
    press(&mut app, "''");
    assert_eq!(seq(&app), 100);
    press(&mut app, "''");
    assert_eq!(seq(&app), 60);
    press(&mut app, "'z");
    assert_eq!((seq(&app), told(&app)), (60, "no bookmark z; there are a, b"));
    press(&mut app, "m1");
    assert!(told(&app).contains("is a letter"));
    press(&mut app, "...6z");
    let text = screen(&app, 120, 40);
    assert!(text.lines().any(|l| l.starts_with(" a  60 ")), "{text}");
}

/// A desk that remembers what it got.
#[derive(Debug, Default)]
struct TestDesk {
    there: Vec<Note>,
    got: Arc<Mutex<Vec<String>>>,
}

struct TestExport(Arc<Mutex<Vec<String>>>);

impl Desk for TestDesk {
    fn notes(&self) -> Vec<Note> {
        self.there.clone()
    }
    fn note(&self, note: &Note) -> Result<String, String> {
        self.got.lock().unwrap().push(note.text.clone());
        if note.text == "no room" { Err("disk full".into()) } else { Ok("kept in x.jsonl".into()) }
    }
    fn export(&self, file: &str, over: bool) -> Result<Box<dyn Export>, String> {
        self.got.lock().unwrap().push(format!("{file} {over}"));
        Ok(Box::new(TestExport(self.got.clone())))
    }
    fn save(&self, file: &str, _: bool, text: &str) -> Result<String, String> {
        self.got.lock().unwrap().push(text.to_owned());
        Ok(format!("the screen is written to {file}"))
    }
}

impl Export for TestExport {
    fn event(&mut self, event: &Event, is_shown: bool) -> Result<(), String> {
        if is_shown {
            self.0.lock().unwrap().push(event.seq.to_string());
        }
        Ok(())
    }
    fn finish(
        self: Box<Self>,
        end: Option<crate::trace::format::End>,
        notes: &[Note],
    ) -> Result<String, String> {
        self.0.lock().unwrap().push(format!("end {} {}", end.is_some(), notes.len()));
        Ok("x".into())
    }
}

fn with_desk(there: Vec<Note>) -> (App, Arc<Mutex<Vec<String>>>) {
    let desk = TestDesk { there, ..TestDesk::default() };
    let got = desk.got.clone();
    (App::replay(recording(), &Options { desk: Some(Arc::new(desk)), ..Options::default() }), got)
}

#[test]
fn a_note_is_seen_in_the_list_and_in_why_and_those_that_were_there_too() {
    let (mut app, got) = with_desk(vec![Note::new(99, "seen before")]);
    press(&mut app, ":100\na  here it is \n");
    assert_eq!(told(&app), "noted at event 100: kept in x.jsonl");
    assert_eq!(*got.lock().unwrap(), ["here it is"]);
    let text = screen(&app, 120, 40);
    let row = |what: &str| text.lines().position(|l| l.contains(what)).unwrap();
    assert_eq!(row("✎ seen before"), row("   99 ") + 1, "{text}");
    assert_eq!(text.matches("✎ here it is").count(), 2, "{text}");
    press(&mut app, "ano room\n");
    assert!(told(&app).contains("only until you quit: disk full"), "{}", told(&app));
    press(&mut app, "a \n");
    assert_eq!(got.lock().unwrap().len(), 2, "nothing is no note");
}

#[test]
fn what_is_shown_is_exported_and_the_screen() {
    let (mut app, got) = with_desk(vec![Note::new(99, "x")]);
    press(&mut app, "&ev=accept | ev=close\n:export a.flow\n");
    assert_eq!(told(&app), "2 events written to x");
    let lines = std::mem::take(&mut *got.lock().unwrap());
    assert_eq!((lines.len(), lines[0].as_str(), lines[3].as_str()), (4, "a.flow false", "end true 1"));
    press(&mut app, ":export! a.flow\n");
    assert_eq!(std::mem::take(&mut *got.lock().unwrap())[0], "a.flow true");
    let seen = screen(&app, 90, 30);
    press(&mut app, ":export s.txt\n");
    let saved = got.lock().unwrap().pop().unwrap();
    assert_eq!((saved.lines().count(), saved.lines().next()), (30, seen.lines().next()));
    press(&mut app, ":export\n");
    assert!(told(&app).starts_with(":export FILE: .jsonl "));
}

/// A recording that is too long to be looked at at once.
fn long() -> App {
    let event = |seq| FlatEvent { seq, t: seq * 1000, ev: Kind::Wait, ..FlatEvent::default() }.event();
    let mut events: Vec<Event> = (1..=90_000).map(event).collect();
    events[80_000].what = FlatEvent { ev: Kind::Close, ..FlatEvent::default() }.event().what;
    App::replay(OpenedRecording { events, ..recording() }, &Options::default())
}

#[test]
fn looking_through_a_long_recording_goes_on_by_itself_and_any_key_stops_it() {
    let mut app = long();
    press(&mut app, "/ev=close\n");
    assert!(told(&app).starts_with("22 % looked at for ev=close (any key stops it)"), "{}", told(&app));
    assert_eq!((app.due(), seq(&app)), (Some(Duration::ZERO), 1));
    press(&mut app, "\x1b");
    assert_eq!((app.due(), told(&app)), (None, "stopped"));
    press(&mut app, "n");
    let mut ticks = 0;
    while app.due().is_some() {
        assert!(app.tick(Duration::ZERO));
        ticks += 1;
    }
    assert_eq!((seq(&app), app.status.as_ref()), (80_001, None));
    assert!((2..10).contains(&ticks), "{ticks}");
    press(&mut app, "''");
    assert_eq!(seq(&app), 1);
    // The list under a filter fills by itself, too.
    press(&mut app, "&ev=close\n");
    assert!(screen(&app, 120, 40).contains("% looked at"));
    while app.due().is_some() {
        app.tick(Duration::ZERO);
    }
    let text = screen(&app, 120, 40);
    assert!(text.contains("1 of 90000") && text.contains("/80001 "), "{text}");
    let (exit, _) = run_to_end(&mut app, vec![key('n', KeyModifiers::NONE), key('q', KeyModifiers::NONE)]);
    assert_eq!(exit.unwrap(), Exit::Quit);
}

#[test]
fn the_mouse_goes_to_events_and_focuses_panels_where_it_is_listened_to() {
    let mut app = app();
    press(&mut app, ":60\n");
    // The list stands below on the right.
    const LIST: u16 = 80;
    let text = screen(&app, 120, 40);
    let row = |what: &str| {
        let row = text.lines().map(|l| l.chars().skip(66).collect::<String>()).position(|l| l.contains(what));
        u16::try_from(row.unwrap()).unwrap()
    };
    let mouse = |kind, column, row| MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    let click = MouseEventKind::Down(MouseButton::Left);
    app.mouse(mouse(click, LIST, row("   63 ")));
    assert_eq!(seq(&app), 60, "off");
    press(&mut app, "M");
    app.mouse(mouse(click, LIST, row("   63 ")));
    assert_eq!((seq(&app), app.focus), (63, Panel::Events));
    app.mouse(mouse(click, 5, 2));
    assert_eq!((seq(&app), app.focus), (63, Panel::Threads));
    screen(&app, 120, 40);
    app.mouse(mouse(MouseEventKind::ScrollDown, LIST, row("   63 ")));
    assert_eq!(seq(&app), 66);
    app.mouse(mouse(MouseEventKind::ScrollUp, LIST, row("   63 ")));
    assert_eq!(seq(&app), 63);
    press(&mut app, "?");
    app.mouse(mouse(MouseEventKind::ScrollDown, 1, 1));
    assert_eq!((seq(&app), app.help), (63, Some(3)));
    for row in 0..50 {
        app.mouse(mouse(click, 200, row));
    }
}

#[test]
fn a_running_server_is_followed_under_a_filter_and_left_alone() {
    let leash = Arc::new(TestLeash::default());
    let mut app = live(&leash, 100);
    press(&mut app, "&ev=state\n");
    assert!(screen(&app, 120, 40).contains(" LIVE "));
    app.push(sample::set_get().into_iter().skip(100).take(30).collect());
    assert_eq!((seq(&app), app.follow), (130, true));
    let states = sample::set_get().iter().take(130).filter(|e| e.kind() == Kind::State).count();
    assert!(screen(&app, 120, 40).contains(&format!("ev=state · {states} of 130")));
    press(&mut app, ",");
    assert!(ev(&app) == Kind::State && screen(&app, 120, 40).contains("PAST (#"));
    press(&mut app, "F");
    assert!(app.follow && seq(&app) == 130);
    press(&mut app, "?");
    let help = screen(&app, 80, 80);
    assert!(
        help.contains("follow the newest event") && !help.contains("of a running server alone"),
        "{help}"
    );
}

#[test]
fn a_breakpoint_on_an_expression_stops_where_it_says() {
    let mut app = app();
    press(&mut app, ":break to=conn_nread & conn=0\nc");
    assert_eq!(app.player.current().unwrap().to(), Some(ConnState::Nread));
    press(&mut app, "6z");
    let row = screen(&app, 120, 40).lines().find(|l| l.starts_with(" ▶●")).map(str::to_owned);
    assert!(row.is_some_and(|row| row.contains("conn_nread")));
}
