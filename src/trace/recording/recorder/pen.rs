//! The pen that writes a line: everything is put into room that is there already, in pieces whose
//! length is known when this is compiled, wherever that can be.
//!
//! A copy of a length that is not known is a call, and room that may have to grow is looked after for
//! every piece: with the twenty pieces of a line, both cost more than the bytes do. So a pen copies a
//! few bytes more than it needs, over which the next piece is written.

use crate::text::harmless_json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// Writes into room that is large enough: who asks for a pen says how much it may write at most.
pub(super) struct LinePen<'a> {
    room: &'a mut [u8],
    /// Where the next byte goes.
    at: usize,
}

/// How many bytes of room there must be beyond those that are meant: what is put down in one piece finds as much.
pub(super) const BEYOND: usize = 128;
/// How long what goes up has before its last digits may be.
pub(super) const ABOVE: usize = 32;
/// Room for a member: its beginning, of 32 bytes at most, and a short value.
const MEMBER: usize = 64;

impl<'a> LinePen<'a> {
    pub fn new(room: &'a mut [u8]) -> LinePen<'a> {
        LinePen { room, at: 0 }
    }

    /// How many bytes have been written.
    #[inline(always)]
    pub fn written(&self) -> usize {
        self.at
    }

    /// Takes back what was written after so many bytes, or takes what was put there.
    #[inline(always)]
    pub fn goes_on_at(&mut self, at: usize) {
        self.at = at;
    }

    /// The same pen, for what happens seldom: where a pen is handed on by reference, it stays in
    /// memory and does not get into the processor's registers.
    #[inline(always)]
    pub fn seldom(&mut self, write: impl FnOnce(&mut LinePen<'_>)) {
        let mut pen = LinePen { room: self.room, at: self.at };
        write(&mut pen);
        self.at = pen.at;
    }

    /// The same for what happens so seldom that its code is to stand elsewhere.
    #[inline(always)]
    pub fn rarely(&mut self, write: impl FnOnce(&mut LinePen<'_>)) {
        #[cold]
        #[inline(never)]
        fn elsewhere<'a>(pen: &mut LinePen<'a>, write: impl FnOnce(&mut LinePen<'a>)) {
            write(pen);
        }
        self.seldom(|pen| elsewhere(pen, write));
    }

    /// Puts a byte over one that has been written.
    #[inline(always)]
    pub fn over(&mut self, at: usize, byte: u8) {
        self.room[at] = byte;
    }

    /// The next `N` bytes of room: what is put at places in them that are known when this is compiled is not
    /// looked at again.
    #[inline(always)]
    pub(super) fn window<const N: usize>(&mut self) -> &mut [u8; N] {
        const { assert!(N <= BEYOND) };
        match self.room[self.at..].first_chunk_mut() {
            Some(window) => window,
            None => no_room(),
        }
    }

    #[inline(always)]
    pub fn byte(&mut self, byte: u8) {
        self.some(&[byte], 1);
    }

    /// So many bytes of these.
    #[inline(always)]
    pub(super) fn some<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        *self.window() = *bytes;
        self.at += len;
    }

    /// Bytes, however many.
    #[inline(always)]
    pub fn copied(&mut self, bytes: &[u8]) {
        let at = self.at;
        self.room[at..at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }

    /// Words of our own, which need no escaping. To be called with what is known when this is
    /// compiled, which makes it a few stores; [`own`](LinePen::own) is for what is not.
    #[inline(always)]
    pub fn raw(&mut self, words: &'static str) {
        self.copied(words.as_bytes());
    }

    /// A member's whole beginning, as [`raw`](LinePen::raw) writes it (`,"to":"`), and a word of our own.
    #[inline(always)]
    pub fn word(&mut self, key: &'static str, word: &str) {
        let (key, word) = (key.as_bytes(), word.as_bytes());
        let window = self.window::<MEMBER>();
        let (Some(begins), true) = (window.get_mut(..key.len()), key.len() <= ABOVE) else { no_room() };
        begins.copy_from_slice(key);
        // Two pieces that overlap: the first and the last bytes of it.
        let (from, len) = (key.len(), word.len());
        match (word.first_chunk::<8>(), word.last_chunk::<8>()) {
            (Some(first), Some(last)) if len <= 16 => {
                window[from..from + 8].copy_from_slice(first);
                window[from + len - 8..from + len].copy_from_slice(last);
                window[from + len] = b'"';
                self.at += from + len + 1;
            }
            _ => {
                self.at += from;
                self.own(word);
                self.byte(b'"');
            }
        }
    }

    /// A word of our own, in ASCII.
    #[inline(always)]
    pub fn own(&mut self, word: &[u8]) {
        #[inline(always)]
        fn by<const N: usize>(pen: &mut LinePen<'_>, word: &[u8]) -> bool {
            let (Some(first), Some(last)) = (word.first_chunk::<N>(), word.last_chunk::<N>()) else {
                return false;
            };
            if word.len() > 2 * N {
                return false;
            }
            pen.some(first, word.len() - N);
            pen.some(last, N);
            true
        }
        if !(by::<4>(self, word) || by::<8>(self, word) || by::<16>(self, word) || by::<2>(self, word)) {
            self.copied(word);
        }
    }

    /// A member's whole beginning, and a number.
    #[inline(always)]
    pub fn number(&mut self, key: &'static str, n: impl Into<i64>) {
        self.number_and(key, n, "");
    }

    /// The same, and what stands after it.
    #[inline(always)]
    pub fn number_and(&mut self, key: &'static str, n: impl Into<i64>, after: &'static str) {
        let (n, key) = (n.into(), key.as_bytes());
        let window = self.window::<MEMBER>();
        let (Some(begins), true) = (window.get_mut(..key.len()), key.len() <= ABOVE) else { no_room() };
        begins.copy_from_slice(key);
        match usize::try_from(n).ok().and_then(|n| SMALL.get(n)) {
            Some(small) => {
                window[key.len()..key.len() + 4].copy_from_slice(small);
                // It has three digits at most.
                let end = key.len() + usize::from(small[3] & 3);
                window[end..end + after.len()].copy_from_slice(after.as_bytes());
                self.at += end + after.len();
            }
            None => {
                self.at = large(self.room, self.at + key.len(), n);
                self.raw(after);
            }
        }
    }

    /// The same for a number without a sign.
    pub fn unsigned(&mut self, key: &'static str, n: u64) {
        self.raw(key);
        self.seldom(|pen| pen.copied(itoa::Buffer::new().format(n).as_bytes()));
    }

    /// Bytes in base64.
    pub fn base64(&mut self, bytes: &[u8]) {
        let at = self.at;
        // Four characters are enough for three bytes, and there is room, so this cannot fail.
        self.at += STANDARD.encode_slice(bytes, &mut self.room[at..]).unwrap_or(0);
    }

    /// Writes ASCII, escaped as serde_json does it. Where it is not ASCII nothing is written, and
    /// `false` returned.
    #[inline(always)]
    pub fn ascii(&mut self, text: &[u8]) -> bool {
        let at = self.at;
        let end = escaped::<true>(self.room, at, text);
        self.goes_on_at(end.unwrap_or(at));
        end.is_some()
    }

    /// Writes text, escaped as [`to_json`](crate::text::to_json) does it.
    pub fn text(&mut self, text: &str) {
        let at = self.at;
        // Text is never refused.
        let end = escaped::<false>(self.room, at, text.as_bytes()).unwrap_or(at);
        self.goes_on_at(end);
        if let Ok(Cow::Owned(harmless)) = std::str::from_utf8(&self.room[at..end]).map(harmless_json) {
            self.goes_on_at(at);
            self.copied(harmless.as_bytes());
        }
    }
}

/// Who asks for a pen says how much it may write; this is more.
#[cold]
#[inline(never)]
fn no_room() -> ! {
    panic!("a line is longer than was said")
}

/// A member whose number goes up and up: what stands before its last digits is seldom another one.
pub(super) struct Rising<const LAST: usize> {
    /// The member's beginning, and all digits but the last ones.
    text: [u8; ABOVE],
    len: usize,
    key: &'static str,
    /// The number with zeros for its last digits.
    base: u64,
}

impl<const LAST: usize> Rising<LAST> {
    const STEP: u64 = 10u64.pow(LAST as u32);

    /// `key` is the member's whole beginning, `,"t":`.
    pub fn new(key: &'static str) -> Self {
        let mut rising = Rising { text: [0; ABOVE], len: 0, key, base: 0 };
        rising.rises(0);
        rising
    }

    #[cold]
    #[inline(never)]
    fn rises(&mut self, n: u64) {
        let above = n / Self::STEP;
        let mut buffer = itoa::Buffer::new();
        let digits = if above > 0 { buffer.format(above) } else { "" };
        let text = self.text.iter_mut().zip(self.key.bytes().chain(digits.bytes()));
        (self.len, self.base) = (text.map(|(to, byte)| *to = byte).count(), above * Self::STEP);
    }

    /// Writes it from `at` on; where it ends.
    #[inline(always)]
    pub fn write(&mut self, room: &mut [u8; BEYOND], at: usize, n: u64) -> usize {
        if n.wrapping_sub(self.base) >= Self::STEP {
            self.rises(n);
        }
        let below = n - self.base;
        room[at..at + ABOVE].copy_from_slice(&self.text);
        let at = at + self.len;
        if self.base == 0 {
            large(room, at, below as i64)
        } else if LAST == 4 {
            room[at..at + 4].copy_from_slice(&four_digits(below as u32));
            at + 4
        } else {
            room[at..at + 8].copy_from_slice(&eight_digits(below as u32));
            at + 8
        }
    }
}

impl<const LAST: usize> std::fmt::Debug for Rising<LAST> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rising").field("key", &self.key).field("base", &self.base).finish()
    }
}

/// The numbers that most fields have: their digits, and how many those are.
static SMALL: [[u8; 4]; 1000] = {
    let mut small = [[0; 4]; 1000];
    let mut n = 0;
    while n < 1000 {
        let [a, b, c] = [b'0' + (n / 100) as u8, b'0' + (n / 10 % 10) as u8, b'0' + (n % 10) as u8];
        small[n] = match n {
            0..10 => [c, 0, 0, 1],
            10..100 => [b, c, 0, 2],
            _ => [a, b, c, 3],
        };
        n += 1;
    }
    small
};

/// Writes any number; where the next byte is to stand.
#[inline(never)]
fn large(room: &mut [u8], at: usize, n: i64) -> usize {
    if let Some(window) = room[at..].first_chunk_mut()
        && (1..100_000_000).contains(&n)
    {
        let digits = u64::from_le_bytes(eight_digits(n as u32));
        // The first of them, which is stored lowest, is 0 as often as there are digits too many.
        let zeros = (digits & !(EACH * u64::from(b'0'))).trailing_zeros() as usize / 8;
        *window = (digits >> (8 * zeros)).to_le_bytes();
        return at + 8 - zeros;
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(n).as_bytes();
    room[at..at + digits.len()].copy_from_slice(digits);
    at + digits.len()
}

/// The digits of a number below 100,000,000, with zeros before it: halves it until each byte has its
/// digit, all of them at once.
#[inline(always)]
fn eight_digits(n: u32) -> [u8; 8] {
    // Two numbers of four digits, in 32 bits each; the first one lowest, since that is how they are
    // stored.
    let fours = u64::from(n / 10_000) | u64::from(n % 10_000) << 32;
    // Divided by 100 (10486 / 2^20 is as much, below 10,000), and then by 10 (103 / 2^10, below 100).
    let high = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = high | (fours - high * 100) << 16;
    let high = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    let ones = high | (twos - high * 10) << 8;
    (ones | (EACH * u64::from(b'0'))).to_le_bytes()
}

/// The same of a number below 10,000.
#[inline(always)]
fn four_digits(n: u32) -> [u8; 4] {
    let high = (n * 10_486) >> 20;
    let twos = high | (n - high * 100) << 16;
    let high = ((twos * 103) >> 10) & 0x000f_000f;
    let ones = high | (twos - high * 10) << 8;
    (ones | 0x3030_3030).to_le_bytes()
}

/// 1 in each byte.
const EACH: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each byte that JSON does not take as it is, and perhaps of those after the
/// first of them.
#[inline(always)]
fn special(eight: u64) -> u64 {
    // A byte that is lower than another one borrows when that is taken off it. With that bit the other way round,
    // a quote comes right after the control characters.
    let quote = eight ^ (EACH * 2);
    let backslash = eight ^ (EACH * u64::from(b'\\'));
    let below = |bytes: u64, bound: u64| bytes.wrapping_sub(EACH * bound) & !bytes;
    (below(quote, 0x21) | below(backslash, 1)) & HIGHEST
}

const HIGHEST: u64 = EACH << 7;

/// Fewer than eight bytes, and spaces after them.
#[inline(always)]
fn padded(bytes: &[u8]) -> u64 {
    let four = |four: &[u8; 4]| u64::from(u32::from_le_bytes(*four));
    let len = bytes.len();
    let these = match (bytes.first_chunk(), bytes.last_chunk()) {
        // Where they overlap they are the same.
        (Some(first), Some(last)) => four(first) | four(last) << (8 * (len - 4)),
        _ => bytes.iter().rev().fold(0, |these, byte| these << 8 | u64::from(*byte)),
    };
    these | (EACH * u64::from(b' ')) << (8 * len)
}

/// Writes text, escaped, eight bytes at a time; where the next byte is to stand. `None` where `ASCII`
/// is all that may be written, and it is not.
#[inline(never)]
fn escaped<const ASCII: bool>(room: &mut [u8], at: usize, text: &[u8]) -> Option<usize> {
    let (mut pen, mut rest) = (LinePen { room, at }, text);
    let found = |eight: u64| special(eight) | if ASCII { eight & HIGHEST } else { 0 };
    loop {
        while let Some((sixteen, after)) = rest.split_first_chunk::<16>() {
            let both = u128::from_le_bytes(*sixteen);
            if found(both as u64) | found((both >> 64) as u64) != 0 {
                break;
            }
            pen.some(sixteen, 16);
            rest = after;
        }
        let (eight, whole) = match rest.first_chunk() {
            Some(eight) => (u64::from_le_bytes(*eight), 8),
            None if rest.is_empty() => return Some(pen.written()),
            None => (padded(rest), rest.len()),
        };
        let found = found(eight);
        let plain = found.trailing_zeros() as usize / 8;
        pen.some(&eight.to_le_bytes(), plain.min(whole));
        let Some((&byte, after)) = rest.get(plain..).filter(|_| found != 0).and_then(<[u8]>::split_first)
        else {
            rest = &rest[whole..];
            continue;
        };
        rest = after;
        match ESCAPES[usize::from(byte)] {
            0 => return None,
            b'u' => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
                pen.some(&[b'\\', b'u', b'0', b'0', high, low], 6);
            }
            // The end of every line of the protocol.
            b'r' if let [b'\n', after @ ..] = rest => {
                pen.some(b"\\r\\n", 4);
                rest = after;
            }
            escape => pen.some(&[b'\\', escape], 2),
        }
    }
}

/// What follows the backslash, for each byte that needs one; 0 for those that do not.
static ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        escapes[byte] = b'u';
        byte += 1;
    }
    escapes[0x08] = b'b';
    escapes[0x09] = b't';
    escapes[0x0a] = b'n';
    escapes[0x0c] = b'f';
    escapes[0x0d] = b'r';
    escapes[b'"' as usize] = b'"';
    escapes[b'\\' as usize] = b'\\';
    escapes
};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(most: usize, write: impl FnOnce(&mut LinePen<'_>)) -> String {
        let mut room = vec![b'?'; most + BEYOND];
        let mut pen = LinePen::new(&mut room);
        write(&mut pen);
        let written = pen.written();
        assert!(written <= most, "{written} bytes are more than {most}");
        room.truncate(written);
        String::from_utf8(room).unwrap()
    }

    #[test]
    fn numbers_are_written_in_full() {
        let numbers = (-1..=10_001).chain([2_147_483_647, -2_147_483_648, i64::MAX, i64::MIN]);
        for n in numbers {
            assert_eq!(written(20, |pen| pen.number("", n)), n.to_string());
        }
    }

    #[test]
    fn numbers_that_go_up_are_written_in_full() {
        let (mut four, mut eight) = (Rising::<4>::new("a"), Rising::<8>::new("bcd"));
        let steps = [1, 9_998, 1, 1, 1, 89_999, 1, 99_799_999, 99_998, 1, 1, 12_345_678, 1 << 50, 0, 7];
        let mut n = 0;
        for step in steps {
            n += step;
            let mut room = [b'?'; BEYOND];
            let at = four.write(&mut room, 0, n);
            let end = eight.write(&mut room, at, n);
            assert_eq!(String::from_utf8_lossy(&room[..end]), format!("a{n}bcd{n}"));
        }
        let mut room = [b'?'; BEYOND];
        let end = eight.write(&mut room, 0, u64::MAX);
        assert_eq!(String::from_utf8_lossy(&room[..end]), format!("bcd{}", u64::MAX));
    }

    proptest! {
        #[test]
        fn eight_digits_are_those_of_the_number(n in 0u32..100_000_000) {
            prop_assert_eq!(String::from_utf8(eight_digits(n).to_vec()).unwrap(), format!("{n:08}"));
        }

        #[test]
        fn four_digits_are_those_of_the_number(n in 0u32..10_000) {
            prop_assert_eq!(String::from_utf8(four_digits(n).to_vec()).unwrap(), format!("{n:04}"));
        }

        #[test]
        fn words_are_written_as_they_are(word in "[a-z]{0,40}", more in "[a-z]{0,20}") {
            let both = written(60, |pen| {
                pen.own(word.as_bytes());
                pen.own(more.as_bytes());
            });
            prop_assert_eq!(both, format!("{word}{more}"));
            let member = written(60, |pen| pen.word(",\"ev\":\"", &word));
            prop_assert_eq!(member, format!(",\"ev\":\"{word}\""));
        }

        #[test]
        fn only_ascii_is_written_as_ascii(text in "[ -~\r\n\u{0}é]{0,30}") {
            let mut is_ascii = false;
            let ours = written(180, |pen| is_ascii = pen.ascii(text.as_bytes()));
            prop_assert_eq!(is_ascii, text.is_ascii());
            let expected = if is_ascii { serde_json::to_string(&text).unwrap() } else { "\"\"".to_owned() };
            prop_assert_eq!(format!("\"{ours}\""), expected);
        }
    }
}
