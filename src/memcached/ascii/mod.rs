//! The text protocol: finding a line, cutting it into tokens, carrying it out.

mod retrieval;
mod stats;
mod storage;
mod token;

pub use storage::complete_nread;

use super::conn::{Conn, conn_set_state};
use super::items::Nread;
use super::network::{out_string, start_answer};
use super::prefix_stats::PrefixOp;
use super::settings::{MAX_VERBOSITY_LEVEL, VERSION_LINE, say};
use super::util::{Shown, safe_strtoul, strtol, strtoul};
use crate::event::{ConnState, Function, Protocol, SettingName};
use crate::tracer::{IsText, Report};
use std::sync::atomic::Ordering;
use token::{Tokens, tokenize_command};

/// The first byte of a binary request (`protocol_binary.h:54`).
const PROTOCOL_BINARY_REQ: u8 = 0x80;
/// A line without an end may grow to this many bytes, unless it is a get (`memcached.c:3767`).
const LINE_HIGHWAT: usize = 1024;

/// Takes a whole command line out of the read buffer and carries it out; `false` where there is
/// none yet (`memcached.c:3675`).
pub fn try_read_command(c: &mut Conn) -> bool {
    let c = &mut *c.enter(Function::TryReadCommand);
    // Every datagram may be somebody else's.
    let is_to_be_told = c.is_udp() || c.protocol == Protocol::Negotiating;
    let is_binary = match is_to_be_told {
        true => c.rbuf[0] == PROTOCOL_BINARY_REQ,
        false => c.protocol == Protocol::Binary,
    };
    if is_binary {
        // DIFFERS: the binary protocol is not modelled; such a client is told so in text.
        c.protocol = Protocol::Ascii;
        start_answer(c);
        out_string(c, "SERVER_ERROR the binary protocol is not supported");
        c.write_and_go = ConnState::Closing;
        c.why = "the binary protocol is not supported";
        return true;
    }
    if is_to_be_told {
        c.protocol = Protocol::Ascii;
        say!(c.globals.settings, 1, "{}: Client using the ascii protocol", c.fd());
    }
    let unparsed = &c.rbuf[c.rcurr..c.rcurr + c.rbytes];
    let Some(el) = memchr::memchr(b'\n', unparsed) else {
        if c.rbytes > LINE_HIGHWAT {
            // Only a get of very many keys can be so long; anything else is nonsense.
            let spaces = unparsed.iter().take_while(|b| **b == b' ').count();
            let word = &unparsed[spaces..];
            if spaces > 100 || !(word.starts_with(b"get ") || word.starts_with(b"gets ")) {
                c.why = "the command line is too long";
                conn_set_state(c, ConnState::Closing);
                return true;
            }
        }
        return false;
    };
    let cont = el + 1;
    let end = if el > 1 && unparsed[el - 1] == b'\r' { el - 1 } else { el };
    let line = c.rcurr..c.rcurr + end;
    c.rbuf[line.end] = 0;
    c.seen.set_last_cmd_time(c.globals.clock.current_time());
    process_command(c, line);
    c.rbytes -= cont;
    c.rcurr += cont;
    true
}

/// Carries out one command line (`memcached.c:3423`), `line` of the read buffer.
fn process_command(c: &mut Conn, line: std::ops::Range<usize>) {
    let c = &mut *c.enter(Function::ProcessCommand);
    // The C's strings end at a NUL.
    let end = memchr::memchr(0, &c.rbuf[line.clone()]).map_or(line.end, |n| line.start + n);
    let line = line.start..end;
    say!(c.globals.settings, 1, "<{} {}", c.fd(), Shown(&c.rbuf[line.clone()]));
    start_answer(c);
    c.report(Report::Command, &c.rbuf[line.clone()]);

    let tokens = tokenize_command(&mut c.rbuf, line);
    let n = tokens.count;
    match (tokens.get(&c.rbuf, 0), n) {
        (b"get" | b"bget", 3..) => retrieval::process_get_command(c, &tokens, false),
        (b"add", 6 | 7) => storage::process_update_command(c, &tokens, Nread::Add, false),
        (b"set", 6 | 7) => storage::process_update_command(c, &tokens, Nread::Set, false),
        (b"replace", 6 | 7) => storage::process_update_command(c, &tokens, Nread::Replace, false),
        (b"prepend", 6 | 7) => storage::process_update_command(c, &tokens, Nread::Prepend, false),
        (b"append", 6 | 7) => storage::process_update_command(c, &tokens, Nread::Append, false),
        (b"cas", 7 | 8) => storage::process_update_command(c, &tokens, Nread::Cas, true),
        (b"incr", 4 | 5) => storage::process_arithmetic_command(c, &tokens, true),
        (b"gets", 3..) => retrieval::process_get_command(c, &tokens, true),
        (b"decr", 4 | 5) => storage::process_arithmetic_command(c, &tokens, false),
        (b"delete", 3..=5) => storage::process_delete_command(c, &tokens),
        (b"touch", 4 | 5) => storage::process_touch_command(c, &tokens),
        (b"stats", 2..) => stats::process_stat(c, &tokens),
        (b"flush_all", 2..=4) => process_flush_all(c, &tokens),
        (b"version", 2) => out_string(c, VERSION_LINE),
        (b"quit", 2) => {
            c.why = "quit";
            conn_set_state(c, ConnState::Closing);
        }
        (b"shutdown", 2) => process_shutdown(c),
        (b"slabs", 5) if tokens.get(&c.rbuf, 1) == b"reassign" => {
            out_string(c, "CLIENT_ERROR slab reassignment disabled");
        }
        (b"slabs", 4) if tokens.get(&c.rbuf, 1) == b"automove" => process_slabs_automove(c, &tokens),
        (b"lru_crawler", 3 | 4) => process_lru_crawler(c, &tokens),
        (b"verbosity", 3 | 4) => process_verbosity_command(c, &tokens),
        _ => out_string(c, "ERROR"),
    }
}

