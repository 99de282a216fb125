### 请求由 UDP 到来时，有什么不同

## 句子的一部分

why-udp-a-client = 某个客户端
why-udp-a-few-bytes = 几个字节

## 在数据报能到来之前

why-udp-socket = 创建收数据报的套接字
    .text = 一个 UDP 套接字{ $fd }。没有人连接它，也没有什么要接受：每个数据报带来一个完整的请求，并说明是谁发来的。
        new_socket 把它设为非阻塞，这在这里很要紧：所有工作线程都要等它，每来一个数据报就全部醒来，而除了一个之外，其余
        的都会发现数据报已经被取走了。
why-udp-bind = 套接字得到地址
    .text = bind 把 UDP 套接字{ $fd }绑定到 { $addr }。从此，发到这里的数据报由内核保存。没有 listen，也没有 accept：套
        接字本身直接交给工作线程。
why-udp-cq-push = 给 { $worker } 的 UDP 套接字
    .text = 没有接受任何客户端：{ $conn } 是 { $worker } 分到的那份 UDP 套接字，由 dup 得来的单独一个描述符。它和客户端
        走同一条路：经过队列和管道。分发是依次轮流的，所以每个工作线程都得到一份；除非 -l 列出了几个网络接口，那时每个接
        口只归一个工作线程。
why-udp-conn-new = { $conn } 读取数据报
    .text = { $conn } 有了自己的 struct conn{ $fd }：初始状态是 conn_read 而不是 conn_new_cmd，读缓冲区有 65,536 字节，
        装得下最大的数据报。谁发来数据报就为谁服务，它也永远不会关闭。所有工作线程等待同一个套接字，各有一个这样的
        struct conn。

## wake、recvfrom

why-udp-wake = 有数据报到了，也许是给 { $conn } 的
    .text = UDP 套接字{ $fd }可读了，{ $conn } 与其他工作线程共用它。内核为一个数据报唤醒所有工作线程；哪个线程再去看时
        它已经不在，就不离开 epoll_wait，接着睡。其余的在 conn_read 里继续，谁先调用 recvfrom，谁就得到它。
why-udp-recvfrom-eagain = 别的工作线程抢先了
    .text = recvfrom 什么也没读到（EAGAIN）。所有工作线程等待同一个套接字，所以一个数据报把它们全部唤醒，却只有一个得到
        它：这叫惊群（thundering herd）。{ $conn } 没有抢到，继续等待。代价是：看到了数据报却来晚了的线程，白醒一次，也
        白做一次系统调用。
why-udp-recvfrom-failed = 读取数据报失败
    .text = recvfrom 失败：{ $errno }。memcached 不问原因：对 UDP 来说，任何失败都等于什么也没来。{ $conn } 等待下一个数
        据报。
why-udp-recvfrom-short = 太短，不成请求
    .text = recvfrom 从 { $peer } 读到 { $bytes }。请求有 8 字节的头部，后面还要有内容，所以这不是请求：它被丢弃，发送者
        得不到任何回音。
why-udp-recvfrom-several = 一个请求分成几个数据报
    .text = { $peer } 在头部里说，它的请求 { $id } 分在不止一个数据报里。回答可以这样，请求不行：try_read_udp 准备好一
        个 SERVER_ERROR。可是它接着又说什么也没读到，所以这个回答永远不会发出。
why-udp-recvfrom = 来自客户端的数据报
    .text = recvfrom 取来 { $peer } 的一个完整数据报：8 字节的头部，然后是 { $request }。头两个字节是客户端给这个请求的
        编号 { $id }；memcached 把它记下，放在回答的每个数据报前面。头部的其余部分丢掉不用。

## sendmsg

why-udp-sendmsg-eagain = 发送缓冲区满了
    .text = sendmsg 遇到 EAGAIN：内核里没有地方再放 { $conn } 的下一个数据报。它要等到可以写，这期间不读别的请求。所以
        maximize_sndbuf 才要了一个大的缓冲区。
why-udp-sendmsg-failed = 发送数据报失败
    .text = sendmsg 失败：{ $errno }。换作 TCP，连接就到此为止了。在这里，到此为止的只是这个回答：{ $conn } 回到
        conn_read，为下一个客户端服务。
why-udp-sendmsg = { $all ->
        [0] 回答作为一个数据报发出
       *[other] 发出第 { $nth } 个数据报，共 { $all } 个
    }
    .text = { $all ->
            [0] 一个数据报
           *[other] { $all } 个数据报中的第 { $nth } 个
        }：sendmsg 把 8 字节的头部和回答的各块合在一起，共 { $bytes }，发给提出请求的客户端。头部说明它回答的是哪个请
        求、这是第几个数据报、一共有几个：它们可能以任何顺序到达，也可能根本不到。每个都不超过 1,400 字节。

## state

why-udp-state-closing-read = UDP 套接字从不关闭
    .text = 换作 TCP，连接在这里就会关闭。{ $conn } 是 UDP 套接字，为所有客户端服务，所以 conn_cleanup 放掉为这个客户端
        持有的东西，{ $conn } 去读下一个数据报。
why-udp-state-write-read = 放弃这个回答
    .text = sendmsg 彻底失败。{ $conn } 是 UDP 套接字，所以什么也不关闭：{ $what ->
            [answer] 回答
           *[values] 所要的值
        }剩下的部分就此作罢，接着去读下一个数据报。
why-udp-state-write-waiting = 回答丢失了
    .text = 对分成几个数据报的请求，拒绝的回答已经准备好，但 try_read_udp 说什么也没读到，conn_read 因此转到
        conn_waiting。没有人会发送它：1.4.24 就是这样，这里也是这样。
why-udp-state-read-write = 准备好一个拒绝的回答
    .text = 请求分在几个数据报里，out_string 像对待任何回答一样设置 conn_write。这个状态保持不了多久：conn_read 还没有做
        完。
why-udp-state-read-waiting = 没有请求给这个工作线程
    .text = 已经没有数据报了，或者它太短，不成请求。{ $conn } 等待下一个；被别的工作线程取走的数据报，由那个线程处理。
why-udp-state-parse-cmd-waiting = 数据报里没有完整的一行
    .text = 收到的内容里没有行尾。换作 TCP，其余部分会跟着来；而下一个数据报可能来自任何人，会覆盖掉这一个。所以不完整的
        请求就丢失了，{ $conn } 继续等待。
