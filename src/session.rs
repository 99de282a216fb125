//! The script language of the stories: what the clients do, a step a line.
//!
//! ```text
//! open  NAME                 connect a new client and call it NAME
//! send  NAME "BYTES"         write these bytes at once ("x"*N repeats; several pieces may follow)
//! recv  NAME "BYTES"         read until exactly these bytes have come, or fail
//! recv  NAME N               read N bytes, whatever they are
//! wait  [MS]                 let the server settle (60 ms if not told)
//! shut  NAME                 the client's FIN: it sends no more, but still reads
//! close NAME                 close the client's socket
//! reset NAME                 close it with a reset (RST)
//! eof   NAME                 read until the server closes
//! rcvbuf NAME N              a receive buffer of N bytes; stands before the client's `open`
//! ```
//!
//! `#` starts a comment line. Three comments mean something: `#args: -R 1` adds options for the
//! story's server, `#title: TEXT` names the recording, `#mark: TEXT` starts a chapter of it.
//! In `"BYTES"` there are `\r \n \t \0 \a \b \f \v \xHH \ooo \" \' \\`; other bytes are printable
//! ASCII.
//!
//! [`play`] keeps the timings of the script that the reference recordings were made with: what a
//! client does is followed by a pause, so that the server has done its part before the next step.

mod parse;
mod play;

pub use play::{TIMEOUT, play};

use crate::text;
use crate::texts::Language;
use std::fmt;
use std::io;
use std::time::Duration;

/// A parsed script.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Session {
    /// What the story is called (`#title:`).
    pub title: Option<String>,
    /// Options that its server needs (`#args:`).
    pub args: Vec<String>,
    /// What the clients do.
    pub steps: Vec<ScriptStep>,
}

/// One line of a script.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptStep {
    /// The line's number, from 1.
    pub line: usize,
    /// The line itself.
    pub text: String,
    /// What it asks for.
    pub action: ScriptAction,
}

/// What a step asks for. The first field of most is the client's name.
#[derive(Debug, Clone, PartialEq)]
pub enum ScriptAction {
    /// A chapter begins.
    Mark(String),
    /// Connect.
    Open(String),
    /// Write these bytes.
    Send(String, Vec<u8>),
    /// Read exactly these bytes.
    Recv(String, Vec<u8>),
    /// Read that many bytes.
    RecvLen(String, usize),
    /// Let the server settle.
    Wait(Duration),
    /// Send no more.
    Shut(String),
    /// Close.
    Close(String),
    /// Close with a reset.
    Reset(String),
    /// Read until the server closes.
    Eof(String),
    /// The receive buffer of a client that is not open yet.
    Rcvbuf(String, usize),
}

/// Why a script could not be parsed, or a step not be done. Both say `FILE:LINE: the line: why`.
#[derive(Debug)]
pub struct SessionError {
    /// The script.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The line itself.
    pub text: String,
    /// What went wrong.
    pub cause: Cause,
}

/// What went wrong at a line of a script.
#[derive(Debug)]
pub enum Cause {
    /// It is no step.
    Syntax(String),
    /// The system refused.
    Io(io::Error),
    /// Nothing came for [`TIMEOUT`].
    Silence {
        /// What had come until then.
        got: Vec<u8>,
        /// How many bytes were waited for.
        wanted: usize,
    },
    /// The server read nothing for [`TIMEOUT`], so that no more could be sent.
    Stuck,
    /// The server closed too early.
    Closed {
        /// What had come until then.
        got: Vec<u8>,
        /// How many bytes were waited for.
        wanted: usize,
    },
    /// Other bytes came.
    Different {
        /// What came.
        got: Vec<u8>,
        /// What should have come.
        wanted: Vec<u8>,
    },
}

/// How much of an answer or of a line is shown.
const SHOWN: usize = 200;

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line: String = match self.text.char_indices().nth(SHOWN) {
            Some((cut, _)) => format!("{}...", &self.text[..cut]),
            None => self.text.clone(),
        };
        let (cause, file) = (self.cause.to_string(), text::printable(&self.file));
        let line = text::printable(&line);
        f.write_str(&Language::spoken().session_wrong(cause, file, self.line.to_string(), line))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lang = Language::spoken();
        let seconds = || TIMEOUT.as_secs().to_string();
        let counted = |got: &[u8]| (quoted(got), got.len().to_string());
        f.write_str(&match self {
            Cause::Syntax(what) => text::printable(what).into_owned(),
            Cause::Io(error) => error.to_string(),
            Cause::Silence { got, wanted } => {
                let (got, n) = counted(got);
                lang.session_silence(got, n, seconds(), wanted.to_string())
            }
            Cause::Stuck => lang.session_stuck(seconds()),
            Cause::Closed { got, wanted } => {
                let (got, n) = counted(got);
                lang.session_closed(got, n, wanted.to_string())
            }
            Cause::Different { got, wanted } => {
                let at = got.iter().zip(wanted).take_while(|(a, b)| a == b).count() + 1;
                lang.session_different(at.to_string(), quoted(got), quoted(wanted))
            }
        })
    }
}

fn quoted(bytes: &[u8]) -> String {
    let shown = text::visible(&bytes[..bytes.len().min(SHOWN)]);
    if bytes.len() > SHOWN { format!("\"{shown}\"...") } else { format!("\"{shown}\"") }
}

impl std::error::Error for SessionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The cause is in the message already.
        None
    }
}
