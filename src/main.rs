//! The `memstep` program: parses the command line, does what it says, tells what went wrong.

use memstep::cmd;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match cmd::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    cmd::run(cli).unwrap_or_else(|error| cmd::fails(&error))
}
