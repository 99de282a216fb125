//! `drive_machine` (`memcached.c:4035`): the state machine, one helper for each long arm, and
//! nothing else. What happens here is told by the leaves that it calls.

use super::ascii::{complete_nread, try_read_command};
use super::conn::{
    Conn, conn_cleanup, conn_close, conn_release_items, conn_set_state, reset_cmd_handler, update_event,
};
use super::conn_queue::{NetworkTransport, dispatch_conn_new};
use super::items::ItemRef;
use super::network::{
    Accepted, Transmit, TryRead, accept4, add_simple_answer, read_item, read_swallow, reject, transmit,
    try_read_network,
};
use super::settings::{DATA_BUFFER_SIZE, say};
use super::udp::{build_udp_headers, try_read_udp};
use super::util::{errno_text, stderr_line};
use crate::event::{ConnState, EvFlags};
use rustix::io::Errno;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

/// Whether `drive_machine` goes on with the connection, in whatever state it is now, or returns to the event loop: the
/// C's `stop`.
type UntilStop = ControlFlow<()>;
/// Goes on.
const GO_ON: UntilStop = ControlFlow::Continue(());
/// The C's `stop = true`.
const STOP: UntilStop = ControlFlow::Break(());

/// Works on a connection until it must wait. Each arm does one step and says whether to stop.
pub fn drive_machine(c: &mut Conn) {
    let mut flow = GO_ON;
    let mut nreqs = c.globals.settings.reqs_per_event;
    while flow == GO_ON {
        flow = match c.state {
            ConnState::Listening => accept_one(c),
            ConnState::Waiting => wait_for(c, EvFlags::READ_PERSIST, Some(ConnState::Read)),
            ConnState::Read => {
                let res = if c.is_udp() { try_read_udp(c) } else { try_read_network(c) };
                let next = match res {
                    TryRead::NoDataReceived => ConnState::Waiting,
                    TryRead::DataReceived => ConnState::ParseCmd,
                    TryRead::Error => ConnState::Closing,
                };
                conn_set_state(c, next);
                GO_ON
            }
            ConnState::ParseCmd => {
                if !try_read_command(c) {
                    conn_set_state(c, ConnState::Waiting);
                }
                GO_ON
            }
            ConnState::NewCmd => {
                // Only so many requests in one event, or one client could starve the others.
                if nreqs > 0 {
                    nreqs -= 1;
                    reset_cmd_handler(c);
                    GO_ON
                } else {
                    yield_to_others(c)
                }
            }
            ConnState::Nread => nread(c),
            ConnState::Swallow => swallow(c),
            ConnState::Write => {
                add_simple_answer(c);
                send(c)
            }
            ConnState::Mwrite => send(c),
            ConnState::Closing => {
                if c.is_udp() {
                    conn_cleanup(c)
                } else {
                    conn_close(c)
                }
                STOP
            }
            // conn_closed: the C aborts here; a closed connection has no event that could bring it here.
            _ => STOP,
        }
    }
}

/// conn_listening: accepts one connection and hands it to a worker (`memcached.c:4054`).
fn accept_one(c: &mut Conn) -> UntilStop {
    match accept4(c) {
        Ok(accepted) if c.globals.are_too_many() => {
            reject(accepted);
            c.globals.stats.rejected_conns.add(1);
        }
        Ok(Accepted { sfd, conn, addr }) => {
            let (state, flags) = (ConnState::NewCmd, EvFlags::READ_PERSIST);
            let (threads, size) = (&c.globals.threads, DATA_BUFFER_SIZE);
            dispatch_conn_new(threads, (sfd, addr), conn, state, flags, size, NetworkTransport::Tcp);
        }
        Err(e) => {
            stderr_line(format_args!("accept4(): {}", errno_text(e)));
            match e {
                Errno::AGAIN => {}
                Errno::MFILE => {
                    say!(c.globals.settings, 0, "Too many open connections");
                    // DIFFERS: accept_new_conns works on every listening connection, this one
                    // among them; the dispatcher's loop calls it as soon as we have returned.
                    c.globals.out_of_fds.store(true, Ordering::Relaxed);
                }
                e => stderr_line(format_args!("accept(): {}", errno_text(e))),
            }
        }
    }
    STOP
}

/// Waits for `flags`, in the state `then` (`memcached.c:4109`). The C's `break` leaves `stop` unset
/// where the event cannot be changed: conn_closing is next, at once.
fn wait_for(c: &mut Conn, flags: EvFlags, then: Option<ConnState>) -> UntilStop {
    if !update_event(c, flags) {
        say!(c.globals.settings, 0, "Couldn't update event");
        return goes_to_closing(c, "its event could not be changed");
    }
    if let Some(state) = then {
        conn_set_state(c, state);
    }
    STOP
}

