//! stats: the general ones, the settings, the store's own, the connections, the recording; and reset.

use super::token::Tokens;
use crate::event::Function;
use crate::memcached::conn::Conn;
use crate::memcached::network::{out_string, write_and_free};
use crate::memcached::settings::{ITEM_UPDATE_INTERVAL, MAX_NUMBER_OF_SLAB_CLASSES, VERSION};
use crate::memcached::util::safe_strtoul;
use crate::tracer;
use std::fmt::Display;
use std::sync::atomic::Ordering;

/// A `stats` answer in the making.
struct StatsBuffer(String);

impl StatsBuffer {
    /// `append_stat` (`memcached.c:2523`).
    fn append_stat(&mut self, name: &str, value: impl Display) {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(self.0, "STAT {name} {value}\r\n");
    }
}

/// stats (`memcached.c:2797`).
pub(super) fn process_stat(c: &mut Conn, tokens: &Tokens) {
    let c = &mut *c.enter(Function::ProcessStat);
    let mut answer = StatsBuffer(String::with_capacity(2048));
    let store = &c.globals.store;
    let mut append_stat = |name: &str, value: &dyn Display| answer.append_stat(name, value);
    match tokens.get(&c.rbuf, 1) {
        b"" => server_stats(c, &mut answer),
        b"reset" => {
            stats_reset(c);
            return out_string(c, "RESET");
        }
        b"detail" => return process_stats_detail(c, tokens),
        b"settings" => process_stat_settings(c, &mut answer),
        b"cachedump" => return process_stats_cachedump(c, tokens),
        b"conns" => process_stats_conns(c, &mut append_stat),
        b"items" => store.item_stats(&mut append_stat),
        b"slabs" => {
            let threads = &c.globals.threads;
            store.slabs_stats(|id| threads.slab_stats(id..id + 1), &mut append_stat);
        }
        b"sizes" => store.item_stats_sizes(&mut append_stat),
        // DIFFERS: 1.4.24 has no such argument and answers ERROR; here it tells how the recording goes.
        b"trace" => trace_stats(&mut answer),
        _ => return out_string(c, "ERROR"),
    }
    answer.0.push_str("END\r\n");
    write_and_free(c, answer.0.into_bytes());
}

/// How many events were told so far, how many were lost, and how long workers have waited for the
/// recorder; nothing where nothing is recorded.
fn trace_stats(answer: &mut StatsBuffer) {
    let Some(tally) = tracer::tally() else { return };
    answer.append_stat("trace_events", tally.events);
    answer.append_stat("trace_lost", tally.lost);
    answer.append_stat("trace_blocked_ns", tally.blocked_ns);
}

/// stats detail (`memcached.c:2541`).
fn process_stats_detail(c: &mut Conn, tokens: &Tokens) {
    let detail_enabled = &c.globals.settings.detail_enabled;
    match tokens.get(&c.rbuf, 2) {
        b"on" => detail_enabled.store(true, Ordering::Relaxed),
        b"off" => detail_enabled.store(false, Ordering::Relaxed),
        b"dump" => {
            let text = c.globals.prefix_stats.dump();
            return write_and_free(c, text);
        }
        _ => return out_string(c, "CLIENT_ERROR usage: stats detail on|off|dump"),
    }
    out_string(c, "OK");
}

/// stats cachedump (`memcached.c:2823`).
fn process_stats_cachedump(c: &mut Conn, tokens: &Tokens) {
    if tokens.count < 5 {
        return out_string(c, "CLIENT_ERROR bad command line");
    }
    let numbers = (safe_strtoul(tokens.get(&c.rbuf, 2)), safe_strtoul(tokens.get(&c.rbuf, 3)));
    let (Some(id), Some(limit)) = numbers else {
        return out_string(c, "CLIENT_ERROR bad command line format");
    };
    let (id, limit) = (id as usize, limit as usize);
    if id >= MAX_NUMBER_OF_SLAB_CLASSES - 1 {
        return out_string(c, "CLIENT_ERROR Illegal slab id");
    }
    let text = c.globals.store.item_cachedump(id, limit);
    write_and_free(c, text);
}

/// stats conns (`memcached.c:2768`): every open connection, by descriptor.
fn process_stats_conns(c: &Conn, append_stat: &mut dyn FnMut(&str, &dyn Display)) {
    let now = c.globals.clock.current_time();
    for (fd, seen) in c.globals.open_conns() {
        append_stat(&format!("{fd}:addr"), &seen.addr());
        append_stat(&format!("{fd}:state"), &seen.state().name());
        append_stat(&format!("{fd}:secs_since_last_cmd"), &now.wrapping_sub(seen.last_cmd_time()));
    }
}

