//! The server: memcached 1.4.24's event flow, cut as its C is, with its names.

pub mod ascii;
pub mod conn;
pub mod conn_queue;
pub mod drive_machine;
pub mod event_base;
pub mod globals;
pub mod items;
pub mod network;
pub mod prefix_stats;
pub mod server;
pub mod server_socket;
pub mod settings;
pub mod thread;
pub mod udp;
pub mod util;
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
