//! What of a lesson would not work with its recording.

use super::course::Course;
use super::find::Trouble;
use super::{Lesson, Which};
use crate::event::{Event, Kind};
use crate::text::printable;
use crate::texts::Language;
use std::fmt;

/// One thing that would not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonProblem {
    /// The line in the lesson, from 1.
    pub line: usize,
    /// The step, counted from 1.
    pub step: usize,
    /// What is wrong, and what to do.
    pub what: String,
}

impl fmt::Display for LessonProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: step {}: {}", self.line, self.step, self.what)
    }
}

/// Every step that finds no event, or is never reached, or asks what cannot be answered.
pub fn check(lesson: &Lesson, workers: u32, events: &[Event]) -> Vec<LessonProblem> {
    let (course, found) = Course::at(lesson.clone(), lesson.lang.unwrap_or(Language::En), workers, events);
    let mut problems = Vec::new();
    let mut stuck: Option<usize> = None;
    for (i, (step, found)) in lesson.steps.iter().zip(found).enumerate() {
        let bind = &step.bind;
        let title = printable(&step.title);
        let mut tell = |line: usize, what: String| problems.push(LessonProblem { line, step: i + 1, what });
        match found.trouble {
            Some(Trouble::Nowhere { before }) => {
                let filter = printable(&bind.filter.to_string()).into_owned();
                let what = match (before, i) {
                    (0, _) => {
                        format!("\"{title}\" finds no event: nothing in the recording matches {filter}")
                    }
                    (n, _) => format!(
                        "\"{title}\" finds no event after that of the step before: {filter} matches {} earlier; move \
                         the step up, or name another event",
                        if n == 1 { "1 event".to_owned() } else { format!("{n} events") }
                    ),
                };
                tell(bind.line, what);
            }
            Some(Trouble::Back { step }) => tell(
                bind.line,
                format!(
                    "\"{title}\" is never reached: its event does not come after that of step {}; use `next`, or move it \
                     up",
                    step + 1
                ),
            ),
            None => {}
        }
        if let (Some(at), Some(ask)) = (found.at, step.ask)
            && course.question(i).is_none()
        {
            tell(
                bind.line,
                format!(
                    "\"{title}\" asks `{}`, but {}",
                    ask.name(),
                    match lacks(&events[at], ask) {
                        true => format!(
                            "its event ({}) does not say, and neither does what follows on its thread before the next \
                             step",
                            printable(events[at].kind().name())
                        ),
                        false => "there are not enough other answers to choose from".to_owned(),
                    }
                ),
            );
        }
        // What stands beside the others keeps nobody waiting.
        let waits = bind.which != Which::Beside && matches!(found.trouble, Some(Trouble::Nowhere { .. }));
        if waits && stuck.is_none() {
            stuck = Some(i);
        }
    }
    if let Some(stuck) = stuck.filter(|stuck| stuck + 1 < lesson.steps.len()) {
        let (first, last) = (stuck + 2, lesson.steps.len());
        let steps =
            if first == last { format!("step {last} is") } else { format!("steps {first} to {last} are") };
        let what = format!("{steps} never reached: against a live server the lesson waits here for ever");
        problems.push(LessonProblem { line: lesson.steps[stuck].bind.line, step: stuck + 1, what });
    }
    problems.sort_by_key(|problem| problem.line);
    problems
}

/// Whether the event itself has no answer.
fn lacks(event: &Event, ask: super::QuestionKind) -> bool {
    ask.answer(event, None).is_none() && event.kind() != Kind::Snapshot
}
