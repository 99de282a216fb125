//! How the terminal UI shall look, decided once: `--color`, then `NO_COLOR`, then the terminal.

use crate::cli::{Look, Theme, When};
use crate::ui;
use std::io::{self, IsTerminal as _};

/// Whether there is a terminal that a screen can be drawn on.
pub(super) fn has_terminal() -> bool {
    io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The theme.
pub(super) fn theme(look: Look) -> ui::Theme {
    let var = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    choose(look, var("NO_COLOR").is_some(), var("COLORFGBG").as_deref())
}

/// `--theme` names the colours; whether there are any is for `--color` to say, and else for
/// `NO_COLOR`. A terminal that tells its background (`COLORFGBG`) is believed.
fn choose(look: Look, no_color: bool, colorfgbg: Option<&str>) -> ui::Theme {
    let coloured = match look.color {
        When::Always => true,
        When::Never => false,
        When::Auto => !no_color,
    };
    if !coloured {
        return ui::Theme::Mono;
    }
    match look.theme {
        Some(Theme::Dark) => ui::Theme::Dark,
        Some(Theme::Light) => ui::Theme::Light,
        Some(Theme::Mono) => ui::Theme::Mono,
        None => match colorfgbg.and_then(|colours| colours.rsplit(';').next()) {
            Some("7" | "15") => ui::Theme::Light,
            _ => ui::Theme::Dark,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn color_goes_before_no_color_and_that_before_the_theme() {
        let look = |theme, color| Look { theme, color };
        assert_eq!(choose(look(None, When::Auto), false, None), ui::Theme::Dark);
        assert_eq!(choose(look(None, When::Auto), false, Some("0;15")), ui::Theme::Light);
        assert_eq!(choose(look(Some(Theme::Dark), When::Auto), true, None), ui::Theme::Mono);
        assert_eq!(choose(look(Some(Theme::Light), When::Always), true, None), ui::Theme::Light);
        assert_eq!(choose(look(Some(Theme::Light), When::Never), false, None), ui::Theme::Mono);
    }
}