/// conn_new_cmd, with no requests left in this event (`memcached.c:4155`). Bytes that are read
/// already will wake nobody, so a connection that has some asks to be woken for writing.
fn yield_to_others(c: &mut Conn) -> UntilStop {
    c.stats().conn_yields.add(1);
    if c.rbytes > 0 {
        return wait_for(c, EvFlags::WRITE_PERSIST, None);
    }
    STOP
}

/// conn_nread: brings in the value (`memcached.c:4177`).
fn nread(c: &mut Conn) -> UntilStop {
    if c.rlbytes == 0 {
        complete_nread(c);
        return GO_ON;
    }
    if c.rlbytes < 0 {
        say!(c.globals.settings, 0, "Invalid rlbytes to read: len {}", c.rlbytes);
        return goes_to_closing(c, "rlbytes was negative");
    }
    // First what the read buffer holds already.
    if c.rbytes > 0 {
        let tocopy = c.rbytes.min(c.rlbytes as usize);
        let (from, to) = (c.rcurr, c.ritem);
        if let Some(data) = c.item.as_mut().and_then(ItemRef::data_mut) {
            data[to..to + tocopy].copy_from_slice(&c.rbuf[from..from + tocopy]);
        }
        c.ritem += tocopy;
        c.rlbytes -= tocopy as i32;
        c.rcurr += tocopy;
        c.rbytes -= tocopy;
        if c.rlbytes == 0 {
            return GO_ON;
        }
    }
    let read = read_item(c);
    after_read(c, read)
}

/// conn_swallow: throws bytes away (`memcached.c:4246`).
fn swallow(c: &mut Conn) -> UntilStop {
    if c.sbytes == 0 {
        conn_set_state(c, ConnState::NewCmd);
        return GO_ON;
    }
    if c.rbytes > 0 {
        let tocopy = c.rbytes.min(c.sbytes);
        c.sbytes -= tocopy;
        c.rcurr += tocopy;
        c.rbytes -= tocopy;
        return GO_ON;
    }
    let read = read_swallow(c);
    after_read(c, read)
}

/// What conn_nread and conn_swallow do with what `read` returned.
fn after_read(c: &mut Conn, read: Result<usize, Errno>) -> UntilStop {
    match read {
        Ok(0) => goes_to_closing(c, "the client closed"),
        Ok(_) => GO_ON,
        Err(Errno::AGAIN) => wait_for(c, EvFlags::READ_PERSIST, None),
        Err(e) => {
            say_read_failed(c, e);
            conn_set_state(c, ConnState::Closing);
            GO_ON
        }
    }
}

/// What memcached says of a `read` that failed (`memcached.c:4234`). Where it prints addresses, these
/// are offsets.
fn say_read_failed(c: &Conn, e: Errno) {
    let what = "Failed to read, and not due to blocking";
    if c.state == ConnState::Swallow {
        return say!(c.globals.settings, 0, "{what}");
    }
    let (rcurr, ritem, rlbytes, rsize) = (c.rcurr, c.ritem, c.rlbytes, c.rbuf.len());
    let errno = e.raw_os_error();
    say!(
        c.globals.settings,
        0,
        "{what}:\nerrno: {errno} {} \nrcurr={rcurr:x} ritem={ritem:x} rbuf=0 rlbytes={rlbytes} rsize={rsize}",
        errno_text(e)
    );
}

/// conn_write and conn_mwrite: sends, and goes on once all is sent (`memcached.c:4315`).
fn send(c: &mut Conn) -> UntilStop {
    if c.is_udp() && c.msgcurr == 0 {
        build_udp_headers(c);
    }
    match transmit(c) {
        Transmit::Complete => {
            if c.state == ConnState::Mwrite {
                conn_release_items(c);
                conn_set_state(c, ConnState::NewCmd);
            } else {
                c.write_and_free = None;
                conn_set_state(c, c.write_and_go);
            }
            GO_ON
        }
        Transmit::Incomplete | Transmit::HardError => GO_ON,
        Transmit::SoftError => STOP,
    }
}

/// Goes on to conn_closing; never a reason to stop.
fn goes_to_closing(c: &mut Conn, why: &'static str) -> UntilStop {
    c.why = why;
    conn_set_state(c, ConnState::Closing);
    GO_ON
}
