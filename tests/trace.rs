//! The trace file: what is written is what is read, and whatever is read is answered with an
//! event, a warning or a message that helps.
#![allow(clippy::unwrap_used)]

#[path = "common/events.rs"]
mod events;

use events::event;
use memstep::event::*;
use memstep::trace::format::{End, Header};
use memstep::trace::reader::{ReadError, Recording, TraceReader};
use proptest::prelude::*;
use std::io::{self, Write};

const HEAD: &str = r#"{"format":"memstep-trace","version":1,"tool":"memstep 0.1.0","threads":4}"#;
const MARK: &str = r#"{"seq":1,"t":0,"th":"main","ev":"mark","text":"start"}"#;
const END: &str = r#"{"end":true,"events":1,"dropped":0}"#;

fn reader(bytes: &[u8]) -> Result<TraceReader<&[u8]>, ReadError> {
    TraceReader::new(bytes, "x.jsonl")
}

fn recording(text: &str) -> Result<Recording, ReadError> {
    reader(text.as_bytes())?.into_recording()
}

fn message(text: &str) -> String {
    recording(text).unwrap_err().to_string()
}

fn warnings(text: &str) -> Vec<String> {
    recording(text).unwrap().warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_closed_recording_is_read_without_a_word() {
    let whole = recording(&format!("{HEAD}\n{MARK}\n{END}\n")).unwrap();
    assert_eq!((whole.header.threads, whole.events.len(), whole.warnings.len()), (4, 1, 0));
    assert_eq!(whole.end.unwrap().events, 1);
    // As an editor on Windows saves it.
    let dos = recording(&format!("\u{feff}{HEAD}\r\n{MARK}\r\n\r\n{END}\r\n")).unwrap();
    assert_eq!(dos, whole);
    // As an editor that leaves out the last line end saves it.
    assert_eq!(recording(&format!("{HEAD}\n{MARK}\n{END}")).unwrap(), whole);
}

#[test]
fn a_cut_recording_is_read_as_far_as_it_goes() {
    let not_closed = "recording not closed: it has no `end` line";
    assert_eq!(warnings(&format!("{HEAD}\n{MARK}\n")), [format!("line 2: {not_closed}")]);
    assert_eq!(
        warnings(&format!("{HEAD}\n{MARK}\n{}", &MARK[..30])),
        [
            "line 3: the last line is cut and was left out (EOF while parsing a string)".into(),
            format!("line 3: {not_closed}"),
        ]
    );
    // Cut within a character.
    let mut bytes = format!("{HEAD}\n{MARK}\n{{\"seq\":2,\"t\":0,\"text\":\"").into_bytes();
    bytes.push(0xc3);
    assert_eq!(reader(&bytes).unwrap().into_recording().unwrap().events.len(), 1);
    // Cut exactly before the line end: the event is whole.
    let exact = format!("{HEAD}\n{MARK}");
    assert_eq!(recording(&exact).unwrap().events.len(), 1);
    assert_eq!(warnings(&exact)[0], "line 2: the last line has no line end: the recording may be cut here");
}

#[test]
fn a_broken_line_in_the_middle_is_an_error_with_its_place() {
    let text = format!("{HEAD}\n{MARK}\n{{\"seq\":2,\"t\":\"now\"}}\n{MARK}\n{END}\n");
    insta::assert_snapshot!(message(&text), @r#"
    x.jsonl:3:18: expected an event: invalid type: string "now", expected u64, near "{\"seq\":2,\"t\":\"now\"}"
    `--lenient` counts such lines and skips them
    "#);
    let lenient = reader(text.as_bytes()).unwrap().lenient(true).into_recording().unwrap();
    assert_eq!(lenient.events.len(), 2);
    assert_eq!(lenient.warnings[0].what, "1 broken line skipped");
    // And a strict reader can go on when asked to.
    let mut strict = reader(text.as_bytes()).unwrap();
    let results: Vec<bool> = strict.by_ref().map(|r| r.is_ok()).collect();
    assert_eq!(results, [true, false, true]);
    assert_eq!(strict.skipped(), 1);
}

#[test]
fn a_line_after_the_end_is_an_error() {
    let twice = format!("{HEAD}\n{END}\n{HEAD}\n{END}\n");
    assert!(
        message(&twice).starts_with("x.jsonl:3:1: expected an event: the recording has ended"),
        "{}",
        message(&twice)
    );
}

#[test]
fn what_is_no_trace_is_refused_with_what_it_looks_like() {
    insta::assert_snapshot!(message(""), @r#"
    x.jsonl: is empty; expected a trace, whose first line starts {"format":"memstep-trace"
    `memstep record SESSION -o FILE` and `memstep serve --record FILE` write one
    "#);
    insta::assert_snapshot!(message("# A story.\nopen a\n"), @r##"
    x.jsonl:1:1: not a trace; expected a first line that starts {"format":"memstep-trace", found "# A story."
    it looks like a session script: `memstep record FILE -o TRACE` plays and records it
    "##);
    insta::assert_snapshot!(message(MARK), @r#"
    x.jsonl:1:1: not a trace; expected a first line that starts {"format":"memstep-trace", found "{\"seq\":1,\"t\":0,\"th\":\"main\",\"ev\":\"mark\",\""
    it looks like an event: has the first line of the trace been cut off?
    "#);
    let hostile = reader(b"\x1f\x8b\x08\x00\x1b]0;owned\x07").unwrap_err().to_string();
    insta::assert_snapshot!(hostile, @r#"
    x.jsonl:1:1: not a trace; expected a first line that starts {"format":"memstep-trace", found "\x1f\x8b\x08\0\x1b]0;owned\x07"
    it looks like gzip: `gunzip -c FILE | memstep print -` reads it
    "#);
    let newer = HEAD.replace("\"version\":1", "\"version\":2").replace("0.1.0", "9\\u001b[m");
    insta::assert_snapshot!(message(&newer), @r"
    x.jsonl: written by memstep 9\x1b[m, format version 2; this memstep reads up to 1
    a newer memstep reads it
    ");
    insta::assert_snapshot!(
        message(&HEAD.replace("\"version\":1", "\"version\":-1")),
        @"x.jsonl:1:1: the trace's header is not right: `version` must be a whole number from 1 to 1"
    );
    insta::assert_snapshot!(
        message(&HEAD.replace(":4}", ":\"four\"}")),
        @r#"x.jsonl:1:77: the trace's header is not right: invalid type: string "four", expected u32"#
    );
}

#[test]
fn an_unknown_kind_and_unknown_fields_pass_through_unchanged() {
    let teleport = r#"{"seq":1,"t":5,"th":"worker3","ev":"teleport","conn":0,"whither":{"x":[1,2]}}"#;
    let text = format!("{HEAD}\n{teleport}\n{END}\n");
    let mut reader = reader(text.as_bytes()).unwrap();
    let row = reader.next_row().unwrap().unwrap();
    assert_eq!((row.line, row.raw), (2, teleport));
    assert_eq!(row.event.kind(), Kind::from_name("teleport"));
    assert!(reader.next_row().unwrap().is_none());
    assert_eq!((reader.raw_header(), reader.raw_end()), (HEAD, Some(END)));
}

#[test]
fn hostile_lines_end_in_a_message_and_nothing_else() {
    let deep = "[".repeat(100_000);
    let nested = format!("{HEAD}\n{{\"seq\":1,\"t\":0,\"th\":\"main\",\"ev\":{deep}\n{MARK}\n");
    assert!(
        message(&nested).starts_with("x.jsonl:2:32: expected an event: invalid type"),
        "{}",
        message(&nested)
    );
    assert!(message(&format!("{deep}\n")).starts_with("x.jsonl:1:1: not a trace"));
    let unknown = format!("{HEAD}\n{{\"future\":{deep}\n{MARK}\n");
    assert!(message(&unknown).starts_with("x.jsonl:2:"), "{}", message(&unknown));
    assert!(message(&format!("{HEAD}\n\0\0\0\n{MARK}\n")).ends_with("skips them"));
    let mut bytes = format!("{HEAD}\n").into_bytes();
    bytes.extend_from_slice(b"{\"seq\":1,\"text\":\"\xff\xfe\x1b[2J\"}\n");
    let said = reader(&bytes).unwrap().into_recording().unwrap_err().to_string();
    assert!(said.starts_with("x.jsonl:2:18: expected an event: the line is not UTF-8"), "{said}");
    assert!(!said.contains('\x1b'), "{said}");
    // A long value in a wrong place is not repeated in full.
    let long = format!("{HEAD}\n{{\"seq\":\"{}\"}}\n{MARK}\n", "é".repeat(100_000));
    assert!(message(&long).len() < 500);
}

#[test]
fn every_version_that_ever_shipped_is_read_for_ever() {
    let mut samples = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples")).unwrap() {
        let path = entry.unwrap().path();
        let recording = Recording::load(&path, false).unwrap();
        assert!(recording.warnings.is_empty() && recording.end.is_some(), "{}", path.display());
        assert_eq!(recording.end.unwrap().events, recording.events.len() as u64, "{}", path.display());
        samples += 1;
    }
    assert!(samples > 0);
}

/// A file of one endless line: nothing may try to hold it.
#[derive(Debug)]
struct Endless {
    head: io::Cursor<Vec<u8>>,
    left: u64,
}

impl io::Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.head.read(buf)?;
        if n > 0 || self.left == 0 {
            return Ok(n);
        }
        let n = buf.len().min(self.left as usize);
        buf[..n].fill(b'v');
        self.left -= n as u64;
        Ok(n)
    }
}

#[test]
fn a_line_that_is_far_too_long_is_skipped_without_being_kept() {
    let endless = |head: &str| {
        let head = io::Cursor::new(head.as_bytes().to_vec());
        io::BufReader::with_capacity(1 << 20, Endless { head, left: 80 << 20 })
    };
    let error = TraceReader::new(endless(""), "zero").unwrap_err();
    assert!(matches!(error, ReadError::NotATrace { .. }));
    let mut reader = TraceReader::new(endless(&format!("{HEAD}\n")), "zero").unwrap();
    let said = reader.next_row().unwrap_err().to_string();
    assert!(said.starts_with("zero:2:1: expected an event: the line is longer than 64 MiB"), "{said}");
    assert!(said.len() < 300);
    assert!(reader.next_row().unwrap().is_none());
}

// ---- what is written is what is read ----

/// A trace of these events.
fn written(header: &Header, events: &[Event], end: Option<&End>) -> Vec<u8> {
    let lines = std::iter::once(serde_json::to_string(header));
    let lines = lines.chain(events.iter().map(serde_json::to_string)).chain(end.map(serde_json::to_string));
    lines.flat_map(|line| (line.unwrap() + "\n").into_bytes()).collect()
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(events in prop::collection::vec(event(), 0..20), title in ".{0,20}") {
        let header = Header { title, threads: 4, ..Header::default() };
        let end = End { end: true, events: events.len() as u64, ..End::default() };
        let file = written(&header, &events, Some(&end));
        let read = reader(&file).unwrap().into_recording().unwrap();
        prop_assert_eq!(&read.header, &header);
        prop_assert_eq!(&read.events, &events);
        prop_assert_eq!(read.end, Some(end));
        prop_assert_eq!(read.warnings.len(), 0);
        // The raw lines are the file.
        let mut reader = reader(&file).unwrap();
        let mut copy = format!("{}\n", reader.raw_header());
        while let Some(row) = reader.next_row().unwrap() {
            copy += &format!("{}\n", row.raw);
        }
        copy += &format!("{}\n", reader.raw_end().unwrap());
        prop_assert_eq!(copy.as_bytes(), &file[..]);
    }

    #[test]
    fn a_cut_anywhere_loses_the_cut_line_alone(events in prop::collection::vec(event(), 1..5), cut: prop::sample::Index) {
        let file = written(&Header::default(), &events, None);
        let head = file.iter().position(|b| *b == b'\n').unwrap() + 1;
        let cut = head + cut.index(file.len() - head);
        let read = reader(&file[..cut]).unwrap().into_recording().unwrap();
        let whole = file[head..cut].iter().filter(|b| **b == b'\n').count();
        prop_assert!(read.events.len() == whole || read.events.len() == whole + 1);
        prop_assert_eq!(&read.events[..], &events[..read.events.len()]);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), after_header: bool) {
        let mut file = Vec::new();
        if after_header {
            writeln!(file, "{HEAD}").unwrap();
        }
        file.extend_from_slice(&bytes);
        for lenient in [false, true] {
            if let Ok(reader) = reader(&file) {
                for result in reader.lenient(lenient) {
                    if let Err(error) = result {
                        prop_assert!(!error.to_string().replace('\n', "").chars().any(char::is_control));
                    }
                }
            }
        }
    }

    #[test]
    fn nearly_a_trace_never_panics(mut lines in prop::collection::vec(
        prop::sample::select(vec![HEAD, MARK, END, "{}", "[]", "null", "{\"end\":false}", "\"", "\u{1b}"]), 0..8),
        at: prop::sample::Index, byte: u8) {
        lines.insert(0, HEAD);
        let mut file = lines.join("\n").into_bytes();
        let at = at.index(file.len());
        file[at] = byte;
        if let Ok(reader) = reader(&file) {
            let _ = reader.lenient(true).into_recording();
        }
    }
}
