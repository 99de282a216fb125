//! Lists the lessons in `tutorials/` and the recordings in `traces/`, so that the program carries them
//! with it and a new one needs no line of code; and makes Rust of the schema of events.

#[path = "src/event/schema/generate/mod.rs"]
mod generate;
#[path = "src/event/schema/parse.rs"]
mod parse;

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let mut code = String::from("const LESSONS: &[(Lang, &str, &str)] = &[\n");
    for (lang, folder) in [("En", "tutorials/en"), ("Zh", "tutorials/zh")] {
        for file in files(&Path::new(&root).join(folder), "md") {
            let name = format!("{folder}/{file}");
            let stem = file.trim_end_matches(".md");
            let _ = writeln!(
                code,
                "    (Lang::{lang}, {stem:?}, include_str!({:?})),",
                Path::new(&root).join(&name)
            );
        }
    }
    code += "];\nconst RECORDINGS: &[(&str, &[u8])] = &[\n";
    for file in files(&Path::new(&root).join("traces"), "jsonl") {
        let path = Path::new(&root).join("traces").join(&file);
        let _ = writeln!(code, "    ({file:?}, include_bytes!({path:?})),");
    }
    code += "];\n";
    println!("cargo::rerun-if-changed=tutorials");
    println!("cargo::rerun-if-changed=traces");
    fs::write(Path::new(&out).join("library.rs"), code)?;
    schema(Path::new(&root), Path::new(&out))
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
