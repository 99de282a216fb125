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
            models: "memcached 1.4.24".into(),
            threads: 0,
            max_data: MAX_DATA,
            detail: Detail::default(),
            title: String::new(),
        }
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
