//! A lesson on its way through events: which step has been reached, what it asks, what was answered.

use super::ask::QuestionKind;
use super::choices::{AnswersElsewhere, Question, is_step};
use super::find::{StepFound, places};
use super::{Lesson, Which};
use crate::event::{Event, Kind};
use crate::explain::{Context, explain};
use crate::model::{Before, World};
use crate::texts::Language;
use std::collections::VecDeque;

/// How many events back an explanation looks.
const LOOK_BACK: usize = 256;

/// A lesson on its way through the events of a recording or of a live server.
#[derive(Debug)]
pub struct Course {
    lesson: Lesson,
    lang: Language,
    /// How many events there were.
    fed: usize,
    /// Each step's event, as an index; `None` where it has not come.
    places: Vec<Option<usize>>,
    questions: Vec<Option<Question>>,
    /// What the student chose.
    answers: Vec<Option<usize>>,
    /// The step that is waited for, of those that do not stand beside others.
    next: usize,
    /// Steps that stand beside what has been reached, and are waited for too.
    beside: Vec<usize>,
    /// Questions that what follows on the thread will answer.
    open: Vec<PendingQuestion>,
    world: World,
    seen: AnswersElsewhere,
    recent: VecDeque<Event>,
}

#[derive(Debug)]
struct PendingQuestion {
    step: usize,
    ask: QuestionKind,
    /// The step's event.
    event: Event,
    /// What went before it.
    before: Before,
}

/// How somebody has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// How many answers were right.
    pub right: usize,
    /// How many questions were answered.
    pub answered: usize,
    /// How many questions there are so far.
    pub questions: usize,
}

impl Course {
    /// A lesson over a whole recording of a server with so many workers: every step has its place at once.
    pub fn over(lesson: Lesson, lang: Language, workers: u32, events: &[Event]) -> Course {
        Course::at(lesson, lang, workers, events).0
    }

    /// The same, with what is wrong with each step's place.
    pub(super) fn at(
        lesson: Lesson,
        lang: Language,
        workers: u32,
        events: &[Event],
    ) -> (Course, Vec<StepFound>) {
        let found = places(&lesson.steps, events);
        let mut steps: Vec<(usize, usize)> =
            found.iter().enumerate().filter_map(|(step, found)| Some((found.at?, step))).collect();
        steps.sort_unstable();
        let mut steps = steps.into_iter().peekable();
        let mut course = Course::live(lesson, lang, workers);
        events.iter().for_each(|event| course.seen.learn(event));
        for (at, event) in events.iter().enumerate() {
            course.fold(event);
            while let Some((_, step)) = steps.next_if(|(place, _)| *place == at) {
                course.reach(step, event);
            }
        }
        course.settle();
        course.next = course.places.len();
        course.beside.clear();
        (course, found)
    }

    /// A lesson against a live server: no event yet.
    pub fn live(lesson: Lesson, lang: Language, workers: u32) -> Course {
        let steps = lesson.steps.len();
        let seen = AnswersElsewhere::new(lesson.steps.iter().filter_map(|step| step.ask), workers);
        let mut course = Course {
            lesson,
            lang,
            fed: 0,
            places: vec![None; steps],
            questions: vec![None; steps],
            answers: vec![None; steps],
            next: 0,
            beside: Vec::new(),
            open: Vec::new(),
            world: World::new(workers),
            seen,
            recent: VecDeque::new(),
        };
        course.look_beside();
        course
    }

    /// Takes in the next event of a live server. The steps that it is the event of, if it is what the
    /// lesson waits for: hardly ever more than one.
    pub fn feed(&mut self, event: &Event) -> Vec<usize> {
        self.seen.learn(event);
        self.fold(event);
        let is_its = |step: &usize| self.lesson.steps[*step].bind.filter.matches(event);
        let mut reached: Vec<usize> = self.beside.iter().copied().filter(is_its).collect();
        let goes_on = self.next < self.places.len() && is_its(&self.next);
        self.beside.retain(|step| !reached.contains(step));
        if goes_on {
            reached.push(self.next);
            self.next += 1;
            self.look_beside();
        }
        reached.sort_unstable();
        reached.iter().for_each(|step| self.reach(*step, event));
        reached
    }

    /// Goes on without the event of the step that a live lesson [waits for](Course::waits_for).
    pub fn skip(&mut self) {
        match self.waits_for() {
            Some(step) if step == self.next => {
                self.next += 1;
                self.look_beside();
            }
            Some(step) => self.beside.retain(|beside| *beside != step),
            None => {}
        }
    }

    /// The steps that stand beside the one before are waited for together with the one after them.
    fn look_beside(&mut self) {
        while self.lesson.steps.get(self.next).is_some_and(|step| step.bind.which == Which::Beside) {
            self.beside.push(self.next);
            self.next += 1;
        }
    }

    /// Nothing more comes for now: what is asked about what a thread does next is answered so. For a live
    /// server whoever feeds events knows when that is; a recording says it by its chapters and its end.
    pub fn settle(&mut self) {
        for pending in std::mem::take(&mut self.open) {
            if pending.ask == QuestionKind::Next {
                self.answered(&pending, "nothing", &pending.event, pending.before);
            }
        }
    }

