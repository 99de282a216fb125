use super::*;
use crate::event::schema::KINDS;
use crate::event::{ConnSet, Domain, Errno, Interest, Iov, ReadyFd, Snapshot, Target, Transport, Word};

/// What a terminal would act on, and what it would hide or turn round.
const EVIL: &str = "\x1b[31m\u{9b}\r\n\t\u{202e}\u{feff}\u{7f}\0";

/// A row with every field that any kind has, and something evil wherever there may be text.
fn full(ev: Kind) -> FlatEvent {
    let text = || Some(EVIL.into());
    let ready = |conn, what: &str| ReadyFd { fd: 9, conn, what: what.into() };
    let set = ConnSet { protocol: Some(EVIL.into()), write_and_go: Some(EVIL.into()), ..ConnSet::default() };
    FlatEvent {
        seq: 1,
        t: 2,
        th: Thread::named(EVIL),
        ev,
        function: Some(EVIL.into()),
        role: Some(EVIL.into()),
        op: Some(Word::Borrowed(EVIL)),
        worker: Some(Thread::named(EVIL)),
        conn: Some(7),
        fd: Some(28),
        listen_fd: Some(26),
        peer: text(),
        epoll_fd: Some(3),
        notify_receive_fd: Some(4),
        notify_send_fd: Some(5),
        domain: Some(Domain::named(EVIL)),
        transport: Some(Transport::Udp),
        name: Some(Word::Borrowed(EVIL)),
        value: text(),
        addr: text(),
        backlog: Some(1024),
        timeout: Some(10),
        ready: Some(vec![ready(Some(7), "rw"), ready(None, EVIL)]),
        timer: true,
        interest: Some(Interest::named(EVIL)),
        depth: Some(1),
        state: Some(EVIL.into()),
        from: Some(EVIL.into()),
        to: Some(EVIL.into()),
        why: text(),
        into: Some(Target::named(EVIL)),
        want: Some(2048),
        ret: Some(13),
        errno: Some(Errno::named(EVIL)),
        request_id: Some(1),
        data: Some(EVIL.into()),
        text: Some(EVIL.into()),
        key: Some(EVIL.into()),
        b64: Some("AAECG/8=".into()),
        len: Some(u64::MAX),
        iov: Some(vec![Iov::new(EVIL.as_bytes(), u64::MAX), Iov::new(b"\xff\x1b", u64::MAX)]),
        size: Some(6),
        class: Some(1),
        chunk: Some(96),
        bucket: Some(5),
        n: Some(3),
        at: Some(1),
        cause: Some(1),
        set: Some(Box::new(set)),
        world: Some(Box::new(Snapshot { lost: 1, ..Snapshot::default() })),
    }
}

fn evil(conn: Option<u32>, fd: Option<i32>) -> String {
    format!("{EVIL}{conn:?}{fd:?}")
}

#[test]
fn every_kind_says_something_in_every_style_and_nothing_evil() {
    let kinds = KINDS.iter().map(|info| info.kind);
    for kind in kinds.chain([Kind::from_name("teleport"), Kind::from_name(EVIL)]) {
        let full = full(kind);
        let bytes = FlatEvent { data: None, text: None, key: None, ..full.clone() };
        let worked = FlatEvent { errno: None, ..full.clone() };
        let neither = FlatEvent { ret: None, errno: None, ..bytes.clone() };
        let bare = FlatEvent { ev: kind, ..FlatEvent::default() };
        let is_known = !matches!(kind, Kind::Other(_));
        for row in [full, bytes, worked, neither, bare.clone()] {
            let is_bare = row == bare;
            let event = row.event();
            for (style, &lang) in Wording::ALL.iter().flat_map(|s| Language::ALL.iter().map(move |l| (*s, l)))
            {
                for names in [&numbered as FdNames<'_>, &evil] {
                    let said = words(&event, style, names, lang);
                    // Of an unknown kind without a field that is known, the list has its name alone.
                    let may_be_silent = style == Wording::List && is_bare && !is_known;
                    assert!(may_be_silent || !said.trim().is_empty(), "{kind} {style:?}");
                    assert_eq!(printable(&said), said, "{kind} {style:?}");
                }
            }
        }
    }
}

