//! The terminal that is drawn on, and how large it is taken to be.

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use std::io::{self, Stdout};

/// What is drawn on where nobody says how large it is.
const USUAL: Size = Size { width: 80, height: 24 };
/// No more is drawn: what claims to be larger is no screen that somebody looks at.
const LARGEST: Size = Size { width: 1000, height: 300 };

/// The terminal at stdout.
pub(super) struct Screen(CrosstermBackend<Stdout>);

impl Screen {
    pub fn new() -> Screen {
        Screen(CrosstermBackend::new(io::stdout()))
    }
}

/// How large the screen is. A serial line does not know, nor does a terminal in its first moment.
fn size() -> Size {
    let told = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok();
    let (width, height) = told.map_or((0, 0), |told| (told.ws_col, told.ws_row));
    sensible(Size { width, height }, |name| std::env::var(name).ok())
}

fn sensible(told: Size, var: impl Fn(&str) -> Option<String>) -> Size {
    let side = |told: u16, name, usual: u16, largest: u16| {
        let wanted = || var(name).and_then(|value| value.trim().parse().ok()).filter(|side| *side > 0);
        let side = if told > 0 { told } else { wanted().unwrap_or(usual) };
        side.min(largest)
    };
    Size {
        width: side(told.width, "COLUMNS", USUAL.width, LARGEST.width),
        height: side(told.height, "LINES", USUAL.height, LARGEST.height),
    }
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.0.draw(content)
    }

    fn append_lines(&mut self, n: u16) -> io::Result<()> {
        self.0.append_lines(n)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.0.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.0.show_cursor()
    }

    /// Is not asked for: the answer would go to the thread that reads keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.0.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(size())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: size(), pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_is_not_told_is_asked_for_and_one_that_cannot_be_is_not_believed() {
        let of = |width, height, set: &'static [(&str, &str)]| {
            let var = |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            let size = sensible(Size { width, height }, var);
            (size.width, size.height)
        };
        assert_eq!(of(120, 40, &[("COLUMNS", "5"), ("LINES", "5")]), (120, 40));
        assert_eq!(of(0, 0, &[]), (80, 24));
        assert_eq!(of(0, 0, &[("COLUMNS", "100"), ("LINES", "30")]), (100, 30));
        assert_eq!(of(0, 40, &[("LINES", "30")]), (80, 40));
        assert_eq!(of(120, 0, &[("LINES", "0")]), (120, 24));
        assert_eq!(of(0, 0, &[("COLUMNS", "wide"), ("LINES", "-3")]), (80, 24));
        assert_eq!(of(u16::MAX, u16::MAX, &[]), (1000, 300));
        assert_eq!(of(0, 0, &[("COLUMNS", "65535"), ("LINES", "99999999")]), (1000, 24));
    }
}
