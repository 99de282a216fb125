//! Whole screens of lessons, and what their keys do.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::event::{Event, Kind};
use crate::lesson::library;
use crate::ui::Theme;
use crate::ui::app::App;
use crate::ui::tests::{header, press, screen};
use crate::ui::{OpenedRecording, Options};
use std::sync::Mutex;
use unicode_width::UnicodeWidthStr as _;

/// Events of a recording, as its lines.
fn events(bytes: &[u8]) -> Vec<Event> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).filter(|e: &Event| e.seq > 0).collect()
}

fn pupil(name: &str, lang: Language) -> (Pupil, Vec<Event>) {
    let lesson = library::find(name, lang).unwrap().lesson().unwrap();
    let events = events(library::recording(&lesson.recording).unwrap());
    let course = Course::over(lesson, lang, 4, &events);
    (Pupil { course, kept: LessonProgress::default(), keep: None, address: String::new() }, events)
}

fn recording(name: &str, events: Vec<Event>) -> OpenedRecording {
    OpenedRecording {
        name: name.to_owned(),
        header: header(),
        events,
        end: Some(crate::trace::format::End::default()),
        warnings: Vec::new(),
    }
}

fn over(name: &str, lang: Language, options: &Options) -> App {
    let (pupil, events) = pupil(name, lang);
    let mut app = App::lesson(recording(name, events), pupil, options);
    app.status = None;
    app
}

mod words;

fn set(lang: Language) -> App {
    over("set", lang, &Options::default())
}

fn tutor(app: &App) -> &Tutor {
    app.tutor.as_ref().unwrap()
}

/// Goes to the next step, answering nothing.
fn on(app: &mut App) {
    if tutor(app).stage() == Stage::Asking {
        press(app, "s");
    }
    press(app, "\n");
}

fn at_step(lang: Language, step: usize) -> App {
    let mut app = set(lang);
    while tutor(&app).step + 1 < step {
        on(&mut app);
    }
    app
}

#[test]
fn the_first_step_at_80x24() {
    insta::assert_snapshot!(screen(&set(Language::En), 80, 24));
}

#[test]
fn a_question_at_80x24() {
    insta::assert_snapshot!(screen(&at_step(Language::En, 5), 80, 24));
}

#[test]
fn a_question_at_120x40() {
    insta::assert_snapshot!(screen(&at_step(Language::En, 14), 120, 40));
}

#[test]
fn a_wrong_answer_at_120x40() {
    let mut app = at_step(Language::En, 14);
    let right = tutor(&app).course.question(13).unwrap().right;
    press(&mut app, if right == 0 { "b" } else { "a" });
    insta::assert_snapshot!(screen(&app, 120, 40));
}

#[test]
fn chinese_at_80x24() {
    insta::assert_snapshot!(text_of(&at_step(Language::Zh, 6), 80, 24));
}

#[test]
fn chinese_at_120x40() {
    let mut app = at_step(Language::Zh, 8);
    press(&mut app, "...");
    insta::assert_snapshot!(text_of(&app, 120, 40));
}

/// A lesson's text alone, in Chinese: no word of English is the program's.
fn alone(mut app: App, keys: &str, width: u16, height: u16) -> String {
    press(&mut app, keys);
    press(&mut app, "l");
    text_of(&app, width, height)
}

#[test]
fn a_question_in_chinese_at_80x24() {
    insta::assert_snapshot!(alone(at_step(Language::Zh, 14), "", 80, 24));
}

#[test]
fn a_wrong_answer_in_chinese_at_80x24() {
    let app = at_step(Language::Zh, 14);
    let right = tutor(&app).course.question(13).unwrap().right;
    insta::assert_snapshot!(alone(app, if right == 0 { "b" } else { "a" }, 80, 24));
}

#[test]
fn the_end_in_chinese_at_120x40() {
    let mut app = at_step(Language::Zh, 25);
    for _ in 0..20 {
        on(&mut app);
    }
    insta::assert_snapshot!(alone(app, "", 120, 40));
}

