### The screen around the panels, and what it says when a key was pressed

## The first line

badge-live = LIVE
badge-view-paused = VIEW PAUSED
badge-server-held = SERVER HELD
badge-server-gone = SERVER GONE
badge-replay = REPLAY
badge-follow = FOLLOW
badge-past = PAST (#{ $seq } of { $total })
bar-recording = ● REC
bar-redacted = redacted
bar-missed = { $n } events missed
bar-lost = { $n } events lost
bar-oldest = oldest let go, from #{ $seq } on
bar-turn = turn: { $thread }
bar-held = server held
bar-only = only { $filter }
bar-event = event { $seq } of { $total } · { $time } · { $thread }
bar-none = no events yet
bar-indexing = indexing { $percent } %

## The last line

bar-always = ? help  q quit
hint-scroll = scroll
hint-close = close
hint-on-off = on, off
hint-take-away = take away
hint-go-on = go on to it
hint-another = another
hint-next = next
hint-back = back
hint-next-hit = next hit
hint-all-events = all events
hint-now = now
hint-next-request = next request
hint-panels = panels
hint-same-connection = same connection
hint-same-kind = same kind
hint-hold-until = hold; it runs until { $filter }
hint-release = release
hint-hold = hold the server
hint-pause = pause
hint-play = play
ask-mark = bookmark: a letter
ask-no-mark = there is no bookmark yet; ' goes back to before the jump
ask-which-mark = to which bookmark? ' goes back to before the jump
count-begun = a count: type it, then the key ...
count-times = { $n } times ...

## Signs, in the help

sign-now = now
sign-changed = changed by this event
sign-breakpoint = breakpoint
sign-hit = hit of the search
sign-note = note
sign-gate = at the gate of a held server
sign-lock = waits for a lock of one there
sign-bytes = bytes not recorded
help-more = j: { $n } more

## What happened to a key: going somewhere

say-no-event = there is no event { $seq }; they run from { $first } to { $last }
say-no-chapter = no chapter begins with { $title }
say-end = the end of the recording
say-first = the first event
say-complete = this recording has its end: it grows no more (G goes to its last event)
say-follows-file = the view follows what is written (Space stops it)
say-follows = the view follows the newest event (Space pauses it)
say-no-other-end = this event has no other end on another thread
say-recording-ended = the recording has ended
say-on-the-way = on the way: the recording is read that far in a moment
say-on-the-way-to = on the way to event { $n } of the recording
say-not-closed = this recording was not closed: its last events may be missing
say-forgotten = what was shown is too long ago: the oldest events are let go
say-server-stopped = the server has stopped; what it did stays here to look at
say-at-breakpoint = stopped at a breakpoint
say-at-chapter = stopped at a chapter
say-last-shown = the last event that is shown
say-stays = the view stays here (F follows what is written)
say-paused-held = the view is paused, and the server is held (Space or G: back to now)
say-paused = the view is paused; the server is not (Space or G: back to now)
say-speed = speed { $speed }
say-idle-folded = idle time is folded: a second at most (in the view alone)
say-idle-whole = idle time is played whole
and-more = { $first } (and { $n } more)

## Looking for something, showing some

say-no-connection = no connection yet
hunt-among-shown = { $wanted } among what is shown
hunt-shown = shown event
say-newest = no later event is shown; this is the newest of all
say-no-later-shown = no later event is shown (Esc shows all)
say-no-earlier-shown = no earlier event is shown (Esc shows all)
say-no-earlier = no earlier { $wanted }
say-looking = { $percent } % looked at for { $wanted } (any key stops it)
say-fewer = { $n } fewer than asked for
say-only = only { $filter } is shown; . and , step among these (Esc: all)
say-all-shown = all events are shown
say-all-connections = all connections are shown
say-only-connection = only { $conn } is shown (* again or Esc: all)
shown-some = { $n } of { $total }
shown-looked-at = { $percent } % looked at
shown-some-of = some of { $total }
shown-escape = Esc: all
say-no-breakpoint = no breakpoint on { $wanted } any more
say-breakpoint = breakpoint on { $wanted } (c: on to it, C: back, B: list)
breakpoint = breakpoint
breakpoints = Breakpoints
breakpoints-none = none: b sets one at the event one looks at,
breakpoints-how = :break EXPR one on an expression, such as :break to=conn_nread & conn=0
breakpoint-on = ● on
breakpoint-off = ○ off

## Marks, notes, copies, files

say-no-jump-yet = nobody has jumped yet
say-mark-letter = a bookmark's name is a letter: ma, then 'a
say-mark-set = bookmark { $letter } at event { $seq } ('{ $letter } comes back here)
mark-how = m{ $letter } sets one
mark-there-are = there are { $names }
say-no-mark = no bookmark { $letter }; { $there-are }
say-no-jump = no jump before this one
say-nearest = event { $seq } has been let go; this is the nearest
say-no-event-to-note = there is no event yet to remark on
note-kept = kept until you quit
say-noted = noted at event { $seq }: { $place }
say-noted-for-now = noted at event { $seq }, but only until you quit: { $why }
say-nowhere = there is nowhere to write to
say-export-how = :export FILE: .jsonl .text .flow .calls .vvv, .txt is the screen
say-writing = { $percent } % written (any key stops it)
say-written = { $n } events written to { $place }
say-stopped = stopped
say-no-count = no count
say-no-mark-then = no bookmark
say-not-held = the server is not held
say-still-held = the server is still held
say-recording-goes-on = the recording goes on
say-like-this = n and N look for events like this one again
say-copied = event { $seq } is copied as JSON (if the terminal lets one: OSC 52)
say-not-copied = event { $seq } cannot be copied: { $why }
say-theme = theme { $name }
say-language = English
say-ascii = there is no Chinese in ASCII: the language stays
say-mouse = mouse: click an event or a panel, scroll (M: no longer)
say-no-mouse = the mouse is the terminal's again
say-paste = { $n ->
    [one] a paste of 1 character was left alone (: opens a prompt)
   *[other] a paste of { $n } characters was left alone (: opens a prompt)
}
prompt-full = { $n ->
    [one] the line is full: 1 character of the paste left out
   *[other] the line is full: { $n } characters of the paste left out
}
say-glossary-how = a name: a state, a function, a field, a kind of event

## The server on its leash

say-held-by = { $name } holds the server; here one can only look
say-held = the server is held; . lets one event through, p lets go
say-runs = the server runs
say-awaited = stopped at event { $seq }, which was awaited
say-nothing-to-hold = this is a recording: there is no server to hold
say-stopped-hold = the server has stopped; there is nothing to hold
say-recording-already = this is a recording already
say-stopped-record = the server has stopped; there is nothing to record
the-server = the server
ask-stop-recording = r or y: stop the recording of { $name }
ask-release = p or y: let { $name } go (it runs from here on)
ask-hold = p or y: hold { $name } (all its clients wait then)
say-order = this is a recording: what happened has happened in this order
say-turn-longest = whose turn: whoever has waited longest
say-turn-once-held = whose turn: { $thread }, once the server is held (p)
say-turn = whose turn: { $thread }; { $about }
turn-lets-go = . lets it go on: { $what }
turn-waits-for = it waits for a lock that { $other } has
turn-waits = it waits for a lock that another has
turn-not-there = it is not at the gate
say-newest-live = this is the newest event; more come by themselves (p holds the server)
say-step-other = { $thread } waits for a lock that { $other } has: t, step { $other }
say-once-it-comes = { $thread } is not at the gate: it goes on once it comes
say-nobody = nobody is at the gate: the next event to come is let through
say-runs-until = the server runs until { $filter } (p holds it before that)
say-not-alone-lock = { $thread } cannot run alone: it waits for a lock that { $other } has
say-not-alone-gate = { $thread } cannot run alone: it is not at the gate (t chooses another, or all)
say-alone = { $thread } alone runs until { $filter } (any key stops it)
hint-look-back = look back
hint-has-leash = { $name } has the leash
hint-waits = { $thread }, which waits for a lock
hint-asked-for = { $thread } goes on once it comes; it is asked for
hint-once = { $thread }, once it comes
hint-whoever = asked for: whoever comes goes on
hint-next-event = the next event (nobody is at the gate)
hint-begun = what others had begun
hint-turn = whose turn
hint-breakpoint = to a breakpoint
gate-waits = ▯ waits for a lock
gate-lock-of = ▯ lock of { $other }

## Panels

panel-events = Events
panel-why = Why
events-none = waiting for the first event
events-not-among = (not among these)

## What is wrong with what was typed

say-not-in-glossary = the glossary has no { $name }
say-not-in-glossary-but = the glossary has no { $name }; did you mean { $near }?
say-no-later = no later { $wanted }
say-no-later-so-far = no later { $wanted } in what is read so far ({ $percent } %)
no-such-command = no such command or chapter: { $text } (try :123 :+10 :1.25s :50% :break :filter :export :q, or ? for help)
no-such-percent = { $percent }% is not between 0% and 100%
no-such-place = no such place: { $text } (expected 123, 1.25s, 50% or a chapter)
no-such-time = no such time: { $text }
panel-threads = Threads
panel-space-time = Space-time
panel-machine = Machine
panel-connection = Connection
panel-stack = Stack
panel-memory = Memory
