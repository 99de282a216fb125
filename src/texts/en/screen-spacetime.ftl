### The space-time panel: lanes, time downwards, and arrows.

spacetime-title = Space-time · { $scale } (+ -)
spacetime-nothing-yet = waiting for the first event

## How much has a row: in the title, and said when it changes

spacetime-scale-each = every event
spacetime-scale-runs = runs in one row
spacetime-scale-crossing = only what crosses lanes
spacetime-now-each = space-time: every event has a row
spacetime-now-runs = space-time: what a thread does by itself makes one row
spacetime-now-crossing = space-time: only what goes from lane to lane has a row

## Above the lanes; the first two in 6 columns each

spacetime-client = client
spacetime-kernel = kernel
spacetime-more = +{ $n } more

## Beside a row: of a thread whose lane is not shown

spacetime-of-thread = { $thread }: { $words }
