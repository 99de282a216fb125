//! What can be wrong with a trace, said so that the reader of the message knows what to do next.

use super::format::{FORMAT, VERSION};
use crate::texts::Language;
use std::fmt;
use std::io;

/// Why a trace could not be read. Every message starts with the file's name (`FILE:LINE:COLUMN:`
/// where there is a place to point at); columns count bytes from 1.
#[derive(Debug)]
pub enum ReadError {
    /// The file could not be opened.
    Open {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed on the way.
    Io {
        /// The file.
        file: String,
        /// The line that was being read.
        line: u64,
        /// What the system said.
        source: io::Error,
    },
    /// There is nothing in it.
    Empty {
        /// The file.
        file: String,
    },
    /// The first line is no header.
    NotATrace {
        /// The file.
        file: String,
        /// The first bytes, made visible.
        looks: String,
        /// What it looks like, and what to do then.
        hint: Option<&'static str>,
    },
    /// The first line is a header with a field that cannot be right.
    Header {
        /// The file.
        file: String,
        /// Where in the line.
        column: usize,
        /// What is wrong.
        what: String,
    },
    /// The trace was written in a format that came after this program.
    Version {
        /// The file.
        file: String,
        /// The program that wrote it, as it calls itself.
        tool: String,
        /// The format's version.
        version: u64,
    },
    /// A line after the header is neither an event nor the end.
    Broken {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// Where in the line.
        column: usize,
        /// What is wrong.
        what: String,
        /// The bytes there, made visible.
        near: String,
    },
}

impl ReadError {
    /// Whether the reader can go on after it, at the next line.
    pub fn is_skippable(&self) -> bool {
        matches!(self, ReadError::Broken { .. })
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lang = Language::spoken();
        let beginning = || format!("{{\"format\":\"{FORMAT}\"");
        f.write_str(&match self {
            ReadError::Open { file, .. } => lang.reading_open(file),
            ReadError::Io { file, line, .. } => lang.reading_failed(file, line.to_string()),
            ReadError::Empty { file } => lang.reading_empty(beginning(), file),
            ReadError::NotATrace { file, looks, hint } => {
                let what = lang.reading_not_a_trace(beginning(), file, looks);
                hint.map_or(what.clone(), |hint| format!("{what}\n{hint}"))
            }
            ReadError::Header { file, column, what } => lang.reading_header(column.to_string(), file, what),
            ReadError::Version { file, tool, version } => {
                lang.reading_version(file, VERSION.to_string(), tool, version.to_string())
            }
            ReadError::Broken { file, line, column, what, near } => {
                let (line, column) = (line.to_string(), column.to_string());
                match near.is_empty() {
                    true => lang.reading_broken(column, file, line, what),
                    false => lang.reading_broken_near(column, file, line, near, what),
                }
            }
        })
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReadError::Open { source, .. } | ReadError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// What is odd about a trace, but does not keep it from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The line that it is about.
    pub line: u64,
    /// What is odd.
    pub what: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Language::spoken().reading_line(self.line.to_string(), &*self.what))
    }
}
