### 命令行和设置文件里的错误

## clap 自己的句子（英语由 clap 自己说）

wrong = 错误：{ $what }
wrong-tip = 提示：{ $what }
wrong-more = 更多说明见 --help。
wrong-name = “{ $name }”
wrong-argument = 没有“{ $argument }”这个参数
wrong-command = 没有“{ $command }”这个命令
wrong-no-equals = 给“{ $argument }”赋值要用等号
wrong-no-value = “{ $argument }”需要一个值
wrong-value = “{ $argument }”的值“{ $value }”无效
wrong-value-why = { $what }：{ $reason }
wrong-one-more = “{ $argument }”不再需要值，却多了“{ $value }”
wrong-too-few = “{ $argument }”至少需要 { $min } 个值，只给了 { $actual } 个
wrong-count = “{ $argument }”需要 { $expected } 个值，给了 { $actual } 个
wrong-missing = 缺少以下必需的参数：
wrong-no-command = “{ $command }”后面需要一个命令
wrong-twice = 参数“{ $argument }”只能用一次
wrong-conflict = 参数“{ $argument }”不能和“{ $other }”一起用
wrong-conflicts = 参数“{ $argument }”不能和以下参数一起用：
wrong-utf8 = 有的参数不是有效的 UTF-8
wrong-whole-number = 应为整数
wrong-number = 应为数字
wrong-yes-or-no = 应为 yes 或 no
wrong-too-large = 数字太大
wrong-range = 应在 { $from } 到 { $to } 之间
wrong-at-least = 应不小于 { $from }
wrong-like-commands = 有名称相近的命令：{ $names }
wrong-like-arguments = 有名称相近的参数：{ $names }
wrong-like-values = 有相近的值：{ $names }
wrong-as-value = 如果“{ $value }”是一个值，请写成“{ $how }”
wrong-after-dashes = 有“{ $command }”这个命令；要用它，请去掉前面的“--”
wrong-there-is = 有“{ $what }”

## 语言

wrong-ascii = --lang { $lang } 不能和 --ascii 一起用：ASCII 里没有这种语言的字符；请去掉其中一个，或者改用 --lang en

## 值：时间、大小、地址

value-time = 应为带单位的时间：500ms、2s、1.5s
value-speed = 应为大于 0 的数，例如 0.5 或 10
value-size = 应为大小：64K、100MB、1G
value-at-least = 至少应为 { $size }
value-at-most = 至多应为 { $size }
value-time-or-size = 应为时间或大小：30s、100MB 或 30s,100MB
value-nothing-kept = 时间应大于 0，大小至少应为 1MB
value-events-addr = 应为地址加端口，如 127.0.0.1:11212，或者只写端口
value-token-length = 长度应为 1 到 1000 字节
value-token-word = 应为一个词，不含空格和控制字符

## memcached 各选项的值

value-hashpower = hashpower 应为 12 到 32 之间的整数
value-hashpower-missing = hashpower 需要一个数：hashpower=20
value-hash-algorithm = hash_algorithm 应为 jenkins 或 murmur3
value-suboption-not-here = { $memcached } 有 { $name }，这个服务器没有
value-suboption-unknown = 没有这个选项：{ $name }
value-item-size = 应为大小：512k、1m、2000000
value-item-size-small = 最大条目不能小于 1024 字节
value-item-size-large = 条目大小的上限不能高于 128 MB
value-factor = 应为大于 1 的数
value-octal = 应为八进制数，例如 0700
value-delimiter = 应为一个可见字符
value-protocol = 应为 ascii、binary 或 auto
value-large-pages = 这个系统没有大内存页
value-sasl = 这个服务器没有 SASL
value-address = 应写出一个地址

## man 命令

no-such-subcommand = 没有这个命令：{ $name }；有 { $names }
page-unwritten = 无法写出手册页

## 设置文件

setting-one-of = 应为以下之一：{ $names }
setting-flag = 应为 true 或 false
setting-or-none = { $expected }，或 "none"
setting-wrong = { $place }：{ $what }
setting-all = （`memstep config` 打印全部设置）
setting-of = { $name }：{ $what }
setting-unknown = 没有这个设置：{ $name }；有 { $names }
setting-unknown-near = 没有这个设置：{ $name }；是不是 { $near }？
settings-unreadable = { $file }：无法读取
settings-unreadable-why = { $file }：无法读取：{ $why }；使用默认设置
settings-there = 读取自 { $file }（文件已存在）。
settings-not-there = 读取自 { $file }（文件还不存在）。
settings-nowhere = 没有可读取的文件：MEMSTEP_CONFIG 为空，或者没有主目录。

## By name：设置文件里每个设置上方的说明，以及文件开头的说明

setting-head = memstep 的画面外观和播放方式。命令行上的选项优先于这里的设置。
setting-theme = dark、light、contrast 或 mono。不设置时：终端表明是浅色背景（COLORFGBG）则为 light，否则为 dark。
setting-color = auto、always 或 never。auto：设置了 NO_COLOR 就不用颜色。
setting-ascii = 只用 ASCII 绘制。不设置时：区域设置（LC_ALL、LC_CTYPE、LANG）不是 UTF-8 就只用 ASCII。
setting-classroom = 用于投影：内容更少、更大。
setting-speed = 以实际速度的多少倍播放记录。
setting-idle-limit = 播放时两个事件之间最长的停顿："500ms"、"2s"；"none" 表示停顿照原样播放。
setting-pause-on-marks = 播放到每一章时停下。
setting-mouse = 一开始就使用鼠标（M 切换）。
setting-lang = en 或 zh：所有文字的语言。不设置时：由 LC_ALL、LC_MESSAGES 或 LANG 决定。
