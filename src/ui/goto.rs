//! Places in a recording, as `--at` and the command line name them.

use crate::text::printable;
use crate::texts::Language;
use std::str::FromStr;

/// A place in a recording.
#[derive(Debug, Clone, PartialEq)]
pub enum GoTo {
    /// The state after the event of that number.
    Seq(u64),
    /// The state at so many nanoseconds since the start.
    Time(u64),
    /// So much of the way, 0 to 100.
    Percent(f64),
    /// The chapter whose title begins so.
    Mark(String),
}

impl FromStr for GoTo {
    type Err = String;

    fn from_str(text: &str) -> Result<GoTo, String> {
        let text = text.trim();
        if let Ok(seq) = text.parse() {
            return Ok(GoTo::Seq(seq));
        }
        if let Some(percent) = text.strip_suffix('%').and_then(|n| n.trim().parse::<f64>().ok()) {
            return if (0.0..=100.0).contains(&percent) {
                Ok(GoTo::Percent(percent))
            } else {
                Err(Language::spoken().no_such_percent(percent.to_string()))
            };
        }
        if let Some(time) = time(text) {
            return time.map(GoTo::Time);
        }
        if text.chars().any(char::is_alphabetic) {
            return Ok(GoTo::Mark(text.to_owned()));
        }
        Err(Language::spoken().no_such_place(printable(text).into_owned()))
    }
}

/// `1.25s`, `100ms`, `7us`, `90ns`; `None` where it is nothing of the kind.
fn time(text: &str) -> Option<Result<u64, String>> {
    let number = text.trim_end_matches(|c: char| c.is_alphabetic() || c == 'µ');
    let unit = match text[number.len()..].trim() {
        "s" => 1e9,
        "ms" => 1e6,
        "us" | "µs" => 1e3,
        "ns" => 1.0,
        _ => return None,
    };
    let value: f64 = number.trim().parse().ok()?;
    let ns = value * unit;
    // Beyond 2^63 ns lies no recording.
    Some(if (0.0..9.2e18).contains(&ns) {
        Ok(ns as u64)
    } else {
        Err(Language::spoken().no_such_time(printable(text).into_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_one_would_write_them() {
        assert_eq!("123".parse(), Ok(GoTo::Seq(123)));
        assert_eq!("1.25s".parse(), Ok(GoTo::Time(1_250_000_000)));
        assert_eq!("100ms".parse(), Ok(GoTo::Time(100_000_000)));
        assert_eq!("7 µs".parse(), Ok(GoTo::Time(7_000)));
        assert_eq!("50%".parse(), Ok(GoTo::Percent(50.0)));
        assert_eq!("start-up".parse(), Ok(GoTo::Mark("start-up".into())));
        for bad in ["-5s", "101%", "1e300s", "!", ""] {
            assert!(bad.parse::<GoTo>().is_err(), "{bad}");
        }
    }
}
