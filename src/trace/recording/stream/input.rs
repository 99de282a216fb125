//! What a client has sent, taken apart into lines.

/// How long a line may be, without its end.
pub(super) const MAX_LINE: usize = 4096;

/// Why a line is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoLine {
    /// It is longer than [`MAX_LINE`]; where it ends nobody knows.
    TooLong,
    /// It is no UTF-8, or has control characters in it.
    NoText,
}

/// Bytes that are no line yet.
#[derive(Debug, Default)]
pub(super) struct UnendedLine {
    bytes: Vec<u8>,
}

impl UnendedLine {
    /// Takes in what was read; to be taken out again, line by line, before more is read.
    pub fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next line, without its end; `None` where it is not all there yet.
    pub fn line(&mut self) -> Option<Result<String, NoLine>> {
        let Some(end) = memchr::memchr(b'\n', &self.bytes) else {
            let too_long = self.bytes.len() > MAX_LINE + 1;
            return too_long.then_some(Err(NoLine::TooLong));
        };
        let line: Vec<u8> = self.bytes.drain(..=end).collect();
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > MAX_LINE {
            return Some(Err(NoLine::TooLong));
        }
        match std::str::from_utf8(line) {
            Ok(text) if !text.chars().any(char::is_control) => Some(Ok(text.to_owned())),
            _ => Some(Err(NoLine::NoText)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_however_they_came_in() {
        let sent = "status\nrecord stop\r\n\r\nétat\n".as_bytes();
        let expected = ["status", "record stop", "", "état"].map(|line| Ok(line.to_owned()));
        for size in 1..=sent.len() {
            let mut input = UnendedLine::default();
            let mut lines = Vec::new();
            for bytes in sent.chunks(size) {
                input.add(bytes);
                lines.extend(std::iter::from_fn(|| input.line()));
            }
            assert_eq!(lines, expected, "{size} bytes at a time");
        }
    }

    #[test]
    fn a_line_has_a_longest_length_whether_its_end_has_come_or_not() {
        let line = |sent: &[u8]| {
            let mut input = UnendedLine::default();
            input.add(sent);
            input.line()
        };
        let longest = "x".repeat(MAX_LINE);
        for end in ["\n", "\r\n"] {
            assert_eq!(line(format!("{longest}{end}").as_bytes()), Some(Ok(longest.clone())));
            assert_eq!(line(format!("{longest}x{end}").as_bytes()), Some(Err(NoLine::TooLong)));
        }
        assert_eq!(line(format!("{longest}\r").as_bytes()), None);
        assert_eq!(line(format!("{longest}xx").as_bytes()), Some(Err(NoLine::TooLong)));
    }

    #[test]
    fn what_is_no_text_is_no_line() {
        let no_text: [&[u8]; 5] = [b"\xff\xfe\n", b"a\0b\n", b"a\x1b[2J\n", b"a\rb\n", b"a\tb\n"];
        for sent in no_text {
            let mut input = UnendedLine::default();
            input.add(sent);
            input.add(b"status\n");
            assert_eq!(input.line(), Some(Err(NoLine::NoText)), "{sent:?}");
            // The next one is as good as any.
            assert_eq!(input.line(), Some(Ok("status".to_owned())), "{sent:?}");
        }
    }
}
