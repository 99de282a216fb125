//! The file: what a recording looks like, how it is written and read.

pub mod check;
mod error;
mod fold;
pub mod format;
pub mod index;
pub mod notes;
pub mod page;
mod quick;
pub mod reader;
pub mod recorder;
pub mod schema;
pub mod stream;
