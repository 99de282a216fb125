//! How the terminal UI shall look, decided once: `--color`, then `NO_COLOR`, then the terminal.

use super::config;
use crate::cli::{LookArgs, ThemeArg, When};
use crate::texts::Language;
use crate::ui;
use anyhow::bail;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

/// Whether there is a terminal that a screen can be drawn on.
pub(super) fn has_terminal() -> bool {
    // One that has no name is not known to obey anything, as ncurses sees it, too.
    let is_known = std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
    io::stdout().is_terminal() && is_known
}

/// Whether help may be bold.
pub(super) fn is_styled() -> bool {
    has_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// How wide help may be: as clap has it.
pub(super) fn columns() -> usize {
    let told = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok().map(|size| size.ws_col.into());
    let named = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    told.filter(|columns| *columns > 0).or_else(named).unwrap_or(100)
}

/// How the viewer starts: as the command line says, then as the settings file does.
///
/// # Errors
///
/// What is wrong with the settings file.
pub(super) fn options(look: LookArgs) -> anyhow::Result<ui::Options> {
    let config = config::load()?;
    let start = ui::Options::default();
    let look = LookArgs {
        theme: look.theme.or(config.theme),
        color: look.color.or(config.color),
        ascii: look.ascii || config.ascii.unwrap_or_else(|| is_ascii(|name| std::env::var(name).ok())),
        classroom: look.classroom || config.classroom.unwrap_or(false),
    };
    let idle_limit = config.idle_limit.map_or(start.idle_limit, |limit| limit.map(nanos));
    Ok(ui::Options {
        theme: theme(look),
        ascii: look.ascii,
        classroom: look.classroom,
        speed: config.speed.unwrap_or(start.speed),
        idle_limit,
        pause_on_marks: config.pause_on_marks.unwrap_or(start.pause_on_marks),
        mouse: config.mouse.unwrap_or(start.mouse),
        // There is no Chinese in ASCII.
        lang: if look.ascii { Language::En } else { Language::spoken() },
        ..start
    })
}

/// The language to speak: the one that the command line names, else the settings file, else the environment.
pub fn language(asked: Option<Language>) -> Language {
    let env = || Language::from_env(|name| std::env::var(name).ok());
    asked.or_else(config::lang).unwrap_or_else(env)
}

/// Refuses to draw in ASCII what the command line itself wants in a language that needs more.
///
/// # Errors
///
/// Why both cannot be had.
pub(super) fn check_ascii(look: Option<LookArgs>, asked: Option<Language>) -> anyhow::Result<()> {
    match asked.filter(|lang| *lang != Language::En && look.is_some_and(|look| look.ascii)) {
        Some(lang) => bail!(Language::spoken().wrong_ascii(lang.code())),
        None => Ok(()),
    }
}

/// A time as the viewer counts it.
pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Whether the locale knows nothing but ASCII. The first of these that is set decides, as for the C
/// library; where none is, terminals of today are believed to know UTF-8.
fn is_ascii(var: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(var).find(|value| !value.is_empty());
    set.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    })
}

/// The theme.
pub(super) fn theme(look: LookArgs) -> ui::Theme {
    let var = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    choose(look, var("NO_COLOR").is_some(), var("COLORFGBG").as_deref())
}

/// `--theme` names the colours; whether there are any is for `--color` to say, and else for
/// `NO_COLOR`. A terminal that tells its background (`COLORFGBG`) is believed.
fn choose(look: LookArgs, no_color: bool, colorfgbg: Option<&str>) -> ui::Theme {
    let coloured = match look.color.unwrap_or_default() {
        When::Always => true,
        When::Never => false,
        When::Auto => !no_color,
    };
    if !coloured {
        return ui::Theme::Mono;
    }
    match look.theme {
        Some(ThemeArg::Dark) => ui::Theme::Dark,
        Some(ThemeArg::Light) => ui::Theme::Light,
        Some(ThemeArg::Contrast) => ui::Theme::Contrast,
        Some(ThemeArg::Mono) => ui::Theme::Mono,
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
        let look = |theme, color| LookArgs { theme, color: Some(color), ascii: false, classroom: false };
        assert_eq!(choose(look(None, When::Auto), false, None), ui::Theme::Dark);
        assert_eq!(choose(look(None, When::Auto), false, Some("0;15")), ui::Theme::Light);
        assert_eq!(choose(look(Some(ThemeArg::Dark), When::Auto), true, None), ui::Theme::Mono);
        assert_eq!(choose(look(Some(ThemeArg::Light), When::Always), true, None), ui::Theme::Light);
        assert_eq!(choose(look(Some(ThemeArg::Light), When::Never), false, None), ui::Theme::Mono);
    }

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let of = |set: &'static [(&str, &str)]| {
            is_ascii(|name| set.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert!(!of(&[]));
        assert!(of(&[("LANG", "C")]) && of(&[("LANG", "de_DE.ISO-8859-1")]));
        assert!(!of(&[("LANG", "de_DE.UTF-8")]) && !of(&[("LANG", "C.utf8")]));
        assert!(of(&[("LC_ALL", "POSIX"), ("LANG", "C.UTF-8")]));
        assert!(!of(&[("LC_ALL", ""), ("LC_CTYPE", "C.UTF-8"), ("LANG", "C")]));
    }
}
