//! The model held against the server's memory.

use super::ledger::Ledger;
use super::sessions::{ALL, OracleSession};
use crate::event::{ConnFields, ConnItem, ConnSet, ConnState, Event, Kind, StatsValues, Thread};
use crate::memcached::util::FRESH;
use crate::model::{Bytes, ClassModel, ConnModel, ConnStage, Key, LruModel, StoreModel, World};
use crate::tracer::witness::{ClassMemory, ConnMemory, ServerMemory, StoreMemory, WitnessedEvent};
use crate::world;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How much was compared, and how much of it the model knew.
#[derive(Debug, Default)]
pub struct Coverage {
    events: u64,
    /// Connections at an event of theirs.
    conns: u64,
    /// Bytes of buffers: known, and written but not known.
    known: u64,
    lost: u64,
    /// Those of them in sessions whose every payload is recorded.
    lost_of_all: u64,
    /// Messages that were being sent: known, and not.
    unsent: u64,
    unsent_unknown: u64,
    /// Values that were partly there.
    filling: u64,
    queued: u64,
    in_pipe: u64,
    stores: u64,
    chains: u64,
    stats: u64,
    /// Where what is counted is not known.
    stats_unknown: u64,
    /// Answers to `stats`, single-threaded.
    pub answers: u64,
}

impl Coverage {
    /// Adds another one.
    pub fn add(&mut self, other: &Coverage) {
        self.events += other.events;
        self.conns += other.conns;
        self.known += other.known;
        self.lost += other.lost;
        self.lost_of_all += other.lost_of_all;
        self.unsent += other.unsent;
        self.unsent_unknown += other.unsent_unknown;
        self.filling += other.filling;
        self.queued += other.queued;
        self.in_pipe += other.in_pipe;
        self.stores += other.stores;
        self.chains += other.chains;
        self.stats += other.stats;
        self.stats_unknown += other.stats_unknown;
        self.answers += other.answers;
    }

    /// Nothing that there is to compare was left out by accident.
    pub fn assert_saw_everything(&self) {
        let all = [
            self.events,
            self.conns,
            self.known,
            self.unsent,
            self.filling,
            self.queued,
            self.in_pipe,
            self.stores,
            self.chains,
            self.stats,
        ];
        assert!(all.iter().all(|&n| n > 0), "{self:?}");
    }
}

/// A class as it was held last: in numbers, its list, and the server's memory.
type ClassHeld = (world::ClassFacts, Option<Arc<LruModel>>, Arc<ClassMemory>);

/// One event's comparison.
pub(super) struct Holds<'a> {
    pub session: &'a OracleSession,
    /// Whether the recording begins in the middle of the server's life.
    is_late: bool,
    /// Whether there was a `stats reset`.
    was_reset: bool,
    event: &'a Event,
    pub tally: Coverage,
    /// Connections that had a read buffer larger than the model keeps.
    large: HashSet<u32>,
    /// The classes that were compared last.
    classes: HashMap<u8, ClassHeld>,
}

/// Folds `events`, and holds the model after each against what was seen then.
pub fn assert_is_memory<'a>(
    session: &OracleSession,
    events: impl IntoIterator<Item = &'a Event>,
    seen: &[WitnessedEvent],
) -> Coverage {
    let mut events = events.into_iter().peekable();
    let mut seen = seen.iter().peekable();
    let mut world = World::new(session.threads.into());
    // As each connection was last seen.
    let mut last: HashMap<u32, &ConnMemory> = HashMap::new();
    let (mut tally, mut large, mut classes) = (Coverage::default(), HashSet::new(), HashMap::new());
    let is_late = events.peek().is_some_and(|event| event.kind() == Kind::Snapshot);
    let (mut was_reset, mut ledger) = (is_late, Ledger::default());
    for event in events {
        world.apply(event);
        // As soon as it is asked for: it is done before it is answered.
        was_reset |= event.kind() == Kind::Command
            && event.bytes().is_some_and(|text| text.kept.windows(5).any(|word| word == b"reset"));
        // A snapshot has the number of the event that it comes after: it is that moment's memory.
        while let Some(before) = seen.next_if(|seen| seen.seq < event.seq) {
            last.extend(before.conn.iter().map(|memory| (memory.id, memory)));
        }
        let mut holds = Holds {
            session,
            is_late,
            was_reset,
            event,
            tally: std::mem::take(&mut tally),
            large: std::mem::take(&mut large),
            classes: std::mem::take(&mut classes),
        };
        if !is_late {
            ledger.event(event, &world, &mut holds);
        }
        let Some(now) = seen.next_if(|seen| seen.seq == event.seq) else {
            (tally, large, classes) = (holds.tally, holds.large, holds.classes);
            continue;
        };
        let is_snapshot = event.kind() == Kind::Snapshot;
        assert!(is_snapshot || now.thread == event.th);
        holds.tally.events += 1;
        if let Some(memory) = &now.conn {
            last.insert(memory.id, memory);
        }
        // An event is about one connection at most, and a snapshot about all of them.
        let about = |id: &u32| is_snapshot || event.conn == Some(*id);
        for (id, memory) in last.iter().filter(|(id, _)| about(id)) {
            match world.conns.get(*id) {
                Some(conn) => holds.conn(conn, memory),
                // A snapshot tells nothing of those that were closed before it, and closed ones are forgotten.
                None if memory.state == ConnState::Closed => {}
                None => holds.fails("the model has no such connection"),
            }
        }
        if let Some(server) = &now.server {
            holds.server(&world, server);
        }
        (tally, large, classes) = (holds.tally, holds.large, holds.classes);
    }
    tally
}

