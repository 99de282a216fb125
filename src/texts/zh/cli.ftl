### 命令行：--help、补全脚本和手册页显示的文字

## By name：命令的作用，按命令名

cli-memstep = 透明的 memcached：记录事件流程的每一步，并能回放
    .after =
        不写命令时：`set a 0 0 4` 的导览。

        退出状态：0 正常，1 `check` 发现了问题，2 用法错误或输入无法读取。
cli-serve = 运行服务器，选项与 memcached 相同
cli-live = 运行服务器，并在终端界面里观看
cli-attach = 在终端界面里观看别处以 --events 启动的服务器
cli-record = 用 .session 脚本操作一个全新的服务器，并记录发生的一切
cli-replay = 在终端界面里回放一份记录
cli-print = 把一份记录打印成文字
cli-lesson = 边看记录边学一课，列出全部课程，或者自己新写一课
cli-check = 检查一份记录是否完整、是否符合格式的规则，或者检查一课能否使用
cli-info = 说明一份记录里有什么
cli-schema = 打印记录的格式：JSON Schema，或者可供阅读的文档
cli-config = 打印一份可作起点的设置文件，并说明它该放在哪里
cli-completions = 打印供 shell 补全 memstep 命令和选项的脚本
cli-man = 打印 memstep 或其某个命令的手册页

## By name：选项各节的标题

heading-memcached-s-options = memcached 的选项
heading-lesson = 课程
heading-look = 外观
heading-experiments = 实验
heading-recording = 记录
heading-stepping = 步进

## By name：参数的含义，按 clap 的 id（在不同命令里含义不同的，前面加上命令名），以及其值的名称

arg-lang = 所有文字的语言，包括课程；默认先看设置文件，再看 LC_ALL、LC_MESSAGES 或 LANG
    .value = LANG
arg-port = 监听的 TCP 端口；0 表示不监听（默认与 -U 相同，没有 -U 则为 11211）
    .value = 数
arg-listen = 监听的接口（默认：所有地址）；可写成 host:port，可用逗号列出多个，也可重复 -l
    .value = 地址
arg-udp-port = 监听的 UDP 端口；0 表示不监听
    .value = 数
arg-threads = 工作线程的数量
    .value = 数
arg-memory = 用于存放条目的内存，以 MB 计；0 表示有多少用多少
    .value = 数
arg-max-conns = 同时存在的连接数上限
    .value = 数
arg-reqs-per-event = 每个事件最多处理同一连接的多少个请求，以免其他连接饿死
    .value = 数
arg-backlog = 内核中等待 accept 的连接队列的长度
    .value = 数
arg-user = 以这个用户的身份运行（只在以 root 启动时有效）
    .value = 用户名
arg-socketpath = 监听的 UNIX 套接字；此时不再监听 TCP
    .value = FILE
arg-access = UNIX 套接字的访问权限掩码，八进制
    .value = 掩码
arg-shutdown-command = 允许用 shutdown 命令结束服务器
arg-daemon = 作为守护进程运行
arg-pid-file = 把进程号写入这个文件
    .value = FILE
arg-maxcore = 把 core 文件的大小限制放到最大
arg-lock-memory = 锁定全部分页内存，不让它换出
arg-no-evictions = 内存用完时回答错误，而不是淘汰条目
arg-factor = chunk 大小的增长因子
    .value = 因子
arg-chunk-size = 为键、值和标志分配的最小空间
    .value = 字节数
arg-item-size-max = 每个 slab 页的大小，也就是最大条目的大小（1k 到 128m）
    .value = 大小
arg-prefix-delimiter = 按键的前缀统计命令，前缀到这个字符为止
    .value = 字符
arg-no-cas = 停用 CAS
arg-no-flush = 停用 flush_all
arg-protocol = 绑定的协议：auto、ascii 或 binary；这里不支持 binary，客户端会被告知
    .value = 协议
arg-verbose = 输出错误和警告（-v），加上命令和回答（-vv），再加上状态变化（-vvv）
arg-experiment =
    改动服务器的一处，看看这一处起什么作用：`edge-triggered` 以 EPOLLET 注册客户端的套接字，于是连接会卡住（第
    8 课）；memcached 没有这样的选项
    .value = 名称
arg-detail = 也记录函数调用，或者只记录流程（默认：serve 为 flow，其余为 calls）
    .value = 详略
arg-max-data = 每段数据保留多少字节
    .value = N
arg-redact-data = 记录中隐去客户端存入的内容，只留长度：`values` 隐去值，`keys` 连键也隐去
    .value = 内容
arg-ring-size = 每个线程用多少内存存放已经产生、尚未写出的事件
    .value = 大小
arg-record = 把记录写入这个文件，`-` 表示标准输出
    .value = FILE
arg-overwrite = 覆盖已有的记录；不加此项则保留它，并在它的名称后加上编号
arg-record-max-size = 记录超过这个大小（`100MB`）就开始一个新文件；旧文件的名称后加上编号
    .value = 大小
arg-record-keep = 带编号的文件最多保留这么多个，最旧的先删除
    .value = N
arg-record-last =
    只在内存中保留最近发生的事（`30s`、`100MB` 或 `30s,100MB`），在收到 SIGUSR2、panic 或触发条件满足时写出；
    只给时间时最多占用 256MB
    .value = 时间|大小
