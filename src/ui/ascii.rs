//! The screens for a terminal that knows nothing but ASCII: every glyph gives way to one that is in it.
//!
//! This is done to the finished frame, and nowhere else: whatever a panel draws, and whatever a
//! recording holds, no byte above `~` reaches the terminal.

use ratatui::buffer::Buffer;

/// Maps every cell of the frame.
pub(super) fn map(buf: &mut Buffer) {
    for cell in &mut buf.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        // A wide glyph takes two cells, the second of which is blank.
        let mut glyphs = cell.symbol().chars();
        let plain = glyphs.next().map_or(' ', glyph);
        cell.set_char(plain);
    }
}

/// What stands for `c`; heavy lines differ from light ones and from dotted ones here too.
fn glyph(c: char) -> char {
    match c {
        '─' => '-',
        '│' => '|',
        '━' => '=',
        '┃' | '┏' | '┓' | '┗' | '┛' | '┣' | '┫' | '┳' | '┻' | '╋' => '#',
        '╌' | '·' | '░' => '.',
        '╎' | '┊' => ':',
        '╭' | '╮' | '╰' | '╯' | '├' | '┤' | '┬' | '┴' | '┼' | '└' | '┿' | '╂' => '+',
        '▲' | '↑' => '^',
        '▼' | '▾' | '↓' => 'v',
        '▶' | '▸' | '→' => '>',
        '◀' | '◂' | '←' => '<',
        '●' => '*',
        '○' => 'o',
        '▮' => '#',
        '▯' => '=',
        '✎' => '"',
        '█' => '#',
        '×' | '✕' => 'x',
        '…' | '⋯' => '~',
        'µ' => 'u',
        '–' | '—' => '-',
        // In a buffer, as `cat -A` has them: the end of a line, what stands before it, the NUL
        // behind a token.
        '␊' => '$',
        '␍' => '^',
        '␀' => '@',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn nothing_but_ascii_is_left_and_every_column_stays() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 1));
        buf.set_string(0, 0, "a─▶[nread] ×3 日本 …", Style::new());
        map(&mut buf);
        let row: String = buf.content.iter().map(|c| c.symbol()).collect();
        assert_eq!(row, "a->[nread] x3 ? ?  ~");
    }
}
