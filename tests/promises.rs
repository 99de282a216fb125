//! What the trace format promises, held against recordings of several clients at once: line by
//! line as JSON, byte by byte against what the clients themselves saw.
#![allow(clippy::unwrap_used)]

mod common;

use common::clients::{Leaving, Plan, Told, plan, play, request, still_answers};
use common::settings;
use common::taped::{Taped, checked};
use memstep::event::{ConnFields, Detail, Event, Kind};
use memstep::memcached::server::Server;
use memstep::memcached::settings::Settings;
use memstep::trace::recorder::{FileConfig, Recorder, RecorderCommand, Sinks, header};
use memstep::tracer::{Hub, TracerConfig};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// Kinds that are system calls with a result of their own.
const CALLS: &[&str] = &[
    "listen",
    "bind",
    "setsockopt",
    "event_add",
    "event_del",
    "notify",
    "notified",
    "read",
    "recvfrom",
    "sendmsg",
    "close",
];

/// Promises 1, 2, 4, 5, 6, 7 and 9, which one sees line by line.
fn lines(trace: &[u8], threads: u16, max_data: usize) {
    let text = std::str::from_utf8(trace).expect("UTF-8");
    assert!(text.ends_with('\n'), "whole lines");
    let lines: Vec<Map<String, Value>> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (header, rest) = lines.split_first().unwrap();
    let (end, events) = rest.split_last().unwrap();
    // A recording that begins in the middle of the server's life says how it found it.
    let snapshot = events.first().filter(|first| first["ev"] == "snapshot");
    let (first, mut accepted) = match snapshot {
        Some(at) => (at["seq"].as_u64().unwrap(), at["world"]["accepted"].as_u64().unwrap()),
        None => (1, 0),
    };
    assert_eq!(header["format"], "memstep-trace");
    assert_eq!((&header["version"], &header["threads"]), (&1.into(), &threads.into()));
    assert_eq!((&header["unit"], &header["max_data"]), (&"ns".into(), &max_data.into()));
    assert_eq!((&end["end"], &end["dropped"]), (&true.into(), &0.into()));
    assert_eq!(end["events"], events.len());
    let mut last: HashMap<&str, u64> = HashMap::new();
    for (seq, event) in (first..).zip(events) {
        let line = || Value::Object(event.clone()).to_string();
        assert_eq!(event["seq"], seq, "{}", line());
        assert!(event["ev"] != "snapshot" || seq == first, "{}", line());
        let (th, ev) = (event["th"].as_str().unwrap(), event["ev"].as_str().unwrap());
        let worker = th.strip_prefix("worker").and_then(|n| n.parse::<u16>().ok());
        assert!(th == "main" || worker.is_some_and(|n| n < threads), "{}", line());
        let t = event["t"].as_u64().unwrap();
        let own = ev != "snapshot";
        assert!(!own || last.insert(th, t).is_none_or(|before| before <= t), "{}", line());
        if ev == "accept" && event.contains_key("conn") {
            assert_eq!(event["conn"], accepted, "{}", line());
            accepted += 1;
        }
        if CALLS.contains(&ev) {
            assert!(event.contains_key("ret") != event.contains_key("errno"), "{}", line());
        }
        for (name, value) in event {
            let flat = !value.is_object() && !value.is_array();
            assert!(flat || ["set", "ready", "iov", "world"].contains(&name.as_str()), "{name}: {}", line());
        }
        payload(event, max_data, &line);
        for piece in event.get("iov").and_then(Value::as_array).into_iter().flatten() {
            let piece = piece.as_object().unwrap();
            assert!(piece.contains_key("len"), "{}", line());
            payload(piece, max_data, &line);
        }
    }
}