/// shutdown, where `-A` allows it (`memcached.c:3547`).
fn process_shutdown(c: &mut Conn) {
    if !c.globals.settings.shutdown_command {
        return out_string(c, "ERROR: shutdown not enabled");
    }
    c.why = "shutdown";
    conn_set_state(c, ConnState::Closing);
    // The process ends as at Ctrl-C, a recording in order.
    if let Err(e) = signal_hook::low_level::raise(signal_hook::consts::SIGINT) {
        super::util::stderr_line(format_args!("raise: {e}"));
    }
}

/// slabs automove (`memcached.c:3403`): there is no mover, as there is none in the C without
/// `-o slab_reassign`; the number is kept.
fn process_slabs_automove(c: &mut Conn, tokens: &Tokens) {
    set_noreply_maybe(c, tokens);
    let level = strtoul(tokens.get(&c.rbuf, 2)) as u32;
    if level > 2 {
        return out_string(c, "ERROR");
    }
    c.globals.settings.slab_automove.store(level, Ordering::Relaxed);
    out_string(c, "OK");
}

/// lru_crawler (`memcached.c:3598`).
///
/// DIFFERS: there is no crawler, and none can be started or stopped.
fn process_lru_crawler(c: &mut Conn, tokens: &Tokens) {
    let settings = &c.globals.settings;
    let number = safe_strtoul(tokens.get(&c.rbuf, 2));
    let answer = match (tokens.get(&c.rbuf, 1), tokens.count) {
        (b"crawl", 4) => "CLIENT_ERROR lru crawler disabled",
        (b"tocrawl" | b"sleep", 4) if number.is_none() => "CLIENT_ERROR bad command line format",
        (b"tocrawl", 4) => {
            settings.lru_crawler_tocrawl.store(number.unwrap_or_default(), Ordering::Relaxed);
            "OK"
        }
        (b"sleep", 4) if number > Some(1_000_000) => "CLIENT_ERROR sleep must be one second or less",
        (b"sleep", 4) => {
            settings.lru_crawler_sleep.store(number.unwrap_or_default(), Ordering::Relaxed);
            "OK"
        }
        (b"enable", 3) => "ERROR failed to start lru crawler thread",
        (b"disable", 3) => "ERROR failed to stop lru crawler thread",
        _ => "ERROR",
    };
    out_string(c, answer);
}

/// flush_all: everything that is there now, or will be at a given time, is as good as gone
/// (`memcached.c:3493`).
fn process_flush_all(c: &mut Conn, tokens: &Tokens) {
    set_noreply_maybe(c, tokens);
    c.stats().flush_cmds.add(1);
    let (settings, clock) = (&c.globals.settings, &c.globals.clock);
    if !settings.flush_enabled {
        return out_string(c, "CLIENT_ERROR flush_all not allowed");
    }
    let mut exptime = 0;
    if tokens.count != if c.noreply { 3 } else { 2 } {
        // DIFFERS: the C looks at errno without having cleared it, so that a number out of range in
        // an earlier command can spoil this one. Here only this one's own number counts.
        match strtol(tokens.get(&c.rbuf, 1)) {
            Some(given) => exptime = given,
            None => return out_string(c, "CLIENT_ERROR bad command line format"),
        }
    }
    // Nought, or a time before now, means now.
    let new_oldest = if exptime > 0 { clock.realtime(exptime) } else { clock.current_time() };
    if settings.use_cas {
        let oldest_live = new_oldest.wrapping_sub(1);
        settings.oldest_live.store(oldest_live, Ordering::Relaxed);
        if oldest_live <= clock.current_time() {
            settings.oldest_cas.store(c.globals.store.next_cas_id(), Ordering::Relaxed);
        }
    } else {
        // Without CAS ids what comes in the same second is gone, too.
        settings.oldest_live.store(new_oldest, Ordering::Relaxed);
    }
    out_string(c, "OK");
}

/// verbosity (`memcached.c:3390`): never more than 2, so that the state lines of `-vvv` end.
fn process_verbosity_command(c: &mut Conn, tokens: &Tokens) {
    let c = &mut *c.enter(Function::ProcessVerbosityCommand);
    set_noreply_maybe(c, tokens);
    // Of strtoul's 64 bits the C keeps 32.
    let level = (strtoul(tokens.get(&c.rbuf, 1)) as u32).min(MAX_VERBOSITY_LEVEL) as u8;
    c.globals.settings.verbose.store(level, Ordering::Relaxed);
    let what = Report::Setting { name: SettingName::Verbose, value: IsText::HERE };
    c.report(what, &[b'0' + level]);
    out_string(c, "OK");
}

/// Counts a command by its key's prefix, if that is asked for.
#[inline]
fn record_prefix(c: &Conn, key: &[u8], what: PrefixOp) {
    let (settings, store) = (&c.globals.settings, &c.globals.store);
    if settings.detail_enabled.load(Ordering::Relaxed) {
        c.globals.prefix_stats.record(key, settings.prefix_delimiter, |prefix| store.hash(prefix), what);
    }
}

/// Notes that no answer is wanted, if the last token says so (`memcached.c:2505`).
fn set_noreply_maybe(c: &mut Conn, tokens: &Tokens) {
    if tokens.count >= 2 && tokens.get(&c.rbuf, tokens.count - 2) == b"noreply" {
        c.noreply = true;
    }
}
