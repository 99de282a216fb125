//! What the tests of whole stories share: a story played against a fresh server and recorded, and
//! the comparison of what was seen with the reference, thread by thread (`compare.py`'s rules).

use super::settings;
use super::taped::Taped;
use memstep::event::Detail;
use memstep::memcached::settings::Settings;
use memstep::print::Print;
use memstep::session::{Session, play};
use memstep::trace::reader::TraceReader;
use memstep::tracer::TracerConfig;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Every story that was recorded from the real memcached.
pub const STORIES: &[&str] = &[
    "bad-chunk",
    "byte-by-byte",
    "commands",
    "errors",
    "hangups",
    "large-value",
    "multiget",
    "noreply",
    "one-packet",
    "pipelined",
    "round-robin",
    "set-get",
    "slow-reader",
    "too-large",
    "yield",
];

/// A file of the reference.
pub fn reference(file: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference")).join(file)
}

/// What a reference of four workers would be with one: the steps of a story are far apart, so what
/// four workers did in turn one does in the same order. Each thread is set up and started once.
pub fn with_one_worker(reference: &str) -> String {
    let mut out = String::new();
    let mut once = Vec::new();
    for line in reference.lines() {
        let mut line = line.to_owned();
        for i in 1..4 {
            line = line.replace(&format!("worker{i}"), "worker0").replace(&format!("pipe{i}"), "pipe0");
        }
        let is_set_up =
            ["setup_thread", "create_worker", "worker_libevent"].iter().any(|f| line.ends_with(f));
        if is_set_up && once.contains(&line) {
            continue;
        }
        if is_set_up {
            once.push(line.clone());
        }
        out += &line;
        out.push('\n');
    }
    out
}

/// Plays a reference story against a server of its own, with so many workers; the trace.
pub fn record(story: &str, detail: Detail, workers: u16) -> Vec<u8> {
    let file = format!("{story}.session");
    let source = std::fs::read_to_string(reference(&file)).unwrap();
    let session = Session::parse(&source, &file).unwrap();
    let settings = Settings { num_threads: workers, ..settings() };
    let taped = Taped::titled(story, settings, TracerConfig { detail, ..TracerConfig::default() });
    // The start-up is over once every thread sleeps; the references begin after it.
    std::thread::sleep(std::time::Duration::from_millis(100));
    let played = play(&session.steps, &file, taped.addr(), &mut |_| {});
    let trace = taped.stop();
    if let Err(error) = played {
        panic!("{error}");
    }
    trace
}

/// A trace in some format.
pub fn print(trace: &[u8], printer: &mut dyn Print) -> String {
    let mut reader = TraceReader::new(trace, "trace").unwrap();
    let mut out = Vec::new();
    printer.header(reader.header(), reader.raw_header(), &mut out).unwrap();
    while let Some(row) = reader.next_row().unwrap() {
        printer.event(&row.event, row.raw, &mut out).unwrap();
    }
    let end = reader.end();
    printer.end(end.as_ref().zip(reader.raw_end()), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Each thread's own lines. `loose` folds the loops whose sizes and repeats hang on the kernel's
/// socket buffers: one of each call, where it does not come again within two lines.
fn threads(lines: &str, loose: bool) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines.lines() {
        let (who, what) = line.trim().split_once(' ').unwrap();
        let lines = out.entry(who.to_owned()).or_default();
        let words: Vec<&str> = what.split_whitespace().collect();
        let folds =
            loose && matches!(words[0], "read" | "sendmsg" | "epoll_wait") && words[1].starts_with('c');
        let what = if folds {
            let name = words[1].split(':').next().unwrap();
            format!("{} {name}", words[0])
        } else {
            // Indentation tells depth in a list of calls; elsewhere the first blanks are padding.
            what.trim_start().to_owned()
        };
        if !(folds && lines.iter().rev().take(2).any(|before| *before == what)) {
            lines.push(what);
        }
    }
    out
}

/// What differs between the reference and what was seen, thread by thread; empty where nothing.
pub fn compare(reference: &str, seen: &str, loose: bool) -> String {
    let (reference, seen) = (threads(reference, loose), threads(seen, loose));
    let mut told = String::new();
    let names: std::collections::BTreeSet<&String> = reference.keys().chain(seen.keys()).collect();
    for name in names {
        let none = Vec::new();
        let (a, b) = (reference.get(name).unwrap_or(&none), seen.get(name).unwrap_or(&none));
        let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        if same < a.len() || same < b.len() {
            let at =
                |lines: &[String]| lines[same.saturating_sub(2)..lines.len().min(same + 5)].join("\n    ");
            told += &format!(
                "{name}, from line {}:\n  reference\n    {}\n  seen\n    {}\n",
                same + 1,
                at(a),
                at(b)
            );
        }
    }
    told
}