/// Text where it is valid, else base64; as much as was to be kept, and the true length if cut.
fn payload(of: &Map<String, Value>, max_data: usize, line: &dyn Fn() -> String) {
    use base64::Engine as _;
    let text = ["data", "text", "key"].iter().find_map(|name| of.get(*name));
    let kept = match (text, of.get("b64")) {
        (Some(_), Some(_)) => panic!("both: {}", line()),
        (Some(text), None) => text.as_str().unwrap().as_bytes().to_vec(),
        (None, Some(b64)) => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(b64.as_str().unwrap()).unwrap();
            assert!(std::str::from_utf8(&bytes).is_err(), "might be text: {}", line());
            bytes
        }
        (None, None) => return,
    };
    // A mark is our own, and never cut.
    assert!(kept.len() <= max_data || of.get("ev") == Some(&"mark".into()), "{}", line());
    if let Some(len) = of.get("len").and_then(Value::as_u64) {
        assert!(len >= kept.len() as u64, "{}", line());
    }
}

/// Promise 8: folding gives every field of every connection, and what the events say happened is
/// what the fields say. Promise 3 as far as one connection goes: nothing is taken before it came.
fn fields(events: &[Event]) {
    let mut conns: HashMap<u32, ConnFields> = HashMap::new();
    for event in events {
        for found in event.world().iter().flat_map(|world| &world.conns) {
            let mut fields = ConnFields::default();
            found.set.iter().for_each(|set| set.apply(&mut fields));
            conns.insert(found.conn, fields);
        }
        let Some(conn) = event.conn else { continue };
        let at = || format!("#{} {} of c{conn}: {:?}", event.seq, event.kind(), event.set);
        let before = conns.get(&conn).cloned();
        let now = conns.entry(conn).or_default();
        if let Some(set) = &event.set {
            set.apply(now);
            assert!(!set.is_empty(), "{}", at());
        }
        assert!(now.rsize == 0 || now.rcurr + now.rbytes <= now.rsize, "{}: {now:?}", at());
        assert!(now.msgcurr <= now.msgused && now.rlbytes >= 0, "{}: {now:?}", at());
        let ret = event.ret().unwrap_or(0);
        match (event.kind(), before) {
            (Kind::Read, Some(before)) if ret > 0 => {
                let ret = ret as u32;
                assert!(u64::from(ret) <= event.want().unwrap(), "{}", at());
                // A line that was parsed and bytes that lay in the buffer already are taken out of
                // it before, and neither is an event of its own.
                let taken = before.rbytes.wrapping_sub(now.rbytes);
                let brought = match event.into().unwrap() {
                    "rbuf" => now.rbytes - before.rbytes,
                    "item" => {
                        let brought = before.rlbytes - now.rlbytes;
                        assert_eq!(before.ritem + brought as u32, now.ritem, "{}", at());
                        brought as u32
                    }
                    _ => before.sbytes - now.sbytes,
                };
                let most = if event.into() == Some("rbuf") { ret } else { ret + taken };
                assert!((ret..=most).contains(&brought), "{}: {brought}", at());
            }
            (Kind::EventAdd, _) => assert_eq!(now.ev_flags.interest().name(), event.interest().unwrap()),
            (Kind::Close, _) => {
                assert_eq!((now.item.as_ref(), now.ileft, now.suffixleft), (None, 0, 0), "{}", at());
                conns.remove(&conn);
            }
            _ => {}
        }
    }
}

/// An item is allocated before it is linked, linked before it is found, and freed once.
fn items(events: &[Event]) {
    let mut linked: HashMap<Vec<u8>, i64> = HashMap::new();
    // A snapshot does not hold what is stored: the first that is told of a key says how it was.
    let begins_in_the_middle = events.first().is_some_and(|e| e.kind() == Kind::Snapshot);
    for event in events.iter().filter(|e| e.kind() == Kind::Item) {
        let key = event.bytes().map(|key| key.kept.to_vec()).unwrap_or_default();
        let op = event.op().unwrap();
        let there = !matches!(op, "link" | "miss" | "alloc" | "free");
        let unknown = begins_in_the_middle && !linked.contains_key(&key);
        if unknown && matches!(op, "alloc" | "free") {
            continue;
        }
        let count = linked.entry(key.clone()).or_insert(i64::from(unknown && there));
        match op {
            "link" => *count += 1,
            "unlink" | "expire" | "flush" | "reclaim" | "evict" => *count -= 1,
            "hit" | "update" => assert_eq!(*count, 1, "#{} {key:?}", event.seq),
            "miss" => assert_eq!(*count, 0, "#{} {key:?}", event.seq),
            _ => {}
        }
        assert!((0..=1).contains(count), "#{} {key:?}", event.seq);
    }
}

