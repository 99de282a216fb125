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
    /// The next hit of the search; without one, the next event of the same kind, or that enters the
    /// same state.
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
    /// Open the list of breakpoints.
    Breakpoints,
    /// In the list: switch on or off.
    Toggle,
    /// In the list: take away.
    Delete,
    /// In the list: go on to the next event that is meant.
    Choose,
    /// The first event.
    First,
    /// The last event, or the one that a count names.
    Last,
    /// Back to the newest event of a server, and along with it.
    Follow,
    /// Set the bookmark that the next letter names.
    SetMark,
    /// Go to the bookmark that the next letter names.
    GoToMark,
    /// Back to where the last jump came from.
    JumpBack,
    /// Open the search.
    Search,
    /// Open the filter.
    Filter,
    /// Show only events like this one, or all.
    OnlyLikeThis,
    /// Show only this connection, or all.
    OnlyConn,
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
    /// Held: whose event is let through next.
    Turn,
    /// Start or stop recording.
    Record,
    /// Go to the panel that says why.
    Explain,
    /// Remark on this event.
    Note,
    /// Write what is shown to a file.
    Export,
    /// Copy this event.
    Copy,
    /// The next theme.
    Theme,
    /// Listen to the mouse, or no longer.
    Mouse,
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
    /// Open or close the help.
    Help,
    /// Close what is open.
    Close,
    /// Suspend the program.
    Suspend,
    /// Quit.
    Quit,
    /// Quit, and leave the last screen where the shell goes on.
    QuitAndLeave,
    /// Ctrl-C: quit as a signal would have it.
    Interrupt,
}

/// Where a key has something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Always,
    /// On a running server.
    Live,
    /// On a recording.
    Replay,
}

/// One key or two of a kind, and what they do.
pub(super) struct Binding {
    /// As the help shows them.
    pub shown: &'static str,
    /// What the help says; where that is nothing, the panels by their digits.
    pub help: &'static str,
    /// Where the help shows it.
    pub scope: Scope,
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
    Binding { shown, help, scope: Scope::Always, keys }
}

const fn live(shown: &'static str, help: &'static str, keys: &'static [(Key, Action)]) -> Binding {
    Binding { shown, help, scope: Scope::Live, keys }
}

const fn replay(shown: &'static str, help: &'static str, keys: &'static [(Key, Action)]) -> Binding {
    Binding { shown, help, scope: Scope::Replay, keys }
}

/// The keys while the list of breakpoints is open.
pub(super) const LIST: Section = Section {
    title: "The list of breakpoints",
    bindings: &[
        bind(
            "j k",
            "down, up (also ↓ ↑)",
            &[
                (Char('j'), Action::Down),
                (Code(KeyCode::Down), Action::Down),
                (Char('k'), Action::Up),
                (Code(KeyCode::Up), Action::Up),
            ],
        ),
        bind(
            "Space",
            "switch it off, or on again",
            &[(Char(' '), Action::Toggle), (Char('b'), Action::Toggle)],
        ),
        bind("d", "take it away (also x)", &[(Char('d'), Action::Delete), (Char('x'), Action::Delete)]),
        bind("Enter", "on to the next event that it means", &[(Code(KeyCode::Enter), Action::Choose)]),
        bind(":", "another one: type an expression", &[(Char(':'), Action::Command)]),
        bind(
            "Esc",
            "close the list (also q, B)",
            &[(Code(KeyCode::Esc), Action::Close), (Char('q'), Action::Close), (Char('B'), Action::Close)],
        ),
    ],
};

