//! Lessons: a text in Markdown beside a recording, each step of which names an event by a filter.
//!
//! ````text
//! ---
//! title: set a 0 0 4
//! about: One command from the first byte to the answer.
//! recording: ../../traces/set-get.jsonl
//! minutes: 15
//! ---
//!
//! # A chapter
//!
//! ## A step
//!
//! ```step
//! next ev=state & from=conn_new_cmd
//! show machine connection
//! ask to
//! ```
//!
//! What there is to see, and why memcached does it so.
//! ````
//!
//! A step never names its event by a number or a time, so a story that is recorded again still fits its
//! lesson, and the same lesson runs against a live server. What a step asks is answered by the trace.
//! `tutorials/README.md` is the guide for whoever writes one.
//!
//! # For a screen
//!
//! [`Lesson::parse`] reads the text; everything in a [`Lesson`] is harmless for a terminal already.
//! A [`Course`] is a lesson on its way through events: [`Course::over`] a recording, where every
//! step has its place at once, or [`Course::live`], fed event by event with [`Course::feed`], which
//! says when a step is reached. [`Course::question`] is what to ask before the step's event is shown,
//! [`Course::answer`] takes the student's choice, [`Course::score`] counts. [`wrap()`] breaks text into
//! lines, Chinese too. `progress.rs` remembers how far somebody has come, [`library`] holds the lessons
//! that the program carries with it.
//!
//! # The files
//!
//! `parse.rs` and `step.rs` read the text, `mistake.rs` says what is wrong with it; `find.rs` finds the
//! steps' events; `ask.rs` is what can be asked, `choices.rs` what can be chosen, `words.rs` how it is
//! said; `course.rs` goes through events; `check.rs` finds what would not work;
//! `skeleton.rs` begins a new lesson.

mod ask;
pub mod check;
mod choices;
mod course;
mod find;
pub mod library;
mod mistake;
mod parse;
pub(crate) mod progress;
mod skeleton;
mod step;
mod words;
mod wrap;

pub use ask::QuestionKind;
pub use choices::{Choice, Question};
pub use course::{Course, Score};
pub use mistake::{Mistake, Mistakes};
pub use skeleton::skeleton;
pub use step::{Bind, StepPanel, Which};
pub use wrap::wrap;

/// A lesson. All text in it may be shown on a terminal as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// What it is called.
    pub title: String,
    /// What it is about, in a sentence.
    pub about: String,
    /// The recording, as a path from where the lesson's file is.
    pub recording: String,
    /// How long it takes.
    pub minutes: u32,
    /// The language that it says it is in.
    pub lang: Option<crate::texts::Language>,
    /// The text before the first chapter.
    pub intro: Vec<Block>,
    /// Its chapters, in order; each has at least one step.
    pub chapters: Vec<Chapter>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// A chapter: a heading `#`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// The heading.
    pub title: String,
    /// The heading's line in the file, from 1.
    pub line: usize,
    /// The text before its first step.
    pub intro: Vec<Block>,
    /// Its first step, as an index of [`Lesson::steps`].
    pub first: usize,
}

/// A step: a heading `##`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The heading.
    pub title: String,
    /// The heading's line in the file, from 1.
    pub line: usize,
    /// Its chapter, as an index of [`Lesson::chapters`].
    pub chapter: usize,
    /// Which event it is about.
    pub bind: Bind,
    /// The panels to look at, the most important first.
    pub show: Vec<StepPanel>,
    /// What is asked before the event is shown.
    pub ask: Option<QuestionKind>,
    /// The text, and what the client does for the event to happen.
    pub body: Vec<Block>,
}

impl Step {
    /// What the client does for the step's event to happen, a line each: `connect`, `close`, or what it
    /// types.
    pub fn does(&self) -> impl Iterator<Item = &str> {
        let lines = self.body.iter().filter_map(|block| match block {
            Block::Do(lines) => Some(lines),
            _ => None,
        });
        lines.flatten().map(String::as_str)
    }

    /// Whether the lesson itself says what there is to see, in its own language.
    pub fn has_words(&self) -> bool {
        self.body.iter().any(|block| !matches!(block, Block::Do(_)) && !block.is_place())
    }
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Text(Vec<Span>),
    /// A paragraph of a list.
    Item {
        /// `•`, `1.`; empty for what belongs to the item before.
        mark: String,
        /// How many lists it stands in, from 1.
        depth: usize,
        /// What it says.
        text: Vec<Span>,
    },
    /// Lines that stay as they are.
    Code(Vec<String>),
    /// What the client does: in a live server the student, in their own telnet.
    Do(Vec<String>),
}

impl Block {
    /// Whether it is a paragraph that only names a place in memcached's source.
    pub fn is_place(&self) -> bool {
        matches!(self, Block::Text(spans) if matches!(spans.as_slice(), [Span { style: TextStyle::Code, .. }]))
    }
}

/// A piece of a paragraph, all in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What it says.
    pub text: String,
    /// How it looks.
    pub style: TextStyle,
}

/// How a piece of a paragraph looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextStyle {
    /// As all the rest.
    #[default]
    Plain,
    /// A name or a line from the program.
    Code,
    /// Emphasized.
    Emphasis,
    /// Strongly emphasized.
    Strong,
}
