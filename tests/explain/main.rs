//! Every event has an explanation of its own, short enough for its panel, and none that a hostile
//! trace could use to reach the terminal.
#![allow(clippy::unwrap_used)]

mod hostile;

use memstep::event::{
    ConnFields, ConnItem, ConnState, Domain, Errno, EvFlags, Event, FlatEvent, Function, Interest, Iov, Kind,
    Protocol, ReadyFd, Role, Target, Thread,
};
use memstep::explain::{self, Context, Explanation, MAX_TEXT, MAX_TITLE};
use memstep::text::printable;
use memstep::texts::Language;
use proptest::prelude::*;
use std::borrow::Cow;
use std::collections::HashMap;

/// The states by their names alone.
#[allow(non_upper_case_globals)]
mod states {
    use memstep::event::ConnState;

    pub const Closed: ConnState = ConnState::Closed;
    pub const Closing: ConnState = ConnState::Closing;
    pub const Mwrite: ConnState = ConnState::Mwrite;
    pub const NewCmd: ConnState = ConnState::NewCmd;
    pub const Nread: ConnState = ConnState::Nread;
    pub const ParseCmd: ConnState = ConnState::ParseCmd;
    pub const Read: ConnState = ConnState::Read;
    pub const Swallow: ConnState = ConnState::Swallow;
    pub const Waiting: ConnState = ConnState::Waiting;
    pub const Write: ConnState = ConnState::Write;
}

/// The ways that TCP and the text protocol can take through `drive_machine`.
const TRANSITIONS: &[(ConnState, ConnState)] = {
    use states::*;
    &[
        (NewCmd, Waiting),
        (NewCmd, ParseCmd),
        (NewCmd, Closing),
        (Waiting, Read),
        (Waiting, Closing),
        (Read, ParseCmd),
        (Read, Waiting),
        (Read, Write),
        (Read, Closing),
        (ParseCmd, Waiting),
        (ParseCmd, Nread),
        (ParseCmd, Write),
        (ParseCmd, Mwrite),
        (ParseCmd, NewCmd),
        (ParseCmd, Closing),
        (Nread, Write),
        (Nread, NewCmd),
        (Nread, Closing),
        (Write, NewCmd),
        (Write, Swallow),
        (Write, Closing),
        (Swallow, NewCmd),
        (Swallow, Closing),
        (Mwrite, NewCmd),
        (Mwrite, Closing),
        (Closing, Closed),
        // By UDP.
        (Write, Waiting),
        (Write, Read),
        (Mwrite, Read),
        (Closing, Read),
    ]
};

const ITEM_OPS: &[&str] = &[
    "alloc", "link", "unlink", "hit", "miss", "update", "expire", "flush", "reclaim", "evict", "free",
    "page", "expand", "expanded",
];

/// In English; every other language says it as well, and cuts nothing that English does not cut.
fn explain(event: &Event, context: &Context) -> Explanation {
    let english = explain::explain(event, context, Language::En);
    for lang in Language::ALL {
        let own = explain::explain(event, context, *lang);
        harmless(&own);
        assert_eq!(own.source, english.source);
        let is_cut = |e: &Explanation| (e.title.contains('…'), e.text.ends_with('…'));
        assert!(is_cut(&own) <= is_cut(&english), "{lang}: {own:?} for {english:?}");
        assert!(english.text.is_empty() || own.text.ends_with(['.', '。', '…', '）']), "{lang}: {own:?}");
        assert!(*lang == Language::En || own.text.is_empty() || own.text != english.text, "{own:?}");
    }
    english
}

fn function(function: Function) -> Explanation {
    explain::function(function, Language::En)
}

fn transition(from: ConnState, to: ConnState) -> Explanation {
    explain::transition(from, to, Language::En)
}

/// What holds for every explanation, whatever the trace.
fn harmless(e: &Explanation) {
    assert!(e.title.chars().count() <= MAX_TITLE, "title too long: {}", e.title);
    assert!(e.text.chars().count() <= MAX_TEXT, "{} characters: {}", e.text.chars().count(), e.text);
    assert!(matches!(printable(&e.title), Cow::Borrowed(_)), "{:?}", e.title);
    assert!(matches!(printable(&e.text), Cow::Borrowed(_)), "{:?}", e.text);
}

