//! The keys, section by section, as the help shows them.

use super::KeyPress::{Char, Code, Ctrl};
use super::{Action, Binding, KeyPress, Scope, Section};
use crossterm::event::KeyCode;

const fn bind(shown: &'static str, help: &'static str, keys: &'static [(KeyPress, Action)]) -> Binding {
    Binding { shown, help, scope: Scope::Always, keys }
}

const fn live(shown: &'static str, help: &'static str, keys: &'static [(KeyPress, Action)]) -> Binding {
    Binding { shown, help, scope: Scope::Live, keys }
}

const fn replay(shown: &'static str, help: &'static str, keys: &'static [(KeyPress, Action)]) -> Binding {
    Binding { shown, help, scope: Scope::Replay, keys }
}

/// The keys while the list of breakpoints is open.
pub(in crate::ui) const LIST: Section = Section {
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

/// The keys of a lesson, besides all others.
pub(in crate::ui) const LESSON: Section = Section {
    title: "The lesson",
    bindings: &[
        bind("Enter", "next step of the lesson", &[(Code(KeyCode::Enter), Action::NextStep)]),
        bind("Bksp", "the step before", &[(Code(KeyCode::Backspace), Action::PrevStep)]),
        bind("L", "back to the event of this step, wherever one is", &[(Char('L'), Action::BackToLesson)]),
        bind(
            "J K",
            "down, up in the lesson's text",
            &[(Char('J'), Action::LessonDown), (Char('K'), Action::LessonUp)],
        ),
        bind("l", "the text alone, or beside the panels again", &[(Char('l'), Action::LessonAlone)]),
        bind("R", "begin the lesson again, answers forgotten", &[(Char('R'), Action::FromStart)]),
    ],
};

/// The keys while a lesson asks.
pub(in crate::ui) const ASKED: Section = Section {
    title: "The question",
    bindings: &[
        bind(
            "a-d",
            "the answer (what they do else they do again after it)",
            &[
                (Char('a'), Action::Answer(0)),
                (Char('b'), Action::Answer(1)),
                (Char('c'), Action::Answer(2)),
                (Char('d'), Action::Answer(3)),
            ],
        ),
        bind("s", "show it without an answer", &[(Char('s'), Action::SkipQuestion)]),
    ],
};

pub(in crate::ui) const SECTIONS: &[Section] = &[
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
                "first, last event; 042G goes to event 42",
                &[
                    (Char('g'), Action::First),
                    (Code(KeyCode::Home), Action::First),
                    (Char('G'), Action::Last),
                    (Code(KeyCode::End), Action::Last),
                ],
            ),
            bind(
                "F",
                "follow the newest event: of a server, or of a file that is written",
                &[(Char('F'), Action::Follow)],
            ),
            bind(
                ":",
                "go to :123 :+10 :-5 :1.25s :50% :set (a chapter); :q quits",
                &[(Char(':'), Action::Command)],
            ),
            bind("0", "begins a count: 010. takes ten steps; a second without a key ends it", &[]),
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
            bind(
                "b",
                "breakpoint on this kind, way, function or op, on or off",
                &[(Char('b'), Action::Breakpoint)],
            ),
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
                "hold, release (elsewhere: p again); held, . lets one event through",
                &[(Char('p'), Action::Hold)],
            ),
            live(
                "t",
                "held: whose turn: main, a worker, or who waited longest",
                &[(Char('t'), Action::Turn)],
            ),
            live(
                "r",
                "start, stop recording to a file (to stop it elsewhere: r again)",
                &[(Char('r'), Action::Record)],
            ),
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
            bind("paste", "text for a line that is being typed; elsewhere it is left alone", &[]),
            bind("^Z", "suspend", &[(Ctrl('z'), Action::Suspend)]),
            bind("q", "quit (also Ctrl-C)", &[(Char('q'), Action::Quit), (Ctrl('c'), Action::Interrupt)]),
            bind(
                "Q",
                "quit, and leave the last screen in the terminal",
                &[(Char('Q'), Action::QuitAndLeave)],
            ),
            replay("p r", "hold, record: of a running server alone", &[]),
        ],
    },
];
