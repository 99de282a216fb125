//! `slabs.c`: pages of memory, cut into chunks of one class's size, and what is free of them.

use super::chunk::{CHUNK_ALIGN_BYTES, Chunk, Page};
use super::header::HEADER;
use crate::memcached::settings::{MAX_NUMBER_OF_SLAB_CLASSES, Settings};
use crate::memcached::util::stderr_line;

/// The first class that items can be of (`memcached.h:79`).
pub(super) const POWER_SMALLEST: usize = 1;

/// The chunk sizes, by class: what `-f`, `-n` and `-I` come to. Fixed once the server runs, so that
/// nobody needs a lock to read them.
#[derive(Debug)]
pub(super) struct Sizes {
    /// From class 1 on.
    sizes: Vec<u32>,
    item_size_max: u32,
}

impl Sizes {
    /// The first half of `slabs_init` (`slabs.c:98`).
    pub fn new(settings: &Settings) -> Sizes {
        let mut size = HEADER as u32 + settings.chunk_size;
        let mut sizes = Vec::new();
        // The C compares in double precision, too.
        while sizes.len() < MAX_NUMBER_OF_SLAB_CLASSES - 2
            && f64::from(size) <= f64::from(settings.item_size_max) / settings.factor
        {
            size = size.next_multiple_of(CHUNK_ALIGN_BYTES as u32);
            sizes.push(size);
            size = (f64::from(size) * settings.factor) as u32;
        }
        sizes.push(settings.item_size_max);
        let sizes = Sizes { sizes, item_size_max: settings.item_size_max };
        if settings.verbose() > 1 {
            for line in sizes.lines() {
                stderr_line(format_args!("{line}"));
            }
        }
        sizes
    }

    /// What `-vv` prints (`slabs.c:126`).
    pub fn lines(&self) -> impl Iterator<Item = String> {
        (POWER_SMALLEST..=self.power_largest()).map(|id| {
            let (size, perslab) = (self.size(id), self.perslab(id));
            format!("slab class {id:3}: chunk size {size:9} perslab {perslab:7}")
        })
    }

    /// `slabs_clsid` (`slabs.c:83`): the class with the smallest chunks that are large enough.
    #[inline]
    pub fn clsid(&self, size: usize) -> Option<usize> {
        let id = POWER_SMALLEST + self.sizes.partition_point(|s| (*s as usize) < size);
        (id <= self.power_largest()).then_some(id)
    }

    /// The highest class.
    pub fn power_largest(&self) -> usize {
        self.sizes.len()
    }

    /// The size of a class's chunks.
    #[inline]
    pub fn size(&self, id: usize) -> usize {
        self.sizes[id - POWER_SMALLEST] as usize
    }

    /// How many of them a page has.
    pub fn perslab(&self, id: usize) -> usize {
        self.item_size_max as usize / self.size(id)
    }
}

/// `slabclass_t` (`slabs.c:26`).
#[derive(Debug, Default)]
struct SlabClass {
    /// The first free chunk; `next` leads to the others.
    slots: Option<Chunk>,
    /// How many are free.
    sl_curr: usize,
    /// The pages that it has.
    slabs: Vec<Page>,
    /// How many bytes the items asked for that have its chunks.
    requested: usize,
}

/// What the C keeps under `slabs_lock`.
#[derive(Debug)]
pub(super) struct Slabs {
    slabclass: Vec<SlabClass>,
    mem_limit: usize,
    mem_malloced: usize,
    next_id: u32,
}

/// A class's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub(super) struct ClassFigures {
    pub slabs: usize,
    pub sl_curr: usize,
    pub requested: usize,
}

/// A chunk from the free list.
#[derive(Debug)]
pub(super) struct FreeChunk {
    pub chunk: Chunk,
    /// What a trace will name the item by.
    pub id: u32,
}

impl Slabs {
    /// The second half of `slabs_init`: no page yet.
    pub fn new(settings: &Settings) -> Slabs {
        let slabclass = (0..MAX_NUMBER_OF_SLAB_CLASSES).map(|_| SlabClass::default()).collect();
        // memcached's own tests let it believe that so much is taken already.
        let taken = std::env::var("T_MEMD_INITIAL_MALLOC").ok().and_then(|n| n.parse().ok());
        let mem_limit = usize::try_from(settings.maxbytes).unwrap_or(usize::MAX);
        Slabs { slabclass, mem_limit, mem_malloced: taken.unwrap_or(0), next_id: 1 }
    }

