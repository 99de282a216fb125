//! What the recorder's thread does, over and over: take what came, write it down, hand it on.

mod commands;

use commands::{GOES_ON_WITHOUT, shown};

use super::file::{FileConfig, Output};
use super::last::Last;
use super::line::Lines;
use super::redact::redacted;
use super::told::Reported;
use super::trigger::SeenByFilter;
use super::viewer::{NewLines, Viewer};
use super::world::RecorderWorld;
use super::{
    Announce, FINISH_AFTER_PANIC, GOES_ON, Pulse, RecorderCommand, RecorderRequest, RecorderStatus, Sinks,
};
use crate::event::Thread;
use crate::filter::Filter;
use crate::trace::format::Redacted;
use crate::trace::format::{End, Header};
use crate::tracer::{Hub, Report, RingEvent, RingReader};
use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// How many bytes are gathered before they are handed on: large enough that a busy server costs
/// few system calls, small enough to stay in the processor's cache.
const PIECE: usize = 64 * 1024;
/// How long the recorder sleeps when nothing came: briefly at first, longer while nothing comes. It is woken when a
/// ring is half full and not before, because waking costs the server's threads a system call.
const NAPS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_millis(20);
/// How long what is gathered may wait for more, at most.
const FLUSH_EVERY: Duration = Duration::from_millis(50);
/// How many events are taken before somebody else gets a turn: who gave a command, above all.
const AT_ONCE: usize = 4096;
/// How long is slept between two looks for an event that has its number.
const CATCH_UP: Duration = Duration::from_micros(100);
/// How long a command, and the end of a recording, wait for an event that was numbered and never came.
const LAST_WAIT: Duration = Duration::from_millis(500);

/// The lines that were not handed on yet.
#[derive(Debug, Default)]
struct Gathered {
    lines: Lines,
    /// The number of the first event in them, and how many there are.
    first: u64,
    events: u64,
    dropped: u64,
    since: Option<Instant>,
}

pub(super) struct Work {
    hub: Arc<Hub>,
    finish: Arc<AtomicU8>,
    pulse: Arc<Pulse>,
    asks: Receiver<RecorderRequest>,
    /// The header's line.
    header: Vec<u8>,
    lanes: Vec<RingReader>,
    /// Where payloads are put together that do not lie in one piece.
    scratch: Vec<u8>,
    world: RecorderWorld,
    gathered: Gathered,
    /// The number of the event that comes next.
    next: u64,
    /// When the last event happened.
    t: u64,
    /// What is left out of payloads.
    redacted: Redacted,

    output: Option<Output>,
    on_demand: Option<FileConfig>,
    viewers: Vec<Viewer>,
    /// Events that some viewer was too slow for.
    missed: u64,
    last: Option<Last>,
    trigger: Option<Filter>,
    armed: bool,
    say: Option<Announce>,
    /// Writes what happened last, beside the recorder.
    writing: Option<std::thread::JoinHandle<()>>,

    /// Of everything that was recorded.
    end: End,
    failure: Option<io::Error>,
}

impl Work {
    pub fn new(
        hub: Arc<Hub>,
        header: &Header,
        sinks: Sinks,
        finish: Arc<AtomicU8>,
        pulse: Arc<Pulse>,
        asks: Receiver<RecorderRequest>,
    ) -> Work {
        // A header is words and numbers: that cannot fail.
        let head = crate::text::to_json(header).map_or(Vec::new(), |head| (head + "\n").into_bytes());
        let mut work = Work {
            hub,
            finish,
            pulse,
            asks,
            header: head,
            lanes: Vec::new(),
            scratch: Vec::new(),
            world: RecorderWorld::default(),
            gathered: Gathered::default(),
            next: 1,
            t: 0,
            redacted: header.redacted,
            output: None,
            on_demand: sinks.on_demand,
            viewers: Vec::new(),
            missed: 0,
            last: sinks.last.map(Last::new),
            trigger: sinks.trigger,
            armed: sinks.armed,
            say: sinks.say,
            writing: None,
            end: End { end: true, ..End::default() },
            failure: None,
        };
        if let Some(output) = sinks.output {
            work.begin(output);
        }
        work
    }

