//! `memstep completions` and `memstep man`: the command line, told to shells and to `man`.

use super::STDOUT;
use crate::cli::Cli;
use anyhow::{Context as _, bail};
use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Prints a shell's completions.
pub(super) fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "memstep", &mut script);
    io::stdout().lock().write_all(&script).context(STDOUT)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual page of memstep, or of a command.
pub(super) fn page(command: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut all = Cli::command();
    all.build();
    let page = match command {
        None => all,
        Some(name) => match all.find_subcommand(name) {
            Some(found) => named(found, name),
            None => {
                let names: Vec<&str> = all.get_subcommands().map(Command::get_name).collect();
                bail!("no such command: {}; there are {}", crate::text::printable(name), names.join(", "))
            }
        },
    };
    let mut text = Vec::new();
    Man::new(page).render(&mut text).context("the page cannot be written")?;
    io::stdout().lock().write_all(&text).context(STDOUT)?;
    Ok(ExitCode::SUCCESS)
}

/// A command under the name that its page has: `memstep-serve`.
fn named(command: &Command, name: &str) -> Command {
    let full = format!("memstep-{name}");
    command.clone().name(full.clone()).display_name(full).bin_name(format!("memstep {name}"))
}
