//! What clap has to say of a command line, help and mistakes, where English is not the language.

use super::shown::BULLET;
use crate::texts::Language;
use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter, wrap};

/// The narrowest that a text gets beside what it explains.
const NARROWEST: usize = 16;

/// Help, a version or a mistake as it is shown in that language, in lines of at most `width` columns where it is help;
/// `None` where clap's own words will do.
pub fn said(error: &Error, lang: Language, is_styled: bool, width: usize) -> Option<String> {
    match error.kind() {
        _ if lang == Language::En => None,
        ErrorKind::DisplayHelp => {
            let text = error.render();
            let text = if is_styled { text.ansi().to_string() } else { text.to_string() };
            Some(help(&text, lang, width))
        }
        ErrorKind::DisplayVersion => None,
        _ => {
            let usage = match error.get(ContextKind::Usage) {
                Some(ContextValue::StyledStr(usage)) => usage.to_string(),
                _ => String::new(),
            };
            let usage = usage.strip_prefix("Usage: ").unwrap_or_default().trim_end();
            let usage = (!usage.is_empty()).then(|| lang.help_usage().to_owned() + usage);
            let tips: Vec<_> =
                tips(error, lang).into_iter().map(|tip| format!("  {}", lang.wrong_tip(tip))).collect();
            let tips = (!tips.is_empty()).then(|| tips.join("\n"));
            let parts =
                [Some(lang.wrong(mistake(error, lang)?)), tips, usage, Some(lang.wrong_more().to_owned())];
            Some(parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n") + "\n")
        }
    }
}

/// What is wrong, in a line, without a word about usage.
pub fn what_is_wrong(error: &Error, lang: Language) -> String {
    let own = if lang == Language::En { None } else { mistake(error, lang) };
    let text = own.unwrap_or_else(|| {
        let text = error.to_string();
        text.strip_prefix("error: ").unwrap_or(&text).to_owned()
    });
    text.lines().next().unwrap_or_default().to_owned()
}

/// Help in lines that fit. clap breaks at blanks alone, of which Chinese has few: each text comes in one line, beside
/// what it explains or below it.
fn help(text: &str, lang: Language, width: usize) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let (head, text) = line.split_at(column(line));
        let beside = display_width(head);
        let under = beside + if text.starts_with(BULLET.trim_start()) { 2 } else { 0 };
        let room = |taken: usize| width.saturating_sub(taken).max(NARROWEST);
        let indent = " ".repeat(under - beside);
        let options =
            Options::new(room(beside)).subsequent_indent(&indent).word_splitter(WordSplitter::NoHyphenation);
        for (i, part) in wrap(text, options).iter().enumerate() {
            match i {
                0 if text.is_empty() => {}
                0 => out.push_str(head),
                _ => out.push_str(&" ".repeat(beside)),
            }
            out.push_str(part);
            out.push('\n');
        }
        // A heading has clap's colon.
        if head.is_empty() && is_heading(&out) {
            let at = out.rfind(':').unwrap_or(out.len());
            out.replace_range(at..=at, lang.help_colon());
        }
    }
    out
}

/// Whether what ends with this line ends with a colon; what makes it bold may follow.
fn is_heading(out: &str) -> bool {
    out.trim_end().trim_end_matches("\u{1b}[0m").ends_with(':')
}

/// Where the text of a line begins: behind what it explains and two blanks, or behind the blanks at its beginning.
fn column(line: &str) -> usize {
    let indent = line.len() - line.trim_start_matches(' ').len();
    if indent == 0 {
        return 0;
    }
    let Some(gap) = line[indent..].find("  ") else { return indent };
    let rest = &line[indent + gap..];
    indent + gap + rest.len() - rest.trim_start_matches(' ').len()
}

fn string(error: &Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        _ => None,
    }
}

fn strings(error: &Error, kind: ContextKind) -> &[String] {
    match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts,
        Some(ContextValue::String(text)) => std::slice::from_ref(text),
        _ => &[],
    }
}

fn number(error: &Error, kind: ContextKind) -> Option<i64> {
    match error.get(kind)? {
        ContextValue::Number(number) => i64::try_from(*number).ok(),
        _ => None,
    }
}

/// Names one below the other.
fn below(names: &[String]) -> String {
    names.iter().map(|name| format!("\n  {name}")).collect()
}