impl Holds<'_> {
    fn fails(&self, what: &str) -> ! {
        let late = if self.is_late { ", watched from the middle on" } else { "" };
        panic!("{}{late}\n{what}", super::place(self.session, self.event))
    }

    pub fn same<T: PartialEq + std::fmt::Debug>(&self, what: &str, model: &T, memory: &T) {
        if model != memory {
            self.fails(&format!("{what}: the model has {model:?}, in memory is {memory:?}"));
        }
    }

    pub fn has_all(&self) -> bool {
        self.session.max_data == ALL && !self.is_late
    }

    fn conn(&mut self, model: &ConnModel, memory: &ConnMemory) {
        // The model keeps so much of a buffer and no more, and then of a value that was copied out of it.
        if memory.rbuf.len() >= ALL as usize {
            self.large.insert(memory.id);
        }
        let is_whole = self.has_all() && !self.large.contains(&memory.id);
        self.tally.conns += 1;
        let mut fields = ConnFields::default();
        let item = memory.item.as_ref().map(|(key, size)| {
            let kept = &key[..key.len().min(self.session.max_data as usize)];
            let kept = std::str::from_utf8(kept).or_else(|e| match e.error_len() {
                None => std::str::from_utf8(&kept[..e.valid_up_to()]),
                Some(_) => Err(e),
            });
            ConnItem { key: kept.unwrap_or_default().to_owned(), size: *size }
        });
        let set = ConnSet { item: Some(item), ..ConnSet::whole(&memory.image) };
        set.apply(&mut fields);
        self.same("struct conn", &model.fields, &fields);
        if model.place == ConnStage::Open {
            self.same("state", &model.state, &Some(memory.state));
            self.same("sfd", &model.fd, &Some(memory.fd));
            self.same("request_id", &model.request_id.unwrap_or_default(), &memory.request_id);
        }
        if model.is_closed() {
            return;
        }
        self.bytes("rbuf", &model.rbuf, &memory.rbuf, is_whole);
        self.bytes("wbuf", &model.wbuf, &memory.wbuf, is_whole);
        self.bytes("the item's data", &model.value, &memory.value, is_whole);
        if memory.item.is_some() && memory.image.ritem > 0 {
            self.tally.filling += 1;
            let (filled, ritem) = (model.value.len() as u64, u64::from(memory.image.ritem));
            self.same("what is filled", &filled, &ritem);
        }
        self.unsent(model, memory);
    }

    fn bytes(&mut self, what: &str, model: &Bytes, memory: &[u8], is_whole: bool) {
        match model.agrees(memory, FRESH) {
            Ok((known, lost)) => {
                self.tally.known += known;
                self.tally.lost += lost;
                if is_whole && memory.len() < ALL as usize {
                    self.tally.lost_of_all += lost;
                    self.same(&format!("{what}: bytes that are not known"), &lost, &0);
                }
            }
            Err((at, cell)) => {
                let from = at.saturating_sub(20);
                let real = memory.get(from..(at + 20).min(memory.len())).unwrap_or_default();
                let cells = model.slice(from as u64, 40);
                self.fails(&format!(
                    "{what}[{at}]: the model has {cell:?}, in memory is {:?}\nmemory from {from}: {}\nmodel: {cells:?}",
                    memory.get(at),
                    real.escape_ascii(),
                ));
            }
        }
    }

    fn unsent(&mut self, model: &ConnModel, memory: &ConnMemory) {
        let Some(pieces) = model.unsent() else {
            let was_handed_over =
                model.sent.as_ref().is_some_and(|sent| sent.msgcurr == memory.image.msgcurr);
            if was_handed_over {
                self.fails("what is left to be sent is told, and not known");
            }
            self.tally.unsent_unknown += 1;
            return;
        };
        let is_same = pieces.len() == memory.unsent.len()
            && pieces.iter().zip(&*memory.unsent).all(|((_, of_model), (_, real))| of_model == real);
        if !is_same {
            let lens = |all: &mut dyn Iterator<Item = u64>| all.collect::<Vec<_>>();
            let of_memory = lens(&mut memory.unsent.iter().map(|(_, len)| *len));
            self.same("the pieces to be sent", &lens(&mut pieces.iter().map(|(_, len)| *len)), &of_memory);
        }
        for ((kept, _), (piece, _)) in pieces.iter().zip(&*memory.unsent) {
            if kept.iter().zip(piece).any(|(kept, real)| kept != real) {
                self.fails(&format!(
                    "a piece to be sent: the model has {}, in memory is {}",
                    kept.escape_ascii(),
                    piece.escape_ascii()
                ));
            }
        }
        self.tally.unsent += u64::from(!pieces.is_empty());
    }

    fn server(&mut self, world: &World, memory: &ServerMemory) {
        for (i, (queue, pipe)) in memory.queues.iter().zip(&memory.pipes).enumerate() {
            let lane = &world.threads[&Thread::Worker(i as u16)];
            self.same(
                &format!("worker{i}'s queue"),
                &lane.queue.iter().map(|queued| queued.conn).collect(),
                queue,
            );
            self.same(&format!("the bytes in worker{i}'s pipe"), &(lane.pipe.len() as u64), pipe);
            self.tally.queued += queue.len() as u64;
            self.tally.in_pipe += pipe;
        }
        if let Some(store) = &memory.store {
            self.store(world, store);
        }
    }

    fn store(&mut self, world: &World, memory: &StoreMemory) {
        let model = &world.memory();
        self.tally.stores += 1;
        self.same("has_gap", &model.has_gap, &false);
        let ids: Vec<u8> = model.classes().filter(|class| class.pages > 0).map(|class| class.id).collect();
        self.same("slab classes", &ids, &memory.classes.iter().map(|class| class.id).collect());
        for class in &memory.classes {
            let Some(of_model) = model.class(class.id) else {
                self.fails(&format!("the model has no class {}", class.id))
            };
            let list = model.list(class.id);
            let is_same_list =
                |seen: &Option<Arc<LruModel>>| seen.as_ref().map(Arc::as_ptr) == list.map(Arc::as_ptr);
            let is_same = |(of, seen, memory): &ClassHeld| {
                *of == *of_model && is_same_list(seen) && Arc::ptr_eq(memory, class)
            };
            if !self.classes.get(&class.id).is_some_and(is_same) {
                self.class(of_model, class);
                self.classes.insert(class.id, (*of_model, list.cloned(), class.clone()));
            }
        }
        if let Some(buckets) = model.buckets {
            self.same("buckets", &buckets, &memory.buckets);
        }
        self.same("growing", &model.growing, &memory.growing);
        // One that sets them back may wait for a lock while it does.
        if let Some(stats) = memory.stats
            && !world.conns.iter().any(|conn| conn.stats.resets())
        {
            self.stats(model, stats);
        }
        if let (Some(bucket), Some((asked, chain))) = (model.bucket, &memory.chain)
            && bucket == u64::from(*asked)
        {
            let known: Vec<&Key> = model.chain(bucket).into_iter().map(|item| &item.key).collect();
            let is_whole = !model.may_hold_more();
            if is_whole && known.len() != chain.len() {
                self.fails(&format!("bucket {bucket}: the model has {known:?}, in memory is {chain:?}"));
            }
            let mut left = chain.iter();
            for key in known {
                if !left.any(|real| self.is_key(key, real)) {
                    self.fails(&format!(
                        "bucket {bucket}: the model has {key:?} there, in memory is {chain:?}"
                    ));
                }
            }
            self.tally.chains += u64::from(!chain.is_empty());
        }
    }

    fn stats(&mut self, model: &StoreModel<'_>, memory: StatsValues) {
        let Some(stats) = model.stats else {
            // What a recording need not know: what a command is that was cut in its first word, and what others
            // have counted while the statistics were set back.
            let is_unsure = self.was_reset && self.session.threads > 1;
            if self.session.max_data == ALL && !is_unsure {
                self.fails("the statistics are not known");
            }
            self.tally.stats_unknown += 1;
            return;
        };
        self.tally.stats += 1;
        // Another thread may have counted, and wait for a lock before it tells of what comes next.
        let ahead = memory.get_misses.wrapping_sub(stats.get_misses) < self.session.threads.into();
        let get_misses = if ahead { stats.get_misses } else { memory.get_misses };
        self.same("stats", &stats, &StatsValues { get_misses, ..memory });
    }

    fn is_key(&self, key: &Key, real: &[u8]) -> bool {
        key.len == real.len() as u64 && real.starts_with(&key.kept)
    }

    fn class(&self, model: ClassModel<'_>, memory: &ClassMemory) {
        let id = memory.id;
        let of_model = (model.chunk, model.pages, model.chunks, model.used, model.lru.len());
        let of_memory = (Some(memory.chunk), memory.pages, memory.chunks, memory.used, memory.items);
        self.same(&format!("class {id}: chunk, pages, chunks, used, items"), &of_model, &of_memory);
        let is = |item: &crate::model::Item, real: &Vec<u8>| self.is_key(&item.key, real);
        let head = model.lru.head().zip(&memory.head).all(|(item, real)| is(item, real));
        let tail = model.lru.tail().rev().zip(&memory.from_tail).all(|(item, real)| is(item, real));
        if !head || !tail {
            self.fails(&format!("class {id}: the model's list is {:?}, in memory is {memory:?}", model.lru));
        }
    }
}
