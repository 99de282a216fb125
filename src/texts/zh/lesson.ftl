### 课程在课文之外说的话：在屏幕上，在纯文本里，以及对编写课程的人

## 最后一行

lesson-hint-answer = 作答
lesson-hint-show = 揭晓
lesson-hint-again = 从头开始
lesson-hint-next = 下一步
lesson-hint-elsewhere = 回到课程
lesson-hint-before = 上一步
lesson-hint-events = 逐个事件
lesson-hint-why = 为什么
lesson-hint-alone = 只看课文

## 对按键的回应

lesson-begun = 回车：下一步   退格：上一步   ?：所有按键
lesson-continued = 从第 { $n } 步继续，共 { $of } 步（R 从头开始）
lesson-asked = 你怎么看？按字母作答，s 直接揭晓
lesson-ended = 这一课完了：R 从头开始，退格返回，q 退出
lesson-first-step = 这是第一步
lesson-no-chapter = 没有这一章
lesson-not-kept = 学习进度无法保存：{ $why }

## 课文面板

lesson-title = 第 { $n } 步，共 { $of } 步 · { $chapter }
lesson-title-waiting = 第 { $n } 步，共 { $of } 步 · 等待 · { $chapter }
lesson-title-over = { $lesson } · 完
lesson-elsewhere = ◂ 你在事件 { $here }；这一步在事件 { $there }。L：回到这一步
lesson-client = > 客户端：
lesson-no-event = （记录里没有这一步的事件）
lesson-no-event-live = （它的事件没有发生，或已被丢弃）

## 课文面板：问题与答案

lesson-before-next = { $thread } 到了 { $what }。在那之后：
lesson-before-thread = 接下来：{ $what }
lesson-before = 接下来：{ $what }，在 { $thread } 上
lesson-letters = a-{ $last }：你认为是哪个？   s：直接揭晓
lesson-right = ✓ 对了：
lesson-not-so = ✗ 不对：
lesson-it-is = {"  答案是："}

## 课文面板：等待

lesson-not-yet = 这一步还没有发生。
lesson-with-telnet = 在另一个终端里，用 telnet：
lesson-telnet-close = Ctrl-]，然后输入 quit
lesson-held = 服务器被扣住了：. 放行下一个事件，p 放开。
lesson-without-it = 回车：不等了，继续

## 课文面板：结束

lesson-score = { $asked } 个问题答对了 { $right } 个。
lesson-unanswered = { $n } 个没有作答。
lesson-following = 下一课：{ $title }
lesson-over = R 从头开始；记录还在这里，可以继续看。`memstep lesson --list` 列出所有课程。

## 问题

lesson-ask-next = { $thread } 接下来做什么？
lesson-ask-result = { $call } 返回什么？
lesson-ask-ready = epoll_wait 向 { $thread } 报告什么？
lesson-ask-to = { $conn } 的下一个状态是什么？
lesson-ask-state = 它从哪个状态开始？
lesson-ask-thread = 这发生在哪个线程上？
lesson-ask-worker = 选中的是哪个工作线程？
lesson-ask-data = 是哪些字节？
lesson-ask-depth = 此后队列里有多少项？
lesson-ask-interest = 等待的是什么？
lesson-ask-want = 它要读多少字节？
lesson-ask-why = 为什么关闭？
lesson-ask-of-conn = 此后 { $conn } 的 { $field } 是多少？
lesson-ask-field = 它的 { $field } 是什么？

## 选项

lesson-choice-nothing = 什么也不做：一直睡到客户端有动作
lesson-choice-wake = wake：epoll_wait 返回
lesson-choice-wait = wait：进入睡眠
lesson-ready-and = ，
lesson-ready-pipe = 管道
lesson-ready-listening = 监听套接字
lesson-ready-r = { $who } 可读
lesson-ready-w = { $who } 可写
lesson-ready-rw = { $who } 可读且可写
lesson-ready-timer = 只是定时器到期
lesson-ready-nothing = 什么也没有

## 纯文本的课程

lesson-head = { $steps } 步，{ $minutes } 分钟；记录 { $recording }
lesson-answer = { $letter }：{ $right }。
lesson-answer-why = { $letter }：{ $right }。{ $title }。{ $why }

## 课程列表

lesson-minutes = { $n } 分钟
lesson-in-english = （英文）
lesson-far = {" "}· 到过第 { $n } 步，共 { $of } 步
lesson-far-score = {" "}· 到过第 { $n } 步，共 { $of } 步，{ $asked } 题答对 { $right }
lesson-how-to-open = `memstep lesson NAME` 打开一课；写编号或名称的开头即可。

## 哪一课

lesson-unknown = 没有这一课：{ $name }（`memstep lesson --list` 列出所有课程）
lesson-unknown-near = 没有这一课：{ $name }；是不是 { $near }？（`memstep lesson --list` 列出所有课程）
lesson-ambiguous = { $name } 可能是 { $names }；请多写几个字母
lesson-not-translated = { $name } 还没有译成中文：这是英文版
# 用英文写的语言名称：出现在只能显示 ASCII 的终端上。
lesson-language = Chinese
lesson-no-ascii = ASCII 写不出 { $language }；这一课用英文显示

## 文件

lesson-not-read = 无法读取课程 { $file }
lesson-not-utf-8 = { $file }:{ $line }: 这里的文本不是 UTF-8；请保存为 UTF-8
lesson-recording-not-opened = { $file }: 无法打开它的记录；`recording:` 是从课程所在目录算起的路径
lesson-recording-not-carried = { $file }: 它的记录 { $recording } 没有随程序提供
lesson-progress-broken = { $file }: 无法理解（{ $why }）；原文件保留为 { $kept }，另建了一个新的

## 新课程

lesson-new-stdin = --new 需要一个文件：课程里要写明它的记录
lesson-new-bad-name = { $recording }: 课程里写不下这样的名称；请给记录改名
lesson-new-not-found = 找不到 { $file }
lesson-new-exists = { $file } 已经存在；请另选一个名称
lesson-new-not-written = 无法写入 { $file }
lesson-new-done = { $file }: { $steps } 步；`memstep lesson { $file }` 打开它，`memstep check { $file }` 检查它
lesson-new-title = 一课
lesson-new-about = 用一句话说明这一课讲什么。
lesson-new-beginning = 开头
lesson-new-chapter = 一章
