### 演示所涉及的函数，在“为什么”里，也在术语表里

## 为什么：进入与离开

why-call = { $function }：{ $title }
why-call-strange = { $function }：memstep 不认识的函数
    .text = 录制这份记录的服务器有这个函数。它做什么，这里没有说明。
why-call-nameless = 进入一个函数
    .text = 进入了 memcached 的一个函数；是哪一个，记录没有说明。只有详细程度为 calls 的记录才有函数调用。
why-return = { $function } 返回
    .text = { $function } 返回到调用者。{ $leaving }
why-return-strange = { $function } 返回
    .text = { $function } 返回到调用者。
why-return-nameless = 一个函数返回
    .text = memcached 的一个函数返回到调用者；是哪一个，记录没有说明。{ $conn } 的工作在那里继续。

## By name: functions of memcached；标题前面是函数名，合起来不超过 40 个字符；.leaving 是一句话：返回时情形如何

function-main = 一切从这里开始
    .text = main 读取选项，依次建立 event base、存储、工作线程和监听套接字。然后进入 event_base_loop，不再离开：
        主线程就是分发线程。
    .leaving = 服务器到此结束：event_base_loop 已经退出。
function-event_init = 一个新的 event base
    .text = libevent 创建一个 event base，在 Linux 上就是一个 epoll 实例，加上一张定时器列表。每个线程都有自己的 event
        base，所以线程睡眠和醒来都不必互相加锁。
    .leaving = 这个 event base 还是空的：什么也没有加进去。
function-conn_init = 连接表
    .text = conn_init 创建一个指针数组，按描述符查找每个连接的 struct conn；描述符最大能到多少，数组就有多长。这样，
        由编号找到连接只要一步。这些结构本身要等到第一次用到时才分配。
    .leaving = 表里的位置全是空的：还没有客户端来过。
function-memcached_thread_init = 所有工作线程
    .text = 先给每个工作线程一条管道、一个 event base 和一个队列，然后才创建线程，所以全部备齐之前没有线程会运行。
        最后它等待，直到每个工作线程都报到。
    .leaving = 所有工作线程都已报到，各自监视着自己的管道。
function-setup_thread = 准备一个工作线程
    .text = 给一个工作线程建立 event base，让它监视通知管道的读端，处理函数是 thread_libevent_process，
        再建立存放新连接的队列。这些由主线程代为完成。
    .leaving = 这个工作线程要的都有了，只差一个线程来运行。
function-create_worker = 启动一个线程
    .text = 调用 pthread_create，让新线程从 worker_libevent 开始运行。如果失败，memcached 就退出：工作线程比要求的少，
        它宁可不运行。
    .leaving = 新线程从此自行运行，也许马上，也许稍后。
function-worker_libevent = 工作线程的一生
    .text = 工作线程的第一个函数：报告自己已经就位，然后进入 event_base_loop。工作线程此后所做的一切，
        都是从这个循环里调用的。
    .leaving = 循环已经退出，工作线程的一生也随之结束。
function-server_sockets = 所有地址
    .text = 对 -l 列出的每个地址调用一次 server_socket；没有给出 -l 时，就面向所有网络接口调用一次。
        列表里的每一项都可以带自己的端口。
    .leaving = 现在可以通过各个地址访问服务器了。
function-server_socket = 一个地址
    .text = getaddrinfo 把名字变成若干地址，对其中每一个都创建套接字、设置选项、bind、listen。最后由 conn_new
        让主线程监视它。
    .leaving = 客户端可以连接了：握手由内核完成。
function-new_socket = 一个套接字
    .text = 创建一个套接字，并设上 O_NONBLOCK。memcached 的套接字全是非阻塞的：运行事件循环的线程，只有在 epoll_wait
        里才可以为等待客户端而睡眠。
    .leaving = 这个套接字还没有地址。
function-maximize_sndbuf = 大的发送缓冲区
    .text = 申请越来越大的发送缓冲区，上限 256 MB，每试一次就把余下的范围折半，直到找出系统允许的最大值。UDP
        的一个回答可能是许多个数据报，不该还没离开就丢了。
    .leaving = 套接字有了它所能有的最大发送缓冲区。
function-conn_new = 一个 struct conn
    .text = 先在表里看看，同一个描述符以前的连接有没有留下 struct conn；没有才分配一个，连同它的缓冲区。
        然后设置初始状态，并加入事件，处理函数是 event_handler。
    .leaving = 从此，这个线程的事件循环监视着这个描述符。
function-event_handler = 由 libevent 调用
    .text = 某个连接的描述符就绪时，libevent 调用的就是它。它检查描述符和 struct conn 是否相符，然后调用 drive_machine。
        监听套接字就绪时，来的也是这里。
    .leaving = libevent 转向下一个就绪的描述符，或者去睡眠。
