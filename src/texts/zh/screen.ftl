### 面板以外的屏幕，以及按键之后的提示

## 首行

badge-live = 实时
badge-view-paused = 画面已暂停
badge-server-held = 服务器已扣住
badge-server-gone = 服务器已结束
badge-replay = 回放
badge-follow = 跟随
badge-past = 回看（#{ $seq }，共 { $total }）
bar-recording = ● 录制中
bar-redacted = 已隐去数据
bar-missed = 错过 { $n } 个事件
bar-lost = 丢失 { $n } 个事件
bar-oldest = 最早的已丢弃，从 #{ $seq } 起
bar-turn = 轮到：{ $thread }
bar-held = 服务器已扣住
bar-only = 仅 { $filter }
bar-event = 事件 { $seq }，共 { $total } · { $time } · { $thread }
bar-none = 还没有事件
bar-indexing = 正在索引 { $percent } %

## 末行

bar-always = ? 帮助  q 退出
hint-scroll = 滚动
hint-close = 关闭
hint-on-off = 启用、停用
hint-take-away = 删除
hint-go-on = 前往
hint-another = 再加一个
hint-next = 下一个
hint-back = 后退
hint-next-hit = 下一处
hint-all-events = 全部事件
hint-now = 最新
hint-next-request = 下一个请求
hint-panels = 面板
hint-same-connection = 同一连接
hint-same-kind = 同类事件
hint-hold-until = 扣住；它运行到 { $filter }
hint-release = 放开
hint-hold = 扣住服务器
hint-pause = 暂停
hint-play = 播放
ask-mark = 书签：一个字母
ask-no-mark = 还没有书签；' 回到跳转之前
ask-which-mark = 去哪个书签？' 回到跳转之前
count-begun = 计数：输入次数，再按键 ……
count-times = { $n } 次 ……

## 帮助里的符号

sign-now = 现在
sign-changed = 由此事件改变
sign-breakpoint = 断点
sign-hit = 搜索命中
sign-note = 批注
sign-gate = 在被扣住的服务器的闸口
sign-lock = 等待闸口处某线程的锁
sign-bytes = 未记录的字节
help-more = j：还有 { $n } 行

## 按键的结果：移动

say-no-event = 没有事件 { $seq }；事件从 { $first } 到 { $last }
say-no-chapter = 没有以 { $title } 开头的章
say-end = 记录到此结束
say-first = 这是第一个事件
say-complete = 这份记录已经写完，不会再增长（G 前往最后一个事件）
say-follows-file = 画面跟随正在写入的内容（Space 停下）
say-follows = 画面跟随最新事件（Space 暂停）
say-no-other-end = 这个事件在别的线程上没有另一端
say-recording-ended = 记录已结束
say-on-the-way = 正在前往：稍等，记录很快读到那里
say-on-the-way-to = 正在前往记录的第 { $n } 个事件
say-not-closed = 这份记录没有正常结束：最后的事件可能缺失
say-forgotten = 刚才显示的已太久远：最早的事件被丢弃了
say-server-stopped = 服务器已停止；它做过的事仍可在此查看
say-at-breakpoint = 停在断点
say-at-chapter = 停在一章的开头
say-last-shown = 这是显示的最后一个事件
say-stays = 画面停在这里（F 跟随正在写入的内容）
say-paused-held = 画面已暂停，服务器被扣住（Space 或 G：回到最新）
say-paused = 画面已暂停，服务器并未停下（Space 或 G：回到最新）
say-speed = 速度 { $speed }
say-idle-folded = 略过空闲时间：最多一秒（只影响显示）
say-idle-whole = 完整播放空闲时间
and-more = { $first }（另有 { $n } 条）

## 查找与筛选

say-no-connection = 还没有连接
hunt-among-shown = 显示的事件中的 { $wanted }
hunt-shown = 显示的事件
say-newest = 后面没有显示的事件了；这是最新的一个
say-no-later-shown = 后面没有显示的事件了（Esc 显示全部）
say-no-earlier-shown = 前面没有显示的事件了（Esc 显示全部）
say-no-earlier = 前面没有 { $wanted }
say-looking = 正在查找 { $wanted }，已看 { $percent } %（按任意键停止）
say-fewer = 比所要的少 { $n } 个
say-only = 只显示 { $filter }；. 和 , 在其中移动（Esc：全部）
say-all-shown = 显示全部事件
say-all-connections = 显示全部连接
say-only-connection = 只显示 { $conn }（再按 * 或 Esc：全部）
shown-some = { $n } / { $total }
shown-looked-at = 已看 { $percent } %
shown-some-of = { $total } 个中的一些
shown-escape = Esc：全部
say-no-breakpoint = { $wanted } 上不再有断点
say-breakpoint = { $wanted } 上设了断点（c：前往，C：返回，B：列表）
breakpoint = 断点
breakpoints = 断点
breakpoints-none = 没有：b 在眼前的事件上设一个，
breakpoints-how = :break EXPR 按表达式设一个，例如 :break to=conn_nread & conn=0
breakpoint-on = ● 启用
breakpoint-off = ○ 停用

## 书签、批注、复制、文件

