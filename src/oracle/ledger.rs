//! What the panels say, counted once more and apart from the model: who sleeps, in which functions a thread
//! is, in which state a connection, how often it went which way; and what `stats` answered.

use super::holds::Holds;
use crate::event::{ConnState, Detail, Event, Function, Kind, Thread};
use crate::model::{Way, World};
use std::collections::HashMap;

/// What the events so far have said.
#[derive(Default)]
pub struct Ledger {
    stacks: HashMap<Thread, Vec<Function>>,
    asleep: HashMap<Thread, bool>,
    states: HashMap<u32, ConnState>,
    ways: HashMap<(u32, ConnState, ConnState), u32>,
    all_ways: HashMap<(ConnState, ConnState), u32>,
    /// The command that each connection is at.
    commands: HashMap<u32, String>,
}

impl Ledger {
    /// Takes an event down, and holds the model against what is written here.
    pub(super) fn event(&mut self, event: &Event, world: &World, holds: &mut Holds<'_>) {
        self.take_down(event);
        let Some(lane) = world.threads.get(&event.th) else { return };
        if event.kind() != Kind::Mark {
            let is_asleep = self.asleep.get(&event.th).copied().unwrap_or(false);
            holds.same("whether the thread sleeps", &lane.is_asleep(), &is_asleep);
        }
        if holds.session.detail == Detail::Calls {
            holds.same("the stack", &lane.stack, self.stacks.entry(event.th).or_default());
        }
        if let Some(conn) = event.conn.and_then(|id| world.conn(id)) {
            holds.same("the state", &conn.state, &self.states.get(&conn.id).copied());
            holds.same("the thread's connection", &lane.conn.is_none_or(|id| id == conn.id), &true);
        }
        if let (Some(id), Some(from), Some(to)) = (event.conn, event.from(), event.to()) {
            let way = Way { from, to };
            let of = world.conn(id).map_or(0, |conn| conn.ways.count(way));
            holds.same("how often the way was taken", &of, &self.ways[&(id, from, to)]);
            holds.same("how often all took it", &world.ways.count(way), &self.all_ways[&(from, to)]);
            holds.same("the way", &world.changed.way, &Some(way));
        }
        self.stats(event, world, holds);
    }

    fn take_down(&mut self, event: &Event) {
        if !matches!(event.kind(), Kind::Mark | Kind::Snapshot) {
            self.asleep.insert(event.th, event.kind() == Kind::Wait);
        }
        let stack = self.stacks.entry(event.th).or_default();
        match (event.kind(), event.function()) {
            (Kind::Call, Some(function)) => stack.push(function),
            (Kind::Return, Some(function)) => assert_eq!(stack.pop(), Some(function)),
            _ => {}
        }
        let Some(id) = event.conn else { return };
        match (event.kind(), event.from(), event.to()) {
            (Kind::ConnNew, ..) => self.states.extend(event.state().map(|state| (id, state))),
            (Kind::State, Some(from), Some(to)) => {
                assert_eq!(self.states.insert(id, to), Some(from), "#{}", event.seq);
                *self.ways.entry((id, from, to)).or_default() += 1;
                *self.all_ways.entry((from, to)).or_default() += 1;
            }
            (Kind::Command, ..) => {
                let line = event.bytes().map(|line| String::from_utf8_lossy(&line.kept).into_owned());
                self.commands.insert(id, line.unwrap_or_default());
            }
            _ => {}
        }
    }

    /// Holds what the Memory panel says against what memcached has just answered of itself.
    fn stats(&self, event: &Event, world: &World, holds: &mut Holds<'_>) {
        // Other threads may have done what they have not told yet.
        if event.kind() != Kind::Reply || holds.session.threads > 1 || !holds.has_all() {
            return;
        }
        let Some(command) = event.conn.and_then(|id| self.commands.get(&id)) else { return };
        let Some(text) = event.text().filter(|text| text.starts_with("STAT ")) else { return };
        let memory = &world.memory();
        let answer: HashMap<&str, &str> =
            text.lines().filter_map(|line| line.strip_prefix("STAT ")?.split_once(' ')).collect();
        let number = |name: &str| answer.get(name).and_then(|n| n.parse::<u64>().ok());
        match command.split_whitespace().collect::<Vec<_>>()[..] {
            ["stats"] => {
                let stats = memory.stats.unwrap_or_default();
                let items: u64 = memory.classes().map(|class| class.lru.len()).sum();
                for (name, n) in [
                    ("get_hits", stats.get_hits),
                    ("get_misses", stats.get_misses),
                    ("evictions", stats.evictions),
                    ("reclaimed", stats.reclaimed),
                    ("curr_items", items),
                ] {
                    holds.same(&format!("stats {name}"), &Some(n), &number(name));
                }
            }
            ["stats", "items"] => {
                for class in memory.classes() {
                    let told = number(&format!("items:{}:number", class.id)).unwrap_or(0);
                    holds.same(&format!("stats items:{}:number", class.id), &class.lru.len(), &told);
                }
            }
            ["stats", "slabs"] => {
                for class in memory.classes().filter(|class| class.pages > 0) {
                    for (name, n) in [
                        ("chunk_size", class.chunk.unwrap_or(0)),
                        ("total_pages", class.pages),
                        ("total_chunks", class.chunks),
                        ("used_chunks", class.used),
                    ] {
                        let name = format!("{}:{name}", class.id);
                        holds.same(&format!("stats slabs {name}"), &Some(n), &number(&name));
                    }
                }
            }
            _ => return,
        }
        holds.tally.answers += 1;
    }
}
