//! `struct conn`: one connection, its buffers, and the places where it changes.

mod tell;

use super::conn_queue::{LibeventThread, NetworkTransport};
use super::event_base::{BaseRef, FdEvent, event_add, event_del, event_set};
use super::globals::{ConnSummary, Globals, Whose};
use super::items::{ItemRef, Nread};
use super::settings::{DATA_BUFFER_SIZE, READ_BUFFER_HIGHWAT, say};
use super::util::{FRESH, StackLine, errno_text, stderr_line};
use crate::event::{self, ConnState, EvFlags, Function, Kind, Protocol};
use crate::tracer::{self, IsText, Report, Ret, ToldConn};
use rustix::io::Errno;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Initial and highest sizes of a connection's lists (`memcached.h:42`).
const ITEM_LIST_INITIAL: usize = 200;
const ITEM_LIST_HIGHWAT: usize = 400;
const SUFFIX_LIST_INITIAL: usize = 20;
const IOV_LIST_INITIAL: usize = 400;
const IOV_LIST_HIGHWAT: usize = 600;
const MSG_LIST_INITIAL: usize = 10;
const MSG_LIST_HIGHWAT: usize = 100;

/// Where the bytes of a piece lie. The C has a pointer; here it is a name, resolved when sending.
#[derive(Debug, Clone, Copy)]
pub enum Src {
    /// A constant.
    Static(&'static [u8]),
    /// `wbuf`.
    Wbuf,
    /// `write_and_free`.
    WriteAndFree,
    /// `hdrbuf`: the header of a datagram.
    Hdrbuf,
    /// An item of `ilist`.
    Item(u32),
    /// A CAS suffix of `suffixlist`.
    Suffix(u32),
}

/// `struct iovec`.
#[derive(Debug, Clone, Copy)]
pub struct Iovec {
    /// Whose memory.
    pub src: Src,
    /// Where in it.
    pub at: u32,
    /// `iov_len`.
    pub len: u32,
}

/// `struct msghdr`: a range of `iov`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Msghdr {
    /// The first piece not yet sent.
    pub msg_iov: usize,
    /// How many pieces are left.
    pub msg_iovlen: usize,
}

/// One connection (`memcached.h:421`).
#[derive(Debug)]
pub struct Conn {
    /// The socket; `None` once it is closed.
    pub sfd: Option<OwnedFd>,
    /// Its number in the trace; the ones that accept others have none.
    pub id: Option<u32>,
    /// Where `drive_machine` goes on.
    pub state: ConnState,
    /// libevent's event.
    pub event: FdEvent,
    /// What it waits for.
    pub ev_flags: EvFlags,
    /// What woke it.
    pub which: EvFlags,

    /// The read buffer; its length is `rsize`.
    pub rbuf: Vec<u8>,
    /// The next unparsed byte in it.
    pub rcurr: usize,
    /// How many unparsed bytes there are.
    pub rbytes: usize,

    /// The write buffer of simple answers.
    pub wbuf: Vec<u8>,
    /// How many bytes of it (or of `write_and_free`) are to be sent.
    pub wbytes: usize,
    /// The state to go to after `conn_write`.
    pub write_and_go: ConnState,
    /// A long answer, freed after it was sent.
    pub write_and_free: Option<Vec<u8>>,

    /// Where the next byte of the value goes in the item's data.
    pub ritem: usize,
    /// How many bytes of the value are still to come.
    pub rlbytes: i32,
    /// The item that is being filled.
    pub item: Option<ItemRef>,
    /// How many bytes are still to be swallowed.
    pub sbytes: usize,

    /// The pieces of the answer.
    pub iov: Vec<Iovec>,
    /// The messages that they are sent in.
    pub msglist: Vec<Msghdr>,
    /// Which message is being sent.
    pub msgcurr: usize,
    /// Bytes in the message that is being filled.
    pub msgbytes: u32,
    /// The items of the answer.
    pub ilist: Vec<ItemRef>,
    /// How many of them must be let go after sending.
    pub ileft: usize,
    /// The CAS suffixes of the answer.
    pub suffixlist: Vec<StackLine<24>>,
    /// How many of them must be let go after sending.
    pub suffixleft: usize,

