### read、sendmsg、command、reply

## read

why-read-reset = 客户端重置了连接
    .text = read 以 ECONNRESET 失败：对端已经丢弃了这个连接，连还在路上的数据也不要了。这是不辞而别：{ $conn } 转到
        conn_closing，不再尝试任何回答。
why-read-failed = 读取失败
    .text = 在 { $conn } 上 read 失败：{ $errno }。只有 EAGAIN 意味着“再等等”；其他错误都说明连接已经坏了，memcached 就关闭它。
why-read-no-more = 就这么多了
    .text = 上一次 read 把缓冲区填满到最后一个字节，所以可能还有；EAGAIN 说明没有了。现在解析已经读到的内容。
why-read-nothing = 原来没有可读的
    .text = read 眼下读不到东西（EAGAIN）。套接字是非阻塞的：一个线程要服务许多客户端，绝不能在 read 里为其中一个等待。{ $conn }
        回去继续等待。
why-read-eof = 客户端已关闭
    .text = read 返回 0：流已结束。客户端关闭了它那一侧，它发来的内容都已读完。已关闭的连接也算可读，所以 epoll_wait 才会报告 { $conn }。
why-read-full = 读缓冲区满了
    .text = read 把 { $room } 的空间全部填满，内核里可能还有。try_read_network 把缓冲区加倍再读，最多连续四次：之后就先解析手头的内容，
        免得一个客户端无止境地占用内存。
why-read-bytes = 来自客户端的字节
    .text = read 把 { $got } 放进读缓冲区，那里有 { $room } 的空间。没有填满，说明内核当时没有更多了：再读一次多半只会得到 EAGAIN。
        memcached 省掉这次调用，直接解析。
why-read-bytes-behind = 来自客户端的字节
    .text = read 把 { $got } 放进读缓冲区，那里有 { $room } 的空间。前面已有 { $before }。没有填满，说明内核当时没有更多了：再读一次多半
        只会得到 EAGAIN。memcached 省掉这次调用，直接解析。
why-read-rbuf = 读进读缓冲区
    .text = try_read_network 把 { $conn } 上到达的内容读进它的读缓冲区，有多少空间读多少。是不是一条命令，之后再看。

## read：item 的值

the-missing-bytes = 所缺的字节
why-read-item-rest = 其余部分还没到
why-read-item-not-yet = 值还没到
why-read-item-eagain = read 要取值中的 { $missing }，却遇到 EAGAIN：内核里一个也没有。drive_machine 停下，{ $conn } 留在
    conn_nread，rlbytes 记着还缺多少。在更多数据到来之前，线程去服务别的连接。
why-read-item-eof = 值传到一半，客户端关闭了
    .text = read 返回 0，流已结束，而值还差 { $missing }。它们不会再来了，于是 { $conn } 转到 conn_closing。没写完的 item 从未被链接：
        谁也没有见过它。
why-read-item-whole = 值已完整
    .text = read 把最后 { $n } 字节直接放进 item，rlbytes 现在是 0。drive_machine 再转一圈，看到这一点，就调用 complete_nread。不会再
        read 一次：值后面的内容属于下一条命令。
why-read-item-part = 值的一部分
    .text = read 把值中的 { $got } 直接放进 item，绕过读缓冲区：大的值不必复制两遍。{ $left ->
            [0] 还缺一些
           *[other] 还缺 { $left } 字节
        }，所以 drive_machine 再转一圈立刻再读，直到值完整，或者 read 说 EAGAIN。
why-read-item = 读进 item
    .text = 在 conn_nread 里，客户端的字节直接进入 item 的内存，绕过读缓冲区。read 恰好只要所缺的字节数，所以绝不会把下一条命令连同值一起吞掉。

## read：要丢弃的值

why-read-swallow-nothing = 还没有可丢弃的
    .text = 被拒绝的值的其余部分还没到（EAGAIN）。{ $conn } 留在 conn_swallow，sbytes 记着还有多少要来，线程去服务别的连接。
why-read-swallow-eof = 客户端已关闭
    .text = read 返回 0，流已结束，而被拒绝的值还没有来完。没有什么需要保存：{ $conn } 转到 conn_closing。
why-read-swallow-bytes = 要丢弃的字节
    .text = 被拒绝的值中的 { $got } 读进读缓冲区，下一次 read 就会覆盖它们；只有 sbytes 跟着减少。必须把它们从流里取走，因为下一条命令排在后面。
