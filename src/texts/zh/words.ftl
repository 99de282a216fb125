### 一个事件用一行怎么说：`print` 写出的经过、事件列表、时空图旁边的文字。名字、字节和结果在这些词的前后：`read 2048 → 13 "get a\r\n"`。

## 词与词之间

words-comma = ，
words-colon = ：
words-open = （
words-close = ）

## 字节，以及线程在等什么、为什么醒来；`words-waits-for` 后面是字母：`等待 rw`

words-bytes = 字节
words-for-reading = 等待可读
words-for-writing = 等待可写
words-for-both = 等待可读和可写
words-waits-for = 等待
words-readable = 可读
words-writable = 可写
words-readable-and-writable = 可读可写

## epoll_wait：`epoll_wait，最多 900 ms`、`epoll_wait → 没有就绪的`、`wake：管道 +1`

words-at-most = 最多
words-sleeps = 睡在 epoll_wait 里
words-nothing = 没有就绪的
words-timer-due = 定时器到时
words-timer = 定时器
words-its-timer = 定时器
words-its-pipe = 管道
words-new-client = 新客户端

## 从分发线程到工作线程；`words-pushed-in` 和 `words-written-in` 后面是事件的编号 `#12`

words-from = 来自
words-onto-queue = 放入 { $worker } 的队列
words-off-queue = 取自队列
words-depth = 深度
words-now-queued = ，队列里 { $n } 个
words-pushed-in = 放入于
words-into = 写入
words-for = 给
words-into-pipe = write { $bytes } 写入 { $worker } 的管道
words-into-its-pipe = 写入它的管道
words-read-pipe = read 管道
words-from-pipe = 来自管道
words-from-its-pipe = 来自管道
words-written-in = 写入于
words-in = 处于

## 连接为什么关闭；`reason` 是把空格换成连字符的 `why`

words-reason = { $reason ->
    [quit] 收到 quit
    [shutdown] 收到 shutdown
    [the-client-closed] 客户端关闭了连接
    [the-client-reset-the-connection] 客户端重置了连接
    [the-socket-failed] 套接字出错
    [sending-failed] 发送失败
    [its-event-could-not-be-added] 无法注册它的事件
    [its-event-could-not-be-changed] 无法修改它的事件
    [its-event-was-of-another-descriptor] 事件属于另一个描述符
    [rlbytes-was-negative] rlbytes 是负数
    [the-binary-protocol-is-not-supported] 不支持二进制协议
    [the-command-line-is-too-long] 命令行太长
    [a-value-without-a-command] 有值却没有命令
   *[other] { $why }
}

## 进来的和出去的：`read 6 存入 item → 6 "abcd\r\n"`、`6 → 0 目标 swallow`、`数据报 15：#258 "get a\r\n"`

words-into-item = 存入 item
words-to-throw-away = 读出丢弃
words-into-target = 目标
words-client-closed = 客户端已关闭
words-read-end = 流已结束
words-request = 请求
words-datagram = 数据报
words-too-short = 太短
words-gone = 已被取走
words-more-pieces = 另有 { $n } 段
words-send-part = send { $n }，共 { $total }
words-no-reply = 不要回答：{ $reply } 不发送

## 启动

words-event-init = event_init（{ $worker }）→ epoll { $fd }
words-pipe = pipe（{ $worker }）：它读 { $receive }，main 写 { $send }
words-pipe-ends = 管道
words-set-up = { $worker } 准备就绪
words-enters-loop = { $worker } 进入事件循环
words-starts = { $thread } 开始运行
words-to = 到
words-on = 于

## 函数，在它的名字后面

words-is-left = 返回

## 改变了的字段

words-none = 无
words-item-of = { $key }（{ $size } 字节）

## 记录本身：`备注 #23："look here"`

words-note-on = 备注
words-lost-here = 这里丢失了 { $n } 个事件
words-found = 服务器当时的样子：{ $n } 个打开的连接
words-found-listed = 服务器当时的样子，{ $n } 个打开的连接
words-lost-before = ，此前丢失 { $n } 个事件

## 经过的开头和结尾；`n` 就是 `threads` 的数目

words-story-head = { $models }，{ $n } 个{ $threads ->
   *[other] 工作线程
}；由 { $tool } 记录于 { $start }
words-unknown = 这个 memstep 不认识
words-story-end = 共 { $events } 个事件，历时 { $time }
words-story-end-some = 共 { $events } 个事件，显示其中 { $shown } 个，历时 { $time }
words-story-lost = ；另有 { $n } 个丢失
words-story-not-closed = ；记录没有正常结束
words-remark-on = 事件 #{ $seq } 的批注
