//! The picture of the screen in the README: it is what the program draws.

use super::{buffer, row, viewer};
use memstep::event::ConnState;
use memstep::ui::Options;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::fmt::Write as _;
use std::fs;

const PICTURE: &str = "tutorials/screen.svg";
/// Columns and rows are so many pixels apart, and so many from the edge.
const CELL: (f64, f64) = (8.4, 16.0);
const EDGE: (f64, f64) = (12.0, 12.0);
const TEXT: &str = "#c9d1d9";
const GROUND: &str = "#0d1117";

/// The 256 colours of a terminal, those that the dark theme takes.
fn colour(colour: Color) -> &'static str {
    match colour {
        Color::Indexed(80) => "#5fd7d7",
        Color::Indexed(203) => "#ff5f5f",
        Color::Indexed(215) => "#ffaf5f",
        Color::Indexed(239) => "#4e4e4e",
        Color::Indexed(247) => "#9e9e9e",
        Color::Reset => TEXT,
        other => panic!("the dark theme has no {other:?}"),
    }
}

fn svg(buffer: &Buffer, title: &str) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let x = |column: u16| EDGE.0 + f64::from(column) * CELL.0;
    let y = |row: u16| EDGE.1 + f64::from(row) * CELL.1;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0} {:.0}\" font-family=\"ui-monospace,\
         SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace\" font-size=\"14\">\n<title>{title}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{GROUND}\"/>\n",
        x(columns) + EDGE.0,
        y(rows) + 2.0 * EDGE.1 - 4.0,
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let cell = &buffer[(column, row)];
            let is_reversed = cell.modifier.contains(Modifier::REVERSED);
            // Words of one style, or blanks of a block.
            let is_like = |other: &Cell| {
                (other.fg, other.modifier) == (cell.fg, cell.modifier)
                    && (is_reversed || (other.symbol() == " ") == (cell.symbol() == " "))
            };
            let end = (column..columns).find(|&x| !is_like(&buffer[(x, row)])).unwrap_or(columns);
            let width = f64::from(end - column) * CELL.0;
            let own = colour(cell.fg);
            if is_reversed {
                let (x, y) = (x(column), y(row));
                let _ = writeln!(
                    out,
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{own}\"/>",
                    CELL.1
                );
            }
            let text: String = (column..end).map(|x| buffer[(x, row)].symbol()).collect();
            if !text.trim().is_empty() {
                let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                let weight = match cell.modifier.contains(Modifier::BOLD) {
                    true => " font-weight=\"bold\"",
                    false => "",
                };
                let (x, y) = (x(column), y(row) + 12.5);
                let fill = if is_reversed { GROUND } else { own };
                let _ = writeln!(
                    out,
                    "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
                     fill=\"{fill}\"{weight} xml:space=\"preserve\">{text}</text>"
                );
            }
            column = end;
        }
    }
    out.push_str("</svg>\n");
    out
}

/// With `MEMSTEP_PICTURE=1` it is made anew.
#[test]
fn the_readme_shows_the_screen_as_it_is() {
    let app = viewer("set-get", &Options::default(), |e| e.to() == Some(ConnState::Nread));
    let buffer = buffer(&app, (120, 40));
    assert!(row(&buffer, 0).contains("REPLAY"));
    let title =
        "memstep replaying set a 0 0 4: the command line was parsed, and the connection waits for the value";
    let made = svg(&buffer, title);
    if std::env::var_os("MEMSTEP_PICTURE").is_some() {
        fs::write(PICTURE, &made).unwrap();
    }
    let shown = fs::read_to_string(PICTURE).unwrap();
    assert!(
        shown == made,
        "{PICTURE} is not what the screen is now: MEMSTEP_PICTURE=1 cargo test --test screens makes it anew"
    );
}
