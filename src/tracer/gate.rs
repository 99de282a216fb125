//! The leash: holds every server thread at its next event, and lets events through one by one.

use crate::event::Thread;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A gate that every event passes. Open, it costs one load.
#[derive(Debug, Default)]
pub struct Gate {
    held: AtomicBool,
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    /// Threads at the gate, first come first.
    waiting: VecDeque<Thread>,
    /// Threads that may pass, and have not noticed yet.
    granted: Vec<Thread>,
    /// The next thread to come may pass: somebody stepped while none was here.
    next_may_pass: bool,
    /// Set when the server goes down: the gate never closes again.
    over: bool,
}

impl Gate {
    /// Passes at once while the gate is open; else waits for a turn.
    #[inline]
    pub fn pass(&self, thread: Thread) {
        if self.held.load(Ordering::Relaxed) {
            self.wait(thread);
        }
    }

    #[cold]
    fn wait(&self, thread: Thread) {
        let mut inner = self.lock();
        if !self.is_held() || std::mem::take(&mut inner.next_may_pass) {
            return;
        }
        inner.waiting.push_back(thread);
        while self.is_held() && !inner.granted.contains(&thread) {
            inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        inner.granted.retain(|t| *t != thread);
        inner.waiting.retain(|t| *t != thread);
    }

    /// Holds every thread at its next event.
    pub fn hold(&self) {
        let inner = self.lock();
        if !inner.over {
            self.held.store(true, Ordering::Relaxed);
        }
    }

    /// Lets everything run again.
    pub fn release(&self) {
        let mut inner = self.lock();
        inner.next_may_pass = false;
        self.held.store(false, Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Releases for good: the server is going down, and nobody may wait any more.
    pub fn open_for_good(&self) {
        self.lock().over = true;
        self.release();
    }

    /// Whether the gate is closed.
    pub fn is_held(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }

    /// Lets exactly one event through: the one that has waited longest, or, where none waits, the
    /// next one that comes. Asking again before one has come adds nothing.
    pub fn step(&self) {
        let mut inner = self.lock();
        if self.is_held() {
            match inner.waiting.pop_front() {
                Some(thread) => inner.granted.push(thread),
                None => inner.next_may_pass = true,
            }
            self.changed.notify_all();
        }
    }

    /// Lets one event of `thread` through, if it waits here; whether it did.
    pub fn step_thread(&self, thread: Thread) -> bool {
        let mut inner = self.lock();
        let Some(at) = inner.waiting.iter().position(|t| *t == thread) else { return false };
        inner.waiting.remove(at);
        inner.granted.push(thread);
        self.changed.notify_all();
        true
    }

    /// The threads at the gate, first come first.
    pub fn waiting(&self) -> Vec<Thread> {
        self.lock().waiting.iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;
    use std::time::{Duration, Instant};

    fn until(what: impl std::ops::Fn() -> bool) {
        let start = Instant::now();
        while !what() {
            assert!(start.elapsed() < Duration::from_secs(10), "did not happen");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn each_step_lets_one_event_through_in_the_order_of_arrival() {
        let gate = Arc::new(Gate::default());
        let passed = Arc::new(AtomicU32::new(0));
        gate.hold();
        let threads: Vec<_> = (0..2)
            .map(|i| {
                let (g, passed) = (gate.clone(), passed.clone());
                let thread = std::thread::spawn(move || {
                    for _ in 0..3 {
                        g.pass(Thread::Worker(i));
                        passed.fetch_add(1, Ordering::SeqCst);
                    }
                });
                let g = gate.clone();
                until(move || g.waiting().len() == usize::from(i) + 1);
                thread
            })
            .collect();
        assert_eq!(gate.waiting(), [Thread::Worker(0), Thread::Worker(1)]);
        for n in 1..=4 {
            gate.step();
            until(|| passed.load(Ordering::SeqCst) == n && gate.waiting().len() == 2);
        }
        gate.open_for_good();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(passed.load(Ordering::SeqCst), 6);
        gate.hold();
        assert!(!gate.is_held(), "a gate that is open for good stays open");
    }

    #[test]
    fn a_step_with_nobody_waiting_is_kept_for_one_event_only() {
        let gate = Gate::default();
        gate.hold();
        gate.step();
        gate.step();
        gate.pass(Thread::Main);
        assert!(!gate.lock().next_may_pass);
    }
}
