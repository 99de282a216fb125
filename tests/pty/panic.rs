//! A panic while the screen is drawn: this test, run again in a terminal, is the program.

use super::*;
use memstep::trace::index::Index;
use memstep::ui::{self, Options};
use std::path::Path;

/// In the environment of the program that is to panic: the file that tells it when.
const WHEN: &str = "MEMSTEP_TEST_PANIC_WHEN";
const MESSAGE: &str = "a thread fell over";

#[test]
fn a_panic_gives_the_terminal_back_and_is_told_on_it() {
    if let Some(when) = std::env::var_os(WHEN) {
        return panic_while_shown(Path::new(&when));
    }
    let dir = tempfile::tempdir().unwrap();
    let when = dir.path().join("now");
    let program = std::env::current_exe().unwrap();
    let own = "panic::a_panic_gives_the_terminal_back_and_is_told_on_it";
    let args = ["--exact", own, "--nocapture", "--test-threads", "1"];
    let path = when.to_str().unwrap().to_owned();
    let terminal = Terminal::run(program.to_str().unwrap(), &args, |command| {
        command.env(WHEN, &path);
    });
    assert!(terminal.wait_for("event 1 of ").bracketed_paste());
    fs::write(&when, "").unwrap();
    let left = terminal.end();
    assert_eq!(left.code, 101, "{}", left.screen.contents());
    assert_shell_s(&left.screen);
    assert!(left.modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG));
    let told = left.screen.contents();
    assert!(told.contains(MESSAGE) && !told.contains("event 1 of "), "{told}");
}

fn panic_while_shown(when: &Path) {
    let index = Index::open(Path::new(YIELD), false).unwrap();
    let (name, header) = ("yield".to_owned(), index.header().clone());
    let when = when.to_owned();
    let falls = std::thread::spawn(move || {
        until("the parent says so", || when.exists());
        panic!("{MESSAGE}");
    });
    let exit = ui::open(name, header, Arc::new(index), Options::default()).unwrap();
    assert!(falls.join().is_err());
    std::process::exit(exit.code().into());
}
