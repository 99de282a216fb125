//! A record becomes a line: names, results, the fields of `struct conn` that changed, what caused
//! it. The members stand in the order of [`Event`](crate::event::Event)'s fields.

use super::line::Lines;
use super::pen::LinePen;
use super::tell::ReportedField;
use super::told::Reported;
use super::world::RecordContext;
use crate::event::{ChangeSink, ConnChange, ConnValue, EvFlags, Snapshot};
use crate::tracer::{Record, Report, received};

/// How long a line may get whose event has no payload: a `set` of all fields, and an item's key of
/// 250 bytes.
const LONGEST: usize = 4096;
/// How many bytes of a payload may be the heads of a `sendmsg`'s pieces: 8 of each, and 1,024 pieces.
const HEADS: usize = 8 * 1024;
/// How many bytes the names of a piece take for each byte of its head.
const NAMES: usize = 5;

impl Lines {
    /// Writes an event's line.
    pub fn event(&mut self, told: &Reported<'_>, context: &RecordContext) {
        let record = told.record;
        self.add(Lines::most(told.payload.len()), |pen, numbers| {
            pen.begin(numbers, record.seq, told.t);
            pen.thread(numbers, told.thread);
            pen.report(told);
            if let Some(cause) = context.cause {
                pen.unsigned(",\"cause\":", cause);
            }
            if let Some(change) = told.change {
                pen.set(change, context);
            }
            pen.raw("}\n");
        });
    }

    /// How long the line of such an event may get: every byte escaped, and all fields changed.
    pub fn most(payload: usize) -> usize {
        LONGEST + 6 * payload + NAMES * payload.min(HEADS)
    }

    /// The line that says that `n` events from `seq` on are lost.
    pub fn lost(&mut self, seq: u64, t: u64, n: u64) {
        self.add(LONGEST, |pen, numbers| {
            pen.begin(numbers, seq, t);
            pen.unsigned(",\"th\":\"main\",\"ev\":\"drop\",\"n\":", n);
            pen.raw("}\n");
        });
    }

    /// The line of the state that the server was in after `seq`.
    pub fn snapshot(&mut self, seq: u64, t: u64, world: &Snapshot) {
        self.add(LONGEST, |pen, numbers| {
            pen.begin(numbers, seq, t);
            pen.raw(",\"th\":\"main\",\"ev\":\"snapshot\",\"world\":");
        });
        // A snapshot holds nothing that JSON has no form for.
        let world = crate::text::to_json(world).unwrap_or_else(|_| "null".to_owned());
        self.add(world.len(), |pen, _| pen.copied(world.as_bytes()));
        self.add(LONGEST, |pen, _| pen.raw("}\n"));
    }
}

include!(concat!(env!("OUT_DIR"), "/schema/told.rs"));

impl ChangeSink for LinePen<'_> {
    #[inline(always)]
    fn changed(&mut self, member: &'static str, value: ConnValue) {
        match value {
            ConnValue::Number(n) => self.number(member, n),
            ConnValue::Word(word) => {
                self.raw(member);
                self.word("\"", word);
            }
            ConnValue::Bool(yes) => {
                self.raw(member);
                self.raw(if yes { "true" } else { "false" });
            }
        }
    }
}

impl LinePen<'_> {
    /// The fields of `struct conn` that changed.
    #[inline(always)]
    fn set(&mut self, change: &ConnChange, context: &RecordContext) {
        let from = self.written();
        self.raw(",\"set\":");
        // Each with a comma before it; the first one becomes a brace.
        let first = self.written();
        change.each(context.changed, self);
        match &context.item {
            None => {}
            Some(None) => self.raw(",\"item\":null"),
            Some(Some(item)) => self.seldom(|pen| {
                pen.raw(",\"item\":{\"key\":\"");
                pen.text(&item.key);
                pen.unsigned("\",\"size\":", item.size);
                pen.byte(b'}');
            }),
        }
        if self.written() == first {
            self.goes_on_at(from);
        } else {
            self.over(first, b'{');
            self.byte(b'}');
        }
    }

    #[inline(always)]
    fn conn(&mut self, record: &Record) {
        if let Some(conn) = record.conn() {
            self.number(",\"conn\":", conn);
        }
    }

    /// The bytes of a payload.
    #[inline(always)]
    fn bytes_of(&mut self, key: &'static str, told: &Reported<'_>) {
        match told.record.what {
            Report::Recvfrom { ret, .. } => {
                self.payload(key, received(told.payload).1, u32::try_from(ret.0).unwrap_or(0));
            }
            _ => self.payload(key, told.payload, told.record.len),
        }
    }

    /// Text from elsewhere, or what is left of it.
    pub(super) fn lossy(&mut self, key: &'static str, text: &[u8]) {
        self.raw(key);
        self.text(&String::from_utf8_lossy(text));
        self.byte(b'"');
    }

    /// The list that [`ready_bytes`](crate::tracer::ready_bytes) wrote.
    #[inline(always)]
    fn ready(&mut self, key: &'static str, told: &Reported<'_>) {
        self.raw(key);
        self.byte(b'[');
        for (i, &[a, b, c, d, e, f, g, h, what]) in told.payload.as_chunks::<9>().0.iter().enumerate() {
            let begins = if i > 0 { ",{\"fd\":" } else { "{\"fd\":" };
            self.number(begins, i32::from_le_bytes([a, b, c, d]));
            let conn = u32::from_le_bytes([e, f, g, h]);
            if conn != u32::MAX {
                self.number(",\"conn\":", conn);
            }
            self.word(",\"what\":\"", EvFlags(what).interest().name());
            self.byte(b'}');
        }
        self.byte(b']');
    }
}
