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
        '╌' | '·' | '▒' => '.',
        // A byte that is not recorded is no blank and no byte above `~`.
        '╎' | '┊' | '░' => ':',
        '╭' | '╮' | '╰' | '╯' | '├' | '┤' | '┬' | '┴' | '┼' | '└' | '┿' | '╂' => '+',
        '▲' | '↑' => '^',
        '▼' | '▾' | '↓' => 'v',
        '▶' | '▸' | '→' => '>',
        '◀' | '◂' | '←' => '<',
        '●' => '*',
        '○' => 'o',
        '▮' => '#',
        '▯' => '=',
        '✎' => '%',
        '✓' => '+',
        '✗' => 'x',
        '§' => '#',
        '▴' => '^',
        '█' => '#',
        '×' | '✕' => 'x',
        '…' | '⋯' => '~',
        'µ' => 'u',
        '–' | '—' => '-',
        // In a buffer, as `cat -A` has them: the end of a line, what stands before it, the NUL
        // behind a token; and every other control character.
        '␊' => '$',
        '␍' => '^',
        '␀' => '@',
        '\u{2400}'..='\u{2421}' => '!',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use unicode_width::UnicodeWidthChar as _;

    #[test]
    fn nothing_but_ascii_is_left_and_every_column_stays() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 1));
        buf.set_string(0, 0, "a─▶[nread] ×3 日本 …", Style::new());
        map(&mut buf);
        let row: String = buf.content.iter().map(|c| c.symbol()).collect();
        assert_eq!(row, "a->[nread] x3 ? ?  ~");
    }

    #[test]
    fn every_glyph_that_a_panel_draws_has_one_that_stands_for_it() {
        fn sources(dir: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
            for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
                let path = entry.path();
                match path.is_dir() {
                    true => sources(&path, found),
                    false => found.extend(path.extension().is_some_and(|e| e == "rs").then_some(path)),
                }
            }
        }
        let mut files = Vec::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui"), &mut files);
        assert!(files.len() > 20, "the sources were not found");
        let is_test = |path: &std::path::Path| path.to_string_lossy().contains("tests");
        for path in files.iter().filter(|path| !path.ends_with("ascii.rs") && !is_test(path)) {
            let code = std::fs::read_to_string(path).unwrap_or_default();
            let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let code = code.split("#[cfg(test)]\n#[allow").next().unwrap_or_default();
            for c in code.lines().filter_map(|line| line.split("//").next()).flat_map(str::chars) {
                // Where there is only ASCII a lesson is in English.
                let is_chinese = path.to_string_lossy().contains("/lesson/") && c.width() == Some(2);
                assert!(c.is_ascii() || glyph(c) != '?' || is_chinese, "{}: {c}", path.display());
            }
        }
        for byte in 0..=255 {
            let c = crate::text::glyph(byte);
            assert!(c.is_ascii() || glyph(c) != '?', "{byte}");
        }
    }
}
