//! Lessons: their text, their events, their questions, and the program that shows them.
#![allow(clippy::unwrap_used)]

mod hostile;
mod own;
mod parser;
mod program;
mod questions;
mod shipped;

use memstep::event::Event;
use memstep::lesson::{Course, Lesson};
use memstep::texts::Language;
use memstep::trace::reader::Recording;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The lessons of a language, in order: file and text. None where the language has none yet.
fn lessons(lang: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new("tutorials").join(lang);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

fn parse(path: &Path, text: &str) -> Lesson {
    Lesson::parse(text, &path.to_string_lossy()).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn load(path: &Path) -> Recording {
    Recording::load(path, false).unwrap_or_else(|error| panic!("{error}"))
}

/// A lesson with these steps and nothing else; each is what stands in its block.
fn with_steps(steps: &[&str]) -> Lesson {
    let mut text = "---\ntitle: t\nabout: a\nrecording: r.jsonl\nminutes: 1\n---\n# c\n".to_owned();
    for step in steps {
        text += &format!("## s\n```step\n{step}\n```\ntext\n");
    }
    parse(Path::new("x.md"), &text)
}

/// A lesson over events of a server with four workers.
fn over(lesson: Lesson, events: &[Event]) -> Course {
    Course::over(lesson, Language::En, 4, events)
}

fn memstep(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_memstep"));
    command.args(args).stdin(Stdio::null());
    command.env("MEMSTEP_CONFIG", "");
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command
}

/// Exit code, stdout, stderr.
fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let out = memstep(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code(), text(out.stdout), text(out.stderr))
}
