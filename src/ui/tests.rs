//! Whole screens, and what keys do to them.

#![allow(clippy::unwrap_used)]
use super::run::{Host, Incoming, Input, run};
use super::*;
use crate::event::{AtGate, ConnState, Kind};
use crate::model::sample::{self, W0};
use crate::trace::format::{Detail, FORMAT, VERSION};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use unicode_width::UnicodeWidthStr as _;

pub(super) fn header() -> Header {
    Header {
        format: FORMAT.into(),
        version: VERSION,
        tool: "memstep 0.1.0".into(),
        start: "2026-11-23T03:12:46.264Z".into(),
        unit: "ns".into(),
        models: "memcached 1.4.24".into(),
        threads: 4,
        max_data: 256,
        detail: Detail::Calls,
        title: "set a 0 0 4".into(),
        redacted: Default::default(),
    }
}

pub(super) fn recording() -> OpenedRecording {
    let name = "set-get.jsonl".into();
    OpenedRecording {
        name,
        header: header(),
        events: sample::set_get(),
        end: Some(End::default()),
        warnings: Vec::new(),
    }
}

pub(super) fn app() -> App {
    App::replay(recording(), &Options::default())
}

/// The viewer at the first event that `found` accepts.
pub(super) fn at(found: impl Fn(&Event) -> bool) -> App {
    let mut app = app();
    let index = app.player.slice(0..usize::MAX).iter().position(|e| found(e)).unwrap();
    app.player.go(index);
    app
}

pub(super) fn press(app: &mut App, keys: &str) {
    keys.chars().for_each(|c| app.key(event_of(c)));
}

/// A key by a character that stands for it.
pub(super) fn event_of(c: char) -> KeyEvent {
    let code = match c {
        '\n' => KeyCode::Enter,
        '\x1b' => KeyCode::Esc,
        '\t' => KeyCode::Tab,
        '⇤' => KeyCode::BackTab,
        '\x7f' => KeyCode::Backspace,
        '→' => KeyCode::Right,
        '←' => KeyCode::Left,
        '↓' => KeyCode::Down,
        '↑' => KeyCode::Up,
        '⇟' => KeyCode::PageDown,
        '⇞' => KeyCode::PageUp,
        '⇱' => KeyCode::Home,
        '⇲' => KeyCode::End,
        '①' => KeyCode::F(1),
        c @ '\x01'..'\x1b' => {
            let letter = char::from(c as u8 - 1 + b'a');
            return KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        }
        c => KeyCode::Char(c),
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

pub(super) fn buffer(app: &App, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, app)).unwrap();
    terminal.backend().buffer().clone()
}

pub(super) fn screen(app: &App, width: u16, height: u16) -> String {
    let buffer = buffer(app, width, height);
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(row).collect::<Vec<_>>().join("\n")
}

/// What a buffer holds, as one reads it: a wide glyph has the cell after it, too.
pub(super) fn rows(buffer: &Buffer) -> String {
    let row = |y| {
        let (mut row, mut x) = (String::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(symbol.width()).unwrap().max(1);
        }
        row.trim_end().to_owned()
    };
    (0..buffer.area.height).map(row).collect::<Vec<_>>().join("\n")
}

pub(super) fn seq(app: &App) -> u64 {
    app.player.current().unwrap().seq
}

#[test]
fn the_start_at_120x40() {
    insta::assert_snapshot!(screen(&at(|e| e.kind() == Kind::Setsockopt), 120, 40));
}

#[test]
fn the_byte_in_the_pipe_at_120x40() {
    insta::assert_snapshot!(screen(&at(|e| e.kind() == Kind::Notify), 120, 40));
}

#[test]
fn waiting_for_the_value_at_120x40() {
    insta::assert_snapshot!(screen(&at(|e| e.to() == Some(ConnState::Nread)), 120, 40));
}

#[test]
fn waiting_for_the_value_at_80x24() {
    let mut app = at(|e| e.to() == Some(ConnState::Nread));
    insta::assert_snapshot!("waiting_for_the_value_at_80x24", screen(&app, 80, 24));
    press(&mut app, "3");
    insta::assert_snapshot!("the_machine_at_80x24", screen(&app, 80, 24));
}

#[test]
fn the_value_has_come_at_120x40() {
    let came = |e: &Event| e.into() == Some("item") && e.ret() == Some(6);
    insta::assert_snapshot!(screen(&at(came), 120, 40));
}

#[test]
fn the_answer_is_sent_at_120x40() {
    insta::assert_snapshot!(screen(&at(|e| e.iov().is_some_and(|v| v.len() == 4)), 120, 40));
}

