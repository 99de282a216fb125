//! The house keeps its order: who may use whom, and where nothing may be traced.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every part of the crate, and the parts that it may use besides itself. A part of the server may
/// use those that stand before it in [`SERVER`], too.
const PARTS: &[(&str, &[&str])] = &[
    ("event", &[]),
    ("text", &[]),
    ("filter", &["event", "text"]),
    ("glossary", &["event"]),
    ("tracer", &["event"]),
    ("memcached", &["event", "text", "tracer"]),
    ("trace", &["event", "text"]),
    ("trace::index", &["event", "filter", "model", "player", "trace"]),
    ("trace::recorder", &["event", "text", "filter", "tracer", "trace"]),
    ("trace::stream", &["event", "text", "tracer", "trace", "trace::recorder"]),
    ("print", &["event", "text", "trace"]),
    ("explain", &["event", "text"]),
    ("model", &["event", "text"]),
    ("player", &["event", "filter", "model"]),
    ("lesson", &["event", "text", "filter", "glossary", "explain", "model"]),
    ("session", &["text"]),
    ("ui", &["event", "text", "filter", "glossary", "trace::format", "model", "player", "explain", "lesson"]),
    ("cli", &["event", "lesson", "memcached::settings", "tracer", "trace::format", "trace::recorder", "ui"]),
    (
        "cmd",
        &[
            "cli",
            "event",
            "text",
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

/// The code of a file, without comments and without what is there for tests alone.
fn code(path: &Path) -> String {
    without_tests(&fs::read_to_string(path).unwrap()).0
}

/// A text without comments and without what stands under `#[cfg(test)]`; and the modules among the latter
/// that have files of their own.
fn without_tests(text: &str) -> (String, Vec<String>) {
    const TEST: &str = "#[cfg(test)]";
    let text = text.lines().map(|l| l.split("//").next().unwrap()).collect::<Vec<_>>().join("\n");
    let (mut code, mut modules) = (String::new(), Vec::new());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once(TEST) {
        code.push_str(before);
        let end = end_of_item(after);
        let words: Vec<&str> = after[..end].split_whitespace().collect();
        if let Some(at) = words.iter().position(|word| *word == "mod")
            && let Some(name) = words.get(at + 1).and_then(|name| name.strip_suffix(';'))
        {
            modules.push(name.to_owned());
        }
        rest = &after[end..];
    }
    code.push_str(rest);
    (code, modules)
}

/// Where the item, the field or the statement ends that `code` begins with.
fn end_of_item(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' => depth -= 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    // What follows a list of a `use`, or a field's braces, belongs to it.
                    let tail = code[at + 1..].chars().next().filter(|c| matches!(c, ';' | ','));
                    return at + 1 + usize::from(tail.is_some());
                }
            }
            ';' | ',' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The modules that are there for tests alone.
fn test_modules(files: &[PathBuf]) -> Vec<Vec<String>> {
    let declared = |file: &PathBuf| {
        let own = module(file);
        let own = if own == ["lib"] { Vec::new() } else { own };
        let (_, names) = without_tests(&fs::read_to_string(file).unwrap());
        names.into_iter().map(move |name| [own.clone(), vec![name]].concat()).collect::<Vec<_>>()
    };
    files.iter().flat_map(declared).collect()
}

/// Every path that begins with `crate::` or `super::`, resolved against the file's own module; of a
/// list in braces, each.
fn used(path: &Path) -> Vec<Vec<String>> {
    let own = module(path);
    let code = code(path);
    let mut found = Vec::new();
    for (start, head) in ["crate::", "memstep::", "super::"]
        .iter()
        .flat_map(|head| code.match_indices(head).collect::<Vec<_>>())
    {
        if start > 0 && code[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let mut base = if head == "super::" { own.clone() } else { Vec::new() };
        let mut rest = &code[start..];
        while let Some(r) = rest.strip_prefix("super::") {
            // A file's module and a folder's mod.rs both have their parent one step up.
            base.pop();
            rest = r;
        }
        rest = rest.strip_prefix("crate::").or(rest.strip_prefix("memstep::")).unwrap_or(rest);
        let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        let mut chain = base.clone();
        while !word(rest).is_empty() {
            let w = word(rest);
            rest = &rest[w.len()..];
            chain.push(w);
            match rest.strip_prefix("::") {
                Some(r) => rest = r,
                None => break,
            }
        }
        if let Some(list) = rest.strip_prefix('{') {
            let list = list.split('}').next().unwrap();
            for item in list.split(',') {
                let mut chain = chain.clone();
                chain.extend(item.trim().split("::").map(word).filter(|w| !w.is_empty()));
                found.push(chain);
            }
        } else {
            found.push(chain);
        }
    }
    found
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
        for path in used(file) {
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
    let paths = used(Path::new("src/memcached/drive_machine.rs"));
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
        }";
    let (code, modules) = without_tests(text);
    assert_eq!(modules, ["tests", "eyes"]);
    for seen in ["event::Event", "conn::Conn", "util::Line", "thread::g"] {
        assert!(code.contains(seen), "{seen} is not seen in {code}");
    }
    for unseen in ["Eye", "ui::App", "cli", "cmd::look"] {
        assert!(!code.contains(unseen), "{unseen} is seen in {code}");
    }
}

#[test]
fn drive_machine_traces_nothing() {
    let code = code(Path::new("src/memcached/drive_machine.rs"));
    for word in ["emit", "tracer", "tell", "enter("] {
        assert!(!code.contains(word), "drive_machine.rs: {word}: arms call, leaves emit");
    }
}

/// The compiler takes any number of states for a match, since a recording may have others; the server has these.
#[test]
fn drive_machine_has_an_arm_for_every_state() {
    let code = code(Path::new("src/memcached/drive_machine.rs"));
    let variant = |name: &str| -> String {
        let words = name.trim_start_matches("conn_").split('_');
        words.map(|w| w[..1].to_uppercase() + &w[1..]).collect()
    };
    for state in memstep::event::ConnState::ALL.iter().filter(|state| state.name() != "conn_closed") {
        let arm = format!("ConnState::{} =>", variant(state.name()));
        assert!(code.contains(&arm), "{arm} is not there");
    }
}

#[test]
fn drive_machine_fits_on_a_screen() {
    let code = fs::read_to_string("src/memcached/drive_machine.rs").unwrap();
    let body = code.split("pub fn drive_machine").nth(1).unwrap().split("\n}\n").next().unwrap();
    assert!(body.lines().count() <= 60, "{} lines", body.lines().count());
}
