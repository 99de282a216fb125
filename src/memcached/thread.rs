//! `thread.c`: the workers, and what libevent calls on every thread.

use super::conn::{Conn, conn_close, conn_new};
use super::conn_queue::{ConnQueue, LibeventThread, NetworkTransport, ThreadStats, Threads, cq_pop};
use super::drive_machine::drive_machine;
use super::event_base::{Callbacks, EventBase, Timer, event_add, event_base_loop, event_init, event_set};
use super::globals::{Globals, Whose};
use super::settings::{Settings, say};
use super::util::stderr_line;
use crate::event::{ConnState, EvFlags, Function, Interest, Kind, Role, Thread, ThreadOp};
use crate::tracer::{self, Descriptor, Handle, Hub, Report, Ret};
use rustix::pipe::pipe;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Barrier, Mutex};
use std::thread::JoinHandle;

/// The workers that `memcached_thread_init` has started.
#[derive(Debug)]
pub struct Workers {
    /// The globals that they share.
    pub globals: Arc<Globals>,
    /// Their threads.
    pub handles: Vec<JoinHandle<()>>,
}

/// Makes every worker's pipe and event base, then the threads, and waits until each has reached
/// its loop (`thread.c:724`).
///
/// # Errors
/// What `pipe`, `epoll_create1`, `epoll_ctl` and the creation of a thread say.
pub fn memcached_thread_init(settings: Arc<Settings>, hub: Option<&Arc<Hub>>) -> io::Result<Workers> {
    let _in = tracer::enter(Function::MemcachedThreadInit, None);
    let nthreads = settings.num_threads;
    let mut bases = Vec::with_capacity(usize::from(nthreads));
    let mut threads = Vec::with_capacity(usize::from(nthreads));
    for index in 0..nthreads {
        let (base, thread) = setup_thread(index, &settings)?;
        bases.push(base);
        threads.push(Arc::new(thread));
    }
    let globals = Arc::new(Globals::new(settings, Threads::new(threads.clone())));
    #[cfg(test)]
    super::witnessed::watch(hub, &globals);
    // All event bases stand before the first thread runs.
    let registered = Arc::new(Barrier::new(usize::from(nthreads) + 1));
    let mut handles = Vec::with_capacity(usize::from(nthreads));
    for (base, me) in bases.into_iter().zip(threads) {
        let lane = hub.map(|hub| hub.handle(Thread::Worker(me.index)));
        let worker = Worker { me, globals: globals.clone(), conns: Vec::new() };
        handles.push(create_worker(base, worker, lane, registered.clone())?);
    }
    tracer::blocking(|| registered.wait());
    Ok(Workers { globals, handles })
}

/// One worker's pipe, event base and queue (`thread.c:330`, and the pipe from `thread.c:781`).
fn setup_thread(index: u16, settings: &Settings) -> io::Result<(EventBase, LibeventThread)> {
    let (receive, send) = pipe()?;
    let (receive_fd, send_fd) = (receive.as_raw_fd(), send.as_raw_fd());
    tracer::emit(
        Report::Pipe {
            worker: Thread::Worker(index),
            notify_receive_fd: receive_fd,
            notify_send_fd: send_fd,
        },
        b"",
    );
    let _in = tracer::enter(Function::SetupThread, None);
    let whose = Thread::Worker(index);
    let base = event_init(whose)?;
    // SAFETY: the pipe's end goes into the same structure as the event, which is never deleted; the base is
    // this worker's.
    let mut notify_event = unsafe { event_set(base.as_ref(), receive_fd, EvFlags::READ_PERSIST) };
    event_add(&mut notify_event)?;
    tracer::emit(Report::EventAdd { fd: receive_fd, interest: Interest::Read, ret: Ret::OK }, b"");
    let thread = LibeventThread {
        index,
        base: base.as_ref().of_clients(settings.edge_triggered),
        notify_receive_fd: receive,
        notify_send_fd: Mutex::new(Some(send)),
        notify_event,
        new_conn_queue: ConnQueue::default(),
        stats: ThreadStats::default(),
    };
    tracer::emit(thread_event(&thread, ThreadOp::Setup), b"");
    Ok((base, thread))
}

