//! What is said of a text that is no lesson: file, line, column, what was expected, what to do.

use super::{parse, with_steps};
use memstep::lesson::{Block, Lesson, QuestionKind, StepPanel, TextStyle, Which};
use proptest::prelude::*;
use std::path::Path;

const HEAD: &str = "---\ntitle: t\nabout: a\nrecording: r.jsonl\nminutes: 1\n---\n";

/// What is said, without the lines that show where.
fn said(text: &str) -> Vec<String> {
    let mistakes = Lesson::parse(text, "x.md").unwrap_err();
    mistakes.0.iter().map(|m| m.to_string().lines().next().unwrap().to_owned()).collect()
}

/// The same for what stands in the block of a step, which begins on line 10.
fn of_step(block: &str) -> Vec<String> {
    said(&format!("{HEAD}# c\n## s\n```step\n{block}\n```\n"))
}

#[test]
fn a_lesson_is_front_matter_chapters_and_steps() {
    let text = "\u{feff}---\r\ntitle: \"A: b\"\r\nabout: what\r\nrecording: ../r.jsonl\r\nminutes: 12\r\nlang: zh\r\n---\r\n\
                before\r\n\r\n# One `chapter`\r\nits text\r\n\r\n## First\r\n```do\r\nconnect\r\n```\r\n\
                Some *text* with\r\n`code`,\r\n**strong**.\r\n\r\n```step\r\nfirst ev=read\r\nshow stack events\r\n\
                ask ret\r\n```\r\n- a\r\n- b\r\n  1. c\r\n\r\n```\r\nas it is\r\n\tand this\r\n```\r\n# Two\r\n## Second\r\n\
                ```step\r\nlast ev=close\r\n```\r\n";
    let lesson = parse(Path::new("x.md"), text);
    assert_eq!((lesson.title.as_str(), lesson.about.as_str(), lesson.minutes), ("A: b", "what", 12));
    assert_eq!((lesson.recording.as_str(), lesson.lang.map(|l| l.code())), ("../r.jsonl", Some("zh")));
    let chapters: Vec<_> = lesson.chapters.iter().map(|c| (c.title.as_str(), c.first)).collect();
    assert_eq!(chapters, [("One chapter", 0), ("Two", 1)]);
    let step = &lesson.steps[0];
    assert_eq!((step.title.as_str(), step.line, step.bind.line, step.bind.column), ("First", 13, 22, 7));
    assert_eq!((step.bind.which, step.ask), (Which::First, Some(QuestionKind::Result)));
    assert_eq!(step.show, [StepPanel::Stack, StepPanel::Events]);
    assert_eq!(step.does().collect::<Vec<_>>(), ["connect"]);
    let Block::Text(spans) = &step.body[1] else { panic!("{:?}", step.body) };
    let spans: Vec<_> = spans.iter().map(|span| (span.text.as_str(), span.style)).collect();
    assert_eq!(
        spans,
        [
            ("Some ", TextStyle::Plain),
            ("text", TextStyle::Emphasis),
            (" with ", TextStyle::Plain),
            ("code", TextStyle::Code),
            (", ", TextStyle::Plain),
            ("strong", TextStyle::Strong),
            (".", TextStyle::Plain)
        ]
    );
    let items: Vec<_> = step
        .body
        .iter()
        .filter_map(|b| {
            if let Block::Item { mark, depth, .. } = b { Some((mark.as_str(), *depth)) } else { None }
        })
        .collect();
    assert_eq!(items, [("•", 1), ("•", 1), ("1.", 2)]);
    assert_eq!(step.body.last(), Some(&Block::Code(vec!["as it is".into(), "    and this".into()])));
    assert_eq!((lesson.steps[1].bind.which, lesson.steps[1].chapter), (Which::Last, 1));
}

#[test]
fn chinese_lines_join_without_blanks() {
    let text = format!("{HEAD}# c\n## s\n```step\nnext ev=read\n```\n主线程\n接受 `accept`\n之后\n");
    let lesson = parse(Path::new("x.md"), &text);
    let Block::Text(spans) = &lesson.steps[0].body[0] else { panic!() };
    let text: String = spans.iter().map(|span| span.text.as_str()).collect();
    assert_eq!(text, "主线程接受 accept 之后");
}

#[test]
fn a_do_may_stand_in_the_step_too() {
    let lesson = with_steps(&["next ev=read\ndo get a"]);
    assert_eq!(lesson.steps[0].does().collect::<Vec<_>>(), ["get a"]);
}

