//! The sources as the compiler reads them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// `["memcached", "items", "store"]`; the library itself is `[]`.
pub type Module = Vec<String>;

/// All of `src/`, but for what is there for tests alone.
pub static HOUSE: LazyLock<House> = LazyLock::new(House::read);

pub struct House {
    pub files: BTreeMap<Module, File>,
}

/// A file, and what it has in it.
pub struct File {
    pub path: PathBuf,
    pub code: Code,
}

impl House {
    fn read() -> House {
        let mut paths = Vec::new();
        sources(Path::new("src"), &mut paths);
        assert!(paths.len() > 20, "the sources were not found");
        let read = |path: PathBuf| {
            let own = module(&path);
            let code = Code::of(&fs::read_to_string(&path).unwrap(), &own);
            (own, File { path, code })
        };
        let mut files: BTreeMap<_, _> = paths.into_iter().map(read).collect();
        let tests: Vec<Module> = files.values().flat_map(|file| file.code.tests.clone()).collect();
        assert!(tests.contains(&vec!["oracle".to_owned()]), "{tests:?}");
        files.retain(|own, _| !tests.iter().any(|test| own.starts_with(test)));
        House { files }
    }

    /// The code of the file at that path.
    pub fn code(&self, path: &str) -> &Code {
        &self.files[&module(Path::new(path))].code
    }

    /// The module whose file has what a path names, by whatever other modules it is handed on.
    pub fn home(&self, path: &[String]) -> Module {
        self.walk(path, 0).0
    }

    /// Whether a path names a module, and nothing in one.
    pub fn is_module(&self, path: &[String]) -> bool {
        self.walk(path, 0).1
    }

    /// How far a path goes from module to module, and whether it ends there.
    fn walk(&self, path: &[String], handed_on: usize) -> (Module, bool) {
        let mut at = Module::new();
        for (i, name) in path.iter().enumerate() {
            at.push(name.clone());
            if self.files.contains_key(&at) {
                continue;
            }
            at.pop();
            let stands_for = self.files.get(&at).and_then(|file| file.code.names.get(name));
            // A name that stands for itself comes from another crate.
            return match stands_for.filter(|_| handed_on < 8) {
                Some(real) => self.walk(&[real, &path[i + 1..]].concat(), handed_on + 1),
                None => (at, false),
            };
        }
        (at, true)
    }
}

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
pub fn module(path: &Path) -> Module {
    let path = path.strip_prefix("src").unwrap().with_extension("");
    let mut parts: Vec<_> = path.iter().map(|p| p.to_str().unwrap().to_owned()).collect();
    if parts.last().is_some_and(|p| p == "mod") {
        parts.pop();
    }
    if parts == ["lib"] {
        parts.pop();
    }
    parts
}

/// What a text of Rust has in it, without comments and what stands under `#[cfg(test)]`. The compiler's own
/// tokens are read: strings, lists in lists and comments are what they are to it.
#[derive(Default)]
pub struct Code {
    /// Every path that begins with `crate`, `memstep` or `super`, resolved against the module that it stands
    /// in; of a list in braces, each.
    pub paths: BTreeSet<Vec<String>>,
    /// The names that `use` brings into the file's own module, and the path that each stands for; where that
    /// begins with a name of this module or of a crate, it is as it is written, with this module before it.
    pub names: BTreeMap<String, Vec<String>>,
    /// The modules under `#[cfg(test)]` that have files of their own.
    pub tests: Vec<Vec<String>>,
    /// All of it, tokens with a blank between.
    pub text: String,
}

impl Code {
    pub fn of(text: &str, module: &[String]) -> Code {
        let mut code = Code::default();
        let tokens: TokenStream = text.parse().expect("Rust");
        let tokens: Vec<_> = tokens.into_iter().collect();
        code.imports(&tokens, module);
        code.read(&tokens, module);
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
            // Who may see a thing is no use of it, and how far off they may be does not matter.
            if is_word(token, "pub") && tokens.get(at + 1).is_some_and(is_scope) {
                self.text.push_str("pub ");
                at += 2;
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

    /// Takes in what `use` brings into the file's own module, tests left out.
    fn imports(&mut self, tokens: &[TokenTree], module: &[String]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if is_test(&tokens[at..]) {
                at += 2 + item(&tokens[at + 2..]).len();
                continue;
            }
            at += 1;
            if is_word(token, "use") {
                self.import(&tokens[at..], module, true);
            }
        }
    }

    fn import(&mut self, tokens: &[TokenTree], base: &[String], is_head: bool) {
        let (mut rest, mut path, mut is_head) = (tokens, base.to_vec(), is_head);
        loop {
            match rest {
                [word, ..] if is_head && is_word(word, "crate") => path.clear(),
                [word, ..] if is_head && is_word(word, "super") => drop(path.pop()),
                [word, ..] if is_word(word, "self") => {}
                [TokenTree::Ident(word), ..] => path.push(word.to_string()),
                [TokenTree::Group(list), ..] if list.delimiter() == Delimiter::Brace => {
                    let list: Vec<_> = list.stream().into_iter().collect();
                    return list
                        .split(|token| is_mark(token, ','))
                        .for_each(|one| self.import(one, &path, false));
                }
                _ => return,
            }
            is_head = is_word(&rest[0], "super");
            match rest {
                [_, a, b, after @ ..] if is_mark(a, ':') && is_mark(b, ':') => rest = after,
                [_, a, TokenTree::Ident(name), ..] if is_word(a, "as") => {
                    self.names.insert(name.to_string(), path);
                    return;
                }
                _ => break,
            }
        }
        if let Some(name) = path.last() {
            self.names.insert(name.clone(), path);
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

/// `(super)`, `(crate)`, `(in crate::ui)`: what may stand behind `pub`.
fn is_scope(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    let first = group.stream().into_iter().next();
    group.delimiter() == Delimiter::Parenthesis
        && first
            .is_some_and(|first| ["super", "crate", "self", "in"].iter().any(|word| is_word(&first, word)))
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
        pub(in crate::no::scope) fn h() { let x = super::after::all; }
        pub(super) use near::{Far, self, deep::{Deeper as Deepest}};";
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
    let name = |name: &str| code.names.get(name).map(|path| path.join("::"));
    assert_eq!(name("Event").as_deref(), Some("event::Event"));
    assert_eq!(name("told").as_deref(), Some("memcached::conn::tell"));
    assert_eq!(name("Far").as_deref(), Some("part::file::near::Far"));
    assert_eq!(name("near").as_deref(), Some("part::file::near"));
    assert_eq!(name("Deepest").as_deref(), Some("part::file::near::deep::Deeper"));
    assert_eq!((name("Cli"), name("Deeper")), (None, None));
}
