//! What memcached's own options may say (`memcached.c:5197`).

use crate::event::{MODELS, Protocol};
use crate::memcached::settings::HashFunc;

/// One of `-o`'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suboption {
    /// `maxconns_fast`
    MaxconnsFast,
    /// `hashpower=N`
    Hashpower(u32),
    /// `hash_algorithm=NAME`
    HashAlgorithm(HashFunc),
}

/// `-o`, one of its list.
pub(super) fn suboption(s: &str) -> Result<Suboption, String> {
    let (name, value) = s.split_once('=').map_or((s, None), |(name, value)| (name, Some(value)));
    match (name, value) {
        ("maxconns_fast", _) => Ok(Suboption::MaxconnsFast),
        // 1.4.24 allows up to 64, and finds no memory for it.
        ("hashpower", Some(value)) => match value.parse() {
            Ok(n @ 12..=32) => Ok(Suboption::Hashpower(n)),
            _ => Err("hashpower must be a number from 12 to 32".to_owned()),
        },
        ("hashpower", None) => Err("hashpower needs a number: hashpower=20".to_owned()),
        ("hash_algorithm", Some("jenkins")) => Ok(Suboption::HashAlgorithm(HashFunc::Jenkins)),
        ("hash_algorithm", Some("murmur3")) => Ok(Suboption::HashAlgorithm(HashFunc::Murmur3)),
        ("hash_algorithm", _) => Err("hash_algorithm must be jenkins or murmur3".to_owned()),
        (
            "slab_reassign"
            | "slab_automove"
            | "tail_repair_time"
            | "lru_crawler"
            | "lru_crawler_sleep"
            | "lru_crawler_tocrawl"
            | "lru_maintainer"
            | "hot_lru_pct"
            | "warm_lru_pct"
            | "expirezero_does_not_evict",
            _,
        ) => Err(format!("{} has {name}, this server has not", MODELS.title)),
        _ => Err(format!("no such option: {name}")),
    }
}

/// `-I`: a number with `k` or `m` behind it, or none.
pub(super) fn item_size_max(s: &str) -> Result<u32, String> {
    let (number, unit) = match s.strip_suffix(['k', 'K']) {
        Some(number) => (number, 1 << 10),
        None => s.strip_suffix(['m', 'M']).map_or((s, 1), |number| (number, 1 << 20)),
    };
    let size = number.parse::<u32>().ok().and_then(|n| n.checked_mul(unit));
    let size = size.ok_or_else(|| "expected a size: 512k, 1m, 2000000".to_owned())?;
    match size {
        0..1024 => Err("item max size cannot be less than 1024 bytes".to_owned()),
        size if size > 128 << 20 => Err("cannot set item size limit higher than 128 mb".to_owned()),
        size => Ok(size),
    }
}

/// `-f`.
pub(super) fn factor(s: &str) -> Result<f64, String> {
    match s.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 1.0 => Ok(factor),
        _ => Err("must be a number greater than 1".to_owned()),
    }
}

/// `-a`.
pub(super) fn octal(s: &str) -> Result<u32, String> {
    u32::from_str_radix(s, 8).map_err(|_| "expected an octal number, such as 0700".to_owned())
}

/// `-D`.
pub(super) fn delimiter(s: &str) -> Result<u8, String> {
    // The C takes the first byte and forgets the rest.
    match s.as_bytes() {
        [byte] if byte.is_ascii_graphic() => Ok(*byte),
        _ => Err("expected one visible character".to_owned()),
    }
}

/// `-B`.
pub(super) fn binding_protocol(s: &str) -> Result<Protocol, String> {
    match s {
        "auto" => Ok(Protocol::Negotiating),
        "ascii" => Ok(Protocol::Ascii),
        "binary" => Ok(Protocol::Binary),
        _ => Err("should be one of ascii, binary, or auto".to_owned()),
    }
}

/// An option that 1.4.24 has, and this server has not.
pub(super) fn refused(
    why: &'static str,
) -> impl Fn(&str) -> Result<String, String> + Clone + Send + Sync + 'static {
    move |_| Err(why.to_owned())
}

/// The addresses of a list. Between commas there may be nothing (`memcached.c:4619`); of a list with nothing
/// in it memcached would listen nowhere.
pub(super) fn interfaces(s: &str) -> Result<String, String> {
    match s.split([',', ';']).all(str::is_empty) {
        true => Err("must name an address".to_owned()),
        false => Ok(s.to_owned()),
    }
}
