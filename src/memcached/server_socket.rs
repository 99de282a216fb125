//! The sockets that the server listens on (`memcached.c:4388`), and why it may not start.

use super::conn::{Conn, conn_new};
use super::conn_queue::{NetworkTransport, dispatch_conn_new};
use super::event_base::EventBase;
use super::globals::{Globals, Whose};
use super::settings::{Settings, UDP_READ_BUFFER_SIZE, say};
use super::util::{StackLine, errno_text, safe_strtol, stderr_line};
use crate::event::{self, ConnState, Domain, EvFlags, Function, SockOpt};
use crate::text::printable;
use crate::tracer::{self, IsText, Report};
use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::{Errno, dup};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, bind, getsockname, listen, socket, sockopt};
use rustix::process::umask;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The largest send buffer that is asked for (`memcached.h:36`).
const MAX_SENDBUF_SIZE: usize = 256 * 1024 * 1024;

/// Why a server did not start.
#[derive(Debug)]
pub enum StartError {
    /// A worker's pipe, event base or thread could not be made.
    Threads(io::Error),
    /// An interface of `-l` is none.
    Interface {
        /// As it was given.
        name: String,
        /// What was wrong.
        why: String,
    },
    /// No address could be listened on.
    Listen {
        /// `TCP` or `UDP`.
        transport: &'static str,
        /// Which.
        addr: String,
        /// What the kernel said last.
        source: io::Error,
    },
    /// `-c` leaves no room for clients.
    MaxconnsTooLow {
        /// What it is.
        maxconns: u32,
        /// What the server itself needs.
        needed: u64,
    },
    /// The hash table would have no more buckets than there are item locks.
    HashpowerTooLow {
        /// Its buckets, as a power of two.
        hashpower: u32,
        /// The locks.
        power: u32,
    },
    /// The UNIX socket of `-s` could not be listened on.
    Unix {
        /// Its path.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// The event loop ended.
    Loop(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Threads(e) => {
                write!(f, "cannot set up the worker threads: {e}")?;
                match e.raw_os_error().map(Errno::from_raw_os_error) {
                    Some(Errno::MFILE) => write!(f, "; -c bounds the server's own descriptors too: raise it"),
                    _ => Ok(()),
                }
            }
            StartError::Interface { name, why } => {
                write!(f, "-l {name}: {why} (expected an address or a name, with :PORT if you like)")
            }
            StartError::Listen { transport, addr, source } => {
                write!(f, "failed to listen on {transport} {addr}: {source}")?;
                let option = if *transport == "UDP" { "-U" } else { "-p" };
                match source.kind() {
                    _ if source.raw_os_error() == Some(Errno::MFILE.raw_os_error()) => {
                        write!(f, "; -c bounds the server's own descriptors too: raise it")
                    }
                    io::ErrorKind::AddrInUse => {
                        write!(f, "; another server is there: stop it, or choose a port with {option}")
                    }
                    io::ErrorKind::PermissionDenied => write!(f, "; choose a port above 1023 with {option}"),
                    io::ErrorKind::AddrNotAvailable => write!(f, "; -l must name an address of this machine"),
                    _ => Ok(()),
                }
            }
            StartError::MaxconnsTooLow { maxconns, needed } => write!(
                f,
                "-c {maxconns} is too low: the server itself needs {needed} descriptors; use -c {} or more",
                needed + 2
            ),
            StartError::HashpowerTooLow { hashpower, power } => write!(
                f,
                "-o hashpower={hashpower} is too low: so many workers (-t) have 2^{power} item locks, and each \
                 needs two buckets at least; use {} or more",
                power + 1
            ),
            StartError::Unix { path, source } => {
                write!(f, "failed to listen on UNIX socket {}: {source}", printable(&path.to_string_lossy()))
            }
            StartError::Loop(e) => write!(f, "the event loop ended: {e}"),
        }
    }
}

impl std::error::Error for StartError {}

