### 状态机面板：以地图画出 drive_machine，并用文字说明最后走过的路。

## 标题

machine-listener = 监听套接字

## 连接怎样来到工作线程：地图上的，以及投影时的

machine-arrival = 接受、入队、通知：转交给工作线程
machine-accepted = 接受了一个连接
machine-queued = 一个连接在工作线程的队列里
machine-taken = 工作线程取走了一个连接
machine-nobody = 还没有连接

## 地图的路上：连同后面的次数，宽度以测试所允许的为限

machine-road-nothing-left = 无剩余
machine-road-wait = 等待
machine-road-data = 数据
machine-road-bytes-left = 有剩余
machine-road-no-line-end = 行未完
machine-road-answer = 回答
machine-road-value-in = 值已到齐
machine-road-big = 太大
machine-road-sent = 发完
machine-road-gone = 丢完
machine-road-end = 流结束或出错

## 最后走过的路：从哪个状态到哪个状态，为什么；一行 58 列

machine-told = { $from } → { $to }：{ $why }
machine-why-nothing-left = 读缓冲区里没有剩余
machine-why-bytes-left = 读缓冲区里还有剩余的字节
machine-why-readable = 套接字一旦可读，就去读
machine-why-bytes-came = 读到了字节
machine-why-nothing-came = 没有可读的
machine-why-no-line-end = 这一行还不完整
machine-why-value-announced = 命令说后面跟着一个值
machine-why-one-line = 回答只有一行
machine-why-items = 回答由 item 组成
machine-why-noreply = 已经做完；noreply，不要回答
machine-why-value-whole = 值已完整，可以回答
machine-why-value-noreply = 值已完整；noreply
machine-why-value-unwanted = 这个值不要：读出来丢掉
machine-why-swallowed = 已全部丢掉
machine-why-sent = 回答已全部发出
machine-why-quit = 客户端发来了 quit
machine-why-gone = 客户端已离开，或者出错
machine-why-closed-once-sent = 回答发完后关闭，或者出错
machine-why-refused = 被拒绝，或者没有内存来扩大缓冲区
machine-why-refusal-unsent = UDP：拒绝的回答从不发出
machine-why-next-client = UDP：这个客户端已处理完，接着读
machine-why-unsendable = UDP：发不出去，接着读
machine-why-closed = 事件已删除，描述符已关闭

## 图例：在地图旁边，最多 12 列

machine-sign-now = 当前状态
machine-sign-just-taken = 刚走过
machine-sign-taken = 走过
machine-sign-never = 从未走过
machine-sign-times = 次数
