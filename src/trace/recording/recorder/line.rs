//! One event as one line of JSON, put together from pieces that need no looking at.
//!
//! serde would build an [`Event`](crate::event::Event) for each record and then take it apart again;
//! at millions a second that is most of what recording costs. A test holds every line that comes
//! out of here against what serde makes of it.

use super::pen::{ABOVE, BEYOND, LinePen, Rising};
use crate::event::Thread;
use crate::world::place;

/// Lines in the making.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Room, of which the first `len` bytes are lines.
    room: Vec<u8>,
    len: usize,
    numbers: Numbers,
}

/// What every line begins with: two numbers that go up, and the thread.
#[derive(Debug)]
pub(super) struct Numbers {
    seq: Rising<4>,
    t: Rising<8>,
    /// The members of the dispatcher and of those workers that were met, each in its place.
    threads: Vec<Member>,
}

impl Default for Numbers {
    fn default() -> Self {
        Numbers { seq: Rising::new("{\"seq\":"), t: Rising::new(",\"t\":"), threads: Vec::new() }
    }
}

/// A thread's member, `,"th":"worker3","ev":"`, as far as there is room.
#[derive(Debug)]
struct Member {
    text: [u8; ABOVE],
    len: usize,
}

impl Member {
    fn of(thread: Thread) -> Member {
        let mut text = [0; ABOVE];
        let member = format!(",\"th\":\"{thread}\",\"ev\":\"");
        let len = member.len();
        if let Some(room) = text.get_mut(..len) {
            room.copy_from_slice(member.as_bytes());
        }
        Member { text, len }
    }
}

impl Numbers {
    /// The member of the thread in that place.
    #[inline(always)]
    fn thread(&mut self, place: usize) -> &Member {
        if self.threads.len() <= place {
            self.meets(place);
        }
        &self.threads[place]
    }

    #[cold]
    #[inline(never)]
    fn meets(&mut self, place: usize) {
        let places = self.threads.len()..=place;
        let threads =
            places.map(|place| place.checked_sub(1).map_or(Thread::Main, |i| Thread::Worker(i as u16)));
        self.threads.extend(threads.map(Member::of));
    }
}

impl Lines {
    /// The lines, all of them whole.
    pub fn bytes(&self) -> &[u8] {
        &self.room[..self.len]
    }

    /// The same, to keep.
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.room.truncate(self.len);
        self.room
    }

    /// Forgets what comes after so many bytes, and keeps the room.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Has something written that takes `most` bytes at most.
    #[inline(always)]
    pub fn add(&mut self, most: usize, write: impl FnOnce(&mut LinePen<'_>, &mut Numbers)) {
        if self.room.len() - self.len < most + BEYOND {
            self.grow(most + BEYOND);
        }
        let mut pen = LinePen::new(&mut self.room[self.len..]);
        write(&mut pen, &mut self.numbers);
        self.len += pen.written();
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, most: usize) {
        self.room.resize((self.len + most).max(2 * self.room.len()), 0);
    }
}

impl LinePen<'_> {
    /// An event's number and its time.
    #[inline(always)]
    pub fn begin(&mut self, numbers: &mut Numbers, seq: u64, t: u64) {
        let room = self.window();
        let at = numbers.seq.write(room, 0, seq);
        let end = numbers.t.write(room, at, t);
        let so_far = self.written();
        self.goes_on_at(so_far + end);
    }

    /// The thread, and the beginning of the kind.
    #[inline(always)]
    pub fn thread(&mut self, numbers: &mut Numbers, thread: Thread) {
        match place(thread) {
            Some(place) => {
                let member = numbers.thread(place);
                self.some(&member.text, member.len);
            }
            None => self.rarely(|pen| {
                pen.raw(",\"th\":\"");
                match thread {
                    // No thread of this server's; named all the same.
                    Thread::Other(other) => pen.text(other.name()),
                    _ => pen.text(&thread.to_string()),
                }
                pen.raw("\",\"ev\":\"");
            }),
        }
    }

    /// The first bytes of a payload of `len`: as text where they are valid UTF-8, else in base64;
    /// and the true length, if they were cut. `key` is the text's beginning, `,"data":"`.
    #[inline(always)]
    pub fn payload(&mut self, key: &'static str, kept: &[u8], len: u32) {
        let kept = self.bytes((key, ",\"b64\":\""), kept, len);
        if kept < len as usize {
            self.number("\",\"len\":", len);
        } else {
            self.byte(b'"');
        }
    }

    /// A piece of a `sendmsg`, which always says how long it is.
    #[inline(always)]
    pub fn piece(&mut self, kept: &[u8], len: u32) {
        self.bytes(("{\"data\":\"", "{\"b64\":\""), kept, len);
        self.number_and("\",\"len\":", len, "}");
    }

    /// Text or base64, which begin so, up to the quote at its end; how many bytes it tells of.
    #[inline(always)]
    fn bytes(&mut self, (text, b64): (&'static str, &'static str), kept: &[u8], len: u32) -> usize {
        let from = self.written();
        self.raw(text);
        let mut told = kept.len();
        if !self.ascii(kept) {
            self.goes_on_at(from);
            self.seldom(|pen| {
                let kept = whole_characters(kept, len);
                told = kept.len();
                match std::str::from_utf8(kept) {
                    Ok(kept) => {
                        pen.raw(text);
                        pen.text(kept);
                    }
                    Err(_) => {
                        pen.raw(b64);
                        pen.base64(kept);
                    }
                }
            });
        }
        told
    }
}

/// A cut may fall into a character; the text then ends before it, and stays text.
pub(super) fn whole_characters(kept: &[u8], len: u32) -> &[u8] {
    if kept.len() < len as usize
        && let Err(e) = std::str::from_utf8(kept)
        && e.error_len().is_none()
    {
        return &kept[..e.valid_up_to()];
    }
    kept
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::encode;
    use proptest::prelude::*;

    fn written(most: usize, write: impl Fn(&mut LinePen<'_>)) -> String {
        let mut lines = Lines::default();
        lines.add(most, |pen, _| write(pen));
        String::from_utf8(lines.into_bytes()).unwrap()
    }

    proptest! {
        #[test]
        fn text_is_escaped_as_serde_does_it(text in "\\PC{0,20}[\\x00-\\x7f]{0,40}[\\x7e-\\xa0\\u{200a}-\\u{2070}]{0,9}") {
            let ours = written(6 * text.len(), |pen| pen.text(&text));
            prop_assert_eq!(format!("\"{ours}\""), crate::text::to_json(&text).unwrap());
        }

        #[test]
        fn bytes_are_text_or_base64(bytes in proptest::collection::vec(any::<u8>(), 0..40), more in 0u32..3) {
            let len = bytes.len() as u32 + more;
            let line = written(1000, |pen| pen.payload(",\"data\":\"", &bytes, len));
            let line = format!("{{\"x\":0{line}}}");
            let read: serde_json::Value = serde_json::from_str(&line).unwrap();
            let kept = whole_characters(&bytes, len);
            let (data, b64) = encode(kept);
            prop_assert_eq!(read["data"].as_str(), data.as_deref());
            prop_assert_eq!(read["b64"].as_str(), b64.as_deref());
            let cut = (kept.len() < len as usize).then_some(u64::from(len));
            prop_assert_eq!(read["len"].as_u64(), cut);
        }
    }
}
