//! The system calls of a connection, and the only place that makes them: reading, sending,
//! accepting; and the answers that wait to be sent.

use super::conn::{Conn, Iovec, Msghdr, Src, conn_cleanup, conn_set_state, update_event};
use super::items::ItemRef;
use super::settings::{DATA_BUFFER_SIZE, IOV_MAX, UDP_HEADER_SIZE, UDP_MAX_PAYLOAD_SIZE, say};
use super::util::{FRESH, Shown, StackLine, errno_text, stderr_line};
use crate::event::{ConnState, EvFlags, Function, Kind, ReplyOp, Target};
use crate::tracer::{self, Descriptor, Failure, IsText, Report, Ret};
use arrayvec::ArrayVec;
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendFlags, SocketFlags, acceptfrom_with, sendmsg, sendmsg_addr};
use std::io::IoSlice;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::atomic::Ordering;

/// How many times the read buffer may grow in one go (`memcached.c:3871`).
const MAX_ALLOCS: u32 = 4;

/// What [`try_read_network`] met (`memcached.c:65`, `enum try_read_result`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryRead {
    /// Something came.
    DataReceived,
    /// Nothing came.
    NoDataReceived,
    /// The client is gone, or the socket is broken.
    Error,
}

/// What [`transmit`] met (`memcached.c:117`, `enum transmit_result`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transmit {
    /// Everything is sent.
    Complete,
    /// There is more to send.
    Incomplete,
    /// The socket takes no more now.
    SoftError,
    /// The socket is broken; the state is `conn_closing`.
    HardError,
}

/// A connection as [`accept4`] has it.
#[derive(Debug)]
pub struct Accepted {
    /// Its socket.
    pub sfd: OwnedFd,
    /// Its number in the trace.
    pub conn: u32,
    /// Where it comes from; a UNIX socket's clients come from nowhere.
    pub addr: Option<SocketAddr>,
}

/// Turns a connection away: `-o maxconns_fast` (`memcached.c:4095`).
pub fn reject(accepted: Accepted) {
    let Accepted { sfd, conn, .. } = accepted;
    let fd = sfd.as_raw_fd();
    let text = b"ERROR Too many open connections";
    let begun = tracer::begin(Kind::Reply, Some(conn));
    // Whoever is gone already need not be told.
    let _ = rustix::io::write(&sfd, &[&text[..], b"\r\n"].concat());
    tracer::finish(begun, Some(conn), Report::Reply { op: None }, None, text);
    let begun = tracer::begin(Kind::Close, Some(conn));
    drop(sfd);
    tracer::finish(
        begun,
        Some(conn),
        Report::Close { fd, why: IsText::HERE, ret: Ret::OK },
        None,
        b"too many open connections",
    );
}

/// Accepts one connection and numbers it for the trace.
///
/// # Errors
/// `accept4`'s own.
pub fn accept4(c: &Conn) -> Result<Accepted, Errno> {
    let Some(listen) = &c.sfd else { return Err(Errno::BADF) };
    let listen_fd = listen.as_raw_fd();
    // DIFFERS: the C forgets here, once accept4 has failed, that a connection was closed
    // (`memcached.c:3963`). One that is closed in between is then forgotten too, and if it was the
    // last, nobody is ever accepted again. What is closed from here on counts.
    c.globals.allow_new_conns.store(false, Ordering::Release);
    match acceptfrom_with(listen.as_fd(), SocketFlags::NONBLOCK) {
        Ok((sfd, peer)) => {
            let conn = c.globals.next_conn.fetch_add(1, Ordering::Relaxed);
            let addr = peer.and_then(|p| SocketAddr::try_from(p).ok());
            if tracer::on() {
                let peer = addr;
                let peer = peer
                    .map_or(StackLine::<64>::new(format_args!("")), |p| StackLine::new(format_args!("{p}")));
                let fd = Descriptor(sfd.as_raw_fd());
                let what = Report::Accept { fd, listen_fd, peer: IsText::HERE, errno: Failure(0) };
                tracer::emit_conn(Some(conn), what, None, peer.bytes());
            }
            Ok(Accepted { sfd, conn, addr })
        }
        Err(e) => {
            let (fd, errno) = (Descriptor::NONE, Failure(-e.raw_os_error()));
            let what = Report::Accept { fd, listen_fd, peer: IsText(false), errno };
            tracer::emit(what, b"");
            Err(e)
        }
    }
}

