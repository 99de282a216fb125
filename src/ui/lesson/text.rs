//! What the lesson's panel says, in lines by their width.

use super::{Stage, Tutor};
use crate::filter::Field;
use crate::lesson::{Block, Question, QuestionKind, Span, TextStyle, library, wrap};
use crate::text::printable;
use crate::ui::app::App;
use crate::ui::pen::Pen;
use crate::ui::theme::Palette;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr as _;

/// Nobody reads longer lines.
const WIDEST: usize = 84;
/// What a lesson has in lines at most, on the narrowest screen that is drawn: where scrolling ends.
const MOST_LINES: usize = 120;

/// A line: pieces in their styles.
type StyledLine = Vec<(String, Style)>;

/// The panel's title: the step, since it must not be cut off, and the chapter.
pub(in crate::ui) fn title(tutor: &Tutor) -> String {
    let lesson = tutor.course.lesson();
    let chapter = tutor.current().and_then(|step| lesson.chapters.get(step.chapter));
    let chapter = printable(chapter.map_or(&lesson.title, |chapter| &chapter.title)).into_owned();
    let (n, of, lang) = ((tutor.step + 1).to_string(), tutor.steps().to_string(), tutor.lang());
    match tutor.stage() {
        Stage::Over => lang.lesson_title_over(printable(&lesson.title)),
        Stage::Waiting => lang.lesson_title_waiting(chapter, n, of),
        Stage::Asking | Stage::Telling => lang.lesson_title(chapter, n, of),
    }
}

/// Draws the panel.
pub(in crate::ui) fn render(app: &App, tutor: &Tutor, pen: &mut Pen<'_>) {
    let p = app.palette;
    let (width, rows) = (pen.width().saturating_sub(1).min(WIDEST), pen.height());
    let mut lines = lines(app, tutor, width);
    if lines.len() > rows {
        // Beside the sign that there is more.
        lines = self::lines(app, tutor, width.min(pen.width().saturating_sub(5)));
    }
    if rows <= 12 {
        // Where rows are short, a heading needs no room of its own.
        let blank = lines.iter().position(Vec::is_empty).filter(|at| *at == 1);
        blank.filter(|_| lines.len() > rows).map(|at| lines.remove(at));
    }
    let top = tutor.scroll.min(lines.len().saturating_sub(rows));
    for (y, line) in lines.iter().skip(top).take(rows).enumerate() {
        let mut x = 0;
        for (text, style) in line {
            x = pen.put(x, y, text, *style);
        }
    }
    if top + rows < lines.len() && rows > 0 {
        pen.put_right(0, rows - 1, " J ▾", p.now);
    } else if top > 0 && rows > 0 {
        pen.put_right(0, 0, " K ▴", p.now);
    }
}

impl Tutor {
    /// How far down its text may be scrolled on any screen.
    pub fn last_scroll(&self) -> usize {
        MOST_LINES
    }
}

/// How many rows all of it takes on a panel of that width.
pub(super) fn rows(app: &App, tutor: &Tutor, width: u16) -> u16 {
    let width = usize::from(width).saturating_sub(2).min(WIDEST);
    u16::try_from(lines(app, tutor, width).len()).unwrap_or(u16::MAX)
}

fn lines(app: &App, tutor: &Tutor, width: usize) -> Vec<StyledLine> {
    let mut page = TextPage { p: app.palette, width, lines: Vec::new() };
    elsewhere(app, tutor, &mut page);
    match tutor.stage() {
        Stage::Over => over(tutor, &mut page),
        Stage::Waiting => waiting(app, tutor, &mut page),
        Stage::Asking => {
            before(tutor, &mut page);
            if let Some(question) = tutor.course.question(tutor.step) {
                ask(app, tutor, question, &mut page);
            }
        }
        Stage::Telling => tell(app, tutor, &mut page),
    }
    page.lines
}

/// Where one has gone elsewhere, that it is so, and the way back.
fn elsewhere(app: &App, tutor: &Tutor, page: &mut TextPage) {
    if !app.is_elsewhere() {
        return;
    }
    let seq =
        |at: Option<usize>| at.and_then(|at| app.player.event(at)).map_or(0, |event| event.seq).to_string();
    let (here, there) = (seq(app.player.cursor()), seq(tutor.target()));
    let style = page.p.changed;
    page.plain("", &tutor.lang().lesson_elsewhere(here, there), style);
    page.blank();
}

/// What a chapter says before its first step, and what the client does.
fn before(tutor: &Tutor, page: &mut TextPage) {
    let lesson = tutor.course.lesson();
    let Some(step) = tutor.current() else { return };
    if tutor.step == 0 {
        page.blocks(tutor, &lesson.intro);
    }
    let chapter = lesson.chapters.get(step.chapter).filter(|chapter| chapter.first == tutor.step);
    page.blocks(tutor, chapter.map_or(&[], |chapter| &chapter.intro));
    if tutor.stage() == Stage::Asking {
        let does: Vec<String> = step.does().map(str::to_owned).collect();
        if !does.is_empty() {
            page.blocks(tutor, &[Block::Do(does)]);
            page.blank();
        }
    }
}

