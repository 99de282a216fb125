### state：drive_machine 里的各条路

why-state = 状态改变
    .text = conn_set_state 设置一个连接的状态。状态说明下次为这个连接服务时，drive_machine 从哪里接着做；除此之外，没有
        别的地方记着这一点。
why-state-other = 从 { $from } 到 { $to }
    .text = { $conn } 从 { $from } 转到 { $to }。在 { $version } 里，TCP 上的文本协议不走这条路；二进制协议或别的版本也
        许会走。

## 离开 conn_new_cmd

why-state-new-cmd-first = 新连接还什么都没读
    .text = { $conn } 刚刚第一次被唤醒，从 conn_new_cmd 开始，就像一条命令刚刚结束。它的读缓冲区是空的，所以
        reset_cmd_handler 让它去 conn_waiting，尽管内核里已经有东西可读。
why-state-new-cmd-waiting = 暂时没有别的事了
    .text = 读缓冲区是空的：客户端在上一条命令之后没有再发来什么，所以连接要等新的内容。假如还有剩下的字节，状态机就会直
        接去 conn_parse_cmd，中间不睡。
why-state-new-cmd-parse-cmd = 下一个请求已经到了
    .text = 读缓冲区里还有后面请求的{ $rbytes ->
            [0] 字节
           *[other] { " " }{ $rbytes } 字节
        }：客户端一次发来了好几个请求。解析它们既不用 read，也不用睡，因为对这些字节，内核可能再也没有什么要报告了。
        reqs_per_event（默认 20）限制这样能持续多久，之后就轮到别的连接。
why-state-new-cmd-closing = 让出失败
    .text = 连接本来要让出线程，却没能为 EV_WRITE 注册：update_event 失败了。没有注册事件，就再也没有什么会唤醒它，所以
        memcached 把它关闭。

## 离开 conn_waiting

why-state-waiting-read-first = 可以读了，但不是现在
    .text = { $conn } 的状态设为 conn_read，drive_machine 就停下：conn_waiting 总是结束一次唤醒。所以连接的第一次唤醒什
        么也不读。到达的内容还在内核里。{ $then }
why-state-waiting-read-level = 事件是水平触发的，所以 epoll_wait 马上又会报告 { $conn }。
why-state-waiting-read = 停在这里，等字节到来
    .text = conn_waiting 确保 { $conn } 在等待 EV_READ，记下之后要从 conn_read 接着做，然后让状态机停下。线程可以去服务
        它的其他连接。需要记住的只有这个状态：没有哪个栈、哪个线程在等这个客户端。
why-state-waiting-closing = 没有事件，就没有连接
    .text = 连接没能为 EV_READ 注册：update_event 失败了。它再也不会被唤醒，所以 memcached 把它关闭。

## 离开 conn_read

why-state-read-parse-cmd = 有内容到了：找命令
    .text = 读缓冲区里现在有{ $rbytes ->
            [0] 一些字节
           *[other] { " " }{ $rbytes } 字节
        }。是不是一条完整的命令，还不知道：TCP 送来的是字节流，不是一行一行的文本。conn_parse_cmd 会去找行尾。
why-state-read-waiting = 白白被唤醒
    .text = read 什么也没读到（EAGAIN），尽管 epoll_wait 报告过这个套接字。这很少见，但是允许的。套接字是非阻塞的，所以
        线程不会卡在 read 里：连接再等一次。
why-state-read-write = 没有内存扩大缓冲区
    .text = 读缓冲区满了，却没法加倍：realloc 失败了。memcached 丢掉已经读到的内容，回答 SERVER_ERROR，并设置
        write_and_go，使连接在回答发出之后关闭。
why-state-read-closing-eof = 客户端已关闭
    .text = read 返回 0，流已结束：客户端关闭了它那一侧，不会再有请求了。memcached 也关闭 { $conn }。客户端会不会只是不
        再发送、却还等着接收，对 memcached 来说没有区别。
