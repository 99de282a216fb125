### item, setting

## What is not told

why-item-keyless = the key
why-item-value = { " " }of { $bytes }, line end included
why-item-class = slab class { $class }
why-item-class-first = Slab class { $class }
why-item-right-class = the right class
why-item-some-class = The slab class

## item

why-item-alloc = Room for an item
    .text = The slab allocator gives one chunk for the item's head, the key { $key } and a value{ $value }. It comes
        from { $class }, the class with the smallest chunks that are large enough; all chunks of a class are alike, so
        any free one will do. Nobody can find the item yet, for it is not linked.
why-item-link = The item can be found now
    .text = The item { $key } goes into the hash table and to the head of its class's LRU list, and gets a new CAS
        number. From this moment every connection finds it. The table holds one reference to it.
why-item-unlink = The item can no longer be found
    .text = The item { $key } leaves the hash table and its LRU list, and the table's reference is given back. A
        connection that is still sending it holds one of its own: the memory is free only when the last reference is
        gone.
why-item-hit = Found
    .text = The hash table has { $key }, and it is neither expired nor flushed. The look-up takes a reference, so that
        the item cannot be freed while this connection uses it.
why-item-miss = Not found
    .text = The hash table has no { $key }: it was never set, or was deleted, evicted or has expired. To a cache a miss
        is no error. In the answer to a get, such a key is just left out.
why-item-update = The item counts as lately used
    .text = The item { $key } is noted as used now and goes to the head of its LRU list, so that it is evicted later
        than others. memcached does so at most once a minute for an item: doing it at each get would cost a lock each
        time.
why-item-expire = Its time was over
    .text = The time of the item { $key } is over: it is unlinked, and to whoever asked for it that is a miss. memcached
        removes such items when somebody asks for them or memory is needed, so nothing need watch every item's time.
why-item-flush = Flushed earlier, gone now
    .text = The item { $key } is older than a flush_all, so it is unlinked now and counts as a miss. flush_all itself
        visits no item: it notes a time, and each item from before is dropped when somebody comes upon it.
why-item-reclaim = The oldest item's time is over
    .text = Before memory for a new item is taken, the oldest item in the LRU is looked at: { $key } is past its time,
        so its memory is taken back. Unless a crawler is switched on, memcached hunts for no expired items: it drops
        them where it meets them.
why-item-evict = An old item makes room
    .text = Memory is used up, so an item at the tail of the LRU list, { $key }, is thrown out for the new one: at the
        tail stands what has not been used for longest. memcached keeps such a list for each slab class, and a new item
        pushes out one of its own class alone. With -M the server would answer with an error instead.
why-item-free = The item's memory is free
    .text = The last reference to the item { $key } is gone, and its chunk goes back to its slab class. The next item of
        about that size can have it.
why-item-page = A slab class gets a page
    .text = { $class } has no free chunk, so it takes a page of memory{ $page } and cuts all of it into chunks of
        { $chunk }. memcached never gives a page back, and a class keeps what it has: that is why a cache whose values
        change in size may run out of room for the new ones while the old ones have plenty.
why-item-page-size = { " " }of { $bytes }
why-item-page-chunk = its size
why-item-expand = The hash table grows
    .text = There are one and a half times as many items as buckets, so a table twice as large is put in place{ $size }.
        All workers wait while that is done; each was sent a p down its pipe. The items are moved after that, a bucket
        at a time, while the workers go on.
why-item-expand-size = , of { $buckets } buckets
why-item-expanded = The hash table has grown
    .text = The last bucket of the old table is moved, and its memory is given back. From now on a look-up goes to the
        larger table alone, and the thread that moved them sleeps until there are too many items again.
why-item = Something in the store
    .text = The store did something with the item { $key }: { $what }. All workers share this one store, guarded by
        locks of its own.
why-item-something = it is not said what

## setting

why-setting = A setting changes
    .text = A command on { $conn } { $sets }. The settings are one global struct that all threads read, so the change
        holds for every connection from now on. It lasts until it is changed again or the server ends.
why-setting-sets = sets { $name }
why-setting-sets-to = sets { $name } to { $value }
why-setting-nameless = a setting