function-drive_machine = 状态机
    .text = 一个循环，里面是对 c->state 的 switch：每个分支做一步，并设置下一个状态。它一直转到某个分支设置 stop 为止，
        多半是因为连接必须等待。状态保存在 struct conn 里，所以下一次调用会从这一次停下的地方继续。
    .leaving = 连接必须等待，或者已经关闭：线程空出来，可以服务别的连接。
function-dispatch_conn_new = 选一个工作线程
    .text = 依次选择下一个工作线程，(last_thread + 1) % num_threads，把连接放进它的队列，再往它的管道里写一个字节。
        它有多忙，不在考虑之内；连接一多，负载自然均匀。
    .leaving = 这个连接现在归那个工作线程管，主线程不再过问。
function-cq_push = 放进队列
    .text = 在队列的互斥锁保护下，把一项放到工作线程的新连接队列的末尾。队列是一个有头有尾的链表，
        所以持锁的时间只有几条指令。
    .leaving = 这一项已经在队列里，但工作线程还不知道。
function-thread_libevent_process = 管道
    .text = 管道可读时，libevent 在工作线程上调用它。它读一个字节：读到 c，就从队列里取出一个连接，并建立它的 struct
        conn；读到 p，就只是报到，因为此刻所有工作线程都要暂停一下。
    .leaving = 工作线程回到自己的循环，多了一个连接。
function-cq_pop = 从队列取出
    .text = 在队列的互斥锁保护下，从工作线程的新连接队列里取出最早的一项；没有就返回 NULL。它从不等待：等待是管道的事。
    .leaving = 这一项从此只属于这个工作线程。
function-reset_cmd_handler = 下一条命令
    .text = 让连接为下一条命令做好准备：忘掉旧的命令，放掉剩下的 item，缩小变大了的缓冲区。然后由 rbytes 决定：
        还有剩下的字节，就去 conn_parse_cmd；缓冲区空了，就去 conn_waiting。
    .leaving = 状态说明了接下来是有内容要解析，还是要等待。
function-conn_shrink = 多余的内存
    .text = 在两条命令之间归还内存：读缓冲区超过 8,192 字节、其中未解析的又不到 2,048 字节时，就缩到 2,048 字节；
        太长的列表也同样缩短。一个大请求占用的内存，不应该一直占到连接结束。
    .leaving = 缓冲区回到了适中的大小，或者本来就是。
function-update_event = 等待什么
    .text = 改变 libevent 为这个连接等待什么。如果等的本来就是这个，它立刻返回，没有系统调用；多半是这样。
        否则就把事件删除，重新设置，再加进去。
    .leaving = libevent 等待的，正是连接接下来所需要的。
function-try_read_network = 读取
    .text = 先把未解析的字节移到读缓冲区的开头，再读取已经到达的内容，有多少空间读多少。只有当一次 read 把缓冲区填满时，
        才把它加倍再读，最多四次。
    .leaving = 下一个状态由它的结果决定：解析、等待，或者关闭。
function-try_read_udp = 一个数据报
    .text = 用 recvfrom 读取一个数据报，同时得知是谁发来的。8 字节的头部给出请求的编号，然后去掉；
        剩下的内容放在读缓冲区的开头，不管那里原来有什么，一律覆盖。
    .leaving = 下一个状态由它的结果决定：解析，或者等待。
function-try_read_command = 找出一行
    .text = 除非用 -B 固定下来，否则由连接的第一个字节判断协议：0x80 是二进制协议，其他都是文本协议。如果是文本协议，
        就在缓冲区里寻找行尾；找到了就把这一行交给 process_command，否则还要再读。
    .leaving = rcurr 已经移到这一行之后，除非那里没有完整的一行。
function-process_command = 哪条命令
    .text = 按空格把这一行就地切成记号，一次最多七个，再把第一个记号和各个命令的名字比较，从 get 开始。
        其余的由这条命令自己的函数去做，下一个状态也由它设置。
    .leaving = 状态已经设好：回答准备好了，或者在等一个值，或者到此为止。
function-process_get_command = get 命令
    .text = 查找这一行的每一个键。找到了，就把指向 item 的各块排进回答，并保留对 item 的引用；没找到的键，在回答里不留痕迹。
        最后是 END，状态变成 conn_mwrite。
    .leaving = 回答已经排好，其中的 item 不会被释放。
function-process_update_command = set 一类的命令
    .text = set、add、replace、append、prepend 和 cas 的开头都一样：检查数字，为键和值分配 item，再到 conn_nread 去等值。
        如果得不到 item，就排上一个错误作为回答，随后的值会被读出来丢掉。
    .leaving = 连接在等值，或者有一个错误要发送。
function-process_touch_command = touch 命令
    .text = 给一个 item 新的过期时间，而不发送它的值。回答是 TOUCHED 或 NOT_FOUND。
    .leaving = 一行回答已经排好；带有 noreply 时，什么也没有。
function-process_delete_command = delete 命令
    .text = 查找 item，并把它从哈希表里摘下。正在发送它的连接持有引用，所以会把它发完。回答是 DELETED 或 NOT_FOUND。
    .leaving = 一行回答已经排好，除非带有 noreply。
