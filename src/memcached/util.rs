//! memcached's `util.c`: strict number parsing. And its way of talking on stderr.

use crate::event::{errno_name, errno_words};
use crate::tracer;
use std::fmt;
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// A stack buffer that formats without allocating; what does not fit is cut.
#[derive(Debug)]
pub struct StackLine<const N: usize> {
    buf: [u8; N],
    len: usize,
}

impl<const N: usize> StackLine<N> {
    /// Formats `args`.
    pub fn new(args: fmt::Arguments<'_>) -> Self {
        let mut line = StackLine { buf: [0; N], len: 0 };
        // The only error is a full buffer, and then the line is cut.
        let _ = fmt::write(&mut line, args);
        line
    }

    /// Puts `parts` one behind the other.
    #[inline]
    pub fn joined<const P: usize>(parts: [&[u8]; P]) -> Self {
        let mut line = StackLine { buf: [0; N], len: 0 };
        for part in parts {
            line.push(part);
        }
        line
    }

    #[inline]
    fn push(&mut self, part: &[u8]) {
        let room = (N - self.len).min(part.len());
        self.buf[self.len..self.len + room].copy_from_slice(&part[..room]);
        self.len += room;
    }

    /// The bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.buf[..self.len]
    }
}

impl<const N: usize> fmt::Write for StackLine<N> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let fits = s.len() <= N - self.len;
        self.push(s.as_bytes());
        if fits { Ok(()) } else { Err(fmt::Error) }
    }
}

/// Something that threads write often, in cache lines where nothing else is: whoever reads what would
/// stand beside it does not wait for them.
#[derive(Debug)]
#[repr(align(64))]
pub struct Apart<T>(pub T);

/// What stands in memory that was just allocated. In tests it can be told from what was written there.
pub const FRESH: u8 = if cfg!(test) { 0xEE } else { 0 };

/// Locks, whatever became of a thread that held the lock: a panic ends the process anyway.
#[inline]
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    #[cfg(test)]
    if let Ok(guard) = mutex.try_lock() {
        return guard;
    }
    tracer::blocking(|| mutex.lock()).unwrap_or_else(PoisonError::into_inner)
}

/// Locks what a thread may hold while it is held itself, on the leash: whoever waits for it says so.
#[inline]
pub fn lock_in_line<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    match mutex.try_lock() {
        Ok(guard) => guard,
        Err(TryLockError::Poisoned(e)) => e.into_inner(),
        Err(TryLockError::WouldBlock) => {
            let _in_line = tracer::in_line();
            lock(mutex)
        }
    }
}

/// Prints one line on stderr in one `write`, as stdio's `fprintf(stderr, ...)` does, so that lines
/// of several threads never mix.
#[cold]
pub fn stderr_line(args: fmt::Arguments<'_>) {
    // DIFFERS: memcached gives its terminal whatever a client has sent.
    let line = format!("{args}\n");
    let line = crate::text::message(&line);
    // Nobody is left to be told that stderr is gone.
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// What `strerror` says: the system's words, without the number that Rust puts behind them.
pub fn errno_text(e: rustix::io::Errno) -> &'static str {
    errno_name(e.raw_os_error()).and_then(errno_words).unwrap_or("Unknown error")
}

/// Bytes of a client as they may be printed: control characters never reach the terminal raw.
///
/// DIFFERS: memcached prints what the client sent, escape sequences and all.
pub struct Shown<'a>(pub &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::str::from_utf8(self.0) {
            Ok(text) => f.write_str(&crate::text::printable(text)),
            Err(_) => f.write_str(&crate::text::visible(self.0)),
        }
    }
}

/// `isspace` in the C locale.
fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// What `strtoull` and its kin find at the beginning of a text: leading space and a sign allowed.
struct Digits<'a> {
    negative: bool,
    /// `None` where it is more than 64 bits hold.
    magnitude: Option<u64>,
    /// Whether there were any digits.
    any: bool,
    /// What follows them.
    rest: &'a [u8],
}

fn digits(text: &[u8]) -> Digits<'_> {
    let spaces = text.iter().take_while(|b| is_space(b)).count();
    let text = &text[spaces..];
    let (negative, text) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let magnitude = text[..end]
        .iter()
        .try_fold(0u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
    Digits { negative, magnitude, any: end > 0, rest: &text[end..] }
}

