//! A lesson on the screen: which step one is at, what is asked, and where in the events that leads.
//!
//! Where one is in the lesson follows from few things: the step, what was answered, and whether the
//! step's event has come ([`Stage`]). `text.rs` says it, `layout.rs` gives it its place.

pub(super) mod hints;
pub(super) mod layout;
#[cfg(test)]
mod tests;
pub(super) mod text;

use super::app::App;
use super::keys::Action;
use super::panels::Panel;
use super::{OpenedRecording, Options};
use crate::event::{Event, Kind, Thread};
use crate::lesson::progress::LessonProgress;
use crate::lesson::{Course, Step, StepPanel};
use crate::texts::Language;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How long nothing must come from a live server for what a thread does next to be: nothing.
const QUIET: Duration = Duration::from_secs(1);

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
    keep: Option<Arc<dyn KeepProgress>>,
    /// It was told that nothing can be kept.
    is_told: bool,
    furthest: usize,
    /// The step one is at.
    pub step: usize,
    /// One has gone on from the last step.
    pub is_over: bool,
    /// Steps that were told without an answer: they ask no more.
    told: BTreeSet<usize>,
    /// Its text alone.
    pub is_alone: bool,
    pub scroll: usize,
    is_live: bool,
    /// How many of the oldest events were let go.
    gone: usize,
    /// Live: how long nothing has come.
    quiet: Duration,
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
    fn new(pupil: Pupil, is_live: bool) -> Tutor {
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
    fn chapter(&self, by: isize) -> Option<usize> {
        let chapter = self.current()?.chapter.checked_add_signed(by)?;
        Some(self.course.lesson().chapters.get(chapter)?.first)
    }

    /// What is to be kept.
    fn entry(&self) -> LessonProgress {
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

impl App {
    /// A viewer of a lesson's recording, with the lesson beside it.
    pub fn lesson(recording: OpenedRecording, pupil: Pupil, options: &Options) -> App {
        let mut app = App::replay(recording, options);
        app.begin(Tutor::new(pupil, false));
        app
    }

    /// A lesson beside a running server.
    pub(super) fn learn(&mut self, pupil: Pupil) {
        self.begin(Tutor::new(pupil, true));
    }

    fn begin(&mut self, tutor: Tutor) {
        let lang = tutor.lang();
        let (step, steps) = (tutor.step, tutor.steps());
        self.lang = lang;
        self.tutor = Some(Box::new(tutor));
        self.go_to_lesson_step(step);
        match step {
            0 => self.tell(lang.lesson_begun()),
            _ => self.tell(lang.lesson_continued((step + 1).to_string(), steps.to_string())),
        }
    }

    /// A step, at its event or its question.
    fn go_to_lesson_step(&mut self, step: usize) {
        let Some(tutor) = &mut self.tutor else { return };
        tutor.step = step;
        tutor.is_over = false;
        tutor.furthest = tutor.furthest.max(step + 1);
        tutor.scroll = 0;
        self.go_to_step();
        self.keep_progress();
    }

    /// Goes where the step is, and shows what it asks for.
    fn go_to_step(&mut self) {
        let Some(tutor) = &mut self.tutor else { return };
        tutor.scroll = 0;
        if tutor.stage() == Stage::Telling {
            tutor.told.insert(tutor.step);
        }
        let (target, shows, stage) = (tutor.target(), tutor.shows(), tutor.stage());
        self.focus = shows.first().copied().unwrap_or(Panel::SpaceTime);
        (self.chosen, self.zoom) = (false, false);
        match target {
            Some(at) => {
                self.player.go(at);
                self.arrived();
            }
            None if stage == Stage::Waiting => {
                self.player.last();
                self.arrived();
            }
            None => {}
        }
    }

    /// What a key of the lesson does.
    pub(super) fn act_on_lesson(&mut self, action: Action, times: usize) {
        let Some(tutor) = &mut self.tutor else { return };
        let (lang, step, stage) = (tutor.lang(), tutor.step, tutor.stage());
        match action {
            Action::NextStep if stage == Stage::Asking => self.tell(lang.lesson_asked()),
            Action::NextStep if stage == Stage::Over => self.tell(lang.lesson_ended()),
            Action::NextStep => {
                if stage == Stage::Waiting && tutor.course.waits_for() == Some(step) {
                    tutor.course.skip();
                }
                if step + 1 < tutor.steps() {
                    let to = (step + times).min(tutor.steps() - 1);
                    self.go_to_lesson_step(to);
                } else {
                    (tutor.is_over, tutor.scroll) = (true, 0);
                    self.keep_progress();
                }
            }
            Action::PrevStep if stage == Stage::Over => self.go_to_lesson_step(step),
            Action::PrevStep if step == 0 => self.tell(lang.lesson_first_step()),
            Action::PrevStep => self.go_to_lesson_step(step.saturating_sub(times)),
            Action::BackToLesson => {
                self.jump();
                self.go_to_step();
            }
            Action::LessonAlone => tutor.is_alone = !tutor.is_alone,
            // `text.rs` sees to it that the last line stays.
            Action::LessonDown => tutor.scroll = tutor.scroll.saturating_add(times).min(tutor.last_scroll()),
            Action::LessonUp => tutor.scroll = tutor.scroll.saturating_sub(times),
            Action::FromStart => {
                tutor.course.forget_answers();
                tutor.told.clear();
                self.go_to_lesson_step(0);
            }
            Action::Answer(choice) if tutor.course.answer(step, usize::from(choice)).is_some() => {
                self.go_to_step();
                self.keep_progress();
            }
            Action::SkipQuestion => {
                tutor.told.insert(step);
                self.go_to_step();
            }
            _ => {}
        }
    }

    /// The next chapter of the lesson, or one before.
    pub(super) fn go_to_lesson_chapter(&mut self, by: isize) {
        let Some(tutor) = &self.tutor else { return };
        match tutor.chapter(by) {
            Some(step) => self.go_to_lesson_step(step),
            None => self.tell(tutor.lang().lesson_no_chapter()),
        }
    }

    /// A live server's next event.
    pub(super) fn feed_lesson(&mut self, event: &Event) {
        if let Some(tutor) = &mut self.tutor {
            tutor.course.feed(event);
            // The clock ticks on every second; that nothing comes is about all else.
            let is_clock = event.th == Thread::Main && (event.timer() || event.kind() == Kind::Wait);
            if !is_clock {
                tutor.quiet = Duration::ZERO;
            }
        }
    }

    /// What one has waited for may have come.
    pub(super) fn look_at_lesson(&mut self, was: Option<Stage>) {
        let now = self.tutor.as_ref().map(|tutor| tutor.stage());
        if was == Some(Stage::Waiting) && now != was {
            self.go_to_step();
        }
    }

    pub(super) fn stage(&self) -> Option<Stage> {
        self.tutor.as_ref().map(|tutor| tutor.stage())
    }

    /// The oldest events of a live server were let go.
    pub(super) fn lesson_forgets(&mut self, gone: usize) {
        if let Some(tutor) = &mut self.tutor {
            tutor.gone += gone;
        }
    }

    /// How long until a live server counts as quiet; nothing where that makes no difference.
    pub(super) fn lesson_due(&self) -> Option<Duration> {
        let tutor = self.tutor.as_ref().filter(|tutor| tutor.is_live && !self.is_held())?;
        QUIET.checked_sub(tutor.quiet).filter(|left| !left.is_zero())
    }

    /// Time has passed. Tells whether that made a difference.
    pub(super) fn lesson_waits(&mut self, elapsed: Duration) -> bool {
        if self.lesson_due().is_none() {
            return false;
        }
        let was = self.stage();
        let Some(tutor) = &mut self.tutor else { return false };
        tutor.quiet += elapsed;
        if tutor.quiet < QUIET {
            return false;
        }
        tutor.course.settle();
        self.look_at_lesson(was);
        true
    }

    /// Events from here on are not to be seen: they would give an answer away.
    pub(super) fn horizon(&self) -> usize {
        let asked = self.tutor.as_ref().filter(|tutor| tutor.stage() == Stage::Asking);
        let place = asked.and_then(|tutor| tutor.place());
        // Who has gone there has seen it.
        place.filter(|place| self.player.cursor().is_some_and(|here| here < *place)).unwrap_or(usize::MAX)
    }

    /// Whether one has gone elsewhere from the step's event.
    pub(super) fn is_elsewhere(&self) -> bool {
        let target = self.tutor.as_ref().and_then(|tutor| tutor.target());
        target.is_some_and(|target| self.player.cursor() != Some(target))
    }

    fn keep_progress(&mut self) {
        let Some(tutor) = &mut self.tutor else { return };
        let Some(keep) = tutor.keep.clone() else { return };
        match keep.keep(&tutor.entry()) {
            Ok(None) => {}
            Ok(Some(note)) => self.warn(note),
            // Said once: the lesson goes on.
            Err(_) if tutor.is_told => {}
            Err(error) => {
                tutor.is_told = true;
                let text = tutor.lang().lesson_not_kept(error);
                self.warn(text);
            }
        }
    }
}
