//! Questions: one right choice, and it is what the trace says.

use super::{lessons, load, over, parse, with_steps};
use memstep::event::{Event, Kind};
use memstep::lesson::{Course, QuestionKind, Score};
use memstep::texts::Language;
use std::collections::BTreeSet;
use std::path::Path;

fn set_get() -> Vec<Event> {
    load(Path::new("traces/set-get.jsonl")).events
}

/// What the raw event says to what is asked, where it is that simple.
fn of_the_line(ask: QuestionKind, event: &Event) -> Option<String> {
    let json = serde_json::to_value(event).unwrap();
    match ask {
        QuestionKind::Result => match (json["errno"].as_str(), json["ret"].as_i64()) {
            (Some(errno), _) => Some(errno.to_owned()),
            (None, ret) => ret.map(|n| n.to_string()),
        },
        QuestionKind::Next | QuestionKind::Ready => None,
        QuestionKind::Field(_) => match (&json[ask.name()], ask.name()) {
            (_, "thread") => Some(json["th"].as_str()?.to_owned()),
            (_, "data" | "text" | "key") => None,
            (serde_json::Value::String(word), _) => Some(word.clone()),
            (serde_json::Value::Number(n), _) => Some(n.to_string()),
            (_, name) => json["set"][name.strip_prefix("set.")?].as_i64().map(|n| n.to_string()),
        },
    }
}

#[test]
fn every_question_of_the_lessons_has_one_right_choice_and_the_trace_says_which() {
    let (mut asked, mut looked_up) = (0, 0);
    for lang in ["en", "zh"] {
        for (path, text) in lessons(lang) {
            let lesson = parse(&path, &text);
            let events = load(&path.parent().unwrap().join(&lesson.recording)).events;
            let course = Course::over(lesson.clone(), Language::from_code(lang).unwrap(), 4, &events);
            for (i, step) in lesson.steps.iter().enumerate() {
                assert_eq!(course.question(i).is_some(), step.ask.is_some());
                let Some(question) = course.question(i) else { continue };
                let place = format!("{}: {}", path.display(), step.title);
                let choices: BTreeSet<_> = question.choices.iter().map(|c| &c.value).collect();
                let texts: BTreeSet<_> = question.choices.iter().map(|c| &c.text).collect();
                assert!((3..=4).contains(&choices.len()), "{place}");
                assert!(choices.len() == question.choices.len() && texts.len() == choices.len(), "{place}");
                assert!(!question.because.text.is_empty());
                asked += 1;
                if let Some(said) = of_the_line(question.ask, &events[course.place(i).unwrap()]) {
                    assert_eq!(question.choices[question.right].value, said, "{place}");
                    looked_up += 1;
                }
            }
            let again = Course::over(lesson.clone(), Language::from_code(lang).unwrap(), 4, &events);
            assert!((0..lesson.steps.len()).all(|i| course.question(i) == again.question(i)));
        }
    }
    assert!(asked > 30 && looked_up > 25, "{asked} {looked_up}");
}

fn right(steps: &[&str], events: &[Event]) -> Vec<Option<String>> {
    let course = over(with_steps(steps), events);
    (0..steps.len())
        .map(|i| course.question(i).map(|question| question.choices[question.right].value.clone()))
        .collect()
}

#[test]
fn what_an_event_does_not_say_the_connection_or_what_follows_does() {
    let events = set_get();
    let of = |step: &str| right(&[step], &events).remove(0);
    // Set by the event, and long before it.
    assert_eq!(of("first ev=state & to=conn_nread\nask rlbytes").as_deref(), Some("6"));
    assert_eq!(of("first ev=state & from=conn_read\nask rbytes").as_deref(), Some("13"));
    assert_eq!(of("first ev=state & from=conn_read\nask rsize").as_deref(), Some("2048"));
    // The function's call does not say which worker it will choose.
    assert_eq!(of("first fn=dispatch_conn_new\nask worker").as_deref(), Some("worker0"));
    // Unless the next step comes first.
    let two = right(&["first fn=dispatch_conn_new\nask worker", "next fn=cq_push"], &events);
    assert_eq!(two, [None, None]);
    assert_eq!(of("first ev=wake & th=worker0\nask ready").as_deref(), Some("fd r"));
    assert_eq!(of("first ev=wake & th=worker0\nask to").as_deref(), Some("conn_waiting"));
    assert_eq!(of("first ev=wait\nask set.rbytes"), None);
}

