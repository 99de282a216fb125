### 时空图面板：泳道，时间向下，以及箭头。

spacetime-title = 时空图 · { $scale }（+ -）
spacetime-nothing-yet = 等待第一个事件

## 什么占一行：标题里的，以及改变时说的

spacetime-scale-each = 每个事件一行
spacetime-scale-runs = 连续动作合为一行
spacetime-scale-crossing = 只看跨泳道的
spacetime-now-each = 时空图：每个事件占一行
spacetime-now-runs = 时空图：线程独自做的一连串事合为一行
spacetime-now-crossing = 时空图：只有从一条泳道到另一条的才占一行

## 泳道上方；前两个各占 6 列

spacetime-client = 客户端
spacetime-kernel = 内核
spacetime-more = 另有 { $n } 个

## 行的旁边：泳道未显示的线程

spacetime-of-thread = { $thread }：{ $words }
