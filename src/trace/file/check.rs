//! The promises of the trace format as checks over a recording.
//!
//! | rule | what must hold |
//! | --- | --- |
//! | numbers | `seq` starts at 1 (or 0) and goes up by one; a `drop` has the number of the first lost event, and the event after it comes `n` later; a `snapshot` has the number of the event that it comes after, and a recording may begin with one |
//! | fields | an event carries what its kind needs; a system call has `ret` or `errno`, not both |
//! | header | what it says of workers, of function calls and of how much is kept is so |
//! | threads | threads are those that the header announces; `t` never goes back within a thread |
//! | bytes | a payload is as long as the bytes kept of it or longer; a `read` returned that length; descriptors are not negative |
//! | cause | it points back: from `notified` to `notify`, from `cq_pop` to `cq_push`, of the same worker |
//! | queues | nothing is taken from an empty pipe or queue, and a queue is first in, first out |
//! | connections | numbered from 0 in the order of `accept`, never reused; nothing happens to them before `accept` or after `close` |
//! | states | a `state` leaves the state that the connection is in, for another |
//! | calls | each thread leaves the function it entered last (where calls were recorded) |
//! | end | `events` is the number of event lines, `dropped` the sum of the drops |
//!
//! After a loss (a `drop`, or a broken line) the rules that need a whole history are suspended:
//! queues, connections, states and calls. A recording that was not closed is no problem: it is a
//! note of the reader's.

use super::fold::Fold;
use super::format::{End, Header};
use crate::event::{Carried, Detail, Event, Kind, Payload, Snapshot, Thread};
use crate::text::printable;
use crate::texts::{Language, ungrouped};
use std::collections::HashMap;
use std::fmt;

/// How many problems a [`CheckReport`] lists.
pub const LISTED: usize = 20;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line in the file, from 1.
    pub line: u64,
    /// The event's number, where there is an event.
    pub seq: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lang, line) = (Language::spoken(), self.line.to_string());
        f.write_str(&match self.seq {
            Some(seq) => lang.check_problem_event(line, seq.to_string(), &*self.what),
            None => lang.check_problem(line, &*self.what),
        })
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckReport {
    /// The first [`LISTED`] problems.
    pub problems: Vec<Problem>,
    /// How many there are.
    pub count: u64,
    /// How many events were looked at.
    pub events: u64,
    /// The line after which the rules that need a whole history were suspended.
    pub suspended: Option<u64>,
}

/// Checks a recording event by event.
#[derive(Debug)]
pub struct Checker {
    threads: u32,
    detail: Detail,
    max_data: u32,
    report: CheckReport,
    /// The number that the next event must have; `None` where anything goes.
    next_seq: Option<u64>,
    last_t: HashMap<Thread, u64>,
    dropped: u64,
    broken: u64,
    fold: Fold,
    lang: Language,
}

impl Checker {
    /// A check of a recording with this header.
    pub fn new(header: &Header) -> Self {
        let lang = Language::spoken();
        Checker {
            threads: header.threads,
            detail: header.detail,
            max_data: header.max_data,
            report: CheckReport::default(),
            next_seq: Some(1),
            last_t: HashMap::new(),
            dropped: 0,
            broken: 0,
            fold: Fold::new(header.detail, lang),
            lang,
        }
    }

    /// Looks at the next event, which stands on `line`.
    pub fn event(&mut self, line: u64, event: &Event) {
        let mut found = Vec::new();
        self.number(event, &mut found);
        self.thread(event, &mut found);
        fields(event, self.lang, &mut found);
        bytes(event, self.lang, &mut found);
        self.claims(event, &mut found);
        self.fold.event(event, &mut found);
        if event.kind() == Kind::Drop {
            self.suspend(line);
        }
        if let Some(world) = event.world() {
            self.threads(world, &mut found);
            if world.lost > 0 {
                self.suspend(line);
            }
        }
        self.report.events += 1;
        for what in found {
            self.problem(line, Some(event.seq), what);
        }
    }

    /// A line could not be read; what it held is unknown. It is a problem only if `counts`.
    pub fn broken_line(&mut self, line: u64, what: &str, counts: bool) {
        self.next_seq = None;
        self.broken += 1;
        self.suspend(line);
        if counts {
            self.problem(line, None, what.to_owned());
        }
    }

    /// The recording is over; `line` is that of its `end`.
    pub fn finish(mut self, line: u64, end: Option<&End>) -> CheckReport {
        if let Some(end) = end {
            // A line that could not be read may well have been an event, or a drop.
            let events = self.report.events..=self.report.events + self.broken;
            if !events.contains(&end.events) {
                let there_are = self.report.events.to_string();
                self.problem(line, None, self.lang.check_end_events(end.events.to_string(), there_are));
            }
            if end.dropped != self.dropped && self.broken == 0 {
                let (drops, end) = (self.dropped.to_string(), end.dropped.to_string());
                self.problem(line, None, self.lang.check_end_dropped(drops, end));
            }
        }
        self.report
    }

    fn suspend(&mut self, line: u64) {
        self.fold.lose_track();
        self.report.suspended.get_or_insert(line);
    }

    fn problem(&mut self, line: u64, seq: Option<u64>, what: String) {
        self.report.count += 1;
        if self.report.problems.len() < LISTED {
            // It may repeat words of the file.
            let what = printable(&what).into_owned();
            self.report.problems.push(Problem { line, seq, what });
        }
    }

