//! The connection panel: `struct conn`, its read buffer byte by byte, its item, its answer.

mod cells;

use super::component::{Component, Rows};
use super::pen::{Pen, wrap};
use super::scene::Scene;
use crate::event::ConnFields;
use crate::model::{ConnModel, ConnStage, Sent};
use crate::text::{printable, visible};
use crate::texts::Language;
use crate::words;
use cells::{Drawn, Legend, ShownCells};
use std::ops::Range;
use unicode_width::UnicodeWidthStr as _;

/// What the panel needs with its title: state, read buffer, item, answer.
const LEAST_HEIGHT: u16 = 7;
/// How many pieces of an answer are written one behind the other.
const MAX_PIECES: usize = 64;
/// Where values stand, right of their labels.
const LABEL: usize = 8;
/// No read buffer is drawn longer, whatever a recording claims.
const LONGEST: usize = 64 * 1024;

/// The panel.
pub(super) struct ConnectionPanel;

impl Component for ConnectionPanel {
    fn name(&self, lang: Language) -> &'static str {
        lang.panel_connection()
    }

    fn title(&self, scene: &Scene<'_>) -> String {
        title(scene)
    }

    fn rows(&self, scene: &Scene<'_>) -> Rows {
        Rows { least: least_height(scene), best: u16::MAX }
    }

    fn draw(&self, scene: &Scene<'_>, pen: &mut Pen<'_>) {
        render(scene, pen);
    }
}

/// How many rows the panel takes with its title where rows are short.
fn least_height(scene: &Scene<'_>) -> u16 {
    match scene.shown_conn().map(|c| c.place) {
        Some(ConnStage::Open) => LEAST_HEIGHT,
        Some(ConnStage::Accepted | ConnStage::Queued | ConnStage::Taken) => 3,
        Some(ConnStage::Closed) | None => 2,
    }
}

/// The panel's title.
fn title(scene: &Scene<'_>) -> String {
    let Some(conn) = scene.shown_conn() else { return "struct conn".to_owned() };
    let mut title = format!("c{}", conn.id);
    title.push_str(if conn.is_udp { " · udp" } else { " · struct conn" });
    if let Some(fd) = conn.fd {
        title.push_str(&format!(" · fd {fd}"));
    }
    if let Some(thread) = conn.thread {
        title.push_str(&format!(" · {thread}"));
    }
    if let Some(peer) = &conn.peer {
        title.push_str(&format!(" · {}", printable(peer)));
    }
    if scene.pinned.is_some() {
        title.push_str(&format!(" · {}", scene.lang.connection_pinned()));
    }
    title
}

/// What a line of the panel is drawn with.
struct ConnectionView<'a> {
    scene: &'a Scene<'a>,
    conn: &'a ConnModel,
    /// The fields that this event changed.
    changed: &'a [&'static str],
}

impl ConnectionView<'_> {
    fn is_changed(&self, field: &str) -> bool {
        self.changed.contains(&field)
    }

    /// `name value`, lit and followed by `◂` where this event changed it.
    fn field(&self, pen: &mut Pen<'_>, x: usize, y: usize, name: &str, value: &str) -> usize {
        let p = self.scene.palette;
        let is_changed = self.is_changed(name);
        let x = pen.put(x, y, name, p.dim);
        let x = pen.put(x + 1, y, value, if is_changed { p.changed } else { p.text });
        if is_changed { pen.put(x, y, "◂", p.changed) } else { x }
    }
}

