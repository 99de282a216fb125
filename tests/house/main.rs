//! The house keeps its order: who may use whom, and where nothing may be traced.
#![allow(clippy::unwrap_used)]

use memstep::event::MODELS;
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Every part of the crate, and the parts that it may use besides itself. A part of the server may
/// use those that stand before it in [`SERVER`], too.
const PARTS: &[(&str, &[&str])] = &[
    ("event", &[]),
    ("text", &[]),
    ("files", &[]),
    ("filter", &["event", "text"]),
    ("glossary", &["event"]),
    ("tracer", &["event"]),
    ("memcached", &["event", "text", "tracer"]),
    ("trace", &["event", "text", "files"]),
    ("trace::index", &["event", "filter", "model", "player", "trace"]),
    ("trace::recording", &["event", "text", "files", "filter", "tracer", "trace"]),
    ("print", &["event", "text", "trace"]),
    ("explain", &["event", "text"]),
    ("model", &["event", "text"]),
    ("player", &["event", "filter", "model"]),
    ("lesson", &["event", "text", "files", "filter", "glossary", "explain", "model"]),
    ("session", &["text"]),
    ("ui", &["event", "text", "filter", "glossary", "trace::format", "model", "player", "explain", "lesson"]),
    ("cli", &["event", "lesson", "memcached::settings", "tracer", "trace::format", "trace::recorder", "ui"]),
    (
        "cmd",
        &[
            "cli",
            "event",
            "text",
            "files",
            "tracer",
            "memcached",
            "trace",
            "print",
            "explain",
            "filter",
            "glossary",
            "lesson",
            "model",
            "player",
            "session",
            "ui",
        ],
    ),
    ("lib", &[]),
    ("main", &["cli", "cmd"]),
];

/// The server's files, each of which may use those before it. `conn` and `globals` know each other,
/// as `struct conn` and the table of connections do.
const SERVER: &[&[&str]] = &[
    &["util"],
    &["settings"],
    &["event_base"],
    &["conn_queue"],
    &["items"],
    &["prefix_stats"],
    &["globals", "conn"],
    &["network"],
    &["udp"],
    &["ascii"],
    &["drive_machine"],
    &["thread"],
    &["server_socket"],
    &["server"],
];

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// `memcached/items/store.rs` is `["memcached", "items", "store"]`.
fn module(path: &Path) -> Vec<String> {
    let path = path.strip_prefix("src").unwrap().with_extension("");
    let mut parts: Vec<_> = path.iter().map(|p| p.to_str().unwrap().to_owned()).collect();
    if parts.last().is_some_and(|p| p == "mod") {
        parts.pop();
    }
    parts
}

/// The code of a file that is there for more than tests.
fn code(path: &Path) -> Code {
    Code::of(&fs::read_to_string(path).unwrap(), &module(path))
}

/// What a text of Rust has in it, without comments and what stands under `#[cfg(test)]`. The compiler's own
/// tokens are read: strings, lists in lists and comments are what they are to it.
#[derive(Default)]
struct Code {
    /// Every path that begins with `crate`, `memstep` or `super`, resolved against the module that it stands
    /// in; of a list in braces, each.
    paths: BTreeSet<Vec<String>>,
    /// The modules under `#[cfg(test)]` that have files of their own.
    tests: Vec<Vec<String>>,
    /// All of it, tokens with a blank between.
    text: String,
}

impl Code {
    fn of(text: &str, module: &[String]) -> Code {
        let mut code = Code::default();
        let tokens: TokenStream = text.parse().expect("Rust");
        code.read(&tokens.into_iter().collect::<Vec<_>>(), module);
        code
    }

