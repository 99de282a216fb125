//! `main`, the listening sockets, the dispatcher's loop and its timers; starting and stopping.

use super::conn::{Conn, update_event};
use super::event_base::{Callbacks, EventBase, Timer, event_base_loop, event_init};
use super::globals::{Globals, RESERVED_FDS};
use super::items::buckets_and_locks;
pub use super::server_socket::StartError;
use super::server_socket::{Sockets, all_sockets};
use super::settings::Settings;
use super::thread::{Workers, event_handler, memcached_thread_init, start_assoc_maintenance_thread};
use super::util::stderr_line;
use crate::event::{EvFlags, Function, Role, Thread, ThreadOp};
use crate::tracer::{self, Descriptor, Hub, IsText, Report};
use rustix::net::listen;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

/// A server that has started, with its dispatcher on a thread of its own.
#[derive(Debug)]
pub struct Server {
    addrs: Vec<SocketAddr>,
    udp_addrs: Vec<SocketAddr>,
    globals: Arc<Globals>,
    main: Option<JoinHandle<Result<(), StartError>>>,
}

/// What `main` tells once the server is ready.
struct ServerReady {
    addrs: Vec<SocketAddr>,
    udp_addrs: Vec<SocketAddr>,
    globals: Arc<Globals>,
}

impl Server {
    /// Starts a server inside this process.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(settings: Settings, hub: Option<Arc<Hub>>) -> Result<Server, StartError> {
        let (ready, started) = mpsc::channel();
        let main = std::thread::Builder::new()
            .name("main".into())
            .spawn(move || {
                memcached_main(settings, hub.as_ref(), move |up| {
                    // Whoever started us may have gone; the server does not mind.
                    let _ = ready.send(up);
                })
            })
            .map_err(StartError::Threads)?;
        match started.recv() {
            Ok(ServerReady { addrs, udp_addrs, globals }) => {
                Ok(Server { addrs, udp_addrs, globals, main: Some(main) })
            }
            Err(_) => Err(match main.join() {
                Ok(Err(e)) => e,
                _ => StartError::Loop(io::Error::other("the dispatcher ended at once")),
            }),
        }
    }

    /// Where it listens.
    pub fn addrs(&self) -> &[SocketAddr] {
        &self.addrs
    }

    /// Where it reads datagrams.
    pub fn udp_addrs(&self) -> &[SocketAddr] {
        &self.udp_addrs
    }

    /// Stops the server and waits for its threads. Connections that are open are cut.
    pub fn stop(mut self) {
        self.shut_down();
    }

    fn shut_down(&mut self) {
        let Some(main) = self.main.take() else { return };
        self.globals.stop.store(true, Ordering::Release);
        // A connection that nobody accepts any more wakes the dispatcher, with no descriptor of
        // the server's that memcached would not have; failing that, its clock does.
        for addr in &self.addrs {
            let ip = match addr.ip() {
                IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
                ip => ip,
            };
            let _ = TcpStream::connect_timeout(&(ip, addr.port()).into(), Duration::from_secs(1));
        }
        if let Some(path) = &self.globals.settings.socketpath {
            let _ = UnixStream::connect(path);
        }
        if let Ok(Err(e)) = main.join() {
            stderr_line(format_args!("memstep: {e}"));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shut_down();
    }
}

/// Whether the hash table is large enough for its locks (`thread.c:751`).
///
/// # Errors
/// [`StartError::HashpowerTooLow`].
pub fn check_hashpower(settings: &Settings) -> Result<(), StartError> {
    let (hashpower, power) = buckets_and_locks(settings);
    match power >= hashpower {
        true => Err(StartError::HashpowerTooLow { hashpower, power }),
        false => Ok(()),
    }
}

/// Whether `-c` leaves room for clients, as far as that can be told before anything is opened: with
/// one listening socket (`memcached.c:5711`).
///
/// # Errors
/// [`StartError::MaxconnsTooLow`].
pub fn check_maxconns(settings: &Settings) -> Result<(), StartError> {
    maxconns_suffice(settings, 1 + RESERVED_FDS * u64::from(settings.num_threads))
}

fn maxconns_suffice(settings: &Settings, needed: u64) -> Result<(), StartError> {
    let maxconns = settings.maxconns;
    match needed + 1 >= u64::from(maxconns) {
        true => Err(StartError::MaxconnsTooLow { maxconns, needed }),
        false => Ok(()),
    }
}

/// Runs a server on this thread, until it is stopped; `ready` learns where it listens, and where it reads
/// datagrams.
///
/// # Errors
/// [`StartError`].
pub fn run(
    settings: Settings,
    hub: Option<&Arc<Hub>>,
    ready: impl FnOnce(&[SocketAddr], &[SocketAddr]),
) -> Result<(), StartError> {
    memcached_main(settings, hub, |up| ready(&up.addrs, &up.udp_addrs))
}

/// `main`, from the event base on (`memcached.c:5610`).
fn memcached_main(
    settings: Settings,
    hub: Option<&Arc<Hub>>,
    ready: impl FnOnce(ServerReady),
) -> Result<(), StartError> {
    if let Some(hub) = hub {
        tracer::install(hub.handle(Thread::Main));
    }
    let result = main_traced(settings, hub, ready);
    tracer::uninstall();
    result
}