fn ask(app: &App, tutor: &Tutor, question: &Question, page: &mut TextPage) {
    let p = page.p;
    let lang = tutor.lang();
    if let Some(event) = tutor.place().and_then(|at| app.player.event(at)) {
        // What the question is about, and no more than that.
        let what = event.function().map_or_else(|| event.kind().name(), |function| function.name());
        let (what, thread) = (printable(what), event.th.to_string());
        let text = match question.ask {
            // That question says it all.
            QuestionKind::Field(Field::To) => String::new(),
            QuestionKind::Next => lang.lesson_before_next(thread, what),
            QuestionKind::Field(Field::Th) => lang.lesson_before_thread(what),
            _ => lang.lesson_before(thread, what),
        };
        if !text.is_empty() {
            page.plain("", &text, p.dim);
        }
    }
    page.plain("? ", &question.prompt, p.now);
    page.blank();
    for (i, choice) in question.choices.iter().enumerate() {
        page.marked(&format!("  {}  ", letter(i)), p.strong, &[plain(&choice.text)]);
    }
    page.blank();
    let last = letter(question.choices.len().saturating_sub(1));
    page.plain("", &lang.lesson_letters(last.to_string()), p.dim);
}

fn tell(app: &App, tutor: &Tutor, page: &mut TextPage) {
    let p = page.p;
    let lang = tutor.lang();
    let Some(step) = tutor.current() else { return };
    page.plain("", &step.title, p.strong);
    page.blank();
    if let (Some(question), Some(chosen)) =
        (tutor.course.question(tutor.step), tutor.course.chosen(tutor.step))
    {
        verdict(tutor, question, chosen, page);
        page.blank();
    }
    before(tutor, page);
    page.blocks(tutor, &step.body);
    if tutor.place().is_none() {
        let why = match app.leash {
            Some(_) => lang.lesson_no_event_live(),
            None => lang.lesson_no_event(),
        };
        page.blank();
        page.plain("", why, p.warn);
    }
}

/// Whether the answer was right, and why.
fn verdict(tutor: &Tutor, question: &Question, chosen: usize, page: &mut TextPage) {
    let p = page.p;
    let lang = tutor.lang();
    let text = |i: usize| question.choices.get(i).map_or("", |choice| &choice.text);
    let right = format!("{}  {}", letter(question.right), text(question.right));
    if chosen == question.right {
        page.marked(lang.lesson_right(), p.now, &[strong(&right)]);
    } else {
        let yours = format!("{}  {}", letter(chosen), text(chosen));
        page.marked(lang.lesson_not_so(), p.warn, &[plain(&yours)]);
        page.marked(lang.lesson_it_is(), p.now, &[strong(&right)]);
    }
    // The step's own words say why. Where it has none, what explains events does.
    if tutor.current().is_some_and(|step| !step.has_words()) {
        page.plain("  ", question.why(), p.dim);
    }
}

/// What a live lesson waits for, and how the student makes it happen.
fn waiting(app: &App, tutor: &Tutor, page: &mut TextPage) {
    let p = page.p;
    let lang = tutor.lang();
    let Some(step) = tutor.current() else { return };
    if step.ask.is_none() {
        page.plain("", &step.title, p.strong);
        page.blank();
    }
    page.plain("", lang.lesson_not_yet(), p.text);
    page.blank();
    let mut does = step.does().peekable();
    if does.peek().is_some() {
        page.plain("", lang.lesson_with_telnet(), p.text);
        for line in does {
            let line = match line {
                "connect" => format!("telnet {}", tutor.address),
                "close" => lang.lesson_telnet_close().to_owned(),
                line => line.to_owned(),
            };
            page.plain("    > ", &line, p.strong);
        }
        page.blank();
    }
    if app.is_held() {
        page.plain("", lang.lesson_held(), p.text);
    }
    page.plain("", lang.lesson_without_it(), p.dim);
}

fn over(tutor: &Tutor, page: &mut TextPage) {
    let p = page.p;
    let lang = tutor.lang();
    let score = tutor.course.score();
    let (right, asked) = (score.right, score.questions);
    if asked > 0 {
        let open = asked.saturating_sub(score.answered);
        page.plain("", &lang.lesson_score(asked, right), p.now);
        if open > 0 {
            page.plain("", &lang.lesson_unanswered(open), p.text);
        }
        page.blank();
    }
    if let Some((entry, lesson)) = library::after(&tutor.course.lesson().title, lang) {
        page.plain("", &lang.lesson_following(lesson.title), p.text);
        page.plain("", &format!("    memstep lesson {}", entry.name()), p.strong);
        page.blank();
    }
    page.plain("", lang.lesson_over(), p.text);
}