function-process_arithmetic_command = incr 和 decr
    .text = 检查命令里的数字，其余的交给 add_delta。回答是新的数，或者 NOT_FOUND；如果值不是数，就是一个错误。
    .leaving = 一行回答已经排好，除非命令要求 noreply。
function-process_verbosity_command = verbosity 命令
    .text = 设置运行中的服务器输出多少日志，对所有线程同时生效。客户端最多能设到 2；要看到 -vvv 的状态变化，
        只能在启动时指定。
    .leaving = 回答 OK 已经排好，除非命令说了 noreply。
function-process_stat = stats 命令
    .text = 收集所要的统计数字，作为一个回答排好。每个工作线程各自计数，所以计数时不需要一把共用的锁；
        到这里才把数字加起来。
    .leaving = 回答已经排好；长的回答在一个缓冲区里，发完之后释放。
function-item_alloc = item 的位置
    .text = 从大小合适的 slab class 里取一个 chunk，放 item 的头部、键和值。如果没有空闲的，就淘汰这个 class
        里的一个旧 item，再试一次，最多五次。
    .leaving = 如果有位置，item 就有了一个引用，而谁也还找不到它。
function-item_get = 查找
    .text = 计算键的哈希值，拿到对应的锁，在哈希表里查找。已经过期的 item 趁此机会摘下，算作没有找到。
        找到的 item 增加一个引用，这样在使用期间它的内存不会被释放。
    .leaving = 拿到 item 的人，必须用 item_remove 归还引用。
function-item_remove = 归还引用
    .text = 尽管叫这个名字，它并不从哈希表里去掉任何东西：它归还一个引用。只有当那是最后一个引用时，item 的内存才释放。
    .leaving = 这个调用者不能再碰这个 item 了。
function-store_item = 链接 item
    .text = 在键的哈希值所对应的锁的保护下，按命令的要求去做：set 总是链接，add 只在没有这个键时链接，replace
        只在有这个键时，cas 只在 item 没有变过时。旧的 item 在同一步里摘下。
    .leaving = 回答由它的结果决定：STORED、NOT_STORED、EXISTS 或 NOT_FOUND。
function-add_delta = 加或减
    .text = 在 item 的锁的保护下，把值当作一个数读出来，再修改它。如果新的数放得下，又没有别人持有这个 item，就写在原处，
        否则写进一个新 item。减到 0 为止，加到超过 64 位就回绕。
    .leaving = 回答由它的结果决定：新的数、NOT_FOUND，或者一个错误。
function-complete_nread = 值已完整
    .text = 值的字节已经全部到齐。它只看连接用的是哪种协议，再调用对应的函数。
    .leaving = 命令已经执行完毕。
function-complete_nread_ascii = 检查并存储
    .text = 检查值是否以 \r\n 结尾：如果不是，那是客户端数错了，得到的回答是 CLIENT_ERROR bad data chunk。否则请
        store_item 链接 item，它的结果就是回答。最后归还自己的那个引用。
    .leaving = 回答已经排好，c->item 又空了。
function-out_string = 一行回答
    .text = 把回答连同行尾复制到 wbuf，并把状态设为 conn_write，之后接着 conn_new_cmd。带有 noreply 时，丢掉回答，
        立刻设为 conn_new_cmd。它自己什么也不发送。
    .leaving = 回答在 wbuf 里等着发送，或者没有人要它。
function-build_udp_headers = 给数据报编号
    .text = 在回答的每一个数据报前面写上 8 字节的头部：请求的编号、这是第几个数据报、一共有几个。只有现在才能这样做，
        因为整个回答刚刚排好。
    .leaving = 每一个数据报都可以单独发送了。
function-transmit = 发送一条消息
    .text = 每次调用做一次 sendmsg，并把 iovec 移到已发送部分之后。如果没有剩下要发的，它不做系统调用，直接说明这一点；
        drive_machine 就是这样得知回答已经发完。遇到 EAGAIN，就改为等待 EV_WRITE。
    .leaving = 它的结果说明：发完了、继续、等待，或者连接坏了。
function-conn_release_items = 归还 item
    .text = 回答发完之后，归还对其中各个 item 的引用。在此之前它们必须留在内存里，因为 iovec 指向它们内部。
    .leaving = item 继续留在哈希表里；已经摘下的，就此释放。
function-conn_close = 连接的终点
    .text = 取下事件，归还连接持有的东西，把状态设为 conn_closed，最后关闭描述符。顺序就是这样，
        因为这个编号可能立刻又被使用。它还让暂停了的主线程重新接受连接。
    .leaving = struct conn 留在表里，给下一个使用这个编号的连接。
function-conn_cleanup = 全部归还
    .text = 归还连接仍然持有的 item 和临时缓冲区。客户端随时可能离开，也许在一个值的中间，也许在一个回答的中间：
        它留下的东西，不能一直占着内存。
    .leaving = 存储里的东西，这个连接一样也不再持有。
