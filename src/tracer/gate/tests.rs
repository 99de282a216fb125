#![allow(clippy::unwrap_used)]

use super::*;
use crate::event::{ConnState, Kind};
use crate::tracer::Report;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::{Duration, Instant};

const W0: Thread = Thread::Worker(0);
const W1: Thread = Thread::Worker(1);

fn until(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(20), "did not happen");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn at(th: Thread) -> AtGate {
    AtGate { th, ev: Kind::Read, of: None, conn: None }
}

/// A gate, and who has passed it in which order.
#[derive(Default)]
struct Street {
    gate: Gate,
    seq: AtomicUsize,
    passed: Mutex<Vec<(usize, Thread)>>,
}

impl Street {
    /// A thread that passes so often.
    fn walk(self: &Arc<Self>, thread: Thread, times: usize) -> std::thread::JoinHandle<()> {
        let street = self.clone();
        std::thread::spawn(move || {
            for _ in 0..times {
                let number = || street.seq.fetch_add(1, Ordering::SeqCst);
                let n = match street.gate.is_leashed() {
                    true => street.gate.wait(at(thread), number).0,
                    false => number(),
                };
                street.passed.lock().unwrap().push((n, thread));
            }
        })
    }

    fn waiting(&self) -> Vec<Thread> {
        self.gate.lock().waiting.iter().map(|at| at.th).collect()
    }

    /// Who has passed, by number.
    fn passed(&self) -> Vec<Thread> {
        let mut passed = self.passed.lock().unwrap().clone();
        passed.sort_by_key(|(n, _)| *n);
        assert!(passed.iter().map(|(n, _)| *n).eq(0..passed.len()), "each has a number of its own");
        passed.into_iter().map(|(_, thread)| thread).collect()
    }
}

fn me() -> LeashHolder {
    LeashHolder::own("the test")
}

#[test]
fn each_step_lets_one_event_through_in_the_order_of_arrival() {
    let street = Arc::new(Street::default());
    street.gate.hold(&me()).unwrap();
    let mut threads = Vec::new();
    for (i, thread) in [W0, W1].into_iter().enumerate() {
        threads.push(street.walk(thread, 3));
        until(|| street.waiting().len() == i + 1);
    }
    assert_eq!(street.waiting(), [W0, W1]);
    for n in 1..=4 {
        street.gate.step(&me(), 1, None).unwrap();
        until(|| street.passed.lock().unwrap().len() == n && street.waiting().len() == 2);
    }
    assert_eq!(street.passed(), [W0, W1, W0, W1]);
    street.gate.open_for_good();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(street.passed().len(), 6);
    assert_eq!(street.gate.hold(&me()), Err(Refused::Over), "a gate that is open for good stays open");
}

#[test]
fn the_one_whose_turn_it_is_goes_alone_and_is_waited_for() {
    let street = Arc::new(Street::default());
    street.gate.hold(&me()).unwrap();
    let first = street.walk(W0, 2);
    until(|| street.waiting() == [W0]);
    street.gate.step(&me(), 2, Some(W1)).unwrap();
    street.gate.step(&me(), 1, Some(W1)).unwrap();
    let look = street.gate.look(&me());
    assert_eq!(look.steps, Some(Steps { left: 2, th: Some(W1) }), "asking again before it came adds nothing");
    assert_eq!((street.waiting(), look.held, look.yours), (vec![W0], true, true));
    let second = street.walk(W1, 3);
    until(|| street.passed.lock().unwrap().len() == 2 && street.waiting() == [W0, W1]);
    assert_eq!((street.passed(), street.gate.look(&me()).steps), (vec![W1, W1], None));
    // Another wish takes the place of one that was not fulfilled.
    street.gate.step(&me(), 1, Some(Thread::Main)).unwrap();
    street.gate.step(&me(), 1, Some(W0)).unwrap();
    until(|| street.passed.lock().unwrap().len() == 3 && street.waiting() == [W1, W0]);
    street.gate.release(&me()).unwrap();
    first.join().unwrap();
    second.join().unwrap();
}