/// Reads into the free part of the read buffer, `avail` bytes at most.
fn read_rbuf(c: &mut Conn, avail: usize) -> Result<usize, Errno> {
    let at = c.rcurr + c.rbytes;
    let ret = match &c.sfd {
        Some(sfd) => rustix::io::read(sfd.as_fd(), &mut c.rbuf[at..at + avail]),
        None => Err(Errno::BADF),
    };
    let got = count_read(c, &ret);
    c.rbytes += got;
    let what = Report::Read { fd: c.fd(), into: Target::Rbuf, want: avail as u32, ret: super::ret(&ret) };
    c.report(what, &c.rbuf[at..at + got]);
    ret
}

/// Reads the rest of a value straight into its item.
pub fn read_item(c: &mut Conn) -> Result<usize, Errno> {
    let want = c.rlbytes.max(0) as usize;
    let ritem = c.ritem;
    let ret = match (&c.sfd, c.item.as_mut().and_then(ItemRef::data_mut)) {
        (Some(sfd), Some(data)) => match data.get_mut(ritem..ritem + want) {
            Some(room) => rustix::io::read(sfd.as_fd(), room),
            None => Err(Errno::FAULT),
        },
        _ => Err(Errno::BADF),
    };
    let got = count_read(c, &ret);
    c.ritem += got;
    c.rlbytes -= got as i32;
    if tracer::on() {
        let what = Report::Read { fd: c.fd(), into: Target::Item, want: want as u32, ret: super::ret(&ret) };
        let data = c.item.as_ref().and_then(|it| it.data().get(ritem..ritem + got));
        c.report(what, data.unwrap_or_default());
    }
    ret
}

/// Reads bytes that nobody wants over the read buffer.
pub fn read_swallow(c: &mut Conn) -> Result<usize, Errno> {
    let want = c.sbytes.min(c.rbuf.len());
    let ret = match &c.sfd {
        Some(sfd) => rustix::io::read(sfd.as_fd(), &mut c.rbuf[..want]),
        None => Err(Errno::BADF),
    };
    let got = count_read(c, &ret);
    c.sbytes -= got;
    let what = Report::Read { fd: c.fd(), into: Target::Swallow, want: want as u32, ret: super::ret(&ret) };
    c.report(what, &c.rbuf[..got]);
    ret
}

/// Counts what a `read` brought, and notes why the connection will be closed if it failed.
pub(super) fn count_read(c: &mut Conn, ret: &Result<usize, Errno>) -> usize {
    match ret {
        Ok(0) => {
            c.why = "the client closed";
            0
        }
        Ok(n) => {
            c.stats().bytes_read.add(*n as u64);
            *n
        }
        Err(Errno::AGAIN) => 0,
        Err(Errno::CONNRESET) => {
            c.why = "the client reset the connection";
            0
        }
        Err(_) => {
            c.why = "the socket failed";
            0
        }
    }
}

/// Reads as much as there is into the read buffer, which grows up to sixteenfold
/// (`memcached.c:3857`). First moves an unfinished command to the buffer's beginning.
pub fn try_read_network(c: &mut Conn) -> TryRead {
    let c = &mut *c.enter(Function::TryReadNetwork);
    if c.rcurr != 0 {
        c.rbuf.copy_within(c.rcurr..c.rcurr + c.rbytes, 0);
        c.rcurr = 0;
    }
    let mut gotdata = TryRead::NoDataReceived;
    let mut num_allocs = 0;
    loop {
        if c.rbytes >= c.rbuf.len() {
            if num_allocs == MAX_ALLOCS {
                return gotdata;
            }
            num_allocs += 1;
            c.rbuf.resize(c.rbuf.len() * 2, FRESH);
        }
        let avail = c.rbuf.len() - c.rbytes;
        match read_rbuf(c, avail) {
            Ok(0) => return TryRead::Error,
            Ok(n) => {
                gotdata = TryRead::DataReceived;
                if n < avail {
                    return gotdata;
                }
            }
            Err(Errno::AGAIN) => return gotdata,
            Err(_) => return TryRead::Error,
        }
    }
}

