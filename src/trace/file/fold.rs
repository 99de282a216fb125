//! What a check remembers of a recording: the rules that need its history.

use super::format::Detail;
use crate::event::{ConnState, Event, Kind, Thread, What};
use crate::text::printable;
use crate::texts::Language;
use crate::world::{Happening, Now, Plain};
use std::collections::HashSet;

/// The world as the events so far left it, against which the next one is held.
#[derive(Debug)]
pub(super) struct Fold {
    world: Now<Box<Plain>>,
    /// Events were lost: what follows cannot be held against what was before.
    lost: bool,
    /// Whether calls were recorded.
    calls: bool,
    /// Connections that were told of as unknown already: once is enough.
    strangers: HashSet<u32>,
    lang: Language,
}

impl Fold {
    pub(super) fn new(detail: Detail, lang: Language) -> Self {
        let calls = detail == Detail::Calls;
        Fold { world: Now::new(0), lost: false, calls, strangers: HashSet::new(), lang }
    }

    /// From now on the history has a hole.
    pub(super) fn lose_track(&mut self) {
        self.lost = true;
    }

    /// Holds an event against what was before, then takes it in.
    pub(super) fn event(&mut self, event: &Event, found: &mut Vec<String>) {
        if event.world().is_some() {
            // From here on this is the history.
            self.lost = false;
            self.strangers.clear();
        }
        self.cause(event, found);
        if !self.lost {
            self.call(event, found);
            self.queue(event, found);
            self.connection(event, found);
        }
        self.world.apply(&Happening::from(event), &());
    }

    /// What an event that is still unanswered was, and to which worker, of which connection.
    fn unanswered(&self, seq: u64) -> Option<(Kind, Thread, Option<u32>)> {
        self.world.threads.values().find_map(|lane| {
            let notify = lane.pipe.iter().find(|byte| byte.cause == seq);
            let push = || lane.queue.iter().find(|queued| queued.cause == seq);
            match notify {
                Some(_) => Some((Kind::Notify, lane.id, None)),
                None => push().map(|queued| (Kind::CqPush, lane.id, Some(queued.conn))),
            }
        })
    }

    fn cause(&self, event: &Event, found: &mut Vec<String>) {
        let Some(cause) = event.cause else { return };
        let (lang, number) = (self.lang, cause.to_string());
        if cause >= event.seq {
            found.push(lang.check_cause_later(number));
            return;
        }
        let expected = match event.what {
            What::Notified { .. } => Kind::Notify,
            What::CqPop { .. } => Kind::CqPush,
            _ => return,
        };
        let worker = event.worker().unwrap_or(event.th);
        match self.unanswered(cause) {
            Some((kind, ..)) if kind != expected => {
                found.push(lang.check_cause_kind(number, expected.to_string(), kind.to_string()));
            }
            Some((_, of, _)) if of != worker => {
                found.push(lang.check_cause_worker(number, expected.to_string()));
            }
            Some((.., conn)) if expected == Kind::CqPush && conn != event.conn => {
                found.push(lang.check_cause_conn(number, expected.to_string()));
            }
            // It may be among those that were lost.
            None if !self.lost => {
                found.push(lang.check_cause_answered(number, expected.to_string()));
            }
            _ => {}
        }
    }

    fn call(&self, event: &Event, found: &mut Vec<String>) {
        let What::Return { function: Some(function) } = event.what else { return };
        if !self.calls {
            return;
        }
        let left =
            || (printable(&function.to_string()).into_owned(), printable(&event.th.to_string()).into_owned());
        match self.world.threads.get(&event.th).and_then(|lane| lane.stack.last()) {
            Some(entered) if *entered == function => {}
            Some(entered) => {
                let (function, thread) = left();
                found.push(self.lang.check_leaves(printable(&entered.to_string()), function, thread));
            }
            None => {
                let (function, thread) = left();
                found.push(self.lang.check_leaves_nothing(function, thread));
            }
        }
    }

    fn queue(&self, event: &Event, found: &mut Vec<String>) {
        let lang = self.lang;
        let worker = event.worker().unwrap_or(event.th);
        let name = || printable(&worker.to_string()).into_owned();
        let lane = self.world.threads.get(&worker);
        match (&event.what, event.conn) {
            (What::Notified { errno: None, .. }, _) if lane.is_none_or(|lane| lane.pipe.is_empty()) => {
                found.push(lang.check_pipe(name()));
            }
            (What::CqPop { .. }, Some(conn)) => match lane.and_then(|lane| lane.queue.front()) {
                Some(first) if first.conn == conn => {}
                Some(first) => {
                    found.push(lang.check_pop(conn.to_string(), first.conn.to_string(), name()));
                }
                None => found.push(lang.check_pop_empty(conn.to_string(), name())),
            },
            _ => {}
        }
    }

    fn connection(&mut self, event: &Event, found: &mut Vec<String>) {
        let Some(conn) = event.conn else { return };
        let (lang, number) = (self.lang, || conn.to_string());
        let next = self.world.next_conn;
        // A UDP socket is handed to a worker without anybody being accepted.
        if event.kind() == Kind::Accept || (event.kind() == Kind::CqPush && event.is_udp()) {
            if conn != next {
                let due = next.to_string();
                found.push(match (event.kind() == Kind::Accept, conn < next) {
                    (true, false) => lang.check_accepts(number(), due),
                    (true, true) => lang.check_accepts_again(number(), due),
                    (false, false) => lang.check_hands_over(number(), due),
                    (false, true) => lang.check_hands_over_again(number(), due),
                });
            }
            return;
        }
        let Some(known) = self.world.conns.get(conn) else {
            // The functions that closed it are left only after that, and those that hand over a UDP socket
            // are entered before it is there.
            let leaving = matches!(event.kind(), Kind::Call | Kind::Return) && conn < next;
            let entering = Happening::from(event).is_before_or_after_a_connection() && conn == next;
            if !leaving && !entering && self.strangers.insert(conn) {
                let kind = printable(&event.kind().to_string()).into_owned();
                found.push(match conn < next {
                    true => lang.check_was_closed(number(), kind),
                    false => lang.check_not_accepted(number(), kind),
                });
            }
            return;
        };
        if let What::State { from: Some(from), to: Some(to) } = event.what {
            if from == to {
                found.push(lang.check_to_itself(number(), printable(&from.to_string())));
            } else if known.state.is_some_and(|state| state != from) {
                let is = known.state.map_or("?", ConnState::name);
                found.push(lang.check_state(number(), printable(&from.to_string()), printable(is)));
            }
        }
    }
}
