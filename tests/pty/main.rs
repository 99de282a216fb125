//! The whole program in a real terminal: what it shows, and that it gives the terminal back however
//! it ends.
#![allow(clippy::unwrap_used)]

mod attach;
#[path = "../common/mod.rs"]
mod common;
mod growing;
mod homes;
mod keys;
mod lesson;
mod live;
mod panic;
mod paste;
mod sequences;
mod signals;
mod sizes;

use common::until;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, tcgetattr};
use std::fs;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use vt100::{Color, Screen};

const MEMSTEP: &str = env!("CARGO_BIN_EXE_memstep");
const YIELD: &str = "traces/yield.jsonl";
/// The terminal's size: (columns, rows).
const SIZE: (u16, u16) = (120, 40);
/// Far more than any machine needs; it turns a hang into a failure.
const PATIENCE: Duration = Duration::from_secs(20);

/// A terminal with a program in it.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    /// The program's end, kept open: it tells the modes when the program has gone.
    tty: OwnedFd,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    reader: JoinHandle<()>,
    /// Its modes before the program was there.
    before: String,
}

/// What the terminal has got.
struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    /// The reader shall let go of the terminal.
    is_enough: bool,
}

/// How a program ended, and what it left.
struct Left {
    code: u32,
    screen: Screen,
    bytes: Vec<u8>,
    modes: LocalModes,
    /// Whether the terminal's modes, all of them, are what they were.
    is_as_before: bool,
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// A terminal's size as the emulator takes it.
fn rows_and_cols((cols, rows): (u16, u16)) -> (NonZeroU16, NonZeroU16) {
    (NonZeroU16::new(rows).unwrap(), NonZeroU16::new(cols).unwrap())
}

/// How many rows and columns the emulator has.
fn size_of(screen: &Screen) -> (u16, u16) {
    let (rows, cols) = screen.size();
    (rows.get(), cols.get())
}

fn no_env(_: &mut CommandBuilder) {}

impl Terminal {
    fn start(args: &[&str]) -> Terminal {
        Terminal::run(MEMSTEP, args, no_env)
    }

    fn run(program: &str, args: &[&str], env: impl FnOnce(&mut CommandBuilder)) -> Terminal {
        Terminal::sized(SIZE, SIZE, program, args, env)
    }

