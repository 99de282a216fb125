//! memstep: a glass-box memcached.
pub mod cli;
pub mod cmd;
pub mod event;
pub mod explain;
pub mod memcached;
pub mod model;
pub mod player;
pub mod print;
pub mod session;
pub mod text;
pub mod trace;
pub mod tracer;
pub mod ui;
