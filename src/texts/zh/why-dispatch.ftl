### accept、cq_push、notify、notified、cq_pop、conn_new、close

## accept

why-accept-emfile = 描述符用完了
    .text = accept4 以 EMFILE 失败：进程能有的描述符都已用掉，这个上限是 memcached 按 -c 设的。于是它不再监视监听
        套接字，并把它的 backlog 设为 0。每隔 10 毫秒看一次有没有连接关闭，有的话就重新接受。
why-accept-eagain = 原来没有客户端在等
    .text = accept4 以 EAGAIN 失败：套接字变得可读之后，客户端又走了。套接字是非阻塞的，所以主线程不会卡在这里，而是回到
        epoll_wait。
why-accept-failed = accept 失败
    .text = accept4 失败：{ $errno }。memcached 报告这个错误，此外什么也不做：如果还有客户端在等，水平触发的事件会再来。
why-accept-a-client = 一个客户端
why-accept-fd = ，描述符是 { $fd }
why-accept = 接受一个客户端
    .text = accept4 从内核的队列里取出 { $peer }{ $fd }，一开始就设为非阻塞。主线程不从它那里读任何东西，只负责转交：这样，
        慢的客户端绝不会耽误接受下一个。

## cq_push

why-cq-push-depth = { $n ->
    [1] 队列里只有它一个。
   *[other] 现在有 { $n } 个连接在那里等着。
}
why-cq-push = 放进 { $worker } 的队列
    .text = 分发线程把 { $conn } 放到 { $worker } 的队列末尾；工作线程依次轮流，不管忙不忙。{ $depth }先放进队列，再往
        管道里写字节：这样，被唤醒的工作线程一定能在队列里找到这一项。使用这个队列的有两个线程，所以由一把互斥锁保护。

## notify

why-notify-failed = 没能通知工作线程
    .text = 往 { $worker } 的管道里写入失败：{ $errno }。memcached 只报告这个错误：连接留在队列里，直到后面某个连接的
        字节到来。
why-notify-pause = 让 { $worker } 暂停
    .text = 哈希表就要扩大，换上更大的表期间，谁也不能使用它。所以负责扩大的线程往每个工作线程的管道里写一个 p，这里写给
        { $worker }{ $fd }，然后等到它们全都停下来等待。
why-notify = 用一个字节唤醒 { $worker }
    .text = 分发线程往 { $worker } 的管道{ $fd }里写一个字节 c：一个字节代表一个连接。为什么用管道，而不用条件变量？因为
        工作线程睡在 epoll_wait 里，只有某个描述符变得可读，才能把它从那里唤醒。

## notified

why-notified-failed = 没能读管道
    .text = { $worker } 没能读自己的管道：{ $errno }。memcached 只在有 -v 时报告，然后照样去看那个一字节的缓冲区，
        仿佛 read 已经填好了它。
why-notified-pause = { $worker } 暂停
    .text = { $worker } 从自己的管道{ $fd }里读到一个 p：它报告自己已经到位，然后等待，直到哈希表换成更大的。
why-notified = { $worker } 读出这个字节
    .text = { $worker } 从自己的管道{ $fd }里读一个字节；c 表示有一个连接在它的队列里等着。即使后面还有，它也只读一个：
        每剩下一个，水平触发的事件就会再报告一次。这样，字节和连接始终一一对应。

## cq_pop

why-cq-pop-left = { $n ->
    [0] 队列现在空了。
   *[other] 队列里还有 { $n } 个在等。
}
why-cq-pop = { $worker } 取走自己的连接
    .text = { $worker } 从自己的队列里取出 { $conn }。{ $left }conn_new 需要的一切，这一项里都有：描述符、初始状态（
        { $transport ->
            [udp] conn_read，因为是 UDP
           *[tcp] conn_new_cmd
        }）、要监视什么（EV_READ），以及读缓冲区的大小。

## conn_new

why-conn-new-listening = 监听套接字的 struct conn
    .text = 监听套接字{ $fd }也有一个 struct conn，处于 conn_listening 状态，并且永远不会离开。因此，为它服务的和为
        客户端连接服务的是同样的 event_handler、同样的 drive_machine。
why-conn-new = { $conn } 可以接受服务了
    .text = { $conn } 有了自己的 struct conn：状态是 conn_new_cmd，读缓冲区是空的。memcached 把这些结构放在一个以
        描述符{ $fd }为下标的数组里；以前的连接如果用过同一个编号，它留下的 struct conn 就连同缓冲区一起再次使用，
        不另外分配。

## close

why-close-reason = 原因：{ $reason }。
why-close = { $conn-first } 已关闭
    .text = { $conn } 的描述符{ $fd }归还给内核。{ $reason }它的 struct conn 和缓冲区都保留着，给下一个得到这个编号的
        连接。如果主线程暂停了接受连接，这次关闭也告诉它：又有位置了。

## By name: memcached 为什么关闭一个连接，写法同事件里一样，空格换成连字符

closed-for-the-client-closed = 客户端已关闭
closed-for-the-client-reset-the-connection = 客户端重置了连接
closed-for-the-socket-failed = 套接字出错
closed-for-sending-failed = 发送失败
closed-for-its-event-could-not-be-added = 它的事件没能注册
closed-for-its-event-could-not-be-changed = 它的事件没能更改
closed-for-its-event-was-of-another-descriptor = 事件属于另一个描述符
closed-for-rlbytes-was-negative = rlbytes 是负数
closed-for-a-value-without-a-command = 有值而没有命令
closed-for-the-binary-protocol-is-not-supported = 不支持二进制协议
closed-for-the-command-line-is-too-long = 命令行太长
