//! What a terminal sends, byte by byte, and what is meant by it.
//!
//! A network hands on bytes as it likes: any sequence may come in pieces, and of `ESC` alone nothing but
//! time tells whether it was the key or begins an arrow. So time is told here, too, by who reads.

use crate::ui::paste::Paste;
use crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use std::time::Duration;

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const CTRL_C: u8 = 0x03;

/// What ends a paste, as mode 2004 has it.
const END_OF_PASTE: &[u8] = b"\x1b[201~";

/// How long `ESC` waits for what makes a sequence of it.
const ESC_WAITS: Duration = Duration::from_millis(50);
/// How long a sequence waits for its rest: nobody types one by hand.
const SEQUENCE_WAITS: Duration = Duration::from_millis(500);
/// After such a silence in a paste its end may have been lost, and Esc and Ctrl-C are keys again.
const PASTE_WAITS: Duration = Duration::from_secs(1);

/// No sequence that means something here is longer.
const LONGEST: usize = 64;

/// What was typed, clicked or pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(Paste),
}

/// A paste that has not come to its end.
#[derive(Debug, Default)]
struct Pasting {
    paste: Paste,
    /// Nothing has come for long.
    is_silent: bool,
}

/// Takes bytes, and makes of them what was meant.
#[derive(Debug, Default)]
pub(super) struct Sequences {
    /// What has come of a sequence, or of a character of several bytes; in a paste, of its end.
    begun: Vec<u8>,
    pasting: Option<Pasting>,
}

/// How far one is with what has begun.
enum Parsed {
    /// There is more to come.
    More,
    /// This is what it was; `None` where it means nothing here.
    Done(Option<Typed>),
    /// This is what it was but for its last byte, which begins something else.
    Before(Option<Typed>),
    /// A paste begins.
    Paste,
}

impl Sequences {
    /// More bytes have come.
    pub fn take(&mut self, bytes: &[u8], typed: &mut Vec<Typed>) {
        for &byte in bytes {
            if self.pasting.is_some() {
                self.paste(byte, typed);
            } else {
                self.step(byte, typed);
            }
        }
    }

    /// How long what has begun waits for its rest.
    pub fn patience(&self) -> Option<Duration> {
        match (&self.pasting, self.begun.as_slice()) {
            (Some(pasting), []) if pasting.is_silent => None,
            (Some(pasting), _) if !pasting.is_silent => Some(PASTE_WAITS),
            (None, []) => None,
            (_, [ESC]) => Some(ESC_WAITS),
            // What begins a string is a key with Alt as well, and then no string follows.
            (None, [ESC, b']' | b'P' | b'X' | b'^' | b'_']) => Some(ESC_WAITS),
            _ => Some(SEQUENCE_WAITS),
        }
    }

    /// That long nothing has come: what has begun is what it is.
    pub fn expire(&mut self, typed: &mut Vec<Typed>) {
        let begun = std::mem::take(&mut self.begun);
        if let Some(mut pasting) = self.pasting.take() {
            if begun == [ESC] {
                typed.push(Typed::Paste(pasting.paste));
                typed.push(key(KeyCode::Esc));
                return;
            }
            begun.iter().for_each(|byte| pasting.paste.push(*byte));
            pasting.is_silent = true;
            self.pasting = Some(pasting);
            return;
        }
        match begun.as_slice() {
            [ESC] => typed.push(key(KeyCode::Esc)),
            [ESC, byte @ 0x20..=0x7e] => typed.extend(character(&[*byte], KeyModifiers::ALT)),
            // Half of something is nothing.
            _ => {}
        }
    }

    fn paste(&mut self, byte: u8, typed: &mut Vec<Typed>) {
        let Some(pasting) = &mut self.pasting else { return };
        if byte == CTRL_C && pasting.is_silent && self.begun.is_empty() {
            typed.extend(self.pasting.take().map(|pasting| Typed::Paste(pasting.paste)));
            return self.step(byte, typed);
        }
        if END_OF_PASTE.get(self.begun.len()) == Some(&byte) {
            self.begun.push(byte);
            if self.begun == END_OF_PASTE {
                self.begun.clear();
                typed.extend(self.pasting.take().map(|pasting| Typed::Paste(pasting.paste)));
            }
            return;
        }
        pasting.is_silent = false;
        self.begun.drain(..).for_each(|byte| pasting.paste.push(byte));
        // Only its first byte is ESC, so that it begins nowhere else in what had come of it.
        if byte == ESC {
            self.begun.push(byte);
        } else {
            pasting.paste.push(byte);
        }
    }

