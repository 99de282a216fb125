//! The index of a recording too large to be kept: ten million events open at once.
//!
//! Opening reads the first line and no more. In the background (`work.rs`) the lines are found, then
//! each is looked at, and what is looked for most goes into columns (`chunk.rs`): its kind, thread,
//! connection, states, whether it has a cause. An event takes twelve bytes so. Its line is parsed
//! when somebody looks at it. At last the world is folded once, and kept now and then
//! (`keyframes.rs`), so that no event is far from a world that is known.
//!
//! **What is an event here is what [`TraceReader`] takes for one**, line for line, and what is wrong
//! with another is said in the same words, once that line has been looked at. Until then a line
//! counts as an event; if it is none, the events after it get other indices
//! ([`SourceProgress::shifts`]).
//!
//! A file may grow while it is open: then it is indexed anew (`grow.rs`). It may be made shorter: what is gone
//! is shown as `unreadable`, and said.

mod bytes;
mod chunk;
mod find;
mod grow;
mod keyframes;
mod recent;
mod table;
mod ways;
mod work;

use super::file::line::{Says, says};
use super::format::{End, Header};
use super::reader::{self, ReadError, TraceReader, Warning};
use crate::event::{Event, FlatEvent};
use crate::filter::Filter;
use crate::model::World;
use crate::player::{Direction, Found, Source, SourceProgress};
use crate::texts::Language;
use bytes::{FileWindow, RawLine, STEP_ALL, STEP_FEW, STEP_ONE, TraceBytes};
use keyframes::Keyframes;
use recent::Recent;
use std::borrow::Cow;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use table::ChunkTable;

pub use grow::Growing;

/// As much of the beginning as a header may take, and a line end.
const BEGINNING: usize = 1024 * 1024 + 2;

/// A recording, and where everything in it stands.
#[derive(Debug)]
pub struct Index {
    header: Header,
    shared: Arc<IndexShared>,
    worker: Option<JoinHandle<()>>,
    recent: Mutex<Recent>,
}

/// What the background and whoever looks have in common.
#[derive(Debug)]
struct IndexShared {
    bytes: TraceBytes,
    /// What was there when it was opened.
    size: u64,
    /// How long a chunk is.
    length: u64,
    /// Where the first line after the header begins.
    region: u64,
    name: String,
    workers: u32,
    lenient: bool,
    table: RwLock<ChunkTable>,
    keyframes: Mutex<Keyframes>,
    state: Mutex<State>,
    changed: Condvar,
    stop: AtomicBool,
    is_shorter: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    chunks: usize,
    /// How many chunks have their lines, their columns, are folded.
    done: [usize; 3],
    has_lines: bool,
    is_indexed: bool,
    is_folded: bool,
    folded: usize,
    has_calls: bool,
    chapters: Vec<(usize, String)>,
    /// How many lines come before the next chunk, without the header.
    lines: u64,
    broken: u64,
    problem: Option<ReadError>,
    end: Option<End>,
    last: Option<Result<(), String>>,
    warnings: Vec<Warning>,
}

impl Index {
    /// Opens the recording in the file `path`, reads its header, and begins to index it in the background.
    /// Whoever wants what comes later, too, or what comes through a pipe, opens it as [`Growing`].
    ///
    /// # Errors
    ///
    /// See [`TraceReader::open`].
    pub fn open(path: &Path, lenient: bool) -> Result<Index, ReadError> {
        let (file, name) = reader::open_file(path)?;
        Index::over(file, name, lenient)
    }

    /// The same of a file that is open.
    fn over(file: File, name: String, lenient: bool) -> Result<Index, ReadError> {
        let size = file.metadata().map(|meta| meta.len());
        let size = size.map_err(|source| ReadError::Io { file: name.clone(), line: 1, source })?;
        Index::start(TraceBytes::File(file), size, name, lenient)
    }

    /// The same of a recording in memory, which messages call `name`.
    ///
    /// # Errors
    ///
    /// See [`TraceReader::new`].
    pub fn of(bytes: impl Into<Cow<'static, [u8]>>, name: &str, lenient: bool) -> Result<Index, ReadError> {
        let bytes = bytes.into();
        let size = bytes.len() as u64;
        Index::start(TraceBytes::Memory(bytes), size, name.to_owned(), lenient)
    }

    /// The same in chunks of so many bytes: with small ones a short recording has many.
    ///
    /// # Errors
    ///
    /// See [`TraceReader::new`].
    #[doc(hidden)]
    pub fn in_chunks(bytes: Vec<u8>, name: &str, lenient: bool, length: u64) -> Result<Index, ReadError> {
        let size = bytes.len() as u64;
        let length = length.clamp(1, chunk::LENGTH);
        Index::start_in_chunks(TraceBytes::Memory(bytes.into()), size, name.to_owned(), lenient, length)
    }

