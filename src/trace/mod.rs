//! The file: what a recording looks like, how it is written and read.

pub mod format;
mod error;
pub mod reader;
pub mod writer;
