### 连接面板：`struct conn`、逐字节显示的读缓冲区、item 和回答

## 标题里

connection-pinned = 已固定

## 不是字段名的行标签：不超过 7 列

connection-answer = 回答
connection-other-fields = 其他

## 没有内容可显示时

connection-none-yet = 还没有连接
connection-no-struct-yet = 还没有 struct conn：由它的工作线程来建立
connection-nothing-read = （还没有读到任何内容）
connection-none = 无

## 在去往工作线程的路上，还没有状态：不超过 16 列

connection-accepted = 已接受
connection-queued = 在队列里
connection-taken = 已出队

## 它的结束；原因不明时是 `connection-closed-somehow`

connection-closed = 已关闭：{ $reason }
connection-closed-somehow = 已关闭

## 要丢弃的值，写在字段名 `sbytes` 之后

connection-to-swallow = { $n } 字节还要丢弃

## 缓冲区里那些不是字节的符号是什么意思

connection-not-recorded = 未记录
connection-redacted = 已隐去
connection-to-come = 尚未到达

## 上一次 sendmsg 的结果，以及其中每一块的结果

connection-sent-of = 已发送 { $sent }/{ $all } 字节
connection-sent-none = { $errno }，一个字节也没发出
connection-more-pieces = { $pieces }，另有 { $n } 块
connection-pieces-around = 前面还有 { $before } 块，后面还有 { $after } 块
connection-piece-waits = 待发
connection-piece-sent = 已发
connection-piece-part = 已发 { $sent }，待发 { $waiting }
