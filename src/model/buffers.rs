//! What the events of a connection do to the bytes in its buffers.
//!
//! A trace tells what was read and how the offsets moved; what is copied inside memory follows from that.
//! Some of it is done only after the event that makes it known, and before the next: then the picture just
//! after the event still has the bytes as they were ([`Then`]).

use super::bytes::{Bytes, Cell};
use super::conn::{ConnModel, Touched, bytes_of};
use crate::event::{ConnState, Event, Function, Kind, Payload, UDP_HEADER_SIZE};
use crate::world::Offsets;
use std::ops::Range;

/// How many tokens are cut at a time, the terminal one counted (`memcached.c:2429`).
const MAX_TOKENS: u32 = 8;
/// The size of the buffer of simple answers (`memcached.h:36`).
const DATA_BUFFER_SIZE: u64 = 2048;

/// What will have been done to a connection's bytes before its next event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Then {
    /// Nothing that is known now.
    #[default]
    Nothing,
    /// The line that was found, and has its end, is told of.
    Command,
    /// That line is cut into tokens.
    Cut(CommandLine),
    /// A get has looked up the keys that were cut off its line; the next ones are cut off after that.
    Looking {
        /// What is left of the line.
        line: CommandLine,
        /// How many keys are still to be looked up.
        keys: u32,
    },
    /// The datagram that came, of so many bytes, is moved over its header, unless it is refused.
    Datagram(u64),
    /// What the kernel took is taken off the message.
    Sent,
}

/// A line, or what is left of it to be cut into tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommandLine {
    /// Its first byte in the read buffer, and the one after its last.
    at: Range<usize>,
    /// Whether it is a get's, which is cut to its end.
    is_get: bool,
}

/// A piece of an answer: the bytes that are known of it, and how many it has.
pub type ReplyPiece<'a> = (&'a [u8], u64);

impl ConnModel {
    /// The buffers as a snapshot tells of them: of what stands there, the last unparsed bytes are known.
    pub(super) fn found_bytes(&mut self, unparsed: Option<&Payload<'_>>) {
        let (rcurr, rbytes) = (u64::from(self.fields.rcurr), u64::from(self.fields.rbytes));
        self.rbuf.lose(0, self.fields.rsize.into());
        if let Some(known) = unparsed {
            let len = (known.kept.len() as u64).min(rbytes);
            self.rbuf.write(rcurr + rbytes - len, &known.kept, len);
        }
        if self.fields.item.is_some() {
            self.value.lose(0, self.fields.ritem.into());
        }
        self.wbuf.lose(0, DATA_BUFFER_SIZE);
    }

    /// Events are missing: whatever is written there may have been written over.
    pub(super) fn lose_bytes(&mut self) {
        let size = self.rbuf.len() as u64;
        self.rbuf.lose(0, size.max(self.fields.rsize.into()));
        let size = self.fields.item.as_ref().map_or(0, |item| item.size);
        self.value.lose(0, size);
        self.wbuf.lose(0, DATA_BUFFER_SIZE);
        (self.then, self.sent) = (Then::Nothing, None);
        self.replies.clear();
    }

    /// It is closed.
    pub(super) fn forget_bytes(&mut self) {
        (self.rbuf, self.value, self.wbuf) = Default::default();
        self.then = Then::Nothing;
    }

