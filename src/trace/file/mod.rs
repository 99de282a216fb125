//! The file itself: what stands in a recording, and whoever is given one reads it.
//!
//! `format.rs` is the first line, the last, and remarks; `schema.rs` and `page.rs` say all of the format, to machines
//! and to people. `reader.rs` reads a recording: `header.rs` its first line, `line.rs` each after it, `quick/` those
//! that are as a recorder writes them; `error.rs` is what may be wrong. `check.rs` holds a recording against what the
//! format promises, and `fold.rs` is what it remembers meanwhile. `notes.rs` adds remarks.

pub mod check;
mod error;
mod fold;
pub mod format;
mod header;
pub(super) mod line;
pub mod notes;
pub mod page;
pub(super) mod quick;
pub mod reader;
pub mod schema;