    /// The lesson.
    pub fn lesson(&self) -> &Lesson {
        &self.lesson
    }

    /// The language of what it asks.
    pub fn lang(&self) -> Language {
        self.lang
    }

    /// The step that a live lesson waits for; `None` once all are reached.
    pub fn waits_for(&self) -> Option<usize> {
        let next = (self.next < self.places.len()).then_some(self.next);
        self.beside.iter().copied().chain(next).min()
    }

    /// A step's event, as an index of the recording, or of what was fed.
    pub fn place(&self, step: usize) -> Option<usize> {
        self.places.get(step).copied().flatten()
    }

    /// What is to be asked before a step's event is shown; `None` where nothing is, or where that is not
    /// known yet.
    pub fn question(&self, step: usize) -> Option<&Question> {
        self.questions.get(step)?.as_ref()
    }

    /// What the student has chosen at a step.
    pub fn chosen(&self, step: usize) -> Option<usize> {
        self.answers.get(step).copied().flatten()
    }

    /// Takes the student's choice; whether it is right. The first one counts. `None` where there is no such
    /// choice.
    pub fn answer(&mut self, step: usize, choice: usize) -> Option<bool> {
        let question = self.questions.get(step)?.as_ref()?;
        if choice >= question.choices.len() {
            return None;
        }
        let first = *self.answers.get_mut(step)?.get_or_insert(choice);
        Some(first == question.right)
    }

    /// Takes back all that the student has chosen.
    pub fn forget_answers(&mut self) {
        self.answers.fill(None);
    }

    /// How the student has done so far.
    pub fn score(&self) -> Score {
        let mut score = Score::default();
        for (question, answer) in self.questions.iter().zip(&self.answers) {
            let Some(question) = question else { continue };
            score.questions += 1;
            score.answered += usize::from(answer.is_some());
            score.right += usize::from(*answer == Some(question.right));
        }
        score
    }

    /// Folds an event, and lets it answer what is open.
    fn fold(&mut self, event: &Event) {
        self.world.apply(event);
        for pending in std::mem::take(&mut self.open) {
            let of_its_thread = event.th == pending.event.th;
            let found = match pending.ask {
                QuestionKind::Next if event.kind() == Kind::Mark => Some("nothing".to_owned()),
                QuestionKind::Next if of_its_thread && is_step(event) => Some(event.kind().to_string()),
                QuestionKind::Next => None,
                ask if of_its_thread => ask.answer(event, None),
                _ => None,
            };
            match found {
                Some(answer) if answer == "nothing" && pending.ask == QuestionKind::Next => {
                    self.answered(&pending, "nothing", &pending.event, pending.before);
                }
                Some(answer) => self.answered(&pending, &answer, event, self.world.before(event)),
                None => self.open.push(pending),
            }
        }
        if self.recent.len() == LOOK_BACK {
            self.recent.pop_front();
        }
        self.recent.push_back(event.clone());
        self.fed += 1;
    }

    /// The event that was folded last is that of `step`.
    fn reach(&mut self, step: usize, event: &Event) {
        self.places[step] = Some(self.fed - 1);
        // What a step before has asked about this thread must have been answered by now.
        self.open.retain(|pending| pending.ask == QuestionKind::Next || pending.event.th != event.th);
        let Some(ask) = self.lesson.steps[step].ask else { return };
        let fields = event.conn.and_then(|id| self.world.conn(id)).map(|conn| &conn.fields);
        let pending = PendingQuestion { step, ask, event: event.clone(), before: self.world.before(event) };
        match ask.answer(event, fields) {
            Some(answer) => self.answered(&pending, &answer, event, pending.before),
            None if ask.may_follow() => self.open.push(pending),
            None => {}
        }
    }

    /// A question has its answer, by `event`.
    fn answered(&mut self, pending: &PendingQuestion, answer: &str, event: &Event, before: Before) {
        let because = explain(event, &self.context(event, before), self.lang);
        // The filter is the same in every language, and so is the order.
        let seed = format!("{} {}", pending.step, self.lesson.steps[pending.step].bind.filter);
        self.questions[pending.step] =
            self.seen.question(pending.ask, &pending.event, answer, &seed, self.lang, because);
    }

    /// What is known around an event that is the last, or not long ago, before which those were.
    fn context(&self, event: &Event, before: Before) -> Context<'_> {
        let event_of = |seq: Option<u64>| self.recent.iter().rev().find(|e| Some(e.seq) == seq);
        let conn = event.about().and_then(|id| self.world.conn(id));
        Context {
            previous: event_of(before.previous),
            fields: conn.map(|conn| &conn.fields),
            state: conn.and_then(|conn| conn.state),
            last_read: event_of(before.last_read),
            commands_in_wakeup: before.commands,
            is_udp: conn.is_some_and(|conn| conn.is_udp),
            // Of an explanation only what is so in either case is told.
            edge_triggered: false,
        }
    }
}
