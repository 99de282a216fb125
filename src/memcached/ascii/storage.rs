//! The commands that change items: set and its kin, incr and decr, touch, delete.

use super::token::Tokens;
use super::{record_prefix, set_noreply_maybe};
use crate::event::{ConnState, Function};
use crate::memcached::conn::{Conn, conn_set_state};
use crate::memcached::items::{Delta, Nread, Stored};
use crate::memcached::network::out_string;
use crate::memcached::prefix_stats::PrefixOp;
use crate::memcached::settings::{Clock, KEY_MAX_LENGTH};
use crate::memcached::util::{safe_strtol, safe_strtoul, safe_strtoull};

const BAD_FORMAT: &str = "CLIENT_ERROR bad command line format";

/// set, add, replace, append, prepend, cas: allocates the item and waits for its value
/// (`memcached.c:3051`).
pub(super) fn process_update_command(c: &mut Conn, tokens: &Tokens, comm: Nread, handle_cas: bool) {
    let c = &mut *c.enter(Function::ProcessUpdateCommand);
    set_noreply_maybe(c, tokens);
    let key = tokens.range(1);
    if key.len() > KEY_MAX_LENGTH {
        return out_string(c, BAD_FORMAT);
    }
    let (Some(flags), Some(exptime), Some(vlen)) = (
        safe_strtoul(tokens.get(&c.rbuf, 2)),
        safe_strtol(tokens.get(&c.rbuf, 3)),
        safe_strtol(tokens.get(&c.rbuf, 4)),
    ) else {
        return out_string(c, BAD_FORMAT);
    };
    // A negative time would come out in the far future: it means at once.
    let exptime = if exptime < 0 { Clock::already_past() } else { i64::from(exptime) };
    let req_cas_id = match handle_cas {
        true => match safe_strtoull(tokens.get(&c.rbuf, 5)) {
            Some(cas) => cas,
            None => return out_string(c, BAD_FORMAT),
        },
        false => 0,
    };
    // The value's own line end counts too.
    let Some(vlen) = vlen.checked_add(2).filter(|with_end| *with_end >= 2) else {
        return out_string(c, BAD_FORMAT);
    };
    record_prefix(c, &c.rbuf[key.clone()], PrefixOp::Set);
    let exptime = c.globals.clock.realtime(exptime);
    let store = c.store();
    let Some(item) = store.item_alloc(&c.rbuf[key.clone()], flags, exptime, vlen as u32) else {
        let too_large = !store.item_size_ok(key.len(), flags, vlen as u32);
        out_string(
            c,
            match too_large {
                true => "SERVER_ERROR object too large for cache",
                false => "SERVER_ERROR out of memory storing object",
            },
        );
        c.write_and_go = ConnState::Swallow;
        c.sbytes = vlen as usize;
        // An old value must not outlive a set that failed.
        if comm == Nread::Set
            && let Some(old) = c.store().item_get(&c.rbuf[key])
        {
            c.store().item_unlink(&old);
            c.store().item_remove(old);
        }
        return;
    };
    item.set_cas(req_cas_id);
    c.item = Some(item);
    c.ritem = 0;
    c.rlbytes = vlen;
    c.cmd = Some(comm);
    conn_set_state(c, ConnState::Nread);
}

/// The value is whole (`memcached.c:2285`).
pub fn complete_nread(c: &mut Conn) {
    let c = &mut *c.enter(Function::CompleteNread);
    complete_nread_ascii(c);
}

/// Checks the value's line end, stores the item, answers, lets go of it (`memcached.c:890`).
fn complete_nread_ascii(c: &mut Conn) {
    let c = &mut *c.enter(Function::CompleteNreadAscii);
    let (Some(item), Some(comm)) = (&c.item, c.cmd) else {
        c.why = "a value without a command";
        return conn_set_state(c, ConnState::Closing);
    };
    c.stats().slab(item.clsid()).set_cmds.add(1);
    if !item.data().ends_with(b"\r\n") {
        out_string(c, "CLIENT_ERROR bad data chunk");
    } else {
        let stored = c.store().store_item(item, comm, c.stats());
        out_string(
            c,
            match stored {
                Stored::Stored => "STORED",
                Stored::Exists => "EXISTS",
                Stored::NotFound => "NOT_FOUND",
                Stored::NotStored => "NOT_STORED",
            },
        );
    }
    if let Some(item) = c.item.take() {
        c.store().item_remove(item);
    }
}

