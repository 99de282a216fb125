### The functions of the walkthrough, for Why and for the glossary

## Why, at a call and a return

why-call = { $function }: { $title }
why-call-strange = { $function }: a function that memstep does not know
    .text = The recording was made of a server that has it. What it does is not told here.
why-call-nameless = A function is entered
    .text = A function of memcached is entered; which one, the recording does not say. Calls are in a recording of
        detail calls only.
why-return = { $function } returns
    .text = { $function } returns to its caller. { $leaving }
why-return-strange = { $function } returns
    .text = { $function } returns to its caller.{ " " }
why-return-nameless = A function returns
    .text = A function of memcached returns to its caller; which one, the recording does not say. The work on { $conn }
        goes on there.

## By name: functions of memcached. With its name before it, a title has at most 40 characters; .leaving is one sentence:
## how things stand when it returns

function-main = where it all begins
    .text = main reads the options, makes the event base, the store, the workers and the listening socket, in this
        order. Then it enters event_base_loop and stays there: the main thread is the dispatcher.
    .leaving = That is the end of the server: event_base_loop has been left.
function-event_init = a new event base
    .text = libevent makes an event base, which on Linux is an epoll instance and a list of timers. Each thread gets one
        of its own, so that threads can sleep and wake without locking each other out.
    .leaving = The base is empty so far: nothing has been added to it.
function-conn_init = the table of connections
    .text = conn_init makes an array of pointers to struct conn, indexed by descriptor and as long as descriptors can
        go. Finding a connection by its number then takes one step. The structs themselves are made when they are first
        needed.
    .leaving = All places of the table are empty: no client has come yet.
function-memcached_thread_init = all workers
    .text = First each worker gets a pipe, an event base and a queue; only then the threads are created. So no thread
        runs before all are set up. Last it waits until every worker has reported in.
    .leaving = All workers have reported in, and each watches its pipe.
function-setup_thread = prepare one worker
    .text = It makes the worker's event base, has it watch the receiving end of the notify pipe with
        thread_libevent_process as the handler, and makes the queue of new connections. The main thread does this on the
        worker's behalf.
    .leaving = The worker has all it needs, except a thread to run on.
function-create_worker = start one thread
    .text = It calls pthread_create with worker_libevent as the thread's first function. If that fails, memcached exits:
        it would rather not run with fewer workers than it was told to.
    .leaving = The new thread runs by itself from now on, at once or a little later.
function-worker_libevent = a worker's life
    .text = The first function of a worker thread: it reports that the thread is there, then enters event_base_loop.
        Everything else that the worker ever does is called from that loop.
    .leaving = The loop was left, and with that the worker's life ends.
function-server_sockets = all addresses
    .text = It calls server_socket once for every address that -l lists, or once for all interfaces if there is no -l.
        An entry of the list may have a port of its own.
    .leaving = The server can be reached at its addresses.
function-server_socket = one address
    .text = getaddrinfo turns the name into addresses, and for each of them a socket is made, configured, bound and told
        to listen. Last, conn_new has the main thread watch it.
    .leaving = Clients can connect: the kernel completes their handshakes.
function-new_socket = a socket
    .text = It makes a socket and sets O_NONBLOCK on it. All sockets of memcached are non-blocking: the only place where
        a thread of its event loops may sleep for a client is epoll_wait.
    .leaving = The socket has no address yet.
function-maximize_sndbuf = a large send buffer
    .text = It asks for ever larger send buffers, up to 256 MB, and halves the distance with each try, until it has the
        largest that the system grants. An answer by UDP may be many datagrams, and they shall not be lost before they
        have even left.
    .leaving = The socket has the largest send buffer that it may have.
function-conn_new = a struct conn
    .text = It looks in the table whether a struct conn is left from an earlier connection with the same descriptor;
        only if not, it allocates one with its buffers. Then it sets the first state and adds the event with
        event_handler as its handler.
    .leaving = From now on the thread's event loop watches this descriptor.
function-event_handler = libevent calls
    .text = This is what libevent calls when the descriptor of a connection is ready. It checks that descriptor and
        struct conn belong together, then calls drive_machine. The listening socket comes here too.
    .leaving = libevent turns to the next descriptor that is ready, or sleeps.
