//! Recordings that are written while one looks at them.

use super::*;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The recording's lines, and where the program reads them from.
fn lines() -> Vec<String> {
    fs::read_to_string(YIELD).unwrap().lines().map(|line| format!("{line}\n")).collect()
}

fn text(screen: &Screen) -> String {
    screen.contents()
}

#[test]
fn a_file_that_is_written_still_is_followed_to_its_end() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.jsonl");
    let lines = lines();
    let events = lines.len() - 2;
    fs::write(&path, lines[..31].concat()).unwrap();
    let mut terminal = Terminal::start(&["replay", path.to_str().unwrap()]);
    terminal.wait("thirty events, and more to come", |s| text(s).contains("event 1 of 30+"));
    let append = |lines: &[String], more: &str| {
        let mut file = fs::File::options().append(true).open(&path).unwrap();
        file.write_all((lines.concat() + more).as_bytes()).unwrap();
    };
    // The cursor stays where it is; half a line is none.
    append(&lines[31..41], &lines[41][..20]);
    terminal.wait("ten more", |s| text(s).contains("event 1 of 40+"));
    terminal.press("F");
    terminal.wait("the newest", |s| text(s).contains("event 40 of 40+") && text(s).contains(" FOLLOW "));
    append(&[], &lines[41][20..]);
    append(&lines[42..61], "");
    terminal.wait("it goes along", |s| text(s).contains("event 60 of 60+"));
    terminal.press(",");
    terminal.wait("back by hand", |s| text(s).contains("event 59 of 60+") && text(s).contains(" REPLAY "));
    append(&lines[61..71], "");
    terminal.wait("it stays", |s| text(s).contains("event 59 of 70+"));
    terminal.press("F");
    terminal.wait("and goes along again", |s| text(s).contains("event 70 of 70+"));
    append(&lines[71..], "");
    let all = format!("event {events} of {events} ");
    terminal.wait("its end", |s| text(s).contains(&all) && text(s).contains("the recording has ended"));
    terminal.press("F");
    terminal.wait("no more", |s| text(s).contains("it grows no more"));
    terminal.press("q");
    assert_eq!(terminal.end().code, 0);
}

#[test]
fn a_pipe_that_does_not_end_is_shown_as_far_as_it_has_come() {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, Mode::from(0o600), 0).unwrap();
    let script = format!("{MEMSTEP} replay - < {}", pipe.display());
    let mut terminal = Terminal::run("sh", &["-c", &script], no_env);
    let lines = lines();
    let events = lines.len() - 2;
    let mut writer = fs::File::options().write(true).open(&pipe).unwrap();
    writer.write_all(lines[..31].concat().as_bytes()).unwrap();
    terminal.wait("what has come", |s| text(s).contains("event 1 of 30+"));
    terminal.press("F");
    writer.write_all(lines[31..61].concat().as_bytes()).unwrap();
    terminal.wait("it grows", |s| text(s).contains("event 60 of 60+"));
    writer.write_all(lines[61..].concat().as_bytes()).unwrap();
    drop(writer);
    terminal.wait("its end", |s| text(s).contains(&format!("event {events} of {events} ")));
    terminal.press("q");
    assert_eq!(terminal.end().code, 0);
}

#[test]
fn print_passes_lines_on_as_they_come() {
    let mut print = Command::new(MEMSTEP)
        .args(["print", "-", "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut to, mut from) = (print.stdin.take().unwrap(), print.stdout.take().unwrap());
    for line in lines() {
        to.write_all(line.as_bytes()).unwrap();
        // A pipe's other end would be waited for here for ever, if it were kept back.
        let mut got = vec![0; line.len()];
        if !line.contains("\"end\":true") {
            from.read_exact(&mut got).unwrap();
            assert_eq!(String::from_utf8_lossy(&got), line);
        }
    }
    drop(to);
    assert!(print.wait().unwrap().success());
}
