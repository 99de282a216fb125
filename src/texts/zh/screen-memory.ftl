### 内存面板：slab class、某个 class 从头到尾的 LRU 链表、哈希表的一个桶

memory-title = 内存
memory-title-of = 内存 · class { $class }
memory-gap = 此前的事件缺失：计数只含记录到的部分，链表里也可能少了 item。

## 向存储提出的查找，每项后面是一个数

memory-not-recorded = 未记录
memory-look-ups = 存储层查找
memory-found = 找到
memory-not-found = 未找到
memory-expired = 已过期
memory-flushed = 因 flush 失效

## slab class 的表；标题与数字右对齐，宽度分别不超过 5、8、6、7 列

memory-class = class
memory-chunk = chunk
memory-pages = 页数
memory-used = 已用
memory-of-chunks-head = / chunk 总数
memory-of-chunks = / { $chunks }
memory-no-class-told = 还没有任何 slab class 的记录
memory-no-class = 还没有 slab class 分到页
memory-more-classes = … 另有 { $n } 个 class

## 某个 class 的 LRU 链表

memory-lru = class { $class } 的 LRU：{ $n } 个 item
memory-head = 头
memory-tail = 尾
memory-more = 还有 { $n } 个
memory-empty = 空

## 这个事件对 item 做了什么

memory-did-alloc = { $key } 分到了 chunk，尚未链接
memory-did-unlink = { $key } 被摘下
memory-did-expire = { $key } 已过期，被摘下
memory-did-flush = { $key } 早于 flush，被摘下
memory-did-reclaim = 尾部的 { $key } 已过期，被摘下
memory-did-evict = { $key } 从尾部淘汰，腾出空间
memory-did-free = { $key } 归还它的 chunk
memory-did-update = { $key } 移到头部

## 最近一次查找的哈希桶

memory-table-grows = 哈希表正在扩大，item 正在搬移
memory-bucket = 哈希桶 { $bucket }
memory-bucket-of = 哈希桶 { $bucket }（共 { $all } 个）
memory-bucket-growing = { $bucket }，哈希表正在扩大
memory-not-in-it = { $key } 不在其中
memory-nothing-known = 没有已知的 item
memory-perhaps-more = 也许还有未知的 item
