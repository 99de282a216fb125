//! What a lesson says by itself, in two languages.

use super::ask::QuestionKind;
use crate::event::{Event, Kind};
use crate::filter::Field;
use crate::texts::Language;

/// The question that is asked about an event.
pub(super) fn prompt(ask: QuestionKind, event: &Event, lang: Language) -> String {
    let conn =
        event.conn.map_or_else(|| lang.pick("the connection", "该连接").to_owned(), |n| format!("c{n}"));
    let th = event.th;
    match ask {
        QuestionKind::Next => lang.pick(format!("What does {th} do next?"), format!("{th} 接下来做什么？")),
        QuestionKind::Result => {
            let call = match event.kind() {
                Kind::Accept => "accept4",
                Kind::Notify => "write",
                Kind::Notified => "read",
                Kind::EventAdd | Kind::EventDel => "epoll_ctl",
                kind => kind.name(),
            };
            lang.pick(format!("What does {call} return?"), format!("{call} 返回什么？"))
        }
        QuestionKind::Ready => lang
            .pick(format!("What does epoll_wait report to {th}?"), format!("epoll_wait 向 {th} 报告什么？")),
        QuestionKind::Field(Field::To) => {
            lang.pick(format!("What is the next state of {conn}?"), format!("{conn} 的下一个状态是什么？"))
        }
        QuestionKind::Field(Field::State) => {
            lang.pick("In which state does it begin?".to_owned(), "它从哪个状态开始？".to_owned())
        }
        QuestionKind::Field(Field::Th) => {
            lang.pick("On which thread does it happen?".to_owned(), "这发生在哪个线程上？".to_owned())
        }
        QuestionKind::Field(Field::Worker) => {
            lang.pick("Which worker is chosen?".to_owned(), "选中的是哪个工作线程？".to_owned())
        }
        QuestionKind::Field(Field::Data) => {
            lang.pick("Which bytes are they?".to_owned(), "是哪些字节？".to_owned())
        }
        QuestionKind::Field(Field::Depth) => lang
            .pick("How many items are in the queue after it?".to_owned(), "此后队列里有多少项？".to_owned()),
        QuestionKind::Field(Field::Interest) => {
            lang.pick("What is waited for?".to_owned(), "等待的是什么？".to_owned())
        }
        QuestionKind::Field(Field::Want) => {
            lang.pick("How many bytes does it ask for?".to_owned(), "它要读多少字节？".to_owned())
        }
        QuestionKind::Field(Field::Why) => {
            lang.pick("Why is it closed?".to_owned(), "为什么关闭？".to_owned())
        }
        QuestionKind::Field(field) if field.is_of_set() => {
            let name = field.short();
            lang.pick(
                format!("What is {name} of {conn} after it?"),
                format!("此后 {conn} 的 {name} 是多少？"),
            )
        }
        QuestionKind::Field(field) => {
            let name = field.name();
            lang.pick(format!("What is its `{name}`?"), format!("它的 {name} 是什么？"))
        }
    }
}

/// A choice as it is shown.
pub(super) fn choice(ask: QuestionKind, value: &str, event: &Event, lang: Language) -> String {
    match (ask, value) {
        (QuestionKind::Next, "nothing") => lang
            .pick("nothing: it sleeps until the client does something", "什么也不做：一直睡到客户端有动作")
            .to_owned(),
        (QuestionKind::Next, "wake") => {
            lang.pick("wake: epoll_wait returns", "wake：epoll_wait 返回").to_owned()
        }
        (QuestionKind::Next, "wait") => lang.pick("wait: it goes to sleep", "wait：进入睡眠").to_owned(),
        (QuestionKind::Ready, _) => {
            let parts: Vec<_> = value.split(", ").map(|part| ready(part, event, lang)).collect();
            parts.join(lang.pick(", ", "，"))
        }
        (QuestionKind::Field(Field::Interest), "r") => "EV_READ".to_owned(),
        (QuestionKind::Field(Field::Interest), "w") => "EV_WRITE".to_owned(),
        (QuestionKind::Field(Field::Interest), "rw") => "EV_READ | EV_WRITE".to_owned(),
        _ => value.to_owned(),
    }
}

/// `c0 r`: who is ready for what.
fn ready(part: &str, event: &Event, lang: Language) -> String {
    match part.split_once(' ') {
        Some((who, what)) => {
            let who = match (who, event.th.worker()) {
                ("fd", Some(_)) => lang.pick("the pipe", "管道"),
                ("fd", None) => lang.pick("the listening socket", "监听套接字"),
                (who, _) => who,
            };
            let what = match what {
                "r" => lang.pick("readable", "可读"),
                "w" => lang.pick("writable", "可写"),
                _ => lang.pick("readable and writable", "可读且可写"),
            };
            lang.pick(format!("{who} is {what}"), format!("{who} {what}"))
        }
        None if part == "timer" => lang.pick("only that a timer is due", "只是定时器到期").to_owned(),
        None => lang.pick("nothing", "什么也没有").to_owned(),
    }
}