/// incr, decr (`memcached.c:3182`).
pub(super) fn process_arithmetic_command(c: &mut Conn, tokens: &Tokens, incr: bool) {
    let c = &mut *c.enter(Function::ProcessArithmeticCommand);
    set_noreply_maybe(c, tokens);
    let key = tokens.range(1);
    if key.len() > KEY_MAX_LENGTH {
        return out_string(c, BAD_FORMAT);
    }
    let Some(delta) = safe_strtoull(tokens.get(&c.rbuf, 2)) else {
        return out_string(c, "CLIENT_ERROR invalid numeric delta argument");
    };
    match c.store().add_delta(&c.rbuf[key], incr, delta, c.stats()) {
        // Digits only.
        Delta::Ok(text) => out_string(c, std::str::from_utf8(text.bytes()).unwrap_or_default()),
        Delta::NonNumeric => {
            out_string(c, "CLIENT_ERROR cannot increment or decrement non-numeric value");
        }
        Delta::Eom => out_string(c, "SERVER_ERROR out of memory"),
        Delta::NotFound => {
            if incr { &c.stats().incr_misses } else { &c.stats().decr_misses }.add(1);
            out_string(c, "NOT_FOUND");
        }
    }
}

/// touch: a new expiry time (`memcached.c:3139`).
pub(super) fn process_touch_command(c: &mut Conn, tokens: &Tokens) {
    let c = &mut *c.enter(Function::ProcessTouchCommand);
    set_noreply_maybe(c, tokens);
    let key = tokens.range(1);
    if key.len() > KEY_MAX_LENGTH {
        return out_string(c, BAD_FORMAT);
    }
    let Some(exptime) = safe_strtol(tokens.get(&c.rbuf, 2)) else {
        return out_string(c, "CLIENT_ERROR invalid exptime argument");
    };
    let exptime = c.globals.clock.realtime(i64::from(exptime));
    c.stats().touch_cmds.add(1);
    match c.store().item_touch(&c.rbuf[key], exptime) {
        Some(item) => {
            c.store().item_update(&item);
            c.stats().slab(item.clsid()).touch_hits.add(1);
            out_string(c, "TOUCHED");
            c.store().item_remove(item);
        }
        None => {
            c.stats().touch_misses.add(1);
            out_string(c, "NOT_FOUND");
        }
    }
}

/// delete (`memcached.c:3338`). A time of 0 is still accepted, for clients from long ago.
pub(super) fn process_delete_command(c: &mut Conn, tokens: &Tokens) {
    let c = &mut *c.enter(Function::ProcessDeleteCommand);
    if tokens.count > 3 {
        let hold_is_zero = tokens.get(&c.rbuf, 2) == b"0";
        set_noreply_maybe(c, tokens);
        let valid = match tokens.count {
            4 => hold_is_zero || c.noreply,
            _ => hold_is_zero && c.noreply,
        };
        if !valid {
            let usage = "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]";
            return out_string(c, usage);
        }
    }
    let key = tokens.range(1);
    if key.len() > KEY_MAX_LENGTH {
        return out_string(c, BAD_FORMAT);
    }
    record_prefix(c, &c.rbuf[key.clone()], PrefixOp::Delete);
    match c.store().item_get(&c.rbuf[key]) {
        Some(item) => {
            c.stats().slab(item.clsid()).delete_hits.add(1);
            c.store().item_unlink(&item);
            c.store().item_remove(item);
            out_string(c, "DELETED");
        }
        None => {
            c.stats().delete_misses.add(1);
            out_string(c, "NOT_FOUND");
        }
    }
}