fn main_traced(
    settings: Settings,
    hub: Option<&Arc<Hub>>,
    ready: impl FnOnce(ServerReady),
) -> Result<(), StartError> {
    tracer::emit(Report::Mark, b"start-up");
    let _in = tracer::enter(Function::Main, None);
    check_hashpower(&settings)?;
    let settings = Arc::new(settings);
    let mut base = event_init(Thread::Main).map_err(StartError::Threads)?;
    conn_init();
    let workers = memcached_thread_init(settings.clone(), hub).map_err(StartError::Threads)?;
    let Workers { globals, mut handles } = workers;
    handles.push(start_assoc_maintenance_thread(&globals, hub).map_err(StartError::Threads)?);
    let mut dispatcher = Dispatcher { globals: globals.clone(), listen_conns: Vec::new() };
    clock_handler(&globals, &mut base);
    let mut outcome = all_sockets(&globals, &base).and_then(|sockets| {
        // The C waits a moment for the workers to take up the UDP sockets, and counts connections.
        let conns = sockets.conns.len() as u64 + sockets.dispatched;
        let needed = conns + globals.stats.reserved_fds.get();
        maxconns_suffice(&settings, needed)?;
        dispatcher.listen_conns = sockets.conns;
        let epoll_fd = base.as_ref().fd();
        let what = Report::Thread {
            role: Role::Dispatcher,
            op: ThreadOp::Start,
            worker: Thread::Main,
            epoll_fd,
            notify_receive_fd: Descriptor::NONE,
            notify_send_fd: Descriptor::NONE,
        };
        tracer::emit(what, b"");
        let Sockets { addrs, udp_addrs, .. } = sockets;
        ready(ServerReady { addrs, udp_addrs, globals: globals.clone() });
        event_base_loop(&mut base, &mut dispatcher).map_err(StartError::Loop)
    });
    globals.stop.store(true, Ordering::Release);
    globals.store.stop_maintenance();
    for thread in &globals.threads.workers {
        thread.hang_up();
    }
    for handle in handles {
        if tracer::blocking(|| handle.join()).is_err() && outcome.is_ok() {
            outcome = Err(StartError::Loop(io::Error::other("a worker panicked")));
        }
    }
    globals.forget_conns();
    outcome
}

/// The table of connections (`memcached.c:311`): here it grows as descriptors come, so nothing is
/// left to do but to be seen.
fn conn_init() {
    let _in = tracer::enter(Function::ConnInit, None);
}

/// The main thread once the server runs: it accepts, and keeps the time.
struct Dispatcher {
    globals: Arc<Globals>,
    listen_conns: Vec<Conn>,
}

impl Callbacks for Dispatcher {
    fn event(&mut self, base: &mut EventBase, fd: RawFd, which: EvFlags) {
        if let Some(c) = self.listen_conns.iter_mut().find(|c| c.fd() == fd) {
            event_handler(fd, which, c);
        }
        if self.globals.out_of_fds.swap(false, Ordering::Relaxed) {
            self.do_accept_new_conns(base, false);
        }
    }

    fn timeout(&mut self, base: &mut EventBase, timer: Timer) {
        match timer {
            Timer::Clock => clock_handler(&self.globals, base),
            Timer::Maxconns => self.maxconns_handler(base),
        }
    }

    fn conn_of(&self, _fd: RawFd) -> Option<u32> {
        None
    }

    fn events_of(&self, fd: RawFd) -> EvFlags {
        let conn = self.listen_conns.iter().find(|c| c.fd() == fd);
        conn.map_or(EvFlags::NONE, |c| c.event.events())
    }

    fn stopped(&self) -> bool {
        self.globals.stop.load(Ordering::Acquire)
    }
}

impl Dispatcher {
    /// Stops or takes up accepting (`memcached.c:3936`).
    fn do_accept_new_conns(&mut self, base: &mut EventBase, do_accept: bool) {
        let stats = &self.globals.stats;
        for c in &mut self.listen_conns {
            let backlog = if do_accept { self.globals.settings.backlog } else { 0 };
            update_event(c, if do_accept { EvFlags::READ_PERSIST } else { EvFlags::NONE });
            if let Some(sfd) = &c.sfd {
                let listening = listen(sfd, backlog);
                let ret = super::ret(&listening.map(|()| 0));
                let (fd, addr) = (sfd.as_raw_fd(), IsText(false));
                tracer::emit(Report::Listen { fd, addr, backlog, ret }, b"");
                if let Err(e) = listening {
                    stderr_line(format_args!("listen: {e}"));
                }
            }
        }
        stats.accepting_conns.store(do_accept, Ordering::Relaxed);
        if !do_accept {
            stats.listen_disabled_num.add(1);
            base.evtimer_add(Timer::Maxconns, Duration::from_millis(10));
        }
    }

    /// Looks every 10 ms whether a connection was closed, and takes up accepting then
    /// (`memcached.c:133`).
    fn maxconns_handler(&mut self, base: &mut EventBase) {
        if self.globals.allow_new_conns.load(Ordering::Acquire) {
            self.do_accept_new_conns(base, true);
        } else {
            base.evtimer_add(Timer::Maxconns, Duration::from_millis(10));
        }
    }
}

/// Sets the clock, now and a second from now (`memcached.c:4729`).
fn clock_handler(globals: &Globals, base: &mut EventBase) {
    base.evtimer_add(Timer::Clock, Duration::from_secs(1));
    globals.clock.tick();
}
