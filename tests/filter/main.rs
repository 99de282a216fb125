//! The filter language: which events are meant, and what is said of an expression that is none.
#![allow(clippy::unwrap_used)]

mod errors;
#[path = "../common/events.rs"]
mod events;
mod laws;

use memstep::event::*;
use memstep::filter::{Field, Filter, Subject, Type, Value};
use memstep::trace::reader::Recording;
use std::path::Path;

fn filter(expression: &str) -> Filter {
    Filter::parse(expression).unwrap_or_else(|e| panic!("{e}"))
}

/// Recordings in which nearly everything happens; the last has every kind of event once.
const STORIES: [&str; 5] = [
    "traces/set-get.jsonl",
    "traces/hangups.jsonl",
    "traces/slow-reader.jsonl",
    "traces/yield.jsonl",
    "tests/samples/v1-every-kind.jsonl",
];

fn said(expression: &str) -> String {
    Filter::parse(expression).unwrap_err().to_string()
}

fn story(path: &str) -> Vec<Event> {
    Recording::load(Path::new(path), false).unwrap().events
}

/// Expressions, and the same as a closure.
type Meant = &'static [(&'static str, fn(&Event) -> bool)];

const MEANT: Meant = &[
    ("ev=state & to=conn_nread & conn=0", |e| e.to() == Some(ConnState::Nread) && e.conn == Some(0)),
    ("th=worker0 | th=worker1", |e| matches!(e.th, Thread::Worker(0 | 1))),
    ("th~worker", |e| matches!(e.th, Thread::Worker(_))),
    ("worker!=worker0", |e| e.worker().is_some_and(|w| w != Thread::Worker(0))),
    ("!worker=worker0", |e| e.worker() != Some(Thread::Worker(0))),
    ("data~\"set\"", |e| e.data().is_some_and(|d| d.contains("set"))),
    ("text=\"STORED\"", |e| e.text() == Some("STORED")),
    ("key=a & (op=link | op=hit)", |e| e.key() == Some("a") && ["link", "hit"].contains(&e.op().unwrap())),
    ("ev!=call && ev!=return", |e| !matches!(e.kind(), Kind::Call | Kind::Return)),
    ("not (fn=drive_machine or fn=conn_new) and fn", |e| {
        e.function().is_some_and(|f| ![Function::DriveMachine, Function::ConnNew].contains(&f))
    }),
    ("cause", |e| e.cause.is_some()),
    ("errno", |e| e.errno().is_some()),
    ("errno==EAGAIN", |e| e.errno() == Some("EAGAIN")),
    ("why!~quit", |e| e.why().is_some_and(|n| !n.contains("quit"))),
    ("timer", |e| e.timer()),
    ("timer=false", |e| e.kind() == Kind::Wake && !e.timer()),
    ("seq>=100&seq<110", |e| (100..110).contains(&e.seq)),
    ("t>1.2ms & t<=61ms", |e| e.t > 1_200_000 && e.t <= 61_000_000),
    ("ev=read & ret=0", |e| e.kind() == Kind::Read && e.ret() == Some(0)),
    ("timeout=-1", |e| e.timeout() == Some(-1)),
    ("len>100", |e| {
        let iov = e.iov().into_iter().flatten().map(|p| p.len).sum();
        e.bytes().map_or(iov, |b| b.len) > 100
    }),
    ("rbytes>0", |e| e.set.as_ref().is_some_and(|s| s.rbytes > Some(0))),
    ("set.rlbytes=6 | noreply", |e| {
        e.set.as_ref().is_some_and(|s| s.rlbytes == Some(6) || s.noreply == Some(true))
    }),
    ("ev_flags=\"EV_PERSIST|EV_READ\"", |e| {
        e.set.as_ref().is_some_and(|s| s.ev_flags == Some(EvFlags::READ_PERSIST))
    }),
    ("set.item & !item.key", |e| e.set.as_ref().is_some_and(|s| s.item == Some(None))),
    ("item.size=6 & item.key=a", |e| {
        let item = e.set.as_ref().and_then(|s| s.item.clone()).flatten();
        item == Some(ConnItem { key: "a".into(), size: 6 })
    }),
];

#[test]
fn in_the_recorded_stories_those_events_match_that_are_meant() {
    let stories = STORIES.map(story);
    for (expression, meant) in MEANT {
        let (filter, mut found) = (filter(expression), 0);
        for event in stories.iter().flatten() {
            assert_eq!(filter.matches(event), meant(event), "{expression}: {event:?}");
            found += u32::from(meant(event));
        }
        assert!(found > 0, "{expression}: no event of the stories");
    }
    let count = |e: &str| stories[0].iter().filter(|event| filter(e).matches(*event)).count();
    assert_eq!(count("ev=state & to=conn_nread & conn=0"), 1);
    assert_eq!(count("ev=notify | ev=notified"), 2);
    assert_eq!(count("data~\"VALUE a 0 4\\r\\nabcd\""), 1, "in pieces of a sendmsg");
}

