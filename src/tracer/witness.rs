//! The oracle's eyes, in tests alone: whoever tells of an event shows the server's memory as it is then.
//!
//! What a thread shows of others must hold still meanwhile. So of the server's threads one goes at a
//! time: it has the *turn* from where it wakes up to where it must wait ([`blocking`](super::blocking)),
//! and gives it away at events, by chance, so that the threads' events interleave as they do in life.

use super::{Hub, Report};
use crate::event::{ConnImage, ConnState, ItemOp, StatsValues, Thread};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Nobody keeps the turn for as long as that, unless it waits for somebody who waits for the turn.
const STUCK: Duration = Duration::from_secs(10);

/// Pieces of a message: how each begins, and its length.
pub(crate) type MessagePieces = Arc<[(Vec<u8>, u64)]>;

/// A connection's memory: `struct conn`, and what it points to.
#[derive(Debug, Clone)]
pub(crate) struct ConnMemory {
    pub id: u32,
    pub fd: i32,
    pub state: ConnState,
    pub image: ConnImage,
    pub request_id: u16,
    /// Key, and size of the value, of the item that is being filled.
    pub item: Option<(Vec<u8>, u64)>,
    pub rbuf: Arc<[u8]>,
    pub value: Arc<[u8]>,
    pub wbuf: Arc<[u8]>,
    /// What is left to be sent of the message that is being sent, a piece each.
    pub unsent: MessagePieces,
}

/// A slab class's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClassMemory {
    pub id: u8,
    pub chunk: u64,
    pub pages: u64,
    pub chunks: u64,
    pub used: u64,
    pub items: u64,
    /// The keys of its LRU's items, of so many from the head on, and from the tail on.
    pub head: Vec<Vec<u8>>,
    pub from_tail: Vec<Vec<u8>>,
}

/// The store's memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct StoreMemory {
    /// Those that have pages, each kept as long as nothing of it has changed.
    pub classes: Vec<Arc<ClassMemory>>,
    pub buckets: u64,
    pub growing: bool,
    /// What `stats` would answer, where that was added up.
    pub stats: Option<StatsValues>,
    /// The bucket that was asked last, and the keys in its chain.
    pub chain: Option<(u32, Vec<Vec<u8>>)>,
}

/// What all threads share.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServerMemory {
    /// The connections on each worker's queue.
    pub queues: Vec<Vec<u32>>,
    /// The bytes in each worker's pipe.
    pub pipes: Vec<u64>,
    /// The store's, where it was looked at.
    pub store: Option<Arc<StoreMemory>>,
}

/// An event, and the server's memory at the moment that its thread told of it.
#[derive(Debug)]
pub(crate) struct WitnessedEvent {
    pub seq: u64,
    pub thread: Thread,
    pub conn: Option<ConnMemory>,
    pub server: Option<ServerMemory>,
}

type LookAtServer = Box<dyn FnMut(&Report) -> ServerMemory + Send>;

/// Who sees it all.
pub(crate) struct Witness {
    turn: Mutex<Turn>,
    passed: Condvar,
    pub seen: Mutex<Vec<WitnessedEvent>>,
    /// Lines from which recordings would have begun, had they begun there.
    pub snapshots: Mutex<Vec<Vec<u8>>>,
    /// After which events' numbers one is made: each so many-eth, and the first of them.
    every: (u64, u64),
    look: Mutex<Option<LookAtServer>>,
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Witness")
    }
}

#[derive(Default)]
struct Turn {
    /// Whose it is.
    of: Option<u64>,
    /// Who wants it.
    waiting: Vec<u64>,
    last: u64,
    chance: u64,
}

impl Turn {
    /// A number below `n`, by chance (xorshift).
    fn draw(&mut self, n: u64) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.chance % n
    }

    fn pass(&mut self) {
        self.of = match self.waiting.len() as u64 {
            0 => None,
            n => {
                let at = self.draw(n) as usize;
                Some(self.waiting.swap_remove(at))
            }
        };
    }
}

