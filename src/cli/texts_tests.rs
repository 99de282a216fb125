//! Whether what is shown of the command line is there in every language, and is nothing but that language.
#![allow(clippy::unwrap_used)]

use super::*;
use clap::CommandFactory as _;
use std::collections::BTreeSet;
use unicode_width::UnicodeWidthStr as _;

/// A command and those under it.
fn all(command: &clap::Command) -> Vec<&clap::Command> {
    std::iter::once(command).chain(command.get_subcommands().flat_map(all)).collect()
}

/// The names that the texts of a language begin with one of these.
fn names(code: &str, kinds: &[&str]) -> BTreeSet<String> {
    let path = format!("{}/src/texts/{code}/cli.ftl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let names = text.lines().filter_map(|line| line.split_once(" =")).map(|(name, _)| name.to_owned());
    names.filter(|name| kinds.iter().any(|kind| name.starts_with(kind))).collect()
}

#[test]
fn every_command_and_every_argument_has_a_text_in_every_language_and_every_text_is_of_one() {
    let declared = Cli::command();
    for lang in Language::ALL {
        let mut used = BTreeSet::new();
        let mut find = |names: &[String], part| {
            let name = names.iter().find(|name| lang.named(name, None).is_some());
            let name = name.unwrap_or_else(|| panic!("{lang}: none of {names:?}"));
            assert!(lang.named(name, part).is_some_and(|text| !text.is_empty()), "{lang}: {name} {part:?}");
            used.insert(name.clone());
        };
        for command in all(&declared) {
            let own = command.get_name();
            find(&[format!("cli-{own}")], command.get_after_help().map(|_| "after"));
            for arg in command.get_arguments() {
                let name = arg.get_id().as_str().replace('_', "-");
                let part = arg.get_action().takes_values().then_some("value");
                find(&[format!("arg-{own}-{name}"), format!("arg-{name}")], part);
                if let Some(heading) = arg.get_help_heading() {
                    let heading = heading.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
                    find(&[format!("heading-{heading}")], None);
                }
                for value in arg.get_possible_values().iter().filter(|value| value.get_help().is_some()) {
                    find(&[format!("choice-{name}-{}", value.get_name())], None);
                }
            }
        }
        assert_eq!(used, names(lang.code(), &["cli-", "arg-", "heading-", "choice-"]), "{lang}");
    }
}

/// The help that these words ask for, in lines of 100 columns.
fn help(words: &[&str], lang: Language) -> String {
    let args = std::iter::once("memstep").chain(words.iter().copied()).map(Into::into).collect();
    let error = parse(args, lang).unwrap_err();
    said(&error, lang, false, 100).unwrap_or_else(|| error.to_string())
}

/// Every page of help.
fn pages(lang: Language) -> Vec<(String, String)> {
    let declared = Cli::command();
    let commands = all(&declared).into_iter().skip(1).map(|command| vec![command.get_name()]);
    let mut pages = Vec::new();
    for words in std::iter::once(vec![]).chain(commands) {
        for how in ["-h", "--help"] {
            let words = [&words[..], &[how]].concat();
            pages.push((words.join(" "), help(&words, lang)));
        }
    }
    pages
}

#[test]
fn chinese_help() {
    for (words, page) in pages(Language::Zh) {
        for line in page.lines() {
            assert!(line.width() <= 100, "{words}: {} columns: {line}", line.width());
            assert!(
                !line.trim_start().starts_with(['，', '。', '；', '、', '：', '）', '”']),
                "{words}: {line}"
            );
            assert_eq!(line.trim_end(), line, "{words}");
        }
        if words.ends_with("--help") {
            let name = words
                .split(' ')
                .next()
                .unwrap_or_default()
                .trim_start_matches('-')
                .replace("help", "memstep");
            insta::assert_snapshot!(format!("zh_{name}"), page);
        }
    }
}

/// What Chinese help may say in Latin letters: names, and what one types.
const NAMES: &[&str] = &[
    "memcached",
    "memstep",
    "telnet",
    "FILE",
    "FILE.md",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "MEMSTEP_EVENTS_TOKEN",
    "NO_COLOR",
    "SHELL",
    "N",
    "TCP",
    "UDP",
    "UNIX",
    "MB",
    "ASCII",
    "UTF-8",
    "CAS",
    "EPOLLET",
    "README",
    "JSON",
    "Schema",
    "Markdown",
    "SIGUSR1",
    "SIGUSR2",
    "shell",
    "accept",
    "slab",
    "chunk",
    "core",
    "panic",
    "flush_all",
    "shutdown",
    "binary",
    "ascii",
    "auto",
    "host",
    "port",
    "lesson",
    ".session",
    "strace",
    "vvv",
    "yes",
    "no",
    "root",
    "state",
    "ev",
    "conn",
    "maxconns_fast",
    "hashpower",
    "hash_algorithm",
    "jenkins",
    "murmur3",
];

#[test]
fn no_english_word_stands_in_chinese_help() {
    let declared = Cli::command();
    let mut named: BTreeSet<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    for command in all(&declared) {
        named.insert(command.get_name().to_owned());
        for arg in command.get_arguments() {
            let values = arg.get_possible_values();
            named.extend(values.iter().map(|value| value.get_name().to_owned()));
        }
    }
    let mut found = BTreeSet::new();
    for (words, page) in pages(Language::Zh) {
        // What stands in backquotes is typed, and so is what begins with a dash.
        let typed = page.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        for word in typed.split(|c| !is_letter(c)).map(|word| word.trim_end_matches('.')) {
            let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic());
            if is_word && !named.contains(word) {
                found.insert(format!("{words}: {word}"));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_is_left_to_clap_but_what_it_alone_knows() {
    // In the language for tests each text of the catalogue has brackets around it: what has none is not from there.
    let brackets = Language::from_code("qps").unwrap();
    for (words, page) in pages(brackets) {
        for clap in [
            "Usage: memstep",
            "Options:",
            "Arguments:",
            "Commands:",
            "Print help",
            "Print version",
            "OPTIONS]",
        ] {
            let without = page.replace(&format!("⟦{clap}"), "").replace(&format!("[{clap}"), "");
            assert!(!without.contains(clap), "{words}: {clap}: {page}");
        }
    }
}

#[test]
fn where_a_page_is_narrow_its_texts_stay_beside_what_they_explain() {
    let args = ["memstep", "serve", "-h"].map(Into::into).to_vec();
    let error = parse(args, Language::Zh).unwrap_err();
    for width in [60, 72, 80] {
        let page = said(&error, Language::Zh, true, width).unwrap();
        assert!(page.contains('\u{1b}'), "help is bold where it may be");
        for line in page.lines() {
            let columns = textwrap::core::display_width(line);
            assert!(columns <= width, "{columns} of {width}: {line}");
        }
    }
}
