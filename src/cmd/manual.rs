//! `memstep completions` and `memstep man`: the command line, told to shells and to `man`.

use super::STDOUT;
use crate::cli;
use crate::texts::Language;
use anyhow::{Context as _, bail};
use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Prints a shell's completions.
pub(super) fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(Language::spoken()), "memstep", &mut script);
    io::stdout().lock().write_all(&script).context(STDOUT)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual page of memstep, or of a command.
pub(super) fn page(command: Option<&str>) -> anyhow::Result<ExitCode> {
    let lang = Language::spoken();
    let mut all = cli::command(lang);
    all.build();
    let page = match command {
        None => all,
        Some(name) => match all.find_subcommand(name) {
            Some(found) => named(found, name),
            None => {
                let names: Vec<&str> = all.get_subcommands().map(Command::get_name).collect();
                bail!(lang.no_such_subcommand(crate::text::printable(name), names.join(lang.list_comma())))
            }
        },
    };
    let mut text = Vec::new();
    Man::new(page).render(&mut text).context(lang.page_unwritten())?;
    let text = headed(&String::from_utf8_lossy(&text), lang);
    io::stdout().lock().write_all(text.as_bytes()).context(STDOUT)?;
    Ok(ExitCode::SUCCESS)
}

/// A page with the headings that its maker knows in English alone.
fn headed(page: &str, lang: Language) -> String {
    let line = |line: &str| {
        let own = match line {
            ".SH NAME" => lang.page_name(),
            ".SH SYNOPSIS" => lang.page_synopsis(),
            ".SH DESCRIPTION" => lang.page_description(),
            ".SH EXTRA" => lang.page_extra(),
            ".SH VERSION" => lang.page_version(),
            _ => return format!("{line}\n"),
        };
        format!(".SH {own}\n")
    };
    page.lines().map(line).collect()
}

/// A command under the name that its page has: `memstep-serve`.
fn named(command: &Command, name: &str) -> Command {
    let full = format!("memstep-{name}");
    command.clone().name(full.clone()).display_name(full).bin_name(format!("memstep {name}"))
}
