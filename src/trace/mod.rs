//! The file: what a recording looks like, how it is written and read.

mod error;
pub mod format;
pub mod reader;
pub mod recorder;
pub mod writer;