/// What the start-up has opened.
#[derive(Debug, Default)]
pub struct Sockets {
    /// The connections that accept others.
    pub conns: Vec<Conn>,
    /// Where they listen; a UNIX socket is not among them.
    pub addrs: Vec<SocketAddr>,
    /// Where datagrams are read.
    pub udp_addrs: Vec<SocketAddr>,
    /// The UDP sockets that workers have got, each with a descriptor of its own.
    pub dispatched: u64,
}

/// Everything that the server listens on (`memcached.c:5646`): the socket of `-s`, or first those of `-p`
/// and then those of `-U`.
///
/// # Errors
/// [`StartError`].
pub fn all_sockets(globals: &Arc<Globals>, base: &EventBase) -> Result<Sockets, StartError> {
    let settings = &globals.settings;
    let mut sockets = Sockets::default();
    if let Some(path) = &settings.socketpath {
        let _in = tracer::enter(Function::ServerSockets, None);
        server_socket_unix(globals, base, path, &mut sockets)
            .map_err(|e| StartError::Unix { path: path.clone(), source: e.into() })?;
        return Ok(sockets);
    }
    for (port, transport) in
        [(settings.port, NetworkTransport::Tcp), (settings.udpport, NetworkTransport::Udp)]
    {
        if port != 0 {
            server_sockets(globals, base, port, transport, &mut sockets)?;
        }
    }
    Ok(sockets)
}

/// The sockets of one transport, for each address of `-l` (`memcached.c:4599`).
fn server_sockets(
    globals: &Arc<Globals>,
    base: &EventBase,
    port: i32,
    transport: NetworkTransport,
    sockets: &mut Sockets,
) -> Result<(), StartError> {
    let _in = tracer::enter(Function::ServerSockets, None);
    let Some(inter) = &globals.settings.inter else {
        return server_socket(globals, base, None, port, transport, sockets);
    };
    for name in inter.split([',', ';']).filter(|n| !n.is_empty()) {
        let bad = |why: &str| StartError::Interface { name: name.to_owned(), why: why.to_owned() };
        // An IPv6 address has colons of its own; one with a port stands in brackets.
        let (host, port) = match name.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                let port = safe_strtol(port.as_bytes()).ok_or_else(|| bad("no such port"))?;
                (host, port)
            }
            _ => (name, port),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let host = (host != "*").then_some(host);
        server_socket(globals, base, host, port, transport, sockets)?;
    }
    Ok(())
}

/// Makes, configures, binds and listens on the sockets of one interface (`memcached.c:4453`).
fn server_socket(
    globals: &Arc<Globals>,
    base: &EventBase,
    host: Option<&str>,
    port: i32,
    transport: NetworkTransport,
    sockets: &mut Sockets,
) -> Result<(), StartError> {
    let _in = tracer::enter(Function::ServerSocket, None);
    let port = u16::try_from(if port == -1 { 0 } else { port }).map_err(|_| StartError::Interface {
        name: host.unwrap_or("*").to_owned(),
        why: format!("no such port: {port}"),
    })?;
    let addrs: Vec<SocketAddr> = match host {
        None => vec![
            SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port),
            SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), port),
        ],
        Some(host) => (host, port)
            .to_socket_addrs()
            .map_err(|e| StartError::Interface { name: host.to_owned(), why: e.to_string() })?
            .collect(),
    };
    let mut failure = None;
    let mut success = 0;
    for addr in addrs {
        match listen_on(globals, base, addr, transport, sockets) {
            Ok(()) => success += 1,
            Err(e) => failure = Some((addr, e)),
        }
    }
    match failure {
        Some((addr, e)) if success == 0 => {
            let transport = if transport == NetworkTransport::Udp { "UDP" } else { "TCP" };
            Err(StartError::Listen { transport, addr: addr.to_string(), source: e.into() })
        }
        _ => Ok(()),
    }
}