#[test]
fn the_end_at_80x24() {
    let mut app = app();
    press(&mut app, "G");
    insta::assert_snapshot!(screen(&app, 80, 24));
}

#[test]
fn the_help_fits_and_says_every_key() {
    let mut app = app();
    press(&mut app, "?");
    insta::assert_snapshot!("help_at_80x24", screen(&app, 80, 24));
    insta::assert_snapshot!("help_at_120x40", screen(&app, 120, 40));
    press(&mut app, "q");
    assert!(app.help.is_none() && app.request.is_none(), "q in the help closes the help");
}

#[test]
fn without_colours_nothing_is_coloured_and_nothing_is_lost() {
    let options = Options { theme: Theme::Mono, ..Options::default() };
    let mut app = App::replay(recording(), &options);
    press(&mut app, "}jj");
    let mono = buffer(&app, 120, 40);
    assert!(mono.content().iter().all(|c| c.fg == Color::Reset && c.bg == Color::Reset));
    app.palette = Theme::Dark.palette();
    let dark = buffer(&app, 120, 40);
    assert!(dark.content().iter().all(|c| c.bg == Color::Reset), "the terminal's own background");
    let text = |b: &Buffer| b.content().iter().map(|c| c.symbol().to_owned()).collect::<String>();
    assert_eq!(text(&mono), text(&dark));
}

#[test]
fn no_size_makes_it_panic() {
    let mut app = app();
    press(&mut app, "}7.");
    for keys in ["", "1", "2", "2+", "2--", "3", "4", "5", "6", "e", "z", "?", ":12"] {
        press(&mut app, keys);
        for (width, height) in (0..=14).flat_map(|w| (0..=12).map(move |h| (w * 11, h * 4))) {
            let area = Rect::new(0, 0, width, height);
            draw::render(&app, area, &mut Buffer::empty(area));
        }
        for (width, height) in [(10, 5), (1, 1), (5, 1), (1, 30), (300, 2), (115, 31), (116, 32), (180, 44)] {
            let area = Rect::new(0, 0, width, height);
            draw::render(&app, area, &mut Buffer::empty(area));
        }
        press(&mut app, "\x1b\x1b");
    }
}