/// Draws the panel.
fn render(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let p = scene.palette;
    let Some(conn) = scene.shown_conn() else {
        pen.put(0, 0, scene.lang.connection_none_yet(), p.dim);
        return;
    };
    let world = scene.player.world();
    let is_of_event = world.changed.conn == Some(conn.id);
    let changed = if is_of_event { world.changed.fields.as_slice() } else { &[] };
    let view = ConnectionView { scene, conn, changed };
    // With room to spare the parts stand apart.
    let gap = usize::from(pen.height() >= 15);
    let mut y = 0;
    state_line(&view, pen, y);
    y += 1 + gap;
    if conn.place < ConnStage::Open {
        pen.put(0, y, scene.lang.connection_no_struct_yet(), p.dim);
        return;
    }
    if conn.is_closed() {
        return;
    }
    let touched = |range: &Option<Range<usize>>| range.clone().filter(|_| is_of_event).unwrap_or(0..0);
    let (mut legend, mut of_rbuf) = (Legend::default(), Legend::default());
    rbuf(&view, pen, y, touched(&world.changed.rbuf), &mut of_rbuf);
    y += 2 + gap;
    item(&view, pen, y, touched(&world.changed.value), &mut legend);
    y += 2 + gap;
    if conn.sent.is_none() && conn.replies.is_empty() {
        // There is nothing but "none".
        let from = LABEL + scene.lang.connection_none().width() + 2;
        legend.room.push((y, from..pen.width().saturating_sub(1).max(from)));
    }
    y = answer(&view, pen, y) + gap;
    fields(&view, pen, y);
    legend.and(of_rbuf).draw(&view, pen);
}

fn state_line(view: &ConnectionView<'_>, pen: &mut Pen<'_>, y: usize) {
    let (p, lang, conn) = (view.scene.palette, view.scene.lang, view.conn);
    let world = view.scene.player.world();
    let is_new = world.changed.conn == Some(conn.id) && world.changed.way.is_some();
    pen.put(0, y, "state", p.dim);
    let state = match (conn.place, conn.state) {
        (ConnStage::Accepted, _) => lang.connection_accepted(),
        (ConnStage::Queued, _) => lang.connection_queued(),
        (ConnStage::Taken, _) => lang.connection_taken(),
        (_, Some(state)) => state.name(),
        (_, None) => "?",
    };
    let mut x = pen.put(LABEL, y, state, if is_new { p.changed } else { p.strong });
    if is_new {
        x = pen.put(x, y, "◂", p.changed);
    }
    x = x.max(LABEL + 16) + 1;
    if conn.is_closed() {
        pen.put(x, y, &closed(lang, conn.why.as_deref()), p.text);
        return;
    }
    if let Some(id) = conn.request_id {
        x = view.field(pen, x, y, "request_id", &id.to_string()) + 2;
    }
    if conn.place == ConnStage::Open {
        view.field(pen, x, y, "ev_flags", &conn.fields.ev_flags.to_string());
    }
}

/// That it is closed, and why.
pub(super) fn closed(lang: Language, why: Option<&str>) -> String {
    match why {
        Some(why) => lang.connection_closed(words::reason(why, lang)),
        None => lang.connection_closed_somehow().to_owned(),
    }
}

/// The read buffer: what is parsed is grey, what is not stands over a line that begins at `rcurr`.
fn rbuf(view: &ConnectionView<'_>, pen: &mut Pen<'_>, y: usize, touched: Range<usize>, legend: &mut Legend) {
    let (p, conn) = (view.scene.palette, view.conn);
    let fields = &conn.fields;
    pen.put(0, y, "rbuf", p.dim);
    let (rcurr, rbytes) = (fields.rcurr as usize, fields.rbytes as usize);
    let unparsed = rcurr..rcurr.saturating_add(rbytes);
    let right = pen.width().saturating_sub(2);
    // What is not parsed yet is there, also where the recording has begun after it came.
    let len = conn.rbuf.len().max(unparsed.end.min(LONGEST));
    let window = ShownCells::new(len, rcurr, LABEL, right);
    if len == 0 {
        pen.put(LABEL, y, view.scene.lang.connection_nothing_read(), p.dim);
    }
    let signs = window.draw(pen, y, |at| {
        let is_unparsed = unparsed.contains(&at);
        let never = if is_unparsed { Drawn::NotRecorded } else { Drawn::Nothing };
        let drawn = Drawn::of(conn.rbuf.get(at), never);
        let style = match drawn {
            _ if touched.contains(&at) => p.changed,
            Drawn::Byte(_) if is_unparsed => p.strong,
            _ => p.dim,
        };
        (drawn, style)
    });
    if window.cells.start > 0 {
        pen.put(LABEL - 1, y, "…", p.dim);
    }
    if window.cells.end < len {
        pen.put(right, y, "…", p.dim);
    }

    let from = window.column(unparsed.start);
    let to = window.column(unparsed.end).max(from + 1);
    let is_moved = view.is_changed("rcurr") || view.is_changed("rbytes");
    let style = if is_moved { p.changed } else { p.now };
    if rbytes > 0 {
        pen.put(from, y + 1, &"━".repeat(to - from), style);
    }
    pen.put(from, y + 1, "▲", style);
    let texts = [("rcurr", fields.rcurr.to_string()), ("rbytes", fields.rbytes.to_string())];
    let labels = labels(view, pen, from..to, y + 1, &texts);
    legend.add(pen, y, &signs, window.column(window.cells.end), &labels);
}