    pub fn run(&mut self) -> io::Result<End> {
        step_back();
        let mut nap = *NAPS.start();
        loop {
            // Looked at before the rings are: what was recorded before the end is still taken.
            let finishing = self.finish.load(Ordering::Acquire) != GOES_ON;
            self.answer();
            let came = self.drain(AT_ONCE);
            let waited = self.gathered.since.is_some_and(|since| since.elapsed() >= FLUSH_EVERY);
            // Whoever steps waits for each event.
            let is_leashed = self.hub.gate.is_leashed();
            if waited || is_leashed {
                self.hand_on();
            }
            if finishing {
                break;
            }
            self.look_after_threads();
            if came > 0 || is_leashed {
                nap = *NAPS.start();
            }
            if came >= AT_ONCE {
                continue;
            }
            std::thread::park_timeout(nap);
            nap = (nap * 2).min(*NAPS.end());
        }
        self.take_the_last();
        self.finish()
    }

    /// Closes what is open.
    fn finish(&mut self) -> io::Result<End> {
        self.hand_on();
        self.dismiss_viewers();
        if self.finish.load(Ordering::Acquire) == FINISH_AFTER_PANIC && self.last.is_some() {
            self.write_last_and_announce();
        }
        self.wait_for_the_writer();
        self.close();
        self.end.blocked_ns = self.hub.tally().blocked_ns;
        self.failure.take().map_or(Ok(self.end), Err)
    }

    /// After a panic in here: writes the whole lines that there are, and lets the server go on.
    pub fn abandon(&mut self) -> io::Error {
        self.hub.close();
        self.viewers.clear();
        let whole = memchr::memrchr(b'\n', self.gathered.lines.bytes()).map_or(0, |at| at + 1);
        let name = self.name();
        // Where it was writing that panicked, nothing is left of the piece.
        if let Some(mut output) = self.output.take()
            && whole > 0
        {
            // A second failure has nothing to add to the first.
            let _ = output.lines(&self.gathered.lines.bytes()[..whole], 0, 0);
        }
        self.announce(&format!("{name}the recorder panicked: recording has stopped; {GOES_ON_WITHOUT}"));
        io::Error::other("the recorder panicked")
    }

    /// What the server's threads do when their rings are full; and whether they need to tell of
    /// anything at all.
    fn look_after_threads(&self) {
        self.pulse.is_recording(self.output.is_some());
        let is_whole = self.output.is_some() || self.last.is_some();
        self.hub.set_may_drop(!is_whole && !self.viewers.is_empty());
        if !is_whole && !self.armed && self.viewers.is_empty() {
            self.hub.close();
        }
    }

    /// Whether something is being written.
    pub fn is_recording(&self) -> bool {
        self.output.is_some()
    }

    /// Whether anybody wants lines.
    fn is_heard(&self) -> bool {
        self.output.is_some() || self.last.is_some() || !self.viewers.is_empty()
    }

    /// Takes what is ready and next in order, about `most` events; how many there were.
    fn drain(&mut self, most: usize) -> usize {
        self.lanes.extend(self.hub.take_lanes());
        let mut lanes = std::mem::take(&mut self.lanes);
        let mut came = 0;
        // A thread's own ring is in order, so the next event is at the head of one of them.
        while came < most
            && let Some(lane) = lanes.iter_mut().find(|lane| lane.head() == Some(self.next))
        {
            // One thread's events often come in a row.
            came += self.take(lane);
        }
        self.lanes = lanes;
        came
    }

    /// Takes what has got its number before now. A thread may still be between taking a number and
    /// telling of it, but not for long.
    fn catch_up(&mut self) {
        let (now, since) = (self.hub.next_seq(), Instant::now());
        while self.next < now && since.elapsed() < LAST_WAIT {
            if self.drain(AT_ONCE) == 0 {
                std::thread::sleep(CATCH_UP);
            }
        }
    }

