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

/// How many bytes are written at most beyond those that are meant.
pub(super) const BEYOND: usize = 32;

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

    #[inline(always)]
    pub fn byte(&mut self, byte: u8) {
        self.some(&[byte], 1);
    }

    /// So many bytes of these.
    #[inline(always)]
    pub(super) fn some<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        let at = self.at;
        self.room[at..at + N].copy_from_slice(bytes);
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
        self.raw(key);
        self.own(word);
        self.byte(b'"');
    }

    /// A word of our own, mostly of no more than 16 bytes.
    #[inline(always)]
    pub fn own(&mut self, word: &str) {
        let (word, len) = (word.as_bytes(), word.len());
        // Two pieces that overlap: the first and the last bytes of it.
        if let (Some(first), Some(last)) = (word.first_chunk::<8>(), word.last_chunk::<8>())
            && len <= 16
        {
            self.some(first, len - 8);
            self.some(last, 8);
        } else if let (Some(first), Some(last)) = (word.first_chunk::<4>(), word.last_chunk::<4>())
            && len <= 8
        {
            self.some(first, len - 4);
            self.some(last, 4);
        } else {
            self.copied(word);
        }
    }

    /// A member's whole beginning, and a number.
    #[inline(always)]
    pub fn number(&mut self, key: &'static str, n: impl Into<i64>) {
        self.raw(key);
        self.digits(n);
    }

    /// A number.
    #[inline(always)]
    pub fn digits(&mut self, n: impl Into<i64>) {
        let n = n.into();
        match usize::try_from(n).ok().and_then(|n| SMALL.get(n)) {
            Some(small) => self.some(small, small[3].into()),
            None => self.large(n),
        }
    }

    #[inline(always)]
    fn large(&mut self, n: i64) {
        let at = self.at;
        let end = large(self.room, at, n);
        self.goes_on_at(end);
    }

    /// The same for a number without a sign.
    pub fn unsigned(&mut self, key: &'static str, n: u64) {
        self.raw(key);
        self.seldom(|pen| pen.copied(itoa::Buffer::new().format(n).as_bytes()));
    }

    /// A number that goes up, with its member's beginning.
    #[inline(always)]
    pub fn rising<const LAST: usize>(&mut self, rising: &mut Rising<LAST>, n: u64) {
        let (above, below) = (n / Rising::<LAST>::ABOVE, n % Rising::<LAST>::ABOVE);
        if above != rising.above {
            rising.rises(above);
        }
        self.some(&rising.text, rising.len);
        if above == 0 {
            self.large(below as i64);
        } else {
            match LAST {
                4 => self.some(&four_digits(below as u32), 4),
                _ => self.copied(&eight_digits(below as u32)[8 - LAST..]),
            }
        }
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

/// A member whose number goes up and up: what stands before its last digits is seldom another one.
pub(super) struct Rising<const LAST: usize> {
    /// The member's beginning, and all digits but the last ones.
    text: [u8; BEYOND],
    len: usize,
    key: &'static str,
    /// What those digits are.
    above: u64,
}

impl<const LAST: usize> Rising<LAST> {
    const ABOVE: u64 = 10u64.pow(LAST as u32);

    /// `key` is the member's whole beginning, `,"t":`.
    pub fn new(key: &'static str) -> Self {
        let mut rising = Rising { text: [0; BEYOND], len: 0, key, above: 0 };
        rising.rises(0);
        rising
    }

    #[cold]
    fn rises(&mut self, above: u64) {
        let mut pen = LinePen::new(&mut self.text);
        pen.copied(self.key.as_bytes());
        if above > 0 {
            pen.copied(itoa::Buffer::new().format(above).as_bytes());
        }
        (self.len, self.above) = (pen.written(), above);
    }
}

impl<const LAST: usize> std::fmt::Debug for Rising<LAST> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rising").field("key", &self.key).field("above", &self.above).finish()
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
    // A byte that is lower than another one borrows when that is taken off it.
    let quote = eight ^ (EACH * u64::from(b'"'));
    let backslash = eight ^ (EACH * u64::from(b'\\'));
    let below = |bytes: u64, bound: u64| bytes.wrapping_sub(EACH * bound) & !bytes;
    (below(eight, 0x20) | below(quote, 1) | below(backslash, 1)) & HIGHEST
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
    while !rest.is_empty() {
        let (eight, whole) = match rest.first_chunk() {
            Some(eight) => (u64::from_le_bytes(*eight), 8),
            None => (padded(rest), rest.len()),
        };
        let found = special(eight) | if ASCII { eight & HIGHEST } else { 0 };
        let plain = found.trailing_zeros() as usize / 8;
        pen.some(&eight.to_le_bytes(), plain.min(whole));
        let Some(&byte) = rest.get(plain).filter(|_| found != 0) else {
            rest = &rest[whole..];
            continue;
        };
        rest = &rest[plain + 1..];
        match ESCAPES[usize::from(byte)] {
            0 => return None,
            b'u' => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
                pen.some(&[b'\\', b'u', b'0', b'0', high, low], 6);
            }
            escape => pen.some(&[b'\\', escape], 2),
        }
    }
    Some(pen.written())
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
            assert_eq!(written(20, |pen| pen.digits(n)), n.to_string());
        }
    }

    #[test]
    fn numbers_that_go_up_are_written_in_full() {
        let (mut four, mut eight) = (Rising::<4>::new("a"), Rising::<8>::new("bcd"));
        let steps = [1, 9_998, 1, 1, 1, 89_999, 1, 99_799_999, 99_998, 1, 1, 12_345_678, 1 << 50, 0, 7];
        let mut n = 0;
        for step in steps {
            n += step;
            let both = written(60, |pen| {
                pen.rising(&mut four, n);
                pen.rising(&mut eight, n);
            });
            assert_eq!(both, format!("a{n}bcd{n}"));
        }
        assert_eq!(written(60, |pen| pen.rising(&mut eight, u64::MAX)), format!("bcd{}", u64::MAX));
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
                pen.own(&word);
                pen.own(&more);
            });
            prop_assert_eq!(both, format!("{word}{more}"));
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
