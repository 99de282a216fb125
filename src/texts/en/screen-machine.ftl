### The panel of the machine: drive_machine as a map, and the last way in words.

## Its title

machine-listener = the listening socket

## How a connection comes to a worker: on the map, and for a projector

machine-arrival = accept, queue, notify: on to a worker
machine-accepted = a connection is accepted
machine-queued = a connection is on a worker's queue
machine-taken = a worker has taken a connection
machine-nobody = no connection yet

## On the roads of the map: as wide as a test has room for, with a count behind it

machine-road-nothing-left = nothing left
machine-road-wait = wait
machine-road-data = data
machine-road-bytes-left = bytes left
machine-road-no-line-end = no \n yet
machine-road-answer = answer
machine-road-value-in = value in
machine-road-big = big
machine-road-sent = sent
machine-road-gone = gone
machine-road-end = end or error

## The last way: from one state to another, and why; a line of 58 columns

machine-told = { $from } → { $to }: { $why }
machine-why-nothing-left = nothing is left in the read buffer
machine-why-bytes-left = bytes are left in the read buffer
machine-why-readable = once the socket is readable, read it
machine-why-bytes-came = bytes came
machine-why-nothing-came = there was nothing to read
machine-why-no-line-end = the line has no end yet
machine-why-value-announced = the command announced a value
machine-why-one-line = the answer is one line
machine-why-items = the answer is made of items
machine-why-noreply = done, no answer is wanted: noreply
machine-why-value-whole = the value is whole: answer it
machine-why-value-noreply = the value is whole; noreply
machine-why-value-unwanted = the value is not wanted: throw it away
machine-why-swallowed = all of it is thrown away
machine-why-sent = the whole answer is sent
machine-why-quit = the client said quit
machine-why-gone = the client has gone, or an error
machine-why-closed-once-sent = closed once the answer is sent, or an error
machine-why-refused = refused, or no memory for a larger buffer
machine-why-refusal-unsent = UDP: the refusal is never sent
machine-why-next-client = UDP: done with this client, read on
machine-why-unsendable = UDP: it cannot be sent, read on
machine-why-closed = its event is deleted, its descriptor closed

## What the signs mean: beside the map 12 columns at most

machine-sign-now = now
machine-sign-just-taken = just taken
machine-sign-taken = taken
machine-sign-never = never
machine-sign-times = times
