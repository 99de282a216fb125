//! A cursor over one line of JSON. Every answer is `None` where the text is anything but the plain
//! case: then serde, which knows all of JSON, has the word.

use std::borrow::Cow;

/// A place in a line.
pub(super) struct Scan<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    pub fn new(line: &'a str) -> Scan<'a> {
        Scan { line, at: 0 }
    }

    /// The next byte; 0, which stands in no JSON, at the end.
    #[inline]
    fn peek(&self) -> u8 {
        self.line.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// This byte, after a blank if there is one: many tools put one there.
    #[inline]
    pub fn byte(&mut self, byte: u8) -> Option<()> {
        if self.peek() == b' ' {
            self.at += 1;
        }
        (self.peek() == byte).then(|| self.at += 1)
    }

    /// Exactly these bytes.
    #[inline(always)]
    pub fn literal(&mut self, bytes: &[u8]) -> Option<()> {
        let is_here = self.line.as_bytes().get(self.at..self.at + bytes.len()) == Some(bytes);
        is_here.then(|| self.at += bytes.len())
    }

    /// These bytes, with a blank before any of those that stand between names, and before a name's quote.
    pub fn spaced(&mut self, bytes: &[u8]) -> Option<()> {
        let mut is_in_name = false;
        for byte in bytes {
            match is_in_name {
                true => self.byte_here(*byte)?,
                false => self.byte(*byte)?,
            }
            is_in_name ^= *byte == b'"';
        }
        Some(())
    }

    /// Whether another member or element follows; otherwise the end, `close`, was taken.
    #[inline]
    pub fn more(&mut self, close: u8) -> Option<bool> {
        if self.peek() == b' ' {
            self.at += 1;
        }
        let byte = self.peek();
        self.at += 1;
        match byte {
            b',' => Some(true),
            _ if byte == close => Some(false),
            _ => None,
        }
    }

    /// Whether `close` comes at once: there is nothing in the object or the list.
    #[inline]
    pub fn is_empty(&mut self, close: u8) -> bool {
        self.byte(close).is_some()
    }

    /// A member's name and its colon.
    #[inline(always)]
    pub fn key(&mut self) -> Option<&'a [u8]> {
        self.byte(b'"')?;
        let from = self.at;
        self.skip_plain();
        let key = self.line.as_bytes().get(from..self.at)?;
        self.byte_here(b'"')?;
        self.byte(b':')?;
        Some(key)
    }

    /// Only blanks are left.
    pub fn end(&self) -> Option<()> {
        self.line.as_bytes()[self.at.min(self.line.len())..].iter().all(|b| *b == b' ').then_some(())
    }

    /// A string without escapes.
    #[inline]
    pub fn plain(&mut self) -> Option<&'a str> {
        self.byte(b'"')?;
        let from = self.at;
        self.skip_plain();
        let text = self.line.get(from..self.at)?;
        self.byte_here(b'"')?;
        Some(text)
    }

    /// A string.
    #[inline]
    pub fn string(&mut self) -> Option<Cow<'a, str>> {
        self.byte(b'"')?;
        let from = self.at;
        self.skip_plain();
        let text = self.line.get(from..self.at)?;
        match self.peek() {
            b'"' => {
                self.at += 1;
                Some(Cow::Borrowed(text))
            }
            b'\\' => {
                let mut owned = String::with_capacity(text.len() + 64);
                owned.push_str(text);
                self.escaped(|piece| owned.push_str(piece))?;
                Some(Cow::Owned(owned))
            }
            _ => None,
        }
    }

    /// A string of which only that it is one matters.
    #[inline]
    pub fn skip_string(&mut self) -> Option<()> {
        self.byte(b'"')?;
        self.skip_plain();
        match self.peek() {
            b'"' => {
                self.at += 1;
                Some(())
            }
            b'\\' => self.escaped(|_| {}),
            _ => None,
        }
    }

    /// The rest of a string from its first backslash on.
    fn escaped(&mut self, mut push: impl FnMut(&str)) -> Option<()> {
        loop {
            match self.peek() {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => {
                    self.at += 1;
                    push(self.escape()?.encode_utf8(&mut [0; 4]));
                }
                _ => {
                    let from = self.at;
                    self.skip_plain();
                    let text = self.line.get(from..self.at)?;
                    if text.is_empty() {
                        // A control character, or the line ends.
                        return None;
                    }
                    push(text);
                }
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let byte = self.peek();
        self.at += 1;
        Some(match byte {
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'"' | b'\\' | b'/' => char::from(byte),
            b'u' => {
                let digits = self.line.get(self.at..self.at + 4)?;
                // A half of a surrogate pair is no character; from_str_radix would take a sign.
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
                self.at += 4;
                char::from_u32(code)?
            }
            _ => return None,
        })
    }

    /// To the next quote, backslash or control character, or to the end; eight bytes at a time.
    #[inline(always)]
    fn skip_plain(&mut self) {
        const ONES: u64 = u64::MAX / 255;
        const HIGH: u64 = ONES << 7;
        let bytes = self.line.as_bytes();
        while let Some(word) = bytes.get(self.at..self.at + 8).and_then(|b| b.try_into().ok()) {
            let word = u64::from_le_bytes(word);
            // A byte is zero where its high bit is set in this; exact for the lowest one found.
            let zero = |x: u64| x.wrapping_sub(ONES) & !x & HIGH;
            let low = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
            let found = zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\'))) | low;
            if found != 0 {
                self.at += found.trailing_zeros() as usize / 8;
                return;
            }
            self.at += 8;
        }
        while let Some(byte) = bytes.get(self.at) {
            if matches!(byte, b'"' | b'\\' | 0..0x20) {
                return;
            }
            self.at += 1;
        }
    }

    #[inline]
    fn byte_here(&mut self, byte: u8) -> Option<()> {
        (self.peek() == byte).then(|| self.at += 1)
    }

    /// A whole number without a sign.
    #[inline]
    pub fn unsigned(&mut self) -> Option<u64> {
        if self.peek() == b' ' {
            self.at += 1;
        }
        let from = self.at;
        let mut n: u64 = 0;
        loop {
            let digit = self.peek().wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            n = n.checked_mul(10)?.checked_add(u64::from(digit))?;
            self.at += 1;
        }
        let digits = self.at - from;
        let has_zero_first = digits > 1 && self.line.as_bytes()[from] == b'0';
        let is_whole = !matches!(self.peek(), b'.' | b'e' | b'E');
        (digits > 0 && !has_zero_first && is_whole).then_some(n)
    }

    /// A whole number.
    #[inline]
    pub fn signed(&mut self) -> Option<i64> {
        if self.peek() == b' ' {
            self.at += 1;
        }
        if self.peek() != b'-' {
            return self.unsigned()?.try_into().ok();
        }
        self.at += 1;
        match self.peek() {
            b'1'..=b'9' => 0_i64.checked_sub_unsigned(self.unsigned()?),
            _ => None,
        }
    }

    /// A whole number that fits.
    #[inline]
    pub fn number<T: TryFrom<u64>>(&mut self) -> Option<T> {
        self.unsigned()?.try_into().ok()
    }

    /// The same, with a sign.
    #[inline]
    pub fn int<T: TryFrom<i64>>(&mut self) -> Option<T> {
        self.signed()?.try_into().ok()
    }

    #[inline]
    pub fn flag(&mut self) -> Option<bool> {
        if self.peek() == b' ' {
            self.at += 1;
        }
        let rest = self.line.get(self.at..)?;
        let (flag, len) = match rest.as_bytes() {
            [b't', b'r', b'u', b'e', ..] => (true, 4),
            [b'f', b'a', b'l', b's', b'e', ..] => (false, 5),
            _ => return None,
        };
        self.at += len;
        Some(flag)
    }

    /// `null`, if it stands here.
    #[inline]
    pub fn null(&mut self) -> bool {
        let is_null = self.line.as_bytes()[self.at.min(self.line.len())..].starts_with(b"null");
        if is_null {
            self.at += 4;
        }
        is_null
    }
}