    /// What the socket is.
    pub transport: NetworkTransport,
    /// The number that the client gave the request that came by UDP; its answer has it too.
    pub request_id: u16,
    /// Who sent that datagram, and gets the answer.
    pub request_addr: Option<SocketAddr>,
    /// The headers of the answer's datagrams.
    pub hdrbuf: Vec<u8>,

    /// Text or binary.
    pub protocol: Protocol,
    /// The answer is not wanted.
    pub noreply: bool,
    /// The storage command that waits for its value.
    pub cmd: Option<Nread>,
    /// What other threads may know of it: its state, when the last command came, whose it is.
    pub seen: Arc<ConnSummary>,
    /// Why it is being closed.
    pub why: &'static str,
    /// The thread that serves it; `None` for a listening one.
    pub thread: Option<Arc<LibeventThread>>,
    /// What the trace was last told of it.
    told: ToldConn,
    /// The server's globals.
    pub globals: Arc<Globals>,
}

/// Makes a connection ready on `sfd`, in the structure of an earlier one if there is one
/// (`memcached.c:352`).
///
/// # Errors
/// `epoll_ctl`'s own; the socket is closed then, and the structure kept.
#[allow(clippy::too_many_arguments)]
pub fn conn_new(
    globals: &Arc<Globals>,
    (sfd, addr): (OwnedFd, Whose),
    id: Option<u32>,
    init_state: ConnState,
    event_flags: EvFlags,
    read_buffer_size: u32,
    transport: NetworkTransport,
    base: BaseRef,
    thread: Option<Arc<LibeventThread>>,
) -> Result<Box<Conn>, Errno> {
    let _in = tracer::enter(Function::ConnNew, id);
    let fd = sfd.as_raw_fd();
    let mut c = globals.take_conn(fd).unwrap_or_else(|| {
        globals.stats.conn_structs.add(1);
        Conn::allocate(globals, read_buffer_size, base)
    });
    match (init_state, globals.settings.binding_protocol) {
        (ConnState::Listening, _) => {
            say!(globals.settings, 1, "<{fd} server listening ({})", globals.settings.prot_text());
        }
        _ if transport == NetworkTransport::Udp => say!(globals.settings, 1, "<{fd} server listening (udp)"),
        (_, Protocol::Ascii) => say!(globals.settings, 1, "<{fd} new ascii client connection."),
        _ => say!(globals.settings, 1, "<{fd} new auto-negotiating client connection"),
    }
    c.sfd = Some(sfd);
    c.id = id;
    c.thread = thread;
    c.transport = transport;
    (c.request_id, c.request_addr) = (0, None);
    c.protocol = globals.settings.binding_protocol;
    c.state = init_state;
    c.seen.set_state(init_state);
    c.seen.set_addr(addr);
    c.seen.set_last_cmd_time(globals.clock.current_time());
    globals.make_seen(fd, &c.seen);
    c.rlbytes = 0;
    c.cmd = None;
    (c.rbytes, c.wbytes, c.rcurr, c.ritem, c.sbytes) = (0, 0, 0, 0, 0);
    c.ilist.clear();
    c.suffixlist.clear();
    (c.ileft, c.suffixleft) = (0, 0);
    c.iov.clear();
    c.msglist.clear();
    (c.msgcurr, c.msgbytes) = (0, 0);
    c.write_and_go = init_state;
    c.write_and_free = None;
    c.item = None;
    c.noreply = false;
    c.why = "";
    c.told.forget();
    if cfg!(test) {
        // What an earlier connection has left is nothing that a trace of this one tells of.
        c.rbuf.fill(FRESH);
        c.wbuf.fill(FRESH);
    }

    // SAFETY: the thread whose base it is serves the connection and outlives it; the socket is the
    // connection's own, and is closed only after its event is deleted (`conn_close`).
    c.event = unsafe { event_set(base, fd, event_flags) };
    c.ev_flags = event_flags;
    let added = event_add(&mut c.event);
    tell_event_add(&c, added);
    if let Err(e) = added {
        stderr_line(format_args!("event_add: {}", errno_text(e)));
        c.why = "its event could not be added";
        close_socket(&mut c);
        globals.keep_conn(fd, c);
        return Err(e);
    }

    globals.stats.curr_conns.add(1);
    globals.stats.total_conns.add(1);
    c.report(Report::ConnNew { fd, state: init_state, transport: event::Transport::of(c.is_udp()) }, b"");
    Ok(c)
}