/// The first column of the examples that a page has after `heading`.
fn examples(page: &str, heading: &str) -> Vec<String> {
    let text = std::fs::read_to_string(page).unwrap().replace("//! ", "");
    let block = text.split(heading).nth(1).unwrap().split("```text\n").nth(1).unwrap().split("```").next();
    block.unwrap().lines().map(|line| line.split("   ").next().unwrap().to_owned()).collect()
}

#[test]
fn the_examples_of_the_pages_mean_something() {
    let events = STORIES.map(story).concat();
    let mut examples_found = 0;
    for (page, heading) in [("README.md", "## The filter language"), ("src/filter/mod.rs", "# The language")]
    {
        for example in examples(page, heading) {
            let filter = filter(&example);
            let found = events.iter().filter(|e| filter.matches(*e)).count();
            assert!(found > 0 && found < events.len(), "{page}: {example}: {found}");
            examples_found += 1;
        }
    }
    assert!(examples_found >= 14, "{examples_found}");
    let shown = std::fs::read_to_string("README.md").unwrap();
    assert!(shown.contains(&said("ev=stat & conn=0")), "the README's wrong expression");
}

/// What a thread has in its ring: numbers, where an [`Event`] has names.
struct Raw;

impl Subject for Raw {
    fn value(&self, field: Field) -> Option<Value<'_>> {
        Some(match field {
            Field::Seq | Field::T => Value::Number(7),
            Field::Th => Value::Thread(Thread::Worker(u16::MAX)),
            Field::Ev => Value::Word("read"),
            Field::Errno => Value::Word(memstep::event::Errno::from_number(104).name()),
            _ => return None,
        })
    }

    fn bytes(&self, _: Field, _: &mut dyn FnMut(&[u8], u64)) -> bool {
        false
    }
}

#[test]
fn what_has_an_error_s_number_is_asked_by_its_name() {
    let is = |e: &str| filter(e).matches(&Raw as &dyn Subject);
    assert!(is("errno=ECONNRESET & errno~RESET & errno & errno!=EAGAIN & !errno=EAGAIN"));
    assert!(!is("errno=EAGAIN | errno!=ECONNRESET | errno!~RESET"));
    assert!(is("th=worker65535 & th~ker65535 & th!=main & !len & !data & !conn"));
}

#[test]
fn every_field_is_what_the_trace_has_under_its_name() {
    let traces = std::fs::read_dir("traces").unwrap().map(|f| f.unwrap().path());
    let all = traces.filter(|p| p.extension().is_some_and(|e| e == "jsonl"));
    let all = all.chain([STORIES[4].into()]);
    let mut seen = std::collections::HashSet::new();
    for event in all.flat_map(|path| Recording::load(&path, false).unwrap().events) {
        seen.extend(fields_are_the_trace_s(&event));
    }
    assert!(seen.len() > 50, "{seen:?}");
}

/// Compares every field with the event's JSON; those that are there.
fn fields_are_the_trace_s(event: &Event) -> Vec<&'static str> {
    let json = serde_json::to_value(event).unwrap();
    let mut there = Vec::new();
    for field in Field::ALL {
        let path = format!("/{}", field.name().replace('.', "/"));
        let json = json.pointer(&path);
        let value = Subject::value(event, *field);
        let same = match (field.ty(), value, json) {
            (Type::Bytes, None, _) => true,
            (Type::Number, None, _) if *field == Field::Len => true,
            (Type::Part, Some(Value::Flag(true)), Some(_)) => true,
            // A wake-up for which nothing was ready has an empty list.
            (Type::Part, None, Some(json)) => json.as_array().is_some_and(Vec::is_empty),
            (Type::Flag, Some(Value::Flag(false)), None) => event.kind() == Kind::Wake,
            (_, None, None) => true,
            (_, Some(Value::Number(n)), Some(json)) => {
                json.as_u64().map(i128::from).or(json.as_i64().map(i128::from)) == Some(n)
            }
            (_, Some(Value::Word(w)), Some(json)) => json.as_str() == Some(w),
            (_, Some(Value::Thread(t)), Some(json)) => json.as_str() == Some(&t.to_string()),
            (_, Some(Value::Flag(flag)), Some(json)) => json.as_bool() == Some(flag),
            _ => false,
        };
        assert!(same, "{}: {value:?}, {json:?}", field.name());
        if value.is_some() {
            there.push(field.name());
        }
    }
    there
}