    fn step(&mut self, byte: u8, typed: &mut Vec<Typed>) {
        self.begun.push(byte);
        match read(&self.begun) {
            Parsed::More => {
                if self.begun.len() > LONGEST {
                    self.begun.pop();
                }
            }
            Parsed::Done(what) => {
                self.begun.clear();
                typed.extend(what);
            }
            Parsed::Before(what) => {
                self.begun.clear();
                typed.extend(what);
                self.step(byte, typed);
            }
            Parsed::Paste => {
                self.begun.clear();
                self.pasting = Some(Pasting::default());
            }
        }
    }
}

fn read(begun: &[u8]) -> Parsed {
    match begun {
        [ESC] | [ESC, b'[' | b'O' | b']' | b'P' | b'X' | b'^' | b'_'] => Parsed::More,
        [ESC, ESC] => Parsed::Before(Some(key(KeyCode::Esc))),
        [ESC, b'[', rest @ ..] => control_sequence(rest),
        [ESC, b'O', rest @ ..] => sequence(rest),
        [ESC, b']' | b'P' | b'X' | b'^' | b'_', rest @ ..] => string(rest),
        [ESC, rest @ ..] => plain(rest, KeyModifiers::ALT),
        _ => plain(begun, KeyModifiers::NONE),
    }
}

/// A character, which may have several bytes.
fn plain(bytes: &[u8], modifiers: KeyModifiers) -> Parsed {
    match std::str::from_utf8(bytes) {
        Ok(_) => Parsed::Done(character(bytes, modifiers)),
        Err(error) if error.error_len().is_none() => Parsed::More,
        // The byte that does not belong to it may be a key of its own.
        Err(_) if bytes.len() > 1 => Parsed::Before(None),
        Err(_) => Parsed::Done(None),
    }
}

fn character(bytes: &[u8], modifiers: KeyModifiers) -> Option<Typed> {
    let c = std::str::from_utf8(bytes).ok()?.chars().next()?;
    let (code, own) = match c {
        '\r' => (KeyCode::Enter, KeyModifiers::NONE),
        '\t' => (KeyCode::Tab, KeyModifiers::NONE),
        '\x7f' => (KeyCode::Backspace, KeyModifiers::NONE),
        '\0' => (KeyCode::Char(' '), KeyModifiers::CONTROL),
        '\x01'..='\x1a' => (KeyCode::Char(char::from(c as u8 - 1 + b'a')), KeyModifiers::CONTROL),
        '\x1c'..='\x1f' => (KeyCode::Char(char::from(c as u8 - 0x1c + b'4')), KeyModifiers::CONTROL),
        c if c.is_uppercase() => (KeyCode::Char(c), KeyModifiers::SHIFT),
        c => (KeyCode::Char(c), KeyModifiers::NONE),
    };
    Some(Typed::Key(KeyEvent::new(code, own | modifiers)))
}

/// What follows `ESC ]` and its like, and is an answer to a question that was asked by another program: to
/// its end it means nothing.
fn string(rest: &[u8]) -> Parsed {
    match rest {
        [.., BEL] | [.., ESC, b'\\'] => Parsed::Done(None),
        // Begun anew, or given up.
        [.., ESC, _] | [.., 0x18 | 0x1a | CTRL_C] => Parsed::Before(None),
        _ => Parsed::More,
    }
}

/// What follows `ESC [`.
fn control_sequence(rest: &[u8]) -> Parsed {
    match rest {
        // Of the Linux console: F1 to F5.
        [b'['] => Parsed::More,
        [b'[', n @ b'A'..=b'E'] => Parsed::Done(Some(key(KeyCode::F(n - b'A' + 1)))),
        // The mouse, as a terminal reports it that knows no other way: three bytes, whatever they are.
        [b'M', b, x, y] => {
            Parsed::Done(mouse(u16::from(*b).checked_sub(32), u16::from(*x), u16::from(*y), 33, true))
        }
        [b'M', ..] => Parsed::More,
        b"200~" => Parsed::Paste,
        _ => sequence(rest),
    }
}

/// Parameters, and the byte that says what of.
fn sequence(rest: &[u8]) -> Parsed {
    match rest.split_last() {
        None | Some((0x20..=0x3f, _)) => Parsed::More,
        Some((last @ 0x40..=0x7e, parameters)) => Parsed::Done(meant(parameters, *last)),
        // No byte of a sequence.
        Some(_) => Parsed::Before(None),
    }
}

