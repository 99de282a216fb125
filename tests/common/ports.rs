//! Ports for servers that are told theirs.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below what the kernel gives to whoever asks for none (`net.ipv4.ip_local_port_range`): a port that it gave
/// and took back is the next client's, before the server has it.
const PORTS: std::ops::Range<u16> = 12_000..32_000;

/// An address on this machine where nobody listens, and which nobody else gets.
pub fn free_addr() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        // Tests that run in other processes begin elsewhere.
        let from = std::process::id().wrapping_mul(97) as u16;
        let port = PORTS.start + from.wrapping_add(n) % (PORTS.end - PORTS.start);
        if let Ok(there) = TcpListener::bind(("127.0.0.1", port)) {
            return there.local_addr().unwrap();
        }
    }
}