impl Conn {
    fn allocate(globals: &Arc<Globals>, read_buffer_size: u32, base: BaseRef) -> Box<Conn> {
        Box::new(Conn {
            sfd: None,
            id: None,
            state: ConnState::Closed,
            event: FdEvent::unset(base),
            ev_flags: EvFlags::NONE,
            which: EvFlags::NONE,
            rbuf: vec![FRESH; read_buffer_size as usize],
            rcurr: 0,
            rbytes: 0,
            wbuf: vec![FRESH; DATA_BUFFER_SIZE as usize],
            wbytes: 0,
            write_and_go: ConnState::Closed,
            write_and_free: None,
            ritem: 0,
            rlbytes: 0,
            item: None,
            sbytes: 0,
            iov: Vec::with_capacity(IOV_LIST_INITIAL),
            msglist: Vec::with_capacity(MSG_LIST_INITIAL),
            msgcurr: 0,
            msgbytes: 0,
            ilist: Vec::with_capacity(ITEM_LIST_INITIAL),
            ileft: 0,
            suffixlist: Vec::with_capacity(SUFFIX_LIST_INITIAL),
            suffixleft: 0,
            transport: NetworkTransport::Tcp,
            request_id: 0,
            request_addr: None,
            hdrbuf: Vec::new(),
            protocol: Protocol::Negotiating,
            noreply: false,
            cmd: None,
            seen: Arc::default(),
            why: "",
            thread: None,
            told: ToldConn::default(),
            globals: globals.clone(),
        })
    }

    /// The socket's number; -1 once it is closed.
    #[inline]
    pub fn fd(&self) -> RawFd {
        self.sfd.as_ref().map_or(-1, AsRawFd::as_raw_fd)
    }

    /// `IS_UDP` (`memcached.h:201`).
    #[inline]
    pub fn is_udp(&self) -> bool {
        self.transport == NetworkTransport::Udp
    }

    /// What this connection's thread counts.
    pub fn stats(&self) -> &super::conn_queue::ThreadStats {
        self.thread.as_ref().map_or(&self.globals.dispatcher_stats, |t| &t.stats)
    }

    /// Where a piece's bytes lie.
    pub fn resolve(&self, piece: &Iovec) -> &[u8] {
        let whole = match piece.src {
            Src::Static(bytes) => bytes,
            Src::Wbuf => &self.wbuf,
            Src::Hdrbuf => &self.hdrbuf,
            Src::WriteAndFree => self.write_and_free.as_deref().unwrap_or_default(),
            Src::Item(i) => self.ilist.get(i as usize).map_or(&[][..], |it| it.memory()),
            Src::Suffix(i) => self.suffixlist.get(i as usize).map_or(&[][..], |s| s.bytes()),
        };
        whole.get(piece.at as usize..(piece.at + piece.len) as usize).unwrap_or_default()
    }
}

/// Sets a connection's state (`memcached.c:674`).
#[inline]
pub fn conn_set_state(c: &mut Conn, state: ConnState) {
    if state != c.state {
        let from = c.state;
        say!(c.globals.settings, 2, "{}: going from {from} to {state}", c.fd());
        c.state = state;
        c.seen.set_state(state);
        c.report(Report::State { from, to: state }, b"");
    }
}

/// Changes what libevent waits for; does nothing where that is what it waits for already
/// (`memcached.c:3919`). `false` where the kernel refused.
pub fn update_event(c: &mut Conn, new_flags: EvFlags) -> bool {
    let c = &mut *c.enter(Function::UpdateEvent);
    if c.ev_flags == new_flags {
        return true;
    }
    let deleted = event_del(&mut c.event);
    tell_event_del(c, deleted);
    if deleted.is_err() {
        return false;
    }
    // SAFETY: base and socket are those of before (`conn_new`).
    c.event = unsafe { event_set(c.event.base(), c.fd(), new_flags) };
    c.ev_flags = new_flags;
    let added = event_add(&mut c.event);
    tell_event_add(c, added);
    added.is_ok()
}

fn tell_event_add(c: &Conn, added: Result<bool, Errno>) {
    if added != Ok(false) {
        let ret = super::ret(&added.map(|_| 0));
        c.report(Report::EventAdd { fd: c.fd(), interest: c.ev_flags.interest(), ret }, b"");
    }
}

