//! Who may use whom: what ARCHITECTURE.md says under "The layers".

use crate::code::{HOUSE, Module};
use std::fs;

/// The layers as they are written down.
struct Layers {
    /// Every part of the crate, from the bottom up, and the parts that it may use besides itself.
    parts: Vec<(String, Vec<String>)>,
    /// The server's files, each of which may use those before it; those of one group know each other.
    server: Vec<Vec<String>>,
}

impl Layers {
    fn read() -> Layers {
        let text = fs::read_to_string("ARCHITECTURE.md").unwrap();
        let section = text.split("\n## The layers\n").nth(1).expect("the layers");
        let section = section.split("\n## ").next().unwrap_or_default();
        Layers::parse(section.lines().filter_map(|line| line.strip_prefix("    ")))
    }

    fn parse<'a>(lines: impl Iterator<Item = &'a str>) -> Layers {
        let words = |text: &str| -> Vec<String> {
            text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
        };
        let mut layers = Layers { parts: Vec::new(), server: Vec::new() };
        for line in lines.filter(|line| !line.trim().is_empty()) {
            if line.contains("->") {
                let groups = line.split("->").map(words).filter(|group| !group.is_empty());
                layers.server.extend(groups);
                continue;
            }
            let (part, may) =
                line.split_once(": ").or(line.strip_suffix(':').map(|part| (part, ""))).expect(line);
            let may = match may.trim() {
                "all of these" => layers.parts.iter().map(|(part, _)| part.clone()).collect(),
                may => words(may),
            };
            let below = |name: &String| layers.parts.iter().any(|(part, _)| is_in(name, part));
            assert!(may.iter().all(below), "{part} may use only what stands above it: {may:?}");
            layers.parts.push((part.to_owned(), may));
        }
        layers
    }

    /// The part that a module belongs to.
    fn part_of(&self, module: &[String]) -> Option<&(String, Vec<String>)> {
        let name = module.join("::");
        self.parts.iter().filter(|(part, _)| is_in(&name, part)).max_by_key(|(part, _)| part.len())
    }
}

/// Whether a module is that one or stands in it.
fn is_in(module: &str, other: &str) -> bool {
    module.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[test]
fn every_file_uses_only_what_stands_before_it() {
    let layers = Layers::read();
    assert!(layers.parts.len() > 15 && layers.server.len() > 10, "the layers were not found");
    let mut wrong = Vec::new();
    for (own, file) in &HOUSE.files {
        let name = own.join("::");
        let Some((part, may)) = layers.part_of(own) else {
            // The library and a folder of parts only name what is in them.
            if !own.is_empty() && !layers.parts.iter().any(|(part, _)| is_in(part, &name)) {
                wrong.push(format!("{}: not in the table of parts", file.path.display()));
            }
            continue;
        };
        for path in &file.code.paths {
            let home = HOUSE.home(path);
            // A part may hand on what it uses itself; a folder of parts is none.
            let named = if layers.part_of(path).is_some() { path } else { &home };
            let Some((target, _)) = layers.part_of(named) else { continue };
            if target != part && !may.iter().any(|may| is_in(&named.join("::"), may)) {
                wrong.push(format!("{}: {part} may not use {}", file.path.display(), named.join("::")));
            }
            if part == "memcached" && target == "memcached" && own.len() > 1 && home.len() > 1 {
                let rank = |name: &String| layers.server.iter().position(|group| group.contains(name));
                let (Some(mine), Some(theirs)) = (rank(&own[1]), rank(&home[1])) else {
                    wrong.push(format!("{}: not in the server's order", file.path.display()));
                    continue;
                };
                if theirs > mine {
                    wrong.push(format!("{}: {} stands before {}", file.path.display(), own[1], home[1]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_part_and_every_file_of_the_server_is_there() {
    let layers = Layers::read();
    let is_there = |name: &str| {
        let module: Module = name.split("::").map(str::to_owned).collect();
        HOUSE.files.contains_key(&module)
    };
    for (part, may) in &layers.parts {
        assert!(is_there(part), "{part}: there is no such module");
        may.iter().for_each(|may| assert!(is_there(may), "{may}: there is no such module"));
    }
    for file in layers.server.iter().flatten() {
        assert!(is_there(&format!("memcached::{file}")), "{file}: the server has no such file");
    }
}

#[test]
fn the_rules_can_see_a_breach() {
    let paths = &HOUSE.code("src/memcached/drive_machine.rs").paths;
    assert!(paths.iter().any(|path| path.join("::") == "memcached::network::transmit"), "{paths:?}");
    assert!(paths.iter().any(|path| path.join("::") == "event::ConnState"), "{paths:?}");
}
