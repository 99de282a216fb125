### item、setting

## 没有说明的

why-item-keyless = （键未知）
why-item-value = （{ $bytes }，含行尾）
why-item-class = slab class { $class }
why-item-class-first = slab class { $class }
why-item-right-class = 合适的 slab class
why-item-some-class = 这个 slab class

## item

why-item-alloc = item 分到内存
    .text = slab 分配器给出一个 chunk，用来放 item 的头部、键 { $key } 和一个值{ $value }。它来自 { $class }：chunk
        足够大的各个 class 里，这一个的 chunk 最小；同一个 class 的 chunk 都一样，随便哪个空闲的都行。item 还没有链接，
        谁也找不到它。
why-item-link = 现在能找到这个 item 了
    .text = item { $key } 进入哈希表，排到它那个 class 的 LRU 链表的头部，并得到一个新的 CAS 编号。从这一刻起，
        每个连接都能找到它。哈希表持有它的一个引用。
why-item-unlink = 再也找不到这个 item 了
    .text = item { $key } 离开哈希表和 LRU 链表，哈希表的那个引用也归还了。仍在发送它的连接持有自己的引用：
        最后一个引用归还之后，内存才释放。
why-item-hit = 找到了
    .text = 哈希表里有 { $key }，它既没有过期，也没有因 flush 而失效。查找时取得一个引用，所以在这个连接使用期间，
        item 不会被释放。
why-item-miss = 没有找到
    .text = 哈希表里没有 { $key }：它从未设置过，或者已被删除、淘汰，或者已经过期。对缓存来说，未命中不是错误。在 get
        的回答里，这样的键只是被略过。
why-item-update = item 算作最近用过
    .text = item { $key } 记为刚刚用过，移到 LRU 链表的头部，所以会比别的 item 更晚被淘汰。memcached
        对一个 item 最多每分钟这样做一次：如果每次 get 都做，每次都要付出一把锁的代价。
why-item-expire = 它已经过期
    .text = item { $key } 已经过期：它被摘下，对要它的人来说就是未命中。有人来要、或者需要内存的时候，memcached
        才去掉这样的 item，所以不必盯着每个 item 的时间。
why-item-flush = 早已失效，现在去掉
    .text = item { $key } 早于一次 flush_all，所以现在被摘下，算作未命中。flush_all 本身一个 item 也不访问：
        它只记下一个时间，在那之前的 item，等到有人碰上时才去掉。
why-item-reclaim = 最旧的 item 已经过期
    .text = 为新 item 取内存之前，先看 LRU 里最旧的 item：{ $key } 已经过期，所以把它的内存收回。除非开启了爬虫（crawler），
        memcached 并不去搜寻过期的 item：碰上了才去掉。
why-item-evict = 旧 item 让出位置
    .text = 内存用完了，所以淘汰 LRU 链表尾部的 item { $key }，给新 item 让出位置：排在尾部的，是最久没有用过的。memcached
        给每个 slab class 各备一个这样的链表，新 item 只会挤掉同一个 class 的 item。如果启动时给了 -M，服务器就不淘汰，
        而是回答一个错误。
why-item-free = item 的内存已释放
    .text = item { $key } 的最后一个引用已经归还，它的 chunk 回到所属的 slab class。下一个差不多大小的 item 就可以用它。
why-item-page = 一个 slab class 得到一页
    .text = { $class } 没有空闲的 chunk 了，于是取来一页内存{ $page }，全部切成 chunk，每个 { $chunk }。memcached
        从不归还页，一个 class 有了就一直留着：所以，如果缓存的值大小变了，新的值可能没有地方放，
        而旧的那种地方还多得很。
why-item-page-size = （{ $bytes }）
why-item-page-chunk = 大小相同
why-item-expand = 哈希表扩大
    .text = item 的数目已经是桶的一倍半，所以换上一张大一倍的表{ $size }。这样做的时候所有工作线程都要等着；
        每个工作线程的管道里都收到了一个 p。之后再搬 item，一次一个桶，这期间工作线程照常工作。
why-item-expand-size = （{ $buckets } 个桶）
why-item-expanded = 哈希表已经扩大
    .text = 旧表的最后一个桶已经搬走，旧表的内存也归还了。从此查找只用大的那张表，搬 item 的线程去睡眠，直到 item 再次太多。
why-item = 存储里的一件事
    .text = 存储对 item { $key } 做了一件事：{ $what }。所有工作线程共用这一个存储，由它自己的锁保护。
why-item-something = 没有说明是什么

## setting

why-setting = 一个设置改变了
    .text = { $conn } 上的一条命令{ $sets }。所有设置都在一个全局结构里，每个线程都读它，所以从现在起，
        这个改变对每个连接都有效，直到再次改变或者服务器结束。
why-setting-sets = 设置了 { $name }
why-setting-sets-to = 把 { $name } 设为 { $value }
why-setting-nameless = 某个设置
