### accept, cq_push, notify, notified, cq_pop, conn_new, close

## accept

why-accept-emfile = No descriptor is left
    .text = accept4 failed with EMFILE: the process has all the descriptors that it may have, and memcached has set that
        limit to its -c. It stops watching the listening socket and sets its backlog to 0. Every 10 ms it looks whether
        a connection has closed, and then accepts again.
why-accept-eagain = No client is there after all
    .text = accept4 failed with EAGAIN: the client has gone again since the socket became readable. As the socket is
        non-blocking, the main thread is not stuck here but goes back to epoll_wait.
why-accept-failed = accept failed
    .text = accept4 failed with { $errno }. memcached reports the error and leaves it at that: if a client still waits,
        the level-triggered event comes again.
why-accept-a-client = a client
why-accept-fd = { " " }as fd { $fd }
why-accept = A client is accepted
    .text = accept4 takes { $peer } from the kernel's queue{ $fd }, non-blocking from the start. The main thread reads
        nothing from it: it only passes it on, so that a slow client can never keep the next one from being accepted.

## cq_push

why-cq-push-depth = { $n ->
    [one] { " " }It is alone in the queue.
   *[other] { " " }{ $n } connections wait there now.
}
why-cq-push = Into the queue of { $worker }
    .text = The dispatcher puts { $conn } at the end of the queue of { $worker }; workers take turns, busy or
        not.{ $depth } The push comes before the byte in the pipe: a worker that is woken finds its item there. A mutex
        guards the queue, since two threads use it.

## notify

why-notify-failed = The worker could not be notified
    .text = The write into the pipe of { $worker } failed with { $errno }. memcached only reports it: the connection
        stays in the queue until the byte of a later one comes.
why-notify-pause = { $worker } shall pause
    .text = The hash table is about to grow, and nobody may use it while the larger one is put in place. So the thread
        that does it writes a p into the pipe of every worker, here of { $worker }{ $fd }, and waits until all of them
        wait.
why-notify = A byte to wake { $worker }
    .text = The dispatcher writes one byte, c, into the pipe of { $worker }{ $fd }: one byte for one connection. Why a
        pipe and not a condition variable? The worker sleeps in epoll_wait, and only a descriptor that becomes readable
        can wake it there.

## notified

why-notified-failed = The pipe could not be read
    .text = { $worker } could not read its pipe: { $errno }. memcached reports that under -v, and looks at its one-byte
        buffer as if the read had filled it.
why-notified-pause = { $worker } pauses
    .text = { $worker } reads a p from its pipe{ $fd }: it says that it is here, and waits until the hash table has been
        exchanged for a larger one.
why-notified = { $worker } reads the byte
    .text = { $worker } reads one byte from its pipe{ $fd }; c means that a connection waits in its queue. It reads no
        more than one even if others follow: for each of them the level-triggered event comes again. So bytes and
        connections stay in step.

## cq_pop

why-cq-pop-left = { $n ->
    [0] { " " }The queue is empty now.
    [one] { " " }One more waits in the queue.
   *[other] { " " }{ $n } more wait in the queue.
}
why-cq-pop = { $worker } takes its connection
    .text = { $worker } takes { $conn } off its queue.{ $left } The item tells all that conn_new needs: the descriptor,
        the first state ({ $transport ->
            [udp] conn_read, for it is UDP
           *[tcp] conn_new_cmd
        }), the interest (EV_READ) and the size of the read buffer.

## conn_new

why-conn-new-listening = A struct conn for the listening socket
    .text = The listening socket{ $fd } has a struct conn too, in the state conn_listening, which it never leaves. So
        the same event_handler and the same drive_machine serve it as any client's connection.
why-conn-new = { $conn } is ready to be served
    .text = { $conn } has its struct conn: state conn_new_cmd, nothing in its read buffer. memcached keeps these structs
        in an array indexed by descriptor{ $fd }; one left over from an earlier connection with the same number is used
        again with its buffers, not allocated anew.

## close

why-close-reason = { " " }The reason: { $reason }.
why-close = { $conn-first } is closed
    .text = The descriptor of { $conn }{ $fd } is given back to the kernel.{ $reason } Its struct conn and its buffers
        are kept for the next connection that gets this number. The close also tells the main thread, had it paused
        accepting, that there is room again.

## By name: why memcached closed a connection, as the event has it, with a hyphen for each blank

closed-for-the-client-closed = the client closed
closed-for-the-client-reset-the-connection = the client reset the connection
closed-for-the-socket-failed = the socket failed
closed-for-sending-failed = sending failed
closed-for-its-event-could-not-be-added = its event could not be added
closed-for-its-event-could-not-be-changed = its event could not be changed
closed-for-its-event-was-of-another-descriptor = its event was of another descriptor
closed-for-rlbytes-was-negative = rlbytes was negative
closed-for-a-value-without-a-command = a value without a command
closed-for-the-binary-protocol-is-not-supported = the binary protocol is not supported
closed-for-the-command-line-is-too-long = the command line is too long
