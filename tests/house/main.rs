//! The house keeps its order: who may use whom, and where nothing may be traced.
#![allow(clippy::unwrap_used)]

mod circles;
mod code;
mod layers;
mod map;
mod names;

use code::{Code, HOUSE};
use memstep::event::MODELS;
use std::collections::BTreeSet;
use std::fs;

/// Whoever writes a file asks `files` for it: what is there already is not lost, and nobody else reads it.
#[test]
fn files_are_written_in_one_place() {
    for (_, file) in HOUSE.files.iter().filter(|(own, _)| **own != ["files"]) {
        for word in ["File :: create", "File :: options", "OpenOptions", "fs :: write", "fs :: copy"] {
            assert!(!file.code.text.contains(word), "{}: {word}: that is for files.rs", file.path.display());
        }
    }
}

/// The places of memcached's source that a code names: `at::conn_new`, `at::conn_new::event_add`.
fn places(text: &str) -> impl Iterator<Item = String> {
    text.split(" at :: ").skip(1).map(|rest| {
        let mut words = rest.split(' ');
        let mut name = words.next().unwrap_or_default().to_owned();
        while words.next() == Some("::") {
            name = [&name, "::", words.next().unwrap_or_default()].concat();
        }
        name
    })
}

/// Which line of the C stands where is said once, in the version's table; everybody else names the place.
#[test]
fn places_in_memcached_are_named_and_every_name_is_used() {
    let is_line = |word: &&str| {
        let source = word.strip_prefix('"').and_then(|word| word.strip_suffix('"'));
        let file = source.and_then(|s| s.split_once(':')).filter(|(_, line)| line.parse::<u32>().is_ok());
        file.is_some_and(|(file, _)| file.ends_with(".c") || file.ends_with(".h"))
    };
    let mut used = BTreeSet::new();
    let table = ["event".to_owned(), "version".to_owned()];
    for (_, file) in HOUSE.files.iter().filter(|(own, _)| !own.starts_with(&table)) {
        let line = file.code.text.split(' ').find(is_line);
        assert_eq!(line, None, "{}: name the place, with event::at", file.path.display());
        used.extend(places(&file.code.text));
    }
    for file in ["src/glossary/en.md", "src/glossary/zh.md"] {
        let text = fs::read_to_string(file).unwrap();
        used.extend(
            text.lines().filter_map(|line| Some(line.strip_prefix("`@")?.trim_end_matches('`').to_owned())),
        );
    }
    used.extend(MODELS.functions.iter().map(|(_, place)| place.name().to_owned()));
    for (place, source) in MODELS.places {
        assert!(used.contains(place.name()), "{place:?} ({source}): nobody names it");
    }
}

#[test]
fn a_named_place_is_seen() {
    let code = Code::of("fn f() { g(at::a, &[at::b::c, at::d], format::e); at::f::g }", &[]);
    let seen: Vec<_> = places(&code.text).collect();
    assert_eq!(seen, ["a", "b::c", "d", "f::g"]);
}

#[test]
fn drive_machine_traces_nothing() {
    let code = &HOUSE.code("src/memcached/drive_machine.rs").text;
    for word in ["emit", "tracer", "report", "enter ("] {
        assert!(!code.contains(word), "drive_machine.rs: {word}: arms call, leaves emit");
    }
}

/// The compiler takes any number of states for a match, since a recording may have others; the server has these.
#[test]
fn drive_machine_has_an_arm_for_every_state() {
    let code = &HOUSE.code("src/memcached/drive_machine.rs").text;
    let variant = |name: &str| -> String {
        let words = name.trim_start_matches("conn_").split('_');
        words.map(|w| w[..1].to_uppercase() + &w[1..]).collect()
    };
    for state in memstep::event::MODELS.states.iter().filter(|state| state.name() != "conn_closed") {
        let arm = format!("ConnState :: {} =>", variant(state.name()));
        assert!(code.contains(&arm), "{arm} is not there");
    }
}

#[test]
fn drive_machine_fits_on_a_screen() {
    let code = fs::read_to_string("src/memcached/drive_machine.rs").unwrap();
    let body = code.split("pub fn drive_machine").nth(1).unwrap().split("\n}\n").next().unwrap();
    assert!(body.lines().count() <= 60, "{} lines", body.lines().count());
}