    /// Takes what comes next, as far as it is this thread's; how many events it was.
    #[inline(always)]
    fn take(&mut self, lane: &mut RingReader) -> usize {
        let mut scratch = std::mem::take(&mut self.scratch);
        let thread = lane.thread;
        let taken = lane.take(self.next, &mut scratch, |taken| {
            self.write_down(thread, &taken);
            if self.gathered.lines.bytes().len() >= PIECE {
                self.hand_on();
            }
            Some(self.next)
        });
        self.scratch = scratch;
        taken
    }

    #[inline(always)]
    fn write_down(&mut self, thread: Thread, taken: &RingEvent<'_>) {
        let RingEvent { record, ticks, change, payload } = *taken;
        let left;
        let payload = match self.redacted {
            Redacted::Nothing => payload,
            what => {
                left = redacted(what, &record.what, payload);
                &*left
            }
        };
        let t = self.hub.nanoseconds(ticks);
        self.make_room(payload.len(), t);
        if self.gathered.events == 0 {
            self.gathered.first = record.seq;
        }
        self.t = t;
        let lost = if let Report::Drop { n } = record.what { u64::from(n) } else { 0 };
        self.next = record.seq + lost.max(1);
        let context = self.world.apply(thread, record, change, payload);
        #[cfg(test)]
        if let Some(witness) = self.hub.witness.get() {
            witness.may_begin(record.seq, || self.snapshot());
        }
        if self.is_heard() {
            let told = Reported { thread, t, record, change, payload };
            self.gathered.lines.event(&told, &context);
            let triggers = self
                .trigger
                .as_ref()
                .is_some_and(|trigger| trigger.matches(&SeenByFilter { told: &told, context: &context }));
            self.count(1, lost);
            if triggers {
                self.triggered();
            }
        }
    }

    fn count(&mut self, events: u64, dropped: u64) {
        self.gathered.events += events;
        self.gathered.dropped += dropped;
        self.gathered.since.get_or_insert_with(Instant::now);
    }

    /// Before an event is taken in: a file that would get too large is changed for the next one, one
    /// that was removed for a new one, and what happened last is cut into stretches. All of these begin
    /// with the world as it is now.
    fn make_room(&mut self, payload: usize, t: u64) {
        if let Some(output) = &self.output
            && output.is_full_with(self.gathered.lines.bytes().len(), Lines::most(payload))
        {
            self.next_file();
        }
        if self.gathered.events > 0 {
            return;
        }
        if let Some(how) = self.output.as_ref().and_then(Output::is_lost) {
            self.begin_anew(how);
        }
        if self.last.as_ref().is_some_and(|last| last.wants_snapshot(t)) {
            let snapshot = self.snapshot();
            if let Some(last) = &mut self.last {
                last.begin(snapshot, self.next, t);
            }
        }
    }

    /// The line that a recording starts from which begins now; nothing at the very start.
    fn snapshot(&self) -> Vec<u8> {
        let mut lines = Lines::default();
        if !self.world.is_new() {
            lines.snapshot(self.next - 1, self.t, &self.world.snapshot());
        }
        lines.into_bytes()
    }

    /// Hands on what was gathered.
    fn hand_on(&mut self) {
        let Gathered { lines, first, events, dropped, .. } = std::mem::take(&mut self.gathered);
        if events == 0 {
            self.gathered.lines = lines;
            return;
        }
        self.end.events += events;
        self.end.dropped += dropped;
        if let Some(output) = &mut self.output {
            if let Err(error) = output.lines(lines.bytes(), events, dropped) {
                self.fail(error);
            }
            self.pulse.beat();
        }
        if self.last.is_some() || !self.viewers.is_empty() {
            let piece: Arc<[u8]> = lines.bytes().into();
            if let Some(last) = &mut self.last {
                last.add(piece.clone(), events, dropped, self.t);
            }
            let (next, t, world, blocked_ns) = (self.next, self.t, &self.world, self.hub.tally().blocked_ns);
            let stretch = NewLines { lines: &piece, first, next, events, dropped, t, blocked_ns, world };
            self.viewers.retain_mut(|viewer| viewer.offer(&stretch, &mut self.missed));
        }
        self.gathered.lines = lines;
        self.gathered.lines.truncate(0);
    }

