//! Lists the lessons in `tutorials/` and the recordings in `traces/`, so that the program carries them
//! with it and a new one needs no line of code.

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
    fs::write(Path::new(&out).join("library.rs"), code)
}

/// The names of a folder's files of that kind, in order; none where there is no folder.
fn files(folder: &Path, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(&format!(".{extension}"))).collect();
    names.sort();
    names
}
