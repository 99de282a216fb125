//! `memstep lesson`, and `memstep` alone: a lesson beside its recording; with no terminal, as text.

mod new;
mod show;
mod text;

use super::STDOUT;
use super::look::{has_terminal, options};
use crate::cli::{LessonArgs, LookArgs};
use crate::lesson::progress::LessonProgress;
use crate::lesson::{Course, Lesson, library};
use crate::text::printable;
use crate::texts::Language;
use crate::trace::reader::{Recording, TraceReader};
use anyhow::{Context as _, bail};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use unicode_width::UnicodeWidthStr as _;

/// The lesson of `memstep` alone: the guided tour.
const TOUR: &str = "03-set";

/// Shows the guided tour.
pub(super) fn tour(asked: Option<Language>) -> anyhow::Result<ExitCode> {
    run(LessonArgs { name: Some(TOUR.to_owned()), ..LessonArgs::default() }, asked)
}

/// A lesson to go through with a running server of so many workers.
pub(super) fn course(
    name: &str,
    asked: Option<Language>,
    workers: u16,
    look: LookArgs,
) -> anyhow::Result<Course> {
    let asked = if options(look)?.ascii { Some(Language::default()) } else { asked };
    let lang = asked.unwrap_or_else(Language::spoken);
    lang.speak();
    let (lesson, lang) = text_of(name, asked, lang)?;
    Ok(Course::live(lesson, lang, workers.into()))
}

/// Shows a lesson, lists them, or begins a new one; `asked` is the language that the command line names.
pub(super) fn run(args: LessonArgs, mut asked: Option<Language>) -> anyhow::Result<ExitCode> {
    let is_shown = has_terminal() && !args.text;
    let mut lang = asked.unwrap_or_else(Language::spoken);
    let plain = Language::default();
    if is_shown && lang != plain && options(args.look)?.ascii {
        super::say(&plain.lesson_no_ascii(lang.lesson_language()));
        (asked, lang) = (Some(plain), plain);
    }
    lang.speak();
    if let Some(recording) = &args.new {
        return new::run(recording, args.output.as_deref());
    }
    let Some(name) = args.name.as_deref().filter(|_| !args.list) else {
        return list(lang);
    };
    let opened = open(name, asked, lang)?;
    if is_shown {
        return show::run(opened, &args);
    }
    let Opened { course, recording, .. } = opened;
    let page = text::page(&course, &recording.header, &recording.events);
    crate::cmd::stdout().write_all(page.as_bytes()).context(STDOUT)?;
    Ok(ExitCode::SUCCESS)
}

/// A lesson with its recording: what a screen needs.
pub(super) struct Opened {
    /// The lesson over its recording.
    pub course: Course,
    /// The recording.
    pub recording: Recording,
    /// What the lesson is called where progress is kept.
    pub key: String,
}

/// Opens the lesson that `name` means. A path is one; everything else is the name of one that the program
/// carries with it. `asked` is the language that the command line names, `lang` the one that holds if it
/// names none.
pub(super) fn open(name: &str, asked: Option<Language>, lang: Language) -> anyhow::Result<Opened> {
    let (lesson, lang) = text_of(name, asked, lang)?;
    let (recording, key) = if let Some(path) = file(name) {
        let recording = Recording::load(&recording_of(&lesson, path), false)
            .with_context(|| lang.lesson_recording_not_opened(super::server::shown(path)))?;
        (recording, show::key(path))
    } else {
        let entry = library::find(name, lang).map_err(anyhow::Error::msg)?;
        let Some(bytes) = library::recording(&lesson.recording) else {
            bail!(lang.lesson_recording_not_carried(entry.file(), printable(&lesson.recording).into_owned()));
        };
        (TraceReader::new(bytes, &lesson.recording)?.into_recording()?, entry.stem.to_owned())
    };
    let course = Course::over(lesson, lang, recording.header.threads, &recording.events);
    Ok(Opened { course, recording, key })
}

/// The lesson itself, and the language that it speaks.
fn text_of(name: &str, asked: Option<Language>, lang: Language) -> anyhow::Result<(Lesson, Language)> {
    if let Some(path) = file(name) {
        let lesson = Lesson::parse(&read(path)?, &super::server::shown(path))?;
        let lang = asked.or(lesson.lang).unwrap_or(lang);
        lang.speak();
        return Ok((lesson, lang));
    }
    let entry = library::find(name, lang).map_err(anyhow::Error::msg)?;
    if entry.lang != lang {
        super::say(&lang.lesson_not_translated(entry.name()));
    }
    Ok((entry.lesson()?, entry.lang))
}

/// The file that a name means, if it means one.
fn file(name: &str) -> Option<&Path> {
    let path = Path::new(name);
    let is_path = name.contains('/') || path.extension().is_some_and(|e| e.eq_ignore_ascii_case("md"));
    is_path.then_some(path)
}

/// The text of a file.
pub(super) fn read(path: &Path) -> anyhow::Result<String> {
    let shown = super::server::shown(path);
    let bytes = std::fs::read(path).with_context(|| Language::spoken().lesson_not_read(&*shown))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        anyhow::Error::msg(Language::spoken().lesson_not_utf_8(shown, line.to_string()))
    })
}

/// Where a lesson's recording is: a path from where the lesson is.
pub(super) fn recording_of(lesson: &Lesson, path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).join(&lesson.recording)
}

/// Every lesson, what it is about, and how long it takes.
fn list(lang: Language) -> anyhow::Result<ExitCode> {
    let entries = library::all(lang);
    let named = entries.iter().map(|entry| entry.name().width()).max().unwrap_or(0);
    let lessons: Vec<Lesson> =
        entries.iter().map(library::BundledLesson::lesson).collect::<Result<_, _>>()?;
    let progress = show::progress();
    let mut out = crate::cmd::stdout();
    let mut write = || -> io::Result<()> {
        for (entry, lesson) in entries.iter().zip(&lessons) {
            let minutes = lang.lesson_minutes(lesson.minutes);
            let note = if entry.lang == lang { "" } else { lang.lesson_in_english() };
            let far = progress.lessons.get(entry.stem).map(|entry| far(entry, lesson, lang));
            let far = far.unwrap_or_default();
            writeln!(
                out,
                "{:>2}  {:named$}  {} · {minutes}{note}{far}",
                entry.number().trim_start_matches('0'),
                entry.name(),
                lesson.title
            )?;
            for line in text::wrapped(&lesson.about, text::WIDTH - named - 6) {
                writeln!(out, "{:1$}{line}", "", named + 6)?;
            }
        }
        writeln!(out, "\n{}", lang.lesson_how_to_open())
    };
    write().context(STDOUT)?;
    Ok(ExitCode::SUCCESS)
}

/// How far one has come with a lesson.
fn far(kept: &LessonProgress, lesson: &Lesson, lang: Language) -> String {
    let (furthest, steps) = (kept.furthest.to_string(), lesson.steps.len().to_string());
    match (kept.furthest, kept.asked) {
        (0, _) => String::new(),
        (_, 0) => lang.lesson_far(furthest, steps),
        (_, asked) => lang.lesson_far_score(asked, furthest, steps, kept.right),
    }
}