/// What holds for the explanation of an event that a server can emit.
fn good(e: &Explanation) {
    harmless(e);
    assert!(!e.title.is_empty() && !e.title.contains('…'), "title was cut: {}", e.title);
    assert!(e.text.ends_with('.'), "text was cut: {}", e.text);
    assert!(!e.text.contains("  ") && !e.text.contains(" ."), "{}", e.text);
    let sentences = e.text.matches(". ").count() + e.text.matches("? ").count() + 1;
    assert!((2..=4).contains(&sentences), "{sentences} sentences: {}", e.text);
    let place =
        |file: &str| e.source.strip_prefix(file).is_some_and(|line| line.parse::<u32>().is_ok_and(|n| n > 0));
    assert!(
        e.source.is_empty()
            || e.source == "libevent"
            || ["memcached.c:", "thread.c:", "items.c:", "slabs.c:", "assoc.c:"].into_iter().any(place),
        "no such place: {}",
        e.source
    );
}

/// Checks each and that no two are the same.
fn all_good_and_different(all: impl IntoIterator<Item = (String, Explanation)>) {
    let mut seen: HashMap<String, String> = HashMap::new();
    for (name, e) in all {
        good(&e);
        if let Some(other) = seen.insert(e.text.clone(), name.clone()) {
            panic!("{name} and {other} have the same text: {}", e.text);
        }
    }
}

fn event(ev: Kind) -> FlatEvent {
    FlatEvent { ev, th: Thread::Worker(0), ..FlatEvent::default() }
}

fn read(want: u64, ret: i64) -> FlatEvent {
    FlatEvent { conn: Some(0), fd: Some(28), want: Some(want), ret: Some(ret), ..event(Kind::Read) }
}

fn failed(mut event: FlatEvent, errno: &'static str) -> FlatEvent {
    event.ret = None;
    event.errno = Some(errno.into());
    event
}

fn bare(event: &Event) -> Explanation {
    explain(event, &Context::default())
}

#[test]
fn every_kind_has_a_text_of_its_own() {
    let kinds = Kind::ALL.iter().cloned().chain([Kind::from_name("teleport")]);
    all_good_and_different(kinds.map(|kind| (kind.to_string(), bare(&event(kind).event()))));
}

#[test]
fn an_unknown_kind_is_told_by_its_name() {
    assert!(bare(&event(Kind::from_name("teleport")).event()).text.contains("the kind teleport"));
}

#[test]
fn every_function_has_a_text_of_its_own() {
    all_good_and_different(Function::ALL.iter().map(|f| (f.to_string(), function(*f))));
    all_good_and_different(Function::ALL.iter().map(|f| {
        let event = FlatEvent { function: Some(*f), ..event(Kind::Return) }.event();
        (f.to_string(), bare(&event))
    }));
    for f in Function::ALL {
        assert_eq!(function(*f).source, f.source());
        assert!(function(*f).title.starts_with(f.name()));
    }
}

#[test]
fn every_transition_has_a_text_of_its_own() {
    all_good_and_different(TRANSITIONS.iter().map(|(from, to)| {
        let e = transition(*from, *to);
        assert!(!e.text.contains("does not take this way"), "{from} > {to} is the fallback");
        (format!("{from} > {to}"), e)
    }));
    for from in ConnState::ALL {
        for to in ConnState::ALL {
            good(&transition(*from, *to));
            let fallback = transition(*from, *to).text.contains("does not take this way");
            assert_eq!(fallback, !TRANSITIONS.contains(&(*from, *to)), "{from} > {to}");
        }
    }
}