function-drive_machine = the state machine
    .text = A loop around one switch on c->state: each arm does one step and sets the next state. It goes round until an
        arm sets stop, mostly because the connection must wait. Since the state is kept in struct conn, the next call
        goes on where this one stops.
    .leaving = The connection has to wait, or is closed: the thread is free for others.
function-dispatch_conn_new = choose a worker
    .text = It takes the next worker in turn, (last_thread + 1) % num_threads, puts the connection on that worker's
        queue and writes a byte into its pipe. How busy a worker is plays no part; with many connections the load evens
        out.
    .leaving = The connection is the worker's business now; the main thread forgets it.
function-cq_push = onto the queue
    .text = It appends an item to a worker's queue of new connections, under the queue's mutex. The queue is a linked
        list with a head and a tail, so the lock is held for a few instructions only.
    .leaving = The item is in the queue, but the worker does not know it yet.
function-thread_libevent_process = the pipe
    .text = libevent calls this on a worker when its pipe is readable. It reads one byte: at c it takes one connection
        off the queue and makes its struct conn; at p it only reports in, for a moment when all workers must pause.
    .leaving = The worker goes back to its loop, one connection richer.
function-cq_pop = off the queue
    .text = It takes the first item off the worker's queue, under the queue's mutex, and gives NULL if there is none. It
        never waits: waiting is what the pipe is for.
    .leaving = The item belongs to this worker alone.
function-reset_cmd_handler = next command
    .text = It makes the connection ready for a new command: forgets the old one, lets go of an item that is left over
        and shrinks large buffers. Then rbytes decides: bytes left over go to conn_parse_cmd, an empty buffer to
        conn_waiting.
    .leaving = The state says whether there is something to parse or to wait for.
function-conn_shrink = spare memory
    .text = Between two commands it gives memory back: a read buffer above 8,192 bytes is cut to 2,048 if less than that
        is unparsed, and long lists are cut too. One large request shall not hold its memory for as long as the
        connection lasts.
    .leaving = The buffers are back to a modest size, or were so before.
function-update_event = what to wait for
    .text = It changes what libevent waits for on this connection. If that is what it waits for already, it returns at
        once with no system call; mostly it is so. Else the event is deleted, set and added anew.
    .leaving = libevent waits for what the connection needs next.
function-try_read_network = read
    .text = It moves unparsed bytes to the front of the read buffer, then reads as much as there is room for. Only when
        a read fills the buffer does it double it and read again, four times at most.
    .leaving = Its result chooses the next state: parse, wait, or close.
function-try_read_udp = one datagram
    .text = It reads one datagram with recvfrom, which also says who sent it. The header of 8 bytes gives the request's
        number and is cut off; what is left stands at the beginning of the read buffer, over whatever was there.
    .leaving = Its result chooses the next state: parse, or wait.
function-try_read_command = find a line
    .text = Unless -B fixes it, the first byte of a connection tells the protocol: 0x80 is binary, all else text. For
        text it searches the buffer for a line end; if there is one, the line goes to process_command, else more must be
        read.
    .leaving = rcurr has moved past the line, unless no whole line was there.
function-process_command = which command
    .text = It cuts the line at its spaces into tokens, at most seven in one go, and compares the first with the names
        of the commands, beginning with get. The command's own function does the rest and sets the next state.
    .leaving = The state is set: an answer is ready, a value is awaited, or it is over.
function-process_get_command = get
    .text = It looks up each key of the line. For a hit it queues pieces that point into the item and keeps a reference
        to it; a miss leaves no trace in the answer. Last comes END, and the state becomes conn_mwrite.
    .leaving = The answer is queued, and the items in it cannot be freed.
function-process_update_command = set & co
    .text = set, add, replace, append, prepend and cas begin alike: check the numbers, allocate an item for key and
        value, and go to conn_nread for the value. If there is no item to be had, an error is queued and the value will
        be swallowed.
    .leaving = The connection waits for the value, or has an error to send.
function-process_touch_command = touch
    .text = It gives an item a new expiry time without sending its value. The answer is TOUCHED, or NOT_FOUND.
    .leaving = A one-line answer is queued, or none at all with noreply.
function-process_delete_command = delete
    .text = It looks the item up and unlinks it from the hash table. Connections that are sending it hold references and
        send it to the end. The answer is DELETED, or NOT_FOUND.
    .leaving = A one-line answer is queued, unless noreply.
