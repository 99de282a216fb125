### 各命令对启动程序的人所说的话

## 文件和选项

commands-script-itself = -o { $file }: 这就是脚本本身；请为记录另取一个文件名
commands-script-unreadable = 无法读取脚本 { $file }
commands-no-address = 服务器没有监听任何地址
commands-not-written = 无法写入 { $file }
commands-recorded = { $file }: { $n } 个事件
commands-left = { $file } 保持原样；记录下来的内容在 { $left }
commands-kept-as = { $file } 原来就有：已改名为 { $kept } 保留
commands-needs-a-file = { $option } 需要一个文件；--record - 是标准输出
commands-no-calls = { $file }: 里面没有函数调用；记录时加上 `--detail calls` 才有
commands-not-started = 无法开始记录
commands-no-signals = 无法等待信号
commands-nothing-recorded = 没有在记录；启动服务器时请加上 --record FILE
commands-not-closed = { $error }：记录没有正常结束

## serve 和 live

commands-step-alone =
    --step 会扣住服务器，直到有人放行，而现在没有人能放行：请加上 --events 11212，再运行 `memstep attach 11212`
commands-recording-to = ，正在记录到 { $file }
commands-keeping-last = ，保留最近发生的事，可写入 { $file }
commands-ready-to-record = ，随时可以记录到 { $file }
commands-events-on = ，事件端口在 { $addr }
commands-held = 服务器停在第一个事件之前{ $events }；用 `memstep attach { $addr }` 放行
commands-serving = 正在监听 { $addrs }{ $recording }{ $events }；按 Ctrl-C 结束
commands-and = { " " }和{ " " }
commands-live-terminal =
    live 需要一个终端来绘制画面，并在 TERM 里有它的名称；不用终端时，请用 `memstep serve --record FILE` 运行服务器
commands-live-stdout = --record -: live 在标准输出上绘制画面；请指定一个文件
commands-live-verbose =
    -v 会输出到 live 绘制画面的终端；请让它输出到别处（2> FILE），或改用 `memstep serve`
commands-live-daemon = -d 和 -P 用于 `memstep serve`
commands-no-viewer = 无法启动画面
commands-no-server = 无法启动服务器
commands-no-thread = 没有可用的线程来做这件事：{ $error }
commands-quits = { $error }（按 q 退出）
commands-token-alone = --events-token 用于事件端口：请加上 --events ADDR
commands-no-port = 无法启动事件端口

## 事件端口：为什么无法监听

commands-no-token =
    别的机器也能连到那里：请设置令牌 MEMSTEP_EVENTS_TOKEN=...，或者只监听 127.0.0.1
commands-port-taken = { $error }；那里已有程序在监听：请换一个端口
commands-port-low = { $error }；请用大于 1023 的端口
commands-port-elsewhere = { $error }；必须是本机的地址

## 启动服务器之前：限制、用户、后台运行

commands-no-listening =
    -p 0 关闭了 TCP，不加 -U 也没有 UDP：没有可监听的端口；请选一个端口
commands-large-items = -I 超过 1MB 时，至少会占用更多内存，而且利用率更低
commands-binary = -B binary：这个服务器不支持二进制协议，每个客户端都会被告知
commands-pid-unwritten = 无法写入 pid 文件 { $file }：{ $error }
commands-no-pid-file = { $file } 已经存在，但不是 pid 文件：保持原样
commands-core-limit = 无法读取 core 文件的大小限制
commands-few-connections =
    -c { $max } 太小：服务器自己就需要 { $least } 个文件描述符；请用 -c { $more } 或更大
commands-open-limit = 无法读取打开文件数的限制
commands-too-many-files =
    -c { $max }：超过这个用户能打开的文件数（{ $hard }）；请用较小的 -c，或以 root 启动
commands-too-many-files-events =
    -c { $max }，另加 --events 的 { $events } 个：超过这个用户能打开的文件数（{ $hard }）；请用较小的 -c，或以 root 启动
commands-user-unknown = 无法查询用户 { $user }
commands-no-user = 找不到要切换到的用户 { $user }

## attach

commands-lost = { $name }: 连接中断
commands-expected-port = { $name }: 应为 HOST:PORT，那里要有用 `memstep serve --events PORT` 启动的服务器
commands-nobody-listens = { $name }: 那里没有程序在监听；`memstep serve --events PORT` 会监听，并说明在哪里
commands-nobody-answers = { $name }: 那里没有回应；机器对吗？能连到它吗？
commands-cannot-connect = { $name }: 无法连接
commands-protocol =
    { $name }: { $tool } 使用事件端口协议的版本 { $version }，而这个 memstep 使用版本 { $own }：请用与服务器相同的 memstep
commands-wants-token = 它要求令牌：在环境里设置 MEMSTEP_EVENTS_TOKEN=...，或者用 --events-token TOKEN
commands-other-token = 它的令牌与这个不同（MEMSTEP_EVENTS_TOKEN、--events-token）
commands-not-it =
    { $found }；memstep 的事件端口是 `--events` 指定的端口，不是 memcached 的客户端所连的端口
commands-found-nothing = 在那里监听的程序没有像 memstep 那样回答
commands-found-memcached = 在那里回答的是 memcached，面向它的客户端
commands-found-web = 在那里回答的是网页服务器
commands-found-other = 在那里监听的不是 memstep：它说“{ $said }”
commands-no-talk = 无法与服务器开始对话
commands-silent = { $name } 不再回答
commands-silent-why = { $name } 不再回答：{ $error }
commands-has-stopped = { $name } 上的服务器已经停止；已看到的内容仍可在这里查看
commands-has-gone = { $name } 上的服务器中途消失了；已看到的内容仍可在这里查看
commands-is-lost = 与 { $name } 的连接中断（{ $why }）；已看到的内容仍可在这里查看

## 从画面写出的文件

commands-there-already = { $file } 已经存在（用 :export! { $file } 覆盖它）
commands-file-unwritten = { $file }: 无法写入：{ $error }
commands-own-recording = { $file } 就是这份记录本身；请换一个文件名
commands-no-format = { $file } 的后缀不是以下任何一种：{ $endings }
commands-note-kept = 保留到退出为止（x 导出时也会带上）
commands-note-kept-in = 保存在 { $file }
commands-screen-written = 画面已写入 { $file }
commands-no-schema = 无法写出模式
