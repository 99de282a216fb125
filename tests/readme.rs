//! Every command in the README, and in the lessons, works as it stands there.
#![allow(clippy::unwrap_used)]

mod common;

use clap::Parser;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// What a command says that speaks to a server's events port.
const EVENTS: &str = "nc 127.0.0.1 11212";

/// The commands of a page: the lines of its `sh` blocks, without their comments.
fn commands(page: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut in_block = false;
    for line in fs::read_to_string(page).unwrap().lines() {
        match line {
            "```sh" => in_block = true,
            "```" => in_block = false,
            _ if in_block && !line.is_empty() => {
                out.push(line.split("    #").next().unwrap().trim_end().to_owned());
            }
            _ => {}
        }
    }
    out
}

/// A folder in which the program is `memstep` and the recordings are where the README says; one script
/// waits a minute there, after which memcached counts a get as a use (`ITEM_UPDATE_INTERVAL`): here it
/// waits less.
fn workplace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("traces")).unwrap();
    for file in fs::read_dir("traces").unwrap() {
        let path = file.unwrap().path();
        let copy = dir.path().join("traces").join(path.file_name().unwrap());
        if path.extension().is_some_and(|kind| kind == "session") {
            let script = fs::read_to_string(&path).unwrap();
            fs::write(copy, script.replace("wait 62000\n", "wait 620\n")).unwrap();
        } else {
            fs::copy(&path, copy).unwrap();
        }
    }
    dir
}

fn sh(line: &str, dir: &Path) -> std::process::Output {
    let program = Path::new(env!("CARGO_BIN_EXE_memstep"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    common::program::plain(&mut Command::new("sh"))
        .args(["-c", line])
        .current_dir(dir)
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn the_two_commands_are_at_the_top_and_ci_runs_them() {
    let commands = commands("README.md");
    assert_eq!(commands[..2], ["cargo run --release", "cargo test"]);
    let ci = fs::read_to_string(".ci/run").unwrap();
    assert!(ci.contains("cargo run --release") && ci.lines().any(|l| l == "cargo test"));
}

/// Runs them one after the other in a folder of their own; how many there were.
fn every_command_of(page: &str) -> usize {
    let dir = workplace();
    let mut ran = 0;
    for line in commands(page) {
        let words: Vec<_> = line.split_whitespace().collect();
        match words[0] {
            "cargo" => continue,
            // These go on until they are stopped: they are run by tests of their own, here their
            // words are checked.
            "memstep" if ["serve", "live", "attach"].contains(&words[1]) => {
                memstep::cli::Cli::try_parse_from(&words).unwrap_or_else(|e| panic!("{line}: {e}"));
            }
            // These want such a server: a test of their own gives them one.
            _ if line.contains(EVENTS) => {}
            _ => {
                let out = sh(&line, dir.path());
                let err = String::from_utf8_lossy(&out.stderr);
                assert!(out.status.success(), "{page}: {line}: {err}");
                let quiet = line.contains(" -o ");
                assert!(quiet || !out.stdout.is_empty(), "{page}: {line}: printed nothing");
            }
        }
        ran += 1;
    }
    ran
}

#[test]
fn every_other_command_does_what_it_says() {
    let mut pages = vec!["README.md".to_owned(), "traces/README.md".into(), "tutorials/README.md".into()];
    for lang in ["en", "zh"] {
        // The lessons have commands, too; a language that has none yet has no folder.
        let lessons = fs::read_dir(format!("tutorials/{lang}")).into_iter().flatten();
        pages.extend(lessons.map(|lesson| lesson.unwrap().path().to_str().unwrap().to_owned()));
    }
    // Some commands take their time, as clients do: the pages do not wait for each other.
    let ran: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = pages.iter().map(|page| scope.spawn(|| every_command_of(page))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert!(ran >= 10, "{ran} commands were found");
}

#[test]
fn the_tour_is_text_where_there_is_no_terminal() {
    let out = sh("LC_ALL=C.UTF-8 memstep", Path::new("."));
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success());
    assert!(!text.contains("not closed"), "{text}");
    assert!(text.starts_with("set a 0 0 4\n") && text.contains("conn_parse_cmd → conn_nread"), "{text}");
}

#[test]
fn serve_with_the_readme_s_options_records_what_a_client_did() {
    let dir = workplace();
    let port = common::ports::free_addr().port();
    let mut line = commands("README.md").into_iter().find(|l| l.starts_with("memstep serve")).unwrap();
    line += &format!(" -p {port}");
    let mut server = common::program::memstep()
        .args(line.split_whitespace().skip(1))
        .current_dir(dir.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let addr = format!("127.0.0.1:{port}").parse().unwrap();
    common::until("the server listens", || std::net::TcpStream::connect(addr).is_ok());
    let script = memstep::session::Session::parse(
        "open a\nsend a \"version\\r\\n\"\nrecv a \"VERSION 1.4.24\\r\\n\"\n",
        "here",
    );
    memstep::session::play(&script.unwrap().steps, "here", addr, &mut |_| {}).unwrap();
    let kill = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(server.wait().unwrap().code(), Some(143));
    let checked = sh("memstep check server.jsonl", dir.path());
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[test]
fn the_readme_s_way_to_watch_from_elsewhere_works() {
    let dir = workplace();
    if !Command::new("sh").args(["-c", "command -v nc"]).stdout(Stdio::null()).status().unwrap().success() {
        eprintln!("skipped: there is no nc here");
        return;
    }
    let commands = commands("README.md");
    let line = commands.iter().find(|l| l.starts_with("memstep serve") && l.contains("--events")).unwrap();
    // Any free ports, but else as it stands there.
    let line = line.replace("127.0.0.1", "127.0.0.1:0").replace("11212", "0");
    let mut server = common::program::memstep()
        .args(line.split_whitespace().skip(1))
        .current_dir(dir.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut stderr = BufReader::new(server.stderr.take().unwrap());
    stderr.read_line(&mut said).unwrap();
    let port = said.split("events on 127.0.0.1:").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
    let mut answers = String::new();
    for line in commands.iter().filter(|l| l.contains(EVENTS)) {
        let out = sh(&line.replace("11212", port).replace("sleep 5", "sleep 1"), dir.path());
        let err = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success() && err.is_empty(), "{line}: {err}");
        answers += &String::from_utf8(out.stdout).unwrap();
    }
    for part in [
        "ok: memstep ",
        "\"recording\":null",
        "later.jsonl: recording\n",
        "4 workers; recorded",
        "has stopped\n",
    ] {
        assert!(answers.contains(part), "{part}: {answers}");
    }
    let kill = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(server.wait().unwrap().code(), Some(143));
    let checked = sh("memstep check later.jsonl", dir.path());
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}
