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
    /// For any background: no greys, and blocks of strong colours for what matters.
    Contrast,
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
    /// The theme after this one; after the last, the first again.
    #[must_use]
    pub fn next(self) -> Theme {
        match self {
            Theme::Dark => Theme::Light,
            Theme::Light => Theme::Contrast,
            Theme::Contrast => Theme::Mono,
            Theme::Mono => Theme::Dark,
        }
    }

    /// What it is called, here and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Dark => "dark",
            Theme::Light => "light",
            Theme::Contrast => "contrast",
            Theme::Mono => "mono",
        }
    }

    pub(super) fn palette(self) -> Palette {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        match self {
            Theme::Dark => coloured([247, 239, 80, 215, 203]),
            Theme::Light => coloured([241, 249, 25, 130, 160]),
            Theme::Contrast => Palette {
                text: plain,
                dim: plain,
                faint: plain,
                now: bold.add_modifier(Modifier::UNDERLINED),
                lit: block(231, 19),
                changed: block(16, 226),
                strong: bold,
                warn: block(231, 160),
            },
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

impl Palette {
    /// The same for a projector, whose greys nobody sees from the last row: all text is bold.
    pub fn bold(self) -> Palette {
        let bold = |style: Style| style.add_modifier(Modifier::BOLD);
        Palette { text: bold(self.text), dim: bold(Style { fg: None, ..self.dim }), ..self }
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

/// Bold text on a block of colour, both told: readable whatever the terminal's own are.
fn block(text: u8, ground: u8) -> Style {
    Style::new().fg(Color::Indexed(text)).bg(Color::Indexed(ground)).add_modifier(Modifier::BOLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_themes_go_round() {
        let mut theme = Theme::default();
        let mut names = Vec::new();
        for _ in 0..4 {
            names.push(theme.name());
            theme = theme.next();
        }
        assert_eq!((names, theme), (vec!["dark", "light", "contrast", "mono"], Theme::default()));
    }
}
