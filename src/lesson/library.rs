//! The lessons that the program carries with it, and their recordings.

use super::{Lesson, Mistakes};
use crate::filter::{either, nearest, quoted};
use crate::texts::Language;

include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// A lesson that the program carries with it, in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundledLesson {
    /// Its file's name without `.md`: `03-set`. The same in every language.
    pub stem: &'static str,
    /// The language.
    pub lang: Language,
    /// The text.
    pub source: &'static str,
}

impl BundledLesson {
    /// Its number, as its file's name says.
    pub fn number(&self) -> &'static str {
        self.stem.split_once('-').map_or("", |(number, _)| number)
    }

    /// Its name, without the number.
    pub fn name(&self) -> &'static str {
        self.stem.split_once('-').map_or(self.stem, |(_, name)| name)
    }

    /// The file, as messages name it.
    pub fn file(&self) -> String {
        format!("tutorials/{}/{}.md", self.lang, self.stem)
    }

    /// The lesson.
    ///
    /// # Errors
    ///
    /// Its mistakes; a test sees to it that there are none.
    pub fn lesson(&self) -> Result<Lesson, Mistakes> {
        Lesson::parse(self.source, &self.file())
    }
}

/// Every lesson in `lang`, in order; in English, which all are written in, where it is not translated.
pub fn all(lang: Language) -> Vec<BundledLesson> {
    let in_lang = |lang: Language| {
        LESSONS
            .iter()
            .filter(move |(code, ..)| *code == lang.code())
            .map(move |&(_, stem, source)| BundledLesson { stem, lang, source })
    };
    in_lang(Language::default())
        .map(|original| in_lang(lang).find(|entry| entry.stem == original.stem).unwrap_or(original))
        .collect()
}

/// The lesson of that name: its number, its file's name with or without the number, or how that begins.
///
/// # Errors
///
/// What lessons may have been meant.
pub fn find(name: &str, lang: Language) -> Result<BundledLesson, String> {
    let all = all(lang);
    let wanted = name.to_ascii_lowercase();
    let number =
        |entry: &BundledLesson| entry.number().trim_start_matches('0') == wanted.trim_start_matches('0');
    let is = |entry: &&BundledLesson| {
        entry.stem == wanted || entry.name() == wanted || (!wanted.is_empty() && number(entry))
    };
    if let Some(entry) = all.iter().find(is) {
        return Ok(*entry);
    }
    let begins = |entry: &&BundledLesson| {
        !wanted.is_empty() && (entry.stem.starts_with(&wanted) || entry.name().starts_with(&wanted))
    };
    let near: Vec<&BundledLesson> = all.iter().filter(begins).collect();
    match near.as_slice() {
        [one] => Ok(**one),
        [] => {
            let meant = nearest(&wanted, all.iter().map(BundledLesson::name));
            Err(match meant.is_empty() {
                true => Language::spoken().lesson_unknown(quoted(name)),
                false => Language::spoken().lesson_unknown_near(quoted(name), either(&meant)),
            })
        }
        many => {
            let names: Vec<_> = many.iter().map(|entry| entry.name()).collect();
            Err(Language::spoken().lesson_ambiguous(quoted(name), either(&names)))
        }
    }
}

/// The lesson that follows the one of that title, if that is one of these and not the last.
pub fn after(title: &str, lang: Language) -> Option<(BundledLesson, Lesson)> {
    let parsed = |entry: BundledLesson| Some((entry, entry.lesson().ok()?));
    let mut lessons = all(lang).into_iter().filter_map(parsed);
    lessons.find(|(_, lesson)| lesson.title == title)?;
    lessons.next()
}

/// The recording that a lesson of the library names, by the last part of its path.
pub fn recording(path: &str) -> Option<&'static [u8]> {
    let name = path.rsplit('/').next()?;
    RECORDINGS.iter().find(|(file, _)| *file == name).map(|(_, bytes)| *bytes)
}
