//! Bytes to compare with bytes that come in pieces.

/// What is looked for. A match may lie across the border of two pieces: a `sendmsg`'s pieces go over
/// the wire as one, and `VALUE a 0 4` is three of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needle {
    bytes: Box<[u8]>,
    /// Of each prefix, how much of its end is the needle's start (Knuth, Morris, Pratt): memchr's
    /// search wants the haystack in one piece, which would have to be put together.
    back: Box<[usize]>,
}

impl Needle {
    pub fn new(bytes: &[u8]) -> Needle {
        let mut back = vec![0; bytes.len()];
        let mut matched = 0;
        for i in 1..bytes.len() {
            while matched > 0 && bytes[i] != bytes[matched] {
                matched = back[matched - 1];
            }
            matched += usize::from(bytes[i] == bytes[matched]);
            back[i] = matched;
        }
        Needle { bytes: bytes.into(), back: back.into() }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether `bytes` contain it.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.find(&mut 0, bytes)
    }

    /// Whether it ends in `piece`; `matched` is how much of it the pieces before ended with, and is
    /// brought up to date.
    pub fn find(&self, matched: &mut usize, piece: &[u8]) -> bool {
        let mut rest = piece;
        while *matched < self.bytes.len() {
            if *matched == 0 {
                let Some(at) = memchr::memchr(self.bytes[0], rest) else { return false };
                (*matched, rest) = (1, &rest[at + 1..]);
                continue;
            }
            let Some((byte, after)) = rest.split_first() else { return false };
            if *byte == self.bytes[*matched] {
                (*matched, rest) = (*matched + 1, after);
            } else {
                *matched = self.back[*matched - 1];
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_found_in_pieces_is_what_is_found_in_the_whole(
            needle in prop::collection::vec(b'a'..=b'b', 0..6),
            pieces in prop::collection::vec(prop::collection::vec(b'a'..=b'b', 0..8), 0..5),
        ) {
            let whole = pieces.concat();
            let is_there = needle.is_empty() || whole.windows(needle.len()).any(|w| w == needle);
            let needle = Needle::new(&needle);
            let mut matched = 0;
            let found = pieces.iter().fold(needle.is_in(b""), |found, p| found | needle.find(&mut matched, p));
            prop_assert_eq!(found, is_there);
            prop_assert_eq!(needle.is_in(&whole), is_there);
        }
    }
}
