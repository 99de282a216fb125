### What an event says in a line: the story that `print` writes, the list of events, the words beside a row of
### Space-time. Names, bytes and results stand before and behind these: `read 2048 → 13 "get a\r\n"`.

## Between words

words-comma = {", "}
words-colon = {": "}
words-open = {" ("}
words-close = )

## Bytes, and what woke a thread or will; `words-waits-for` stands before letters: `for rw`

words-bytes = bytes
words-for-reading = for reading
words-for-writing = for writing
words-for-both = for reading and writing
words-waits-for = for
words-readable = readable
words-writable = writable
words-readable-and-writable = readable and writable

## epoll_wait: `epoll_wait, at most 900 ms`, `epoll_wait → nothing`, `wake: its pipe +1`

words-at-most = at most
words-sleeps = sleeps in epoll_wait
words-nothing = nothing
words-timer-due = a timer is due
words-timer = timer
words-its-timer = its timer
words-its-pipe = its pipe
words-new-client = a new client

## From the dispatcher to the worker; `words-pushed-in` and `words-written-in` stand before the event's number, `#12`

words-from = from
words-onto-queue = onto { $worker }'s queue
words-off-queue = off the queue
words-depth = depth
words-now-queued = , now { $n } queued
words-pushed-in = pushed in
words-into = into
words-for = for
words-into-pipe = write { $bytes } into { $worker }'s pipe
words-into-its-pipe = into its pipe
words-read-pipe = read from the pipe
words-from-pipe = from the pipe
words-from-its-pipe = from its pipe
words-written-in = written in
words-in = in

## Why a connection was closed; `reason` is `why` with hyphens for its blanks

words-reason = { $reason ->
   *[other] { $why }
}

## What comes and what goes: `read 6 into the item → 6 "abcd\r\n"`, `6 → 0 into swallow`, `datagram 15: #258 "get a\r\n"`

words-into-item = into the item
words-to-throw-away = to throw away
words-into-target = into
words-client-closed = the client has closed
words-read-end = the end
words-request = request
words-datagram = datagram
words-too-short = too short
words-gone = gone
words-more-pieces = and { $n } more
words-send-part = send { $n } of { $total }
words-no-reply = no reply wanted: { $reply } is not sent

## Start-up

words-event-init = event_init for { $worker } → epoll { $fd }
words-pipe = pipe for { $worker }: it reads { $receive }, main writes { $send }
words-pipe-ends = pipe
words-set-up = { $worker } is set up
words-enters-loop = { $worker } enters its event loop
words-starts = { $thread } starts
words-to = to
words-on = on

## A function, behind its name

words-is-left = is left

## Fields that have changed

words-none = none
words-item-of = { $key } of { $size }

## The recording itself: `note on #23: "look here"`

words-note-on = note on
words-lost-here = { $n } events were lost here
words-found = the server as it was found: { $n } open connections
words-found-listed = the server as it was found, { $n } connections open
words-lost-before = , { $n } events lost before

## The head and the end of the story; `n` is the number of `threads`

words-story-head = { $models }, { $n } { $threads ->
    [one] worker
   *[other] workers
}; recorded { $start } by { $tool }
words-unknown = unknown to this memstep
words-story-end = { $events } events in { $time }
words-story-end-some = { $shown } of { $events } events in { $time }
words-story-lost = ; { $n } more were lost
words-story-not-closed = ; recording not closed
words-remark-on = remark on #{ $seq }