fn tell_event_del(c: &Conn, deleted: Result<bool, Errno>) {
    if deleted != Ok(false) {
        let ret = super::ret(&deleted.map(|_| 0));
        c.report(Report::EventDel { fd: c.fd(), ret }, b"");
    }
}

/// Makes a connection ready for its next command (`memcached.c:2270`).
pub fn reset_cmd_handler(c: &mut Conn) {
    let c = &mut *c.enter(Function::ResetCmdHandler);
    c.cmd = None;
    if let Some(item) = c.item.take() {
        c.store().item_remove(item);
    }
    conn_shrink(c);
    if c.rbytes > 0 {
        conn_set_state(c, ConnState::ParseCmd);
    } else {
        conn_set_state(c, ConnState::Waiting);
    }
}

/// Gives back buffers that grew too large, between commands (`memcached.c:601`).
///
/// DIFFERS: the C cuts the lists of messages and pieces and leaves `msgused` and `iovused` at what
/// they were, until the next command sets them to nought; here they are nought at once.
fn conn_shrink(c: &mut Conn) {
    let c = &mut *c.enter(Function::ConnShrink);
    // The buffer of a UDP socket must always have room for the largest datagram.
    if c.is_udp() {
        return;
    }
    if c.rbuf.len() > READ_BUFFER_HIGHWAT as usize && c.rbytes < DATA_BUFFER_SIZE as usize {
        c.rbuf.copy_within(c.rcurr..c.rcurr + c.rbytes, 0);
        c.rbuf.truncate(DATA_BUFFER_SIZE as usize);
        c.rbuf.shrink_to_fit();
        c.rcurr = 0;
    }
    if c.ilist.capacity() > ITEM_LIST_HIGHWAT {
        c.ilist.shrink_to(ITEM_LIST_INITIAL);
    }
    if c.msglist.capacity() > MSG_LIST_HIGHWAT {
        c.msglist.clear();
        c.msglist.shrink_to(MSG_LIST_INITIAL);
    }
    if c.iov.capacity() > IOV_LIST_HIGHWAT {
        c.iov.clear();
        c.iov.shrink_to(IOV_LIST_INITIAL);
    }
}

/// Lets go of the items and suffixes of an answer (`memcached.c:492`).
pub fn conn_release_items(c: &mut Conn) {
    let c = &mut *c.enter(Function::ConnReleaseItems);
    if let Some(item) = c.item.take() {
        c.store().item_remove(item);
    }
    release_ilist(c);
    c.suffixlist.clear();
    (c.ileft, c.suffixleft) = (0, 0);
}

/// Lets go of the items of an answer. Backwards or forwards is the same to the store; forwards is the C's
/// order.
pub fn release_ilist(c: &mut Conn) {
    let mut ilist = std::mem::take(&mut c.ilist);
    for item in ilist.drain(..) {
        c.store().item_remove(item);
    }
    c.ilist = ilist;
}

/// What a connection holds is given back (`memcached.c:518`). A UDP socket is done with this client,
/// and reads on.
pub fn conn_cleanup(c: &mut Conn) {
    let c = &mut *c.enter(Function::ConnCleanup);
    conn_release_items(c);
    c.write_and_free = None;
    if c.is_udp() {
        conn_set_state(c, ConnState::Read);
    }
}

/// Closes a connection: its event, what it holds, its socket (`memcached.c:567`).
pub fn conn_close(c: &mut Conn) {
    let c = &mut *c.enter(Function::ConnClose);
    let deleted = event_del(&mut c.event);
    tell_event_del(c, deleted);
    say!(c.globals.settings, 1, "<{} connection closed.", c.fd());
    conn_cleanup(c);
    conn_set_state(c, ConnState::Closed);
    close_socket(c);
    c.globals.allow_new_conns.store(true, Ordering::Release);
    c.globals.stats.curr_conns.sub(1);
}

fn close_socket(c: &mut Conn) {
    let Some(sfd) = c.sfd.take() else { return };
    let fd = sfd.as_raw_fd();
    // The dispatcher may accept on this very number before we are done here.
    let begun = tracer::begin(Kind::Close, c.id);
    drop(sfd);
    if begun.is_on() {
        let change = c.changed();
        tracer::finish(
            begun,
            c.id,
            Report::Close { fd, why: IsText::HERE, ret: Ret::OK },
            change.as_ref(),
            c.why.as_bytes(),
        );
    }
}
