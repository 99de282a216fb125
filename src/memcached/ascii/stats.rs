//! stats: the general ones, the settings, the recording, and reset.

use super::token::Tokens;
use crate::event::Fn;
use crate::memcached::conn::Conn;
use crate::memcached::conn_queue::ThreadStats;
use crate::memcached::network::{out_string, write_and_free};
use crate::memcached::settings::{ITEM_UPDATE_INTERVAL, OwnCount, VERSION};
use crate::tracer;
use std::fmt::Display;
use std::sync::atomic::Ordering;

/// A `stats` answer in the making: `append_stat` (`memcached.c:2523`).
struct Answer(String);

impl Answer {
    fn append_stat(&mut self, name: &str, value: impl Display) {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(self.0, "STAT {name} {value}\r\n");
    }
}

/// stats (`memcached.c:2797`).
pub(super) fn process_stat(c: &mut Conn, tokens: &Tokens) {
    let _in = c.enter(Fn::ProcessStat);
    let mut answer = Answer(String::with_capacity(2048));
    match tokens.get(&c.rbuf, 1) {
        b"" => server_stats(c, &mut answer),
        b"settings" => process_stat_settings(c, &mut answer),
        b"reset" => {
            stats_reset(c);
            return out_string(c, "RESET");
        }
        // DIFFERS: 1.4.24 has no such argument and answers ERROR; here it tells how the recording goes.
        b"trace" => trace_stats(&mut answer),
        // DIFFERS: items, slabs, sizes, cachedump, detail and conns need memory as memcached
        // lays it out, which is not modelled.
        _ => return out_string(c, "ERROR"),
    }
    answer.0.push_str("END\r\n");
    write_and_free(c, answer.0.into_bytes());
}

/// How many events were told so far, how many were lost, and how long workers have waited for the
/// recorder; nothing where nothing is recorded.
fn trace_stats(answer: &mut Answer) {
    let Some(tally) = tracer::tally() else { return };
    answer.append_stat("trace_events", tally.events);
    answer.append_stat("trace_lost", tally.lost);
    answer.append_stat("trace_blocked_ns", tally.blocked_ns);
}

/// The general statistics, in memcached's order (`memcached.c:2563`).
fn server_stats(c: &Conn, answer: &mut Answer) {
    let g = &c.globals;
    let workers = &g.threads.workers;
    let sum = |of: fn(&ThreadStats) -> &OwnCount| workers.iter().map(|t| of(&t.stats).get()).sum::<u64>();
    let items = g.store.stats();
    let now = g.clock.current_time();
    let usage = nix_usage();
    let stat = |answer: &mut Answer, pairs: &[(&str, u64)]| {
        for (name, value) in pairs {
            answer.append_stat(name, value);
        }
    };
    answer.append_stat("pid", std::process::id());
    answer.append_stat("uptime", now.saturating_sub(ITEM_UPDATE_INTERVAL));
    answer.append_stat("time", g.clock.process_started + i64::from(now));
    answer.append_stat("version", VERSION);
    // DIFFERS: no libevent underneath; the name says what stands in for it.
    answer.append_stat("libevent", "mio");
    answer.append_stat("pointer_size", usize::BITS);
    answer.append_stat("rusage_user", &usage.0);
    answer.append_stat("rusage_system", &usage.1);
    stat(
        answer,
        &[
            ("curr_connections", g.stats.curr_conns.get().saturating_sub(1)),
            ("total_connections", g.stats.total_conns.get()),
            ("connection_structures", g.stats.conn_structs.get()),
            ("reserved_fds", g.stats.reserved_fds.get()),
            ("cmd_get", sum(|t| &t.get_cmds)),
            ("cmd_set", sum(|t| &t.set_cmds)),
            ("cmd_flush", sum(|t| &t.flush_cmds)),
            ("cmd_touch", sum(|t| &t.touch_cmds)),
            ("get_hits", sum(|t| &t.get_hits)),
            ("get_misses", sum(|t| &t.get_misses)),
            ("delete_misses", sum(|t| &t.delete_misses)),
            ("delete_hits", sum(|t| &t.delete_hits)),
            ("incr_misses", sum(|t| &t.incr_misses)),
            ("incr_hits", sum(|t| &t.incr_hits)),
            ("decr_misses", sum(|t| &t.decr_misses)),
            ("decr_hits", sum(|t| &t.decr_hits)),
            ("cas_misses", sum(|t| &t.cas_misses)),
            ("cas_hits", sum(|t| &t.cas_hits)),
            ("cas_badval", sum(|t| &t.cas_badval)),
            ("touch_hits", sum(|t| &t.touch_hits)),
            ("touch_misses", sum(|t| &t.touch_misses)),
            // Only the binary protocol can authenticate.
            ("auth_cmds", 0),
            ("auth_errors", 0),
            ("bytes_read", sum(|t| &t.bytes_read)),
            ("bytes_written", sum(|t| &t.bytes_written)),
            ("limit_maxbytes", g.settings.maxbytes),
            ("accepting_conns", u64::from(g.stats.accepting_conns.load(Ordering::Relaxed))),
            ("listen_disabled_num", g.stats.listen_disabled_num.get()),
            ("threads", u64::from(g.settings.num_threads)),
            ("conn_yields", sum(|t| &t.conn_yields)),
            ("hash_power_level", u64::from(items.hash_buckets.max(1).ilog2())),
            ("hash_bytes", items.hash_bytes as u64),
            // hashbrown grows in one go, under the lock.
            ("hash_is_expanding", 0),
            // The C counts the system's malloc here, never an item that found no room.
            ("malloc_fails", 0),
            ("bytes", items.curr_bytes),
            ("curr_items", items.curr_items),
            ("total_items", items.total_items),
            ("expired_unfetched", items.expired_unfetched),
            ("evicted_unfetched", items.evicted_unfetched),
            ("evictions", items.evictions),
            ("reclaimed", items.reclaimed),
            // There is no crawler.
            ("crawler_reclaimed", 0),
            ("crawler_items_checked", 0),
            ("lrutail_reflocked", items.lrutail_reflocked),
        ],
    );
}

