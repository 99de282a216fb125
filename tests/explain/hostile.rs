//! Whatever a trace says, an explanation fits, and nothing hostile comes out of it raw.

use super::*;

/// An event with every field that a kind may carry, as long as they come.
fn crowded(ev: Kind) -> FlatEvent {
    FlatEvent {
        seq: u64::MAX,
        th: Thread::Worker(1023),
        worker: Some(Thread::Worker(1023)),
        conn: Some(99_999),
        fd: Some(99_999),
        peer: Some("[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:65535".into()),
        addr: Some("[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:65535".into()),
        epoll_fd: Some(99_999),
        notify_receive_fd: Some(99_999),
        notify_send_fd: Some(99_999),
        timeout: Some(999),
        interest: Some("rw".into()),
        depth: Some(99_999),
        backlog: Some(65_535),
        want: Some(1_048_578),
        ret: Some(1_048_577),
        size: Some(1_048_576),
        key: Some("k".repeat(250)),
        n: Some(1_000_000),
        at: Some(10_000_000),
        why: Some("the client closed its side".into()),
        iov: Some(vec![Iov::new(b"v", 1_048_576); 1024]),
        ..event(ev)
    }
}

#[test]
fn long_names_and_large_numbers_still_fit() {
    let fields = ConnFields {
        rbytes: 1_048_576,
        rlbytes: 1_048_576,
        sbytes: 1_048_576,
        wbytes: 1_048_576,
        iovused: 99_999,
        ileft: 33_333,
        msgused: 100,
        msgcurr: 10,
        ..ConnFields::default()
    };
    let last = failed(read(2048, 0), "ECONNRESET").event();
    for state in ConnState::ALL {
        let context = Context {
            previous: Some(&last),
            fields: Some(&fields),
            state: Some(*state),
            last_read: Some(&last),
            commands_in_wakeup: 99_999,
            is_udp: false,
            edge_triggered: true,
        };
        for kind in Kind::ALL {
            good(&explain(&crowded(*kind).event(), &context));
        }
        for op in ITEM_OPS {
            good(&explain(&FlatEvent { op: Some((*op).into()), ..crowded(Kind::Item) }.event(), &context));
        }
        for op in ["setup", "create", "start"] {
            good(&explain(&FlatEvent { op: Some(op.into()), ..crowded(Kind::Thread) }.event(), &context));
        }
        for (from, to) in TRANSITIONS {
            good(&explain(
                &FlatEvent { from: Some(*from), to: Some(*to), ..crowded(Kind::State) }.event(),
                &context,
            ));
        }
        let by_udp = Context { is_udp: true, ..context };
        for (from, to) in TRANSITIONS {
            good(&explain(
                &FlatEvent { from: Some(*from), to: Some(*to), ..crowded(Kind::State) }.event(),
                &by_udp,
            ));
        }
        for kind in Kind::ALL {
            let event = FlatEvent { transport: Some("udp".into()), ..crowded(*kind) }.event();
            good(&explain(&event, &by_udp));
        }
        for (errno, said) in [
            (None, &b"\x03\xe7\0\0\0\x01\0\0get a\r\n"[..]),
            (None, b"short"),
            (Some("EAGAIN"), b""),
            (Some("EIO"), b""),
        ] {
            let event = FlatEvent {
                errno: errno.map(Into::into),
                peer: Some("[2001:db8:1111:2222:3333:4444:5555:6666]:65535".into()),
                request_id: (said.len() > 8).then_some(999),
                data: (!said.is_empty()).then(|| String::from_utf8_lossy(said).into_owned()),
                ..crowded(Kind::Recvfrom)
            }
            .event();
            good(&explain(&event, &by_udp));
        }
        for into in ["rbuf", "item", "swallow"] {
            for errno in [None, Some("EAGAIN"), Some("ECONNRESET")] {
                let event = FlatEvent {
                    into: Some(into.into()),
                    errno: errno.map(Into::into),
                    ..crowded(Kind::Read)
                }
                .event();
                good(&explain(&event, &context));
            }
        }
        for what in ["r", "w"] {
            let ready = vec![ReadyFd { fd: 99_999, conn: Some(99_999), what: Interest::named(what) }];
            good(&explain(&FlatEvent { ready: Some(ready), ..crowded(Kind::Wake) }.event(), &context));
        }
    }
}

#[test]
fn hostile_bytes_never_come_out_raw() {
    let evil = "\x1b]0;x\x07\n\r\u{202e}\u{9b}31m";
    let last = FlatEvent { errno: Some(evil.into()), ..read(1, 1) }.event();
    let context = Context { previous: Some(&last), last_read: Some(&last), ..Context::default() };
    for kind in Kind::ALL.iter().cloned().chain([Kind::from_name(evil)]) {
        for errno in [None, Some(evil)] {
            let event = FlatEvent {
                op: Some(evil.into()),
                role: Some(evil.into()),
                name: Some(evil.into()),
                value: Some(evil.into()),
                domain: Some(evil.into()),
                interest: Some(evil.into()),
                peer: Some(evil.into()),
                addr: Some(evil.into()),
                why: Some(evil.into()),
                data: Some(evil.into()),
                text: Some(evil.into()),
                key: Some(evil.into()),
                errno: errno.map(|e: &str| e.into()),
                ..event(kind)
            }
            .event();
            harmless(&explain(&event, &context));
            harmless(&bare(&event));
        }
    }
    let event =
        FlatEvent { op: Some("hit".into()), key: Some("a\x1b[31m\n".into()), ..event(Kind::Item) }.event();
    assert!(bare(&event).text.contains("\"a\\x1b[31m\\n\""), "{}", bare(&event).text);
}