fn meant(parameters: &[u8], last: u8) -> Option<Typed> {
    let text = std::str::from_utf8(parameters).ok()?;
    if let Some(at) = text.strip_prefix('<') {
        let [b, x, y] = numbers(at)?;
        return mouse(b, x?, y?, 1, last == b'M');
    }
    if last == b'M'
        && let Some([b, x, y]) = numbers(text)
    {
        return mouse(b?.checked_sub(32), x?, y?, 1, true);
    }
    let mut fields = text.split(';');
    let first: Option<u32> = fields.next()?.split(':').next()?.parse().ok();
    let mut second = fields.next().unwrap_or_default().split(':');
    let modifiers = second.next().and_then(|held| held.parse().ok()).map_or(KeyModifiers::NONE, held);
    let kind = match second.next() {
        Some("2") => KeyEventKind::Repeat,
        Some("3") => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    };
    let code = match (last, first) {
        (b'A', _) => KeyCode::Up,
        (b'B', _) => KeyCode::Down,
        (b'C', _) => KeyCode::Right,
        (b'D', _) => KeyCode::Left,
        (b'H', _) | (b'~', Some(1 | 7)) => KeyCode::Home,
        (b'F', _) | (b'~', Some(4 | 8)) => KeyCode::End,
        (b'Z', _) => KeyCode::BackTab,
        // Enter of a keypad.
        (b'M', None) => KeyCode::Enter,
        (b'P', _) => KeyCode::F(1),
        (b'Q', _) => KeyCode::F(2),
        // With other numbers it is the cursor's place.
        (b'R', None | Some(1)) => KeyCode::F(3),
        (b'S', _) => KeyCode::F(4),
        (b'~', Some(2)) => KeyCode::Insert,
        (b'~', Some(3)) => KeyCode::Delete,
        (b'~', Some(5)) => KeyCode::PageUp,
        (b'~', Some(6)) => KeyCode::PageDown,
        (b'~', Some(n)) => KeyCode::F(function_key(n)?),
        (b'u', Some(code)) => return named(code, modifiers, kind),
        _ => return None,
    };
    Some(Typed::Key(KeyEvent::new_with_kind(code, modifiers, kind)))
}

/// The numbers of old terminals have gaps.
fn function_key(n: u32) -> Option<u8> {
    let gaps = match n {
        11..=15 => 10,
        17..=21 => 11,
        23..=26 => 12,
        28..=29 => 13,
        31..=34 => 14,
        _ => return None,
    };
    u8::try_from(n - gaps).ok()
}

/// A key that is told by its character's number.
fn named(code: u32, modifiers: KeyModifiers, kind: KeyEventKind) -> Option<Typed> {
    let code = match char::from_u32(code)? {
        '\x1b' => KeyCode::Esc,
        '\r' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\x7f' => KeyCode::Backspace,
        c if modifiers == KeyModifiers::SHIFT => KeyCode::Char(c.to_ascii_uppercase()),
        c if c.is_control() => return None,
        c => KeyCode::Char(c),
    };
    Some(Typed::Key(KeyEvent::new_with_kind(code, modifiers, kind)))
}

fn held(sum: u8) -> KeyModifiers {
    let bits = sum.saturating_sub(1);
    let of = |bit: u8, modifier| if bits & bit == 0 { KeyModifiers::NONE } else { modifier };
    of(1, KeyModifiers::SHIFT) | of(2, KeyModifiers::ALT) | of(4, KeyModifiers::CONTROL)
}

fn numbers(text: &str) -> Option<[Option<u16>; 3]> {
    let mut fields = text.split(';').map(|field| field.parse().ok());
    let all = [fields.next()?, fields.next()?, fields.next()?];
    fields.next().is_none().then_some(all)
}

/// What the viewer has a use for: a click and the wheel. `first` is what column and row count from.
fn mouse(button: Option<u16>, x: u16, y: u16, first: u16, is_down: bool) -> Option<Typed> {
    let kind = match button? {
        // But for the keys that are held, which change nothing here.
        button if button & !0b1_1100 == 0 && is_down => MouseEventKind::Down(MouseButton::Left),
        button if button & !0b1_1100 == 64 => MouseEventKind::ScrollUp,
        button if button & !0b1_1100 == 65 => MouseEventKind::ScrollDown,
        _ => return None,
    };
    let (column, row) = (x.checked_sub(first)?, y.checked_sub(first)?);
    Some(Typed::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

fn key(code: KeyCode) -> Typed {
    Typed::Key(KeyEvent::from(code))
}

#[cfg(test)]
#[path = "sequence_tests.rs"]
mod tests;
