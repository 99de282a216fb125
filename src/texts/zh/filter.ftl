### 过滤表达式的错误

filter-too-long = 过滤表达式最多 { $n } 字节
filter-no-open = 这个 ) 没有对应的 (
filter-end = 结尾
filter-too-deep = 括号和 ! 最多嵌套 { $n } 层
filter-no-close = 这个 ( 没有闭合
filter-alone = { $name } 单独使用：它或者有，或者没有
filter-number = { $name } 是数字：用 = != < <= > >= 比较
filter-flag = { $name } 是 true 或 false：用 = 和 != 比较
filter-bytes = { $name } 是字节：用 = != ~ !~ 比较
filter-word = { $name } 是单词：用 = != ~ !~ 比较
filter-one-comparison = { $found } 之前应有 & 或 |：一个条件只有一次比较
filter-ev-flags = 事件标志要写在引号里：ev_flags="EV_READ|EV_PERSIST"
filter-known-as = 没有这个字段：{ $name }；这里叫 { $known-as }
filter-belongs-to = { $name } 是{ $what ->
    [kind] 事件种类
    [state] 状态
    [thread] 线程
    [function] 函数
   *[error] 错误码
}，不是字段：{ $field }={ $name }
filter-number-alone = { $name } 之前应有字段，例如 conn=0 或 t>1.2s
filter-no-field = 没有这个字段：{ $name }；最常用的是 ev、th、conn、fd、to、data、ret、errno 和 t
filter-no-field-but = 没有这个字段：{ $name }；是不是 { $near }？
filter-whole-number = { $name } 是整数：{ $example }
filter-time = { $name } 是时间：1.2s、300ms、15us，或只写纳秒数
filter-true-or-false = { $name } 是 true 或 false；单写 { $name } 就是 { $name }=true
filter-what-kind = 事件种类
filter-what-error = 错误码
filter-what-thread = 线程
filter-what-state = 状态
filter-what-function = 函数
filter-what-protocol = 协议
filter-what-event-flag = 事件标志
filter-kinds = 后来版本的种类要写在引号里
filter-errors = 本系统没有的错误码要写在引号里
filter-threads = 有 main、worker0、worker1……和 client；别的要写在引号里
filter-states = 与 `-vvv` 相同：conn_new_cmd、conn_read、conn_nread……；其他版本的状态要写在引号里
filter-functions = 是 memcached 的函数，例如 drive_machine 或 conn_new；memstep 不认识的要写在引号里
filter-flags = EV_READ、EV_WRITE 和 EV_PERSIST，"EV_READ|EV_PERSIST"
filter-protocols = auto-negotiate、ascii 和 binary
filter-no-name = 没有这个{ $what }：{ $word }；{ $most }
filter-no-name-but = 没有这个{ $what }：{ $word }；是不是 { $near }？
filter-no-comparison = 没有这种比较：{ $sign }；是不是 { $meant }？
filter-quote-word = { $sign } 之后应有值；单词 { $word } 要写在引号里："{ $word }"
filter-no-value = { $sign } 之后应有值，却是 { $found }
filter-field-before-quotes = 引号之前应有字段，例如 data~"set"
filter-field-before = { $sign } 之前应有字段，例如 conn=0
filter-condition = 应有一个条件，例如 ev=state 或 conn=0
filter-condition-found = 应有一个条件，例如 ev=state 或 conn=0；却是 { $found }
filter-side-by-side = 两个条件并列：中间要写 &（都满足）或 |（满足其一）
filter-and-or = { $found } 之前应有 & 或 |；含空格的值要写在引号里
filter-quotes = 字节和含空格的词要写在 "..." 里
filter-only-in-quotes = { $sign } 只能写在 "..." 里
filter-hex = \x 需要两个十六进制数字，例如 \x0d
filter-no-escape = 没有这种转义：\{ $sign }；有 \n \r \t \0 \" \\ 和 \x0d
filter-quotes-open = 这对引号没有闭合
