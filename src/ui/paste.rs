//! What is pasted: text for a line that is being typed, and never keys.

/// As much of a paste is kept: no line takes more.
const KEPT: usize = 4096;

/// What was pasted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Paste {
    /// Its beginning.
    bytes: Vec<u8>,
    /// How many characters all of it has, and how many of them are kept.
    pub(super) characters: u64,
    kept: u64,
}

impl Paste {
    pub fn push(&mut self, byte: u8) {
        // All bytes of a character but its first begin with 10.
        let begins = u64::from(byte & 0xc0 != 0x80);
        self.characters += begins;
        if self.bytes.len() < KEPT {
            self.kept += begins;
            self.bytes.push(byte);
        }
    }

    /// How many characters are known by their number alone.
    pub fn beyond(&self) -> u64 {
        self.characters - self.kept
    }

    /// As it may stand in a line: what ends one, and all else that a terminal obeys, is a blank.
    pub fn line(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes).replace("\r\n", "\n");
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }
}

impl From<&str> for Paste {
    fn from(text: &str) -> Paste {
        let mut paste = Paste::default();
        text.bytes().for_each(|byte| paste.push(byte));
        paste
    }
}