    fn read(&mut self, tokens: &[TokenTree], module: &[String]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if is_test(&tokens[at..]) {
                let item = item(&tokens[at + 2..]);
                if let [.., a, TokenTree::Ident(name), end] = item
                    && is_word(a, "mod")
                    && is_mark(end, ';')
                {
                    self.tests.push([module, &[name.to_string()]].concat());
                }
                at += 2 + item.len();
                continue;
            }
            let is_inside = matches!(&tokens[..at], [.., a, b] if is_mark(a, ':') && is_mark(b, ':'));
            if !is_inside && ["crate", "memstep", "super"].iter().any(|head| is_word(token, head)) {
                self.path(&tokens[at..], module, true);
            }
            match token {
                TokenTree::Group(group) => {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    let name = match &tokens[..at] {
                        [.., a, TokenTree::Ident(name)] if is_word(a, "mod") => Some(name.to_string()),
                        _ => None,
                    };
                    let (open, close) = match group.delimiter() {
                        Delimiter::Brace => ("{ ", "} "),
                        Delimiter::Parenthesis => ("( ", ") "),
                        Delimiter::Bracket => ("[ ", "] "),
                        Delimiter::None => ("", ""),
                    };
                    self.text.push_str(open);
                    self.read(&inner, &[module, name.as_slice()].concat());
                    self.text.push_str(close);
                }
                TokenTree::Punct(mark) => {
                    self.text.push(mark.as_char());
                    if mark.spacing() == Spacing::Alone {
                        self.text.push(' ');
                    }
                }
                other => self.text.push_str(&format!("{other} ")),
            }
            at += 1;
        }
    }

    /// Takes in the path that begins here, `base` being where its first word is looked for.
    fn path(&mut self, tokens: &[TokenTree], base: &[String], is_head: bool) {
        let mut rest = tokens;
        let (mut path, mut is_head) = (base.to_vec(), is_head);
        loop {
            match rest {
                [word, ..] if is_head && (is_word(word, "crate") || is_word(word, "memstep")) => path.clear(),
                // A file's module and a folder's mod.rs both have their parent one step up.
                [word, ..] if is_head && is_word(word, "super") => drop(path.pop()),
                [TokenTree::Ident(word), ..] => path.push(word.to_string()),
                [TokenTree::Group(list), ..] if list.delimiter() == Delimiter::Brace => {
                    let list: Vec<_> = list.stream().into_iter().collect();
                    return list
                        .split(|token| is_mark(token, ','))
                        .for_each(|one| self.path(one, &path, false));
                }
                _ => break,
            }
            is_head = is_word(&rest[0], "super");
            match rest {
                [_, a, b, after @ ..] if is_mark(a, ':') && is_mark(b, ':') => rest = after,
                _ => break,
            }
        }
        self.paths.insert(path);
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// Whether `#[cfg(test)]` stands here.
fn is_test(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [hash, TokenTree::Group(what), ..]
        if is_mark(hash, '#') && what.to_string().replace(' ', "") == "[cfg(test)]")
}

/// The item, the field or the statement that these begin with. One that goes on behind braces or a comma of
/// its own counts as code from there on.
fn item(tokens: &[TokenTree]) -> &[TokenTree] {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        other => is_mark(other, ';') || is_mark(other, ','),
    };
    let end = tokens.iter().position(ends).map_or(tokens.len(), |end| end + 1);
    // What follows a list of a `use`, or a field's braces, belongs to it.
    let tail = tokens.get(end).is_some_and(|tail| is_mark(tail, ';') || is_mark(tail, ','));
    let is_list = matches!(tokens.get(end.wrapping_sub(1)), Some(TokenTree::Group(_)));
    &tokens[..end + usize::from(tail && is_list)]
}

/// The modules that are there for tests alone.
fn test_modules(files: &[PathBuf]) -> Vec<Vec<String>> {
    let declared = |file: &PathBuf| {
        let own = module(file);
        let own = if own == ["lib"] { Vec::new() } else { own };
        Code::of(&fs::read_to_string(file).unwrap(), &own).tests
    };
    files.iter().flat_map(declared).collect()
}

fn part_of<'a>(module: &[String], parts: &BTreeMap<&'a str, &'a [&'a str]>) -> Option<&'a str> {
    let joined = module.join("::");
    parts
        .keys()
        .filter(|p| joined == **p || joined.starts_with(&format!("{p}::")))
        .max_by_key(|p| p.len())
        .copied()
}