/// The item that is being filled: what is still to come after `ritem`, and a mark there.
fn item(view: &ConnectionView<'_>, pen: &mut Pen<'_>, y: usize, touched: Range<usize>, legend: &mut Legend) {
    let (p, lang, conn) = (view.scene.palette, view.scene.lang, view.conn);
    let fields = &conn.fields;
    let is_new = view.is_changed("item");
    pen.put(0, y, "item", p.dim);
    let Some(item) = &fields.item else {
        let x = if fields.sbytes > 0 {
            view.field(pen, LABEL, y, "sbytes", &lang.connection_to_swallow(fields.sbytes.to_string()))
        } else {
            pen.put(LABEL, y, lang.connection_none(), if is_new { p.changed } else { p.dim })
        };
        if is_new {
            pen.put(x, y, "◂", p.changed);
        }
        return;
    };
    let key = if item.key.is_empty() { "?".into() } else { printable(&item.key) };
    let mut x = pen.fit(LABEL, y, 16, &key, if is_new { p.changed } else { p.strong });
    if is_new {
        x = pen.put(x, y, "◂", p.changed);
    }
    x = pen.put(x, y, " = ", p.dim);
    let right = pen.width().saturating_sub(3);
    let ritem = fields.ritem as usize;
    let size = usize::try_from(item.size).unwrap_or(usize::MAX).min(1 << 30);
    let window = ShownCells::new(size, ritem, x, right);
    let signs = window.draw(pen, y, |at| {
        let never = if at < ritem { Drawn::NotRecorded } else { Drawn::ToCome };
        let drawn = Drawn::of(conn.value.get(at), never);
        let style = match drawn {
            Drawn::ToCome => p.dim,
            _ if touched.contains(&at) => p.changed,
            Drawn::NotRecorded => p.dim,
            _ => p.text,
        };
        (drawn, style)
    });
    if window.cells.end < size {
        pen.put(right, y, "…", p.dim);
    }
    let at = window.column(ritem);
    pen.put(at, y + 1, "▲", if view.is_changed("ritem") { p.changed } else { p.now });
    let texts = [("ritem", fields.ritem.to_string()), ("rlbytes", fields.rlbytes.to_string())];
    let labels = labels(view, pen, at..at + 1, y + 1, &texts);
    legend.add(pen, y, &signs, window.column(window.cells.end), &labels);
}

