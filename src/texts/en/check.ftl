### `memstep check`: what is wrong with a recording

## What was found

check-problem = line { $line }: { $what }
check-problem-event = line { $line }: #{ $seq }: { $what }
check-column = column { $column }: no event: { $what }
check-more = { $file }: and { $n } more
check-note = { $file }: note: { $what }
check-suspended = line { $line }: something was lost here; queues, connections, states and calls are not checked after it
check-remarks = { $n ->
    [one] 1 remark
   *[other] { $n } remarks
} at its end
check-whole = { $file }: { $events ->
    [one] 1 event
   *[other] { $events } events
}, no problems
check-done = { $file }: { $events ->
    [one] 1 event
   *[other] { $events } events
}, { $problems ->
    [one] 1 problem
   *[other] { $problems } problems
}

## The end, numbers, threads

check-end-events = the end says { $end } events, but there are { $events }
check-end-dropped = the end says { $end } were lost, but the drops say { $drops }
check-snapshot = a snapshot after { $seq } stands where { $next } comes next
check-first = the first event has seq { $seq }: the beginning is missing
check-seq = seq { $seq } follows where { $next } must
check-no-thread = there is no { $thread }: the header says { $n ->
    [one] 1 worker
   *[other] { $n } workers
}
check-t = t { $t } is before the thread's last, { $last }

## What the header claims

check-no-calls = a { $kind }, and the header says that no function calls were recorded
check-too-much-kept = { $kept } bytes were kept, and the header says { $most } at most

## Fields and payloads

check-lacks = { $kind } has no `{ $field }`
check-lacks-result = { $kind } has neither `ret` nor `errno`
check-two-results = ret { $ret } and errno { $errno } cannot both be
check-no-descriptor = { $field } { $fd } is no descriptor
check-no-base64 = `b64` is no base64
check-no-base64-piece = iov[{ $i }]: `b64` is no base64
check-kept = { $kept } bytes were kept of { $len }
check-kept-piece = iov[{ $i }]: { $kept } bytes were kept of { $len }
check-returned = { $kind } returned { $ret }, but its bytes are { $len }
check-sendmsg = sendmsg returned { $ret }, but was given { $total } bytes

## What was before

check-cause-later = cause #{ $cause } does not stand before it
check-cause-kind = cause #{ $cause } is a { $kind }, not a { $expected }
check-cause-worker = cause #{ $cause } is a { $expected } of another worker
check-cause-conn = cause #{ $cause } is a { $expected } of another connection
check-cause-answered = cause #{ $cause } is no { $expected } that is still unanswered
check-leaves = { $thread } leaves { $function }, but is in { $entered }
check-leaves-nothing = { $thread } leaves { $function }, but has entered nothing
check-pipe = { $worker } reads its pipe, which is empty
check-pop = { $worker } pops c{ $conn }, but c{ $first } came first
check-pop-empty = { $worker } pops c{ $conn } from an empty queue
check-accepts = accepts c{ $conn } where c{ $next } must come
check-accepts-again = accepts c{ $conn } where c{ $next } must come (numbers are never reused)
check-hands-over = hands over c{ $conn } where c{ $next } must come
check-hands-over-again = hands over c{ $conn } where c{ $next } must come (numbers are never reused)
check-was-closed = { $kind } of c{ $conn }, which was closed
check-not-accepted = { $kind } of c{ $conn }, which was not accepted yet
check-to-itself = c{ $conn } goes from { $state } to itself
check-state = c{ $conn } leaves { $from }, but is in { $state }
