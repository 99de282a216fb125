//! The one table of keys: what they do and what the help says of them.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// One event forward; at the newest event of a server that is held, let one through.
    Next,
    /// One event back.
    Prev,
    /// The next event of this connection.
    NextOfConn,
    /// The previous event of this connection.
    PrevOfConn,
    /// The next request.
    NextRequest,
    /// The previous request.
    PrevRequest,
    /// The next event of the same kind, or that enters the same state.
    NextSame,
    /// The previous one.
    PrevSame,
    /// The next chapter.
    NextChapter,
    /// The previous chapter.
    PrevChapter,
    /// From a cause to its effect on another thread, or back.
    OtherEnd,
    /// On to the next breakpoint.
    Continue,
    /// Back to the last breakpoint.
    ReverseContinue,
    /// Set or take away a breakpoint.
    Breakpoint,
    /// The first event.
    First,
    /// The last event, or the one that a count names.
    Last,
    /// Down: an event forward, or scroll a text.
    Down,
    /// Up: an event back, or scroll a text.
    Up,
    /// Half a page down.
    HalfDown,
    /// Half a page up.
    HalfUp,
    /// Play or pause.
    Play,
    /// Play faster.
    Faster,
    /// Play slower.
    Slower,
    /// Fold idle time or play it whole.
    FoldIdle,
    /// Open the command line.
    Command,
    /// Hold or release the server.
    Hold,
    /// Start or stop recording.
    Record,
    /// Show this connection whatever else happens, or no longer.
    Pin,
    /// Go to a panel.
    Panel(u8),
    /// Go to the next panel.
    NextPanel,
    /// Go to the previous panel.
    PrevPanel,
    /// The panel fills the screen, or no longer.
    Zoom,
    /// Space-time: a row for more, for less of what happens.
    Finer,
    /// Space-time: fewer rows.
    Coarser,
    /// The next theme.
    Theme,
    /// Open or close the help.
    Help,
    /// Close what is open.
    Close,
    /// Suspend the program.
    Suspend,
    /// Quit.
    Quit,
    /// Ctrl-C: quit as a signal would have it.
    Interrupt,
}

/// One key or two of a kind, and what they do.
pub(super) struct Binding {
    /// As the help shows them.
    pub shown: &'static str,
    /// What the help says.
    pub help: &'static str,
    keys: &'static [(Key, Action)],
}

/// The keys of one purpose.
pub(super) struct Section {
    pub title: &'static str,
    pub bindings: &'static [Binding],
}

#[derive(Clone, Copy, PartialEq)]
enum Key {
    Char(char),
    Ctrl(char),
    Code(KeyCode),
}

use Key::{Char, Code, Ctrl};

const fn bind(shown: &'static str, help: &'static str, keys: &'static [(Key, Action)]) -> Binding {
    Binding { shown, help, keys }
}