    /// One that says `told` of its size, and draws `size`.
    fn sized(
        told: (u16, u16),
        size: (u16, u16),
        program: &str,
        args: &[&str],
        env: impl FnOnce(&mut CommandBuilder),
    ) -> Terminal {
        let pair = native_pty_system().openpty(pty_size(told)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(env!("CARGO_MANIFEST_DIR"));
        command.env("TERM", "xterm-256color");
        // Whoever runs the tests has settings of their own.
        command.env("MEMSTEP_CONFIG", "");
        // And have gone through lessons: here nothing is kept, unless a test says where.
        for name in ["XDG_STATE_HOME", "HOME", "LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(name);
        }
        for name in ["NO_COLOR", "COLORFGBG", "RUST_BACKTRACE", "LINES", "COLUMNS"] {
            command.env_remove(name);
        }
        env(&mut command);
        let tty = pair.master.tty_name().unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let tty = rustix::fs::open(tty, flags, Mode::empty()).unwrap();
        let before = format!("{:?}", tcgetattr(&tty).unwrap());
        let child = pair.slave.spawn_command(command).unwrap();
        let (rows, cols) = rows_and_cols(size);
        let seen = Seen { parser: vt100::Parser::new(rows, cols, 0), bytes: Vec::new(), is_enough: false };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let (mut out, shared) = (pair.master.try_clone_reader().unwrap(), seen.clone());
        let reader = std::thread::spawn(move || {
            let mut buf = [0; 4096];
            while let Ok(n @ 1..) = out.read(&mut buf) {
                let mut seen = shared.0.lock().unwrap();
                seen.parser.process(&buf[..n]);
                seen.bytes.extend_from_slice(&buf[..n]);
                shared.1.notify_all();
                if seen.is_enough {
                    break;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Terminal { child, master: pair.master, keys, tty, seen, reader, before }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until the screen is as wanted.
    fn wait(&self, what: &str, wanted: impl Fn(&Screen) -> bool) -> Screen {
        self.wait_until(what, |seen| wanted(seen.parser.screen()))
    }

    /// Waits until a frame that is as wanted is there to its end, where the cursor is hidden again.
    fn wait_for_frame(&self, what: &str, wanted: impl Fn(&Screen) -> bool) -> Screen {
        self.wait_until(what, |seen| seen.bytes.ends_with(b"\x1b[?25l") && wanted(seen.parser.screen()))
    }

    fn wait_until(&self, what: &str, wanted: impl Fn(&Seen) -> bool) -> Screen {
        let (seen, changed) = &*self.seen;
        let seen = seen.lock().unwrap();
        let (seen, timeout) = changed.wait_timeout_while(seen, PATIENCE, |seen| !wanted(seen)).unwrap();
        let screen = seen.parser.screen().clone();
        assert!(!timeout.timed_out(), "did not come: {what}; the screen:\n{}", screen.contents());
        screen
    }

    /// Waits until the screen contains `text`.
    fn wait_for(&self, text: &str) -> Screen {
        self.wait(text, |screen| screen.contents().contains(text))
    }

    /// Presses keys and waits for what they lead to.
    fn press_for(&mut self, keys: &str, text: &str) -> Screen {
        self.press(keys);
        self.wait_for(text)
    }

    fn resize(&self, size: (u16, u16)) {
        // The emulator first: what the program then draws is drawn on the new size.
        let (rows, cols) = rows_and_cols(size);
        self.seen.0.lock().unwrap().parser.screen_mut().set_size(rows, cols);
        self.master.resize(pty_size(size)).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.process_id().unwrap()).unwrap()).unwrap()
    }

    fn kill(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    fn is_raw(&self) -> bool {
        !tcgetattr(&self.tty).unwrap().local_modes.intersects(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Waits for the program's end.
    fn end(mut self) -> Left {
        let seen = self.seen.clone();
        let status = ended(&mut *self.child, || text(seen.0.lock().unwrap().parser.screen()));
        assert_eq!(status.signal(), None, "it ends by itself");
        self.left(status.exit_code())
    }

    /// Waits until a signal has ended the program.
    fn end_by_signal(mut self) -> Left {
        let seen = self.seen.clone();
        let status = ended(&mut *self.child, || text(seen.0.lock().unwrap().parser.screen()));
        assert!(status.signal().is_some(), "{status:?}");
        self.left(status.exit_code())
    }

    fn left(self, code: u32) -> Left {
        let modes = tcgetattr(&self.tty).unwrap();
        let is_as_before = format!("{modes:?}") == self.before;
        let modes = modes.local_modes;
        // With the last hold on the program's end gone, the reader reads what is left, and stops.
        drop(self.tty);
        self.reader.join().unwrap();
        let seen = self.seen.0.lock().unwrap();
        Left { code, screen: seen.parser.screen().clone(), bytes: seen.bytes.clone(), modes, is_as_before }
    }
}

/// The status that `child` ends with; if it does not, `shown` is what is to be seen of it.
fn ended(child: &mut dyn Child, shown: impl Fn() -> String) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if start.elapsed() >= PATIENCE {
            child.kill().unwrap();
            panic!("it does not end:\n{}", shown());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether a terminal is as a shell wants it, as far as escape sequences go.
fn assert_shell_s(screen: &Screen) {
    assert!(!screen.alternate_screen(), "the alternate screen is left");
    assert!(!screen.hide_cursor(), "the cursor is shown");
    assert!(!screen.bracketed_paste() && !screen.application_cursor());
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    assert_eq!((screen.fgcolor(), screen.bgcolor()), (Color::Default, Color::Default));
    assert!(!screen.bold() && !screen.inverse() && !screen.underline());
}

impl Left {
    fn assert_restored(&self, code: u32) {
        assert_eq!(self.code, code, "{}", self.screen.contents());
        assert_shell_s(&self.screen);
        let cooked = LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        assert!(self.is_as_before && self.modes.contains(cooked), "{:?}", self.modes);
        // Not by luck: it was there.
        let text = String::from_utf8_lossy(&self.bytes);
        let (took, gave) = (text.find("\x1b[?1049h"), text.rfind("\x1b[?1049l"));
        assert!(took.is_some() && took < gave, "{took:?} {gave:?}");
        // Nothing is left on the shell's screen.
        assert_eq!(self.screen.contents().trim(), "");
    }
}

/// What stands on the screen; not whether a blank was written or never touched.
fn text(screen: &Screen) -> String {
    screen.rows(0, size_of(screen).1).map(|row| row.trim_end().to_owned() + "\n").collect()
}

/// The last row; it ends in how to leave.
fn footer(screen: &Screen) -> String {
    text(screen).lines().last().unwrap().to_owned()
}

/// The events panel's row of the cursor, and the column where it begins.
fn row_of_now(screen: &Screen) -> Option<(u16, u16)> {
    let rows: Vec<String> = screen.rows(0, size_of(screen).1).collect();
    let panel = rows.iter().position(|row| row.contains("6 Events"))?;
    let before = rows[panel].split("6 Events").next()?.chars().count();
    let left = u16::try_from(before).ok()?.checked_sub(1)?;
    let mut below = u16::try_from(panel).ok()?..size_of(screen).0;
    let row = below.find(|&row| screen.cell(row, left).is_some_and(|cell| cell.contents() == "▶"))?;
    Some((row, left))
}

#[test]
fn the_tour_is_stepped_sought_resized_and_left() {
    let mut terminal = Terminal::start(&[]);
    terminal.wait("the first screen", |screen| {
        let text = screen.contents();
        ["REPLAY", "set a 0 0 4", "step 1 of 25", "Enter: the next step", "? help  q quit"]
            .iter()
            .all(|wanted| text.contains(wanted))
    });
    assert!(terminal.is_raw());
    terminal.press_for("\r", "step 2 of 25");
    terminal.press_for("\x7f", "step 1 of 25");
    terminal.press_for("g", "event 1 of ");
    terminal.press_for(".", "event 2 of ");
    terminal.press_for(",", "event 1 of ");
    terminal.press_for(":57", ":57");
    terminal.press("\r");
    let at_57 =
        |screen: &Screen| screen.contents().contains(" event 57 of ") && !footer(screen).contains(':');
    let sought = text(&terminal.wait_for_frame("event 57", at_57));

    terminal.press_for("?", "next, previous request");
    terminal.press("\x1b");
    terminal.wait("the help closed", |screen| text(screen) == sought);

    for size in [(80, 24), (20, 5), (200, 60)] {
        terminal.resize(size);
        // On a small screen too the last line says how to leave.
        terminal.wait("the screen redrawn", |screen| {
            text(screen).lines().next().unwrap().contains(" REPLAY ")
                && footer(screen).ends_with("? help  q quit")
        });
    }
    terminal.resize(SIZE);
    terminal.wait("the same screen again", |screen| text(screen) == sought);
    terminal.press_for(",", "event 56 of ");

    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn a_signal_ends_it_with_the_terminal_restored() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let terminal = Terminal::start(&["replay", YIELD]);
        terminal.wait_for("event 1 of ");
        terminal.kill(signal);
        terminal.end().assert_restored(code);
    }
    let mut terminal = Terminal::start(&["replay", YIELD]);
    terminal.wait_for("event 1 of ");
    terminal.press("\x03");
    terminal.end().assert_restored(130);
}

#[test]
fn a_broken_line_is_said_and_the_rest_can_be_looked_at() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("broken.jsonl");
    let text = fs::read_to_string(YIELD).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(50, "{\"seq\":5");
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let path = path.to_str().unwrap();

    let mut terminal = Terminal::start(&["replay", path]);
    terminal.wait_for("broken.jsonl:51:8: expected an event");
    terminal.press_for(":100\r", "event 100 of ");
    terminal.press("q");
    let left = terminal.end();
    assert_eq!(left.code, 2);
    assert!(String::from_utf8_lossy(&left.bytes).contains("`--lenient` counts such lines and skips them"));

    let mut terminal = Terminal::start(&["replay", path, "--lenient", "--at", "100"]);
    terminal.wait_for("1 broken line skipped");
    terminal.wait_for("event 100 of ");
    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_the_shell_s_fg_takes_it_again() {
    let mut terminal = Terminal::start(&["replay", YIELD, "--at", "100"]);
    let before = terminal.wait_for_frame("event 100", |screen| {
        let text = screen.contents();
        text.contains(" event 100 of ") && !text.contains("indexing")
    });
    let before = text(&before);
    let stat = format!("/proc/{}/stat", terminal.pid().as_raw_nonzero());
    let is_stopped = || fs::read_to_string(&stat).unwrap().rsplit(") ").next().unwrap().starts_with('T');
    // As a key, and as `kill -TSTP` would have it.
    for round in 0..2 {
        if round == 0 {
            terminal.press("\x1a");
        } else {
            terminal.kill(Signal::TSTP);
        }
        until("it stops", is_stopped);
        assert!(!terminal.is_raw());
        assert_shell_s(&terminal.wait("the shell's screen", |screen| !screen.alternate_screen()));
        terminal.kill(Signal::CONT);
        terminal.wait("the screen redrawn", |screen| screen.alternate_screen() && text(screen) == before);
        until("the keys are the program's again", || terminal.is_raw());
    }
    terminal.press_for("g", "event 1 of ");
    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn a_trace_on_stdin_leaves_the_keys_to_the_terminal() {
    let line = format!("cat {YIELD} | '{MEMSTEP}' replay -");
    let mut terminal = Terminal::run("sh", &["-c", &line], no_env);
    terminal.wait_for("event 1 of ");
    terminal.press_for("..", "event 3 of ");
    terminal.press("q");
    terminal.end().assert_restored(0);
}

/// The numbers of all `CSI ... m` sequences: colours, bold and so on.
fn styles(bytes: &[u8]) -> Vec<Vec<u32>> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    for sequence in text.split("\x1b[").skip(1) {
        let end = sequence.find(|c: char| !matches!(c, '0'..='9' | ';' | ':'));
        if let Some((numbers, rest)) = end.map(|end| sequence.split_at(end))
            && rest.starts_with('m')
        {
            found.push(numbers.split([';', ':']).map(|n| n.parse().unwrap_or(0)).collect());
        }
    }
    found
}

/// Whether a sequence chooses a colour, rather than the terminal's own (39, 49, 59).
fn chooses_colour(numbers: &[u32]) -> bool {
    numbers.iter().any(|n| matches!(n, 30..=38 | 40..=48 | 58 | 90..=107))
}

#[test]
fn no_color_means_none_and_the_current_row_is_still_marked() {
    fn no_color(command: &mut CommandBuilder) {
        command.env("NO_COLOR", "1");
    }
    for (env, coloured) in [(no_color as fn(&mut CommandBuilder), false), (no_env, true)] {
        let mut terminal = Terminal::run(MEMSTEP, &["replay", YIELD], env);
        terminal.wait_for("event 1 of ");
        terminal.press_for("}}", "A whole command line");
        let screen = terminal.wait("the current row", |screen| {
            row_of_now(screen).is_some_and(|(row, left)| {
                // Of the event itself, not only the mark.
                screen.cell(row, left + 10).is_some_and(vt100::Cell::bold)
            })
        });
        let lit = |cell: &vt100::Cell| cell.inverse() && cell.bold();
        let (rows, cols) = size_of(&screen);
        let cells = (0..rows).flat_map(|y| (0..cols).map(move |x| (y, x)));
        assert!(cells.filter_map(|(y, x)| screen.cell(y, x)).any(lit), "the state that is lit");
        terminal.press("q");
        let left = terminal.end();
        left.assert_restored(0);
        let styles = styles(&left.bytes);
        assert!(!styles.is_empty());
        assert_eq!(styles.iter().any(|numbers| chooses_colour(numbers)), coloured, "{styles:?}");
    }
}

#[test]
fn in_ascii_no_other_byte_reaches_the_terminal() {
    fn latin(command: &mut CommandBuilder) {
        command.env("LC_ALL", "en_US.ISO-8859-1");
    }
    fn utf8(command: &mut CommandBuilder) {
        command.env("LC_ALL", "C.UTF-8");
    }
    let runs = [
        (&["replay", YIELD, "--ascii"][..], utf8 as fn(&mut CommandBuilder), true),
        (&["replay", YIELD], latin, true),
        (&["replay", YIELD], utf8, false),
    ];
    for (args, env, is_ascii) in runs {
        let mut terminal = Terminal::run(MEMSTEP, args, env);
        terminal.wait_for("event 1 of ");
        terminal.press_for("}}", "A whole command line");
        terminal.press_for("?", "next, previous request");
        // The first closes the help.
        terminal.press("qq");
        let left = terminal.end();
        left.assert_restored(0);
        assert_eq!(left.bytes.iter().all(|&b| b < 0x7f), is_ascii, "{args:?}");
    }
}
