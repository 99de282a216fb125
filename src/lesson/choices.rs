//! What can be chosen: the right answer, and others that somebody could take for it.

use super::ask::QuestionKind;
use super::words;
use crate::event::{ConnState, Event, Kind, Thread};
use crate::explain::Explanation;
use crate::filter::Field;
use crate::texts::Language;
use std::collections::HashMap;

/// How many choices there are, at most and at least.
pub(super) const MOST: usize = 4;
pub(super) const LEAST: usize = 3;
/// How many different answers of a kind are remembered.
const REMEMBERED: usize = 16;

/// A question, its choices, and which of them is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What it is about.
    pub ask: QuestionKind,
    /// The question.
    pub prompt: String,
    /// Three or four, all different.
    pub choices: Vec<Choice>,
    /// Which of them is right, as an index.
    pub right: usize,
    /// What happened, and why memcached does it.
    pub because: Explanation,
}

impl Question {
    /// The first sentence of why the right answer is right.
    pub fn why(&self) -> &str {
        let text = &self.because.text;
        let stops = [text.find(". ").map(|at| at + 1), text.find('。').map(|at| at + '。'.len_utf8())];
        &text[..stops.into_iter().flatten().min().unwrap_or(text.len())]
    }
}

/// One of the choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the trace would say: in no language.
    pub value: String,
    /// How it is shown.
    pub text: String,
}

/// What was answered elsewhere to what a lesson asks: what somebody could take for the answer.
#[derive(Debug, Default)]
pub(super) struct AnswersElsewhere {
    asks: Vec<QuestionKind>,
    /// Different answers, in the order in which they came, by question and group.
    answers: HashMap<(QuestionKind, String), Vec<String>>,
    threads: Vec<Thread>,
    /// Each thread's last event, for what came after it.
    last: HashMap<Thread, Kind>,
}

impl AnswersElsewhere {
    pub fn new(asks: impl Iterator<Item = QuestionKind>, workers: u32) -> AnswersElsewhere {
        let mut seen = AnswersElsewhere::default();
        for ask in asks {
            if !seen.asks.contains(&ask) {
                seen.asks.push(ask);
            }
        }
        let workers = (0..workers.min(64)).filter_map(|i| u16::try_from(i).ok()).map(Thread::Worker);
        seen.threads = std::iter::once(Thread::Main).chain(workers).collect();
        seen
    }

    /// Takes in an event.
    pub fn learn(&mut self, event: &Event) {
        for i in 0..self.asks.len() {
            let ask = self.asks[i];
            let found = match ask {
                QuestionKind::Field(field) if field.is_of_set() => {
                    event.set.as_deref().and_then(|set| crate::filter::of_set(set, field)).and_then(|v| {
                        match v {
                            crate::filter::Value::Number(n) => Some(n.to_string()),
                            crate::filter::Value::Word(word) => Some(crate::text::visible(word.as_bytes())),
                            _ => None,
                        }
                    })
                }
                QuestionKind::Next if is_step(event) => {
                    let next = event.kind().to_string();
                    if let Some(before) = self.last.insert(event.th, event.kind()) {
                        self.remember((ask, before.to_string()), next);
                    }
                    None
                }
                QuestionKind::Next => None,
                ask => ask.answer(event, None),
            };
            if let Some(found) = found {
                self.remember((ask, ask.group(event)), found);
            }
        }
        if event.th != Thread::Client && !self.threads.contains(&event.th) && self.threads.len() < 64 {
            self.threads.push(event.th);
        }
    }

    fn remember(&mut self, key: (QuestionKind, String), value: String) {
        let values = self.answers.entry(key).or_default();
        if values.len() < REMEMBERED && !values.contains(&value) {
            values.push(value);
        }
    }

    /// The choices for a question whose answer is `right`; `None` where there are too few. `seed` decides
    /// their order.
    pub fn question(
        &self,
        ask: QuestionKind,
        event: &Event,
        right: &str,
        seed: &str,
        lang: Language,
        because: Explanation,
    ) -> Option<Question> {
        let mut values = vec![right.to_owned()];
        for other in self.others(ask, event, right) {
            if values.len() < MOST && !values.contains(&other) {
                values.push(other);
            }
        }
        if values.len() < LEAST {
            return None;
        }
        shuffle(&mut values, seed);
        let at = values.iter().position(|value| value == right)?;
        let shown = |value: String| Choice { text: harmless(words::choice(ask, &value, event, lang)), value };
        Some(Question {
            ask,
            prompt: harmless(words::prompt(ask, event, lang)),
            choices: values.into_iter().map(shown).collect(),
            right: at,
            because,
        })
    }

