//! A lesson as text: what is shown where there is no terminal, and to a screen reader.

use crate::event::Event;
use crate::lesson::{Block, Course, Span, TextStyle, wrap};
use crate::print::Print as _;
use crate::print::text::Text;
use crate::texts::Language;
use crate::trace::format::Header;
use std::collections::HashMap;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// How wide the text is.
pub(super) const WIDTH: usize = 78;
/// How far the text of a step stands from the left.
const INDENT: usize = 4;

/// The whole lesson. Writing to a String cannot fail.
pub(super) fn page(course: &Course, header: &Header, events: &[Event]) -> String {
    let lesson = course.lesson();
    let lang = course.lang();
    let told = told(course, header, events);
    let mut out = String::new();
    let _ = writeln!(out, "{}", lesson.title);
    paragraph(&mut out, 0, "", &plain(&lesson.about));
    let recording = crate::text::printable(&lesson.recording);
    let recording = recording.rsplit('/').next().unwrap_or_default();
    let _ = writeln!(out, "{}", lang.lesson_head(lesson.minutes, recording, lesson.steps.len()));
    blocks(&mut out, &lesson.intro, lang);
    let mut chapter = None;
    for (i, step) in lesson.steps.iter().enumerate() {
        if chapter != Some(step.chapter) {
            chapter = Some(step.chapter);
            let chapter = &lesson.chapters[step.chapter];
            let rule = "─".repeat(WIDTH.saturating_sub(chapter.title.width() + 4));
            let _ = writeln!(out, "\n── {} {rule}", chapter.title);
            blocks(&mut out, &chapter.intro, lang);
        }
        let _ = writeln!(out, "\n{:>2}. {}", i + 1, step.title);
        blocks(&mut out, &step.body, lang);
        let line = course.place(i).and_then(|at| told.get(&at));
        let _ = match line {
            Some(line) => writeln!(out, "\n{line}"),
            None => writeln!(out, "\n{:INDENT$}{}", "", lang.lesson_no_event()),
        };
        question(&mut out, course, i);
    }
    out
}

/// The question of a step, and its answer.
fn question(out: &mut String, course: &Course, step: usize) {
    let Some(question) = course.question(step) else { return };
    let lang = course.lang();
    out.push('\n');
    paragraph(out, INDENT, "? ", &plain(&question.prompt));
    for (i, choice) in question.choices.iter().enumerate() {
        paragraph(out, INDENT + 2, &format!("{}  ", letter(i)), &plain(&choice.text));
    }
    let (right, of) = (&*question.choices[question.right].text, letter(question.right).to_string());
    let answer = match course.lesson().steps[step].has_words() {
        true => lang.lesson_answer(of, right),
        false => {
            let title = question.because.title.trim_end_matches(['.', '?', '!', '。', '？', '！']);
            lang.lesson_answer_why(of, right, title, question.why())
        }
    };
    paragraph(out, INDENT, "= ", &plain(&answer));
}

fn letter(i: usize) -> char {
    char::from(b'a' + u8::try_from(i).unwrap_or(25).min(25))
}

/// Each step's event as `print` shows it, by its index.
fn told(course: &Course, header: &Header, events: &[Event]) -> HashMap<usize, String> {
    let wanted: Vec<_> = (0..course.lesson().steps.len()).filter_map(|step| course.place(step)).collect();
    let mut printer = Text::new(course.lang());
    let mut lines = HashMap::new();
    let mut out = Vec::new();
    // Writing to a Vec cannot fail.
    let _ = printer.header(header, "", &mut out);
    for (at, event) in events.iter().enumerate() {
        if !wanted.contains(&at) {
            printer.skip(event, "");
            continue;
        }
        out.clear();
        let _ = printer.event(event, "", &mut out);
        // A gap in time has a line of its own before it.
        let text = String::from_utf8_lossy(&out);
        let line = text.trim_end().rsplit('\n').next().unwrap_or_default();
        lines.insert(at, line.to_owned());
    }
    lines
}

fn blocks(out: &mut String, blocks: &[Block], lang: Language) {
    for block in blocks {
        match block {
            Block::Text(spans) => {
                out.push('\n');
                paragraph(out, INDENT, "", spans);
            }
            Block::Item { mark, depth, text } => {
                let indent = INDENT + 2 * (depth.saturating_sub(1)).min(8);
                if mark.is_empty() {
                    paragraph(out, indent + 2, "", text);
                } else {
                    paragraph(out, indent, &format!("{mark} "), text);
                }
            }
            Block::Code(lines) => {
                out.push('\n');
                for line in lines {
                    let _ = writeln!(out, "{:1$}{line}", "", INDENT + 4);
                }
            }
            Block::Do(lines) => {
                out.push('\n');
                for line in lines {
                    let _ = writeln!(out, "{:INDENT$}{}{line}", "", lang.lesson_client());
                }
            }
        }
    }
}

/// A paragraph in lines; `mark` stands before the first.
fn paragraph(out: &mut String, indent: usize, mark: &str, spans: &[Span]) {
    let hanging = mark.width();
    let width = WIDTH.saturating_sub(indent + hanging);
    // Without colours a name of the program's needs a mark of its own.
    let marked: Vec<Span> = spans.iter().map(|span| Span { text: marked(span), ..span.clone() }).collect();
    for (i, line) in wrap(&marked, width).into_iter().enumerate() {
        let mark = if i == 0 { mark } else { &" ".repeat(hanging) };
        let text: String = line.iter().map(|span| span.text.as_str()).collect();
        let _ = writeln!(out, "{:indent$}{mark}{text}", "");
    }
}

fn marked(span: &Span) -> String {
    match span.style {
        TextStyle::Code => format!("`{}`", span.text),
        TextStyle::Emphasis => format!("*{}*", span.text),
        TextStyle::Plain | TextStyle::Strong => span.text.clone(),
    }
}

fn plain(text: &str) -> Vec<Span> {
    vec![Span { text: text.to_owned(), style: TextStyle::Plain }]
}

/// A text in lines.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let lines = wrap(&plain(text), width).into_iter();
    lines.map(|line| line.into_iter().map(|span| span.text).collect()).collect()
}