#[test]
fn a_step_with_nobody_waiting_is_kept_for_one_event_only() {
    let street = Arc::new(Street::default());
    street.gate.hold(&me()).unwrap();
    street.gate.step(&me(), 1, None).unwrap();
    street.gate.step(&me(), 1, None).unwrap();
    let walker = street.walk(Thread::Main, 2);
    until(|| street.waiting() == [Thread::Main] && street.passed.lock().unwrap().len() == 1);
    assert_eq!(street.gate.look(&me()).steps, None);
    street.gate.release(&me()).unwrap();
    walker.join().unwrap();
}

#[test]
fn one_has_the_leash_in_hand_and_it_is_free_when_he_leaves() {
    let gate = Gate::default();
    let (a, b) = (LeashHolder { id: 1, name: "a".into() }, LeashHolder { id: 2, name: "b".into() });
    let refused = Err(Refused::HeldBy("a".to_owned()));
    assert_eq!(gate.step(&a, 1, None), Err(Refused::NotHeld));
    assert_eq!(gate.release(&a), Err(Refused::NotHeld));
    gate.hold(&a).unwrap();
    gate.hold(&a).unwrap();
    assert_eq!((gate.hold(&b), gate.step(&b, 1, None), gate.release(&b)), {
        (refused.clone(), refused.clone(), refused.clone())
    });
    assert_eq!(gate.run_until(&b, Arc::new(UntilState(ConnState::Read))), refused);
    let look = gate.look(&b);
    assert_eq!((look.holder.as_deref(), look.yours, look.held), (Some("a"), false, true));
    gate.leave(&b);
    assert!(gate.is_held(), "somebody else leaves");
    gate.run_until(&a, Arc::new(UntilState(ConnState::Read))).unwrap();
    assert_eq!(gate.step(&b, 1, None), refused, "while it runs, too");
    assert_eq!(gate.look(&b).until.as_deref(), Some("conn_read"));
    gate.leave(&a);
    assert!(!gate.is_leashed() && gate.look(&b).holder.is_none());
    // Held from the start, it is taken by the first that comes.
    gate.start_held();
    assert!(gate.look(&b).holder.is_none());
    gate.step(&b, 1, None).unwrap();
    assert!(gate.look(&b).yours);
    gate.release(&b).unwrap();
    assert!(!gate.is_leashed());
}

#[test]
fn whoever_was_let_go_is_at_the_gate_no_more_however_soon_it_closes_again() {
    let street = Arc::new(Street::default());
    street.gate.hold(&me()).unwrap();
    let walkers = [W0, W1].map(|thread| street.walk(thread, 2000));
    for _ in 0..500 {
        until(|| !street.waiting().is_empty() || street.passed.lock().unwrap().len() == 4000);
        let _ = street.gate.step(&me(), 1, None);
        street.gate.release(&me()).unwrap();
        street.gate.hold(&me()).unwrap();
    }
    // Held, both come to stand there, or are through; none is forgotten between the two.
    let is_done = |i: usize| walkers[i].is_finished();
    until(|| (0..2).all(|i| is_done(i) || street.waiting().contains(&[W0, W1][i])));
    street.gate.release(&me()).unwrap();
    walkers.into_iter().for_each(|walker| walker.join().unwrap());
    assert_eq!(street.passed().len(), 4000);
}

/// Until a state is entered.
#[derive(Debug)]
struct UntilState(ConnState);

impl Awaited for UntilState {
    fn is(&self, event: &JustReported<'_>) -> bool {
        matches!(event.record.what, Report::State { to, .. } if to == self.0)
    }
    fn name(&self) -> String {
        self.0.to_string()
    }
}

