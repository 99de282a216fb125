//! The keys, section by section, as the help shows them.

use super::KeyPress::{Char, Code, Ctrl};
use super::{Action, Binding, KeyPress, PlainText, Scope, Section};
use crate::texts::Language;
use crossterm::event::KeyCode;

const fn bind(shown: &'static str, help: PlainText, keys: &'static [(KeyPress, Action)]) -> Binding {
    Binding { shown, help, scope: Scope::Always, keys }
}

const fn live(shown: &'static str, help: PlainText, keys: &'static [(KeyPress, Action)]) -> Binding {
    Binding { shown, help, scope: Scope::Live, keys }
}

const fn replay(shown: &'static str, help: PlainText, keys: &'static [(KeyPress, Action)]) -> Binding {
    Binding { shown, help, scope: Scope::Replay, keys }
}

/// The keys while the list of breakpoints is open.
pub(in crate::ui) const LIST: Section = Section {
    title: Language::keys_list,
    bindings: &[
        bind(
            "j k",
            Language::key_list_down,
            &[
                (Char('j'), Action::Down),
                (Code(KeyCode::Down), Action::Down),
                (Char('k'), Action::Up),
                (Code(KeyCode::Up), Action::Up),
            ],
        ),
        bind("Space", Language::key_list_toggle, &[(Char(' '), Action::Toggle), (Char('b'), Action::Toggle)]),
        bind("d", Language::key_list_delete, &[(Char('d'), Action::Delete), (Char('x'), Action::Delete)]),
        bind("Enter", Language::key_list_choose, &[(Code(KeyCode::Enter), Action::Choose)]),
        bind(":", Language::key_list_another, &[(Char(':'), Action::Command)]),
        bind(
            "Esc",
            Language::key_list_close,
            &[(Code(KeyCode::Esc), Action::Close), (Char('q'), Action::Close), (Char('B'), Action::Close)],
        ),
    ],
};

/// The keys of a lesson, besides all others.
pub(in crate::ui) const LESSON: Section = Section {
    title: Language::keys_lesson,
    bindings: &[
        bind("Enter", Language::key_lesson_next, &[(Code(KeyCode::Enter), Action::NextStep)]),
        bind("Bksp", Language::key_lesson_previous, &[(Code(KeyCode::Backspace), Action::PrevStep)]),
        bind("L", Language::key_lesson_back, &[(Char('L'), Action::BackToLesson)]),
        bind(
            "J K",
            Language::key_lesson_scroll,
            &[(Char('J'), Action::LessonDown), (Char('K'), Action::LessonUp)],
        ),
        bind("l", Language::key_lesson_alone, &[(Char('l'), Action::LessonAlone)]),
        bind("R", Language::key_lesson_again, &[(Char('R'), Action::FromStart)]),
    ],
};

/// The keys while a lesson asks.
pub(in crate::ui) const ASKED: Section = Section {
    title: Language::keys_question,
    bindings: &[
        bind(
            "a-d",
            Language::key_question_answer,
            &[
                (Char('a'), Action::Answer(0)),
                (Char('b'), Action::Answer(1)),
                (Char('c'), Action::Answer(2)),
                (Char('d'), Action::Answer(3)),
            ],
        ),
        bind("s", Language::key_question_skip, &[(Char('s'), Action::SkipQuestion)]),
    ],
};

