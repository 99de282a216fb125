//! `--lang`: in which language everything is said.

use crate::texts::Language;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command};
use std::ffi::{OsStr, OsString};

/// What the name of a language may be. Those that only tests speak are understood, and not offered.
#[derive(Debug, Clone, Copy)]
pub(super) struct LangParser;

impl TypedValueParser for LangParser {
    type Value = Language;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Language, clap::Error> {
        match value.to_str().and_then(Language::from_code) {
            Some(language) => Ok(language),
            None => offered().parse_ref(command, arg, value).map(|_| Language::default()),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Language::ALL.iter().map(|language| PossibleValue::new(language.code()))))
    }
}

fn offered() -> PossibleValuesParser {
    Language::ALL.iter().map(|language| language.code()).collect::<Vec<_>>().into()
}

/// The language that a command line names, before it is understood: what is wrong with it, and its help, are said in
/// that language. A name that is none is left for the real thing to refuse.
pub fn asked(args: impl IntoIterator<Item = OsString>) -> Option<Language> {
    let mut asked = None;
    let mut args = args.into_iter().skip(1);
    while let Some(arg) = args.next().filter(|arg| arg != "--") {
        let code = match arg.to_str().and_then(|arg| arg.strip_prefix("--lang")) {
            Some("") => args.next(),
            Some(rest) => rest.strip_prefix('=').map(OsString::from),
            None => None,
        };
        let language = code.and_then(|code| Language::from_code(code.to_str()?));
        asked = language.or(asked);
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_known_before_the_command_line_is_understood() {
        let asked = |line: &str| asked(line.split(' ').map(OsString::from));
        assert_eq!(asked("memstep serve --no-such -t x"), None);
        assert_eq!(asked("memstep --lang zh serve --no-such"), Some(Language::Zh));
        assert_eq!(asked("memstep serve --lang=zh"), Some(Language::Zh));
        assert_eq!(asked("memstep --lang zh serve --lang en"), Some(Language::En));
        // Nothing of it is refused here, and what stands behind `--` is a name.
        assert_eq!(asked("memstep --lang=zh --lang=tlh --lang"), Some(Language::Zh));
        assert_eq!(asked("memstep --language=zh --langzh print -- --lang zh"), None);
    }
}
