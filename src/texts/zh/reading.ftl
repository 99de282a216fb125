### 读取一份记录时发现的错误和异常

## 无法读取

reading-open = { $file }: 无法打开
reading-failed = { $file }:{ $line }: 读取失败
reading-empty =
    { $file }: 文件是空的；应为一份记录，其第一行以 { $beginning } 开头

    用 `memstep record SESSION -o FILE` 或 `memstep serve --record FILE` 可以生成记录
reading-not-a-trace =
    { $file }:1:1: 不是记录；第一行应以 { $beginning } 开头，却是“{ $looks }”
reading-header = { $file }:1:{ $column }: 记录的文件头有误：{ $what }
reading-version =
    { $file }: 由 { $tool } 写成，格式版本为 { $version }；这个 memstep 最高能读版本 { $most }

    请用更新的 memstep 读取
reading-unnamed = 一个未署名的程序
reading-broken =
    { $file }:{ $line }:{ $column }: 这里应为一个事件：{ $what }

    加上 `--lenient` 就跳过这样的行，只统计其数量
reading-broken-near =
    { $file }:{ $line }:{ $column }: 这里应为一个事件：{ $what }，在“{ $near }”附近

    加上 `--lenient` 就跳过这样的行，只统计其数量

## 不是记录，那么可能是什么

reading-is-headless = 看起来是一个事件：记录的第一行是不是被截掉了？
reading-is-gzip = 看起来是 gzip：用 `gunzip -c FILE | memstep print -` 读取
reading-is-zstd = 看起来是 zstd：用 `zstd -dc FILE | memstep print -` 读取
reading-is-utf16 = 看起来是 UTF-16；记录应为 UTF-8：写出时请不要转换编码
reading-is-script = 看起来是 .session 脚本：用 `memstep record FILE -o TRACE` 运行并记录

## 文件头

reading-wrong-version = `version` 应为 1 到 { $most } 之间的整数
reading-wrong-unit = `t` 的单位是 { $unit }，这个程序只读纳秒（ns）
reading-wrong-threads = { $threads } 个工作线程太多了：一份记录最多 { $most } 个

## 不是事件的行

reading-no-json = 不是 JSON（{ $what }）
reading-no-utf8 = 这一行不是 UTF-8
reading-too-long = 这一行超过 { $n } MiB
reading-after-end = 记录已经结束：`end` 行之后只能是批注

## 异常

reading-line = 第 { $line } 行：{ $what }
reading-no-line-end = 最后一行没有换行符：记录可能在这里被截断
reading-cut = 最后一行不完整，已略去（{ $what }）
reading-skipped = 跳过了 { $n } 个损坏的行
reading-not-closed = 记录没有正常结束：没有 `end` 行
reading-more-broken = 另有 { $n } 行不是事件
reading-shorter = 文件变短了，或者再也无法读取
