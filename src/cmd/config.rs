//! The settings file: what the viewer does where the command line does not say.
//!
//! It is `$XDG_CONFIG_HOME/memstep/config.toml`, by default `~/.config/memstep/config.toml`; or the file
//! that `MEMSTEP_CONFIG` names, and where that is empty, none.

use crate::cli::{self, ThemeArg, When};
use crate::filter::{either, nearest};
use crate::text::{printable, unmarked};
use crate::texts::Language;
use anyhow::{Context as _, bail};
use etcetera::BaseStrategy as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The settings.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct UserConfig {
    pub theme: Option<ThemeArg>,
    pub color: Option<When>,
    pub ascii: Option<bool>,
    pub classroom: Option<bool>,
    pub speed: Option<f64>,
    /// The inner `None` plays pauses whole.
    pub idle_limit: Option<Option<Duration>>,
    pub pause_on_marks: Option<bool>,
    pub mouse: Option<bool>,
}

/// Reads a value into its place.
type ReadSetting = fn(&mut UserConfig, &DeValue<'_>) -> Result<(), String>;

/// Every setting by its name, with its default as it is written.
const KEYS: &[(&str, &str, ReadSetting)] = &[
    ("theme", "\"dark\"", |config, value| choice(value).map(|v| config.theme = Some(v))),
    ("color", "\"auto\"", |config, value| choice(value).map(|v| config.color = Some(v))),
    ("ascii", "false", |config, value| flag(value).map(|v| config.ascii = Some(v))),
    ("classroom", "false", |config, value| flag(value).map(|v| config.classroom = Some(v))),
    ("speed", "1.0", |config, value| speed(value).map(|v| config.speed = Some(v))),
    ("idle_limit", "\"1s\"", |config, value| idle_limit(value).map(|v| config.idle_limit = Some(v))),
    ("pause_on_marks", "false", |config, value| flag(value).map(|v| config.pause_on_marks = Some(v))),
    ("mouse", "false", |config, value| flag(value).map(|v| config.mouse = Some(v))),
    // Who asks for it cannot wait until the rest is known to be right: `lang()`.
    (LANG, "\"en\"", |_, value| language(value).map(drop)),
];

/// The setting that says which language is spoken.
const LANG: &str = "lang";

/// What may stand in the file, as `memstep config` prints it: every setting with its default.
fn template(lang: Language) -> String {
    let comment = |name: &str| {
        let text = lang.named(&format!("setting-{}", name.replace('_', "-")), None);
        format!("# {}\n", text.unwrap_or_default())
    };
    let one = |(name, default, _): &(&str, &str, _)| format!("\n{}#{name} = {default}\n", comment(name));
    comment("head") + &KEYS.iter().map(one).collect::<String>()
}

/// One of the names that the command line has for it.
fn choice<T: clap::ValueEnum>(value: &DeValue<'_>) -> Result<T, String> {
    let names: Vec<String> = T::value_variants()
        .iter()
        .filter_map(|v| Some(format!("\"{}\"", v.to_possible_value()?.get_name())))
        .collect();
    let word = value.as_str().and_then(|word| T::from_str(word, false).ok());
    word.ok_or_else(|| one_of(&names))
}

fn one_of(names: &[String]) -> String {
    let lang = Language::spoken();
    lang.setting_one_of(names.join(lang.list_comma()))
}

fn language(value: &DeValue<'_>) -> Result<Language, String> {
    let names: Vec<_> = Language::ALL.iter().map(|language| format!("\"{language}\"")).collect();
    value.as_str().and_then(Language::from_code).ok_or_else(|| one_of(&names))
}

fn flag(value: &DeValue<'_>) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| Language::spoken().setting_flag().to_owned())
}

fn speed(value: &DeValue<'_>) -> Result<f64, String> {
    let text = match value {
        DeValue::Float(number) => number.as_str(),
        DeValue::Integer(number) => number.as_str(),
        DeValue::String(text) => text,
        _ => "",
    };
    cli::speed(text)
}

fn idle_limit(value: &DeValue<'_>) -> Result<Option<Duration>, String> {
    match value.as_str() {
        Some("none") => Ok(None),
        text => cli::duration(text.unwrap_or_default())
            .map(Some)
            .map_err(|expected| Language::spoken().setting_or_none(expected)),
    }
}

/// Where the settings are, whether there are any or not; `None` where none are wanted, or there is no
/// home.
fn path() -> Option<PathBuf> {
    match std::env::var_os("MEMSTEP_CONFIG") {
        Some(path) if path.is_empty() => None,
        Some(path) => Some(path.into()),
        None => Some(etcetera::base_strategy::Xdg::new().ok()?.config_dir().join("memstep/config.toml")),
    }
}

/// The language that the settings ask for. What is wrong with the file is for [`load`] to say, in that language.
pub(super) fn lang() -> Option<Language> {
    let text = std::fs::read_to_string(path()?).ok()?;
    let table = DeTable::parse(unmarked(&text)).ok()?;
    language(table.get_ref().get(LANG)?.get_ref()).ok()
}

/// The settings, where there are any.
///
/// # Errors
///
/// When the file cannot be read, or what stands in it is wrong: file, line, column, what was expected.
pub(super) fn load() -> anyhow::Result<UserConfig> {
    let Some(path) = path() else { return Ok(UserConfig::default()) };
    let name = printable(&path.to_string_lossy()).into_owned();
    let lang = Language::spoken();
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(unmarked(&text)).map_err(|(at, what)| {
            let (line, column) = place(&text, at);
            let wrong = lang.setting_wrong(format!("{name}:{line}:{column}"), what);
            anyhow::anyhow!("{wrong}\n{}", lang.setting_all())
        }),
        // A file that was asked for by name has to be there.
        Err(error) if std::env::var_os("MEMSTEP_CONFIG").is_some() => {
            Err(error).with_context(|| lang.settings_unreadable(name))
        }
        Err(error) => {
            // No home, or somebody else's: then there are no settings there either.
            let is_none = matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied
            );
            if !is_none {
                super::say(&lang.settings_unreadable_why(name, error.to_string()));
            }
            Ok(UserConfig::default())
        }
    }
}

