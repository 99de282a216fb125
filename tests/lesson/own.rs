//! Lessons of one's own: a skeleton to begin with, and a check that says what does not work.

use super::{load, run};
use memstep::lesson::check::check;
use memstep::lesson::{Lesson, skeleton};
use std::fs;
use std::path::Path;

#[test]
fn the_skeleton_of_every_recording_works() {
    let mut recordings = 0;
    for entry in fs::read_dir("traces").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "jsonl") {
            continue;
        }
        let recording = load(&path);
        let text = skeleton(&recording.header.title, "r.jsonl", &recording.events);
        let lesson = Lesson::parse(&text, "x.md").unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let problems = check(&lesson, recording.header.threads, &recording.events);
        assert!(problems.is_empty(), "{}: {problems:#?}", path.display());
        // Each event of interest has its step, in order.
        let course = super::over(lesson.clone(), &recording.events);
        let there: Vec<usize> = (0..lesson.steps.len()).map(|i| course.place(i).unwrap()).collect();
        let kinds = [
            "state", "read", "sendmsg", "accept", "cq_push", "cq_pop", "notify", "notified", "command",
            "close",
        ];
        let is_of_interest = |i: &usize| {
            let event = &recording.events[*i];
            kinds.contains(&event.kind().name())
                || (event.kind().name() == "conn_new" && event.conn.is_some())
        };
        let all: Vec<usize> = (0..recording.events.len()).filter(is_of_interest).collect();
        assert_eq!(there, all, "{}", path.display());
        recordings += 1;
    }
    assert!(recordings >= 9);
}

#[test]
fn a_lesson_is_begun_shown_and_checked() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("mine")).unwrap();
    let recording = dir.path().join("r.jsonl");
    fs::copy("traces/one-packet.jsonl", &recording).unwrap();
    let lesson = dir.path().join("mine/l.md");
    let (recording, file) = (recording.to_str().unwrap(), lesson.to_str().unwrap());
    let (code, out, err) = run(&["lesson", "--new", recording, "-o", file]);
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    let text = fs::read_to_string(&lesson).unwrap();
    assert!(text.contains("\nrecording: ../r.jsonl\n") && text.contains("\n# set k 5 0 3\n"), "{text}");
    let (code, out, _) = run(&["check", file]);
    assert!(code == Some(0) && out.ends_with(" no problems\n"), "{out}");
    let (code, out, _) = run(&["lesson", file]);
    assert!(code == Some(0) && out.contains("command \"set k 5 0 3\""), "{out}");
    let (code, _, err) = run(&["lesson", "--new", recording, "-o", file]);
    assert!(code == Some(2) && err.contains("exists already; choose another name"), "{err}");
    assert_eq!(fs::read_to_string(&lesson).unwrap(), text);
    let (code, out, _) = run(&["lesson", "--new", recording]);
    assert!(code == Some(0) && out.starts_with("---\ntitle: command and value in one segment\n"), "{out}");
}

#[test]
fn check_says_which_step_finds_no_event_and_which_is_never_reached() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.md");
    let recording = Path::new("traces/set-get.jsonl").canonicalize().unwrap();
    let head = format!("---\ntitle: t\nabout: a\nrecording: {}\nminutes: 1\n---\n# c\n", recording.display());
    let checked = |steps: &[&str]| {
        let steps: String = steps.iter().map(|step| format!("## A step\n```step\n{step}\n```\n")).collect();
        fs::write(&path, format!("{head}{steps}")).unwrap();
        let (code, out, err) = run(&["check", path.to_str().unwrap()]);
        assert_eq!(err, "");
        (code, out.replace(path.to_str().unwrap(), "l.md"))
    };
    let (code, out) = checked(&["next ev=close", "next ev=accept", "next ev=wait", "first ev=close"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        out,
        "l.md:14: step 2: \"A step\" finds no event after that of the step before: ev=accept matches 1 event earlier; \
         move the step up, or name another event\n\
         l.md:14: step 2: steps 3 to 4 are never reached: against a live server the lesson waits here for ever\n\
         l.md:22: step 4: \"A step\" is never reached: its event does not come after that of step 3; use `next`, or \
         move it up\n\
         l.md: 4 steps in 1 chapter, 3 problems\n"
    );
    let (code, out) = checked(&["next errno=ENOENT"]);
    assert!(code == Some(1) && out.contains("nothing in the recording matches errno=ENOENT\n"), "{out}");
    let (code, out) = checked(&["next ev=wait\nask to", "next ev=wait"]);
    assert!(code == Some(1) && out.contains("asks `to`, but its event (wait) does not say"), "{out}");
    let (code, out) = checked(&["next ev=waits"]);
    assert!(
        code == Some(1) && out.starts_with("l.md:10:9: no such kind: waits; did you mean wait?\n"),
        "{out}"
    );
    fs::write(&path, head.replace("set-get", "no-such")).unwrap();
    let (code, _, err) = run(&["lesson", path.to_str().unwrap()]);
    assert!(code == Some(2) && err.contains("this chapter has no step"), "{err}");
    let (code, _, err) = run(&["check", "no-such.md"]);
    assert!(code == Some(2) && err.contains("cannot read the lesson no-such.md"), "{err}");
    fs::write(&path, b"---\n\xff\n").unwrap();
    let (code, _, err) = run(&["check", path.to_str().unwrap()]);
    assert!(code == Some(2) && err.contains("l.md:2: the text is not UTF-8 here; save it as UTF-8"), "{err}");
}
