//! The index of a file gives what reading all of it gives: the same events, worlds and findings, and the
//! same words about what is wrong, however one moves about in it.
#![allow(clippy::unwrap_used)]

#[path = "common/events.rs"]
mod events;

use memstep::event::{Event, Kind};
use memstep::filter::Filter;
use memstep::player::{Direction, Found, Player, Source};
use memstep::trace::index::Index;
use memstep::trace::reader::{ReadError, Recording, TraceReader};
use proptest::prelude::*;
use proptest::sample::Index as Pick;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

const HEAD: &str = r#"{"format":"memstep-trace","version":1,"threads":4}"#;
const END: &str = r#"{"end":true,"events":1,"dropped":0}"#;
/// Far more than any machine needs; it turns a hang into a failure.
const PATIENCE: Duration = Duration::from_secs(60);

fn read(bytes: &[u8], lenient: bool) -> Result<Recording, ReadError> {
    TraceReader::new(bytes, "x.jsonl")?.lenient(lenient).into_recording()
}

fn index(bytes: &[u8], lenient: bool, chunk: u64) -> Index {
    let index = Index::in_chunks(bytes.to_vec(), "x.jsonl", lenient, chunk).unwrap();
    assert!(index.wait(PATIENCE), "it is never done");
    index
}

fn all(index: &Index) -> Vec<Event> {
    index.slice(0..usize::MAX).iter().map(|e| Event::clone(e)).collect()
}

/// Holds the index against the reader, lenient and not.
fn same(bytes: &[u8], chunk: u64) {
    let (whole, index_) = (read(bytes, true).unwrap(), index(bytes, true, chunk));
    assert_eq!(all(&index_), whole.events);
    assert_eq!(index_.end(), whole.end);
    let warnings: Vec<_> = whole.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(index_.warnings(), warnings);
    let chapters: Vec<_> =
        (0..).zip(&whole.events).filter(|(_, e)| e.kind() == Kind::Mark).map(|(at, _)| at).collect();
    assert_eq!(index_.chapters().iter().map(|(at, _)| *at).collect::<Vec<_>>(), chapters);
    for (at, event) in whole.events.iter().enumerate() {
        assert_eq!((index_.seq(at), index_.time(at)), (Some(event.seq), Some(event.t)));
        assert_eq!(index_.index_of(index_.place(at).unwrap()), at);
    }
    let strict = index(bytes, false, chunk);
    match (read(bytes, false), strict.take_problem()) {
        (Err(error), Some(problem)) => assert_eq!(problem.to_string(), error.to_string()),
        (Ok(_), None) => {}
        (read, problem) => panic!("{read:?} but {problem:?}"),
    }
}

#[test]
fn what_may_stand_before_a_header_is_nothing_there_alone() {
    let head = r#"{"format":"memstep-trace","version":1,"threads":4}"#;
    for text in [
        format!("{head}\n\u{feff}\n"),
        format!("\u{feff}\n\r\n{head}\nno event\n"),
        format!("\n{head}\n{END}\n\u{feff}"),
    ] {
        for chunk in [1, 7, 3000] {
            same(text.as_bytes(), chunk);
        }
    }
}

/// One line, as recorders, other tools and accidents write it.
fn line() -> impl Strategy<Value = String> {
    (events::event().boxed(), 0u8..14, any::<Pick>(), "[^\\r\\n]{0,20}").prop_map(|(event, how, cut, any)| {
        let written = serde_json::to_string(&event).unwrap();
        match how {
            0..6 => written,
            // Another order of the members, blanks between them, a member that nobody knows.
            6 | 7 => serde_json::to_value(&event).unwrap().to_string(),
            8 => written.replace("\":", "\": "),
            9 => written.replacen('{', "{\"end\":0,", 1),
            10 => String::new(),
            11 => " \t ".to_owned(),
            12 => {
                let cut = cut.index(written.len());
                (0..=cut)
                    .rev()
                    .find(|at| written.is_char_boundary(*at))
                    .map(|at| written[..at].to_owned())
                    .unwrap()
            }
            _ => any,
        }
    })
}

