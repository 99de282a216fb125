//! What happens in the background: first the lines are found, then each is looked at, then the world
//! is folded. The first two by as many threads as there are, a chunk at a time; what comes of it is
//! taken in in the file's order.

use super::IndexShared;
use super::bytes::{FileWindow, RawLine, STEP_ALL};
use super::chunk::{Broken, ChunkFindings, TraceChunk, lines, scan};
use crate::event::{Event, Kind};
use crate::model::World;
use crate::texts::Language;
use crate::trace::file::line::{self, Says, says};
use crate::trace::file::quick;
use crate::trace::reader::{ReadError, Warning};
use memchr::memchr_iter;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// No more threads: whoever looks at the screen needs the machine too.
const MOST_THREADS: usize = 4;
/// What the three take of the time, about.
pub(super) const SHARES: [u64; 3] = [1, 5, 14];

/// Does all of it.
pub(super) fn run(shared: &IndexShared) {
    let count = (shared.size - shared.region).div_ceil(shared.length) as usize;
    shared.tell(|state| state.chunks = count);
    let base = |at: usize| shared.region + at as u64 * shared.length;
    in_order(
        shared,
        count,
        |window, at| lines(window, shared.region, base(at), (shared.length, shared.size)),
        |_, chunk| {
            let mut table = shared.table_mut();
            table.push(chunk);
            let first = table.chunks() == 1;
            drop(table);
            shared.tell_if(first, |state| state.done[0] += 1);
        },
    );
    shared.tell(|state| state.has_lines = true);
    in_order(
        shared,
        count,
        |window, at| {
            let chunk = shared.table().chunk(at).unwrap_or_default();
            scan(window, &chunk, false)
        },
        |at, (chunk, found)| take_in(shared, at, chunk, found),
    );
    if shared.is_stopped() {
        return;
    }
    let events = shared.table().len();
    shared.keyframes().expect(events);
    shared.tell(|state| {
        state.warnings = warnings(shared, state);
        state.is_indexed = true;
    });
    fold(shared);
}

/// Puts `work` to every number below `count`, on several threads, and what comes of it to `take` in
/// order.
fn in_order<T: Send>(
    shared: &IndexShared,
    count: usize,
    work: impl Fn(&mut FileWindow<'_>, usize) -> T + Sync,
    take: impl FnMut(usize, T) + Send,
) {
    let next = AtomicUsize::new(0);
    let done = Mutex::new((0, BTreeMap::new(), take));
    let one = || {
        let mut window = shared.window(STEP_ALL);
        while !shared.is_stopped() {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                break;
            }
            let result = work(&mut window, at);
            let mut done = done.lock().unwrap_or_else(|e| e.into_inner());
            let (due, waiting, take) = &mut *done;
            waiting.insert(at, result);
            while let Some(result) = waiting.remove(due) {
                take(*due, result);
                *due += 1;
            }
        }
        shared.trouble(window.failed);
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(count);
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where there is no other thread to be had, this one does it all.
            let _ = thread::Builder::new().name("index".into()).spawn_scoped(scope, one);
        }
        one();
    });
}

/// Takes in what was found in the next chunk.
fn take_in(shared: &IndexShared, at: usize, chunk: TraceChunk, found: ChunkFindings) {
    let before = shared.table().chunk(at).unwrap_or_default();
    let (chunk, found) = match shared.state().end {
        Some(_) => scan(&mut shared.window(STEP_ALL), &before, true),
        None => (chunk, found),
    };
    let first_broken = found.first_broken.as_ref().filter(|_| shared.state().broken == 0);
    let error = first_broken.map(|broken| error(shared, &chunk, broken));
    let (lines, first) = (chunk.lines, shared.table().first(at));
    let has_calls = chunk.columns.as_ref().is_some_and(|c| c.present >> Kind::Call.index() & 1 == 1);
    shared.table_mut().replace(at, chunk);
    shared.tell_if(found.broken > 0, |state| {
        state.done[1] += 1;
        state.has_calls |= has_calls;
        state.broken += found.broken;
        state.problem = state.problem.take().or(error);
        state.end = state.end.or(found.end);
        state.chapters.extend(found.marks.into_iter().map(|(at, title)| (first + at as usize, title)));
        state.last = found.last.or(state.last.take());
        state.lines += lines;
    });
}

/// What is wrong with the first line that is none, as the reader says it.
fn error(shared: &IndexShared, chunk: &TraceChunk, broken: &Broken) -> ReadError {
    let mut window = shared.window(STEP_ALL);
    window.fill(chunk.base, (broken.at - chunk.base) as usize);
    // The line that the chunk begins in the middle of belongs to the one before.
    let line_ends = memchr_iter(b'\n', window.bytes()).count() as u64;
    let ordinal = line_ends.saturating_sub(u64::from(!chunk.begins));
    let line = shared.state().lines + ordinal + 2;
    let bytes = match window.line(broken.at) {
        Some(RawLine::Whole(line) | RawLine::Unended(line)) => line,
        Some(RawLine::TooLong) => &window.bytes()[..window.bytes().len().min(4096)],
        None => b"",
    };
    line::broken(&shared.name, line, bytes, broken.what.clone())
}

/// What the reader would say of it all.
fn warnings(shared: &IndexShared, state: &super::State) -> Vec<Warning> {
    let lang = Language::spoken();
    let mut said = Vec::new();
    match &state.last {
        Some(Ok(())) => said.push(lang.reading_no_line_end().to_owned()),
        Some(Err(what)) => said.push(lang.reading_cut(what)),
        None => {}
    }
    if shared.lenient && state.broken > 0 {
        said.push(line::skipped(state.broken));
    }
    if state.end.is_none() {
        said.push(lang.reading_not_closed().to_owned());
    }
    said.into_iter().map(|what| Warning { line: state.lines + 1, what }).collect()
}

/// Folds the world from the first event to the last, and keeps it now and then.
fn fold(shared: &IndexShared) {
    let mut window = shared.window(STEP_ALL);
    let mut world = World::new(shared.workers);
    let mut event = Event::default();
    let (mut done, chunks) = (0, shared.table().chunks());
    let mut next = shared.keyframes().next();
    for at in 0..chunks {
        let Some(chunk) = shared.table().chunk(at).filter(|_| !shared.is_stopped()) else { return };
        for start in &chunk.starts {
            if let Some(line) = window.line(chunk.base + u64::from(*start)) {
                apply(line, &mut event, &mut world);
            }
            done += 1;
            if done == next {
                next = shared.keyframes().keep(&world);
            }
        }
        shared.tell(|state| {
            state.done[2] += 1;
            state.folded = done;
        });
    }
    shared.trouble(window.failed);
    shared.tell(|state| state.is_folded = true);
}

/// Folds the event in a line, if there is one.
pub(super) fn apply(line: RawLine<'_>, event: &mut Event, world: &mut World) {
    let (RawLine::Whole(line) | RawLine::Unended(line)) = line else { return };
    let quick = std::str::from_utf8(line).ok().and_then(|line| quick::event_into(line, event));
    match quick {
        Some(()) => world.apply(event),
        None => {
            if let Ok(Says::Event(event)) = says(line) {
                world.apply(&event);
            }
        }
    }
}
