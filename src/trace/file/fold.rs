//! What a check remembers of a recording: the rules that need its history.

use super::format::Detail;
use crate::event::{ConnState, Event, Kind, Thread, What};
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
}

impl Fold {
    pub(super) fn new(detail: Detail) -> Self {
        Fold { world: Now::new(0), lost: false, calls: detail == Detail::Calls, strangers: HashSet::new() }
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
        if cause >= event.seq {
            found.push(format!("cause #{cause} does not stand before it"));
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
                found.push(format!("cause #{cause} is a {kind}, not a {expected}"));
            }
            Some((_, of, _)) if of != worker => {
                found.push(format!("cause #{cause} is a {expected} of another worker"));
            }
            Some((.., conn)) if expected == Kind::CqPush && conn != event.conn => {
                found.push(format!("cause #{cause} is a {expected} of another connection"));
            }
            // It may be among those that were lost.
            None if !self.lost => {
                found.push(format!("cause #{cause} is no {expected} that is still unanswered"));
            }
            _ => {}
        }
    }

    fn call(&self, event: &Event, found: &mut Vec<String>) {
        let What::Return { function: Some(function) } = event.what else { return };
        if !self.calls {
            return;
        }
        match self.world.threads.get(&event.th).and_then(|lane| lane.stack.last()) {
            Some(entered) if *entered == function => {}
            Some(entered) => found.push(format!("{} leaves {function}, but is in {entered}", event.th)),
            None => found.push(format!("{} leaves {function}, but has entered nothing", event.th)),
        }
    }

    fn queue(&self, event: &Event, found: &mut Vec<String>) {
        let worker = event.worker().unwrap_or(event.th);
        let lane = self.world.threads.get(&worker);
        match (&event.what, event.conn) {
            (What::Notified { errno: None, .. }, _) if lane.is_none_or(|lane| lane.pipe.is_empty()) => {
                found.push(format!("{worker} reads its pipe, which is empty"));
            }
            (What::CqPop { .. }, Some(conn)) => match lane.and_then(|lane| lane.queue.front()) {
                Some(first) if first.conn == conn => {}
                Some(first) => {
                    found.push(format!("{worker} pops c{conn}, but c{} came first", first.conn));
                }
                None => found.push(format!("{worker} pops c{conn} from an empty queue")),
            },
            _ => {}
        }
    }

    fn connection(&mut self, event: &Event, found: &mut Vec<String>) {
        let Some(conn) = event.conn else { return };
        let next = self.world.next_conn;
        // A UDP socket is handed to a worker without anybody being accepted.
        if event.kind() == Kind::Accept || (event.kind() == Kind::CqPush && event.is_udp()) {
            if conn != next {
                let reused = if conn < next { " (numbers are never reused)" } else { "" };
                let does = if event.kind() == Kind::Accept { "accepts" } else { "hands over" };
                found.push(format!("{does} c{conn} where c{next} must come{reused}"));
            }
            return;
        }
        let Some(known) = self.world.conns.get(conn) else {
            // The functions that closed it are left only after that, and those that hand over a UDP socket
            // are entered before it is there.
            let leaving = matches!(event.kind(), Kind::Call | Kind::Return) && conn < next;
            let entering = Happening::from(event).is_before_or_after_a_connection() && conn == next;
            if !leaving && !entering && self.strangers.insert(conn) {
                let when = if conn < next { "was closed" } else { "was not accepted yet" };
                found.push(format!("{} of c{conn}, which {when}", event.kind()));
            }
            return;
        };
        if let What::State { from: Some(from), to: Some(to) } = event.what {
            if from == to {
                found.push(format!("c{conn} goes from {from} to itself"));
            } else if known.state.is_some_and(|state| state != from) {
                let is = known.state.map_or("?", ConnState::name);
                found.push(format!("c{conn} leaves {from}, but is in {is}"));
            }
        }
    }
}