/// What the trace says was read is what the client sent, and what it says was sent the client has.
fn bytes(events: &[Event], told: &[Told]) {
    let mut seen = HashSet::new();
    for told in told {
        let peer = told.addr.to_string();
        let accept = events.iter().find(|e| e.peer() == Some(&peer)).unwrap();
        let conn = accept.conn.unwrap();
        assert!(seen.insert(conn));
        let of = |kind: Kind| {
            events.iter().filter(move |e| e.kind() == kind && e.is_of(conn) && e.ret() > Some(0))
        };
        let read: Vec<u8> = of(Kind::Read).flat_map(|e| e.bytes().unwrap().kept.to_vec()).collect();
        assert!(told.sent.starts_with(&read), "c{conn} read what was not sent");
        let mut sent = Vec::new();
        for event in of(Kind::Sendmsg) {
            let all: Vec<u8> =
                event.iov().into_iter().flatten().flat_map(|piece| piece.bytes().kept.to_vec()).collect();
            // Of many pieces only the beginnings are kept; then there is nothing to compare.
            let whole: u64 = event.iov().into_iter().flatten().map(|piece| piece.len).sum();
            if all.len() as u64 != whole {
                sent.clear();
                break;
            }
            sent.extend_from_slice(&all[..event.ret().unwrap() as usize]);
        }
        if sent.is_empty() {
            continue;
        }
        assert!(sent.starts_with(&told.received), "c{conn} has what was not sent");
        assert!(!told.to_the_end || told.received == sent, "c{conn} has not all that was sent");
        let closed = events.iter().any(|e| e.kind() == Kind::Close && e.is_of(conn));
        assert!(closed || !told.to_the_end, "c{conn} saw a close that is not in the trace");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_promise_holds_for_clients_that_come_at_once(
        plans in vec(plan(request(), 25), 2..5),
        turns in vec(any::<Index>(), 1..24),
        threads in 1u16..5,
        small in any::<bool>(),
        calls in any::<bool>(),
        max_data in prop_oneof![Just(65_536u32), Just(65_536), 0..300u32],
    ) {
        let settings = Settings { num_threads: threads, maxbytes: if small { 1 << 20 } else { 64 << 20 }, ..settings() };
        let detail = if calls { Detail::Calls } else { Detail::Flow };
        let server = Taped::start(settings, TracerConfig { detail, max_data, ..TracerConfig::default() });
        let told = play(server.addr(), &plans, &turns);
        // Whoever came is accepted by then.
        still_answers(server.addr(), 1);
        let trace = server.stop();
        lines(&trace, threads, max_data as usize);
        let (_, events) = checked(&trace);
        fields(&events);
        // A key that was cut may be another one's beginning.
        if max_data == 65_536 {
            items(&events);
            bytes(&events, &told);
        }
    }
}

#[test]
fn what_is_cut_says_how_long_it_was() {
    let server = Taped::start(settings(), TracerConfig { max_data: 10, ..TracerConfig::default() });
    let key = "é".repeat(100);
    let sends = vec![format!("set {key} 0 0 20\r\n{}\r\nget {key}\r\n", "v".repeat(20)).into_bytes()];
    play(server.addr(), &[Plan { sends, leaving: Leaving::Shut }], &[]);
    let (_, events) = checked(&server.stop());
    let first = |kind: Kind| events.iter().find(|e| e.kind() == kind).unwrap();
    let item = events.iter().find(|e| e.op() == Some("alloc")).unwrap();
    assert_eq!((item.key(), cut(item)), (Some("ééééé"), Some(200)));
    // A cut in the middle of a character leaves the text before it.
    assert_eq!(first(Kind::Command).text(), Some("set ééé"));
    assert_eq!(cut(first(Kind::Command)), Some(4 + 200 + 7));
    assert_eq!(cut(first(Kind::Read)), Some(4 + 200 + 7 + 2 + 22 + 4 + 200 + 2));
    let value = events.iter().rfind(|e| e.kind() == Kind::Sendmsg).unwrap().iov().unwrap();
    assert_eq!((value[1].data.as_deref(), value[1].len), (Some("ééééé"), 200));
    // Text that is not cut says nothing of its length.
    assert_eq!((first(Kind::Notify).data(), cut(first(Kind::Notify))), (Some("c"), None));
}

/// Running servers, each of which is recorded over and over: the recordings begin and end at any
/// moment, some of them while clients talk, and every one of them keeps every promise by itself.
#[test]
fn every_promise_holds_for_two_thousand_recordings_of_servers_that_run() {
    let runners: Vec<_> = [(1, Detail::Flow), (2, Detail::Calls), (4, Detail::Flow), (4, Detail::Calls)]
        .into_iter()
        .map(|(threads, detail)| std::thread::spawn(move || recordings_of_one_server(threads, detail, 500)))
        .collect();
    runners.into_iter().for_each(|runner| runner.join().unwrap());
}

fn recordings_of_one_server(threads: u16, detail: Detail, recordings: usize) {
    let folder = tempfile::tempdir().unwrap();
    let file = FileConfig::new(folder.path().join("t.jsonl"));
    let hub = Hub::new(TracerConfig { detail, max_data: 65_536, ..TracerConfig::default() });
    let sinks = Sinks { output: Some(file.create().unwrap()), on_demand: Some(file), ..Sinks::default() };
    let sinks = Sinks { armed: true, ..sinks };
    let recorder = Recorder::start(hub.clone(), &header(&hub, threads, "test"), sinks).unwrap();
    let settings = Settings { num_threads: threads, maxbytes: 2 << 20, ..settings() };
    let server = Server::start(settings, Some(hub)).unwrap();
    let plans = (vec(plan(request(), 10), 1..4), vec(any::<Index>(), 1..12));
    let mut runner = TestRunner::deterministic();
    let mut expected = 1;
    for i in 0..recordings {
        let (plans, turns) = plans.new_tree(&mut runner).unwrap().current();
        // Now and then a recording is over while the clients still talk.
        let told = if i % 4 == 3 {
            let (addr, plans) = (server.addrs()[0], plans.clone());
            let clients = std::thread::spawn(move || play(addr, &plans, &turns));
            recorder.command(RecorderCommand::Next).unwrap();
            clients.join().unwrap();
            None
        } else {
            Some(play(server.addrs()[0], &plans, &turns))
        };
        still_answers(server.addrs()[0], usize::from(threads));
        if i % 5 == 4 {
            // What happens while nothing is recorded is in no recording.
            recorder.command(RecorderCommand::Stop).unwrap();
            still_answers(server.addrs()[0], usize::from(threads));
            recorder.command(RecorderCommand::Start).unwrap();
        } else {
            recorder.command(RecorderCommand::Next).unwrap();
        }
        let mut finished: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension != "jsonl"))
            .collect();
        finished.sort_by_key(|path| path.extension().unwrap().to_str().unwrap().parse::<u64>().unwrap());
        // Each goes on where the one before ended, unless recording was stopped in between.
        let mut was_stopped = i > 0 && i % 5 == 0;
        for path in finished {
            let trace = std::fs::read(&path).unwrap();
            lines(&trace, threads, 65_536);
            let (_, events) = checked(&trace);
            let first = events[0].seq + u64::from(events[0].kind() == Kind::Snapshot);
            assert!(first == expected || (was_stopped && first > expected), "{first} follows {expected}");
            (expected, was_stopped) = (events.last().unwrap().seq + 1, false);
            fields(&events);
            items(&events);
            if let Some(told) = &told {
                bytes(&events, told);
            }
            std::fs::remove_file(path).unwrap();
        }
    }
    recorder.finish().unwrap().unwrap();
    server.stop();
}

/// How long the bytes were, where they were cut.
fn cut(event: &Event) -> Option<u64> {
    event.bytes().filter(|bytes| bytes.is_cut()).map(|bytes| bytes.len)
}
