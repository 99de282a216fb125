### 课程里的错误：出在文本里，或出在各步与记录的对应上

## memstep check

lesson-check-text = { $file }: { $n } 个问题；文本有错，因此没有查找它的事件
lesson-check-recording = { $file }: 无法读取它的记录：{ $why }
lesson-check-recording-count = { $file }: 1 个问题
lesson-check-done = { $file }: { $chapters } 章，{ $steps } 步，{ $problems ->
        [0] 没有问题
       *[other] { $problems } 个问题
    }

## 步骤与记录

lesson-problem = { $line }: 第 { $step } 步：{ $what }
lesson-problem-nowhere = “{ $title }”找不到事件：记录里没有符合 { $filter } 的事件
lesson-problem-earlier = “{ $title }”在上一步的事件之后找不到事件：符合 { $filter } 的事件共 { $n } 个，都在那之前；
    请把这一步移到前面，或另选一个事件
lesson-problem-back = “{ $title }”永远不会到达：它的事件不在第 { $step } 步的事件之后；请改用 `next`，或把它移到前面
lesson-problem-not-said = “{ $title }”问 `{ $ask }`，但它的事件（{ $kind }）没有给出答案，
    该线程上直到下一步之前的事件也没有
lesson-problem-too-few = “{ $title }”问 `{ $ask }`，但其他可选的答案不够多
lesson-problem-stuck = 第 { $first } 步到第 { $last } 步永远不会到达：在运行中的服务器上，课程会一直停在这里等待
lesson-problem-stuck-last = 第 { $last } 步永远不会到达：在运行中的服务器上，课程会一直停在这里等待

## 文件头

lesson-wrong-long = 文本超过 { $most } 字节；请分成几课
lesson-wrong-head = 这里应为一行 `---`，接着是 { $keys }，每项一行，最后再一行 `---`
lesson-wrong-head-open = 这个 `---` 下面没有与它配对的；应在最后一项之后再写一个
lesson-wrong-key-missing = 缺少 `{ $key }:`；应写在这一行之前
lesson-wrong-key = 这里应为 `KEY: VALUE`，KEY 是以下之一：{ $keys }
lesson-wrong-key-twice = `{ $key }:` 出现了第二次；请删去一个
lesson-wrong-key-empty = `{ $key }:` 之后应有内容
lesson-wrong-minutes = 这里应为 1 到 { $most } 之间的数
lesson-wrong-language = 这里应为 { $codes }

## 章、步骤与代码块

lesson-wrong-heading = 标题是空的；请用几个字写明接下来是什么
lesson-wrong-no-chapter = 这一课没有章；应有 `# 章`，下面再有 `## 步骤`
lesson-wrong-no-step = 这一章没有步骤；下面应有标题 `## 步骤`
lesson-wrong-step-first = 第一章之前出现了步骤；上面应有标题 `# 章`
lesson-wrong-no-block = 这一步没有指明事件；标题下面应有 ```step 代码块，其中有一行 `next FILTER`
lesson-wrong-no-event = 这一步的代码块没有指明事件；其中应有一行 `next FILTER`
lesson-wrong-step-outside = `step` 代码块不在任何步骤里；上面应有 `## 步骤`
lesson-wrong-step-twice = 第二个 `step` 代码块；一步只有一个：另起一步请用 `##`
lesson-wrong-do-outside = `do` 代码块不在任何步骤里；上面应有 `## 步骤`
lesson-wrong-do-block = `do` 代码块是空的；其中应为 connect、close 或要输入的内容

## step 代码块里的行

lesson-wrong-unknown = 没有这个{ $what ->
        [key] 字段
        [panel] 面板
        [question] 问题
       *[word] 关键字
    }：{ $word }；应为以下之一：{ $all }
lesson-wrong-unknown-near = 没有这个{ $what ->
        [key] 字段
        [panel] 面板
        [question] 问题
       *[word] 关键字
    }：{ $word }；是不是 { $near }？
lesson-wrong-event-twice = 在 `{ $word }` 之前已经指明了一个事件；一步只讲一个事件：请把这一行写成单独的一步
lesson-wrong-filter = `{ $word }` 之后应为过滤表达式，例如 `{ $word } ev=state & to=conn_nread`
lesson-wrong-field = `{ $field }` 每次录制都不一样；请写明发生了什么，例如 `ev=read & conn=0`
lesson-wrong-show = `show` 之后应为面板：{ $panels }
lesson-wrong-panel-twice = 面板 { $panel } 写了两次
lesson-wrong-ask = `ask` 之后应为所问的内容：{ $questions }
lesson-wrong-ask-twice = 第二个 `ask`；一步只问一件事
lesson-wrong-guess = `{ $word }` 无从猜测；应为以下之一：{ $questions }
lesson-wrong-do = `do` 之后应为客户端所做的事：connect、close 或它输入的内容
