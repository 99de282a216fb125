//! The beginning of a lesson: a step for each event of interest of a recording.

use crate::event::{Event, Kind, Thread};
use crate::explain::{Context, explain};
use crate::filter::Filter;
use crate::text::printable;
use crate::texts::Language;
use std::fmt::Write as _;

/// A lesson over `events`, which `recording` is the path of: what an instructor begins with. Each step's
/// filter finds exactly its event; chapters are the recording's own. It is in the language of the process, and says so
/// where a lesson that says nothing would be taken for another.
pub fn skeleton(title: &str, recording: &str, events: &[Event]) -> String {
    let lang = Language::spoken();
    let of_interest: Vec<&Event> = events.iter().filter(|event| is_of_interest(event)).collect();
    let steps = of_interest.iter().filter(|event| event.kind() != Kind::Mark).count();
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "---\ntitle: {}\nabout: {}\nrecording: {recording}\nminutes: {}\n",
        one_line(title, lang.lesson_new_title()),
        lang.lesson_new_about(),
        (steps / 3).clamp(1, 999)
    );
    if lang != Language::default() {
        let _ = writeln!(out, "lang: {lang}");
    }
    out.push_str("---\n");
    let mut chapter: Option<String> = Some(lang.lesson_new_beginning().to_owned());
    for (i, event) in of_interest.iter().enumerate() {
        if event.kind() == Kind::Mark {
            let text = event.bytes().map(|bytes| String::from_utf8_lossy(&bytes.kept).into_owned());
            chapter = Some(one_line(&text.unwrap_or_default(), lang.lesson_new_chapter()));
            continue;
        }
        // A chapter in which nothing happens has no step, and is none.
        if let Some(title) = chapter.take() {
            let _ = write!(out, "\n# {}\n", escaped(&title));
        }
        let why = explain(event, &Context::default(), lang);
        let filter = filter(event);
        let _ =
            write!(out, "\n## {}\n\n```step\nnext {filter}\nshow {}\n", escaped(&why.title), panels(event));
        if event.kind() == Kind::State && is_asked(&of_interest[..i], event) {
            out.push_str("ask to\n");
        }
        let _ = write!(out, "```\n\n{}\n", escaped(&why.text));
    }
    out
}

fn is_of_interest(event: &Event) -> bool {
    match event.kind() {
        // The listening socket's conn_new belongs to the start-up.
        Kind::ConnNew => event.conn.is_some(),
        Kind::Mark
        | Kind::State
        | Kind::Read
        | Kind::Recvfrom
        | Kind::Sendmsg
        | Kind::Accept
        | Kind::CqPush
        | Kind::CqPop
        | Kind::Notify
        | Kind::Notified
        | Kind::Command
        | Kind::Close => true,
        _ => false,
    }
}

/// The first time that a way is taken is worth a question.
fn is_asked(before: &[&Event], event: &Event) -> bool {
    !before.iter().any(|e| e.kind() == Kind::State && e.from() == event.from())
}

/// Says what happens. Every event of such a kind has a step, so the next that matches is always this one.
fn filter(event: &Event) -> String {
    let kind = format!("ev={}", event.kind());
    let conn = event.conn.map_or(String::new(), |conn| format!(" & conn={conn}"));
    let worker = event.worker().map_or(String::new(), |worker| format!(" & worker={worker}"));
    let thread = if event.th == Thread::Client { String::new() } else { format!(" & th={}", event.th) };
    let result = match (&event.errno(), event.ret()) {
        (Some(errno), _) => format!(" & errno={errno}"),
        (None, Some(0)) => " & ret=0".to_owned(),
        (None, Some(_)) => " & ret>0".to_owned(),
        (None, None) => String::new(),
    };
    let exact = match (event.kind(), event.from(), event.to()) {
        (Kind::State, Some(from), Some(to)) => format!("{kind} & from={from} & to={to}{conn}"),
        (Kind::Read | Kind::Recvfrom | Kind::Sendmsg, ..) => format!("{kind}{conn}{result}"),
        (Kind::CqPush | Kind::Notify, ..) => format!("{kind}{worker}"),
        (Kind::CqPop | Kind::Notified, ..) => format!("{kind}{thread}"),
        _ => format!("{kind}{conn}"),
    };
    // A trace may hold anything, and then the kind alone is enough.
    match Filter::parse(&exact) {
        Ok(filter) if filter.matches(event) => exact,
        _ => kind,
    }
}

fn panels(event: &Event) -> &'static str {
    match event.kind() {
        Kind::State => "machine connection",
        Kind::Read | Kind::Recvfrom | Kind::Sendmsg => "connection spacetime",
        Kind::Command => "connection stack",
        Kind::Accept | Kind::CqPush | Kind::CqPop => "threads connection",
        Kind::Notify | Kind::Notified => "threads spacetime",
        _ => "connection threads",
    }
}

/// A text in one harmless line.
fn one_line(text: &str, otherwise: &str) -> String {
    let text = printable(text.trim()).into_owned();
    if text.is_empty() { otherwise.to_owned() } else { text }
}

/// A text that Markdown takes for nothing else.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (i, c) in text.chars().enumerate() {
        let is_name = c == '_';
        let is_mark = "\\`*[]<>#&~|".contains(c) || (i == 0 && "-+=.".contains(c));
        if is_mark || (is_name && !text.chars().nth(i + 1).is_some_and(char::is_alphanumeric)) {
            out.push('\\');
        }
        out.push(c);
    }
    // `1. ` at the beginning would be a list.
    match out.find(|c: char| !c.is_ascii_digit()) {
        Some(at) if at > 0 && out[at..].starts_with(['.', ')']) => out.insert(at, '\\'),
        _ => {}
    }
    out
}
