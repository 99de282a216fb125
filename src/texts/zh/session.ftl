### .session 脚本及其步骤的错误，以及文件的错误

## 无法完成的步骤

session-wrong = { $file }:{ $line }: { $text }: { $cause }
session-silence = { $seconds } 秒内没有收到内容：应收到 { $wanted } 字节，实际收到 { $got }（{ $n } 字节）
session-stuck = 服务器 { $seconds } 秒内没有读取任何内容
session-closed = 服务器关闭了连接：应收到 { $wanted } 字节，实际收到 { $got }（{ $n } 字节）
session-different = 应收到 { $wanted }，实际收到 { $got }：从第 { $at } 个字节起不同

## 不成步骤的行

session-too-much = 到此为止各步合计超过 { $most } MiB
session-too-much-once = 一步超过 { $most } MiB
session-no-name = `{ $step }` 之后应为客户端的名称
session-recv = 应为 `recv NAME "BYTES"` 或 `recv NAME N`
session-wait = 应为 `wait` 或 `wait MILLISECONDS`
session-rcvbuf = 应为 `rcvbuf NAME BYTES`
session-is-recording = 这是一份记录，不是脚本；用 `memstep replay FILE` 观看
session-no-step = 没有这种步骤：{ $step }；应为 open、send、recv、wait、shut、close、reset、eof 或 rcvbuf
session-nothing-more = `{ $step } { $name }` 之后不应再有内容
session-open-already = 客户端 `{ $name }` 已经打开
session-rcvbuf-first = 客户端 `{ $name }` 已经打开：`rcvbuf` 要写在 `open` 之前
session-not-open = 客户端 `{ $name }` 在这里没有打开；之前应有 `open { $name }`
session-not-open-here = 客户端 `{ $name }` 在这里没有打开

## 发送的内容

session-bytes = 应为 "BYTES"
session-bytes-found = 应为 "BYTES"，却是 { $found }
session-times = `*` 之后应为数字
session-no-ascii = `{ $character }` 不是可见的 ASCII 字符：请把它的各个字节写成 \xHH
session-quote-open = 应有与前面配对的 "
session-escape-nothing = \ 之后应有一个字符
session-escape-hex = \x 之后应为两个十六进制数字
session-escape-octal = 八进制转义最大为 \377
session-no-escape = 没有这种转义：\{ $character }；应为 \r \n \t \0 \xHH \" \\

## 文件

session-file-taken = 另一个 memstep 正在记录到这个文件；请换一个文件
session-file-stays = { $error }；已写出的内容在 { $file }