#[test]
fn the_thread_that_tells_of_what_was_awaited_does_nothing_after_it() {
    use crate::tracer::{self, Hub, TracerConfig};
    let hub = Hub::new(TracerConfig::default());
    let told = Arc::new(AtomicU64::new(0));
    hub.gate.hold(&me()).unwrap();
    let (handle, its) = (hub.handle(W0), told.clone());
    let thread = std::thread::spawn(move || {
        tracer::install(handle);
        for n in 0..1000u64 {
            let to = if n % 100 == 99 { ConnState::Nread } else { ConnState::Read };
            tracer::emit_conn(Some(1), Report::State { from: ConnState::NewCmd, to }, None, b"");
            its.store(n + 1, Ordering::SeqCst);
        }
        tracer::uninstall();
    });
    until(|| hub.leash(&me()).waiting.len() == 1);
    let first = AtGate { th: W0, ev: Kind::State, of: Some("conn_read".into()), conn: Some(1) };
    assert_eq!(hub.leash(&me()).waiting[0], first);
    for round in 1..=3 {
        hub.gate.run_until(&me(), Arc::new(UntilState(ConnState::Nread))).unwrap();
        until(|| hub.leash(&me()).waiting.len() == 1 && hub.gate.is_held());
        let leash = hub.leash(&me());
        assert_eq!((leash.stopped_at, leash.until), (Some(round * 100), None));
        assert_eq!((told.load(Ordering::SeqCst), hub.next_seq()), (round * 100, round * 100 + 1));
    }
    hub.close();
    thread.join().unwrap();
}

#[test]
fn whatever_is_asked_in_whatever_order_nobody_is_forgotten_at_the_gate() {
    const TIMES: usize = 300;
    let street = Arc::new(Street::default());
    street.gate.start_held();
    let threads = [Thread::Main, W0, W1, Thread::Worker(2)];
    let walkers: Vec<_> = threads.iter().map(|thread| street.walk(*thread, TIMES)).collect();
    // Two who both want the leash, and whoever has it does all that can be done.
    let hands: Vec<_> = (1..=2u64)
        .map(|id| {
            let street = street.clone();
            std::thread::spawn(move || {
                let who = LeashHolder { id, name: id.to_string() };
                let mut dice = id;
                while street.passed.lock().unwrap().len() < threads.len() * TIMES {
                    dice = dice.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let n = (dice >> 33) as usize;
                    // Refused or not: the other may have it.
                    let _ = match n % 8 {
                        0 => street.gate.hold(&who),
                        1 => street.gate.release(&who),
                        2 => street.gate.run_until(&who, Arc::new(UntilState(ConnState::Read))),
                        3 => {
                            street.gate.leave(&who);
                            Ok(())
                        }
                        4 => street.gate.step(&who, 3, None),
                        _ => street.gate.step(&who, 1, Some(threads[n / 8 % threads.len()])),
                    };
                    let look = street.gate.look(&who);
                    assert!(look.held || look.steps.is_none(), "{look:?}");
                    std::thread::yield_now();
                }
            })
        })
        .collect();
    hands.into_iter().for_each(|hand| hand.join().unwrap());
    walkers.into_iter().for_each(|walker| walker.join().unwrap());
    assert_eq!(street.passed().len(), threads.len() * TIMES);
    assert!(street.waiting().is_empty());
}

#[test]
fn however_many_wait_events_get_their_numbers_in_the_order_of_the_turns() {
    let street = Arc::new(Street::default());
    street.gate.hold(&me()).unwrap();
    let threads = [Thread::Main, W0, W1];
    let walkers: Vec<_> = threads.iter().map(|thread| street.walk(*thread, 60)).collect();
    let mut wanted = Vec::new();
    for n in 0..60 {
        for thread in [threads[n % 3], threads[(n + 2) % 3], threads[(n + 1) % 3]] {
            until(|| street.waiting().contains(&thread));
            street.gate.step(&me(), 1, Some(thread)).unwrap();
            until(|| street.gate.look(&me()).steps.is_none());
            wanted.push(thread);
        }
    }
    walkers.into_iter().for_each(|walker| walker.join().unwrap());
    assert_eq!(street.passed(), wanted);
}
