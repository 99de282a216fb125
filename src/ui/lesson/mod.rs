//! A lesson on the screen: which step one is at, what is asked, and where in the events that leads.
//!
//! Where one is in the lesson follows from few things: the step, what was answered, and whether the
//! step's event has come ([`Stage`]). `text.rs` says it, `layout.rs` gives it its place.

pub(super) mod hints;
pub(super) mod layout;
#[cfg(test)]
mod tests;
pub(super) mod text;

use super::panels::Panel;
use crate::lesson::progress::LessonProgress;
use crate::lesson::{Course, Step, StepPanel};
use crate::texts::Language;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How long nothing must come from a live server for what a thread does next to be: nothing.
pub(super) const QUIET: Duration = Duration::from_secs(1);

/// A lesson, and how far somebody has come with it.
pub struct Pupil {
    /// The lesson over the recording that is shown, or [live](Course::live).
    pub course: Course,
    /// How far one has come.
    pub kept: LessonProgress,
    /// Who keeps that; without one it is forgotten.
    pub keep: Option<Arc<dyn KeepProgress>>,
    /// What `telnet` wants to hear for a live server, as `127.0.0.1 11211`.
    pub address: String,
}

/// Keeps how far somebody has come with a lesson.
pub trait KeepProgress: Send + Sync {
    /// Keeps it. What is to be told, if anything.
    ///
    /// # Errors
    ///
    /// Why it cannot be kept.
    fn keep(&self, entry: &LessonProgress) -> Result<Option<String>, String>;
}

/// The lesson that is shown.
pub(super) struct Tutor {
    pub course: Course,
    pub(super) keep: Option<Arc<dyn KeepProgress>>,
    /// It was told that nothing can be kept.
    pub(super) is_told: bool,
    pub(super) furthest: usize,
    /// The step one is at.
    pub step: usize,
    /// One has gone on from the last step.
    pub is_over: bool,
    /// Steps that were told without an answer: they ask no more.
    pub(super) told: BTreeSet<usize>,
    /// Its text alone.
    pub is_alone: bool,
    pub scroll: usize,
    pub(super) is_live: bool,
    /// How many of the oldest events were let go.
    pub(super) gone: usize,
    /// Live: how long nothing has come.
    pub(super) quiet: Duration,
    address: String,
}

/// What there is to do at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its event has not come yet.
    Waiting,
    /// A question comes first.
    Asking,
    /// Its text.
    Telling,
    /// After the last one.
    Over,
}

impl Tutor {
    pub(super) fn new(pupil: Pupil, is_live: bool) -> Tutor {
        let Pupil { mut course, kept, keep, address } = pupil;
        for (step, value) in &kept.answers {
            let Some(step) = step.parse::<usize>().ok().and_then(|step| step.checked_sub(1)) else {
                continue;
            };
            let is_it = |question: &crate::lesson::Question| {
                question.choices.iter().position(|choice| choice.value == *value)
            };
            // One that the recording has no more is asked again.
            if let Some(choice) = course.question(step).and_then(is_it) {
                course.answer(step, choice);
            }
        }
        let last = course.lesson().steps.len().saturating_sub(1);
        Tutor {
            step: kept.at.saturating_sub(1).min(last),
            furthest: kept.furthest,
            course,
            keep,
            is_told: false,
            is_over: false,
            told: BTreeSet::new(),
            is_alone: false,
            scroll: 0,
            is_live,
            gone: 0,
            quiet: Duration::ZERO,
            address,
        }
    }

    pub fn lang(&self) -> Language {
        self.course.lang()
    }

    pub fn steps(&self) -> usize {
        self.course.lesson().steps.len()
    }

    /// The step one is at; a lesson has at least one.
    pub fn current(&self) -> Option<&Step> {
        self.course.lesson().steps.get(self.step)
    }

    pub fn stage(&self) -> Stage {
        let is_asked = self.current().is_some_and(|step| step.ask.is_some());
        let question = self.course.question(self.step);
        let is_settled = !self.is_live || self.quiet >= QUIET;
        match self.place() {
            _ if self.is_over => Stage::Over,
            _ if self.told.contains(&self.step) => Stage::Telling,
            // What is answered by what follows is asked once that has come.
            None if self.is_live => Stage::Waiting,
            Some(_) if is_asked && question.is_none() && !is_settled => Stage::Waiting,
            Some(_) if question.is_some() && self.course.chosen(self.step).is_none() => Stage::Asking,
            _ => Stage::Telling,
        }
    }

    /// The step's event, as an index of the events that are there.
    pub fn place(&self) -> Option<usize> {
        self.course.place(self.step)?.checked_sub(self.gone)
    }

    /// Where one looks at this stage: a question is asked at the event before.
    pub fn target(&self) -> Option<usize> {
        let place = self.place()?;
        match self.stage() {
            Stage::Asking => Some(place.saturating_sub(1)),
            Stage::Telling => Some(place),
            Stage::Waiting | Stage::Over => None,
        }
    }

    /// The panels to look at, the most important first.
    pub fn shows(&self) -> Vec<Panel> {
        let mut panels = Vec::new();
        for asked in self.current().into_iter().flat_map(|step| &step.show) {
            let panel = match asked {
                StepPanel::Threads => Panel::Threads,
                StepPanel::Spacetime => Panel::SpaceTime,
                StepPanel::Machine => Panel::Machine,
                StepPanel::Connection => Panel::Connection,
                StepPanel::Memory => Panel::Memory,
                StepPanel::Stack => Panel::Stack,
                StepPanel::Events => Panel::Events,
            };
            if !panels.contains(&panel) {
                panels.push(panel);
            }
        }
        if panels.is_empty() {
            panels.push(Panel::SpaceTime);
        }
        panels
    }

    /// The chapters' titles, and how many have begun; while something is asked, none that is to come.
    pub fn chapters(&self) -> (Vec<&str>, usize) {
        let chapters = &self.course.lesson().chapters;
        let begun = self.current().map_or(0, |step| step.chapter + 1);
        let shown = if self.stage() == Stage::Asking { begun } else { chapters.len() };
        (chapters.iter().take(shown).map(|chapter| chapter.title.as_str()).collect(), begun)
    }

    /// The step that a chapter begins with.
    pub(super) fn chapter(&self, by: isize) -> Option<usize> {
        let chapter = self.current()?.chapter.checked_add_signed(by)?;
        Some(self.course.lesson().chapters.get(chapter)?.first)
    }

    /// What is to be kept.
    pub(super) fn entry(&self) -> LessonProgress {
        let score = self.course.score();
        let answer = |step: usize| {
            let choice = self.course.question(step)?.choices.get(self.course.chosen(step)?)?;
            Some(((step + 1).to_string(), choice.value.clone()))
        };
        LessonProgress {
            furthest: self.furthest,
            // Somebody who has come to the end begins anew.
            at: if self.is_over { 0 } else { self.step + 1 },
            answers: if self.is_over {
                Default::default()
            } else {
                (0..self.steps()).filter_map(answer).collect()
            },
            right: score.right,
            asked: score.questions,
            rest: Default::default(),
        }
    }
}
