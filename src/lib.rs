//! memstep: a glass-box memcached.
pub mod event;
pub mod memcached;
pub mod print;
pub mod explain;
pub mod text;
pub mod trace;
pub mod tracer;
