//! From Markdown to a lesson.

use super::mistake::{Mistake, Mistakes, listed, unknown};
use super::step::{self, Parts};
use super::{Block, Chapter, Lesson, Span, Step, TextStyle};
use crate::filter::either;
use crate::text::{printable, unmarked};
use crate::texts::Language;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use std::borrow::Cow;
use unicode_width::UnicodeWidthChar as _;

/// The longest text of a lesson in bytes.
pub const LONGEST: usize = 1 << 20;
/// The most minutes.
const MINUTES: u32 = 999;
/// The most mistakes that are told of.
const MISTAKES: usize = 100;
const KEYS: &[&str] = &["title", "about", "recording", "minutes", "lang"];

impl Lesson {
    /// Reads a lesson's text; messages call it `file`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn parse(source: &str, file: &str) -> Result<Lesson, Mistakes> {
        let source = unmarked(source);
        // Of two bytes at a line's end one is as good, and the columns stay.
        let source: Cow<str> =
            if source.contains('\r') { source.replace("\r\n", "\n").into() } else { source.into() };
        let mut reading = Reading::new(&source, file);
        if source.len() > LONGEST {
            reading.complain(1, 1, reading.lang.lesson_wrong_long(LONGEST.to_string()));
            return Err(Mistakes(reading.mistakes));
        }
        let body = reading.front_matter();
        reading.body(body);
        reading.close(1 + reading.lines());
        match reading.mistakes.is_empty() {
            true => Ok(reading.lesson),
            false => {
                reading.mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
                Err(Mistakes(reading.mistakes))
            }
        }
    }
}

/// A step whose text is being read.
struct OpenStep {
    title: String,
    line: usize,
    parts: Option<Parts>,
    body: Vec<Block>,
}

/// A fenced block that is being read: its info, and each line with the offset it begins at.
struct Fence {
    info: String,
    at: usize,
    lines: Vec<(usize, String)>,
    is_open: bool,
}

struct Reading<'a> {
    source: &'a str,
    file: &'a str,
    /// What is wrong is said in it.
    lang: Language,
    /// Where each line begins.
    starts: Vec<usize>,
    mistakes: Vec<Mistake>,
    lesson: Lesson,
    step: Option<OpenStep>,
    /// What is being put together.
    spans: Vec<Span>,
    styles: Vec<TextStyle>,
    /// Where the links lead that it stands in.
    links: Vec<String>,
    fence: Option<Fence>,
    /// The lists that stand around it: the next item's number, if they have numbers.
    lists: Vec<Option<u64>>,
    /// The mark of the item whose text comes next.
    mark: Option<String>,
    /// What a soft line end stands between.
    soft_break: bool,
}