#[test]
fn what_comes_next_is_nothing_where_a_chapter_begins_first() {
    let after_the_walk = ["first ev=state & from=conn_waiting", "next ev=wait & th=worker0\nask next"];
    let level = set_get();
    assert_eq!(right(&after_the_walk, &level)[1].as_deref(), Some("wake"));
    let edge = load(Path::new("traces/edge-triggered.jsonl")).events;
    assert_eq!(right(&after_the_walk, &edge)[1].as_deref(), Some("nothing"));
    // At a recording's end, too.
    assert_eq!(right(&["last ev=wait & th=worker0\nask next"], &level)[0].as_deref(), Some("nothing"));
    let course = over(with_steps(&after_the_walk), &edge);
    let question = course.question(1).unwrap();
    assert!(question.choices.iter().any(|choice| choice.value == "wake"), "{question:?}");
}

#[test]
fn choices_are_what_could_be_taken_for_the_answer() {
    let events = set_get();
    let course =
        over(with_steps(&["first ev=state & from=conn_read\nask to", "next ev=state\nask rlbytes"]), &events);
    let values =
        |i| course.question(i).unwrap().choices.iter().map(|c| c.value.as_str()).collect::<BTreeSet<_>>();
    assert_eq!(values(0), ["conn_parse_cmd", "conn_waiting", "conn_closing", "conn_write"].into());
    // The trap is to forget the line end's two bytes.
    assert!(values(1).contains("6") && values(1).contains("4"), "{:?}", values(1));
}

#[test]
fn answers_are_counted_and_the_first_one_counts() {
    let events = set_get();
    let step = "next ev=state & conn=0\nask to";
    let mut course = over(with_steps(&[step, step, "next ev=read"]), &events);
    assert_eq!(course.score(), Score { right: 0, answered: 0, questions: 2 });
    let right = course.question(0).unwrap().right;
    let wrong = (course.question(1).unwrap().right + 1) % 3;
    assert_eq!(course.answer(0, right), Some(true));
    assert_eq!(course.answer(1, wrong), Some(false));
    assert_eq!(course.answer(1, course.question(1).unwrap().right), Some(false), "no second guess");
    assert_eq!((course.answer(2, 0), course.answer(0, 9), course.answer(7, 0)), (None, None, None));
    assert_eq!(course.score(), Score { right: 1, answered: 2, questions: 2 });
    assert_eq!(course.chosen(1), Some(wrong));
}

#[test]
fn a_live_lesson_waits_for_each_step_and_can_pass_one_over() {
    let events = set_get();
    let lesson = with_steps(&[
        "next ev=cq_push\nask depth",
        "next errno=ENOENT",
        "beside ev=wait & th=main",
        "next ev=notified\nask next",
    ]);
    let mut course = Course::live(lesson, Language::En, 4);
    let mut reached = Vec::new();
    for event in &events {
        for step in course.feed(event) {
            reached.push(step);
        }
        if course.waits_for() == Some(1) {
            course.skip();
        }
        if event.kind() == Kind::Notified {
            break;
        }
    }
    reached.sort_unstable();
    // What stands beside has come by now or not: that is for the scheduler to decide.
    reached.retain(|step| *step != 2);
    assert_eq!(reached, [0, 3]);
    assert!(course.question(0).is_some() && course.question(3).is_none());
    course.settle();
    let question = course.question(3).unwrap();
    assert_eq!(question.choices[question.right].value, "nothing");
}
