//! What holds of every filter and every event.

use super::{events, fields_are_the_trace_s, filter};
use memstep::event::{ConnState, Function, Kind, Protocol};
use memstep::filter::{Field, Filter, Type};
use memstep::text::printable;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr as _;

/// A value that suits a field, as it is typed.
fn value(field: Field) -> BoxedStrategy<String> {
    let of = |names: Vec<String>| prop::sample::select(names).boxed();
    let quoted = |s: Vec<u8>| format!("\"{}\"", memstep::text::visible(&s));
    let bytes = prop_oneof![
        "[a-zA-Z0-9_.:-]{1,8}"
            .prop_filter("a keyword", |w| !["and", "or", "not"].contains(&w.to_lowercase().as_str())),
        prop::collection::vec(any::<u8>(), 0..6).prop_map(quoted),
        ".{0,6}".prop_map(move |s| quoted(s.into_bytes())),
    ];
    match field.ty() {
        Type::Number => {
            prop_oneof![any::<u64>().prop_map(|n| n.to_string()), any::<i64>().prop_map(|n| n.to_string())]
                .boxed()
        }
        Type::Time => (any::<u32>(), prop::sample::select(vec!["", "s", "ms", "us", "µs", "ns"]))
            .prop_map(|(n, unit)| format!("{n}{unit}"))
            .boxed(),
        Type::Flag => of(vec!["true".into(), "false".into()]),
        Type::Thread => any::<u16>().prop_map(|n| format!("worker{n}")).boxed(),
        Type::Kind => of(Kind::ALL.iter().map(|k| k.name().into()).chain(["\"teleport\"".into()]).collect()),
        Type::State => of(ConnState::ALL.iter().map(|k| k.name().into()).collect()),
        Type::Function => of(Function::ALL.iter().map(|k| k.name().into()).collect()),
        Type::Errno => of(vec!["EAGAIN".into(), "ECONNRESET".into(), "\"EODD\"".into()]),
        Type::EvFlags => of(vec!["EV_READ".into(), "\"EV_READ|EV_PERSIST\"".into(), "0".into()]),
        Type::Protocol => of(Protocol::ALL.iter().map(|k| k.name().into()).collect()),
        Type::Word | Type::Bytes | Type::Part => bytes.boxed(),
    }
}

fn condition() -> impl Strategy<Value = String> {
    prop::sample::select(Field::ALL).prop_flat_map(|field| {
        let signs = match field.ty() {
            Type::Part => vec![""],
            Type::Number | Type::Time => vec!["", "=", "!=", "<", "<=", ">", ">="],
            Type::Flag => vec!["", "=", "!="],
            _ => vec!["", "=", "!=", "~", "!~"],
        };
        (prop::sample::select(signs), value(field)).prop_map(move |(sign, value)| match sign {
            "" => field.name().to_owned(),
            sign => format!("{}{sign}{value}", field.short()),
        })
    })
}

fn expression() -> impl Strategy<Value = String> {
    condition().prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|e| format!("!({e})")),
            inner.clone().prop_map(|e| format!("!{e}")),
            inner.clone().prop_map(|e| format!("({e})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} & {b}")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("{a} | {b}")),
        ]
    })
}

