//! The trace format, version 1: JSON Lines, a header, an event a line, an end.

pub use crate::event::{Detail, MAX_DATA};
use serde::{Deserialize, Serialize};

/// What every trace's first line says under `format`.
pub const FORMAT: &str = "memstep-trace";
/// The version that this program writes, and the highest that it reads.
pub const VERSION: u32 = 1;
/// The first line of a trace. Fields that a reader does not know are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// The format's version.
    pub version: u32,
    /// Who wrote it.
    #[serde(default)]
    pub tool: String,
    /// When the recording started, UTC, RFC 3339 with milliseconds.
    #[serde(default)]
    pub start: String,
    /// The unit of `t`: always `ns`.
    #[serde(default)]
    pub unit: String,
    /// What the server behaves like: `memcached 1.4.24`.
    #[serde(default)]
    pub models: String,
    /// How many workers the server has.
    #[serde(default)]
    pub threads: u32,
    /// How many bytes of each payload were kept.
    #[serde(default)]
    pub max_data: u32,
    /// What was recorded.
    #[serde(default)]
    pub detail: Detail,
    /// What the recording is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What was left out of payloads.
    #[serde(default, skip_serializing_if = "Redacted::is_nothing")]
    pub redacted: Redacted,
}

/// What of the clients' data a recording leaves out. Lengths are always told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Redacted {
    /// Nothing: payloads are kept, up to the header's `max_data`.
    #[default]
    #[value(skip)]
    Nothing,
    /// Values, and whatever may be one
    Values,
    /// Keys too
    Keys,
}

impl Redacted {
    /// Whether nothing is left out.
    pub fn is_nothing(&self) -> bool {
        *self == Redacted::Nothing
    }
}

impl Default for Header {
    /// What this program writes now, for a recording of nothing yet.
    fn default() -> Self {
        Header {
            format: FORMAT.into(),
            version: VERSION,
            tool: concat!("memstep ", env!("CARGO_PKG_VERSION")).into(),
            start: String::new(),
            unit: "ns".into(),
            models: crate::event::MODELS.title.into(),
            threads: 0,
            max_data: MAX_DATA,
            detail: Detail::default(),
            title: String::new(),
            redacted: Redacted::Nothing,
        }
    }
}

/// A remark on an event, made by somebody who looked at a recording: a line after its end, or of a
/// file beside it.
///
/// It has no `seq`: it is no event, and the recording's `end` does not count it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    // A line with a `seq` is an event, and no remark.
    #[serde(default, skip_serializing, rename = "seq")]
    seq: Option<Never>,
    /// Always `note`; with the missing `seq` it tells the line apart from an event.
    ev: OnlyNote,
    /// The number of the event that it is about.
    pub at: u64,
    /// What is remarked.
    pub text: String,
    /// When, UTC, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
}

/// What no line can have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
enum Never {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum OnlyNote {
    #[serde(rename = "note")]
    Note,
}

impl Note {
    /// A remark on the event of that number, not dated.
    pub fn new(at: u64, text: &str) -> Note {
        Note { seq: None, ev: OnlyNote::Note, at, text: text.to_owned(), when: None }
    }

    /// What a line says, if it is a remark.
    pub fn parse(line: &str) -> Option<Note> {
        // Whatever is wrong with a line that is none is said of the event that it should have been.
        serde_json::from_str(line).ok()
    }
}

/// The last line of a trace that was closed in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct End {
    /// Always true; tells the line apart from an event.
    pub end: bool,
    /// How many events were written.
    pub events: u64,
    /// How many were lost.
    pub dropped: u64,
    /// How long server threads waited for room in their rings, in nanoseconds.
    #[serde(default)]
    pub blocked_ns: u64,
}
