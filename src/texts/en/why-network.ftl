### read, sendmsg, command, reply

## read

why-read-reset = The client has reset the connection
    .text = read failed with ECONNRESET: the client's side has thrown the connection away and does not even want what
        was on its way. That is an end without a goodbye: { $conn } goes to conn_closing, and no answer is tried.
why-read-failed = Reading failed
    .text = read on { $conn } failed with { $errno }. Only EAGAIN would mean to wait; any other error means that the
        connection is broken, and memcached closes it.
why-read-no-more = No more than that
    .text = The read before this one filled the buffer to the last byte, so there could have been more; EAGAIN says
        that there is not. What has come is parsed now.
why-read-nothing = Nothing to read after all
    .text = read has nothing to give for now (EAGAIN). The socket is non-blocking: a thread that serves many clients
        must never wait in read for one of them. { $conn } goes back to waiting.
why-read-eof = The client has closed
    .text = read gives 0: the end of the stream. The client has closed its side, and everything that it sent has been
        read. A closed connection counts as readable, which is how epoll_wait came to report { $conn }.
why-read-full = The read buffer is full
    .text = read filled all of the { $room } of room there were, so the kernel may hold more. try_read_network doubles
        the buffer and reads again, at most four times in a row: then it parses what it has, so that no client can claim
        memory without end.
why-read-bytes = Bytes from the client
    .text = read puts { $got } into { $room } of room in the read buffer. That is fewer than there was room for, so the
        kernel had no more just then: a second read would most likely give EAGAIN. memcached spares itself that call
        and parses.
why-read-bytes-behind = Bytes from the client
    .text = read puts { $got } into { $room } of room in the read buffer. They follow { $before } that stood there
        already. That is fewer than there was room for, so the kernel had no more just then: a second read would most
        likely give EAGAIN. memcached spares itself that call and parses.
why-read-rbuf = Read into the read buffer
    .text = try_read_network reads what has come for { $conn } into its read buffer, as much as there is room for.
        Whether it is a command is looked at afterwards.

## read: the value of an item

the-missing-bytes = the missing bytes
why-read-item-rest = The rest is not here yet
why-read-item-not-yet = The value is not here yet
why-read-item-eagain = read was to fetch { $missing } of the value and met EAGAIN: the kernel has none of them.
    drive_machine stops and { $conn } stays in conn_nread, with rlbytes telling what is missing. The thread serves
    others until more comes.
why-read-item-eof = The client has closed in mid-value
    .text = read gives 0, the end of the stream, with { $missing } of the value still to come. They never will, so
        { $conn } goes to conn_closing. The unfinished item was not linked: nobody has seen it.
why-read-item-whole = The value is whole
    .text = read puts the last { $n ->
            [one] byte
           *[other] { $n } bytes
        } straight into the item, and rlbytes is 0 now. drive_machine goes round once more, sees that, and calls
        complete_nread. No second read is tried: what follows the value is the next command.
why-read-item-part = A part of the value
    .text = read puts { $got } of the value straight into the item, past the read buffer: a large value is not copied
        twice. { $left ->
            [0] Some are still missing
            [one] 1 is still missing
           *[other] { $left } are still missing
        }, so drive_machine goes round and reads again at once, until the value is whole or read says EAGAIN.
why-read-item = Read into the item
    .text = In conn_nread, bytes from the client go straight into the item's memory, past the read buffer. read asks for
        exactly what is missing, so the next command is never swallowed with the value.

## read: a value that is thrown away

why-read-swallow-nothing = Nothing to throw away yet
    .text = The rest of the refused value has not come yet (EAGAIN). { $conn } stays in conn_swallow, with sbytes telling
        how much is to come, and the thread serves others.
why-read-swallow-eof = The client has closed
    .text = read gives 0, the end of the stream, before all of the refused value had come. There is nothing to save:
        { $conn } goes to conn_closing.
why-read-swallow-bytes = Bytes to be thrown away
    .text = { $got } of the refused value are read into the read buffer, which the next read overwrites; only sbytes is
        counted down. They must be taken off the stream, for the next command stands behind them.
