//! The program itself: what it prints, what it says when something is wrong, how it exits.
#![allow(clippy::unwrap_used)]

mod common;

use common::stories::{STORIES, record, reference};
use memstep::event::Detail;
use memstep::session::{Session, play};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn memstep(args: &[&str]) -> Command {
    let mut command = common::program::memstep();
    command.args(args).stdin(Stdio::null());
    command
}

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn said(output: Output) -> Said {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn run(args: &[&str]) -> Said {
    said(memstep(args).output().unwrap())
}

fn file(dir: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn str(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_recording_is_printed_checked_and_told_of() {
    let dir = TempDir::new().unwrap();
    let trace = record("set-get", Detail::Flow, 4);
    let path = file(&dir, "t.jsonl", &trace);
    let text = run(&["print", str(&path)]);
    assert_eq!((text.code, text.err.as_str()), (Some(0), ""));
    for line in
        ["── start-up ──", "read 2048 → 13 \"set a 0 0 4\\r\\n\"", "conn_parse_cmd → conn_nread", "⋯ "]
    {
        assert!(text.out.contains(line), "{line}:\n{}", text.out);
    }
    let jsonl = run(&["print", str(&path), "--format", "jsonl"]);
    assert_eq!(jsonl.out.as_bytes(), trace);
    let vvv = run(&["print", str(&path), "--format=vvv"]);
    assert!(vvv.out.contains(" set a 0 0 4\n") && vvv.out.contains(": Client using the ascii protocol\n"));
    let calls = run(&["print", str(&path), "--format", "calls"]);
    assert_eq!((calls.code, calls.out.as_str()), (Some(0), ""));
    assert!(calls.err.contains("holds no function calls"), "{}", calls.err);
    let check = run(&["check", str(&path)]);
    assert_eq!(check.code, Some(0), "{}", check.out);
    assert!(check.out.ends_with("no problems\n"), "{}", check.out);
    let info = run(&["info", str(&path)]);
    for line in [
        "title        set-get\n",
        "connections  1 accepted, 1 closed\n",
        "requests     3\n",
        "whole        yes\n",
    ] {
        assert!(info.out.contains(line), "{line}:\n{}", info.out);
    }
}

#[test]
fn a_filter_shows_the_events_that_are_meant_as_they_are_without_it() {
    let dir = TempDir::new().unwrap();
    let trace = String::from_utf8(record("set-get", Detail::Calls, 4)).unwrap();
    let path = file(&dir, "t.jsonl", trace.as_bytes());
    let print = |args: &[&str]| {
        let said = run(&[&["print", str(&path)], args].concat());
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
        said.out
    };
    // The lines themselves, and around them the header and the end.
    let lines: Vec<_> = trace.lines().collect();
    let meant =
        lines.iter().filter(|l| l.contains("\"ev\":\"state\"") && l.contains("\"to\":\"conn_nread\""));
    let meant: Vec<_> =
        lines[..1].iter().chain(meant).chain(lines.last()).map(|l| format!("{l}\n")).collect();
    assert!(meant.len() > 2);
    assert_eq!(print(&["--format", "jsonl", "--filter", "ev=state & to=conn_nread"]), meant.concat());
    // What is shown of an event does not depend on what is left out: names, depth, seq.
    for format in ["text", "flow", "calls", "vvv"] {
        let whole = print(&["--format", format]);
        let some = print(&["--format", format, "--filter", "th=worker0 & ev!=item"]);
        let (whole, some): (Vec<_>, Vec<_>) = (whole.lines().collect(), some.lines().collect());
        let shown = some.iter().filter(|l| !l.contains(" events in ") && !l.contains('⋯'));
        assert!(shown.clone().all(|l| whole.contains(l)), "{format}: {some:#?}");
        assert!(shown.count() > 3 && some.len() < whole.len(), "{format}: {some:#?}");
    }
    let text = print(&["--filter", "conn=99"]);
    assert!(text.contains(&format!("\n0 of {} events in ", lines.len() - 2)), "{text}");
    let wrong = run(&["print", str(&path), "--filter", "conn=0 & ev=stat"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (Some(2), ""));
    assert_eq!(
        wrong.err,
        "memstep: --filter is not understood:\n\
         conn=0 & ev=stat\n\x20           ^\nno such kind: stat; did you mean state?\n"
    );
}

#[test]
fn the_settings_completions_and_the_manual_are_printed() {
    let dir = TempDir::new().unwrap();
    let config = file(&dir, "c.toml", b"them = \"dark\"\n");
    let with = |path: &str, args: &[&str]| said(memstep(args).env("MEMSTEP_CONFIG", path).output().unwrap());
    let template = with("", &["config"]);
    assert_eq!((template.code, template.err.as_str()), (Some(0), ""));
    assert!(template.out.contains("#theme = \"dark\""), "{}", template.out);
    let wrong = with(str(&config), &["config"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("c.toml:1:1: no such setting: them; did you mean theme?"), "{}", wrong.err);
    // Where nothing is drawn, nothing of it is asked for.
    let trace = file(&dir, "t.jsonl", &record("one-packet", Detail::Flow, 4));
    let filtered = with(str(&config), &["replay", str(&trace), "--filter", "ev=accept"]);
    assert_eq!(filtered.code, Some(0), "{}", filtered.err);
    assert!(filtered.out.contains("\n1 of "), "{}", filtered.out);
    let wrong = run(&["replay", str(&trace), "--filter", "ev=acept"]);
    assert!(wrong.code == Some(2) && wrong.err.contains("did you mean accept?"), "{}", wrong.err);
    for (shell, word) in
        [("bash", "complete -F"), ("zsh", "#compdef memstep"), ("fish", "complete -c memstep")]
    {
        let script = run(&["completions", shell]);
        assert!(
            script.code == Some(0) && script.out.contains(word) && script.out.contains("replay"),
            "{shell}"
        );
    }
    let page = run(&["man"]);
    assert!(page.out.contains(".TH memstep 1") && page.out.contains("memstep\\-replay"), "{}", page.out);
    let page = run(&["man", "replay"]);
    assert!(page.out.contains(".TH memstep-replay 1") && page.out.contains("idle\\-limit"), "{}", page.out);
    let none = run(&["man", "reply"]);
    assert!(none.code == Some(2) && none.err.contains("there are serve, "), "{}", none.err);
}

#[test]
fn notes_at_the_end_of_a_recording_are_no_events() {
    let dir = TempDir::new().unwrap();
    let whole = String::from_utf8(record("one-packet", Detail::Flow, 4)).unwrap();
    let note = "{\"ev\":\"note\",\"at\":3,\"text\":\"a \\u001b[31m remark\"}\n";
    let path = file(&dir, "t.jsonl", (whole.clone() + note).as_bytes());
    let check = run(&["check", str(&path)]);
    assert_eq!(check.code, Some(0), "{}", check.out);
    assert!(check.out.contains("note: 1 remark at its end\n") && check.out.ends_with("no problems\n"));
    assert!(run(&["print", str(&path)]).out.ends_with("remark on #3: a \\x1b[31m remark\n"));
    assert_eq!(run(&["print", str(&path), "--format", "jsonl"]).out, whole.clone() + note);
    assert_eq!(run(&["info", str(&path)]).code, Some(0));
    // Anything else there is wrong as ever.
    let event = whole.lines().nth(1).unwrap();
    let path = file(&dir, "e.jsonl", format!("{whole}{event}\n").as_bytes());
    let check = run(&["check", str(&path)]);
    assert!(
        check.code == Some(1) && check.out.contains("only remarks may follow its `end` line"),
        "{}",
        check.out
    );
    // A recording that was not closed may have some, too.
    let open = &whole[..whole.rfind("{\"end\"").unwrap()];
    let path = file(&dir, "o.jsonl", format!("{open}{note}").as_bytes());
    let check = run(&["check", str(&path)]);
    assert!(check.code == Some(0) && check.out.contains("recording not closed"), "{}", check.out);
}

#[test]
fn stdin_is_read_as_a_dash() {
    let trace = record("one-packet", Detail::Flow, 4);
    let mut child = memstep(&["print", "-", "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&trace).unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, trace);
}

#[test]
fn a_reader_that_leaves_early_ends_it_quietly() {
    let dir = TempDir::new().unwrap();
    let mut trace = String::from("{\"format\":\"memstep-trace\",\"version\":1}\n");
    for seq in 1..20_000 {
        trace += &format!("{{\"seq\":{seq},\"t\":0,\"th\":\"main\",\"ev\":\"wait\"}}\n");
    }
    let path = file(&dir, "long.jsonl", trace.as_bytes());
    let mut child =
        memstep(&["print", str(&path)]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 20];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let said = said(child.wait_with_output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
}

#[test]
fn what_is_wrong_with_a_recording_is_listed_and_is_exit_1() {
    let dir = TempDir::new().unwrap();
    let whole = String::from_utf8(record("set-get", Detail::Flow, 4)).unwrap();
    let broken =
        whole.replace("\"from\":\"conn_read\",\"to\":\"conn_parse_cmd\"", "\"from\":\"conn_mwrite\",\"to\":");
    let path = file(&dir, "b.jsonl", broken.as_bytes());
    let check = run(&["check", str(&path)]);
    assert_eq!(check.code, Some(1), "{}", check.out);
    assert!(check.out.contains(": no event: not JSON (expected value)"), "{}", check.out);
    assert!(check.out.ends_with("3 problems\n"), "{}", check.out);
    let lenient = run(&["check", str(&path), "--lenient"]);
    assert_eq!(lenient.code, Some(0), "{}", lenient.out);
    assert!(lenient.out.contains("note: 3 broken lines skipped"), "{}", lenient.out);
    // Print stops there, having shown what stood before; unless it is told to skip.
    let print = run(&["print", str(&path), "--format", "flow"]);
    assert_eq!(print.code, Some(2));
    assert!(print.out.contains("accept4 = c0") && !print.out.contains("close c0"), "{}", print.out);
    assert!(print.err.contains("b.jsonl:") && print.err.contains("`--lenient` counts"), "{}", print.err);
    let lenient = run(&["print", str(&path), "--format", "flow", "--lenient"]);
    assert_eq!(lenient.code, Some(0));
    assert!(
        lenient.out.contains("close c0") && lenient.err.contains("3 broken lines skipped"),
        "{}",
        lenient.err
    );
    // A recording that was not closed is no problem, but it is said.
    let end = whole.rfind("{\"end\"").unwrap();
    let open = file(&dir, "o.jsonl", &whole.as_bytes()[..end]);
    let check = run(&["check", str(&open)]);
    assert_eq!(check.code, Some(0), "{}", check.out);
    assert!(check.out.contains("note: line") && check.out.contains("recording not closed"), "{}", check.out);
    // One that ends in the middle of a line has a problem, which is said and shows in the status.
    let cut = file(&dir, "c.jsonl", &whole.as_bytes()[..end - 10]);
    let check = run(&["check", str(&cut)]);
    assert_eq!(check.code, Some(1), "{}", check.out);
    assert!(
        check.out.contains("the last line is cut") && !check.out.contains("no problems"),
        "{}",
        check.out
    );
    assert_eq!(check.out.matches("the last line is cut").count(), 1, "{}", check.out);
    assert!(check.out.ends_with(", 1 problem\n"), "{}", check.out);
    let lenient = run(&["check", "--lenient", str(&cut)]);
    assert_eq!(lenient.code, Some(0), "{}", lenient.out);
    assert!(lenient.out.contains("note: line") && lenient.out.contains("no problems"), "{}", lenient.out);
    // Who reads it gets what stands before that, and then it is exit 2.
    for command in ["info", "print"] {
        let run = run(&[command, str(&cut)]);
        assert_eq!(run.code, Some(2), "{command}: {}", run.err);
        assert!((run.out.clone() + &run.err).contains("the last line is cut"), "{command}: {}", run.err);
        assert!(!run.out.is_empty());
    }
    assert!(run(&["info", str(&cut)]).out.contains("whole        recording not closed\n"));
}

#[test]
fn unreadable_input_and_wrong_usage_are_exit_2() {
    let dir = TempDir::new().unwrap();
    let missing = run(&["print", "no/such.jsonl"]);
    assert_eq!(missing.code, Some(2));
    assert_eq!(
        missing.err,
        "memstep: no/such.jsonl: cannot be opened: No such file or directory (os error 2)\n"
    );
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/v1-every-kind.jsonl");
    for command in ["print", "info", "check"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let full = said(memstep(&[command, sample]).stdout(full).stderr(Stdio::piped()).output().unwrap());
        assert_eq!(full.code, Some(2));
        assert!(full.err.starts_with("memstep: stdout cannot be written: No space"), "{}", full.err);
    }
    let folder = run(&["info", str(dir.path())]);
    assert_eq!(folder.code, Some(2));
    assert!(folder.err.contains(": cannot be opened: Is a directory"), "{}", folder.err);
    let nowhere = run(&["serve", "-l", "", "-p", "0"]);
    assert!(nowhere.code == Some(2) && nowhere.err.contains("'-l <addr>'"), "{}", nowhere.err);
    let narrow = run(&["serve", "-c", "5"]);
    assert!(narrow.code == Some(2) && narrow.err.contains("use -c 23 or more"), "{}", narrow.err);
    let wrong = run(&["print", "x.jsonl", "--fromat", "flow"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("--format"), "{}", wrong.err);
    assert_eq!(run(&["serve", "-U", "65536"]).code, Some(2));
    for nothing in [&["serve", "-p", "0"][..], &["serve", "-p", "0", "-U", "0"]] {
        let nothing = run(nothing);
        assert!(nothing.code == Some(2) && nothing.err.contains("choose a port"), "{}", nothing.err);
    }
    let help = run(&["serve", "-h"]);
    assert_eq!(help.code, Some(0));
    assert!(help.out.contains("-p <num>") && help.out.contains("[default: 1024]"), "{}", help.out);
    assert_eq!(run(&["serve", "-V"]).out, concat!("memstep ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn what_is_wrong_with_a_script_is_told_with_its_place() {
    let dir = TempDir::new().unwrap();
    let trace = str(&dir.path().join("t.jsonl")).to_owned();
    let said = |name: &str, script: &str| {
        let path = file(&dir, name, script.as_bytes());
        let said = run(&["record", str(&path), "-o", &trace]);
        assert_eq!(said.code, Some(2), "{}", said.err);
        said.err.split_once(&format!("{name}:")).unwrap().1.to_owned()
    };
    let step = said("step.session", "open a\nsned a \"x\"\n");
    assert!(step.starts_with("2: sned a \"x\": no such step: sned; expected open, send"), "{step}");
    let args = said("args.session", "#args: -R x\nopen a\n");
    assert_eq!(args, " #args: -R x: invalid value 'x' for '-R <num>': invalid digit found in string\n");
    let trace =
        said("t.session", &format!("{{\"format\":\"memstep-trace\",\"x\":\"{}\"}}\n", "x".repeat(1000)));
    assert!(
        trace.contains("...: this is a recording, not a script; `memstep replay") && trace.len() < 400,
        "{trace}"
    );
    let script = file(&dir, "s.session", b"#title: x\nopen a\n");
    assert!(run(&["info", str(&script)]).err.contains("`memstep record FILE -o TRACE`"));
}

#[test]
fn two_recordings_are_not_written_to_one_file() {
    let dir = TempDir::new().unwrap();
    let trace = dir.path().join("t.jsonl");
    let port = common::ports::free_addr().port().to_string();
    let serve = || memstep(&["serve", "-p", &port, "-l", "127.0.0.1", "--record", str(&trace)]);
    let mut first = serve().stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(first.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("serving on"), "{line}");
    let second = said(serve().output().unwrap());
    assert_eq!(second.code, Some(2));
    assert!(second.err.contains("another memstep is recording to it"), "{}", second.err);
    let pid = rustix::process::Pid::from_child(&first);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    first.wait().unwrap();
    let check = run(&["check", str(&trace)]);
    assert!(check.out.ends_with("no problems\n") && !check.out.contains("note:"), "{}", check.out);
}

/// The slab table is no event. What memcached says of a failed read has addresses in it, and of a failed cas two numbers that
/// no event has: the rest is the same to the letter.
fn comparable(line: &&str) -> bool {
    !["memstep:", "slab class", "CAS:  failure", "Failed to read", "errno: ", "rcurr="]
        .iter()
        .any(|s| line.starts_with(s))
}

#[test]
fn what_the_server_says_is_what_the_recording_says_it_said() {
    let dir = TempDir::new().unwrap();
    for story in STORIES {
        let trace = dir.path().join(format!("{story}.jsonl"));
        let port = common::ports::free_addr().port().to_string();
        let args = ["serve", "-p", &port, "-l", "127.0.0.1", "-vvv", "--record", str(&trace)];
        let mut server = memstep(&args).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(server.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("serving on") {
            assert!(stderr.read_line(&mut said).unwrap() > 0, "{story}: {said}");
        }
        let rest = std::thread::spawn(move || {
            let mut rest = String::new();
            stderr.read_to_string(&mut rest).map(|_| rest)
        });
        let file = format!("{story}.session");
        let session = Session::parse(&fs::read_to_string(reference(&file)).unwrap(), &file).unwrap();
        let addr = format!("127.0.0.1:{port}").parse().unwrap();
        play(&session.steps, &file, addr, &mut |_| {}).unwrap();
        let pid = rustix::process::Pid::from_child(&server);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        server.wait().unwrap();
        said += &rest.join().unwrap().unwrap();
        let printed = run(&["print", str(&trace), "--format", "vvv"]);
        let (said, printed): (Vec<_>, Vec<_>) =
            (said.lines().filter(comparable).collect(), printed.out.lines().filter(comparable).collect());
        assert_eq!(printed, said, "{story}");
    }
}

/// Variables of the environment.
type Vars<'a> = &'a [(&'a str, &'a str)];

/// What is said with these variables, and these settings.
fn said_with(vars: Vars, settings: &str, args: &[&str]) -> Said {
    let dir = TempDir::new().unwrap();
    let settings = file(&dir, "c.toml", settings.as_bytes());
    let mut command = memstep(args);
    said(command.env("MEMSTEP_CONFIG", settings).envs(vars.iter().copied()).output().unwrap())
}

#[test]
fn the_command_line_goes_before_the_settings_and_those_before_the_environment() {
    let zh = [("LANG", "zh_CN.UTF-8")];
    let all = [("LC_ALL", "zh_CN.UTF-8"), ("LANG", "en_US.UTF-8")];
    let cases: &[(Vars, &str, &str, bool)] = &[
        (&[], "", "", false),
        (&zh, "", "", true),
        (&all, "", "", true),
        (&[("LC_MESSAGES", "en_US.UTF-8"), zh[0]], "", "", false),
        (&zh, "lang = \"en\"", "", false),
        (&[], "lang = \"zh\"", "", true),
        (&[("LC_ALL", "C")], "lang = \"zh\"", "", true),
        (&[], "lang = \"zh\"", "--lang=en", false),
        (&zh, "lang = \"en\"", "--lang=zh", true),
        // What else is wrong with the settings is not asked for here.
        (&[], "them = 1\nlang = \"zh\"", "", true),
        (&zh, "lang = 3", "", true),
        (&zh, "lang = ", "", true),
    ];
    for (vars, settings, lang, is_zh) in cases {
        let line = |words: &[&'static str]| -> Vec<&str> {
            words.iter().copied().chain((!lang.is_empty()).then_some(*lang)).collect()
        };
        let case = format!("{vars:?} {settings:?} {lang}");
        let help = said_with(vars, settings, &line(&["print", "--help"]));
        assert!(help.code == Some(0) && help.err.is_empty(), "{case}: {}", help.err);
        assert_eq!(help.out.contains("用法："), *is_zh, "{case}: {}", help.out);
        assert_eq!(help.out.contains("Usage: memstep print"), !is_zh, "{case}: {}", help.out);
        // Before the command it is the same.
        let mistake = said_with(vars, settings, &[&line(&[])[..], &["serve", "-a", "9"]].concat());
        assert_eq!((mistake.code, mistake.out.as_str()), (Some(2), ""), "{case}");
        let zh = "错误：“-a <掩码>”的值“9”无效：应为八进制数，例如 0700\n\n更多说明见 --help。\n";
        let en = "error: invalid value '9' for '-a <mask>': expected an octal number, such as 0700\n\n\
                  For more information, try '--help'.\n";
        assert_eq!(mistake.err, if *is_zh { zh } else { en }, "{case}");
    }
}

#[test]
fn a_language_that_there_is_not_is_refused_in_the_one_that_else_holds() {
    let said = said_with(&[("LANG", "zh_CN.UTF-8")], "", &["info", "x", "--lang", "tlh"]);
    assert_eq!(said.code, Some(2));
    assert_eq!(said.err, "错误：“--lang <LANG>”的值“tlh”无效\n  [可选值：en、zh]\n\n更多说明见 --help。\n");
    let said = said_with(&[], "lang = \"tlh\"", &["config"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("c.toml:1:8: lang: expected one of \"en\", \"zh\"\n"), "{}", said.err);
    // What looks like the option and is another's value is not the option.
    let said = run(&["print", "no/such.jsonl", "--filter", "--lang=zh"]);
    assert!(said.code == Some(2) && !said.err.contains('：'), "{}", said.err);
}

#[test]
fn ascii_and_a_language_that_needs_more_are_not_both_to_be_had() {
    for args in [&["--lang=zh", "replay", "x", "--ascii"][..], &["lesson", "set", "--ascii", "--lang", "zh"]]
    {
        let said = run(args);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(said.err.starts_with("memstep: --lang zh 不能和 --ascii 一起用："), "{}", said.err);
    }
    let said = run(&["lesson", "set", "--ascii", "--lang", "en", "--text"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let said = said_with(&[("LANG", "zh_CN.UTF-8")], "", &["lesson", "set", "--ascii", "--text"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
}

#[test]
fn what_else_the_command_line_prints_is_in_that_language_too() {
    let config = run(&["--lang", "zh", "config"]);
    assert!(config.out.contains("\n# 播放到每一章时停下。\n#pause_on_marks = false\n"), "{}", config.out);
    let page = run(&["man", "serve", "--lang", "zh"]);
    assert!(page.out.contains("\n.SH 名称\n") && page.out.contains("工作线程的数量"), "{}", page.out);
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["completions", shell, "--lang", "zh"]);
        assert!(
            script.code == Some(0) && script.out.contains("--lang") | script.out.contains("lang="),
            "{shell}"
        );
        assert_eq!(script.out.contains("工作线程的数量"), shell != "bash", "{shell}");
    }
    let dir = TempDir::new().unwrap();
    let script = file(&dir, "a.session", b"#args: -R x\nopen a\n");
    let said = run(&["record", str(&script), "-o", str(&dir.path().join("t")), "--lang", "zh"]);
    assert!(said.err.ends_with("#args: -R x: “-R <数>”的值“x”无效：应为整数\n"), "{}", said.err);
    // A name that does not belong on a terminal is shown in letters.
    let said = run(&["--lang", "zh", "\u{1b}[31m"]);
    assert!(said.err.starts_with("错误：没有“\\x1b[31m”这个命令\n"), "{:?}", said.err);
}
