//! Whatever stands in a lesson or in a trace: nothing of it acts on a terminal.

use super::{memstep, run};
use memstep::lesson::check::check;
use memstep::lesson::{Course, Lesson, skeleton};
use memstep::texts::Language;
use memstep::trace::reader::TraceReader;
use std::fs;

const EVIL: &str = "\u{1b}[2J\u{7}\u{9b}\u{202e}";

fn assert_harmless(text: &str) {
    let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!text.contains(acts), "{text:?}");
}

#[test]
fn a_lesson_s_text_is_made_harmless() {
    let text = format!(
        "---\ntitle: t{EVIL}\nabout: a{EVIL}\nrecording: r{EVIL}.jsonl\nminutes: 1\n---\n{EVIL}\n# c{EVIL}\n## s {EVIL}\n\
         ```step\nnext ev=read & data~\"{EVIL}\"\n```\n*a{EVIL}* `b{EVIL}` <b>{EVIL}</b>\n\n- {EVIL}\n\n```\n{EVIL}\n```\n\
         ```do\n{EVIL}\n```\n"
    );
    let lesson = Lesson::parse(&text, "x").unwrap();
    let all = format!("{}{}", lesson.title, lesson.about);
    assert_harmless(&all);
    // `{:?}` would hide what acts: the pieces are looked at one by one.
    for block in lesson.intro.iter().chain(lesson.steps.iter().flat_map(|s| &s.body)) {
        use memstep::lesson::Block;
        match block {
            Block::Text(spans) | Block::Item { text: spans, .. } => {
                spans.iter().for_each(|span| assert_harmless(&span.text));
            }
            Block::Code(lines) | Block::Do(lines) => lines.iter().for_each(|line| assert_harmless(line)),
        }
    }
    for problem in check(&lesson, 4, &[]) {
        assert_harmless(&problem.to_string());
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.md");
    for text in [text.clone(), text.replace("next ev", &format!("nxt{EVIL} ev")), text.replace("title", EVIL)]
    {
        fs::write(&path, text).unwrap();
        for command in ["check", "lesson"] {
            let (_, out, err) = run(&[command, path.to_str().unwrap()]);
            assert!(!out.is_empty() || !err.is_empty());
            assert_harmless(&(out + &err));
        }
    }
    let out = memstep(&["lesson", &format!("{EVIL}/x.md")]).output().unwrap();
    assert_harmless(&String::from_utf8(out.stderr).unwrap());
}

#[test]
fn a_trace_s_words_are_made_harmless() {
    let evil = serde_json::to_string(EVIL).unwrap();
    let event = |seq: u64, rest: &str| format!("{{\"seq\":{seq},\"t\":{seq},\"th\":\"worker0\",{rest}}}\n");
    let lines = [
        event(1, &format!("\"ev\":\"mark\",\"text\":{evil}")),
        event(2, &format!("\"ev\":\"read\",\"conn\":0,\"fd\":1,\"errno\":{evil}")),
        event(3, &format!("\"ev\":{evil},\"conn\":0,\"ret\":1")),
        event(4, &format!("\"ev\":\"close\",\"conn\":0,\"why\":{evil}")),
        event(5, &format!("\"ev\":\"item\",\"conn\":0,\"op\":{evil},\"key\":{evil}")),
        event(6, &format!("\"ev\":\"wake\",\"ready\":[{{\"fd\":1,\"what\":{evil}}}]")),
    ];
    let header = "{\"format\":\"memstep-trace\",\"version\":1,\"threads\":4,\"title\":\"t\"}\n";
    let trace = format!("{header}{}", lines.concat());
    let events = TraceReader::new(trace.as_bytes(), "x").unwrap().into_recording().unwrap().events;
    let steps = ["ret", "ret", "why", "op", "ready"].iter().zip(["read", "\"\"", "close", "item", "wake"]);
    let mut text = "---\ntitle: t\nabout: a\nrecording: r\nminutes: 1\n---\n# c\n".to_owned();
    for (ask, kind) in steps {
        let filter = if kind == "\"\"" { "conn=0".to_owned() } else { format!("ev={kind}") };
        text += &format!("## s\n```step\nnext {filter}\nask {ask}\n```\n");
    }
    let course = Course::over(Lesson::parse(&text, "x").unwrap(), Language::En, 4, &events);
    let mut questions = 0;
    for question in (0..5).filter_map(|i| course.question(i)) {
        assert_harmless(&question.prompt);
        question.choices.iter().for_each(|choice| assert_harmless(&choice.text));
        questions += 1;
    }
    assert!(questions >= 3, "{questions}");
    let begun = skeleton(EVIL, "r.jsonl", &events);
    assert_harmless(&begun);
    let lesson = Lesson::parse(&begun, "x").unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert!(check(&lesson, 4, &events).iter().all(|problem| !problem.what.contains("finds no event")));
}