    /// What stands before the events that come next, in lines: for one who watches from here on,
    /// or to the end.
    fn stretch<'a>(&'a self, lines: &'a Arc<[u8]>, events: u64) -> NewLines<'a> {
        let (first, next, t, blocked_ns) = (self.next, self.next, self.t, self.hub.tally().blocked_ns);
        NewLines { lines, first, next, events, dropped: 0, t, blocked_ns, world: &self.world }
    }

    /// The recording is over, for viewers too.
    fn dismiss_viewers(&mut self) {
        let nothing: Arc<[u8]> = Arc::default();
        for viewer in std::mem::take(&mut self.viewers) {
            viewer.end(&self.stretch(&nothing, 0));
        }
    }

    /// The recording is over: a thread may still be between taking a number and telling of it, but
    /// not for long. What never comes is stated.
    fn take_the_last(&mut self) {
        let since = Instant::now();
        loop {
            let came = self.drain(AT_ONCE);
            if self.next >= self.hub.next_seq() {
                return;
            }
            if came > 0 {
                continue;
            }
            if since.elapsed() < LAST_WAIT {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
            let found = self.lanes.iter().filter_map(RingReader::head).min();
            let resume = found.unwrap_or_else(|| self.hub.next_seq());
            let lost = resume - self.next;
            if self.gathered.events == 0 {
                self.gathered.first = self.next;
            }
            self.gathered.lines.lost(self.next, self.t, lost);
            self.world.lose(lost);
            self.next = resume;
            self.count(1, lost);
        }
    }

    fn answer(&mut self) {
        while let Ok(asked) = self.asks.try_recv() {
            if let RecorderRequest::Status(answer) = asked {
                // Whoever asked may have lost patience.
                let _ = answer.send(self.status());
                continue;
            }
            // What was told before is taken before.
            self.catch_up();
            self.hand_on();
            match asked {
                RecorderRequest::RecordTo(config, answer) => {
                    self.on_demand = Some(config);
                    let done = self.command(RecorderCommand::Start);
                    self.pulse.is_recording(self.output.is_some());
                    // Whoever asked may have lost patience.
                    let _ = answer.send(done);
                }
                RecorderRequest::Watch(mut viewer, there) => {
                    let snapshot = self.snapshot();
                    let head: Arc<[u8]> = [self.header.as_slice(), &snapshot].concat().into();
                    if viewer.begin(&self.stretch(&head, u64::from(!snapshot.is_empty()))) {
                        self.viewers.push(viewer);
                    }
                    // Whoever asked may have lost patience.
                    let _ = there.send(());
                }
                RecorderRequest::Command(command, answer) => {
                    let done = self.command(command);
                    self.pulse.is_recording(self.output.is_some());
                    // Whoever asked may have lost patience.
                    let _ = answer.send(done);
                }
                RecorderRequest::Status(_) => {}
            }
        }
    }

    fn status(&self) -> RecorderStatus {
        let name = |output: &Output| output.config().map_or_else(|| "-".to_owned(), shown);
        RecorderStatus {
            recording: self.output.as_ref().map(name),
            viewers: self.viewers.len(),
            missed: self.missed,
        }
    }
}

/// Makes this a thread that gives its processor up to whoever wakes up, and takes none away when it
/// wakes up itself: a server's thread that just has a request must not wait until a nap's worth of
/// events is written down. It still gets its share where all are busy.
fn step_back() {
    use nix::libc::{SCHED_BATCH, SYS_sched_setattr, sched_attr, syscall};
    let attr = sched_attr {
        size: size_of::<sched_attr>() as u32,
        sched_policy: SCHED_BATCH as u32,
        sched_flags: 0,
        sched_nice: 0,
        sched_priority: 0,
        // How long it would like to run in one go, at most (since Linux 6.12): of two threads the one
        // that asks for less comes first.
        sched_runtime: 100_000_000,
        sched_deadline: 0,
        sched_period: 0,
    };
    // SAFETY: `attr` is what the call reads, and outlives it; 0 is the calling thread. Where it is
    // refused, the recorder is scheduled as all others are.
    unsafe { syscall(SYS_sched_setattr, 0, &raw const attr, 0) };
}
