//! What is typed after `:`, `/` and `&`, and what comes of it.

use crate::filter::{Filter, FilterError};
use crate::player::{Direction, Wanted};
use crate::text::{printable, visible};
use crate::texts::Language;
use crate::ui::app::{App, Request, find_chapter};
use crate::ui::goto::GoTo;
use crate::ui::prompt::PromptKind;

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::ui) enum PromptCommand<'a> {
    Go(GoTo),
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
type Of = fn(&str) -> PromptCommand<'_>;

/// Words that begin a command; what follows is its argument.
const WORDS: &[(&str, Of)] = &[
    ("break", |rest| PromptCommand::Break(rest)),
    ("filter", |rest| PromptCommand::Filter(rest)),
    ("export", |file| PromptCommand::Export { file, over: false }),
    ("export!", |file| PromptCommand::Export { file, over: true }),
    ("note", |text| PromptCommand::Note(text)),
    ("glossary", |name| PromptCommand::Glossary(name)),
    ("help", |name| PromptCommand::Glossary(name)),
];

/// Reads what stands after the `:`.
pub(in crate::ui) fn command(
    text: &str,
    is_chapter: impl Fn(&str) -> bool,
) -> Result<PromptCommand<'_>, String> {
    let text = text.trim();
    match text {
        "" => return Ok(PromptCommand::Nothing),
        "q" | "quit" | "q!" | "qa" | "wq" | "x" => return Ok(PromptCommand::Quit),
        "h" | "help" => return Ok(PromptCommand::Help),
        _ => {}
    }
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    if let Some((_, of)) = WORDS.iter().find(|(name, _)| *name == word) {
        return Ok(of(rest.trim()));
    }
    if let Some(n) = text.strip_prefix('+').and_then(|n| n.trim().parse::<i64>().ok()) {
        return Ok(PromptCommand::By(n));
    }
    if let Some(n) = text.strip_prefix('-').and_then(|n| n.trim().parse::<i64>().ok()) {
        return Ok(PromptCommand::By(n.saturating_neg()));
    }
    match text.parse::<GoTo>() {
        Ok(GoTo::Mark(title)) if !is_chapter(&title) => {
            Err(Language::spoken().no_such_command(printable(text).into_owned()))
        }
        Ok(at) => Ok(PromptCommand::Go(at)),
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
pub(in crate::ui) fn search(line: &str) -> Result<Wanted, FilterError> {
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
type CommandError = (usize, String);

/// What is wrong with an expression, at its place in the whole line.
fn wrong(line: &str, expression: &str, error: &FilterError) -> CommandError {
    let start = line.rfind(expression).unwrap_or(0);
    (start + error.at(), error.message().to_owned())
}

impl App {
    /// A line was typed.
    ///
    /// # Errors
    /// Where an expression in it stops being one; all else is told on the last line.
    pub(in crate::ui) fn run(&mut self, asked: PromptKind, line: &str) -> Result<(), CommandError> {
        match asked {
            PromptKind::Command => self.run_command(line),
            PromptKind::Search => self.run_search(line),
            PromptKind::Filter => self.run_filter(line, line.trim()),
            PromptKind::Note => {
                self.add_note(line);
                Ok(())
            }
        }
    }

    fn run_command(&mut self, line: &str) -> Result<(), CommandError> {
        let chapters = &self.chapters;
        let command = match command(line, |title| find_chapter(chapters, title).is_some()) {
            Ok(command) => command,
            Err(error) => {
                self.warn(error);
                return Ok(());
            }
        };
        match command {
            PromptCommand::Go(at) => {
                self.jump();
                if let Err(error) = self.go_to(&at) {
                    self.warn(error);
                }
            }
            PromptCommand::By(n) => {
                self.jump();
                let here = self.player.cursor().unwrap_or(0);
                let by = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
                self.go(if n < 0 { here.saturating_sub(by) } else { here.saturating_add(by) });
            }
            PromptCommand::Filter(expression) => return self.run_filter(line, expression),
            PromptCommand::Break("") => self.list_breakpoints(),
            PromptCommand::Break(expression) => match Wanted::parse(expression) {
                Ok(wanted) => self.set_breakpoint(wanted),
                Err(error) => return Err(wrong(line, expression, &error)),
            },
            PromptCommand::Export { file, over } => self.export(file, over),
            PromptCommand::Note("") => self.open_prompt(PromptKind::Note, ""),
            PromptCommand::Note(text) => self.add_note(text),
            PromptCommand::Glossary("") => self.tell(self.lang.say_glossary_how()),
            PromptCommand::Glossary(name) => self.look_up(name),
            PromptCommand::Quit => self.request = Some(Request::Quit),
            PromptCommand::Help => self.help = Some(0),
            PromptCommand::Nothing => {}
        }
        Ok(())
    }

    fn run_filter(&mut self, line: &str, expression: &str) -> Result<(), CommandError> {
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

    fn run_search(&mut self, line: &str) -> Result<(), CommandError> {
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
        assert_eq!(command(" +10", chapter), Ok(PromptCommand::By(10)));
        assert_eq!(command("-5", chapter), Ok(PromptCommand::By(-5)));
        assert_eq!(command("q", chapter), Ok(PromptCommand::Quit));
        assert_eq!(command("set", chapter), Ok(PromptCommand::Go(GoTo::Mark("set".into()))));
        assert!(command("brek", chapter).is_err_and(|e| e.contains("brek") && e.contains(":+10")));
        assert_eq!(command("", chapter), Ok(PromptCommand::Nothing));
        assert_eq!(
            command("break  to=conn_nread & conn=0 ", chapter),
            Ok(PromptCommand::Break("to=conn_nread & conn=0"))
        );
        assert_eq!(command("filter", chapter), Ok(PromptCommand::Filter("")));
        assert_eq!(
            command("export! a b.jsonl", chapter),
            Ok(PromptCommand::Export { file: "a b.jsonl", over: true })
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