/// Begins a message (`memcached.c:257`). One of UDP is a datagram, and has its header first: the place
/// is taken here, and [`build_udp_headers`](super::udp::build_udp_headers) writes it.
pub fn add_msghdr(c: &mut Conn) {
    let mut msg = Msghdr { msg_iov: c.iov.len(), msg_iovlen: 0 };
    c.msgbytes = 0;
    if c.is_udp() {
        let at = c.msglist.len() as u32 * UDP_HEADER_SIZE;
        c.iov.push(Iovec { src: Src::Hdrbuf, at, len: UDP_HEADER_SIZE });
        (msg.msg_iovlen, c.msgbytes) = (1, UDP_HEADER_SIZE);
    }
    c.msglist.push(msg);
}

/// Forgets the answer that stood ready and begins a new one.
pub fn start_answer(c: &mut Conn) {
    c.msgcurr = 0;
    c.msglist.clear();
    c.iov.clear();
    add_msghdr(c);
}

/// Adds a piece to the answer (`memcached.c:732`). The first message takes 1,400 bytes at most, and so
/// does every datagram of UDP; so a piece may be cut in two, and a long answer takes more than one
/// `sendmsg`.
#[inline]
pub fn add_iov(c: &mut Conn, src: Src, at: usize, len: usize) {
    let (at, len) = (at as u32, len as u32);
    let limit_to_mtu = c.is_udp() | (c.msglist.len() == 1);
    if let Some(msg) = c.msglist.last_mut()
        && msg.msg_iovlen < IOV_MAX as usize
        && (!limit_to_mtu || c.msgbytes + len < UDP_MAX_PAYLOAD_SIZE)
    {
        // Nearly always: the whole piece, and it goes into the message that there is.
        c.iov.push(Iovec { src, at, len });
        c.msgbytes += len;
        msg.msg_iovlen += 1;
        return;
    }
    add_iov_cut(c, src, at, len);
}

/// The same where the piece may have to be cut, or needs another message.
fn add_iov_cut(c: &mut Conn, src: Src, mut at: u32, mut len: u32) {
    loop {
        let limit_to_mtu = c.is_udp() | (c.msglist.len() == 1);
        let full = c.msglist.last().is_none_or(|m| m.msg_iovlen == IOV_MAX as usize);
        if full || (limit_to_mtu && c.msgbytes >= UDP_MAX_PAYLOAD_SIZE) {
            add_msghdr(c);
        }
        // The C asks before it may have begun another message, and so do we: the piece that opens
        // the second one is still cut at 1,400 bytes.
        let room = if limit_to_mtu { UDP_MAX_PAYLOAD_SIZE - c.msgbytes } else { u32::MAX };
        let now = len.min(room);
        c.iov.push(Iovec { src, at, len: now });
        c.msgbytes += now;
        if let Some(msg) = c.msglist.last_mut() {
            msg.msg_iovlen += 1;
        }
        at += now;
        len -= now;
        if len == 0 {
            return;
        }
    }
}

/// Queues a one-line answer (`memcached.c:828`).
pub fn out_string(c: &mut Conn, text: &str) {
    let c = &mut *c.enter(Function::OutString);
    if c.noreply {
        say!(c.globals.settings, 1, ">{} NOREPLY {}", c.fd(), Shown(text.as_bytes()));
        c.noreply = false;
        c.report(Report::Reply { op: Some(ReplyOp::Noreply) }, text.as_bytes());
        conn_set_state(c, ConnState::NewCmd);
        return;
    }
    say!(c.globals.settings, 1, ">{} {}", c.fd(), Shown(text.as_bytes()));
    start_answer(c);
    let text = match text.len() + 2 > DATA_BUFFER_SIZE as usize {
        true => "SERVER_ERROR output line too long",
        false => text,
    };
    c.wbuf[..text.len()].copy_from_slice(text.as_bytes());
    c.wbuf[text.len()..text.len() + 2].copy_from_slice(b"\r\n");
    c.wbytes = text.len() + 2;
    c.report(Report::Reply { op: None }, text.as_bytes());
    conn_set_state(c, ConnState::Write);
    c.write_and_go = ConnState::NewCmd;
}

/// Queues a long answer, freed once it is sent (`memcached.c:2493`).
pub fn write_and_free(c: &mut Conn, text: Vec<u8>) {
    c.wbytes = text.len();
    c.report(Report::Reply { op: None }, &text);
    c.write_and_free = Some(text);
    conn_set_state(c, ConnState::Write);
    c.write_and_go = ConnState::NewCmd;
}

