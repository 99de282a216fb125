//! The functions of the walkthrough.

use super::{Explanation, conn};
use crate::event::{Event, Function};
use crate::texts::Language;

pub(super) fn call(event: &Event, _lang: Language) -> Explanation {
    match event.function() {
        Some(function) => {
            let told = tell(function);
            Explanation::english(format!("{function}: {}", told.title), told.text, function.place())
        }
        None => Explanation::english(
            "A function is entered",
            "A function of memcached is entered; which one, the recording does not say. Calls are in a recording \
             of detail calls only.",
            None,
        ),
    }
}

pub(super) fn leave(event: &Event, _lang: Language) -> Explanation {
    match event.function() {
        Some(function) => Explanation::english(
            format!("{function} returns"),
            format!("{function} returns to its caller. {}", tell(function).leaving),
            function.place(),
        ),
        None => Explanation::english(
            "A function returns",
            format!(
                "A function of memcached returns to its caller; which one, the recording does not say. The work on {} \
                 goes on there.",
                conn(event, Language::En)
            ),
            None,
        ),
    }
}

/// What is told about a function: with its name before it, `title` has at most 40 characters.
struct FunctionText {
    title: &'static str,
    text: &'static str,
    /// One sentence: how things stand when it returns.
    leaving: &'static str,
}

const fn told(title: &'static str, text: &'static str, leaving: &'static str) -> FunctionText {
    FunctionText { title, text, leaving }
}

