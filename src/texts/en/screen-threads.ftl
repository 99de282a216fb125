### The Threads panel: a lane for each thread, what it is at, its pipe, its queue, its connections

## The heads of the columns: at most 10, 5 and 6 columns wide

threads-pipe = pipe
threads-queue = queue
threads-conns = conns
threads-more = and { $n } more threads

## What a thread is at: at most 25 columns wide

threads-absent = not there yet
threads-set-up = set up, epoll fd { $fd }
threads-being-set-up = being set up
threads-asleep = asleep in epoll_wait
threads-running = running
threads-running-at = running, at { $conn }

## What woke it; `more` is ` +2` where there are two further descriptors

threads-woken-by-timer = woken by its timer
threads-woken-by-pipe = woken by its pipe{ $more }
threads-woken-by-client = woken by a new client{ $more }
threads-woken-by = woken by { $who }{ $more }
threads-woken-to-write = woken by { $who } writable{ $more }

## What it just handed to another; at most 10 and 6 columns wide

threads-writes = writes { $byte } { $arrow }
threads-pushes = push { $arrow }

## Under main: how far the start has come, then the listening socket

threads-start-up = start-up: { $bases ->
        [one] 1 event base
       *[other] { $bases } event bases
    }, { $pipes ->
        [one] 1 pipe
       *[other] { $pipes } pipes
    }, { $created ->
        [one] 1 thread
       *[other] { $created } threads
    } created, { $started } run
threads-socket = socket fd { $fd }, { $n } options set
threads-bound = fd { $fd } bound to { $addr }
threads-listens = listens on { $addr }, fd { $fd }
threads-listens-backlog = listens on { $addr }, fd { $fd }, backlog { $backlog }
threads-accepted = listens on { $addr }, accepted { $n }
threads-both-addresses = { $one } and { $other }

## Under a worker: its event base, and what it last had to tell

threads-base = epoll fd { $fd }
threads-base-last = epoll fd { $fd }, last { $woken }