#[test]
fn what_is_waited_for_in_chinese_at_80x24() {
    let (pupil, _) = pupil("set", Language::Zh);
    let course = Course::live(pupil.course.lesson().clone(), Language::Zh, 4);
    let leash = Arc::new(Free);
    let options = Options { lang: Language::Zh, ..Options::default() };
    let mut app = App::live(header(), leash.clone(), leash, &options);
    app.learn(Pupil { course, address: "127.0.0.1 11211".to_owned(), ..pupil });
    insta::assert_snapshot!(alone(app, "", 80, 24));
}

#[test]
fn the_end_at_120x40() {
    let mut app = at_step(Language::En, 25);
    for _ in 0..20 {
        on(&mut app);
    }
    insta::assert_snapshot!(screen(&app, 120, 40));
}

/// The screen, with nothing where a wide character covers it.
fn text_of(app: &App, width: u16, height: u16) -> String {
    crate::ui::draw::text(app, width, height)
}

#[test]
fn until_it_is_answered_nothing_tells_what_was_asked() {
    for entry in library::all(Language::En) {
        let mut app = over(entry.stem, Language::En, &Options::default());
        while !tutor(&app).is_over {
            if tutor(&app).stage() == Stage::Asking {
                let at = tutor(&app).place().unwrap();
                assert_eq!(app.horizon(), at);
                assert_eq!(app.player.cursor(), Some(at - 1));
                let (step, next) = (tutor(&app).current().unwrap(), app.player.event(at).unwrap().seq);
                let drawn = screen(&app, 120, 40);
                // A name alone stands in other places, too.
                let tells = step.title.contains(' ') && drawn.contains(&step.title);
                assert!(!tells, "{}: {}", entry.stem, step.title);
                // Its row is not in the list of events either.
                let row = format!(" {next}  ");
                assert!(!drawn.lines().skip(1).any(|line| line.contains(&row)), "{row}: {drawn}");
            }
            on(&mut app);
        }
    }
}

#[test]
fn every_step_of_every_lesson_is_shown_in_every_size() {
    for lang in [Language::En, Language::Zh] {
        for entry in library::all(lang) {
            for look in 0..3 {
                let options = Options {
                    classroom: look == 1,
                    ascii: look == 2,
                    theme: [Theme::Dark, Theme::Contrast, Theme::Mono][look],
                    ..Options::default()
                };
                let mut app = over(entry.stem, lang, &options);
                let mut told = 0;
                while !tutor(&app).is_over {
                    for (width, height) in [(0, 0), (9, 4), (40, 10), (80, 24), (120, 40), (200, 50)] {
                        let drawn = text_of(&app, width, height);
                        let fits = drawn.lines().all(|line| line.width() <= width.into());
                        assert!(fits, "{} step {told} at {width}x{height}:\n{drawn}", entry.stem);
                    }
                    if tutor(&app).stage() == Stage::Telling {
                        told += 1;
                    }
                    on(&mut app);
                }
                let questions = tutor(&app).course.score().questions;
                assert_eq!(
                    told + questions,
                    tutor(&app).steps(),
                    "each step was told, or asked and passed over"
                );
            }
        }
    }
}

#[test]
fn at_80x24_the_question_and_its_choices_are_all_there() {
    for lang in [Language::En, Language::Zh] {
        for entry in library::all(lang) {
            let mut app = over(entry.stem, lang, &Options::default());
            while !tutor(&app).is_over {
                if let (Stage::Asking, Some(question)) =
                    (tutor(&app).stage(), tutor(&app).course.question(tutor(&app).step))
                {
                    let drawn = text_of(&app, 80, 24);
                    for choice in &question.choices {
                        let begin: String = choice.text.chars().take(20).collect();
                        assert!(drawn.contains(&begin), "{}: {begin}\n{drawn}", entry.stem);
                    }
                }
                on(&mut app);
            }
        }
    }
}