#[test]
fn every_field_of_an_event_can_be_asked_for() {
    // Those that are no fields of their own: their bytes are `data`, `text` and `key`; `world` is a snapshot.
    let apart = ["iov", "b64", "world"];
    let names: Vec<_> = Field::ALL.iter().map(|f| f.name()).collect();
    let every = std::fs::read_to_string(STORIES[4]).unwrap();
    for line in every.lines().filter(|l| l.contains("\"seq\"") && !l.contains("teleport")) {
        for name in serde_json::from_str::<serde_json::Value>(line).unwrap().as_object().unwrap().keys() {
            assert!(names.contains(&name.as_str()) || apart.contains(&name.as_str()), "{name}");
        }
    }
    for name in ConnSet::whole(&ConnImage::default()).names() {
        assert!(names.contains(&format!("set.{name}").as_str()), "{name}");
        assert_eq!(Field::from_name(name).unwrap().name(), format!("set.{name}"));
    }
    for field in Field::ALL {
        assert_eq!(Field::from_name(field.name()), Some(*field));
        assert_eq!(field.is_of_set(), field.name().starts_with("set"), "{}", field.name());
    }
}

#[test]
fn bytes_are_the_true_bytes_as_far_as_they_were_kept() {
    let event = |json: &str| -> Event {
        serde_json::from_str(&format!("{{\"seq\":1,\"t\":0,\"th\":\"main\",{json}}}")).unwrap()
    };
    let is = |json: &str, expression: &str| filter(expression).matches(&event(json));
    // set \xff
    assert!(is(r#""ev":"command","b64":"c2V0IP8=""#, r#"text="set \xff" & len=5 & !data"#));
    assert!(is(r#""ev":"item","b64":"c2V0IP8=""#, r"key!~\x80 | key".replace(r"\x80", r#""\x80""#).as_str()));
    assert!(is(r#""ev":"read","b64":"c2V0IP8=""#, r#"data~"\xff" & !text & !key"#));
    // In pieces, across their borders, but not across what was cut off.
    let pieces = |cut: u64| {
        format!(r#""ev":"sendmsg","iov":[{{"data":"aab","len":{}}},{{"data":"aac","len":3}}]"#, 3 + cut)
    };
    assert!(is(&pieces(0), "data~abaac & data~aac & data=aabaac & data!=aab & len=6"));
    assert!(is(&pieces(1), "data~aab & data~aac & data!~baa & data!=aabaac & len=7"));
    assert!(is(r#""ev":"read","data":"abc","len":9"#, "data!=abc & data~abc & len=9"));
    assert!(!is(r#""ev":"read","ret":0"#, "data | data!=a | data!~a | len | len!=3"));
}

#[test]
fn what_is_written_in_different_ways_is_one_filter() {
    for (written, canonical) in [
        ("ev=state&conn==0", "ev=state & conn=0"),
        ("not errno AND(th=main)", "!errno & th=main"),
        ("(ev=read|(ev=item||conn))&!(!fd)", "(ev=read | ev=item | conn) & !!fd"),
        ("!(ev=read & conn)", "!(ev=read & conn)"),
        ("set.rbytes=0&set.item&\nset", "rbytes=0 & set.item & set"),
        (
            "t>1.2s&t<=0.3ms|t=15µs|t=1500ns|t=0|t>-1.5s",
            "t>1200ms & t<=300us | t=15us | t=1500 | t=0 | t>-1500ms",
        ),
        ("errno=EWOULDBLOCK", "errno=EAGAIN"),
        ("ev=\"state\" | ev=\"teleport\"", "ev=state | ev=\"teleport\""),
        (
            "data~\"set\" | data~\"\" | data~\"\\x41 é\\x1b\\xff\\0\\\"\"",
            r#"data~set | data~"" | data~"A é\x1b\xff\0\"""#,
        ),
        ("peer=127.0.0.1:11211 & text=\"and\"", "peer=127.0.0.1:11211 & text=\"and\""),
        (
            "ev_flags=\"EV_PERSIST|EV_READ\" & noreply!=true",
            "ev_flags=\"EV_READ|EV_PERSIST\" & noreply!=true",
        ),
    ] {
        assert_eq!(filter(written).to_string(), canonical);
    }
}

#[test]
fn the_kinds_that_can_match_are_known_beforehand() {
    let kinds = |e: &str| {
        let kinds = filter(e).kinds();
        let mut names: Vec<_> = Kind::ALL.iter().filter(|k| kinds.has(**k)).map(|k| k.name()).collect();
        if kinds.has(Kind::from_name("teleport")) {
            names.push("...");
        }
        names.join(" ")
    };
    assert_eq!(kinds("ev=state & to=conn_nread"), "state");
    assert_eq!(kinds("(ev=read | ev=sendmsg & conn=0) & !ev=read"), "sendmsg");
    assert_eq!(kinds("ev~notif"), "notify notified ...");
    assert_eq!(kinds("ev=\"teleport\""), "...");
    assert_eq!(kinds("!(ev!=read | conn=0)"), "read");
    assert!(filter("ev=read & ev=item").kinds().is_empty());
    for all in ["conn=0", "ev=read | conn=0", "ev", "!(ev=read & conn=0)"] {
        assert!(filter(all).kinds().is_all(), "{all}");
    }
    assert!(filter("!(rbytes=0)").looks_at(Field::is_of_set) && !filter("conn=0").looks_at(Field::is_of_set));
}