fn listen_on(
    globals: &Arc<Globals>,
    base: &EventBase,
    addr: SocketAddr,
    transport: NetworkTransport,
    sockets: &mut Sockets,
) -> Result<(), Errno> {
    let sfd = match addr.is_ipv6() {
        true => new_socket(AddressFamily::INET6, Domain::Inet6, transport)?,
        false => new_socket(AddressFamily::INET, Domain::Inet, transport)?,
    };
    let is_udp = transport == NetworkTransport::Udp;
    let fd = sfd.as_raw_fd();
    let set = |name, value: &[u8], result: Result<(), Errno>| {
        let ret = super::ret(&result.map(|()| 0));
        tracer::emit(Report::Setsockopt { fd, name, value: IsText::HERE, ret }, value);
        result
    };
    if addr.is_ipv6() {
        set(SockOpt::V6Only, b"1", sockopt::set_ipv6_v6only(&sfd, true))?;
    }
    // memcached complains of these and goes on.
    let complain = |result: Result<(), Errno>| {
        if let Err(e) = result {
            stderr_line(format_args!("setsockopt: {e}"));
        }
    };
    complain(set(SockOpt::ReuseAddr, b"1", sockopt::set_socket_reuseaddr(&sfd, true)));
    if is_udp {
        maximize_sndbuf(&globals.settings, &sfd);
    } else {
        complain(set(SockOpt::KeepAlive, b"1", sockopt::set_socket_keepalive(&sfd, true)));
        complain(set(SockOpt::Linger, b"0,0", sockopt::set_socket_linger(&sfd, None)));
        complain(set(SockOpt::NoDelay, b"1", sockopt::set_tcp_nodelay(&sfd, true)));
    }
    let bound = bind(&sfd, &addr);
    let text = StackLine::<64>::new(format_args!("{addr}"));
    let (transport, ret) = (event::Transport::of(is_udp), super::ret(&bound.map(|()| 0)));
    tracer::emit(Report::Bind { fd, transport, addr: IsText::HERE, ret }, text.bytes());
    bound?;
    let local = || getsockname(&sfd).ok().and_then(|a| SocketAddr::try_from(a).ok()).unwrap_or(addr);
    if is_udp {
        let local = local();
        sockets.udp_addrs.push(local);
        return dispatch_udp(globals, sfd, local, sockets);
    }
    let backlog = globals.settings.backlog;
    let listening = listen(&sfd, backlog);
    let local = local();
    let text = StackLine::<64>::new(format_args!("{local}"));
    let ret = super::ret(&listening.map(|()| 0));
    tracer::emit(Report::Listen { fd, addr: IsText::HERE, backlog, ret }, text.bytes());
    listening?;
    sockets.conns.push(listening_conn(globals, base, (sfd, Whose::Tcp(local)))?);
    sockets.addrs.push(local);
    Ok(())
}

/// Gives workers the socket, each a descriptor of its own, so that each has a `struct conn` and a request
/// of its own in hand (`memcached.c:4564`).
fn dispatch_udp(
    globals: &Globals,
    sfd: OwnedFd,
    local: SocketAddr,
    sockets: &mut Sockets,
) -> Result<(), Errno> {
    let (state, flags, size) = (ConnState::Read, EvFlags::READ_PERSIST, UDP_READ_BUFFER_SIZE);
    let num_threads_per_udp = globals.settings.num_threads_per_udp();
    // The first one gets the socket itself. DIFFERS: the C makes each of the others' descriptors once it
    // has handed over the one before; here the socket is the first worker's own by then.
    let mut per_thread_fds = vec![];
    for _ in 1..num_threads_per_udp {
        per_thread_fds.push(dup(&sfd)?);
    }
    for per_thread_fd in std::iter::once(sfd).chain(per_thread_fds) {
        let conn = globals.next_conn.fetch_add(1, Ordering::Relaxed);
        let (threads, socket) = (&globals.threads, (per_thread_fd, Some(local)));
        dispatch_conn_new(threads, socket, conn, state, flags, size, NetworkTransport::Udp);
        sockets.dispatched += 1;
    }
    Ok(())
}