why-state-read-closing-error = 读取失败
    .text = read 失败：{ $errno }。这不是等一等就能好的：连接已经坏了。连错误消息都没有人可发，所以就不声不响地关闭
        { $conn }。
why-state-read-closing = 客户端已经不在了
    .text = try_read_network 报告 READ_ERROR：read 要么返回 0，说明客户端已关闭；要么以 EAGAIN 之外的错误失败。不论哪一
        种，都不会再有内容到来，于是关闭 { $conn }。

## 离开 conn_parse_cmd

why-state-parse-cmd-waiting = 这一行还不完整
    .text = 读缓冲区里{ $rbytes ->
            [0] 没有行尾
           *[other] 有 { $rbytes } 字节，但没有行尾
        }，所以还不是一条命令。已经到达的内容会保留，下一次 read 把新的字节接在后面。不管 TCP 把一条命令切成几段，它都只
        在整行到齐时执行一次。
why-state-parse-cmd-nread = 接下来是值
    .text = { $all ->
            [0] 命令说明了值有多少字节，行尾另算 2 个。
           *[other] 命令说明值有 { $promised }，行尾也要算进去：{ $value } + 2 = { $all }。
        }这么大的 item 已经分配好，值直接读进去。长度既已知道，drive_machine 就不在值里找行尾：值里可以有任何字节。
why-state-parse-cmd-write-server-error = 服务器做不到
    .text = 命令看懂了，但 memcached 无法执行：例如 item 太大，或者内存不够。一行说明原因的回答排进 wbuf，由 conn_write 发
        送。连接继续用下去。
why-state-parse-cmd-write-error = 回答是一个错误
    .text = memcached 不认识这条命令，或者不接受它的这种写法，或者它不适用于这个 item。memcached 把一行说明错误的回答排进
        队列，接着处理下一条命令：客户端出一次错，失去的只是一个回答，而不是连接。
why-state-parse-cmd-write = 回答准备好，可以发送了
    .text = 命令已经执行完，回答也准备好了{ $wbytes ->
            [0] { "" }
           *[other] ：{ $wbytes } 字节，含行尾
        }。它放在连接的 wbuf 里；stats 的回答则放在自己的缓冲区里。conn_write 发送一个这样的简单回答；之后去哪里，由
        write_and_go 决定。
why-state-parse-cmd-mwrite-end = 只有 END 要发送
    .text = get 的键一个也没找到；不存在的键只是被略过，所以回答只有 END。它走的路和值一样：经过 conn_mwrite，由它发送一
        张由若干块组成的列表。
why-state-parse-cmd-mwrite = 值准备好，可以发送了
    .text = { $ileft ->
            [0] 回答是一张由若干块组成的列表：每个找到的 item 有开头、键和值，最后是 END。
           *[other] 找到了 { $ileft } 个 item，回答是一张 { $iovused } 块的列表。
        }值不复制：它的 iovec 直接指向 item 内部，对 item 的引用使它一直保留到发送完毕。conn_mwrite 发送这样的列表；之后是
        conn_new_cmd。
why-state-parse-cmd-new-cmd = 做完了，不要回答
    .text = 命令以 noreply 结尾：命令照样执行，但 out_string 丢掉它的回答，不排进队列。所以没有什么要写的，状态机转向下
        一条命令。客户端省去一次往返，也就永远不知道结果如何。
why-state-parse-cmd-closing-binary = 这里不支持二进制协议
    .text = 连接的第一个字节是 0x80，那是二进制协议请求的开头。换作 { $version }，现在会去读它 24 字节的头部。这个服务器
        只支持文本协议，于是关闭连接。
why-state-parse-cmd-closing-quit = 客户端告辞
    .text = 命令是 { $line }。它没有回答：连接直接转到 conn_closing。
why-state-parse-cmd-closing-long = 作为命令太长了
    .text = 已经来了 { $bytes }，其中没有行尾，开头也不像 get。只有带许多键的 get 才可以超过 1,024 字节。否则任何客户端
        都能用没有尽头的一行占满内存，所以 memcached 关闭连接。
