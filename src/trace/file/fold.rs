//! What a check remembers of a recording: the rules that need its history.

use super::format::Detail;
use crate::event::{ConnState, Event, Fn, Kind, Snapshot, Thread};
use std::collections::{HashMap, HashSet, VecDeque};

/// The world as the events so far left it.
#[derive(Debug)]
pub(super) struct Fold {
    /// Events were lost: what follows cannot be held against what was before.
    lost: bool,
    /// Whether calls were recorded.
    calls: bool,
    /// Every `notify` and `cq_push` that has not had its effect yet.
    causes: HashMap<u64, (Kind, Option<Thread>, Option<u32>)>,
    /// Bytes in each worker's pipe.
    pipes: HashMap<Thread, u64>,
    /// Connections in each worker's queue.
    queues: HashMap<Thread, VecDeque<u32>>,
    /// Connections between `accept` and `close`, and the state each is in, once it is known.
    open: HashMap<u32, Option<ConnState>>,
    /// How many there were so far.
    accepted: u32,
    /// The functions that each thread is in.
    stacks: HashMap<Thread, Vec<Fn>>,
    /// Connections that were told of as unknown already: once is enough.
    strangers: HashSet<u32>,
}

impl Fold {
    pub(super) fn new(detail: Detail) -> Self {
        Fold {
            lost: false,
            calls: detail == Detail::Calls,
            causes: HashMap::new(),
            pipes: HashMap::new(),
            queues: HashMap::new(),
            open: HashMap::new(),
            accepted: 0,
            stacks: HashMap::new(),
            strangers: HashSet::new(),
        }
    }

    /// From now on the history has a hole.
    pub(super) fn lose_track(&mut self) {
        self.lost = true;
    }

    /// Holds an event against what was before, then takes it in.
    pub(super) fn event(&mut self, event: &Event, found: &mut Vec<String>) {
        if let Some(world) = event.world() {
            self.found(world);
        }
        self.cause(event, found);
        if !self.lost {
            self.call(event, found);
            self.queue(event, found);
            self.connection(event, found);
        }
        if matches!(event.kind(), Kind::Notify | Kind::CqPush) {
            self.causes.insert(event.seq, (event.kind(), event.worker(), event.conn));
        }
    }

    /// A snapshot: from here on this is the history.
    fn found(&mut self, world: &Snapshot) {
        *self = Fold { calls: self.calls, accepted: world.accepted, ..Fold::new(Detail::Flow) };
        for thread in &world.threads {
            let th = thread.th;
            self.pipes.insert(th, thread.pipe.len() as u64);
            self.queues.insert(th, thread.queue.iter().map(|queued| queued.conn).collect());
            self.stacks.insert(th, thread.stack.clone());
            for seq in &thread.pipe {
                self.causes.insert(*seq, (Kind::Notify, Some(th), None));
            }
            for queued in &thread.queue {
                self.causes.insert(queued.cause, (Kind::CqPush, Some(th), Some(queued.conn)));
            }
        }
        self.open = world.conns.iter().map(|c| (c.conn, c.state)).collect();
    }

    fn cause(&mut self, event: &Event, found: &mut Vec<String>) {
        let Some(cause) = event.cause else { return };
        if cause >= event.seq {
            found.push(format!("cause #{cause} does not stand before it"));
            return;
        }
        let expected = match event.kind() {
            Kind::Notified => Kind::Notify,
            Kind::CqPop => Kind::CqPush,
            _ => return,
        };
        let worker = event.worker().or(Some(event.th));
        match self.causes.remove(&cause) {
            Some((kind, ..)) if kind != expected => {
                found.push(format!("cause #{cause} is a {kind}, not a {expected}"));
            }
            Some((_, of, _)) if of.is_some() && of != worker => {
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

    fn call(&mut self, event: &Event, found: &mut Vec<String>) {
        let Some(function) = event.function().filter(|_| self.calls) else { return };
        let stack = self.stacks.entry(event.th).or_default();
        match event.kind() {
            Kind::Call => stack.push(function),
            Kind::Return => match stack.last() {
                Some(entered) if *entered == function => {
                    stack.pop();
                }
                Some(entered) => {
                    found.push(format!("{} leaves {function}, but is in {entered}", event.th));
                    // Say it once and not for every function up to the root.
                    if let Some(at) = stack.iter().rposition(|f| *f == function) {
                        stack.truncate(at);
                    }
                }
                None => {
                    found.push(format!("{} leaves {function}, but has entered nothing", event.th));
                }
            },
            _ => {}
        }
    }

    fn queue(&mut self, event: &Event, found: &mut Vec<String>) {
        let worker = event.worker().unwrap_or(event.th);
        let ok = event.errno().is_none();
        match (event.kind(), event.conn) {
            (Kind::Notify, _) if ok => *self.pipes.entry(worker).or_default() += 1,
            (Kind::Notified, _) if ok => {
                let bytes = self.pipes.entry(worker).or_default();
                match bytes.checked_sub(1) {
                    Some(left) => *bytes = left,
                    None => found.push(format!("{worker} reads its pipe, which is empty")),
                }
            }
            (Kind::CqPush, Some(conn)) => self.queues.entry(worker).or_default().push_back(conn),
            (Kind::CqPop, Some(conn)) => match self.queues.entry(worker).or_default().pop_front() {
                Some(first) if first == conn => {}
                Some(first) => found.push(format!("{worker} pops c{conn}, but c{first} came first")),
                None => found.push(format!("{worker} pops c{conn} from an empty queue")),
            },
            _ => {}
        }
    }

    fn connection(&mut self, event: &Event, found: &mut Vec<String>) {
        // A UDP socket is handed to a worker without anybody being accepted.
        if event.kind() == Kind::Accept || (event.kind() == Kind::CqPush && event.is_udp()) {
            if let Some(conn) = event.conn {
                if conn != self.accepted {
                    let reused = if conn < self.accepted { " (numbers are never reused)" } else { "" };
                    let does = if event.kind() == Kind::Accept { "accepts" } else { "hands over" };
                    found.push(format!("{does} c{conn} where c{} must come{reused}", self.accepted));
                }
                self.accepted = self.accepted.max(conn.saturating_add(1));
                self.open.insert(conn, None);
            }
            return;
        }
        let Some(conn) = event.conn else { return };
        let Some(state) = self.open.get_mut(&conn) else {
            // The functions that closed it are left only after that, and those that hand over a UDP socket
            // are entered before it is there.
            let leaving = matches!(event.kind(), Kind::Call | Kind::Return) && conn < self.accepted;
            let entering = event.kind() == Kind::Call
                && matches!(event.function(), Some(Fn::DispatchConnNew | Fn::CqPush))
                && conn == self.accepted;
            if !leaving && !entering && self.strangers.insert(conn) {
                let when = if conn < self.accepted { "was closed" } else { "was not accepted yet" };
                found.push(format!("{} of c{conn}, which {when}", event.kind()));
            }
            return;
        };
        match (event.kind(), event.from(), event.to()) {
            (Kind::ConnNew, ..) => *state = event.state(),
            (Kind::State, Some(from), Some(to)) => {
                if from == to {
                    found.push(format!("c{conn} goes from {from} to itself"));
                } else if state.is_some_and(|state| state != from) {
                    let is = state.map_or("?", ConnState::name);
                    found.push(format!("c{conn} leaves {from}, but is in {is}"));
                }
                *state = Some(to);
            }
            (Kind::Close, ..) => {
                self.open.remove(&conn);
            }
            _ => {}
        }
    }
}
