### What the commands tell whoever started the program

## Files and options

commands-script-itself = -o { $file }: that is the script itself; name another file for the recording
commands-script-unreadable = cannot read the script { $file }
commands-no-address = the server listens on no address
commands-not-written = cannot write { $file }
commands-recorded = { $file }: { $n } events
commands-left = { $file } is as it was; what was recorded is in { $left }
commands-kept-as = { $file } was there already: it is kept as { $kept }
commands-needs-a-file = { $option } needs a file; --record - is stdout
commands-no-calls = { $file }: holds no function calls; record with `--detail calls` to have them
commands-not-started = cannot start recording
commands-no-signals = cannot wait for signals
commands-nothing-recorded = nothing is recorded; start the server with --record FILE
commands-not-closed = { $error }: the recording was not closed

## serve and live

commands-step-alone =
    --step holds the server until somebody lets it go on, and nobody could: add --events 11212, then
    `memstep attach 11212`
commands-recording-to = , recording to { $file }
commands-keeping-last = , keeping the last for { $file }
commands-ready-to-record = , ready to record to { $file }
commands-events-on = , events on { $addr }
commands-held = held before its first event{ $events }; `memstep attach { $addr }` lets it go on
commands-serving = serving on { $addrs }{ $recording }{ $events }; Ctrl-C ends it
commands-and = { " " }and{ " " }
commands-live-terminal =
    live needs a terminal to draw on, and its name in TERM; `memstep serve --record FILE` runs the server without one
commands-live-stdout = --record -: stdout is where live draws; name a file
commands-live-verbose =
    -v prints on the terminal that live draws on; send it elsewhere (2> FILE), or use `memstep serve`
commands-live-daemon = -d and -P are for `memstep serve`
commands-no-viewer = cannot start the viewer
commands-no-server = cannot start the server
commands-no-thread = no thread to do it: { $error }
commands-quits = { $error } (q quits)
commands-token-alone = --events-token is for the events port: add --events ADDR
commands-no-port = cannot start the events port

## The events port: where it cannot listen

commands-no-token =
    others than this machine could come there: set a token, MEMSTEP_EVENTS_TOKEN=..., or listen on 127.0.0.1
commands-port-taken = { $error }; somebody listens there: choose another port
commands-port-low = { $error }; choose a port above 1023
commands-port-elsewhere = { $error }; it must be an address of this machine

## Before the server: limits, the user, the background

commands-no-listening =
    -p 0 turns TCP off, and UDP is off without -U: there is nothing to listen on; choose a port
commands-large-items = -I above 1MB takes more memory at least, and uses it less well
commands-binary = -B binary: this server does not speak it, and will tell every client so
commands-pid-unwritten = could not write the pid file { $file }: { $error }
commands-no-pid-file = { $file } is there and is no pid file: it stays as it is
commands-core-limit = cannot read the limit of core files
commands-few-connections =
    -c { $max } is too low: the server itself needs { $least } descriptors; use -c { $more } or more
commands-open-limit = cannot read the limit of open files
commands-too-many-files =
    -c { $max }: more open files than this user may have ({ $hard }); use a smaller -c, or start as root
commands-too-many-files-events =
    -c { $max }, and { $events } for --events: more open files than this user may have ({ $hard }); use a smaller -c, or
    start as root
commands-user-unknown = cannot look up the user { $user }
commands-no-user = can't find the user { $user } to switch to

## attach

commands-lost = { $name }: the connection is lost
commands-expected-port = { $name }: expected HOST:PORT, where a server was started with `memstep serve --events PORT`
commands-nobody-listens = { $name }: nobody listens there; `memstep serve --events PORT` does, and says where
commands-nobody-answers = { $name }: nobody answers there; is it the right machine, and may one reach it?
commands-cannot-connect = { $name }: cannot connect
commands-protocol =
    { $name }: { $tool } speaks version { $version } of the events port's protocol, and this memstep version { $own }:
    use the memstep that the server is from
commands-wants-token = it wants a token: MEMSTEP_EVENTS_TOKEN=... in the environment, or --events-token TOKEN
commands-other-token = it knows another token than this one (MEMSTEP_EVENTS_TOKEN, --events-token)
commands-not-it =
    { $found }; a memstep events port is what `--events` names, not where memcached's clients connect
commands-found-nothing = what listens there does not answer as memstep does
commands-found-memcached = a memcached answers there, for its clients
commands-found-web = a web server answers there
commands-found-other = what listens there is no memstep: it said "{ $said }"
commands-no-talk = cannot start talking to the server
commands-silent = { $name } does not answer any more
commands-silent-why = { $name } does not answer any more: { $error }
commands-has-stopped = the server at { $name } has stopped; what was seen stays here to look at
commands-has-gone = the server at { $name } has gone, in the middle of it; what was seen stays here to look at
commands-is-lost = the connection to { $name } is lost ({ $why }); what was seen stays here to look at

## What the viewer writes

commands-there-already = { $file } is there already (:export! { $file } writes over it)
commands-file-unwritten = { $file }: cannot be written: { $error }
commands-own-recording = { $file } is the recording itself; name another file
commands-no-format = { $file } ends in none of { $endings }
commands-note-kept = kept until you quit (x exports it, too)
commands-note-kept-in = kept in { $file }
commands-screen-written = the screen is written to { $file }
commands-no-schema = the schema cannot be written
