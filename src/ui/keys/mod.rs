//! The one table of keys (`table.rs`): what they do and what the help says of them.

mod table;
#[cfg(test)]
mod tests;

pub(super) use table::{ASKED, LESSON, LIST, SECTIONS};

use crate::texts::Language;
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
    /// The next language.
    Language,
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
    /// In a lesson: the next step.
    NextStep,
    /// In a lesson: the step before.
    PrevStep,
    /// In a lesson: back to its event.
    BackToLesson,
    /// In a lesson: its text alone, or beside the panels again.
    LessonAlone,
    /// In a lesson: down in its text.
    LessonDown,
    /// In a lesson: up in its text.
    LessonUp,
    /// In a lesson: begin it again.
    FromStart,
    /// In a lesson: the answer of that number, from 0.
    Answer(u8),
    /// In a lesson: show what was asked.
    SkipQuestion,
}

/// A text without parameters.
pub(super) type PlainText = fn(Language) -> &'static str;

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
    /// What the help says.
    pub help: PlainText,
    /// Where the help shows it.
    pub scope: Scope,
    keys: &'static [(KeyPress, Action)],
}

/// The keys of one purpose.
pub(super) struct Section {
    pub title: PlainText,
    pub bindings: &'static [Binding],
}

#[derive(Clone, Copy, PartialEq)]
enum KeyPress {
    Char(char),
    Ctrl(char),
    Code(KeyCode),
}

/// What a key asks for while the list of breakpoints is open, if the list has to do with it.
pub fn list_action(key: KeyEvent) -> Option<Action> {
    of(&LIST, key)
}

/// What a key asks for in a lesson, if the lesson has to do with it.
pub fn lesson_action(key: KeyEvent, is_asked: bool) -> Option<Action> {
    of(&ASKED, key).filter(|_| is_asked).or_else(|| of(&LESSON, key))
}

fn of(section: &Section, key: KeyEvent) -> Option<Action> {
    let wanted = wanted(key)?;
    let mut keys = section.bindings.iter().flat_map(|b| b.keys);
    keys.find(|(bound, _)| *bound == wanted).map(|(_, action)| *action)
}

/// What a key asks for, if anything.
pub fn action(key: KeyEvent) -> Option<Action> {
    let wanted = wanted(key)?;
    all().find(|(bound, _)| *bound == wanted).map(|(_, action)| action)
}

use KeyPress::{Char, Code, Ctrl};

fn wanted(key: KeyEvent) -> Option<KeyPress> {
    // A shifted character already says so by what it is; terminals differ in whether they add SHIFT.
    Some(match key.code {
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => Ctrl(c.to_ascii_lowercase()),
        KeyCode::Char(_) if key.modifiers.contains(KeyModifiers::ALT) => return None,
        KeyCode::Char(c) => Char(c),
        code => Code(code),
    })
}

fn all() -> impl Iterator<Item = (KeyPress, Action)> {
    SECTIONS.iter().flat_map(|s| s.bindings).flat_map(|b| b.keys.iter().copied())
}

/// Every key that is bound.
#[cfg(test)]
pub(super) fn bound() -> Vec<KeyEvent> {
    let event = |(key, _): (KeyPress, Action)| match key {
        Char(c) => KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE),
        Ctrl(c) => KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL),
        Code(code) => KeyEvent::new(code, KeyModifiers::NONE),
    };
    all().map(event).collect()
}
