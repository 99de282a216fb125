//! A lesson in a real terminal.

use super::*;

/// A lesson in a terminal, with progress kept in `state`.
fn lesson(state: &std::path::Path, args: &[&str]) -> Terminal {
    let line = format!("XDG_STATE_HOME={} exec {MEMSTEP} lesson {}", state.display(), args.join(" "));
    Terminal::run("sh", &["-c", &line], no_env)
}

#[test]
fn a_lesson_is_gone_through_left_and_continued() {
    let dir = tempfile::tempdir().unwrap();
    let mut terminal = lesson(dir.path(), &["set"]);
    terminal.wait_for("step 1 of 25");
    terminal.press_for("\r", "step 2 of 25");
    terminal.press_for("\r", "On which thread does it happen?");
    let asked = terminal.wait_for("step 3 of 25");
    // The letter of the right answer is where it stands.
    let row = text(&asked).lines().find(|line| line.ends_with("  worker0")).unwrap().to_owned();
    let letter = row.trim_end_matches("  worker0").chars().last().unwrap();
    terminal.press_for(&letter.to_string(), "Right: ");
    terminal.press_for("\x7f", "step 2 of 25");
    terminal.press_for("\r", "Right: ");
    // Elsewhere, and back.
    terminal.press_for("...", "L: back to it");
    terminal.press("L");
    terminal.wait("back", |screen| {
        let text = screen.contents();
        text.contains("The kernel has bytes") && !text.contains("back to it")
    });
    terminal.press("q");
    terminal.end().assert_restored(0);

    let mut terminal = lesson(dir.path(), &["set"]);
    terminal.wait_for("continued at step 3 of 25");
    terminal.wait_for("Right: ");
    terminal.press_for("R", "step 1 of 25");
    terminal.press("q");
    terminal.end().assert_restored(0);
    let listed = std::process::Command::new(MEMSTEP)
        .args(["lesson", "--list", "--lang", "en"])
        .env("XDG_STATE_HOME", dir.path())
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("been to step 3 of 25"), "{listed}");

    let mut terminal = lesson(dir.path(), &["set", "--lang", "zh", "--from-start"]);
    terminal.wait_for("第 1 步，共 25 步");
    terminal.press("q");
    terminal.end().assert_restored(0);
}

#[test]
fn a_live_lesson_waits_for_the_student() {
    let port = crate::common::ports::free_addr().port();
    let port = port.to_string();
    let mut terminal = Terminal::start(&["live", "--lesson", "set", "-l", "127.0.0.1", "-p", &port]);
    terminal.wait_for(&format!("telnet 127.0.0.1 {port}"));
    // The server may come up a moment after the first screen.
    let mut client = None;
    until("the server listens", || {
        client = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).ok();
        client.is_some()
    });
    terminal.wait_for("A client has connected and was");
    terminal.press_for("\r", "Everybody is asleep");
    terminal.press_for("\r", "set a 0 0 4");
    client.as_mut().unwrap().write_all(b"set a 0 0 4\r\n").unwrap();
    terminal.wait_for("On which thread does it happen?");
    terminal.press_for("s", "The kernel has bytes for c0");
    terminal.press("q");
    terminal.end().assert_restored(0);
}
