//! No two files use each other, not by way of others either: each can be read with what it uses, and that ends.
//!
//! A module's own file and those in its folder are no circle: the one is made of the others and hands on what they
//! have, and they stand in it. What is handed on counts where it comes from.

use crate::code::{HOUSE, Module};
use std::collections::{BTreeMap, BTreeSet};

/// What uses what all the same, and why.
const ALLOWED: &[(&str, &str, &str)] = &[
    (
        "memcached::globals",
        "memcached::conn",
        "the table of connections has what knows the table, as in the C",
    ),
    ("model::conn", "model::buffers", "one struct in two files: its fields, and what they become"),
];

/// Which file uses which.
type Uses = BTreeMap<Module, BTreeSet<Module>>;

fn uses() -> Uses {
    let is_apart = |a: &Module, b: &Module| !a.starts_with(b) && !b.starts_with(a);
    let used = |(own, file): (&Module, &crate::code::File)| {
        let homes = file.code.paths.iter().map(|path| HOUSE.home(path));
        (own.clone(), homes.filter(|home| is_apart(own, home)).collect())
    };
    HOUSE.files.iter().map(used).collect()
}

/// The shortest way from a file back to itself.
fn circle(uses: &Uses, start: &Module) -> Option<Vec<Module>> {
    let mut ways = vec![vec![start.clone()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in &ways {
            for next in way.last().and_then(|last| uses.get(last)).into_iter().flatten() {
                let way = [way.as_slice(), std::slice::from_ref(next)].concat();
                if next == start {
                    return Some(way);
                }
                if seen.insert(next) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

fn named(name: &str) -> Module {
    name.split("::").map(str::to_owned).collect()
}

fn without(mut uses: Uses, left_out: impl Fn(&str, &str) -> bool) -> Uses {
    for (own, used) in &mut uses {
        used.retain(|home| !left_out(&own.join("::"), &home.join("::")));
    }
    uses
}

fn is_allowed(own: &str, home: &str) -> bool {
    ALLOWED.iter().any(|(from, to, _)| (own, home) == (*from, *to))
}

#[test]
fn files_do_not_use_each_other() {
    let uses = without(uses(), is_allowed);
    let told = |circle: Vec<Module>| circle.iter().map(|m| m.join("::")).collect::<Vec<_>>().join(" -> ");
    let circles: Vec<_> = uses.keys().filter_map(|own| circle(&uses, own)).map(told).collect();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn what_is_allowed_is_needed() {
    for (from, to, why) in ALLOWED {
        let uses = without(uses(), |own, home| is_allowed(own, home) && (own, home) != (*from, *to));
        let is_there = uses.get(&named(from)).is_some_and(|used| used.contains(&named(to)));
        assert!(
            is_there && circle(&uses, &named(from)).is_some(),
            "{from} -> {to} ({why}): that is no circle any more"
        );
    }
}

#[test]
fn a_circle_is_found_and_a_thing_counts_where_it_comes_from() {
    let uses: Uses = [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")]
        .map(|(own, used)| (named(own), used))
        .into_iter()
        .fold(Uses::new(), |mut uses, (own, used)| {
            uses.entry(own).or_default().insert(named(used));
            uses
        });
    assert_eq!(circle(&uses, &named("b")), Some(["b", "c", "b"].map(named).to_vec()));
    assert_eq!((circle(&uses, &named("a")), circle(&uses, &named("d"))), (None, None));
    let home = |path: &str| HOUSE.home(&named(path)).join("::");
    assert_eq!(home("memcached::items::ItemRef"), "memcached::items::chunk");
    assert_eq!(home("trace::reader::TraceReader::open"), "trace::file::reader");
    assert_eq!(home("lesson::QuestionKind::Next"), "lesson::ask");
    assert_eq!(home("trace::format::Detail"), "event");
}