/// Reads the settings, or tells where in the text, in bytes, something is wrong with them, and what.
fn parse(text: &str) -> Result<UserConfig, (usize, String)> {
    let wrong = |error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        (at, printable(error.message()).into_owned())
    };
    let table = DeTable::parse(text).map_err(wrong)?;
    let mut config = UserConfig::default();
    for (key, value) in table.get_ref() {
        let name = key.get_ref().as_ref();
        let Some((.., read)) = KEYS.iter().find(|(known, ..)| *known == name) else {
            return Err((key.span().start, unknown(name)));
        };
        read(&mut config, value.get_ref())
            .map_err(|why| (Spanned::span(value).start, Language::spoken().setting_of(name, why)))?;
    }
    Ok(config)
}

/// Says which setting was meant.
fn unknown(name: &str) -> String {
    let lang = Language::spoken();
    let known = || KEYS.iter().map(|(known, ..)| *known);
    let meant = nearest(&name.replace('-', "_"), known());
    let name = printable(name);
    if meant.is_empty() {
        let names: Vec<&str> = known().collect();
        return lang.setting_unknown(name, names.join(lang.list_comma()));
    }
    lang.setting_unknown_near(name, either(&meant))
}

/// Line and column, from 1, of a byte.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// `memstep config`: prints a file to begin with, and where it belongs.
pub(super) fn run() -> anyhow::Result<ExitCode> {
    let mut out = super::stdout();
    let lang = Language::spoken();
    let place = match path() {
        Some(path) => {
            let file = printable(&path.to_string_lossy()).into_owned();
            if path.exists() { lang.settings_there(file) } else { lang.settings_not_there(file) }
        }
        None => lang.settings_nowhere().to_owned(),
    };
    write!(out, "# {place}\n{}", template(lang)).context(super::STDOUT)?;
    // What is there already is to be right, too.
    if let Err(error) = load() {
        bail!(error);
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn error(text: &str) -> (usize, usize, String) {
        let (at, what) = parse(text).unwrap_err();
        let (line, column) = place(text, at);
        (line, column, what)
    }

    #[test]
    fn the_template_names_every_setting_and_its_values_are_valid() {
        for lang in Language::ALL {
            let template = template(*lang);
            assert_eq!(parse(&template).unwrap(), UserConfig::default());
            assert!(!template.contains("# \n"), "{template}");
        }
        let template = template(Language::En);
        let set: String = template
            .lines()
            .map(|l| l.strip_prefix('#').filter(|l| !l.starts_with(' ')).unwrap_or(l).to_owned() + "\n")
            .collect();
        let config = parse(&set).unwrap();
        assert!(KEYS.iter().all(|(key, ..)| set.contains(&format!("\n{key} = "))), "{set}");
        let start = crate::ui::Options::default();
        assert_eq!(config.speed, Some(start.speed));
        assert_eq!(config.idle_limit.unwrap().unwrap().as_nanos(), u128::from(start.idle_limit.unwrap()));
        assert_eq!((config.pause_on_marks, config.mouse), (Some(false), Some(false)));
        assert_eq!((config.theme, config.color), (Some(ThemeArg::Dark), Some(When::Auto)));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_the_nearest_name() {
        assert_eq!(
            error("# x\n  them = \"dark\"\n"),
            (2, 3, "no such setting: them; did you mean theme?".into())
        );
        assert_eq!(
            error("pause-on-marks = true").2,
            "no such setting: pause-on-marks; did you mean pause_on_marks?"
        );
        assert!(error("frobnicate = 1").2.contains("there are theme, color"));
        assert_eq!(
            error("\ntheme = \"drak\""),
            (2, 9, "theme: expected one of \"dark\", \"light\", \"contrast\", \"mono\"".into())
        );
        assert_eq!((error("speed = 0").0, error("speed = 0").1), (1, 9));
        assert!(error("idle_limit = 3").2.contains("or \"none\""));
        assert!(error("mouse = \"yes\"").2.contains("true or false"));
        assert_eq!(error("lang = \"de\"").2, "lang: expected one of \"en\", \"zh\"");
        let (line, column, what) = error("mouse = true\nspeed = = 2\n");
        assert_eq!((line, column), (2, 9), "{what}");
        assert!(error("mouse = true\nmouse = false").2.contains("duplicate"));
    }

    #[test]
    fn values_may_be_written_as_one_would() {
        let config = parse("speed = 2\nidle_limit = \"none\"\ncolor = \"never\"").unwrap();
        assert_eq!(
            (config.speed, config.idle_limit, config.color),
            (Some(2.0), Some(None), Some(When::Never))
        );
        assert_eq!(parse("speed = 0.5").unwrap().speed, Some(0.5));
    }
}
