//! Every input is read alike, however an editor or another system has written it; and what comes out is
//! harmless, whatever went in.
#![allow(clippy::unwrap_used)]

#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};
use tempfile::TempDir;

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = program::memstep();
    command.args(args).current_dir(folder).stdin(Stdio::null());
    command.output().unwrap()
}

/// The ways in which the same text may have been written.
fn ways(text: &str) -> Vec<(&'static str, String)> {
    let mark = "\u{feff}";
    vec![
        ("as it is", text.to_owned()),
        ("with a mark", format!("{mark}{text}")),
        ("with \\r\\n", text.replace('\n', "\r\n")),
        ("with a mark and \\r\\n", format!("{mark}{}", text.replace('\n', "\r\n"))),
        ("after a blank line", format!("\n{text}")),
        ("after a mark, two blank lines and \\r\\n", format!("{mark}\r\n\r\n{}", text.replace('\n', "\r\n"))),
        ("without its last end", text.trim_end().to_owned()),
    ]
}

/// What it prints, without what says where it is.
fn said(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stdout.clone()).unwrap())
}

#[test]
fn a_recording_is_read_however_it_was_written() {
    let folder = TempDir::new().unwrap();
    let text = fs::read_to_string("traces/set-get.jsonl").unwrap();
    let commands: [&[&str]; 5] = [
        &["print", "t.jsonl"],
        &["print", "t.jsonl", "--format", "jsonl"],
        &["replay", "t.jsonl"],
        &["check", "t.jsonl"],
        &["print", "t.jsonl", "--format", "flow"],
    ];
    let mut expected = Vec::new();
    for (how, text) in ways(&text) {
        fs::write(folder.path().join("t.jsonl"), text).unwrap();
        let all: Vec<_> = commands.iter().map(|args| said(&run(folder.path(), args))).collect();
        if expected.is_empty() {
            expected = all;
            continue;
        }
        for ((got, wanted), args) in all.iter().zip(&expected).zip(commands) {
            assert_eq!(got.0, wanted.0, "{how}: {args:?}");
            // Without a last line's end `check` says so.
            assert!(args[0] == "check" || got.1 == wanted.1, "{how}: {args:?}\n{}", got.1);
        }
    }
}

#[test]
fn a_broken_line_is_counted_from_the_file_s_beginning() {
    let folder = TempDir::new().unwrap();
    let text = fs::read_to_string("traces/set-get.jsonl").unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(0, "");
    lines[7] = "no event";
    fs::write(folder.path().join("t.jsonl"), lines.join("\n")).unwrap();
    for command in ["print", "replay", "check"] {
        let output = run(folder.path(), &[command, "t.jsonl"]);
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8(all).unwrap();
        assert!(all.contains("t.jsonl:8:") || all.contains("t.jsonl: line 8:"), "{command}: {all}");
    }
}

#[test]
fn a_script_a_lesson_and_the_settings_are_read_however_they_were_written() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let script = "#title: x\nopen a\nsend a \"version\\r\\n\"\nrecv a \"VERSION 1.4.24\\r\\n\"\nclose a\n";
    for (how, text) in ways(script) {
        fs::write(at("s.session"), text).unwrap();
        let output = run(folder.path(), &["record", "s.session", "-o", "t.jsonl", "--overwrite"]);
        assert!(output.status.success(), "{how}: {}", String::from_utf8_lossy(&output.stderr));
        let info = said(&run(folder.path(), &["info", "t.jsonl"])).1;
        assert!(info.lines().any(|line| line.split_whitespace().eq(["title", "x"])), "{how}: {info}");
    }
    let lesson = run(folder.path(), &["lesson", "--new", "t.jsonl"]);
    let lesson = String::from_utf8(lesson.stdout).unwrap();
    for (how, text) in ways(&lesson) {
        fs::write(at("l.md"), text).unwrap();
        let output = run(folder.path(), &["check", "l.md"]);
        assert!(output.status.success(), "{how}: {}", String::from_utf8_lossy(&output.stdout));
    }
    for (how, text) in ways("# mine\ntheme = \"light\"\nspeed = 2.0\n") {
        fs::write(at("config.toml"), text).unwrap();
        let mut config = program::memstep();
        let output = config.arg("config").env("MEMSTEP_CONFIG", at("config.toml")).output().unwrap();
        assert!(output.status.success(), "{how}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// What a terminal would act on, line ends and what colours our own output apart.
fn is_harmless(text: &[u8]) -> bool {
    let hostile = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    String::from_utf8_lossy(text).chars().all(|c| !hostile(c))
}

const HOSTILE: &str = "x\u{1b}[31m\u{9b}2J\u{202e}\u{7}\r";

#[test]
fn an_argument_comes_back_harmless() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(HOSTILE), "no trace\n").unwrap();
    let trace = fs::canonicalize("traces/set-get.jsonl").unwrap();
    let trace = trace.to_str().unwrap();
    let commands: Vec<Vec<&str>> = vec![
        vec![HOSTILE],
        vec!["serve", "-l", HOSTILE],
        vec!["serve", "-u", HOSTILE],
        vec!["serve", "-o", HOSTILE],
        vec!["serve", "--record-last", HOSTILE],
        vec!["serve", "--record", "/nowhere/x\u{1b}[31m"],
        vec!["serve", "--events", HOSTILE],
        vec!["serve", "-p", HOSTILE],
        vec!["record", HOSTILE, "-o", "t.jsonl"],
        vec!["record", "/nowhere\u{9b}", "-o", HOSTILE],
        vec!["replay", HOSTILE],
        vec!["replay", trace, "--filter", HOSTILE],
        vec!["replay", trace, "--at", HOSTILE],
        vec!["print", HOSTILE],
        vec!["print", trace, "--filter", HOSTILE],
        vec!["print", trace, "--format", HOSTILE],
        vec!["check", HOSTILE],
        vec!["info", HOSTILE],
        vec!["lesson", HOSTILE],
        vec!["lesson", "--new", HOSTILE],
        vec!["lesson", "--new", trace, "-o", HOSTILE],
        vec!["attach", HOSTILE],
        vec!["attach", "127.0.0.1:1", "--events-token", HOSTILE],
        vec!["man", HOSTILE],
        vec!["completions", HOSTILE],
    ];
    for args in commands {
        let output = run(folder.path(), &args);
        // A mark that is nowhere is no mistake where there is no screen to start at it.
        assert!(!output.status.success() || args.contains(&"--at"), "{args:?}");
        let all = [output.stdout, output.stderr].concat();
        assert!(
            !all.is_empty() && is_harmless(&all),
            "{args:?}: {}",
            String::from_utf8_lossy(&all).escape_debug()
        );
    }
    let mut config = program::memstep();
    let output = config.arg("config").env("MEMSTEP_CONFIG", folder.path().join(HOSTILE)).output().unwrap();
    assert!(is_harmless(&output.stderr) && is_harmless(&output.stdout));
}

