//! Whether panels agree, as they are drawn: what one says of a thing, another one says too.

#![allow(clippy::unwrap_used)]
use super::tests::{header, press, screen};
use super::*;
use crate::event::{ConnState, Kind};
use crate::trace::format::Detail;

/// The text between `before` and the next blank.
fn word_after<'a>(screen: &'a str, before: &str) -> Option<&'a str> {
    let (_, after) = screen.split_once(before)?;
    after.trim_start().split([' ', '\n', '◂']).next()
}

/// The state that the machine's map has in a heavy box, or in brackets.
fn marked(screen: &str) -> Option<&str> {
    let is_state = |name: &&str| ConnState::ALL.iter().any(|state| state.name() == format!("conn_{name}"));
    let boxed = screen.split('┃').map(str::trim).find(is_state);
    boxed.or_else(|| screen.split('[').filter_map(|part| part.split(']').next()).find(is_state))
}

/// Draws every panel at the event with that index, and holds what they say against each other.
pub(crate) fn assert_panels_agree(events: &[Event], at: usize, threads: u32, detail: Detail) {
    let event = &events[at];
    let recording = OpenedRecording {
        name: "session.jsonl".into(),
        header: Header { threads, detail, ..header() },
        events: events.to_vec(),
        end: Some(End::default()),
        warnings: Vec::new(),
    };
    let mut app = App::replay(recording, &Options::default());
    app.player.go(at);
    let mut panel = |digit: &str| {
        press(&mut app, digit);
        press(&mut app, "z");
        let drawn = screen(&app, 132, 44);
        press(&mut app, "z");
        drawn
    };
    let [threads, machine, conn, stack, list, memory] = ["1", "3", "4", "5", "6", "8"].map(&mut panel);
    let all = || format!("{event:?}\n{threads}\n{machine}\n{conn}\n{stack}\n{list}\n{memory}");

    // One connection is shown, in one state.
    let id = word_after(&machine, "drive_machine · ");
    let state = word_after(&conn, "state ");
    if let (Some(id), Some(state)) = (id.filter(|id| id.starts_with('c')), state)
        && let Some(state) = state.strip_prefix("conn_")
    {
        assert!(conn.contains(&format!(" {id} · ")), "{}", all());
        assert_eq!(marked(&machine), Some(state), "{}", all());
        if event.conn.map(|conn| format!("c{conn}")).as_deref() == Some(id)
            && let Some(to) = event.to()
        {
            assert_eq!(to.name(), format!("conn_{state}"), "{}", all());
            assert!(list.contains(&format!("→ {}", to.name())), "{}", all());
        }
    }
    // The selected row is the event's.
    let row = list.lines().skip(2).find(|line| line.contains("▶ ") && line.contains(&event.th.to_string()));
    let number = row.and_then(|row| word_after(row, "▶ "));
    assert_eq!(number, Some(event.seq.to_string().as_str()), "{}", all());
    // Who sleeps is in no function.
    let name = event.th.to_string();
    let lane = threads.lines().skip(2).find(|line| line.contains(&format!(" {name} ")));
    let sleeps = lane.is_some_and(|lane| lane.contains("asleep in epoll_wait"));
    if !matches!(event.kind(), Kind::Mark | Kind::Snapshot) && lane.is_some() {
        assert_eq!(sleeps, event.kind() == Kind::Wait, "{}", all());
    }
    let has_calls = detail == Detail::Calls && stack.contains(&format!("Stack · {name}"));
    if let Some(lane) = lane.filter(|_| has_calls) {
        assert_eq!(stack.contains("▶ epoll_wait"), sleeps, "{}", all());
        let innermost = word_after(&stack, "▶ ").filter(|_| !sleeps && event.kind() != Kind::Wake);
        if let (Some(function), true) = (innermost, event.kind() != Kind::Return) {
            // A long name is cut, with a sign that it is.
            let is_cut = |cut: usize| lane.contains(&format!(" {}… ", &function[..cut]));
            let is_there = lane.contains(function) || (8..function.len()).any(is_cut);
            assert!(is_there, "{function} is not in {lane}\n{}", all());
        }
    }
    // The store's numbers stand on the panel.
    if let Some(stats) = app.player.world().memory().stats {
        assert_eq!(word_after(&memory, "get_hits "), Some(stats.get_hits.to_string().as_str()), "{}", all());
        assert_eq!(
            word_after(&memory, "get_misses "),
            Some(stats.get_misses.to_string().as_str()),
            "{}",
            all()
        );
    }
}