why-state-parse-cmd-closing = 连接将要关闭
    .text = 多半是因为命令是 quit，它没有回答（shutdown 在 -A 允许时也走到这里）。不然就是已经来了超过 1,024 字节而没有
        行尾，开头又不像 get：不能让没有尽头的一行占满内存。

## 离开 conn_nread

why-state-nread-write-bad = 值没有以行尾结束
    .text = 说好的字节都到了，但最后两个不是 \r\n：客户端数错了。item 不会存储，排进队列的是一个错误。客户端多发的内容会
        被当成命令。
why-state-nread-write = 值已完整
    .text = rlbytes 是 0：值和它的行尾都在 item 里了。complete_nread 检查过值以 \r\n 结尾，按命令的要求把 item 链接进去，并
        把回答排进队列。别的连接绝不会看到半个值。
why-state-nread-new-cmd = 值已完整，不要回答
    .text = 值已完整，complete_nread 已经处理了它，但命令写了 noreply：out_string 丢掉回答。没有什么要写的，状态机就转向
        下一条命令。
why-state-nread-closing = 值传到一半就断了
    .text = 值还缺{ $missing ->
            [0] 一部分
           *[other] { " " }{ $missing } 字节
        }，{ $end ->
            [stream] 客户端就关闭了
            [error] read 就失败了（{ $errno }）
           *[unknown] 客户端就关闭了，或者 read 失败了
        }。item 从未链接进哈希表，所以谁也没有见过它，这个键的旧值也没有受影响。conn_close 放掉这个 item，并关闭
        { $conn }。

## 离开 conn_write

why-state-write-new-cmd = 回答已发出
    .text = transmit 发现没有剩下要发送的：整行回答都已交给内核。conn_write 之后去哪里由 write_and_go 决定，out_string
        早已把它设为 conn_new_cmd。状态机不在这里停下：它马上去找下一条命令。
why-state-write-swallow = 被拒绝的值要读出来丢掉
    .text = 错误已经发出，但客户端照样会发来那个值{ $left ->
            [0] { "" }
           *[other] ，连同行尾共 { $left } 字节
        }。write_and_go 指定了 conn_swallow：把它读出来丢掉。否则值会被当成命令；真正的下一条命令排在它后面。
why-state-write-closing = 不再继续，而是关闭
    .text = 一种可能是 sendmsg 彻底失败：客户端已经不在了，没有人可以回答。另一种可能是这个回答就是最后一句话：
        write_and_go 指定了 conn_closing，例如处理请求的内存用尽时就是这样。

## 离开 conn_swallow

why-state-swallow-new-cmd = 全部丢掉了
    .text = sbytes 是 0：被拒绝的值和它的行尾都已读出来丢掉。下一个字节又是一条命令的开头，所以连接和客户端仍然对得上，
        可以继续用下去。
why-state-swallow-closing = 值还没丢完就断了
    .text = 被拒绝的值还没有来完，{ $end ->
            [stream] 客户端就关闭了
            [error] read 就失败了（{ $errno }）
           *[unknown] 客户端就关闭了，或者 read 失败了
        }。这个值本来就不会存储，所以直接关闭连接就行了。

## 离开 conn_mwrite

why-state-mwrite-new-cmd = 整个回答已发出
    .text = transmit 发现没有剩下要发送的。直到这时，conn_release_items 才归还对 item 的引用：此前内核一直直接从 item 的内存
        里复制，所以一个也不能释放。接下来是下一条命令。
why-state-mwrite-closing = 客户端已经不在了
    .text = sendmsg 彻底失败，例如客户端重置了连接。回答的其余部分无法送达。conn_close 会归还对 item 的引用，免得它们永远
        留在内存里。

## 离开 conn_closing

why-state-closing-closed = 连接被拆除
    .text = conn_close 已经取下事件，归还了 { $conn } 持有的 item。conn_closed 表示这个 struct conn 已经停用；接着就是关
        闭描述符。假如 drive_machine 竟然遇到这个状态，它会中止程序：那必定是一个 bug。
