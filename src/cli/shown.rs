//! The command line as it is shown: in the reader's language, from the catalogue.
//!
//! The declarations say what there is, the catalogue what it means. clap's own words are English: where that is not
//! the language, its brackets and headings are left out, and ours stand there.

use super::Cli;
use crate::texts::Language;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, CommandFactory as _, Parser as _};
use std::ffi::OsString;

/// Understands a command line.
///
/// # Errors
///
/// What is wrong with it, or what it asks to be told, in names of that language.
pub fn parse(args: Vec<OsString>, lang: Language) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(&args).map_err(|error| {
        // Texts are looked up where they are shown alone; of a mistake clap says what there is to say in English.
        if lang == Language::En && error.use_stderr() {
            return error;
        }
        let shown = command(lang).try_get_matches_from(args);
        shown.err().unwrap_or(error)
    })
}

/// The command line in that language. It understands what [`Cli`] does, but only to show what is wrong.
pub fn command(lang: Language) -> Command {
    let command = texts(Cli::command(), lang);
    if lang == Language::En {
        return command;
    }
    let command = command.term_width(0).subcommand_value_name(lang.help_command_here());
    let mut built = command.clone();
    built.build();
    words(command, lang, &built)
}

/// The name of a thing in the catalogue.
fn id(kind: &str, name: &str) -> String {
    let same = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    format!("{kind}-{}", name.chars().map(same).collect::<String>())
}

/// What stands in the catalogue, put into a command and those under it.
fn texts(command: Command, lang: Language) -> Command {
    let name = command.get_name().to_owned();
    let mut command = command.mut_args(|arg| argument(arg, lang, &name));
    if let Some(about) = lang.named(&id("cli", &name), None) {
        command = command.about(about);
    }
    if let Some(after) = lang.named(&id("cli", &name), Some("after")) {
        command = command.after_help(after);
    }
    command.mut_subcommands(|sub| texts(sub, lang))
}

fn argument(mut arg: Arg, lang: Language, command: &str) -> Arg {
    let name = arg.get_id().as_str().to_owned();
    // What means something else in this command has a text of its own.
    let own = id("arg", &format!("{command}-{name}"));
    let key = if lang.named(&own, None).is_some() { own } else { id("arg", &name) };
    if let Some(help) = lang.named(&key, None) {
        arg = arg.help(help);
    }
    if let Some(value) = lang.named(&key, Some("value")) {
        arg = arg.value_name(value);
    }
    if let Some(heading) =
        arg.get_help_heading().and_then(|heading| lang.named(&id("heading", heading), None))
    {
        arg = arg.help_heading(heading);
    }
    if is_described(&arg) {
        let values = arg.get_possible_values().into_iter();
        let values = values.map(|value| {
            match lang.named(&id("choice", &format!("{name}-{}", value.get_name())), None) {
                Some(help) => value.help(help),
                None => value,
            }
        });
        arg = arg.value_parser(PossibleValuesParser::new(values));
    }
    arg
}

/// Whether its values are told in a list.
fn is_described(arg: &Arg) -> bool {
    let is_told = |value: &clap::builder::PossibleValue| !value.is_hide_set() && value.get_help().is_some();
    !arg.is_hide_set() && arg.get_possible_values().iter().any(is_told)
}

