//! The functions of the walkthrough, by their C names, and where each stands in memcached 1.4.24.

use super::name::vocabulary;

macro_rules! functions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal at $source:literal,)*) => {
        vocabulary! {
            /// A function of memcached that `call` and `return` events name.
            Fn { $($(#[$doc])* $variant = $name,)* }
        }

        impl Fn {
            /// Where it stands in memcached 1.4.24 (`memcached.c:4035`), or `libevent`; nothing for one that
            /// this version does not know.
            pub fn source(self) -> &'static str {
                const SOURCES: &[&str] = &[$($source,)*];
                SOURCES.get(self.index()).copied().unwrap_or_default()
            }
        }
    };
}

functions! {
    /// Parses the options, makes the event bases, the workers and the listening socket, then loops.
    Main = "main" at "memcached.c:5060",
    /// libevent's: makes an event base, here one `epoll` instance.
    EventInit = "event_init" at "libevent",
    /// Makes the table of connections, indexed by file descriptor.
    ConnInit = "conn_init" at "memcached.c:311",
    /// Makes every worker's pipe and event base, then the threads.
    MemcachedThreadInit = "memcached_thread_init" at "thread.c:724",
    /// Gives one worker its event base, has it listen on its pipe, makes its queue.
    SetupThread = "setup_thread" at "thread.c:330",
    /// Starts one worker thread.
    CreateWorker = "create_worker" at "thread.c:303",
    /// A worker's whole life: enter the event loop.
    WorkerLibevent = "worker_libevent" at "thread.c:370",
    /// One listening socket for each address of `-l`.
    ServerSockets = "server_sockets" at "memcached.c:4599",
    /// Makes, configures, binds and listens on one socket.
    ServerSocket = "server_socket" at "memcached.c:4453",
    /// A non-blocking socket.
    NewSocket = "new_socket" at "memcached.c:4392",
    /// Looks for the largest send buffer that a UDP socket may have.
    MaximizeSndbuf = "maximize_sndbuf" at "memcached.c:4413",
    /// Makes (or takes again) the `struct conn` of a descriptor and registers its event.
    ConnNew = "conn_new" at "memcached.c:352",
    /// What libevent calls when a connection's descriptor is ready.
    EventHandler = "event_handler" at "memcached.c:4370",
    /// The state machine: works on a connection until it must wait.
    DriveMachine = "drive_machine" at "memcached.c:4035",
    /// Chooses a worker, queues the connection for it and wakes it.
    DispatchConnNew = "dispatch_conn_new" at "thread.c:436",
    /// Puts an item at the end of a worker's queue.
    CqPush = "cq_push" at "thread.c:235",
    /// What libevent calls when a worker's pipe is readable: one byte, one connection.
    ThreadLibeventProcess = "thread_libevent_process" at "thread.c:388",
    /// Takes the first item off a worker's queue.
    CqPop = "cq_pop" at "thread.c:217",
    /// Makes a connection ready for its next command.
    ResetCmdHandler = "reset_cmd_handler" at "memcached.c:2270",
    /// Gives back buffers that grew too large.
    ConnShrink = "conn_shrink" at "memcached.c:601",
    /// Changes what libevent waits for, if it changes at all.
    UpdateEvent = "update_event" at "memcached.c:3919",
    /// Reads what has come into the read buffer.
    TryReadNetwork = "try_read_network" at "memcached.c:3857",
    /// Reads one datagram into the read buffer.
    TryReadUdp = "try_read_udp" at "memcached.c:3810",
    /// Looks for a whole command line in the read buffer.
    TryReadCommand = "try_read_command" at "memcached.c:3675",
    /// Cuts the line into tokens and calls the command's own function.
    ProcessCommand = "process_command" at "memcached.c:3423",
    /// get, gets, bget: queues each value found.
    ProcessGetCommand = "process_get_command" at "memcached.c:2876",
    /// set, add, replace, append, prepend, cas: allocates the item, then waits for its value.
    ProcessUpdateCommand = "process_update_command" at "memcached.c:3051",
    /// touch: a new expiry time.
    ProcessTouchCommand = "process_touch_command" at "memcached.c:3139",
    /// delete: unlinks the item.
    ProcessDeleteCommand = "process_delete_command" at "memcached.c:3338",
    /// incr, decr.
    ProcessArithmeticCommand = "process_arithmetic_command" at "memcached.c:3182",
    /// verbosity.
    ProcessVerbosityCommand = "process_verbosity_command" at "memcached.c:3390",
    /// stats.
    ProcessStat = "process_stat" at "memcached.c:2797",
    /// Allocates an item with room for key and value.
    ItemAlloc = "item_alloc" at "thread.c:480",
    /// Looks an item up and takes a reference to it.
    ItemGet = "item_get" at "thread.c:491",
    /// Gives a reference back; the last one frees the item.
    ItemRemove = "item_remove" at "thread.c:529",
    /// Links a filled item into the table, as the command asks.
    StoreItem = "store_item" at "thread.c:590",
    /// Adds to or subtracts from a number.
    AddDelta = "add_delta" at "thread.c:573",
    /// The value is whole.
    CompleteNread = "complete_nread" at "memcached.c:2285",
    /// Checks its line end, stores it and answers.
    CompleteNreadAscii = "complete_nread_ascii" at "memcached.c:890",
    /// Queues a one-line answer.
    OutString = "out_string" at "memcached.c:828",
    /// Writes the headers of the datagrams that an answer is sent in.
    BuildUdpHeaders = "build_udp_headers" at "memcached.c:785",
    /// Sends the next piece of the answer.
    Transmit = "transmit" at "memcached.c:3977",
    /// Gives back the references to the items that were sent.
    ConnReleaseItems = "conn_release_items" at "memcached.c:492",
    /// Takes the event away, closes the descriptor.
    ConnClose = "conn_close" at "memcached.c:567",
    /// Gives back what the connection held.
    ConnCleanup = "conn_cleanup" at "memcached.c:518",
}

impl Fn {
    /// Whether it is libevent's and not memcached's own: a function tracer on memcached does not
    /// show it.
    pub fn is_libevent(self) -> bool {
        self.source() == "libevent"
    }
}
