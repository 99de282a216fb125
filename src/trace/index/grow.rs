//! A recording that is still being written: indexed anew as it grows.
//!
//! Whoever looks at it goes on with the index that there is until the next one is whole: the events of the one
//! before stand in it at the same places. So as not to do nothing else, the more time the last index took the
//! longer the next one is waited for.

use super::super::reader::{self, ReadError};
use super::Index;
use super::bytes::TraceBytes;
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often one looks whether there is more.
const OFTEN: Duration = Duration::from_millis(100);
/// How many times as long as the last index took is waited before the next one.
const REST: u32 = 4;
/// How much is looked at at once for the end of the last whole line.
const PIECE: usize = 64 * 1024;
/// How long a pipe that has sent its header may take to send the rest before it counts as one that goes on.
const SOON: Duration = Duration::from_millis(250);

/// A recording that may grow, and its newest index.
#[derive(Debug)]
pub struct Growing {
    shared: Arc<GrowShared>,
}

#[derive(Debug)]
struct GrowShared {
    file: File,
    name: String,
    lenient: bool,
    is_stopped: AtomicBool,
    latest: Mutex<Latest>,
    changed: Condvar,
}

#[derive(Debug)]
struct Latest {
    index: Arc<Index>,
    is_new: bool,
    may_grow: bool,
}

impl Growing {
    /// Opens the recording in `path`, or on stdin if `path` is `-`, reads its header, and begins to index it
    /// in the background; and again whenever there is more of it.
    ///
    /// # Errors
    /// See [`TraceReader::open`](super::super::reader::TraceReader::open).
    pub fn open(path: &Path, lenient: bool) -> Result<Growing, ReadError> {
        let cannot = |name: &str, source| ReadError::Io { file: name.to_owned(), line: 1, source };
        let (file, name) = reader::open_input(path)?;
        match file.metadata() {
            Ok(meta) if meta.is_file() && path.as_os_str() != "-" => {
                let own = file.try_clone().map_err(|error| cannot(&name, error))?;
                let index = Index::over(file, name.clone(), lenient)?;
                Growing::start(own, index, None).map_err(|error| cannot(&name, error))
            }
            // Standard input is read from where it stands, and once.
            _ => Growing::pipe(file, &name, lenient),
        }
    }

    /// Reads a pipe, first up to its header, and keeps what comes in a file of its own that nobody else sees.
    ///
    /// # Errors
    /// See [`TraceReader::new`](super::super::reader::TraceReader::new).
    fn pipe(pipe: impl Read + Send + 'static, name: &str, lenient: bool) -> Result<Growing, ReadError> {
        let cannot = |source| ReadError::Io { file: name.to_owned(), line: 1, source };
        let kept = tempfile::tempfile().map_err(cannot)?;
        let spool = Arc::new(Spool::default());
        let (its, mut into) = (spool.clone(), kept.try_clone().map_err(cannot)?);
        let mut pipe = pipe;
        let copy = move || {
            let mut bytes = vec![0; PIECE];
            let failed = loop {
                match pipe.read(&mut bytes) {
                    Ok(0) => break None,
                    Ok(n) => match into.write_all(&bytes[..n]) {
                        Ok(()) => its.came(&bytes[..n]),
                        Err(error) => break Some(error),
                    },
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => break Some(error),
                }
            };
            its.ends(failed);
        };
        thread::Builder::new().name("pipe".into()).spawn(copy).map_err(cannot)?;
        let size = spool.beginning().map_err(cannot)?;
        let bytes = TraceBytes::File(kept.try_clone().map_err(cannot)?);
        let index = Index::start(bytes, size, name.to_owned(), lenient)?;
        Growing::start(kept, index, Some(spool)).map_err(cannot)
    }

    fn start(file: File, index: Index, spool: Option<Arc<Spool>>) -> io::Result<Growing> {
        let shared = Arc::new(GrowShared {
            file,
            name: index.name().to_owned(),
            lenient: index.shared.lenient,
            is_stopped: AtomicBool::new(false),
            latest: Mutex::new(Latest { index: Arc::new(index), is_new: false, may_grow: true }),
            changed: Condvar::new(),
        });
        let its = shared.clone();
        thread::Builder::new().name("grow".into()).spawn(move || its.run(spool.as_deref()))?;
        Ok(Growing { shared })
    }

    /// The newest index.
    pub fn index(&self) -> Arc<Index> {
        self.shared.lock().index.clone()
    }

