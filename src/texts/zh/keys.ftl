### 按键，按帮助中的顺序分节

keys-list = 断点列表
key-list-down = 向下、向上（也可用 ↓ ↑）
key-list-toggle = 停用，或重新启用
key-list-delete = 删除（也可用 x）
key-list-choose = 前往它所指的下一个事件
key-list-another = 再加一个：输入表达式
key-list-close = 关闭列表（也可用 q、B）

keys-lesson = 课程
key-lesson-next = 课程的下一步
key-lesson-previous = 上一步
key-lesson-back = 无论在哪里，回到这一步的事件
key-lesson-scroll = 课文向下、向上滚动
key-lesson-alone = 只看课文，或恢复与面板并排
key-lesson-again = 从头开始这一课，忘掉已有的回答

keys-question = 提问
key-question-answer = 作答（答完之后恢复它们平时的作用）
key-question-skip = 不作答，直接揭晓

keys-step = 步进
key-step = 前进、后退一个事件（也可用 → ←）；只在显示的事件中
key-step-connection = 这个连接的下一个、上一个事件
key-step-request = 下一个、上一个请求
key-step-same = / 的下一处、上一处；没有搜索时，下一个同类事件
key-step-chapter = 下一章、上一章
key-step-other-end = 另一端：从入队或通知到工作线程，以及返回
key-step-down = 向下、向上（也可用 ↓ ↑）；在文字面板里滚动文字
key-step-half = 向下、向上半页
key-step-first = 第一个、最后一个事件；042G 前往事件 42
key-step-follow = 跟随最新事件：服务器的，或正在写入的文件的
key-step-command = 前往 :123 :+10 :-5 :1.25s :50% :set（一章）；:q 退出
key-step-count = 开始计数：010. 走十步；一秒内没有按键就结束计数

keys-find = 查找
key-find-search = 搜索：文字，或 ev=read & ret>0 这样的表达式
key-find-filter = 只显示表达式所指的事件（也可用 :filter）；留空显示全部
key-find-connection = 只显示这个连接，或显示全部
key-find-like-this = 只显示同类事件，或显示全部
key-find-bookmark = ma 把这个事件设为书签，'a 前往书签，'' 回到跳转之前
key-find-jump-back = 逐次回到跳转前的位置
key-find-breakpoint = 在这种事件、转移、函数或操作上设断点，或取消
key-find-breakpoints = 全部断点；:break EXPR 设置一个
key-find-continue = 前往下一个断点，回到上一个（没有断点时：同类事件）

keys-play = 播放
key-play = 播放、暂停
key-play-speed = 加快、减慢
key-play-idle = 略过空闲时间，或完整播放（只影响显示）
key-play-hold = 扣住、放开服务器（在别处的：再按一次 p）；扣住时，. 放行一个事件
key-play-turn = 扣住时：轮到谁：主线程、某个工作线程，或等得最久的
key-play-record = 开始、停止记录到文件（停止别处的：再按一次 r）

keys-keep = 保存
key-keep-note = 给这个事件加批注（也可用 :note）
key-keep-export = 把显示的内容写入文件（也可用 :export FILE；.txt：屏幕）
key-keep-copy = 把这个事件以 JSON 复制

keys-look = 观看
key-look-panels = 线程、时空图、状态机、连接、调用栈、事件、为什么、内存
key-look-why = 解释：说明为什么的面板
key-look-next = 下一个面板（Shift-Tab：上一个）
key-look-zoom = 只看这个面板，或恢复全部
key-look-scale = 时空图：更多、更少的行
key-look-signs = 有动作、入睡；泳道运行时是 │，睡眠时是 ┊
key-look-theme = 下一个主题：dark、light、contrast、mono
key-look-language = 下一种语言：English、中文
key-look-mouse = 鼠标：点击事件或面板、滚动；或关闭
key-look-help = 本帮助
key-look-close = 依次关闭打开的窗口、过滤、搜索、面板；从不退出
key-look-paste = 粘贴的文字只进入正在输入的一行；在别处不予理会
key-look-suspend = 挂起程序
key-look-quit = 退出（也可用 Ctrl-C）
key-look-quit-and-leave = 退出，并把最后一屏留在终端里
key-look-live-only = 扣住、记录：仅限运行中的服务器