    /// What else it could be, the most plausible first.
    fn others(&self, ask: QuestionKind, event: &Event, right: &str) -> Vec<String> {
        let seen = |group: &str| self.answers.get(&(ask, group.to_owned())).cloned().unwrap_or_default();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut out = Vec::new();
        match ask {
            QuestionKind::Field(Field::To) => {
                out.extend(seen(&ask.group(event)));
                out.extend(event.from().into_iter().flat_map(ways_from).map(|state| state.to_string()));
                out.extend(words(&[
                    "conn_parse_cmd",
                    "conn_waiting",
                    "conn_read",
                    "conn_write",
                    "conn_closing",
                ]));
                out.retain(|state| event.from().is_none_or(|from| from.name() != state));
            }
            QuestionKind::Field(Field::State | Field::From | Field::WriteAndGo) => {
                out.extend(seen(&ask.group(event)));
                out.extend(words(&["conn_new_cmd", "conn_waiting", "conn_read", "conn_listening"]));
            }
            QuestionKind::Field(Field::Th) => {
                out.extend(self.threads.iter().map(ToString::to_string));
            }
            QuestionKind::Field(Field::Worker) => {
                let workers = self.threads.iter().filter(|thread| thread.worker().is_some());
                out.extend(workers.map(ToString::to_string));
                out.push("main".to_owned());
            }
            QuestionKind::Field(Field::Interest) => out.extend(words(&["r", "w", "rw"])),
            QuestionKind::Field(Field::EvFlags) => {
                out.extend(words(&[
                    "EV_READ|EV_PERSIST",
                    "EV_WRITE|EV_PERSIST",
                    "EV_READ|EV_WRITE|EV_PERSIST",
                    "0",
                ]));
            }
            QuestionKind::Field(Field::Protocol) => out.extend(words(&["ascii", "auto-negotiate", "binary"])),
            QuestionKind::Field(Field::Noreply) => out.extend(words(&["true", "false"])),
            QuestionKind::Field(Field::Into) => out.extend(words(&["rbuf", "item", "swallow"])),
            QuestionKind::Field(Field::Op) => {
                out.extend(seen(&ask.group(event)));
                out.extend(words(match event.kind() {
                    Kind::Thread => &["setup", "create", "start"],
                    _ => &["alloc", "link", "hit", "miss", "free"],
                }));
            }
            QuestionKind::Field(Field::Data) if matches!(event.kind(), Kind::Notify | Kind::Notified) => {
                // 'p' is the second byte that memcached knows (thread.c:388).
                let fd = event.fd().map(|fd| format!("\"{fd}\""));
                out.extend(words(&["\"p\""]));
                out.extend(fd);
                out.push("\"\\0\"".to_owned());
            }
            QuestionKind::Field(Field::Data | Field::Text | Field::Key) => {
                out.extend(seen(&ask.group(event)));
                out.extend(words(&["\"END\\r\\n\"", "\"ERROR\\r\\n\"", "\"\\0\"", "\"\""]));
            }
            QuestionKind::Ready => {
                let conn = event.about().unwrap_or(0);
                out.extend([
                    format!("c{conn} w"),
                    format!("c{conn} r"),
                    "fd r".to_owned(),
                    "timer".to_owned(),
                ]);
            }
            QuestionKind::Next => {
                out.push("nothing".to_owned());
                if event.kind() == Kind::Wait {
                    out.push("wake".to_owned());
                }
                out.extend(seen(event.kind().name()));
                out.extend(words(&["wait", "read", "state", "sendmsg"]));
                // Awake, it does something, and it never sleeps twice in a row.
                out.retain(|kind| kind != event.kind().name());
            }
            QuestionKind::Result => {
                let seen = seen(&ask.group(event)).into_iter().filter(|value| value != right);
                let (first, rest): (Vec<_>, Vec<_>) = seen.enumerate().partition(|(i, _)| *i == 0);
                let value = |(_, value): (usize, String)| value;
                out.extend(first.into_iter().map(value));
                out.extend(words(&["EAGAIN"]));
                let sent: Option<u64> = event.iov().map(|iov| iov.iter().map(|piece| piece.len).sum());
                out.extend(event.want().or(sent).map(|n| n.to_string()));
                out.extend(event.listen_fd().map(|fd| fd.to_string()));
                out.extend(words(&["0"]));
                out.extend(rest.into_iter().map(value));
                out.extend(words(&["1", "-1"]));
            }
            QuestionKind::Field(_) => match right.parse::<i64>() {
                Ok(n) => {
                    // With and without the line end's two bytes; one more and one less.
                    out.extend([n - 2].iter().filter(|n| **n >= 0).map(ToString::to_string));
                    out.extend(seen(&ask.group(event)).into_iter().take(2));
                    out.extend(
                        [0, n + 2, n - 1, n + 1, n * 2].iter().filter(|n| **n >= 0).map(ToString::to_string),
                    );
                }
                Err(_) => out.extend(seen(&ask.group(event))),
            },
        }
        out.retain(|value| value != right);
        out
    }
}

/// A trace may hold anything.
fn harmless(text: String) -> String {
    crate::text::printable(&text).into_owned()
}

/// Whether an event is one of those that a thread's story consists of: functions are entered within it.
pub(super) fn is_step(event: &Event) -> bool {
    let told_of_it = matches!(event.kind(), Kind::Call | Kind::Return | Kind::Mark | Kind::Note | Kind::Drop);
    !told_of_it && event.kind() != Kind::Snapshot && event.th != Thread::Client
}

/// The ways that `drive_machine` has from a state (`memcached.c:4035`).
fn ways_from(from: ConnState) -> &'static [ConnState] {
    use ConnState as S;
    match from {
        S::NewCmd => &[S::Waiting, S::ParseCmd, S::Closing],
        S::Waiting => &[S::Read, S::Closing],
        S::Read => &[S::ParseCmd, S::Waiting, S::Closing, S::Write],
        S::ParseCmd => &[S::Waiting, S::Nread, S::Write, S::Mwrite, S::NewCmd, S::Closing],
        S::Write => &[S::NewCmd, S::Swallow, S::Closing],
        S::Nread => &[S::Write, S::NewCmd, S::Closing],
        S::Swallow => &[S::NewCmd, S::Closing],
        S::Mwrite => &[S::NewCmd, S::Closing],
        S::Closing => &[S::Closed],
        // There is no way on, or none that is known.
        _ => &[],
    }
}

/// Puts them into an order that looks like chance and is the same each time (Fisher and Yates).
fn shuffle(values: &mut [String], seed: &str) {
    // FNV-1a, then xorshift: enough to look like chance.
    let mut state = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }) | 1;
    for i in (1..values.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        values.swap(i, (state >> 33) as usize % (i + 1));
    }
}
