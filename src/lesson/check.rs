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
        let lang = Language::spoken();
        f.write_str(&lang.lesson_problem(self.line.to_string(), self.step.to_string(), &*self.what))
    }
}

/// Every step that finds no event, or is never reached, or asks what cannot be answered.
pub fn check(lesson: &Lesson, workers: u32, events: &[Event]) -> Vec<LessonProblem> {
    let lang = Language::spoken();
    let (course, found) = Course::at(lesson.clone(), lang, workers, events);
    let mut problems = Vec::new();
    let mut stuck: Option<usize> = None;
    for (i, (step, found)) in lesson.steps.iter().zip(found).enumerate() {
        let bind = &step.bind;
        let title = &*printable(&step.title);
        let mut tell = |line: usize, what: String| problems.push(LessonProblem { line, step: i + 1, what });
        match found.trouble {
            Some(Trouble::Nowhere { before }) => {
                let filter = printable(&bind.filter.to_string()).into_owned();
                let what = match before {
                    0 => lang.lesson_problem_nowhere(filter, title),
                    n => lang.lesson_problem_earlier(filter, n, title),
                };
                tell(bind.line, what);
            }
            Some(Trouble::Back { step }) => {
                tell(bind.line, lang.lesson_problem_back((step + 1).to_string(), title));
            }
            None => {}
        }
        if let (Some(at), Some(ask)) = (found.at, step.ask)
            && course.question(i).is_none()
        {
            let kind = printable(events[at].kind().name()).into_owned();
            let what = match lacks(&events[at], ask) {
                true => lang.lesson_problem_not_said(ask.name(), kind, title),
                false => lang.lesson_problem_too_few(ask.name(), title),
            };
            tell(bind.line, what);
        }
        // What stands beside the others keeps nobody waiting.
        let waits = bind.which != Which::Beside && matches!(found.trouble, Some(Trouble::Nowhere { .. }));
        if waits && stuck.is_none() {
            stuck = Some(i);
        }
    }
    if let Some(stuck) = stuck.filter(|stuck| stuck + 1 < lesson.steps.len()) {
        let (first, last) = (stuck + 2, lesson.steps.len());
        let what = match first == last {
            true => lang.lesson_problem_stuck_last(last.to_string()),
            false => lang.lesson_problem_stuck(first.to_string(), last.to_string()),
        };
        problems.push(LessonProblem { line: lesson.steps[stuck].bind.line, step: stuck + 1, what });
    }
    problems.sort_by_key(|problem| problem.line);
    problems
}

/// Whether the event itself has no answer.
fn lacks(event: &Event, ask: super::QuestionKind) -> bool {
    ask.answer(event, None).is_none() && event.kind() != Kind::Snapshot
}
