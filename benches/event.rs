//! What one event costs the thread that tells of it: `cargo bench --bench event`.
//!
//! Events are told in bursts. Between two bursts, outside of the measurement, another thread takes
//! the records out of the ring: so what is measured is the telling, and never the waiting for room.
//! Where a name says `while it is emptied`, the other thread takes them as fast as it can while they
//! are told, and the two pull the same cache lines to and fro. That is the worst case: a recorder
//! sleeps, or is busy writing, most of the time.
//!
//! `cargo bench --bench versus` puts these figures into its table.

use criterion::{Bencher, Criterion, criterion_group, criterion_main};
use memstep::event::{ChangedFields, ConnChange, ConnImage, ConnState, Detail, Kind, Thread};
use memstep::tracer::{self, Hub, Report, Ret, ToldConn, TracerConfig};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Events in a burst: far fewer than a ring has room for.
const BURST: u64 = 1000;

/// What is taken out of the rings, and when.
#[derive(Default)]
struct Taker {
    taken: AtomicU64,
    /// Whether the rings are to be left alone, as they are during a burst.
    hands_off: AtomicBool,
    over: AtomicBool,
}

/// Whether the ring is emptied after each burst or during it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Emptied {
    After,
    Meanwhile,
}

/// Takes whatever is recorded, and looks at none of it.
fn take(hub: &Hub, taker: &Taker) {
    let (mut lanes, mut payload) = (Vec::new(), Vec::new());
    while !taker.over.load(Ordering::Acquire) {
        if taker.hands_off.load(Ordering::Acquire) {
            std::hint::spin_loop();
            continue;
        }
        lanes.extend(hub.take_lanes());
        let mut count = 0;
        for lane in &mut lanes {
            while let Some(seq) = lane.head() {
                count += lane.take(seq, &mut payload, |taken| Some(taken.record.seq + 1)) as u64;
            }
        }
        if count > 0 {
            taker.taken.fetch_add(count, Ordering::Release);
        }
    }
}

/// Lets `with` tell events on this thread, of which all are taken.
fn recording(with: impl FnOnce(&Taker)) {
    let hub = Hub::new(TracerConfig { detail: Detail::Flow, ..TracerConfig::default() });
    let taker = Arc::new(Taker::default());
    let other = {
        let (hub, taker) = (hub.clone(), taker.clone());
        std::thread::spawn(move || take(&hub, &taker))
    };
    tracer::install(hub.handle(Thread::Worker(0)));
    with(&taker);
    tracer::uninstall();
    taker.over.store(true, Ordering::Release);
    // Had it panicked, the bursts would not have been taken, and `with` not have returned.
    let _ = other.join();
}

/// Measures `event`, which tells one event; its argument goes up by one.
fn bursts(bencher: &mut Bencher, taker: &Taker, emptied: Emptied, mut event: impl FnMut(u64)) {
    bencher.iter_custom(|times| {
        let mut spent = Duration::ZERO;
        let mut done = 0;
        while done < times {
            let until = taker.taken.load(Ordering::Acquire) + BURST.min(times - done);
            taker.hands_off.store(emptied == Emptied::After, Ordering::Release);
            let start = Instant::now();
            for i in done..(done + BURST).min(times) {
                event(i);
            }
            spent += start.elapsed();
            taker.hands_off.store(false, Ordering::Release);
            done = (done + BURST).min(times);
            while taker.taken.load(Ordering::Acquire) < until {
                std::thread::yield_now();
            }
        }
        spent
    });
}

/// `struct conn` of a connection that is in the middle of something.
fn image() -> ConnImage {
    ConnImage { rsize: 2048, rbytes: 24, ..ConnImage::default() }
}

fn state() -> Report {
    Report::State { from: ConnState::Waiting, to: ConnState::Read }
}

fn off(c: &mut Criterion) {
    let mut group = c.benchmark_group("event");
    let change = ConnChange::new(ChangedFields::ALL, image().words());
    group.bench_function("off", |b| b.iter(|| tracer::emit(black_box(Report::Mark), black_box(b""))));
    group.bench_function("off, with a connection", |b| {
        b.iter(|| tracer::emit_conn(black_box(Some(7)), black_box(state()), Some(black_box(&change)), b""));
    });
    group.finish();
}

fn on(c: &mut Criterion) {
    let mut group = c.benchmark_group("event");
    let image = image();
    recording(|taker| {
        group.bench_function("bare", |b| {
            bursts(b, taker, Emptied::After, |_| {
                tracer::emit(black_box(Report::Wait { epoll_fd: 9, timeout: -1 }), b"")
            });
        });
        group.bench_function("24 bytes", |b| {
            let payload = [b'x'; 24];
            bursts(b, taker, Emptied::After, |_| {
                tracer::emit_conn(Some(7), black_box(Report::Command), None, black_box(&payload))
            });
        });
        group.bench_function("24 bytes, while it is emptied", |b| {
            let payload = [b'x'; 24];
            bursts(b, taker, Emptied::Meanwhile, |_| {
                tracer::emit_conn(Some(7), black_box(Report::Command), None, black_box(&payload))
            });
        });
        group.bench_function("state, struct conn as before", |b| {
            let told = ToldConn::default();
            bursts(b, taker, Emptied::After, |_| {
                let change = told.changed(*black_box(&image));
                tracer::emit_conn(Some(7), black_box(state()), change.as_ref(), b"")
            });
        });
        group.bench_function("state, struct conn changed", |b| {
            let told = ToldConn::default();
            let mut image = image;
            bursts(b, taker, Emptied::After, |i| {
                image.rbytes = i as u32;
                image.rcurr = i as u32 / 2;
                let change = told.changed(*black_box(&image));
                tracer::emit_conn(Some(7), black_box(state()), change.as_ref(), b"");
            });
        });
        group.bench_function("sendmsg of 4 pieces", |b| {
            let pieces: [&[u8]; 4] = [b"VALUE ", b"key_00000001 0 32\r\n", &[b'x'; 34], b"END\r\n"];
            bursts(b, taker, Emptied::After, |_| {
                let begun = tracer::begin(Kind::Sendmsg, Some(7));
                tracer::finish_sendmsg(begun, Some(7), 30, Ret(64), None, black_box(pieces).into_iter());
            });
        });
    });
    group.finish();
}

/// Shorter than criterion's own: the waiting between the bursts comes on top.
fn config() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = config(); targets = off, on }
criterion_main!(benches);
