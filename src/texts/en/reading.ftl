### What is wrong with a recording, or odd about it, as its reader says it

## Why it cannot be read

reading-open = { $file }: cannot be opened
reading-failed = { $file }:{ $line }: reading failed
reading-empty =
    { $file }: is empty; expected a trace, whose first line starts { $beginning }

    `memstep record SESSION -o FILE` and `memstep serve --record FILE` write one
reading-not-a-trace =
    { $file }:1:1: not a trace; expected a first line that starts { $beginning }, found "{ $looks }"
reading-header = { $file }:1:{ $column }: the trace's header is not right: { $what }
reading-version =
    { $file }: written by { $tool }, format version { $version }; this memstep reads up to { $most }

    a newer memstep reads it
reading-unnamed = an unnamed program
reading-broken =
    { $file }:{ $line }:{ $column }: expected an event: { $what }

    `--lenient` counts such lines and skips them
reading-broken-near =
    { $file }:{ $line }:{ $column }: expected an event: { $what }, near "{ $near }"

    `--lenient` counts such lines and skips them

## What a file that is no trace may be

reading-is-headless = it looks like an event: has the first line of the trace been cut off?
reading-is-gzip = it looks like gzip: `gunzip -c FILE | memstep print -` reads it
reading-is-zstd = it looks like zstd: `zstd -dc FILE | memstep print -` reads it
reading-is-utf16 = it looks like UTF-16; a trace is UTF-8: write it without converting it
reading-is-script = it looks like a session script: `memstep record FILE -o TRACE` plays and records it

## The header

reading-wrong-version = `version` must be a whole number from 1 to { $most }
reading-wrong-unit = `t` is in { $unit }, and this program reads nanoseconds alone (ns)
reading-wrong-threads = { $threads } workers are more than a recording has: { $most } at most

## A line that is none

reading-no-json = not JSON ({ $what })
reading-no-utf8 = the line is not UTF-8
reading-too-long = the line is longer than { $n } MiB
reading-after-end = the recording has ended: only remarks may follow its `end` line

## What is odd

reading-line = line { $line }: { $what }
reading-no-line-end = the last line has no line end: the recording may be cut here
reading-cut = the last line is cut and was left out ({ $what })
reading-skipped = { $n ->
    [one] 1 broken line
   *[other] { $n } broken lines
} skipped
reading-not-closed = recording not closed: it has no `end` line
reading-more-broken = { $n } more lines are no events
reading-shorter = the file was made shorter, or cannot be read any more
