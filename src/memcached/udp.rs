//! UDP: a datagram is a request, and its answer is as many datagrams as it takes (`protocol.txt`, "UDP
//! protocol"). Each has a header of eight bytes: the request's number, the datagram's place among
//! those of its message, how many those are, and two bytes that are nought.
//!
//! There is one socket, and every worker has a descriptor of it and a `struct conn` that is never
//! closed. All of them wake for a datagram, and one gets it.

use super::conn::Conn;
use super::network::{TryRead, count_read, out_string};
use crate::event::{Function, UDP_HEADER_SIZE as HEADER};
use crate::tracer::{self, Peer, Report};
use rustix::io::Errno;
use rustix::net::{RecvFlags, recvfrom};
use std::net::SocketAddr;
use std::os::fd::AsFd;

/// Reads one datagram into the read buffer, over whatever stands there (`memcached.c:3810`). One that
/// is too short is passed over. So is one of a request in several: its answer is made ready, and then
/// the state machine goes on to conn_waiting all the same and nobody is told, in memcached as here.
pub fn try_read_udp(c: &mut Conn) -> TryRead {
    let c = &mut *c.enter(Function::TryReadUdp);
    let want = c.rbuf.len() as u32;
    let got = match &c.sfd {
        Some(sfd) => recvfrom(sfd.as_fd(), &mut c.rbuf[..], RecvFlags::empty()),
        None => Err(Errno::BADF),
    };
    let (ret, addr) = match got {
        Ok((_, res, addr)) => (Ok(res.min(c.rbuf.len())), addr.and_then(|a| SocketAddr::try_from(a).ok())),
        Err(e) => (Err(e), None),
    };
    if let Some(addr) = addr {
        c.request_addr = Some(addr);
        c.seen.set_request_addr(addr);
    }
    let res = ret.unwrap_or(0);
    let is_request = res > HEADER;
    let is_single = c.rbuf.get(4..6) == Some(&[0, 1]);
    if is_request {
        count_read(c, &ret);
        c.request_id = u16::from_be_bytes([c.rbuf[0], c.rbuf[1]]);
        if is_single {
            (c.rbytes, c.rcurr) = (res - HEADER, 0);
        }
    }
    if tracer::on() {
        let request_id = is_request.then_some(c.request_id);
        let what = Report::Recvfrom { fd: c.fd(), peer: Peer, want, ret: super::ret(&ret), request_id };
        tracer::emit_recvfrom(c.id, what, c.changed().as_ref(), addr, &c.rbuf[..res]);
    }
    if !is_request {
        return TryRead::NoDataReceived;
    }
    if !is_single {
        out_string(c, "SERVER_ERROR multi-packet request not supported");
        return TryRead::NoDataReceived;
    }
    c.rbuf.copy_within(HEADER..res, 0);
    TryRead::DataReceived
}

/// Writes the headers of the answer's datagrams (`memcached.c:785`). They are counted in sixteen bits: an
/// answer of more than 65,535 is counted from nought again.
pub fn build_udp_headers(c: &mut Conn) {
    let c = &mut *c.enter(Function::BuildUdpHeaders);
    let msgused = c.msglist.len();
    if c.hdrbuf.len() < msgused * HEADER {
        c.hdrbuf.resize(msgused * 2 * HEADER, 0);
    }
    let words = |of: usize| (of as u16).to_be_bytes();
    let (id, of) = (c.request_id.to_be_bytes(), words(msgused));
    for (i, header) in c.hdrbuf.as_chunks_mut::<HEADER>().0.iter_mut().take(msgused).enumerate() {
        let at = words(i);
        *header = [id[0], id[1], at[0], at[1], of[0], of[1], 0, 0];
    }
}
