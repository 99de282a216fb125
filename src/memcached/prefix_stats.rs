//! `stats.c`: what commands did to the keys of each prefix, counted under `-D` and `stats detail on`.

use super::util::lock;
use std::sync::Mutex;

/// How many buckets the prefixes fall to, and so in which order `stats detail dump` has them.
const PREFIX_HASH_SIZE: usize = 256;

/// `PREFIX_STATS` (`stats.c:21`).
#[derive(Debug)]
struct Prefix {
    prefix: Vec<u8>,
    num_gets: u64,
    num_sets: u64,
    num_deletes: u64,
    num_hits: u64,
}

/// What is counted of a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrefixOp {
    /// A key was asked for, and found or not.
    Get {
        /// Found.
        is_hit: bool,
    },
    /// A value was announced.
    Set,
    /// A key was to be deleted.
    Delete,
}

/// The table of prefixes. The C guards it with `STATS_LOCK`.
#[derive(Debug, Default)]
pub struct PrefixStats(Mutex<Vec<Vec<Prefix>>>);

impl PrefixStats {
    /// `stats_prefix_record_get`, `_set` and `_delete` (`stats.c:122`): of a key that has `delimiter` in
    /// it. The memory for a prefix is never given back but by [`PrefixStats::clear`].
    pub fn record(&self, key: &[u8], delimiter: u8, hash: impl Fn(&[u8]) -> u32, what: PrefixOp) {
        let Some(length) = memchr::memchr(delimiter, key) else { return };
        let prefix = &key[..length];
        let mut table = lock(&self.0);
        if table.is_empty() {
            table.resize_with(PREFIX_HASH_SIZE, Vec::new);
        }
        let Some(bucket) = table.get_mut(hash(prefix) as usize % PREFIX_HASH_SIZE) else { return };
        // As in the C, one of which it is the beginning will do (`stats.c:89`); the newest comes first.
        let at = bucket.iter().rposition(|p| p.prefix.starts_with(prefix)).unwrap_or_else(|| {
            let prefix = prefix.to_vec();
            bucket.push(Prefix { prefix, num_gets: 0, num_sets: 0, num_deletes: 0, num_hits: 0 });
            bucket.len() - 1
        });
        let p = &mut bucket[at];
        match what {
            PrefixOp::Get { is_hit } => {
                p.num_gets += 1;
                p.num_hits += u64::from(is_hit);
            }
            PrefixOp::Set => p.num_sets += 1,
            PrefixOp::Delete => p.num_deletes += 1,
        }
    }

    /// `stats_prefix_clear` (`stats.c:46`).
    pub fn clear(&self) {
        lock(&self.0).clear();
    }

    /// `stats_prefix_dump` (`stats.c:168`), with `END`.
    pub fn dump(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for p in lock(&self.0).iter().flat_map(|bucket| bucket.iter().rev()) {
            let (gets, hits, sets, deletes) = (p.num_gets, p.num_hits, p.num_sets, p.num_deletes);
            text.extend_from_slice(b"PREFIX ");
            text.extend_from_slice(&p.prefix);
            text.extend_from_slice(format!(" get {gets} hit {hits} set {sets} del {deletes}\r\n").as_bytes());
        }
        text.extend_from_slice(b"END\r\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_counted_by_what_stands_before_the_delimiter() {
        let stats = PrefixStats::default();
        let hash = |prefix: &[u8]| u32::from(prefix[0]);
        stats.record(b"nothing", b':', hash, PrefixOp::Set);
        for (key, what) in [
            (&b"b:1"[..], PrefixOp::Set),
            (b"b:1", PrefixOp::Get { is_hit: true }),
            (b"b:2", PrefixOp::Get { is_hit: false }),
            (b"a:1", PrefixOp::Delete),
        ] {
            stats.record(key, b':', hash, what);
        }
        let expected = "PREFIX a get 0 hit 0 set 0 del 1\r\nPREFIX b get 2 hit 1 set 1 del 0\r\nEND\r\n";
        assert_eq!(String::from_utf8_lossy(&stats.dump()), expected);
        stats.clear();
        assert_eq!(stats.dump(), b"END\r\n");
    }
}
