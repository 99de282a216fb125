//! What the program says to people, in their language.
//!
//! The texts are data: in `en/` and `zh/` beside this file, in [Fluent](https://projectfluent.org/)'s syntax, a folder
//! for each language. English says which texts there are and what their parameters are; another language that lacks
//! one, or has one more, does not build, and a text that nothing uses is dead code to the compiler. A further
//! language is one more folder.
//!
//! Each text is a method of [`Language`], named as it is, with its parameters in the order of the alphabet:
//! `why-read-full = ...{ $room }` is `language.why_read_full(room)`. One that has a `.text` is a title and what it
//! stands above: `language.why_read_full_titled(room)`. A group whose comment begins with `By name` is asked for by names
//! that the program has from elsewhere (`Language::named`).
//!
//! Numbers that are counted or measured are handed over as numbers, and written as people write them: `1,400`. What is
//! a name, as a descriptor or a port are, is handed over as text.
//!
//! Lines within a paragraph are joined when the program is built, with a blank between them where the language has one.
//! Names of memcached, fields, commands and options are never translated.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

#[cfg(test)]
mod tests;

mod made {
    #![allow(clippy::extra_unused_lifetimes, clippy::needless_lifetimes)]
    use super::{FluentNumber, FluentValue, Titled};

    include!(concat!(env!("OUT_DIR"), "/texts/texts.rs"));

    impl Language {
        /// Every language that one may ask for, English first.
        pub const ALL: &'static [Language] = ALL;
        /// The names of the texts without parameters, and of their parts.
        pub(super) fn texts_without_parameters() -> &'static [(&'static str, Option<&'static str>)] {
            &PLAIN
        }

        pub(super) const SOURCES: &'static [(Language, &'static str, &'static str, &'static str)] = &SOURCES;
    }
}

pub use made::Language;

/// A title and what stands under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Titled {
    /// A short phrase.
    pub title: String,
    /// Some sentences.
    pub text: String,
}

/// The texts of a language, ready to be filled in.
struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    /// Those without parameters, in the order of [`Language::texts_without_parameters`].
    plain: Vec<String>,
}

/// Each is read when its first text is asked for.
static CATALOGUES: [OnceLock<Catalogue>; Language::SOURCES.len()] =
    [const { OnceLock::new() }; Language::SOURCES.len()];

/// The language of the process.
static SPOKEN: AtomicU8 = AtomicU8::new(0);

impl Language {
    /// The language of that code.
    pub fn from_code(code: &str) -> Option<Language> {
        Language::SOURCES.iter().find(|(_, own, ..)| *own == code).map(|(language, ..)| *language)
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        Language::SOURCES[self as usize].1
    }

    /// The language that the environment asks for: the first that is set of `LC_ALL`, `LC_MESSAGES` and
    /// `LANG` decides, as everywhere.
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Language {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| var(name));
        let first = set.filter(|value| !value.is_empty()).map(|value| value.to_ascii_lowercase()).next();
        let code = first.as_deref().and_then(|value| value.split(['_', '.', '@', '-']).next());
        code.and_then(Language::from_code).unwrap_or_default()
    }

    /// The language of this process, which errors speak, wherever they come from; as `setlocale` has it. English
    /// until [`speak`](Language::speak) says otherwise.
    pub fn spoken() -> Language {
        let place = usize::from(SPOKEN.load(Ordering::Relaxed));
        Language::SOURCES.get(place).map_or(Language::En, |(language, ..)| *language)
    }

    /// From now on this process speaks this language.
    pub fn speak(self) {
        SPOKEN.store(self as u8, Ordering::Relaxed);
    }

    fn catalogue(self) -> &'static Catalogue {
        CATALOGUES[self as usize].get_or_init(|| Catalogue::of(self))
    }

    /// The text in this place of [`Language::texts_without_parameters`].
    fn plain(self, place: usize) -> &'static str {
        &self.catalogue().plain[place]
    }

    fn filled<const N: usize>(
        self,
        id: &str,
        part: Option<&str>,
        parameters: [(&'static str, FluentValue<'_>); N],
    ) -> String {
        self.catalogue().put(id, part, &parameters.into_iter().collect()).unwrap_or_default()
    }

    /// The text of a name that the program has from elsewhere, or a part of it; `None` where the language has none.
    pub(crate) fn named(self, id: &str, part: Option<&str>) -> Option<String> {
        self.catalogue().put(id, part, &FluentArgs::new())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Catalogue {
    /// The sources were read when the program was built: what was not wrong then is not wrong now.
    fn of(language: Language) -> Catalogue {
        let (_, _, locale, source) = Language::SOURCES[language as usize];
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        let mut bundle = FluentBundle::new_concurrent(vec![locale.parse().unwrap_or_default()]);
        // Nothing here is written from right to left: what is put in is marked for `join_wide` alone.
        bundle.set_use_isolating(true);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(number) => Some(grouped(number)),
            _ => None,
        }));
        bundle.add_resource_overriding(resource);
        let mut catalogue = Catalogue { bundle, plain: Vec::new() };
        let none = FluentArgs::new();
        let plain = Language::texts_without_parameters().iter();
        catalogue.plain =
            plain.map(|(id, part)| catalogue.put(id, *part, &none).unwrap_or_default()).collect();
        catalogue
    }

    fn put(&self, id: &str, part: Option<&str>, parameters: &FluentArgs<'_>) -> Option<String> {
        let message = self.bundle.get_message(id)?;
        let pattern = match part {
            Some(part) => message.get_attribute(part)?.value(),
            None => message.value()?,
        };
        // Where a parameter were missing, its name would stand there.
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(parameters), &mut errors);
        debug_assert!(errors.is_empty(), "{id}: {errors:?}");
        Some(join_wide(&text))
    }
}

/// What marks the beginning and the end of what was put into a text.
const SEAMS: [char; 2] = ['\u{2068}', '\u{2069}'];

/// A text without the marks around what was put into it. The blank that stands there, as is due around Latin words and
/// numbers, goes where there are Chinese characters on both sides: `c0 转到`, but `该连接转到`.
fn join_wide(text: &str) -> String {
    let is_wide = |c: Option<char>| c.is_some_and(|c| c >= '\u{2e80}');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(SEAMS) {
        let before = rest[..at].trim_end_matches(' ');
        out.push_str(before);
        let behind = rest[at..].trim_start_matches(|c| c == ' ' || SEAMS.contains(&c));
        let seam = &rest[before.len()..rest.len() - behind.len()];
        let blanks = seam.matches(' ').count();
        let is_tight = blanks == 1 && is_wide(out.chars().next_back()) && is_wide(behind.chars().next());
        out.push_str(&" ".repeat(if is_tight { 0 } else { blanks }));
        rest = behind;
    }
    out + rest
}

/// A count that is written as programs read it: `1400`. It chooses by its plural alone (`[one]`): to Fluent no literal
/// (`[0]`) is equal to it.
pub fn ungrouped(n: u64) -> FluentNumber {
    let mut number = FluentNumber::from(n);
    number.options.use_grouping = false;
    number
}

/// `1,400`; with as many digits after the point as it has.
fn grouped(number: &FluentNumber) -> String {
    let text = number.as_string();
    if !number.options.use_grouping {
        return text.into_owned();
    }
    let (whole, rest) = text.find('.').map_or((&*text, ""), |point| text.split_at(point));
    let digits = whole.trim_start_matches('-');
    let mut out = String::with_capacity(text.len() + digits.len() / 3);
    out.push_str(&whole[..whole.len() - digits.len()]);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(rest);
    out
}
