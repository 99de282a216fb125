//! Lists the lessons in `tutorials/` and the recordings in `traces/`, so that the program carries them
//! with it and a new one needs no line of code; and makes Rust of the schema of events and of the texts for people.

#[path = "src/event/schema/generate/mod.rs"]
mod generate;
#[path = "src/event/schema/parse.rs"]
mod parse;
#[path = "src/texts/generate.rs"]
mod texts;

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let (root, out) = (Path::new(&root), Path::new(&out));
    let languages = languages(root)?;
    let mut code = String::from("const LESSONS: &[(&str, &str, &str)] = &[\n");
    for language in &languages {
        for file in files(&root.join("tutorials").join(language), "md") {
            let stem = file.trim_end_matches(".md");
            let path = root.join("tutorials").join(language).join(&file);
            let _ = writeln!(code, "    ({language:?}, {stem:?}, include_str!({path:?})),");
        }
    }
    code += "];\nconst RECORDINGS: &[(&str, &[u8])] = &[\n";
    for file in files(&root.join("traces"), "jsonl") {
        let path = root.join("traces").join(&file);
        let _ = writeln!(code, "    ({file:?}, include_bytes!({path:?})),");
    }
    code += "];\n";
    println!("cargo::rerun-if-changed=tutorials");
    println!("cargo::rerun-if-changed=traces");
    fs::write(out.join("library.rs"), code)?;
    texts_of(&languages, root, out)?;
    schema(root, out)
}

/// The languages that there are texts in, English first: a folder for each.
fn languages(root: &Path) -> io::Result<Vec<String>> {
    let mut codes = Vec::new();
    for entry in fs::read_dir(root.join("src/texts"))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            codes.extend(entry.file_name().into_string());
        }
    }
    codes.sort_by_key(|code| (code != "en", code.clone()));
    Ok(codes)
}

/// A language of brackets alone, for tests: no user ever sees it.
const BRACKETS: &str = "qps";

/// What is made of the texts for people.
fn texts_of(languages: &[String], root: &Path, out: &Path) -> io::Result<()> {
    let folder = root.join("src/texts");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut all = Vec::new();
    for code in languages {
        let mut sources = Vec::new();
        for file in files(&folder.join(code), "ftl") {
            let text = fs::read_to_string(folder.join(code).join(&file))?;
            sources.push(texts::TextFile { path: format!("src/texts/{code}/{file}"), text });
        }
        all.push(texts::Texts::read(code, &sources).map_err(io::Error::other)?);
    }
    if env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        all.extend(all.first().map(|english| english.in_brackets(BRACKETS)));
    }
    let folder = out.join("texts");
    fs::create_dir_all(&folder)?;
    for language in &all {
        fs::write(folder.join(format!("{}.ftl", language.code)), language.ftl())?;
    }
    fs::write(folder.join("texts.rs"), texts::rust(&all).map_err(io::Error::other)?)
}

/// What is made of the table of events.
fn schema(root: &Path, out: &Path) -> io::Result<()> {
    let rooms = root.join("src/event/schema");
    println!("cargo::rerun-if-changed={}", rooms.display());
    let table = rooms.join("events.schema");
    let schema = parse::parse(&fs::read_to_string(&table)?)
        .map_err(|error| io::Error::other(format!("{}: {error}", table.display())))?;
    let folder = out.join("schema");
    fs::create_dir_all(&folder)?;
    for (name, code) in generate::all(&schema) {
        fs::write(folder.join(name), code)?;
    }
    Ok(())
}

/// The names of a folder's files of that kind, in order; none where there is no folder.
fn files(folder: &Path, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(&format!(".{extension}"))).collect();
    names.sort();
    names
}
