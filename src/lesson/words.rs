//! What a lesson asks, and how choices are shown.

use super::ask::QuestionKind;
use crate::event::{Event, Kind};
use crate::filter::Field;
use crate::texts::Language;

/// The question that is asked about an event.
pub(super) fn prompt(ask: QuestionKind, event: &Event, lang: Language) -> String {
    let conn = event.conn.map_or_else(|| lang.the_connection().to_owned(), |n| format!("c{n}"));
    let thread = event.th.to_string();
    let plain = match ask {
        QuestionKind::Next => return lang.lesson_ask_next(thread),
        QuestionKind::Result => {
            return lang.lesson_ask_result(match event.kind() {
                Kind::Accept => "accept4",
                Kind::Notify => "write",
                Kind::Notified => "read",
                Kind::EventAdd | Kind::EventDel => "epoll_ctl",
                kind => kind.name(),
            });
        }
        QuestionKind::Ready => return lang.lesson_ask_ready(thread),
        QuestionKind::Field(field) => match field {
            Field::To => return lang.lesson_ask_to(conn),
            Field::State => lang.lesson_ask_state(),
            Field::Th => lang.lesson_ask_thread(),
            Field::Worker => lang.lesson_ask_worker(),
            Field::Data => lang.lesson_ask_data(),
            Field::Depth => lang.lesson_ask_depth(),
            Field::Interest => lang.lesson_ask_interest(),
            Field::Want => lang.lesson_ask_want(),
            Field::Why => lang.lesson_ask_why(),
            field if field.is_of_set() => return lang.lesson_ask_of_conn(conn, field.short()),
            field => return lang.lesson_ask_field(field.name()),
        },
    };
    plain.to_owned()
}

/// A choice as it is shown.
pub(super) fn choice(ask: QuestionKind, value: &str, event: &Event, lang: Language) -> String {
    let plain = match (ask, value) {
        (QuestionKind::Next, "nothing") => lang.lesson_choice_nothing(),
        (QuestionKind::Next, "wake") => lang.lesson_choice_wake(),
        (QuestionKind::Next, "wait") => lang.lesson_choice_wait(),
        (QuestionKind::Ready, _) => {
            let parts: Vec<_> = value.split(", ").map(|part| ready(part, event, lang)).collect();
            return parts.join(lang.lesson_ready_and());
        }
        (QuestionKind::Field(Field::Interest), "r") => "EV_READ",
        (QuestionKind::Field(Field::Interest), "w") => "EV_WRITE",
        (QuestionKind::Field(Field::Interest), "rw") => "EV_READ | EV_WRITE",
        _ => value,
    };
    plain.to_owned()
}

/// `c0 r`: who is ready for what.
fn ready(part: &str, event: &Event, lang: Language) -> String {
    match part.split_once(' ') {
        Some((who, what)) => {
            let who = match (who, event.th.worker()) {
                ("fd", Some(_)) => lang.lesson_ready_pipe(),
                ("fd", None) => lang.lesson_ready_listening(),
                (who, _) => who,
            };
            match what {
                "r" => lang.lesson_ready_r(who),
                "w" => lang.lesson_ready_w(who),
                _ => lang.lesson_ready_rw(who),
            }
        }
        None if part == "timer" => lang.lesson_ready_timer().to_owned(),
        None => lang.lesson_ready_nothing().to_owned(),
    }
}