#[test]
fn help_and_quit_are_offered_at_every_width() {
    for width in 16..200 {
        let last = screen(&app(), width, 24).lines().last().unwrap().to_owned();
        assert!(last.ends_with("? help  q quit"), "{width}: {last}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(96))]
    /// Whatever a trace says, however large the terminal is and however it is looked at.
    #[test]
    fn a_trace_that_lies_can_be_drawn(
        events in proptest::collection::vec(crate::model::tests::any_event(), 1..60),
        keys in "[1-8ez+T.,)(n}cGg-]{0,12}",
        (width, height) in (0_u16..=300, 0_u16..=100),
        (ascii, classroom) in proptest::prelude::any::<(bool, bool)>(),
    ) {
        let options = Options { ascii, classroom, ..Options::default() };
        let mut app = App::replay(OpenedRecording { events, ..recording() }, &options);
        press(&mut app, "G");
        for key in keys.chars() {
            press(&mut app, &key.to_string());
            let cells = buffer(&app, width, height);
            proptest::prop_assert!(!ascii || cells.content().iter().all(|c| c.symbol().is_ascii()));
        }
        buffer(&app, 120, 40);
        buffer(&app, 80, 24);
    }
}

#[test]
fn bytes_of_the_client_cannot_act_on_the_terminal() {
    let mut recording = recording();
    for event in &mut recording.events {
        let hostile = "\x1b[31m\u{202e}\r\n\u{9b}";
        let mut flat = crate::event::FlatEvent::from(&*event);
        for text in [&mut flat.data, &mut flat.text, &mut flat.key] {
            *text = text.take().map(|_| hostile.to_owned());
        }
        flat.peer = flat.peer.map(|_| hostile.into());
        *event = flat.event();
    }
    let mut app = App::replay(recording, &Options::default());
    loop {
        let cells = buffer(&app, 120, 40);
        let text: String = cells.content().iter().map(|c| c.symbol()).collect();
        assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'), "event {}", seq(&app));
        if !app.player.step() {
            break;
        }
    }
}

#[test]
fn a_cause_and_its_effect_are_one_key_apart() {
    let mut app = at(|e| e.kind() == Kind::Notify);
    let notify = seq(&app);
    press(&mut app, "o");
    assert_eq!(app.player.current().unwrap().kind(), Kind::Notified);
    press(&mut app, "o");
    assert_eq!(seq(&app), notify);
    press(&mut app, "]");
    assert_eq!(app.player.current().unwrap().text(), Some("set a 0 0 4"));
    press(&mut app, "o");
    assert!(app.status.as_ref().unwrap().text.contains("no other end"));
}

#[test]
fn the_command_line_goes_anywhere_and_says_what_it_does_not_know() {
    let mut app = app();
    for (typed, expected) in [(":60\n", 60), (":+10\n", 70), (":-5\n", 65), (":0%\n", 1), (":5\x1b", 1)] {
        press(&mut app, typed);
        assert_eq!(seq(&app), expected, "{typed:?}");
    }
    press(&mut app, ":get\n");
    assert_eq!(app.player.current().unwrap().text(), Some("get a"));
    press(&mut app, ":frobnicate\n");
    let last = screen(&app, 120, 40).lines().last().unwrap().to_owned();
    assert!(last.contains("no such command or chapter: frobnicate"), "{last}");
    press(&mut app, ":q\n");
    assert_eq!(app.request, Some(super::app::Request::Quit));
}

#[test]
fn breakpoints_are_gone_on_to_and_back_to() {
    let mut app = at(|e| e.to() == Some(ConnState::ParseCmd));
    let first = seq(&app);
    press(&mut app, "bc");
    let second = seq(&app);
    press(&mut app, "c");
    assert!(first < second && second < seq(&app));
    press(&mut app, "c");
    assert!(app.status.as_ref().unwrap().text.contains("no later breakpoint"));
    press(&mut app, "CC");
    assert_eq!(seq(&app), first);
}

#[test]
fn playing_goes_on_by_itself_and_stops_at_the_end() {
    let mut app = app();
    press(&mut app, " ");
    app.tick(Duration::from_millis(399));
    assert_eq!(seq(&app), 1);
    app.tick(Duration::from_millis(1));
    assert_eq!(seq(&app), 2);
    app.tick(Duration::from_secs(3600));
    assert!(app.player.is_at_end() && !app.playing);
    assert_eq!(app.due(), None);
}

/// A leash on no server: it counts.
#[derive(Default)]
pub(super) struct TestLeash(Mutex<(bool, usize)>);

impl Leash for TestLeash {
    fn look(&self) -> Leashed {
        let held = self.0.lock().unwrap().0;
        let at = AtGate { th: W0, ev: Kind::Read, of: None, conn: Some(0) };
        let waiting = if held { vec![at] } else { Vec::new() };
        Leashed { held, yours: held, waiting, ..Leashed::default() }
    }
    fn ask(&self, what: LeashRequest) {
        let mut inner = self.0.lock().unwrap();
        match what {
            LeashRequest::Hold => inner.0 = true,
            LeashRequest::Release | LeashRequest::Until(_) => inner.0 = false,
            LeashRequest::Step { n, .. } => inner.1 += n as usize,
        }
    }
}

/// A tape that records or not, and writes nothing.
#[derive(Default)]
struct TestTape(Mutex<bool>);

impl Tape for TestTape {
    fn is_recording(&self) -> bool {
        *self.0.lock().unwrap()
    }

    fn start_or_stop(&self) {
        let mut is_recording = self.0.lock().unwrap();
        *is_recording = !*is_recording;
    }
}

#[test]
fn a_live_server_s_recording_is_started_stopped_and_seen() {
    let mut app = live(&Arc::new(TestLeash::default()), 100);
    assert!(!screen(&app, 100, 30).contains("REC"));
    press(&mut app, "r");
    assert!(screen(&app, 100, 30).lines().next().unwrap().contains("● REC"));
    app.news("live.jsonl: No space left on device: recording has stopped".to_owned());
    assert!(screen(&app, 100, 30).contains("live.jsonl: No space left on device"));
    press(&mut app, "r");
    assert!(!screen(&app, 100, 30).contains("REC"));
    let mut app = self::app();
    press(&mut app, "r");
    assert!(screen(&app, 100, 30).contains("this is a recording already"));
}

pub(super) fn live(leash: &Arc<TestLeash>, events: usize) -> App {
    let tape = Arc::new(TestTape::default());
    let mut app = App::live(header(), leash.clone(), tape, &Options::default());
    app.push(sample::set_get().into_iter().take(events).collect());
    app
}

#[test]
fn a_held_server_lets_one_event_through_and_the_past_never_looks_like_a_rewind() {
    let leash = Arc::new(TestLeash::default());
    let mut app = live(&leash, 100);
    assert!(screen(&app, 120, 40).starts_with(" memstep   LIVE "));
    press(&mut app, "p");
    app.status = None;
    insta::assert_snapshot!("server_held_at_120x40", screen(&app, 120, 40));
    press(&mut app, ".");
    assert_eq!(leash.0.lock().unwrap().1, 1);
    app.push(vec![sample::set_get().swap_remove(100)]);
    assert_eq!(seq(&app), 101, "the view follows what was let through");
    press(&mut app, ",");
    let past = screen(&app, 120, 40);
    assert!(past.starts_with(" memstep   PAST (#100 of 101)  server held"), "{past}");
    press(&mut app, ".");
    assert_eq!((seq(&app), leash.0.lock().unwrap().1), (101, 1), "first back to now, and no step");
    press(&mut app, "03.");
    assert_eq!(leash.0.lock().unwrap().1, 4);
    press(&mut app, "p");
    assert!(!leash.look().held);
}

#[test]
fn a_paused_view_stays_while_the_server_goes_on() {
    let leash = Arc::new(TestLeash::default());
    let mut app = live(&leash, 100);
    press(&mut app, " ");
    app.push(sample::set_get().into_iter().skip(100).take(5).collect());
    assert_eq!(seq(&app), 100);
    assert!(screen(&app, 80, 24).contains("VIEW PAUSED"));
    press(&mut app, ",");
    assert!(screen(&app, 80, 24).contains("PAST (#99 of 105)"));
    press(&mut app, "G");
    assert_eq!(seq(&app), 105);
    app.push(sample::set_get().into_iter().skip(105).take(1).collect());
    assert_eq!(seq(&app), 106);
    assert!(screen(&app, 80, 24).contains(" LIVE "));
}

/// What comes in, one after the other.
struct Queue(std::collections::VecDeque<Incoming>);

impl Input for Queue {
    fn next(&mut self, _: Option<Duration>) -> Option<Incoming> {
        self.0.pop_front()
    }
}

#[derive(Default)]
struct TestHost {
    suspended: usize,
    drawing: Mutex<()>,
}

impl Host for TestHost {
    fn suspend(&mut self) -> io::Result<()> {
        self.suspended += 1;
        Ok(())
    }
    fn resume(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn frame(&self) -> Option<MutexGuard<'_, ()>> {
        Some(self.drawing.lock().unwrap())
    }
}

pub(super) fn key(c: char, modifiers: KeyModifiers) -> Incoming {
    Incoming::Key(KeyEvent::new(KeyCode::Char(c), modifiers))
}

pub(super) fn run_to_end(app: &mut App, incoming: Vec<Incoming>) -> (io::Result<Exit>, usize) {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut host = TestHost::default();
    let exit = run(&mut terminal, app, &mut Queue(incoming.into()), &mut host);
    (exit, host.suspended)
}

#[test]
fn the_loop_ends_on_q_on_ctrl_c_and_on_signals() {
    let none = KeyModifiers::NONE;
    let ctrl = KeyModifiers::CONTROL;
    let keys = vec![key('.', none), key('z', ctrl), Incoming::Resize, key('q', none)];
    let mut app = app();
    let (exit, suspended) = run_to_end(&mut app, keys);
    assert_eq!((exit.unwrap().code(), suspended, seq(&app)), (0, 1, 2));
    assert_eq!(run_to_end(&mut app, vec![key('c', ctrl)]).0.unwrap().code(), 130);
    assert_eq!(run_to_end(&mut app, vec![Incoming::Signal(15)]).0.unwrap().code(), 143);
    assert_eq!(run_to_end(&mut app, vec![Incoming::Signal(1)]).0.unwrap().code(), 129);
    assert!(run_to_end(&mut app, vec![Incoming::Failed(io::Error::other("gone"))]).0.is_err());
}

#[test]
fn the_loop_takes_in_a_servers_events_until_they_end() {
    let leash = Arc::new(TestLeash::default());
    let mut app = App::live(header(), leash, Arc::new(TestTape::default()), &Options::default());
    let incoming = vec![Incoming::Events(sample::set_get()), Incoming::Over, key('q', KeyModifiers::NONE)];
    let (exit, _) = run_to_end(&mut app, incoming);
    assert_eq!(exit.unwrap(), Exit::Quit);
    assert!(app.is_over && app.player.is_at_end());
}

#[test]
fn a_recording_that_is_still_read_says_how_far_it_is() {
    let mut app = app();
    assert!(!screen(&app, 120, 40).contains("indexing") && app.due().is_none());
    app.progress = crate::player::SourceProgress { percent: 43, is_indexed: false, ..app.progress };
    assert!(screen(&app, 120, 40).contains("████░░░░░░ indexing 43 %"));
    assert!(app.due().is_some(), "one looks again by oneself");
    // Where nobody knows yet what stands there, one is on the way.
    app.key(KeyCode::Char(':').into());
    press(&mut app, "50%\n");
    assert!(app.player.cursor() == Some(0) && screen(&app, 120, 40).contains("on the way"));
}