    /// The newest index, if it is another one than when this was asked the last time.
    pub fn grown(&self) -> Option<Arc<Index>> {
        let mut latest = self.shared.lock();
        std::mem::take(&mut latest.is_new).then(|| latest.index.clone())
    }

    /// Whether there may come more.
    pub fn may_grow(&self) -> bool {
        self.shared.lock().may_grow
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::Relaxed);
        self.shared.changed.notify_all();
    }
}

impl GrowShared {
    fn lock(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits; whether there is still somebody who wants to know.
    fn waits(&self, time: Duration) -> bool {
        let latest = self.lock();
        let is_wanted = |_: &mut Latest| !self.is_stopped.load(Ordering::Relaxed);
        drop(self.changed.wait_timeout_while(latest, time, is_wanted));
        !self.is_stopped.load(Ordering::Relaxed)
    }

    fn run(&self, spool: Option<&Spool>) {
        let mut rest = OFTEN;
        while self.waits(rest) {
            rest = OFTEN;
            let index = self.lock().index.clone();
            // The one before first: nobody is helped by two that are not whole.
            if !index.wait(OFTEN) {
                continue;
            }
            let known = index.shared.size;
            let (whole, is_over) = match spool {
                Some(spool) => spool.lock().so_far(),
                None => match self.file.metadata().map_or(0, |meta| meta.len()) {
                    // It was cut: what was there is not there any more, and that is said by whoever reads it.
                    size if size < known => (known, true),
                    size => (self.whole(known, size), false),
                },
            };
            if whole > known {
                let since = Instant::now();
                let Some(index) = self.index(whole) else { break };
                rest = OFTEN.max(since.elapsed() * REST);
                let mut latest = self.lock();
                let may_grow = !is_over && index.end().is_none();
                *latest = Latest { index: Arc::new(index), is_new: true, may_grow };
                if !may_grow {
                    return;
                }
            } else if is_over || index.end().is_some() {
                break;
            }
        }
        self.lock().may_grow = false;
    }

    /// The index of so much of it; `None` where nobody waits for it any more, or it cannot be read.
    fn index(&self, size: u64) -> Option<Index> {
        let bytes = TraceBytes::File(self.file.try_clone().ok()?);
        let index = Index::start(bytes, size, self.name.clone(), self.lenient).ok()?;
        while !index.wait(OFTEN) {
            if self.is_stopped.load(Ordering::Relaxed) {
                return None;
            }
        }
        Some(index)
    }

    /// Where the last whole line ends, between `from` and `to`; `from` where none does.
    fn whole(&self, from: u64, to: u64) -> u64 {
        use std::os::unix::fs::FileExt as _;
        let mut piece = vec![0; PIECE];
        let mut end = to;
        while end > from {
            let begin = end.saturating_sub(PIECE as u64).max(from);
            let piece = &mut piece[..(end - begin) as usize];
            if self.file.read_exact_at(piece, begin).is_err() {
                return from;
            }
            if let Some(at) = memchr::memrchr(b'\n', piece) {
                return begin + at as u64 + 1;
            }
            end = begin;
        }
        from
    }
}

/// What has come through a pipe.
#[derive(Debug, Default)]
struct Spool {
    state: Mutex<Spooled>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Spooled {
    size: u64,
    /// Where the last whole line ends.
    whole: u64,
    is_over: bool,
    failed: Option<io::Error>,
}

impl Spooled {
    /// How much there is, and whether that is all. What has no end yet is no line, unless nothing more can come.
    fn so_far(&self) -> (u64, bool) {
        (if self.is_over { self.size } else { self.whole }, self.is_over)
    }
}

impl Spool {
    fn lock(&self) -> MutexGuard<'_, Spooled> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn came(&self, bytes: &[u8]) {
        let mut state = self.lock();
        if let Some(at) = memchr::memrchr(b'\n', bytes) {
            state.whole = state.size + at as u64 + 1;
        }
        state.size += bytes.len() as u64;
        drop(state);
        self.changed.notify_all();
    }

    fn ends(&self, failed: Option<io::Error>) {
        let mut state = self.lock();
        (state.is_over, state.failed) = (true, failed);
        drop(state);
        self.changed.notify_all();
    }

    /// Waits for the first line, and then a little for the end: how much there is, in whole lines.
    fn beginning(&self) -> io::Result<u64> {
        let state = self.lock();
        let state = self.changed.wait_while(state, |state| state.whole == 0 && !state.is_over);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(state, SOON, |state| !state.is_over);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match state.failed.take() {
            Some(error) => Err(error),
            None => Ok(state.so_far().0),
        }
    }
}
