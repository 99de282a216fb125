//! The few styles that the screens are drawn in.
//!
//! One accent for "now", one for "what this event changed", grey for the rest, on the terminal's
//! own background. Whatever a style says is said by a sign too (`▶`, `◂`, `[nread]`), so that
//! nothing is lost without colours. Whether there are colours is decided by the caller and never
//! by crossterm, which drops bold and reversed text along with them.

use ratatui::style::{Color, Modifier, Style};

/// The looks to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// For a dark background.
    #[default]
    Dark,
    /// For a light background.
    Light,
    /// No colours at all: bold, underlined, reversed.
    Mono,
}

/// A theme's styles, by what they mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// What one reads.
    pub text: Style,
    /// What is always there: labels, the past, threads asleep.
    pub dim: Style,
    /// Rules, ways never taken.
    pub faint: Style,
    /// Where the cursor is.
    pub now: Style,
    /// The one thing on a panel that is "now", as a block.
    pub lit: Style,
    /// What this event changed.
    pub changed: Style,
    /// A title; a key in a hint.
    pub strong: Style,
    /// What went wrong: events lost, a recording not closed.
    pub warn: Style,
}

impl Theme {
    /// The theme after this one, and after the last one the first.
    pub(super) fn next(self) -> Theme {
        match self {
            Theme::Dark => Theme::Light,
            Theme::Light => Theme::Mono,
            Theme::Mono => Theme::Dark,
        }
    }

    pub(super) fn palette(self) -> Palette {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        match self {
            Theme::Dark => coloured([247, 239, 80, 215, 203]),
            Theme::Light => coloured([241, 249, 25, 130, 160]),
            Theme::Mono => Palette {
                text: plain,
                dim: plain,
                faint: plain.add_modifier(Modifier::DIM),
                now: bold,
                lit: bold.add_modifier(Modifier::REVERSED),
                changed: bold.add_modifier(Modifier::UNDERLINED),
                strong: bold,
                warn: bold.add_modifier(Modifier::REVERSED),
            },
        }
    }
}

/// Greys and accents from the 256 colours, whose look does not hang on the terminal's own theme.
fn coloured([dim, faint, now, changed, warn]: [u8; 5]) -> Palette {
    let style = |colour| Style::new().fg(Color::Indexed(colour));
    let bold = |colour| style(colour).add_modifier(Modifier::BOLD);
    Palette {
        text: Style::new(),
        dim: style(dim),
        faint: style(faint),
        now: bold(now),
        lit: bold(now).add_modifier(Modifier::REVERSED),
        changed: bold(changed),
        strong: Style::new().add_modifier(Modifier::BOLD),
        warn: bold(warn),
    }
}
