#![allow(clippy::unwrap_used)]

use super::*;
use crate::event::{ConnImage, ConnSet};

/// Every name that a reader can meet on the screen, group by group.
fn names() -> Vec<(Group, String)> {
    let mut fields = ConnSet::whole(&ConnImage::default());
    fields.item = Some(None);
    let states = ConnState::ALL.iter().map(|s| (Group::State, s.name()));
    let functions = Function::ALL.iter().map(|f| (Group::Function, f.name()));
    let kinds = Kind::ALL.iter().map(|k| (Group::Event, k.name()));
    // Those of UDP have fields of the event's own.
    let fields =
        fields.names().into_iter().chain(["request_id", "request_addr"]).map(|name| (Group::Field, name));
    states.chain(functions).chain(fields).chain(kinds).map(|(group, name)| (group, name.to_owned())).collect()
}

#[test]
fn every_name_has_an_entry_and_every_entry_a_name() {
    for language in Language::ALL {
        let found: Vec<_> =
            entries(*language).iter().map(|entry| (entry.group, entry.name.to_owned())).collect();
        assert_eq!(found, names(), "{language:?}");
    }
}

#[test]
fn an_entry_is_one_to_three_sentences_that_fit_into_the_panel() {
    for language in Language::ALL {
        let stop = if *language == Language::En { '.' } else { '。' };
        for entry in entries(*language) {
            let text = &entry.text;
            assert!(text.ends_with(stop), "{language:?} {}: {text}", entry.name);
            // A sentence ends in a stop with a blank or nothing behind it: `memcached.c` is none.
            let sentences = match language {
                Language::En => text.matches(". ").count() + 1,
                _ => text.matches(stop).count(),
            };
            assert!((1..=3).contains(&sentences), "{language:?} {}: {sentences} sentences", entry.name);
            assert!(text.chars().count() <= 300, "{language:?} {}: {}", entry.name, text.chars().count());
            assert!(!text.contains(['`', '#', '!']), "{language:?} {}: {text}", entry.name);
        }
    }
}

#[test]
fn both_languages_name_the_same_place() {
    for (en, zh) in entries(Language::En).iter().zip(entries(Language::Zh)) {
        assert_eq!(en.source, zh.source, "{}", en.name);
    }
}

#[test]
fn only_what_memcached_has_not_itself_has_no_place() {
    let without = entries(Language::En).iter().filter(|entry| entry.source.is_empty());
    let names: Vec<_> = without.map(|entry| (entry.group, entry.name)).collect();
    let ours = ["mark", "call", "return", "note", "drop", "snapshot"];
    assert_eq!(names, ours.map(|name| (Group::Event, name)));
}

#[test]
fn a_place_is_named_and_the_name_is_one() {
    for file in [include_str!("en.md"), include_str!("zh.md")] {
        for line in file.lines().filter(|line| line.contains('`')) {
            let name = line.strip_prefix("`@").and_then(|line| line.strip_suffix('`'));
            assert!(name.is_some_and(|name| MODELS.place(name).is_some()), "{line}: no such place");
        }
    }
}

#[test]
fn a_place_that_is_not_there_is_seen() {
    for wrong in ["`@conn_nil`", "`@`", "`conn_new`", "`memcached.c:352`"] {
        let file = format!("# A\n## one\ntext.\n\n{wrong}\n");
        let one = parse(Box::leak(file.into_boxed_str()), " ");
        assert_eq!(one[0].source, wrong.trim_matches('`'));
    }
}

#[test]
fn a_function_stands_where_the_vocabulary_says() {
    for function in Function::ALL {
        assert_eq!(of_function(*function, Language::En).unwrap().source, function.source());
    }
}

#[test]
fn what_is_looked_up_is_found() {
    let both: Vec<_> = lookup("item", Language::Zh).map(|entry| entry.group).collect();
    assert_eq!(both, [Group::Field, Group::Event]);
    assert_eq!(of_state(ConnState::Nread, Language::En).unwrap().source, "memcached.c:4177");
    assert_eq!(of_kind(Kind::Sendmsg, Language::En).unwrap().name, "sendmsg");
    assert_eq!(of_kind(Kind::from_name("teleport"), Language::En), None);
    assert_eq!(entry(Group::State, "rbytes", Language::En), None);
}

#[test]
fn lines_are_joined_as_the_language_wants_it() {
    let file = "# A\n\n## one\n\nfirst line,\nsecond line.\n\n`@conn_new`\n\n## two\n\nno place.\n";
    let two = parse(file, " ");
    assert_eq!((two[0].text.as_str(), two[0].source), ("first line, second line.", "memcached.c:352"));
    assert_eq!((two[1].text.as_str(), two[1].source), ("no place.", ""));
    assert_eq!(parse("# 甲\n## 一\n第一行，\n第二行。\n", "")[0].text, "第一行，第二行。");
}
