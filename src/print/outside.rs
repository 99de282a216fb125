//! What one sees of a server from outside: descriptors named by what they are.

use crate::event::{Event, Thread, What};
use crate::world::{Happening, Now, Plain};
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
#[derive(Debug)]
pub(super) struct Names {
    world: Now<Box<Plain>>,
    /// What the last event has closed.
    closed: Option<(i32, Name)>,
}

impl Default for Names {
    fn default() -> Self {
        Names { world: Now::new(0), closed: None }
    }
}

impl Names {
    /// Learns from an event.
    pub(super) fn learn(&mut self, event: &Event) {
        self.closed = match event.what {
            What::Close { fd: Some(fd), .. } => Some((fd, self.of_fd(fd))),
            _ => None,
        };
        self.world.apply(&Happening::from(event), &());
    }

    /// Whether the server says what is said above `level`: three `-v` at the start, then what the command
    /// `verbosity` made of it. memcached 1.4.24 caps that command at 2, so it can silence the state changes but
    /// never bring them back.
    pub(super) fn is_said(&self, level: u32) -> bool {
        self.world.verbose.unwrap_or(3) > level
    }

    fn of_fd(&self, fd: i32) -> Name {
        if let Some((closed, name)) = self.closed
            && closed == fd
        {
            return name;
        }
        let its = |of: &Option<i32>| *of == Some(fd);
        let pipe = self.world.threads.values().find(|l| its(&l.notify_receive_fd) || its(&l.notify_send_fd));
        match pipe.map(|lane| lane.id) {
            Some(Thread::Worker(worker)) => return Name::Pipe(worker),
            _ if self.world.listeners.iter().any(|listener| listener.fd == fd) => return Name::Listen,
            _ => {}
        }
        let conn = self.world.conns.iter().find(|conn| its(&conn.fd));
        conn.map_or(Name::Fd(fd), |conn| Name::Conn(conn.id))
    }

    /// The name of a descriptor; an event that carries its connection knows best.
    pub(super) fn of(&self, conn: Option<u32>, fd: Option<i32>) -> Name {
        match (conn, fd) {
            (Some(conn), _) => Name::Conn(conn),
            (None, Some(fd)) => self.of_fd(fd),
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

/// A system call's result: what it returned, or its error's name.
pub(super) fn result(event: &Event) -> String {
    match (&event.errno(), event.ret()) {
        (Some(errno), _) => crate::text::printable(errno).into_owned(),
        (None, Some(ret)) => ret.to_string(),
        (None, None) => "?".into(),
    }
}
