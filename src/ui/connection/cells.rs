//! The bytes of a buffer in a row, and what the signs mean that are no bytes.

use super::super::pen::Pen;
use super::{ConnectionView, LABEL};
use crate::model::Cell;
use crate::text::glyph;
use ratatui::style::Style;
use std::ops::Range;
use unicode_width::UnicodeWidthStr as _;

/// The cells of a buffer that are shown.
pub(super) struct ShownCells {
    /// The first cell, and the one after the last.
    pub cells: Range<usize>,
    /// Columns a cell takes.
    pub pitch: usize,
    pub left: usize,
}

impl ShownCells {
    /// The cells around `focus` of a buffer of `len` that fit between `left` and `right`.
    pub fn new(len: usize, focus: usize, left: usize, right: usize) -> ShownCells {
        let room = right.saturating_sub(left);
        let pitch = if len * 2 <= room { 2 } else { 1 };
        let fit = (room / pitch).max(1);
        // Some of what stands before the focus stays in view.
        let from = if len <= fit { 0 } else { focus.saturating_sub(fit / 4).min(len.saturating_sub(fit)) };
        ShownCells { cells: from..len.min(from + fit), pitch, left }
    }

    pub fn column(&self, cell: usize) -> usize {
        self.left + cell.clamp(self.cells.start, self.cells.end).saturating_sub(self.cells.start) * self.pitch
    }

    /// Draws the cells; tells what the legend must explain.
    pub fn draw(&self, pen: &mut Pen<'_>, y: usize, cell: impl Fn(usize) -> (Drawn, Style)) -> Signs {
        let mut signs = Signs::default();
        for at in self.cells.clone() {
            let (drawn, style) = cell(at);
            let glyph = match drawn {
                Drawn::Byte(byte) => glyph(byte),
                Drawn::NotRecorded => NOT_RECORDED,
                Drawn::ToCome => TO_COME,
                Drawn::Nothing => ' ',
            };
            signs.not_recorded |= drawn == Drawn::NotRecorded;
            signs.to_come |= drawn == Drawn::ToCome;
            pen.put(self.column(at), y, glyph.encode_utf8(&mut [0; 4]), style);
        }
        signs
    }
}

/// A byte that is there, and that the recording does not have.
const NOT_RECORDED: char = '░';
/// A byte of an item that the client has not sent yet.
const TO_COME: char = '_';

/// What a cell of a buffer is drawn as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Drawn {
    Byte(u8),
    NotRecorded,
    ToCome,
    /// Nobody has written here.
    Nothing,
}

impl Drawn {
    /// A cell, where `never` stands for one that nothing is known of.
    pub fn of(cell: Cell, never: Drawn) -> Drawn {
        match cell {
            Cell::Known(byte) => Drawn::Byte(byte),
            Cell::Lost => Drawn::NotRecorded,
            Cell::Never => never,
        }
    }
}

/// The signs among the cells of the buffers that are no bytes, and where there is room to say so.
#[derive(Default)]
pub(super) struct Legend {
    pub not_recorded: bool,
    pub to_come: bool,
    /// Rows, and their free columns.
    pub room: Vec<(usize, Range<usize>)>,
}

impl Legend {
    /// What the signs of a buffer mean, and what is free right of its cells and around its labels.
    pub fn add(&mut self, pen: &Pen<'_>, y: usize, signs: &Signs, cells: usize, labels: &Range<usize>) {
        self.not_recorded |= signs.not_recorded;
        self.to_come |= signs.to_come;
        let end = pen.width().saturating_sub(1);
        let right = |from: usize| from + 2..end.max(from + 2);
        let left = LABEL..labels.start.saturating_sub(2).max(LABEL);
        self.room.extend([(y + 1, right(labels.end)), (y + 1, left), (y, right(cells))]);
    }

    /// This one's room goes first.
    pub fn and(mut self, other: Legend) -> Legend {
        self.not_recorded |= other.not_recorded;
        self.to_come |= other.to_come;
        self.room.extend(other.room);
        self
    }

    /// Says what they mean: together where there is room for it, else each where it has.
    pub fn draw(mut self, view: &ConnectionView<'_>, pen: &mut Pen<'_>) {
        let lang = view.scene.lang;
        let why = match view.scene.redacted.is_nothing() {
            true => lang.connection_not_recorded(),
            false => lang.connection_redacted(),
        };
        let signs =
            [(self.not_recorded, NOT_RECORDED, why), (self.to_come, TO_COME, lang.connection_to_come())];
        let there = signs.iter().filter(|(is_there, ..)| *is_there);
        let there: Vec<String> = there.map(|(_, sign, what)| format!("{sign} {what}")).collect();
        let together = there.join("  ");
        let fits = |text: &str, (_, columns): &(usize, Range<usize>)| columns.len() >= text.width();
        let texts = if self.room.iter().any(|room| fits(&together, room)) { vec![together] } else { there };
        for text in texts.iter().filter(|text| !text.is_empty()) {
            let Some(at) = self.room.iter().position(|room| fits(text, room)) else { continue };
            let (y, columns) = self.room.swap_remove(at);
            // Apart from what stands there.
            let x = if columns.start == LABEL { LABEL } else { columns.end - text.width() };
            pen.put(x, y, text, view.scene.palette.dim);
        }
    }
}

/// The signs among the cells of a buffer that are no bytes.
#[derive(Default)]
pub(super) struct Signs {
    pub not_recorded: bool,
    pub to_come: bool,
}
