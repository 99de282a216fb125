//! The format is open: a recording may have names of states, threads, functions and the like that this version
//! does not know. They are shown as they are, passed on unchanged and counted, and are no problem.
#![allow(clippy::unwrap_used)]

#[path = "common/program.rs"]
mod program;

use memstep::event::Event;
use memstep::model::World;
use proptest::prelude::*;
use serde_json::Value;
use std::process::Output;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/v1-unknown-names.jsonl");

fn memstep(args: &[&str]) -> Output {
    program::memstep().args(args).output().unwrap()
}

fn stdout(args: &[&str]) -> String {
    let done = memstep(args);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{args:?}: {said}");
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn what_is_not_known_is_no_problem() {
    assert!(stdout(&["check", SAMPLE]).contains("16 events, no problems"));
}

#[test]
fn what_is_not_known_is_counted() {
    let info = stdout(&["info", SAMPLE]);
    for line in [
        "2  state conn_watch",
        "1  state conn_io_queue",
        "2  thread lru_maintainer",
        "2  function proxy_run",
        "1  kind juggle",
        "1  op bump",
        "1  op adopt",
        "1  interest re",
        "1  interest pri",
        "1  protocol meta",
        "1  event flags EV_READ|EV_ET",
    ] {
        assert!(info.contains(line), "{line} is not in {info}");
    }
    assert!(!info.contains('\u{1b}'), "{info:?}");
}

#[test]
fn lines_are_passed_on_as_they_are() {
    assert_eq!(stdout(&["print", "--format", "jsonl", SAMPLE]), std::fs::read_to_string(SAMPLE).unwrap());
}

#[test]
fn every_format_takes_them() {
    for format in ["text", "flow", "startup", "calls", "vvv"] {
        let printed = stdout(&["print", "--format", format, SAMPLE]);
        assert!(!printed.contains('\u{1b}'), "{format}: {printed:?}");
    }
    let text = stdout(&["print", SAMPLE]);
    for name in ["conn_new_cmd → conn_watch", "lru_maintainer", "proxy_run", "bump", "juggle"] {
        assert!(text.contains(name), "{name} is not in {text}");
    }
    // Without a terminal a replay is text.
    assert!(stdout(&["replay", SAMPLE]).contains("conn_watch"));
}

#[test]
fn a_filter_finds_them() {
    for (filter, events) in [
        ("to=\"conn_watch\"", 1),
        ("from=\"conn_watch\"", 1),
        ("th=\"lru_maintainer\"", 2),
        ("fn=\"proxy_run\"", 2),
    ] {
        let found = stdout(&["print", "--format", "jsonl", "--filter", filter, SAMPLE]);
        assert_eq!(
            found.lines().filter(|line| line.starts_with("{\"seq\":")).count(),
            events,
            "{filter}: {found}"
        );
    }
}

/// Where a name may stand in a line.
const PLACES: &[(&str, &str)] = &[
    ("/th", r#"{"seq":1,"t":1,"th":"?","ev":"wait"}"#),
    ("/worker", r#"{"seq":1,"t":1,"th":"main","ev":"notify","worker":"?"}"#),
    ("/ev", r#"{"seq":1,"t":1,"th":"main","ev":"?"}"#),
    ("/fn", r#"{"seq":1,"t":1,"th":"main","ev":"call","fn":"?","conn":0}"#),
    ("/op", r#"{"seq":1,"t":1,"th":"main","ev":"item","op":"?"}"#),
    ("/from", r#"{"seq":1,"t":1,"th":"worker0","ev":"state","conn":0,"from":"?","to":"conn_read"}"#),
    ("/to", r#"{"seq":1,"t":1,"th":"worker0","ev":"state","conn":0,"from":"conn_read","to":"?"}"#),
    ("/state", r#"{"seq":1,"t":1,"th":"worker0","ev":"conn_new","conn":0,"state":"?"}"#),
    ("/interest", r#"{"seq":1,"t":1,"th":"worker0","ev":"event_add","conn":0,"interest":"?"}"#),
    ("/set/ev_flags", r#"{"seq":1,"t":1,"th":"worker0","ev":"read","conn":0,"set":{"ev_flags":"?"}}"#),
    ("/set/protocol", r#"{"seq":1,"t":1,"th":"worker0","ev":"read","conn":0,"set":{"protocol":"?"}}"#),
    (
        "/set/write_and_go",
        r#"{"seq":1,"t":1,"th":"worker0","ev":"read","conn":0,"set":{"write_and_go":"?"}}"#,
    ),
];

proptest! {
    // So few that all are remembered: there is room for so many names of each sort.
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_name_anywhere_comes_back_unchanged(name in "[a-zA-Z_][a-z0-9_.:é \"\\\\\u{1b}]{0,40}", place in 0..PLACES.len()) {
        let (place, line) = PLACES[place];
        let mut line: Value = serde_json::from_str(line).unwrap();
        *line.pointer_mut(place).unwrap() = name.clone().into();
        let event: Event = serde_json::from_str(&line.to_string()).unwrap();
        let again = serde_json::to_value(&event).unwrap();
        prop_assert_eq!(again.pointer(place).unwrap(), &Value::from(name));
        World::new(1).apply(&event);
    }
}
