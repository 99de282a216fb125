//! The `memstep` program: parses the command line, does what it says, tells what went wrong.

use clap::Parser as _;
use memstep::{cli, cmd};
use std::process::ExitCode;

fn main() -> ExitCode {
    match cmd::run(cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) if cmd::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("memstep: {error:#}");
            ExitCode::from(2)
        }
    }
}
