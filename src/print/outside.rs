//! What one sees of a server from outside: descriptors named by what they are, and how much it
//! says on stderr.

use crate::event::{ConnState, Event, Kind, Snapshot, Thread};
use std::collections::HashMap;
use std::fmt;

/// What a descriptor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// A listening socket.
    Listen,
    /// Either end of a worker's notify pipe.
    Pipe(u16),
    /// An accepted connection.
    Conn(u32),
    /// The recording does not tell.
    Fd(i32),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Listen => write!(f, "listen"),
            Name::Pipe(worker) => write!(f, "pipe{worker}"),
            Name::Conn(conn) => write!(f, "c{conn}"),
            Name::Fd(fd) => write!(f, "fd{fd}"),
        }
    }
}

/// Which descriptor is what, as far as the events so far have told.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<i32, Name>);

impl Names {
    /// Learns from an event.
    pub(super) fn learn(&mut self, event: &Event) {
        match event.kind() {
            Kind::Pipe | Kind::Thread => {
                if let Some(Thread::Worker(worker)) = event.worker() {
                    for fd in [event.notify_receive_fd(), event.notify_send_fd()].into_iter().flatten() {
                        self.0.insert(fd, Name::Pipe(worker));
                    }
                }
            }
            Kind::Snapshot => self.found(event.world()),
            Kind::Socket | Kind::Listen => self.insert(event.fd(), Name::Listen),
            Kind::Accept => {
                self.insert(event.listen_fd(), Name::Listen);
                if let Some(conn) = event.conn {
                    self.insert(event.fd(), Name::Conn(conn));
                }
            }
            Kind::ConnNew if event.is_udp() && event.conn.is_some() => {
                self.insert(event.fd(), Name::Conn(event.conn.unwrap_or_default()));
            }
            Kind::ConnNew if event.state() == Some(ConnState::Listening) => {
                self.insert(event.fd(), Name::Listen);
            }
            _ => {}
        }
    }

    /// A recording that begins in the middle says what there is.
    fn found(&mut self, world: Option<&Snapshot>) {
        let Some(world) = world else { return };
        for thread in &world.threads {
            if let Thread::Worker(worker) = thread.th {
                self.insert(thread.notify_receive_fd, Name::Pipe(worker));
                self.insert(thread.notify_send_fd, Name::Pipe(worker));
            }
        }
        for listener in &world.listeners {
            self.insert(Some(listener.fd), Name::Listen);
        }
        for c in &world.conns {
            self.insert(c.fd, Name::Conn(c.conn));
        }
    }

    fn insert(&mut self, fd: Option<i32>, name: Name) {
        if let Some(fd) = fd {
            self.0.insert(fd, name);
        }
    }

    /// The name of a descriptor; an event that carries its connection knows best.
    pub(super) fn of(&self, conn: Option<u32>, fd: Option<i32>) -> Name {
        match (conn, fd) {
            (Some(conn), _) => Name::Conn(conn),
            (None, Some(fd)) => self.0.get(&fd).copied().unwrap_or(Name::Fd(fd)),
            (None, None) => Name::Fd(-1),
        }
    }

    /// The worker whose pipe an event is about.
    pub(super) fn pipe_of(&self, event: &Event) -> Name {
        match event.worker() {
            Some(Thread::Worker(worker)) => Name::Pipe(worker),
            _ => self.of(None, event.fd()),
        }
    }
}

/// How much the server says on stderr: three `-v` at the start, then what the command `verbosity`
/// made of it. memcached 1.4.24 caps that command at 2, so it can silence the state changes but
/// never bring them back.
#[derive(Debug)]
pub(super) struct Verbosity(u32);

impl Default for Verbosity {
    fn default() -> Self {
        Verbosity(3)
    }
}

impl Verbosity {
    /// Learns from an event.
    pub(super) fn learn(&mut self, event: &Event) {
        if event.kind() == Kind::Setting
            && event.name() == Some("verbose")
            && let Some(level) = event.value().and_then(|v| v.parse().ok())
        {
            self.0 = level;
        }
    }

    /// Whether what is said above `level` is said.
    pub(super) fn above(&self, level: u32) -> bool {
        self.0 > level
    }
}

/// A system call's result: what it returned, or its error's name.
pub(super) fn result(event: &Event) -> String {
    match (&event.errno(), event.ret()) {
        (Some(errno), _) => crate::text::printable(errno).into_owned(),
        (None, Some(ret)) => ret.to_string(),
        (None, None) => "?".into(),
    }
}
