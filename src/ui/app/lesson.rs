//! Going through a lesson: its steps, its questions, and where in the events they lead.

use crate::event::{Event, Kind, Thread};
use crate::ui::app::App;
use crate::ui::keys::Action;
use crate::ui::lesson::{Pupil, QUIET, Stage, Tutor};
use crate::ui::panels::Panel;
use crate::ui::{OpenedRecording, Options};
use std::time::Duration;

impl App {
    /// A viewer of a lesson's recording, with the lesson beside it.
    pub fn lesson(recording: OpenedRecording, pupil: Pupil, options: &Options) -> App {
        let mut app = App::replay(recording, options);
        app.begin(Tutor::new(pupil, false));
        app
    }

    /// A lesson beside a running server.
    pub(in crate::ui) fn learn(&mut self, pupil: Pupil) {
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
    pub(in crate::ui) fn act_on_lesson(&mut self, action: Action, times: usize) {
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
    pub(in crate::ui) fn go_to_lesson_chapter(&mut self, by: isize) {
        let Some(tutor) = &self.tutor else { return };
        match tutor.chapter(by) {
            Some(step) => self.go_to_lesson_step(step),
            None => self.tell(tutor.lang().lesson_no_chapter()),
        }
    }

    /// A live server's next event.
    pub(in crate::ui) fn feed_lesson(&mut self, event: &Event) {
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
    pub(in crate::ui) fn look_at_lesson(&mut self, was: Option<Stage>) {
        let now = self.tutor.as_ref().map(|tutor| tutor.stage());
        if was == Some(Stage::Waiting) && now != was {
            self.go_to_step();
        }
    }

    pub(in crate::ui) fn stage(&self) -> Option<Stage> {
        self.tutor.as_ref().map(|tutor| tutor.stage())
    }

    /// The oldest events of a live server were let go.
    pub(in crate::ui) fn lesson_forgets(&mut self, gone: usize) {
        if let Some(tutor) = &mut self.tutor {
            tutor.gone += gone;
        }
    }

    /// How long until a live server counts as quiet; nothing where that makes no difference.
    pub(in crate::ui) fn lesson_due(&self) -> Option<Duration> {
        let tutor = self.tutor.as_ref().filter(|tutor| tutor.is_live && !self.is_held())?;
        QUIET.checked_sub(tutor.quiet).filter(|left| !left.is_zero())
    }

    /// Time has passed. Tells whether that made a difference.
    pub(in crate::ui) fn lesson_waits(&mut self, elapsed: Duration) -> bool {
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
    pub(in crate::ui) fn horizon(&self) -> usize {
        let asked = self.tutor.as_ref().filter(|tutor| tutor.stage() == Stage::Asking);
        let place = asked.and_then(|tutor| tutor.place());
        // Who has gone there has seen it.
        place.filter(|place| self.player.cursor().is_some_and(|here| here < *place)).unwrap_or(usize::MAX)
    }

    /// Whether one has gone elsewhere from the step's event.
    pub(in crate::ui) fn is_elsewhere(&self) -> bool {
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