fn tell(function: Function) -> FunctionText {
    match function {
        Function::Main => told(
            "where it all begins",
            "main reads the options, makes the event base, the store, the workers and the listening socket, in \
             this order. Then it enters event_base_loop and stays there: the main thread is the dispatcher.",
            "That is the end of the server: event_base_loop has been left.",
        ),
        Function::EventInit => told(
            "a new event base",
            "libevent makes an event base, which on Linux is an epoll instance and a list of timers. Each thread \
             gets one of its own, so that threads can sleep and wake without locking each other out.",
            "The base is empty so far: nothing has been added to it.",
        ),
        Function::ConnInit => told(
            "the table of connections",
            "conn_init makes an array of pointers to struct conn, indexed by descriptor and as long as descriptors \
             can go. Finding a connection by its number then takes one step. The structs themselves are made \
             when they are first needed.",
            "All places of the table are empty: no client has come yet.",
        ),
        Function::MemcachedThreadInit => told(
            "all workers",
            "First each worker gets a pipe, an event base and a queue; only then the threads are created. So no \
             thread runs before all are set up. Last it waits until every worker has reported in.",
            "All workers have reported in, and each watches its pipe.",
        ),
        Function::SetupThread => told(
            "prepare one worker",
            "It makes the worker's event base, has it watch the receiving end of the notify pipe with \
             thread_libevent_process as the handler, and makes the queue of new connections. The main thread does \
             this on the worker's behalf.",
            "The worker has all it needs, except a thread to run on.",
        ),
        Function::CreateWorker => told(
            "start one thread",
            "It calls pthread_create with worker_libevent as the thread's first function. If that fails, memcached \
             exits: it would rather not run with fewer workers than it was told to.",
            "The new thread runs by itself from now on, at once or a little later.",
        ),
        Function::WorkerLibevent => told(
            "a worker's life",
            "The first function of a worker thread: it reports that the thread is there, then enters event_base_loop. \
             Everything else that the worker ever does is called from that loop.",
            "The loop was left, and with that the worker's life ends.",
        ),
        Function::ServerSockets => told(
            "all addresses",
            "It calls server_socket once for every address that -l lists, or once for all interfaces if there is no \
             -l. An entry of the list may have a port of its own.",
            "The server can be reached at its addresses.",
        ),
        Function::ServerSocket => told(
            "one address",
            "getaddrinfo turns the name into addresses, and for each of them a socket is made, configured, bound and \
             told to listen. Last, conn_new has the main thread watch it.",
            "Clients can connect: the kernel completes their handshakes.",
        ),
        Function::NewSocket => told(
            "a socket",
            "It makes a socket and sets O_NONBLOCK on it. All sockets of memcached are non-blocking: the only place \
             where a thread of its event loops may sleep for a client is epoll_wait.",
            "The socket has no address yet.",
        ),
        Function::MaximizeSndbuf => told(
            "a large send buffer",
            "It asks for ever larger send buffers, up to 256 MB, and halves the distance with each try, until it has the \
             largest that the system grants. An answer by UDP may be many datagrams, and they shall not be lost \
             before they have even left.",
            "The socket has the largest send buffer that it may have.",
        ),
        Function::ConnNew => told(
            "a struct conn",
            "It looks in the table whether a struct conn is left from an earlier connection with the same descriptor; \
             only if not, it allocates one with its buffers. Then it sets the first state and adds the event with \
             event_handler as its handler.",
            "From now on the thread's event loop watches this descriptor.",
        ),
        Function::EventHandler => told(
            "libevent calls",
            "This is what libevent calls when the descriptor of a connection is ready. It checks that descriptor and \
             struct conn belong together, then calls drive_machine. The listening socket comes here too.",
            "libevent turns to the next descriptor that is ready, or sleeps.",
        ),
        Function::DriveMachine => told(
            "the state machine",
            "A loop around one switch on c->state: each arm does one step and sets the next state. It goes round until \
             an arm sets stop, mostly because the connection must wait. Since the state is kept in struct conn, \
             the next call goes on where this one stops.",
            "The connection has to wait, or is closed: the thread is free for others.",
        ),
        Function::DispatchConnNew => told(
            "choose a worker",
            "It takes the next worker in turn, (last_thread + 1) % num_threads, puts the connection on that worker's \
             queue and writes a byte into its pipe. How busy a worker is plays no part; with many connections \
             the load evens out.",
            "The connection is the worker's business now; the main thread forgets it.",
        ),
        Function::CqPush => told(
            "onto the queue",
            "It appends an item to a worker's queue of new connections, under the queue's mutex. The queue is a \
             linked list with a head and a tail, so the lock is held for a few instructions only.",
            "The item is in the queue, but the worker does not know it yet.",
        ),
        Function::ThreadLibeventProcess => told(
            "the pipe",
            "libevent calls this on a worker when its pipe is readable. It reads one byte: at c it takes one connection \
             off the queue and makes its struct conn; at p it only reports in, for a moment when all workers must \
             pause.",
            "The worker goes back to its loop, one connection richer.",
        ),
        Function::CqPop => told(
            "off the queue",
            "It takes the first item off the worker's queue, under the queue's mutex, and gives NULL if there is none. \
             It never waits: waiting is what the pipe is for.",
            "The item belongs to this worker alone.",
        ),
        Function::ResetCmdHandler => told(
            "next command",
            "It makes the connection ready for a new command: forgets the old one, lets go of an item that is left \
             over and shrinks large buffers. Then rbytes decides: bytes left over go to conn_parse_cmd, an empty \
             buffer to conn_waiting.",
            "The state says whether there is something to parse or to wait for.",
        ),
        Function::ConnShrink => told(
            "spare memory",
            "Between two commands it gives memory back: a read buffer above 8,192 bytes is cut to 2,048 if less than \
             that is unparsed, and long lists are cut too. One large request shall not hold its memory for as \
             long as the connection lasts.",
            "The buffers are back to a modest size, or were so before.",
        ),
        Function::UpdateEvent => told(
            "what to wait for",
            "It changes what libevent waits for on this connection. If that is what it waits for already, it returns \
             at once with no system call; mostly it is so. Else the event is deleted, set and added anew.",
            "libevent waits for what the connection needs next.",
        ),
        Function::TryReadNetwork => told(
            "read",
            "It moves unparsed bytes to the front of the read buffer, then reads as much as there is room for. Only when \
             a read fills the buffer does it double it and read again, four times at most.",
            "Its result chooses the next state: parse, wait, or close.",
        ),
        Function::TryReadUdp => told(
            "one datagram",
            "It reads one datagram with recvfrom, which also says who sent it. The header of 8 bytes gives the request's \
             number and is cut off; what is left stands at the beginning of the read buffer, over whatever was there.",
            "Its result chooses the next state: parse, or wait.",
        ),
        Function::TryReadCommand => told(
            "find a line",
            "Unless -B fixes it, the first byte of a connection tells the protocol: 0x80 is binary, all else text. For text it \
             searches the buffer for a line end; if there is one, the line goes to process_command, else more \
             must be read.",
            "rcurr has moved past the line, unless no whole line was there.",
        ),
        Function::ProcessCommand => told(
            "which command",
            "It cuts the line at its spaces into tokens, at most seven in one go, and compares the first with the \
             names of the commands, beginning with get. The command's own function does the rest and sets the \
             next state.",
            "The state is set: an answer is ready, a value is awaited, or it is over.",
        ),
        Function::ProcessGetCommand => told(
            "get",
            "It looks up each key of the line. For a hit it queues pieces that point into the item and keeps a reference \
             to it; a miss leaves no trace in the answer. Last comes END, and the state becomes conn_mwrite.",
            "The answer is queued, and the items in it cannot be freed.",
        ),
        Function::ProcessUpdateCommand => told(
            "set & co",
            "set, add, replace, append, prepend and cas begin alike: check the numbers, allocate an item for key and \
             value, and go to conn_nread for the value. If there is no item to be had, an error is queued and the \
             value will be swallowed.",
            "The connection waits for the value, or has an error to send.",
        ),
        Function::ProcessTouchCommand => told(
            "touch",
            "It gives an item a new expiry time without sending its value. The answer is TOUCHED, or NOT_FOUND.",
            "A one-line answer is queued, or none at all with noreply.",
        ),
        Function::ProcessDeleteCommand => told(
            "delete",
            "It looks the item up and unlinks it from the hash table. Connections that are sending it hold references \
             and send it to the end. The answer is DELETED, or NOT_FOUND.",
            "A one-line answer is queued, unless noreply.",
        ),
        Function::ProcessArithmeticCommand => told(
            "incr, decr",
            "It checks the number in the command and lets add_delta do the work. The answer is the new number, or \
             NOT_FOUND, or an error if the value is no number.",
            "A one-line answer is queued, unless noreply was asked for.",
        ),
        Function::ProcessVerbosityCommand => told(
            "verbosity",
            "It sets how much the running server logs, for all threads at once. 2 is the most that a client can set; \
             the state changes of -vvv can be had at start only.",
            "The answer OK is queued, unless the command said noreply.",
        ),
        Function::ProcessStat => told(
            "stats",
            "It gathers the statistics that were asked for and queues them as one answer. Each worker counts for \
             itself, so that counting needs no lock that all share; only here the numbers are added up.",
            "The answer is queued; a long one is in a buffer that is freed once it is sent.",
        ),
        Function::ItemAlloc => told(
            "room for an item",
            "It takes a chunk for the item's head, key and value from the slab class that fits. If there is none, it \
             evicts an old item of that class and tries again, five times at most.",
            "The item, if there was room for one, has one reference, and nobody can find it yet.",
        ),
        Function::ItemGet => told(
            "look up",
            "It hashes the key, takes the lock for that hash and looks in the table. An item whose time is over is \
             unlinked on this occasion and counts as not found. One that is found gets a further reference.",
            "Who has the item must give the reference back with item_remove.",
        ),
        Function::ItemRemove => told(
            "give it back",
            "Despite its name it removes nothing from the table: it gives one reference back. Only if that was the last \
             one is the item's memory freed.",
            "This caller must not touch the item any more.",
        ),
        Function::StoreItem => told(
            "link it",
            "Under the lock of the key's hash it does what the command asks: set links always, add only if there is no \
             such key, replace only if there is, cas only if the item is unchanged. An older item is unlinked in \
             the same step.",
            "Its result chooses the answer: STORED, NOT_STORED, EXISTS or NOT_FOUND.",
        ),
        Function::AddDelta => told(
            "add or subtract",
            "Under the item's lock it reads the value as a number and changes it. If the new number fits and nobody \
             else holds the item, it is written in place, else into a new item. Subtracting stops at 0, adding \
             wraps around at 64 bits.",
            "Its result chooses the answer: the new number, NOT_FOUND or an error.",
        ),
        Function::CompleteNread => told(
            "value is whole",
            "All bytes of the value are there. It only asks which protocol the connection speaks and calls the function \
             for it.",
            "The command has been carried out.",
        ),
        Function::CompleteNreadAscii => told(
            "check, store",
            "It checks that the value ends in \\r\\n: if not, the client counted wrong and gets CLIENT_ERROR bad data \
             chunk. Else store_item is asked to link the item, and its result becomes the answer. Last it gives its own \
             reference back.",
            "The answer is queued, and c->item is empty again.",
        ),
        Function::OutString => told(
            "a one-line answer",
            "It copies the answer and a line end into wbuf and sets conn_write, with conn_new_cmd to follow. With noreply \
             it drops the answer and sets conn_new_cmd at once. It sends nothing itself.",
            "The answer waits in wbuf, or was not wanted.",
        ),
        Function::BuildUdpHeaders => told(
            "number the datagrams",
            "It writes a header of 8 bytes before each datagram of the answer: the request's number, which datagram this \
             is, and how many there are. That can be done only now, when the whole answer is laid out.",
            "Every datagram can be sent by itself.",
        ),
        Function::Transmit => told(
            "send a message",
            "One call does one sendmsg and moves the iovecs past what was sent. If nothing is left to send it says so \
             without a system call; that is how drive_machine learns that the answer is complete. At EAGAIN it \
             asks for EV_WRITE.",
            "Its result says: complete, go on, wait, or broken.",
        ),
        Function::ConnReleaseItems => told(
            "let go",
            "It gives back the references to the items of the answer that was sent. Until then they had to stay in \
             memory, for the iovecs pointed into them.",
            "The items live on in the table, or are freed if they were unlinked.",
        ),
        Function::ConnClose => told(
            "the end",
            "It takes the event away, gives back what the connection holds, sets conn_closed and closes the descriptor, \
             in this order: the number may be used again at once. It also lets a main thread that had paused \
             accept again.",
            "The struct conn stays in its table for the next connection with this number.",
        ),
        Function::ConnCleanup => told(
            "give all back",
            "It gives back the items and the temporary buffer that the connection still holds. A client may go at any \
             moment, in the middle of a value or of an answer: what it leaves behind must not stay in memory.",
            "Nothing of the store is held by this connection any more.",
        ),
        _ => told(
            "a function that memstep does not know",
            "The recording was made of a server that has it. What it does is not told here.",
            "",
        ),
    }
}
