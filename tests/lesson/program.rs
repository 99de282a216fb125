//! `memstep lesson`: what it prints, and in which language.

use super::{memstep, run};
use unicode_width::UnicodeWidthStr as _;

#[test]
fn a_lesson_as_text() {
    let (code, out, err) = run(&["lesson", "tests/lesson/sample.md", "--text"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(out);
}

#[test]
fn the_list_says_what_each_is_about_and_how_long_it_takes() {
    let (code, out, _) = run(&["lesson", "--list"]);
    assert_eq!(code, Some(0));
    for lesson in memstep::lesson::library::all(memstep::texts::Language::En) {
        let text = lesson.lesson().unwrap();
        for part in [lesson.name(), text.title.as_str(), &format!("· {} min", text.minutes)] {
            assert!(out.contains(part), "{part}:\n{out}");
        }
        assert!(out.replace(['\n', ' '], "").contains(&text.about.replace(' ', "")), "{out}");
    }
    assert!(out.lines().all(|line| line.width() <= 80), "{out}");
    assert_eq!(run(&["lesson"]).1, out, "with no name the lessons are listed");
}

#[test]
fn the_language_is_the_environment_s_unless_one_is_named() {
    let say = |vars: &[(&str, &str)], args: &[&str]| {
        let out = memstep(args).envs(vars.iter().copied()).output().unwrap();
        (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let zh = [("LANG", "zh_CN.UTF-8")];
    assert!(say(&zh, &["lesson", "--list"]).0.contains("打开一课"));
    assert!(say(&zh, &["lesson", "--list", "--lang", "en"]).0.contains("shows one"));
    assert!(say(&[("LANG", "en_US.UTF-8")], &["lesson", "--list", "--lang=zh"]).0.contains("打开一课"));
    let (out, err) = say(&zh, &["lesson", "2"]);
    let translated = std::path::Path::new("tutorials/zh/02-connection.md").exists();
    assert_eq!(err.contains("is not translated yet: this is the English one"), !translated, "{err}");
    assert_eq!(out.contains("What does accept4 return?"), !translated, "{out}");
}

#[test]
fn a_chinese_lesson_is_wrapped_by_its_width() {
    let dir = tempfile::tempdir().unwrap();
    let recording = std::path::Path::new("traces/set-get.jsonl").canonicalize().unwrap();
    let path = dir.path().join("l.md");
    let text = format!(
        "---\ntitle: 新连接\nabout: 客户端如何到达工作线程。\nrecording: {}\nminutes: 5\nlang: zh\n---\n# 主线程\n## 接受\n\
         ```step\nfirst ev=state & from=conn_new_cmd\nask to\n```\n```do\nconnect\n```\n{}\n",
        recording.display(),
        "主线程醒来，`drive_machine` 在 `conn_listening` 状态里调用 `accept4`；然后它选一个工作线程。"
            .repeat(5)
    );
    std::fs::write(&path, text).unwrap();
    let (code, out, err) = run(&["lesson", path.to_str().unwrap()]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("c0 的下一个状态是什么？") && out.contains("> 客户端：connect"), "{out}");
    let body: Vec<_> = out.lines().filter(|line| line.starts_with("    ")).collect();
    assert!(body.len() > 5, "{out}");
    for line in body {
        assert!(line.width() <= 78, "{line}");
        assert!(!line.trim_start().starts_with(['，', '。', '；', '、']), "{out}");
    }
}

/// What it says to somebody whose language is Chinese: exit code, stdout, stderr.
fn in_chinese(args: &[&str]) -> (Option<i32>, String, String) {
    let out = memstep(args).env("LANG", "zh_CN.UTF-8").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

#[test]
fn who_writes_a_lesson_is_told_in_chinese_what_is_wrong_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.md");
    let recording = std::path::Path::new("traces/set-get.jsonl").canonicalize().unwrap();
    let head = format!("---\ntitle: t\nabout: a\nrecording: {}\nminutes: 1\n---\n# c\n", recording.display());
    let checked = |head: &str, steps: &[&str]| {
        let steps: String = steps.iter().map(|step| format!("## 一步\n```step\n{step}\n```\n")).collect();
        std::fs::write(&path, format!("{head}{steps}")).unwrap();
        let (_, out, err) = in_chinese(&["check", path.to_str().unwrap()]);
        out.replace(path.to_str().unwrap(), "l.md") + &err
    };
    let mut said = checked(&head, &["next ev=close", "next ev=accept", "next ev=wait", "first ev=close"]);
    said += &checked(&head, &["next errno=ENOENT", "next ev=wait\nask to", "first ev=cq_push\nask depth"]);
    said += &checked(&head, &["next errno=ENOENT", "next ev=wait"]);
    said += &checked(&head, &["first ev=read"]);
    let blocks = [
        "next",
        "nxet ev=read",
        "next ev=read\nlast ev=read",
        "next seq=57",
        "next ev=read\nshow",
        "next ev=read\nshow thread stack stack",
        "next ev=read\nask",
        "next ev=read\nask stat",
        "next ev=read\nask seq",
        "next ev=read\nask ret\nask to\ndo",
        "show xyzzy",
    ];
    said += &checked(&head, &blocks);
    let wrong_head = head
        .replace("about: a\n", "abuot: a\nabout\ntitle: b\nlang: tlh\n")
        .replace("minutes: 1", "minutes:");
    said += &checked(&wrong_head.replace("# c", "## s\n# c\n##\n# d\n```step\n```\n```do\n```"), &[]);
    said += &checked(&head.replacen("---", "--", 1), &[]);
    said += &checked("---\nminutes: soon\n", &[]);
    said += &checked(&head, &["next ev=read\n```\n```step\n```\n```do\n```\n## s\n```x"]);
    insta::assert_snapshot!(said);
    let said = checked(&head.replace("set-get", "no-such"), &["first ev=read"]);
    assert!(said.starts_with("l.md: 无法读取它的记录：") && said.ends_with("l.md: 1 个问题\n"), "{said}");
}

#[test]
fn a_lesson_is_begun_in_chinese_and_says_so() {
    let (code, out, err) = in_chinese(&["lesson", "--new", "traces/set-get.jsonl"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for part in ["about: 用一句话说明这一课讲什么。\n", "\nlang: zh\n---\n", "## 来自客户端的字节\n"]
    {
        assert!(out.contains(part), "{part}: {out}");
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.md");
    let bare = out
        .split("\n\n")
        .next()
        .unwrap()
        .replace("traces/", &format!("{}/traces/", env!("CARGO_MANIFEST_DIR")));
    std::fs::write(&path, format!("{bare}\n# 一章\n## 读取\n```step\nfirst ev=read\nask ret\n```\n"))
        .unwrap();
    // A step that has no words is explained in the lesson's language, whatever that of the environment is.
    let (code, out, err) = run(&["lesson", path.to_str().unwrap()]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let out = out.replace([' ', '\n'], "");
    assert!(
        out.contains("：13。来自客户端的字节。read把13字节放进读缓冲区，那里有2,048字节的空间。"),
        "{out}"
    );
}

#[test]
fn what_is_not_there_is_said_in_chinese() {
    let said = |args: &[&str]| {
        let (code, out, err) = in_chinese(args);
        assert_eq!((code, out.as_str()), (Some(2), ""));
        err
    };
    assert_eq!(
        said(&["lesson", "strtup"]),
        "memstep: 没有这一课：strtup；是不是 startup？（`memstep lesson --list` 列出所有课程）\n"
    );
    assert_eq!(said(&["lesson", "s"]), "memstep: s 可能是 startup、set 或 slow-reader；请多写几个字母\n");
    assert!(said(&["lesson", "no-such.md"]).starts_with("memstep: 无法读取课程 no-such.md: "));
    assert!(said(&["lesson", "strtup", "--lang", "en"]).starts_with("memstep: no such lesson"));
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    let (code, out, err) = run(&["lesson", "strtup"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert_eq!(
        err,
        "memstep: no such lesson: strtup; did you mean startup? (`memstep lesson --list` lists them)\n"
    );
    let (code, _, err) = run(&["lesson", "set", "--lang", "de"]);
    assert!(code == Some(2) && err.contains("[possible values: en, zh]"), "{err}");
    let (code, _, err) = run(&["serve", "--experiment", "edge-trigger"]);
    assert!(code == Some(2) && err.contains("a similar value exists: 'edge-triggered'"), "{err}");
}

#[test]
fn an_experiment_is_told_at_the_head_of_its_recording() {
    let (_, out, _) = run(&["info", "traces/edge-triggered.jsonl"]);
    assert!(out.contains("(experiment: edge-triggered)"), "{out}");
}
