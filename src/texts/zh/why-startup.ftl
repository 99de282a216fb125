### mark、note、snapshot、drop；event_init、pipe、thread、socket、setsockopt、bind、listen

## 属于记录而不属于服务器的

why-mark = 一章开始
    .text = 记录的一个章节从这里开始：{ $name }。服务器此刻什么也没有做：设这个标记，是为了让你能找到它、跳到这里。
why-mark-nameless = 没有名字
why-note = 一条备注
    .text = 一条备注：{ $text }。它是后来加到记录里的：与服务器无关，也没有耗费时间。
why-note-about = 一条备注
    .text = 关于事件 { $event } 的备注：{ $text }。它是后来加到记录里的：与服务器无关，也没有耗费时间。
why-note-empty = 空的
why-snapshot = 服务器当时的样子
    .text = 这里没有发生任何事。记录的这一部分从服务器运行的中途开始，这就是服务器当时的状态：它的线程、监听套接字，
        以及每个打开的连接和它的 struct conn。{ $open ->
            [0] 没有打开的连接
           *[other] 打开的连接有 { $open } 个
        }。此前的经过在更早的文件里，或者没有记录下来。{ $lost }
why-snapshot-lost = 在这之前丢失过事件，所以其中有些可能已经过时。
why-drop = 这里丢失了事件
    .text = 这里丢失了 { $n } 个事件：它们来得太快，来不及写下或显示，而服务器没有等。它们的编号被跳过。
        屏幕上的字段和队列可能已经过时，直到后面有事件重新说明。
why-drop-some = 这里丢失了事件
    .text = 这里丢失了一些事件：它们来得太快，来不及写下或显示，而服务器没有等。它们的编号被跳过。
        屏幕上的字段和队列可能已经过时，直到后面有事件重新说明。
why-other = 本版本不认识的一种事件
    .text = 记录里有一个 { $kind } 类的事件，这个版本的 memstep 不认识它。它照原样列出，不改变屏幕上的任何东西。

## event_init、pipe

why-event-init-epoll = （fd { $fd }）
why-event-init-worker = 工作线程的 event base
    .text = 主线程为 { $worker } 创建 event base，在 Linux 上就是一个 epoll 实例{ $epoll }。每个线程都有自己的 event
        base，睡在自己的那些描述符上，所以工作线程等待时不需要锁。先有 event base，后有线程。
why-event-init-main = 主线程的 event base
    .text = libevent 的 event_init 创建主线程的 event base，在 Linux 上就是一个 epoll 实例{ $epoll }。
        里面将有监听套接字和时钟的定时器，而没有任何客户端：那些归工作线程管。
why-pipe = { $worker } 的通知管道
    .text = 通知管道：{ $ends }。工作线程睡在 epoll_wait 里，条件变量唤不醒它：只有描述符就绪才能。所以每来一个新连接，
        分发线程就往这里写一个字节。
why-pipe-ends = 写进 fd { $send } 的内容，可以从 fd { $receive } 读出
why-pipe-two-ends = 从一端写入的内容，可以从另一端读出

## thread

why-thread-setup-main = 主线程成为分发线程
    .text = memcached 把主线程的 event base 和线程 id 记为分发线程的。从此分工明确：分发线程接受连接，
        工作线程为它们服务。
why-thread-setup = { $worker } 准备就绪
    .text = setup_thread 给 { $worker } 建立 event base，让它监视管道的读端，再建立一个存放新连接的空队列。
        这些都由主线程在 { $worker } 运行之前做完，所以不会有东西送到尚未就绪的工作线程。
why-thread-create = { $worker } 即将创建
    .text = 所有工作线程都准备好之后，主线程为 { $worker } 调用 pthread_create。它会等到每个工作线程都报到，
        然后才打开监听套接字：第一个客户端到来时，每个工作线程都已就位。
why-thread-start-main = 主线程进入循环
    .text = 启动完毕：主线程进入 event_base_loop。从此它只接受连接、把连接交给工作线程、让时钟走动；它从不读取任何请求。
why-thread-start = { $worker } 进入循环
    .text = { $worker } 运行 worker_libevent：报告自己已经就位，然后进入 event_base_loop，不再离开。
        主线程要等到每个工作线程都这样报到。目前 { $worker } 监视的只有一样，就是它的管道。
