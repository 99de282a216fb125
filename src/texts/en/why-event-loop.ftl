### wait, wake, event_add, event_del

## wait

why-wait-worker = { $worker } goes to sleep
    .text = { $worker } sleeps in epoll_wait until its pipe or one of its connections is ready. It never waits for one
        client: it waits for all of its clients at once, which is how a single thread serves thousands of connections.
        No lock is held while it sleeps.
why-wait-limit = , for at most { $n } ms
why-wait-main = The main thread goes to sleep
    .text = The main thread sleeps in epoll_wait until a client connects or its timer is due{ $limit }. It serves no
        requests, so it is asleep nearly all the time and quick to accept. The timer is what ticks memcached's clock
        once a second.

## wake

why-wake-timer = The clock ticks
    .text = No descriptor is ready: a timer ended the sleep. Normally it is clock_handler's, once a second: it stores
        the time in the variable current_time, so that thousands of requests a second need not ask the kernel for it.
        While accepting is paused, a timer of 10 ms comes here too.
why-wake-nothing = Nothing is ready
    .text = epoll_wait came back with nothing ready: its time was over, or a signal came. libevent looks at its timers
        and goes to sleep again.
why-wake-pipe = A byte is in the pipe
    .text = The pipe of { $worker }{ $fd } has become readable: the dispatcher has queued a connection for it. libevent
        calls thread_libevent_process, which reads one byte and takes one connection.
why-wake-listening = A client wants to connect
    .text = The listening socket{ $fd } is readable: a client waits to be accepted. libevent calls event_handler, and
        drive_machine runs in conn_listening. It accepts one client a wake-up; if more wait, the level-triggered event
        comes again.
why-wake-many = { $n } descriptors are ready
    .text = epoll_wait reports { $n } descriptors at once. libevent calls their handlers one after the other on this
        thread: while one connection is served, the others wait. This is why a connection may handle only so many
        requests in a row (reqs_per_event, -R).

## wake: for one connection

why-wake-yielded = { $conn } goes on after its yield
    .text = { $conn } had used up its requests and had more in its read buffer, so it asked to be woken when it may
        write. That is nearly always at once, but other connections came first. Now it goes on with what is in the
        buffer.
why-wake-writable = { $conn } can be written to
    .text = The kernel has room again for bytes to { $conn }. memcached asks for that in two cases only: sendmsg met a
        full buffer, or the connection yielded with requests left to do. drive_machine goes on in the state in which it
        stopped.
why-wake-first = First wake-up of { $conn }: no read
    .text = { $conn } has something to read, yet nothing is read this time: it is still in conn_new_cmd, and the machine
        only walks to conn_read and stops. What has come stays in the kernel. { $then }
why-wake-first-level = As the event is level-triggered, epoll_wait reports it again at once, and then it is read.
why-wake-yielded-empty = { $conn } goes on after its yield
    .text = { $conn } had used up its requests and stopped in conn_new_cmd with its buffer empty. So this wake-up, too,
        only walks to conn_read and stops. The bytes stay in the kernel. { $then }
why-wake-yielded-empty-level = The level-triggered event comes again for them.
why-wake-nread = More of the value for { $conn }
    .text = The socket of { $conn } is readable, and { $conn } is in conn_nread: it waits for the value of its command.
        drive_machine goes on just there; the state in struct conn is all that it needs to remember.
why-wake-swallow = More to throw away for { $conn }
    .text = The socket of { $conn } is readable while it swallows a value that was refused. The bytes must be read all
        the same: the next command stands behind them.
why-wake-readable = { $conn } can be read
    .text = The socket of { $conn }{ $fd } is readable: bytes have come, or the client has closed. libevent calls
        event_handler, which lets drive_machine go on in the state in which it stopped.

## event_add

why-event-add-failed = The kernel refused to watch it
    .text = epoll_ctl failed with { $errno }. A descriptor that no event stands for would never be served again, so
        memcached closes the connection; at start-up it exits.
why-event-add-full = Wait until the client takes more
    .text = The kernel's buffer for { $conn } is full, because the client reads more slowly than memcached writes.
        Instead of waiting, the thread asks to be told when there is room and serves its other connections.
why-event-add-yield = The connection yields
    .text = { $conn } has { $done ->
            [0] had its share of requests
           *[other] handled { $done } requests
        } in this wake-up (reqs_per_event is 20 unless -R says otherwise), and others want their turn. Its next requests
        are in rbuf already, so waiting to read could wait for ever. It asks to write instead: that is possible at once.
why-event-add-write = Wait until it can be written to
    .text = From now on { $conn } waits for EV_WRITE. There are two reasons for it: sendmsg met a full buffer, or the
        connection yields to others with requests left in rbuf, and to be writable is the one event sure to come.
why-event-add-back = Back to waiting for bytes
    .text = { $conn } had waited for EV_WRITE and now waits for EV_READ again. This is the second half of the change
        that the event_del before it began. Had it gone on asking for EV_WRITE, epoll_wait would report it without end.
why-event-add-new = The worker takes the connection over
    .text = { $worker } has its own epoll instance watch { $conn }{ $fd } for bytes. The connection stays with this
        worker until it is closed, and no other thread works on it: struct conn needs no lock.
why-event-add-read = Wait until there are bytes to read
    .text = libevent's event_add has the kernel watch { $conn }{ $fd } for bytes to read. The event is persistent, so it
        stays registered after it has fired, and { $trigger ->
            [edge] in this experiment edge-triggered (EPOLLET), so it fires only when something new comes
           *[level] level-triggered, so it fires as long as bytes wait
        }.

## event_add: not of a connection

why-event-add-pipe = { $worker } watches its pipe
    .text = The receiving end of the pipe{ $fd } goes into the epoll instance of { $worker }. From now on a byte written
        at the other end wakes that worker, and libevent calls thread_libevent_process. It is the first thing that the
        worker watches.
why-event-add-listening = Watch the listening socket
    .text = The listening socket{ $fd } goes into the main thread's epoll instance: a client that connects makes it
        readable. Only the main thread watches it, so only the main thread accepts.
why-event-add-accepting = Accepting goes on
    .text = A connection has closed since accepting was paused, so there is room for a client again. The main thread
        watches the listening socket{ $fd } once more, and gives it back its backlog.
why-event-add = The kernel is told what to watch
    .text = event_add puts a descriptor{ $fd } into the thread's epoll instance. It is the receiving end of a worker's
        pipe, or the listening socket: both are watched for reading as long as the server runs, unless accepting is
        paused.

## event_del

why-event-del-listening = The listening socket is left alone
    .text = The main thread stops watching the listening socket{ $fd }: no descriptor is left for another client, and
        the one that waits would wake it again and again. Once a connection has closed, the event is added again.
why-event-del-close = Closing begins: no more events
    .text = conn_close first takes the event of { $conn } out of epoll, and only then closes the descriptor. The
        number{ $fd } may belong to a new connection a moment later, and an event of the old one must not reach it.
why-event-del-change = The interest is about to change
    .text = update_event changes what { $conn } waits for. An event that is registered may not be set anew, so it is
        deleted, set and added: two calls of epoll_ctl, DEL here and ADD next.
why-event-del = An event is taken away
    .text = event_del takes { $conn } out of the thread's epoll instance. Either the connection is being closed, or
        update_event changes what it waits for: that is done by deleting the event and adding it anew.
