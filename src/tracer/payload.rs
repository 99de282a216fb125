//! What lies in a payload that is no bytes of a client: an address, a list of what is ready.

use crate::event::EvFlags;
use std::net::{IpAddr, SocketAddr};

/// How many bytes an address takes before what a `recvfrom` brought.
pub const PEER: usize = 19;

/// An address as a `recvfrom` carries it: its family (4, 6, or 0 for none), the address, the port.
pub(super) fn peer_bytes(peer: Option<SocketAddr>) -> [u8; PEER] {
    let mut bytes = [0; PEER];
    let Some(peer) = peer else { return bytes };
    match peer.ip() {
        IpAddr::V4(ip) => {
            bytes[0] = 4;
            bytes[1..5].copy_from_slice(&ip.octets());
        }
        IpAddr::V6(ip) => {
            bytes[0] = 6;
            bytes[1..17].copy_from_slice(&ip.octets());
        }
    }
    bytes[17..].copy_from_slice(&peer.port().to_be_bytes());
    bytes
}

/// The payload of a `recvfrom`: who sent it, if anybody did, and the first bytes of what came.
pub fn received(payload: &[u8]) -> (Option<SocketAddr>, &[u8]) {
    let Some((head, data)) = payload.split_first_chunk::<PEER>() else { return (None, payload) };
    let [family, ip @ .., high, low] = head;
    let ip = match (family, ip.first_chunk::<4>(), ip.first_chunk::<16>()) {
        (4, Some(ip), _) => Some(IpAddr::from(*ip)),
        (6, _, Some(ip)) => Some(IpAddr::from(*ip)),
        _ => None,
    };
    (ip.map(|ip| SocketAddr::new(ip, u16::from_be_bytes([*high, *low]))), data)
}

/// A `ready` list as a `wake` carries it in its payload: fd, connection, what.
pub fn ready_bytes(out: &mut Vec<u8>, fd: i32, conn: Option<u32>, what: EvFlags) {
    out.extend_from_slice(&fd.to_le_bytes());
    out.extend_from_slice(&conn.unwrap_or(u32::MAX).to_le_bytes());
    out.push(what.0);
}