#[test]
fn every_file_uses_only_what_stands_before_it() {
    let parts: BTreeMap<_, _> = PARTS.iter().map(|(p, may)| (*p, *may)).collect();
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let tests = test_modules(&files);
    assert!(tests.contains(&vec!["oracle".to_owned()]), "{tests:?}");
    let mut wrong = Vec::new();
    for file in &files {
        let own = module(file);
        if tests.iter().any(|test| own.starts_with(test)) {
            continue;
        }
        let Some(part) = part_of(&own, &parts) else {
            wrong.push(format!("{}: not in the table of parts", file.display()));
            continue;
        };
        for path in code(file).paths {
            let Some(target) = part_of(&path, &parts) else { continue };
            let allowed = target == part
                || parts[part]
                    .iter()
                    .any(|may| target == *may || path.join("::").starts_with(&format!("{may}::")));
            if !allowed {
                wrong.push(format!("{}: {part} may not use {}", file.display(), path.join("::")));
            }
            if part == "memcached" && target == "memcached" && own.len() > 1 && path.len() > 1 {
                let rank = |name: &str| SERVER.iter().position(|level| level.contains(&name));
                if let (Some(mine), Some(theirs)) = (rank(&own[1]), rank(&path[1]))
                    && theirs > mine
                {
                    wrong.push(format!("{}: {} stands before {}", file.display(), own[1], path[1]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rules_can_see_a_breach() {
    let paths = code(Path::new("src/memcached/drive_machine.rs")).paths;
    assert!(paths.iter().any(|p| p.join("::") == "memcached::network::transmit"), "{paths:?}");
    assert!(paths.iter().any(|p| p.join("::") == "event::ConnState"), "{paths:?}");
}

#[test]
fn what_comes_after_a_test_is_read_too() {
    let text = "use crate::event::Event;
        #[cfg(test)]
        mod tests;
        #[cfg(test)]
        pub(crate) mod eyes;
        use crate::memcached::conn::Conn;
        struct S {
            #[cfg(test)]
            eye: Eye,
            conn: crate::memcached::util::Line,
        }
        #[cfg(test)]
        #[allow(dead_code)]
        mod inner { use crate::ui::App; fn f() { g() } }
        #[cfg(test)]
        use crate::cli::{Cli, Other};
        fn f() {
            #[cfg(test)]
            if let Some(x) = crate::cmd::look(&[1, 2]) { return; }
            crate::memcached::thread::g();
        }
        mod deeper { use super::super::near; }
        use crate::{a::{b, c::D}, memcached::conn::{self, tell as told}};
        const S: &str = \"{ // \";
        fn g() { println!(\"{}\", crate::m::inside_a_macro('{')); } // crate::no::comment
        /// [`crate::no::doc`]
        fn h() { let x = super::after::all; }";
    let own = ["part".to_owned(), "file".to_owned()];
    let code = Code::of(text, &own);
    let names: Vec<_> = code.tests.iter().map(|test| test.join("::")).collect();
    assert_eq!(names, ["part::file::tests", "part::file::eyes"]);
    let paths: Vec<_> = code.paths.iter().map(|path| path.join("::")).collect();
    let all = [
        "a::b",
        "a::c::D",
        "event::Event",
        "m::inside_a_macro",
        "memcached::conn::Conn",
        "memcached::conn::self",
        "memcached::conn::tell",
        "memcached::thread::g",
        "memcached::util::Line",
        "part::after::all",
        "part::near",
    ];
    assert_eq!(paths, all);
    assert!(!code.text.contains("Eye"), "{}", code.text);
}

/// Whoever writes a file asks `files` for it: what is there already is not lost, and nobody else reads it.
#[test]
fn files_are_written_in_one_place() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let tests = test_modules(&files);
    let is_one = |file: &&PathBuf| {
        let own = module(file);
        own != ["files"] && !tests.iter().any(|test| own.starts_with(test))
    };
    for file in files.iter().filter(is_one) {
        let text = code(file).text;
        for word in ["File :: create", "File :: options", "OpenOptions", "fs :: write", "fs :: copy"] {
            assert!(!text.contains(word), "{}: {word}: that is for files.rs", file.display());
        }
    }
}

/// The places of memcached's source that a code names: `at::conn_new`, `at::conn_new::event_add`.
fn places(text: &str) -> impl Iterator<Item = String> {
    text.split(" at :: ").skip(1).map(|rest| {
        let mut words = rest.split(' ');
        let mut name = words.next().unwrap_or_default().to_owned();
        while words.next() == Some("::") {
            name = [&name, "::", words.next().unwrap_or_default()].concat();
        }
        name
    })
}

/// Which line of the C stands where is said once, in the version's table; everybody else names the place.
#[test]
fn places_in_memcached_are_named_and_every_name_is_used() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let tests = test_modules(&files);
    let is_one = |file: &&PathBuf| {
        let own = module(file);
        !own.starts_with(&["event".to_owned(), "version".to_owned()])
            && !tests.iter().any(|test| own.starts_with(test))
    };
    let is_line = |word: &&str| {
        let source = word.strip_prefix('"').and_then(|word| word.strip_suffix('"'));
        let file = source.and_then(|s| s.split_once(':')).filter(|(_, line)| line.parse::<u32>().is_ok());
        file.is_some_and(|(file, _)| file.ends_with(".c") || file.ends_with(".h"))
    };
    let mut used = BTreeSet::new();
    for file in files.iter().filter(is_one) {
        let text = code(file).text;
        let line = text.split(' ').find(is_line);
        assert_eq!(line, None, "{}: name the place, with event::at", file.display());
        used.extend(places(&text));
    }
    for file in ["src/glossary/en.md", "src/glossary/zh.md"] {
        let text = fs::read_to_string(file).unwrap();
        used.extend(
            text.lines().filter_map(|line| Some(line.strip_prefix("`@")?.trim_end_matches('`').to_owned())),
        );
    }
    used.extend(MODELS.functions.iter().map(|(_, place)| place.name().to_owned()));
    for (place, source) in MODELS.places {
        assert!(used.contains(place.name()), "{place:?} ({source}): nobody names it");
    }
}

#[test]
fn a_named_place_is_seen() {
    let code = Code::of("fn f() { g(at::a, &[at::b::c, at::d], format::e); at::f::g }", &[]);
    let seen: Vec<_> = places(&code.text).collect();
    assert_eq!(seen, ["a", "b::c", "d", "f::g"]);
}

#[test]
fn drive_machine_traces_nothing() {
    let code = code(Path::new("src/memcached/drive_machine.rs")).text;
    for word in ["emit", "tracer", "tell", "enter ("] {
        assert!(!code.contains(word), "drive_machine.rs: {word}: arms call, leaves emit");
    }
}

/// The compiler takes any number of states for a match, since a recording may have others; the server has these.
#[test]
fn drive_machine_has_an_arm_for_every_state() {
    let code = code(Path::new("src/memcached/drive_machine.rs")).text;
    let variant = |name: &str| -> String {
        let words = name.trim_start_matches("conn_").split('_');
        words.map(|w| w[..1].to_uppercase() + &w[1..]).collect()
    };
    for state in memstep::event::MODELS.states.iter().filter(|state| state.name() != "conn_closed") {
        let arm = format!("ConnState :: {} =>", variant(state.name()));
        assert!(code.contains(&arm), "{arm} is not there");
    }
}

#[test]
fn drive_machine_fits_on_a_screen() {
    let code = fs::read_to_string("src/memcached/drive_machine.rs").unwrap();
    let body = code.split("pub fn drive_machine").nth(1).unwrap().split("\n}\n").next().unwrap();
    assert!(body.lines().count() <= 60, "{} lines", body.lines().count());
}
