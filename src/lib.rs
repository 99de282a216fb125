//! memstep: a glass-box memcached.
pub mod event;
pub mod explain;
pub mod text;
pub mod trace;
