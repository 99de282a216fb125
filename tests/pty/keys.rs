//! Keys that do something to the terminal, or to a file.

use super::*;
use std::process::Command;
use tempfile::TempDir;

/// A recording in a folder of its own.
fn recording() -> (TempDir, String) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("t.jsonl");
    fs::copy(YIELD, &path).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (dir, path)
}

fn saw(terminal: &Terminal, what: &[u8]) -> bool {
    terminal.seen.0.lock().unwrap().bytes.windows(what.len()).any(|bytes| bytes == what)
}

#[test]
fn the_mouse_is_left_alone_until_asked_for_and_given_back_at_the_end() {
    let mut terminal = Terminal::start(&["replay", YIELD]);
    let screen = terminal.wait_for("event 1 of ");
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    let on = |screen: &Screen| screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
    terminal.press("M");
    let screen = terminal.wait("the mouse is listened to", on);
    // A click, as a terminal reports it, on the third row below the cursor's.
    let (row, left) = row_of_now(&screen).unwrap();
    terminal.press(&format!("\x1b[<0;{};{}M", left + 20, row + 3 + 1));
    terminal.wait_for("event 4 of ");
    // Suspended, the mouse is the shell's.
    terminal.press("\x1a");
    assert_shell_s(&terminal.wait("the shell's screen", |screen| !screen.alternate_screen()));
    // Who is woken before it sleeps goes on sleeping.
    let stat = format!("/proc/{}/stat", terminal.pid().as_raw_nonzero());
    until("it stops", || fs::read_to_string(&stat).unwrap().rsplit(") ").next().unwrap().starts_with('T'));
    terminal.kill(Signal::CONT);
    terminal.wait("the mouse again", |screen| screen.alternate_screen() && on(screen));
    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn a_signal_gives_the_mouse_back_too() {
    let mut terminal = Terminal::start(&["replay", YIELD]);
    terminal.wait_for("event 1 of ");
    terminal.press("M");
    terminal.wait("the mouse", |screen| screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None);
    terminal.kill(Signal::TERM);
    terminal.end().assert_restored(143);
}

#[test]
fn y_gives_the_event_to_the_clipboard_as_json() {
    let mut terminal = Terminal::start(&["replay", YIELD]);
    terminal.wait_for("event 1 of ");
    assert!(!saw(&terminal, b"\x1b]52;"));
    terminal.press_for("y", "event 1 is copied as JSON");
    // {"seq":1, in base64.
    assert!(saw(&terminal, b"\x1b]52;c;eyJzZXEiOjEs"));
    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn capital_q_leaves_the_last_screen_where_the_shell_goes_on() {
    let mut terminal = Terminal::start(&["replay", YIELD, "--at", "100"]);
    terminal.wait_for("event 100 of ");
    terminal.press("Q");
    let left = terminal.end();
    assert_eq!(left.code, 0);
    assert_shell_s(&left.screen);
    let contents = left.screen.contents();
    assert!(contents.contains("event 100 of ") && contents.contains("6 Events"), "{contents}");
}

#[test]
fn a_terminal_of_ten_by_five_is_no_reason_to_fall_over() {
    let mut terminal = Terminal::start(&["replay", YIELD]);
    terminal.wait_for("event 1 of ");
    // From here on it listens to the terminal.
    terminal.press_for(".", "event 2 of ");
    terminal.resize((10, 5));
    terminal
        .wait("a small screen", |screen| size_of(screen) == (5, 10) && text(screen).starts_with(" REPLAY"));
    // Nothing here is Esc: right before another key it would be Alt.
    let keys =
        ["1", "2", "3", "4", "5", "6", "z", "z", "?", "q", "B", "q", "&ev=stat\r", "\x03", "/x\r", "M"];
    for keys in keys {
        terminal.press(keys);
    }
    terminal.resize(SIZE);
    terminal.press_for("g.", "event 2 of ");
    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn notes_are_there_again_and_the_recording_is_still_whole() {
    let (dir, path) = recording();
    let before = fs::read(&path).unwrap();
    let mut terminal = Terminal::start(&["replay", &path, "--at", "130"]);
    terminal.wait_for("event 130 of ");
    terminal.press("asee here\r");
    terminal.wait_for("noted at event 130: kept in ");
    terminal.press("q");
    terminal.end().assert_restored(0);
    let after = fs::read(&path).unwrap();
    assert!(after.starts_with(&before) && after.len() > before.len(), "appended, and nothing else");

    // A recording that may not be written has its notes beside it.
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let mut terminal = Terminal::start(&["replay", &path, "--at", "130"]);
    terminal.wait_for("✎ see here");
    terminal.press("aand there\r");
    terminal.wait_for("t.jsonl.notes.jsonl");
    terminal.press("q");
    terminal.end().assert_restored(0);
    assert_eq!(fs::read(&path).unwrap(), after);
    let mut terminal = Terminal::start(&["replay", &path, "--at", "130"]);
    terminal.wait("both notes", |screen| {
        let text = screen.contents();
        text.contains("✎ see here") && text.contains("✎ and there")
    });
    terminal.press("q");
    terminal.end().assert_restored(0);

    let run = |args: &[&str]| {
        let out = Command::new(MEMSTEP).args(args).arg(&path).current_dir(dir.path()).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let check = run(&["check"]);
    assert!(check.ends_with("no problems\n") && check.contains("1 remark at its end"), "{check}");
    assert!(run(&["print"]).ends_with("remark on #130: see here\n"));
    assert_eq!(run(&["print", "--format", "jsonl"]).as_bytes(), after);
}

#[test]
fn what_is_exported_is_what_print_prints_with_the_same_filter() {
    let (dir, path) = recording();
    let out = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let filter = "ev=state | ev=read";
    let mut terminal = Terminal::start(&["replay", &path, "--filter", filter]);
    terminal.wait_for("Events · ev=state | ev=read · ");
    for format in ["jsonl", "text", "flow", "vvv"] {
        let file = out(&format!("x.{format}"));
        terminal.press(&format!(":export {file}\r"));
        terminal.wait_for("events written to");
        let args = ["print", &path, "--format", format, "--filter", filter];
        let printed = Command::new(MEMSTEP).args(args).output().unwrap().stdout;
        assert!(fs::read(&file).unwrap() == printed, "{format}");
        terminal.press_for(":", "\n:");
        terminal.press("\x1b");
        // Right before another key it would be Alt.
        terminal.wait("the prompt closed", |screen| !screen.contents().contains("\n:"));
    }
    terminal.press(&format!(":export {}\r", out("x.flow")));
    terminal.wait_for("is there already");
    terminal.press(&format!(":export! {path}\r"));
    terminal.wait_for("is the recording itself");
    terminal.press(&format!(":export {}\r", out("x.docx")));
    terminal.wait_for("ends in none of .text .flow");
    terminal.press(&format!(":export {}\r", out("screen.txt")));
    terminal.wait_for("the screen is written to");
    assert!(fs::read_to_string(out("screen.txt")).unwrap().contains("6 Events"));
    terminal.press("q");
    terminal.end().assert_restored(0);
    assert_eq!(fs::read(&path).unwrap(), fs::read(YIELD).unwrap());
}

#[test]
fn the_settings_file_is_obeyed_and_the_command_line_goes_before_it() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("memstep")).unwrap();
    fs::write(dir.path().join("memstep/config.toml"), "mouse = true\ncolor = \"never\"\nspeed = 4\n")
        .unwrap();
    let line = |more: &str| {
        let home = dir.path().display();
        format!("unset MEMSTEP_CONFIG; XDG_CONFIG_HOME='{home}' exec '{MEMSTEP}' replay {YIELD} {more}")
    };
    for (more, coloured, speed) in [("", false, "4×"), ("--color always --speed 2", true, "2×")] {
        let mut terminal = Terminal::run("sh", &["-c", &line(more)], no_env);
        terminal.wait("the mouse", |screen| screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None);
        terminal.press_for(" ", &format!("▶ {speed}"));
        terminal.press("q");
        let left = terminal.end();
        left.assert_restored(0);
        assert_eq!(styles(&left.bytes).iter().any(|numbers| chooses_colour(numbers)), coloured);
    }
}
