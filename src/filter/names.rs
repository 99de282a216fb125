//! The names and times that a value can be.

use super::Type;
use crate::event::{ConnState, ERRNO_NAMES, EvFlags, Function, Kind, Protocol, Thread};
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error, StrDeserializer};

/// The names that a field of this type can have, if they are limited.
pub(super) fn names(ty: Type) -> Vec<&'static str> {
    match ty {
        Type::Kind => Kind::ALL.iter().map(|kind| kind.name()).collect(),
        Type::State => ConnState::ALL.iter().map(|s| s.name()).collect(),
        Type::Function => Function::ALL.iter().map(|f| f.name()).collect(),
        Type::Protocol => Protocol::ALL.iter().map(|p| p.name()).collect(),
        Type::EvFlags => vec!["EV_READ", "EV_WRITE", "EV_PERSIST"],
        Type::Thread => vec!["main", "client", "worker0", "worker1"],
        Type::Errno => ERRNO_NAMES.into(),
        _ => Vec::new(),
    }
}

/// Whether a name is one of those that a field of this type can have.
pub(super) fn is_known(ty: Type, name: &str) -> bool {
    match ty {
        Type::Kind | Type::State | Type::Function | Type::Protocol | Type::Errno => names(ty).contains(&name),
        Type::Thread => name.parse::<Thread>().is_ok(),
        Type::EvFlags => ev_flags(name).is_some(),
        _ => true,
    }
}

/// The flags of these names, in whatever order.
pub(super) fn ev_flags(text: &str) -> Option<EvFlags> {
    let text: StrDeserializer<'_, Error> = text.into_deserializer();
    EvFlags::deserialize(text).ok()
}

/// The units of a time, and how many nanoseconds they are.
const UNITS: [(&str, i128); 4] = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];

/// `1.2s`, `300ms`, `15us`, `7ns`, `7`: in nanoseconds, and exactly.
pub(super) fn time(text: &str) -> Option<i128> {
    let number = text.trim_end_matches(|c: char| c.is_alphabetic());
    let unit = match &text[number.len()..] {
        "" => 1,
        "µs" | "μs" => 1_000,
        unit => UNITS.iter().find(|u| u.0 == unit)?.1,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.len() > 9 || (whole.len() == number.len()) != fraction.is_empty() {
        return None;
    }
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = 10_i128.pow(fraction.len() as u32);
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scaled = digits.checked_mul(unit)?;
    (scaled % scale == 0).then_some(scaled / scale)
}

/// A time in the largest unit of which it is a whole number.
pub(super) fn time_text(ns: i128) -> String {
    match UNITS.iter().find(|u| ns % u.1 == 0) {
        Some((unit, of)) if ns != 0 && *of > 1 => format!("{}{unit}", ns / of),
        _ => ns.to_string(),
    }
}