    fn start(bytes: TraceBytes, size: u64, name: String, lenient: bool) -> Result<Index, ReadError> {
        Index::start_in_chunks(bytes, size, name, lenient, chunk::LENGTH)
    }

    fn start_in_chunks(
        bytes: TraceBytes,
        size: u64,
        name: String,
        lenient: bool,
        length: u64,
    ) -> Result<Index, ReadError> {
        let mut beginning = vec![0; BEGINNING.min(usize::try_from(size).unwrap_or(BEGINNING))];
        let have = bytes.read(0, &mut beginning);
        let have = have.map_err(|source| ReadError::Io { file: name.clone(), line: 1, source })?;
        let reader = TraceReader::new(&beginning[..have], &name)?;
        let (header, blank) = (reader.header().clone(), reader.line().saturating_sub(1));
        let mut ends = memchr::memchr_iter(b'\n', &beginning[..have]);
        let region = ends.nth(blank as usize).map_or(size, |at| at as u64 + 1);
        let shared = Arc::new(IndexShared {
            bytes,
            size,
            length,
            region,
            name,
            workers: header.threads,
            lenient,
            table: RwLock::default(),
            keyframes: Mutex::new(Keyframes::new(header.threads)),
            state: Mutex::new(State { lines: blank, ..State::default() }),
            changed: Condvar::new(),
            stop: AtomicBool::new(false),
            is_shorter: AtomicBool::new(false),
        });
        let own = shared.clone();
        let worker = thread::Builder::new().name("index".into()).spawn(move || work::run(&own)).ok();
        if worker.is_none() {
            work::run(&shared);
        }
        Ok(Index { header, shared, worker, recent: Mutex::default() })
    }

    /// The first line.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The file's name as messages show it.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Waits until everything is done, but no longer than so; tells whether it is.
    pub fn wait(&self, at_most: Duration) -> bool {
        self.wait_for(at_most, |state| state.is_folded)
    }

    /// The same until every line is found: then each event can be gone to by its number and its time.
    pub fn wait_for_lines(&self, at_most: Duration) -> bool {
        self.wait_for(at_most, |state| state.has_lines)
    }

    /// The same until every line was looked at: then all that is wrong is known.
    pub fn wait_for_index(&self, at_most: Duration) -> bool {
        self.wait_for(at_most, |state| state.is_indexed)
    }

    fn wait_for(&self, at_most: Duration, is_so: impl Fn(&State) -> bool) -> bool {
        let until = Instant::now() + at_most;
        let mut state = self.shared.state();
        while !is_so(&state) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = match self.shared.changed.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        true
    }

    /// The first line that is neither an event nor the end, where such lines are errors; as far as
    /// they were looked at.
    pub fn take_problem(&self) -> Option<ReadError> {
        self.shared.state().problem.take().filter(|_| !self.shared.lenient)
    }

    /// The last line, once it was looked at.
    pub fn end(&self) -> Option<End> {
        self.shared.state().end
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(worker) = self.worker.take() {
            // If it panicked, that was told already.
            let _ = worker.join();
        }
    }
}

impl IndexShared {
    fn window(&self, step: usize) -> FileWindow<'_> {
        FileWindow::new(&self.bytes, self.size, step)
    }

    fn table(&self) -> RwLockReadGuard<'_, ChunkTable> {
        self.table.read().unwrap_or_else(|e| e.into_inner())
    }

    fn table_mut(&self) -> RwLockWriteGuard<'_, ChunkTable> {
        self.table.write().unwrap_or_else(|e| e.into_inner())
    }

    fn keyframes(&self) -> MutexGuard<'_, Keyframes> {
        self.keyframes.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Something has changed that others wait for.
    fn tell(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    /// The same, where it may be nothing that they wait for.
    fn tell_if(&self, is_news: bool, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        if is_news {
            self.changed.notify_all();
        }
    }

    fn trouble(&self, failed: bool) {
        self.is_shorter.fetch_or(failed, Ordering::Relaxed);
    }

    /// The event of a line, or what stands for one that cannot be read.
    fn event(&self, index: usize, line: Option<RawLine<'_>>) -> Event {
        if line.is_none() {
            self.trouble(true);
        }
        line.and_then(parsed).unwrap_or_else(|| {
            let table = self.table();
            let seq =
                table.locate(index).and_then(|(chunk, at)| table.chunk(chunk)?.columns.as_ref()?.seq(at));
            FlatEvent { seq: seq.unwrap_or(0), ev: find::lost(), ..FlatEvent::default() }.into()
        })
    }
}