pub(super) const SECTIONS: &[Section] = &[
    Section {
        title: "Step",
        bindings: &[
            bind(
                ". ,",
                "one event forward, back (also → ←); of those that are shown",
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
                "next, previous hit of /; without one, event like this one",
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
            live("F", "follow the newest event again", &[(Char('F'), Action::Follow)]),
            bind(
                ":",
                "go to :123 :+10 :-5 :1.25s :50% :set (a chapter); :q quits",
                &[(Char(':'), Action::Command)],
            ),
            bind("1-9", "a count, typed at once: 10. takes ten steps, 05. five", &[]),
        ],
    },
    Section {
        title: "Find",
        bindings: &[
            bind(
                "/",
                "search: text, or an expression such as ev=read & ret>0",
                &[(Char('/'), Action::Search)],
            ),
            bind(
                "&",
                "show only what an expression means (also :filter); nothing shows all",
                &[(Char('&'), Action::Filter)],
            ),
            bind("*", "show only this connection, or all", &[(Char('*'), Action::OnlyConn)]),
            bind("f", "show only events like this one, or all", &[(Char('f'), Action::OnlyLikeThis)]),
            bind(
                "m '",
                "ma bookmarks this event, 'a goes there, '' back to before the jump",
                &[(Char('m'), Action::SetMark), (Char('\''), Action::GoToMark)],
            ),
            bind("^O", "back to where one has jumped from, jump by jump", &[(Ctrl('o'), Action::JumpBack)]),
            bind("b", "breakpoint on this kind or way, on or off", &[(Char('b'), Action::Breakpoint)]),
            bind("B", "all breakpoints; :break EXPR sets one", &[(Char('B'), Action::Breakpoints)]),
            bind(
                "c C",
                "on to the next breakpoint, back to the last (with none: same kind)",
                &[(Char('c'), Action::Continue), (Char('C'), Action::ReverseContinue)],
            ),
        ],
    },
    Section {
        title: "Play",
        bindings: &[
            bind("Space", "play, pause", &[(Char(' '), Action::Play)]),
            bind("> <", "faster, slower", &[(Char('>'), Action::Faster), (Char('<'), Action::Slower)]),
            bind(
                "i",
                "fold idle time, or play it whole (in the view alone)",
                &[(Char('i'), Action::FoldIdle)],
            ),
            live(
                "p",
                "hold, release the server; held, . lets one event through",
                &[(Char('p'), Action::Hold)],
            ),
            live(
                "t",
                "held: whose turn: main, a worker, or who waited longest",
                &[(Char('t'), Action::Turn)],
            ),
            live("r", "start, stop recording to a file", &[(Char('r'), Action::Record)]),
        ],
    },
    Section {
        title: "Keep",
        bindings: &[
            bind("a", "a note on this event (also :note)", &[(Char('a'), Action::Note)]),
            bind(
                "x",
                "write what is shown to a file (also :export FILE; .txt: the screen)",
                &[(Char('x'), Action::Export)],
            ),
            bind("y", "copy this event as JSON", &[(Char('y'), Action::Copy)]),
        ],
    },
    Section {
        title: "Look",
        bindings: &[
            bind(
                "1-8",
                "Threads, Space-time, Machine, Connection, Stack, Events, Why, Memory",
                &[
                    (Char('1'), Action::Panel(1)),
                    (Char('2'), Action::Panel(2)),
                    (Char('3'), Action::Panel(3)),
                    (Char('4'), Action::Panel(4)),
                    (Char('5'), Action::Panel(5)),
                    (Char('6'), Action::Panel(6)),
                    (Char('7'), Action::Panel(7)),
                    (Char('8'), Action::Panel(8)),
                ],
            ),
            bind("e", "explain: the panel that says why", &[(Char('e'), Action::Explain)]),
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
            bind(
                "M",
                "mouse: click an event or a panel, scroll; or no longer",
                &[(Char('M'), Action::Mouse)],
            ),
            bind("?", "this help", &[(Char('?'), Action::Help), (Code(KeyCode::F(1)), Action::Help)]),
            bind(
                "Esc",
                "close what is open, then filter, search, panel; never quits",
                &[(Code(KeyCode::Esc), Action::Close)],
            ),
            bind("^Z", "suspend", &[(Ctrl('z'), Action::Suspend)]),
            bind("q", "quit (also Ctrl-C)", &[(Char('q'), Action::Quit), (Ctrl('c'), Action::Interrupt)]),
            bind(
                "Q",
                "quit, and leave the last screen in the terminal",
                &[(Char('Q'), Action::QuitAndLeave)],
            ),
            replay("p r F", "hold, record, follow: of a running server alone", &[]),
        ],
    },
];

/// What a key asks for while the list of breakpoints is open, if the list has to do with it.
pub fn list_action(key: KeyEvent) -> Option<Action> {
    let wanted = wanted(key)?;
    LIST.bindings.iter().flat_map(|b| b.keys).find(|(bound, _)| *bound == wanted).map(|(_, action)| *action)
}

/// What a key asks for, if anything.
pub fn action(key: KeyEvent) -> Option<Action> {
    let wanted = wanted(key)?;
    all().find(|(bound, _)| *bound == wanted).map(|(_, action)| action)
}

fn wanted(key: KeyEvent) -> Option<Key> {
    // A shifted character already says so by what it is; terminals differ in whether they add SHIFT.
    Some(match key.code {
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => Ctrl(c.to_ascii_lowercase()),
        KeyCode::Char(_) if key.modifiers.contains(KeyModifiers::ALT) => return None,
        KeyCode::Char(c) => Char(c),
        code => Code(code),
    })
}

fn all() -> impl Iterator<Item = (Key, Action)> {
    SECTIONS.iter().flat_map(|s| s.bindings).flat_map(|b| b.keys.iter().copied())
}

/// Every key that is bound.
#[cfg(test)]
pub(super) fn bound() -> Vec<KeyEvent> {
    let event = |(key, _): (Key, Action)| match key {
        Char(c) => KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE),
        Ctrl(c) => KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL),
        Code(code) => KeyEvent::new(code, KeyModifiers::NONE),
    };
    all().map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_help_says_fits_on_a_line_of_80_columns() {
        use unicode_width::UnicodeWidthStr as _;
        for binding in SECTIONS.iter().chain([&LIST]).flat_map(|s| s.bindings) {
            assert!(binding.shown.width() <= 7 && binding.help.width() <= 68, "{}", binding.help);
        }
    }

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
        assert_eq!(key(KeyCode::Char('v'), KeyModifiers::NONE), None);
    }
}
