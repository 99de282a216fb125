### 调用栈面板：事件所在的线程正处于 memcached 的哪些函数里

stack-title = 调用栈
stack-title-of = 调用栈 · { $thread }
stack-kernel = 内核
stack-returned = 已返回
stack-nothing-yet = 还没有记录到这个线程的函数调用
stack-without-calls = 这里没有记录函数调用。要记录它们，请用：
stack-or = 或者 { $command }
