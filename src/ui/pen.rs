//! Writing on a part of the screen, clipped to it.

use crate::lesson::{self, Span, TextStyle};
use crate::text::printable;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Writes on an area; what does not fit is cut off.
pub(super) struct Pen<'a> {
    buf: &'a mut Buffer,
    area: Rect,
}

impl<'a> Pen<'a> {
    /// Writes on `area`, as far as the buffer has it.
    pub fn new(buf: &'a mut Buffer, area: Rect) -> Pen<'a> {
        let area = area.intersection(buf.area);
        Pen { buf, area }
    }

    pub fn width(&self) -> usize {
        self.area.width.into()
    }

    pub fn height(&self) -> usize {
        self.area.height.into()
    }

    /// Writes `text` at column `x` of row `y`; gives the column after it.
    pub fn put(&mut self, x: usize, y: usize, text: &str, style: Style) -> usize {
        // Names come from recordings too; here nothing passes that a terminal would act on.
        let text = &*printable(text);
        let end = x + text.width();
        if x < self.width() && y < self.height() && !text.is_empty() {
            let room = self.width() - x;
            // Nothing of what stood there shines through.
            let style = Style::reset().patch(style);
            // Both fit in u16: they are less than the area's own sides.
            self.buf.set_stringn(self.area.x + x as u16, self.area.y + y as u16, text, room, style);
        }
        end
    }

    /// Writes `text` at `x`, at most `room` columns of it, the last one `…` where it is longer.
    pub fn fit(&mut self, x: usize, y: usize, room: usize, text: &str, style: Style) -> usize {
        let cut = cut(text, room.min(self.width().saturating_sub(x)));
        self.put(x, y, &cut, style)
    }

    /// Writes `text` so that it ends at the right edge, less `margin`; gives its first column.
    pub fn put_right(&mut self, margin: usize, y: usize, text: &str, style: Style) -> usize {
        let x = self.width().saturating_sub(text.width() + margin);
        self.put(x, y, text, style);
        x
    }

    /// The same as [`Pen::inner`], for good.
    pub fn into_inner(mut self, left: u16, top: u16) -> Pen<'a> {
        self.area = self.inner(left, top).area;
        self
    }

    /// A part of this area, below `top` rows and right of `left` columns.
    pub fn inner(&mut self, left: u16, top: u16) -> Pen<'_> {
        let area = Rect {
            x: self.area.x.saturating_add(left.min(self.area.width)),
            y: self.area.y.saturating_add(top.min(self.area.height)),
            width: self.area.width.saturating_sub(left),
            height: self.area.height.saturating_sub(top),
        };
        Pen { buf: self.buf, area }
    }
}

/// `text` in at most `room` columns, ending in `…` where it had to be cut.
pub(super) fn cut(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        let width = c.width().unwrap_or(0);
        if used + width > room {
            break;
        }
        used += width;
        out.push(c);
    }
    if room > 0 {
        out.push('…');
    }
    out
}

/// `text` in lines of at most `room` columns, broken between words, and between characters where those are Chinese.
/// Blank lines stay.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if room == 0 {
        return lines;
    }
    for paragraph in text.lines() {
        if paragraph.chars().any(|c| c.width() == Some(2)) {
            let span = Span { text: paragraph.to_owned(), style: TextStyle::Plain };
            let own = lesson::wrap(&[span], room).into_iter();
            lines.extend(own.map(|line| line.into_iter().map(|span| span.text).collect::<String>()));
            continue;
        }
        let mut line = String::new();
        for word in paragraph.split(' ').filter(|w| !w.is_empty()) {
            if !line.is_empty() && line.width() + 1 + word.width() > room {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            // A word that fits on no line is cut; nothing that is explained has such words.
            line.push_str(&cut(word, room));
        }
        lines.push(line);
    }
    lines
}

/// A time or a length of time, in the unit that one would say it in.
pub(super) fn time(ns: u64) -> String {
    let value = ns as f64;
    match ns {
        0 => "0".into(),
        1..1_000 => format!("{ns} ns"),
        // From here on it would be rounded to 1000 of the smaller unit.
        1_000..999_500 => short(value / 1e3, "µs"),
        999_500..999_500_000 => short(value / 1e6, "ms"),
        999_500_000..60_000_000_000 => format!("{:.3} s", value / 1e9),
        _ => format!("{} min {:02} s", ns / 60_000_000_000, ns / 1_000_000_000 % 60),
    }
}

fn short(value: f64, unit: &str) -> String {
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_and_wrapped_by_columns() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(wrap("one two three\n\nfour", 8), ["one two", "three", "", "four"]);
        assert_eq!(wrap("调用没有记录。\n要记录", 8), ["调用没有", "记录。", "要记录"]);
        assert!(wrap("abc", 0).is_empty());
    }

    #[test]
    fn times_are_said_in_their_own_unit() {
        let said = [0, 999, 1_500, 999_999, 98_000_000, 1_204_000_000, 61_000_000_000].map(time);
        assert_eq!(said, ["0", "999 ns", "1.5 µs", "1.0 ms", "98 ms", "1.204 s", "1 min 01 s"]);
    }
}