#[test]
fn one_can_go_elsewhere_and_come_back() {
    let mut app = at_step(Language::En, 9);
    press(&mut app, "s");
    let here = app.player.cursor();
    assert!(!app.is_elsewhere());
    press(&mut app, "...");
    assert!(app.is_elsewhere());
    assert!(screen(&app, 80, 24).contains("L: back to it"));
    press(&mut app, "L");
    assert_eq!(app.player.cursor(), here);
    press(&mut app, "g\x7f\n");
    assert_eq!(app.player.cursor(), here, "a step leads there from anywhere");
    press(&mut app, "]");
    assert!(tutor(&app).step > 9 && tutor(&app).chapters().1 == 4);
    press(&mut app, "[");
    assert_eq!((tutor(&app).chapters().1, tutor(&app).step), (3, 8));
}

#[test]
fn a_letter_answers_only_while_something_is_asked() {
    let mut app = at_step(Language::En, 5);
    let right = tutor(&app).course.question(4).unwrap().right;
    press(&mut app, "\n");
    assert!(app.status.as_ref().unwrap().text.contains("what do you think?"));
    press(&mut app, ["a", "b", "c", "d"][right]);
    assert_eq!(tutor(&app).stage(), Stage::Telling);
    assert!(screen(&app, 120, 40).contains("Right: "));
    assert_eq!(tutor(&app).course.score().right, 1);
    // Now it is the key of breakpoints again.
    press(&mut app, "b");
    assert_eq!(app.breakpoints.iter().count(), 1);
    // What was answered is not asked again.
    press(&mut app, "\n\x7f\x7f\n");
    assert_eq!((tutor(&app).step, tutor(&app).stage()), (4, Stage::Telling));
}

#[derive(Default)]
struct KeptInMemory(Mutex<LessonProgress>);

impl KeepProgress for KeptInMemory {
    fn keep(&self, entry: &LessonProgress) -> Result<Option<String>, String> {
        *self.0.lock().unwrap() = entry.clone();
        Ok(None)
    }
}

#[test]
fn one_continues_where_one_was_with_what_one_has_answered() {
    let kept = Arc::new(KeptInMemory::default());
    let begin = |entry: LessonProgress| {
        let (pupil, events) = pupil("set", Language::En);
        let pupil = Pupil { kept: entry, keep: Some(kept.clone()), ..pupil };
        App::lesson(recording("set", events), pupil, &Options::default())
    };
    let mut app = begin(LessonProgress::default());
    for _ in 0..4 {
        on(&mut app);
    }
    press(&mut app, "a\n");
    let entry = kept.0.lock().unwrap().clone();
    assert_eq!((entry.at, entry.furthest, entry.answers.len()), (6, 6, 1));
    let mut app = begin(entry);
    assert!(app.status.as_ref().unwrap().text.starts_with("continued at step 6 of "));
    assert_eq!(tutor(&app).course.chosen(4), Some(0));
    press(&mut app, "R");
    assert_eq!((tutor(&app).step, tutor(&app).course.chosen(4)), (0, None));
    let entry = kept.0.lock().unwrap().clone();
    assert_eq!((entry.at, entry.furthest, entry.answers.len()), (1, 6, 0));
    // Somebody who comes to the end begins anew the next time.
    while !tutor(&app).is_over {
        on(&mut app);
    }
    assert_eq!(kept.0.lock().unwrap().at, 0);
}