    /// `do_slabs_alloc` (`slabs.c:228`): a chunk for an item of `size` bytes. Where a page must be taken for
    /// it, `has_page` is told its size before anything is taken out of it.
    pub fn alloc(
        &mut self,
        sizes: &Sizes,
        size: usize,
        id: usize,
        has_page: impl FnOnce(usize),
    ) -> Option<FreeChunk> {
        if self.slabclass[id].slots.is_none() {
            has_page(self.newslab(sizes, id)?);
        }
        let p = &mut self.slabclass[id];
        let chunk = p.slots?;
        p.slots = chunk.next();
        if let Some(first) = p.slots {
            first.set_prev(None);
        }
        chunk.take_from_freelist();
        p.sl_curr -= 1;
        p.requested += size;
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1).max(1);
        Some(FreeChunk { chunk, id })
    }

    /// `do_slabs_free` (`slabs.c:269`): of an item that took `size` bytes.
    pub fn free(&mut self, chunk: Chunk, size: usize, id: usize) {
        self.put_on_freelist(chunk, id);
        self.slabclass[id].requested -= size;
    }

    fn put_on_freelist(&mut self, chunk: Chunk, id: usize) {
        let p = &mut self.slabclass[id];
        chunk.set_slabbed();
        chunk.set_prev(None);
        chunk.set_next(p.slots);
        if let Some(next) = p.slots {
            next.set_prev(Some(chunk));
        }
        p.slots = Some(chunk);
        p.sl_curr += 1;
    }

    /// `do_slabs_newslab` (`slabs.c:198`): one more page for a class. The first page a class gets
    /// whatever `-m` says.
    fn newslab(&mut self, sizes: &Sizes, id: usize) -> Option<usize> {
        let (size, perslab) = (sizes.size(id), sizes.perslab(id));
        let len = size * perslab;
        let over = self.mem_limit != 0 && self.mem_malloced.saturating_add(len) > self.mem_limit;
        if over && !self.slabclass[id].slabs.is_empty() {
            return None;
        }
        let page = Page::allocate(size, perslab)?;
        for chunk in page.chunks() {
            self.put_on_freelist(chunk, id);
        }
        self.slabclass[id].slabs.push(page);
        self.mem_malloced += len;
        Some(len)
    }

    /// What `do_slabs_stats` reads of a class.
    pub fn figures(&self, id: usize) -> ClassFigures {
        let p = &self.slabclass[id];
        ClassFigures { slabs: p.slabs.len(), sl_curr: p.sl_curr, requested: p.requested }
    }

    /// All bytes of all pages.
    pub fn mem_malloced(&self) -> usize {
        self.mem_malloced
    }
}

impl Drop for Slabs {
    fn drop(&mut self) {
        for page in self.slabclass.iter_mut().flat_map(|p| p.slabs.drain(..)) {
            page.free_unless_used();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is taken and given back, in whatever order: no chunk has two owners, all are accounted
        /// for, and there are no more pages than `-m` allows, but for each class's first.
        #[test]
        #[cfg_attr(miri, ignore = "hundreds of steps, and the other tests show Miri the same")]
        fn every_chunk_is_taken_or_free_and_never_both(
            steps in vec((any::<bool>(), 60usize..4096, any::<prop::sample::Index>()), 1..300),
            pages in 0u64..6,
        ) {
            let settings =
                Settings { item_size_max: 4096, maxbytes: (pages * 4096).max(1), ..Settings::default() };
            let (sizes, mut slabs) = (Sizes::new(&settings), Slabs::new(&settings));
            let mut taken: Vec<(Chunk, usize, usize)> = Vec::new();
            for (take, size, which) in steps {
                if take || taken.is_empty() {
                    let id = sizes.clsid(size).unwrap();
                    let before = slabs.figures(id);
                    let mut page = false;
                    match slabs.alloc(&sizes, size, id, |_| page = true) {
                        Some(got) => {
                            prop_assert!(taken.iter().all(|t| t.0 != got.chunk));
                            prop_assert_eq!(page, before.sl_curr == 0);
                            taken.push((got.chunk, size, id));
                        }
                        None => prop_assert!(before.sl_curr == 0 && before.slabs > 0),
                    }
                } else {
                    let (chunk, size, id) = taken.swap_remove(which.index(taken.len()));
                    prop_assert_eq!(chunk.refcount_decr(), 0);
                    slabs.free(chunk, size, id);
                }
                let mut bytes = 0;
                for id in POWER_SMALLEST..=sizes.power_largest() {
                    let (has, of) = (slabs.figures(id), taken.iter().filter(|t| t.2 == id));
                    prop_assert_eq!(has.slabs * sizes.perslab(id), has.sl_curr + of.clone().count());
                    prop_assert_eq!(has.requested, of.map(|t| t.1).sum::<usize>());
                    let len = sizes.size(id) * sizes.perslab(id);
                    bytes += has.slabs * len;
                }
                prop_assert_eq!(bytes, slabs.mem_malloced());
                let first = |id| slabs.figures(id).slabs.min(1) * sizes.size(id) * sizes.perslab(id);
                let firsts: usize = (POWER_SMALLEST..=sizes.power_largest()).map(first).sum();
                prop_assert!(bytes <= (settings.maxbytes as usize).max(firsts) + firsts);
            }
            for (chunk, size, id) in taken {
                chunk.refcount_decr();
                slabs.free(chunk, size, id);
            }
        }
    }
}
