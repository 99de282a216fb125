//! The program under test, in English and with the settings that it has by itself, whatever those of whoever runs the
//! tests are.
#![allow(dead_code)]

use std::process::Command;

/// What says in an environment how the program speaks and looks.
pub const OWN: &[&str] = &["LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANG", "RUST_BACKTRACE"];

/// The program.
pub fn memstep() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_memstep"));
    plain(&mut command);
    command
}

/// A command that will come to the program.
pub fn plain(command: &mut Command) -> &mut Command {
    OWN.iter().for_each(|name| {
        command.env_remove(name);
    });
    command.env("MEMSTEP_CONFIG", "")
}