pub(in crate::ui) const SECTIONS: &[Section] = &[
    Section {
        title: Language::keys_step,
        bindings: &[
            bind(
                ". ,",
                Language::key_step,
                &[
                    (Char('.'), Action::Next),
                    (Code(KeyCode::Right), Action::Next),
                    (Char(','), Action::Prev),
                    (Code(KeyCode::Left), Action::Prev),
                ],
            ),
            bind(
                ") (",
                Language::key_step_connection,
                &[(Char(')'), Action::NextOfConn), (Char('('), Action::PrevOfConn)],
            ),
            bind(
                "} {",
                Language::key_step_request,
                &[(Char('}'), Action::NextRequest), (Char('{'), Action::PrevRequest)],
            ),
            bind(
                "n N",
                Language::key_step_same,
                &[(Char('n'), Action::NextSame), (Char('N'), Action::PrevSame)],
            ),
            bind(
                "] [",
                Language::key_step_chapter,
                &[(Char(']'), Action::NextChapter), (Char('['), Action::PrevChapter)],
            ),
            bind("o", Language::key_step_other_end, &[(Char('o'), Action::OtherEnd)]),
            bind(
                "j k",
                Language::key_step_down,
                &[
                    (Char('j'), Action::Down),
                    (Code(KeyCode::Down), Action::Down),
                    (Char('k'), Action::Up),
                    (Code(KeyCode::Up), Action::Up),
                ],
            ),
            bind(
                "^D ^U",
                Language::key_step_half,
                &[
                    (Ctrl('d'), Action::HalfDown),
                    (Code(KeyCode::PageDown), Action::HalfDown),
                    (Ctrl('u'), Action::HalfUp),
                    (Code(KeyCode::PageUp), Action::HalfUp),
                ],
            ),
            bind(
                "g G",
                Language::key_step_first,
                &[
                    (Char('g'), Action::First),
                    (Code(KeyCode::Home), Action::First),
                    (Char('G'), Action::Last),
                    (Code(KeyCode::End), Action::Last),
                ],
            ),
            bind("F", Language::key_step_follow, &[(Char('F'), Action::Follow)]),
            bind(":", Language::key_step_command, &[(Char(':'), Action::Command)]),
            bind("0", Language::key_step_count, &[]),
        ],
    },
    Section {
        title: Language::keys_find,
        bindings: &[
            bind("/", Language::key_find_search, &[(Char('/'), Action::Search)]),
            bind("&", Language::key_find_filter, &[(Char('&'), Action::Filter)]),
            bind("*", Language::key_find_connection, &[(Char('*'), Action::OnlyConn)]),
            bind("f", Language::key_find_like_this, &[(Char('f'), Action::OnlyLikeThis)]),
            bind(
                "m '",
                Language::key_find_bookmark,
                &[(Char('m'), Action::SetMark), (Char('\''), Action::GoToMark)],
            ),
            bind("^O", Language::key_find_jump_back, &[(Ctrl('o'), Action::JumpBack)]),
            bind("b", Language::key_find_breakpoint, &[(Char('b'), Action::Breakpoint)]),
            bind("B", Language::key_find_breakpoints, &[(Char('B'), Action::Breakpoints)]),
            bind(
                "c C",
                Language::key_find_continue,
                &[(Char('c'), Action::Continue), (Char('C'), Action::ReverseContinue)],
            ),
        ],
    },
    Section {
        title: Language::keys_play,
        bindings: &[
            bind("Space", Language::key_play, &[(Char(' '), Action::Play)]),
            bind(
                "> <",
                Language::key_play_speed,
                &[(Char('>'), Action::Faster), (Char('<'), Action::Slower)],
            ),
            bind("i", Language::key_play_idle, &[(Char('i'), Action::FoldIdle)]),
            live("p", Language::key_play_hold, &[(Char('p'), Action::Hold)]),
            live("t", Language::key_play_turn, &[(Char('t'), Action::Turn)]),
            live("r", Language::key_play_record, &[(Char('r'), Action::Record)]),
        ],
    },
    Section {
        title: Language::keys_keep,
        bindings: &[
            bind("a", Language::key_keep_note, &[(Char('a'), Action::Note)]),
            bind("x", Language::key_keep_export, &[(Char('x'), Action::Export)]),
            bind("y", Language::key_keep_copy, &[(Char('y'), Action::Copy)]),
        ],
    },
    Section {
        title: Language::keys_look,
        bindings: &[
            bind(
                "1-8",
                Language::key_look_panels,
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
            bind("e", Language::key_look_why, &[(Char('e'), Action::Explain)]),
            bind(
                "Tab",
                Language::key_look_next,
                &[(Code(KeyCode::Tab), Action::NextPanel), (Code(KeyCode::BackTab), Action::PrevPanel)],
            ),
            bind("z", Language::key_look_zoom, &[(Char('z'), Action::Zoom)]),
            bind(
                "+ -",
                Language::key_look_scale,
                &[(Char('+'), Action::Finer), (Char('-'), Action::Coarser)],
            ),
            bind("● ○", Language::key_look_signs, &[]),
            bind("T", Language::key_look_theme, &[(Char('T'), Action::Theme)]),
            bind("A", Language::key_look_language, &[(Char('A'), Action::Language)]),
            bind("M", Language::key_look_mouse, &[(Char('M'), Action::Mouse)]),
            bind(
                "?",
                Language::key_look_help,
                &[(Char('?'), Action::Help), (Code(KeyCode::F(1)), Action::Help)],
            ),
            bind("Esc", Language::key_look_close, &[(Code(KeyCode::Esc), Action::Close)]),
            bind("paste", Language::key_look_paste, &[]),
            bind("^Z", Language::key_look_suspend, &[(Ctrl('z'), Action::Suspend)]),
            bind("q", Language::key_look_quit, &[(Char('q'), Action::Quit), (Ctrl('c'), Action::Interrupt)]),
            bind("Q", Language::key_look_quit_and_leave, &[(Char('Q'), Action::QuitAndLeave)]),
            replay("p r", Language::key_look_live_only, &[]),
        ],
    },
];
