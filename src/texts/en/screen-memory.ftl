### The Memory panel: slab classes, a class's LRU from head to tail, a bucket of the hash table

memory-title = Memory
memory-title-of = Memory · class { $class }
memory-gap = Events before this are missing: counts are of what was told, and lists may lack items.

## What the store was asked, each before a number

memory-not-recorded = not recorded
memory-look-ups = store look-ups
memory-found = found
memory-not-found = not found
memory-expired = expired
memory-flushed = flushed

## The table of slab classes; its heads end where their numbers do, and have room for 5, 8, 6 and 7 columns

memory-class = class
memory-chunk = chunk
memory-pages = pages
memory-used = used
memory-of-chunks-head = of chunks
memory-of-chunks = of { $chunks }
memory-no-class-told = of no slab class is anything told yet
memory-no-class = no slab class has a page yet
memory-more-classes = … and { $n } more classes

## The LRU of a class

memory-lru = LRU of class { $class }, { $n ->
        [one] 1 item
       *[other] { $n } items
    }
memory-head = head
memory-tail = tail
memory-more = { $n } more
memory-empty = empty

## What this event did to an item

memory-did-alloc = { $key } has a chunk, and is not linked yet
memory-did-unlink = { $key } was taken out
memory-did-expire = { $key } was past its time, and taken out
memory-did-flush = { $key } is from before a flush, and was taken out
memory-did-reclaim = { $key } at the tail was past its time, and taken out
memory-did-evict = { $key } was taken from the tail, to make room
memory-did-free = { $key } gives its chunk back
memory-did-update = { $key } moves to the head

## The bucket of the hash table that was asked last

memory-table-grows = hash table: it grows, and its items are being moved
memory-bucket = hash bucket { $bucket }
memory-bucket-of = hash bucket { $bucket } of { $all }
memory-bucket-growing = { $bucket }, while the table grows
memory-not-in-it = { $key } is not in it
memory-nothing-known = nothing that is known
memory-perhaps-more = and perhaps what is not known
