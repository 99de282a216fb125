### wait、wake、event_add、event_del

## wait

why-wait-worker = { $worker } 去睡了
    .text = { $worker } 睡在 epoll_wait 里，直到它的管道或者某个连接就绪。它从不单独等一个客户端，而是同时等待自己的所有
        客户端：一个线程就是这样服务成千上万个连接的。睡着的时候，它不持有任何锁。
why-wait-limit = ，最多睡 { $n } 毫秒
why-wait-main = 主线程去睡了
    .text = 主线程睡在 epoll_wait 里，直到有客户端连接，或者定时器到时{ $limit }。它不处理任何请求，所以几乎一直睡着，
        有客户端来就能很快接受。memcached 的时钟每秒走一下，靠的就是这个定时器。

## wake

why-wake-timer = 时钟走了一下
    .text = 没有描述符就绪：是定时器结束了睡眠。通常是 clock_handler 的定时器，每秒一次：它把时间存进变量 current_time，
        这样每秒成千上万个请求都不必去问内核。暂停接受连接期间，一个 10 毫秒的定时器也会走到这里。
why-wake-nothing = 什么都没有就绪
    .text = epoll_wait 返回了，却没有任何描述符就绪：要么时限已到，要么来了一个信号。libevent 看一看自己的定时器，就又去
        睡了。
why-wake-pipe = 管道里有了一个字节
    .text = { $worker } 的管道{ $fd }变得可读：分发线程把一个连接放进了它的队列。libevent 调用 thread_libevent_process，
        后者读一个字节，取走一个连接。
why-wake-listening = 有客户端要连接
    .text = 监听套接字{ $fd }可读：有客户端在等待接受。libevent 调用 event_handler，drive_machine 在 conn_listening 里
        运行。每次唤醒只接受一个客户端；如果还有别的在等，水平触发的事件会再来。
why-wake-many = { $n } 个描述符就绪
    .text = epoll_wait 一次报告了 { $n } 个描述符。libevent 在这个线程上逐个调用它们的处理函数：为一个连接服务时，别的
        都在等。正因为如此，一个连接一口气能处理的请求数才有限制（reqs_per_event，-R）。

## wake：为了一个连接

why-wake-yielded = { $conn } 让出之后继续
    .text = { $conn } 用完了自己的请求数，而读缓冲区里还有，所以它请求在可以写的时候被唤醒。那几乎总是立刻成立，不过别的
        连接先得到了服务。现在它接着处理缓冲区里的内容。
why-wake-writable = 可以向 { $conn } 写了
    .text = 内核又有空间放发往 { $conn } 的字节了。memcached 只在两种情况下请求这个通知：sendmsg 遇到缓冲区满，或者连接
        让出时还有请求没做。drive_machine 在哪个状态停下，就从哪个状态继续。
why-wake-first = { $conn } 第一次被唤醒：不读
    .text = { $conn } 有东西可读，这次却什么都不读：它还在 conn_new_cmd，状态机只走到 conn_read 就停下。到达的内容留在
        内核里。{ $then }
why-wake-first-level = 事件是水平触发的，所以 epoll_wait 马上又会报告它，那时才读。
why-wake-yielded-empty = { $conn } 让出之后继续
    .text = { $conn } 用完了自己的请求数，停在 conn_new_cmd，缓冲区是空的。所以这次唤醒也只走到 conn_read 就停下。那些
        字节留在内核里。{ $then }
why-wake-yielded-empty-level = 水平触发的事件会为它们再来。
why-wake-nread = { $conn } 的值又到了一些
    .text = { $conn } 的套接字可读，而 { $conn } 在 conn_nread：它在等命令的值。drive_machine 就从那里继续；需要记住的，
        只是 struct conn 里的状态。
why-wake-swallow = { $conn } 又有要丢弃的
    .text = { $conn } 正在吞掉一个被拒绝的值，这时套接字可读。这些字节照样要读出来：下一条命令排在它们后面。
why-wake-readable = { $conn } 可以读了
    .text = { $conn } 的套接字{ $fd }可读：有字节到了，或者客户端已经关闭。libevent 调用 event_handler，后者让
        drive_machine 从停下的那个状态继续。

## event_add

