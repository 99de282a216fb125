//! `memstep lesson`: a lesson beside its recording. Until the terminal UI shows lessons, and with no terminal,
//! as text.

mod new;
mod text;

use super::STDOUT;
use crate::cli::LessonArgs;
use crate::lesson::{Course, Lang, Lesson, library};
use crate::text::printable;
use crate::trace::format::Header;
use crate::trace::reader::{Recording, TraceReader};
use anyhow::{Context as _, bail};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use unicode_width::UnicodeWidthStr as _;

/// Shows a lesson, lists them, or begins a new one.
pub(super) fn run(args: &LessonArgs) -> anyhow::Result<ExitCode> {
    let lang = args.lang.unwrap_or_else(|| Lang::from_env(|name| std::env::var(name).ok()));
    if let Some(recording) = &args.new {
        return new::run(recording, args.output.as_deref());
    }
    let Some(name) = args.name.as_deref().filter(|_| !args.list) else {
        return list(lang);
    };
    let Opened { course, header, events, .. } = open(name, args.lang, lang)?;
    let page = text::page(&course, &header, &events);
    io::stdout().lock().write_all(page.as_bytes()).context(STDOUT)?;
    Ok(ExitCode::SUCCESS)
}

/// A lesson with its recording: what a screen needs.
pub(super) struct Opened {
    /// The lesson over its recording.
    pub course: Course,
    /// The recording's first line.
    pub header: Header,
    /// Its events.
    pub events: Vec<crate::event::Event>,
}

/// Opens the lesson that `name` means. A path is one; everything else is the name of one that the program
/// carries with it. `asked` is the language that the command line names, `lang` the one that holds if it
/// names none.
pub(super) fn open(name: &str, asked: Option<Lang>, lang: Lang) -> anyhow::Result<Opened> {
    let path = Path::new(name);
    let is_path = name.contains('/') || path.extension().is_some_and(|e| e.eq_ignore_ascii_case("md"));
    let (lesson, recording, lang) = if is_path {
        let (lesson, recording) = from_file(path)?;
        let lang = asked.or(lesson.lang).unwrap_or(lang);
        (lesson, recording, lang)
    } else {
        let entry = library::find(name, lang).map_err(anyhow::Error::msg)?;
        if entry.lang != lang {
            super::say(&format!("{} is not translated yet: this is the English one", entry.name()));
        }
        let lesson = entry.lesson()?;
        let Some(bytes) = library::recording(&lesson.recording) else {
            bail!(
                "{}: its recording, {}, did not come with this program",
                entry.file(),
                printable(&lesson.recording)
            );
        };
        let recording = TraceReader::new(bytes, &lesson.recording)?.into_recording()?;
        (lesson, recording, entry.lang)
    };
    let Recording { header, events, .. } = recording;
    let course = Course::over(lesson, lang, header.threads, &events);
    Ok(Opened { course, header, events })
}

/// The text of a file.
pub(super) fn read(path: &Path) -> anyhow::Result<String> {
    let shown = super::server::shown(path);
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the lesson {shown}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        anyhow::anyhow!("{shown}:{line}: the text is not UTF-8 here; save it as UTF-8")
    })
}

/// Where a lesson's recording is: a path from where the lesson is.
pub(super) fn recording_of(lesson: &Lesson, path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).join(&lesson.recording)
}

fn from_file(path: &Path) -> anyhow::Result<(Lesson, Recording)> {
    let lesson = Lesson::parse(&read(path)?, &super::server::shown(path))?;
    let recording = Recording::load(&recording_of(&lesson, path), false).with_context(|| {
        format!(
            "{}: its recording cannot be opened; `recording:` is a path from where the lesson is",
            super::server::shown(path)
        )
    })?;
    Ok((lesson, recording))
}

/// Every lesson, what it is about, and how long it takes.
fn list(lang: Lang) -> anyhow::Result<ExitCode> {
    let entries = library::all(lang);
    let named = entries.iter().map(|entry| entry.name().width()).max().unwrap_or(0);
    let lessons: Vec<Lesson> = entries.iter().map(library::Entry::lesson).collect::<Result<_, _>>()?;
    let mut out = io::stdout().lock();
    let mut write = || -> io::Result<()> {
        for (entry, lesson) in entries.iter().zip(&lessons) {
            let minutes = match lang {
                Lang::En => format!("{} min", lesson.minutes),
                Lang::Zh => format!("{} 分钟", lesson.minutes),
            };
            let note = match entry.lang == lang {
                true => "",
                false => " (English)",
            };
            writeln!(
                out,
                "{:>2}  {:named$}  {} · {minutes}{note}",
                entry.number().trim_start_matches('0'),
                entry.name(),
                lesson.title
            )?;
            for line in text::wrapped(&lesson.about, text::WIDTH - named - 6) {
                writeln!(out, "{:1$}{line}", "", named + 6)?;
            }
        }
        let how = match lang {
            Lang::En => "`memstep lesson NAME` shows one; its number will do, or how its name begins.",
            Lang::Zh => "`memstep lesson NAME` 打开一课；写编号或名称的开头即可。",
        };
        writeln!(out, "\n{how}")
    };
    write().context(STDOUT)?;
    Ok(ExitCode::SUCCESS)
}
