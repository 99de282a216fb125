//! Lines of box characters that join where they meet.

use super::pen::Pen;
use ratatui::style::Style;

const NORTH: u8 = 1;
const EAST: u8 = 2;
const SOUTH: u8 = 4;
const WEST: u8 = 8;

/// How a line is drawn, and which line wins where two cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Weight {
    /// A way never taken: dotted.
    #[default]
    Faint,
    /// A way that was taken.
    Plain,
    /// The last way taken, some events ago.
    Last,
    /// The way just taken: heavy, and not joined to others.
    Lit,
}

#[derive(Debug, Clone, Copy, Default)]
struct CanvasCell {
    arms: u8,
    arrow: Option<char>,
    weight: Weight,
}

/// A grid of cells with lines in it.
pub(super) struct Canvas {
    width: usize,
    cells: Vec<CanvasCell>,
}

/// A point: column, row.
pub(super) type Point = (i32, i32);

impl Canvas {
    pub fn new(width: usize, height: usize) -> Canvas {
        Canvas { width, cells: vec![CanvasCell::default(); width * height] }
    }

    /// A line through `points`, each in the row or the column of the one before; an arrow head at
    /// its last one where `has_head`.
    pub fn line(&mut self, points: &[Point], weight: Weight, has_head: bool) {
        let mut last_arm = 0;
        for pair in points.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            let (dx, dy) = ((x1 - x0).signum(), (y1 - y0).signum());
            let ahead = arm(dx, dy);
            let (mut x, mut y) = (x0, y0);
            while (x, y) != (x1, y1) && (dx, dy) != (0, 0) {
                self.add((x, y), ahead, weight);
                (x, y) = (x + dx, y + dy);
                self.add((x, y), opposite(ahead), weight);
            }
            last_arm = ahead;
        }
        if let (Some(&end), true) = (points.last(), has_head)
            && let Some(cell) = self.cell(end)
        {
            let head = match last_arm {
                NORTH => '▲',
                EAST => '▶',
                SOUTH => '▼',
                _ => '◀',
            };
            if weight >= cell.weight {
                cell.arrow = Some(head);
            }
        }
    }

    fn add(&mut self, at: Point, arms: u8, weight: Weight) {
        let Some(cell) = self.cell(at) else { return };
        if weight == Weight::Lit && cell.weight != Weight::Lit {
            *cell = CanvasCell { arms, arrow: None, weight };
        } else if cell.weight != Weight::Lit || weight == Weight::Lit {
            cell.arms |= arms;
            cell.weight = cell.weight.max(weight);
        }
    }

    fn cell(&mut self, (x, y): Point) -> Option<&mut CanvasCell> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if x >= self.width {
            return None;
        }
        self.cells.get_mut(y * self.width + x)
    }

    /// Draws the lines with a style for each weight, `left` columns in.
    pub fn draw(&self, pen: &mut Pen<'_>, left: usize, style: impl Fn(Weight) -> Style) {
        for (i, cell) in self.cells.iter().enumerate().filter(|(_, c)| c.arms != 0) {
            let glyph = cell.arrow.unwrap_or_else(|| glyph(cell.arms, cell.weight));
            let (x, y) = (left + i % self.width, i / self.width);
            pen.put(x, y, glyph.encode_utf8(&mut [0; 4]), style(cell.weight));
        }
    }
}

fn arm(dx: i32, dy: i32) -> u8 {
    match (dx, dy) {
        (0, -1) => NORTH,
        (1, 0) => EAST,
        (0, 1) => SOUTH,
        (-1, 0) => WEST,
        _ => 0,
    }
}

fn opposite(arm: u8) -> u8 {
    match arm {
        NORTH => SOUTH,
        EAST => WEST,
        SOUTH => NORTH,
        _ => EAST,
    }
}

/// The box character with those arms; bits are north, east, south, west.
fn glyph(arms: u8, weight: Weight) -> char {
    const LIGHT: [char; 16] =
        [' ', '│', '─', '╰', '│', '│', '╭', '├', '─', '╯', '─', '┴', '╮', '┤', '┬', '┼'];
    const HEAVY: [char; 16] =
        [' ', '┃', '━', '┗', '┃', '┃', '┏', '┣', '━', '┛', '━', '┻', '┓', '┫', '┳', '╋'];
    match (weight, arms) {
        (Weight::Faint, NORTH | SOUTH | 5) => '╎',
        (Weight::Faint, EAST | WEST | 10) => '╌',
        (Weight::Lit, _) => HEAVY[usize::from(arms & 15)],
        _ => LIGHT[usize::from(arms & 15)],
    }
}