prop_compose! {
    fn any_fields()(
        n in any::<[u32; 12]>(),
        rlbytes in any::<i32>(),
        flags in any::<u8>(),
        key in any::<Option<String>>(),
        noreply in any::<bool>(),
    ) -> ConnFields {
        ConnFields {
            ev_flags: EvFlags(flags),
            rsize: n[0], rcurr: n[1], rbytes: n[2], ritem: n[3], rlbytes, sbytes: n[4], wbytes: n[5],
            iovused: n[6], msgcurr: n[7], msgused: n[8], msgbytes: n[9], ileft: n[10], suffixleft: n[11],
            noreply,
            item: key.map(|key| ConnItem { key, size: 0 }),
            ..ConnFields::default()
        }
    }
}

fn any_word(known: &'static [&'static str]) -> impl Strategy<Value = Option<Cow<'static, str>>> {
    prop_oneof![
        Just(None),
        proptest::sample::select(known).prop_map(|w| Some(Cow::Borrowed(w))),
        any::<String>().prop_map(|w| Some(Cow::Owned(w))),
    ]
}

fn any_thread() -> impl Strategy<Value = Thread> {
    prop_oneof![Just(Thread::Main), Just(Thread::Client), any::<u16>().prop_map(Thread::Worker)]
}

fn any_state() -> impl Strategy<Value = Option<ConnState>> {
    proptest::option::of(proptest::sample::select(ConnState::ALL))
}

prop_compose! {
    fn any_event()(
        ev in prop_oneof![
            8 => proptest::sample::select(Kind::ALL),
            1 => any::<String>().prop_map(|s| Kind::from_name(&s)),
        ],
        (function, th, worker) in (
            proptest::option::of(proptest::sample::select(Function::ALL)),
            any_thread(),
            proptest::option::of(any_thread()),
        ),
        (op, name, into) in (
            any_word(&["setup", "create", "start", "alloc", "hit", "miss", "evict"]),
            any_word(&["SO_LINGER", "verbosity"]),
            any_word(&["rbuf", "item", "swallow"]),
        ),
        (interest, errno, why) in (any_word(&["r", "w", "rw"]), any_word(&["EAGAIN", "EMFILE"]), any_word(&["quit"])),
        (from, to, state) in (any_state(), any_state(), any_state()),
        (conn, fd, depth) in any::<(Option<u32>, Option<i32>, Option<u32>)>(),
        (backlog, timeout, timer) in any::<(Option<i32>, Option<i64>, bool)>(),
        (want, ret, size, n) in any::<(Option<u64>, Option<i64>, Option<u64>, Option<u64>)>(),
        (data, text, key) in any::<(Option<String>, Option<String>, Option<String>)>(),
        (b64, len, peer) in any::<(Option<String>, Option<u64>, Option<String>)>(),
        ready in proptest::option::of(proptest::collection::vec(
            (any::<i32>(), any::<Option<u32>>(), any::<String>())
                .prop_map(|(fd, conn, what)| ReadyFd { fd, conn, what: Interest::named(&what) }),
            0..4,
        )),
        iov in proptest::option::of(proptest::collection::vec(
            any::<u64>().prop_map(|len| Iov { len, ..Iov::default() }),
            0..4,
        )),
    ) -> Event {
        FlatEvent {
            ev, function, th, worker, op, from, to, state, conn, fd, depth,
            into: into.as_deref().map(Target::named),
            interest: interest.as_deref().map(Interest::named),
            errno: errno.as_deref().map(Errno::named),
            why: why.as_deref().map(Into::into),
            backlog, timeout, timer, want, ret, size, n, data, text, key, b64, len, ready, iov,
            addr: peer.as_deref().map(Into::into),
            peer: peer.as_deref().map(Into::into),
            value: name.as_deref().map(Into::into),
            domain: name.as_deref().map(Domain::named),
            role: name.as_deref().map(Role::named),
            name,
            at: n,
            epoll_fd: fd,
            notify_send_fd: fd,
            notify_receive_fd: fd,
            ..FlatEvent::default()
        }.event()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_event_is_too_strange(
        event in any_event().boxed(),
        previous in proptest::option::of(any_event().boxed()),
        last_read in proptest::option::of(any_event().boxed()),
        fields in proptest::option::of(any_fields().boxed()),
        state in any_state(),
        commands_in_wakeup in any::<u32>(),
        is_udp: bool,
        edge_triggered: bool,
    ) {
        let context = Context {
            previous: previous.as_ref(),
            fields: fields.as_ref(),
            state,
            last_read: last_read.as_ref(),
            commands_in_wakeup,
            is_udp,
            edge_triggered,
        };
        harmless(&explain(&event, &context));
        harmless(&bare(&event));
    }
}
