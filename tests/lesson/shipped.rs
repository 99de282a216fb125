//! The lessons that come along: in every language, and with stories that are recorded again.

use super::{lessons, load, memstep, over, parse};
use memstep::lesson::check::check;
use memstep::lesson::{Lesson, Which, library};
use memstep::texts::Language;
use std::collections::BTreeSet;
use std::path::Path;

fn recording_of(lesson: &Lesson, path: &Path) -> std::path::PathBuf {
    path.parent().unwrap().join(&lesson.recording)
}

#[test]
fn every_step_finds_its_event_and_goes_forward() {
    let mut told = String::new();
    for lang in ["en", "zh"] {
        for (path, text) in lessons(lang) {
            let lesson = parse(&path, &text);
            let recording = load(&recording_of(&lesson, &path));
            for problem in check(&lesson, recording.header.threads, &recording.events) {
                told += &format!("{}:{problem}\n", path.display());
            }
        }
    }
    assert!(told.is_empty(), "{told}");
    assert!(lessons("en").len() >= 8);
}

/// What a translation must have in common with the lesson: all but the words.
fn bones(lesson: &Lesson) -> Vec<String> {
    let steps = lesson.steps.iter().map(|s| {
        let (which, filter) = (s.bind.which.name(), &s.bind.filter);
        let does: Vec<_> = s.does().collect();
        format!("{} {which} {filter} {:?} {:?} {does:?}", s.chapter, s.show, s.ask)
    });
    steps.chain([lesson.recording.clone(), lesson.minutes.to_string()]).collect()
}

#[test]
fn a_translation_has_the_same_steps() {
    let english = lessons("en");
    for (path, text) in lessons("zh") {
        let name = path.file_name().unwrap();
        let Some((original, english)) = english.iter().find(|(p, _)| p.file_name().unwrap() == name) else {
            panic!("{}: there is no English lesson of that name", path.display());
        };
        assert_eq!(bones(&parse(&path, &text)), bones(&parse(original, english)), "{}", path.display());
    }
}

#[test]
fn a_story_that_is_recorded_again_still_fits_its_lessons() {
    let dir = tempfile::tempdir().unwrap();
    let all: Vec<_> = ["en", "zh"].iter().flat_map(|lang| lessons(lang)).collect();
    let all: Vec<_> = all.iter().map(|(path, text)| (path, parse(path, text))).collect();
    let name = |lesson: &Lesson| Path::new(&lesson.recording).file_name().unwrap().to_owned();
    let stories: BTreeSet<_> = all.iter().map(|(_, lesson)| Path::new("traces").join(name(lesson))).collect();
    std::thread::scope(|scope| {
        for story in &stories {
            let again = dir.path().join(story.file_name().unwrap());
            scope.spawn(move || {
                let session = story.with_extension("session");
                let out =
                    memstep(&["record", session.to_str().unwrap(), "-o", again.to_str().unwrap()]).output();
                let out = out.unwrap();
                assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            });
        }
    });
    let mut told = String::new();
    for (path, lesson) in &all {
        let recording = load(&dir.path().join(name(lesson)));
        for problem in check(lesson, recording.header.threads, &recording.events) {
            told += &format!("{}:{problem}\n", path.display());
        }
        // And somebody who does the same against a live server comes to the same steps.
        let mut live = memstep::lesson::Course::live(lesson.clone(), Language::En, recording.header.threads);
        let mut reached = BTreeSet::new();
        for event in &recording.events {
            reached.extend(live.feed(event));
        }
        assert_eq!((live.waits_for(), reached.len()), (None, lesson.steps.len()), "{}", path.display());
        let there = over(lesson.clone(), &recording.events);
        for (i, step) in lesson.steps.iter().enumerate().filter(|(_, step)| step.bind.which != Which::Last) {
            assert_eq!(live.place(i), there.place(i), "{}: {}", path.display(), step.title);
        }
    }
    assert!(told.is_empty(), "{told}");
}

#[test]
fn the_program_carries_every_lesson_and_its_recording() {
    let english = lessons("en");
    let all = library::all(Language::En);
    assert_eq!(all.len(), english.len());
    for (entry, (path, text)) in all.iter().zip(&english) {
        assert_eq!((path.file_stem().unwrap(), entry.source), (entry.stem.as_ref(), text.as_str()));
        let lesson = entry.lesson().unwrap();
        let bytes = library::recording(&lesson.recording).unwrap();
        assert_eq!(bytes, std::fs::read(recording_of(&lesson, path)).unwrap());
    }
    // In Chinese there are as many: what is not translated is there in English.
    assert_eq!(library::all(Language::Zh).len(), english.len());
}

#[test]
fn a_lesson_is_found_by_number_name_and_beginning() {
    let stem = |name: &str| library::find(name, Language::En).map(|entry| entry.stem);
    for name in ["3", "03", "03-set", "set", "SET", "03-s"] {
        assert_eq!(stem(name), Ok("03-set"), "{name}");
    }
    assert_eq!(stem("star"), Ok("01-startup"));
    assert_eq!(stem("s").unwrap_err(), "s may be startup, set or slow-reader; write more of it");
    let unknown = stem("hangusp").unwrap_err();
    assert_eq!(
        unknown,
        "no such lesson: hangusp; did you mean hangups? (`memstep lesson --list` lists them)"
    );
    assert!(stem("9").is_err() && stem("0").is_err() && stem("").is_err() && stem("\u{1b}[2J").is_err());
}
