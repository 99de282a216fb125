//! memstep: a glass-box memcached.
pub mod event;
pub mod print;
pub mod text;
pub mod trace;
