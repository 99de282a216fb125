//! ARCHITECTURE.md and the library's own page name no file and no module that is not there.

use crate::code::{HOUSE, Module};
use std::fs;
use std::path::{Path, PathBuf};

/// What stands in backticks in a page, its blocks of code left out.
fn quoted(page: &str) -> Vec<String> {
    let mut is_code = false;
    let prose = page.lines().filter(|line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence && !line.starts_with("    ")
    });
    let prose = prose.collect::<Vec<_>>().join(" ");
    assert!(prose.split('`').count() % 2 == 1, "a backtick has no other");
    prose.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every file and folder of the sources.
fn paths() -> Vec<PathBuf> {
    fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            }
            out.push(path);
        }
    }
    let mut out = Vec::new();
    walk(Path::new("src"), &mut out);
    out
}

/// Whether a word names a file or a folder: by its way from here, or by the end of its way in `src/`.
fn is_path(word: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let has_end = [".rs", ".md", ".schema", "/"].iter().any(|end| word.ends_with(end));
    (has_end || word.starts_with("src/")) && word.chars().all(is_name)
}

/// Whether a word names a module by its way from the library: all of it is of modules' names.
fn is_module(word: &str) -> bool {
    let is_name = |name: &str| name.starts_with(|c: char| c.is_ascii_lowercase());
    let first = word.split("::").next().unwrap_or_default();
    word.contains("::")
        && word.split("::").all(is_name)
        && HOUSE.files.contains_key([first.to_owned()].as_slice())
}

/// The words of a page that name what is not there.
fn missing(words: &[String]) -> Vec<&String> {
    let paths = paths();
    let is_missing = |word: &&String| {
        if is_path(word) {
            let is_end = |path: &PathBuf| path.ends_with(word.trim_end_matches('/'));
            return !Path::new(word.as_str()).exists() && !paths.iter().any(is_end);
        }
        let module: Module = word.split("::").map(str::to_owned).collect();
        is_module(word) && !HOUSE.is_module(&module)
    };
    words.iter().filter(is_missing).collect()
}

#[test]
fn what_the_pages_name_is_there() {
    let architecture = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let library = fs::read_to_string("src/lib.rs").unwrap();
    let library: String = library
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    for (page, text) in [("ARCHITECTURE.md", architecture), ("src/lib.rs", library)] {
        let words = quoted(&text);
        assert!(words.iter().any(|word| is_path(word) || is_module(word)), "{page}: nothing was found");
        assert_eq!(missing(&words), [""; 0], "{page}: there is no such file or module");
    }
}

/// Under the map's table the server's files are named by their names alone.
#[test]
fn the_files_of_the_server_that_the_map_names_are_there() {
    let page = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let map = page.split("\n## The map\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let words = quoted(map.split("\nInside `src/memcached/`").nth(1).expect("the server's files"));
    let names: Vec<_> =
        words.iter().filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_')).collect();
    assert!(names.len() > 10, "{words:?}");
    for name in names {
        let is_there = HOUSE
            .files
            .keys()
            .any(|own| own[..] != ["memcached"] && own.last() == Some(name) && own[0] == "memcached");
        assert!(is_there, "{name}: the server has no such file");
    }
}

#[test]
fn what_is_not_there_is_found() {
    let page =
        "`src/ui/` `src/trace/writer.rs` `ui/keys.rs` `keys/mod.rs` `term/` `trace::reader` `trace::writer`
`trace::file::quick` `event::conn` `Filter::needs` `at::conn_new` `conn`
```text
`nothing.rs`
```
    `nothing.rs`
`memcached.c:352` `FORMAT.md` `traces/FORMAT.md`";
    assert_eq!(missing(&quoted(page)), ["src/trace/writer.rs", "ui/keys.rs", "trace::writer", "FORMAT.md"]);
}
