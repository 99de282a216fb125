### state: the ways through drive_machine

why-state = The state changes
    .text = conn_set_state sets the state of a connection. The state says where drive_machine goes on when the
        connection is served next; nothing else remembers it.
why-state-other = { $from } to { $to }
    .text = { $conn } goes from { $from } to { $to }. The text protocol over TCP does not take this way in
        { $version }; the binary protocol or another version may.

## From conn_new_cmd

why-state-new-cmd-first = A new connection has read nothing yet
    .text = { $conn } has just been woken for the first time and begins in conn_new_cmd, as if a command had just
        ended. Its read buffer is empty, so reset_cmd_handler sends it to conn_waiting, although there is something to
        read in the kernel.
why-state-new-cmd-waiting = Nothing more to do for now
    .text = The read buffer is empty: with the last command the client sent nothing beyond it. So the connection must
        wait for more. Had bytes been left, the machine would have gone straight to conn_parse_cmd, with no sleep in
        between.
why-state-new-cmd-parse-cmd = The next request is here already
    .text = { $rbytes ->
            [0] Bytes
            [one] 1 byte
           *[other] { $rbytes } bytes
        } of a further request stand in the read buffer: the client sent several at once. They are parsed without a
        read and without sleep, since the kernel may have nothing more to report for them. reqs_per_event, 20 by
        default, limits how long this goes on before others get their turn.
why-state-new-cmd-closing = The yield fails
    .text = The connection was to yield and could not be registered for EV_WRITE: update_event failed. With no event it
        would never be woken again, so memcached closes it.

## From conn_waiting

why-state-waiting-read-first = Ready to read, but not now
    .text = { $conn } is set to conn_read, and drive_machine stops: conn_waiting always ends a wake-up. So the first
        wake-up of a connection reads nothing. What has come is still in the kernel. { $then }
why-state-waiting-read-level = Since the event is level-triggered, epoll_wait reports { $conn } again at once.
why-state-waiting-read = Stop here until bytes come
    .text = conn_waiting makes sure that { $conn } waits for EV_READ, notes conn_read as the state to go on in, and
        stops the machine. The thread is free for its other connections. The state is all that must be remembered: no
        stack, no thread waits for this client.
why-state-waiting-closing = No event, no connection
    .text = The connection could not be registered for EV_READ: update_event failed. It would never be woken again, so
        memcached closes it.

## From conn_read

why-state-read-parse-cmd = Something came: look for a command
    .text = { $rbytes ->
            [0] Bytes
            [one] 1 byte
           *[other] { $rbytes } bytes
        } now stand in the read buffer. Whether they are a whole command nobody knows yet: TCP delivers a stream of
        bytes, not lines. conn_parse_cmd will look for the end of a line.
why-state-read-waiting = Woken for nothing
    .text = read had nothing to give (EAGAIN), though epoll_wait had reported the socket. That is rare but allowed. As
        the socket is non-blocking, the thread is not stuck in read: the connection waits once more.
why-state-read-write = No memory for a larger buffer
    .text = The read buffer was full and could not be doubled: realloc failed. memcached forgets what it has read,
        answers SERVER_ERROR, and sets write_and_go so that the connection closes once the answer is sent.
why-state-read-closing-eof = The client has closed
    .text = read gave 0, the end of the stream: the client has closed its side, and no request can come any more.
        memcached closes { $conn } too. It makes no difference to it whether the client only stopped sending and still
        listens.
why-state-read-closing-error = Reading failed
    .text = read failed with { $errno }, which is not a matter of waiting: the connection is broken. There is nobody to
        send an error to, so { $conn } is closed without a word.
why-state-read-closing = The client is gone
    .text = try_read_network reports READ_ERROR: read gave 0, which means that the client has closed, or failed with an
        error other than EAGAIN. Either way nothing more can come, and { $conn } is closed.

## From conn_parse_cmd

why-state-parse-cmd-waiting = The line is not whole yet
    .text = { $rbytes ->
            [0] There is no line end in the read buffer
            [one] There is 1 byte in the read buffer, and it is no line end
           *[other] There are { $rbytes } bytes in the read buffer and no line end
        }, so it is not a command yet. What has come is kept, and the next read puts its bytes behind it. However TCP
        cuts a command into pieces, it is carried out once, when its line is whole.
why-state-parse-cmd-nread = Now the value
    .text = { $all ->
            [0] The command promised a value of so many bytes, and its line end counts as 2 more.
           *[other] The command promised { $promised }, and the line end counts too: { $value } + 2 = { $all }.
        } An item of that size has been allocated, and the value goes straight into it. Since its length is known,
        drive_machine looks for no line end in it: a value may hold any bytes.
why-state-parse-cmd-write-server-error = The server cannot do it
    .text = The command is understood, but memcached cannot carry it out: for instance the item is too large, or there
        is no memory for it. A line with the reason is queued in wbuf, to be sent in conn_write. The connection lives
        on.
why-state-parse-cmd-write-error = The answer is an error
    .text = memcached does not know this command, or cannot take it in this form or for this item. It queues a line
        that says so and goes on with the next one: a mistake costs a client an answer, not its connection.
why-state-parse-cmd-write = The answer is ready to be sent
    .text = The command is done, and its answer is ready{ $wbytes ->
            [0] { "" }
            [one] : 1 byte, line end included
           *[other] : { $wbytes } bytes, line end included
        }. It stands in the connection's wbuf, or for stats in a buffer of its own. conn_write sends one simple answer
        like this; after it, write_and_go tells where to go on.
