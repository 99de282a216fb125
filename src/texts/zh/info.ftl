### `memstep info`：一份记录里有什么

## 各行的名称

info-title = 标题
info-recorded = 记录时间
info-by = 记录程序
info-models = 行为依据
info-threads = 线程
info-detail = 详略
info-payloads = 数据
info-chapters = 章
info-events = 事件
info-connections = 连接
info-requests = 请求
info-traffic = 收发
info-lost = 丢失
info-whole = 完整
info-slowed-down = 受阻

## 各行的内容

info-tool = { $tool }，格式版本 { $version }
info-workers = main 和 { $n } 个工作线程
info-flow = flow（没有函数调用）
info-calls = calls（也有函数调用）
info-kept = 每段最多保留 { $n } 字节
info-kept-but = 每段最多保留 { $n } 字节；{ $redacted ->
    [values] 隐去了值
   *[keys] 隐去了键和值
}
info-comma = 、
info-more = 另有 { $n } 章
info-size = { $events } 个，历时 { $time }，共 { $bytes } 字节
info-accepted = 接受 { $accepted } 个，关闭 { $closed } 个
info-moved = 收到 { $received } 字节，发送 { $sent } 字节
info-lost-nothing = 没有
info-lost-one = 1 个事件
info-lost-events = { $n } 个事件
info-yes = 是
info-not-closed = 否，记录没有正常结束
info-waited = 服务器的线程等待记录器共 { $time }

## 表格

info-unknown = 这个版本不认识的名称
info-unknown-name = { $what ->
    [kind] 事件种类
    [thread] 线程
    [state] 状态
    [function] 函数
    [protocol] 协议
    [event-flags] 事件标志
   *[other] { $what }
} { $name }
info-unknown-more = （还有其他名称）
info-by-thread = 按线程
info-by-kind = 按种类
info-other-kinds = （还有其他种类）