/// Names and values right of the marked columns; where they would not fit there, left of them, or
/// over the end of the mark. Gives the columns that they and the mark take.
fn labels(
    view: &ConnectionView<'_>,
    pen: &mut Pen<'_>,
    mark: Range<usize>,
    y: usize,
    texts: &[(&str, String)],
) -> Range<usize> {
    let width = |(name, value): &(&str, String)| {
        name.len() + 1 + value.len() + usize::from(view.is_changed(name)) + 2
    };
    let total: usize = texts.iter().map(width).sum();
    let fits_right = mark.end + 1 + total <= pen.width() + 2;
    let fits_left = mark.start >= LABEL + total;
    let mut x = match (fits_right, fits_left) {
        (true, _) => mark.end + 1,
        (false, true) => mark.start + 1 - total,
        (false, false) => pen.width().saturating_sub(total).max(LABEL),
    };
    let first = x - 1;
    // What a mark drew under them gives way.
    pen.put(x - 1, y, &" ".repeat(total.saturating_sub(1)), view.scene.palette.text);
    for (name, value) in texts {
        x = view.field(pen, x, y, name, value) + 2;
    }
    first.min(mark.start)..(x - 2).max(mark.end)
}

/// The answer that is queued, and what became of the last `sendmsg`. Gives the next row.
fn answer(view: &ConnectionView<'_>, pen: &mut Pen<'_>, y: usize) -> usize {
    let (p, lang, conn) = (view.scene.palette, view.scene.lang, view.conn);
    let is_new = |kind: crate::event::Kind| {
        view.scene.player.current().is_some_and(|e| e.kind() == kind && e.conn == Some(conn.id))
    };
    pen.put(0, y, lang.connection_answer(), p.dim);
    let x = LABEL;
    if let Some(sent) = &conn.sent {
        let is_new = is_new(crate::event::Kind::Sendmsg);
        return sent_line(view, pen, y, sent, is_new);
    }
    if conn.replies.is_empty() {
        pen.put(x, y, lang.connection_none(), p.dim);
        return y + 1;
    }
    let is_new = is_new(crate::event::Kind::Reply);
    let queued: Vec<String> = conn.replies.iter().map(|r| format!("\"{}\"", visible(r))).collect();
    let iov = format!("iovused {}", conn.fields.iovused);
    let room = pen.width().saturating_sub(x + iov.len() + 5);
    let x = pen.fit(x, y, room, &queued.join(" "), if is_new { p.changed } else { p.text });
    let x = if is_new { pen.put(x, y, "◂", p.changed) } else { x };
    view.field(pen, x + 2, y, "iovused", &conn.fields.iovused.to_string());
    y + 1
}

/// The pieces of a `sendmsg`, and how much of them the kernel took.
fn sent_line(view: &ConnectionView<'_>, pen: &mut Pen<'_>, y: usize, sent: &Sent, is_new: bool) -> usize {
    let (p, lang) = (view.scene.palette, view.scene.lang);
    let (result, is_short) = match &sent.result {
        Ok(n) => {
            let taken = u64::try_from(*n).unwrap_or(0);
            (lang.connection_sent_of(sent.total.to_string(), n.to_string()), taken < sent.total)
        }
        Err(errno) => (lang.connection_sent_none(printable(errno)), true),
    };
    let shown = sent.pieces.iter().take(MAX_PIECES);
    let pieces: Vec<String> = shown.map(|(b, _)| format!("\"{}\"", visible(b))).collect();
    // With rows to spare below, one for each piece; some stay for the other fields.
    let rows = pen.height().saturating_sub(y + 4);
    if sent.count > 1 && rows >= 3 {
        return iovecs(view, pen, y, sent, (&result, is_short, is_new));
    }
    let mut text = pieces.join(" ");
    if sent.count > pieces.len() {
        text = lang.connection_more_pieces((sent.count - pieces.len()).to_string(), text);
    }
    let room = pen.width().saturating_sub(LABEL + result.width() + 4);
    let style = if is_new { p.changed } else { p.dim };
    // Where rows are plenty a long answer takes more than one.
    let rows = if pen.height() > LEAST_HEIGHT.into() { 3 } else { 1 };
    let lines = wrap(&text, room);
    let mut x = LABEL;
    let mut y = y;
    for (i, line) in lines.iter().take(rows).enumerate() {
        let is_cut = i + 1 == rows && lines.len() > rows;
        x = pen.fit(LABEL, y + i, room, &if is_cut { format!("{line} …") } else { line.clone() }, style);
    }
    y += lines.len().clamp(1, rows) - 1;
    let x = pen.put(x + 2, y, &result, if is_short && !is_new { p.warn } else { style });
    if is_new {
        pen.put(x, y, "◂", p.changed);
    }
    y + 1
}