why-state-parse-cmd-mwrite-end = Only END is to be sent
    .text = No key of the get was found, and a key that is not there is just left out: the answer is END alone. It goes
        the same way as values would, through conn_mwrite, which sends a list of pieces.
why-state-parse-cmd-mwrite = The values are ready to be sent
    .text = { $ileft ->
            [0] The answer is a list of pieces: for each item found its head, key and value, then END.
            [one] One item was found, and the answer is a list of { $iovused } pieces.
           *[other] { $ileft } items were found, and the answer is a list of { $iovused } pieces.
        } A value is not copied: its iovec points into the item itself, and a reference keeps the item alive until it
        is sent. conn_mwrite sends such lists; after it comes conn_new_cmd.
why-state-parse-cmd-new-cmd = Done, and no answer is wanted
    .text = The command ended in noreply: it is carried out, and out_string throws its answer away instead of queueing
        it. So there is nothing to write, and the machine turns to the next command. The client saves a round trip and
        never learns how it went.
why-state-parse-cmd-closing-binary = The binary protocol is not spoken here
    .text = The first byte of the connection was 0x80, which begins a request of the binary protocol. { $version }
        would read its 24-byte header now. This server follows the text protocol only, and closes.
why-state-parse-cmd-closing-quit = The client takes its leave
    .text = The command was { $line }. It gets no answer: the connection goes straight to conn_closing.
why-state-parse-cmd-closing-long = Too long for a command
    .text = { $bytes } have come with no line end among them, and they do not begin like a get. Only a get of many keys
        may be longer than 1,024 bytes. Otherwise any client could fill the memory with an endless line, so memcached
        closes.
why-state-parse-cmd-closing = The connection is to be closed
    .text = Mostly the command was quit, which gets no answer (shutdown, where -A allows it, comes here too). Or more
        than 1,024 bytes have come with no line end, and they do not begin like a get: an endless line must not fill
        the memory.

## From conn_nread

why-state-nread-write-bad = The value does not end in a line end
    .text = All promised bytes have come, but the last two are not \r\n: the client counted wrong. The item is not
        stored, and an error is queued. What the client sent too much will be taken for commands.
why-state-nread-write = The value is whole
    .text = rlbytes is 0: the value and its line end are in the item. complete_nread has checked that it ends in \r\n,
        asked the store to link it as the command wants, and queued the answer. No other connection ever sees half a
        value.
why-state-nread-new-cmd = Whole, and no answer is wanted
    .text = The value is whole and complete_nread has dealt with it, but the command said noreply: out_string drops the
        answer. With nothing to write, the machine turns to the next command.
why-state-nread-closing = Gone in the middle of a value
    .text = { $end ->
            [stream] The client has closed
            [error] read failed with { $errno }
           *[unknown] The client has closed, or read failed,
        } with { $missing ->
            [0] part
            [one] 1 byte
           *[other] { $missing } bytes
        } of its value missing. The item was never linked into the hash table, so nobody has seen it and an older value
        of the key is untouched. conn_close lets go of it and closes { $conn }.

## From conn_write

why-state-write-new-cmd = The answer is out
    .text = transmit found nothing left to send: the whole line is in the kernel's hands. write_and_go told where to go
        after conn_write, and out_string had set it to conn_new_cmd. The machine does not stop here: it looks for the
        next command at once.
why-state-write-swallow = The refused value must be read off
    .text = The error is sent, but the client sends the value all the same{ $left ->
            [0] { "" }
            [one] , 1 byte with its line end
           *[other] , { $left } bytes with its line end
        }. write_and_go says conn_swallow: read it and throw it away. Else the value would be taken for commands; the
        real next command stands behind it.
why-state-write-closing = Closing instead of going on
    .text = Either sendmsg failed for good: the client is gone, and nobody is left to answer. Or the answer was the
        last word: write_and_go said conn_closing, as it does when memory for the request has run out.

## From conn_swallow

why-state-swallow-new-cmd = All of it is thrown away
    .text = sbytes is 0: the refused value and its line end have been read and dropped. The next byte is the beginning
        of a command again, so the connection is in step with its client and lives on.
why-state-swallow-closing = Gone while its value was swallowed
    .text = { $end ->
            [stream] The client has closed
            [error] read failed with { $errno }
           *[unknown] The client has closed, or read failed,
        } before all of the refused value had come. None of it was to be stored anyway, so the connection is simply
        closed.

## From conn_mwrite

why-state-mwrite-new-cmd = The whole answer is out
    .text = transmit found nothing left to send. Only now conn_release_items gives back the references to the items: up
        to here the kernel was copying straight out of their memory, so none of them could be freed. Then the next
        command.
why-state-mwrite-closing = The client is gone
    .text = sendmsg failed for good, for instance because the client has reset the connection. The rest of the answer
        cannot be delivered. conn_close gives back the references to the items, so that they do not stay in memory for
        ever.

## From conn_closing

why-state-closing-closed = The connection is taken apart
    .text = conn_close has taken the event away and given back the items that { $conn } held. conn_closed marks the
        struct conn as out of use; the close of the descriptor comes next. Should drive_machine ever see this state, it
        aborts: that would be a bug.
