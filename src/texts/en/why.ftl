### Why: what an event is and why memcached does it. Each is a title of at most 40 characters and a text of two to four
### sentences, of at most 440.

## Parts of sentences

bytes = { $n ->
    [one] 1 byte
   *[other] { $n } bytes
}
the-fd = { " " }(fd { $fd })
the-connection = the connection
the-connection-first = The connection
the-worker = the worker
an-error = an error
list-comma = {", "}
either = { $first } or { $last }
why-edge = In this experiment the event is edge-triggered (EPOLLET): nothing is reported again before something new
    comes.