#[test]
fn what_clients_send_comes_out_harmless_and_comes_back_as_it_was() {
    let folder = TempDir::new().unwrap();
    // Each in a value, in a key, in a line that is no command, and in a title.
    let mut script = "#title: t\u{9b}31m\u{202e}\n#args: -vv\nopen a\n".to_owned();
    for (i, hostile) in
        ["\u{9b}31m\u{9d}", "\u{202e}", "\u{2066}x\u{2069}", "\u{200b}", "\u{1b}[31m", "\u{7f}"]
            .iter()
            .enumerate()
    {
        let hex: String = hostile.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        script += &format!(
            "send a \"set k{hex}{i} 0 0 {}\\r\\n{hex}\\r\\n\"\nrecv a \"STORED\\r\\n\"\n",
            hostile.len()
        );
        script += &format!(
            "send a \"get k{hex}{i}\\r\\n\"\nrecv a \"VALUE k{hex}{i} 0 {}\\r\\n{hex}\\r\\nEND\\r\\n\"\n",
            hostile.len()
        );
        script += &format!("send a \"{hex}\\r\\n\"\nrecv a \"ERROR\\r\\n\"\n");
    }
    script += "close a\n";
    fs::write(folder.path().join("s.session"), script).unwrap();
    let output = run(folder.path(), &["record", "s.session", "-o", "t.jsonl"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(is_harmless(&output.stderr), "{}", String::from_utf8_lossy(&output.stderr).escape_debug());
    let file = fs::read(folder.path().join("t.jsonl")).unwrap();
    assert!(is_harmless(
        &[file.as_slice()].concat().iter().copied().filter(|byte| *byte != 0x7f).collect::<Vec<_>>()
    ));
    for format in ["text", "flow", "startup", "calls", "vvv", "jsonl", "strace"] {
        let output = run(folder.path(), &["print", "t.jsonl", "--format", format]);
        assert!(
            is_harmless(&output.stdout),
            "{format}: {}",
            String::from_utf8_lossy(&output.stdout).escape_debug()
        );
    }
    for args in [
        &["info", "t.jsonl"][..],
        &["check", "t.jsonl"],
        &["replay", "t.jsonl"],
        &["lesson", "--new", "t.jsonl"],
    ] {
        let output = run(folder.path(), args);
        assert!(
            is_harmless(&output.stdout),
            "{args:?}: {}",
            String::from_utf8_lossy(&output.stdout).escape_debug()
        );
    }
    // The same bytes, whoever reads them.
    let recording = memstep::trace::reader::Recording::load(&folder.path().join("t.jsonl"), false).unwrap();
    let sent = recording
        .events
        .iter()
        .filter_map(|event| event.bytes())
        .any(|bytes| bytes.kept.windows(5).any(|w| w == "\u{9b}31m".as_bytes()));
    assert!(sent);
}

#[test]
fn nothing_is_said_to_be_done_that_could_not_be_written() {
    for args in
        [&["--help"][..], &["-h"], &["--version"], &["serve", "--help"], &["replay", "-h"], &["config"]]
    {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = program::memstep();
        let output = command.args(args).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains("stdout cannot be written"), "{args:?}: {said}");
        // Nobody who has gone away is missed.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = program::memstep();
        let output = command.args(args).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{args:?}");
    }
}
