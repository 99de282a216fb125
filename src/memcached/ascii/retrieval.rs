//! get, gets, bget.

use super::record_prefix;
use super::token::{Tokens, tokenize_command};
use crate::event::{ConnState, Function, ReplyOp};
use crate::memcached::conn::{Conn, Src, conn_set_state, release_ilist};
use crate::memcached::items::ItemRef;
use crate::memcached::network::{add_iov, out_string};
use crate::memcached::prefix_stats::PrefixOp;
use crate::memcached::settings::{KEY_MAX_LENGTH, say};
use crate::memcached::udp::build_udp_headers;
use crate::memcached::util::{Shown, StackLine};
use crate::tracer::{self, Report};

/// Queues every value that is found, then `END` (`memcached.c:2876`). A hit adds three pieces to
/// the answer (`VALUE `, the key, and suffix and value in one), five with the CAS id.
pub(super) fn process_get_command(c: &mut Conn, tokens: &Tokens, return_cas: bool) {
    let c = &mut *c.enter(Function::ProcessGetCommand);
    let mut more;
    let mut tokens = tokens;
    let mut token = 1;
    loop {
        while token + 1 < tokens.count {
            let key = tokens.range(token);
            if key.len() > KEY_MAX_LENGTH {
                out_string(c, "CLIENT_ERROR bad command line format");
                // The answer is forgotten, and with it go the items that it had.
                release_ilist(c);
                c.suffixlist.clear();
                return;
            }
            c.stats().get_cmds.add(1);
            let found = c.store().item_get(&c.rbuf[key.clone()]);
            record_prefix(c, &c.rbuf[key], PrefixOp::Get { is_hit: found.is_some() });
            match found {
                Some(item) => queue_value(c, item, return_cas),
                None => c.stats().get_misses.add(1),
            }
            token += 1;
        }
        // A line of many keys is cut a few at a time.
        let Some(rest) = tokens.rest.clone() else { break };
        more = tokenize_command(&mut c.rbuf, rest);
        tokens = &more;
        token = 0;
    }
    (c.ileft, c.suffixleft) = (c.ilist.len(), c.suffixlist.len());
    say!(c.globals.settings, 1, ">{} END", c.fd());
    add_iov(c, Src::Static(b"END\r\n"), 0, 5);
    if c.is_udp() {
        build_udp_headers(c);
    }
    c.report(Report::Reply { op: None }, b"END");
    conn_set_state(c, ConnState::Mwrite);
    c.msgcurr = 0;
}

fn queue_value(c: &mut Conn, item: ItemRef, return_cas: bool) {
    let at = c.ilist.len() as u32;
    let (nkey, nsuffix, ndata) = (item.nkey(), item.nsuffix(), item.nbytes() as usize);
    add_iov(c, Src::Static(b"VALUE "), 0, 6);
    c.ilist.push(item);
    let of = Src::Item(at);
    let suffix_at = c.ilist[at as usize].suffix_at();
    add_iov(c, of, 0, nkey);
    if return_cas {
        let mut number = itoa::Buffer::new();
        let cas = number.format(c.ilist[at as usize].cas());
        let suffix = StackLine::<24>::joined([b" ", cas.as_bytes(), b"\r\n"]);
        let nsuffix_cas = suffix.bytes().len();
        c.suffixlist.push(suffix);
        add_iov(c, of, suffix_at, nsuffix - 2);
        add_iov(c, Src::Suffix(c.suffixlist.len() as u32 - 1), 0, nsuffix_cas);
        add_iov(c, of, suffix_at + nsuffix, ndata);
    } else {
        add_iov(c, of, suffix_at, nsuffix + ndata);
    }
    let item = &c.ilist[at as usize];
    say!(c.globals.settings, 1, ">{} sending key {}", c.fd(), Shown(item.key()));
    c.stats().slab(item.clsid()).get_hits.add(1);
    if tracer::on() {
        let (key, suffix) = (item.key(), item.suffix());
        let mut head = [0u8; 6 + KEY_MAX_LENGTH + 40];
        let len = 6 + key.len() + suffix.len() - 2;
        head[..6].copy_from_slice(b"VALUE ");
        head[6..6 + key.len()].copy_from_slice(key);
        head[6 + key.len()..len].copy_from_slice(&suffix[..suffix.len() - 2]);
        c.report(Report::Reply { op: Some(ReplyOp::Value) }, &head[..len]);
    }
    c.store().item_update(&c.ilist[at as usize]);
}
