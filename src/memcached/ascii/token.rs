//! Cutting a command line into tokens, in place.

use std::ops::Range;

/// How many tokens are cut at a time, the terminal one counted (`memcached.c:2429`).
const MAX_TOKENS: usize = 8;

/// The tokens of a line: ranges of the read buffer. As in the C, the last is an empty terminal
/// token, which is counted, and knows where the line goes on if it was not cut to its end.
#[derive(Debug)]
pub(super) struct Tokens {
    /// Beginning and end of each.
    at: [(u32, u32); MAX_TOKENS],
    /// How many there are, the terminal one counted: memcached's `ntokens`.
    pub count: usize,
    /// What is left of the line.
    pub rest: Option<Range<usize>>,
}

impl Tokens {
    /// The bytes of a token; empty for the terminal one and beyond.
    #[inline]
    pub fn get<'a>(&self, rbuf: &'a [u8], index: usize) -> &'a [u8] {
        &rbuf[self.range(index)]
    }

    /// Where a token stands in the read buffer.
    #[inline]
    pub fn range(&self, index: usize) -> Range<usize> {
        // What is not a token is (0, 0).
        let (start, end) = self.at.get(index).copied().unwrap_or_default();
        start as usize..end as usize
    }

    fn push(&mut self, start: usize, end: usize) {
        self.at[self.count] = (start as u32, end as u32);
        self.count += 1;
    }
}

/// Cuts `line` of the read buffer at spaces, and puts a NUL behind each token that one follows
/// (`memcached.c:2448`).
#[inline]
pub(super) fn tokenize_command(rbuf: &mut [u8], line: Range<usize>) -> Tokens {
    let mut tokens = Tokens { at: [(0, 0); MAX_TOKENS], count: 0, rest: None };
    let mut start = line.start;
    let mut at = line.start;
    let text = &mut rbuf[..line.end];
    while let Some(byte) = text.get_mut(at) {
        if *byte == b' ' {
            if start != at {
                *byte = 0;
                tokens.push(start, at);
                if tokens.count == MAX_TOKENS - 1 {
                    start = at + 1;
                    at = start;
                    break;
                }
            }
            start = at + 1;
        }
        at += 1;
    }
    if start != at {
        tokens.push(start, at);
    }
    if at < line.end {
        tokens.rest = Some(at..line.end);
    }
    tokens.count += 1;
    tokens
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn words(line: &str) -> (Vec<String>, usize, Option<String>) {
        let mut buf = line.as_bytes().to_vec();
        let tokens = tokenize_command(&mut buf, 0..line.len());
        let words =
            (0..tokens.count - 1).map(|i| String::from_utf8(tokens.get(&buf, i).to_vec()).unwrap()).collect();
        (words, tokens.count, tokens.rest.map(|r| String::from_utf8(buf[r].to_vec()).unwrap()))
    }

    #[test]
    fn a_line_is_cut_at_any_number_of_spaces_and_the_end_counts_as_a_token() {
        assert_eq!(
            words("set a 0 0 4"),
            (vec!["set".into(), "a".into(), "0".into(), "0".into(), "4".into()], 6, None)
        );
        assert_eq!(words("  get   a  ").0, ["get", "a"]);
        assert_eq!(words(""), (vec![], 1, None));
    }

    #[test]
    fn a_long_line_is_cut_in_several_goes() {
        let (words, count, rest) = words("get a b c d e f g h");
        assert_eq!((words.len(), count), (7, 8));
        assert_eq!(rest.as_deref(), Some("g h"));
    }
}