proptest! {
    #[test]
    fn what_a_filter_shows_is_parsed_to_the_same_filter(expression in expression()) {
        let filter = filter(&expression);
        let shown = filter.to_string();
        prop_assert_eq!(shown.parse::<Filter>().map_err(|e| e.to_string()), Ok(filter), "{}", shown);
        prop_assert!(!shown.chars().any(char::is_control));
    }

    #[test]
    fn the_laws_of_logic_hold(a in expression(), b in expression(), event in events::event()) {
        let is = |e: &str| filter(e).matches(&event);
        let (of_a, of_b) = (is(&format!("({a})")), is(&format!("({b})")));
        prop_assert_eq!(is(&format!("!({a})")), !of_a);
        prop_assert_eq!(is(&format!("({a}) & ({b})")), of_a && of_b);
        let all = Filter::all([filter(&a), filter(&b)]);
        prop_assert_eq!(all.matches(&event), of_a && of_b);
        prop_assert_eq!(all.to_string().parse::<Filter>().map_err(|e| e.to_string()), Ok(all));
        prop_assert!(Filter::all([]).matches(&event));
        prop_assert_eq!(is(&format!("({a}) | ({b})")), of_a || of_b);
        prop_assert_eq!(is(&format!("!(({a}) & ({b}))")), is(&format!("!({a}) | !({b})")));
        prop_assert_eq!(is(&format!("{a} | {b} & {b}")), is(&format!("({a}) | (({b}) & ({b}))")));
        let filter = filter(&a);
        prop_assert!(!filter.matches(&event) || filter.kinds().has(event.kind()), "{}", a);
    }

    /// Small numbers and few threads, so that they meet.
    #[test]
    fn what_is_meant_has_what_is_needed(
        tests in prop::collection::vec(prop::sample::select(vec![
            "ev=state", "ev=read", "ev!=read", "conn=0", "conn=1", "conn=-1", "th=main", "th=worker0", "to=conn_read",
            "from=conn_read", "errno", "t>5", "conn", "!conn=0", "ev=\"teleport\"", "ev~ea", "(ev=state | conn=1)",
        ]), 1..4),
        join in prop::sample::select(vec![" & ", " | "]),
        event in events::event().boxed(),
        (conn, thread, kind) in (0u32..2, 0usize..3, 0usize..4),
    ) {
        let mut event = memstep::event::FlatEvent::from(&event);
        event.conn = event.conn.map(|_| conn);
        event.th = [event.th, memstep::event::Thread::Main, memstep::event::Thread::Worker(0)][thread];
        event.ev = [event.ev, Kind::State, Kind::Read, Kind::from_name("teleport")][kind];
        event.to = event.to.map(|_| ConnState::Read);
        let event = event.event();
        let filter = filter(&tests.join(join));
        let has = |need: &memstep::filter::Needs| {
            need.kinds.has(event.kind())
                && need.conn.is_none_or(|conn| event.conn == Some(conn))
                && need.th.is_none_or(|th| event.th == th)
                && need.from.is_none_or(|from| event.from() == Some(from))
                && need.to.is_none_or(|to| event.to() == Some(to))
        };
        let needs = filter.needs();
        if filter.matches(&event) {
            prop_assert!(needs.iter().any(has), "{}", filter);
        }
        prop_assert!(needs.iter().filter(|n| n.is_all && has(n)).all(|_| filter.matches(&event)), "{}", filter);
    }

    #[test]
    fn a_comparison_and_its_opposite_share_the_events_that_have_the_field(
        field in prop::sample::select(Field::ALL).prop_flat_map(|f| (Just(f), value(f))),
        event in events::event(),
    ) {
        let (field, value) = field;
        let name = field.short();
        let is = |e: String| filter(&e).matches(&event);
        let pairs: &[_] = match field.ty() {
            Type::Part | Type::Flag => &[],
            Type::Number | Type::Time => &[("=", "!="), ("<", ">="), (">", "<=")],
            _ => &[("=", "!="), ("~", "!~")],
        };
        for (sign, opposite) in pairs {
            let (yes, no) = (is(format!("{name}{sign}{value}")), is(format!("{name}{opposite}{value}")));
            prop_assert_eq!((yes || no, yes && no), (is(name.to_owned()), false), "{}{}{}", name, sign, value);
        }
        fields_are_the_trace_s(&event);
    }

    #[test]
    fn whatever_is_typed_is_a_filter_or_an_error_with_a_place(
        text in prop_oneof![
            ".{0,40}",
            "[ a-zé=!<>~&|()\"\\\\x0-9'\u{1b}]{0,30}",
            prop::collection::vec(prop::sample::select(vec![
                "ev", "state", "=", "!=", "~", "!", "&", "|", "(", ")", "\"a\"", "conn", "1", "and", "not", " ", "世", "\"",
            ]), 0..12).prop_map(|w| w.concat()),
        ],
        cut: prop::sample::Index,
        long in 0..200usize,
    ) {
        let text = format!("{}{text}", "conn=0 | ".repeat(long.saturating_sub(100)));
        let text = &text[..(0..=cut.index(text.len() + 1)).rev().find(|i| text.is_char_boundary(*i)).unwrap()];
        match Filter::parse(text) {
            Ok(filter) => prop_assert_eq!(Ok(filter.clone()), filter.to_string().parse()),
            Err(e) => {
                prop_assert!(e.at() <= text.len() && text.is_char_boundary(e.at()));
                prop_assert_eq!(e.column(), printable(&text[..e.at()]).width() + 1);
                let said = e.to_string();
                let lines: Vec<_> = said.split('\n').collect();
                prop_assert_eq!(lines.len(), 3);
                prop_assert!(lines[0].width() <= 76 && lines[1].width() <= lines[0].width() + 1, "{}", said);
                prop_assert!(lines[1].trim_start() == "^" && lines[2] == e.message());
                prop_assert!(!lines.concat().chars().any(char::is_control), "{}", said);
                prop_assert!(e.message().width() <= 110, "{}", said);
            }
        }
    }
}
