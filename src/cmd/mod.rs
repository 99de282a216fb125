//! The commands, one file each.

mod check;
mod info;
mod print;
mod record;
mod serve;
mod server;

use crate::cli::{Cli, Command};
use anyhow::bail;
use std::io;
use std::process::ExitCode;

/// Does what the command line says.
///
/// # Errors
///
/// Whatever keeps the command from being done; `main` prints it and exits with 2.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        None => bail!("the guided tour is not in this build yet; see `memstep --help`"),
        Some(Command::Serve { server, record }) => serve::run(&server, &record),
        Some(Command::Live { .. }) => bail!("`live` is not in this build yet"),
        Some(Command::Record { session, output, server }) => record::run(&session, &output, &server),
        Some(Command::Replay { .. }) => {
            bail!("`replay` is not in this build yet; `print` shows the recording")
        }
        Some(Command::Print { input, format }) => print::run(&input, format),
        Some(Command::Check { input }) => check::run(&input),
        Some(Command::Info { input }) => info::run(&input),
    }
}

/// Whether an error is only that nobody reads our output any more (`| head`).
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// What a failed write to stdout is said to be.
const STDOUT: &str = "stdout cannot be written";

/// `1 event`, `2 events`.
fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