why-read-swallow = 读出来丢掉
    .text = 在 conn_swallow 里，被拒绝的命令的值被读出来丢掉。read 要的不超过它剩下的部分，所以下一条命令原封不动。

## command

of-the-client = 客户端发来的
why-command = 一整行命令
    .text = 命令行 { $line } 已经完整：找到了行尾，并在那里放上一个 0 字节。process_command 按空格把它切成记号，第一个记号决定做什么。{ $next }
why-command-get = process_get_command 会查找这一行的每个键，把找到的排进回答。
why-command-update = process_update_command 会分配 item；值跟在这一行后面。
why-command-arithmetic = process_arithmetic_command 会在 item 的锁保护下修改这个数。
why-command-delete = process_delete_command 会把 item 摘下来。
why-command-touch = process_touch_command 会给 item 一个新的过期时间。
why-command-stats = process_stat 会汇总所有线程的数字。
why-command-flush-all = 它一个 item 也不访问：只记下一个时间，比它旧的都算不存在了。
why-command-quit = quit 没有回答：连接将被关闭。
why-command-verbosity = process_verbosity_command 会设置日志的详细程度。
why-command-unknown = 不认识的命令一律回答 ERROR。

## reply

of-the-command = 该命令的回答
why-reply-noreply = 不会发送的回答
    .text = 回答本来是 { $reply }，但命令写了 noreply。out_string 清掉这个标志，什么也不排队，把状态设为 conn_new_cmd：大量写入、又不看回答的
        客户端，这样为双方都省了事。
why-reply-value = 一个值进入待发队列
    .text = get 找到了一个 item，{ $reply } 是回答的开头。它分几段排队：VALUE 这个词、键，以及其余部分连同数据。键和数据都不复制：它们的 iovec
        直接指向 item 自己的内存。
why-reply-end = 回答的结尾进入待发队列
    .text = END 结束对 get 的回答：跟在找到的值后面，一个也没找到时就单独出现。客户端由此知道不会再有了，因为不存在的键只是被略过。
why-reply = 一个回答进入待发队列
    .text = out_string 把回答 { $reply } 连同行尾复制进连接自己的缓冲区 wbuf，并把状态设为 conn_write。现在还什么都没发送：那是 drive_machine
        下一圈要做的事。

## sendmsg

why-sendmsg-eagain = 客户端不读
    .text = sendmsg 遇到 EAGAIN：内核给 { $conn } 的缓冲区满了，因为客户端收得比发得慢。transmit 把事件改为 EV_WRITE（如果还不是），
        drive_machine 停下。没有线程会等一个慢客户端。
why-sendmsg-failed = 发送失败
    .text = sendmsg 失败：{ $errno }。客户端已经不在了，回答无法送达。{ $conn } 转到 conn_closing。memcached 忽略 SIGPIPE 信号，所以这样的
        写只会结束一个连接，而不是整个服务器。
why-sendmsg-part = 内核收下一部分
    .text = sendmsg 要发送 { $all }，内核收下了其中 { $sent } 字节：它只有这么多空间。transmit 把 iovec 移到已发送部分之后，drive_machine
        立刻再调用它；如果没有空间了，EAGAIN 会告诉它。
why-sendmsg-first = 最先的 1,400 字节
    .text = sendmsg 发送 1,400 字节，add_iov 让一个回答的第一条消息最多装这么多。{ $rest }这个上限是为 UDP 数据报设的
        （UDP_MAX_PAYLOAD_SIZE），但 1.4.24 对 TCP 上的第一条消息也一样。
why-sendmsg-first-rest = 回答的其余部分在下一条消息里，马上跟着发出。
why-sendmsg-first-perhaps = 如果回答更长，其余部分就在下一条消息里，马上跟着发出。
why-sendmsg-pieces = （{ $n } 段，由一次调用汇集）
why-sendmsg-one = 回答的一条消息已发出
    .text = sendmsg 发送 { $sent }{ $pieces }，内核全部收下。一条消息能装的段数有限，这个回答还有别的消息；transmit 立刻转向下一条。
why-sendmsg = 内核全部收下
    .text = sendmsg 把 { $sent } 交给内核{ $pieces }。这是不是最后一次，稍后才会知道：drive_machine 再调用一次 transmit，发现没有剩余，才离开
        这个状态。字节由内核自己发送，线程不必等。
