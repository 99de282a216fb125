### What is different where the requests come by UDP

## Parts of sentences

why-udp-a-client = a client
why-udp-a-few-bytes = a few bytes

## Until a datagram can come

why-udp-socket = The socket for datagrams is made
    .text = A UDP socket{ $fd }. Nobody connects to it and nothing is accepted: each datagram brings a whole request
        and says who sent it. new_socket makes it non-blocking, which matters here: every worker will wait for it, all
        of them wake for each datagram, and all but one find it gone.
why-udp-bind = The socket gets its address
    .text = bind gives the UDP socket{ $fd } { $addr }. From now on the kernel keeps the datagrams that come for it.
        There is no listen and no accept: the socket itself goes to the workers.
why-udp-cq-push = A UDP socket for { $worker }
    .text = Nobody was accepted: { $conn } is { $worker }'s share of the UDP socket, a descriptor of its own made by
        dup. It takes the same way as a client would, through the queue and the pipe. Since workers take turns, each of
        them gets one, unless -l names several interfaces: then each interface gets one worker.
why-udp-conn-new = { $conn } reads datagrams
    .text = { $conn } has its struct conn{ $fd }: its first state is conn_read, not conn_new_cmd, and its read buffer
        has 65,536 bytes, so that the largest datagram fits. It serves whoever sends one, and is never closed. All
        workers wait for the same socket, each with such a struct conn of its own.

## wake, recvfrom

why-udp-wake = A datagram has come, perhaps for { $conn }
    .text = The UDP socket, which { $conn }{ $fd } shares with the other workers, is readable. The kernel wakes all of
        them for one datagram; a worker that no longer sees it sleeps on without leaving epoll_wait. The others go on
        in conn_read, and whoever calls recvfrom first gets it.
why-udp-recvfrom-eagain = Another worker was quicker
    .text = recvfrom has nothing to give (EAGAIN). Every worker waits for the same socket, so one datagram wakes them
        all and one gets it: a thundering herd. { $conn } was not the one, and waits again. The price is a wake-up and
        a system call in vain for whoever has seen it and came too late.
why-udp-recvfrom-failed = The datagram could not be read
    .text = recvfrom failed with { $errno }. memcached does not ask why: for UDP any failure means that nothing has
        come. { $conn } waits for the next datagram.
why-udp-recvfrom-short = Too short for a request
    .text = recvfrom gives { $bytes } from { $peer }. A request has a header of 8 bytes and something behind it, so
        this is none: it is dropped, and its sender hears nothing.
why-udp-recvfrom-several = A request in several datagrams
    .text = { $peer } says in the header that its request { $id } comes in more than one datagram. An answer may do
        that, a request may not: try_read_udp makes ready a SERVER_ERROR. It then says that nothing was read, and so
        the answer is never sent.
why-udp-recvfrom = A datagram from a client
    .text = recvfrom takes one whole datagram of { $peer }: a header of 8 bytes, then { $request }. Its first two bytes
        are the number that the client gave its request, { $id }; memcached keeps it, and puts it before each datagram
        of the answer. The rest of the header is thrown away.

## sendmsg

why-udp-sendmsg-eagain = The send buffer is full
    .text = sendmsg met EAGAIN: the kernel has no room for another datagram of { $conn }. It waits until it may write,
        and reads no other request meanwhile. That is why maximize_sndbuf has asked for a large buffer.
why-udp-sendmsg-failed = The datagram could not be sent
    .text = sendmsg failed with { $errno }. By TCP that would be the end of the connection. Here it is the end of this
        answer alone: { $conn } goes back to conn_read, and serves the next client.
why-udp-sendmsg = { $all ->
        [0] The answer goes out as a datagram
       *[other] Datagram { $nth } of { $all } is sent
    }
    .text = { $all ->
            [0] A datagram
           *[other] Datagram { $nth } of { $all }
        }: sendmsg puts a header of 8 bytes and the pieces of the answer together and sends them, { $bytes }, to
        whoever asked. The header says which request it answers, which datagram this is and how many there are: they
        may come in any order, or not at all. None has more than 1,400 bytes.

## state

why-udp-state-closing-read = A UDP socket is never closed
    .text = By TCP the connection would be closed here. { $conn } is a UDP socket and serves all clients, so
        conn_cleanup lets go of what this one had, and { $conn } reads the next datagram.
why-udp-state-write-read = This answer is given up
    .text = sendmsg failed for good. { $conn } is a UDP socket, so nothing is closed: what is left of { $what ->
            [answer] the answer
           *[values] the values that were asked for
        } is forgotten and the next datagram is read.
why-udp-state-write-waiting = The answer is lost
    .text = The refusal of a request in several datagrams stands ready, but try_read_udp has said that nothing was
        read, and for that conn_read goes on to conn_waiting. Nobody will send it: so it is in 1.4.24, and so it is
        here.
why-udp-state-read-write = A refusal is made ready
    .text = The request came in several datagrams, and out_string sets conn_write as it does for any answer. It does
        not last: conn_read has not done with it yet.
why-udp-state-read-waiting = No request for this worker
    .text = There was no datagram left, or it was too short to be a request. { $conn } waits for the next one; a
        datagram that another worker has taken is served there.
why-udp-state-parse-cmd-waiting = A datagram without a whole line
    .text = There is no line end in what has come. By TCP the rest would follow; the next datagram may be anybody's,
        and will be read over this one. So a request that is not whole is lost, and { $conn } waits.