why-read-swallow = Read to throw away
    .text = In conn_swallow, the value of a command that was refused is read and thrown away. read asks for no more than
        what is left of it, so the next command stays untouched.

## command

of-the-client = of the client
why-command = A whole command line
    .text = The line { $line } is whole: its line end was found, and a 0 byte is put in its place. process_command cuts
        it at the spaces into tokens, and the first token chooses what is done. { $next }
why-command-get = process_get_command will look up every key of the line and queue what it finds.
why-command-update = process_update_command will allocate the item; the value comes after this line.
why-command-arithmetic = process_arithmetic_command will change the number under the item's lock.
why-command-delete = process_delete_command will unlink the item.
why-command-touch = process_touch_command will give the item a new expiry time.
why-command-stats = process_stat will gather the numbers of all threads.
why-command-flush-all = It visits no item: it notes a time, and whatever is older counts as gone.
why-command-quit = quit sends no answer: the connection will be closed.
why-command-verbosity = process_verbosity_command will set how much is logged.
why-command-unknown = One that it does not know is answered with ERROR.

## reply

of-the-command = of the command
why-reply-noreply = An answer that is not sent
    .text = The answer would be { $reply }, but the command said noreply. out_string clears that flag, queues nothing and
        sets conn_new_cmd: a client that writes much and does not look at the answers saves both sides the work.
why-reply-value = A value is queued
    .text = A get has found an item, and { $reply } is the head of its answer. It is queued as pieces: the word VALUE, the
        key, and the rest with the data. Key and data are not copied: their iovecs point into the item's own memory.
why-reply-end = The end of the answer is queued
    .text = END closes the answer to a get, after the values found or alone if there were none. A client knows by it
        that no more comes, as keys that are not there are just left out.
why-reply = An answer is queued
    .text = out_string copies the answer { $reply } and a line end into the connection's own buffer, wbuf, and sets
        conn_write. Nothing is sent yet: that is for drive_machine to do, when it goes round next.

## sendmsg

why-sendmsg-eagain = The client does not read
    .text = sendmsg met EAGAIN: the kernel's buffer for { $conn } is full, since the client takes in bytes more slowly
        than they come. transmit changes the event to EV_WRITE, if it is not that already, and drive_machine stops. No
        thread waits for a slow client.
why-sendmsg-failed = Sending failed
    .text = sendmsg failed with { $errno }: the client is gone, and the answer cannot be delivered. { $conn } goes to
        conn_closing. memcached ignores the signal SIGPIPE, so such a write ends one connection and not the server.
why-sendmsg-part = The kernel takes a part
    .text = sendmsg had { $all } to send, and the kernel took { $sent }: that was all the room it had. transmit moves the
        iovecs on past what is sent, and drive_machine calls it again at once; if no room is left, EAGAIN will say so.
why-sendmsg-first = The first 1,400 bytes
    .text = sendmsg sends 1,400 bytes, which is all that add_iov lets the first message of an answer hold. { $rest }
        The limit is there for UDP packets (UDP_MAX_PAYLOAD_SIZE), but 1.4.24 holds the first message over TCP to it too.
why-sendmsg-first-rest = The rest of the answer stands in the next one and follows at once.
why-sendmsg-first-perhaps = If the answer is longer, the rest stands in the next one and follows at once.
why-sendmsg-pieces = { " " }in { $n } pieces, gathered by one call
why-sendmsg-one = One message of the answer is out
    .text = sendmsg sends { $sent }{ $pieces }, and the kernel takes all of it. The answer has further messages, since one
        holds a limited number of pieces; transmit turns to the next at once.
why-sendmsg = The kernel takes all of it
    .text = sendmsg hands { $sent } to the kernel{ $pieces }. That it was the last is found out a moment later:
        drive_machine calls transmit once more, nothing is left, and it leaves the state. The kernel sends the bytes on
        its own, the thread need not wait.
