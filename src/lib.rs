//! A glass-box memcached: a server that works as memcached 1.4.24 does, tells of every step, and a
//! terminal UI that plays the steps forwards and backwards.
//!
//! # How it runs
//!
//! ```text
//!  clients        main: the dispatcher                worker0, worker1 ...           recorder
//! ─────────      ──────────────────────              ──────────────────────         ──────────
//!  connect ────▶ epoll_wait: listen:r                epoll_wait  (asleep)
//!                accept4
//!                cq_push ───── CqItem ─────▶ queue
//!                write "c" ──── notify pipe ───────▶ epoll_wait: pipe:r
//!                                                    read "c", cq_pop, conn_new
//!  set a 0 0 4 ────────────────────────────────────▶ epoll_wait: c0:r
//!                                                    drive_machine: conn_new_cmd ▸
//!                                                    conn_waiting ▸ conn_read ▸ ...
//!  STORED ◀───────────────────────────────────────── sendmsg
//!                     │                                   │
//!                     └── ring ── records, by seq ── ring ┴───────────────────────▶ events:
//!                                                                     file, viewers
//! ```
//!
//! # Where to read first
//!
//! 1. [`event`]: the vocabulary. What can happen, and what is told of it.
//! 2. `memcached::drive_machine`: the state machine, on one screen; then `memcached::thread` and
//!    `memcached::conn_queue`: how a connection comes to a worker.
//! 3. `memcached::event_base`: why everything is level-triggered.
//! 4. [`tracer`], then [`trace::recorder`]: how a step becomes an event without slowing the server;
//!    [`trace::stream`]: how it gets to whoever watches from elsewhere.
//! 5. [`filter`]: which events are meant, in one language everywhere.
//! 6. [`model`], [`player`]: the world at an event is a fold; stepping back is seeking.
//! 7. [`ui`]: a picture of that world; [`lesson`]: a text beside it.
//!
//! # Who may use whom
//!
//! `ARCHITECTURE.md` says it, under "The layers"; a test reads it there, and holds every file to it.
//!
//! # memcached's names
//!
//! | in memcached 1.4.24 | here |
//! | --- | --- |
//! | `drive_machine` | `memcached::drive_machine` |
//! | `event_handler`, `setup_thread`, `worker_libevent`, `thread_libevent_process` | `memcached::thread` |
//! | `dispatch_conn_new`, `cq_push`, `cq_pop`, `CQ_ITEM`, `LIBEVENT_THREAD` | `memcached::conn_queue` |
//! | `conn`, `conn_new`, `conn_close`, `conn_set_state`, `update_event`, `reset_cmd_handler` | `memcached::conn` |
//! | `try_read_network`, `transmit`, `add_iov`, `out_string` | `memcached::network` |
//! | `try_read_udp`, `build_udp_headers` | `memcached::udp` |
//! | `try_read_command`, `process_command`, `process_update_command`, `complete_nread` | `memcached::ascii` |
//! | `item_alloc`, `item_get`, `store_item`, `add_delta`, the hash table, the LRU | `memcached::items` |
//! | `main`, `clock_handler`, `maxconns_handler` | [`memcached::server`] |
//! | `server_sockets`, `server_socket`, `server_socket_unix`, `maximize_sndbuf` | `memcached::server_socket` |
//! | `stats_prefix_record_get`, `stats_prefix_dump` | `memcached::prefix_stats` |
//! | `event_init`, `event_add`, `event_del`, `event_base_loop` (libevent's) | `memcached::event_base` |
//! | `settings`, `stats`, `current_time` | [`memcached::settings`], `memcached::globals` |
//!
//! Deliberate departures are marked `DIFFERS:` where they are.

pub mod cli;
pub mod cmd;
pub mod event;
pub mod explain;
pub(crate) mod files;
pub mod filter;
pub mod glossary;
pub mod lesson;
pub mod memcached;
pub mod model;
#[cfg(test)]
mod oracle;
pub mod player;
pub mod print;
pub mod session;
pub mod text;
pub mod texts;
pub mod trace;
pub mod tracer;
pub mod ui;
mod words;
mod world;
