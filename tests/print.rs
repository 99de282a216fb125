//! The story in words: every kind of event once, as `print --format text` tells it.
#![allow(clippy::unwrap_used)]

mod common;

use common::stories::print;
use memstep::event::Kind;
use memstep::print::text::Text;
use memstep::texts::Language;
use memstep::trace::reader::TraceReader;

/// A file of version 1 as it shipped: later versions must read it, too.
const EVERY_KIND: &str = include_str!("samples/v1-every-kind.jsonl");

#[test]
fn every_kind_is_told_in_words() {
    let mut reader = TraceReader::new(EVERY_KIND.as_bytes(), "x").unwrap();
    let mut told: Vec<Kind> = reader.by_ref().map(|event| event.unwrap().kind()).collect();
    told.dedup();
    for kind in Kind::ALL {
        assert!(told.contains(kind), "{kind} is not among them");
    }
    let text = print(EVERY_KIND.as_bytes(), &mut Text::default());
    assert!(!text.replace('\n', "").chars().any(char::is_control), "{text:?}");
    insta::assert_snapshot!(text);
}

#[test]
fn the_story_in_chinese() {
    let trace = include_bytes!("../traces/one-packet.jsonl");
    insta::assert_snapshot!(print(trace, &mut Text::new(Language::Zh)));
}
