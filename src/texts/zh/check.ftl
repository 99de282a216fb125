### `memstep check`：一份记录有什么问题

## 查到的问题

check-problem = 第 { $line } 行：{ $what }
check-problem-event = 第 { $line } 行：#{ $seq }：{ $what }
check-column = 第 { $column } 列：不是事件：{ $what }
check-more = { $file }: 另有 { $n } 个问题
check-note = { $file }: 提示：{ $what }
check-suspended = 第 { $line } 行：这里丢失了内容；从此处起不再检查队列、连接、状态和函数调用
check-remarks = 末尾有 { $n } 条批注
check-whole = { $file }: { $events } 个事件，没有问题
check-done = { $file }: { $events } 个事件，{ $problems } 个问题

## 结尾行、编号、线程

check-end-events = 结尾行说有 { $end } 个事件，实际有 { $events } 个
check-end-dropped = 结尾行说丢失了 { $end } 个事件，各个 drop 合计为 { $drops } 个
check-snapshot = 这里的编号应为 { $next }，却是一个接在 { $seq } 之后的快照
check-first = 第一个事件的 seq 是 { $seq }：开头缺失
check-seq = seq 应为 { $next }，却是 { $seq }
check-no-thread = 没有 { $thread } 这个线程：文件头说有 { $n } 个工作线程
check-t = t 为 { $t }，早于该线程上一个事件的 { $last }

## 文件头的声明

check-no-calls = 这是 { $kind }，而文件头说没有记录函数调用
check-too-much-kept = 保留了 { $kept } 字节，而文件头说最多 { $most } 字节

## 字段与数据

check-lacks = { $kind } 缺少 `{ $field }`
check-lacks-result = { $kind } 既没有 `ret` 也没有 `errno`
check-two-results = ret { $ret } 与 errno { $errno } 不能同时出现
check-no-descriptor = { $field } { $fd } 不是文件描述符
check-no-base64 = `b64` 不是 base64
check-no-base64-piece = iov[{ $i }]：`b64` 不是 base64
check-kept = 全长只有 { $len } 字节，却保留了 { $kept } 字节
check-kept-piece = iov[{ $i }]：全长只有 { $len } 字节，却保留了 { $kept } 字节
check-returned = { $kind } 返回 { $ret }，但数据是 { $len } 字节
check-sendmsg = sendmsg 返回 { $ret }，但交给它的只有 { $total } 字节

## 与之前的事件对照

check-cause-later = 起因 #{ $cause } 不在它之前
check-cause-kind = 起因 #{ $cause } 是 { $kind }，不是 { $expected }
check-cause-worker = 起因 #{ $cause } 是另一个工作线程的 { $expected }
check-cause-conn = 起因 #{ $cause } 是另一个连接的 { $expected }
check-cause-answered = 起因 #{ $cause } 不是尚待响应的 { $expected }
check-leaves = { $thread } 离开 { $function }，但它在 { $entered } 里
check-leaves-nothing = { $thread } 离开 { $function }，但它没有进入过任何函数
check-pipe = { $worker } 读取自己的管道，但管道是空的
check-pop = { $worker } 取出 c{ $conn }，但排在最前的是 c{ $first }
check-pop-empty = { $worker } 取出 c{ $conn }，但队列是空的
check-accepts = 接受了 c{ $conn }，而下一个应是 c{ $next }
check-accepts-again = 接受了 c{ $conn }，而下一个应是 c{ $next }（编号不会重复使用）
check-hands-over = 转交了 c{ $conn }，而下一个应是 c{ $next }
check-hands-over-again = 转交了 c{ $conn }，而下一个应是 c{ $next }（编号不会重复使用）
check-was-closed = c{ $conn } 已经关闭，却有它的 { $kind }
check-not-accepted = c{ $conn } 还没有被接受，却有它的 { $kind }
check-to-itself = c{ $conn } 从 { $state } 转到它自己
check-state = c{ $conn } 离开 { $from }，但它的状态是 { $state }