fn thread_event(thread: &LibeventThread, op: ThreadOp) -> Report {
    Report::Thread {
        role: Role::Worker,
        op,
        worker: Thread::Worker(thread.index),
        epoll_fd: thread.base.fd(),
        notify_receive_fd: Descriptor(thread.notify_receive_fd.as_raw_fd()),
        notify_send_fd: Descriptor(thread.notify_send_fd()),
    }
}

/// Starts a worker's thread (`thread.c:303`).
fn create_worker(
    base: EventBase,
    worker: Worker,
    lane: Option<Handle>,
    registered: Arc<Barrier>,
) -> io::Result<JoinHandle<()>> {
    let _in = tracer::enter(Function::CreateWorker, None);
    // The thread may run before we are told that it was made.
    let begun = tracer::begin(Kind::Thread, None);
    let what = thread_event(&worker.me, ThreadOp::Create);
    let name = format!("worker{}", worker.me.index);
    let made = std::thread::Builder::new().name(name).spawn(move || {
        if let Some(lane) = lane {
            tracer::install(lane);
        }
        worker_libevent(base, worker, &registered);
        tracer::uninstall();
    });
    tracer::finish(begun, None, what, None, b"");
    made
}

/// Starts the thread that makes the hash table grow (`assoc.c:279`).
///
/// # Errors
/// What the creation of a thread says.
pub fn start_assoc_maintenance_thread(
    globals: &Arc<Globals>,
    hub: Option<&Arc<Hub>>,
) -> io::Result<JoinHandle<()>> {
    let (globals, lane) = (globals.clone(), hub.map(|hub| hub.handle(Thread::Assoc)));
    std::thread::Builder::new().name("assoc".into()).spawn(move || {
        if let Some(lane) = lane {
            tracer::install(lane);
        }
        assoc_maintenance_thread(&globals);
        tracer::uninstall();
    })
}

/// `assoc_maintenance_thread` (`assoc.c:210`). The workers are paused only while the larger table is put
/// in place; the buckets are moved while they work.
fn assoc_maintenance_thread(globals: &Globals) {
    while globals.store.wait_to_expand() {
        let gone = || globals.stop.load(Ordering::Acquire);
        globals.threads.pause_threads(gone, || globals.store.assoc_expand());
        globals.store.move_buckets();
    }
}

/// A worker's whole life (`thread.c:370`).
fn worker_libevent(mut base: EventBase, mut me: Worker, registered: &Barrier) {
    let _in = tracer::enter(Function::WorkerLibevent, None);
    tracer::emit(thread_event(&me.me, ThreadOp::Start), b"");
    tracer::blocking(|| registered.wait());
    if let Err(e) = event_base_loop(&mut base, &mut me) {
        stderr_line(format_args!("worker{}: epoll_wait: {e}", me.me.index));
    }
}

/// A worker: what other threads see of it, and the connections that are its own.
struct Worker {
    me: Arc<LibeventThread>,
    globals: Arc<Globals>,
    /// Open connections by descriptor.
    conns: Vec<Option<Box<Conn>>>,
}

impl Worker {
    fn conn(&self, fd: RawFd) -> Option<&Conn> {
        self.conns.get(usize::try_from(fd).ok()?)?.as_deref()
    }

    fn notify_receive_fd(&self) -> RawFd {
        self.me.notify_receive_fd.as_raw_fd()
    }

    fn add(&mut self, conn: Box<Conn>) {
        let Ok(at) = usize::try_from(conn.fd()) else { return };
        if self.conns.len() <= at {
            self.conns.resize_with(at + 1, || None);
        }
        self.conns[at] = Some(conn);
    }
}