/// The event that a line is.
fn parsed(line: RawLine<'_>) -> Option<Event> {
    let (RawLine::Whole(line) | RawLine::Unended(line)) = line else { return None };
    match says(line) {
        Ok(Says::Event(event)) => Some(*event),
        _ => None,
    }
}

impl Source for Index {
    fn len(&self) -> usize {
        self.shared.table().len()
    }

    fn event(&self, index: usize) -> Option<Arc<Event>> {
        let place = self.place(index)?;
        let mut window = self.shared.window(STEP_ONE);
        Some(Arc::new(self.shared.event(index, window.line(place))))
    }

    fn slice(&self, range: Range<usize>) -> Vec<Arc<Event>> {
        let first = range.start;
        let pieces = self.shared.table().pieces(range);
        let mut window = self.shared.window(STEP_FEW);
        let mut recent = self.recent.lock().unwrap_or_else(|e| e.into_inner());
        let mut events = Vec::new();
        for piece in &pieces {
            for (at, place) in piece.range.clone().zip(piece.places()) {
                let index = piece.first + at;
                let read = || Arc::new(self.shared.event(index, window.line(place)));
                events.push(recent.get(index).cloned().unwrap_or_else(read));
            }
        }
        // What could not be read may be there again the next time.
        if !window.failed {
            recent.keep(first, &events);
        }
        events
    }

    fn seq(&self, index: usize) -> Option<u64> {
        let known = {
            let table = self.shared.table();
            let (chunk, at) = table.locate(index)?;
            table.chunk(chunk).and_then(|chunk| chunk.columns.as_ref()?.seq(at))
        };
        known.or_else(|| self.event(index).map(|event| event.seq))
    }

    fn time(&self, index: usize) -> Option<u64> {
        self.event(index).map(|event| event.t)
    }

    fn find(&self, wanted: &Filter, from: usize, way: Direction, budget: usize) -> Found {
        find::find(&self.shared, wanted, from, way, budget)
    }

    fn effect(&self, seq: u64, from: usize) -> Option<usize> {
        let pieces = self.shared.table().pieces(from..usize::MAX);
        find::effect(&pieces, &mut self.shared.window(STEP_FEW), seq)
    }

    fn fold(&self, range: Range<usize>, world: &mut World) {
        let pieces = self.shared.table().pieces(range);
        let mut window = self.shared.window(STEP_ALL);
        let mut event = Event::default();
        for place in pieces.iter().flat_map(table::ChunkRange::places) {
            if let Some(line) = window.line(place) {
                work::apply(line, &mut event, world);
            }
        }
    }

    fn keyframe(&self, done: usize) -> (usize, World) {
        self.shared.keyframes().nearest(done)
    }

    fn place(&self, index: usize) -> Option<u64> {
        self.shared.table().place(index)
    }

    fn index_of(&self, place: u64) -> usize {
        self.shared.table().index_of(place)
    }

    fn progress(&self) -> SourceProgress {
        let shifts = self.shared.table().shifts;
        let state = self.shared.state();
        let all = work::SHARES.iter().sum::<u64>() * state.chunks as u64;
        let done: u64 = work::SHARES.iter().zip(state.done).map(|(share, n)| share * n as u64).sum();
        let percent = (100 * done).checked_div(all).map_or(0, |n| n.min(99) as u8);
        SourceProgress {
            percent: if state.is_folded { 100 } else { percent },
            is_indexed: state.is_indexed,
            is_folded: state.is_folded,
            folded: state.folded,
            shifts,
        }
    }

    fn chapters(&self) -> Vec<(usize, String)> {
        self.shared.state().chapters.clone()
    }

    fn has_calls(&self) -> bool {
        self.shared.state().has_calls
    }

    fn warnings(&self) -> Vec<String> {
        let state = self.shared.state();
        let lang = Language::spoken();
        let problem = state.problem.as_ref().filter(|_| !self.shared.lenient).map(ToString::to_string);
        let more = state.broken.checked_sub(1).filter(|n| *n > 0 && problem.is_some());
        let shorter = self.shared.is_shorter.load(Ordering::Relaxed);
        problem
            .map(|problem| problem.lines().next().unwrap_or_default().to_owned())
            .into_iter()
            .chain(more.map(|n| lang.reading_more_broken(n.to_string())))
            .chain(shorter.then(|| lang.reading_shorter().to_owned()))
            .chain(state.warnings.iter().map(ToString::to_string))
            .collect()
    }
}