arg-record-trigger = 有事件符合这个过滤条件时，写出最近发生的事，例如 `ev=close & why~"reset"`
    .value = 表达式
arg-record-paused = 先不写记录，等到收到 SIGUSR1 或事件端口上的命令再开始
arg-events = 在这里监听观看者和命令（`help` 会列出命令）；只写端口则指本机
    .value = 地址
arg-events-token =
    只让先报出这个令牌的人进来；监听的不只是本机地址时必须设置。放在环境变量里，别人看不到；写在命令行上，本机
    的每个用户都看得到
    .value = 令牌
arg-step = 在第一个事件之前就扣住服务器；由观看的人逐个事件放行（`serve` 还需要 --events）
arg-suboptions = maxconns_fast、hashpower=N、hash_algorithm=jenkins|murmur3；可用逗号列出多个，也可重复 -o
    .value = 选项
arg-lesson = 用你自己的 telnet 学习这一课：每一步都等你亲手触发
    .value = 名称|FILE.md
arg-theme = 配色：用于深色或浅色背景，两者皆宜的强烈配色，或者不用颜色
    .value = 主题
arg-color = 是否使用颜色
    .value = 何时
arg-ascii = 只用 ASCII 绘制；LC_ALL、LC_CTYPE 或 LANG 指定的区域设置不是 UTF-8 时自动如此
arg-classroom = 用于投影：内容更少、更大
arg-addr = 事件端口的地址；只写端口则指本机
    .value = 地址
arg-attach-events-token = 那个服务器的 --events-token
    .value = 令牌
arg-session = 脚本；其中 `#args: -R 1` 一行可为服务器添加选项
    .value = 脚本
arg-record-output = 要写入的记录，`-` 表示标准输出
    .value = FILE
arg-file = 记录文件，`-` 表示标准输入
    .value = FILE
arg-lenient = 跳过损坏的行，只统计其数量
arg-at = 从这里开始：事件（`57`）、时间（`1.25s`、`300ms`）、百分比（`50%`）或某一章
    .value = N|时间|章
arg-speed = 以实际速度的这么多倍播放
    .value = 倍数
arg-idle-limit = 播放时，两个事件之间最多等待这么久（`500ms`、`2s`）
    .value = 时间
arg-pause-on-marks = 播放到每一章时停下
    .value = yes|no
arg-replay-filter = 只显示符合条件的事件，例如 'ev=state & conn=0'（见 README）
    .value = 表达式
arg-format = 以什么形式输出
    .value = 格式
arg-print-filter = 只输出符合条件的事件，例如 'ev=state & conn=0'（见 README）
    .value = 表达式
arg-name = 课程的编号、名称或名称的开头；或者你自己的课程文件（FILE.md）
    .value = 名称|FILE.md
arg-from-start = 从第一步开始，不管以前学到哪里、答过什么
arg-list = 列出全部课程：内容、所需时间，以及你的进度
arg-text = 即使有终端，也把课文连同事件以文字输出
arg-new = 依据这份记录新写一课：每个值得注意的事件为一步
    .value = 记录
arg-lesson-output = 新课程写到哪里（默认：标准输出）
    .value = FILE.md
arg-page = Markdown 文档
arg-shell = 哪一种 shell
    .value = SHELL
arg-command = 哪个命令；不写则指 memstep 本身
    .value = 命令
arg-large-pages = 大内存页
    .value = 值
arg-sasl = SASL
    .value = 值

## By name：值的含义，按参数的 id

choice-experiment-edge-triggered = 以 EPOLLET 注册客户端的套接字
choice-redact-data-values = 隐去值，以及可能是值的内容
choice-redact-data-keys = 连键也隐去
choice-theme-dark = 用于深色背景
choice-theme-light = 用于浅色背景
choice-theme-contrast = 高对比度，没有灰色，用强烈的色块
choice-theme-mono = 不用颜色，只用粗体、反白和下划线
choice-color-auto = 由 `NO_COLOR` 和终端决定
choice-color-always = 不管它们怎么说，总是使用
choice-color-never = 从不使用
choice-format-text = 给人读的叙述
choice-format-flow = 系统调用和状态变化，如同 strace 和 -vvv 所示
choice-format-startup = 启动时的系统调用
choice-format-calls = 每个线程进入的函数
choice-format-vvv = memcached 1.4.24 -vvv 会打印的内容
choice-format-jsonl = 记录文件的原始各行

## clap 自己的用语；以及手册页的标题

help-usage = 用法：
help-commands = 命令
help-arguments = 参数
help-options = 选项
help-colon = ：
help-options-here = [选项]
help-command-here = 命令
help-default = [默认：{ $value }]
help-possible = [可选值：{ $values }]
help-possible-list = 可选值：
help-possible-value = { $value }：{ $what }
help-environment = [环境变量：{ $name }]
help-help = 显示帮助
help-help-more = 显示帮助（更详细的用 --help）
help-help-less = 显示帮助（摘要用 -h）
help-version = 显示版本
page-name = 名称
page-synopsis = 概要
page-description = 说明
page-extra = 附注
page-version = 版本
