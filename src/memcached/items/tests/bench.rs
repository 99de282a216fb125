//! A store whose clock the test moves.

use crate::memcached::conn_queue::ThreadStats;
use crate::memcached::items::{Delta, ItemRef, Nread, Store, Stored};
use crate::memcached::settings::{Clock, Settings};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The store, and what it looks at.
pub struct Bench {
    pub store: Store,
    pub settings: Arc<Settings>,
    pub clock: Arc<Clock>,
    pub stats: ThreadStats,
}

impl Bench {
    pub fn new() -> Bench {
        Bench::with(Settings::default())
    }

    /// Pages of 4 KB, and one for each class: three chunks for values of 1,000 bytes.
    pub fn small() -> Bench {
        Bench::with(Settings { maxbytes: 1, item_size_max: 4096, ..Settings::default() })
    }

    pub fn with(mut settings: Settings) -> Bench {
        if cfg!(miri) {
            // A page has so few chunks, and the table so few locks, that it ends the same day.
            settings.item_size_max = settings.item_size_max.min(4096);
            settings.num_threads = 1;
        }
        let settings = Arc::new(settings);
        let clock = Arc::new(Clock::default());
        let store = Store::new(settings.clone(), clock.clone());
        Bench { store, settings, clock, stats: ThreadStats::default() }
    }

    /// An item as a connection has it once its value has come.
    pub fn filled(&self, key: &str, value: &str, exptime: i64) -> Option<ItemRef> {
        let exptime = self.clock.realtime(exptime);
        let mut item = self.store.item_alloc(key.as_bytes(), 5, exptime, value.len() as u32 + 2)?;
        let data = item.data_mut().unwrap();
        data[..value.len()].copy_from_slice(value.as_bytes());
        data[value.len()..].copy_from_slice(b"\r\n");
        Some(item)
    }

    pub fn store_as(&self, comm: Nread, key: &str, value: &str, cas: u64) -> Stored {
        let item = self.filled(key, value, 0).unwrap();
        item.set_cas(cas);
        let stored = self.store.store_item(&item, comm, &self.stats);
        self.store.item_remove(item);
        stored
    }

    pub fn set(&self, key: &str, value: &str) {
        assert_eq!(self.store_as(Nread::Set, key, value, 0), Stored::Stored);
    }

    pub fn set_for(&self, key: &str, exptime: i64) {
        let item = self.filled(key, "v", exptime).unwrap();
        assert_eq!(self.store.store_item(&item, Nread::Set, &self.stats), Stored::Stored);
        self.store.item_remove(item);
    }

    /// The value without its line end, and the CAS id.
    pub fn get(&self, key: &str) -> Option<(String, u64)> {
        let item = self.store.item_get(key.as_bytes())?;
        let value = item.data().strip_suffix(b"\r\n").unwrap().to_vec();
        let got = (String::from_utf8(value).unwrap(), item.cas());
        self.store.item_update(&item);
        self.store.item_remove(item);
        Some(got)
    }

    pub fn value(&self, key: &str) -> Option<String> {
        self.get(key).map(|got| got.0)
    }

    /// Which of these keys there are, without a look that would count as one.
    pub fn here<'a>(&self, keys: &[&'a str]) -> Vec<&'a str> {
        keys.iter().copied().filter(|key| self.value(key).is_some()).collect()
    }

    pub fn delete(&self, key: &str) {
        let item = self.store.item_get(key.as_bytes()).unwrap();
        self.store.item_unlink(&item);
        self.store.item_remove(item);
    }

    pub fn delta(&self, key: &str, incr: bool, by: u64) -> String {
        match self.store.add_delta(key.as_bytes(), incr, by, &self.stats) {
            Delta::Ok(text) => String::from_utf8(text.bytes().to_vec()).unwrap(),
            other => format!("{other:?}"),
        }
    }

    /// flush_all, as `process_flush_all` has it.
    pub fn flush_all(&self) {
        self.settings.oldest_live.store(self.clock.current_time() - 1, Ordering::Relaxed);
        self.settings.oldest_cas.store(self.store.next_cas_id(), Ordering::Relaxed);
    }
}

/// What one item with a one-letter key and a value of `len` takes.
pub fn ntotal(len: usize) -> usize {
    // The header, the CAS id, the key and its NUL, " 5 <len>\r\n", the value and its line end.
    48 + 8 + 2 + 3 + len.to_string().len() + 2 + len + 2
}
