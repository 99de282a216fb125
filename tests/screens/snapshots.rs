//! What every panel looks like, at three sizes, with colours, without, and in ASCII: at a moment of a
//! story that has something to show there.
//!
//! A snapshot holds the screen three times. With colours and without (where the text is the same)
//! the line under a row says how its cells are styled: `n` now, `L` now as a block, `c` changed by
//! this event, `s` strong, `d` dim, `f` faint, `w` a warning; without colours `b` bold, `u`
//! underlined, `r` reversed, `f` faint.

use super::{buffer, press, row, text, viewer};
use memstep::event::{ConnState, Event, Kind};
use memstep::ui::{App, Options, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

const SIZES: [(u16, u16); 3] = [(60, 15), (80, 24), (120, 40)];

/// How a cell is styled, in a letter.
fn letter(cell: &Cell) -> char {
    let has = |modifier| cell.modifier.contains(modifier);
    match cell.fg {
        Color::Indexed(80) if has(Modifier::REVERSED) => 'L',
        Color::Indexed(80) => 'n',
        Color::Indexed(215) => 'c',
        Color::Indexed(247) => 'd',
        Color::Indexed(239) => 'f',
        Color::Indexed(203) => 'w',
        Color::Reset if has(Modifier::REVERSED) => 'r',
        Color::Reset if has(Modifier::UNDERLINED) => 'u',
        Color::Reset if has(Modifier::DIM) => 'f',
        Color::Reset if has(Modifier::BOLD) => 'b',
        Color::Reset => ' ',
        _ => '?',
    }
}

fn styles(buffer: &Buffer, y: u16) -> String {
    // Blanks have no colour that anyone sees, unless they are part of a block.
    let of = |cell: &Cell| match letter(cell) {
        'L' => 'L',
        'r' => 'r',
        _ if cell.symbol() == " " => ' ',
        letter => letter,
    };
    (0..buffer.area.width).map(|x| of(&buffer[(x, y)])).collect::<String>().trim_end().to_owned()
}

fn styled(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let styles = styles(buffer, y);
        out.push_str(&format!("  {}\n", row(buffer, y)));
        if !styles.is_empty() {
            out.push_str(&format!("~ {styles}\n"));
        }
    }
    out
}

/// The three looks of one screen.
fn looks(app: impl Fn(&Options) -> App, size: (u16, u16)) -> String {
    let options = |theme, ascii| Options { theme, ascii, ..Options::default() };
    let dark = buffer(&app(&options(Theme::Dark, false)), size);
    let mono = buffer(&app(&options(Theme::Mono, false)), size);
    let ascii = buffer(&app(&options(Theme::Mono, true)), size);
    assert_eq!(text(&dark), text(&mono), "without colours nothing is lost");
    assert!(ascii.content().iter().all(|cell| cell.symbol().is_ascii()));
    let rows = 0..mono.area.height;
    let mono: String = rows.map(|y| styles(&mono, y) + "\n").collect();
    format!("colour:\n{}\nmono, its styles:\n{mono}\nascii:\n{}", styled(&dark), text(&ascii))
}

/// A panel at its moment; on a large screen it is alone.
fn panel(name: &str, digit: char, story: &str, wanted: impl Fn(&Event) -> bool) {
    for (width, height) in SIZES {
        let app = |options: &Options| {
            let mut app = viewer(story, options, &wanted);
            press(&mut app, &digit.to_string());
            if width >= 116 {
                press(&mut app, "z");
            }
            app
        };
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), looks(app, (width, height)));
    }
}

fn enters(state: ConnState) -> impl Fn(&Event) -> bool {
    move |e| e.to() == Some(state)
}

#[test]
fn threads() {
    panel("threads", '1', "round-robin", |e| {
        e.kind() == Kind::Notify && e.worker().unwrap().worker() == Some(2)
    });
}

#[test]
fn space_time() {
    panel("space_time", '2', "round-robin", |e| e.kind() == Kind::Notified && e.th.worker() == Some(2));
}

#[test]
fn machine() {
    panel("machine", '3', "set-get", enters(ConnState::Write));
}

#[test]
fn connection() {
    let took_a_part = |e: &Event| e.kind() == Kind::Sendmsg && e.ret().is_some_and(|n| n > 100_000);
    panel("connection", '4', "slow-reader", took_a_part);
}

#[test]
fn stack() {
    panel("stack", '5', "pipelined", |e| e.kind() == Kind::Item);
}

#[test]
fn events() {
    panel("events", '6', "byte-by-byte", enters(ConnState::ParseCmd));
}

#[test]
fn why() {
    panel("why", '7', "hangups", |e| e.kind() == Kind::Close);
}

/// An item pushed out by one of its own class.
#[test]
fn memory() {
    let op = |wanted: &'static str| move |e: &Event| e.op() == Some(wanted);
    panel("memory", '8', "memory", op("evict"));
    let seconds = |e: &Event| e.op() == Some("link") && e.key() == Some("user:683");
    let mut all = String::new();
    let mut moment = |name: &str, wanted: &dyn Fn(&Event) -> bool| {
        let mut app = viewer("memory", &Options::default(), wanted);
        press(&mut app, "8");
        all += &format!("{name}:\n{}\n", text(&buffer(&app, (80, 24))));
    };
    moment("page", &op("page"));
    moment("alloc", &op("alloc"));
    moment("bucket", &seconds);
    moment("miss", &op("miss"));
    moment("update", &op("update"));
    // Where there is room for all the panels it has a place among them.
    let mut app = viewer("memory", &Options::default(), op("unlink"));
    press(&mut app, "8");
    all += &format!("beside the others:\n{}", text(&buffer(&app, (120, 40))));
    insta::assert_snapshot!("memory_moments", all);
}

/// The first screen that one sees, and what a projector shows.
#[test]
fn all_at_once() {
    for (width, height) in [(60, 15), (80, 24), (120, 40), (200, 60)] {
        let app = |options: &Options| viewer("set-get", options, |e| e.kind() == Kind::Notified);
        insta::assert_snapshot!(format!("all_{width}x{height}"), looks(app, (width, height)));
    }
    for (width, height) in SIZES {
        let app = |digit| {
            let options = Options { classroom: true, ..Options::default() };
            let mut app = viewer("set-get", &options, enters(ConnState::Nread));
            press(&mut app, digit);
            text(&buffer(&app, (width, height)))
        };
        let both = format!("{}\n{}", app("3"), app("2"));
        insta::assert_snapshot!(format!("classroom_{width}x{height}"), both);
    }
}

/// A way that is seldom taken, idle time, a client that is gone; every event, and only arrows.
#[test]
fn space_time_at_every_scale() {
    for (name, keys) in [("finest", "2+"), ("coarsest", "2-")] {
        let mut app =
            viewer("slow-reader", &Options::default(), |e| e.kind() == Kind::Sendmsg && e.errno().is_some());
        press(&mut app, keys);
        insta::assert_snapshot!(format!("space_time_{name}_80x24"), text(&buffer(&app, (80, 24))));
    }
}
