//! The listening sockets.

use super::happening::Happening;
use crate::event::{ConnState, ListenerAt, What};
use std::borrow::Cow;

/// How many are remembered.
pub(super) const MOST: usize = 16;

/// A listening socket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listener {
    /// Its file descriptor.
    pub fd: i32,
    /// Whether it is UDP: nobody is accepted on it.
    pub is_udp: bool,
    /// Options set on it.
    pub options: u32,
    /// The address it is bound to.
    pub addr: Option<String>,
    /// The length of the kernel's queue, once it listens.
    pub backlog: Option<i32>,
    /// Its `struct conn`'s state, once it has one.
    pub state: Option<ConnState>,
    /// Whether the main thread's event base waits for it.
    pub registered: bool,
}

impl Listener {
    pub(super) fn found(at: &ListenerAt) -> Listener {
        let ListenerAt { fd, addr, backlog, options, state, registered, transport } = at.clone();
        let is_udp = transport.as_deref() == Some("udp");
        Listener { fd, is_udp, options, addr, backlog, state, registered }
    }
}

impl From<&Listener> for ListenerAt {
    fn from(l: &Listener) -> ListenerAt {
        let Listener { fd, is_udp, options, addr, backlog, state, registered } = l.clone();
        ListenerAt {
            fd,
            addr,
            backlog,
            options,
            state,
            registered,
            transport: is_udp.then_some("udp".into()),
        }
    }
}

/// Somebody was accepted on a socket: it listens, whether its beginning was recorded or not.
pub(super) fn accepts(all: &mut Vec<Listener>, fd: i32) {
    if all.len() < MOST && !all.iter().any(|l| l.fd == fd) {
        all.push(Listener { fd, ..Listener::default() });
    }
}

/// Folds an event that is about no connection: perhaps about a listening socket.
#[inline(always)]
pub(super) fn apply(all: &mut Vec<Listener>, h: &Happening<'_>) {
    let (fd, is_new) = match *h.what {
        What::Socket { fd, .. } | What::Listen { fd, .. } => (fd, true),
        What::Setsockopt { fd, .. }
        | What::Bind { fd, .. }
        | What::ConnNew { fd, .. }
        | What::EventAdd { fd, .. }
        | What::EventDel { fd, .. }
        | What::Close { fd, .. } => (fd, false),
        _ => return,
    };
    let Some(fd) = fd else { return };
    let Some(l) = all.iter_mut().find(|l| l.fd == fd) else {
        if is_new && all.len() < MOST {
            let (is_udp, backlog) = match *h.what {
                What::Socket { transport, .. } => (transport.is_some(), None),
                What::Listen { backlog, .. } => (false, backlog),
                _ => (false, None),
            };
            let addr = h.text().map(Cow::into_owned);
            all.push(Listener { fd, is_udp, addr, backlog, ..Listener::default() });
        }
        return;
    };
    match *h.what {
        What::Setsockopt { errno: None, .. } => l.options = l.options.saturating_add(1),
        What::Bind { .. } => l.addr = h.text().map(Cow::into_owned).or(l.addr.take()),
        What::Listen { backlog, .. } => {
            l.addr = h.text().map(Cow::into_owned).or(l.addr.take());
            l.backlog = backlog.or(l.backlog);
        }
        What::ConnNew { state, .. } => l.state = state,
        What::EventAdd { .. } => l.registered = true,
        What::EventDel { .. } => l.registered = false,
        What::Close { .. } => all.retain(|l| l.fd != fd),
        _ => {}
    }
}