#[test]
fn every_transition_of_the_references_is_listed() {
    for entry in std::fs::read_dir("tests/reference").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "flow") {
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            if let [_, "state", _, from, ">", to] = words[..] {
                let way = (ConnState::from_name(from).unwrap(), ConnState::from_name(to).unwrap());
                assert!(TRANSITIONS.contains(&way), "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn every_operation_has_a_text_of_its_own() {
    let items = ITEM_OPS.iter().chain(&["teleport"]).map(|op| {
        let event = FlatEvent {
            op: Some((*op).into()),
            key: Some("a".into()),
            size: Some(6),
            conn: Some(0),
            ..event(Kind::Item)
        }
        .event();
        ((*op).to_owned(), bare(&event))
    });
    all_good_and_different(items);
    let threads = ["setup", "create", "start"].into_iter().flat_map(|op| {
        [("dispatcher", None), ("worker", Some(Thread::Worker(3)))].map(|(role, worker)| {
            let event = FlatEvent {
                op: Some(op.into()),
                role: Some(role.into()),
                worker,
                th: worker.filter(|_| op == "start").unwrap_or_default(),
                ..event(Kind::Thread)
            }
            .event();
            (format!("{role} {op}"), bare(&event))
        })
    });
    // A dispatcher is never created: it is the main thread.
    all_good_and_different(threads.filter(|(name, _)| name != "dispatcher create"));
}

#[test]
fn a_read_is_told_by_what_came_back_and_by_where_it_went() {
    let mut all = Vec::new();
    for into in ["rbuf", "item", "swallow"] {
        let base = |e: FlatEvent| FlatEvent { into: Some(into.into()), ..e };
        let cases = [
            ("part", base(read(2048, 13)).event()),
            ("closed", base(read(2048, 0)).event()),
            ("EAGAIN", failed(base(read(2048, 0)), "EAGAIN").event()),
        ];
        for (name, event) in cases {
            all.push((format!("{into} {name}"), bare(&event)));
        }
        for errno in ["ECONNRESET", "ETIMEDOUT"] {
            let e = bare(&failed(base(read(2048, 0)), errno).event());
            good(&e);
            assert!(e.text.contains(errno), "{}", e.text);
        }
        if into != "swallow" {
            all.push((format!("{into} full"), bare(&base(read(2048, 2048)).event())));
        }
    }
    all_good_and_different(all);
}

#[test]
fn eagain_after_a_full_buffer_means_that_there_was_no_more() {
    let before = FlatEvent { into: Some("rbuf".into()), ..read(2048, 2048) }.event();
    let event = failed(read(2048, 0), "EAGAIN");
    let e = explain(&event.event(), &Context { previous: Some(&before), ..Context::default() });
    good(&e);
    assert_eq!(e.title, "No more than that");
}

#[test]
fn a_sendmsg_is_told_by_what_came_back() {
    let send = |lens: &[u64], ret: i64| FlatEvent {
        conn: Some(0),
        ret: Some(ret),
        iov: Some(lens.iter().map(|n| Iov::new(b"v", *n)).collect()),
        ..event(Kind::Sendmsg)
    };
    let many = ConnFields { msgused: 2, ..ConnFields::default() };
    let many = Context { fields: Some(&many), ..Context::default() };
    all_good_and_different([
        ("all".to_owned(), bare(&send(&[8], 8).event())),
        ("gathered".to_owned(), bare(&send(&[6, 1, 12, 5], 24).event())),
        ("part".to_owned(), bare(&send(&[1_000_000], 2000).event())),
        ("first".to_owned(), explain(&send(&[6, 3, 1391], 1400).event(), &many)),
        ("first, perhaps".to_owned(), bare(&send(&[6, 3, 1391], 1400).event())),
        ("one of many".to_owned(), explain(&send(&[6, 3], 9).event(), &many)),
        ("EAGAIN".to_owned(), bare(&failed(send(&[8], 8), "EAGAIN").event())),
        ("EPIPE".to_owned(), bare(&failed(send(&[8], 8), "EPIPE").event())),
    ]);
    assert!(explain(&send(&[6, 3, 1391], 1400).event(), &many).title.contains("1,400"));
}

#[test]
fn a_wake_up_is_told_by_what_is_ready() {
    let wake = |th, ready: Vec<ReadyFd>, timer| {
        FlatEvent { th, ready: Some(ready), timer, ..event(Kind::Wake) }.event()
    };
    let ready = |conn, what: &'static str| ReadyFd { fd: 28, conn, what: what.into() };
    let worker = Thread::Worker(0);
    let in_state = |state, what, last_read| {
        let event = wake(worker, vec![ready(Some(0), what)], false);
        explain(&event, &Context { state: Some(state), last_read, ..Context::default() })
    };
    let read = read(2048, 13).event();
    all_good_and_different([
        ("clock".to_owned(), bare(&wake(Thread::Main, vec![], true))),
        ("nothing".to_owned(), bare(&wake(Thread::Main, vec![], false))),
        ("client".to_owned(), bare(&wake(Thread::Main, vec![ready(None, "r")], false))),
        ("pipe".to_owned(), bare(&wake(worker, vec![ready(None, "r")], false))),
        ("conn".to_owned(), bare(&wake(worker, vec![ready(Some(0), "r")], false))),
        ("drained".to_owned(), bare(&wake(worker, vec![ready(Some(0), "w")], false))),
        ("two".to_owned(), bare(&wake(worker, vec![ready(Some(0), "r"), ready(None, "r")], false))),
        ("first".to_owned(), in_state(ConnState::NewCmd, "r", None)),
        ("yielded, empty".to_owned(), in_state(ConnState::NewCmd, "r", Some(&read))),
        ("yielded".to_owned(), in_state(ConnState::NewCmd, "w", Some(&read))),
        ("value".to_owned(), in_state(ConnState::Nread, "r", Some(&read))),
        ("swallow".to_owned(), in_state(ConnState::Swallow, "r", Some(&read))),
    ]);
    let first = in_state(ConnState::NewCmd, "r", None);
    assert!(first.text.contains("level-triggered") && first.text.contains("nothing is read"));
    // In the experiment the same wake-up is the last one.
    let event = wake(worker, vec![ready(Some(0), "r")], false);
    let state = Some(ConnState::NewCmd);
    let edge = explain(&event, &Context { state, edge_triggered: true, ..Context::default() });
    assert!(edge.text.contains("edge-triggered") && !edge.text.contains("level-triggered"));
}

#[test]
fn an_interest_is_told_by_its_reason() {
    let add = |interest: &'static str| {
        FlatEvent { conn: Some(0), fd: Some(28), interest: Some(interest.into()), ..event(Kind::EventAdd) }
            .event()
    };
    let del = FlatEvent { conn: Some(0), ..event(Kind::EventDel) }.event();
    let pop = FlatEvent { conn: Some(0), ..event(Kind::CqPop) }.event();
    let with = |event: &Event, state, previous, commands_in_wakeup| {
        explain(event, &Context { state, previous, commands_in_wakeup, ..Context::default() })
    };
    let yields = with(&add("w"), Some(ConnState::NewCmd), Some(&del), 21);
    assert!(yields.text.contains("21 requests"), "{}", yields.text);
    all_good_and_different([
        ("yield".to_owned(), yields),
        ("EAGAIN".to_owned(), with(&add("w"), Some(ConnState::Mwrite), Some(&del), 1)),
        ("w".to_owned(), with(&add("w"), None, Some(&del), 0)),
        ("back".to_owned(), with(&add("r"), Some(ConnState::Waiting), Some(&del), 0)),
        ("new".to_owned(), with(&add("r"), None, Some(&pop), 0)),
        ("r".to_owned(), bare(&add("r"))),
        ("del to close".to_owned(), with(&del, Some(ConnState::Closing), None, 0)),
        ("del to change".to_owned(), with(&del, Some(ConnState::Mwrite), None, 0)),
        ("del".to_owned(), bare(&del)),
        ("del listen".to_owned(), bare(&event(Kind::EventDel).event())),
    ]);
    for previous in [Kind::Pipe, Kind::ConnNew, Kind::Wake, Kind::Note] {
        let previous = FlatEvent { th: Thread::Main, ..event(previous) }.event();
        let context = Context { previous: Some(&previous), ..Context::default() };
        good(&explain(
            &FlatEvent { fd: Some(6), th: Thread::Main, ..event(Kind::EventAdd) }.into(),
            &context,
        ));
    }
}

#[test]
fn start_up_and_accept_have_their_special_cases() {
    let named = |kind, name: &'static str| FlatEvent { name: Some(name.into()), ..event(kind) }.event();
    let options = ["SO_REUSEADDR", "SO_KEEPALIVE", "SO_LINGER", "TCP_NODELAY", "IPV6_V6ONLY", "SO_OTHER"];
    all_good_and_different(options.map(|name| (name.to_owned(), bare(&named(Kind::Setsockopt, name)))));
    for errno in ["EMFILE", "EAGAIN", "EADDRINUSE", "EACCES"] {
        for kind in [Kind::Accept, Kind::Socket, Kind::Bind, Kind::Listen, Kind::Notify, Kind::Notified] {
            good(&bare(&failed(event(kind), errno).event()));
        }
    }
    let accept = |errno| bare(&failed(event(Kind::Accept), errno).event()).title;
    assert_ne!(accept("EMFILE"), accept("EAGAIN"));
    let listen = |n| bare(&FlatEvent { backlog: Some(n), ..event(Kind::Listen) }.event());
    good(&listen(1024));
    good(&listen(0));
    assert_ne!(listen(0).title, listen(1024).title);
    for main in [Kind::Wait, Kind::EventInit] {
        good(&bare(&FlatEvent { th: Thread::Main, timeout: Some(732), ..event(main) }.event()));
    }
    good(&bare(&FlatEvent { worker: Some(Thread::Worker(2)), ..event(Kind::EventInit) }.event()));
}

#[test]
fn the_value_that_was_promised_is_counted() {
    let fields = ConnFields { rlbytes: 6, ..ConnFields::default() };
    let state =
        |from, to| FlatEvent { conn: Some(0), from: Some(from), to: Some(to), ..event(Kind::State) }.event();
    let e = explain(
        &state(ConnState::ParseCmd, ConnState::Nread),
        &Context { fields: Some(&fields), ..Context::default() },
    );
    good(&e);
    assert!(
        e.text.starts_with(
            "The command promised 4 bytes, and the line end counts too: 4 + 2 = 6. An item of that size"
        ),
        "{}",
        e.text
    );
}

#[test]
fn closing_is_told_by_its_reason() {
    let way =
        |from, to| FlatEvent { conn: Some(0), from: Some(from), to: Some(to), ..event(Kind::State) }.event();
    let eof = read(2048, 0).event();
    let reset = failed(read(2048, 0), "ECONNRESET").event();
    for from in [ConnState::Read, ConnState::Nread, ConnState::Swallow] {
        let with = |last| {
            explain(&way(from, ConnState::Closing), &Context { last_read: Some(last), ..Context::default() })
        };
        good(&with(&eof));
        good(&with(&reset));
        assert!(with(&reset).text.contains("ECONNRESET"));
        assert_ne!(with(&eof).text, with(&reset).text);
    }
    let quit = FlatEvent { text: Some("quit".into()), ..event(Kind::Command) }.event();
    let found = way(ConnState::Read, ConnState::ParseCmd);
    let long = ConnFields { rbytes: 2048, ..ConnFields::default() };
    let close = way(ConnState::ParseCmd, ConnState::Closing);
    let by_quit = explain(&close, &Context { previous: Some(&quit), ..Context::default() });
    let by_line =
        explain(&close, &Context { previous: Some(&found), fields: Some(&long), ..Context::default() });
    let binary = ConnFields { protocol: Protocol::Binary, ..ConnFields::default() };
    let by_protocol = explain(&close, &Context { fields: Some(&binary), ..Context::default() });
    all_good_and_different([
        ("quit".to_owned(), by_quit),
        ("line".to_owned(), by_line),
        ("binary".to_owned(), by_protocol),
    ]);
    for why in ["quit", "the client closed", "the binary protocol is not supported"] {
        let e = bare(&FlatEvent { conn: Some(0), why: Some(why.into()), ..event(Kind::Close) }.event());
        good(&e);
        assert!(e.text.contains(&format!("The reason: {why}.")), "{}", e.text);
    }
    good(&bare(&failed(event(Kind::EventAdd), "ENOMEM").event()));
}

#[test]
fn an_answer_colours_what_follows() {
    let reply =
        |text: &str| FlatEvent { conn: Some(0), text: Some(text.into()), ..event(Kind::Reply) }.event();
    let way =
        |from, to| FlatEvent { conn: Some(0), from: Some(from), to: Some(to), ..event(Kind::State) }.event();
    let after = |text: &str, from| {
        let reply = reply(text);
        explain(&way(from, ConnState::Write), &Context { previous: Some(&reply), ..Context::default() })
    };
    all_good_and_different([
        ("DELETED".to_owned(), after("DELETED", ConnState::ParseCmd)),
        ("ERROR".to_owned(), after("ERROR", ConnState::ParseCmd)),
        ("too large".to_owned(), after("SERVER_ERROR object too large for cache", ConnState::ParseCmd)),
        ("STORED".to_owned(), after("STORED", ConnState::Nread)),
        ("bad chunk".to_owned(), after("CLIENT_ERROR bad data chunk", ConnState::Nread)),
    ]);
    let noreply = ConnFields { noreply: true, ..ConnFields::default() };
    all_good_and_different([
        ("STORED".to_owned(), bare(&reply("STORED"))),
        ("VALUE".to_owned(), bare(&reply("VALUE a 0 4"))),
        ("END".to_owned(), bare(&reply("END"))),
        (
            "noreply".to_owned(),
            explain(&reply("STORED"), &Context { fields: Some(&noreply), ..Context::default() }),
        ),
    ]);
}

#[test]
fn every_command_is_told() {
    for verb in ["get a", "set a 0 0 4", "incr a 1", "delete a", "touch a 0", "stats", "flush_all", "quit"] {
        let event = FlatEvent { text: Some(verb.into()), conn: Some(0), ..event(Kind::Command) }.event();
        good(&bare(&event));
        assert!(bare(&event).text.contains(&format!("\"{verb}\"")));
    }
}