why-thread = 服务器的一个线程
    .text = 服务器的一个线程本身有了变化。memcached 有一个分发线程，也就是主线程，还有数目固定的工作线程，不用 -t
        指定时是四个。

## socket、bind、listen

why-socket-failed = 这个地址得不到套接字
    .text = socket 失败：{ $errno }。memcached 接着试 getaddrinfo 给出的下一个地址，因为不一定每个地址族都有；
        但如果是描述符用完了（EMFILE），它就退出。
why-socket = 创建监听套接字
    .text = 一个{ $family ->
            [AF_INET6] { " " }IPv6 的
            [AF_INET] { " " }IPv4 的
           *[other] { "" }
        } TCP 套接字{ $fd }，客户端将连接到它。new_socket 把它设为非阻塞：万一客户端在 accept 之前又离开了，
        主线程不能卡在那个调用里。每个要监听的地址都有一个这样的套接字。
why-socket-fd = （fd { $fd }）
why-bind-addr = 它的地址
why-bind = 套接字得到地址
    .text = bind 把套接字绑定到 { $addr }。客户端还不能连接：要等到用 listen 告诉内核开始监听。
why-bind-taken = 地址已被占用
    .text = 另一个套接字已经占用了 { $addr }（EADDRINUSE）。memcached 关闭这一个，再试下一个地址；如果全都试过，
        一个也没绑定成，它就放弃。
why-bind-failed = 套接字无法绑定
    .text = 绑定到 { $addr } 失败：{ $errno }。这与地址被占用不同，启动到此为止：memcached 关闭套接字，报告错误，
        然后退出。
why-listen-failed = listen 失败
    .text = listen 失败：{ $errno }。如果是在启动时，memcached 报告错误并退出；如果是在以后，它报告之后继续运行。
why-listen-paused = 暂停接受连接
    .text = 已经没有描述符可以给下一个客户端了，所以 memcached 把 backlog 设为 0，不再监视这个套接字。否则，
        等待的客户端会一次又一次白白唤醒主线程。它每 10 毫秒查看一次，有没有连接已经关闭。
why-listen = 内核开始接收连接
    .text = 从现在起，内核自己完成 TCP 握手，并让{ $clients }排队等待 accept。memcached 在启动时调用它；
        因描述符用完而暂停接受连接之后，恢复时再调用一次。
why-listen-up-to = 最多 { $n } 个客户端
why-listen-some = 若干个客户端

## setsockopt

why-option-nameless = 某个选项
why-option-title = 套接字选项 { $name }
why-option-reuseaddr = SO_REUSEADDR 让重新启动的服务器可以立刻绑定自己的端口。没有它，停留在 TIME_WAIT
    的旧连接会把地址占住一分钟左右。
why-option-keepalive = SO_KEEPALIVE 让内核探测长时间沉默的连接，这样，不辞而别的客户端终究会被发现。在 Linux 上，
    从这个套接字接受的每个连接都继承这个选项。
why-option-linger = SO_LINGER 被关闭（l_onoff 为 0）：close 立刻返回，还没发出的内容由内核在后台发送。
    一个线程要服务许多客户端，不能为了和其中一个道别而等待。
why-option-nodelay = TCP_NODELAY 关闭 Nagle 算法：小的回答立刻发出，不必等客户端确认更早的字节。memcached
    的回答大多很小，而人们用缓存正是图它快。
why-option-v6only = IPV6_V6ONLY 让这个套接字只用于 IPv6。于是同一个端口还可以留给另一个套接字，由它监听 IPv4。
why-option-sndbuf = SO_SNDBUF 是 UDP 套接字发送缓冲区的大小：一个长的回答是许多个数据报，它们都要有地方放。
    maximize_sndbuf 寻找允许的最大值，上限 256 MB，每试一次就把余下的范围折半。Linux 对什么要求都答应，却悄悄地少给，
    所以会一直找到底。
why-option = 套接字的一个选项
    .text = setsockopt 在监听套接字上设置 { $name }。这在 listen 之前完成，所以接受的每个连接从一开始就带着它。
