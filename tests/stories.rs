//! Every story of the reference, played against our server and recorded: the recording holds to
//! the format's rules, and printed it shows what strace, `-vvv` and a function tracer showed of
//! the real memcached 1.4.24.
#![allow(clippy::unwrap_used)]

mod common;

use common::stories::{STORIES, compare, print, record, reference, with_one_worker};
use memstep::event::Detail;
use memstep::print::Jsonl;
use memstep::print::calls::Calls;
use memstep::print::flow::Flow;
use memstep::print::startup::Startup;
use memstep::trace::check::Checker;
use memstep::trace::reader::TraceReader;

/// Sizes and repeats hang on the kernel's socket buffers there.
const LOOSE: &[&str] = &["slow-reader", "too-large"];

#[test]
fn every_story_goes_as_it_went_in_memcached() {
    let mut told = String::new();
    for story in STORIES {
        let trace = record(story, Detail::Calls, 4);
        let mut hold = |format: &str, file: &str, seen: String| {
            let path = reference(file);
            if path.exists() {
                let expected = std::fs::read_to_string(path).unwrap();
                let loose = LOOSE.contains(story) && format == "flow";
                let differs = compare(&expected, &seen, loose);
                if !differs.is_empty() {
                    told += &format!("\n{story}, {format}:\n{differs}");
                }
            }
        };
        hold("flow", &format!("{story}.flow"), print(&trace, &mut Flow::default()));
        hold("calls", &format!("{story}.calls"), print(&trace, &mut Calls::default()));
        hold("startup", "startup.flow", print(&trace, &mut Startup::default()));
        assert_eq!(print(&trace, &mut Jsonl).as_bytes(), trace, "{story}: jsonl is the trace itself");
        told += &checked(story, &trace);
    }
    assert!(told.is_empty(), "{told}");
}

#[test]
fn with_one_worker_every_story_goes_the_same_way() {
    let mut told = String::new();
    for story in STORIES {
        let trace = record(story, Detail::Calls, 1);
        let flow = print(&trace, &mut Flow::default());
        let calls = print(&trace, &mut Calls::default());
        for (format, seen) in [("flow", flow), ("calls", calls)] {
            let Ok(expected) = std::fs::read_to_string(reference(&format!("{story}.{format}"))) else {
                continue;
            };
            let loose = LOOSE.contains(story) && format == "flow";
            let differs = compare(&with_one_worker(&expected), &seen, loose);
            if !differs.is_empty() {
                told += &format!("\n{story}, {format}:\n{differs}");
            }
        }
        told += &checked(story, &trace);
    }
    assert!(told.is_empty(), "{told}");
}

#[test]
fn the_recordings_that_come_along_tell_the_same_stories() {
    let mut told = String::new();
    let mut recordings = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/traces")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        recordings += 1;
        let story = path.file_stem().unwrap().to_str().unwrap();
        let trace = std::fs::read(&path).unwrap();
        told += &checked(story, &trace);
        let flow = print(&trace, &mut Flow::default());
        let calls = print(&trace, &mut Calls::default());
        for (format, seen) in [("flow", flow), ("calls", calls)] {
            if let Ok(expected) = std::fs::read_to_string(reference(&format!("{story}.{format}"))) {
                let differs = compare(&expected, &seen, LOOSE.contains(&story) && format == "flow");
                if !differs.is_empty() {
                    told += &format!("\n{story}, {format}:\n{differs}");
                }
            }
        }
    }
    assert!(recordings > 0 && told.is_empty(), "{told}");
}

/// What `check` finds.
fn checked(story: &str, trace: &[u8]) -> String {
    let mut reader = TraceReader::new(trace, story).unwrap();
    let mut checker = Checker::new(reader.header());
    let mut line = 1;
    while let Some(row) = reader.next_row().unwrap() {
        line = row.line;
        checker.event(line, &row.event);
    }
    assert!(reader.warnings().is_empty(), "{story}: {:?}", reader.warnings());
    let report = checker.finish(line + 1, reader.end().as_ref());
    report.problems.iter().map(|problem| format!("\n{story}, check: {problem}\n")).collect()
}

#[test]
fn the_comparison_finds_what_differs_and_forgives_what_may() {
    let reference = "main     a\nworker0  read c0 6 = EAGAIN\nmain     b\nworker0  read c0 6 = \"x\"\n";
    let interleaved = "worker0  read c0 6 = EAGAIN\nmain     a\nworker0  read c0 6 = \"x\"\nmain     b\n";
    assert_eq!(compare(reference, interleaved, false), "");
    assert!(compare(reference, "main     a\nmain     b\n", false).contains("worker0, from line 1"));
    assert!(compare(reference, &format!("{reference}main     c\n"), false).contains("main, from line 3"));
    assert!(compare(reference, &reference.replace("  a", "  z"), false).contains("main, from line 1"));
    let fewer = reference.replace("worker0  read c0 6 = EAGAIN\n", "");
    assert!(compare(reference, &fewer, false).contains("worker0, from line 1"));
    assert_eq!(compare(reference, &fewer, true), "");
    assert!(compare(reference, &fewer.replace("c0", "c1"), true).contains("worker0, from line 1"));
}
