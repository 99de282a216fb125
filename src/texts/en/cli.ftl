### The command line, as --help, completions and the manual page show it

## By name: what a command does, by its name

cli-memstep = A glass-box memcached: records every step of its event flow and plays it back
    .after =
        With no command: the guided tour through `set a 0 0 4`.

        Exit status: 0 ok, 1 problems found by `check`, 2 wrong usage or unreadable input.
cli-serve = Run the server, with memcached's own options
cli-live = Run the server with the terminal UI in front
cli-attach = Look at a server elsewhere that was started with --events, in the terminal UI
cli-record = Play a .session script against a fresh server and record what happens
cli-replay = Play a recording in the terminal UI
cli-print = Print a recording as text
cli-lesson = Go through a lesson beside its recording, list the lessons, or begin one of your own
cli-check = Check that a recording is whole and holds to the rules of the format, or that a lesson works
cli-info = Tell what is in a recording
cli-schema = Print the format of recordings as a JSON Schema, or as a page to read
cli-config = Print a settings file to begin with, and where it belongs
cli-completions = Print what makes a shell complete memstep's commands and options
cli-man = Print the manual page, of memstep or of one of its commands

## By name: what stands above some options

heading-memcached-s-options = memcached's options
heading-lesson = Lesson
heading-look = Look
heading-experiments = Experiments
heading-recording = Recording
heading-stepping = Stepping

## By name: what an argument means, by clap's id, and what its value is called
## (where it means something else in a command, that stands before it)

arg-lang =
    The language of all that is said, of lessons too; by default as the settings file says, else as LC_ALL,
    LC_MESSAGES or LANG does
    .value = LANG
arg-port = TCP port to listen on; 0 is off (default: that of -U, or 11211)
    .value = num
arg-listen = Interface to listen on (default: all addresses); host:port, a list with commas, or -l again
    .value = addr
arg-udp-port = UDP port to listen on; 0 is off
    .value = num
arg-threads = Number of worker threads
    .value = num
arg-memory = Memory for items, in megabytes; 0: as much as there is
    .value = num
arg-max-conns = Simultaneous connections
    .value = num
arg-reqs-per-event = Requests of one connection that are worked off per event, so that others do not starve
    .value = num
arg-backlog = Length of the kernel's queue of connections not yet accepted
    .value = num
arg-user = Assume the identity of this user (only when run as root)
    .value = username
arg-socketpath = UNIX socket to listen on; TCP is off then
    .value = file
arg-access = Access mask for the UNIX socket, in octal
    .value = mask
arg-shutdown-command = Let the command "shutdown" end the server
arg-daemon = Run as a daemon
arg-pid-file = Save the process id in this file
    .value = file
arg-maxcore = Maximize the core file limit
arg-lock-memory = Lock down all paged memory
arg-no-evictions = Answer with an error when memory is exhausted, rather than removing items
arg-factor = Chunk size growth factor
    .value = factor
arg-chunk-size = Minimum space allocated for key+value+flags
    .value = bytes
arg-item-size-max = Size of each slab page, and so of the largest item (1k to 128m)
    .value = size
arg-prefix-delimiter = Count commands by the prefixes of their keys, which end at this character
    .value = char
arg-no-cas = Disable use of CAS
arg-no-flush = Disable flush_all
arg-protocol = Binding protocol: auto, ascii, or binary, which clients are told that nobody speaks here
    .value = protocol
arg-verbose = Say errors and warnings (-v), commands and replies too (-vv), state changes too (-vvv)
arg-experiment =
    Change one thing about the server to see what it is for: `edge-triggered` registers clients' sockets with
    EPOLLET, and connections hang (lesson 8); memcached has no such option
    .value = NAME
arg-detail = Record function calls too, or only the flow (default: flow for serve, calls otherwise)
    .value = DETAIL
arg-max-data = How many bytes of each payload are kept
    .value = N
arg-redact-data = Leave out of the recording what clients have stored, lengths apart: `values`, or `keys` too
    .value = WHAT
arg-ring-size = How much memory each thread has for what it has told and is not written yet
    .value = SIZE
arg-record = Write a trace to this file, `-` for stdout
    .value = FILE
arg-overwrite = Let go of a recording that is there already; without this it is kept, with a number behind its name
arg-record-max-size = Begin a new file when it gets larger than this (`100MB`); the one before gets a number
    .value = SIZE
arg-record-keep = Keep so many of the numbered files; the oldest go
    .value = N
arg-record-last =
    Keep only what happened last, in memory (`30s`, `100MB`, or `30s,100MB`), and write it on SIGUSR2, on a
    panic or at the trigger; a time alone takes 256MB at most
    .value = T|SIZE
