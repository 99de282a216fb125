### 线程面板：每个线程一条泳道，显示它在做什么、它的管道、队列和连接

## 列的标题：宽度分别不超过 10、5、6 列

threads-pipe = 管道
threads-queue = 队列
threads-conns = 连接
threads-more = 另有 { $n } 个线程

## 线程在做什么：不超过 25 列

threads-absent = 尚未创建
threads-set-up = 准备就绪，epoll fd { $fd }
threads-being-set-up = 正在准备
threads-asleep = 睡在 epoll_wait 里
threads-running = 运行中
threads-running-at = 正在处理 { $conn }

## 它被什么唤醒；另有两个描述符就绪时，`more` 是 ` +2`

threads-woken-by-timer = 被定时器唤醒
threads-woken-by-pipe = 被管道唤醒{ $more }
threads-woken-by-client = 被新客户端唤醒{ $more }
threads-woken-by = 被 { $who } 唤醒{ $more }
threads-woken-to-write = 因 { $who } 可写而醒{ $more }

## 它刚刚交给别的线程什么：宽度分别不超过 10、6 列

threads-writes = 写入 { $byte } { $arrow }
threads-pushes = 入队 { $arrow }

## main 下面：启动进行到哪一步，然后是监听套接字

threads-start-up = 启动：{ $bases } 个 event base，{ $pipes } 条管道，{ $created } 个线程，{ $started } 个已运行
threads-socket = 套接字 fd { $fd }，已设置 { $n } 个选项
threads-bound = fd { $fd } 已绑定到 { $addr }
threads-listens = 监听 { $addr }，fd { $fd }
threads-listens-backlog = 监听 { $addr }，fd { $fd }，backlog { $backlog }
threads-accepted = 监听 { $addr }，已接受 { $n } 个连接
threads-both-addresses = { $one } 和 { $other }

## 工作线程下面：它的 event base，以及上次为什么醒来

threads-base = epoll fd { $fd }
threads-base-last = epoll fd { $fd }，上次{ $woken }
