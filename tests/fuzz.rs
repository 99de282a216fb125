//! What the fuzzers under `fuzz/` do for hours, for a moment on every machine: the project's own files, changed
//! here and there, are put to each target. What a fuzzer has found stands in `fuzz/found/`, by target.
#![allow(clippy::unwrap_used)]

#[path = "common/dialogues.rs"]
#[allow(dead_code)]
mod dialogues;
#[path = "common/targets.rs"]
mod targets;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::fs;
use std::path::{Path, PathBuf};
use targets::TARGETS;

/// How many inputs each target gets.
const INPUTS: u32 = 200;

fn files(folder: &str, extension: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|e| e == extension));
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The project's own inputs of a target.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let said = || dialogues::dialogues().into_iter().map(|d| d.turns.into_iter().flat_map(|(send, _)| send));
    let all = |lines: &[&str]| lines.iter().map(|line| line.as_bytes().to_vec()).collect();
    match target {
        "ascii" => said().map(|bytes| std::iter::once(1).chain(bytes).take(4000).collect()).collect(),
        "datagram" => {
            let header = [0x12, 0x34, 0, 0, 0, 1, 0, 0];
            said().map(|bytes| header.into_iter().chain(bytes).take(1400).collect()).collect()
        }
        // The beginning of each: a fuzzer turns over small things faster.
        "trace" | "screens" => {
            let all = [files("traces", "jsonl"), files("tests/samples", "jsonl")].concat();
            let some = |text: Vec<u8>| {
                text.split_inclusive(|byte| *byte == b'\n').take(60).flatten().copied().collect()
            };
            all.into_iter().map(some).collect()
        }
        "filter" => all(&[
            "ev=state & to=conn_nread",
            "conn=0 | worker=worker1 & !fd=9",
            "why~\"reset\" & ret<0",
            "(ev=read & ret>=100) | len!=3",
            "key~^a & op=hit",
            "t>1.5s & th=main",
            "conn in 1..3",
            "text=\"set a 0 0 4\"",
        ]),
        "session" => files("traces", "session"),
        "lesson" => [files("tutorials/en", "md"), files("tutorials/zh", "md")].concat(),
        "events_port" => all(&[
            "\x01status\nquit\n",
            "\x00help\nwatch\nx\n",
            "\x02hold\nstep 3 worker0\nstatus\nrelease\n",
            "\x01token x\nrecord start\nrecord next\nrecord stop\nrecord last\n",
            "\x03continue ev=read & conn=0\nquit\n",
            "\x00GET / HTTP/1.1\r\n\r\n",
        ]),
        other => unreachable!("{other}"),
    }
}

/// One change to an input.
#[derive(Debug, Clone)]
enum Change {
    Byte(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Twice(Index, usize),
    Cut(Index),
    /// The rest comes from another one.
    Splice(Index, Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let words: Vec<&[u8]> = vec![
        b"\r\n",
        b"\"",
        b"{",
        b"}",
        b"[",
        b"\\",
        b"-1",
        b"18446744073709551615",
        b"4294967296",
        b"\0",
        b"\xff",
        b" ",
        b":",
        b"\xc2\x9b",
        b"\xe2\x80\xae",
        b"null",
        b"1e999",
        b"&",
        b"(",
        b"```",
    ];
    let words = prop::sample::select(words).prop_map(<[u8]>::to_vec);
    let at = any::<Index>;
    prop_oneof![
        3 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        3 => (at(), words).prop_map(|(at, words)| Change::Insert(at, words)),
        2 => (at(), 1..40_usize).prop_map(|(at, n)| Change::Remove(at, n)),
        2 => (at(), 1..200_usize).prop_map(|(at, n)| Change::Twice(at, n)),
        1 => at().prop_map(Change::Cut),
        1 => (at(), at(), at()).prop_map(|(at, other, from)| Change::Splice(at, other, from)),
    ]
}

fn changed(seeds: &[Vec<u8>], which: Index, changes: &[Change]) -> Vec<u8> {
    let mut input = which.get(seeds).clone();
    for change in changes {
        if input.is_empty() {
            break;
        }
        let len = input.len();
        match change {
            Change::Byte(at, byte) => input[at.index(len)] = *byte,
            Change::Insert(at, bytes) => {
                drop(input.splice(at.index(len)..at.index(len), bytes.iter().copied()))
            }
            Change::Remove(at, n) => drop(input.drain(at.index(len)..(at.index(len) + n).min(len))),
            Change::Twice(at, n) => {
                let again = input[at.index(len)..(at.index(len) + n).min(len)].to_vec();
                drop(input.splice(at.index(len)..at.index(len), again));
            }
            Change::Cut(at) => input.truncate(at.index(len)),
            Change::Splice(at, other, from) => {
                let other = other.get(seeds);
                input.truncate(at.index(len));
                input.extend_from_slice(&other[from.index(other.len())..]);
            }
        }
    }
    input
}

#[test]
fn no_input_makes_it_panic_hang_or_let_out_what_is_hostile() {
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        // A small one may be any.
        seeds.iter().for_each(|seed| target(seed));
        let config = Config { cases: INPUTS, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
        let input = (any::<Index>(), prop::collection::vec(change(), 1..6))
            .prop_map(|(which, changes)| changed(&seeds, which, &changes));
        let done = runner.run(&input, |input| {
            target(&input);
            Ok(())
        });
        done.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn what_a_fuzzer_has_found_is_mended() {
    for (name, target) in TARGETS {
        let folder = Path::new("fuzz/found").join(name);
        for file in fs::read_dir(folder).into_iter().flatten() {
            target(&fs::read(file.unwrap().path()).unwrap());
        }
    }
}

/// Writes what a fuzzer begins with to the folder that `MEMSTEP_FUZZ_CORPUS` names (`fuzz/run` does).
#[test]
fn seeds_for_the_fuzzers() {
    let folder = std::env::var_os("MEMSTEP_FUZZ_CORPUS").map(PathBuf::from);
    for (name, _) in TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty());
        let Some(folder) = folder.as_ref().map(|folder| folder.join(name)) else { continue };
        fs::create_dir_all(&folder).unwrap();
        for (i, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{i}")), seed).unwrap();
        }
    }
}
