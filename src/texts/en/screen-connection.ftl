### The Connection panel: `struct conn`, its read buffer byte by byte, its item, its answer

## In the title

connection-pinned = pinned

## The labels of rows that are no field's name: at most 7 columns wide

connection-answer = answer
connection-other-fields = more

## Where there is nothing to show

connection-none-yet = no connection yet
connection-no-struct-yet = no struct conn yet: its worker makes it
connection-nothing-read = (nothing was read yet)
connection-none = none

## On its way to a worker, before it has a state: at most 16 columns wide

connection-accepted = accepted
connection-queued = on a queue
connection-taken = off the queue

## Its end; `connection-closed-somehow` where nobody knows why

connection-closed = closed: { $reason }
connection-closed-somehow = closed: closed

## A value that is thrown away, after the field's name `sbytes`

connection-to-swallow = { $n } still to be thrown away

## What signs in the buffers mean that are no bytes

connection-not-recorded = not recorded
connection-redacted = redacted
connection-to-come = to come

## What became of the last sendmsg, and of each piece of it

connection-sent-of = sent { $sent } of { $all }
connection-sent-none = { $errno }, sent none
connection-more-pieces = { $pieces } and { $n } more
connection-pieces-around = { $before } pieces before these, { $after } after
connection-piece-waits = waits
connection-piece-sent = sent
connection-piece-part = { $sent } sent, { $waiting } wait
