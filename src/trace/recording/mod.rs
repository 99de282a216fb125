//! A recording that comes about while the server runs: the recorder writes it, the events port sends it to whoever
//! watches from elsewhere, and takes their commands.

pub mod recorder;
pub mod stream;
