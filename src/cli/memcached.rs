//! What memcached's own options may say (`memcached.c:5197`).

use crate::event::{MODELS, Protocol};
use crate::memcached::settings::HashFunc;
use crate::texts::Language;

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
    let lang = Language::spoken();
    let (name, value) = s.split_once('=').map_or((s, None), |(name, value)| (name, Some(value)));
    match (name, value) {
        ("maxconns_fast", _) => Ok(Suboption::MaxconnsFast),
        // 1.4.24 allows up to 64, and finds no memory for it.
        ("hashpower", Some(value)) => match value.parse() {
            Ok(n @ 12..=32) => Ok(Suboption::Hashpower(n)),
            _ => Err(lang.value_hashpower().to_owned()),
        },
        ("hashpower", None) => Err(lang.value_hashpower_missing().to_owned()),
        ("hash_algorithm", Some("jenkins")) => Ok(Suboption::HashAlgorithm(HashFunc::Jenkins)),
        ("hash_algorithm", Some("murmur3")) => Ok(Suboption::HashAlgorithm(HashFunc::Murmur3)),
        ("hash_algorithm", _) => Err(lang.value_hash_algorithm().to_owned()),
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
        ) => Err(lang.value_suboption_not_here(MODELS.title, name)),
        _ => Err(lang.value_suboption_unknown(name)),
    }
}

/// `-I`: a number with `k` or `m` behind it, or none.
pub(super) fn item_size_max(s: &str) -> Result<u32, String> {
    let lang = Language::spoken();
    let (number, unit) = match s.strip_suffix(['k', 'K']) {
        Some(number) => (number, 1 << 10),
        None => s.strip_suffix(['m', 'M']).map_or((s, 1), |number| (number, 1 << 20)),
    };
    let size = number.parse::<u32>().ok().and_then(|n| n.checked_mul(unit));
    let size = size.ok_or_else(|| lang.value_item_size().to_owned())?;
    match size {
        0..1024 => Err(lang.value_item_size_small().to_owned()),
        size if size > 128 << 20 => Err(lang.value_item_size_large().to_owned()),
        size => Ok(size),
    }
}

/// `-f`.
pub(super) fn factor(s: &str) -> Result<f64, String> {
    match s.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 1.0 => Ok(factor),
        _ => Err(Language::spoken().value_factor().to_owned()),
    }
}

/// `-a`.
pub(super) fn octal(s: &str) -> Result<u32, String> {
    u32::from_str_radix(s, 8).map_err(|_| Language::spoken().value_octal().to_owned())
}

/// `-D`.
pub(super) fn delimiter(s: &str) -> Result<u8, String> {
    // The C takes the first byte and forgets the rest.
    match s.as_bytes() {
        [byte] if byte.is_ascii_graphic() => Ok(*byte),
        _ => Err(Language::spoken().value_delimiter().to_owned()),
    }
}

/// `-B`.
pub(super) fn binding_protocol(s: &str) -> Result<Protocol, String> {
    match s {
        "auto" => Ok(Protocol::Negotiating),
        "ascii" => Ok(Protocol::Ascii),
        "binary" => Ok(Protocol::Binary),
        _ => Err(Language::spoken().value_protocol().to_owned()),
    }
}

/// An option that 1.4.24 has, and this server has not.
pub(super) fn refused(
    why: fn(Language) -> &'static str,
) -> impl Fn(&str) -> Result<String, String> + Clone + Send + Sync + 'static {
    move |_| Err(why(Language::spoken()).to_owned())
}

/// The addresses of a list. Between commas there may be nothing (`memcached.c:4619`); of a list with nothing
/// in it memcached would listen nowhere.
pub(super) fn interfaces(s: &str) -> Result<String, String> {
    match s.split([',', ';']).all(str::is_empty) {
        true => Err(Language::spoken().value_address().to_owned()),
        false => Ok(s.to_owned()),
    }
}