#[test]
fn a_live_lesson_waits_for_its_events_and_goes_where_they_are() {
    let (pupil, events) = pupil("set", Language::En);
    let lesson = pupil.course.lesson().clone();
    let course = Course::live(lesson, Language::En, 4);
    let leash = Arc::new(Free);
    let mut app = App::live(header(), leash.clone(), leash, &Options::default());
    app.learn(Pupil {
        course,
        kept: LessonProgress::default(),
        keep: None,
        address: "127.0.0.1 11211".to_owned(),
    });
    assert_eq!(tutor(&app).stage(), Stage::Waiting);
    let drawn = screen(&app, 80, 24);
    assert!(drawn.contains("telnet 127.0.0.1 11211") && drawn.contains("has not happened yet"), "{drawn}");
    let first = events.iter().position(|e| e.kind() == Kind::ConnNew && e.conn == Some(0)).unwrap();
    app.push(events[..first].to_vec());
    assert_eq!(tutor(&app).stage(), Stage::Waiting);
    app.push(events[first..].to_vec());
    assert_eq!((tutor(&app).stage(), app.player.cursor()), (Stage::Telling, Some(first)));
    // All has happened by now: what a thread does next is known once nothing more comes.
    assert!(app.lesson_due().is_some());
    app.tick(QUIET);
    assert!(app.lesson_due().is_none());
    let mut places = Vec::new();
    while !tutor(&app).is_over {
        assert_ne!(tutor(&app).stage(), Stage::Waiting, "step {}", tutor(&app).step + 1);
        places.push(tutor(&app).place());
        on(&mut app);
    }
    let recorded = set(Language::En);
    let recorded: Vec<_> = (0..places.len()).map(|step| tutor(&recorded).course.place(step)).collect();
    assert_eq!(places, recorded);
}

/// A server that runs, and is not recorded.
struct Free;

impl crate::ui::Leash for Free {
    fn look(&self) -> crate::event::Leashed {
        crate::event::Leashed::default()
    }
    fn ask(&self, _: crate::ui::LeashRequest) {}
}

impl crate::ui::Tape for Free {
    fn is_recording(&self) -> bool {
        false
    }
    fn start_or_stop(&self) {}
}

#[test]
fn the_glossary_stands_below_why_and_can_be_asked() {
    let mut app = at_step(Language::Zh, 6);
    press(&mut app, "s7z");
    let entry = crate::glossary::of_state(crate::event::ConnState::Read, Language::Zh).unwrap();
    let begin: String = entry.text.chars().take(12).collect();
    assert!(text_of(&app, 120, 40).contains(&begin));
    press(&mut app, ":glossary conn_nread\n");
    let entry = crate::glossary::of_state(crate::event::ConnState::Nread, Language::Zh).unwrap();
    let begin: String = entry.text.chars().take(12).collect();
    assert!(text_of(&app, 120, 40).contains(&begin));
    press(&mut app, ":help conn_nred\n");
    assert!(app.status.as_ref().unwrap().text.starts_with("词汇表里没有 conn_nred；是不是 conn_nread"));
}

/// A step that has no words, answered.
fn bare(lang: Language) -> App {
    let source = "---\ntitle: bare\nabout: nothing\nrecording: ../../traces/set-get.jsonl\nminutes: 1\n---\n\n# One\n\n\
                  ## The read\n\n```step\nfirst ev=read\nask ret\n```\n\n`memcached.c:3893, try_read_network`\n";
    let lesson = crate::lesson::Lesson::parse(source, "bare.md").unwrap();
    let events = events(library::recording(&lesson.recording).unwrap());
    let course = Course::over(lesson, lang, 4, &events);
    let pupil = Pupil { course, kept: LessonProgress::default(), keep: None, address: String::new() };
    let mut app = App::lesson(recording("bare", events), pupil, &Options::default());
    press(&mut app, "a");
    app
}

#[test]
fn a_step_without_words_of_its_own_says_why_it_is_so() {
    let app = bare(Language::En);
    assert!(screen(&app, 80, 24).contains("read puts 13 bytes"), "{}", screen(&app, 80, 24));
    let drawn = alone(bare(Language::Zh), "", 80, 24).replace(' ', "");
    assert!(drawn.contains("read把13字节放进读缓冲区，那里有2,048字节的空间。\n"), "{drawn}");
}
