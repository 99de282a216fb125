### `memstep info`: what is in a recording

## What each row says, in one word or two

info-title = title
info-recorded = recorded
info-by = by
info-models = models
info-threads = threads
info-detail = detail
info-payloads = payloads
info-chapters = chapters
info-events = events
info-connections = connections
info-requests = requests
info-traffic = traffic
info-lost = lost
info-whole = whole
info-slowed-down = slowed down

## What stands in a row

info-tool = { $tool }, format version { $version }
info-workers = main and { $n ->
    [one] 1 worker
   *[other] { $n } workers
}
info-flow = flow (no function calls)
info-calls = calls (function calls too)
info-kept = kept up to { $n } bytes each
info-kept-but = kept up to { $n } bytes each; { $redacted ->
    [values] values redacted
   *[keys] keys and values redacted
}
info-comma = {", "}
info-more = and { $n } more
info-size = { $events } in { $time }, { $bytes } bytes
info-accepted = { $accepted } accepted, { $closed } closed
info-moved = { $received } bytes received, { $sent } bytes sent
info-lost-nothing = nothing
info-lost-one = 1 event
info-lost-events = { $n } events
info-yes = yes
info-not-closed = recording not closed
info-waited = server threads waited { $time } for the recorder

## Tables

info-unknown = names that this version does not know
info-unknown-name = { $what ->
    [kind] kind
    [thread] thread
    [state] state
    [function] function
    [protocol] protocol
    [event-flags] event flags
   *[other] { $what }
} { $name }
info-unknown-more = (still other names)
info-by-thread = by thread
info-by-kind = by kind
info-other-kinds = (of still other kinds)