    fn number(&mut self, event: &Event, found: &mut Vec<String>) {
        let first = self.report.events == 0;
        if event.kind() == Kind::Snapshot {
            // It has the number of the event before it, and may begin a recording.
            if let Some(next) = self.next_seq.filter(|next| !first && event.seq.checked_add(1) != Some(*next))
            {
                found.push(self.lang.check_snapshot(next.to_string(), event.seq.to_string()));
            }
            self.next_seq = Some(event.seq.saturating_add(1));
            return;
        }
        match self.next_seq {
            Some(next) if event.seq != next && !(first && event.seq == 0) => {
                found.push(match first {
                    true => self.lang.check_first(event.seq.to_string()),
                    false => self.lang.check_seq(next.to_string(), event.seq.to_string()),
                });
            }
            _ => {}
        }
        let mut numbers = 1;
        if event.kind() == Kind::Drop {
            // It stands where the first lost event would, under that event's number.
            let n = event.n().unwrap_or(0);
            numbers = n.max(1);
            self.dropped = self.dropped.saturating_add(n);
        }
        self.next_seq = Some(event.seq.saturating_add(numbers));
    }

    /// The threads of a snapshot.
    fn threads(&self, world: &Snapshot, found: &mut Vec<String>) {
        for thread in &world.threads {
            self.worker(thread.th, found);
        }
    }

    fn worker(&self, thread: Thread, found: &mut Vec<String>) {
        if let Thread::Worker(i) = thread
            && u32::from(i) >= self.threads
        {
            found.push(self.lang.check_no_thread(ungrouped(self.threads.into()), thread.to_string()));
        }
    }

    /// What the header says that was recorded, and how much of a payload is kept.
    fn claims(&self, event: &Event, found: &mut Vec<String>) {
        if self.detail == Detail::Flow && matches!(event.kind(), Kind::Call | Kind::Return) {
            found.push(self.lang.check_no_calls(event.kind().to_string()));
        }
        let pieces = event.iov().into_iter().flatten().map(|piece| piece.bytes().kept.len());
        let most = event.bytes().map(|bytes| bytes.kept.len()).into_iter().chain(pieces).max();
        // A title, an address or a reason is no payload.
        if let Some(kept) =
            most.filter(|kept| event.kind().carries() && *kept as u64 > u64::from(self.max_data))
        {
            found.push(self.lang.check_too_much_kept(kept.to_string(), self.max_data.to_string()));
        }
    }

    fn thread(&mut self, event: &Event, found: &mut Vec<String>) {
        for thread in [Some(event.th), event.worker()].into_iter().flatten() {
            self.worker(thread, found);
        }
        // Those two are the recorder's own, and bear the time of whatever thread was last heard of.
        if matches!(event.kind(), Kind::Drop | Kind::Snapshot) {
            return;
        }
        let last = self.last_t.entry(event.th).or_default();
        if event.t < *last {
            found.push(self.lang.check_t(last.to_string(), event.t.to_string()));
        }
        *last = event.t;
    }
}

/// What an event of each kind cannot do without.
fn fields(event: &Event, lang: Language, found: &mut Vec<String>) {
    let ok = event.errno().is_none();
    let kind = || printable(&event.kind().to_string()).into_owned();
    event.lacks(&mut |field| found.push(lang.check_lacks(field, kind())));
    if event.kind() == Kind::Drop && event.n() == Some(0) {
        found.push(lang.check_lacks("n", kind()));
    }
    let returns = event.kind().returns();
    match (event.ret(), event.errno()) {
        (None, None) if returns => found.push(lang.check_lacks_result(kind())),
        (Some(ret), Some(errno)) if ret >= 0 => {
            found.push(lang.check_two_results(format!("{errno:?}"), ret.to_string()));
        }
        _ => {}
    }
    for (name, fd) in [
        ("fd", event.fd()),
        ("listen_fd", event.listen_fd()),
        ("epoll_fd", event.epoll_fd()),
        ("notify_receive_fd", event.notify_receive_fd()),
        ("notify_send_fd", event.notify_send_fd()),
    ] {
        if let Some(fd) = fd.filter(|fd| *fd < 0 && ok) {
            found.push(lang.check_no_descriptor(fd.to_string(), name));
        }
    }
}

/// Payloads: readable, no shorter than what was kept, as long as the call returned.
fn bytes(event: &Event, lang: Language, found: &mut Vec<String>) {
    let too_short = |bytes: &Payload<'_>| bytes.len < bytes.kept.len() as u64;
    let carried = event.bytes();
    match &carried {
        None if matches!(event.payload, Carried::Broken(_)) => found.push(lang.check_no_base64().into()),
        Some(bytes) if too_short(bytes) => {
            found.push(lang.check_kept(bytes.kept.len().to_string(), bytes.len.to_string()));
        }
        _ => {}
    }
    if let (Kind::Read | Kind::Recvfrom, Some(ret), Some(bytes)) = (event.kind(), event.ret(), &carried)
        && ret >= 0
        && bytes.len != ret.unsigned_abs()
    {
        found.push(lang.check_returned(event.kind().to_string(), bytes.len.to_string(), ret.to_string()));
    }
    let Some(iov) = &event.iov() else { return };
    let mut total = 0u64;
    for (i, piece) in iov.iter().enumerate() {
        total = total.saturating_add(piece.len);
        if piece.b64.is_some() && piece.bytes().kept.is_empty() {
            found.push(lang.check_no_base64_piece(i.to_string()));
        } else if too_short(&piece.bytes()) {
            let bytes = piece.bytes();
            let (kept, len) = (bytes.kept.len().to_string(), bytes.len.to_string());
            found.push(lang.check_kept_piece(i.to_string(), kept, len));
        }
    }
    if let Some(ret) = event.ret().filter(|ret| *ret > 0 && ret.unsigned_abs() > total) {
        found.push(lang.check_sendmsg(ret.to_string(), total.to_string()));
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