/// Gives a socket the largest send buffer that it may have (`memcached.c:4413`): asks for more and for
/// less until nothing is left between what is granted and what is refused. (Linux refuses nothing, and
/// gives what it has; it takes all the steps all the same.)
fn maximize_sndbuf(settings: &Settings, sfd: &OwnedFd) {
    let _in = tracer::enter(Function::MaximizeSndbuf, None);
    let fd = sfd.as_raw_fd();
    let old_size = match sockopt::socket_send_buffer_size(sfd) {
        Ok(size) => size,
        Err(e) => return say!(settings, 0, "getsockopt(SO_SNDBUF): {}", errno_text(e)),
    };
    let (mut last_good, mut min, mut max) = (0, old_size, MAX_SENDBUF_SIZE);
    while min <= max {
        let avg = (min + max) / 2;
        let granted = sockopt::set_socket_send_buffer_size(sfd, avg);
        let ret = super::ret(&granted.map(|()| 0));
        let text = StackLine::<24>::new(format_args!("{avg}"));
        let name = SockOpt::SndBuf;
        tracer::emit(Report::Setsockopt { fd, name, value: IsText::HERE, ret }, text.bytes());
        if granted.is_ok() {
            (last_good, min) = (avg, avg + 1);
        } else {
            max = avg.saturating_sub(1);
        }
    }
    say!(settings, 1, "<{fd} send buffer was {old_size}, now {last_good}");
}

fn listening_conn(globals: &Arc<Globals>, base: &EventBase, socket: (OwnedFd, Whose)) -> Result<Conn, Errno> {
    let (state, flags) = (ConnState::Listening, EvFlags::READ_PERSIST);
    Ok(*conn_new(globals, socket, None, state, flags, 1, NetworkTransport::Tcp, base.as_ref(), None)?)
}

/// The UNIX socket of `-s`, with the rights of `-a` (`memcached.c:4654`). A socket that an earlier server
/// has left there is removed.
fn server_socket_unix(
    globals: &Arc<Globals>,
    base: &EventBase,
    path: &Path,
    sockets: &mut Sockets,
) -> Result<(), Errno> {
    let addr = SocketAddrUnix::new(path)?;
    let sfd = new_socket(AddressFamily::UNIX, Domain::Unix, NetworkTransport::Tcp)?;
    let fd = sfd.as_raw_fd();
    if let Ok(meta) = std::fs::symlink_metadata(path)
        && meta.file_type().is_socket()
    {
        // If it cannot be removed, bind says so.
        let _ = std::fs::remove_file(path);
    }
    for (name, value, result) in [
        (SockOpt::ReuseAddr, &b"1"[..], sockopt::set_socket_reuseaddr(&sfd, true)),
        (SockOpt::KeepAlive, b"1", sockopt::set_socket_keepalive(&sfd, true)),
        (SockOpt::Linger, b"0,0", sockopt::set_socket_linger(&sfd, None)),
    ] {
        let ret = super::ret(&result.map(|()| 0));
        tracer::emit(Report::Setsockopt { fd, name, value: IsText::HERE, ret }, value);
    }
    let old_umask = umask(Mode::from_raw_mode(!globals.settings.access & 0o777));
    let bound = bind(&sfd, &addr);
    umask(old_umask);
    let shown = path.as_os_str().as_bytes();
    let ret = super::ret(&bound.map(|()| 0));
    tracer::emit(Report::Bind { fd, transport: None, addr: IsText::HERE, ret }, shown);
    bound?;
    let backlog = globals.settings.backlog;
    let listening = listen(&sfd, backlog);
    let ret = super::ret(&listening.map(|()| 0));
    tracer::emit(Report::Listen { fd, addr: IsText::HERE, backlog, ret }, shown);
    listening?;
    sockets.conns.push(listening_conn(globals, base, (sfd, Whose::Unix(path.to_owned())))?);
    Ok(())
}

/// A non-blocking socket (`memcached.c:4392`, `memcached.c:4636`).
fn new_socket(family: AddressFamily, domain: Domain, transport: NetworkTransport) -> Result<OwnedFd, Errno> {
    let _in = tracer::enter(Function::NewSocket, None);
    let udp = transport == NetworkTransport::Udp;
    let sfd = socket(family, if udp { SocketType::DGRAM } else { SocketType::STREAM }, None)?;
    let flags = fcntl_getfl(&sfd)?;
    fcntl_setfl(&sfd, flags | OFlags::NONBLOCK)?;
    tracer::emit(Report::Socket { fd: sfd.as_raw_fd(), domain, transport: event::Transport::of(udp) }, b"");
    Ok(sfd)
}