arg-record-trigger = Write what happened last when an event matches this filter, such as `ev=close & why~"reset"`
    .value = EXPR
arg-record-paused = Do not begin to write before SIGUSR1 or a command on the events port says so
arg-events = Listen here for viewers and commands (`help` says which); a port alone is one of this machine
    .value = ADDR
arg-events-token =
    Let only those in who say this first; needed where the address is not this machine's own. In the
    environment nobody else sees it; on the command line every user of this machine does
    .value = TOKEN
arg-step =
    Hold the server before its first event; whoever looks at it lets it go on, event by event (`serve` needs
    --events for that)
arg-suboptions = maxconns_fast, hashpower=N, hash_algorithm=jenkins|murmur3; a list with commas, or -o again
    .value = options
arg-lesson = Go through this lesson with your own telnet: its steps wait for you to make things happen
    .value = NAME|FILE.md
arg-theme = Colours for a dark or a light background, strong ones for either, or none
    .value = THEME
arg-color = Whether to use colours
    .value = WHEN
arg-ascii = Draw with ASCII alone, as where LC_ALL, LC_CTYPE or LANG names a locale that is not UTF-8
arg-classroom = For a projector: fewer and larger things
arg-addr = Where its events port is; a port alone is one of this machine
    .value = ADDR
arg-attach-events-token = What that server's --events-token is
    .value = TOKEN
arg-session = The script; its line `#args: -R 1` adds options for the server
    .value = SESSION
arg-record-output = The trace to write, `-` for stdout
    .value = FILE
arg-file = The trace, `-` for stdin
    .value = FILE
arg-lenient = Count broken lines and skip them
arg-at = Start at this event (`57`), time (`1.25s`, `300ms`), part (`50%`) or chapter
    .value = N|TIME|MARK
arg-speed = Play this many times as fast as it happened
    .value = X
arg-idle-limit = Wait no longer than this between two events when playing (`500ms`, `2s`)
    .value = T
arg-pause-on-marks = Stop playing at every chapter
    .value = yes|no
arg-replay-filter = Show only the events that are meant, such as 'ev=state & conn=0' (see the README)
    .value = EXPR
arg-format = In which form
    .value = FORMAT
arg-print-filter = Only the events that are meant, such as 'ev=state & conn=0' (see the README)
    .value = EXPR
arg-name = Its number, its name or how that begins; or the file of a lesson of your own (FILE.md)
    .value = NAME|FILE.md
arg-from-start = Begin at the first step, whatever was reached and answered before
arg-list = List the lessons: what each is about, how long it takes, how far you have come
arg-text = The lesson as text, with the events, even where there is a terminal
arg-new = Begin a lesson over this recording: a step for each event of interest
    .value = RECORDING
arg-lesson-output = Where the new lesson goes (default: stdout)
    .value = FILE.md
arg-page = The page, in Markdown
arg-shell = The shell
    .value = SHELL
arg-command = The command; nothing means memstep itself
    .value = COMMAND
arg-large-pages = Large memory pages
    .value = LARGE_PAGES
arg-sasl = SASL
    .value = SASL

## By name: what a value means, by the argument's id

choice-experiment-edge-triggered = Clients' sockets are registered with EPOLLET
choice-redact-data-values = Values, and whatever may be one
choice-redact-data-keys = Keys too
choice-theme-dark = For a dark background
choice-theme-light = For a light background
choice-theme-contrast = High contrast: no greys, and blocks of strong colours
choice-theme-mono = No colours, only bold, reversed and underlined
choice-color-auto = As `NO_COLOR` and the terminal say
choice-color-always = Even if they say otherwise
choice-color-never = Not at all
choice-format-text = The story, for people
choice-format-flow = System calls and state changes, as strace and -vvv show them
choice-format-startup = The system calls of the start-up
choice-format-calls = The functions that each thread entered
choice-format-vvv = What memcached 1.4.24 -vvv would have printed
choice-format-jsonl = The trace's own lines, unchanged

## clap's own words, where it does not speak the language itself; and the headings of the manual page

help-usage = Usage:{ " " }
help-commands = Commands
help-arguments = Arguments
help-options = Options
help-colon = :
help-options-here = [OPTIONS]
help-command-here = COMMAND
help-default = [default: { $value }]
help-possible = [possible values: { $values }]
help-possible-list = Possible values:
help-possible-value = { $value }: { $what }
help-environment = [env: { $name }]
help-help = Print help
help-help-more = Print help (see more with '--help')
help-help-less = Print help (see a summary with '-h')
help-version = Print version
page-name = NAME
page-synopsis = SYNOPSIS
page-description = DESCRIPTION
page-extra = EXTRA
page-version = VERSION
