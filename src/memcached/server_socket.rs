//! The sockets that the server listens on (`memcached.c:4388`), and why it may not start.

use super::conn::{Conn, conn_new};
use super::event_base::EventBase;
use super::globals::{Globals, Whose};
use super::util::{Line, safe_strtol, stderr_line};
use crate::event::{ConnState, EvFlags, Fn};
use crate::text::printable;
use crate::tracer::{self, Domain, SockOpt, What};
use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
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
            StartError::Listen { addr, source } => {
                write!(f, "failed to listen on TCP {addr}: {source}")?;
                match source.kind() {
                    io::ErrorKind::AddrInUse => {
                        write!(f, "; another server is there: stop it, or choose a port with -p")
                    }
                    io::ErrorKind::PermissionDenied => write!(f, "; choose a port above 1023 with -p"),
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
}

/// One listening socket for each address of `-l` (`memcached.c:4599`), or the one of `-s`.
///
/// # Errors
/// [`StartError`].
pub fn server_sockets(globals: &Arc<Globals>, base: &EventBase) -> Result<Sockets, StartError> {
    let _in = tracer::enter(Fn::ServerSockets, None, || None);
    let settings = &globals.settings;
    let mut sockets = Sockets::default();
    if let Some(path) = &settings.socketpath {
        server_socket_unix(globals, base, path, &mut sockets)
            .map_err(|e| StartError::Unix { path: path.clone(), source: e.into() })?;
        return Ok(sockets);
    }
    let Some(inter) = &settings.inter else {
        server_socket(globals, base, None, settings.port, &mut sockets)?;
        return Ok(sockets);
    };
    for name in inter.split([',', ';']).filter(|n| !n.is_empty()) {
        let bad = |why: &str| StartError::Interface { name: name.to_owned(), why: why.to_owned() };
        // An IPv6 address has colons of its own; one with a port stands in brackets.
        let (host, port) = match name.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                let port = safe_strtol(port.as_bytes()).ok_or_else(|| bad("no such port"))?;
                (host, port)
            }
            _ => (name, settings.port),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let host = (host != "*").then_some(host);
        server_socket(globals, base, host, port, &mut sockets)?;
    }
    Ok(sockets)
}

/// Makes, configures, binds and listens on the sockets of one interface (`memcached.c:4453`).
fn server_socket(
    globals: &Arc<Globals>,
    base: &EventBase,
    host: Option<&str>,
    port: i32,
    sockets: &mut Sockets,
) -> Result<(), StartError> {
    let _in = tracer::enter(Fn::ServerSocket, None, || None);
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
        match listen_on(globals, base, addr, sockets) {
            Ok(()) => success += 1,
            Err(e) => failure = Some((addr, e)),
        }
    }
    match failure {
        Some((addr, e)) if success == 0 => {
            Err(StartError::Listen { addr: addr.to_string(), source: e.into() })
        }
        _ => Ok(()),
    }
}

fn listen_on(
    globals: &Arc<Globals>,
    base: &EventBase,
    addr: SocketAddr,
    sockets: &mut Sockets,
) -> Result<(), Errno> {
    let sfd = match addr.is_ipv6() {
        true => new_socket(AddressFamily::INET6, Domain::Inet6)?,
        false => new_socket(AddressFamily::INET, Domain::Inet)?,
    };
    let fd = sfd.as_raw_fd();
    let set = |option, result: Result<(), Errno>| {
        let ret = super::ret(&result.map(|()| 0));
        tracer::emit(What::Setsockopt { fd, option, ret }, b"");
        result
    };
    if addr.is_ipv6() {
        set(SockOpt::V6Only, sockopt::set_ipv6_v6only(&sfd, true))?;
    }
    // memcached complains of these and goes on.
    for result in [
        set(SockOpt::ReuseAddr, sockopt::set_socket_reuseaddr(&sfd, true)),
        set(SockOpt::KeepAlive, sockopt::set_socket_keepalive(&sfd, true)),
        set(SockOpt::Linger, sockopt::set_socket_linger(&sfd, None)),
        set(SockOpt::NoDelay, sockopt::set_tcp_nodelay(&sfd, true)),
    ] {
        if let Err(e) = result {
            stderr_line(format_args!("setsockopt: {e}"));
        }
    }
    let bound = bind(&sfd, &addr);
    let text = Line::<64>::new(format_args!("{addr}"));
    tracer::emit(What::Bind { fd, ret: super::ret(&bound.map(|()| 0)) }, text.bytes());
    bound?;
    let backlog = globals.settings.backlog;
    let listening = listen(&sfd, backlog);
    let local = getsockname(&sfd).ok().and_then(|a| SocketAddr::try_from(a).ok()).unwrap_or(addr);
    let text = Line::<64>::new(format_args!("{local}"));
    let ret = super::ret(&listening.map(|()| 0));
    tracer::emit(What::Listen { fd, backlog, ret }, text.bytes());
    listening?;
    sockets.conns.push(listening_conn(globals, base, (sfd, Whose::Tcp(local)))?);
    sockets.addrs.push(local);
    Ok(())
}

fn listening_conn(globals: &Arc<Globals>, base: &EventBase, socket: (OwnedFd, Whose)) -> Result<Conn, Errno> {
    let (state, flags) = (ConnState::Listening, EvFlags::READ_PERSIST);
    Ok(*conn_new(globals, socket, None, state, flags, 1, base.as_ref(), None)?)
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
    let sfd = new_socket(AddressFamily::UNIX, Domain::Unix)?;
    let fd = sfd.as_raw_fd();
    if let Ok(meta) = std::fs::symlink_metadata(path)
        && meta.file_type().is_socket()
    {
        // If it cannot be removed, bind says so.
        let _ = std::fs::remove_file(path);
    }
    for (option, result) in [
        (SockOpt::ReuseAddr, sockopt::set_socket_reuseaddr(&sfd, true)),
        (SockOpt::KeepAlive, sockopt::set_socket_keepalive(&sfd, true)),
        (SockOpt::Linger, sockopt::set_socket_linger(&sfd, None)),
    ] {
        let ret = super::ret(&result.map(|()| 0));
        tracer::emit(What::Setsockopt { fd, option, ret }, b"");
    }
    let old_umask = umask(Mode::from_raw_mode(!globals.settings.access & 0o777));
    let bound = bind(&sfd, &addr);
    umask(old_umask);
    let shown = path.as_os_str().as_bytes();
    tracer::emit(What::Bind { fd, ret: super::ret(&bound.map(|()| 0)) }, shown);
    bound?;
    let backlog = globals.settings.backlog;
    let listening = listen(&sfd, backlog);
    tracer::emit(What::Listen { fd, backlog, ret: super::ret(&listening.map(|()| 0)) }, shown);
    listening?;
    sockets.conns.push(listening_conn(globals, base, (sfd, Whose::Unix(path.to_owned())))?);
    Ok(())
}

/// A non-blocking socket (`memcached.c:4392`, `memcached.c:4636`).
fn new_socket(family: AddressFamily, domain: Domain) -> Result<OwnedFd, Errno> {
    let _in = tracer::enter(Fn::NewSocket, None, || None);
    let sfd = socket(family, SocketType::STREAM, None)?;
    let flags = fcntl_getfl(&sfd)?;
    fcntl_setfl(&sfd, flags | OFlags::NONBLOCK)?;
    tracer::emit(What::Socket { fd: sfd.as_raw_fd(), domain }, b"");
    Ok(sfd)
}