/// The pieces one below the other, with what became of each.
fn iovecs(
    view: &ConnectionView<'_>,
    pen: &mut Pen<'_>,
    mut y: usize,
    sent: &Sent,
    (result, is_short, is_new): (&str, bool, bool),
) -> usize {
    let (p, lang) = (view.scene.palette, view.scene.lang);
    let style = if is_new { p.changed } else { p.text };
    let x = pen.put(LABEL, y, result, if is_short && !is_new { p.warn } else { style });
    let beside = if is_new { pen.put(x, y, "◂", p.changed) } else { x };
    let mut left = sent.result.as_ref().map_or(0, |&n| u64::try_from(n).unwrap_or(0));
    let rows = pen.height().saturating_sub(y + 4);
    let ends = sent.pieces.iter().scan(0_u64, |end, (_, len)| {
        *end = end.saturating_add(*len);
        Some(*end)
    });
    // Where not all have room: those where the kernel stopped.
    let stopped = ends.take_while(|&end| end <= left).count();
    let first = stopped.saturating_sub(1).min(sent.pieces.len().saturating_sub(rows));
    let more = sent.count - sent.pieces.len().min(first + rows);
    if first > 0 || more > 0 {
        pen.put(beside + 2, y, &lang.connection_pieces_around(more.to_string(), first.to_string()), p.dim);
    }
    for (i, (bytes, len)) in sent.pieces.iter().enumerate().take(first + rows) {
        let taken = left.min(*len);
        left -= taken;
        if i < first {
            continue;
        }
        y += 1;
        let fate = match taken {
            0 => lang.connection_piece_waits().to_owned(),
            _ if taken == *len => lang.connection_piece_sent().to_owned(),
            _ => lang.connection_piece_part(taken.to_string(), (len - taken).to_string()),
        };
        let text = format!("iov[{i}]  {len:>7}  \"{}\"", visible(bytes));
        let room = pen.width().saturating_sub(LABEL + fate.width() + 2);
        let is_whole = taken == *len;
        let x = pen.fit(LABEL, y, room, &text, if is_whole { p.dim } else { p.text });
        pen.put(x + 1, y, &fate, if is_whole { p.dim } else { p.strong });
    }
    y + 1
}

/// Every other field, in columns.
fn fields(view: &ConnectionView<'_>, pen: &mut Pen<'_>, y: usize) {
    let rows = pen.height().saturating_sub(y);
    if rows == 0 {
        return;
    }
    let f: &ConnFields = &view.conn.fields;
    let all: [(&str, String); 12] = [
        ("rsize", f.rsize.to_string()),
        ("write_and_go", f.write_and_go.to_string()),
        ("protocol", f.protocol.to_string()),
        ("noreply", f.noreply.to_string()),
        ("wbytes", f.wbytes.to_string()),
        ("sbytes", f.sbytes.to_string()),
        ("iovused", f.iovused.to_string()),
        ("msgcurr", f.msgcurr.to_string()),
        ("msgused", f.msgused.to_string()),
        ("msgbytes", f.msgbytes.to_string()),
        ("ileft", f.ileft.to_string()),
        ("suffixleft", f.suffixleft.to_string()),
    ];
    let mut at = (LABEL, y);
    for (name, value) in &all {
        let width = name.len() + value.len() + 2;
        if at.0 + width > pen.width() && at.0 > LABEL {
            at = (LABEL, at.1 + 1);
        }
        view.field(pen, at.0, at.1, name, value);
        at.0 += width.next_multiple_of(14) + 1;
    }
    pen.put(0, y, view.scene.lang.connection_other_fields(), view.scene.palette.dim);
}