#[test]
fn what_is_wrong_in_a_step_is_said_with_its_place() {
    for (block, says) in [
        ("next", "x.md:10:5: expected a filter after `next`, such as `next ev=state & to=conn_nread`"),
        ("  next ev=stat", "x.md:10:11: no such kind: stat; did you mean state?"),
        ("next ev=read\nnxet ev=read", "x.md:11:1: no such word: nxet; did you mean next?"),
        ("next ev=read\nlast ev=read", "x.md:11:1: `last` stands here besides another"),
        ("next seq=57", "x.md:10:6: `seq` is another one each time the story is recorded"),
        ("next ev=read & t>1s", "x.md:10:6: `t` is another one each time"),
        ("next fd=20", "x.md:10:6: `fd` is another one each time"),
        ("next ev=read\nshow", "x.md:11:5: expected panels after `show`: threads, spacetime"),
        ("next ev=read\nshow stack thread", "x.md:11:12: no such panel: thread; did you mean threads?"),
        ("next ev=read\nshow stack stack", "x.md:11:12: the panel stack is named twice"),
        ("next ev=read\nask", "x.md:11:4: expected what is asked after `ask`: next, ret, ready"),
        ("next ev=read\nask stat", "x.md:11:5: no such question: stat; did you mean state?"),
        ("next ev=read\nask seq", "x.md:11:5: `seq` is nothing that can be guessed"),
        ("next ev=read\nask ret\nask to", "x.md:12:1: a second `ask`"),
        ("next ev=read\ndo", "x.md:11:3: expected what the client does after `do`"),
        ("show stack", "x.md:8:1: this step's block names no event; expected a line `next FILTER` in it"),
    ] {
        let said = of_step(block);
        assert!(said.len() == 1 && said[0].starts_with(says), "{block:?}: {said:#?}");
    }
}

#[test]
fn what_is_wrong_around_the_steps_is_said_too() {
    let step = "```step\nnext ev=read\n```\n";
    for (text, says) in [
        (String::new(), "x.md:1:1: expected a line `---`, then title, about"),
        ("# c\n".to_owned(), "x.md:1:1: expected a line `---`"),
        ("---\ntitle: t\n".to_owned(), "x.md:1:1: this `---` has no other below it"),
        (HEAD.replace("about: a\n", ""), "x.md:5:1: `about:` is missing"),
        (HEAD.replace("about", "abuot"), "x.md:3:1: no such key: abuot; did you mean about?"),
        (HEAD.replace("about: a", "about"), "x.md:3:1: expected `KEY: VALUE`"),
        (HEAD.replace("about: a", "title: b"), "x.md:3:1: `title:` for the second time"),
        (HEAD.replace("minutes: 1", "minutes:  soon"), "x.md:5:11: expected a number from 1 to 999"),
        (HEAD.replace("about: a", "about:"), "x.md:3:7: expected something after `about:`"),
        (HEAD.replace("about: a", "about: a\nlang: tlh"), "x.md:4:7: expected en or zh"),
        (HEAD.to_owned(), "x.md:6:1: the lesson has no chapter"),
        (format!("{HEAD}## s\n{step}"), "x.md:7:1: a step before the first chapter"),
        (format!("{HEAD}# c\n"), "x.md:7:1: this chapter has no step"),
        (format!("{HEAD}# c\n# d\n## s\n{step}"), "x.md:7:1: this chapter has no step"),
        (format!("{HEAD}# c\n## s\ntext\n"), "x.md:8:1: this step names no event"),
        (format!("{HEAD}# c\n{step}"), "x.md:7:1: this chapter has no step"),
        (format!("{HEAD}# c\n## s\n{step}{step}"), "x.md:12:1: a second `step` block"),
        (format!("{HEAD}# c\n## s\n{step}```do\n```\n"), "x.md:12:1: an empty `do` block"),
        (format!("{HEAD}# c\n##\n{step}"), "x.md:7:1: this chapter has no step"),
    ] {
        let said = said(&text);
        assert!(said[0].starts_with(says), "{text:?}: {said:#?}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_shown() {
    let text = format!("{HEAD}# c\n## s\n```step\nnext ev=stat\nshow thread\n```\n## 主 s\nno event\n");
    let mistakes = Lesson::parse(&text, "x.md").unwrap_err();
    assert_eq!(mistakes.0.len(), 3);
    let shown = mistakes.to_string();
    assert!(shown.contains("\n  next ev=stat\n          ^\n"), "{shown}");
    assert!(shown.contains("\n  show thread\n       ^\n"), "{shown}");
    assert!(shown.contains("x.md:13:1: this step names no event"), "{shown}");
}

#[test]
fn a_text_of_nothing_but_mistakes_is_refused_without_delay() {
    for piece in ["## s\n", "# c\n", "# c\n## s\n```step\nx\n```\n"] {
        let text = format!("{HEAD}{}", piece.repeat(900_000 / piece.len()));
        assert_eq!(Lesson::parse(&text, "x.md").unwrap_err().0.len(), 100);
    }
    let text = format!("{HEAD}{}", " ".repeat(1 << 20));
    assert!(said(&text)[0].contains("more than 1048576 bytes"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(---\n|title: |# |## |```step\n|```do\n|```|next |first ev=read|ask |show |> |- |1\\. |[a-z主。*_`<\r\n\t ]){0,40}") {
        let _ = Lesson::parse(&text, "x");
        let _ = Lesson::parse(&format!("{HEAD}# c\n## s\n{text}"), "x");
    }
}