/// The same where at least one digit is wanted, no more of them than 64 bits hold, and behind them
/// a space or the end, which a NUL is to the C. Returns the sign and the magnitude.
fn strict(text: &[u8]) -> Option<(bool, u64)> {
    let found = digits(text);
    let ends = found.rest.first().is_none_or(|b| *b == 0 || is_space(b));
    found.magnitude.filter(|_| found.any && ends).map(|magnitude| (found.negative, magnitude))
}

/// `strtoull` and `strtoul` wrap a negative number around; the C refuses a result that would be
/// negative as a signed number if the text has a minus in it anywhere.
fn unsigned(text: &[u8]) -> Option<u64> {
    let (negative, magnitude) = strict(text)?;
    let value = if negative { magnitude.wrapping_neg() } else { magnitude };
    let text = &text[..memchr::memchr(0, text).unwrap_or(text.len())];
    ((value as i64) >= 0 || memchr::memchr(b'-', text).is_none()).then_some(value)
}

/// An unsigned 64-bit number (`util.c:14`).
pub fn safe_strtoull(text: &[u8]) -> Option<u64> {
    unsigned(text)
}

/// An unsigned 64-bit number, of which the C keeps the lower 32 (`util.c:56`).
pub fn safe_strtoul(text: &[u8]) -> Option<u32> {
    unsigned(text).map(|value| value as u32)
}

/// A signed 64-bit number, of which the C keeps the lower 32 (`util.c:85`).
pub fn safe_strtol(text: &[u8]) -> Option<i32> {
    let (negative, magnitude) = strict(text)?;
    signed(negative, magnitude).map(|value| value as i32)
}

fn signed(negative: bool, magnitude: u64) -> Option<i64> {
    match negative {
        true => 0i64.checked_sub_unsigned(magnitude),
        false => i64::try_from(magnitude).ok(),
    }
}

/// `strtoul(text, NULL, 10)`: as many digits as there are, 0 where there are none, and the highest
/// number where there are too many.
pub fn strtoul(text: &[u8]) -> u64 {
    let found = digits(text);
    match found.magnitude {
        Some(value) if found.negative => value.wrapping_neg(),
        Some(value) => value,
        None => u64::MAX,
    }
}

/// `strtol(text, NULL, 10)`: as many digits as there are, 0 where there are none; `None` where the
/// C has `ERANGE`.
pub fn strtol(text: &[u8]) -> Option<i64> {
    let found = digits(text);
    signed(found.negative, found.magnitude?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_strictly_as_memcached_reads_them() {
        assert_eq!(safe_strtoull(b"42"), Some(42));
        assert_eq!(safe_strtoull(b"42 \r\n"), Some(42));
        assert_eq!(safe_strtoull(b"\x0b +42\0x"), Some(42), "a NUL ends the C's text");
        assert_eq!(safe_strtoull(b"42x"), None);
        assert_eq!(safe_strtoull(b" - 42"), None);
        assert_eq!(safe_strtoull(b""), None);
        assert_eq!(safe_strtoull(b"-1"), None);
        assert_eq!(safe_strtoull(b"-18446744073709551615"), Some(1), "wrapped around");
        assert_eq!(safe_strtoull(b"18446744073709551615 -"), None, "a minus anywhere");
        assert_eq!(safe_strtoull(b"1 -"), Some(1));
        assert_eq!(safe_strtoull(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(safe_strtoull(b"18446744073709551616"), None);
        assert_eq!(safe_strtol(b"-1"), Some(-1));
        assert_eq!(safe_strtol(b"4294967300"), Some(4), "cut to 32 bits, as in the C");
        assert_eq!(safe_strtol(b"-9223372036854775808"), Some(0));
        assert_eq!(safe_strtol(b"9223372036854775808"), None);
        assert_eq!(safe_strtoul(b"4294967295"), Some(u32::MAX));
        assert_eq!(strtoul(b"3x"), 3);
        assert_eq!(strtoul(b"x"), 0);
        assert_eq!(strtoul(b"-99999999999999999999"), u64::MAX);
        assert_eq!(strtol(b"-3x"), Some(-3));
        assert_eq!(strtol(b"99999999999999999999"), None);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut() {
        assert_eq!(StackLine::<4>::new(format_args!("ab{}", "cdef")).bytes(), b"abcd");
    }
}
