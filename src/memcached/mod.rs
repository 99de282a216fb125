//! The server: memcached 1.4.24's event flow, cut as its C is, with its names.

pub(crate) mod ascii;
pub(crate) mod conn;
pub(crate) mod conn_queue;
pub(crate) mod drive_machine;
pub(crate) mod event_base;
pub(crate) mod globals;
pub(crate) mod items;
pub(crate) mod network;
pub(crate) mod prefix_stats;
pub mod server;
pub(crate) mod server_socket;
pub mod settings;
pub(crate) mod thread;
pub(crate) mod udp;
pub(crate) mod util;
#[cfg(test)]
mod witnessed;

use crate::tracer::Ret;
use rustix::io::Errno;

/// A system call's result as a trace has it: what it returned, or `-errno`.
pub(crate) fn ret(result: &Result<usize, Errno>) -> Ret {
    Ret(match result {
        Ok(n) => *n as i32,
        Err(e) => -e.raw_os_error(),
    })
}