/// Lines as they grow.
struct TextPage {
    p: Palette,
    width: usize,
    lines: Vec<StyledLine>,
}

impl TextPage {
    fn blank(&mut self) {
        // Never two, and none before the first.
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Vec::new());
        }
    }

    /// A paragraph in one style.
    fn plain(&mut self, mark: &str, text: &str, style: Style) {
        let indent = " ".repeat(mark.width());
        let spans = [plain(&printable(text))];
        for (i, line) in wrap(&spans, self.width.saturating_sub(mark.width())).into_iter().enumerate() {
            let mark = if i == 0 { mark.to_owned() } else { indent.clone() };
            self.lines.push(vec![(mark, style), (joined(line), style)]);
        }
    }

    /// A paragraph after a mark.
    fn marked(&mut self, mark: &str, of_mark: Style, spans: &[Span]) {
        let indent = " ".repeat(mark.width());
        for (i, line) in wrap(spans, self.width.saturating_sub(mark.width())).into_iter().enumerate() {
            let mark = if i == 0 { mark.to_owned() } else { indent.clone() };
            let pieces = line.into_iter().map(|span| (span.text, self.style(span.style)));
            self.lines.push(std::iter::once((mark, of_mark)).chain(pieces).collect());
        }
    }

    /// A line that somebody may want to type. Where it is too long it goes on below, and the sign that it
    /// does is the shell's own.
    fn code(&mut self, line: &str) {
        const INDENT: usize = 4;
        let (blanks, text) = line.split_at(line.len() - line.trim_start().len());
        let indent = " ".repeat(INDENT + blanks.width().min(INDENT));
        let room = self.width.saturating_sub(indent.width());
        let lines = match text.width() <= room {
            true => vec![text.to_owned()],
            // Room for the sign, and for what marks the lines after the first.
            false => at_blanks(text, room.saturating_sub(4)),
        };
        let last = lines.len().saturating_sub(1);
        for (i, text) in lines.into_iter().enumerate() {
            let more = if i > 0 { "  " } else { "" };
            let sign = if i < last { " \\" } else { "" };
            self.lines.push(vec![(format!("{indent}{more}{text}{sign}"), self.p.strong)]);
        }
    }

    fn style(&self, way: TextStyle) -> Style {
        match way {
            TextStyle::Plain => self.p.text,
            TextStyle::Code | TextStyle::Strong | TextStyle::Emphasis => self.p.strong,
        }
    }

    fn blocks(&mut self, tutor: &Tutor, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Text(spans) => {
                    self.blank();
                    match spans.as_slice() {
                        [Span { text, .. }] if block.is_place() => self.plain("", text, self.p.dim),
                        spans => self.marked("", self.p.text, spans),
                    }
                }
                Block::Item { mark, depth, text } => {
                    let mark = format!("{:1$}{mark} ", "", 2 * depth.saturating_sub(1).min(4));
                    self.marked(&mark, self.p.text, text);
                }
                Block::Code(lines) => {
                    self.blank();
                    for line in lines {
                        self.code(line);
                    }
                }
                Block::Do(lines) => {
                    self.blank();
                    // What is only told takes no more rows than it must.
                    let line = lines.join(" ▸ ");
                    self.marked(tutor.lang().lesson_client(), self.p.dim, &[strong(&line)]);
                }
            }
        }
    }
}

pub(super) fn letter(i: usize) -> char {
    char::from(b'a' + u8::try_from(i).unwrap_or(25).min(25))
}

/// A command in lines, broken at its blanks; only a word that fits into no line is broken elsewhere.
fn at_blanks(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_inclusive(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + word.trim_end().width() <= room => line.push_str(word),
            _ if word.trim_end().width() <= room => lines.push(word.to_owned()),
            _ => lines.extend(wrap(&[plain(word)], room).into_iter().map(joined)),
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

fn joined(line: Vec<Span>) -> String {
    line.into_iter().map(|span| span.text).collect()
}

fn plain(text: &str) -> Span {
    Span { text: text.to_owned(), style: TextStyle::Plain }
}

fn strong(text: &str) -> Span {
    Span { text: text.to_owned(), style: TextStyle::Strong }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_broken_at_its_blanks() {
        let command = "memstep live -l 127.0.0.1 --experiment edge-triggered";
        assert_eq!(at_blanks(command, 45), ["memstep live -l 127.0.0.1 --experiment", "edge-triggered"]);
        assert_eq!(at_blanks("a 0123456789abc d", 8).concat(), "a0123456789abcd");
    }
}