impl<'a> Reading<'a> {
    fn new(source: &'a str, file: &'a str) -> Reading<'a> {
        let starts = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let lesson = Lesson {
            title: String::new(),
            about: String::new(),
            recording: String::new(),
            minutes: 0,
            lang: None,
            intro: Vec::new(),
            chapters: Vec::new(),
            steps: Vec::new(),
        };
        Reading {
            source,
            file,
            lang: Language::spoken(),
            starts,
            mistakes: Vec::new(),
            lesson,
            step: None,
            spans: Vec::new(),
            styles: Vec::new(),
            links: Vec::new(),
            fence: None,
            lists: Vec::new(),
            mark: None,
            soft_break: false,
        }
    }

    fn line_text(&self, line: usize) -> &'a str {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.source.len());
        self.source[start..].split('\n').next().unwrap_or_default()
    }

    fn complain(&mut self, line: usize, column: usize, what: impl Into<String>) {
        if self.mistakes.len() == MISTAKES {
            return;
        }
        let (file, text) = (self.file.to_owned(), self.line_text(line).to_owned());
        self.mistakes.push(Mistake { file, line, column, what: what.into(), text });
    }

    /// How many lines there are.
    fn lines(&self) -> usize {
        self.starts.len() - usize::from(self.source.is_empty() || self.source.ends_with('\n'))
    }

    /// The line that an offset stands on, from 1.
    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// Reads what stands between the `---`; where the rest begins.
    fn front_matter(&mut self) -> usize {
        let source = self.source;
        let mut lines = source.split_inclusive('\n').peekable();
        let (mut at, mut blank) = (0, 0);
        while let Some(line) = lines.next_if(|line| line.trim().is_empty()) {
            (at, blank) = (at + line.len(), blank + 1);
        }
        let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else {
            self.complain(blank + 1, 1, self.lang.lesson_wrong_head(listed(KEYS)));
            return 0;
        };
        at += first.len();
        let mut has = Vec::new();
        for (i, line) in lines.enumerate() {
            let number = blank + i + 2;
            at += line.len();
            let text = line.trim_end();
            if text == "---" {
                for key in ["title", "about", "recording", "minutes"].iter().filter(|k| !has.contains(*k)) {
                    self.complain(number, 1, self.lang.lesson_wrong_key_missing(*key));
                }
                return at;
            }
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let Some((key, value)) = text.split_once(':') else {
                self.complain(number, 1, self.lang.lesson_wrong_key(listed(KEYS)));
                continue;
            };
            let column = key.chars().count() + 2 + (value.len() - value.trim_start().len());
            let (key, value) = (key.trim(), unquoted(value.trim()));
            let Some(known) = KEYS.iter().copied().find(|known| *known == key) else {
                self.complain(number, 1, unknown("key", key, KEYS));
                continue;
            };
            if has.contains(&known) {
                self.complain(number, 1, self.lang.lesson_wrong_key_twice(known));
                continue;
            }
            has.push(known);
            if value.is_empty() {
                self.complain(number, column, self.lang.lesson_wrong_key_empty(known));
                continue;
            }
            let text = printable(value).into_owned();
            match known {
                "title" => self.lesson.title = text,
                "about" => self.lesson.about = text,
                // A path is not for showing: whoever shows it makes it harmless.
                "recording" => self.lesson.recording = value.to_owned(),
                "minutes" => match value.parse() {
                    Ok(minutes @ 1..=MINUTES) => self.lesson.minutes = minutes,
                    _ => self.complain(number, column, self.lang.lesson_wrong_minutes(MINUTES)),
                },
                _ => match Language::from_code(value) {
                    Some(lang) => self.lesson.lang = Some(lang),
                    None => {
                        let codes: Vec<_> = Language::ALL.iter().map(|lang| lang.code()).collect();
                        self.complain(number, column, self.lang.lesson_wrong_language(either(&codes)));
                    }
                },
            }
        }
        self.complain(1, 1, self.lang.lesson_wrong_head_open());
        at
    }

    fn body(&mut self, from: usize) {
        let source = self.source;
        for (event, range) in Parser::new(&source[from..]).into_offset_iter() {
            let at = from + range.start;
            match event {
                Event::Start(tag) => self.start(tag, at),
                Event::End(tag) => self.end(tag, at),
                Event::Text(text) => match &mut self.fence {
                    Some(fence) => fence.push(&text, at),
                    None => self.push(&text, self.styles.last().copied().unwrap_or_default()),
                },
                Event::Code(text) => self.push(&text, TextStyle::Code),
                // No HTML is understood here; it is text like any other.
                Event::Html(text) | Event::InlineHtml(text) => self.push(text.trim_end(), TextStyle::Plain),
                Event::SoftBreak => self.soft_break = true,
                Event::HardBreak => self.end_paragraph(),
                _ => {}
            }
        }
        self.end_paragraph();
    }

    fn start(&mut self, tag: Tag, at: usize) {
        match tag {
            Tag::Heading { .. } => self.end_paragraph(),
            Tag::CodeBlock(kind) => {
                self.end_paragraph();
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.trim().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.fence = Some(Fence { info, at, lines: Vec::new(), is_open: false });
            }
            Tag::List(number) => {
                self.end_paragraph();
                self.lists.push(number);
            }
            Tag::Item => {
                self.mark = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}.", *number - 1)
                    }
                    _ => "•".to_owned(),
                });
            }
            Tag::Link { dest_url, .. } => self.links.push(dest_url.into_string()),
            Tag::Emphasis => self.styles.push(TextStyle::Emphasis),
            Tag::Strong => self.styles.push(TextStyle::Strong),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, at: usize) {
        match tag {
            TagEnd::Heading(level) => self.heading(level, at),
            TagEnd::CodeBlock => {
                if let Some(fence) = self.fence.take() {
                    self.fenced(fence);
                }
            }
            TagEnd::List(_) => {
                self.end_paragraph();
                self.lists.pop();
            }
            TagEnd::Item | TagEnd::Paragraph | TagEnd::HtmlBlock => self.end_paragraph(),
            TagEnd::Link => {
                if let Some(link) = self.links.pop() {
                    self.push(&format!(" ({link})"), TextStyle::Plain);
                }
            }
            TagEnd::Emphasis | TagEnd::Strong => {
                self.styles.pop();
            }
            _ => {}
        }
    }

    fn heading(&mut self, level: HeadingLevel, at: usize) {
        let line = self.line(at);
        let spans = std::mem::take(&mut self.spans);
        self.soft_break = false;
        let title: String = spans.iter().map(|span| span.text.as_str()).collect();
        if title.trim().is_empty() {
            return self.complain(line, 1, self.lang.lesson_wrong_heading());
        }
        match level {
            HeadingLevel::H1 => {
                self.close(line);
                let first = self.lesson.steps.len();
                self.lesson.chapters.push(Chapter { title, line, intro: Vec::new(), first });
            }
            HeadingLevel::H2 if self.lesson.chapters.is_empty() => {
                self.complain(line, 1, self.lang.lesson_wrong_step_first());
            }
            HeadingLevel::H2 => {
                self.end_step();
                self.step = Some(OpenStep { title, line, parts: None, body: Vec::new() });
            }
            _ => self.add(Block::Text(vec![Span { text: title, style: TextStyle::Strong }])),
        }
    }

    /// A step is over.
    fn end_step(&mut self) {
        let Some(open) = self.step.take() else { return };
        let OpenStep { title, line, parts, mut body } = open;
        let Some(parts) = parts else {
            return self.complain(line, 1, self.lang.lesson_wrong_no_block());
        };
        let Some(bind) = parts.bind else {
            // What was wrong with the line that names it has been said.
            if !self.mistakes.iter().any(|mistake| (line..=parts.lines).contains(&mistake.line)) {
                self.complain(line, 1, self.lang.lesson_wrong_no_event());
            }
            return;
        };
        if !parts.does.is_empty() {
            body.insert(0, Block::Do(parts.does.iter().map(|line| shown(line)).collect()));
        }
        let chapter = self.lesson.chapters.len() - 1;
        self.lesson.steps.push(Step { title, line, chapter, bind, show: parts.show, ask: parts.ask, body });
    }

    /// A chapter, or everything, is over.
    fn close(&mut self, line: usize) {
        let had_a_step = self.step.is_some();
        self.end_step();
        let steps = self.lesson.steps.len();
        match self.lesson.chapters.last() {
            Some(chapter) if chapter.first == steps && !had_a_step => {
                let line = chapter.line;
                self.complain(line, 1, self.lang.lesson_wrong_no_step());
            }
            None if line > 1 && line > self.lines() => {
                self.complain(line - 1, 1, self.lang.lesson_wrong_no_chapter());
            }
            _ => {}
        }
    }

    fn fenced(&mut self, fence: Fence) {
        let line = self.line(fence.at);
        let lines: Vec<_> = fence.lines.iter().map(|(at, text)| (self.line(*at), text.clone())).collect();
        match fence.info.as_str() {
            "step" => {
                let Some(open) = &mut self.step else {
                    return self.complain(line, 1, self.lang.lesson_wrong_step_outside());
                };
                if open.parts.is_some() {
                    return self.complain(line, 1, self.lang.lesson_wrong_step_twice());
                }
                let (mut parts, wrong) = step::parse(&lines);
                parts.lines = parts.lines.max(line);
                // The block may be indented in the file.
                let shift = |n: usize, text: &str| self.line_text(n).find(text).unwrap_or(0);
                let wrong: Vec<_> = wrong
                    .into_iter()
                    .map(|(n, column, what)| {
                        let text = lines.iter().find(|(at, _)| *at == n).map_or("", |(_, text)| text);
                        (n, column + shift(n, text), what)
                    })
                    .collect();
                if let Some(open) = &mut self.step {
                    open.parts = Some(parts);
                }
                wrong.into_iter().for_each(|(n, column, what)| self.complain(n, column, what));
            }
            "do" if self.step.is_none() => {
                self.complain(line, 1, self.lang.lesson_wrong_do_outside());
            }
            "do" => {
                let does: Vec<_> = lines
                    .iter()
                    .filter(|(_, text)| !text.trim().is_empty())
                    .map(|(_, text)| shown(text))
                    .collect();
                match does.is_empty() {
                    true => self.complain(line, 1, self.lang.lesson_wrong_do_block()),
                    false => self.add(Block::Do(does)),
                }
            }
            _ => self.add(Block::Code(lines.iter().map(|(_, text)| shown(text)).collect())),
        }
    }

    fn push(&mut self, text: &str, style: TextStyle) {
        let mut text = printable(&text.replace(['\n', '\t'], " ")).into_owned();
        if std::mem::take(&mut self.soft_break) {
            let before = self.spans.last().and_then(|span| span.text.chars().last());
            let is_wide = |c: Option<char>| c.and_then(|c| c.width()) == Some(2);
            // Chinese has no blanks between words, and so none where a line ended.
            if !(is_wide(before) && is_wide(text.chars().next())) {
                match self.spans.last_mut() {
                    Some(last) if last.style == TextStyle::Plain => last.text.push(' '),
                    _ if style == TextStyle::Plain => text.insert(0, ' '),
                    _ => self.spans.push(Span { text: " ".to_owned(), style: TextStyle::Plain }),
                }
            }
        }
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.text += &text,
            _ => self.spans.push(Span { text, style }),
        }
    }

    fn end_paragraph(&mut self) {
        self.soft_break = false;
        let text = std::mem::take(&mut self.spans);
        if text.iter().all(|span| span.text.trim().is_empty()) {
            return;
        }
        let block = match self.lists.len() {
            0 => Block::Text(text),
            depth => Block::Item { mark: self.mark.take().unwrap_or_default(), depth, text },
        };
        self.add(block);
    }

    /// Adds to what is being read: a step, else a chapter's beginning, else the lesson's.
    fn add(&mut self, block: Block) {
        match (&mut self.step, self.lesson.chapters.last_mut()) {
            (Some(open), _) => open.body.push(block),
            (None, Some(chapter)) => chapter.intro.push(block),
            (None, None) => self.lesson.intro.push(block),
        }
    }
}

impl Fence {
    fn push(&mut self, text: &str, mut at: usize) {
        for piece in text.split_inclusive('\n') {
            let line = piece.strip_suffix('\n').unwrap_or(piece);
            match self.lines.last_mut() {
                Some((_, last)) if self.is_open => last.push_str(line),
                _ => self.lines.push((at, line.to_owned())),
            }
            self.is_open = !piece.ends_with('\n');
            at += piece.len();
        }
    }
}

/// A line as it may be shown.
fn shown(line: &str) -> String {
    printable(&line.replace('\t', "    ")).into_owned()
}

/// A value may stand in quotes, as in YAML.
fn unquoted(value: &str) -> &str {
    let inner = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    inner.or_else(|| value.strip_prefix('\'').and_then(|v| v.strip_suffix('\''))).unwrap_or(value)
}