why-event-add-failed = 内核拒绝监视
    .text = epoll_ctl 失败：{ $errno }。没有事件的描述符再也不会得到服务，所以 memcached 关闭这个连接；如果是在启动时，
        它就退出。
why-event-add-full = 等客户端再收走一些
    .text = 内核给 { $conn } 的缓冲区满了，因为客户端读得比 memcached 写得慢。线程不在这里等，而是请内核在有空间时
        通知它，自己去服务其他连接。
why-event-add-yield = 连接让出
    .text = { $conn } 在这次唤醒中{ $done ->
            [0] 已经做完自己的那份请求
           *[other] 已经处理了 { $done } 个请求
        }（reqs_per_event 是 20，除非用 -R 另外指定），也该轮到别的连接了。它后面的请求已经在 rbuf 里，所以如果等待可读，
        可能永远等不到。于是它改为请求可写：那立刻就成立。
why-event-add-write = 等到可以写
    .text = 从现在起，{ $conn } 等待 EV_WRITE。这有两个可能的原因：sendmsg 遇到缓冲区满；或者连接让给别的连接，而 rbuf
        里还有请求，这时唯有“可写”是一定会来的事件。
why-event-add-back = 重新等待字节
    .text = { $conn } 原来等待 EV_WRITE，现在又等待 EV_READ。这是更改的后一半，前一半是之前的 event_del。假如它一直请求
        EV_WRITE，epoll_wait 就会没完没了地报告。
why-event-add-new = 工作线程接手这个连接
    .text = { $worker } 让自己的 epoll 实例监视 { $conn }{ $fd }，等它有字节可读。连接从此归这个工作线程，直到关闭；没有
        别的线程处理它，所以 struct conn 不需要锁。
why-event-add-read = 等到有字节可读
    .text = libevent 的 event_add 让内核监视 { $conn }{ $fd }，等它有字节可读。事件是持久的，报告之后仍然保持注册；
        { $trigger ->
            [edge] 在这个实验里又是边缘触发的（EPOLLET），所以只在有新内容到来时报告
           *[level] 而且是水平触发的，所以只要有字节在等就会报告
        }。

## event_add：不属于连接

why-event-add-pipe = { $worker } 监视自己的管道
    .text = 管道的读端{ $fd }放进 { $worker } 的 epoll 实例。从此，在另一端写入一个字节就会唤醒这个工作线程，libevent 会调用
        thread_libevent_process。这是该工作线程监视的第一样东西。
why-event-add-listening = 监视监听套接字
    .text = 监听套接字{ $fd }放进主线程的 epoll 实例：有客户端连接，它就变得可读。监视它的只有主线程，所以接受连接的也
        只有主线程。
why-event-add-accepting = 恢复接受连接
    .text = 暂停接受连接之后，已有一个连接关闭，所以又有客户端的位置了。主线程重新监视监听套接字{ $fd }，并恢复它的
        backlog。
why-event-add = 告诉内核要监视什么
    .text = event_add 把一个描述符{ $fd }放进线程的 epoll 实例。它要么是工作线程管道的读端，要么是监听套接字：只要服务器
        在运行，就一直监视这两者是否可读，除非暂停了接受连接。

## event_del

why-event-del-listening = 不再监视监听套接字
    .text = 主线程不再监视监听套接字{ $fd }：已经没有描述符可以给下一个客户端，而正在等待的那个会一再把主线程唤醒。等有
        连接关闭之后，再把事件放回去。
why-event-del-close = 开始关闭：不再有事件
    .text = conn_close 先把 { $conn } 的事件从 epoll 里取下，然后才关闭描述符。这个编号{ $fd }可能马上就属于一个新的
        连接，旧连接的事件绝不能落到它头上。
why-event-del-change = 要改为监视别的
    .text = update_event 改变 { $conn } 所等待的东西。已经注册的事件不能直接重设，所以先删除、再设置、再添加：两次
        epoll_ctl 调用，这里是 DEL，接着是 ADD。
why-event-del = 取下一个事件
    .text = event_del 把 { $conn } 从线程的 epoll 实例里取下。要么连接正在关闭，要么 update_event 在改变它所等待的东西：
        做法是先删除事件，再重新添加。