/// What is wrong; `None` of what cannot be wrong here.
fn mistake(error: &Error, lang: Language) -> Option<String> {
    let argument = || string(error, ContextKind::InvalidArg);
    let value = || string(error, ContextKind::InvalidValue);
    Some(match error.kind() {
        ErrorKind::UnknownArgument => lang.wrong_argument(argument()?),
        ErrorKind::InvalidSubcommand => lang.wrong_command(string(error, ContextKind::InvalidSubcommand)?),
        ErrorKind::NoEquals => lang.wrong_no_equals(argument()?),
        ErrorKind::InvalidValue => {
            let what = match value()? {
                "" => lang.wrong_no_value(argument()?),
                value => lang.wrong_value(argument()?, value),
            };
            let valid: Vec<_> =
                strings(error, ContextKind::ValidValue).iter().map(|value| quoted(value)).collect();
            match valid.is_empty() {
                true => what,
                false => format!("{what}\n  {}", lang.help_possible(valid.join(lang.list_comma()))),
            }
        }
        ErrorKind::ValueValidation => {
            let what = lang.wrong_value(argument()?, value()?);
            match error.source() {
                Some(why) => lang.wrong_value_why(reason(why, value()?, lang), what),
                None => what,
            }
        }
        ErrorKind::TooManyValues => lang.wrong_one_more(argument()?, value()?),
        ErrorKind::TooFewValues => lang.wrong_too_few(
            number(error, ContextKind::ActualNumValues)?,
            argument()?,
            number(error, ContextKind::MinValues)?,
        ),
        ErrorKind::WrongNumberOfValues => lang.wrong_count(
            number(error, ContextKind::ActualNumValues)?,
            argument()?,
            number(error, ContextKind::ExpectedNumValues)?,
        ),
        ErrorKind::MissingRequiredArgument => {
            lang.wrong_missing().to_owned() + &below(strings(error, ContextKind::InvalidArg))
        }
        ErrorKind::MissingSubcommand => lang.wrong_no_command(string(error, ContextKind::InvalidSubcommand)?),
        ErrorKind::ArgumentConflict => {
            let argument = argument().or_else(|| string(error, ContextKind::InvalidSubcommand))?;
            match strings(error, ContextKind::PriorArg) {
                [one] if one == argument => lang.wrong_twice(argument),
                [one] => lang.wrong_conflict(argument, one),
                [] => return None,
                several => lang.wrong_conflicts(argument) + &below(several),
            }
        }
        ErrorKind::InvalidUtf8 => lang.wrong_utf8().to_owned(),
        _ => return None,
    })
}

/// A value as one would have to type it.
fn quoted(value: &str) -> String {
    if value.contains(char::is_whitespace) { format!("{value:?}") } else { value.to_owned() }
}

/// Why a value is none. Our own parsers speak the language; of numbers it is std and clap that say why.
fn reason(why: &(dyn std::error::Error + 'static), value: &str, lang: Language) -> String {
    if let Some(error) = why.downcast_ref::<ParseIntError>() {
        return match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => lang.wrong_too_large(),
            _ => lang.wrong_whole_number(),
        }
        .to_owned();
    }
    if why.is::<ParseFloatError>() {
        return lang.wrong_number().to_owned();
    }
    let text = why.to_string();
    if text == "value was not a boolean" {
        return lang.wrong_yes_or_no().to_owned();
    }
    let bounds = text.strip_prefix(value).and_then(|rest| rest.strip_prefix(" is not in "));
    match bounds.map(|bounds| bounds.split_once("..").unwrap_or((bounds, ""))) {
        Some((from, "" | "=")) => lang.wrong_at_least(from),
        Some((from, to)) => lang.wrong_range(from, to.trim_start_matches('=')),
        None => text,
    }
}

/// What may have been meant.
fn tips(error: &Error, lang: Language) -> Vec<String> {
    let near = |kind| {
        let names = strings(error, kind).iter().map(|name| lang.wrong_name(name.as_str()));
        Some(names.collect::<Vec<_>>())
            .filter(|names| !names.is_empty())
            .map(|names| names.join(lang.list_comma()))
    };
    let mut tips = Vec::new();
    tips.extend(near(ContextKind::SuggestedSubcommand).map(|names| lang.wrong_like_commands(names)));
    tips.extend(near(ContextKind::SuggestedArg).map(|names| lang.wrong_like_arguments(names)));
    tips.extend(near(ContextKind::SuggestedValue).map(|names| lang.wrong_like_values(names)));
    if let Some(ContextValue::StyledStrs(texts)) = error.get(ContextKind::Suggested) {
        // clap has these as English sentences.
        tips.extend(texts.iter().filter_map(|text| tip(&text.to_string(), lang)));
    }
    tips
}

/// One of clap's sentences; `None` if it is one that we do not know.
fn tip(text: &str, lang: Language) -> Option<String> {
    let mut names = text.split('\'').skip(1).step_by(2);
    let (first, second) = (names.next()?, names.next());
    match second {
        Some(how) if text.starts_with("to pass '") => Some(lang.wrong_as_value(how, first)),
        Some(_) if text.starts_with("subcommand '") => Some(lang.wrong_after_dashes(first)),
        None if text.ends_with("' exists") => Some(lang.wrong_there_is(first)),
        _ => None,
    }
}
