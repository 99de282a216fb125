//! What is pasted is no keys.

use super::*;
use tempfile::TempDir;

fn pasted(text: &str) -> String {
    format!("\x1b[200~{text}\x1b[201~")
}

/// A paste of every printable key, and of what somebody types to memcached.
fn everything() -> String {
    let keys: String = (' '..='~').collect();
    pasted(&format!("quit\r\nversion\r\nget pepper\r\nset a 0 0 4\r\nabcd\r\n{keys}"))
}

#[test]
fn outside_a_prompt_it_does_nothing_and_says_so() {
    let dir = TempDir::new().unwrap();
    let trace = dir.path().join("t.jsonl");
    fs::copy(YIELD, &trace).unwrap();
    let line = |what: &str| format!("cd '{}' && exec '{MEMSTEP}' {what}", dir.path().display());
    let all = ["live -l 127.0.0.1:0 -U 0", "replay t.jsonl", "lesson connection", ""];
    for what in all {
        let mut terminal = Terminal::run("sh", &["-c", &line(what)], no_env);
        let before = terminal.wait("the first screen", |screen| {
            screen.contents().contains("? help  q quit") && screen.bracketed_paste()
        });
        let badge =
            |screen: &Screen| text(screen).lines().next().unwrap().chars().take(12).collect::<String>();
        let screen = terminal.press_for(&everything(), "a paste of 141 characters was left alone");
        assert_eq!(badge(&screen), badge(&before), "{what}");
        // Also where it comes in pieces, and is cut in the worst of places.
        terminal.press("?");
        terminal.wait("the help", |screen| !screen.contents().contains("left alone"));
        for piece in ["\x1b", "[200~q\r", "q\x1b", "[201~"] {
            terminal.press(piece);
            std::thread::sleep(Duration::from_millis(5));
        }
        terminal.wait_for("a paste of 3 characters was left alone (: opens a prompt)");
        // The first closes the help.
        terminal.press("qq");
        terminal.end().assert_restored(0);
    }
    assert_eq!(fs::read(&trace).unwrap(), fs::read(YIELD).unwrap());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no recording was begun");
}

#[test]
fn in_a_prompt_it_is_text_at_the_cursor_and_runs_nothing() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("t.jsonl");
    fs::copy(YIELD, &path).unwrap();
    let mut terminal = Terminal::start(&["replay", path.to_str().unwrap(), "--at", "100"]);
    terminal.wait_for("event 100 of ");
    terminal.press_for(":7", "\n:7");
    terminal.press("\x1b[D");
    terminal.press_for(&pasted("5"), "\n:57");
    assert!(terminal.wait_for("event 100 of ").contents().contains("\n:57"));
    terminal.press_for("\r", "event 57 of ");
    // Ends of lines, and all that a terminal obeys, are blanks.
    for sign in [":", "/", "&", "a"] {
        let shown = if sign == "a" { "note: " } else { sign };
        terminal.press_for(sign, &format!("\n{shown}"));
        terminal.press_for(&pasted("quit\r\nq\x07q\ng\t.\x1bx"), &format!("\n{shown}quit q q g . x"));
        // Ctrl-C closes a prompt.
        terminal.press("\x03");
        let closed = |screen: &Screen| !footer(screen).starts_with(shown);
        assert!(terminal.wait("the prompt closed", closed).contents().contains("event 57 of "));
    }
    terminal.press_for("a", "\nnote: ");
    terminal.press(&pasted("see\nhere"));
    terminal.press_for("\r", "✎ see here");
    // What no line takes is told.
    terminal.press_for(":", "\n:");
    terminal.press_for(
        &pasted(&"x".repeat(100_000)),
        "the line is full: 99,700 characters of the paste left out",
    );
    terminal.press("\x03");
    terminal.wait("the prompt closed", |screen| !screen.contents().contains("left out"));
    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn while_it_is_suspended_a_paste_is_the_shell_s() {
    let mut terminal = Terminal::start(&["replay", YIELD]);
    assert!(terminal.wait_for("event 1 of ").bracketed_paste());
    terminal.press("\x1a");
    assert_shell_s(&terminal.wait("the shell's screen", |screen| !screen.alternate_screen()));
    let stat = format!("/proc/{}/stat", terminal.pid().as_raw_nonzero());
    until("it stops", || fs::read_to_string(&stat).unwrap().rsplit(") ").next().unwrap().starts_with('T'));
    terminal.kill(Signal::CONT);
    terminal.wait("as before", |screen| screen.alternate_screen() && screen.bracketed_paste());
    terminal.press_for(&pasted("q"), "a paste of 1 character was left alone");
    terminal.press("q");
    terminal.end().assert_restored(0);
}