#[test]
fn changed_fields_say_nothing_evil() {
    let set = full(Kind::State).set.map(|set| changes(&set, Language::En)).unwrap_or_default();
    assert!(set.starts_with("protocol \\x1b"), "{set}");
    assert_eq!(printable(&set), set);
}

/// Every kind once, as each style has it. The recording is of version 1, as it shipped.
fn each_kind(lang: Language) -> String {
    let lines = include_str!("../../tests/samples/v1-every-kind.jsonl").lines().skip(1);
    let mut said = String::new();
    for event in lines.filter_map(|line| serde_json::from_str::<Event>(line).ok()) {
        said += &format!("{}\n", event.kind());
        for style in Wording::ALL {
            let line = format!("  {:6} {}", format!("{style:?}"), words(&event, style, &numbered, lang));
            said += &format!("{}\n", line.trim_end());
        }
    }
    said
}

#[test]
fn every_kind_in_every_style() {
    insta::assert_snapshot!(each_kind(Language::En));
}

#[test]
fn every_kind_in_every_style_in_chinese() {
    insta::assert_snapshot!(each_kind(Language::Zh));
}

/// Between seams, a text that is put into another may lose a blank: what others have written goes through unchanged.
#[test]
fn what_a_recording_says_is_repeated_to_the_letter() {
    for why in ["the client went away ", " 走 了 ", "\u{2068}x\u{2069}", "", "{ $why }"] {
        let event = FlatEvent { ev: Kind::Close, fd: Some(9), why: Some(why.into()), ..FlatEvent::default() };
        let said = words(&event.event(), Wording::Text, &numbered, Language::En);
        assert_eq!(said, format!("close 9: {}", printable(why)));
    }
}

#[test]
fn changed_fields_stand_in_the_order_of_the_struct() {
    let said =
        |json: &str| serde_json::from_str(json).map(|set| changes(&set, Language::En)).unwrap_or_default();
    assert_eq!(
        said(r#"{"item":{"key":"a","size":6},"rlbytes":6,"ev_flags":"EV_READ|EV_PERSIST","rbytes":0}"#),
        "ev_flags EV_READ|EV_PERSIST, rbytes 0, rlbytes 6, item \"a\" of 6"
    );
    assert_eq!(said(r#"{"item":null}"#), "item none");
}

/// All of it is names: every language has the same.
#[test]
fn what_a_thread_is_about_to_do_is_told_in_a_few_words() {
    let at = |ev, of: Option<&'static str>, conn| {
        at_gate(&AtGate { th: Thread::Main, ev, of: of.map(Word::from), conn }, Language::Zh)
    };
    assert_eq!(at(Kind::CqPop, None, Some(1)), "cq_pop c1");
    assert_eq!(at(Kind::State, Some("conn_nread"), Some(0)), "→ conn_nread c0");
    assert_eq!(at(Kind::State, Some("conn_watch"), Some(0)), "→ conn_watch c0");
    assert_eq!(at(Kind::Call, Some("cq_pop"), None), "cq_pop()");
    assert_eq!(at(Kind::Return, Some("cq_pop"), None), "return cq_pop");
    assert_eq!(at(Kind::Item, Some("link"), Some(2)), "item link c2");
    // A later server says more.
    assert_eq!(at(Kind::Read, Some("item"), Some(2)), "read item c2");
    assert_eq!(at(Kind::from_name("teleport"), Some("home"), None), "teleport home");
    assert_eq!(at(Kind::from_name("teleport"), None, None), "teleport");
    for kind in Kind::ALL {
        assert_eq!(at(*kind, None, Some(3)), format!("{kind} c3"));
        let evil = at(*kind, Some(EVIL), None);
        assert_eq!(printable(&evil), evil);
    }
}
