### mark, note, snapshot, drop; event_init, pipe, thread, socket, setsockopt, bind, listen

## What belongs to the recording and not to the server

why-mark = A chapter begins
    .text = A chapter of the recording begins here: { $name }. The server does nothing at this point: the mark was set
        so that you can find it and jump here.
why-mark-nameless = without a name
why-note = A remark
    .text = A remark: { $text }. It was added to the recording later: the server had no part in it, and no time passed
        for it.
why-note-about = A remark
    .text = A remark about event { $event }: { $text }. It was added to the recording later: the server had no part in
        it, and no time passed for it.
why-note-empty = an empty one
why-snapshot = The server as it was found
    .text = Nothing happened here. This part of the recording begins in the middle of the server's life, and this is the
        state that it was in: its threads, the listening sockets, every open connection with its struct conn. { $open ->
            [0] No connection is open
            [one] 1 connection is open
           *[other] { $open } connections are open
        }. What led to it is in an earlier file, or was not recorded.{ $lost }
why-snapshot-lost = { " " }Events were lost before this, so some of it may be out of date.
why-drop = Events were lost here
    .text = { $n ->
            [one] 1 event was
           *[other] { $n } events were
        } lost here: they came faster than they could be written down or shown, and the server did not wait. Their
        numbers are skipped. Until a later event tells a field or a queue anew, what the screens show of it may be out
        of date.
why-drop-some = Events were lost here
    .text = Some events were lost here: they came faster than they could be written down or shown, and the server did
        not wait. Their numbers are skipped. Until a later event tells a field or a queue anew, what the screens show of
        it may be out of date.
why-other = A kind unknown to this version
    .text = The recording holds an event of the kind { $kind }, which this version of memstep does not know. It is shown
        as it stands and changes nothing on the screens.

## event_init, pipe

why-event-init-epoll = { " " }(fd { $fd })
why-event-init-worker = An event base for a worker
    .text = The main thread makes the event base of { $worker }; on Linux that is an epoll instance{ $epoll }. Every
        thread has a base of its own and sleeps on its own descriptors, so workers need no lock to wait. The base is
        made before the thread exists.
why-event-init-main = The main thread's event base
    .text = libevent's event_init makes the event base of the main thread; on Linux that is an epoll instance{ $epoll }.
        It will hold the listening socket and the clock's timer, and nothing of the clients: those belong to the
        workers.
why-pipe = The notify pipe of { $worker }
    .text = The notify pipe: { $ends }. A worker sleeps in epoll_wait, and there a condition variable cannot wake it:
        only a descriptor that becomes ready can. So the dispatcher will write a byte here for each new connection.
why-pipe-ends = what is written to fd { $send } can be read from fd { $receive }
why-pipe-two-ends = what is written to one end can be read from the other

## thread

why-thread-setup-main = The main thread becomes the dispatcher
    .text = memcached notes the main thread's event base and thread id as those of the dispatcher. From now on the work
        is divided: the dispatcher accepts connections, the workers serve them.
why-thread-setup = { $worker } is prepared
    .text = setup_thread gives { $worker } its event base, has that base watch the receiving end of its pipe, and makes
        its empty queue of new connections. All of it is done by the main thread before { $worker } runs, so nothing can
        reach a worker that is not ready.
why-thread-create = { $worker } is about to be created
    .text = The main thread calls pthread_create for { $worker }, after the setup of all workers. It will wait until
        each of them has reported in, and only then open the listening socket: the first client finds every worker at
        its place.
why-thread-start-main = The main thread enters its loop
    .text = Start-up is over: the main thread enters event_base_loop. From here on it only accepts connections, hands
        them to workers and lets the clock tick; it never reads a request.
why-thread-start = { $worker } enters its loop
    .text = { $worker } runs worker_libevent: it reports that it is ready and enters event_base_loop, where it stays.
        The main thread waits for that report of every worker. So far { $worker } watches one thing, its pipe.
why-thread = A thread of the server
    .text = Something happened to a thread of the server as a whole. memcached has one dispatcher, which is its main
        thread, and a fixed number of workers, four unless -t says otherwise.

## socket, bind, listen

why-socket-failed = No socket for this address
    .text = socket failed with { $errno }. memcached goes on with the next address that getaddrinfo gave, since not
        every family need be there; out of descriptors (EMFILE), it exits.
why-socket = The listening socket is made
    .text = { $family ->
            [AF_INET6] An IPv6
            [AF_INET] An IPv4
           *[other] A
        } TCP socket{ $fd }, on which clients will connect. new_socket makes it non-blocking: should a client be gone
        again before accept, the main thread must not be stuck in that call. There is one such socket for each address
        to listen on.
why-socket-fd = , fd { $fd }
why-bind-addr = its address
why-bind = The socket gets its address
    .text = bind gives the socket { $addr }. Clients cannot connect yet: for that the kernel must be told to listen.
why-bind-taken = The address is taken
    .text = Another socket has { $addr } already (EADDRINUSE). memcached closes this one and tries the next address; if
        none is left and none could be bound, it gives up.
why-bind-failed = The socket cannot be bound
    .text = bind to { $addr } failed with { $errno }. Unlike a taken address this ends start-up: memcached closes the
        socket, reports the error and exits.
why-listen-failed = listen failed
    .text = listen failed with { $errno }. At start-up memcached reports that and exits; later it reports it and goes
        on.
why-listen-paused = Accepting is paused
    .text = No descriptor is left for another client, so memcached sets the backlog to 0 and stops watching the socket.
        Otherwise the waiting client would wake the main thread again and again in vain. It looks every 10 ms whether a
        connection has closed.
why-listen = The kernel takes connections
    .text = From now on the kernel completes TCP handshakes by itself and keeps { $clients } waiting for accept.
        memcached says so at start-up, and again when it had paused accepting because it had run out of descriptors.
why-listen-up-to = up to { $n } clients
why-listen-some = a number of clients

## setsockopt

why-option-nameless = an option
why-option-title = Socket option { $name }
why-option-reuseaddr = SO_REUSEADDR lets a restarted server bind its port at once. Without it, old connections that
    linger in TIME_WAIT would keep the address taken for a minute or so.
why-option-keepalive = SO_KEEPALIVE has the kernel probe connections that have been silent for long, so that a client
    which vanished without a word is noticed in the end. Linux hands the option on to every socket accepted from this
    one.
why-option-linger = SO_LINGER is switched off (l_onoff is 0): close returns at once, and the kernel sends in the
    background what has not gone out. A thread that serves many clients must not wait for one of them to say goodbye.
why-option-nodelay = TCP_NODELAY turns Nagle's algorithm off: a small answer leaves at once instead of waiting until the
    client has acknowledged earlier bytes. memcached's answers are mostly small, and a cache is asked because it is
    quick.
why-option-v6only = IPV6_V6ONLY keeps this socket to IPv6. The same port then stays free for a socket of its own that
    listens for IPv4.
why-option-sndbuf = SO_SNDBUF is the size of a UDP socket's send buffer: a long answer is many datagrams, and all of
    them shall have room. maximize_sndbuf looks for the largest that is allowed, halving the rest up to 256 MB with each
    try. Linux grants everything and silently gives less, so the search goes to its end.
why-option = An option of the socket
    .text = setsockopt sets { $name } on the listening socket. It is done before listen, so that every accepted
        connection starts with it.