/// Replaces clap's own words in a command, and in those under it; `built` is the same with what clap adds.
fn words(command: Command, lang: Language, built: &Command) -> Command {
    // clap would hand on one that has a word more than it should, or a word less: help is longer in some commands.
    let globals: Vec<Arg> = command.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    // As clap has it: there is a longer help where there is more to tell.
    let is_long = command.get_arguments().any(is_described);
    let usage = built.clone().render_usage().to_string();
    let usage =
        usage.strip_prefix("Usage: ").unwrap_or(&usage).replace("[OPTIONS]", lang.help_options_here());
    let style = *command.get_styles().get_usage();
    let command = command
        .subcommand_help_heading(lang.help_commands())
        .mut_args(|arg| own_words(arg, lang, is_long))
        .override_usage(usage)
        .help_template(format!(
            "{{before-help}}{{about-with-newline}}\n{style}{}{style:#}{{usage}}\n\n{{all-args}}{{after-help}}",
            lang.help_usage()
        ))
        .next_help_heading(None)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(own_help(lang, is_long))
        .arg(last("version", 'V').action(ArgAction::Version).help(lang.help_version()));
    under_headings(command, lang).mut_subcommands(|sub| match built.find_subcommand(sub.get_name()) {
        Some(built) => words(sub.next_help_heading(None).args(&globals), lang, built),
        None => sub,
    })
}

/// An option that is shown behind the others.
fn last(name: &'static str, letter: char) -> Arg {
    Arg::new(name).short(letter).long(name).display_order(999)
}

fn own_help(lang: Language, is_long: bool) -> Arg {
    let help = last("help", 'h').action(ArgAction::Help);
    match is_long {
        true => help.help(lang.help_help_more()).long_help(lang.help_help_less()),
        false => help.help(lang.help_help()),
    }
}

/// An argument's help with what clap would put behind it in brackets, in that language.
fn own_words(mut arg: Arg, lang: Language, is_long: bool) -> Arg {
    if arg.is_hide_set() || !arg.get_action().takes_values() {
        return arg;
    }
    let mut notes = Vec::new();
    if let Some(name) = arg.get_env().filter(|_| !arg.is_hide_env_set()) {
        notes.push(lang.help_environment(name.to_string_lossy()));
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !defaults.is_empty() && !arg.is_hide_default_value_set() {
        notes.push(lang.help_default(defaults.join(" ")));
    }
    let values = if arg.is_hide_possible_values_set() { Vec::new() } else { arg.get_possible_values() };
    let names: Vec<_> =
        values.iter().filter(|value| !value.is_hide_set()).map(|value| value.get_name()).collect();
    let possible = (!names.is_empty()).then(|| lang.help_possible(names.join(lang.list_comma())));
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let short: Vec<_> = notes.iter().chain(&possible).map(String::as_str).collect();
    let short = [&[help.as_str()], &short[..]].concat().join(" ");
    if is_long && short != help {
        let list = is_described(&arg).then(|| {
            let line = |value: &clap::builder::PossibleValue| {
                let what = value.get_help().map(ToString::to_string).unwrap_or_default();
                format!("\n{BULLET}{}", lang.help_possible_value(value.get_name(), what))
            };
            lang.help_possible_list().to_owned() + &values.iter().map(line).collect::<String>()
        });
        notes.extend(possible.filter(|_| list.is_none()));
        let notes = Some(notes.join("\n")).filter(|notes| !notes.is_empty());
        let parts: Vec<_> = [Some(help), list, notes].into_iter().flatten().collect();
        arg = arg.long_help(parts.join("\n\n"));
    }
    arg.help(short).hide_default_value(true).hide_possible_values(true).hide_env(true)
}

/// What stands before each value of a list.
pub(super) const BULLET: &str = "  - ";

/// Arguments and options that have no heading get one; in the order in which clap shows those that it knows itself.
fn under_headings(command: Command, lang: Language) -> Command {
    let place = |arg: &Arg| match (arg.get_help_heading(), arg.is_positional()) {
        (None, true) => 0,
        (None, false) => 1,
        (Some(_), _) => 2,
    };
    // clap shows headings in the order in which arguments with them were declared.
    let mut sorted: Vec<Arg> = command.get_arguments().cloned().collect();
    sorted.sort_by_key(place);
    let mut sorted = sorted.into_iter().map(|arg| match place(&arg) {
        0 => arg.help_heading(lang.help_arguments()),
        1 => arg.help_heading(lang.help_options()),
        _ => arg,
    });
    command.mut_args(|arg| sorted.next().unwrap_or(arg))
}
