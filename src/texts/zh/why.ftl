### 为什么：每个事件是什么，memcached 为什么这样做。每条是一个标题（不超过 40 个字符）和两到四句话（不超过 440 个字符）。

## 句子的一部分

bytes = { $n } 字节
the-fd = （fd { $fd }）
the-connection = 该连接
the-connection-first = 该连接
the-worker = 工作线程
an-error = 某个错误
list-comma = 、
either = { $first } 或 { $last }
why-edge = 在这个实验里，事件是边缘触发的（EPOLLET）：没有新内容到来，就不会再报告。
