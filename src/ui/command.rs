//! What is typed after `:`, `/` and `&`, and what comes of it.

use super::app::{App, Request, find_chapter};
use super::goto::At;
use super::prompt::Asked;
use crate::filter::{Filter, FilterError};
use crate::player::{Direction, Wanted};
use crate::text::{printable, visible};

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command<'a> {
    Go(At),
    /// So many events forward, or back.
    By(i64),
    /// Only what this means; all again where there is nothing.
    Filter(&'a str),
    /// A breakpoint on this; the list where there is nothing.
    Break(&'a str),
    /// The shown events, or the screen, to a file; over one that is there, if so told.
    Export {
        file: &'a str,
        over: bool,
    },
    Note(&'a str),
    Glossary(&'a str),
    Quit,
    Help,
    Nothing,
}

/// A command of its argument.
type Of = fn(&str) -> Command<'_>;

/// Words that begin a command; what follows is its argument.
const WORDS: &[(&str, Of)] = &[
    ("break", |rest| Command::Break(rest)),
    ("filter", |rest| Command::Filter(rest)),
    ("export", |file| Command::Export { file, over: false }),
    ("export!", |file| Command::Export { file, over: true }),
    ("note", |text| Command::Note(text)),
    ("glossary", |name| Command::Glossary(name)),
    ("help", |name| Command::Glossary(name)),
];

/// Reads what stands after the `:`.
pub(super) fn command(text: &str, is_chapter: impl Fn(&str) -> bool) -> Result<Command<'_>, String> {
    let text = text.trim();
    match text {
        "" => return Ok(Command::Nothing),
        "q" | "quit" | "q!" | "qa" | "wq" | "x" => return Ok(Command::Quit),
        "h" | "help" => return Ok(Command::Help),
        _ => {}
    }
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    if let Some((_, of)) = WORDS.iter().find(|(name, _)| *name == word) {
        return Ok(of(rest.trim()));
    }
    if let Some(n) = text.strip_prefix('+').and_then(|n| n.trim().parse::<i64>().ok()) {
        return Ok(Command::By(n));
    }
    if let Some(n) = text.strip_prefix('-').and_then(|n| n.trim().parse::<i64>().ok()) {
        return Ok(Command::By(n.saturating_neg()));
    }
    match text.parse::<At>() {
        Ok(At::Mark(title)) if !is_chapter(&title) => Err(format!(
            "no such command or chapter: {} (try :123 :+10 :1.25s :50% :break :filter :export :q, or ? for help)",
            printable(text)
        )),
        Ok(at) => Ok(Command::Go(at)),
        Err(error) => Err(error),
    }
}

/// The fields that text is looked for in: bytes, and what else one reads in an event's line.
const TEXT_FIELDS: [&str; 16] = [
    "data", "text", "key", "ev", "th", "fn", "from", "to", "why", "errno", "op", "peer", "addr", "into",
    "name", "value",
];

/// What a search means: an expression of the filter language where it has a comparison in it, else
/// text, wherever an event has it. In quotes it is text always.
pub(super) fn search(line: &str) -> Result<Wanted, FilterError> {
    let line = line.trim();
    let quoted = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|_| line.len() > 1);
    if quoted.is_none() && line.contains(['=', '<', '>', '~', '&', '|', '!', '(']) {
        match Filter::parse(line) {
            Ok(filter) => return Ok(Wanted { name: filter.to_string(), filter }),
            // With a sign of comparison it was meant as an expression; a sentence has others.
            Err(error) if line.contains(['=', '~']) => return Err(error),
            Err(_) => {}
        }
    }
    let text = quoted.map_or_else(|| visible(line.as_bytes()), str::to_owned);
    let anywhere: Vec<String> = TEXT_FIELDS.iter().map(|field| format!("{field}~\"{text}\"")).collect();
    let filter = Filter::parse(&anywhere.join(" | "))
        // The longest that is typed is too long for so many fields.
        .or_else(|_| Filter::parse(&anywhere[..3].join(" | ")))?;
    Ok(Wanted { filter, name: format!("\"{text}\"") })
}

/// Where in a line something is wrong, and what.
type Wrong = (usize, String);

/// What is wrong with an expression, at its place in the whole line.
fn wrong(line: &str, expression: &str, error: &FilterError) -> Wrong {
    let start = line.rfind(expression).unwrap_or(0);
    (start + error.at(), error.message().to_owned())
}

impl App {
    /// A line was typed.
    ///
    /// # Errors
    /// Where an expression in it stops being one; all else is told on the last line.
    pub(super) fn run(&mut self, asked: Asked, line: &str) -> Result<(), Wrong> {
        match asked {
            Asked::Command => self.run_command(line),
            Asked::Search => self.run_search(line),
            Asked::Filter => self.run_filter(line, line.trim()),
            Asked::Note => {
                self.add_note(line);
                Ok(())
            }
        }
    }

    fn run_command(&mut self, line: &str) -> Result<(), Wrong> {
        let chapters = &self.chapters;
        let command = match command(line, |title| find_chapter(chapters, title).is_some()) {
            Ok(command) => command,
            Err(error) => {
                self.warn(error);
                return Ok(());
            }
        };
        match command {
            Command::Go(at) => {
                self.jump();
                if let Err(error) = self.go_to(&at) {
                    self.warn(error);
                }
            }
            Command::By(n) => {
                self.jump();
                let here = self.player.cursor().unwrap_or(0);
                let by = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
                self.go(if n < 0 { here.saturating_sub(by) } else { here.saturating_add(by) });
            }
            Command::Filter(expression) => return self.run_filter(line, expression),
            Command::Break("") => self.list_breakpoints(),
            Command::Break(expression) => match Wanted::parse(expression) {
                Ok(wanted) => self.set_breakpoint(wanted),
                Err(error) => return Err(wrong(line, expression, &error)),
            },
            Command::Export { file, over } => self.export(file, over),
            Command::Note("") => self.open_prompt(Asked::Note, ""),
            Command::Note(text) => self.add_note(text),
            Command::Glossary("") => self.tell("a name: a state, a function, a field, a kind of event"),
            Command::Glossary(name) => self.look_up(name),
            Command::Quit => self.request = Some(Request::Quit),
            Command::Help => self.help = Some(0),
            Command::Nothing => {}
        }
        Ok(())
    }

    fn run_filter(&mut self, line: &str, expression: &str) -> Result<(), Wrong> {
        if expression.is_empty() {
            self.set_filter(None);
            return Ok(());
        }
        match Wanted::parse(expression) {
            Ok(wanted) => self.set_filter(Some(wanted)),
            Err(error) => return Err(wrong(line, expression, &error)),
        }
        Ok(())
    }

    fn run_search(&mut self, line: &str) -> Result<(), Wrong> {
        if line.trim().is_empty() {
            self.search = None;
            return Ok(());
        }
        let wanted = search(line).map_err(|error| wrong(line, line.trim(), &error))?;
        self.search = Some(wanted.clone());
        self.find_shown(Some(wanted), 1, Direction::Forward);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::{FlatEvent, Kind};

    #[test]
    fn a_command_that_is_none_says_what_would_be_one() {
        let chapter = |title: &str| title == "set";
        assert_eq!(command(" +10", chapter), Ok(Command::By(10)));
        assert_eq!(command("-5", chapter), Ok(Command::By(-5)));
        assert_eq!(command("q", chapter), Ok(Command::Quit));
        assert_eq!(command("set", chapter), Ok(Command::Go(At::Mark("set".into()))));
        assert!(command("brek", chapter).is_err_and(|e| e.contains("brek") && e.contains(":+10")));
        assert_eq!(command("", chapter), Ok(Command::Nothing));
        assert_eq!(
            command("break  to=conn_nread & conn=0 ", chapter),
            Ok(Command::Break("to=conn_nread & conn=0"))
        );
        assert_eq!(command("filter", chapter), Ok(Command::Filter("")));
        assert_eq!(
            command("export! a b.jsonl", chapter),
            Ok(Command::Export { file: "a b.jsonl", over: true })
        );
    }

    #[test]
    fn a_search_is_an_expression_or_text_wherever_an_event_has_it() {
        let read = FlatEvent { ev: Kind::Read, data: Some("set a 0 0 4\r\n".into()), ..FlatEvent::default() }
            .event();
        for (line, found) in [
            ("set a", true),
            ("read", true),
            ("0 4\r\n", true),
            ("\"0 4\\r\\n\"", true),
            ("ev=read", true),
            ("ev=state | data~\"set\"", true),
            ("conn=0", false),
            ("get", false),
            ("a (b) & \"c\"", false),
            ("!", false),
        ] {
            assert_eq!(search(line).unwrap().matches(&read), found, "{line}");
        }
        assert!(search("ev=raed").unwrap_err().message().contains("did you mean read"));
        assert!(search(&"x".repeat(900)).is_ok());
    }
}
