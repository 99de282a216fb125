//! What can be asked about a step's event, and what the event answers.

use super::mistake::{listed, unknown};
use crate::event::{ConnFields, Event, Kind, ReadyFd};
use crate::filter::{Field, Subject, Type, Value};
use crate::text::visible;
use crate::texts::Language;

/// How many characters of bytes are shown.
const SHOWN: usize = 40;

/// What is asked about an event before it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuestionKind {
    /// What the thread does next: the kind of its next event; `nothing` where a chapter of the recording
    /// begins, or the recording ends, before it does anything.
    Next,
    /// What a system call gives: `ret`, or the error's name, or the descriptor of `accept`.
    Result,
    /// What `epoll_wait` reports.
    Ready,
    /// A field of the event; one of `set` as it is after the event, whether the event changed it or not.
    Field(Field),
}

/// The fields that can be asked for, but for those of `set`.
const FIELDS: &[Field] = &[
    Field::To,
    Field::From,
    Field::State,
    Field::Worker,
    Field::Conn,
    Field::Data,
    Field::Text,
    Field::Key,
    Field::Depth,
    Field::Interest,
    Field::Role,
    Field::Op,
    Field::Into,
    Field::Name,
    Field::Value,
    Field::Want,
    Field::Size,
    Field::Len,
    Field::Timeout,
    Field::Backlog,
    Field::Why,
    Field::Domain,
];

impl QuestionKind {
    /// Reads what stands after `ask`.
    pub(super) fn parse(word: &str) -> Result<QuestionKind, String> {
        match word {
            "" => Err(Language::spoken().lesson_wrong_ask(listed(&names()))),
            "next" => Ok(QuestionKind::Next),
            "ret" | "errno" | "result" => Ok(QuestionKind::Result),
            "ready" => Ok(QuestionKind::Ready),
            "thread" | "th" => Ok(QuestionKind::Field(Field::Th)),
            _ => match Field::from_name(word) {
                Some(field) if FIELDS.contains(&field) => Ok(QuestionKind::Field(field)),
                Some(field) if field.is_of_set() && field.ty() != Type::Part => {
                    Ok(QuestionKind::Field(field))
                }
                Some(_) => Err(Language::spoken().lesson_wrong_guess(listed(&names()), word)),
                None => Err(unknown("question", word, &names())),
            },
        }
    }

    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            QuestionKind::Next => "next",
            QuestionKind::Result => "ret",
            QuestionKind::Ready => "ready",
            QuestionKind::Field(Field::Th) => "thread",
            QuestionKind::Field(field) => field.name(),
        }
    }

    /// Whether what follows on the thread may answer where the event itself does not.
    pub(super) fn may_follow(self) -> bool {
        !matches!(self, QuestionKind::Field(field) if field.is_of_set() || field == Field::Th)
    }

    /// What the event answers, language and terminal left out; `fields` are its connection's after it.
    pub(super) fn answer(self, event: &Event, fields: Option<&ConnFields>) -> Option<String> {
        match self {
            QuestionKind::Next => None,
            QuestionKind::Result => match (&event.errno(), event.ret()) {
                (Some(errno), _) => Some(errno.to_string()),
                (None, Some(ret)) => Some(ret.to_string()),
                (None, None) if event.kind() == Kind::Accept => event.fd().map(|fd| fd.to_string()),
                _ => None,
            },
            QuestionKind::Ready if event.kind() == Kind::Wake => {
                let ready: Vec<_> = event.ready().into_iter().flatten().map(one_ready).collect();
                Some(match (ready.is_empty(), event.timer()) {
                    (true, true) => "timer".to_owned(),
                    (true, false) => "nothing".to_owned(),
                    _ => ready.join(", "),
                })
            }
            QuestionKind::Ready => None,
            QuestionKind::Field(field) if field.is_of_set() => of_conn(fields?, field),
            QuestionKind::Field(Field::Len) => event.bytes().map(|bytes| bytes.len.to_string()),
            QuestionKind::Field(field) if field.ty() == Type::Bytes => {
                let mut bytes = Vec::new();
                let is_there = Subject::bytes(event, field, &mut |kept, _| bytes.extend_from_slice(kept));
                is_there.then(|| shortened(&bytes))
            }
            QuestionKind::Field(field) => Some(match Subject::value(event, field)? {
                Value::Number(n) => n.to_string(),
                Value::Flag(flag) => flag.to_string(),
                Value::Thread(thread) => thread.to_string(),
                Value::Word(word) => visible(word.as_bytes()),
                Value::Addr(_) => return None,
            }),
        }
    }

    /// What answers of this kind are kept apart by: one is only ever confused with its like.
    pub(super) fn group(self, event: &Event) -> String {
        match self {
            QuestionKind::Field(Field::To) => event.from().map_or(String::new(), |from| from.to_string()),
            QuestionKind::Field(field) if field.is_of_set() => String::new(),
            _ => event.kind().to_string(),
        }
    }
}

fn names() -> Vec<&'static str> {
    let fields = FIELDS.iter().map(|field| field.name());
    let first = ["next", "ret", "ready", "thread"].into_iter().chain(fields);
    let of_set = Field::ALL.iter().filter(|field| field.is_of_set() && field.ty() != Type::Part);
    first.chain(of_set.map(|field| field.name())).collect()
}

/// `c0 r`, `fd r`: who is ready for what. A descriptor's number is another one each time.
fn one_ready(ready: &ReadyFd) -> String {
    match ready.conn {
        Some(conn) => format!("c{conn} {}", visible(ready.what.name().as_bytes())),
        None => format!("fd {}", visible(ready.what.name().as_bytes())),
    }
}

/// Bytes as they may be shown, and not at any length.
fn shortened(bytes: &[u8]) -> String {
    let text = visible(&bytes[..bytes.len().min(4 * SHOWN)]);
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("\"{}…\"", &text[..cut]),
        None => format!("\"{text}\""),
    }
}

/// A field of `struct conn` as it stands.
fn of_conn(fields: &ConnFields, field: Field) -> Option<String> {
    Some(match field {
        Field::EvFlags => fields.ev_flags.to_string(),
        Field::Protocol => fields.protocol.to_string(),
        Field::Rsize => fields.rsize.to_string(),
        Field::Rcurr => fields.rcurr.to_string(),
        Field::Rbytes => fields.rbytes.to_string(),
        Field::Ritem => fields.ritem.to_string(),
        Field::Rlbytes => fields.rlbytes.to_string(),
        Field::Sbytes => fields.sbytes.to_string(),
        Field::Wbytes => fields.wbytes.to_string(),
        Field::Iovused => fields.iovused.to_string(),
        Field::Msgcurr => fields.msgcurr.to_string(),
        Field::Msgused => fields.msgused.to_string(),
        Field::Msgbytes => fields.msgbytes.to_string(),
        Field::Ileft => fields.ileft.to_string(),
        Field::Suffixleft => fields.suffixleft.to_string(),
        Field::WriteAndGo => fields.write_and_go.to_string(),
        Field::Noreply => fields.noreply.to_string(),
        Field::ItemKey => visible(fields.item.as_ref()?.key.as_bytes()),
        Field::ItemSize => fields.item.as_ref()?.size.to_string(),
        _ => return None,
    })
}
