//! The functions of the walkthrough, by their C names.

use super::name::vocabulary;

vocabulary! {
    /// A function of memcached that `call` and `return` events name.
    Function {
        /// Parses the options, makes the event bases, the workers and the listening socket, then loops.
        Main = "main",
        /// libevent's: makes an event base, here one `epoll` instance.
        EventInit = "event_init",
        /// Makes the table of connections, indexed by file descriptor.
        ConnInit = "conn_init",
        /// Makes every worker's pipe and event base, then the threads.
        MemcachedThreadInit = "memcached_thread_init",
        /// Gives one worker its event base, has it listen on its pipe, makes its queue.
        SetupThread = "setup_thread",
        /// Starts one worker thread.
        CreateWorker = "create_worker",
        /// A worker's whole life: enter the event loop.
        WorkerLibevent = "worker_libevent",
        /// One listening socket for each address of `-l`.
        ServerSockets = "server_sockets",
        /// Makes, configures, binds and listens on one socket.
        ServerSocket = "server_socket",
        /// A non-blocking socket.
        NewSocket = "new_socket",
        /// Looks for the largest send buffer that a UDP socket may have.
        MaximizeSndbuf = "maximize_sndbuf",
        /// Makes (or takes again) the `struct conn` of a descriptor and registers its event.
        ConnNew = "conn_new",
        /// What libevent calls when a connection's descriptor is ready.
        EventHandler = "event_handler",
        /// The state machine: works on a connection until it must wait.
        DriveMachine = "drive_machine",
        /// Chooses a worker, queues the connection for it and wakes it.
        DispatchConnNew = "dispatch_conn_new",
        /// Puts an item at the end of a worker's queue.
        CqPush = "cq_push",
        /// What libevent calls when a worker's pipe is readable: one byte, one connection.
        ThreadLibeventProcess = "thread_libevent_process",
        /// Takes the first item off a worker's queue.
        CqPop = "cq_pop",
        /// Makes a connection ready for its next command.
        ResetCmdHandler = "reset_cmd_handler",
        /// Gives back buffers that grew too large.
        ConnShrink = "conn_shrink",
        /// Changes what libevent waits for, if it changes at all.
        UpdateEvent = "update_event",
        /// Reads what has come into the read buffer.
        TryReadNetwork = "try_read_network",
        /// Reads one datagram into the read buffer.
        TryReadUdp = "try_read_udp",
        /// Looks for a whole command line in the read buffer.
        TryReadCommand = "try_read_command",
        /// Cuts the line into tokens and calls the command's own function.
        ProcessCommand = "process_command",
        /// get, gets, bget: queues each value found.
        ProcessGetCommand = "process_get_command",
        /// set, add, replace, append, prepend, cas: allocates the item, then waits for its value.
        ProcessUpdateCommand = "process_update_command",
        /// touch: a new expiry time.
        ProcessTouchCommand = "process_touch_command",
        /// delete: unlinks the item.
        ProcessDeleteCommand = "process_delete_command",
        /// incr, decr.
        ProcessArithmeticCommand = "process_arithmetic_command",
        /// verbosity.
        ProcessVerbosityCommand = "process_verbosity_command",
        /// stats.
        ProcessStat = "process_stat",
        /// Allocates an item with room for key and value.
        ItemAlloc = "item_alloc",
        /// Looks an item up and takes a reference to it.
        ItemGet = "item_get",
        /// Gives a reference back; the last one frees the item.
        ItemRemove = "item_remove",
        /// Links a filled item into the table, as the command asks.
        StoreItem = "store_item",
        /// Adds to or subtracts from a number.
        AddDelta = "add_delta",
        /// The value is whole.
        CompleteNread = "complete_nread",
        /// Checks its line end, stores it and answers.
        CompleteNreadAscii = "complete_nread_ascii",
        /// Queues a one-line answer.
        OutString = "out_string",
        /// Writes the headers of the datagrams that an answer is sent in.
        BuildUdpHeaders = "build_udp_headers",
        /// Sends the next piece of the answer.
        Transmit = "transmit",
        /// Gives back the references to the items that were sent.
        ConnReleaseItems = "conn_release_items",
        /// Takes the event away, closes the descriptor.
        ConnClose = "conn_close",
        /// Gives back what the connection held.
        ConnCleanup = "conn_cleanup",
    }
}
