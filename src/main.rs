//! The `memstep` program: learns the language, parses the command line, does what it says, tells what went wrong.

use memstep::{cli, cmd};
use std::process::ExitCode;

fn main() -> ExitCode {
    // Help, and what is wrong with the command line, are in the reader's language.
    cmd::language(cli::asked(std::env::args_os())).speak();
    let cli = match cmd::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    // Now it is known what was an option and what a value that looks like one.
    cmd::language(cli.lang).speak();
    cmd::run(cli).unwrap_or_else(|error| cmd::fails(&error))
}