/// A byte has come down the pipe: one byte, one connection (`thread.c:388`). Another one that may
/// wait already brings us here again, since the event is level-triggered.
fn thread_libevent_process(worker: &mut Worker) {
    let _in = tracer::enter(Function::ThreadLibeventProcess, None);
    let me = worker.me.clone();
    match me.notified() {
        Some(b'c') => {
            let Some(mut item) = cq_pop(&me) else { return };
            if let Some(sfd) = item.sfd.take() {
                let fd = sfd.as_raw_fd();
                let (id, state, flags) = (Some(item.conn), item.init_state, item.event_flags);
                let (size, transport) = (item.read_buffer_size, item.transport);
                let (base, thread) = (me.base, Some(me.clone()));
                let addr = match (transport, item.addr) {
                    (NetworkTransport::Udp, Some(local)) => Whose::Udp { local, request: None },
                    (_, addr) => addr.map_or(Whose::Nobody, Whose::Tcp),
                };
                let globals = &worker.globals;
                match conn_new(globals, (sfd, addr), id, state, flags, size, transport, base, thread) {
                    Ok(conn) => worker.add(conn),
                    // DIFFERS: the C ends the process here. The other workers serve the socket, too.
                    Err(_) if transport == NetworkTransport::Udp => {
                        stderr_line(format_args!("Can't listen for events on UDP socket"));
                    }
                    Err(_) => {
                        say!(worker.globals.settings, 0, "Can't listen for events on fd {fd}");
                    }
                }
            }
            worker.globals.threads.freelist().cqi_free(item);
        }
        // The hash table is about to grow.
        Some(b'p') => worker.globals.threads.register_thread_initialized(),
        Some(_) => {}
        None => say!(worker.globals.settings, 0, "Can't read from libevent pipe"),
    }
}

/// What libevent calls when a connection is ready (`memcached.c:4370`).
pub fn event_handler(fd: RawFd, which: EvFlags, c: &mut Conn) {
    tracer::set_current(c.id);
    {
        let c = &mut *c.enter(Function::EventHandler);
        c.which = which;
        if fd == c.fd() {
            let c = &mut *c.enter(Function::DriveMachine);
            drive_machine(c);
        } else {
            say!(c.globals.settings, 0, "Catastrophic: event fd doesn't match conn fd!");
            c.why = "its event was of another descriptor";
            conn_close(c);
        }
    }
    c.tell_again_what_is_owed();
    tracer::set_current(None);
}

impl Callbacks for Worker {
    fn event(&mut self, _base: &mut EventBase, fd: RawFd, which: EvFlags) {
        if fd == self.notify_receive_fd() {
            return thread_libevent_process(self);
        }
        let Some(slot) = usize::try_from(fd).ok().and_then(|at| self.conns.get_mut(at)) else { return };
        let Some(c) = slot.as_deref_mut() else { return };
        event_handler(fd, which, c);
        if c.state == ConnState::Closed
            && let Some(closed) = slot.take()
        {
            self.globals.keep_conn(fd, closed);
        }
    }

    fn timeout(&mut self, _base: &mut EventBase, _timer: Timer) {
        // Workers set no timers.
    }

    fn conn_of(&self, fd: RawFd) -> Option<u32> {
        self.conn(fd)?.id
    }

    fn events_of(&self, fd: RawFd) -> EvFlags {
        if fd == self.notify_receive_fd() {
            return self.me.notify_event.events();
        }
        self.conn(fd).map_or(EvFlags::NONE, |c| c.event.events())
    }

    fn stopped(&self) -> bool {
        self.globals.stop.load(Ordering::Acquire)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;

    #[test]
    fn an_event_of_another_descriptor_closes_the_connection() {
        let settings = Arc::new(Settings::default());
        let globals = Arc::new(Globals::new(settings, Threads::new(Vec::new())));
        let base = event_init(Thread::Worker(0)).unwrap();
        let (socket, client) = UnixStream::pair().unwrap();
        socket.set_nonblocking(true).unwrap();
        let (state, flags) = (ConnState::NewCmd, EvFlags::READ_PERSIST);
        let whose = (socket.into(), Whose::Nobody);
        let base = base.as_ref();
        let mut conn =
            conn_new(&globals, whose, None, state, flags, 2048, NetworkTransport::Tcp, base, None).unwrap();
        event_handler(conn.fd(), EvFlags::READ, &mut conn);
        assert_eq!(conn.state, ConnState::Read, "its own event leads it on");
        event_handler(conn.fd() + 1, EvFlags::READ, &mut conn);
        assert_eq!((conn.state, conn.fd()), (ConnState::Closed, -1));
        drop(client);
    }
}
