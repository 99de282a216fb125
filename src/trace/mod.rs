//! A recording, in three rooms, which differ in what they need besides the events:
//!
//! - `file/`, what stands in it: the format, its reader and its check. Needs nothing.
//! - `recording/`, how it comes about while the server runs: the recorder, and the events port. Needs the server's
//!   rings.
//! - `index/`, a recording too large for memory. Needs the model, whose worlds it keeps.

mod file;
pub mod index;
mod recording;

pub(crate) use file::notes;
pub use file::{check, format, page, reader, schema};
pub use recording::{recorder, stream};
