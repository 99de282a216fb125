//! `calls`: which functions each thread entered, indented by depth, in the very lines of
//! `tests/reference/*.calls`. libevent's own are left out, as a function tracer on memcached
//! leaves them out. A recording has calls only if it was made with `--detail calls`.

use super::Print;
use crate::event::{Event, Function, Kind, Thread};
use std::collections::HashMap;
use std::io::{self, Write};

/// The deepest indentation: far deeper than memcached calls, and a bound for a file that claims a
/// million calls within each other.
pub(super) const DEEPEST: usize = 40;

/// The `calls` format.
#[derive(Debug, Default)]
pub struct Calls {
    /// The functions that each thread is in.
    stacks: HashMap<Thread, Vec<Function>>,
}

impl Print for Calls {
    fn event(&mut self, event: &Event, _: &str, out: &mut dyn Write) -> io::Result<()> {
        let Some(function) = event.function().filter(|f| !f.is_libevent()) else { return Ok(()) };
        let stack = self.stacks.entry(event.th).or_default();
        match event.kind() {
            Kind::Call => {
                let depth = stack.len().min(DEEPEST);
                stack.push(function);
                writeln!(out, "{:8} {:indent$}{function}", event.th, "", indent = 2 * depth)
            }
            Kind::Return => {
                // Where events were lost, a function may be left that was never seen entered.
                if let Some(at) = stack.iter().rposition(|f| *f == function) {
                    stack.truncate(at);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
