### What is wrong with a session script or with one of its steps; and with files

## A step that could not be done

session-wrong = { $file }:{ $line }: { $text }: { $cause }
session-silence = nothing came for { $seconds } s: wanted { $wanted } bytes, got { $got } ({ $n })
session-stuck = the server read nothing for { $seconds } s
session-closed = the server closed: wanted { $wanted } bytes, got { $got } ({ $n })
session-different = wanted { $wanted }, got { $got }: byte { $at } is the first to differ

## A line that is no step

session-too-much = more than { $most } MiB in all steps so far
session-too-much-once = more than { $most } MiB in one step
session-no-name = expected a client's name after `{ $step }`
session-recv = expected `recv NAME "BYTES"` or `recv NAME N`
session-wait = expected `wait` or `wait MILLISECONDS`
session-rcvbuf = expected `rcvbuf NAME BYTES`
session-is-recording = this is a recording, not a script; `memstep replay FILE` shows it
session-no-step = no such step: { $step }; expected open, send, recv, wait, shut, close, reset, eof or rcvbuf
session-nothing-more = expected nothing after `{ $step } { $name }`
session-open-already = `{ $name }` is open already
session-rcvbuf-first = `{ $name }` is open already: `rcvbuf` stands before `open`
session-not-open = no client `{ $name }` is open here; expected `open { $name }` before
session-not-open-here = no client `{ $name }` is open here

## What is sent

session-bytes = expected "BYTES"
session-bytes-found = expected "BYTES", found { $found }
session-times = expected a number after `*`
session-no-ascii = `{ $character }` is not printable ASCII: write its bytes as \xHH
session-quote-open = expected a closing "
session-escape-nothing = expected a character after \
session-escape-hex = expected two hex digits after \x
session-escape-octal = an octal escape ends at \377
session-no-escape = no such escape: \{ $character }; expected \r \n \t \0 \xHH \" \\

## Files

session-file-taken = another memstep is recording to it; name another file
session-file-stays = { $error }; what was written is in { $file }
