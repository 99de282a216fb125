//! One name, one thing: a type that other files can see has a name of its own.

use crate::code::{Code, HOUSE};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Names that stand for two things all the same, and why.
const ALLOWED: &[(&str, &str)] = &[];

/// The types that a code defines for others to see: what `pub` stands before, however far that reaches, and the
/// vocabularies.
fn types(text: &str) -> Vec<&str> {
    let words: Vec<_> = text.split(' ').collect();
    let mut types = Vec::new();
    for at in 0..words.len() {
        match words[at..] {
            // A macro's own word is no name yet.
            ["pub", "struct" | "enum" | "union" | "trait" | "type", name, ..] if name != "$" => {
                types.push(name)
            }
            ["vocabulary", "!", "{", ref rest @ ..] => {
                let is_head = |pair: &&[&str]| pair[1] == "{" && pair[0].starts_with(char::is_uppercase);
                types.extend(rest.windows(2).find(is_head).map(|pair| pair[0]));
            }
            _ => {}
        }
    }
    types
}

/// What the build has made of the table of kinds and fields.
fn made() -> Vec<(String, Code)> {
    let files = fs::read_dir(Path::new(env!("OUT_DIR")).join("schema")).unwrap();
    let read =
        |path: PathBuf| (path.display().to_string(), Code::of(&fs::read_to_string(path).unwrap(), &[]));
    files.map(|file| read(file.unwrap().path())).collect()
}

#[test]
fn a_type_has_a_name_of_its_own() {
    let made = made();
    let written = HOUSE.files.values().map(|file| (file.path.display().to_string(), &file.code));
    let mut homes = BTreeMap::<_, Vec<_>>::new();
    for (path, code) in written.chain(made.iter().map(|(path, code)| (path.clone(), code))) {
        for name in types(&code.text) {
            homes.entry(name).or_default().push(path.clone());
        }
    }
    for name in ["Event", "Function", "Kind"] {
        assert!(homes.contains_key(name), "{name} was not found");
    }
    homes.retain(|_, files| files.len() > 1);
    for (name, why) in ALLOWED {
        assert!(homes.remove(name).is_some(), "{name} stands for one thing and need not be allowed: {why}");
    }
    assert!(homes.is_empty(), "one name, one thing: {homes:#?}");
}

#[test]
fn a_type_that_others_can_see_is_found() {
    let code =
        "pub struct A; struct B; pub(super) enum C {} pub(in crate::ui) type D = u8; pub trait E { type F; }
        vocabulary! { /// A word.
        G { /// One.
        One = \"one\", } }
        macro_rules! h { () => { pub enum I {} } } fn j(k: (u8,)) { struct L; }
        #[cfg(test)] mod tests { pub struct M; }";
    assert_eq!(types(&Code::of(code, &[]).text), ["A", "C", "D", "E", "G", "I"]);
}
