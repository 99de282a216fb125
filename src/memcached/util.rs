//! memcached's `util.c`: strict number parsing. And its way of talking on stderr.

use std::fmt;
use std::io::Write as _;

/// A stack buffer that formats without allocating; what does not fit is cut.
#[derive(Debug)]
pub struct Line<const N: usize> {
    buf: [u8; N],
    len: usize,
}

impl<const N: usize> Line<N> {
    /// Formats `args`.
    pub fn new(args: fmt::Arguments<'_>) -> Self {
        let mut line = Line { buf: [0; N], len: 0 };
        // The only error is a full buffer, and then the line is cut.
        let _ = fmt::write(&mut line, args);
        line
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.buf[..self.len]
    }
}

impl<const N: usize> fmt::Write for Line<N> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let room = (N - self.len).min(s.len());
        self.buf[self.len..self.len + room].copy_from_slice(&s.as_bytes()[..room]);
        self.len += room;
        if room < s.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

/// Prints one line on stderr in one `write`, as stdio's `fprintf(stderr, ...)` does, so that lines
/// of several threads never mix.
pub fn stderr_line(args: fmt::Arguments<'_>) {
    let mut line = Line::<4096>::new(args);
    let end = line.len.min(4095);
    line.buf[end] = b'\n';
    // Nobody is left to be told that stderr is gone.
    let _ = std::io::stderr().write_all(&line.buf[..=end]);
}

/// What `strerror` says: the system's words, without the number that Rust puts behind them.
pub fn errno_text(e: rustix::io::Errno) -> &'static str {
    nix::errno::Errno::from_raw(e.raw_os_error()).desc()
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

/// Reads digits as `strtoull` does: leading space and a sign allowed, at least one digit, and what
/// follows must be a space or the end. Returns the sign and the magnitude.
fn digits(text: &[u8]) -> Option<(bool, u64)> {
    let text = text.trim_ascii_start();
    let (negative, text) = match text.first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    if end == 0 || text.get(end).is_some_and(|b| !is_space(b)) {
        return None;
    }
    let mut value = 0u64;
    for digit in &text[..end] {
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    Some((negative, value))
}

/// An unsigned 64-bit number (`util.c:14`). A minus sign is refused, as there, where the value
/// would look negative as a signed number.
pub fn safe_strtoull(text: &[u8]) -> Option<u64> {
    match digits(text)? {
        (false, value) => Some(value),
        // strtoull wraps a negative number around; the C refuses it if the wrapped value, taken as
        // signed, is negative and the text holds a minus.
        (true, value) => {
            let wrapped = value.wrapping_neg();
            ((wrapped as i64) >= 0).then_some(wrapped)
        }
    }
}

/// An unsigned 32-bit number (`util.c:54`).
pub fn safe_strtoul(text: &[u8]) -> Option<u32> {
    // strtoul works on 64 bits here; a minus is refused where the value looks negative, and the
    // result is cut to 32 bits by the assignment.
    match digits(text)? {
        (false, value) => Some(value as u32),
        (true, value) => {
            let wrapped = value.wrapping_neg();
            ((wrapped as i64) >= 0).then_some(wrapped as u32)
        }
    }
}

/// A signed number of 64 bits, of which the C keeps the lower 32 (`util.c:86`).
pub fn safe_strtol(text: &[u8]) -> Option<i32> {
    let (negative, value) = digits(text)?;
    let value = i64::try_from(value).ok()?;
    Some((if negative { -value } else { value }) as i32)
}

/// `strtoul(text, NULL, 10)`: as many digits as there are, 0 where there are none.
pub fn strtoul(text: &[u8]) -> u64 {
    let text = text.trim_ascii_start();
    let (negative, text) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let mut value = 0u64;
    for digit in text.iter().take_while(|b| b.is_ascii_digit()) {
        value = value.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    }
    if negative { value.wrapping_neg() } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_strictly_as_memcached_reads_them() {
        assert_eq!(safe_strtoull(b"42"), Some(42));
        assert_eq!(safe_strtoull(b"42 \r\n"), Some(42));
        assert_eq!(safe_strtoull(b"42x"), None);
        assert_eq!(safe_strtoull(b""), None);
        assert_eq!(safe_strtoull(b"-1"), None);
        assert_eq!(safe_strtoull(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(safe_strtoull(b"18446744073709551616"), None);
        assert_eq!(safe_strtol(b"-1"), Some(-1));
        assert_eq!(safe_strtol(b"4294967300"), Some(4), "cut to 32 bits, as in the C");
        assert_eq!(safe_strtoul(b"4294967295"), Some(u32::MAX));
        assert_eq!(strtoul(b"3x"), 3);
        assert_eq!(strtoul(b"x"), 0);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut() {
        assert_eq!(Line::<4>::new(format_args!("ab{}", "cdef")).bytes(), b"abcd");
    }
}