/// User and system time of the process, as seconds with six decimals.
fn nix_usage() -> (String, String) {
    use nix::sys::resource::{UsageWho, getrusage};
    let time = |t: nix::sys::time::TimeVal| format!("{}.{:06}", t.tv_sec(), t.tv_usec());
    getrusage(UsageWho::RUSAGE_SELF)
        .map_or_else(|_| ("0".into(), "0".into()), |u| (time(u.user_time()), time(u.system_time())))
}

/// The settings (`memcached.c:2647`).
///
/// DIFFERS: those of the slabs, the hash and the LRU's segments are not modelled, and left out.
fn process_stat_settings(c: &Conn, answer: &mut Answer) {
    let s = &c.globals.settings;
    answer.append_stat("maxbytes", s.maxbytes);
    answer.append_stat("maxconns", s.maxconns);
    answer.append_stat("tcpport", s.port);
    answer.append_stat("udpport", 0);
    answer.append_stat("inter", s.inter.as_deref().unwrap_or("NULL"));
    answer.append_stat("verbosity", s.verbose());
    answer.append_stat("oldest", s.oldest_live.load(Ordering::Relaxed));
    answer.append_stat("evictions", "on");
    answer.append_stat("domain_socket", "NULL");
    answer.append_stat("num_threads", s.num_threads);
    answer.append_stat("num_threads_per_udp", s.num_threads);
    answer.append_stat("detail_enabled", "no");
    answer.append_stat("reqs_per_event", s.reqs_per_event);
    answer.append_stat("cas_enabled", "yes");
    answer.append_stat("tcp_backlog", s.backlog);
    answer.append_stat("binding_protocol", "auto-negotiate");
    answer.append_stat("auth_enabled_sasl", "no");
    answer.append_stat("item_size_max", s.item_size_max);
    answer.append_stat("maxconns_fast", "no");
    answer.append_stat("slab_reassign", "no");
    answer.append_stat("slab_automove", 0);
    answer.append_stat("lru_crawler", "no");
    answer.append_stat("tail_repair_time", 0);
    answer.append_stat("flush_enabled", "yes");
    answer.append_stat("lru_maintainer_thread", "no");
    answer.append_stat("expirezero_does_not_evict", "no");
}

/// stats reset (`memcached.c:197`).
fn stats_reset(c: &Conn) {
    let g = &c.globals;
    g.stats.total_conns.reset();
    g.stats.listen_disabled_num.reset();
    for thread in &g.threads.workers {
        for count in thread.stats.all() {
            count.reset();
        }
    }
    g.store.stats_reset();
}
