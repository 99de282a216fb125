//! What a recording looks like as text: one file a format, each fed event by event and writing to
//! any `io::Write`.
//!
//! | format | what it is |
//! | --- | --- |
//! | [`text`] | the story, for people |
//! | [`flow`] | the system calls and state changes that strace and `-vvv` would have shown |
//! | [`startup`] | the system calls of the start-up |
//! | [`calls`] | the functions that each thread entered |
//! | [`vvv`] | what memcached 1.4.24 `-vvv` would have printed |
//! | [`Jsonl`] | the trace's own lines, unchanged |
//!
//! The story is told in the reader's language. The others are what a tool reads, or what another program would have
//! written: they have no language.

pub mod calls;
pub mod flow;
mod outside;
pub mod startup;
mod strace;
pub mod text;
pub mod vvv;

use crate::event::Event;
use crate::trace::format::{End, Header};
use std::io::{self, Write};

/// A format: it is told of every line of a trace, in order.
pub trait Print {
    /// The first line; `raw` is the line itself.
    ///
    /// # Errors
    ///
    /// Whatever `out` answers; so for the other two.
    fn header(&mut self, header: &Header, raw: &str, out: &mut dyn Write) -> io::Result<()> {
        let _ = (header, raw, out);
        Ok(())
    }

    /// An event; `raw` is its line.
    ///
    /// # Errors
    ///
    /// Whatever `out` answers.
    fn event(&mut self, event: &Event, raw: &str, out: &mut dyn Write) -> io::Result<()>;

    /// An event that is not shown, because a filter leaves it out; what is to be learnt from it
    /// (what a descriptor is, how deep a thread is in calls) is learnt.
    fn skip(&mut self, event: &Event, raw: &str) {
        // Writing into nothing does not fail.
        let _ = self.event(event, raw, &mut io::sink());
    }

    /// The last line, or nothing where the recording was not closed.
    ///
    /// # Errors
    ///
    /// Whatever `out` answers.
    fn end(&mut self, end: Option<(&End, &str)>, out: &mut dyn Write) -> io::Result<()> {
        let _ = (end, out);
        Ok(())
    }

    /// The remarks that follow it, each as its line; a format that has no place for them leaves them out.
    ///
    /// # Errors
    ///
    /// Whatever `out` answers.
    fn notes(&mut self, raw: &[String], out: &mut dyn Write) -> io::Result<()> {
        let _ = (raw, out);
        Ok(())
    }
}

/// The trace's own lines, byte for byte: unknown kinds and fields included. The first and the last
/// tell of the whole recording, even where a filter leaves events out.
#[derive(Debug, Default)]
pub struct Jsonl;

impl Print for Jsonl {
    fn header(&mut self, _: &Header, raw: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", crate::text::harmless_json(raw))
    }

    fn event(&mut self, _: &Event, raw: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", crate::text::harmless_json(raw))
    }

    fn end(&mut self, end: Option<(&End, &str)>, out: &mut dyn Write) -> io::Result<()> {
        end.map_or(Ok(()), |(_, raw)| writeln!(out, "{}", crate::text::harmless_json(raw)))
    }

    fn notes(&mut self, raw: &[String], out: &mut dyn Write) -> io::Result<()> {
        raw.iter().try_for_each(|raw| writeln!(out, "{}", crate::text::harmless_json(raw)))
    }
}
