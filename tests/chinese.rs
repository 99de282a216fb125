//! The commands in Chinese: what they print, and what they say when something is wrong.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;

const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/traces/set-get.jsonl");

/// What `memstep --lang zh` prints and says in that folder.
fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = common::program::memstep();
    command.current_dir(folder).stdin(Stdio::null()).args(["--lang", "zh"]).args(args);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_is_in_a_recording_is_told_in_aligned_rows() {
    let folder = TempDir::new().unwrap();
    let (code, out, err) = run(folder.path(), &["info", RECORDING]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for line in [
        "记录程序  memstep 0.1.0，格式版本 1\n",
        "线程      main 和 4 个工作线程\n",
        "数据      每段最多保留 256 字节\n",
        "章        start-up、a new connection、set a 0 0 4、get a、quit\n",
        "连接      接受 1 个，关闭 1 个\n",
        "收发      收到 32 字节，发送 32 字节\n",
        "丢失      没有\n完整      是\n\n按线程\n",
    ] {
        assert!(out.contains(line), "{line}:\n{out}");
    }
}

#[test]
fn what_is_wrong_with_a_recording_is_listed() {
    let folder = TempDir::new().unwrap();
    let whole = fs::read_to_string(RECORDING).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let other = lines[4].replace("\"th\":\"main\"", "\"th\":\"worker9\"");
    let broken = [&lines[..4], &[other.as_str(), "broken"], &lines[6..]].concat().join("\n") + "\n";
    fs::write(folder.path().join("broken.jsonl"), broken).unwrap();
    fs::write(folder.path().join("cut.jsonl"), &whole[..3000]).unwrap();
    let (code, out, _) = run(folder.path(), &["check", RECORDING]);
    assert_eq!(code, Some(0));
    assert!(out.ends_with(" 个事件，没有问题\n"), "{out}");
    let (code, out, _) = run(folder.path(), &["check", "broken.jsonl"]);
    assert_eq!(code, Some(1));
    for line in [
        "broken.jsonl: 第 5 行：#4：没有 worker9 这个线程：文件头说有 4 个工作线程\n",
        "broken.jsonl: 第 6 行：第 1 列：不是事件：不是 JSON（expected value）\n",
        "broken.jsonl: 提示：第 6 行：这里丢失了内容；从此处起不再检查队列、连接、状态和函数调用\n",
        " 个事件，2 个问题\n",
    ] {
        assert!(out.contains(line), "{line}:\n{out}");
    }
    let (code, out, _) = run(folder.path(), &["check", "cut.jsonl"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("：最后一行不完整，已略去（EOF while parsing a string）\n"), "{out}");
    assert!(out.contains("：记录没有正常结束：没有 `end` 行\n"), "{out}");
    // Whether it was closed stands in a row, and is not said again.
    let (code, out, err) = run(folder.path(), &["info", "cut.jsonl"]);
    assert_eq!((code, err.lines().count()), (Some(2), 1), "{err}");
    assert!(out.contains("完整      否，记录没有正常结束\n"), "{out}");
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = TempDir::new().unwrap();
    for (name, text) in [
        ("empty", ""),
        ("wrong.session", "open a\nsned a \"x\"\n"),
        ("other.session", "open a\nsend a \"get a\\r\\n\"\nrecv a \"STORED\"\n"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let cases: [(&[&str], &str); 9] = [
        (&["check", "no"], "no: 无法打开: No such file or directory (os error 2)\n"),
        (
            &["info", "empty"],
            "empty: 文件是空的；应为一份记录，其第一行以 {\"format\":\"memstep-trace\" 开头\n\
             用 `memstep record SESSION -o FILE` 或 `memstep serve --record FILE` 可以生成记录\n",
        ),
        (
            &["check", "wrong.session"],
            "wrong.session:1:1: 不是记录；第一行应以 {\"format\":\"memstep-trace\" 开头，却是“open a”\n\
             看起来是 .session 脚本：用 `memstep record FILE -o TRACE` 运行并记录\n",
        ),
        (
            &["record", "wrong.session", "-o", "t"],
            "wrong.session:2: sned a \"x\": 没有这种步骤：sned；应为 open、send、recv、wait、shut、close、reset、eof \
             或 rcvbuf\n",
        ),
        (
            &["record", "other.session", "-o", "t"],
            "other.session:3: recv a \"STORED\": 应收到 \"STORED\"，实际收到 \"END\\r\\n\"：从第 1 个字节起不同\n",
        ),
        (
            &["record", "wrong.session", "-o", "wrong.session"],
            "-o wrong.session: 这就是脚本本身；请为记录另取一个文件名\n",
        ),
        (&["serve", "-p", "0"], "-p 0 关闭了 TCP，不加 -U 也没有 UDP：没有可监听的端口；请选一个端口\n"),
        (
            &["attach", "1"],
            "127.0.0.1:1: 那里没有程序在监听；`memstep serve --events PORT` 会监听，并说明在哪里: Connection refused \
             (os error 111)\n",
        ),
        (
            &["live"],
            "live 需要一个终端来绘制画面，并在 TERM 里有它的名称；不用终端时，请用 `memstep serve --record FILE` \
             运行服务器\n",
        ),
    ];
    for (args, says) in cases {
        let (code, out, err) = run(folder.path(), args);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}");
        assert_eq!(err, format!("memstep: {says}"), "{args:?}");
    }
}
