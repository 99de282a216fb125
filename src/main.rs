//! The `memstep` program: parses the command line, does what it says, tells what went wrong.

use clap::Parser as _;
use memstep::{cli, cmd};
use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    match cmd::run(cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) if cmd::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // A terminal that has gone away takes no message, and that is no reason to panic.
            let _ = writeln!(io::stderr(), "memstep: {error:#}");
            ExitCode::from(2)
        }
    }
}