say-no-jump-yet = 还没有跳转过
say-mark-letter = 书签的名字是一个字母：ma，然后 'a
say-mark-set = 书签 { $letter } 在事件 { $seq }（'{ $letter } 回到这里）
mark-how = m{ $letter } 设一个
mark-there-are = 现有 { $names }
say-no-mark = 没有书签 { $letter }；{ $there-are }
say-no-jump = 在此之前没有跳转
say-nearest = 事件 { $seq } 已被丢弃；这是离它最近的
say-no-event-to-note = 还没有可批注的事件
note-kept = 保留到退出为止
say-noted = 已批注事件 { $seq }：{ $place }
say-noted-for-now = 已批注事件 { $seq }，但只保留到退出为止：{ $why }
say-nowhere = 没有可写入的地方
say-export-how = :export FILE：.jsonl .text .flow .calls .vvv，.txt 是屏幕
say-writing = 已写 { $percent } %（按任意键停止）
say-written = { $n } 个事件写入 { $place }
say-stopped = 已停止
say-no-count = 不计数
say-no-mark-then = 不设书签
say-not-held = 服务器没有被扣住
say-still-held = 服务器仍被扣住
say-recording-goes-on = 录制继续
say-like-this = n 和 N 重新查找同类事件
say-copied = 事件 { $seq } 已复制为 JSON（如果终端允许：OSC 52）
say-not-copied = 事件 { $seq } 无法复制：{ $why }
say-theme = 主题 { $name }
say-language = 中文
say-ascii = ASCII 里没有汉字：语言不变
say-mouse = 鼠标：点击事件或面板、滚动（M：关闭）
say-no-mouse = 鼠标交还给终端
say-paste = 粘贴的 { $n } 个字符未予理会（: 打开输入行）
prompt-full = 这一行已满：粘贴的内容略去 { $n } 个字符
say-glossary-how = 一个名称：状态、函数、字段或事件种类

## 牵着的服务器

say-held-by = { $name } 扣住了服务器；这里只能观看
say-held = 服务器已扣住；. 放行一个事件，p 放开
say-runs = 服务器在运行
say-awaited = 停在所等的事件 { $seq }
say-nothing-to-hold = 这是一份记录：没有可扣住的服务器
say-stopped-hold = 服务器已停止；没有可扣住的
say-recording-already = 这已经是一份记录
say-stopped-record = 服务器已停止；没有可记录的
the-server = 服务器
ask-stop-recording = r 或 y：停止对 { $name } 的录制
ask-release = p 或 y：放开 { $name }（它从此继续运行）
ask-hold = p 或 y：扣住 { $name }（它的所有客户端都要等待）
say-order = 这是一份记录：发生的事已按这个顺序发生
say-turn-longest = 轮到：等得最久的线程
say-turn-once-held = 轮到：{ $thread }，等服务器被扣住之后（p）
say-turn = 轮到：{ $thread }；{ $about }
turn-lets-go = . 放行它：{ $what }
turn-waits-for = 它在等 { $other } 持有的锁
turn-waits = 它在等别的线程持有的锁
turn-not-there = 它不在闸口
say-newest-live = 这是最新的事件；更多的会自己到来（p 扣住服务器）
say-step-other = { $thread } 在等 { $other } 持有的锁：按 t，改走 { $other }
say-once-it-comes = { $thread } 不在闸口：等它来到就放行
say-nobody = 闸口没有线程：下一个到来的事件会被放行
say-runs-until = 服务器运行到 { $filter }（p 提前扣住它）
say-not-alone-lock = { $thread } 不能单独运行：它在等 { $other } 持有的锁
say-not-alone-gate = { $thread } 不能单独运行：它不在闸口（t 选别的，或全部）
say-alone = { $thread } 单独运行到 { $filter }（按任意键停止）
hint-look-back = 回看
hint-has-leash = { $name } 牵着服务器
hint-waits = { $thread }，它在等一把锁
hint-asked-for = { $thread } 来到就放行；已经要求
hint-once = { $thread }，等它来到
hint-whoever = 已经要求：谁先来就放行谁
hint-next-event = 下一个事件（闸口没有线程）
hint-begun = 别的线程已经开始的
hint-turn = 轮到谁
hint-breakpoint = 到断点
gate-waits = ▯ 等待一把锁
gate-lock-of = ▯ 等 { $other } 的锁

## 面板

panel-events = 事件
panel-why = 为什么
events-none = 等待第一个事件
events-not-among = （不在其中）

## 输入的错误

say-not-in-glossary = 词汇表里没有 { $name }
say-not-in-glossary-but = 词汇表里没有 { $name }；是不是 { $near }？
say-no-later = 后面没有 { $wanted }
say-no-later-so-far = 已读部分（{ $percent } %）里后面没有 { $wanted }
no-such-command = 没有这个命令或章：{ $text }（可试 :123 :+10 :1.25s :50% :break :filter :export :q，或 ? 查看帮助）
no-such-percent = { $percent }% 不在 0% 和 100% 之间
no-such-place = 没有这个位置：{ $text }（应为 123、1.25s、50% 或一章）
no-such-time = 没有这个时间：{ $text }
panel-threads = 线程
panel-space-time = 时空图
panel-machine = 状态机
panel-connection = 连接
panel-stack = 调用栈
panel-memory = 内存
