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