/// Puts the simple answer that stands in `wbuf` or `write_and_free` on the list of pieces, if that
/// was not done yet (`memcached.c:4291`).
pub fn add_simple_answer(c: &mut Conn) {
    // A datagram's header is there already.
    if c.iov.len() <= usize::from(c.is_udp()) {
        let src = if c.write_and_free.is_some() { Src::WriteAndFree } else { Src::Wbuf };
        add_iov(c, src, 0, c.wbytes);
    }
}

/// Sends the next piece of the answer (`memcached.c:3977`).
pub fn transmit(c: &mut Conn) -> Transmit {
    let c = &mut *c.enter(Function::Transmit);
    if c.msglist.get(c.msgcurr).is_some_and(|m| m.msg_iovlen == 0) {
        c.msgcurr += 1;
    }
    let Some(&msg) = c.msglist.get(c.msgcurr) else { return Transmit::Complete };
    // The client may read the answer, and ask again, before we have told of it.
    let begun = tracer::begin(Kind::Sendmsg, c.id);
    let ret = sendmsg_pieces(c, msg);
    let pieces = msg.msg_iov..msg.msg_iov + msg.msg_iovlen;
    let sent = match ret {
        Ok(n) if n > 0 => {
            c.stats().bytes_written.add(n as u64);
            n
        }
        _ => 0,
    };
    if begun.is_on() {
        // The pieces as they were handed over. No field of the image changes with them.
        let change = c.changed();
        let bytes = c.iov[pieces].iter().map(|piece| c.resolve(piece));
        tracer::finish_sendmsg(begun, c.id, c.fd(), super::ret(&ret), change.as_ref(), bytes);
    }
    advance(c, sent);
    match ret {
        Ok(n) if n > 0 => Transmit::Incomplete,
        Err(Errno::AGAIN) => {
            if update_event(c, EvFlags::WRITE_PERSIST) {
                return Transmit::SoftError;
            }
            say!(c.globals.settings, 0, "Couldn't update event");
            c.why = "its event could not be changed";
            conn_set_state(c, ConnState::Closing);
            Transmit::HardError
        }
        other => {
            if c.globals.settings.verbose() > 0 {
                let error = other.err().map_or("Success", errno_text);
                stderr_line(format_args!("Failed to write, and not due to blocking: {error}"));
            }
            c.why = "sending failed";
            if c.is_udp() {
                // DIFFERS: the C sets conn_read and no more (`memcached.c:4025`). The items of the answer
                // are never let go of then, and whoever gives port 0 as his own could do that for ever.
                conn_cleanup(c);
            } else {
                conn_set_state(c, ConnState::Closing);
            }
            Transmit::HardError
        }
    }
}

/// `sendmsg` of one message's pieces.
fn sendmsg_pieces(c: &Conn, msg: Msghdr) -> Result<usize, Errno> {
    /// As many as the answer to a get of one key has, and some.
    const FEW: usize = 8;
    match msg.msg_iovlen <= FEW {
        true => sendmsg_of::<FEW>(c, msg),
        // add_iov puts no more than that into one message.
        false => sendmsg_of::<{ IOV_MAX as usize }>(c, msg),
    }
}

/// The same of at most `N` pieces: so many have room on the stack.
#[inline(never)]
fn sendmsg_of<const N: usize>(c: &Conn, msg: Msghdr) -> Result<usize, Errno> {
    let Some(sfd) = &c.sfd else { return Err(Errno::BADF) };
    let pieces = &c.iov[msg.msg_iov..msg.msg_iov + msg.msg_iovlen];
    let slices: ArrayVec<IoSlice<'_>, N> =
        pieces.iter().take(N).map(|piece| IoSlice::new(c.resolve(piece))).collect();
    let (mut control, flags) = (SendAncillaryBuffer::default(), SendFlags::empty());
    match &c.request_addr {
        None => sendmsg(sfd.as_fd(), &slices, &mut control, flags),
        Some(addr) => sendmsg_addr(sfd.as_fd(), addr, &slices, &mut control, flags),
    }
}

/// Takes what was sent off the message: whole pieces, and the beginning of the next.
fn advance(c: &mut Conn, mut sent: usize) {
    let Some(msg) = c.msglist.get_mut(c.msgcurr) else { return };
    while sent > 0 && msg.msg_iovlen > 0 {
        let Some(piece) = c.iov.get_mut(msg.msg_iov) else { return };
        if sent < piece.len as usize {
            piece.at += sent as u32;
            piece.len -= sent as u32;
            return;
        }
        sent -= piece.len as usize;
        msg.msg_iov += 1;
        msg.msg_iovlen -= 1;
    }
}