thread_local! {
    static ME: RefCell<Option<(Arc<Witness>, u64)>> = const { RefCell::new(None) };
    static HAS_TURN: Cell<bool> = const { Cell::new(false) };
    static SHOWN: RefCell<Option<ConnMemory>> = const { RefCell::new(None) };
    /// What was last shown of each connection: what has not changed since is there once.
    static LAST: RefCell<HashMap<u32, ConnMemory>> = RefCell::new(HashMap::new());
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Witness {
    /// One whose threads' turns are drawn from `chance`, which is not 0; a recording could begin after one
    /// event in `every`.
    pub fn new(chance: u64, every: u64) -> Arc<Witness> {
        Arc::new(Witness {
            turn: Mutex::new(Turn { chance: chance.max(1), ..Turn::default() }),
            passed: Condvar::new(),
            seen: Mutex::default(),
            snapshots: Mutex::default(),
            every: (every, chance % every),
            look: Mutex::default(),
        })
    }

    /// The recorder has taken an event in: a recording may begin here, with this line.
    pub fn may_begin(&self, seq: u64, line: impl FnOnce() -> Vec<u8>) {
        let (every, first) = self.every;
        if seq % every == first {
            lock(&self.snapshots).push(line());
        }
    }

    /// From now on `look` shows what all threads share.
    pub fn watch(&self, look: LookAtServer) {
        *lock(&self.look) = Some(look);
    }

    fn take_turn(&self, me: u64) {
        let mut turn = lock(&self.turn);
        match turn.of {
            None => turn.of = Some(me),
            Some(_) => turn.waiting.push(me),
        }
        self.await_turn(me, turn);
        HAS_TURN.set(true);
    }

    fn pass_turn(&self) {
        HAS_TURN.set(false);
        lock(&self.turn).pass();
        self.passed.notify_all();
    }

    /// Now and then somebody else goes on from here.
    fn may_pass(&self, me: u64) {
        let mut turn = lock(&self.turn);
        if turn.waiting.is_empty() || turn.draw(4) > 0 {
            return;
        }
        turn.pass();
        turn.waiting.push(me);
        self.passed.notify_all();
        self.await_turn(me, turn);
    }

    fn await_turn(&self, me: u64, mut turn: MutexGuard<'_, Turn>) {
        while turn.of != Some(me) {
            let (woken, timeout) =
                self.passed.wait_timeout(turn, STUCK).unwrap_or_else(PoisonError::into_inner);
            turn = woken;
            if timeout.timed_out() {
                eprintln!("nobody passes the turn on: it is {:?}'s, and {:?} wait", turn.of, turn.waiting);
            }
        }
    }
}

/// A thread of the server's begins to tell.
pub(super) fn enters(hub: &Arc<Hub>) {
    let Some(witness) = hub.witness.get().cloned() else { return };
    let me = {
        let mut turn = lock(&witness.turn);
        turn.last += 1;
        turn.last
    };
    witness.take_turn(me);
    ME.set(Some((witness, me)));
}

/// It tells no more.
pub(super) fn leaves() {
    if let Some((witness, _)) = ME.take()
        && HAS_TURN.get()
    {
        witness.pass_turn();
    }
    LAST.with_borrow_mut(HashMap::clear);
}

/// Lets others have the turn until what comes back is dropped.
pub(super) fn step_aside() -> impl Drop {
    struct Aside(Option<(Arc<Witness>, u64)>);
    impl Drop for Aside {
        fn drop(&mut self) {
            if let Some((witness, me)) = self.0.take() {
                witness.take_turn(me);
            }
        }
    }
    let me = ME.with_borrow(Clone::clone).filter(|_| HAS_TURN.get());
    if let Some((witness, _)) = &me {
        witness.pass_turn();
    }
    Aside(me)
}

/// Whether anybody watches this thread.
pub(crate) fn is_watching() -> bool {
    ME.with_borrow(Option::is_some)
}

/// What lies there now, kept as it was before where it is the same.
pub(crate) fn copied(now: &[u8], before: Option<&Arc<[u8]>>) -> Arc<[u8]> {
    before.filter(|before| ***before == *now).cloned().unwrap_or_else(|| now.into())
}

/// A connection as it is now, for the event that comes next; `copy` may use what was shown before.
pub(crate) fn show(id: u32, copy: impl FnOnce(Option<&ConnMemory>) -> ConnMemory) {
    LAST.with_borrow_mut(|last| {
        let memory = copy(last.get(&id));
        last.insert(id, memory.clone());
        SHOWN.set(Some(memory));
    });
}

/// A thread has told of an event.
pub(super) fn reported(hub: &Hub, thread: Thread, seq: u64, conn: Option<u32>, what: &Report) {
    let Some(witness) = hub.witness.get() else { return };
    let Some(me) = ME.with_borrow(|me| me.as_ref().map(|(_, me)| *me)) else { return };
    let conn = SHOWN.take().filter(|shown| Some(shown.id) == conn);
    let server = lock(&witness.look).as_mut().map(|look| look(what));
    lock(&witness.seen).push(WitnessedEvent { seq, thread, conn, server });
    // With the slabs' lock in hand: whoever has numbered an event for which he needs it must not have to wait.
    if !matches!(what, Report::Item { op: ItemOp::Page, .. }) {
        witness.may_pass(me);
    }
}
