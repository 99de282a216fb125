//! What the recorder's thread does, over and over: take what came, write it down, hand it on.

use super::convert::Told;
use super::file::{FileConfig, Output};
use super::last::Last;
use super::line::Lines;
use super::trigger::Seen;
use super::viewer::{Stretch, Viewer};
use super::world::World;
use super::{Answer, Asked, Command, FINISH_AFTER_PANIC, GOES_ON, Say, Sinks, Status};
use crate::filter::Filter;
use crate::trace::format::{End, Header};
use crate::tracer::{Hub, Lane, What};
use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// How many bytes are gathered before they are handed on: large enough that a busy server costs
/// few system calls, small enough to stay in the processor's cache.
const PIECE: usize = 64 * 1024;
/// How long the recorder sleeps when nothing came: briefly at first, longer while nothing comes. It
/// is not woken, because waking costs the server's threads a system call.
const NAPS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_millis(20);
/// How long what is gathered may wait for more, at most.
const FLUSH_EVERY: Duration = Duration::from_millis(50);
/// How long the end of a recording waits for an event that was numbered and never came.
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
    asks: Receiver<Asked>,
    /// The header's line.
    header: Vec<u8>,
    lanes: Vec<Lane>,
    payload: Vec<u8>,
    world: World,
    gathered: Gathered,
    /// The number of the event that comes next.
    next: u64,
    /// When the last event happened.
    t: u64,

    output: Option<Output>,
    on_demand: Option<FileConfig>,
    viewers: Vec<Viewer>,
    /// Events that some viewer was too slow for.
    missed: u64,
    last: Option<Last>,
    trigger: Option<Filter>,
    armed: bool,
    say: Option<Say>,
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
        asks: Receiver<Asked>,
    ) -> Work {
        let mut head = Lines::default();
        // A Vec takes everything, and a header is words and numbers.
        if serde_json::to_writer(&mut head.bytes, header).is_ok() {
            head.bytes.push(b'\n');
        }
        let mut work = Work {
            hub,
            finish,
            asks,
            header: head.bytes,
            lanes: Vec::new(),
            payload: Vec::new(),
            world: World::default(),
            gathered: Gathered::default(),
            next: 1,
            t: 0,
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
            let came = self.drain();
            let waited = self.gathered.since.is_some_and(|since| since.elapsed() >= FLUSH_EVERY);
            if waited || self.hub.gate.is_held() {
                self.hand_on();
            }
            if finishing {
                break;
            }
            self.look_after_threads();
            if came {
                nap = *NAPS.start();
            }
            if self.lanes.iter().any(|lane| lane.head() == Some(self.next)) {
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
            let answer = self.write_last();
            self.tell(&answer.unwrap_or_else(|why| format!("what happened last was not written: {why}")));
        }
        if let Some(writing) = self.writing.take() {
            // It says itself what became of it.
            let _ = writing.join();
        }
        self.close();
        self.end.blocked_ns = self.hub.tally().blocked_ns;
        self.failure.take().map_or(Ok(self.end), Err)
    }

    /// After a panic in here: writes the whole lines that there are, and lets the server go on.
    pub fn abandon(&mut self) -> io::Error {
        self.hub.close();
        let whole = memchr::memrchr(b'\n', &self.gathered.lines.bytes).map_or(0, |at| at + 1);
        self.gathered.lines.bytes.truncate(whole);
        let name = self.name();
        if let Some(mut output) = self.output.take() {
            // A second failure has nothing to add to the first.
            let _ = output.lines(&self.gathered.lines.bytes, 0, 0);
            self.tell(&format!("{name}the recorder panicked: recording has stopped; {GOES_ON_WITHOUT}"));
        } else {
            self.tell(&format!("the recorder panicked; {GOES_ON_WITHOUT}"));
        }
        self.viewers.clear();
        io::Error::other("the recorder panicked")
    }

    /// What the server's threads do when their rings are full; and whether they need to tell of
    /// anything at all.
    fn look_after_threads(&self) {
        let is_whole = self.output.is_some() || self.last.is_some();
        self.hub.set_may_drop(!is_whole && !self.viewers.is_empty());
        if !is_whole && !self.armed && self.viewers.is_empty() {
            self.hub.close();
        }
    }

    /// Whether anybody wants lines.
    fn is_heard(&self) -> bool {
        self.output.is_some() || self.last.is_some() || !self.viewers.is_empty()
    }

    /// Takes everything that is ready and next in order; whether there was anything. What is numbered
    /// only now is left for the next time: a busy server's threads tell of more without end.
    fn drain(&mut self) -> bool {
        let until = self.hub.next_seq();
        self.lanes.extend(self.hub.take_lanes());
        let mut lanes = std::mem::take(&mut self.lanes);
        let mut came = false;
        // A thread's own ring is in order, so the next event is at the head of one of them.
        while self.next < until
            && let Some(lane) = lanes.iter_mut().find(|lane| lane.head() == Some(self.next))
        {
            // One thread's events often come in a row.
            while self.next < until && lane.head() == Some(self.next) {
                if !self.take(lane) {
                    break;
                }
                came = true;
            }
            if !came {
                break;
            }
        }
        self.lanes = lanes;
        came
    }

    /// Takes one event, if all of it is there.
    fn take(&mut self, lane: &mut Lane) -> bool {
        let mut payload = std::mem::take(&mut self.payload);
        let Some((record, image)) = lane.take(&mut payload) else {
            self.payload = payload;
            return false;
        };
        let t = self.hub.nanoseconds(record.ticks);
        if self.gathered.events == 0 {
            self.gathered.first = record.seq;
            self.make_room(t);
        }
        self.t = t;
        let lost = if let What::Lost { n } = record.what { u64::from(n) } else { 0 };
        self.next = record.seq + lost.max(1);
        let context = self.world.apply(lane.thread, &record, image.as_ref(), &payload);
        if self.is_heard() {
            let told =
                Told { thread: lane.thread, t, record: &record, image: image.as_ref(), payload: &payload };
            self.gathered.lines.event(&told, &context);
            let triggers = self
                .trigger
                .as_ref()
                .is_some_and(|trigger| trigger.matches(&Seen { told: &told, context: &context }));
            self.count(1, lost);
            if triggers {
                self.triggered();
            }
        }
        if let (What::Close { .. }, Some(conn)) = (record.what, record.conn()) {
            self.world.closed(conn);
        }
        self.payload = payload;
        let piece = self.output.as_ref().map_or(PIECE, |output| output.piece(PIECE));
        if self.gathered.lines.bytes.len() >= piece {
            self.hand_on();
        }
        true
    }

    fn count(&mut self, events: u64, dropped: u64) {
        self.gathered.events += events;
        self.gathered.dropped += dropped;
        self.gathered.since.get_or_insert_with(Instant::now);
    }

    /// Before the first line of a piece: a file that would get too large is changed for the next
    /// one, and what happened last is cut into stretches.
    fn make_room(&mut self, t: u64) {
        let piece = self.output.as_ref().map_or(PIECE, |output| output.piece(PIECE));
        if self.output.as_ref().is_some_and(|output| output.is_full_with(piece)) {
            self.next_file();
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
        lines.bytes
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
            match output.lines(&lines.bytes, events, dropped) {
                Ok(()) if output.has_vanished() => self.vanished(),
                Ok(()) => {}
                Err(error) => self.fail(error),
            }
        }
        if self.last.is_some() || !self.viewers.is_empty() {
            let piece: Arc<[u8]> = lines.bytes.as_slice().into();
            if let Some(last) = &mut self.last {
                last.add(piece.clone(), events, dropped, self.t);
            }
            let (next, t, world, blocked_ns) = (self.next, self.t, &self.world, self.hub.tally().blocked_ns);
            let stretch = Stretch { lines: &piece, first, next, events, dropped, t, blocked_ns, world };
            self.viewers.retain_mut(|viewer| viewer.offer(&stretch, &mut self.missed));
        }
        self.gathered.lines = lines;
        self.gathered.lines.bytes.clear();
    }

    /// What stands before the events that come next, in lines: for one who watches from here on,
    /// or to the end.
    fn stretch<'a>(&'a self, lines: &'a Arc<[u8]>, events: u64) -> Stretch<'a> {
        let (first, next, t, blocked_ns) = (self.next, self.next, self.t, self.hub.tally().blocked_ns);
        Stretch { lines, first, next, events, dropped: 0, t, blocked_ns, world: &self.world }
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
            self.drain();
            if self.next >= self.hub.next_seq() {
                return;
            }
            if since.elapsed() < LAST_WAIT {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
            let found = self.lanes.iter().filter_map(Lane::head).min();
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
            if let Asked::Status(answer) = asked {
                // Whoever asked may have lost patience.
                let _ = answer.send(self.status());
                continue;
            }
            // What was told before is taken before.
            self.drain();
            self.hand_on();
            match asked {
                Asked::Watch(mut viewer, there) => {
                    let snapshot = self.snapshot();
                    let head: Arc<[u8]> = [self.header.as_slice(), &snapshot].concat().into();
                    if viewer.begin(&self.stretch(&head, u64::from(!snapshot.is_empty()))) {
                        self.viewers.push(viewer);
                    }
                    // Whoever asked may have lost patience.
                    let _ = there.send(());
                }
                Asked::Command(command, answer) => {
                    let done = self.command(command);
                    // Whoever asked may have lost patience.
                    let _ = answer.send(done);
                }
                Asked::Status(_) => {}
            }
        }
    }

    fn status(&self) -> Status {
        let name = |output: &Output| output.config().map_or_else(|| "-".to_owned(), shown);
        Status { recording: self.output.as_ref().map(name), viewers: self.viewers.len(), missed: self.missed }
    }

    fn command(&mut self, command: Command) -> Answer {
        match (command, &self.output) {
            (Command::Start, Some(_)) => Err(format!("{}is being recorded to already", self.name())),
            (Command::Next, Some(output)) if output.config().is_none() => {
                Err("a stream has no next file".to_owned())
            }
            (Command::Next, Some(_)) => {
                let before = self.end.events;
                self.next_file();
                let file = self.output.as_ref().map(|_| format!("{}a new file was begun", self.name()));
                file.ok_or_else(|| format!("recording has stopped after {before} events"))
            }
            (Command::Start | Command::Next, None) => {
                let config =
                    self.on_demand.clone().ok_or("no file was named to record to (--record FILE)")?;
                let output = config.next().map_err(|e| format!("{}: {e}", shown(&config)))?;
                self.begin(output);
                match &self.output {
                    Some(_) => Ok(format!("{}recording", self.name())),
                    None => Err(format!("{}: cannot be written", shown(&config))),
                }
            }
            (Command::Stop, Some(_)) => {
                let name = self.name();
                self.close();
                Ok(format!("{name}recording has stopped"))
            }
            (Command::Stop, None) => Err("nothing is being recorded".to_owned()),
            (Command::WriteLast, _) => self.write_last(),
        }
    }

    /// Begins to write.
    fn begin(&mut self, mut output: Output) {
        let snapshot = self.snapshot();
        let mut head = self.header.clone();
        head.extend_from_slice(&snapshot);
        let blocked_ns = self.hub.tally().blocked_ns;
        let begun = output.begin(&head, u64::from(!snapshot.is_empty()), blocked_ns);
        self.output = Some(output);
        if let Err(error) = begun {
            self.fail(error);
        }
    }

    /// Closes what is being written.
    fn close(&mut self) {
        let name = self.name();
        if let Some(output) = self.output.take()
            && let Err(error) = output.end(self.hub.tally().blocked_ns)
        {
            self.tell(&format!("{name}{error}: the recording was not closed"));
            self.failure.get_or_insert(error);
        }
    }

    /// Goes on in the next file.
    fn next_file(&mut self) {
        self.hand_on();
        let Some(config) = self.output.as_ref().and_then(Output::config).cloned() else { return };
        self.close();
        match config.next() {
            Ok(output) => self.begin(output),
            Err(error) => self.stopped(&format!("{}: ", shown(&config)), error),
        }
    }

    /// The file was removed under our feet: what comes goes into a new one.
    fn vanished(&mut self) {
        let name = self.name();
        let config = self.output.take().and_then(|output| output.config().cloned());
        self.tell(&format!("{name}the file was removed; a new one is begun"));
        match config.map(|config| config.next()) {
            Some(Ok(output)) => self.begin(output),
            Some(Err(error)) => self.stopped(&name, error),
            None => {}
        }
    }

    /// The file takes no more: it keeps what it has, and the server goes on without it.
    fn fail(&mut self, error: io::Error) {
        let name = self.name();
        self.output = None;
        self.stopped(&name, error);
    }

    fn stopped(&mut self, name: &str, error: io::Error) {
        self.tell(&format!("{name}{error}: recording has stopped; {GOES_ON_WITHOUT}"));
        self.failure.get_or_insert(error);
    }

    fn triggered(&mut self) {
        if self.last.as_ref().is_some_and(Last::is_fresh) {
            self.hand_on();
            let answer = self.write_last();
            self.tell(&answer.unwrap_or_else(|why| format!("what happened last was not written: {why}")));
        }
    }

    /// Writes what happened last into a file of its own, beside the recorder: the server's threads
    /// do not wait for the disk.
    fn write_last(&mut self) -> Answer {
        let config = self.on_demand.clone().ok_or("no file was named to write it to (--record FILE)")?;
        if let Some(before) = self.writing.take() {
            let _ = before.join();
        }
        let kept = self.last.as_mut().ok_or("what happens is not kept (--record-last)")?.take(self.next);
        let kept = kept.ok_or("nothing has happened yet")?;
        let mut output = config.next().map_err(|e| format!("{}: {e}", shown(&config)))?;
        let name = shown(&config);
        let said = format!("{name}: the last {} events", kept.events);
        let (mut head, say) = (self.header.clone(), self.say.clone());
        head.extend_from_slice(kept.snapshot());
        let write = move || {
            let written = output
                .begin(&head, u64::from(!kept.snapshot().is_empty()), 0)
                .and_then(|()| kept.write(&mut |piece| output.lines(piece, 0, 0)))
                .and_then(|()| output.lines(b"", kept.events, kept.dropped))
                .and_then(|()| output.end(0));
            if let (Err(error), Some(say)) = (written, &say) {
                say(&format!("{name}: {error}: what happened last is not all in it"));
            }
        };
        let writer = std::thread::Builder::new().name("writer".into()).spawn(write);
        self.writing = Some(writer.map_err(|e| format!("no thread to write it: {e}"))?);
        Ok(said)
    }

    fn tell(&self, what: &str) {
        if let Some(say) = &self.say {
            say(what);
        }
    }

    /// The file that is being written, as the beginning of a message; nothing for a stream.
    fn name(&self) -> String {
        let config = self.output.as_ref().and_then(Output::config);
        config.map_or(String::new(), |config| format!("{}: ", shown(config)))
    }
}

/// Makes this a thread that takes no processor away from another one when it wakes up: a server's
/// thread that just has a request must not wait until a nap's worth of events is written down.
fn step_back() {
    use nix::libc::{SCHED_BATCH, sched_param, sched_setscheduler};
    let param = sched_param { sched_priority: 0 };
    // SAFETY: `param` outlives the call; 0 is the calling thread. Where it is refused, the recorder
    // is scheduled as all others are.
    unsafe { sched_setscheduler(0, SCHED_BATCH, &raw const param) };
}

const GOES_ON_WITHOUT: &str = "the server goes on without";

fn shown(config: &FileConfig) -> String {
    crate::text::printable(&config.path.to_string_lossy()).into_owned()
}
