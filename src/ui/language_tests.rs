//! What the screens say comes from the catalogue of texts: drawn in a language of brackets, nothing stands without;
//! drawn in Chinese, no English word but the code's names.

#![allow(clippy::unwrap_used)]

use super::panels::Panel;
use super::tests::{press, recording};
use super::*;
use crate::event::{ConnImage, ConnSet, ConnState, Function, Kind};
use std::collections::BTreeSet;

/// Names that are the same in every language, besides those of [`Kind`], [`ConnState`], [`Function`] and the fields of
/// `struct conn`: what memcached, the kernel and the keyboard call things.
const NAMES: &str = "
    memstep jsonl worker main client set get abcd quit flush noreply connection
    struct conn udp rbuf wbuf iov iovec auto negotiate ascii true false EV_READ EV_WRITE EV_PERSIST
    item class chunk slab LRU hash stats get_hits get_misses evictions reclaimed alloc hit link head tail setup create start push pop send
    epoll epoll_wait fd min ms ns port backlog accept4 getaddrinfo pthread_create Linux EAGAIN
    SO_REUSEADDR SO_KEEPALIVE SO_LINGER TCP_NODELAY
    thread items slabs assoc memcached libevent event base event_base_loop switch stop
    Space Esc Enter Tab Bksp EXPR break";

fn is_name(word: &str) -> bool {
    let fields = ConnSet::whole(&ConnImage::default());
    let states = ConnState::ALL.iter().map(|state| state.name());
    NAMES.split_whitespace().any(|name| name == word)
        || Kind::ALL.iter().any(|kind| kind.name() == word)
        || states.clone().any(|name| name == word || name.strip_prefix("conn_") == Some(word))
        || Function::ALL.iter().any(|function| function.name() == word)
        || fields.names().contains(&word)
}

/// The words of a screen that are no names, but for what the client has sent, which stands in quotes.
fn words_of(screen: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in screen.lines() {
        let said: String = line.split('"').step_by(2).collect::<Vec<_>>().join(" ");
        let words = said.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let words = words.filter(|word| word.len() > 2 && word.chars().any(|c| c.is_ascii_lowercase()));
        // Of a name that is cut at the panel's edge, what is left.
        let is_cut = |word: &&str| said.contains(&format!("{word}…")) || said.trim_end().ends_with(word);
        found.extend(
            words
                .filter(|word| !is_name(word.trim_end_matches(|c: char| c.is_ascii_digit())) && !is_cut(word))
                .map(str::to_owned),
        );
    }
    found
}

/// What stands in brackets taken out, of a text that is cut, too.
fn without_texts(screen: &str) -> String {
    let mut out = String::new();
    for line in screen.lines() {
        let mut depth = 0;
        for c in line.chars() {
            match c {
                '⟦' => depth += 1,
                '⟧' if depth > 0 => {
                    depth -= 1;
                    out.push(' ');
                }
                // The rest of a text that began on the line above.
                '⟧' => out.truncate(out.rfind('\n').map_or(0, |at| at + 1)),
                // The panel beside it.
                '─' | '│' | '┊' => {
                    depth = 0;
                    out.push(c);
                }
                c if depth == 0 => out.push(c),
                _ => {}
            }
        }
        out.push('\n');
    }
    out
}

/// Each panel by itself, at some events of a recording.
fn screens(lang: Language) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for panel in Panel::ALL {
        let mut app = App::replay(recording(), &Options { lang, ..Options::default() });
        press(&mut app, &format!("{}z", panel.number()));
        for at in (0..app.player.len()).step_by(7) {
            app.player.go(at);
            app.status = None;
            // The first line has the recording's own words: its name, its chapters.
            let screen = draw::text(&app, 150, 40);
            let screen = screen.split_once('\n').unwrap().1.to_owned();
            all.push((format!("{panel:?} at {at}"), screen));
        }
    }
    all
}

#[test]
fn nothing_on_a_screen_stands_outside_the_catalogue() {
    let brackets = Language::from_code("qps").unwrap();
    let mut found = BTreeSet::new();
    for (place, screen) in screens(brackets) {
        if place.starts_with("Why") {
            // Its text goes on over lines, and below it stands the glossary, which has no brackets.
            assert!(screen.lines().nth(1).unwrap().starts_with(" ⟦"), "{place}:\n{screen}");
            continue;
        }
        found.extend(
            words_of(&without_texts(&screen))
                .into_iter()
                .map(|word| format!("{word} ({})", place.split(' ').next().unwrap())),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_chinese_screen_has_no_english_word_but_names() {
    let mut found = BTreeSet::new();
    for (place, screen) in screens(Language::Zh) {
        found.extend(
            words_of(&screen)
                .into_iter()
                .map(|word| format!("{word} ({})", place.split(' ').next().unwrap())),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}