function-process_arithmetic_command = incr, decr
    .text = It checks the number in the command and lets add_delta do the work. The answer is the new number, or
        NOT_FOUND, or an error if the value is no number.
    .leaving = A one-line answer is queued, unless noreply was asked for.
function-process_verbosity_command = verbosity
    .text = It sets how much the running server logs, for all threads at once. 2 is the most that a client can set; the
        state changes of -vvv can be had at start only.
    .leaving = The answer OK is queued, unless the command said noreply.
function-process_stat = stats
    .text = It gathers the statistics that were asked for and queues them as one answer. Each worker counts for itself,
        so that counting needs no lock that all share; only here the numbers are added up.
    .leaving = The answer is queued; a long one is in a buffer that is freed once it is sent.
function-item_alloc = room for an item
    .text = It takes a chunk for the item's head, key and value from the slab class that fits. If there is none, it
        evicts an old item of that class and tries again, five times at most.
    .leaving = The item, if there was room for one, has one reference, and nobody can find it yet.
function-item_get = look up
    .text = It hashes the key, takes the lock for that hash and looks in the table. An item whose time is over is
        unlinked on this occasion and counts as not found. One that is found gets a further reference.
    .leaving = Who has the item must give the reference back with item_remove.
function-item_remove = give it back
    .text = Despite its name it removes nothing from the table: it gives one reference back. Only if that was the last
        one is the item's memory freed.
    .leaving = This caller must not touch the item any more.
function-store_item = link it
    .text = Under the lock of the key's hash it does what the command asks: set links always, add only if there is no
        such key, replace only if there is, cas only if the item is unchanged. An older item is unlinked in the same
        step.
    .leaving = Its result chooses the answer: STORED, NOT_STORED, EXISTS or NOT_FOUND.
function-add_delta = add or subtract
    .text = Under the item's lock it reads the value as a number and changes it. If the new number fits and nobody else
        holds the item, it is written in place, else into a new item. Subtracting stops at 0, adding wraps around at 64
        bits.
    .leaving = Its result chooses the answer: the new number, NOT_FOUND or an error.
function-complete_nread = value is whole
    .text = All bytes of the value are there. It only asks which protocol the connection speaks and calls the function
        for it.
    .leaving = The command has been carried out.
function-complete_nread_ascii = check, store
    .text = It checks that the value ends in \r\n: if not, the client counted wrong and gets CLIENT_ERROR bad data
        chunk. Else store_item is asked to link the item, and its result becomes the answer. Last it gives its own
        reference back.
    .leaving = The answer is queued, and c->item is empty again.
function-out_string = a one-line answer
    .text = It copies the answer and a line end into wbuf and sets conn_write, with conn_new_cmd to follow. With noreply
        it drops the answer and sets conn_new_cmd at once. It sends nothing itself.
    .leaving = The answer waits in wbuf, or was not wanted.
function-build_udp_headers = number the datagrams
    .text = It writes a header of 8 bytes before each datagram of the answer: the request's number, which datagram this
        is, and how many there are. That can be done only now, when the whole answer is laid out.
    .leaving = Every datagram can be sent by itself.
function-transmit = send a message
    .text = One call does one sendmsg and moves the iovecs past what was sent. If nothing is left to send it says so
        without a system call; that is how drive_machine learns that the answer is complete. At EAGAIN it asks for
        EV_WRITE.
    .leaving = Its result says: complete, go on, wait, or broken.
function-conn_release_items = let go
    .text = It gives back the references to the items of the answer that was sent. Until then they had to stay in
        memory, for the iovecs pointed into them.
    .leaving = The items live on in the table, or are freed if they were unlinked.
function-conn_close = the end
    .text = It takes the event away, gives back what the connection holds, sets conn_closed and closes the descriptor,
        in this order: the number may be used again at once. It also lets a main thread that had paused accept again.
    .leaving = The struct conn stays in its table for the next connection with this number.
function-conn_cleanup = give all back
    .text = It gives back the items and the temporary buffer that the connection still holds. A client may go at any
        moment, in the middle of a value or of an answer: what it leaves behind must not stay in memory.
    .leaving = Nothing of the store is held by this connection any more.
