### What is wrong with a command line or with the settings file

## clap's own sentences, where English is not the language (in English clap says them itself)

wrong = error: { $what }
wrong-tip = tip: { $what }
wrong-more = For more information, try '--help'.
wrong-name = '{ $name }'
wrong-argument = unexpected argument '{ $argument }' found
wrong-command = unrecognized subcommand '{ $command }'
wrong-no-equals = equal sign is needed when assigning values to '{ $argument }'
wrong-no-value = a value is required for '{ $argument }' but none was supplied
wrong-value = invalid value '{ $value }' for '{ $argument }'
wrong-value-why = { $what }: { $reason }
wrong-one-more = unexpected value '{ $value }' for '{ $argument }' found; no more were expected
wrong-too-few = { $min } values required by '{ $argument }'; only { $actual } were provided
wrong-count = { $expected } values required for '{ $argument }' but { $actual } were provided
wrong-missing = the following required arguments were not provided:
wrong-no-command = '{ $command }' requires a subcommand but one was not provided
wrong-twice = the argument '{ $argument }' cannot be used multiple times
wrong-conflict = the argument '{ $argument }' cannot be used with '{ $other }'
wrong-conflicts = the argument '{ $argument }' cannot be used with:
wrong-utf8 = invalid UTF-8 was found in one or more arguments
wrong-whole-number = not a whole number
wrong-number = not a number
wrong-yes-or-no = neither yes nor no
wrong-too-large = too large a number
wrong-range = not from { $from } to { $to }
wrong-at-least = not { $from } or more
wrong-like-commands = similar subcommands exist: { $names }
wrong-like-arguments = similar arguments exist: { $names }
wrong-like-values = similar values exist: { $names }
wrong-as-value = to pass '{ $value }' as a value, use '{ $how }'
wrong-after-dashes = subcommand '{ $command }' exists; to use it, remove the '--' before it
wrong-there-is = '{ $what }' exists

## The language

wrong-ascii =
    --lang { $lang } cannot be shown with --ascii: its characters are not in ASCII; leave out one of the two, or take
    --lang en

## Values: times, sizes, addresses

value-time = expected a time with its unit: 500ms, 2s, 1.5s
value-speed = expected a number above 0, such as 0.5 or 10
value-size = expected a size: 64K, 100MB, 1G
value-at-least = must be at least { $size }
value-at-most = must be at most { $size }
value-time-or-size = expected a time or a size: 30s, 100MB, or 30s,100MB
value-nothing-kept = must be more than no time, and at least 1MB
value-events-addr = expected an address and a port, 127.0.0.1:11212, or a port alone
value-token-length = must have 1 to 1000 bytes
value-token-word = must be one word, without blanks or control characters

## Values of memcached's options

value-hashpower = hashpower must be a number from 12 to 32
value-hashpower-missing = hashpower needs a number: hashpower=20
value-hash-algorithm = hash_algorithm must be jenkins or murmur3
value-suboption-not-here = { $memcached } has { $name }, this server has not
value-suboption-unknown = no such option: { $name }
value-item-size = expected a size: 512k, 1m, 2000000
value-item-size-small = item max size cannot be less than 1024 bytes
value-item-size-large = cannot set item size limit higher than 128 mb
value-factor = must be a number greater than 1
value-octal = expected an octal number, such as 0700
value-delimiter = expected one visible character
value-protocol = should be one of ascii, binary, or auto
value-large-pages = there are no large memory pages on this system
value-sasl = this server has no SASL
value-address = must name an address

## Of `man`

no-such-subcommand = no such command: { $name }; there are { $names }
page-unwritten = the page cannot be written

## The settings file

setting-one-of = expected one of { $names }
setting-flag = expected true or false
setting-or-none = { $expected }, or "none"
setting-wrong = { $place }: { $what }
setting-all = (`memstep config` prints all settings)
setting-of = { $name }: { $what }
setting-unknown = no such setting: { $name }; there are { $names }
setting-unknown-near = no such setting: { $name }; did you mean { $near }?
settings-unreadable = { $file }: cannot be read
settings-unreadable-why = { $file }: cannot be read: { $why }; the defaults hold
settings-there = Read from { $file } (there is one).
settings-not-there = Read from { $file } (there is none yet).
settings-nowhere = Read from nowhere: MEMSTEP_CONFIG is empty, or there is no home.

## By name: what stands in the settings file above each setting, and above all

setting-head = How memstep's screens look and play. What the command line says goes before what stands here.
setting-theme =
    dark, light, contrast or mono. Where nothing stands here: light if the terminal tells so (COLORFGBG), else dark.
setting-color = auto, always or never. auto: none where NO_COLOR is set.
setting-ascii = Draw with ASCII alone. Where nothing stands here: if the locale (LC_ALL, LC_CTYPE, LANG) is not UTF-8.
setting-classroom = For a projector: fewer and larger things.
setting-speed = How many times as fast as it happened a recording is played.
setting-idle-limit = The longest pause between two events while playing: "500ms", "2s"; "none" plays pauses whole.
setting-pause-on-marks = Stop playing at every chapter.
setting-mouse = Listen to the mouse from the start (M switches it).
setting-lang = en or zh: the language of all that is said. Where nothing stands here: as LC_ALL, LC_MESSAGES or LANG says.