    /// What is left to be sent of the message that is being sent, a piece each; `None` where that is not
    /// known: of values, before they were handed to the kernel for the first time.
    pub fn unsent(&self) -> Option<Vec<ReplyPiece<'_>>> {
        let fields = &self.fields;
        if matches!(self.state, Some(ConnState::Closing | ConnState::Closed)) {
            return Some(Vec::new());
        }
        if fields.msgcurr >= fields.msgused || (fields.iovused == 0 && !self.is_udp) {
            return Some(Vec::new());
        }
        if let Some(sent) = self.sent.as_ref().filter(|sent| sent.msgcurr == fields.msgcurr) {
            let taken = sent.result.as_ref().map_or(0, |&n| u64::try_from(n).unwrap_or(0));
            let mut taken = if self.then == Then::Sent { 0 } else { taken };
            let left = sent.pieces.iter().filter_map(|(kept, len)| {
                let gone = taken.min(*len);
                taken -= gone;
                let kept = kept.get(usize::try_from(gone).unwrap_or(usize::MAX)..).unwrap_or_default();
                (gone == 0 || gone < *len).then_some((kept, len - gone))
            });
            return Some(left.collect());
        }
        let is_simple = self.state == Some(ConnState::Write) && fields.iovused == 1 && !self.is_udp;
        let text = self.replies.last().filter(|_| is_simple)?;
        Some(vec![(text, fields.wbytes.into())])
    }

    /// Does what was still to be done when the event before this one was told.
    pub(super) fn settle(&mut self, event: &Event, touched: &mut Touched) {
        match std::mem::take(&mut self.then) {
            Then::Nothing | Then::Sent => {}
            Then::Command => self.then = Then::Command,
            // It is refused: where it was cut before its header ends, that was not known until now.
            Then::Datagram(_)
                if event.kind() == Kind::Reply || event.function() == Some(Function::OutString) => {}
            Then::Datagram(len) => {
                let header = UDP_HEADER_SIZE as u64;
                self.rbuf.move_to_front(header, len.saturating_sub(header));
                touched.rbuf = range(0, len.saturating_sub(header), self.rbuf.len());
            }
            Then::Cut(line) => {
                // The first token is the command.
                if let Some((line, tokens)) = self.cut_tokens(line, touched) {
                    self.looks_up(event, line, tokens - 1, touched);
                }
            }
            Then::Looking { line, keys } => self.looks_up(event, line, keys, touched),
        }
    }

    /// A get goes on: `keys` of those that were cut off its line are still to be looked up, and once they are,
    /// the next ones are cut off what is left of it.
    fn looks_up(&mut self, event: &Event, line: CommandLine, keys: u32, touched: &mut Touched) {
        let is_lookup =
            event.kind() == Kind::Item && matches!(event.op(), Some("hit" | "miss" | "expire" | "flush"));
        let is_next =
            is_lookup || (event.kind() == Kind::Call && event.function() == Some(Function::ItemGet));
        // The end, or an answer before it: a key was too long.
        let is_over = (event.kind() == Kind::Reply && event.op().is_none())
            || (event.kind() == Kind::Call && event.function() == Some(Function::OutString));
        let (line, keys) = match keys {
            0 if is_next || is_over => match self.cut_tokens(line, touched) {
                Some(rest) => rest,
                None => return,
            },
            keys => (line, keys),
        };
        if !is_over {
            self.then = Then::Looking { line, keys: keys.saturating_sub(is_lookup.into()) };
        }
    }

    /// `try_read_command` has found a line: it ends it with a NUL in the buffer itself, and calls
    /// `process_command`.
    pub(super) fn line_found(&mut self, touched: &mut Touched) {
        let (start, rbytes) = (self.fields.rcurr as usize, u64::from(self.fields.rbytes));
        let (newline, is_certain) = self.rbuf.find(b'\n', start as u64, rbytes);
        if !is_certain {
            // It may have ended before, in what is not known.
            let to = newline.map_or(start as u64 + rbytes, |newline| newline as u64);
            self.rbuf.lose_at_the_edge(b'\r', start as u64, to);
        }
        let Some(newline) = newline else { return };
        // As the C has it: the \r goes only where something stands before it.
        let has_cr = newline > start + 1 && self.rbuf.get(newline - 1) == Cell::Known(b'\r');
        let end = if has_cr { newline - 1 } else { newline };
        if is_certain {
            self.rbuf.set(end, 0);
            touched.rbuf = Some(end..end + 1);
        } else {
            self.rbuf.lose(end as u64, end as u64 + 1);
        }
    }

    /// `process_command` tells of the line. `tokenize_command` will put a NUL behind each token.
    pub(super) fn command_found(&mut self, event: &Event, touched: &mut Touched) {
        self.command = Some(bytes_of(event));
        self.requests = self.requests.saturating_add(1);
        self.sent = None;
        self.replies.clear();
        if std::mem::take(&mut self.then) != Then::Command {
            self.line_found(touched);
        }
        let start = self.fields.rcurr as usize;
        let len = event.bytes().map_or(0, |line| usize::try_from(line.len).unwrap_or(usize::MAX));
        // What ends it is a NUL of the client's own, or the one that was put there.
        let end = start.saturating_add(len).min(self.rbuf.len());
        self.rbuf.set(end, 0);
        let word = (start..end).find(|&at| self.rbuf.get(at) != Cell::Known(b' ')).unwrap_or(end);
        let begins =
            |with: &&[u8]| with.iter().zip(word..).all(|(b, at)| self.rbuf.get(at) == Cell::Known(*b));
        let is_get = [&b"get "[..], b"gets ", b"bget "].iter().any(begins);
        self.then = Then::Cut(CommandLine { at: start..end, is_get });
    }

    /// Cuts a line into tokens (`memcached.c:2448`), seven at most. Gives what is left of a get's, which
    /// goes on once the tokens that were cut off are looked up, and how many those were.
    fn cut_tokens(&mut self, line: CommandLine, touched: &mut Touched) -> Option<(CommandLine, u32)> {
        let CommandLine { at: Range { start, end }, is_get } = line;
        let end = end.min(self.rbuf.len());
        let (mut tokens, mut in_token, mut first, mut last) = (0, false, None, start);
        let mut rest = None;
        let mut cell_at = start;
        while cell_at < end {
            match self.rbuf.get(cell_at) {
                Cell::Known(b' ') if in_token => {
                    self.rbuf.set(cell_at, 0);
                    first = first.or(Some(cell_at));
                    last = cell_at + 1;
                    tokens += 1;
                    in_token = false;
                    if tokens == MAX_TOKENS - 1 {
                        rest = Some(cell_at + 1).filter(|rest| is_get && *rest < end);
                        break;
                    }
                }
                Cell::Known(b' ') => {}
                Cell::Known(_) => in_token = true,
                // Whether a blank behind it ends a token, and how many there were, is not known.
                Cell::Lost | Cell::Never => {
                    self.lose_blanks(cell_at, end);
                    break;
                }
            }
            cell_at += 1;
        }
        if let Some(first) = first {
            let before = touched.rbuf.take().unwrap_or(first..last);
            touched.rbuf = Some(before.start.min(first)..before.end.max(last));
        }
        rest.map(|rest| (CommandLine { at: rest..end, is_get }, tokens))
    }

    /// Blanks of which nobody knows whether they were made NULs.
    fn lose_blanks(&mut self, from: usize, to: usize) {
        for at in from..to {
            if self.rbuf.get(at) == Cell::Known(b' ') {
                self.rbuf.lose(at as u64, at as u64 + 1);
            }
        }
    }

    /// An answer was queued; a simple one stands in `wbuf`, with its line end. A long one has memory of its
    /// own, values have theirs, and then `END` has a piece already.
    pub(super) fn answer_told(&mut self, event: &Event) {
        let Some(text) = event.bytes().filter(|_| event.op().is_none()) else { return };
        let is_line = text.len.saturating_add(2) == u64::from(self.fields.wbytes);
        if is_line && self.fields.iovused <= u32::from(self.is_udp) {
            self.sent = None;
            self.wbuf.write(0, &text.kept, text.len);
            self.wbuf.write(text.len, b"\r\n", 2);
        }
    }

    /// What the event did to the bytes, told by how the offsets moved.
    pub(super) fn move_bytes(&mut self, event: &Event, old: Offsets, touched: &mut Touched) {
        let new = Offsets::of(&self.fields);
        // A new answer was begun: what was sent is of one before.
        if new.msgcurr < old.msgcurr || new.iovused < old.iovused {
            self.sent = None;
        }
        let got = event.ret().and_then(|ret| u64::try_from(ret).ok()).unwrap_or(0);
        let payload = event.bytes();
        let kept = payload.as_ref().map_or(&[][..], |payload| &payload.kept);
        if event.kind() == Kind::Recvfrom {
            self.datagram(event, kept, got, touched);
            return;
        }
        let into = event.into().filter(|_| event.kind() == Kind::Read && got > 0);
        let read_into = |name| if into == Some(name) { got } else { 0 };

        match event.set.as_ref().and_then(|set| set.item.as_ref()) {
            Some(_) => self.value = Bytes::default(),
            None => self.copy_value(old, new, read_into("item"), touched),
        }

        // try_read_network and conn_shrink move what is left unparsed to the front.
        let left = new.rbytes.saturating_sub(read_into("rbuf"));
        let end = old.rcurr + old.rbytes;
        if new.rcurr == 0 && left > 0 && left < end {
            self.rbuf.move_to_front(end - left, left);
            touched.rbuf = range(0, left, self.rbuf.len());
        }
        if event.set.as_ref().is_some_and(|set| set.rsize.is_some()) {
            self.rbuf.truncate(self.fields.rsize.into());
        }
        let (buffer, at, touched) = match into {
            Some("rbuf") => (&mut self.rbuf, (new.rcurr + new.rbytes).saturating_sub(got), &mut touched.rbuf),
            Some("item") => (&mut self.value, new.ritem.saturating_sub(got), &mut touched.value),
            // What nobody wants is read over whatever stands at the buffer's beginning.
            Some("swallow") => (&mut self.rbuf, 0, &mut touched.rbuf),
            _ => return,
        };
        buffer.write(at, kept, got);
        *touched = range(at, got, buffer.len());
    }

    /// conn_nread takes what is there of the value out of the read buffer (`memcached.c:4187`), before it
    /// reads more: `rcurr` moves by as much, and it is the last thing that moves it.
    fn copy_value(&mut self, old: Offsets, new: Offsets, read: u64, touched: &mut Touched) {
        let copied = u64::try_from(old.rlbytes - new.rlbytes).unwrap_or(0).saturating_sub(read);
        let moved = new.ritem.saturating_sub(old.ritem).saturating_sub(read);
        if copied == 0 || copied != moved || copied > new.rcurr {
            return;
        }
        self.value.copy(old.ritem, &self.rbuf, new.rcurr - copied, copied);
        touched.value = range(old.ritem, copied, self.value.len());
    }

    /// What came stands where the buffer begins, header and all, over what was there. A request is moved
    /// over its header after that; one in several datagrams is not, and is refused.
    fn datagram(&mut self, event: &Event, kept: &[u8], got: u64, touched: &mut Touched) {
        self.rbuf.write(0, kept, got);
        touched.rbuf = range(0, got, self.rbuf.len());
        let header = UDP_HEADER_SIZE as u64;
        let is_single = match kept.get(4..6) {
            Some(of) => of == [0, 1],
            None => got.checked_sub(header) == Some(self.fields.rbytes.into()),
        };
        if event.request_id().is_some() && is_single {
            self.then = Then::Datagram(got);
        }
    }
}

fn clamp(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// The cells `at..at + len`, as far as they are kept.
fn range(at: u64, len: u64, kept: usize) -> Option<Range<usize>> {
    let (from, to) = (clamp(at).min(kept), clamp(at.saturating_add(len)).min(kept));
    (from < to).then_some(from..to)
}