/// A whole file: its lines, whether it has an end and where, how its lines end, and what it lacks.
fn trace() -> impl Strategy<Value = Vec<u8>> {
    let lines = prop::collection::vec(line(), 0..30);
    (lines, any::<Option<Pick>>(), any::<bool>(), 0usize..40, any::<bool>()).prop_map(
        |(mut lines, end, at_the_end, cut, dos)| {
            match end {
                Some(_) if at_the_end => lines.push(END.to_owned()),
                Some(at) => lines.insert(at.index(lines.len() + 1), END.to_owned()),
                None => {}
            }
            let newline = if dos { "\r\n" } else { "\n" };
            let mut bytes = HEAD.to_owned().into_bytes();
            bytes.extend_from_slice(newline.as_bytes());
            let header = bytes.len();
            lines.iter().for_each(|line| bytes.extend_from_slice(format!("{line}{newline}").as_bytes()));
            bytes.truncate(bytes.len().saturating_sub(cut.saturating_sub(20)).max(header));
            bytes
        },
    )
}

/// The recorded story, its events lost here and there, and a snapshot in the middle.
fn story() -> Vec<u8> {
    let text = fs::read_to_string("traces/set-get.jsonl").unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.drain(200..210);
    let mut out: Vec<String> = lines.iter().map(|line| line.to_string()).collect();
    out.insert(
        120,
        r#"{"seq":119,"t":1,"th":"main","ev":"snapshot","world":{"accepted":1,"threads":[],"listeners":[],"conns":[]}}"#
            .into(),
    );
    out.insert(90, r#"{"ev":"teleport","th":"worker300","t":1,"seq":89,"where":{"x":[1,2]}}"#.into());
    out.insert(60, "no event".into());
    (out.join("\n") + "\n").into_bytes()
}

fn go_on(player: &mut Player) {
    while player.on_way_to().is_some() {
        player.work();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_takes_for_events_what_the_reader_does(bytes in trace(), chunk in 1u64..3000) {
        same(&bytes, chunk);
    }

    #[test]
    fn any_bytes_after_a_header_do_no_harm(
        bytes in prop::collection::vec(prop_oneof![
            4 => any::<u8>(), 2 => Just(b'\n'), 2 => prop::sample::select(&b"{}\":,\\ \r"[..]),
        ], 0..400),
        chunk in 1u64..100,
    ) {
        same(&[HEAD.as_bytes(), b"\n", &bytes].concat(), chunk);
    }

    #[test]
    fn one_moves_in_it_as_in_memory(
        moves in prop::collection::vec((0u8..9, any::<Pick>(), 1usize..400), 1..40),
        chunk in 500u64..40_000,
    ) {
        let bytes = story();
        let whole = read(&bytes, true).unwrap().events;
        let mut memory = Player::new(4, whole.clone());
        let index: Arc<dyn Source> = Arc::new(index(&bytes, true, chunk));
        let mut file = Player::of(index);
        let filters = [
            "ev=state", "conn=0", "ev=state & to=conn_nread", "th=worker0 | th=worker1", "th=worker300", "errno", "conn=7",
            "ev=\"teleport\"", "data~set", "ev=accept | ev=close & conn=0", "!ev=state & !th=main", "cause",
        ];
        for (kind, pick, n) in moves {
            match kind {
                0 => prop_assert_eq!(file.step(), memory.step()),
                1 => prop_assert_eq!(file.back(), memory.back()),
                2 => prop_assert_eq!(file.seek(n as u64), memory.seek(n as u64)),
                3 => {
                    let t = pick.get(&whole).t;
                    prop_assert_eq!(file.seek_time(t), memory.seek_time(t));
                }
                4 => prop_assert_eq!(file.other_end(), memory.other_end()),
                5 | 6 => {
                    let filter = Filter::parse(pick.get::<&str>(&filters)).unwrap();
                    let way = if kind == 5 { Direction::Forward } else { Direction::Back };
                    let mut found = Found::GoOn(n);
                    while let Found::GoOn(at) = found {
                        let next = file.find(&filter, at, way, n);
                        prop_assert_ne!(next, found, "it makes no way");
                        found = next;
                    }
                    prop_assert_eq!(found, memory.find(&filter, n, way, usize::MAX), "{} from {}", filter, n);
                }
                7 => prop_assert_eq!(file.last(), memory.last()),
                _ => prop_assert_eq!(file.go(n), memory.go(n)),
            }
            go_on(&mut file);
            prop_assert_eq!(file.cursor(), memory.cursor());
            prop_assert_eq!(file.current(), memory.current());
            prop_assert_eq!(file.world(), memory.world());
            prop_assert_eq!(file.seqs(), memory.seqs());
        }
    }
}

#[test]
fn a_broken_line_is_said_with_its_place_and_the_rest_is_there() {
    let index = index(&story(), false, 700);
    assert_eq!(all(&index), read(&story(), true).unwrap().events);
    let said = index.warnings().remove(0);
    assert!(said.starts_with("x.jsonl:61:2: expected an event: not JSON"), "{said}");
    assert!(index.take_problem().unwrap().is_skippable());
}

#[test]
fn notes_that_were_added_after_the_end_are_no_mistake() {
    let mark = r#"{"seq":1,"t":0,"th":"main","ev":"mark","text":"start"}"#;
    let note = r#"{"ev":"note","at":1,"text":"here"}"#;
    for chunk in [1, 40, 1000] {
        let index = index(format!("{HEAD}\n{mark}\n{END}\n{note}\n{note}\n").as_bytes(), false, chunk);
        assert_eq!((index.len(), index.warnings(), index.end().is_some()), (1, Vec::new(), true));
        assert!(index.take_problem().is_none());
    }
}

#[test]
fn a_file_that_grows_or_shrinks_while_it_is_open_does_no_harm() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, story()).unwrap();
    let whole = read(&story(), true).unwrap().events;
    let index = Arc::new(Index::open(file.path(), true).unwrap());
    assert!(index.wait(PATIENCE));
    let mut player = Player::of(index.clone());
    let more = [story(), b"{\"seq\":9".to_vec()].concat();
    fs::write(&file, &more).unwrap();
    assert_eq!((index.len(), all(&index)), (whole.len(), whole.clone()), "what was added is not looked at");

    let half = story().len() / 2;
    fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(half as u64).unwrap();
    player.last();
    go_on(&mut player);
    assert_eq!(player.current().unwrap().kind(), Kind::from_name("unreadable"));
    assert_eq!(index.slice(0..usize::MAX).len(), whole.len(), "every place is still a place");
    assert!(index.warnings()[0].contains("made shorter"));
    for at in 0..whole.len() {
        player.go(at);
        go_on(&mut player);
    }
    let filter = Filter::parse("data~nowhere").unwrap();
    assert_eq!(index.find(&filter, 0, Direction::Forward, usize::MAX), Found::Nowhere);
}

#[test]
fn it_can_be_used_before_it_is_done() {
    let once = fs::read_to_string("traces/yield.jsonl").unwrap();
    let mut lines = once.lines();
    let mut text = lines.next().unwrap().to_owned() + "\n";
    let body: Vec<&str> = lines.filter(|line| !line.starts_with("{\"end\"")).collect();
    (0..40).for_each(|_| text += &(body.join("\n") + "\n"));
    let index = Arc::new(Index::in_chunks(text.into_bytes(), "x.jsonl", false, 5000).unwrap());
    let mut player = Player::of(index.clone());
    // Whatever is known at each moment, one can go there and look around, and nothing waits.
    while !index.progress().is_done() {
        player.last();
        player.work();
        player.slice(player.cursor().unwrap_or(0).saturating_sub(10)..player.len());
        player.find(&Filter::parse("ev=close").unwrap(), 0, Direction::Forward, 100);
        assert!(index.progress().percent <= 100);
    }
    player.last();
    go_on(&mut player);
    assert_eq!((player.len(), player.cursor()), (40 * body.len(), Some(40 * body.len() - 1)));
}
