//! The words beside a row: what happened, as short as can be.

use super::super::{events, threads};
use crate::event::{ConnState, Event, Interest, Kind};
use crate::model::World;
use crate::text::{printable, visible};
use std::sync::Arc;

/// What one event is.
pub(super) fn event(world: &World, event: &Event) -> String {
    let conn = event.conn.map(|id| format!("c{id}")).unwrap_or_default();
    let result = event.errno().map(printable);
    let words = match (event.kind(), event.ret(), result) {
        (Kind::Wait, ..) => "sleeps in epoll_wait".to_owned(),
        (Kind::Wake, ..) => {
            let ready = event.ready().unwrap_or_default();
            let who = threads::ready(world, event.th, ready);
            match ready {
                [one] if one.conn.is_some() && one.what == Interest::Read => format!("{who} readable"),
                [one] if one.conn.is_some() => who,
                _ => format!("wake: {who}"),
            }
        }
        (Kind::Thread, ..) => match (event.op(), event.worker()) {
            (Some("create"), Some(worker)) => format!("pthread_create {worker}"),
            (Some("start"), _) => format!("{} starts", event.th),
            _ => format!("thread {}", events::summary(event)),
        },
        (Kind::Accept, _, None) => format!("accept: {conn}"),
        (Kind::CqPush, ..) => match event.depth() {
            Some(depth) => format!("push {conn}, now {depth} queued"),
            None => format!("push {conn}"),
        },
        (Kind::CqPop, ..) => format!("pop {conn}"),
        (Kind::Notify, _, None) => format!("write {} into its pipe", threads::byte(event.notified_by())),
        (Kind::Notified, _, None) => format!("read {} from its pipe", threads::byte(event.notified_by())),
        (Kind::ConnNew, ..) => format!("conn_new {conn}"),
        (Kind::State, ..) => format!("{} → {}", short(event.from()), short(event.to())),
        (Kind::Read, Some(0), None) => format!("read {conn}: the end"),
        (Kind::Read, Some(n), None) => format!("read {n} {}", quoted(event)),
        (Kind::Read, _, Some(errno)) => format!("read {conn}: {errno}"),
        (Kind::Recvfrom, Some(n), None) => match (event.request_id(), event.request()) {
            (Some(id), Some(said)) => format!("datagram {n}: #{id} \"{}\"", visible(&said.kept)),
            _ => format!("datagram {n}: too short"),
        },
        (Kind::Recvfrom, _, Some(errno)) if &*errno == "EAGAIN" => format!("recvfrom {conn}: gone ({errno})"),
        (Kind::Recvfrom, _, Some(errno)) => format!("recvfrom {conn}: {errno}"),
        (Kind::Sendmsg, Some(n), None) => {
            let pieces = event.iov().unwrap_or_default();
            let text: String = pieces.iter().take(16).map(|p| visible(&p.bytes().kept)).collect();
            let total: u64 = pieces.iter().map(|p| p.bytes().len).fold(0, u64::saturating_add);
            match u64::try_from(n).unwrap_or(0) < total {
                true => format!("send {n} of {total}"),
                false => format!("send {n} \"{text}\""),
            }
        }
        (Kind::Sendmsg, _, Some(errno)) => format!("send {conn}: {errno}"),
        (Kind::Close, ..) => {
            let why = event.why().map(|why| format!(": {}", printable(why)));
            format!("close {conn}{}", why.unwrap_or_default())
        }
        (Kind::EventAdd | Kind::EventDel, ..) => {
            let fd = event.fd().map(|fd| format!("fd {fd}")).unwrap_or_default();
            let what = if event.conn.is_some() { conn } else { fd };
            let interest = event.interest().map(|i| format!(" {}", printable(i)));
            format!("{} {what}{}", event.kind(), interest.unwrap_or_default())
        }
        (Kind::Command | Kind::Reply, ..) => quoted(event),
        (Kind::Call | Kind::Return, ..) => events::summary(event),
        (kind, ..) => format!("{} {}", printable(kind.name()), events::summary(event)),
    };
    words.trim_end().to_owned()
}

/// What a run is: the states that it went through, or how many events of what.
pub(super) fn run(world: &World, run: &[Arc<Event>]) -> String {
    let [first, .., _] = run else {
        return run.first().map(|e| event(world, e)).unwrap_or_default();
    };
    let states: Vec<&Event> = run.iter().map(Arc::as_ref).filter(|e| e.kind() == Kind::State).collect();
    if let Some(first) = states.first() {
        let mut words = short(first.from()).to_owned();
        for state in &states {
            words.push_str(" ▸ ");
            words.push_str(short(state.to()));
        }
        return words;
    }
    // The first that tells something; calls and returns are told where there is nothing else.
    let is_call = |e: &&Arc<Event>| matches!(e.kind(), Kind::Call | Kind::Return);
    let told = run.iter().find(|e| !is_call(e)).unwrap_or(first);
    let same = run.iter().filter(|e| e.kind() == told.kind() && !is_call(e)).count();
    match same {
        0 | 1 => event(world, told),
        n => format!("{} ×{n}", printable(told.kind().name())),
    }
}

/// The C name without `conn_`, which every state has.
fn short(state: Option<ConnState>) -> &'static str {
    state.map_or("?", |s| s.name().trim_start_matches("conn_"))
}

fn quoted(event: &Event) -> String {
    event.bytes().map(|payload| format!("\"{}\"", visible(&payload.kept))).unwrap_or_default()
}
