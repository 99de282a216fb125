//! The functions of the walkthrough.

use super::{Explanation, conn};
use crate::event::{Event, Function};
use crate::texts::{Language, Titled};

/// What the catalogue tells about a function: its title, or a part of it.
fn told(function: Function, part: Option<&str>, lang: Language) -> Option<String> {
    lang.named(&format!("function-{}", function.name()), part)
}

pub(super) fn call(event: &Event, lang: Language) -> Explanation {
    let Some(function) = event.function() else {
        return Explanation::new(lang.why_call_nameless_titled(), None);
    };
    let titled = match (told(function, None, lang), told(function, Some("text"), lang)) {
        (Some(title), Some(text)) => Titled { title: lang.why_call(function.name(), title), text },
        _ => lang.why_call_strange_titled(function.name()),
    };
    Explanation::new(titled, function.place())
}

pub(super) fn leave(event: &Event, lang: Language) -> Explanation {
    let Some(function) = event.function() else {
        return Explanation::new(lang.why_return_nameless_titled(conn(event, lang)), None);
    };
    let titled = match told(function, Some("leaving"), lang) {
        Some(leaving) => lang.why_return_titled(function.name(), leaving),
        None => lang.why_return_strange_titled(function.name()),
    };
    Explanation::new(titled, function.place())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::event::What;
    use std::fs;

    #[test]
    fn every_function_has_its_texts_in_every_language_and_nothing_else_has() {
        let mut names: Vec<_> = Function::ALL.iter().map(|function| function.name().to_owned()).collect();
        names.sort();
        for lang in Language::ALL {
            for function in Function::ALL {
                for part in [None, Some("text"), Some("leaving")] {
                    let text = told(*function, part, *lang);
                    assert!(text.is_some_and(|text| !text.is_empty()), "{lang} {function} {part:?}");
                }
                // With its name before it, no title is cut.
                let title = crate::explain::function(*function, *lang).title;
                assert!(title.starts_with(function.name()) && !title.contains('…'), "{lang}: {title}");
            }
            let mut found = Vec::new();
            for file in fs::read_dir(format!("src/texts/{lang}")).unwrap() {
                let text = fs::read_to_string(file.unwrap().path()).unwrap();
                let names = text.lines().filter_map(|line| line.strip_prefix("function-")?.split_once(" ="));
                found.extend(names.map(|(name, _)| name.to_owned()));
            }
            found.sort();
            assert_eq!(found, names, "{lang}");
        }
    }

    #[test]
    fn a_function_that_has_no_texts_is_told_by_its_name() {
        let function = Some(Function::named("teleport"));
        let events = [What::Call { function }, What::Return { function }];
        let [called, left] = events.map(|what| Event { what, ..Event::default() });
        for lang in Language::ALL {
            assert!(call(&called, *lang).title.starts_with("teleport"), "{lang}");
            assert!(leave(&left, *lang).text.starts_with("teleport"), "{lang}");
        }
    }
}
