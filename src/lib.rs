//! memstep: a glass-box memcached.
pub mod event;
pub mod model;
pub mod player;
pub mod text;
pub mod trace;