pub(super) const SECTIONS: &[Section] = &[
    Section {
        title: "Step",
        bindings: &[
            bind(
                ". ,",
                "one event forward, back (also → ←)",
                &[
                    (Char('.'), Action::Next),
                    (Code(KeyCode::Right), Action::Next),
                    (Char(','), Action::Prev),
                    (Code(KeyCode::Left), Action::Prev),
                ],
            ),
            bind(
                ") (",
                "next, previous event of this connection",
                &[(Char(')'), Action::NextOfConn), (Char('('), Action::PrevOfConn)],
            ),
            bind(
                "} {",
                "next, previous request",
                &[(Char('}'), Action::NextRequest), (Char('{'), Action::PrevRequest)],
            ),
            bind(
                "n N",
                "next, previous of the same kind, or entering the same state",
                &[(Char('n'), Action::NextSame), (Char('N'), Action::PrevSame)],
            ),
            bind(
                "] [",
                "next, previous chapter",
                &[(Char(']'), Action::NextChapter), (Char('['), Action::PrevChapter)],
            ),
            bind(
                "o",
                "the other end: from push or notify to the worker, and back",
                &[(Char('o'), Action::OtherEnd)],
            ),
            bind(
                "j k",
                "down, up (also ↓ ↑); scrolls the text of a panel of text",
                &[
                    (Char('j'), Action::Down),
                    (Code(KeyCode::Down), Action::Down),
                    (Char('k'), Action::Up),
                    (Code(KeyCode::Up), Action::Up),
                ],
            ),
            bind(
                "^D ^U",
                "half a page down, up",
                &[
                    (Ctrl('d'), Action::HalfDown),
                    (Code(KeyCode::PageDown), Action::HalfDown),
                    (Ctrl('u'), Action::HalfUp),
                    (Code(KeyCode::PageUp), Action::HalfUp),
                ],
            ),
            bind(
                "g G",
                "first, last event; 42G goes to event 42",
                &[
                    (Char('g'), Action::First),
                    (Code(KeyCode::Home), Action::First),
                    (Char('G'), Action::Last),
                    (Code(KeyCode::End), Action::Last),
                ],
            ),
            bind(
                ":",
                "go to :123 :+10 :-5 :1.25s :50% :set (a chapter); :q quits",
                &[(Char(':'), Action::Command)],
            ),
            bind("1-9", "a count, typed at once: 10. takes ten steps, 05. five", &[]),
        ],
    },
    Section {
        title: "Play",
        bindings: &[
            bind("Space", "play, pause", &[(Char(' '), Action::Play)]),
            bind("> <", "faster, slower", &[(Char('>'), Action::Faster), (Char('<'), Action::Slower)]),
            bind("i", "fold idle time, or play it whole", &[(Char('i'), Action::FoldIdle)]),
            bind("b", "breakpoint on this kind or way, on or off", &[(Char('b'), Action::Breakpoint)]),
            bind(
                "c C",
                "on to the next breakpoint, back to the last (with none: same kind)",
                &[(Char('c'), Action::Continue), (Char('C'), Action::ReverseContinue)],
            ),
            bind(
                "p",
                "live: hold, release the server; held, . lets one event through",
                &[(Char('p'), Action::Hold)],
            ),
            bind("r", "live: start, stop recording to a file", &[(Char('r'), Action::Record)]),
        ],
    },
    Section {
        title: "Look",
        bindings: &[
            bind(
                "1-7",
                "Threads, Space-time, Machine, Connection, Stack, Events, Why (also e)",
                &[
                    (Char('1'), Action::Panel(1)),
                    (Char('2'), Action::Panel(2)),
                    (Char('3'), Action::Panel(3)),
                    (Char('4'), Action::Panel(4)),
                    (Char('5'), Action::Panel(5)),
                    (Char('6'), Action::Panel(6)),
                    (Char('7'), Action::Panel(7)),
                    (Char('e'), Action::Panel(7)),
                ],
            ),
            bind(
                "Tab",
                "next panel (Shift-Tab: previous)",
                &[(Code(KeyCode::Tab), Action::NextPanel), (Code(KeyCode::BackTab), Action::PrevPanel)],
            ),
            bind("z", "this panel alone, or all again", &[(Char('z'), Action::Zoom)]),
            bind(
                "+ -",
                "Space-time: more, fewer rows",
                &[(Char('+'), Action::Finer), (Char('-'), Action::Coarser)],
            ),
            bind("● ○", "acts, falls asleep; a lane is │ while it runs, ┊ while it sleeps", &[]),
            bind("T", "the next theme: dark, light, contrast, mono", &[(Char('T'), Action::Theme)]),
            bind("*", "keep showing this connection, or no longer", &[(Char('*'), Action::Pin)]),
            bind("?", "this help", &[(Char('?'), Action::Help), (Code(KeyCode::F(1)), Action::Help)]),
            bind("Esc", "close what is open; never quits", &[(Code(KeyCode::Esc), Action::Close)]),
            bind("^Z", "suspend", &[(Ctrl('z'), Action::Suspend)]),
            bind("q", "quit (also Ctrl-C)", &[(Char('q'), Action::Quit), (Ctrl('c'), Action::Interrupt)]),
        ],
    },
];

/// What a key asks for, if anything.
pub fn action(key: KeyEvent) -> Option<Action> {
    // A shifted character already says so by what it is; terminals differ in whether they add SHIFT.
    let wanted = match key.code {
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => Ctrl(c.to_ascii_lowercase()),
        KeyCode::Char(_) if key.modifiers.contains(KeyModifiers::ALT) => return None,
        KeyCode::Char(c) => Char(c),
        code => Code(code),
    };
    all().find(|(bound, _)| *bound == wanted).map(|(_, action)| action)
}

fn all() -> impl Iterator<Item = (Key, Action)> {
    SECTIONS.iter().flat_map(|s| s.bindings).flat_map(|b| b.keys.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_bound_twice() {
        let keys: Vec<Key> = all().map(|(key, _)| key).collect();
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[..i].contains(key), "binding {i} is there already");
        }
    }

    #[test]
    fn every_key_that_the_help_shows_is_bound() {
        for binding in SECTIONS.iter().flat_map(|s| s.bindings).filter(|b| !b.keys.is_empty()) {
            for shown in binding.shown.split(' ').filter(|s| s.chars().count() == 1) {
                let found =
                    binding.keys.iter().any(|(key, _)| *key == Char(shown.chars().next().unwrap_or(' ')));
                assert!(found, "{shown}");
            }
        }
    }

    #[test]
    fn control_and_shift_are_told_apart_from_plain_characters() {
        let key = |code, modifiers| action(KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::NONE), Some(Action::Continue));
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Action::Interrupt));
        assert_eq!(key(KeyCode::Char('C'), KeyModifiers::SHIFT), Some(Action::ReverseContinue));
        assert_eq!(key(KeyCode::Char(')'), KeyModifiers::SHIFT), Some(Action::NextOfConn));
        assert_eq!(key(KeyCode::Char('q'), KeyModifiers::ALT), None);
        assert_eq!(key(KeyCode::Char('t'), KeyModifiers::NONE), None);
    }
}