/// The general statistics, in memcached's order (`memcached.c:2563`).
fn server_stats(c: &Conn, answer: &mut StatsBuffer) {
    let g = &c.globals;
    let thread_stats = g.threads.counted();
    let slab_stats = g.threads.slab_stats(0..MAX_NUMBER_OF_SLAB_CLASSES);
    let items = g.store.stats();
    let now = g.clock.current_time();
    let usage = nix_usage();
    let stat = |answer: &mut StatsBuffer, pairs: &[(&str, u64)]| {
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
    answer.append_stat("curr_connections", g.stats.curr_conns.get().saturating_sub(1));
    answer.append_stat("total_connections", g.stats.total_conns.get());
    if g.settings.maxconns_fast {
        answer.append_stat("rejected_connections", g.stats.rejected_conns.get());
    }
    stat(
        answer,
        &[
            ("connection_structures", g.stats.conn_structs.get()),
            ("reserved_fds", g.stats.reserved_fds.get()),
            ("cmd_get", thread_stats.get_cmds),
            ("cmd_set", slab_stats.set_cmds),
            ("cmd_flush", thread_stats.flush_cmds),
            ("cmd_touch", thread_stats.touch_cmds),
            ("get_hits", slab_stats.get_hits),
            ("get_misses", thread_stats.get_misses),
            ("delete_misses", thread_stats.delete_misses),
            ("delete_hits", slab_stats.delete_hits),
            ("incr_misses", thread_stats.incr_misses),
            ("incr_hits", slab_stats.incr_hits),
            ("decr_misses", thread_stats.decr_misses),
            ("decr_hits", slab_stats.decr_hits),
            ("cas_misses", thread_stats.cas_misses),
            ("cas_hits", slab_stats.cas_hits),
            ("cas_badval", slab_stats.cas_badval),
            ("touch_hits", slab_stats.touch_hits),
            ("touch_misses", thread_stats.touch_misses),
            // Only the binary protocol can authenticate.
            ("auth_cmds", 0),
            ("auth_errors", 0),
            ("bytes_read", thread_stats.bytes_read),
            ("bytes_written", thread_stats.bytes_written),
            ("limit_maxbytes", g.settings.maxbytes),
            ("accepting_conns", u64::from(g.stats.accepting_conns.load(Ordering::Relaxed))),
            ("listen_disabled_num", g.stats.listen_disabled_num.get()),
            ("threads", u64::from(g.settings.num_threads)),
            ("conn_yields", thread_stats.conn_yields),
            ("hash_power_level", u64::from(items.hash_power_level)),
            ("hash_bytes", items.hash_bytes),
            ("hash_is_expanding", u64::from(items.hash_is_expanding)),
            // The C counts the system's malloc here, never an item that found no room.
            ("malloc_fails", 0),
            ("bytes", items.curr_bytes as u64),
            ("curr_items", items.curr_items as u64),
            ("total_items", items.total_items),
            ("expired_unfetched", items.totals.expired_unfetched),
            ("evicted_unfetched", items.totals.evicted_unfetched),
            ("evictions", items.totals.evicted),
            ("reclaimed", items.totals.reclaimed),
            // There is no crawler.
            ("crawler_reclaimed", 0),
            ("crawler_items_checked", 0),
            ("lrutail_reflocked", items.totals.lrutail_reflocked),
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

/// The settings (`memcached.c:2647`). What memstep has not is as it is in the C where it is not asked for.
fn process_stat_settings(c: &Conn, answer: &mut StatsBuffer) {
    let s = &c.globals.settings;
    let yes = |on: bool| if on { "yes" } else { "no" };
    let socketpath = s.socketpath.as_ref().map(|path| path.display().to_string());
    answer.append_stat("maxbytes", s.maxbytes);
    answer.append_stat("maxconns", s.maxconns);
    answer.append_stat("tcpport", s.port);
    answer.append_stat("udpport", s.udpport);
    answer.append_stat("inter", s.inter.as_deref().unwrap_or("NULL"));
    answer.append_stat("verbosity", s.verbose());
    answer.append_stat("oldest", s.oldest_live.load(Ordering::Relaxed));
    answer.append_stat("evictions", if s.evict_to_free { "on" } else { "off" });
    answer.append_stat("domain_socket", socketpath.as_deref().unwrap_or("NULL"));
    answer.append_stat("umask", format_args!("{:o}", s.access));
    answer.append_stat("growth_factor", format_args!("{:.2}", s.factor));
    answer.append_stat("chunk_size", s.chunk_size);
    answer.append_stat("num_threads", s.num_threads);
    answer.append_stat("num_threads_per_udp", s.num_threads_per_udp());
    answer.append_stat("stat_key_prefix", char::from(s.prefix_delimiter));
    answer.append_stat("detail_enabled", yes(s.detail_enabled.load(Ordering::Relaxed)));
    answer.append_stat("reqs_per_event", s.reqs_per_event);
    answer.append_stat("cas_enabled", yes(s.use_cas));
    answer.append_stat("tcp_backlog", s.backlog);
    answer.append_stat("binding_protocol", s.prot_text());
    answer.append_stat("auth_enabled_sasl", "no");
    answer.append_stat("item_size_max", s.item_size_max);
    answer.append_stat("maxconns_fast", yes(s.maxconns_fast));
    answer.append_stat("hashpower_init", s.hashpower_init);
    answer.append_stat("slab_reassign", "no");
    answer.append_stat("slab_automove", s.slab_automove.load(Ordering::Relaxed));
    answer.append_stat("lru_crawler", "no");
    answer.append_stat("lru_crawler_sleep", s.lru_crawler_sleep.load(Ordering::Relaxed));
    answer.append_stat("lru_crawler_tocrawl", s.lru_crawler_tocrawl.load(Ordering::Relaxed));
    answer.append_stat("tail_repair_time", 0);
    answer.append_stat("flush_enabled", yes(s.flush_enabled));
    answer.append_stat("hash_algorithm", s.hash_algorithm.name());
    answer.append_stat("lru_maintainer_thread", "no");
    answer.append_stat("hot_lru_pct", 32);
    answer.append_stat("warm_lru_pct", 32);
    answer.append_stat("expirezero_does_not_evict", "no");
}

/// stats reset (`memcached.c:197`).
fn stats_reset(c: &Conn) {
    let g = &c.globals;
    g.stats.total_conns.reset();
    g.stats.rejected_conns.reset();
    g.stats.listen_disabled_num.reset();
    g.prefix_stats.clear();
    for thread in &g.threads.workers {
        thread.stats.reset();
    }
    g.store.stats_reset();
}
